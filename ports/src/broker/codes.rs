//! TWS's error codes: what each of them means for an order that it names.
//!
//! A code adds a reason. It never ends an order: the order's status does, or a look-up.
//! Source: the code table of the TWS API, and public threads on codes that end no order
//! although clients took them so (10349, 404, 202).

/// What a code means for the order it names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Meaning {
    /// The order is as it was; the words are for the log.
    Remark,
    /// A change or a cancel was refused; the order works on as it was.
    ChangeRefused,
    /// The order may or may not live: look it up.
    Unclear,
}

/// What a code means for an order; `alive` if the broker has acknowledged it before.
#[must_use]
pub fn meaning(code: i32, alive: bool) -> Meaning {
    match code {
        // Warnings, locates, presets, and the words behind a cancellation.
        0 | 202 | 399 | 404 | 2100..=2199 | 10311 | 10349 => Meaning::Remark,
        // The original order stays as it is after each of these.
        102 | 104 | 105 | 109 | 110 | 135 | 136 | 161 | 163 | 201 | 321 | 322 | 329 | 382 | 383 | 451
        | 10147 | 10148 | 10318 | 10326
            if alive =>
        {
            Meaning::ChangeRefused
        }
        _ => Meaning::Unclear,
    }
}

/// By which code the gateway is without IB after a notice, if it is. 1100 ends with 1101 or 1102; 2110, which
/// promises to mend itself, with the first data farm that is there again, too. A connection made anew (-8) is
/// told of neither again, so it counts as whole, and what it tells of its orders has to show it.
pub(super) fn outage_after(before: Option<i32>, code: i32) -> Option<i32> {
    match (before, code) {
        (Some(1100), 2110) => before,
        (_, 1100 | 2110) => Some(code),
        (_, -8 | 1101 | 1102) | (Some(2110), 2104 | 2106 | 2158) => None,
        _ => before,
    }
}

/// True for notices after which the order stream may have a hole.
///
/// -8, -6, -7 are `ibapi`'s own: reconnected, order updates lost, notices lost. 1100 to
/// 1102 and 2110 are TWS's link to its servers; 1300 says that the port moves.
pub(super) fn opens_gap(code: i32) -> bool {
    matches!(code, -8 | -7 | -6 | 1100 | 1101 | 1102 | 1300 | 2110)
}

#[cfg(test)]
mod tests {
    use super::{Meaning, meaning, outage_after};

    #[test]
    fn no_code_ends_an_order() {
        for code in [202, 399, 404, 10349, 2109] {
            assert_eq!(meaning(code, true), Meaning::Remark);
            assert_eq!(meaning(code, false), Meaning::Remark);
        }
        assert_eq!(meaning(110, true), Meaning::ChangeRefused);
        assert_eq!(meaning(110, false), Meaning::Unclear);
        assert_eq!(meaning(99_999, true), Meaning::Unclear);
    }

    #[test]
    fn an_outage_lasts_until_what_ended_it_is_over() {
        let after = |codes: &[i32]| codes.iter().fold(None, |before, code| outage_after(before, *code));
        let table: [(&[i32], Option<i32>); 8] = [
            (&[1100], Some(1100)),
            (&[1100, 2104], Some(1100)),
            (&[1100, 2110, 2104], Some(1100)),
            (&[1100, 1102], None),
            (&[1100, 1101], None),
            (&[2110, 2103], Some(2110)),
            (&[2110, 2104], None),
            (&[1100, -8], None),
        ];
        for (codes, expected) in table {
            assert_eq!(after(codes), expected, "{codes:?}");
        }
    }
}

//! TWS's codes, as data: what each of them means and what we do about it. The one place.
//!
//! A code adds a reason. It never ends an order: the order's status does, or a look-up.
//! A code that is not in the table and names an order is a reason to look it up, never
//! one to guess.
//!
//! Sources: *table* is the code table of the TWS API; *threads* are public reports on codes
//! that end no order although clients took them so; *client* are `ibapi`'s own.

use std::collections::BTreeSet;

use Reaction::{
    Competing, FarmDown, FarmUp, Gap, LookUp, NoData, OtherSession, Outage, OutageOver, Refuses, Remark,
    SlowDown,
};

/// What we do about a code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reaction {
    /// Nothing; the words are for the log.
    Remark,
    /// A change or a cancel of an order that lives was refused, and it works on as it was;
    /// of an order that nobody has heard of: look it up.
    Refuses,
    /// The order it names may or may not live: look it up.
    LookUp,
    /// The order stream may have a hole: compare everything.
    Gap,
    /// As [`Reaction::Gap`], and the gateway tells old news until the outage is over.
    Outage,
    /// As [`Reaction::Gap`]: the outage is over, and news of it may be missing.
    OutageOver,
    /// We were too fast: half as fast for a minute.
    SlowDown,
    /// A data farm is gone: prices may be old. The order socket is kept.
    FarmDown(Farm),
    /// It is back.
    FarmUp(Farm),
    /// Another login has the market data.
    Competing,
    /// Another client has our client id.
    OtherSession,
    /// One subscription gives nothing.
    NoData,
}

/// Which of IB's data farms.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Farm {
    /// Quotes.
    Market,
    /// Bars.
    History,
    /// Contract look-ups.
    Contracts,
}

/// One code.
#[derive(Clone, Copy, Debug)]
pub struct Code {
    /// TWS's number, or the client's own below zero.
    pub code: i32,
    /// What it says.
    pub meaning: &'static str,
    /// What we do.
    pub reaction: Reaction,
    /// Who says so.
    pub source: &'static str,
}

const fn row(code: i32, reaction: Reaction, source: &'static str, meaning: &'static str) -> Code {
    Code { code, meaning, reaction, source }
}

/// All that are known, by number.
pub const CODES: &[Code] = &[
    row(-8, Gap, "client", "the client has reconnected by itself; nothing is told again"),
    row(-7, Gap, "client", "notices were lost"),
    row(-6, Gap, "client", "order updates were lost"),
    row(0, Remark, "table", "a remark without a number"),
    row(100, SlowDown, "table", "more than 50 messages a second; what was too much is dropped"),
    row(101, NoData, "table", "no more market data lines"),
    row(102, Refuses, "table", "duplicate request id, or the change cannot be read"),
    row(103, LookUp, "table", "duplicate order id; the order was not placed under it"),
    row(104, Refuses, "table", "a filled order cannot be changed"),
    row(105, Refuses, "table", "the change names another order than the original"),
    row(106, LookUp, "table", "the order cannot be transmitted"),
    row(107, LookUp, "table", "the order is incomplete"),
    row(109, Refuses, "table", "the price is outside the percentage precaution"),
    row(110, Refuses, "table", "the price is not on the tick"),
    row(111, LookUp, "table", "the time in force does not suit the order type"),
    row(113, LookUp, "table", "the time in force is not allowed"),
    row(135, Refuses, "threads", "no order with this id; also a change that names a filled parent"),
    row(136, Refuses, "table", "the order cannot be cancelled any more"),
    row(161, Refuses, "table", "cancelled in a state that cannot be"),
    row(162, NoData, "table", "history: no data, no permission, or asked too often"),
    row(163, Refuses, "table", "the size or price is outside a precaution"),
    row(165, Remark, "table", "history service: a message"),
    row(200, LookUp, "table", "no such contract, or several"),
    row(
        201,
        Refuses,
        "table",
        "rejected, for the reason in the words; a change of a working order leaves it working",
    ),
    row(202, Remark, "threads", "cancelled, for the reason in the words; the status says so itself"),
    row(203, LookUp, "table", "the contract is not allowed for this account"),
    row(300, Remark, "table", "a cancel of a subscription that is over"),
    row(316, NoData, "table", "market depth has to be asked for again"),
    row(321, Refuses, "table", "a field does not validate; also a read-only API"),
    row(322, Refuses, "table", "the request cannot be processed"),
    row(326, OtherSession, "table", "the client id is in use"),
    row(329, Refuses, "table", "the order cannot be changed that way"),
    row(354, NoData, "table", "market data is not subscribed"),
    row(366, Remark, "table", "a cancel of a history request that is over"),
    row(382, Refuses, "table", "the size is outside a precaution"),
    row(383, Refuses, "table", "the size is outside a precaution"),
    row(399, Remark, "threads", "a warning: the order lives, or waits for its session"),
    row(404, Remark, "threads", "held while shares are looked for; the order lives"),
    row(434, LookUp, "table", "an order of no size"),
    row(451, Refuses, "table", "the price is outside a precaution"),
    row(460, LookUp, "table", "no permission to trade this"),
    row(504, Gap, "table", "not connected"),
    row(1100, Outage, "table", "TWS has lost IB; orders at the exchanges live on"),
    row(1101, OutageOver, "table", "IB is back, subscriptions are lost"),
    row(
        1102,
        OutageOver,
        "threads",
        "IB is back, subscriptions stand; fills in between may still be missing",
    ),
    row(1300, Gap, "table", "the port moves, and the connection ends"),
    row(2102, Refuses, "table", "the order is being processed and cannot be changed now"),
    row(2103, FarmDown(Farm::Market), "table", "a market data farm is gone"),
    row(2104, FarmUp(Farm::Market), "table", "a market data farm is there"),
    row(2105, FarmDown(Farm::History), "table", "a history farm is gone"),
    row(2106, FarmUp(Farm::History), "table", "a history farm is there"),
    row(2107, Remark, "table", "a history farm is asleep until it is needed"),
    row(2108, Remark, "table", "a market data farm is asleep until it is needed"),
    row(2109, Remark, "table", "outsideRth is ignored; the order is processed"),
    row(2110, Outage, "table", "TWS has lost its server and mends that itself"),
    row(2119, Remark, "table", "a market data farm is being connected"),
    row(2157, FarmDown(Farm::Contracts), "table", "the contract farm is gone"),
    row(2158, FarmUp(Farm::Contracts), "table", "the contract farm is there"),
    row(10147, Refuses, "table", "the order to be cancelled is not found"),
    row(10148, Refuses, "table", "the order to be cancelled cannot be, for its state"),
    row(10167, Remark, "table", "delayed data follows"),
    row(10168, NoData, "table", "not subscribed, and delayed data is not enabled"),
    row(10182, NoData, "table", "live updates stopped"),
    row(10197, Competing, "table", "no market data while another session of the same login has it"),
    row(10225, NoData, "table", "a bust: the bars have to be asked for again"),
    row(10311, Remark, "table", "a remark on direct routing"),
    row(10318, Refuses, "table", "fractions of a share are refused"),
    row(10326, Refuses, "threads", "the OCA group of an order cannot be changed"),
    row(10349, Remark, "threads", "a preset changed the time in force; the order lives"),
];

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

/// What we know of a code; none: look up what it names.
#[must_use]
pub fn known(code: i32) -> Option<&'static Code> {
    CODES.binary_search_by_key(&code, |row| row.code).ok().map(|at| &CODES[at])
}

/// What a code means for an order; `alive` if the broker has acknowledged it before.
#[must_use]
pub fn meaning(code: i32, alive: bool) -> Meaning {
    match known(code).map(|row| row.reaction) {
        Some(Refuses) if alive => Meaning::ChangeRefused,
        Some(Refuses | LookUp | SlowDown | OtherSession | Gap) => Meaning::Unclear,
        Some(_) => Meaning::Remark,
        // TWS's own range of warnings, of which new ones appear.
        None if (2_100..2_200).contains(&code) => Meaning::Remark,
        None => Meaning::Unclear,
    }
}

/// True for notices after which the order stream may have a hole.
pub(super) fn opens_gap(code: i32) -> bool {
    matches!(known(code).map(|row| row.reaction), Some(Gap | Outage | OutageOver))
}

/// What stands in the way of prices and news although the socket is there.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Condition {
    /// By which code the gateway is without IB, while it is: what it tells then is old.
    pub outage: Option<i32>,
    /// Farms that are gone.
    pub farms: BTreeSet<Farm>,
    /// True while another session has the market data.
    pub competing: bool,
}

impl Condition {
    /// Takes in a notice. 1100 ends with 1101 or 1102; 2110, which promises to mend itself,
    /// with the first data farm that is there again, too. A connection made anew (-8) is told
    /// of none of it again, so it counts as whole, and what it tells of its orders has to show it.
    pub(super) fn take_in(&mut self, code: i32) {
        match known(code).map(|row| row.reaction) {
            Some(Outage) if self.outage != Some(1100) => self.outage = Some(code),
            Some(OutageOver) => self.outage = None,
            Some(Gap) if code == -8 => *self = Condition::default(),
            Some(FarmDown(farm)) => drop(self.farms.insert(farm)),
            Some(FarmUp(farm)) => {
                self.farms.remove(&farm);
                self.outage = self.outage.filter(|code| *code != 2110);
                // Whoever had the data has given it back.
                self.competing &= farm != Farm::Market;
            }
            Some(Competing) => self.competing = true,
            _ => {}
        }
    }

    /// Live prices come: nobody else has them any more. TWS has no code for that.
    pub(super) fn prices_come(&mut self) {
        self.competing = false;
    }
}

#[cfg(test)]
mod tests {
    use super::{CODES, Condition, Farm, Meaning, known, meaning, opens_gap};

    #[test]
    fn the_table_is_in_order_so_that_it_can_be_searched() {
        assert!(CODES.is_sorted_by(|one, next| one.code < next.code), "a number is twice or out of place");
        assert!(CODES.iter().all(|row| known(row.code).is_some_and(|found| found.code == row.code)));
    }

    #[test]
    fn no_code_ends_an_order() {
        for code in [202, 399, 404, 10349, 2109] {
            assert_eq!(meaning(code, true), Meaning::Remark);
            assert_eq!(meaning(code, false), Meaning::Remark);
        }
        assert_eq!(meaning(110, true), Meaning::ChangeRefused);
        assert_eq!(meaning(110, false), Meaning::Unclear);
        assert_eq!(meaning(99_999, true), Meaning::Unclear);
        assert_eq!(meaning(2_199, true), Meaning::Remark);
    }

    #[test]
    fn what_may_cost_news_opens_a_gap_and_a_farm_does_not() {
        for code in [-8, -7, -6, 1100, 1101, 1102, 1300, 2110] {
            assert!(opens_gap(code), "{code}");
        }
        for code in [2103, 2104, 10197, 10182, 201, 99_999] {
            assert!(!opens_gap(code), "{code}");
        }
    }

    #[test]
    fn an_outage_lasts_until_what_ended_it_is_over() {
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
            assert_eq!(after(codes).outage, expected, "{codes:?}");
        }
    }

    #[test]
    fn farms_and_other_sessions_are_remembered_until_they_are_over() {
        assert_eq!(Vec::from_iter(after(&[2103, 2105, 2106]).farms), [Farm::Market]);
        assert!(after(&[10197]).competing);
        assert!(!after(&[10197, 2104]).competing);
        assert_eq!(after(&[2103, 10197, -8]), Condition::default());
        let mut competing = after(&[2103, 10197]);
        competing.prices_come();
        assert_eq!(competing, after(&[2103]));
    }

    fn after(codes: &[i32]) -> Condition {
        let mut condition = Condition::default();
        codes.iter().for_each(|code| condition.take_in(*code));
        condition
    }
}

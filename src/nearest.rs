//! "Did you mean": the name that was probably meant.

/// Names less alike than this are not what was meant.
const LIKENESS_MIN: f64 = 0.7;

/// `; did you mean ...?` with the name nearest to `given`; else `; there are ...`.
#[must_use]
pub fn did_you_mean<'a>(given: &str, there: impl Iterator<Item = &'a str>) -> String {
    let there: Vec<&str> = there.collect();
    let alike = there.iter().map(|name| (strsim::jaro_winkler(given, name), name));
    match alike.max_by(|(one, _), (other, _)| one.total_cmp(other)) {
        Some((likeness, name)) if likeness >= LIKENESS_MIN => format!("; did you mean `{name}`?"),
        Some(_) => format!("; there are {}", there.join(", ")),
        None => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::did_you_mean;

    #[test]
    fn the_nearest_or_all() {
        let there = || ["AAPL", "GOOG", "IBM"].into_iter();
        assert_eq!(did_you_mean("APPL", there()), "; did you mean `AAPL`?");
        assert_eq!(did_you_mean("TSLA", there()), "; there are AAPL, GOOG, IBM");
        assert_eq!(did_you_mean("TSLA", [].into_iter()), "");
    }
}

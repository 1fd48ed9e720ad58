//! A quote on which no rule fires costs no allocation, flat or with a trade open.

mod numbers;
#[allow(dead_code, reason = "it compares no answers")]
mod story;
mod subject;

use chrono::TimeDelta;
use engine::trade::Trade;
use engine::{Input, Now, Price, Quote};
use numbers::{at, decimal};
use story::lived;
use subject::ten_rules::settings;

const OPEN: &str = "
    10:00:00 atr 1.00
    10:00:00 quote 99.98 100.00
    10:00:00 signal BUY 0.85
    10:00:00 accepted E1 T1 S1
    10:00:01 filled E1 100000 of 100000 at 100.00
    10:00:01 armed S1 100000, T1 100000
    10:00:01 echo T1 100000 at 104.00
    10:00:01 echo S1 100000 at 98.09
    10:00:02 quote 100.00 100.02
";

/// Allocations and steps of a hundred quotes at this bid, after `story`.
fn counted(story: &str, bid: &str) -> (u64, usize) {
    let (mut ticker, mut view) = lived(settings(), story);
    let (now, bid) = (at("10:01:00"), Price::new(decimal(bid)).ok());
    let mut out = Vec::new();
    let counted = allocation_counter::measure(|| {
        for ms in 0..100 {
            let at = now.process.plus(TimeDelta::milliseconds(ms));
            view.quote = view.quote.map(|quote| Quote { at, bid, ..quote });
            ticker.on_input(Now { process: at, ..now }, &Input::Quote, &view, &mut out);
        }
    });
    (counted.count_total, out.len())
}

#[test]
fn a_quote_on_which_no_rule_of_ten_fires_allocates_nothing() {
    assert_eq!(settings().rules.len(), 11, "an entry rule, and ten that look at quotes");
    assert_eq!(counted("10:00:00 atr 1.00\n10:00:00 quote 99.98 100.00", "99.98"), (0, 0));
    let (ticker, _) = lived(settings(), OPEN);
    assert!(ticker.trade().is_some_and(Trade::is_quiet), "{:?}", ticker.trade());
    assert_eq!(counted(OPEN, "100.00"), (0, 0));
    let (allocated, steps) = counted(OPEN, "500.00");
    assert!(allocated > 0 && steps > 0, "a rule that fires: {allocated} allocations, {steps} steps");
}

//! The risk book as text: what is asked of it, what it says, and the day's result.
//!
//! ```text
//! 09:31:00 quote AAPL 99.98 100.00           bid and ask; `-` for none
//! 09:31:00 place AAPL E1 buy 99 limit 100.10 an order; `stop 97.00` and `market` alike; more after a comma;
//!                                            ` of E1` for a child, ` in G` for a group
//! 09:31:00 modify AAPL S1 99 97.00           quantity and price; `cancel AAPL S1`
//! 09:31:00 crash AAPL E1 buy 99 limit 100.10 written, and the program ended before an answer
//! 09:31:01 filled AAPL E1 buy 99 at 100.00   an execution; `corrected` for the newest of them
//! 09:31:01 cost AAPL 1.00                    of the last execution
//! 09:31:01 ended AAPL E1 99                  with so many filled; `lost AAPL E1`: it was never sent
//! 09:31:01 terms AAPL S1 99 97.00            the broker's echo; `works AAPL S1 0 99` its status
//! 09:31:01 closed AAPL 1 -12.50              trade 1 is over
//! 09:31:02 watch                             what the account takes note of by itself
//! 09:31:02 gauge daily loss                  one limit with its numbers; `release daily loss`
//! 09:31:02 gauge tech daily loss             that of a group, or one that a ticker has of its own; `release tech`
//! 09:31:02 without groups                    a config without them; `with them` again
//! ```
//!
//! `next-` before a time means the day after; `again-` too, in a program that has just begun.
//! After each line of a story a book that is told the records alone has to be the equal of the
//! one that lived through them.

mod book {
    pub(crate) mod account;
    pub(crate) mod closing;
    pub(crate) mod day;
    pub(crate) mod entered;
    pub(crate) mod groups;
    pub(crate) mod limits;
    pub(crate) mod own;
    pub(crate) mod random;
    pub(crate) mod reckon;
    pub(crate) mod reserve;
    pub(crate) mod teller;
    pub(crate) mod ticker;
}
mod numbers;

use chrono_tz::America::New_York;
use engine::account::Limits;

/// A book with these changes to limits that are all off.
pub(crate) fn limits(change: impl FnOnce(&mut Limits)) -> Limits {
    let mut limits = Limits::off(New_York);
    change(&mut limits);
    limits
}

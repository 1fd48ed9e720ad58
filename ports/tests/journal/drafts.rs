//! Records to write.

use engine::{AccountFact, Body, Input, Now, OrderRef, Process, Request};
use ports::journal::Draft;

/// An input, a request and a fact of the account.
pub(crate) fn three() -> Vec<Draft> {
    let at = Now { market: chrono::DateTime::UNIX_EPOCH, process: Process::default() };
    let order = OrderRef {
        installation: engine::Installation::from_number(5),
        ticker: "AAPL".parse().expect("a name"),
        trade: 1,
        role: engine::Role::Entry,
        n: 1,
    };
    let not_sent = AccountFact::NotSent { orders: vec![order.clone()], why: "no link".into() };
    [Body::Input(Input::Gap), Body::Request(Request::Cancel(order)), Body::Account(not_sent)]
        .map(|body| Draft { at, ticker: Some("AAPL".parse().expect("a name")), body })
        .into()
}

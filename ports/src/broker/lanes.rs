//! What waits for its turn on the wire: cancels first, then stops and exits, then entries.
//!
//! One ticker's requests keep their order, for the next may rest on the one before; so a
//! ticker goes by the most urgent of all that it waits with. Order ids are taken when a
//! request leaves, for TWS wants them to rise.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::time::Duration;

use chrono::{DateTime, NaiveTime, Utc};
use engine::order::TimeInForce;
use engine::{Admitted, Request, Role};
use tokio::sync::Notify;
use tokio::time::Instant;

use super::window::restart_until;
use crate::journal::Written;

/// Requests that may wait at once; the rest is not sent.
const WAITING_MAX: usize = 256;
/// Entries are turned away before: they may not take the place of stops and exits.
const WAITING_BEFORE_ENTRY_MAX: usize = 128;
/// How long an entry may wait: its prices were right when it was decided.
const ENTRY_AGE_MAX: Duration = Duration::from_secs(10);

/// A request that may leave.
pub type Leaving = Admitted<Written<Request>>;

/// How urgent a request is; the first goes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Lane {
    Cancel,
    Exit,
    Entry,
}

/// The lane of a request.
pub(super) fn lane(request: &Request) -> Lane {
    let opens = request.orders().any(|order| matches!(order.role, Role::Entry | Role::Add));
    match request {
        Request::Cancel(_) => Lane::Cancel,
        // It comes before an entry, and waits with those.
        Request::WhatIf(_) => Lane::Entry,
        Request::Place { .. } | Request::Modify(_) if opens => Lane::Entry,
        Request::Place { .. } | Request::Modify(_) => Lane::Exit,
    }
}

/// True for an entry whose time is over: the signal that it came from is, too.
pub(super) fn is_stale(request: &Request, now: DateTime<Utc>, waited: Duration) -> bool {
    let orders = match request {
        Request::Place { orders } => orders.as_slice(),
        Request::WhatIf(_) => &[],
        Request::Modify(_) | Request::Cancel(_) => return false,
    };
    let over = |force| matches!(force, TimeInForce::GoodTill(until) if until <= now);
    let opens = lane(request) == Lane::Entry;
    opens && (waited > ENTRY_AGE_MAX || orders.iter().any(|spec| over(spec.time_in_force)))
}

/// Until when IB restarts, for a request that opens something. Stops and exits go out all the same.
pub(super) fn restart_for(request: &Request, account: &str, at: DateTime<Utc>) -> Option<NaiveTime> {
    restart_until(account, at).filter(|_| lane(request) == Lane::Entry)
}

/// The queue of one connection.
#[derive(Debug)]
pub(super) struct Lanes<R> {
    waiting: RefCell<VecDeque<(R, Instant)>>,
    added: Notify,
    /// True while one is on its way to the socket.
    sending: Cell<bool>,
}

impl<R> Default for Lanes<R> {
    fn default() -> Lanes<R> {
        Lanes { waiting: RefCell::default(), added: Notify::new(), sending: Cell::new(false) }
    }
}

impl<R> Lanes<R> {
    /// Adds one of this lane, or gives it back when too many wait.
    pub(super) fn add(&self, lane: Lane, request: R) -> Result<(), R> {
        let mut waiting = self.waiting.borrow_mut();
        let most = if lane == Lane::Entry { WAITING_BEFORE_ENTRY_MAX } else { WAITING_MAX };
        if waiting.len() >= most {
            return Err(request);
        }
        waiting.push_back((request, Instant::now()));
        self.added.notify_one();
        Ok(())
    }

    /// Waits until there is one.
    pub(super) async fn wait(&self) {
        self.sending.set(false);
        while self.waiting.borrow().is_empty() {
            self.added.notified().await;
        }
    }

    /// The next to leave, and how long it has waited.
    pub(super) fn take(&self, request: impl Fn(&R) -> &Request) -> Option<(R, Duration)> {
        let mut waiting = self.waiting.borrow_mut();
        let place = next(waiting.iter().map(|(one, _)| request(one)))?;
        let (one, since) = waiting.remove(place)?;
        self.sending.set(true);
        Some((one, since.elapsed()))
    }

    /// True when nothing waits and nothing is on its way.
    pub(super) fn is_empty(&self) -> bool {
        self.waiting.borrow().is_empty() && !self.sending.get()
    }
}

/// The place of the next: the first of the ticker that waits with the most urgent request.
fn next<'a>(waiting: impl Iterator<Item = &'a Request> + Clone) -> Option<usize> {
    let urgent = waiting.clone().min_by_key(|request| lane(request))?;
    let ticker = urgent.ticker();
    waiting.into_iter().position(|request| request.ticker() == ticker)
}

#[cfg(test)]
mod tests {
    use engine::request::Change;
    use engine::{OrderRef, Price, Quantity, Request};

    use super::{Lane, Lanes, WAITING_BEFORE_ENTRY_MAX, WAITING_MAX, lane, restart_for};

    fn order(text: &str) -> OrderRef {
        let [ticker, role] = text.split(' ').collect::<Vec<_>>()[..] else { panic!("{text}") };
        let role = match role {
            "E" => engine::Role::Entry,
            "S" => engine::Role::Stop,
            _ => engine::Role::Target,
        };
        let installation = engine::Installation::from_number(7);
        OrderRef { installation, ticker: ticker.parse().expect("a ticker"), trade: 1, role, n: 1 }
    }

    fn modify(text: &str) -> Request {
        let (quantity, price) = (Quantity::new(1.into()).expect("1"), Price::new(1.into()).expect("1"));
        Request::Modify(Change { order: order(text), quantity, price })
    }

    fn left(requests: Vec<Request>) -> Vec<String> {
        let lanes = Lanes::default();
        requests.into_iter().for_each(|request| lanes.add(lane(&request), request).expect("room"));
        std::iter::from_fn(|| lanes.take(|one| one))
            .map(|(request, _)| {
                format!("{:?} {}", lane(&request), request.orders().next().expect("one").ticker)
            })
            .collect()
    }

    #[test]
    fn cancels_go_before_stops_and_stops_before_entries() {
        let requests = vec![
            modify("AA E"),
            modify("BB S"),
            Request::Cancel(order("CC E")),
            modify("DD S"),
            modify("EE E"),
        ];
        assert_eq!(left(requests), ["Cancel CC", "Exit BB", "Exit DD", "Entry AA", "Entry EE"]);
    }

    #[test]
    fn one_tickers_requests_keep_their_order_and_go_by_the_most_urgent() {
        let requests = vec![modify("AA S"), modify("BB E"), Request::Cancel(order("BB T")), modify("BB S")];
        assert_eq!(left(requests), ["Entry BB", "Cancel BB", "Exit AA", "Exit BB"]);
    }

    #[test]
    fn while_ib_restarts_nothing_is_opened_and_stops_go_out() {
        let night = "2026-01-14T06:00:00Z".parse().expect("one in the morning in New York");
        let until = |text| restart_for(&modify(text), "DU0000001", night).map(|until| until.to_string());
        assert_eq!(until("AA E").as_deref(), Some("01:45:00"));
        assert_eq!(until("AA S"), None);
        assert_eq!(restart_for(&Request::Cancel(order("AA E")), "DU0000001", night), None);
        assert_eq!(restart_for(&modify("AA E"), "DSIM0001", night), None, "the paper gateway never restarts");
    }

    #[test]
    fn the_queue_has_an_end() {
        let lanes = Lanes::default();
        let add = |text| lanes.add(lane(&modify(text)), modify(text));
        assert!((0..WAITING_BEFORE_ENTRY_MAX).all(|_| add("AA E").is_ok()));
        assert!(add("AA E").is_err(), "entries leave room for others");
        assert!((WAITING_BEFORE_ENTRY_MAX..WAITING_MAX).all(|_| add("AA S").is_ok()));
        assert!(add("AA S").is_err());
        assert!(!lanes.is_empty());
        assert_eq!(lane(&modify("AA S")), Lane::Exit);
    }
}

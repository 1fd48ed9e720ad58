//! How what waits leaves, and how an order is looked up that nobody has heard of.

use std::collections::BTreeMap;
use std::time::Duration;

use chrono::Utc;
use engine::order::{End, Standing, Status};
use engine::{News, OrderRef, Quantity, Request};
use ibapi::Client;

use super::lanes::{is_stale, restart_for};
use super::link::{Link, days_since};
use super::outgoing::{Message, messages};
use super::{Event, SendError, TooMany, snapshot};
use crate::fail::{self, Point};

/// How long an order may stay unheard of after an error before it is looked up.
const LOOK_UP_AFTER: Duration = Duration::from_millis(300);

/// Sends what waits, one request after the other. A write is never cut short: half a frame
/// would end the connection.
pub(super) async fn send_queued(link: Link) {
    loop {
        link.shared.lanes.wait().await;
        // The turn is waited for first, and given to whoever is most urgent then.
        link.shared.pacer.order().await;
        let Some((leaving, waited)) = link.shared.lanes.take(|one| one.request()) else { continue };
        match prepare(&link, leaving.request(), waited) {
            Ok(messages) => {
                let before = link.shared.tally.left();
                match send_all(&link, messages).await {
                    Ok(()) => {
                        link.shared.tally.done(leaving.request(), link.shared.tally.left() - before);
                    }
                    Err(error) => link.not_sent(leaving, error),
                }
            }
            Err(error) => link.not_sent(leaving, error),
        }
    }
}

/// The last look: what has become of the link, of the prices, of the orders it changes.
fn prepare(link: &Link, request: &Request, waited: Duration) -> Result<Vec<(OrderRef, Message)>, SendError> {
    if link.is_killed() {
        return Err(SendError::Killed);
    }
    if !link.is_open() {
        return Err(SendError::LinkDown);
    }
    if is_stale(request, link.shared.clock.now().market, waited) {
        return Err(SendError::Stale);
    }
    if let Some(until) = restart_for(request, &link.shared.account, Utc::now()) {
        return Err(SendError::Restart(until));
    }
    let contracts = link.shared.contracts.borrow();
    let contract = request.ticker().and_then(|ticker| contracts.get(ticker));
    messages(&mut link.shared.table.borrow_mut(), request, contract, &link.shared.account)
}

/// Sends the messages of one request; the first has its turn already. What stops it midway is a gap: the broker has
/// to tell what has left.
///
/// # Errors
/// Nothing of it has left.
async fn send_all(link: &Link, messages: Vec<(OrderRef, Message)>) -> Result<(), SendError> {
    let last = messages.len();
    for (n, (order, message)) in (1..).zip(messages) {
        if n > 1 {
            link.shared.pacer.order().await;
        }
        let point = if n == 1 { Point::BeforeSend } else { Point::BetweenLegs };
        fail::pass(point, || order.short());
        // The last thing before the socket, for each message of its own.
        if link.is_killed() {
            if n == 1 {
                return Err(SendError::Killed);
            }
            link.gap(SendError::KilledMidway(order).to_string());
            break;
        }
        if let Err(too_many) = may_leave(link, &message) {
            link.tell(Event::TooMany(too_many));
            break;
        }
        if let Err(source) = send(&link.shared.client, &message).await {
            let error = SendError::Unresolved { order, source };
            link.gap(format!("{error}"));
            break;
        }
        if n == last {
            fail::pass(Point::AfterSend, || order.short());
        }
    }
    Ok(())
}

/// A cancel may always; an order and a change are held against those that were asked for.
fn may_leave(link: &Link, message: &Message) -> Result<(), TooMany> {
    match message {
        Message::Submit(..) => link.shared.tally.leave(),
        Message::Cancel(_) => Ok(()),
    }
}

async fn send(client: &Client, message: &Message) -> Result<(), ibapi::Error> {
    match message {
        Message::Submit(id, contract, order) => client.submit_order(*id, contract, order).await,
        // The answer comes by the order stream; a subscription kept here would swallow it.
        Message::Cancel(id) => client.cancel_order(*id, "").await.map(drop),
    }
}

/// Cancels the second life of an order; whether that helped shows the next snapshot.
pub(super) async fn cancel_twin(link: &Link, id: i32) {
    link.shared.pacer.order().await;
    if link.is_killed() {
        return;
    }
    if let Err(error) = link.shared.client.cancel_order(id, "").await {
        link.gap(format!("the second life of an order cannot be cancelled: {error}"));
    }
}

/// An order that an error names and nobody has heard of: if the broker does not know it
/// either, it was never placed.
pub(super) async fn find_out(link: Link, order: OrderRef) {
    tokio::time::sleep(LOOK_UP_AFTER).await;
    if link.shared.table.borrow().heard(&order) {
        return;
    }
    let gaps = link.gaps();
    let now = link.shared.clock.now().market;
    let Ok(raw) = snapshot::ask(&link.shared.client, &link.shared.pacer, days_since(now, now)).await else {
        return link.gap(format!("{order} cannot be looked up"));
    };
    // What is told without IB, or across a gap, may be old; the snapshot that ends either shows the order.
    if link.gaps() != gaps || link.shared.condition.borrow().outage.is_some() {
        return;
    }
    let contracts = BTreeMap::new();
    snapshot::sort(&raw, &mut link.shared.table.borrow_mut(), &contracts, now);
    if !link.shared.table.borrow().heard(&order) {
        link.shared.table.borrow_mut().moved(&order, true);
        let (filled, remaining) = (Quantity::ZERO, Quantity::ZERO);
        let status = Status { standing: Standing::Ended(End::Rejected), order, filled, remaining };
        link.tell(Event::News(status.order.ticker.clone(), News::Status(status)));
    }
}

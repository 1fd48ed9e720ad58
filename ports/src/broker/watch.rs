//! What is listened to: notices, order updates, the socket, and the heart.
//!
//! `ibapi` notices neither a half-open socket nor tells when it reconnects, so both are
//! looked for here. Everything after which news may be missing ends in one event, `Gap`.

use std::time::Duration;

use futures::StreamExt;
use ibapi::orders::OrderUpdate;
use ibapi::subscriptions::{NoticeStream, Subscription, SubscriptionItem};
use tokio::time::Instant;

use super::codes::{Condition, Reaction, known, opens_gap};
use super::link::Link;
use super::{Event, incoming};

/// How often it is looked whether the socket is still there.
const SOCKET_LOOK_EVERY: Duration = Duration::from_millis(200);
/// IB is back, and TWS has forgotten every subscription; no stream ends by it.
const SUBSCRIPTIONS_LOST: i32 = 1101;
/// How long the client may try to get a connection back by itself.
const RECONNECT_PATIENCE: Duration = Duration::from_secs(8);
/// How long a price may have been on its way when 10197 was said.
const ON_ITS_WAY: Duration = Duration::from_secs(1);
/// How long a heartbeat may go unanswered.
pub(super) const HEARTBEAT_PATIENCE: Duration = Duration::from_secs(2);
/// Between a heartbeat that was missed and the next.
const AGAIN_AFTER: Duration = Duration::from_secs(1);
/// Heartbeats missed in a row before the link counts as dead.
const MISSED_MAX: u32 = 2;

pub(super) async fn listen_to_notices(link: Link, mut notices: NoticeStream) {
    while let Some(notice) = notices.next().await {
        take_in(&link, notice.code);
        if opens_gap(notice.code) {
            link.gap(format!("{} {}", notice.code, notice.message));
        } else {
            link.tell(Event::Notice { code: notice.code, text: notice.message });
        }
    }
    link.lost("the client has ended".to_owned());
}

pub(super) async fn listen_to_updates(link: Link, mut updates: Subscription<OrderUpdate>) {
    loop {
        let why = read_updates(&link, &mut updates).await;
        link.gap(format!("the order stream ended: {why}"));
        let Ok(()) = link.shared.client.wait_connected().await else {
            return link.lost(why);
        };
        match link.shared.client.order_update_stream().await {
            Ok(again) => updates = again,
            Err(error) => return link.lost(error.to_string()),
        }
    }
}

async fn read_updates(link: &Link, updates: &mut Subscription<OrderUpdate>) -> String {
    while let Some(item) = StreamExt::next(updates).await {
        match item {
            Ok(SubscriptionItem::Data(update)) => {
                let now = link.shared.clock.now().market;
                let told = incoming::news(&mut link.shared.table.borrow_mut(), &update, now);
                if let Some((ticker, news)) = told {
                    link.tell(Event::News(ticker, news));
                }
                let twin = link.shared.table.borrow_mut().new_twin();
                if let Some(order) = twin {
                    link.gap(format!("{order} lives twice at the broker"));
                }
            }
            Ok(SubscriptionItem::Notice(notice)) if opens_gap(notice.code) => link.gap(notice.message),
            Ok(SubscriptionItem::Notice(notice)) => link.on_order_notice(&notice),
            Err(error) => return error.to_string(),
        }
    }
    "end of stream".to_owned()
}

/// The client reconnects by itself and says so afterwards; whoever trades has to know at once
/// that nothing is heard any more. It has no deadline for it, and hangs at a gateway that
/// takes connections and never answers: then another client has to be made.
pub(super) async fn watch_socket(link: Link) {
    let mut down_since = None;
    loop {
        let now = Instant::now();
        match (link.shared.client.is_connected(), down_since) {
            (true, Some(_)) => down_since = None,
            (false, None) => {
                down_since = Some(now);
                link.gap("the connection is lost, trying to get it back".to_owned());
            }
            (false, Some(since)) if now.duration_since(since) > RECONNECT_PATIENCE => {
                return link.lost(format!("not back within {RECONNECT_PATIENCE:?}"));
            }
            _ => {}
        }
        tokio::time::sleep(SOCKET_LOOK_EVERY).await;
    }
}

/// A connection made anew may be to another login.
async fn check_account(link: Link) {
    match link.shared.client.managed_accounts().await {
        Ok(managed) if managed.contains(&link.shared.account) => {}
        Ok(managed) => link.lost(format!("the gateway now manages {managed:?}, not {}", link.shared.account)),
        // Whose it is has to be known: another connection is made, and asked again.
        Err(error) => link.lost(format!("the gateway does not tell which accounts it manages: {error}")),
    }
}

/// Says what `change` has changed in what stands in the way.
fn change(link: &Link, change: impl FnOnce(&mut Condition)) {
    let mut condition = link.shared.condition.borrow_mut();
    let before = condition.clone();
    change(&mut condition);
    if *condition != before {
        link.tell(Event::Condition(condition.clone()));
    }
}

/// A live price has come. One that was on its way when another session took the data says nothing.
pub(super) fn prices_come(link: &Link) {
    let since = link.shared.competing_since.get();
    if since.is_some_and(|since| since.elapsed() > ON_ITS_WAY) {
        link.shared.competing_since.take();
        change(link, Condition::prices_come);
    }
}

/// What a notice's code asks for at once.
fn take_in(link: &Link, code: i32) {
    change(link, |condition| condition.take_in(code));
    match known(code).map(|row| row.reaction) {
        Some(Reaction::SlowDown) => link.shared.pacer.slow_down(),
        Some(Reaction::Competing) => link.shared.competing_since.set(Some(Instant::now())),
        Some(Reaction::Gap) if code == -8 => link.spawn(check_account(link.clone())),
        Some(Reaction::OutageOver) if code == SUBSCRIPTIONS_LOST => {
            link.shared.losses.send_replace(());
        }
        _ => {}
    }
}

pub(super) async fn beat(link: Link, speed: Option<f64>, every: Duration) {
    let mut missed = 0;
    loop {
        link.shared.pacer.beat();
        match link.market_time().await {
            Ok(at) => {
                missed = 0;
                if let Some(speed) = speed {
                    link.shared.clock.follow(at, speed);
                }
            }
            Err(error) if error.is_connection_lost() => missed = 0,
            Err(_) => missed += 1,
        }
        if missed == MISSED_MAX {
            return link.lost(format!("the gateway left {MISSED_MAX} questions unanswered"));
        }
        // Asked again soon after a miss; closer than a second apart TWS may not answer.
        tokio::time::sleep(if missed > 0 { AGAIN_AFTER } else { every }).await;
    }
}

//! As many clients as TWS takes, all at once; and a thousand that come and go, one after the other.
//!
//! Nothing is left of those that went: no session, no task, no file descriptor. The tests of this file run one after the
//! other, for all of them count the descriptors of the same process.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on has failed")]

mod wire_client;

use std::net::SocketAddr;
use std::sync::{Barrier, Mutex};
use std::thread;
use std::time::Duration;

use paper::gateway::control::Shown;
use paper::gateway::hub::CONNECTIONS_MAX;
use paper::wire::Reply;
use paper::{AccountOptions, Gateway, Options};
use wire_client::{Wire, limit, told};

static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());

const ORDERS_EACH: i32 = 10;
const CYCLES: i32 = 1_000;

/// A gateway whose market stands at 09:40 and that has room for every order of the crowd.
fn gateway() -> Gateway {
    let account = AccountOptions { orders_a_side_max: 1_000, ..AccountOptions::default() };
    let gateway = Gateway::start(Options { account, is_paused: true, ..Options::default() }).unwrap();
    gateway.control().step(15 * 60).unwrap();
    gateway
}

fn shown(gateway: &Gateway) -> Shown {
    tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(gateway.control().show()).unwrap()
}

/// Waits until the gateway has seen every connection end.
fn emptied(gateway: &Gateway) -> Shown {
    // Far more often than it takes.
    for _ in 0..6_000 {
        let shown = shown(gateway);
        if shown.connections == 0 && shown.tasks == 0 {
            return shown;
        }
        thread::sleep(Duration::from_millis(5));
    }
    panic!("somebody is still there: {:?}", shown(gateway));
}

fn is_alien(replies: &[Reply], client: i32) -> bool {
    replies.iter().any(|reply| match reply {
        Reply::OrderStatus(status) => status.client_id() != client,
        Reply::OpenOrder(open) => open.order.as_ref().is_some_and(|order| order.client_id() != client),
        _ => false,
    })
}

/// One of the crowd: the same order ids as everybody else, and news of its own orders only.
fn trade(address: SocketAddr, client: i32, together: &Barrier) {
    let mut wire = Wire::connect(address, client);
    wire.settle();
    together.wait();
    for id in 1..=ORDERS_EACH {
        wire.place(id, limit("BUY", 10, 50.0, &format!("{client}.{id}")));
    }
    let news = wire.settle();
    assert!(!is_alien(&news, client));
    let acknowledged: Vec<String> = (1..=ORDERS_EACH).map(|id| format!("{id} Submitted 0")).collect();
    assert_eq!(told(&news), acknowledged);
    together.wait();
    for id in 1..=ORDERS_EACH {
        wire.cancel(id);
    }
    let news = wire.settle();
    assert!(!is_alien(&news, client));
    let cancelled = (1..=ORDERS_EACH).flat_map(|id| {
        [format!("{id} PendingCancel 0"), format!("{id} Cancelled 0"), format!("{id} code 202")]
    });
    assert_eq!(told(&news), cancelled.collect::<Vec<_>>());
    together.wait();
}

#[test]
fn as_many_clients_as_tws_takes_trade_at_once_and_hear_of_their_own_orders_only() {
    let _alone = ONE_AT_A_TIME.lock();
    let gateway = gateway();
    let together = Barrier::new(CONNECTIONS_MAX + 1);
    thread::scope(|scope| {
        for client in (1..).take(CONNECTIONS_MAX) {
            let (address, together) = (gateway.tws(), &together);
            scope.spawn(move || trade(address, client, together));
        }
        together.wait();
        together.wait();
        let now = shown(&gateway);
        assert_eq!((now.clients.len(), now.connections), (CONNECTIONS_MAX, CONNECTIONS_MAX));
        assert!(Wire::raw(gateway.tws()).body().is_none(), "one more than there is room for");
        together.wait();
    });
    let after = emptied(&gateway);
    assert_eq!((after.live_orders, after.executions), (0, 0));
}

#[cfg(target_os = "linux")]
fn descriptors() -> usize {
    std::fs::read_dir("/proc/self/fd").unwrap().count()
}

#[cfg(not(target_os = "linux"))]
fn descriptors() -> usize {
    0
}

/// Every way to end: politely, in the middle of a frame, with requests unread, before a word was said.
fn come_and_go(address: SocketAddr, cycle: i32) {
    match cycle % 4 {
        0 => drop(Wire::connect(address, cycle).settle()),
        1 => Wire::connect(address, cycle).write(&[0, 0, 0, 9, 0]),
        2 => {
            let mut wire = Wire::connect(address, cycle);
            wire.place(1, limit("BUY", 10, 50.0, "left behind"));
            wire.subscribe(2);
        }
        _ => drop(Wire::raw(address)),
    }
}

#[test]
fn a_thousand_clients_that_came_and_went_leave_nothing_behind() {
    let _alone = ONE_AT_A_TIME.lock();
    let gateway = gateway();
    for cycle in 0..8 {
        come_and_go(gateway.tws(), cycle);
        emptied(&gateway);
    }
    let (before, tasks) = (descriptors(), emptied(&gateway).tasks);
    for cycle in 8..CYCLES {
        come_and_go(gateway.tws(), cycle);
        // The gateway may hear of an end later than of the next beginning; it is asked to wait where they would pile up.
        if cycle % 16 == 0 {
            emptied(&gateway);
        }
    }
    let after = emptied(&gateway);
    assert_eq!((after.connections, after.tasks, after.clients.len()), (0, tasks, 0));
    assert_eq!(descriptors(), before);
}

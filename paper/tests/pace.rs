//! TWS's limit of messages a second, where the gateway minds it.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on has failed")]

mod wire_client;

use std::time::{Duration, Instant};

use paper::wire::message::Empty;
use paper::wire::{Reply, Request, frame};
use paper::{Gateway, Options};
use wire_client::Wire;

fn gateway(rate_max: Option<u32>) -> Gateway {
    Gateway::start(Options { rate_max, is_paused: true, ..Options::default() }).unwrap()
}

fn times(count: usize) -> Vec<u8> {
    frame(&Request::CurrentTime(Empty {}).encode()).repeat(count)
}

/// Of so many answers, those to what was read and those to what was not.
fn answers(wire: &mut Wire, count: usize) -> (usize, usize) {
    let (mut read, mut refused) = (0, 0);
    while read + refused < count {
        match Reply::decode(&wire.body().unwrap()) {
            Some(Reply::CurrentTime(_)) => read += 1,
            Some(Reply::Failure(failure)) if failure.error_code() == 100 => {
                assert_eq!(failure.id(), -1);
                assert!(failure.error_msg().contains("max=50 rec="), "{}", failure.error_msg());
                refused += 1;
            }
            _ => {}
        }
    }
    (read, refused)
}

#[test]
fn what_goes_beyond_the_limit_is_answered_by_error_100_and_nobody_else_is_held_up() {
    let gateway = gateway(Some(50));
    let begun = Instant::now();
    let (mut hasty, mut calm) = (Wire::connect(gateway.tws(), 1), Wire::connect(gateway.tws(), 2));
    hasty.write(&times(120));
    let (read, refused) = answers(&mut hasty, 120);
    // Its first message, StartApi, counted too. On a machine that stood still in between a second second has begun.
    let seconds = usize::try_from(begun.elapsed().as_secs()).unwrap() + 1;
    assert!(49 <= read && read < 50 * seconds && refused > 0, "{read} read, {refused} refused");
    calm.write(&times(40));
    assert_eq!(answers(&mut calm, 40), (40, 0));
}

#[test]
fn who_goes_on_is_disconnected() {
    let gateway = gateway(Some(50));
    let (mut hasty, mut calm) = (Wire::connect(gateway.tws(), 1), Wire::connect(gateway.tws(), 2));
    // A hundred at a time, each hundred once the one before is answered: every second is full, until there is no answer.
    let begun = Instant::now();
    'on: while hasty.try_write(&times(100)).is_ok() {
        assert!(begun.elapsed() < Duration::from_secs(60), "it may go on for ever");
        for _ in 0..100 {
            if hasty.body().is_none() {
                break 'on;
            }
        }
    }
    calm.settle();
}

#[test]
fn without_a_limit_everything_is_read() {
    let gateway = gateway(None);
    let mut hasty = Wire::connect(gateway.tws(), 1);
    hasty.write(&times(500));
    assert_eq!(answers(&mut hasty, 500), (500, 0));
}

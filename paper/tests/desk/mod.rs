//! What a client hears of the gateway's desk, without a socket between them.

#![allow(dead_code, reason = "each test uses a part of it")]

use paper::session::{Desk, Say};
use paper::wire::{Reply, Request};

/// Asks as connection 1; answers with all that the desk says then.
pub(crate) fn ask(desk: &mut Desk, request: Request) -> Vec<Reply> {
    desk.request(desk.exchange().now(), 1, request);
    heard(desk)
}

/// What the desk has said since it was last listened to, to whomever.
pub(crate) fn heard(desk: &mut Desk) -> Vec<Reply> {
    let said = desk.take().into_iter();
    said.filter_map(|(_, say)| if let Say::Reply(reply) = say { Some(*reply) } else { None }).collect()
}

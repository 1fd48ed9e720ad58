//! Whatever a client sends, nobody but itself is harmed: a million frames at the decoders, thousands at the desk and over
//! sockets beside a client that only wants to trade.
//!
//! Every frame is decided by a seed, so that what fails once fails each time.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on has failed")]

mod fields;
mod frames;
#[path = "../recorded/mod.rs"]
mod recorded;
#[path = "../wire_client/mod.rs"]
mod wire_client;

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use frames::{Codec, Frames};
use paper::exchange::{Exchange, ExchangeOptions};
use paper::market::Market;
use paper::session::{Desk, Say};
use paper::wire::message::Empty;
use paper::wire::message::request::StartApi;
use paper::wire::text::{Writer, decode};
use paper::wire::{Hello, Reply, Request, frame};
use paper::{Gateway, Options};
use wire_client::{Wire, limit, told};

const AT_DECODERS: usize = 500_000;
const AT_DESK: usize = 40_000;
const OVER_SOCKETS: usize = 4_000;

fn read(codec: Codec, body: &[u8]) -> Option<Request> {
    match codec {
        Codec::Protobuf => Request::decode(body).ok(),
        Codec::Text => decode(body).ok(),
    }
}

fn survive(codec: Codec) {
    let mut frames = Frames::new(codec, 1);
    let mut understood = 0;
    for _ in 0..AT_DECODERS {
        let body = frames.next_body();
        understood += usize::from(read(codec, &body).is_some());
        // What a client would make of it is no business of ours, and yet no reason to fall over.
        let _ = Reply::decode(&body);
    }
    // Half of them should get past the door: noise that is all refused there tests nothing behind it.
    assert!(understood > AT_DECODERS / 4, "{understood} were understood");
    assert!(understood < AT_DECODERS, "all were understood");
}

#[test]
fn half_a_million_hostile_frames_do_not_bring_the_protobuf_decoder_down() {
    survive(Codec::Protobuf);
}

#[test]
fn half_a_million_hostile_frames_do_not_bring_the_text_decoder_down() {
    survive(Codec::Text);
}

#[test]
fn what_was_recorded_is_understood_by_both_decoders() {
    for (codec, recorded) in [(Codec::Protobuf, recorded::protobuf()), (Codec::Text, recorded::text())] {
        for one in recorded {
            let request = read(codec, &one.body);
            assert_eq!(request.map(|request| request.id()), Some(one.id), "{} in {codec:?}", one.name);
        }
    }
}

fn opening() -> DateTime<Utc> {
    "2008-09-29T13:30:01Z".parse().unwrap()
}

fn start(desk: &mut Desk, codec: Codec, connection: u64, now: DateTime<Utc>) {
    let hello = match codec {
        Codec::Protobuf => Hello { min: 213, max: 226 },
        Codec::Text => Hello { min: 157, max: 178 },
    };
    desk.open(connection);
    desk.hello(now, connection, hello);
    // A client of its own each time, so that no limit on orders or lines is met once and for all.
    let client_id = i32::try_from(connection).ok();
    desk.request(now, connection, Request::StartApi(StartApi { client_id, ..StartApi::default() }));
}

/// Every frame that a decoder lets through reaches a desk at an open exchange, in sessions of a hundred frames.
fn survive_at_a_desk(codec: Codec) {
    let market = Arc::new(Market::new(Default::default()));
    let mut desk = Desk::new(Exchange::new(opening(), market, ExchangeOptions::default()));
    let (mut frames, mut now, mut connection) = (Frames::new(codec, 2), opening(), 0);
    for count in 0..AT_DESK {
        if count % 100 == 0 {
            desk.close(connection);
            connection += 1;
            start(&mut desk, codec, connection, now);
            now += TimeDelta::seconds(20);
            desk.advance(now);
            desk.pulse();
        }
        let Some(request) = read(codec, &frames.next_body()) else { continue };
        desk.request(now, connection, request);
        let mut writer = Writer::default();
        for (_, say) in desk.take() {
            let Say::Reply(reply) = say else { continue };
            // Whatever is said can be written, in both ways.
            assert!(Reply::decode(&reply.to_frame()[4..]).is_some(), "{reply:?}");
            let _ = writer.body(&reply);
        }
        desk.request(now, connection, Request::CurrentTime(Empty {}));
        assert!(!desk.take().is_empty(), "it fell silent at frame {count}");
    }
}

#[test]
fn a_desk_goes_on_whatever_is_asked_of_it_in_protobuf() {
    survive_at_a_desk(Codec::Protobuf);
}

#[test]
fn a_desk_goes_on_whatever_is_asked_of_it_in_text() {
    survive_at_a_desk(Codec::Text);
}

/// A gateway whose market stands at 09:40, and a client of it.
fn beside() -> (Gateway, Wire) {
    let gateway = Gateway::start(Options { is_paused: true, ..Options::default() }).unwrap();
    gateway.control().step(15 * 60).unwrap();
    let mut wire = Wire::connect(gateway.tws(), 1);
    wire.settle();
    (gateway, wire)
}

#[test]
fn thousands_of_hostile_frames_leave_the_client_beside_them_unharmed() {
    let (gateway, mut beside) = beside();
    let (mut order, mut sent, mut bursts) = (1, 0, 2);
    let mut sources = [Frames::new(Codec::Protobuf, 3), Frames::new(Codec::Text, 3)];
    while sent < OVER_SOCKETS {
        let codec = if bursts % 2 == 0 { Codec::Protobuf } else { Codec::Text };
        let mut enemy =
            Wire::greet_as(gateway.tws(), if codec == Codec::Text { "v157..178" } else { "v213..226" });
        let start = Request::StartApi(StartApi { client_id: Some(bursts), ..StartApi::default() });
        let start =
            if codec == Codec::Text { format!("71\x002\0{bursts}\0\0").into_bytes() } else { start.encode() };
        let bodies = (0..40).map(|_| frame(&sources[bursts as usize % 2].next_body()));
        let bytes = std::iter::once(frame(&start)).chain(bodies).flatten().collect::<Vec<u8>>();
        // It may be thrown out before it is through.
        let _ = enemy.try_write(&bytes);
        (sent, bursts) = (sent + 40, bursts + 1);
        // An enemy may cancel everything there is, as anybody may; it keeps nobody from trading.
        beside.place(order, limit("BUY", 100, 50.0, "beside"));
        let news = told(&beside.settle());
        assert!(news.contains(&format!("{order} Submitted 0")), "{news:?}");
        beside.cancel(order);
        let news = told(&beside.until(|reply| matches!(reply, Reply::Failure(_))));
        assert!(news.contains(&format!("{order} Cancelled 0")), "{news:?}");
        order += 1;
    }
    assert!(gateway.is_running());
}

#[test]
fn frames_that_are_no_frames_end_their_own_connection_only() {
    let (gateway, mut beside) = beside();
    let hello = || [b"API\0".to_vec(), frame(b"v213..226")].concat();
    let wrongs = [
        b"GET / HTTP/1.1\r\n\r\n".to_vec(),
        [b"API\0".to_vec(), frame(b"no versions")].concat(),
        [b"API\0".to_vec(), frame(b"v1..99")].concat(),
        [hello(), vec![0xff; 64]].concat(),
        [hello(), frame(b"")].concat(),
        [hello(), frame(&71_u32.to_be_bytes())].concat(),
    ];
    for wrong in wrongs {
        let mut enemy = Wire::raw(gateway.tws());
        let _ = enemy.try_write(&wrong);
        while enemy.body().is_some() {}
        assert_eq!(beside.settle(), [], "the client beside was told of it");
    }
    assert!(gateway.is_running());
}

//! Every request that a client can write, and what comes back: the table in `golden/answers.txt`.
//!
//! Nothing is met with silence but what TWS too says nothing to; the table shows an empty line there.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on has failed")]

mod recorded;

use std::sync::{Arc, LazyLock};

use chrono::{DateTime, TimeDelta, Utc};
use expect_test::expect_file;
use paper::exchange::{Exchange, ExchangeOptions};
use paper::market::Market;
use paper::session::{Desk, Say};
use paper::wire::message::Empty;
use paper::wire::message::request::StartApi;
use paper::wire::text::{Writer, decode};
use paper::wire::{Hello, Reply, Request};
use recorded::Recorded;

static MARKET: LazyLock<Arc<Market>> = LazyLock::new(|| Arc::new(Market::new(Default::default())));

/// Requests that TWS too answers with nothing: settings, cancels (that of all orders, where there is none), and subscriptions to what may never come.
const SILENT: [u32; 17] = [12, 13, 14, 56, 57, 58, 59, 63, 64, 75, 77, 89, 90, 101, 103, 106, 107];

fn now() -> DateTime<Utc> {
    "2008-09-29T14:00:02Z".parse().unwrap()
}

fn desk() -> Desk {
    let mut desk = Desk::new(Exchange::new(now(), Arc::clone(&MARKET), ExchangeOptions::default()));
    desk.open(1);
    desk.hello(now(), 1, Hello { min: 213, max: 226 });
    desk.request(now(), 1, Request::StartApi(StartApi { client_id: Some(1), ..StartApi::default() }));
    desk.take();
    desk
}

/// Everything said to a request, and in the ten seconds of trading after it.
fn answer(request: Request) -> Vec<Reply> {
    let mut desk = desk();
    desk.request(now(), 1, request);
    desk.advance(now() + TimeDelta::seconds(10));
    desk.pulse();
    let said = desk.take().into_iter().filter_map(|(_, say)| match say {
        Say::Reply(reply) => Some(*reply),
        _ => None,
    });
    let said = said.collect();
    desk.request(now(), 1, Request::CurrentTime(Empty {}));
    assert!(!desk.take().is_empty(), "the session has ended");
    said
}

/// Whatever is answered to a request that text has, text has words for; bars wait for their span.
fn is_written(writer: &mut Writer, reply: &Reply) -> bool {
    matches!(reply, Reply::HistoricalData(_)) | writer.body(reply).is_some()
}

/// What a reply is, in a word or two.
fn kind(reply: &Reply) -> String {
    match reply {
        Reply::Failure(failure) => format!("{} for {}", failure.error_code(), failure.id()),
        reply => format!("{reply:?}").split('(').next().unwrap().to_owned(),
    }
}

fn table(recorded: Vec<Recorded>, read: fn(&[u8]) -> Option<Request>) -> String {
    let mut lines = String::new();
    for one in recorded {
        let said = answer(read(&one.body).expect(one.name));
        assert_eq!(said.is_empty(), SILENT.contains(&one.id), "{} {}", one.id, one.name);
        let mut kinds: Vec<String> = Vec::new();
        for kind in said.iter().map(kind) {
            if !kinds.contains(&kind) {
                kinds.push(kind);
            }
        }
        lines += format!("{} {}: {}", one.id, one.name, kinds.join(" ")).trim_end();
        lines += "\n";
    }
    lines
}

#[test]
fn every_request_is_answered_as_the_table_says() {
    let answers = table(recorded::protobuf(), |body| Request::decode(body).ok());
    expect_file!["golden/answers.txt"].assert_eq(&answers);
}

#[test]
fn a_request_in_text_has_the_answer_that_it_has_in_protobuf() {
    let known = table(recorded::protobuf(), |body| Request::decode(body).ok());
    let in_text = table(recorded::text(), |body| decode(body).ok());
    for one in recorded::text() {
        let mut writer = Writer::default();
        for reply in answer(decode(&one.body).unwrap()) {
            assert!(is_written(&mut writer, &reply), "{} has no text for {reply:?}", one.name);
        }
    }
    for line in in_text.lines() {
        assert!(known.lines().any(|known| known == line), "in text alone: {line}");
    }
}

#[test]
fn what_no_tws_knows_is_refused_and_does_not_end_the_session() {
    for id in [0, 26, 48, 52, 60, 110, 199, 100_000] {
        let body = [(id + 200_u32).to_be_bytes().to_vec(), vec![8, 7]].concat();
        let said = answer(Request::decode(&body).unwrap());
        assert_eq!(said.iter().map(kind).collect::<Vec<_>>(), ["320 for -1"], "message {id}");
    }
}

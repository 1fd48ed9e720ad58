//! An API whose every answer the test writes by hand, and whose every question it reads.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpListener};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use ports::signals::{Answer, Api, Fields, HttpSource, PollError, Source};

/// Answers so many questions with these, one after the other.
struct Stub {
    address: SocketAddr,
    asked: Receiver<Vec<String>>,
}

impl Stub {
    fn answering(answers: Vec<String>) -> Stub {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("its address");
        let (sender, asked) = channel();
        std::thread::spawn(move || {
            for answer in answers {
                let (stream, _) = listener.accept().expect("a question");
                let mut lines = BufReader::new(&stream).lines();
                let head: Vec<String> =
                    lines.by_ref().map_while(Result::ok).take_while(|line| !line.is_empty()).collect();
                sender.send(head).expect("a test that listens");
                (&stream).write_all(answer.as_bytes()).expect("an answer");
            }
        });
        Stub { address, asked }
    }

    fn source(&self, path: &str) -> Source {
        let api = Api {
            endpoint: format!("http://{}{path}", self.address),
            key: Some("the key".into()),
            key_header: Some("X-Api-Key".to_owned()),
            headers: BTreeMap::from([("X-Version".to_owned(), "2".to_owned())]),
            fields: Fields::default(),
            patience: Duration::from_secs(30),
        };
        Source::Http(Box::new(HttpSource::new(api).expect("a source")))
    }

    /// The first line of the next question, and one of its headers.
    fn question(&self, header: &str) -> (String, Option<String>) {
        let head = self.asked.recv().expect("a question");
        let of = |line: &String| {
            let (name, value) = line.split_once(':')?;
            name.eq_ignore_ascii_case(header).then(|| value.trim().to_owned())
        };
        (head[0].clone(), head.iter().find_map(of))
    }
}

fn answer(status: &str, headers: &str, body: &str) -> String {
    format!("HTTP/1.1 {status}\r\nConnection: close\r\n{headers}Content-Length: {}\r\n\r\n{body}", body.len())
}

fn one(more: &str) -> String {
    format!(r#"[{{{more}"signal":"BUY","confidence":0.5,"timestamp":1800000000}}]"#)
}

fn poll(source: &Source, symbols: &[&str]) -> Answer {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let symbols: Vec<String> = symbols.iter().map(ToString::to_string).collect();
    runtime.block_on(source.poll(&symbols))
}

fn trouble(stub: &Stub, path: &str) -> PollError {
    poll(&stub.source(path), &["A"]).trouble.expect("trouble")
}

#[test]
fn what_was_answered_before_is_not_answered_again_once_it_was_taken_in() {
    let sound = answer("200 OK", "ETag: \"v1\"\r\n", &one("\"symbol\":\"A\","));
    let stub = Stub::answering(vec![sound.clone(), sound, answer("304 Not Modified", "", "")]);
    let source = stub.source("/signals");
    assert_eq!(poll(&source, &[]).parts.len(), 1);
    assert_eq!(stub.question("if-none-match"), ("GET /signals HTTP/1.1".to_owned(), None));
    let again = poll(&source, &[]);
    assert_eq!((again.parts.len(), stub.question("if-none-match").1), (1, None), "it was not taken in");
    source.keep(again.tags);
    let nothing = poll(&source, &[]);
    assert!(nothing.parts.is_empty() && nothing.trouble.is_none());
    assert_eq!(stub.question("if-none-match").1.as_deref(), Some("\"v1\""));
}

#[test]
fn key_and_headers_go_along() {
    let stub = Stub::answering(vec![answer("200 OK", "", "[]"), answer("200 OK", "", "[]")]);
    let source = stub.source("/");
    poll(&source, &[]);
    assert_eq!(stub.question("x-api-key").1.as_deref(), Some("the key"));
    poll(&source, &[]);
    assert_eq!(stub.question("x-version").1.as_deref(), Some("2"));
}

#[test]
fn a_template_is_asked_symbol_by_symbol() {
    let answers = vec![
        answer("200 OK", "", &one("")),
        answer("500 Oh", "", ""),
        answer("200 OK", "", &one("\"symbol\":\"A\",")),
    ];
    let stub = Stub::answering(answers);
    let source = stub.source("/x/{symbol}?s={symbol}");
    let first = poll(&source, &["BRK/B é"]);
    assert_eq!(first.parts[0].as_ref().map(|said| said.symbol.as_str()), Ok("BRK/B é"), "it was asked for");
    assert_eq!(stub.question("").0, "GET /x/BRK%2FB%20%C3%A9?s=BRK%2FB%20%C3%A9 HTTP/1.1");
    let both = poll(&source, &["A", "A"]);
    assert_eq!((both.parts.len(), both.trouble.is_some()), (1, true), "one that fails spoils no other");
}

#[test]
fn a_busy_api_says_how_long_it_wants_to_be_left_alone() {
    let date = "Retry-After: Fri, 01 Jan 2100 00:00:00 GMT\r\n";
    let answers = [("429 Slow", "Retry-After: 17\r\n"), ("503 Later", date), ("503 Later", "")];
    let stub = Stub::answering(answers.map(|(status, headers)| answer(status, headers, "")).to_vec());
    let waits: Vec<Option<Duration>> = (0..3).map(|_| trouble(&stub, "/").wait()).collect();
    assert_eq!(waits[0], Some(Duration::from_secs(17)));
    assert!(waits[1] > Some(Duration::from_secs(86_400)), "{waits:?}");
    assert_eq!(waits[2], None);
}

#[test]
fn a_redirect_to_another_host_is_not_followed() {
    let other = Stub::answering(vec![answer("200 OK", "", "[]")]);
    let away = answer("302 Found", &format!("Location: http://{}/\r\n", other.address), "");
    let stub = Stub::answering(vec![
        away,
        answer("302 Found", "Location: /there\r\n", ""),
        answer("200 OK", "", "[]"),
    ]);
    assert!(matches!(trouble(&stub, "/"), PollError::Request(_)));
    assert!(other.asked.try_recv().is_err(), "the other host was never asked");
    assert!(poll(&stub.source("/here"), &[]).trouble.is_none(), "on the same host it is");
}

#[test]
fn an_answer_that_is_too_large_or_has_a_key_twice_is_not_used() {
    let large = " ".repeat(70_000);
    let doubled = one("\"symbol\":\"A\",\"symbol\":\"B\",");
    let list = answer("200 OK", "", &format!("[{large}]"));
    let answers = vec![list.clone(), list, answer("200 OK", "", &doubled)];
    let stub = Stub::answering(answers);
    assert!(matches!(trouble(&stub, "/{symbol}"), PollError::TooLarge(65_536)));
    assert!(poll(&stub.source("/"), &[]).trouble.is_none(), "a list may be larger");
    assert!(matches!(trouble(&stub, "/"), PollError::Answer(_)));
}

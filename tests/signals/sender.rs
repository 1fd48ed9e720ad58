//! Who sends signals, byte by byte as the test wants them: no client mends anything.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;

use ports::signals::webhook::sign;
use serde_json::Value;

/// The key that the program is started with.
pub(crate) const KEY: &str = "a key of the test, long enough to be one";
/// The secret of its alerts.
pub(crate) const SECRET: &str = "open sesame, please";

/// A message, part by part.
#[derive(Clone, Debug)]
pub(crate) struct Message {
    pub(crate) id: Vec<u8>,
    pub(crate) at: Vec<u8>,
    pub(crate) signature: Vec<u8>,
    pub(crate) body: Vec<u8>,
}

/// The wall's time in Unix seconds.
pub(crate) fn now() -> i64 {
    chrono::Utc::now().timestamp()
}

/// A signal that reaches its ticker and opens nothing.
pub(crate) fn signal(symbol: &str, id: &str) -> String {
    let at = now();
    format!(r#"{{"id":"{id}","symbol":"{symbol}","signal":"BUY","confidence":0.1,"timestamp":{at}}}"#)
}

impl Message {
    /// One that is signed right.
    pub(crate) fn signed(id: &str, at: i64, body: impl Into<Vec<u8>>) -> Message {
        Message::signed_by(KEY, id, &at.to_string(), body)
    }

    pub(crate) fn signed_by(key: &str, id: &str, at: &str, body: impl Into<Vec<u8>>) -> Message {
        let body = body.into();
        let signature = sign(&key.into(), id, at, &body).expect("a key").into_bytes();
        Message { id: id.into(), at: at.into(), signature, body }
    }

    /// A sound one, never sent before.
    pub(crate) fn fresh(id: &str) -> Message {
        Message::signed(id, now(), signal("AAPL", id))
    }

    /// As headers, in this order.
    pub(crate) fn headers(&self) -> Vec<(&'static str, Vec<u8>)> {
        let Message { id, at, signature, .. } = self;
        vec![
            ("webhook-id", id.clone()),
            ("webhook-timestamp", at.clone()),
            ("webhook-signature", signature.clone()),
        ]
    }
}

/// A connection that is kept while the other side keeps it.
pub(crate) struct Sender {
    address: String,
    open: Option<BufReader<TcpStream>>,
}

impl Sender {
    /// One to the program that runs in `folder`.
    pub(crate) fn to(folder: &Path) -> Sender {
        let door = std::fs::read(folder.join("state/control.json")).expect("the control file");
        let door: Value = serde_json::from_slice(&door).expect("JSON");
        Sender { address: door["address"].as_str().expect("an address").to_owned(), open: None }
    }

    pub(crate) fn send(&mut self, message: &Message) -> (u16, String) {
        self.post("/signals", &message.headers(), &message.body)
    }

    /// None where nobody answers.
    pub(crate) fn try_send(&mut self, message: &Message) -> Option<(u16, String)> {
        self.try_post("/signals", &message.headers(), &message.body)
    }

    /// Posts; answers with the status and the body.
    pub(crate) fn post(&mut self, path: &str, headers: &[(&str, Vec<u8>)], body: &[u8]) -> (u16, String) {
        self.try_post(path, headers, body).or_else(|| self.try_post(path, headers, body)).expect("an answer")
    }

    /// None where the other side had closed what was kept open.
    fn try_post(&mut self, path: &str, headers: &[(&str, Vec<u8>)], body: &[u8]) -> Option<(u16, String)> {
        let host = if headers.iter().any(|(name, _)| *name == "Host") { "" } else { "Host: localhost\r\n" };
        let mut bytes = format!("POST {path} HTTP/1.1\r\n{host}").into_bytes();
        for (name, value) in headers {
            bytes.extend([name.as_bytes(), b": ", value, b"\r\n"].concat());
        }
        bytes.extend(format!("Content-Length: {}\r\n\r\n", body.len()).into_bytes());
        bytes.extend(body);
        let mut stream = match self.open.take() {
            Some(stream) => stream,
            None => BufReader::new(TcpStream::connect(&self.address).expect("the control endpoint")),
        };
        // One that is refused by its head may be answered before all of it is sent.
        let _ = stream.get_mut().write_all(&bytes);
        let (mut line, mut length, mut closes) = (String::new(), 0, false);
        stream.read_line(&mut line).ok().filter(|read| *read > 0)?;
        let status = line.split(' ').nth(1)?.parse().ok()?;
        loop {
            line.clear();
            stream.read_line(&mut line).ok().filter(|read| *read > 0)?;
            let header = line.trim().to_ascii_lowercase();
            if header.is_empty() {
                break;
            }
            closes |= header == "connection: close";
            length = header
                .strip_prefix("content-length: ")
                .map_or(length, |text| text.parse().expect("a length"));
        }
        let mut answer = vec![0; length];
        stream.read_exact(&mut answer).ok()?;
        if !closes && status != 400 && status != 413 {
            self.open = Some(stream);
        }
        Some((status, String::from_utf8(answer).expect("text")))
    }
}

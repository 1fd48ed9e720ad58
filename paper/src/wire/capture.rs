//! A conversation as it was: one frame a line, kept as JSON and told in words.
//!
//! A captured frame holds its body untouched, so that a file of them can be told again by a newer table, and so that a
//! frame that was damaged on purpose, or by its sender, is seen as it was.
//!
//! Read next: [`recorder`](crate::gateway::recorder).

use std::fmt::{Display, Formatter};

use chrono::{DateTime, SecondsFormat, Utc};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::wire::table::{Reply, Request};
use crate::wire::text;

/// The most of a body that is told where it cannot be read.
const TOLD_MAX: usize = 256;

/// Who wrote a frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Writer {
    /// The client.
    Client,
    /// The gateway.
    Gateway,
}

/// One frame of a conversation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Captured {
    /// When, by the clock of the process.
    pub time: DateTime<Utc>,
    /// The connection's number.
    pub connection: u64,
    /// Who wrote it.
    pub from: Writer,
    /// The version that is spoken; none in the handshake.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<u32>,
    /// The body, without its length.
    #[serde(serialize_with = "to_hex", deserialize_with = "from_hex")]
    pub body: Vec<u8>,
}

/// Why a line is no captured frame.
#[derive(Debug, thiserror::Error)]
#[error("line {line} is no captured frame; a file of them is written by --capture")]
pub struct BadCapture {
    /// The line, from 1 on.
    pub line: usize,
    /// What was found.
    #[source]
    pub source: serde_json::Error,
}

impl Captured {
    /// The frame as a line of a file, its end included.
    pub fn to_line(&self) -> String {
        // A struct of numbers and text can always be written.
        serde_json::to_string(self).unwrap_or_default() + "\n"
    }

    /// Reads the lines of a file; empty ones are passed over.
    pub fn read(file: &str) -> impl Iterator<Item = Result<Captured, BadCapture>> {
        let lines = (1..).zip(file.lines()).filter(|(_, line)| !line.trim().is_empty());
        lines.map(|(line, text)| serde_json::from_str(text).map_err(|source| BadCapture { line, source }))
    }

    fn message(&self) -> String {
        let is_text = self.version == Some(text::VERSION_TEXT);
        let known = match (self.from, self.version) {
            (_, None) => return format!("handshake {}", words(&self.body)),
            (Writer::Client, Some(_)) if is_text => text::decode(&self.body).ok().map(|one| one.told()),
            (Writer::Client, Some(_)) => Request::decode(&self.body).ok().map(|one| one.told()),
            (Writer::Gateway, Some(_)) if is_text => fields(&self.body),
            (Writer::Gateway, Some(_)) => Reply::decode(&self.body).map(|one| one.told()),
        };
        known.unwrap_or_else(|| {
            format!("cannot be read: {} bytes {}", self.body.len(), hex(&self.body, TOLD_MAX))
        })
    }
}

impl Display for Captured {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        let arrow = if self.from == Writer::Client { "-->" } else { "<--" };
        let time = self.time.to_rfc3339_opts(SecondsFormat::Micros, true);
        write!(f, "{time} #{} {arrow} {}", self.connection, self.message())
    }
}

/// A reply in text: its name and its fields as they are.
fn fields(body: &[u8]) -> Option<String> {
    let (id, rest) = std::str::from_utf8(body).ok()?.split_once('\0')?;
    let name = Reply::named(id.parse().ok()?)?;
    Some(format!("{name} {}", words(rest.as_bytes())))
}

/// Fields that each end with a NUL, in a row.
fn words(body: &[u8]) -> String {
    let text = String::from_utf8_lossy(body);
    format!("{:?}", text.strip_suffix('\0').unwrap_or(&text).split('\0').collect::<Vec<_>>())
}

fn hex(bytes: &[u8], max: usize) -> String {
    bytes.iter().take(max).map(|byte| format!("{byte:02x}")).collect()
}

fn to_hex<S: Serializer>(body: &[u8], to: S) -> Result<S::Ok, S::Error> {
    to.serialize_str(&hex(body, usize::MAX))
}

fn from_hex<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<u8>, D::Error> {
    let text = String::deserialize(from)?;
    let byte = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok();
    let bytes: Option<Vec<u8>> = text.as_bytes().chunks(2).map(byte).collect();
    bytes
        .filter(|_| text.len().is_multiple_of(2))
        .ok_or_else(|| serde::de::Error::custom("the body is not hexadecimal"))
}

#[cfg(test)]
mod tests {
    use super::{Captured, Writer};

    fn captured(from: Writer, version: Option<u32>, body: &[u8]) -> Captured {
        let time = "2026-11-26T10:00:00.000123Z".parse().unwrap();
        Captured { time, connection: 3, from, version, body: body.to_vec() }
    }

    #[test]
    fn every_kind_of_frame_is_told_in_words() {
        let told = |from, version, body: &[u8]| {
            let told = captured(from, version, body).to_string();
            told.strip_prefix("2026-11-26T10:00:00.000123Z #3 ").unwrap().to_owned()
        };
        let (client, gateway) = (Writer::Client, Writer::Gateway);
        assert_eq!(told(client, None, b"v213..226"), "--> handshake [\"v213..226\"]");
        assert_eq!(told(gateway, None, b"226\0now\0"), "<-- handshake [\"226\", \"now\"]");
        assert_eq!(told(client, Some(226), b"\x00\x00\x01\x0f\x08\x0b"), "--> StartApi {\"client_id\":11}");
        assert_eq!(told(gateway, Some(226), b"\x00\x00\x00\xd1\x08\x01"), "<-- NextValidId {\"order_id\":1}");
        assert_eq!(told(client, Some(178), b"71\x002\x0011\0\0"), "--> StartApi {\"client_id\":11}");
        assert_eq!(told(gateway, Some(178), b"9\x001\x001\0"), "<-- NextValidId [\"1\", \"1\"]");
        assert_eq!(told(client, Some(226), b"\x00\x00\x01"), "--> cannot be read: 3 bytes 000001");
        assert_eq!(told(client, Some(226), b"\x00\x00\x03\xe8\x08\x07"), "--> message 800 {\"req_id\":7}");
    }

    #[test]
    fn a_file_of_frames_is_read_as_it_was_written_and_a_damaged_line_is_named() {
        let frames =
            [captured(Writer::Client, None, b"v1..2"), captured(Writer::Gateway, Some(226), b"\0\xff")];
        let file: String = frames.iter().map(Captured::to_line).collect();
        assert_eq!(Captured::read(&file).map(Result::unwrap).collect::<Vec<_>>(), frames);
        for damaged in
            [file.replace("00ff", "00f"), file.replace("00ff", "00fg"), file.replace("\"time\"", "\"tim\"")]
        {
            let bad = Captured::read(&damaged).find_map(Result::err).unwrap();
            assert!(bad.to_string().starts_with("line "), "{bad}");
        }
        let cut = &file[..file.len() - 20];
        assert!(Captured::read(cut).last().unwrap().is_err_and(|bad| bad.line == 2), "it broke off");
    }
}

//! Hostile frames without end, decided by a seed: recorded requests that were bent, cut, joined and filled with noise.

use paper::market::random::Stream;

use crate::fields::rewritten;
use crate::recorded::{Recorded, protobuf, text};

/// Which of the two codecs a frame is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Codec {
    Protobuf,
    Text,
}

/// Words that a field of text does not expect.
const WORDS: [&str; 14] = [
    "",
    "-1",
    "0",
    "1",
    "a",
    "NaN",
    "inf",
    "-inf",
    "1.7976931348623157e+308",
    "2147483648",
    "-9223372036854775809",
    "99999999999999999999999999999999",
    "1e400",
    "\u{1f4a5}",
];

/// The highest message id that is tried, well above the highest that there is.
const ID_MAX: u64 = 126;

pub(crate) struct Frames {
    codec: Codec,
    recorded: Vec<Recorded>,
    chance: Stream,
}

impl Frames {
    pub(crate) fn new(codec: Codec, seed: u64) -> Frames {
        let recorded = if codec == Codec::Text { text() } else { protobuf() };
        Frames { codec, recorded, chance: Stream::of(seed, &["hostile", &format!("{codec:?}")]) }
    }

    /// The next body.
    pub(crate) fn next_body(&mut self) -> Vec<u8> {
        match self.below(12) {
            0 => self.head(),
            1 => self.noisy(24),
            2 => self.noisy(2048),
            3 => (0..self.below(12)).map(|_| self.byte()).collect(),
            4 => self.cut(),
            5 => self.joined(),
            6..=10 if self.codec == Codec::Text => self.reworded(),
            6..=10 => self.rewritten(),
            _ => self.bent(),
        }
    }

    fn below(&mut self, limit: u64) -> usize {
        (self.chance.bits() % limit.max(1)) as usize
    }

    fn byte(&mut self) -> u8 {
        (self.chance.bits() >> 32) as u8
    }

    /// A message id and nothing else.
    fn head(&mut self) -> Vec<u8> {
        let id = self.below(ID_MAX) as u32;
        match self.codec {
            Codec::Protobuf => (id + 200).to_be_bytes().to_vec(),
            Codec::Text => format!("{id}\0").into_bytes(),
        }
    }

    fn noisy(&mut self, length: u64) -> Vec<u8> {
        let mut body = self.head();
        for _ in 0..self.below(length) {
            // Small numbers are more often the tag of a field, or the end of a text.
            let byte = if self.below(2) == 0 { self.byte() % 32 } else { self.byte() };
            body.push(byte);
        }
        body
    }

    fn golden(&mut self) -> Vec<u8> {
        let one = self.below(self.recorded.len() as u64);
        self.recorded[one].body.clone()
    }

    fn cut(&mut self) -> Vec<u8> {
        let mut body = self.golden();
        body.truncate(self.below(body.len() as u64 + 1));
        body
    }

    fn joined(&mut self) -> Vec<u8> {
        let (mut body, other) = (self.golden(), self.golden());
        let from = self.below(other.len() as u64);
        body.truncate(self.below(body.len() as u64 + 1).max(4));
        body.extend_from_slice(&other[from..]);
        body
    }

    /// Single bytes changed, put in or taken out, after the message id.
    fn bent(&mut self) -> Vec<u8> {
        let mut body = self.golden();
        for _ in 0..1 + self.below(6) {
            let at = 4 + self.below(body.len().saturating_sub(4) as u64);
            match self.below(4) {
                _ if at >= body.len() => body.push(self.byte()),
                0 => body[at] ^= 1 << self.below(8),
                1 => body.insert(at, self.byte()),
                2 => drop(body.remove(at)),
                _ => body[at] = 0xff,
            }
        }
        body
    }

    /// A recorded message with fields that it never had.
    fn rewritten(&mut self) -> Vec<u8> {
        let body = self.golden();
        let (head, fields) = body.split_at(4);
        [head, &rewritten(fields, &mut self.chance)].concat()
    }

    /// A recorded text whose fields say something else.
    fn reworded(&mut self) -> Vec<u8> {
        let body = String::from_utf8(self.golden()).unwrap();
        let mut fields: Vec<&str> = body.split('\0').collect();
        for _ in 0..1 + self.below(4) {
            let at = 1 + self.below(fields.len() as u64 - 1);
            if let Some(field) = fields.get_mut(at) {
                *field = WORDS[self.below(WORDS.len() as u64)];
            }
        }
        fields.join("\0").into_bytes()
    }
}

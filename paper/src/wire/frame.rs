//! Framing: a big-endian length, then a body. The first bytes of a connection are a prefix without a length.
//!
//! A reader never trusts a length: a body longer than [`BODY_MAX`] is refused before a byte of it is stored.
//!
//! Read next: [`hello`](crate::wire::hello) for the first frame, [`table`](crate::wire::table) for the others.

/// The longest body that either side may send; the official client stops with error 507 above it.
pub const BODY_MAX: usize = 0x00FF_FFFF;

/// What a client sends before its first frame. It has no length of its own.
pub const PREFIX: &[u8] = b"API\0";

/// Why a stream of bytes is not TWS's protocol. The connection that sent it is closed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadFrame {
    /// The first four bytes were not `API\0`.
    #[error("the connection does not begin with `API`")]
    NoPrefix,
    /// A length that no client sends.
    #[error("a body of {length} bytes, the limit is {BODY_MAX}")]
    TooLong {
        /// The length that was announced.
        length: usize,
    },
}

/// One frame around `body`: its length, then the body itself.
pub fn frame(body: &[u8]) -> Vec<u8> {
    let length = u32::try_from(body.len()).unwrap_or(u32::MAX);
    let mut bytes = Vec::with_capacity(body.len() + 4);
    bytes.extend_from_slice(&length.to_be_bytes());
    bytes.extend_from_slice(body);
    bytes
}

/// Cuts a connection's bytes into bodies, however they were split on their way.
#[derive(Debug, Default)]
pub struct FrameReader {
    waiting: Vec<u8>,
    prefix_seen: bool,
}

impl FrameReader {
    /// Takes what a socket read.
    pub fn push(&mut self, bytes: &[u8]) {
        self.waiting.extend_from_slice(bytes);
    }

    /// The next complete body, or none until more bytes arrive.
    pub fn next_body(&mut self) -> Result<Option<Vec<u8>>, BadFrame> {
        if !self.prefix_seen && !self.take_prefix()? {
            return Ok(None);
        }
        let Some((head, rest)) = self.waiting.split_first_chunk::<4>() else { return Ok(None) };
        let length = u32::from_be_bytes(*head) as usize;
        if length > BODY_MAX {
            return Err(BadFrame::TooLong { length });
        }
        let Some(body) = rest.get(..length) else { return Ok(None) };
        let body = body.to_vec();
        self.waiting.drain(..4 + length);
        Ok(Some(body))
    }

    fn take_prefix(&mut self) -> Result<bool, BadFrame> {
        let seen = self.waiting.len().min(PREFIX.len());
        if self.waiting[..seen] != PREFIX[..seen] {
            return Err(BadFrame::NoPrefix);
        }
        self.prefix_seen = seen == PREFIX.len();
        if self.prefix_seen {
            self.waiting.drain(..seen);
        }
        Ok(self.prefix_seen)
    }
}

#[cfg(test)]
mod tests {
    use super::{BODY_MAX, BadFrame, FrameReader, frame};

    #[test]
    fn bytes_may_arrive_one_at_a_time() {
        let mut reader = FrameReader::default();
        let mut bodies = Vec::new();
        let stream = [b"API\0".to_vec(), frame(b"v213..226"), frame(b"")].concat();
        for byte in stream {
            reader.push(&[byte]);
            while let Some(body) = reader.next_body().unwrap() {
                bodies.push(body);
            }
        }
        assert_eq!(bodies, [b"v213..226".to_vec(), Vec::new()]);
    }

    #[test]
    fn another_protocol_is_refused_at_its_first_byte() {
        let mut reader = FrameReader::default();
        reader.push(b"G");
        assert_eq!(reader.next_body(), Err(BadFrame::NoPrefix));
    }

    #[test]
    fn a_length_beyond_the_limit_is_refused_before_its_body() {
        let mut reader = FrameReader::default();
        reader.push(b"API\0\xff\xff\xff\xff");
        assert!(matches!(reader.next_body(), Err(BadFrame::TooLong { length }) if length > BODY_MAX));
    }
}

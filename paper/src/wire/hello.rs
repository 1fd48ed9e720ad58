//! The handshake: the client's span of versions in, the version both will speak and the time out.
//!
//! Text, always, and without a message id. Nothing else may follow the answer until StartApi has arrived: the official
//! client throws away whatever came in the same packet.
//!
//! Read next: [`table`](crate::wire::table).

use crate::wire::frame::frame;
use crate::wire::text::VERSION_TEXT;

/// The newest version announced; both the `ibapi` crate and the official client speak it.
pub const VERSION_NEWEST: u32 = 226;

/// The oldest version at which every message is protobuf. Older clients are spoken to in text, or turned away by closing
/// the socket if they do not know that version either.
pub const VERSION_FLOOR: u32 = 213;

/// The client's first frame: `v<min>..<max>`, optionally followed by connect options, which change nothing here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hello {
    /// The oldest version the client speaks.
    pub min: u32,
    /// The newest version the client speaks.
    pub max: u32,
}

impl Hello {
    /// Reads the body of the first frame; none if it is not a span of versions.
    pub fn parse(body: &[u8]) -> Option<Hello> {
        let text = std::str::from_utf8(body).ok()?;
        let span = text.split([' ', '\0']).next()?.strip_prefix('v')?;
        let (min, max) = span.split_once("..").unwrap_or((span, span));
        Some(Hello { min: min.parse().ok()?, max: max.parse().ok()? })
    }

    /// The version to announce, or none if there is no version both speak.
    pub fn version(self) -> Option<u32> {
        let version = match self.max {
            max if max >= VERSION_FLOOR => max.min(VERSION_NEWEST),
            _ => VERSION_TEXT,
        };
        (self.min..=self.max).contains(&version).then_some(version)
    }
}

/// The answer to a hello as a frame: exactly two fields, each ended by a NUL.
pub fn acknowledgement(version: u32, time: &str) -> Vec<u8> {
    frame(format!("{version}\0{time}\0").as_bytes())
}

#[cfg(test)]
mod tests {
    use super::{Hello, acknowledgement};

    #[test]
    fn the_newest_version_that_both_speak_is_announced() {
        let version = |text: &str| Hello::parse(text.as_bytes()).and_then(Hello::version);
        assert_eq!(version("v213..226"), Some(226));
        assert_eq!(version("v100..226 +PACEAPI"), Some(226));
        assert_eq!(version("v100..214"), Some(214));
        assert_eq!(version("v100..300"), Some(226));
        assert_eq!(version("v157..178"), Some(178));
        assert_eq!(version("v100..212"), Some(178));
        assert_eq!(version("v100..177"), None);
        assert_eq!(version("v180..212"), None);
        assert_eq!(version("v230..240"), None);
        assert_eq!(version("hello"), None);
    }

    #[test]
    fn the_acknowledgement_is_two_fields_and_no_more() {
        let golden = b"\x00\x00\x00\x1a226\x0020261122 10:00:00 EST\x00";
        assert_eq!(acknowledgement(226, "20261122 10:00:00 EST"), golden);
    }
}

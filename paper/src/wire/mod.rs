//! TWS's own wire protocol: frames, the handshake, the protobuf messages of server versions 213 to 226, and text.
//!
//! Nothing here knows a socket, an order book or a clock. The vocabulary (the structs under [`message`]) is apart from
//! its encoding ([`table`]), so that the older [`text`] codec of version 178 needs no other session and no other exchange.
//!
//! Read first: [`mod@frame`], [`hello`]; then [`table`], which lists every message that is understood or sent.
//! [`capture`] is how a conversation is kept in a file and told to people.

pub mod capture;
pub mod frame;
pub mod hello;
pub mod message;
pub mod table;
pub mod text;

pub use frame::{BadFrame, FrameReader, frame};
pub use hello::{Hello, VERSION_FLOOR, VERSION_NEWEST};
pub use table::{BadMessage, Reply, Request};

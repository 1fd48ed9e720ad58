//! TWS's own wire protocol: frames, the handshake, and the protobuf messages of server versions 213 to 226.
//!
//! Nothing here knows a socket, an order book or a clock. The vocabulary (the structs under [`message`]) is apart from
//! its encoding ([`table`]), so that an older text codec can be added without touching a session or the exchange.
//!
//! Read first: [`mod@frame`], [`hello`]; then [`table`], which lists every message that is understood or sent.

pub mod frame;
pub mod hello;
pub mod message;
pub mod table;

pub use frame::{BadFrame, FrameReader, frame};
pub use hello::{Hello, VERSION_FLOOR, VERSION_NEWEST};
pub use table::{BadMessage, Reply, Request};

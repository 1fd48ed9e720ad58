//! The text protocol of server version 178: the same requests and replies, as fields that each end with a NUL.
//!
//! It is what clients speak that know nothing of protobuf: `ib_async`, and the official clients of those years. Only the
//! encoding is another one; the vocabulary, and with it every answer, is the same.
//!
//! Read first: [`fields`]; then [`read`] for requests, [`order`] for the longest of them, [`write`](mod@write) for replies.

pub mod fields;
pub mod order;
pub mod read;
pub mod read_market;
pub mod write;
pub mod write_market;
pub mod write_order;

/// The one text version that is spoken: the layouts of others differ in single fields.
pub const VERSION_TEXT: u32 = 178;

pub use read::decode;
pub use write::Writer;

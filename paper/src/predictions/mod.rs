//! A demo prediction API: an honest little model over the market's own minutes, served as JSON over HTTP.
//!
//! The model sees only minutes that are over. It promises no profit; it gives a trader's system something to act on.
//!
//! Read first: [`model`], which is pure; then [`api`].

pub mod api;
pub mod model;

//! The control endpoint: what the running program shows to the commands of its own folder, and what they order.
//!
//! It listens on loopback only, reads the board, and hands orders of a person over. Each start makes a
//! new token; the token and the address lie in a file that only this user reads. It runs
//! on a thread of its own, so that no request ever waits in the way of an order.
//!
//! Read next: [`server`], which answers; [`guard`], which refuses; [`shown`] and [`tell`], what is
//! told; [`order`], what is ordered; [`signals`], what is sent; [`mod@file`], how a command finds it; [`client`], how a command asks.

pub mod client;
pub mod file;
mod guard;
mod handlers;
pub mod health;
pub mod order;
pub mod server;
pub mod shown;
pub mod signals;
pub mod sources;
pub mod tell;

use std::time::Duration;

pub use server::{Control, start};

/// How long a command waits for an answer.
const PATIENCE: Duration = Duration::from_secs(3);

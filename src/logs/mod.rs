//! The log streams: one file per actor, four common ones, and a quiet terminal.
//!
//! A line that names an actor goes to `actors/<actor>.log`; its target adds it to
//! `trading.log`, `orders.log` or `positions.log`, its level to `errors.log`. The
//! terminal shows what a person follows. Nothing from outside can break a line.
//!
//! Read next: `layer`, which sorts; `writer`, which writes.

mod layer;
mod line;
mod writer;

use chrono_tz::Tz;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

pub use writer::Writer;

use crate::config::supervisor::{Level, Logs};

/// Opens the streams and sends every line of this process there. Market times are shown
/// in `zone`.
///
/// # Errors
/// The folder cannot be made.
pub fn install(settings: &Logs, zone: Tz) -> std::io::Result<Writer> {
    set_level(settings.level);
    let writer = Writer::start(&settings.folder, settings.megabytes_max << 20)?;
    let layer = layer::Streams::new(writer.clone(), zone);
    // A second installation in one process keeps the first: tests run several.
    let _ = tracing_subscriber::registry().with(layer).try_init();
    Ok(writer)
}

/// From here on only lines of this level and above it are written.
pub fn set_level(level: Level) {
    layer::set_least(level);
}

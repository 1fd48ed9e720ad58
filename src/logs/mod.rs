//! The log streams: one file per actor, four common ones, and a quiet terminal.
//!
//! A line that names an actor goes to `actors/<actor>.log`; its target adds it to
//! `trading.log`, `orders.log` or `positions.log`, its level to `errors.log`. The
//! terminal shows what a person follows. Nothing from outside can break a line, no line is lost uncounted, and
//! whoever logs waits for nothing.
//!
//! Read next: `layer`, which sorts; `entry`, what a line is; `limit` and `budget`, what holds lines back;
//! `writer` and `files`, which write.

pub(crate) mod aside;
mod budget;
pub mod entry;
mod files;
mod layer;
mod limit;
mod line;
pub(crate) mod plain;
mod writer;

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::time::Duration;

use chrono_tz::Tz;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

use entry::Severity;
pub use files::Bounds;
pub use writer::Writer;

use crate::config::supervisor::{Level, Logs};

/// How often it is looked which sites may speak again.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// How long a flush waits for a disk or a terminal that takes nothing.
const FLUSH_PATIENCE: Duration = Duration::from_secs(5);

/// The streams of this process.
#[derive(Clone, Debug)]
pub struct Opened(layer::Streams);

impl Opened {
    /// From here on only lines of this level and above it are written.
    pub fn set_level(&self, level: Level) {
        self.0.least.store(Severity::from(level) as u8, Ordering::Relaxed);
    }

    /// Waits until everything said so far is written, and what was held back told.
    pub fn flush(&self) {
        self.0.tell_held(true);
        self.0.writer.flush(FLUSH_PATIENCE);
    }
}

/// Opens the streams and sends every line of this process there. Market times are shown
/// in `zone`.
///
/// # Errors
/// The folder cannot be made, or a thread not be started.
pub fn install(settings: &Logs, zone: Tz) -> std::io::Result<Opened> {
    let streams = open(settings, zone)?;
    let own = streams.clone();
    std::thread::Builder::new().name("log-limits".to_owned()).spawn(move || {
        loop {
            std::thread::sleep(LOOK_EVERY);
            own.tell_held(false);
        }
    })?;
    // A second installation in one process keeps the first: tests run several.
    let _ = tracing_subscriber::registry().with(streams.clone()).try_init();
    Ok(Opened(streams))
}

fn open(settings: &Logs, zone: Tz) -> std::io::Result<layer::Streams> {
    let bounds = Bounds {
        file_bytes_max: settings.megabytes_max.bytes(),
        day_bytes_max: settings.day_mb_max.bytes(),
        keep_days: settings.keep_days.get(),
        keep_files: settings.keep_files.get(),
        format: settings.format,
    };
    Ok(layer::Streams {
        writer: Writer::start(&settings.folder, bounds)?,
        limiter: Arc::new(limit::Limiter::new(settings.site_lines_a_minute_max.get())),
        least: Arc::new(AtomicU8::new(Severity::from(settings.level) as u8)),
        format: settings.format,
        zone,
    })
}

#[cfg(test)]
mod tests;

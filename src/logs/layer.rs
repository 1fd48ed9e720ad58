//! Sorts events into streams and shows on the terminal what a person follows.

use std::sync::atomic::{AtomicU8, Ordering};

use actors::streams::{ERRORS, ORDERS, POSITIONS, TRADING};
use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use tracing::{Event, Level, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::layer::Context;

use super::line::Line;
use super::writer::Writer;
use crate::config::supervisor::Level as Least;
use crate::terminal;

/// The least level that is written, in a number: a reload may change it.
static LEAST: AtomicU8 = AtomicU8::new(Least::Debug as u8);

pub(super) fn set_least(level: Least) {
    LEAST.store(level as u8, Ordering::Relaxed);
}

fn least() -> Level {
    match LEAST.load(Ordering::Relaxed) {
        level if level == Least::Debug as u8 => Level::DEBUG,
        level if level == Least::Info as u8 => Level::INFO,
        _ => Level::WARN,
    }
}

/// The layer that does it.
pub(super) struct Streams {
    writer: Writer,
    zone: Tz,
}

impl Streams {
    pub(super) fn new(writer: Writer, zone: Tz) -> Streams {
        Streams { writer, zone }
    }
}

impl Streams {
    /// Market time as people at the exchange read it.
    fn local(&self, market: &str) -> String {
        DateTime::parse_from_rfc3339(market).map_or_else(
            |_| String::new(),
            |at| at.with_timezone(&self.zone).format("%m-%d %H:%M:%S").to_string(),
        )
    }
}

impl<S: Subscriber> Layer<S> for Streams {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        let (level, target) = (*event.metadata().level(), event.metadata().target());
        let mut line = Line::default();
        event.record(&mut line);
        line.market = self.local(&line.market);
        let ours = !line.actor.is_empty();
        // Of the libraries we hear what went wrong, and nothing else.
        if level > least() || (!ours && level > Level::WARN) {
            return;
        }
        let name = if ours { line.actor.as_str() } else { target };
        let time = Utc::now().format("%Y-%m-%dT%H:%M:%S%.3fZ");
        let text = format!("{time} {level:5} {:14} {name:12} {}", line.market, line.text);
        for stream in common(target, level) {
            self.writer.write(stream, &text);
        }
        if ours {
            self.writer.write(&format!("actors/{}", line.actor), &text);
            if level <= Level::INFO {
                show(level, &line);
            }
        }
    }
}

fn common(target: &str, level: Level) -> impl Iterator<Item = &'static str> {
    let own = [TRADING, ORDERS, POSITIONS].into_iter().find(|stream| *stream == target);
    let wrong = (level <= Level::WARN || target == ERRORS).then_some(ERRORS);
    own.into_iter().chain(wrong)
}

fn show(level: Level, line: &Line) {
    let who = line.actor.trim_start_matches("ticker-");
    let mark = match level {
        Level::ERROR => "ERROR ",
        Level::WARN => "warning: ",
        _ => "",
    };
    terminal::say(format_args!("{:14}  {who:6}  {mark}{}", line.market, line.text));
}

//! Sorts events into streams and shows on the terminal what a person follows.

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::time::{Duration, Instant};

use actors::streams::{ERRORS, ORDERS, POSITIONS, TRADING};
use chrono::{DateTime, SubsecRound, Utc};
use chrono_tz::Tz;
use tracing::{Event, Level, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::layer::Context;

use super::entry::{Entry, Format, Severity};
use super::limit::{Held, Limiter};
use super::line::Line;
use super::writer::Writer;
use crate::config::supervisor::Level as Least;

/// How long the end of a broken process waits for its last line.
const LAST_PATIENCE: Duration = Duration::from_secs(1);

/// The layer that does it. Cheap to clone.
#[derive(Clone, Debug)]
pub(super) struct Streams {
    pub(super) writer: Writer,
    pub(super) limiter: Arc<Limiter>,
    /// The least severity that is written, in a number: a reload may change it.
    pub(super) least: Arc<AtomicU8>,
    pub(super) format: Format,
    pub(super) zone: Tz,
}

impl From<Least> for Severity {
    fn from(least: Least) -> Severity {
        match least {
            Least::Debug => Severity::Debug,
            Least::Info => Severity::Info,
            Least::Warn => Severity::Warn,
        }
    }
}

impl Streams {
    /// Writes a line wherever it belongs.
    fn put(&self, target: &str, entry: &Entry, ours: bool) {
        let mut streams: Vec<String> = common(target, entry.level).map(str::to_owned).collect();
        if ours {
            streams.push(format!("actors/{}", entry.actor));
        }
        if !streams.is_empty() {
            self.writer.write(streams, entry.level, entry.line(self.format));
        }
        if ours && entry.level <= Severity::Info {
            self.writer.show(entry.level, shown(entry));
        }
    }

    /// Tells what sites were not let say.
    pub(super) fn tell_held(&self, all: bool) {
        self.limiter.over(Instant::now(), all).into_iter().for_each(|held| self.tell(held));
    }

    fn tell(&self, Held { actor, level, target, text }: Held) {
        let ours = !actor.is_empty();
        let (time, market, trade, order) = (now(), None, None, None);
        self.put(target, &Entry { time, level, market, actor, trade, order, text }, ours);
    }
}

impl<S: Subscriber> Layer<S> for Streams {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        let metadata = event.metadata();
        let level = Severity::from(*metadata.level());
        // A library's finest steps are nobody's.
        if level as u8 > self.least.load(Ordering::Relaxed) || *metadata.level() > Level::DEBUG {
            return;
        }
        let mut line = Line::default();
        event.record(&mut line);
        let ours = !line.actor.is_empty();
        // Of the libraries we hear what went wrong, and nothing else.
        if !ours && level > Severity::Warn {
            return;
        }
        let actor = if ours { line.actor.clone() } else { super::plain::word(metadata.target()) };
        let (admitted, held) = self.limiter.admit(Instant::now(), metadata, &line.actor);
        held.into_iter().for_each(|held| self.tell(held));
        if admitted {
            let market = DateTime::parse_from_rfc3339(&line.market).ok();
            let market = market.map(|at| at.with_timezone(&self.zone).fixed_offset().trunc_subsecs(0));
            let (text, trade) = (line.text(), line.trade);
            let order = line.order;
            self.put(
                metadata.target(),
                &Entry { time: now(), level, market, actor, trade, order, text },
                ours,
            );
        }
        if line.ends {
            self.tell_held(true);
            self.writer.flush(LAST_PATIENCE);
        }
    }
}

fn now() -> DateTime<Utc> {
    Utc::now().trunc_subsecs(3)
}

fn common(target: &str, level: Severity) -> impl Iterator<Item = &'static str> {
    let own = [TRADING, ORDERS, POSITIONS].into_iter().find(|stream| *stream == target);
    let wrong = (level <= Severity::Warn || target == ERRORS).then_some(ERRORS);
    own.into_iter().chain(wrong)
}

/// As the terminal shows it: market time as people at the exchange read it.
fn shown(entry: &Entry) -> String {
    let who = entry.actor.trim_start_matches("ticker-");
    let mark = match entry.level {
        Severity::Error => "ERROR ",
        Severity::Warn => "warning: ",
        Severity::Info | Severity::Debug => "",
    };
    let market = entry.market.map(|at| at.format("%m-%d %H:%M:%S").to_string()).unwrap_or_default();
    format!("{market:14}  {who:6}  {mark}{}", entry.text)
}

//! Signals one by one: who said what, and how it ended.

use actors::signal::latest::Latest;
use actors::signal::shown::End;
use chrono::{DateTime, FixedOffset};
use chrono_tz::Tz;
use engine::dossier::SignalTold;
use engine::{Dossiers, Signal};
use serde::{Deserialize, Serialize};

use super::local;

/// One signal.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Heard {
    /// When it ended.
    pub at: DateTime<FixedOffset>,
    /// Who said it: a source, or a door with the sender's own name; none where the records do not tell.
    pub source: Option<String>,
    /// Of which ticker or symbol.
    pub of: Option<String>,
    /// `BUY`, `SELL` or `SHORT`; none for what is no signal.
    pub direction: Option<String>,
    /// How sure it was.
    pub confidence: Option<String>,
    /// When it was said.
    pub said: Option<DateTime<FixedOffset>>,
    /// Its id.
    pub id: Option<String>,
    /// `taken`, `declined`, `duplicate`, `stale` or `malformed`.
    pub ended: String,
    /// Why, where there is more to say.
    pub why: Option<String>,
}

/// Those of a running program, newest last: what it has heard itself, and before that what the records tell.
#[must_use]
pub fn running(dossiers: &Dossiers, latest: &[Latest]) -> Vec<Heard> {
    let zone = dossiers.zone();
    let of_records = dossiers.signals().filter(|told| !latest.iter().any(|own| is_the_same(own, told)));
    let first = latest.first().map(|own| own.at);
    let before = of_records.filter(|told| first.is_none_or(|first| told.at <= first));
    let own = |heard: &Latest| {
        // What was ordered for it the records know.
        let taken =
            || dossiers.signals().find(|told| is_the_same(heard, told)).map(|told| told.because.clone());
        Heard::of(heard, taken, zone)
    };
    before.map(|told| Heard::of_record(told, zone)).chain(latest.iter().map(own)).collect()
}

/// Those that the records tell, newest last.
#[must_use]
pub fn recorded(dossiers: &Dossiers) -> Vec<Heard> {
    dossiers.signals().map(|told| Heard::of_record(told, dossiers.zone())).collect()
}

fn is_the_same(own: &Latest, told: &SignalTold) -> bool {
    let same_end = matches!(own.end, End::Taken) == told.declined.is_none();
    same_end
        && own.said.as_ref().is_some_and(|said| said.id == told.signal.id)
        && own.of.as_deref() == Some(told.ticker.as_str())
}

impl Heard {
    fn of(own: &Latest, taken: impl Fn() -> Option<String>, zone: Tz) -> Heard {
        let why = match &own.end {
            End::Taken => taken(),
            End::Declined(why) | End::Stale(why) => Some(why.clone()),
            End::Malformed => own.wrong.clone(),
            End::Duplicate => None,
        };
        let sender = own.said.as_ref().map(|said| said.source.as_str()).filter(|sender| !sender.is_empty());
        let source = sender.map_or(own.source.to_owned(), |sender| match sender == own.source {
            true => sender.to_owned(),
            false => format!("{} {sender}", own.source),
        });
        Heard {
            at: local(own.at, zone),
            source: Some(source),
            of: own.of.clone(),
            ended: word(&own.end).to_owned(),
            why,
            ..Heard::said(own.said.as_ref(), zone)
        }
    }

    fn of_record(told: &SignalTold, zone: Tz) -> Heard {
        let (ended, why) = match &told.declined {
            Some(because) => (word(&End::of(because)), Some(because.to_string())),
            None => ("taken", Some(told.because.clone())),
        };
        let source = Some(told.signal.source.clone()).filter(|source| !source.is_empty());
        Heard {
            at: local(told.at, zone),
            source,
            of: Some(told.ticker.to_string()),
            ended: ended.to_owned(),
            why: why.filter(|_| ended != "duplicate"),
            ..Heard::said(Some(&told.signal), zone)
        }
    }

    fn said(signal: Option<&Signal>, zone: Tz) -> Heard {
        Heard {
            at: DateTime::default(),
            source: None,
            of: None,
            direction: signal.map(|own| own.direction.to_string()),
            confidence: signal.map(|own| own.confidence.to_string()),
            said: signal.map(|own| local(own.at, zone)),
            id: signal.map(|own| own.id.clone()),
            ended: String::new(),
            why: None,
        }
    }
}

fn word(end: &End) -> &'static str {
    match end {
        End::Taken => "taken",
        End::Declined(_) => "declined",
        End::Duplicate => "duplicate",
        End::Stale(_) => "stale",
        End::Malformed => "malformed",
    }
}

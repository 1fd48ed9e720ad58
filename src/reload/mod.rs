//! Config that changes while the program runs: all of it is read and checked, or nothing of it is taken.
//!
//! The folder is watched; files are read once they have been still for a moment. What a changed config means for each
//! ticker is the engine's to say; the others hear nothing. A ticker that is gone from the files is taken out once they have been
//! still for longer, and when many are gone at once a person has to say that it is meant: a file that was cut off may
//! be a valid one.
//!
//! Read next: [`mod@watch`], [`diff`].

pub mod diff;
pub mod watch;

use std::time::Duration;

use actors::Running;
use actors::signal::Sources;
use actors::streams::{ERRORS, TRADING};
use engine::fleet::Move;
use engine::{AccountFact, Limits, TickerKey};
use ports::fail::{self, Point};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::sync::oneshot;

use crate::config::environment::SENDERS;
use crate::config::supervisor::{Level, Logs};
use crate::config::{Choices, Config, Environment, Report, Source, load};
use crate::logs::Opened;
use crate::{private, run};
use diff::{Diff, names};

/// How long the files must have been still before a ticker is taken out that is gone from them.
pub const STILL_TO_REMOVE: Duration = Duration::from_secs(5);
const ACTOR: &str = "supervisor";
/// The prediction API's key.
const KEY: &str = "API_KEY";

/// What became of a config that was read again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reloaded {
    /// It is in force.
    Taken {
        /// What has changed.
        changes: Vec<String>,
        /// True where tickers are taken out only once the files have been still for longer.
        waits: bool,
    },
    /// It would be, with these changes: that was all that was asked.
    Would(Vec<String>),
    /// Nothing of it is taken, for these faults.
    Refused(Vec<String>),
}

/// Why the config is read again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// The files have changed, and are still.
    Changed,
    /// They have been still for so long that what is missing in them is meant.
    Still,
    /// A person wants it.
    Asked {
        /// Whether many tickers may be taken out at once.
        yes: bool,
    },
}

/// The door for a person who wants the config read again.
#[derive(Clone, Debug)]
pub struct Reloads(UnboundedSender<Wanted>);

/// A person's wish, and where the answer goes.
#[derive(Debug)]
pub struct Wanted {
    /// What.
    pub wish: Wish,
    answer: oneshot::Sender<Reloaded>,
}

/// What a person wants.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Wish {
    /// Who.
    pub by: String,
    /// Only to know what would change.
    #[serde(default)]
    pub dry_run: bool,
    /// Many tickers may be taken out at once.
    #[serde(default)]
    pub yes: bool,
}

impl Reloads {
    /// A door, and who is told of the wishes.
    #[must_use]
    pub fn new() -> (Reloads, UnboundedReceiver<Wanted>) {
        let (sender, wishes) = unbounded_channel();
        (Reloads(sender), wishes)
    }

    /// Has the config read again; none while the program ends.
    pub async fn ask(&self, wish: Wish) -> Option<Reloaded> {
        let (answer, told) = oneshot::channel();
        self.0.send(Wanted { wish, answer }).ok()?;
        told.await.ok()
    }
}

impl Wanted {
    /// Tells what became of it.
    pub fn answer(self, told: Reloaded) {
        // Whoever asked may have given up.
        let _ = self.answer.send(told);
    }
}

/// Who reads the config again, and what was in force until then.
#[derive(Debug)]
pub struct Reloader {
    choices: Choices,
    source: Source,
    report: Report,
    environment: Environment,
    logs: Opened,
    /// The embedded gateway's prediction API.
    demo_api: Option<String>,
}

/// A config that can be taken, and what it changes.
struct Change {
    report: Report,
    environment: Environment,
    diff: Diff,
    moves: Vec<Move>,
    limits: Limits,
    level: Level,
    /// Other sources of signals.
    sources: Option<Sources>,
    words: Vec<String>,
}

impl Reloader {
    /// With what the program started with.
    #[must_use]
    pub fn new(
        choices: Choices,
        source: Source,
        report: Report,
        logs: Opened,
        demo_api: Option<String>,
    ) -> Reloader {
        Reloader { choices, source, report, environment: Environment::of_process(), logs, demo_api }
    }

    /// Does what a person wants.
    pub fn follow(&mut self, running: &mut Running, wish: &Wish) -> Reloaded {
        if wish.dry_run {
            return match self.look(running, Why::Asked { yes: true }) {
                Ok(change) => Reloaded::Would(change.words),
                Err(faults) => Reloaded::Refused(faults),
            };
        }
        running.note(AccountFact::ReloadAsked { by: wish.by.clone() });
        self.reload(running, Why::Asked { yes: wish.yes })
    }

    /// Reads everything again and takes it; a fault changes nothing.
    pub fn reload(&mut self, running: &mut Running, why: Why) -> Reloaded {
        let change = match self.look(running, why) {
            Ok(change) => change,
            Err(faults) => return refuse(faults),
        };
        // What is missing in files that have only just changed may yet come.
        let waits = why == Why::Changed && change.moves.iter().any(retires);
        let changes = change.words.clone();
        tell(&changes, waits);
        fail::pass(Point::ReloadTaken, String::new);
        self.take(running, change, waits);
        fail::pass(Point::ReloadDone, String::new);
        Reloaded::Taken { changes, waits }
    }

    fn look(&self, running: &Running, why: Why) -> Result<Change, Vec<String>> {
        let environment = Environment::of_process();
        let config = load(&self.choices, &environment);
        let config = config.map_err(|faults| faults.0.iter().map(ToString::to_string).collect::<Vec<_>>())?;
        let diff = Diff::of(&self.report, &config.report);
        let other = |name: &&str| environment.get(name) != self.environment.get(name);
        let mut faults = private::faults(&self.source, &config.logs.folder, config.broker.agreement.live);
        let secrets = SENDERS.into_iter().filter(other).map(|name| format!("environment {name}"));
        let fixed = diff.fixed().map(ToString::to_string).chain(secrets);
        faults.extend(fixed.map(|change| {
            format!("{change}: that holds for a whole run; stop the supervisor and start it again")
        }));
        let moves = running.plan(&config.tickers);
        faults.extend(running.objections(&moves));
        faults.extend(too_many(&moves, running.count(), why));
        let sources = if diff.touches("signals.") || other(&KEY) {
            let sources = run::sources(config.signals, self.demo_api.clone());
            sources.map_err(|error| faults.push(format!("the signal source cannot be asked: {error:#}"))).ok()
        } else {
            None
        };
        if faults.is_empty() {
            let mut words = words(&diff, &moves);
            words.extend(other(&KEY).then(|| format!("environment {KEY}: another one")));
            let Config { report, limits, logs: Logs { level, .. }, .. } = config;
            Ok(Change { report, environment, diff, moves, limits, level, sources, words })
        } else {
            Err(faults)
        }
    }

    fn take(&mut self, running: &mut Running, change: Change, waits: bool) {
        let Change { report, environment, diff, mut moves, limits, level, sources, .. } = change;
        moves.retain(|step| !(waits && retires(step)));
        let common = diff.common();
        if !common.is_empty() {
            running.note(AccountFact::ConfigTaken { changes: common });
        }
        self.logs.set_level(level);
        running.apply(moves, &limits, &|before, after| {
            let rules = before.rules.iter().chain(after.rules.iter()).map(|rule| rule.name.as_str());
            diff.of_ticker(&after.key, &rules.collect())
        });
        (self.report, self.environment) = (report, environment);
        sources.into_iter().for_each(|sources| running.hear(sources));
    }
}

fn retires(step: &Move) -> bool {
    matches!(step, Move::Retire(_))
}

/// Many tickers that are gone at once may be a file that was cut off.
fn too_many(moves: &[Move], running: usize, why: Why) -> Option<String> {
    let gone = moves.iter().filter(|step| retires(step)).count();
    let many = gone > 1 && gone * 2 > running && why != Why::Asked { yes: true };
    many.then(|| {
        format!(
            "{gone} of {running} tickers are gone from the config at once, as from a file that was cut off: if that is \
             meant, `supervisor reload --yes`"
        )
    })
}

/// What a config changes, in words.
fn words(diff: &Diff, moves: &[Move]) -> Vec<String> {
    let keys = |of: fn(&Move) -> Option<&TickerKey>| moves.iter().filter_map(of).collect::<Vec<_>>();
    let new = keys(|step| if let Move::Start(own) = step { Some(&own.key) } else { None });
    let back = keys(|step| if let Move::Return(own) = step { Some(&own.key) } else { None });
    let out = keys(|step| if let Move::Retire(key) = step { Some(key) } else { None });
    let changed = moves.iter().filter_map(|step| match step {
        Move::Change(own) | Move::Return(own) => Some(&own.key),
        _ => None,
    });
    let verb = |keys: &[&TickerKey]| if keys.len() == 1 { "is" } else { "are" };
    let told = [
        (&new, "new"),
        (&back, "in the config again"),
        (&out, "taken out of the config: nothing opens, what is held is protected until it is flat"),
    ];
    let told = told.into_iter().filter(|(keys, _)| !keys.is_empty());
    let told = told.map(|(keys, what)| format!("{} {} {what}", names(keys), verb(keys)));
    let common = diff.common().into_iter().map(|change| change.to_string());
    told.chain(diff.words_of(changed)).chain(common).collect()
}

fn tell(changes: &[String], waits: bool) {
    for words in changes {
        tracing::info!(target: TRADING, actor = ACTOR, "config: {words}");
    }
    if changes.is_empty() {
        tracing::info!(target: TRADING, actor = ACTOR, "config read again: nothing changed");
    } else if waits {
        let wait = STILL_TO_REMOVE.as_secs();
        tracing::warn!(
            target: TRADING,
            actor = ACTOR,
            "config: they are taken out {wait} s after the last change, unless they come back"
        );
    }
}

fn refuse(faults: Vec<String>) -> Reloaded {
    tracing::error!(target: ERRORS, actor = ACTOR, "the changed config is not taken; nothing changes:");
    faults.iter().for_each(|fault| tracing::error!(target: ERRORS, actor = ACTOR, "{fault}"));
    Reloaded::Refused(faults)
}

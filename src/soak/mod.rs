//! `supervisor soak`: the whole program against a paper gateway that misbehaves, killed and
//! started again, with an auditor who believes nothing that the program says.
//!
//! The same seed draws the same troubles in the same order; when exactly each of them meets
//! the program is the machine's to say.
//!
//! Read next: `trouble` (what is done), `audit` (what must hold), `ledger`, `report`.

pub mod audit;
mod dice;
mod histogram;
mod ledger;
mod place;
mod program;
mod report;
mod trouble;

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use anyhow::Context;
use paper::faults::Fault;

use crate::terminal::say;
use dice::Dice;
use histogram::Histogram;
use place::Place;
use program::Program;
use report::Report;
use trouble::Trouble;

/// How often the auditor looks when nothing is wrong.
const AUDIT_EVERY: Duration = Duration::from_secs(15);
/// How long the program may take to come to rest once nothing disturbs it: a link that is
/// found half-open, a connection made anew, a comparison, and the ladder of a lost stop.
const REST_PATIENCE: Duration = Duration::from_secs(45);
/// Between two looks of the auditor.
const LOOK_EVERY: Duration = Duration::from_millis(250);
/// Lines of progress come so often.
const TELL_EVERY: Duration = Duration::from_secs(10);
/// Between two troubles, in milliseconds.
const TROUBLE_MS: (u64, u64) = (300, 2_500);

/// What the command line says.
#[derive(Clone, Debug)]
pub struct Choices {
    /// Draws the troubles.
    pub seed: u64,
    /// For how long.
    pub duration: Duration,
    /// How many tickers trade.
    pub tickers: usize,
    /// False where one process lives through all of it, so that its memory tells something.
    pub kills: bool,
    /// The report as JSON, and no progress.
    pub json: bool,
}

/// Soaks and reports; true where all held.
///
/// # Errors
/// The soak itself could not go on: no folder, no gateway, no program.
pub fn run(choices: &Choices) -> anyhow::Result<bool> {
    let mark = std::process::id();
    let folder = std::env::temp_dir().join(format!("ringfence-soak-{}-{mark}", choices.seed));
    let place = Place::make(&folder, choices.seed, choices.tickers)?;
    let mut soak = Soak::begin(choices, place)?;
    soak.disturb()?;
    let report = soak.finish()?;
    if choices.json {
        say(serde_json::to_string_pretty(&report)?);
    } else {
        say(&report);
    }
    let held = report.breaches.is_empty();
    if held {
        std::fs::remove_dir_all(&folder).context("failed to remove the soak's folder")?;
    } else {
        say(format_args!("\nits logs and journal are in {}", folder.display()));
    }
    Ok(held)
}

struct Soak<'a> {
    choices: &'a Choices,
    place: Place,
    program: Option<Program>,
    dice: Dice,
    began: Instant,
    told: Instant,
    injected: BTreeMap<&'static str, u64>,
    audits: u64,
    memory: Vec<(u64, u64)>,
    breaches: Vec<String>,
}

impl<'a> Soak<'a> {
    fn begin(choices: &'a Choices, place: Place) -> anyhow::Result<Soak<'a>> {
        let program = Some(Program::start(place.folder())?);
        let now = Instant::now();
        Ok(Soak {
            choices,
            place,
            program,
            dice: Dice::of(choices.seed),
            began: now,
            told: now,
            injected: BTreeMap::new(),
            audits: 0,
            memory: Vec::new(),
            breaches: Vec::new(),
        })
    }

    /// Troubles until the time is over or something did not hold.
    fn disturb(&mut self) -> anyhow::Result<()> {
        let mut audited = Instant::now();
        while self.began.elapsed() < self.choices.duration && self.breaches.is_empty() {
            std::thread::sleep(self.dice.span(TROUBLE_MS.0, TROUBLE_MS.1));
            self.look_after()?;
            let trouble = Trouble::draw(&mut self.dice, self.choices.kills);
            *self.injected.entry(trouble.name()).or_default() += 1;
            self.carry_out(trouble)?;
            if audited.elapsed() >= AUDIT_EVERY {
                self.audit()?;
                audited = Instant::now();
            }
            self.tell();
        }
        Ok(())
    }

    /// A program that ended by itself did not hold.
    fn look_after(&mut self) -> anyhow::Result<()> {
        let Some(program) = &mut self.program else { return Ok(()) };
        if let Some(status) = program.ended()? {
            self.breaches.push(format!("the program ended by itself: {status}"));
            self.program = Some(Program::start(self.place.folder())?);
        }
        Ok(())
    }

    fn carry_out(&mut self, trouble: Trouble) -> anyhow::Result<()> {
        match trouble {
            Trouble::Kill => self.restart(Program::kill),
            Trouble::Terminate => self.restart(Program::terminate),
            Trouble::Gateway(_, faults) => faults.into_iter().try_for_each(|fault| self.place.fault(fault)),
        }
    }

    fn restart(&mut self, end: impl FnOnce(Program) -> anyhow::Result<()>) -> anyhow::Result<()> {
        if let Some(program) = self.program.take()
            && let Err(error) = end(program)
        {
            self.breaches.push(format!("{error:#}"));
        }
        self.program = Some(Program::start(self.place.folder())?);
        Ok(())
    }

    /// The troubles stop; then all must hold, and soon.
    fn audit(&mut self) -> anyhow::Result<()> {
        self.place.fault(Fault::NetHeal)?;
        let began = Instant::now();
        let mut faults = audit::faults(&self.place.books()?);
        // The market goes on meanwhile, so a fault counts if it stays.
        while !faults.is_empty() && began.elapsed() < REST_PATIENCE {
            std::thread::sleep(LOOK_EVERY);
            faults = audit::faults(&self.place.books()?);
        }
        self.audits += 1;
        self.breaches.extend(faults);
        let memory = self.program.as_ref().and_then(Program::memory_kib);
        self.memory.extend(memory.map(|kib| (self.began.elapsed().as_secs(), kib)));
        Ok(())
    }

    /// Stops the program, compares the books, and starts it once more on a market that
    /// stands still: a restart at rest sends nothing.
    fn finish(mut self) -> anyhow::Result<Report> {
        self.audit()?;
        std::thread::sleep(Duration::from_secs(5));
        self.audit()?;
        self.place.pause(true)?;
        std::thread::sleep(Duration::from_secs(3));
        self.restart(Program::terminate)?;
        std::thread::sleep(Duration::from_secs(6));
        if let Some(program) = self.program.take()
            && let Err(error) = program.terminate()
        {
            self.breaches.push(format!("{error:#}"));
        }
        let books = self.place.books()?;
        self.breaches.extend(audit::faults(&books));
        let cash = paper::AccountOptions::default().cash;
        let ledger = ledger::read(&self.place.folder().join("state").join("journal"))?;
        self.breaches.extend(ledger.faults(&books, cash));
        self.place.end();
        let executions = ledger.executions();
        Ok(Report {
            seed: self.choices.seed,
            seconds: self.began.elapsed().as_secs(),
            tickers: self.choices.tickers,
            kills: self.choices.kills,
            injected: self.injected,
            audits: self.audits,
            executions,
            records: ledger.records,
            exposures: Histogram::of(ledger.exposures),
            memory: self.memory,
            breaches: self.breaches,
            repeat: repeat(self.choices),
        })
    }

    fn tell(&mut self) {
        if self.choices.json || self.told.elapsed() < TELL_EVERY {
            return;
        }
        self.told = Instant::now();
        let (elapsed, wanted) = (self.began.elapsed().as_secs(), self.choices.duration.as_secs());
        let (troubles, audits): (u64, u64) = (self.injected.values().sum(), self.audits);
        let memory = self.memory.last().map_or(0, |(_, kib)| kib / 1_024);
        say(format_args!(
            "{elapsed:>6} of {wanted} s: {troubles} troubles, {audits} audits held, {memory} MiB"
        ));
    }
}

/// The command that draws the same troubles again.
fn repeat(choices: &Choices) -> String {
    let Choices { seed, duration, tickers, kills, .. } = choices;
    let spared = if *kills { "" } else { " --no-kills" };
    format!("supervisor soak --seed {seed} --duration {}s --tickers {tickers}{spared}", duration.as_secs())
}

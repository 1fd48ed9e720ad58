//! The supervisor's command line.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use chrono::{DateTime, Utc};
use clap::{Args, Parser, Subcommand};
use engine::command::TakeOver;
use engine::money::BadNumber;
use engine::rule::{CreatePosition, EntryKind, Opening};
use engine::{Act, Money, Price, Quantity, TickerKey};
use ringfence::config::{self, Choices, Environment, Source};
use ringfence::journal::{self, Form, Wanted};
use ringfence::terminal::say;
use ringfence::{doctor, follow, run, soak};
use rust_decimal::Decimal;

/// Trades many tickers on one Interactive Brokers account: one actor per ticker, every share protected by an order
/// that rests at the broker. Without a command it runs.
///
/// Trading can lose money. This program gives no advice and promises no profit.
#[derive(Parser)]
#[command(name = "supervisor", version, args_conflicts_with_subcommands = true)]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    run: Run,
}

#[derive(Subcommand)]
enum Command {
    /// Start and trade until Ctrl-C
    Run(Run),
    /// Read the config; print what is in force and where each value came from, or every fault
    Check {
        #[command(flatten)]
        config: Config,
        /// Print as JSON
        #[arg(long)]
        json: bool,
    },
    /// Reach each outside thing, say what is wrong and how to mend it; exit 1 if something is
    Doctor {
        #[command(flatten)]
        config: Config,
        /// On a paper account, place an order to buy one far below the market, move it, and cancel it
        #[arg(long)]
        place_test_order: bool,
        /// Print as JSON
        #[arg(long)]
        json: bool,
    },
    /// Ask the supervisor of this folder what it holds and how it does
    Status {
        /// Print as JSON
        #[arg(long)]
        json: bool,
    },
    /// Ask the supervisor of this folder for a ticker's last decisions, each with its reason
    Why {
        /// Which ticker
        ticker: String,
        /// Print as JSON
        #[arg(long)]
        json: bool,
    },
    /// Ask the supervisor of this folder for its limits: today's numbers, how far each is from biting, what it refused
    Risk {
        /// Print as JSON
        #[arg(long)]
        json: bool,
    },
    /// Open nothing until `resume`; what is held is managed as ever
    Pause(Targets),
    /// Go on after `pause`
    Resume(Targets),
    /// Close what tickers hold; they trade on
    Close(Targets),
    /// Close what tickers hold, and halt them
    Flatten(Targets),
    /// Open nothing until `release`, over restarts, too
    Halt(Targets),
    /// End a halt; let a frozen ticker compare with the broker again; release a limit that has tripped (daily_loss,
    /// losing_streak, unfilled_entries), a group of tickers whose loss has tripped, or a person's file (HALT, KILL)
    Release(Targets),
    /// Compare tickers with the broker now
    Reconcile(Targets),
    /// Open a long position with its stop and target; sized and limited as a rule's, unless told otherwise
    Buy(Opens),
    /// Open a short position in the same way
    Short(Opens),
    /// Take over what somebody else holds in a ticker's contract, and protect it
    Adopt(Adopts),
    /// Let a start that trades real money open positions
    Arm(Person),
    /// Read the config again; nothing of one that has a fault is taken
    Reload(Person),
    /// Show the end of a log, whether or not a supervisor runs; without a name, which logs there are
    Logs(Logs),
    /// Look at the journal while no supervisor runs: everything that was decided, in order
    Journal {
        #[command(subcommand)]
        what: Look,
    },
    /// Run the whole program against a paper gateway under random faults and kills, and say what held
    Soak(Soak),
}

#[derive(Args)]
struct Targets {
    /// Which tickers; none: every one, but for `close` and `release`
    targets: Vec<String>,
    /// Who orders it, for the journal
    #[arg(long, default_value = "operator")]
    by: String,
    /// The order's id: given again, no ticker follows it twice
    #[arg(long)]
    id: Option<String>,
    /// Print as JSON
    #[arg(long)]
    json: bool,
}

#[derive(Args)]
struct Opens {
    /// Which ticker
    ticker: String,
    /// So many shares or contracts
    #[arg(long, group = "size")]
    shares: Option<u32>,
    /// So much money, in the account's base currency
    #[arg(long, group = "size")]
    money: Option<Decimal>,
    /// What may be lost at the stop, in the account's base currency
    #[arg(long, group = "size")]
    risk: Option<Decimal>,
    /// The stop's price; without one: what the config says of the ticker
    #[arg(long)]
    stop: Option<Decimal>,
    /// The target's price; without one: what the config says of the ticker
    #[arg(long, conflicts_with = "no_target")]
    target: Option<Decimal>,
    /// Only the stop ends the position
    #[arg(long)]
    no_target: bool,
    /// At the market, in place of a limit just beyond it
    #[arg(long)]
    market: bool,
    #[command(flatten)]
    person: Person,
    /// The order's id: given again, it is not followed twice
    #[arg(long)]
    id: Option<String>,
}

impl Opens {
    fn entry(&self, side: Opening) -> Result<CreatePosition, BadNumber> {
        Ok(CreatePosition {
            shares: self.shares.map(Quantity::whole),
            position_size: self.money.map(Money::new),
            risk_per_trade: self.risk.map(Money::new),
            stop_price: self.stop.map(Price::new).transpose()?,
            target_price: self.target.map(Price::new).transpose()?,
            no_target: self.no_target,
            entry: self.market.then_some(EntryKind::Market),
            ..CreatePosition::of(side)
        })
    }
}

#[derive(Args)]
struct Adopts {
    /// Which ticker
    ticker: String,
    /// The stop's price
    #[arg(long)]
    stop: Decimal,
    /// The target's price; without one only the stop ends the position
    #[arg(long)]
    target: Option<Decimal>,
    #[command(flatten)]
    person: Person,
    /// The order's id: given again, it is not followed twice
    #[arg(long)]
    id: Option<String>,
}

#[derive(Args)]
struct Person {
    /// Who orders it, for the journal
    #[arg(long, default_value = "operator")]
    by: String,
    /// Print as JSON
    #[arg(long)]
    json: bool,
}

#[derive(Subcommand)]
enum Look {
    /// Read all of it; say whether it is what was written, and if not, which record is wrong
    Verify {
        #[command(flatten)]
        at: Place,
        /// Print as JSON
        #[arg(long)]
        json: bool,
    },
    /// Write its records to the standard output, in the words of the logs and of `why`
    Export(Export),
    /// Take out the records of trades that were over long ago, into an archive beside the journal
    Compact {
        #[command(flatten)]
        at: Place,
        /// Keep what is younger, in days of market time, in place of what the config says
        #[arg(long, value_name = "DAYS")]
        keep_days: Option<u32>,
        /// For tests of crashes: die by SIGKILL at this passage
        #[cfg(feature = "testing")]
        #[arg(long, hide = true, value_name = "POINT[:WORD][#N]")]
        kill_at: Option<ports::fail::Switch>,
    },
    /// Tell how much is in it, and which lives of the program wrote it
    Stats {
        #[command(flatten)]
        at: Place,
        /// Print as JSON
        #[arg(long)]
        json: bool,
    },
}

#[derive(Args)]
struct Export {
    #[command(flatten)]
    at: Place,
    /// As CSV with a header; so it is without a choice
    #[arg(long, conflicts_with = "json")]
    csv: bool,
    /// One JSON object a line, with the whole record in it
    #[arg(long)]
    json: bool,
    /// Only the records of this ticker
    #[arg(long, value_name = "TICKER")]
    ticker: Option<TickerKey>,
    /// Only those of this market time and later: 2026-11-26, or 2026-11-26T14:30:00Z
    #[arg(long, value_name = "TIME", value_parser = Wanted::moment)]
    since: Option<DateTime<Utc>>,
}

/// Which journal.
#[derive(Args)]
struct Place {
    /// The journal's own folder, in place of the one that the config names
    #[arg(long, value_name = "DIR")]
    folder: Option<PathBuf>,
    #[command(flatten)]
    config: Config,
}

#[derive(Args)]
struct Soak {
    /// Draws the troubles: the same seed, the same troubles
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// For how long, e.g. 60s, 5m, 2h
    #[arg(long, value_name = "SPAN", value_parser = span, default_value = "60s")]
    duration: Duration,
    /// How many tickers trade
    #[arg(long, default_value_t = 8)]
    tickers: usize,
    /// Only faults of the gateway: one process lives through all of it, and its memory is told
    #[arg(long)]
    no_kills: bool,
    /// Print the report as JSON, and no progress
    #[arg(long)]
    json: bool,
}

#[derive(Args)]
struct Logs {
    /// A ticker, an actor (broker, risk, journal, signal) or a stream (trading, orders, positions, errors)
    name: Option<String>,
    /// Stay, and show what is added, until Ctrl-C
    #[arg(short, long)]
    follow: bool,
    /// How many lines of its end
    #[arg(short = 'n', long, value_name = "COUNT", default_value_t = 20)]
    lines: usize,
    #[command(flatten)]
    config: Config,
}

#[derive(Args)]
struct Config {
    /// Folder of supervisor.toml, tickers.toml and trading_rules.toml [default: config/ if it is there, else built in]
    #[arg(long, value_name = "DIR")]
    config: Option<PathBuf>,
    /// Always use the embedded paper gateway, whatever the config says
    #[arg(long)]
    test_mode: bool,
}

#[derive(Args)]
struct Run {
    #[command(flatten)]
    config: Config,
    /// End by itself after this long, e.g. 60s, 5m, 2h
    #[arg(long, value_name = "SPAN", value_parser = span)]
    duration: Option<Duration>,
    /// Keep the embedded gateway's journal of the last run
    #[arg(long)]
    keep: bool,
    /// Take entries at once with real money, too; without it a live start waits for `supervisor arm`
    #[arg(long)]
    armed: bool,
    /// Wait for `supervisor arm` on paper, too: to rehearse a live start
    #[arg(long, conflicts_with = "armed")]
    unarmed: bool,
    /// For tests of crashes: die by SIGKILL at this passage
    #[cfg(feature = "testing")]
    #[arg(long, hide = true, value_name = "POINT[:WORD][#N]")]
    kill_at: Option<ports::fail::Switch>,
    /// For tests of mistakes: panic at this passage
    #[cfg(feature = "testing")]
    #[arg(long, hide = true, value_name = "POINT[:WORD][#N]")]
    panic_at: Option<ports::fail::Switch>,
}

impl Config {
    fn choices(&self) -> Choices {
        Choices { folder: self.config.clone(), test_mode: self.test_mode }
    }
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    match cli.command.unwrap_or(Command::Run(cli.run)) {
        Command::Run(choices) => start(choices),
        Command::Check { config, json } => check(&config, json),
        Command::Doctor { config, place_test_order, json } => {
            look_around(&config, doctor::Choices { place_test_order, json })
        }
        Command::Status { json } => end(follow::status::status(json).map_err(Into::into), json),
        Command::Why { ticker, json } => end(follow::why::why(&ticker, json).map_err(Into::into), json),
        Command::Logs(choices) => logs(choices),
        Command::Journal { what } => look(what),
        Command::Risk { json } => end(follow::risk::risk(json).map_err(Into::into), json),
        Command::Soak(choices) => soak(choices),
        Command::Pause(targets) => order(Act::Pause, targets),
        Command::Resume(targets) => order(Act::Resume, targets),
        Command::Close(targets) => order(Act::Close, targets),
        Command::Flatten(targets) => order(Act::Flatten, targets),
        Command::Halt(targets) => order(Act::Halt, targets),
        Command::Release(targets) => order(Act::Release, targets),
        Command::Reconcile(targets) => order(Act::Reconcile, targets),
        Command::Buy(opens) => open(opens, Opening::Buy),
        Command::Short(opens) => open(opens, Opening::Short),
        Command::Adopt(adopts) => adopt(adopts),
        Command::Arm(Person { by, json }) => end(follow::order::arm(&by, json), json),
        Command::Reload(Person { by, json }) => end(follow::order::reload(&by, json), json),
    }
}

fn look(what: Look) -> ExitCode {
    match what {
        Look::Verify { at, json } => {
            at_place(at, json, |folder, config| journal::check(folder, config.as_ref().ok(), json))
        }
        Look::Stats { at, json } => at_place(at, json, |folder, _| journal::tell_stats(folder, json)),
        #[cfg(feature = "testing")]
        Look::Compact { at, keep_days, kill_at } => {
            kill_at.into_iter().for_each(ports::fail::arm);
            compact(at, keep_days)
        }
        #[cfg(not(feature = "testing"))]
        Look::Compact { at, keep_days } => compact(at, keep_days),
        Look::Export(choices) => {
            let form = if choices.json { Form::Json } else { Form::Csv };
            let wanted = Wanted { ticker: choices.ticker, since: choices.since };
            let out = std::io::stdout();
            at_place(choices.at, false, |folder, _| journal::export(folder, &wanted, form, out.lock()))
        }
    }
}

fn compact(at: Place, keep_days: Option<u32>) -> ExitCode {
    at_place(at, false, |folder, config| {
        let config = config?;
        let keep_days = keep_days.unwrap_or(config.keep_days);
        journal::compact(folder, |journal| journal::terms(journal, &config), keep_days)
    })
}

/// Does something with the journal that was meant; a config with faults serves where the folder
/// is named.
fn at_place(
    at: Place,
    json: bool,
    what: impl FnOnce(&Path, Result<config::Config, config::Faults>) -> anyhow::Result<()>,
) -> ExitCode {
    let config = load(&at.config);
    let folder = match (at.folder, &config) {
        (Some(folder), _) => folder,
        (None, Ok(config)) => journal::folder_of(config),
        (None, Err(faults)) => return refuse(faults, json),
    };
    end(what(&folder, config), json)
}

fn start(choices: Run) -> ExitCode {
    let armed = arming(&choices);
    #[cfg(feature = "testing")]
    choices
        .kill_at
        .into_iter()
        .chain(choices.panic_at.map(ports::fail::Switch::panicking))
        .for_each(ports::fail::arm);
    let source = Source::find(choices.config.config.as_deref());
    let config = match load(&choices.config) {
        Ok(config) => config,
        Err(faults) => return refuse(&faults, false),
    };
    let of_config = choices.config.choices();
    let choices = run::Choices { config: of_config, duration: choices.duration, keep: choices.keep, armed };
    end(run::run(config, &source, choices), false)
}

fn open(opens: Opens, side: Opening) -> ExitCode {
    let entry = match opens.entry(side) {
        Ok(entry) => entry,
        Err(error) => return end(Err(error.into()), opens.person.json),
    };
    let Opens { ticker, person: Person { by, json }, id, .. } = opens;
    order(Act::Open(Box::new(entry)), Targets { targets: vec![ticker], by, id, json })
}

fn adopt(Adopts { ticker, stop, target, person: Person { by, json }, id }: Adopts) -> ExitCode {
    let wanted =
        Price::new(stop).and_then(|stop| Ok(TakeOver { stop, target: target.map(Price::new).transpose()? }));
    match wanted {
        Ok(wanted) => order(Act::Adopt(wanted), Targets { targets: vec![ticker], by, id, json }),
        Err(error) => end(Err(error.into()), json),
    }
}

/// Whether entries wait for a person; none where the mode decides.
fn arming(choices: &Run) -> Option<bool> {
    match (choices.armed, choices.unarmed) {
        (true, _) => Some(true),
        (_, true) => Some(false),
        _ => None,
    }
}

fn order(act: Act, Targets { targets, by, id, json }: Targets) -> ExitCode {
    match follow::order::order(follow::order::Choices { act, targets, by, id, json }) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => end(Err(error), json),
    }
}

fn soak(Soak { seed, duration, tickers, no_kills, json }: Soak) -> ExitCode {
    match soak::run(&soak::Choices { seed, duration, tickers, kills: !no_kills, json }) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => end(Err(error), json),
    }
}

fn logs(choices: Logs) -> ExitCode {
    let folder = match load(&choices.config) {
        Ok(config) => config.logs.folder,
        // Whoever mends a config wants to see the logs all the more.
        Err(_) => {
            eprintln!("supervisor: the config has faults (supervisor check tells them); looking in logs/");
            "logs".into()
        }
    };
    let own = follow::logs::Choices { name: choices.name, lines: choices.lines, follow: choices.follow };
    end(follow::logs::logs(&folder, &own), false)
}

/// Success, or the error in words: on the terminal, or as JSON where that was asked for.
fn end(ended: anyhow::Result<()>, json: bool) -> ExitCode {
    match ended {
        Ok(()) => return ExitCode::SUCCESS,
        Err(error) if json => say(serde_json::json!({ "error": format!("{error:#}") })),
        Err(error) => eprintln!("supervisor: {error:#}"),
    }
    ExitCode::FAILURE
}

fn check(choices: &Config, json: bool) -> ExitCode {
    match load(choices) {
        Ok(config) if json => {
            say(serde_json::json!({ "faults": [], "settings": config.report }));
            ExitCode::SUCCESS
        }
        Ok(config) => {
            say(&config.report);
            say(format_args!("\nno fault in {}", Source::find(choices.config.as_deref())));
            ExitCode::SUCCESS
        }
        Err(faults) => refuse(&faults, json),
    }
}

fn look_around(choices: &Config, wanted: doctor::Choices) -> ExitCode {
    let config = match load(choices) {
        Ok(config) => config,
        Err(faults) => return refuse(&faults, wanted.json),
    };
    match doctor::doctor(config, &Source::find(choices.config.as_deref()), wanted) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => end(Err(error), wanted.json),
    }
}

fn refuse(faults: &config::Faults, json: bool) -> ExitCode {
    if json {
        let list: Vec<String> = faults.0.iter().map(ToString::to_string).collect();
        say(serde_json::json!({ "faults": list }));
    } else {
        eprintln!("{faults}");
    }
    ExitCode::FAILURE
}

fn load(choices: &Config) -> Result<config::Config, config::Faults> {
    config::load(&choices.choices(), &Environment::of_process())
}

/// `60s`, `5m`, `2h`; seconds without a unit.
fn span(text: &str) -> Result<Duration, String> {
    let (number, unit) = match text.find(|character: char| !character.is_ascii_digit()) {
        Some(place) => text.split_at(place),
        None => (text, "s"),
    };
    let number: u64 = number.parse().map_err(|_| format!("`{text}` is no span; write 60s, 5m or 2h"))?;
    let seconds = match unit {
        "s" => 1,
        "m" => 60,
        "h" => 3_600,
        _ => return Err(format!("`{unit}` is no unit; write s, m or h")),
    };
    Ok(Duration::from_secs(number.saturating_mul(seconds)))
}

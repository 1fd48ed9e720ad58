//! What may be said on the command line, and what of it is said once for several commands.

use std::path::PathBuf;
use std::time::Duration;

use chrono::{DateTime, Utc};
use clap::{Args, Parser, Subcommand};
use engine::command::TakeOver;
use engine::money::BadNumber;
use engine::rule::{CreatePosition, EntryKind, Opening};
use engine::{Money, Price, Quantity, TickerKey};
use ringfence::config::Choices;
use ringfence::config::schema::File;
use ringfence::init::answers::{Endpoint, Mode, ticker};
use ringfence::journal::Wanted;
use ringfence::logs::entry::Severity;
use ringfence::nearest::did_you_mean;
use rust_decimal::Decimal;

use super::screens::{DayReport, Recorded, Screen, Trades};

/// Trades many tickers on one Interactive Brokers account: one actor per ticker, every share protected by an order
/// that rests at the broker. Without a command it runs.
///
/// Trading can lose money. This program gives no advice and promises no profit.
#[derive(Parser)]
#[command(name = "supervisor", version, args_conflicts_with_subcommands = true)]
pub(super) struct Cli {
    #[command(subcommand)]
    pub(super) command: Option<Command>,
    #[command(flatten)]
    pub(super) run: Run,
}

const HEALTH_CODES: &str = "Status at the end:
  0  ready; or degraded: what is held is looked after, and something opens nothing
  1  it lives and is not ready: no connection to the broker, or KILL is set
  2  nothing answers, or a thread gives no sign of life";

#[derive(Subcommand)]
pub(super) enum Command {
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
    /// Ask what a config needs, look whether it is so, and write one; nothing that is there is overwritten
    Init(Init),
    /// Print the JSON schema of a file of the config, for an editor; without a name, of all three
    Schema {
        /// supervisor, tickers or trading_rules
        #[arg(value_parser = file)]
        file: Option<File>,
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
    Status(Screen),
    /// Ask the supervisor of this folder for its positions: prices, stops and how far they are, and what is protected
    Positions(Screen),
    /// Show the orders that can still fill; where no supervisor runs, by its journal
    Orders(Recorded),
    /// List the trades, newest last, or show the dossier of one: signal, orders, fills, protection, money
    Trades(Trades),
    /// Show the latest signals, who said them, and how each ended
    Signals(Recorded),
    /// Ask the supervisor of this folder for a ticker's last decisions, each with its reason
    Why {
        /// Which ticker
        ticker: String,
        #[command(flatten)]
        screen: Screen,
    },
    /// Ask the supervisor of this folder for its limits: today's numbers, how far each is from biting, what it refused
    Risk(Screen),
    /// Report a trading day: trades, fills, slippage, profit by ticker and rule, refusals, incidents
    Report(DayReport),
    /// Ask the supervisor of this folder whether it lives and can do its work: one word, then what is wrong
    #[command(after_help = HEALTH_CODES)]
    Health {
        /// Print as JSON
        #[arg(long)]
        json: bool,
        /// Stay, and print whenever it changes, until Ctrl-C
        #[arg(long)]
        watch: bool,
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
    Reload {
        #[command(flatten)]
        person: Person,
        /// Only print what would change
        #[arg(long)]
        dry_run: bool,
        /// Take out more than half of the tickers at once, should the config ask for it
        #[arg(long)]
        yes: bool,
    },
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
pub(super) struct Targets {
    /// Which tickers; none: every one, but for `close` and `release`
    pub(super) targets: Vec<String>,
    /// Who orders it, for the journal
    #[arg(long, default_value = "operator")]
    pub(super) by: String,
    /// The order's id: given again, no ticker follows it twice
    #[arg(long)]
    pub(super) id: Option<String>,
    /// Print as JSON
    #[arg(long)]
    pub(super) json: bool,
}

#[derive(Args)]
pub(super) struct Opens {
    /// Which ticker
    pub(super) ticker: String,
    /// So many shares or contracts
    #[arg(long, group = "size")]
    pub(super) shares: Option<u32>,
    /// So much money, in the account's base currency
    #[arg(long, group = "size")]
    pub(super) money: Option<Decimal>,
    /// What may be lost at the stop, in the account's base currency
    #[arg(long, group = "size")]
    pub(super) risk: Option<Decimal>,
    /// The stop's price; without one: what the config says of the ticker
    #[arg(long)]
    pub(super) stop: Option<Decimal>,
    /// The target's price; without one: what the config says of the ticker
    #[arg(long, conflicts_with = "no_target")]
    pub(super) target: Option<Decimal>,
    /// Only the stop ends the position
    #[arg(long)]
    pub(super) no_target: bool,
    /// At the market, in place of a limit just beyond it
    #[arg(long)]
    pub(super) market: bool,
    #[command(flatten)]
    pub(super) person: Person,
    /// The order's id: given again, it is not followed twice
    #[arg(long)]
    pub(super) id: Option<String>,
}

impl Opens {
    pub(super) fn entry(&self, side: Opening) -> Result<CreatePosition, BadNumber> {
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
pub(super) struct Adopts {
    /// Which ticker
    pub(super) ticker: String,
    /// The stop's price
    #[arg(long)]
    pub(super) stop: Decimal,
    /// The target's price; without one only the stop ends the position
    #[arg(long)]
    pub(super) target: Option<Decimal>,
    #[command(flatten)]
    pub(super) person: Person,
    /// The order's id: given again, it is not followed twice
    #[arg(long)]
    pub(super) id: Option<String>,
}

#[derive(Args)]
pub(super) struct Person {
    /// Who orders it, for the journal
    #[arg(long, default_value = "operator")]
    pub(super) by: String,
    /// Print as JSON
    #[arg(long)]
    pub(super) json: bool,
}

#[derive(Subcommand)]
pub(super) enum Look {
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
pub(super) struct Export {
    #[command(flatten)]
    pub(super) at: Place,
    /// As CSV with a header; so it is without a choice
    #[arg(long, conflicts_with = "json")]
    pub(super) csv: bool,
    /// One JSON object a line, with the whole record in it
    #[arg(long)]
    pub(super) json: bool,
    /// Only the records of this ticker
    #[arg(long, value_name = "TICKER")]
    pub(super) ticker: Option<TickerKey>,
    /// Only those of this market time and later: 2026-11-26, or 2026-11-26T14:30:00Z
    #[arg(long, value_name = "TIME", value_parser = Wanted::moment)]
    pub(super) since: Option<DateTime<Utc>>,
}

/// Which journal.
#[derive(Args)]
pub(super) struct Place {
    /// The journal's own folder, in place of the one that the config names
    #[arg(long, value_name = "DIR")]
    pub(super) folder: Option<PathBuf>,
    #[command(flatten)]
    pub(super) config: Config,
}

#[derive(Args)]
pub(super) struct Soak {
    /// Draws the troubles: the same seed, the same troubles
    #[arg(long, default_value_t = 1)]
    pub(super) seed: u64,
    /// For how long, e.g. 60s, 5m, 2h
    #[arg(long, value_name = "SPAN", value_parser = span, default_value = "60s")]
    pub(super) duration: Duration,
    /// How many tickers trade
    #[arg(long, default_value_t = 8)]
    pub(super) tickers: usize,
    /// Only faults of the gateway: one process lives through all of it, and its memory is told
    #[arg(long)]
    pub(super) no_kills: bool,
    /// Print the report as JSON, and no progress
    #[arg(long)]
    pub(super) json: bool,
}

#[derive(Args)]
pub(super) struct Logs {
    /// Tickers, actors (broker, risk, journal, signal) or streams (trading, orders, positions, errors), in order of time
    pub(super) names: Vec<String>,
    /// Stay, and show what is added, until Ctrl-C
    #[arg(short, long)]
    pub(super) follow: bool,
    /// How many lines of the end [default: 20, with --since all]
    #[arg(short = 'n', long, value_name = "COUNT")]
    pub(super) lines: Option<usize>,
    /// Only lines that are at least so bad: error, warn, info or debug
    #[arg(long)]
    pub(super) level: Option<Severity>,
    /// Only lines since then: a span (90s, 10m, 2h, 3d) or a time in UTC (2026-11-26, 2026-11-26T10:00:00)
    #[arg(long, value_name = "SPAN|TIME")]
    pub(super) since: Option<String>,
    /// Only lines in which this regular expression is found
    #[arg(long, value_name = "REGEX")]
    pub(super) grep: Option<String>,
    /// Print each line as a JSON object, whatever form the file has
    #[arg(long)]
    pub(super) json: bool,
    #[command(flatten)]
    pub(super) config: Config,
}

#[derive(Args)]
pub(super) struct Config {
    /// Folder of supervisor.toml, tickers.toml and trading_rules.toml [default: config/ if it is there, else built in]
    #[arg(long, value_name = "DIR")]
    pub(super) config: Option<PathBuf>,
    /// Always use the embedded paper gateway, whatever the config says
    #[arg(long)]
    pub(super) test_mode: bool,
}

/// What is not given is asked for: at the terminal, or line by line from the standard input.
#[derive(Args)]
pub(super) struct Init {
    /// Where the files go
    #[arg(long, value_name = "DIR", default_value = "config")]
    pub(super) config: PathBuf,
    /// paper or live
    #[arg(long)]
    pub(super) mode: Option<Mode>,
    /// Where TWS or IB Gateway listens
    #[arg(long)]
    pub(super) host: Option<String>,
    /// Its port
    #[arg(long)]
    pub(super) port: Option<u16>,
    /// The number this program connects under
    #[arg(long)]
    pub(super) client_id: Option<i32>,
    /// The account to trade
    #[arg(long)]
    pub(super) account: Option<String>,
    /// What to trade; several times for several
    #[arg(long = "ticker", value_name = "TICKER", value_parser = ticker)]
    pub(super) tickers: Vec<TickerKey>,
    /// Where the prediction API answers, without a key; or none
    #[arg(long, value_name = "URL")]
    pub(super) signal_url: Option<Endpoint>,
    /// Ask nothing: take what was not given as a question's brackets have it, and keep every answer
    #[arg(long)]
    pub(super) yes: bool,
}

impl Init {
    pub(super) fn choices(self) -> ringfence::init::answers::Choices {
        let Init { config: folder, mode, host, port, client_id, account, tickers, signal_url, yes } = self;
        ringfence::init::answers::Choices {
            folder,
            mode,
            host,
            port,
            client_id,
            account,
            tickers,
            signal_url,
            yes,
        }
    }
}

#[derive(Args)]
pub(super) struct Run {
    #[command(flatten)]
    pub(super) config: Config,
    /// End by itself after this long, e.g. 60s, 5m, 2h
    #[arg(long, value_name = "SPAN", value_parser = span)]
    pub(super) duration: Option<Duration>,
    /// Keep the embedded gateway's journal of the last run
    #[arg(long)]
    pub(super) keep: bool,
    /// Take entries at once with real money, too; without it a live start waits for `supervisor arm`
    #[arg(long)]
    pub(super) armed: bool,
    /// Wait for `supervisor arm` on paper, too: to rehearse a live start
    #[arg(long, conflicts_with = "armed")]
    pub(super) unarmed: bool,
    /// For tests of crashes: die by SIGKILL at this passage
    #[cfg(feature = "testing")]
    #[arg(long, hide = true, value_name = "POINT[:WORD][#N]")]
    pub(super) kill_at: Option<ports::fail::Switch>,
    /// For tests of mistakes: panic at this passage
    #[cfg(feature = "testing")]
    #[arg(long, hide = true, value_name = "POINT[:WORD][#N]")]
    pub(super) panic_at: Option<ports::fail::Switch>,
    /// For tests of threads that hang: stand still at this passage
    #[cfg(feature = "testing")]
    #[arg(long, hide = true, value_name = "POINT[:WORD][#N]")]
    pub(super) stall_at: Option<ports::fail::Switch>,
}

impl Run {
    /// Whether entries wait for a person; none where the mode decides.
    pub(super) fn armed(&self) -> Option<bool> {
        match (self.armed, self.unarmed) {
            (true, _) => Some(true),
            (_, true) => Some(false),
            _ => None,
        }
    }
}

impl Adopts {
    pub(super) fn wanted(&self) -> Result<TakeOver, BadNumber> {
        Ok(TakeOver { stop: Price::new(self.stop)?, target: self.target.map(Price::new).transpose()? })
    }
}

impl Config {
    pub(super) fn choices(&self) -> Choices {
        Choices { folder: self.config.clone(), test_mode: self.test_mode }
    }
}

fn file(text: &str) -> Result<File, String> {
    let known = File::ALL.into_iter().find(|file| file.name() == text);
    let names = File::ALL.map(File::name).join(", ");
    known.ok_or_else(|| {
        format!("there are {names}{}", did_you_mean(text, File::ALL.into_iter().map(File::name)))
    })
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

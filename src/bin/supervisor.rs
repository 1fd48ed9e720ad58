//! The supervisor's command line.

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::{Args, Parser, Subcommand};
use ringfence::config::{self, Choices, Environment, Source};
use ringfence::terminal::say;
use ringfence::{follow, run, soak};

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
    /// Show the end of a log, whether or not a supervisor runs; without a name, which logs there are
    Logs(Logs),
    /// Run the whole program against a paper gateway under random faults and kills, and say what held
    Soak(Soak),
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
        Command::Status { json } => end(follow::status::status(json).map_err(Into::into), json),
        Command::Why { ticker, json } => end(follow::why::why(&ticker, json).map_err(Into::into), json),
        Command::Logs(choices) => logs(choices),
        Command::Soak(choices) => soak(choices),
    }
}

fn start(choices: Run) -> ExitCode {
    let source = Source::find(choices.config.config.as_deref());
    let config = match load(&choices.config) {
        Ok(config) => config,
        Err(faults) => return refuse(&faults, false),
    };
    let of_config = choices.config.choices();
    let choices = run::Choices { config: of_config, duration: choices.duration, keep: choices.keep };
    end(run::run(config, &source, choices), false)
}

fn soak(Soak { seed, duration, tickers, json }: Soak) -> ExitCode {
    match soak::run(&soak::Choices { seed, duration, tickers, json }) {
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

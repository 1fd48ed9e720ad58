//! The kill switch's command line.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand, ValueEnum};
use ports::brakes::Brake;
use ringfence::kill_switch::kill::{self, Choices};
use ringfence::kill_switch::report::Outcome;
use ringfence::kill_switch::{Author, Where, brake};
use ringfence::terminal::say;

/// Stops a supervisor, whether it runs, hangs or is dead. Run it in the folder that the supervisor was started in.
///
/// HALT: nothing opens; what is held is managed as ever. KILL: nothing is sent at all; orders of ours are cancelled, and
/// what is ours is closed. Both are files in state/, and hold until they are released by name.
#[derive(Parser)]
#[command(name = "kill-switch", version, after_help = CODES)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

const CODES: &str = "Status at the end:
  0  done; of kill: flat, looked at and seen
  1  an error; where the file is set, it stays set
  2  the command line is none
  3  of kill: orders or positions are left, or would be (--dry-run)
  4  of kill: nothing was cancelled or closed, for it would take along more than was allowed (--yes, --all), or what is
     ours is not known (--positions all)";

#[derive(Subcommand)]
enum Command {
    /// Set HALT: the supervisor opens nothing, now and after every start, until it is released
    Halt {
        #[command(flatten)]
        author: Who,
        /// Print as JSON
        #[arg(long)]
        json: bool,
    },
    /// Set KILL: the supervisor sends nothing at all until it is released; cancel our orders, close what is ours, look
    /// whether it is flat
    #[command(after_help = CODES)]
    Kill(Kill),
    /// Release HALT or KILL, through the supervisor where one runs
    Release {
        /// Which
        #[arg(value_enum, ignore_case = true)]
        name: Name,
        #[command(flatten)]
        author: Who,
        /// Print as JSON
        #[arg(long)]
        json: bool,
    },
    /// Tell which of them are set here
    Status {
        /// Print as JSON
        #[arg(long)]
        json: bool,
    },
}

#[derive(Clone, Copy, ValueEnum)]
enum Name {
    #[value(name = "HALT")]
    Halt,
    #[value(name = "KILL")]
    Kill,
}

#[derive(Clone, Copy, ValueEnum)]
enum Positions {
    /// What is ours by the journal, as far as the broker has it
    Own,
    /// All that the account holds, ours or not
    All,
}

#[derive(Args)]
struct Who {
    /// Who does it
    #[arg(long, default_value = "operator")]
    by: String,
    /// Why
    #[arg(long, default_value = "no reason given")]
    why: String,
}

#[derive(Args)]
struct Kill {
    #[command(flatten)]
    at: At,
    #[command(flatten)]
    author: Who,
    /// Cancel every order of the login, by hand and of other programs as well
    #[arg(long)]
    all: bool,
    /// The same without a question, but only where ours cannot be cancelled otherwise: TWS lets only the client that
    /// placed an order cancel it, and while the supervisor runs or hangs its client id is taken
    #[arg(long)]
    yes: bool,
    /// What to close
    #[arg(long, value_enum, default_value = "own")]
    positions: Positions,
    /// Connect, read and tell what would be done; write no file, send nothing
    #[arg(long)]
    dry_run: bool,
    /// Print the report as JSON
    #[arg(long)]
    json: bool,
}

/// What is not given is as the supervisor's config says.
#[derive(Args)]
struct At {
    /// Folder of supervisor.toml, tickers.toml and trading_rules.toml
    #[arg(long, value_name = "DIR")]
    config: Option<PathBuf>,
    /// The supervisor runs with --test-mode
    #[arg(long)]
    test_mode: bool,
    /// The broker's host
    #[arg(long)]
    host: Option<String>,
    /// The broker's port
    #[arg(long)]
    port: Option<u16>,
    /// The supervisor's client id
    #[arg(long, value_name = "ID")]
    client_id: Option<i32>,
    /// The account; any other is refused
    #[arg(long)]
    account: Option<String>,
    /// The journal's folder
    #[arg(long, value_name = "DIR")]
    journal: Option<PathBuf>,
}

impl From<Who> for Author {
    fn from(Who { by, why }: Who) -> Author {
        Author { by, why }
    }
}

impl From<At> for Where {
    fn from(At { config, test_mode, host, port, client_id, account, journal }: At) -> Where {
        Where { config, test_mode, host, port, client_id, account, journal }
    }
}

fn main() -> ExitCode {
    let done = Outcome::Flat;
    let (ended, json) = match Cli::parse().command {
        Command::Halt { author, json } => (brake::halt(&author.into(), json).map(|()| done), json),
        Command::Status { json } => (brake::status(json).map(|()| done), json),
        Command::Release { name, author, json } => {
            let which = match name {
                Name::Halt => Brake::Halt,
                Name::Kill => Brake::Kill,
            };
            (brake::release(which, &author.into(), json).map(|()| done), json)
        }
        Command::Kill(Kill { at, author, all, yes, positions, dry_run, json }) => {
            let everything = matches!(positions, Positions::All);
            let (at, author) = (at.into(), author.into());
            (kill::kill(&Choices { at, author, all, yes, everything, dry_run, json }), json)
        }
    };
    match ended {
        Ok(outcome) => return ExitCode::from(outcome.code()),
        Err(error) if json => say(serde_json::json!({ "error": format!("{error:#}") })),
        Err(error) => eprintln!("kill-switch: {error:#}"),
    }
    ExitCode::FAILURE
}

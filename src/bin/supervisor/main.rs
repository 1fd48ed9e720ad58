//! The supervisor's command line: what was said goes to the one who does it.

mod arguments;
mod screens;

use std::path::Path;
use std::process::ExitCode;

use arguments::{Adopts, Cli, Command, Config, Logs, Look, Opens, Person, Place, Run, Soak, Targets};
use clap::Parser;
use engine::Act;
use engine::rule::Opening;
use ringfence::config::schema::File;
use ringfence::config::{self, Environment, Source};
use ringfence::journal::{self, Form, Wanted};
use ringfence::reload::Wish;
use ringfence::terminal::say;
use ringfence::{doctor, follow, init, report, run, soak, told};
use screens::{DayReport, Recorded, Screen, Trades};

fn main() -> ExitCode {
    let cli = Cli::parse();
    match cli.command.unwrap_or(Command::Run(cli.run)) {
        Command::Run(choices) => start(choices),
        Command::Check { config, json } => check(&config, json),
        Command::Init(choices) => init(choices.choices()),
        Command::Schema { file } => print_schema(file),
        Command::Doctor { config, place_test_order, json } => {
            look_around(&config, doctor::Choices { place_test_order, json })
        }
        Command::Status(screen) => shown(&screen, || Ok(follow::status::status(screen.json)?)),
        Command::Positions(screen) => shown(&screen, || Ok(follow::positions::positions(screen.json)?)),
        Command::Orders(Recorded { at, screen }) => {
            shown(&screen, || follow::ask::of_orders(&at.recorded(), screen.json))
        }
        Command::Trades(choices) => trades(&choices),
        Command::Signals(Recorded { at, screen }) => {
            shown(&screen, || follow::ask::of_signals(&at.recorded(), screen.json))
        }
        Command::Why { ticker, screen } => shown(&screen, || Ok(follow::why::why(&ticker, screen.json)?)),
        Command::Logs(choices) => logs(choices),
        Command::Journal { what } => look(what),
        Command::Risk(screen) => shown(&screen, || Ok(follow::risk::risk(screen.json)?)),
        Command::Report(choices) => report_day(choices),
        Command::Health { json, watch: true } => {
            follow::health::watch(json);
            ExitCode::SUCCESS
        }
        Command::Health { json, watch: false } => ExitCode::from(follow::health::health(json) as u8),
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
        Command::Reload { person: Person { by, json }, dry_run, yes } => {
            end(follow::order::reload(&Wish { by, dry_run, yes }, json), json)
        }
    }
}

/// A screen, once or again and again.
fn shown(screen: &Screen, look: impl Fn() -> anyhow::Result<String>) -> ExitCode {
    end(follow::watch::show(screen.watch, screen.json, look), screen.json)
}

fn trades(choices: &Trades) -> ExitCode {
    let Trades { trade, date, ticker, recorded: Recorded { at, screen } } = choices;
    let (at, wanted) = (at.recorded(), told::trades::Wanted { date: *date, ticker: ticker.clone() });
    shown(screen, || match trade {
        Some(name) => follow::ask::of_trade(&at, name, screen.json),
        None => follow::ask::of_trades(&at, &wanted, screen.json),
    })
}

fn report_day(choices: DayReport) -> ExitCode {
    let DayReport { date, format, out, json, at } = choices;
    let format = if json { report::Format::Json } else { format };
    end(report::report(&at.recorded(), date, format, out.as_deref()), json)
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
    let armed = choices.armed();
    #[cfg(feature = "testing")]
    choices
        .kill_at
        .into_iter()
        .chain(choices.panic_at.map(ports::fail::Switch::panicking))
        .chain(choices.stall_at.map(ports::fail::Switch::stalling))
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

fn adopt(adopts: Adopts) -> ExitCode {
    let wanted = match adopts.wanted() {
        Ok(wanted) => wanted,
        Err(error) => return end(Err(error.into()), adopts.person.json),
    };
    let Adopts { ticker, person: Person { by, json }, id, .. } = adopts;
    order(Act::Adopt(wanted), Targets { targets: vec![ticker], by, id, json })
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
    let Logs { names, follow, lines, level, since, grep, json, .. } = choices;
    let own = follow::logs::Choices { names, lines, follow, level, since, grep, json };
    end(follow::logs::logs(&folder, &own), json)
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

fn init(choices: init::answers::Choices) -> ExitCode {
    let folder = match init::init(choices) {
        Ok(folder) => folder,
        Err(error) => return end(Err(error), false),
    };
    say("");
    let checked = check(&Config { config: Some(folder.clone()), test_mode: false }, false);
    init::tell_next(&folder);
    checked
}

fn print_schema(file: Option<File>) -> ExitCode {
    match file {
        Some(file) => say(format_args!("{:#}", file.schema().to_value())),
        None => {
            let all = File::ALL.map(|file| (file.name().to_owned(), file.schema().to_value()));
            say(format_args!("{:#}", serde_json::Value::Object(all.into_iter().collect())));
        }
    }
    ExitCode::SUCCESS
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

//! The log streams as a person meets them: files of a program that trades, and `supervisor logs` over them while it
//! runs and while it does not.

mod support;

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use serde_json::Value;
use support::{Program, command};
use tempfile::TempDir;

/// A guard against hanging, far above what anything here takes.
const PATIENCE: Duration = Duration::from_secs(60);

/// A folder whose config has these lines under `[logs]`.
fn folder(logs: &str) -> TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    configure(folder.path(), logs);
    folder
}

fn configure(folder: &Path, logs: &str) {
    let config = folder.join("config");
    std::fs::create_dir_all(&config).expect("a config folder");
    std::fs::write(config.join("supervisor.toml"), format!("[control]\nport = 0\n\n[logs]\n{logs}\n"))
        .expect("a file");
    for name in ["tickers.toml", "trading_rules.toml"] {
        std::fs::copy(Path::new("config").join(name), config.join(name)).expect("a shipped file");
    }
}

fn supervisor(folder: &Path, arguments: &[&str]) -> Command {
    command(folder, &[&["logs"], arguments].concat())
}

fn logs(folder: &Path, arguments: &[&str]) -> String {
    let ended = supervisor(folder, arguments).output().expect("the program");
    assert!(ended.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&ended.stderr));
    String::from_utf8(ended.stdout).expect("text")
}

fn fails(folder: &Path, arguments: &[&str]) -> String {
    let ended = supervisor(folder, arguments).output().expect("the program");
    assert!(!ended.status.success(), "{arguments:?}");
    String::from_utf8(ended.stderr).expect("text")
}

fn objects(lines: &str) -> Vec<Value> {
    lines.lines().map(|line| serde_json::from_str(line).expect("a JSON object")).collect()
}

fn time(line: &Value) -> DateTime<Utc> {
    line["time"].as_str().expect("a time").parse().expect("a time")
}

/// Trades until an order of AAPL has been filled, and ends.
fn trade(folder: &Path) {
    let mut program = Program::start_in(folder, &[]);
    program.wait_for(&["AAPL    signal ", "AAPL    filled E1 "]);
    let (status, rest) = program.interrupt();
    assert!(status.success(), "{rest}");
}

/// A `logs -f` that is ended with the test.
struct Follower {
    child: Child,
    lines: BufReader<std::process::ChildStdout>,
}

impl Follower {
    fn start(folder: &Path, arguments: &[&str]) -> Follower {
        let mut child = supervisor(folder, arguments).stdout(Stdio::piped()).spawn().expect("the program");
        let lines = BufReader::new(child.stdout.take().expect("its output"));
        Follower { child, lines }
    }

    fn line(&mut self) -> String {
        let mut line = String::new();
        self.lines.read_line(&mut line).expect("a line");
        assert!(!line.is_empty(), "the follower ended");
        line
    }
}

impl Drop for Follower {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn lines_carry_trade_and_order_in_both_forms_also_within_one_file() {
    let folder = folder("format = \"text\"");
    let here = folder.path();
    trade(here);
    let text = std::fs::read_to_string(here.join("logs/actors/ticker-AAPL.log")).expect("a log");
    assert!(text.lines().all(|line| line.starts_with("20") && line.contains(" ticker-AAPL ")), "{text}");
    configure(here, "format = \"json\"");
    trade(here);
    let both = std::fs::read_to_string(here.join("logs/actors/ticker-AAPL.log")).expect("a log");
    let (first, second) = both.split_at(text.len());
    assert_eq!(first, text);
    assert!(!second.is_empty() && second.lines().all(|line| line.starts_with('{')), "{second}");

    // Whatever form a line has in the file, it is shown in the one that is asked for.
    let all = objects(&logs(here, &["AAPL", "--since", "1d", "--json"]));
    assert_eq!(all.len(), both.lines().count());
    let shown = logs(here, &["AAPL", "--since", "1d"]);
    assert!(shown.lines().all(|line| line.starts_with("20")), "{shown}");
    assert!(shown.starts_with(&text));
    let fills: Vec<&Value> =
        all.iter().filter(|line| line["text"].as_str().expect("text").starts_with("filled E1")).collect();
    assert!(fills.len() >= 2, "{fills:?}");
    for fill in fills {
        let (trade, order) =
            (fill["trade"].as_u64().expect("a trade"), fill["order"].as_str().expect("an order"));
        assert!(order.contains(&format!(".AAPL.{trade:04}.E1.")), "{fill}");
        assert_eq!((&fill["level"], &fill["actor"]), (&Value::from("info"), &Value::from("ticker-AAPL")));
        assert!(fill["market"].as_str().expect("market time").starts_with("2008-"), "{fill}");
    }
}

#[test]
fn several_logs_are_one_in_order_of_time_and_chosen_from() {
    let folder = folder("");
    let here = folder.path();
    trade(here);
    let names = ["AAPL", "broker", "journal", "trading"];
    let merged = objects(&logs(here, &[&names[..], &["--since", "1d", "--json"]].concat()));
    assert!(merged.windows(2).all(|two| time(&two[0]) <= time(&two[1])));
    let of = |actor: &str| merged.iter().filter(|line| line["actor"] == actor).count();
    for (actor, file) in [("ticker-AAPL", "ticker-AAPL"), ("broker", "broker"), ("journal", "journal")] {
        let there = std::fs::read_to_string(here.join(format!("logs/actors/{file}.log"))).expect("a log");
        // In `trading` as well, and told once.
        assert_eq!(of(actor), there.lines().count(), "{actor}");
    }
    assert!(of("ticker-IBM") > 0);
    let last = logs(here, &["AAPL", "broker", "-n", "5"]);
    let both = logs(here, &["AAPL", "broker", "--since", "1d"]);
    assert!(last.lines().count() == 5 && both.ends_with(&last), "{last}");

    let info = objects(&logs(here, &["AAPL", "--level", "info", "--since", "1d", "--json"]));
    assert!(!info.is_empty() && info.iter().all(|line| line["level"] != "debug"));
    let found = logs(here, &["AAPL", "--grep", r"filled E\d+ ", "-n", "1"]);
    assert!(found.lines().count() == 1 && found.contains(" filled E1 "), "{found}");
    assert_eq!(logs(here, &["AAPL", "--since", "2100-01-01"]), "");
    let every = objects(&logs(here, &["--since", "1d", "--json"]));
    assert!(every.iter().any(|line| line["actor"] == "risk" || line["actor"] == "broker"));
    assert!(fails(here, &["AAPL", "--since", "soon"]).starts_with("supervisor: --since: `soon` is no span"));
    assert!(fails(here, &["AAPL", "--grep", "("]).starts_with("supervisor: --grep: regex parse error"));
    assert!(fails(here, &["AAPL", "--level", "loud"]).contains("`loud` is no level"));
}

#[test]
fn who_follows_several_logs_sees_every_line_though_files_are_small() {
    let folder = folder("megabytes_max = 0.002\nkeep_files = 1000");
    let here = folder.path();
    let mut program = Program::start_in(here, &[]);
    program.wait_for(&["AAPL    signal "]);
    let mut follower = Follower::start(here, &["AAPL", "broker", "journal", "-f", "--json", "--since", "1d"]);
    program.wait_for(&["AAPL    filled E1 ", "AAPL    closed "]);
    let aside = |name: &str| {
        let actors = std::fs::read_dir(here.join("logs/actors")).expect("a folder");
        let own = format!("{name}.log");
        let mut files: Vec<_> = actors.map(|file| file.expect("a file").path()).collect();
        files.retain(|path| path.file_name().is_some_and(|file| file.to_string_lossy().starts_with(&own)));
        files
    };
    // How much is said of a trade varies; it goes on until a file of it is full.
    let began = Instant::now();
    while aside("ticker-AAPL").len() < 3 {
        assert!(began.elapsed() < PATIENCE, "no file was put aside twice");
        std::thread::sleep(Duration::from_millis(20));
    }
    let (status, rest) = program.interrupt();
    assert!(status.success(), "{rest}");
    let count = |path: &std::path::PathBuf| std::fs::read_to_string(path).expect("a log").lines().count();
    let written: usize = ["ticker-AAPL", "broker", "journal"]
        .iter()
        .flat_map(|name| aside(name))
        .map(|path| count(&path))
        .sum();
    assert!(aside("journal").iter().all(|path| path.metadata().expect("a file").len() < 2_097 + 500));
    // The last ones wait for a line after them.
    let log = here.join("logs/actors/broker.log");
    let mut text = std::fs::read_to_string(&log).unwrap_or_default();
    text.push_str("2100-01-01T00:00:00.000Z INFO  -                         broker           - -                    end\n");
    std::fs::write(&log, text).expect("a line");
    let mut seen: Vec<Value> =
        (0..written).map(|_| serde_json::from_str(&follower.line()).expect("JSON")).collect();
    seen.push(serde_json::from_str(&follower.line()).expect("JSON"));
    assert_eq!(seen.last().expect("a line")["text"], "end");
    // Read again while it is down: the same lines.
    let again = objects(&logs(here, &["AAPL", "broker", "journal", "--since", "1d", "--json"]));
    assert_eq!(again.len(), seen.len());
    let key = |line: &Value| line.to_string();
    let (mut one, mut other): (Vec<String>, Vec<String>) =
        (seen.iter().map(key).collect(), again.iter().map(key).collect());
    one.sort();
    other.sort();
    assert!(one == other, "what was followed and what is there differ");
}

#[test]
fn a_day_is_bounded_and_a_full_one_still_tells_what_is_held_back() {
    let folder = folder("day_mb_max = 0.02\nsite_lines_a_minute_max = 20");
    let here = folder.path();
    let mut program = Program::start_in(here, &[]);
    let began = Instant::now();
    // How much is said of a trade varies; it goes on until the day is full, which is told there.
    while !std::fs::read_to_string(here.join("logs/errors.log")).is_ok_and(|told| told.contains("day_mb_max"))
    {
        assert!(began.elapsed() < PATIENCE, "the day never became full");
        std::thread::sleep(Duration::from_millis(20));
    }
    program.wait_for(&["AAPL    filled E1 "]);
    let (status, rest) = program.interrupt();
    assert!(status.success(), "{rest}");
    let size = |folder: &str| -> u64 {
        let files = std::fs::read_dir(here.join(folder)).expect("a folder");
        files
            .map(|file| file.expect("a file").metadata().expect("a file"))
            .filter(|file| file.is_file())
            .map(|file| file.len())
            .sum()
    };
    let all = size("logs") + size("logs/actors");
    assert!(all > 4_000 && all <= 20_971, "{all}");
    let errors = logs(here, &["errors", "-n", "1000"]);
    assert!(
        errors.contains(" of its 20971 bytes ([logs] day_mb_max): only warnings and errors until 00:00 UTC"),
        "{errors}"
    );
    assert!(errors.contains(" were held back, by [logs] day_mb_max: 0 errors, "), "{errors}");
}

#[test]
fn a_disk_that_takes_no_more_logs_lets_trading_go_on() {
    let folder = folder("");
    let here = folder.path();
    // A device that is always full takes the place of one log.
    std::fs::create_dir_all(here.join("logs/actors")).expect("a folder");
    std::os::unix::fs::symlink("/dev/full", here.join("logs/actors/ticker-AAPL.log")).expect("a link");
    trade(here);
    let others = std::fs::read_to_string(here.join("logs/trading.log")).expect("a log");
    assert!(others.contains(" ticker-AAPL "), "{others}");
}

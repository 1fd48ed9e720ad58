//! The log as one: events in, files of a folder out.

use std::path::Path;

use chrono::{DateTime, Utc};
use tracing_subscriber::layer::SubscriberExt;

use super::entry::{Entry, Format, Severity};
use super::files::{Bounds, Files};
use super::plain::TEXT_BYTES_MAX;
use crate::config::supervisor::Logs;

/// Columns before the text, and what says that it was cut.
const LINE_BYTES_MAX: usize = TEXT_BYTES_MAX + 300;

fn read(folder: &Path, name: &str) -> String {
    std::fs::read_to_string(folder.join(name)).unwrap_or_default()
}

fn names(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap());
    let files = entries.filter(|entry| entry.path().is_file());
    let mut names: Vec<String> = files.map(|file| file.file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

/// Sends what `events` tells through the layer into a folder of its own.
fn logged(format: Format, lines_max: u32, events: impl FnOnce()) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let site_lines_a_minute_max = lines_max.try_into().unwrap();
    let settings =
        Logs { folder: folder.path().to_owned(), format, site_lines_a_minute_max, ..Logs::default() };
    let streams = super::open(&settings, chrono_tz::America::New_York).unwrap();
    let subscriber = tracing_subscriber::registry().with(streams.clone());
    tracing::subscriber::with_default(subscriber, events);
    super::Opened(streams).flush();
    folder
}

#[test]
fn one_line_stays_one_line_on_every_way() {
    let long = "x\u{1b}[2J".repeat(1 << 18);
    let forged = "a\r\n2026-11-26T10:00:00.000Z ERROR - forged - - b";
    let json = "\"}\n{\"time\":\"2026-11-26T10:00:00Z\",\"level\":\"error\"}";
    let invalid = String::from_utf8_lossy(b"\xff\xfe\x1b]0;title\x07\xc3").into_owned();
    let canaries =
        [long.as_str(), forged, json, &invalid, "\u{202e}gnp.exe\u{2066}", "\u{9b}31m\0\u{85}\u{2028}"];
    for format in [Format::Text, Format::Json] {
        let folder = logged(format, 1_000, || {
            for canary in canaries {
                let shown = tracing::field::display(canary);
                tracing::warn!(target: "orders", actor = "broker", market = canary, "{canary}");
                tracing::error!(target: "orders", actor = "broker", order = shown, trade = 3, code = canary, "code");
            }
            // One that would be a file elsewhere.
            tracing::error!(target: "trading", actor = "../../x\n", "elsewhere");
        });
        assert_eq!(names(folder.path()), ["errors.log", "orders.log", "trading.log"]);
        for (name, count) in [("errors.log", 13), ("orders.log", 12), ("actors/broker.log", 12)] {
            let text = read(folder.path(), name);
            assert_eq!(text.lines().count(), count, "{name}");
            for line in text.lines() {
                assert!(line.len() < 2 * LINE_BYTES_MAX, "{name}: {} bytes", line.len());
                let entry = Entry::read(line).expect("a line");
                assert!(["broker", ".._.._x\\n"].contains(&entry.actor.as_str()), "{line}");
                let seen = |c: char| c.is_control() || ('\u{2028}'..='\u{2069}').contains(&c);
                assert!(!line.contains(seen), "{name}: {line:?}");
            }
        }
    }
}

#[test]
fn a_line_carries_time_level_market_actor_trade_and_order() {
    let tell = || {
        tracing::info!(target: "orders", actor = "ticker-AAPL", market = "2008-09-29T14:08:46.5+00:00",
            trade = Some(7_u32), order = "K7Q.AAPL.0007.E1.4R", code = 5, "filled");
        tracing::info!(target: "orders", actor = "ticker-AAPL", trade = None::<u32>, "bare");
    };
    for format in [Format::Text, Format::Json] {
        let folder = logged(format, 1_000, tell);
        let text = read(folder.path(), "actors/ticker-AAPL.log");
        let lines: Vec<Entry> = text.lines().map(|line| Entry::read(line).expect("a line")).collect();
        assert_eq!(text.starts_with('{'), format == Format::Json, "{text}");
        let market = Some("2008-09-29T10:08:46-04:00".parse().unwrap());
        let first = Entry {
            time: lines[0].time,
            level: Severity::Info,
            market,
            actor: "ticker-AAPL".to_owned(),
            trade: Some(7),
            order: Some("K7Q.AAPL.0007.E1.4R".to_owned()),
            text: "filled code=5".to_owned(),
        };
        let bare = Entry {
            time: lines[1].time,
            market: None,
            trade: None,
            order: None,
            text: "bare".to_owned(),
            ..first.clone()
        };
        assert_eq!(lines, [first, bare]);
    }
}

#[test]
fn a_storm_of_one_site_is_held_back_and_counted_and_no_other_site_is() {
    let folder = logged(Format::Text, 3, || {
        for n in 0..10 {
            for actor in ["ticker-AAPL", "ticker-IBM"] {
                tracing::error!(target: "errors", actor, "storm {n}");
            }
        }
        tracing::error!(target: "errors", actor = "ticker-AAPL", "calm");
    });
    let text = read(folder.path(), "actors/ticker-AAPL.log");
    let told: Vec<String> = text.lines().map(|line| Entry::read(line).unwrap().text).collect();
    assert_eq!(told[..4], ["storm 0", "storm 1", "storm 2", "calm"]);
    assert_eq!(told.len(), 5, "{text}");
    assert!(told[4].starts_with("7 lines of ticker-AAPL from src/logs/tests.rs:"), "{text}");
    assert!(told[4].ends_with(" were held back, beyond 3 within a minute"), "{text}");
    assert_eq!(read(folder.path(), "errors.log").lines().count(), 9);
}

const BOUNDS: Bounds = Bounds {
    file_bytes_max: 1 << 30,
    day_bytes_max: 1 << 30,
    keep_days: 2,
    keep_files: 3,
    format: Format::Text,
};

fn files(folder: &Path, bounds: Bounds, now: &str) -> Files {
    std::fs::create_dir_all(folder.join("actors")).unwrap();
    Files::new(folder, bounds, at(now))
}

#[test]
fn a_full_file_is_put_aside_and_only_the_newest_are_kept() {
    let folder = tempfile::tempdir().unwrap();
    let now = at("2026-11-26T10:00:00Z");
    let mut files = files(folder.path(), Bounds { file_bytes_max: 16, ..BOUNDS }, "2026-11-26T10:00:00Z");
    for n in 0..20 {
        files.write(now, "risk", Severity::Info, &format!("line {n:02}"));
    }
    let wanted: Vec<String> = (7..=9).map(|n| format!("risk.log.2026-11-26.{n}")).collect();
    assert_eq!(names(folder.path())[1..], wanted);
    assert_eq!(read(folder.path(), "risk.log"), "line 18\nline 19\n");
    assert_eq!(read(folder.path(), "risk.log.2026-11-26.9"), "line 16\nline 17\n");
}

#[test]
fn a_day_ends_at_midnight_utc_and_old_days_are_removed() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("actors/risk.log");
    let mut files = files(folder.path(), BOUNDS, "2026-11-26T23:59:59Z");
    files.write(at("2026-11-26T23:59:59.999Z"), "actors/risk", Severity::Info, "26");
    files.write(at("2026-11-27T00:00:00Z"), "actors/risk", Severity::Info, "27");
    assert_eq!(read(folder.path(), "actors/risk.log.2026-11-26.1"), "26\n");
    assert_eq!(read(folder.path(), "actors/risk.log"), "27\n");
    // Nobody has to log for a day to end.
    files.turn(at("2026-11-28T00:00:01Z"));
    assert!(!path.exists());
    files.write(at("2026-11-29T00:00:00Z"), "actors/risk", Severity::Info, "29");
    files.write(at("2026-11-30T00:00:00Z"), "actors/risk", Severity::Info, "30");
    assert_eq!(names(&folder.path().join("actors")), ["risk.log", "risk.log.2026-11-29.1"]);
    // A start finds a log of an earlier day.
    drop(files);
    let old = std::fs::OpenOptions::new().append(true).open(&path).unwrap();
    old.set_modified(at("2026-12-01T10:00:00Z").into()).unwrap();
    let mut files = self::files(folder.path(), BOUNDS, "2026-12-02T00:00:00Z");
    files.write(at("2026-12-02T00:00:00Z"), "actors/risk", Severity::Info, "2");
    assert_eq!(names(&folder.path().join("actors")), ["risk.log", "risk.log.2026-12-01.1"]);
}

#[test]
fn a_line_that_was_cut_off_does_not_spoil_the_next_one() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("risk.log"), "hal").unwrap();
    let now = Utc::now();
    let mut files = files(folder.path(), BOUNDS, &now.to_rfc3339());
    files.write(now, "risk", Severity::Info, "whole");
    assert_eq!(read(folder.path(), "risk.log"), "hal\nwhole\n");
}

#[test]
fn a_days_log_is_bounded_and_what_is_held_back_is_counted() {
    let folder = tempfile::tempdir().unwrap();
    let bounds = Bounds { day_bytes_max: 100_000, ..BOUNDS };
    let mut files = files(folder.path(), bounds, "2026-11-26T10:00:00Z");
    let now = at("2026-11-26T10:00:00Z");
    for n in 0..3_000 {
        files.write(now, "trading", Severity::Info, &format!("{n:099}"));
    }
    let ordinary = read(folder.path(), "trading.log").len();
    assert!((70_000..=90_000).contains(&ordinary), "{ordinary}");
    for n in 0..3_000 {
        files.write(now, "broker", Severity::Error, &format!("{n:099}"));
    }
    let serious = read(folder.path(), "broker.log").len();
    assert!(serious >= 5_000, "{serious}");
    // Another start that day has what the first one left.
    let mut files = Files::new(folder.path(), bounds, Utc::now());
    let all: u64 =
        names(folder.path()).iter().map(|name| folder.path().join(name).metadata().unwrap().len()).sum();
    assert!(all <= 100_000, "{all}");
    files.write(Utc::now(), "trading", Severity::Info, &"x".repeat(20_000));
    assert_eq!(read(folder.path(), "trading.log").len(), ordinary);
}

#[test]
fn the_count_of_a_full_day_is_told_when_it_begins_each_hour_and_when_the_day_ends() {
    let folder = tempfile::tempdir().unwrap();
    let mut files = files(folder.path(), Bounds { day_bytes_max: 10_000, ..BOUNDS }, "2026-11-26T10:00:00Z");
    let line = "x".repeat(999);
    for time in
        ["2026-11-26T10:00:00Z", "2026-11-26T10:30:00Z", "2026-11-26T11:30:00Z", "2026-11-27T00:00:00Z"]
    {
        (0..10).for_each(|_| files.write(at(time), "trading", Severity::Info, &line));
        files.write(at(time), "trading", Severity::Error, &line);
    }
    let told = read(folder.path(), "errors.log.2026-11-26.1");
    let told: Vec<&str> = told
        .lines()
        .map(|line| line.split_once("the day's ").or(line.split_once("of the ")).unwrap().1)
        .collect();
    expect_test::expect![[r#"
        log has 6000 of its 10000 bytes ([logs] day_mb_max): only warnings and errors until 00:00 UTC; what is held back is counted
        log has 7231 of its 10000 bytes ([logs] day_mb_max): no line until 00:00 UTC; what is held back is counted
        log of 2026-11-26 were held back, by [logs] day_mb_max: 1 errors, 0 warnings, 15 other lines
        log of 2026-11-26 were held back, by [logs] day_mb_max: 2 errors, 0 warnings, 24 other lines"#]].assert_eq(&told.join("\n"));
}

#[test]
fn a_disk_that_takes_nothing_costs_lines_that_are_counted() {
    let folder = tempfile::tempdir().unwrap();
    let now = at("2026-11-26T10:00:00Z");
    let mut files = files(folder.path(), BOUNDS, "2026-11-26T10:00:00Z");
    // A folder in the file's place takes no line, whoever asks.
    std::fs::create_dir(folder.path().join("risk.log")).unwrap();
    files.write(now, "risk", Severity::Error, "lost");
    files.write(now, "risk", Severity::Info, "lost");
    std::fs::remove_dir(folder.path().join("risk.log")).unwrap();
    files.write(now, "risk", Severity::Info, "there again");
    assert_eq!(read(folder.path(), "risk.log"), "there again\n");
    let told = read(folder.path(), "errors.log");
    assert!(told.ends_with(" the disk did not take 2 lines, 1 of them errors\n"), "{told}");
}

//! The main job, as a user runs it: the program on its built-in config in an empty
//! folder, real sockets, the shipped seed. What a person must see within half a minute
//! is waited for; then Ctrl-C, and the end has to be clean.

mod support;

use support::{Program, run};

/// What must be seen, in words that only the real thing prints.
const SEEN: [&str; 14] = [
    "config from the built-in files",
    "embedded paper gateway on 127.0.0.1:",
    "connected to 127.0.0.1:",
    "AAPL    started",
    "MSFT    started",
    "taken (High Confidence Buy: 0.",
    "taken (High Confidence Short: 0.",
    " stop ",
    "filled E1 ",
    "holds long ",
    " declined: ",
    "closed ",
    "scales in: lot 2",
    " opens the other side once flat",
];

#[test]
fn a_person_sees_the_whole_job_and_ctrl_c_ends_it_cleanly() {
    let mut program = Program::start(&[]);
    let seen = program.wait_for(&SEEN);
    let (status, rest) = program.interrupt();
    assert!(status.success(), "it ended with {status}:\n{rest}");
    assert!(rest.contains("stopping (connected to account DSIM"), "{rest}");
    for ticker in ["AAPL", "GOOG", "IBM", "MSFT"] {
        assert!(rest.lines().any(|line| line.trim_start().starts_with(ticker)), "no {ticker} in:\n{rest}");
    }
    assert!(rest.contains("unprotected at most"), "{rest}");
    assert_the_story_hangs_together(&format!("{seen}{rest}"));
    let logs = program.folder().join("logs");
    for stream in ["trading", "orders", "positions", "actors/ticker-AAPL", "actors/broker", "actors/journal"]
    {
        let path = logs.join(format!("{stream}.log"));
        assert!(path.metadata().is_ok_and(|file| file.len() > 0), "no {}", path.display());
    }
}

/// Nothing is held without a stop and a target, and nothing is closed that was not held.
fn assert_the_story_hangs_together(told: &str) {
    let count = |words: &str| told.lines().filter(|line| line.contains(words)).count();
    for line in told.lines().filter(|line| line.contains("  holds ")) {
        assert!(!line.contains("stop none") && !line.contains("target none"), "{line}");
    }
    assert!(count("  closed ") <= count("filled E1"), "{told}");
    assert_eq!(count("ERROR"), 0, "{told}");
}

#[test]
fn a_duration_ends_it_by_itself() {
    let program = Program::start(&["--duration", "2s"]);
    let (status, told) = program.wait();
    assert!(status.success(), "{told}");
    assert!(told.contains("stopping (connected"), "{told}");
}

#[test]
fn a_second_one_in_the_same_folder_is_turned_away_and_takes_nothing_from_the_first() {
    let mut program = Program::start(&[]);
    program.wait_for(&["in step with the broker"]);
    let address = || std::fs::read_to_string(program.folder().join("state/gateway")).expect("an address");
    let before = address();
    let (started, said) = run(program.folder(), &["--duration", "1s"]);
    assert!(!started && said.contains("is in use by another process"), "{said}");
    assert_eq!(address(), before, "where the kill switch finds the first one's gateway");
    assert!(run(program.folder(), &["health"]).1.contains("ready"), "the first one trades on");
    let (status, rest) = program.interrupt();
    assert!(status.success(), "{rest}");
}

//! Who may order what, and that an order of a person gets through whatever else is going on.

mod crash;
mod support;

use std::io::Write;
use std::net::TcpStream;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

use crash::desk::{Desk, SYMBOL};
use crash::verdict;
use support::{Program, ask, request, run};

const KEYS: [&str; 5] = ["", "0123456789", "view_token", "trade_token", "token"];

/// A program that trades the desk's symbol, in step with the broker.
fn trading(folder: &Path, arguments: &[&str]) -> (Desk, Program) {
    let desk = Desk::open(folder);
    let mut program = Program::start_in(folder, arguments);
    program.wait_for(&["in step with the broker"]);
    verdict::until_settled(&desk, folder, "");
    (desk, program)
}

#[test]
fn every_endpoint_answers_the_roles_that_it_is_for() {
    let folder = tempfile::tempdir().expect("a folder");
    let (_desk, mut program) = trading(folder.path(), &[]);
    let acts = ["pause", "resume", "close", "flatten", "halt", "reconcile", "release"];
    let order = |act: &str| format!(r#"{{"id":"{act}","by":"ann","act":"{act}","targets":["{SYMBOL}"]}}"#);
    let orders = acts.map(|act| ("POST /order", order(act), if act == "release" { 4 } else { 3 }));
    let person = || r#"{"by":"ann"}"#.to_owned();
    let reads = [
        "/status",
        "/positions",
        "/orders",
        "/trades",
        "/signals/latest",
        "/report",
        "/why/ACME",
        "/risk",
        "/health/live",
        "/health/ready",
    ];
    // What does not know its trade says so to those only who may look.
    let no_trade = "GET /trades/ACME.9";
    let reads = reads.map(|path| format!("GET {path}"));
    let mut endpoints: Vec<_> = reads.iter().map(|line| (line.as_str(), String::new(), 2)).collect();
    endpoints.extend(orders);
    endpoints.extend([("POST /arm", person(), 4), ("POST /reload", person(), 4)]);
    endpoints.push((no_trade, String::new(), 2));
    for (index, key) in KEYS.into_iter().enumerate() {
        for (line, body, least) in &endpoints {
            let (status, said) = request(folder.path(), key, line, body).expect("an answer");
            let wanted: &[u16] = match index {
                // How it does, anybody may ask who does not pretend to be somebody.
                0 if line.contains("/health/") => &[200],
                0 | 1 => &[401, 429],
                _ if index < *least => &[403],
                _ if *line == no_trade => &[404],
                _ => &[200],
            };
            assert!(wanted.contains(&status), "{key} {line} {body}: {status} {said}");
        }
    }
    program.interrupt();
}

#[test]
fn wrong_tokens_are_turned_away_and_keep_nobody_else_waiting() {
    let folder = tempfile::tempdir().expect("a folder");
    let (_desk, mut program) = trading(folder.path(), &[]);
    let guess = || request(folder.path(), "guessed", "GET /status", "").expect("an answer").0;
    let told: Vec<u16> = (0..12).map(|_| guess()).collect();
    assert_eq!(told, [[401; 10].as_slice(), &[429; 2]].concat());
    assert!(ask(folder.path(), "/status").is_some(), "who knows the token is answered");
    let (followed, said) = run(folder.path(), &["halt", "--by", "ann"]);
    assert!(followed, "{said}");
    program.wait_for(&["10 requests with a wrong token", "halt by ann"]);
    program.interrupt();
}

#[test]
fn a_flatten_gets_through_hundreds_of_connections_that_say_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let (_desk, mut program) = trading(folder.path(), &[]);
    let door = std::fs::read(folder.path().join("state/control.json")).expect("the control file");
    let door: serde_json::Value = serde_json::from_slice(&door).expect("JSON");
    let address = door["address"].as_str().expect("an address");
    let half = |_| {
        let mut stream = TcpStream::connect(address).expect("a connection");
        stream.write_all(b"POST /order HTTP/1.1\r\nHost: localhost\r\nContent-Le").expect("to write");
        stream
    };
    let held: Vec<TcpStream> = (0..400).map(half).collect();
    let (followed, said) = run(folder.path(), &["flatten", "--by", "ann"]);
    assert!(followed, "{said}");
    program.wait_for(&["flatten by ann"]);
    drop(held);
    program.interrupt();
}

#[test]
fn an_unarmed_start_opens_nothing_until_a_person_arms_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let (desk, mut program) = trading(folder.path(), &["--unarmed"]);
    desk.say("BUY", 0.7);
    program.wait_for(&["not armed: this start trades real money"]);
    assert!(run(folder.path(), &["status"]).1.contains("not armed"));
    assert!(verdict::until_sound(&desk, "").orders.is_empty(), "nothing was sent");
    let (armed, said) = run(folder.path(), &["arm", "--by", "ann"]);
    assert!(armed && said.contains("armed: entries are taken"), "{said}");
    desk.say("BUY", 0.71);
    program.wait_for(&["armed by ann", "  holds "]);
    let (armed, said) = run(folder.path(), &["arm", "--by", "ann"]);
    assert!(armed && said.contains("nothing to arm"), "{said}");
    verdict::until_sound(&desk, "");
    program.interrupt();
    let (read, said) = run(folder.path(), &["journal", "export"]);
    assert!(read && said.contains("armed by ann"), "{said}");

    let mut again = Program::start_in(folder.path(), &["--unarmed"]);
    again.wait_for(&["in step with the broker"]);
    verdict::until_settled(&desk, folder.path(), "");
    desk.say("SHORT", 0.72);
    let told = again.wait_for(&["not armed: this start trades real money"]);
    assert!(told.contains("closed long 100"), "what is held can be closed: {told}");
    again.interrupt();
}

#[test]
fn a_reload_takes_all_or_nothing_and_never_the_mode() {
    let folder = tempfile::tempdir().expect("a folder");
    let (desk, mut program) = trading(folder.path(), &[]);
    let file = folder.path().join("config/supervisor.toml");
    let shipped = std::fs::read_to_string(&file).expect("the config");
    let live = shipped.replace("[broker]", "[broker]\nmode = \"live\"\nlive_accounts = [\"U1\"]");
    let port = desk.address().rsplit(':').next().expect("a port").to_owned();
    for (change, words) in [
        (
            live.replace("[gateway]", &format!("live_ports = [{port}]\n[gateway]")),
            "broker.mode paper -> live: that holds for a whole run",
        ),
        (
            shipped.replace("[broker]", "[broker]\nclient_id = 9"),
            "broker.client_id 1 -> 9: that holds for a whole run",
        ),
        (shipped.replace("[broker]", "[broker]\nclient_idd = 9"), "did you mean `client_id`"),
    ] {
        std::fs::write(&file, change).expect("to write");
        let (taken, said) = run(folder.path(), &["reload", "--by", "ann"]);
        assert!(!taken && said.contains(words), "{said}");
    }
    std::fs::write(&file, shipped).expect("to write");
    let (taken, said) = run(folder.path(), &["reload", "--by", "ann"]);
    assert!(taken && said.contains("nothing changed"), "{said}");
    program.wait_for(&["config read again: nothing changed"]);
    let hung_up = Command::new("kill").args(["-HUP", &program.pid()]).status().expect("kill");
    assert!(hung_up.success());
    program.wait_for(&["config read again: nothing changed"]);
    program.interrupt();
    let (read, said) = run(folder.path(), &["journal", "export"]);
    assert!(read && said.contains("config read again for ann"), "{said}");
}

#[test]
fn a_ctrl_c_in_the_same_moment_as_a_reload_ends_it() {
    for _ in 0..4 {
        let mut program = Program::start(&["--duration", "5m"]);
        program.wait_for(&["in step with the broker"]);
        let both = r#"kill -HUP "$0" && kill -INT "$0""#;
        let sent = Command::new("sh").args(["-c", both, &program.pid()]).status().expect("kill");
        assert!(sent.success());
        assert!(program.wait().0.success());
    }
}

#[test]
fn nothing_starts_on_a_config_that_others_may_change_and_what_it_writes_is_private() {
    let folder = tempfile::tempdir().expect("a folder");
    let desk = Desk::open(folder.path());
    let file = folder.path().join("config/tickers.toml");
    let mode = |path: &Path, mode| {
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).expect("to change its mode");
    };
    mode(&file, 0o666);
    let (started, said) = run(folder.path(), &["--duration", "1s"]);
    assert!(
        !started && said.contains("`config/tickers.toml` can be changed by others (mode 666): chmod go-w"),
        "{said}"
    );
    mode(&file, 0o644);
    std::fs::create_dir(folder.path().join("state")).expect("a folder");
    mode(&folder.path().join("state"), 0o755);
    let mut program = Program::start_in(folder.path(), &[]);
    program.wait_for(&["in step with the broker"]);
    let of = |path: &str| folder.path().join(path).metadata().expect(path).permissions().mode() & 0o777;
    assert_eq!(
        [
            "state",
            "state/journal",
            "state/journal/journal.db",
            "state/control.json",
            "logs",
            "logs/trading.log"
        ]
        .map(of),
        [0o700, 0o700, 0o600, 0o600, 0o700, 0o600]
    );
    drop(desk);
    program.interrupt();
}

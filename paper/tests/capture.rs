//! What `--trace` and `--capture` tell is what was really said, byte for byte, in both protocols.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on has failed")]

mod wire_client;

use std::io::{BufRead, BufReader, Read};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::{Child, Command, Output, Stdio};

use paper::wire::capture::{Captured, Writer};
use paper::wire::frame;
use paper::{Gateway, Options};
use wire_client::{Wire, limit};

/// A file of this test's own, which is gone when it ends.
struct Scratch(PathBuf);

impl Scratch {
    fn new(name: &str) -> Scratch {
        Scratch(std::env::temp_dir().join(format!("paper-{}-{name}", std::process::id())))
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

fn gateway(capture: &Scratch) -> Gateway {
    let capture = Some(capture.0.clone());
    Gateway::start(Options { capture, is_paused: true, ..Options::default() }).unwrap()
}

fn decode(file: &Scratch) -> Output {
    Command::new(env!("CARGO_BIN_EXE_paper-gateway")).arg("decode").arg(&file.0).output().unwrap()
}

/// A conversation in text; gives every body that came.
fn talk_in_text(address: SocketAddr) -> Vec<Vec<u8>> {
    let mut wire = Wire::greet_as(address, "v157..178");
    let mut came = vec![wire.body().unwrap()];
    wire.write(&frame(b"71\x002\x0021\0\0"));
    wire.write(&frame(b"99\x000\0"));
    while !came.last().unwrap().starts_with(b"102\0") {
        came.push(wire.body().unwrap());
    }
    came
}

#[test]
fn a_capture_holds_both_sides_of_every_conversation() {
    let file = Scratch::new("both-sides");
    let gateway = gateway(&file);
    let came = talk_in_text(gateway.tws());
    let mut wire = Wire::connect(gateway.tws(), 22);
    wire.place(1, limit("BUY", 100, 50.0, "captured"));
    wire.settle();
    // Without its connection the gateway is stopped; the file is whole all the same.
    gateway.stop();
    let text = std::fs::read_to_string(&file.0).unwrap();
    let frames: Vec<Captured> = Captured::read(&text).map(Result::unwrap).collect();
    let said = |connection, from| {
        let bodies = frames.iter().filter(move |one| one.connection == connection && one.from == from);
        bodies.map(|one| one.body.clone()).collect::<Vec<_>>()
    };
    assert_eq!(said(1, Writer::Gateway), came);
    let asked = [&b"v157..178"[..], b"71\x002\x0021\0\0", b"99\x000\0"];
    assert_eq!(said(1, Writer::Client), asked);
    let told = decode(&file);
    let told = String::from_utf8(told.stdout).unwrap();
    for wanted in [
        "#1 --> handshake [\"v157..178\"]",
        "#1 <-- ManagedAccounts [\"1\", \"DSIM0001\"]",
        "#2 --> StartApi {\"client_id\":22}",
        "#2 --> PlaceOrder {\"order_id\":1,",
        "\"order_ref\":\"captured\"",
        "#2 <-- OrderStatus {\"order_id\":1,\"status\":\"PreSubmitted\"",
    ] {
        assert!(told.contains(wanted), "{wanted} is not told in\n{told}");
    }
    assert_eq!(told.lines().count(), frames.len());
}

#[test]
fn frames_that_a_fault_damaged_are_captured_as_they_went_out() {
    let file = Scratch::new("damaged");
    let gateway = gateway(&file);
    let mut wire = Wire::connect(gateway.tws(), 22);
    wire.settle();
    let twice = serde_json::from_str(r#"{"fault": "frame.dup", "message": 49}"#).unwrap();
    gateway.control().fault(twice).unwrap();
    wire.settle();
    gateway.stop();
    let text = std::fs::read_to_string(&file.0).unwrap();
    let told: Vec<String> = Captured::read(&text).map(|one| one.unwrap().to_string()).collect();
    let times = told.iter().filter(|line| line.contains("<-- CurrentTime ")).count();
    let asked = told.iter().filter(|line| line.contains("--> CurrentTime ")).count();
    assert_eq!((asked, times), (2, 3));
}

#[test]
fn a_file_that_is_no_capture_is_refused_in_words() {
    let file = Scratch::new("no-capture");
    std::fs::write(&file.0, "Ticker,Date,Open\n").unwrap();
    let told = decode(&file);
    assert!(!told.status.success());
    let words = String::from_utf8(told.stderr).unwrap();
    assert!(words.contains("line 1 is no captured frame"), "{words}");
    let missing = decode(&Scratch::new("missing"));
    assert!(String::from_utf8(missing.stderr).unwrap().contains("failed to read"));
    let capture = Some(std::env::temp_dir().join("no-such-folder").join("capture"));
    let refused = Gateway::start(Options { capture, ..Options::default() }).unwrap_err().to_string();
    assert!(refused.contains("failed to write the capture"), "{refused}");
}

/// The gateway as a program of its own, which ends with the test.
struct Program(Child);

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn a_trace_is_told_while_the_gateway_runs() {
    let mut command = Command::new(env!("CARGO_BIN_EXE_paper-gateway"));
    command.args(["--port", "0", "--trace"]).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut program = Program(command.spawn().unwrap());
    let mut lines = BufReader::new(program.0.stdout.take().unwrap()).lines();
    let listening = lines.next().unwrap().unwrap();
    let address = listening.strip_prefix("listening on ").and_then(|rest| rest.split(',').next()).unwrap();
    // What a client has heard was told before.
    drop(Wire::connect(address.parse().unwrap(), 5));
    program.0.kill().unwrap();
    let mut told = String::new();
    program.0.stderr.take().unwrap().read_to_string(&mut told).unwrap();
    let mut rest = told.as_str();
    for wanted in
        ["handshake [\"v213..226\"]", "--> StartApi {\"client_id\":5}", "<-- NextValidId {\"order_id\":1}"]
    {
        let at = rest.find(wanted).unwrap_or_else(|| panic!("{wanted} is not told in\n{told}"));
        rest = &rest[at..];
    }
}

//! The gateway goes away and comes back with its account, or loses IB for a while: the
//! supervisor finds it by itself, books what happened meanwhile, and trades on.

mod support;

use std::net::SocketAddr;
use std::time::Duration;

use paper::faults::Fault;
use paper::{Gateway, Options};
use support::{Program, audit, market};

#[test]
fn a_gateway_that_was_stopped_and_started_again_is_found_and_traded_on() {
    let folder = tempfile::tempdir().expect("a folder");
    let options = Options { state: Some(folder.path().join("account.json")), ..market::options() };
    let gateway = Gateway::start(options.clone()).expect("a paper gateway");
    market::config(folder.path(), &gateway);
    let again = Options { tws: gateway.tws(), api: gateway.api(), ..options };
    let mut program = Program::start_in(folder.path(), &[]);
    let mut told = program.wait_for(&["in step with the broker", "filled E1 ", "  holds "]);

    gateway.stop();
    told.push_str(&program.wait_for(&["order news may be missing: "]));
    // Long enough that the first tries to connect fail.
    std::thread::sleep(Duration::from_millis(1_500));
    let gateway = start(&again);
    told.push_str(&program.wait_for(&["in step with the broker", " taken (", "filled "]));

    let (status, rest) = program.interrupt();
    told.push_str(&rest);
    assert!(status.success(), "{told}");
    assert!(!told.contains("frozen") && !told.contains("panicked"), "{told}");
    assert!(audit::until_sound(&gateway.tws().to_string(), &told) > 1, "{told}");
}

/// A gateway without IB answers as ever, with what it last knew.
#[test]
fn while_the_gateway_is_without_ib_nothing_counts_as_in_step() {
    let folder = tempfile::tempdir().expect("a folder");
    let gateway = Gateway::start(market::options()).expect("a paper gateway");
    market::config(folder.path(), &gateway);
    let mut program = Program::start_in(folder.path(), &[]);
    program.wait_for(&["in step with the broker"]);
    let say = |code| {
        let said = gateway.control().fault(Fault::Code { code, id: None, text: None });
        said.expect("a gateway that listens");
    };

    say(1100);
    program.wait_for(&["order news may be missing: 1100"]);
    // Several times as long as it takes to ask for everything.
    std::thread::sleep(Duration::from_secs(4));
    say(1102);
    let told = program.wait_for(&["order news may be missing: 1102", "in step with the broker"]);
    let [back, in_step] = ["missing: 1102", "in step with the broker"].map(|words| told.find(words));
    assert!(back < in_step, "in step before IB was back:\n{told}");
    let (status, rest) = program.interrupt();
    assert!(status.success(), "{rest}");
}

/// The system may hold a port for a moment after its listener is gone.
fn start(options: &Options) -> Gateway {
    let free = |at: SocketAddr| std::net::TcpListener::bind(at).is_ok();
    for _ in 0..100 {
        if free(options.tws) && options.api.is_none_or(free) {
            break;
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    Gateway::start(options.clone()).expect("the gateway again")
}

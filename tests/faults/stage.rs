//! A gateway, the program trading at it, and an auditor: where each fault is played.

use paper::faults::{Fault, Scenario};
use paper::{Gateway, Options};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::support::{Program, audit, market};

/// What is set up for one test.
pub(crate) struct Stage {
    pub(crate) gateway: Gateway,
    pub(crate) folder: TempDir,
    pub(crate) program: Program,
    pub(crate) told: String,
}

impl Stage {
    /// The program is connected and trades.
    pub(crate) fn open() -> Stage {
        Stage::open_at(market::options())
    }

    /// As [`Stage::open`], at a gateway of these options.
    pub(crate) fn open_at(options: Options) -> Stage {
        let folder = tempfile::tempdir().expect("a folder");
        let gateway = Gateway::start(options).expect("a paper gateway");
        market::config(folder.path(), &gateway);
        let mut program = Program::start_in(folder.path(), &[]);
        let told = program.wait_for(&["in step with the broker"]);
        Stage { gateway, folder, program, told }
    }

    /// Something goes wrong, now or with the next that it meets.
    pub(crate) fn fault(&self, fault: Value) {
        let fault: Fault = serde_json::from_value(fault).expect("a fault");
        self.gateway.control().fault(fault).expect("a gateway that listens");
    }

    /// TWS says a code.
    pub(crate) fn code(&self, code: i32) {
        self.fault(json!({ "fault": "code", "code": code }));
    }

    /// Something goes wrong each time its moment comes, up to `count` times.
    pub(crate) fn each(&self, when: &Value, fault: &Value, count: u32) {
        let scenario = json!({ "seed": 7, "step": [{ "when": when, "do": fault, "count": count }] });
        let scenario = Scenario::from_json(scenario.to_string().as_bytes()).expect("a scenario");
        self.gateway.control().scenario(scenario).expect("a gateway that listens");
    }

    /// Waits until each of `words` was said, from now on.
    pub(crate) fn wait(&mut self, words: &[&str]) -> String {
        let said = self.program.wait_for(words);
        self.told.push_str(&said);
        said
    }

    /// Time passes; what is waited for afterwards is said after it.
    pub(crate) fn passes(&mut self, time: std::time::Duration) {
        std::thread::sleep(time);
        self.told.push_str(&self.program.said_so_far());
    }

    /// It takes signals and is filled, as before.
    pub(crate) fn trades_on(&mut self) {
        self.wait(&[" taken (", "filled "]);
    }

    /// How many executions the gateway remembers.
    pub(crate) fn executions(&self) -> usize {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        runtime.block_on(self.gateway.control().show()).expect("a gateway that listens").executions
    }

    /// What the gateway holds, by symbol: of a ticker that trades.
    pub(crate) fn held(&self) -> (String, rust_decimal::Decimal) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        for _ in 0..3_000 {
            let shown = runtime.block_on(self.gateway.control().show()).expect("a gateway that listens");
            if let Some((symbol, shares)) = shown.positions.iter().find(|(_, shares)| !shares.is_zero()) {
                return (symbol.clone(), *shares);
            }
            std::thread::sleep(std::time::Duration::from_millis(10));
        }
        panic!("nothing was ever held:\n{}", self.told);
    }

    /// Nothing is there twice, nothing left behind, each share protected; the program ends
    /// cleanly, and no ticker was frozen or panicked. Answers with all that it said.
    pub(crate) fn ends_well(self) -> String {
        let told = self.ends_sound();
        assert!(!told.contains("frozen"), "{told}");
        told
    }

    /// As [`Stage::ends_well`], but a ticker may be frozen.
    pub(crate) fn ends_sound(mut self) -> String {
        let executions = audit::until_sound(&self.gateway.tws().to_string(), &self.told);
        assert!(executions > 0, "{}", self.told);
        self.ends()
    }

    /// The program ends cleanly and has not panicked.
    pub(crate) fn ends(&mut self) -> String {
        let (status, rest) = self.program.interrupt();
        self.told.push_str(&rest);
        assert!(status.success(), "{}", self.told);
        assert!(!self.told.contains("panicked"), "{}", self.told);
        std::mem::take(&mut self.told)
    }
}

/// The gateway does `fault`, the program says each of `words`, and then all is well.
pub(crate) fn play(fault: Value, words: &[&str]) -> String {
    let mut stage = Stage::open();
    stage.fault(fault);
    stage.wait(words);
    stage.trades_on();
    stage.ends_well()
}

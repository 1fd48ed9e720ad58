//! What a test of a fault stands on: a gateway whose prices stand still, signals that the test gives, and the program.
//!
//! Nothing moves by itself, so whatever happens came of the fault.

use std::fmt::Write;
use std::path::Path;

use paper::faults::Fault;
use paper::market::own::Prices;
use paper::{Gateway, MarketOptions, Options};
use tempfile::TempDir;

use crate::support::signals::Signals;
use crate::support::{Program, audit};

/// The symbol that is traded where one is enough.
pub(crate) const CALM: &str = "CALM";

/// Everything a test needs.
pub(crate) struct Stage {
    pub(crate) gateway: Gateway,
    pub(crate) signals: Signals,
    pub(crate) program: Program,
    pub(crate) folder: TempDir,
    /// All that the program has said.
    pub(crate) told: String,
}

/// A gateway that lists symbols whose prices stand still, and a folder that trades them there.
pub(crate) fn set(symbols: &[&str], change: impl FnOnce(&mut Options)) -> (Gateway, Signals, TempDir) {
    let folder = tempfile::tempdir().expect("a folder");
    let prices = symbols.iter().flat_map(|symbol| still(folder.path(), symbol)).collect();
    let market = MarketOptions { prices, ..MarketOptions::demo() };
    let mut options = Options { market, ..Options::default() };
    change(&mut options);
    let gateway = Gateway::start(options).expect("a paper gateway");
    let signals = Signals::start();
    configure(folder.path(), symbols, gateway.tws().port(), &signals);
    (gateway, signals, folder)
}

impl Stage {
    /// The program trades [`CALM`] and is in step with the broker.
    pub(crate) fn start() -> Stage {
        Stage::over(&[CALM], |_| ())
    }

    pub(crate) fn over(symbols: &[&str], change: impl FnOnce(&mut Options)) -> Stage {
        let (gateway, signals, folder) = set(symbols, change);
        let program = Program::start_in(folder.path(), &[]);
        let mut stage = Stage { gateway, signals, program, folder, told: String::new() };
        stage.says(&["in step with the broker"]);
        stage
    }

    /// The program holds [`CALM`], protected.
    pub(crate) fn holding() -> Stage {
        let mut stage = Stage::start();
        stage.enter();
        stage
    }

    /// Waits until the program says each of `words` from here on; answers with what it said.
    pub(crate) fn says(&mut self, words: &[&str]) -> String {
        let said = self.program.wait_for(words);
        self.told.push_str(&said);
        said
    }

    /// Makes something go wrong.
    pub(crate) fn fault(&self, fault: Fault) {
        self.gateway.control().fault(fault).expect("a gateway that listens");
    }

    /// TWS says a code.
    pub(crate) fn code(&self, code: i32) {
        self.fault(Fault::Code { code, id: None, text: None });
    }

    /// A signal for [`CALM`], now.
    pub(crate) fn signal(&self, signal: &str) {
        self.signals.say(CALM, signal, 0.9, &self.gateway.market_now().to_rfc3339());
    }

    /// Buys [`CALM`] and waits until it is held and protected.
    pub(crate) fn enter(&mut self) {
        self.signal("BUY");
        self.says(&["filled E1 ", "  holds "]);
    }

    /// Waits until the gateway holds nothing that is not protected by exactly as much, and nothing twice.
    pub(crate) fn sound(&self) -> usize {
        audit::until_sound(&self.gateway.tws().to_string(), &self.told)
    }

    /// Sends the program a signal, named as `kill` names it.
    pub(crate) fn kill(&self, name: &str) {
        let sent =
            std::process::Command::new("kill").args([name, &self.program.pid()]).status().expect("kill");
        assert!(sent.success());
    }

    /// Kills the program (SIGKILL), does something meanwhile, and starts it again.
    pub(crate) fn start_again(&mut self, meanwhile: impl FnOnce(&Stage)) {
        self.kill("-KILL");
        self.told.push_str(&self.program.ended().1);
        meanwhile(self);
        self.program = Program::start_in(self.folder.path(), &[]);
        self.says(&["in step with the broker"]);
    }

    /// Sells until it is taken: while the link is being made anew signals are declined.
    pub(crate) fn leave(&mut self) {
        for _ in 0..20 {
            self.signal("SELL");
            if self.says(&["signal SELL 0.90 "]).contains("signal SELL 0.90 taken") {
                self.says(&[" closed long "]);
                return;
            }
            std::thread::sleep(std::time::Duration::from_millis(300));
        }
        panic!("SELL was never taken:\n{}", self.told);
    }

    /// What the gateway holds of [`CALM`], asked under another client id.
    pub(crate) fn position(&self) -> f64 {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        let books = runtime.block_on(audit::look(&self.gateway.tws().to_string()));
        books.holdings.get(CALM).map_or(0.0, |own| own.position)
    }

    /// Ends the program; it must have gone through all of it without a panic, and end well.
    pub(crate) fn end(mut self) -> String {
        let (status, rest) = self.program.interrupt();
        self.told.push_str(&rest);
        assert!(status.success() && !self.told.contains("panicked"), "{}", self.told);
        self.told
    }
}

/// Quotes that never change, for each day of two months.
fn still(folder: &Path, symbol: &str) -> Vec<Prices> {
    let mut script = "time,bid,ask,last\n".to_owned();
    let first = chrono::NaiveDate::from_ymd_opt(2008, 9, 29).expect("a date");
    for day in first.iter_days().take(60) {
        writeln!(script, "{day} 09:30:00,100.00,100.02,100.01").expect("text");
    }
    let path = folder.join(format!("{symbol}.csv"));
    std::fs::write(&path, script).expect("to write prices");
    Prices::read(&path, symbol).expect("prices")
}

fn configure(folder: &Path, symbols: &[&str], port: u16, signals: &Signals) {
    let to = folder.join("config");
    std::fs::create_dir_all(&to).expect("a folder");
    let write =
        |name: &str, text: String| std::fs::write(to.join(name), text).expect("to write a config file");
    let endpoint = signals.address;
    write(
        "supervisor.toml",
        format!(
            "[broker]\ngateway = \"tws\"\nport = {port}\n\n[control]\nport = 0\n\n[signals]\nsource = \"http\"\n\
             endpoint = \"http://{endpoint}/\"\npoll_ms = 50\n\n[risk]\nmax_daily_loss = 100_000\nmax_positions = 100\n"
        ),
    );
    let spans =
        "entry_expiry_s = 1_800\nmax_signal_age_s = 3_600\nreversal_expiry_s = 1_800\ncool_down_s = 0\n";
    let tickers: String = symbols.iter().map(|symbol| format!("[{symbol}]\n")).collect();
    let defaults = "[defaults]\nposition_size = 10_000\nstop_loss_pct = 0.02\ntake_profit_pct = 0.04\n";
    write("tickers.toml", format!("{defaults}{spans}\n{tickers}"));
    write("trading_rules.toml", RULES.to_owned());
}

const RULES: &str = r#"
[[rules]]
name = "Buy"
condition = { type = "signal", signal = "BUY", min_confidence = 0.60 }
action = { type = "create_position", side = "BUY" }
"#;

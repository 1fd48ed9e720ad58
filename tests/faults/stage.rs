//! What a test of a fault stands on: a gateway whose prices stand still, signals that the test gives, and the program.
//!
//! Nothing moves by itself, so whatever happens came of the fault.

use std::fmt::Write;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use paper::faults::fault::Ending;
use paper::faults::scenario::{Step, When};
use paper::faults::{Fault, Scenario};
use paper::market::own::Prices;
use paper::{Gateway, MarketOptions, Options};
use rust_decimal::Decimal;
use tempfile::TempDir;

use crate::support::signals::Signals;
use crate::support::{Program, audit, market};

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

impl Stage {
    /// The program trades [`CALM`] and is in step with the broker.
    pub(crate) fn start() -> Stage {
        Stage::over(&[CALM], |_| ())
    }

    /// It trades these, at a gateway of other options.
    pub(crate) fn over(symbols: &[&str], change: impl FnOnce(&mut Options)) -> Stage {
        let mut stage = Stage::set(symbols, change, |_, _| ());
        stage.says(&["in step with the broker"]);
        stage
    }

    /// Something is done to the gateway or to the folder before the program is started; nothing is waited for.
    pub(crate) fn after(prepare: impl FnOnce(&Gateway, &Path)) -> Stage {
        Stage::set(&[CALM], |_| (), prepare)
    }

    /// The program holds [`CALM`], protected.
    pub(crate) fn holding() -> Stage {
        let mut stage = Stage::start();
        stage.enter();
        stage
    }

    /// A market that moves, and a program that trades four symbols of it on the gateway's own predictions.
    pub(crate) fn moving() -> Stage {
        let folder = tempfile::tempdir().expect("a folder");
        let gateway = market::start();
        market::config(folder.path(), &gateway);
        let program = Program::start_in(folder.path(), &[]);
        let mut stage = Stage { gateway, signals: Signals::start(), program, folder, told: String::new() };
        stage.says(&["in step with the broker"]);
        stage
    }

    fn set(
        symbols: &[&str],
        change: impl FnOnce(&mut Options),
        prepare: impl FnOnce(&Gateway, &Path),
    ) -> Stage {
        let folder = tempfile::tempdir().expect("a folder");
        let prices = symbols.iter().flat_map(|symbol| still(folder.path(), symbol)).collect();
        let market = MarketOptions { prices, ..MarketOptions::demo() };
        let mut options = Options { market, ..Options::default() };
        change(&mut options);
        let gateway = Gateway::start(options).expect("a paper gateway");
        let signals = Signals::start();
        configure(folder.path(), symbols, gateway.tws().port(), &signals);
        prepare(&gateway, folder.path());
        let program = Program::start_in(folder.path(), &[]);
        Stage { gateway, signals, program, folder, told: String::new() }
    }

    /// Waits until the program says each of `words` from here on; answers with what it said.
    pub(crate) fn says(&mut self, words: &[&str]) -> String {
        let said = self.program.wait_for(words);
        self.told.push_str(&said);
        said
    }

    /// Makes something go wrong, now or with the next that it meets.
    pub(crate) fn fault(&self, fault: Fault) {
        self.gateway.control().fault(fault).expect("a gateway that listens");
    }

    /// TWS says a code.
    pub(crate) fn code(&self, code: i32) {
        self.fault(Fault::Code { code, id: None, text: None });
    }

    /// What the gateway holds first of anything, by symbol, in a market that moves.
    pub(crate) fn held(&self) -> (String, Decimal) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        for _ in 0..3_000 {
            let shown = runtime.block_on(self.gateway.control().show()).expect("a gateway that listens");
            if let Some((symbol, shares)) = shown.positions.into_iter().find(|(_, shares)| !shares.is_zero())
            {
                return (symbol, shares);
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        panic!("nothing was ever held:\n{}", self.told);
    }

    /// Ends the program's connection.
    pub(crate) fn close(&self, how: Ending) {
        self.fault(Fault::NetClose { how, client: Some(1) });
    }

    /// [`CALM`] trades at so much more or less from now on; its quotes stay.
    pub(crate) fn gap(&self, percent: f64) {
        self.fault(Fault::Gap { symbol: CALM.to_owned(), percent });
    }

    /// A signal for [`CALM`], now.
    pub(crate) fn signal(&self, signal: &str) {
        self.signals.say(CALM, signal, 0.9, &self.gateway.market_now().to_rfc3339());
    }

    /// Buys [`CALM`] and waits until it is held and protected.
    pub(crate) fn enter(&mut self) {
        self.trade("BUY", &["filled E1 ", "  holds "]);
    }

    /// Sells what is held of it.
    pub(crate) fn leave(&mut self) {
        self.trade("SELL", &[" closed long "]);
    }

    /// Signals until it is taken, for while the link is being made anew signals are declined; then waits for `words`.
    pub(crate) fn trade(&mut self, signal: &str, words: &[&str]) {
        let answer = format!("signal {signal} 0.90 ");
        for _ in 0..20 {
            self.signal(signal);
            if self.says(&[&answer]).contains(&format!("{answer}taken")) {
                self.says(words);
                return;
            }
            std::thread::sleep(Duration::from_millis(300));
        }
        panic!("{signal} was never taken:\n{}", self.told);
    }

    /// Waits until the gateway holds nothing that is not protected by exactly as much, and nothing twice; answers with
    /// the number of executions.
    pub(crate) fn sound(&self) -> usize {
        audit::until_sound(&self.gateway.tws().to_string(), &self.told)
    }

    /// Sends the program a signal, named as `kill` names it.
    pub(crate) fn kill(&self, name: &str) {
        let sent = Command::new("kill").args([name, &self.program.pid()]).status().expect("kill");
        assert!(sent.success());
    }

    /// Kills the program (SIGKILL), does something meanwhile, and starts it again; answers with what it said.
    pub(crate) fn start_again(&mut self, meanwhile: impl FnOnce(&Stage)) -> String {
        self.kill("-KILL");
        self.told.push_str(&self.program.ended().1);
        meanwhile(self);
        self.program = Program::start_in(self.folder.path(), &[]);
        self.says(&["in step with the broker"])
    }

    /// What the gateway holds of [`CALM`], asked under another client id.
    pub(crate) fn position(&self) -> f64 {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        let books = runtime.block_on(audit::look(&self.gateway.tws().to_string()));
        books.holdings.get(CALM).map_or(0.0, |own| own.position)
    }

    /// The gateway holds so many shares of [`CALM`].
    pub(crate) fn holds(&self, shares: f64) {
        let held = self.position();
        assert!((held - shares).abs() < f64::EPSILON, "{held} held, not {shares}\n{}", self.told);
    }

    /// All is well, and the program trades on: it sells what it holds, or buys where it holds nothing. Answers with all
    /// that it said until it ended.
    pub(crate) fn ends_well(mut self) -> String {
        let before = self.sound();
        if self.position() > 0.0 {
            self.leave();
            assert!(self.sound() > before, "{}", self.told);
            self.holds(0.0);
        } else {
            self.enter();
            assert!(self.sound() > before, "{}", self.told);
            assert!(self.position() > 0.0, "{}", self.told);
        }
        self.ends()
    }

    /// The program ends cleanly; nothing of it panicked, and no ticker was frozen.
    pub(crate) fn ends(self) -> String {
        let told = self.ends_anyhow();
        assert!(!told.contains("frozen"), "{told}");
        told
    }

    /// As [`Stage::ends`], but a ticker may be frozen.
    pub(crate) fn ends_anyhow(mut self) -> String {
        let (status, rest) = self.program.interrupt();
        self.told.push_str(&rest);
        assert!(status.success() && !self.told.contains("panicked"), "{}", self.told);
        self.told
    }
}

/// Plays each variation on a stage of its own, all at the same time.
pub(crate) fn at_once<T: Send>(variations: impl IntoIterator<Item = T>, play: impl Fn(T) + Sync) {
    std::thread::scope(|scope| {
        for variation in variations {
            let play = &play;
            scope.spawn(move || play(variation));
        }
    });
}

/// What the entry's reference ends in.
pub(crate) fn entry() -> String {
    ".E1".to_owned()
}

/// Any order's reference.
pub(crate) fn any() -> String {
    String::new()
}

/// Trading of [`CALM`] stops for so many seconds of the market.
pub(crate) fn halt(seconds: u32) -> Fault {
    Fault::Halt { symbol: CALM.to_owned(), seconds }
}

/// The program buys although these go wrong; what it holds then is protected.
pub(crate) fn buys_despite(faults: impl IntoIterator<Item = Fault>) -> Stage {
    let mut stage = Stage::start();
    faults.into_iter().for_each(|fault| stage.fault(fault));
    stage.signal("BUY");
    stage.says(&["filled E1 "]);
    assert!(stage.sound() > 0, "{}", stage.told);
    assert!(stage.position() > 0.0, "{}", stage.told);
    stage
}

/// When the first entry works, this happens.
pub(crate) fn entry_meets(what: Fault) -> Stage {
    let when = When::Order { order_ref: entry(), state: "Submitted".to_owned() };
    let steps = vec![Step { when, what, p: 1.0, count: 1 }];
    Stage::over(&[CALM], |options| options.scenario = Scenario { seed: 1, steps })
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

//! The world of one crash: a gateway whose price stands still until it is told to move, and a
//! prediction API that says what it is told to say. Both outlive the program.

use std::path::Path;

use paper::faults::Fault;
use paper::gateway::control::{Books, Shown};
use paper::market::own::Prices;
use paper::{Gateway, MarketOptions, Options};

use crate::support::signals::Signals;

/// Market seconds a second: a day lasts longer than any of this.
const SPEED: f64 = 60.0;
/// To ten o'clock, from where the market begins.
const TO_TEN: u32 = 35 * 60;
/// Seconds of a session: the market steps over the night.
const DAY: u32 = 390 * 60;
/// The id that the program connects with, as the shipped config has it.
pub(crate) const CLIENT: i32 = 1;
/// The symbol that is traded.
pub(crate) const SYMBOL: &str = "ACME";
/// Others that have the same prices.
pub(crate) const MATES: [&str; 2] = ["BETA", "CORP"];

/// A gateway and a prediction API.
pub(crate) struct Desk {
    gateway: Gateway,
    said: Signals,
}

impl Desk {
    /// Starts both, with price files in `folder`, and writes a config that points at them.
    pub(crate) fn open(folder: &Path) -> Desk {
        Desk::open_with(folder, Options::default())
    }

    /// The same, with a gateway that is otherwise as told.
    pub(crate) fn open_with(folder: &Path, options: Options) -> Desk {
        let prices = folder.join("prices.csv");
        std::fs::write(&prices, script()).expect("to write prices");
        let read = |symbol| Prices::read(&prices, symbol).expect("prices");
        let prices = [SYMBOL].into_iter().chain(MATES).flat_map(read).collect();
        let market = MarketOptions { speed: SPEED, prices, ..MarketOptions::default() };
        let gateway = Gateway::start(Options { market, ..options }).expect("a paper gateway");
        gateway.control().step(TO_TEN).expect("a gateway that listens");
        let desk = Desk { gateway, said: Signals::start() };
        desk.configure(folder, &[SYMBOL]);
        desk
    }

    /// Where the gateway is.
    pub(crate) fn address(&self) -> String {
        self.gateway.tws().to_string()
    }

    /// Makes something happen at the broker.
    pub(crate) fn make(&self, fault: Fault) {
        self.gateway.control().fault(fault).expect("a gateway that listens");
    }

    /// The market's time stands still, or goes on.
    pub(crate) fn pause(&self, is_paused: bool) {
        self.gateway.control().pause(is_paused).expect("a gateway that listens");
    }

    /// It is the same time of the next day.
    pub(crate) fn a_day_later(&self) {
        self.gateway.control().step(DAY).expect("a gateway that listens");
    }

    /// What the gateway looks like once everything that it was told has happened.
    pub(crate) fn look(&self) -> Shown {
        let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
        runtime.block_on(self.gateway.control().show()).expect("a gateway that answers")
    }

    /// All that it has booked, once everything that it was told has happened.
    pub(crate) fn books(&self) -> Books {
        let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
        runtime.block_on(self.gateway.control().books()).expect("a gateway that answers")
    }

    /// The prediction API says this from now on.
    pub(crate) fn say(&self, signal: &str, confidence: f64) {
        self.say_of(SYMBOL, signal, confidence);
    }

    /// The same of another symbol.
    pub(crate) fn say_of(&self, symbol: &str, signal: &str, confidence: f64) {
        let at = self.look().market_time.to_rfc3339();
        self.said.say(symbol, signal, confidence, &at);
    }

    /// True if the prediction API was last asked with this.
    pub(crate) fn was_asked_with(&self, words: &str) -> bool {
        self.said.was_asked_with(words)
    }

    /// How many signals were said.
    pub(crate) fn signals(&self) -> usize {
        self.said.count()
    }

    /// Writes the config, for these tickers.
    pub(crate) fn configure(&self, folder: &Path, tickers: &[&str]) {
        let to = folder.join("config");
        std::fs::create_dir_all(&to).expect("a folder");
        let write =
            |name: &str, text: &str| std::fs::write(to.join(name), text).expect("to write a config file");
        let (port, api) = (self.gateway.tws().port(), self.said.address);
        write(
            "supervisor.toml",
            &format!(
                "[broker]\ngateway = \"tws\"\nport = {port}\n[gateway]\nspeed = {SPEED}\n[signals]\nsource = \"http\"\n\
             endpoint = \"http://{api}/\"\npoll_ms = 50\n[control]\nport = 0\n[risk]\nmax_daily_loss = 100_000\n"
            ),
        );
        let tables: Vec<String> = tickers.iter().map(|ticker| format!("[{ticker}]\n")).collect();
        write("tickers.toml", &format!("{DEFAULTS}{}", tables.concat()));
        write("trading_rules.toml", RULES);
    }
}

const DEFAULTS: &str = "[defaults]\nshares = 100\nstop_loss_pct = 0.03\ntake_profit_pct = 0.05\n\
    entry_expiry_s = 3_600\nmax_signal_age_s = 3_600\nreversal_expiry_s = 3_600\ncool_down_s = 3_600\n\
    max_double_downs = 1\n";

/// A weak BUY meets the market, a strong one rests below it.
const RULES: &str = r#"
[[rules]]
name = "Rest"
priority = 1
condition = { type = "signal", signal = "BUY", min_confidence = 0.85 }
action = { type = "create_position", side = "BUY", entry = "limit", entry_offset_pct = 0.01 }

[[rules]]
name = "Buy"
condition = { type = "signal", signal = "BUY", min_confidence = 0.60 }
action = { type = "create_position", side = "BUY" }

[[rules]]
name = "Short"
condition = { type = "signal", signal = "SHORT", min_confidence = 0.60 }
action = { type = "create_position", side = "SHORT" }

[[rules]]
name = "Scale In"
condition = { type = "position_profit", min_profit_pct = 0.015 }
action = { type = "scale_in", scale_pct = 0.50 }

[[rules]]
name = "Double Down"
condition = { type = "position_loss", min_loss_pct = 0.012 }
action = { type = "double_down", distance_pct = 0.02, scale = 0.5 }

[[rules]]
name = "Break Even"
condition = { type = "position_profit", min_profit_pct = 0.03 }
action = { type = "move_stop", break_even = true }
"#;

/// Two days on which the price moves by a cent, to and fro, so that there are quotes.
fn script() -> String {
    let moments =
        ["2008-09-29", "2008-09-30"].into_iter().flat_map(|day| (0..780_u32).map(move |n| (day, n)));
    let lines = moments.map(|(day, half_minute)| {
        let second = 9 * 3_600 + 1_800 + half_minute * 30;
        let (hour, minute, second) = (second / 3_600, second / 60 % 60, second % 60);
        let cents = half_minute % 2;
        format!(
            "{day} {hour:02}:{minute:02}:{second:02},99.9{},100.0{},100.0{cents},5000,5000\n",
            8 + cents,
            1 + cents
        )
    });
    ["time,bid,ask,last,bid_size,ask_size\n".to_owned()].into_iter().chain(lines).collect()
}

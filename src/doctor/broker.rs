//! TWS, asked one thing after another.

use actors::Settings;
use actors::journal::chain;
use chrono::{TimeDelta, Utc};
use engine::time::in_words;
use engine::{Price, TickerSettings};
use ports::broker::ConnectError;
use ports::broker::probe::{Found, Prices, Probe};

use super::Part;
use super::finding::Finding;

/// Added to our client id where somebody else has it, so that the rest can be looked at.
const OTHER_CLIENT: i32 = 7_000;
/// The clocks of two machines differ by less.
const SKEW_MAX: TimeDelta = TimeDelta::seconds(2);

/// What finding out about the broker needs.
struct Look<'a, T> {
    broker: &'a ports::broker::Settings,
    embedded: bool,
    probe: Probe,
    tell: &'a mut T,
}

pub(super) async fn look(
    settings: &Settings,
    embedded: bool,
    test_order: bool,
    tell: &mut impl FnMut(Finding),
) {
    let Some(probe) = reach(&settings.broker, tell).await else {
        for what in ["login", "account", "read-only API", "clock", "contracts", "prices"] {
            tell(Finding::unknown(what, "not looked at: there is no connection"));
        }
        return;
    };
    let mut look = Look { broker: &settings.broker, embedded, probe, tell };
    let account = look.account().await;
    look.configuration().await;
    look.clock().await;
    let mut first = None;
    for own in &settings.tickers {
        let found = look.ticker(own).await;
        first = first.or(found);
    }
    if test_order {
        look.test_order(account, first).await;
    }
}

/// One part of it; answers with the accounts that the login manages.
pub(super) async fn part(
    broker: &ports::broker::Settings,
    part: Part<'_>,
    tell: &mut impl FnMut(Finding),
) -> Vec<String> {
    let reached = match part {
        Part::Gateway => reach(broker, tell).await,
        // How it was reached has been told.
        Part::Account | Part::Tickers(_) => reach(broker, &mut |_| ()).await,
    };
    let Some(probe) = reached else { return Vec::new() };
    let accounts = probe.accounts().await.unwrap_or_default();
    let mut look = Look { broker, embedded: false, probe, tell };
    match part {
        Part::Gateway => {
            look.configuration().await;
            look.clock().await;
        }
        Part::Account => drop(look.account().await),
        Part::Tickers(tickers) => {
            for own in tickers {
                look.ticker(own).await;
            }
        }
    }
    accounts
}

/// A connection, under our client id or, where somebody has that, under another one.
async fn reach(broker: &ports::broker::Settings, tell: &mut impl FnMut(Finding)) -> Option<Probe> {
    let (address, client) = (&broker.address, broker.client_id);
    let failed = match Probe::connect(broker).await {
        Ok(probe) => {
            let version = probe.server_version();
            tell(Finding::ok("TWS", format!("answers at {address}, server version {version}")));
            tell(Finding::ok("client id", format!("{client} is free")));
            return Some(probe);
        }
        Err(error) => error,
    };
    if !matches!(failed, ConnectError::ClientId { .. }) {
        tell(Finding::wrong("TWS", chain(&failed), mend(&failed)));
        tell(Finding::unknown("client id", "not looked at: there is no connection"));
        return None;
    }
    let other = ports::broker::Settings { client_id: client.saturating_add(OTHER_CLIENT), ..broker.clone() };
    let probe = Probe::connect(&other).await;
    tell(Finding::ok("TWS", format!("answers at {address}")));
    let say = "stop the other program, or set another client_id; if it is this supervisor, all is well";
    tell(Finding::warning("client id", format!("{client} is in use"), say));
    probe.ok()
}

fn mend(error: &ConnectError) -> &'static str {
    match error {
        ConnectError::Silent { .. } => "log in, and close any dialog that TWS shows",
        ConnectError::Disagrees(_) => "see [broker] mode, port and live_accounts",
        _ => {
            "start TWS or IB Gateway; Configure → API → Settings: enable socket clients, and see the port there"
        }
    }
}

impl<T: FnMut(Finding)> Look<'_, T> {
    async fn account(&mut self) -> Option<String> {
        let accounts = match self.probe.accounts().await {
            Ok(accounts) if !accounts.is_empty() => accounts,
            Ok(_) => {
                (self.tell)(Finding::wrong("login", "no account is managed", "log in to TWS"));
                return None;
            }
            Err(error) => {
                (self.tell)(Finding::wrong("login", chain(&error), "log in to TWS"));
                return None;
            }
        };
        (self.tell)(Finding::ok("login", format!("manages {}", accounts.join(", "))));
        let Some(account) = self.broker.account_among(&accounts) else {
            let told = format!(
                "{:?} is not the one of {accounts:?}",
                self.broker.account.as_deref().unwrap_or("none")
            );
            (self.tell)(Finding::wrong("account", told, "name the account to trade in [broker] account"));
            return None;
        };
        let kind = if account.starts_with('D') { "paper" } else { "live" };
        match self.broker.agreement.of_account(&account) {
            Ok(()) => (self.tell)(Finding::ok("account", format!("{account}, {kind}, as the config says"))),
            Err(why) => (self.tell)(Finding::wrong("account", why.to_string(), "see [broker]")),
        }
        Some(account)
    }

    async fn configuration(&mut self) {
        let told = match self.probe.configuration().await {
            Ok(told) => told,
            Err(error) => {
                let old = format!("this TWS does not tell its settings ({})", chain(&error));
                (self.tell)(Finding::unknown("read-only API", old));
                return;
            }
        };
        (self.tell)(match told.read_only {
            Some(false) => Finding::ok("read-only API", "off: orders are taken"),
            Some(true) => Finding::wrong(
                "read-only API",
                "on: TWS refuses every order",
                "Configure → API → Settings: clear Read-Only API",
            ),
            None => Finding::unknown("read-only API", "TWS does not say"),
        });
        if told.precautions.is_empty() {
            (self.tell)(Finding::ok("precautions", "none is set"));
        }
        for precaution in told.precautions {
            (self.tell)(Finding::ok("precautions", precaution));
        }
    }

    async fn clock(&mut self) {
        let at = match self.probe.time().await {
            Ok(at) => at,
            Err(error) => return (self.tell)(Finding::wrong("clock", chain(&error), "")),
        };
        if self.embedded || at < Utc::now() - TimeDelta::days(365) {
            return (self.tell)(Finding::ok("clock", format!("a market of {}", at.format("%Y-%m-%d"))));
        }
        let skew = (at - Utc::now()).abs();
        let told = format!("{} beside TWS's", in_words(skew));
        (self.tell)(if skew > SKEW_MAX {
            Finding::wrong(
                "clock",
                told,
                "set this machine's clock, e.g. by NTP: signals would be of the wrong age",
            )
        } else {
            Finding::ok("clock", told)
        });
    }

    /// Its contract, hours, ticks, prices and history; answers with what a test order needs.
    async fn ticker(&mut self, own: &TickerSettings) -> Option<(Found, Price)> {
        let name = own.key.as_str();
        let found = match self.probe.contract(&own.contract).await {
            Ok(found) => found,
            Err(error) => {
                let say =
                    format!("see [{name}] in tickers.toml: symbol, exchange, primary_exchange, currency");
                (self.tell)(Finding::wrong(name, chain(&error), say));
                return None;
            }
        };
        let instrument = &found.instrument;
        let mut told = vec![format!("contract {}", instrument.con_id)];
        match instrument.liquid_hours.first() {
            Some(session) => {
                let local = |at: chrono::DateTime<Utc>| {
                    at.with_timezone(&instrument.zone).format("%a %H:%M").to_string()
                };
                told.push(format!("open {} to {}", local(session.open), local(session.close)));
            }
            None => (self.tell)(Finding::wrong(
                name,
                "TWS tells no trading hours",
                "nothing is opened without them",
            )),
        }
        let price = self.prices(name, &found, &mut told).await;
        if let Some((minutes, _)) = own.bars() {
            match self.probe.history(&found, minutes).await {
                Ok(0) => (self.tell)(Finding::wrong(
                    name,
                    format!("no bars of {minutes} min"),
                    "an ATR needs them",
                )),
                Ok(bars) => told.push(format!("{bars} bars of {minutes} min")),
                Err(error) => (self.tell)(Finding::wrong(
                    name,
                    format!("no bars: {}", chain(&error)),
                    "an ATR needs them",
                )),
            }
        }
        (self.tell)(Finding::ok(name, told.join(", ")));
        price.map(|price| (found, price))
    }

    async fn prices(&mut self, name: &str, found: &Found, told: &mut Vec<String>) -> Option<Price> {
        let subscribe = "subscribe to the market's data for the API in Account Management";
        match self.probe.prices(found).await {
            Ok((Prices::Live, price)) => {
                let price = price?;
                let tick = found.instrument.ticks.increment(price.value()).unwrap_or_default();
                told.push(format!("live at {price}, tick {tick}"));
                return Some(price);
            }
            Ok((Prices::Late, price)) => {
                (self.tell)(Finding::wrong(
                    name,
                    "prices are delayed or frozen, and open nothing",
                    subscribe,
                ));
                return price;
            }
            Ok((Prices::None, _)) => {
                (self.tell)(Finding::warning(
                    name,
                    "no price came within seconds",
                    "is the market closed? else: subscribe to its data",
                ));
            }
            Err(error) => {
                (self.tell)(Finding::wrong(name, format!("no prices: {}", chain(&error)), subscribe))
            }
        }
        None
    }

    async fn test_order(&mut self, account: Option<String>, first: Option<(Found, Price)>) {
        let what = "test order";
        let finding = match (account, first) {
            (Some(account), _) if !account.starts_with('D') => Finding::wrong(
                what,
                format!("not placed: {account} holds real money"),
                "try it on a paper account",
            ),
            (Some(account), Some((found, price))) => {
                match self.probe.test_order(&account, &found, price).await {
                    Ok(()) => Finding::ok(what, "placed far below the market, moved, cancelled"),
                    Err(error) => Finding::wrong(
                        what,
                        chain(&error),
                        "see TWS for what is left of it: its reference is `doctor`",
                    ),
                }
            }
            _ => Finding::unknown(what, "not placed: there is no account or no price"),
        };
        (self.tell)(finding);
    }
}

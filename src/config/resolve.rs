//! From three files and some variables to what is in force, or to all that is wrong.

use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;
use engine::{ContractKind, ContractSpec, Limits, Rule, TickerKey, TickerSettings};
use ports::broker::Agreement;
use secrecy::SecretString;
use serde::de::DeserializeOwned;

use super::own_risk::{check_groups, limits, report_risk};
use super::risk::Risk;
use super::rules::Rules;
use super::senders::senders;
use super::source::Text;
use super::supervisor::{GatewayKind, Mode, SignalSource, Supervisor};
use super::tickers::{SecurityType, Table, Tickers};
use super::values::{DEFAULTS, Name};
use super::{
    Broker, Choices, Config, Embedded, Environment, Faults, Report, Signals, Source, environment, rules,
    supervisor, tickers,
};
use crate::control::signals::Senders;
use crate::nearest::did_you_mean;
use crate::segments;
use crate::settings::{self, Fault, Located, Override, Segment};

/// Orders at work that IB takes on one side of a contract.
const LEGS_A_SIDE_MAX: u32 = 15;

/// Reads, checks, and completes everything.
///
/// # Errors
/// All that is wrong, each with its file and line.
pub fn load(choices: &Choices, environment: &Environment) -> Result<Config, Faults> {
    let source = Source::find(choices.folder.as_deref());
    let mut faults = environment.faults();
    let settings = keep(&mut faults, read_supervisor(&source, choices, environment));
    let tickers = keep(&mut faults, read_tickers(&source, environment));
    let rules = keep(&mut faults, read(source.rules(), &[], rules::named).and_then(check_rules));
    let checked = settings.as_ref().and_then(|own| keep(&mut faults, check_supervisor(own, environment)));
    let built = match (&settings, &tickers, &rules) {
        (Some(settings), Some(tickers), Some(rules)) => {
            keep(&mut faults, check_tickers(tickers, &settings.value, &rules.value.rules))
        }
        _ => None,
    };
    if let (Some(settings), Some(tickers)) = (&settings, &tickers) {
        keep(&mut faults, check_groups(settings, tickers));
    }
    let senders = settings.as_ref().and_then(|own| {
        let signals = &own.value.signals;
        keep(&mut faults, senders(environment, &signals.fields, signals.tradingview_confidence))
    });
    match (settings, tickers, rules, checked.and(senders), built) {
        (Some(settings), Some(tickers), Some(rules), Some(senders), Some(built)) if faults.is_empty() => {
            let mut report = report(&settings, &tickers, &rules, &built);
            report.add_doors(&senders.names());
            let limits = limits(&settings.value, &tickers.value, stretch(&settings.value));
            let left = left(&tickers.value, &settings.value);
            Ok(complete((settings.value, limits), (built, left), report, environment, senders))
        }
        _ => Err(Faults(faults)),
    }
}

fn keep<T>(faults: &mut Vec<Fault>, read: Result<T, Vec<Fault>>) -> Option<T> {
    read.map_err(|more| faults.extend(more)).ok()
}

type Variable = (&'static str, String, Vec<Segment>);

fn read<T: DeserializeOwned>(
    text: Result<Text, Fault>,
    variables: &[Variable],
    named: fn(&[Segment]) -> &str,
) -> Result<Located<T>, Vec<Fault>> {
    let mut document = text.map_err(|fault| vec![fault])?.parse()?;
    for (variable, text, path) in variables {
        document.overlay(Override { variable, path, text });
    }
    document.load(named)
}

/// The variables that are set, with the settings they replace.
fn set(environment: &Environment, names: &[(&'static str, &'static str, &'static str)]) -> Vec<Variable> {
    let one = |&(name, table, key): &(&'static str, &'static str, &'static str)| {
        Some((name, environment.get(name)?.to_owned(), segments![table, key].to_vec()))
    };
    names.iter().filter_map(one).collect()
}

fn read_supervisor(
    source: &Source,
    choices: &Choices,
    environment: &Environment,
) -> Result<Located<Supervisor>, Vec<Fault>> {
    let named = [
        ("TWS_HOST", "broker", "host"),
        ("TWS_PORT", "broker", "port"),
        ("TWS_CLIENT_ID", "broker", "client_id"),
        ("API_ENDPOINT", "signals", "endpoint"),
        ("MAX_POSITION_SIZE", "risk", "max_position_size"),
        ("MAX_DAILY_LOSS", "risk", "max_daily_loss"),
        ("MAX_POSITIONS", "risk", "max_positions"),
    ];
    let mut variables = set(environment, &named);
    let given = |name: &str| variables.iter().find(|(given, ..)| *given == name).map(|(given, ..)| *given);
    // An address in the environment says where to connect, an endpoint whom to ask.
    let implied = [
        (given("TWS_HOST").or(given("TWS_PORT")), "broker", "gateway", "tws"),
        (given("API_ENDPOINT"), "signals", "source", "http"),
    ];
    for (name, table, key, value) in implied {
        let Some(name) = name else { continue };
        variables.push((name, value.to_owned(), segments![table, key].to_vec()));
    }
    if choices.test_mode {
        variables.push(("--test-mode", "embedded".to_owned(), segments!["broker", "gateway"].to_vec()));
        variables.push(("--test-mode", "paper".to_owned(), segments!["broker", "mode"].to_vec()));
    }
    read(source.supervisor(), &variables, supervisor::named)
}

fn read_tickers(source: &Source, environment: &Environment) -> Result<Located<Tickers>, Vec<Fault>> {
    let named = [
        ("DEFAULT_POSITION_SIZE", DEFAULTS, "position_size"),
        ("STOP_LOSS_PCT", DEFAULTS, "stop_loss_pct"),
        ("TAKE_PROFIT_PCT", DEFAULTS, "take_profit_pct"),
    ];
    read(source.tickers(), &set(environment, &named), tickers::named)
}

/// Refuses rules that could never act, and two of one name: reasons would not tell them apart.
fn check_rules(file: Located<Rules>) -> Result<Located<Rules>, Vec<Fault>> {
    let mut faults = file.faults();
    for (index, rule) in file.value.rules.iter().enumerate() {
        if let Err(dead) = rule.check() {
            faults.at(&segments!["rules", index, "action"], dead.to_string());
        }
        if file.value.rules[..index].iter().any(|before| before.name == rule.name) {
            faults
                .at(&segments!["rules", index, "name"], format!("there is a rule `{}` before it", rule.name));
        }
    }
    faults.finish(file)
}

/// What no single value tells: settings that do not go together.
fn check_supervisor(settings: &Located<Supervisor>, environment: &Environment) -> Result<(), Vec<Fault>> {
    let own = &settings.value;
    let mut faults = settings.faults();
    let tws = own.broker.gateway == GatewayKind::Tws;
    match own.signals.source {
        SignalSource::Demo if tws => faults.at(
            &segments!["signals", "source"],
            "`demo` predicts the embedded gateway's market; with gateway = \"tws\" set source = \"http\" and an endpoint",
        ),
        SignalSource::Http if own.signals.endpoint.is_none() => {
            faults.at(&segments!["signals", "source"], "`http` needs `endpoint`, or API_ENDPOINT in the environment");
        }
        SignalSource::File if own.signals.path.is_none() => {
            faults.at(&segments!["signals", "source"], "`file` needs `path`: a file or a pipe");
        }
        _ => {}
    }
    check_money(&own.broker, &mut faults);
    let recorded = environment::RECORDINGS.into_iter().filter(|name| environment.get(name).is_some());
    for name in recorded.filter(|_| own.broker.mode == Mode::Live) {
        let say =
            format!("{name} is set, and would write every message of a live account to files: unset it");
        faults.at(&segments!["broker", "mode"], say);
    }
    for name in own.signals.headers.keys().filter(|name| name.is_secret()) {
        let say = "a secret belongs into the environment: API_KEY, and `key_header` names its header";
        faults.at(&segments!["signals", "headers", name.to_string().as_str()], say);
    }
    faults.finish(())
}

/// Mode, port and accounts have to say the same; what the broker manages is held against them when it is known.
fn check_money(own: &supervisor::Broker, faults: &mut settings::Faults) {
    let live = own.mode == Mode::Live;
    if own.gateway == GatewayKind::Embedded {
        if live {
            faults.at(
                &segments!["broker", "mode"],
                "the embedded gateway has no real money: set mode = \"paper\", or gateway = \"tws\"",
            );
        }
        return;
    }
    let agreement = agreement(own);
    if let Err(why) = agreement.of_port(own.port) {
        faults.at(&segments!["broker", "port"], why.to_string());
    }
    if let Some(Err(why)) = own.account.as_deref().map(|account| agreement.of_account(account)) {
        faults.at(&segments!["broker", "account"], why.to_string());
    }
    if live && own.live_accounts.is_empty() {
        faults.at(&segments!["broker", "mode"], "mode \"live\" needs the account's id in live_accounts");
    }
    if !live && !own.live_accounts.is_empty() {
        faults.at(&segments!["broker", "live_accounts"], "live accounts are traded in mode = \"live\" only");
    }
    for account in own.live_accounts.iter().filter(|account| live && account.starts_with('D')) {
        faults.at(
            &segments!["broker", "live_accounts"],
            format!("{account} is a paper account, as all that begin with D are"),
        );
    }
}

/// Nobody's money, or that of the accounts that are named.
fn agreement(own: &supervisor::Broker) -> Agreement {
    if own.gateway == GatewayKind::Embedded {
        return Agreement::default();
    }
    Agreement {
        live: own.mode == Mode::Live,
        live_ports: own.live_ports.clone(),
        live_accounts: own.live_accounts.clone(),
    }
}

fn check_tickers(
    file: &Located<Tickers>,
    settings: &Supervisor,
    rules: &[Rule],
) -> Result<Vec<TickerSettings>, Vec<Fault>> {
    let mut faults = file.faults();
    let below = defaults(&file.value, settings);
    let rules: Arc<[Rule]> = rules.into();
    if file.value.get(&Name::Defaults).is_some_and(|own| own.risk.is_some()) {
        faults.at(
            &segments![DEFAULTS, "risk"],
            "the limits of every ticker stand in [risk] of supervisor.toml",
        );
    }
    let mut built = Vec::new();
    for (name, table) in &file.value {
        let Name::Ticker(key) = name else { continue };
        if table.sizes() > 1 {
            let say = "it names more than one of position_size, shares, risk_per_trade and equity_pct";
            faults.at(&segments![key.as_str()], say);
        }
        let own = table.clone().over(&below);
        let rules = own_rules(key, &own, &rules, &mut faults);
        match ticker(key.clone(), own.clone(), settings, &rules) {
            Ok(settings) => {
                check_ticker(key, &own, &settings, &mut faults);
                built.push(settings);
            }
            Err(missing) => missing.iter().for_each(|name| {
                faults.at(&segments![key.as_str()], format!("`{name}` is missing, here and in [defaults]"));
            }),
        }
    }
    if built.is_empty() && faults.is_empty() {
        faults.at(&[], "there is no ticker; add a table such as [AAPL]");
    }
    faults.finish(built)
}

/// The rules with the ticker's own numbers.
fn own_rules(
    key: &TickerKey,
    own: &Table,
    rules: &Arc<[Rule]>,
    faults: &mut settings::Faults,
) -> Arc<[Rule]> {
    let for_all = rules.iter().all(|rule| rule.is_for(key));
    if own.rules.is_empty() && for_all {
        return rules.clone();
    }
    // Those of others are not its own: when they change, it hears nothing.
    let mut changed: Vec<Rule> = rules.iter().filter(|rule| rule.is_for(key)).cloned().collect();
    for (name, numbers) in &own.rules {
        let path = segments![key.as_str(), "rules", name.as_str()];
        let Some(rule) = changed.iter_mut().find(|rule| rule.name == *name) else {
            let there = rules.iter().filter(|rule| rule.is_for(key)).map(|rule| rule.name.as_str());
            faults.at(&path, format!("there is no rule `{name}` for {key}{}", did_you_mean(name, there)));
            continue;
        };
        let (with, idle) = numbers.of(rule);
        for number in idle {
            faults.at(&path, format!("rule `{name}` has no use for `{number}`"));
        }
        *rule = with;
    }
    changed.into()
}

/// What a ticker has that says nothing itself.
fn defaults(file: &Tickers, settings: &Supervisor) -> Table {
    let own = file.get(&Name::Defaults).cloned().unwrap_or_default();
    own.over(&Table::built_in(settings.broker.mode == Mode::Live))
}

/// What a ticker has that no table is for: it opens nothing, so it needs no rule and no size of its own.
fn left(file: &Tickers, settings: &Supervisor) -> TickerSettings {
    let own = defaults(file, settings);
    let key = TickerKey::unnamed();
    let built_in = TickerSettings::of(key.clone(), contract(&key, &own));
    let no_rules: Arc<[Rule]> = Arc::new([]);
    ticker(key, own, settings, &no_rules).unwrap_or(built_in)
}

/// The limits that hold for a ticker.
fn own_risk(settings: &Supervisor, own: &Table) -> Risk {
    own.risk.as_ref().map_or_else(|| settings.risk.clone(), |own| settings.risk.with(own))
}

/// Spans of market time are longer on an embedded market that runs faster than the wall's.
fn stretch(settings: &Supervisor) -> i32 {
    match settings.broker.gateway {
        GatewayKind::Embedded => i32::try_from(settings.gateway.stretch.get()).unwrap_or(i32::MAX),
        GatewayKind::Tws => 1,
    }
}

fn ticker(
    key: TickerKey,
    own: Table,
    settings: &Supervisor,
    rules: &Arc<[Rule]>,
) -> Result<TickerSettings, Vec<&'static str>> {
    let stretch = stretch(settings);
    let span = |seconds: Option<u32>| TimeDelta::seconds(seconds.unwrap_or_default().into());
    let (Some(sizing), Some(stop_loss), Some(take_profit)) =
        (own.sizing(), own.stop_loss_pct, own.take_profit_pct)
    else {
        let said = [
            ("position_size", own.sizing().is_some()),
            ("stop_loss_pct", own.stop_loss_pct.is_some()),
            ("take_profit_pct", own.take_profit_pct.is_some()),
        ];
        return Err(said.into_iter().filter(|(_, said)| !said).map(|(name, _)| name).collect());
    };
    let built_in = TickerSettings::of(key.clone(), contract(&key, &own));
    Ok(TickerSettings {
        sizing,
        position_size_max: own_risk(settings, &own).position_size_max(),
        what_if: settings.risk.what_if(),
        stop_loss,
        take_profit,
        entry: own.entry.unwrap_or(built_in.entry),
        entry_offset: own.entry_offset_pct.unwrap_or(built_in.entry_offset),
        entry_expiry: span(own.entry_expiry_s) * stretch,
        allow_short: own.allow_short.unwrap_or_default(),
        on_opposite: own.on_opposite.unwrap_or_default(),
        exit_min_confidence: own.exit_min_confidence,
        signal_age_max: span(own.max_signal_age_s) * stretch,
        quote_age_max: span(own.max_quote_age_s),
        cool_down: span(own.cool_down_s) * stretch,
        scale_ins_max: own.max_scale_ins.unwrap_or_default(),
        double_downs_max: own.max_double_downs.unwrap_or_default(),
        stop_after_add: own.stop_after_add.unwrap_or_default(),
        on_hand_cancel: own.on_hand_cancel.unwrap_or_default(),
        on_unknown: own.on_unknown.unwrap_or_default(),
        stop_distance_min: own.min_stop_distance_pct.unwrap_or(built_in.stop_distance_min),
        trades_a_day_max: own.max_trades_a_day,
        stop_outside_rth: own.stop_outside_rth_pct,
        margin: own.margin_a_contract.map(|own| own.money()),
        allow_foreign_position: own.allow_foreign_position.unwrap_or_default(),
        slippage_allowance: own.slippage_allowance_pct.unwrap_or(built_in.slippage_allowance),
        atr_period: own.atr_period.map_or(built_in.atr_period, NonZeroU32::get),
        atr_bar_minutes: own.atr_bar_minutes.map_or(built_in.atr_bar_minutes, u32::from),
        locate_patience: span(own.locate_patience_s) * stretch,
        reversal_expiry: span(own.reversal_expiry_s) * stretch,
        apply_to_open: own.apply_to_open.unwrap_or_default(),
        rules: rules.clone(),
        ..built_in
    })
}

fn contract(key: &TickerKey, own: &Table) -> ContractSpec {
    let kind = match own.security_type {
        Some(SecurityType::Fut) => {
            ContractKind::Future { local_symbol: own.local_symbol.clone(), expiry: own.expiry.clone() }
        }
        Some(SecurityType::Stk) | None => ContractKind::Stock,
    };
    ContractSpec {
        symbol: own.symbol.clone().unwrap_or_else(|| key.to_string()),
        exchange: own.exchange.clone().unwrap_or_default(),
        primary_exchange: own.primary_exchange.clone(),
        currency: own.currency.clone().unwrap_or_default(),
        kind,
    }
}

/// What is wrong with a ticker that no single value tells.
fn check_ticker(key: &TickerKey, own: &Table, built: &TickerSettings, faults: &mut settings::Faults) {
    let future = own.security_type == Some(SecurityType::Fut);
    let named = own.local_symbol.is_some() || own.expiry.is_some();
    if future && !named {
        let say = "a future needs `local_symbol` (e.g. \"ESZ6\") or `expiry` (e.g. \"202612\")";
        faults.at(&segments![key.as_str()], say);
    }
    if !future && named {
        let say = "`local_symbol` and `expiry` go with security_type = \"FUT\"";
        faults.at(&segments![key.as_str()], say);
    }
    if !future && own.margin_a_contract.is_some() {
        let say = "`margin_a_contract` goes with security_type = \"FUT\"; a stock takes its whole worth";
        faults.at(&segments![key.as_str()], say);
    }
    let adds = built.scale_ins_max.saturating_add(built.double_downs_max);
    for rule in built.rules.iter().filter(|rule| rule.is_for(key)) {
        let legs = rule.exits_a_lot().saturating_mul(adds.saturating_add(1)).saturating_add(1);
        if legs > LEGS_A_SIDE_MAX {
            let say = format!(
                "rule `{}` may have {legs} orders on one side at work, IB takes {LEGS_A_SIDE_MAX}: fewer targets or adds",
                rule.name
            );
            faults.at(&segments![key.as_str()], say);
        }
    }
}

/// Each ticker's numbers are shown as resolved, with the place that decided them.
fn report(
    settings: &Located<Supervisor>,
    tickers: &Located<Tickers>,
    rules: &Located<Rules>,
    built: &[TickerSettings],
) -> Report {
    let mut report = Report::default();
    report.add_file(settings);
    let defaults = defaults(&tickers.value, &settings.value);
    for TickerSettings { key: name, .. } in built {
        let own = tickers.value.get(&Name::Ticker(name.clone())).cloned().unwrap_or_default().over(&defaults);
        let Ok(serde_json::Value::Object(keys)) = serde_json::to_value(own) else { continue };
        for (key, value) in keys.into_iter().filter(|(_, value)| !value.is_null()) {
            let said = tickers.origin(&segments![name.as_str(), &key]);
            let origin = said.or_else(|| tickers.origin(&segments![DEFAULTS, &key]));
            let origin = origin.map_or_else(|| "built-in".to_owned(), |origin| origin.to_string());
            report.add(format!("{name}.{key}"), value, origin);
        }
        report_risk(&mut report, settings, tickers, name);
    }
    report.add_file(rules);
    report
}

fn complete(
    (own, limits): (Supervisor, Limits),
    (tickers, defaults): (Vec<TickerSettings>, TickerSettings),
    report: Report,
    environment: &Environment,
    senders: Senders,
) -> Config {
    let embedded = (own.broker.gateway == GatewayKind::Embedded).then_some(Embedded {
        start: own.gateway.start,
        speed: own.gateway.speed.0,
        seed: own.gateway.seed,
        cash: own.gateway.cash.into(),
        walk_price: own.gateway.walk_price.into(),
    });
    let agreement = agreement(&own.broker);
    let signals = signals(own.signals.clone(), stretch(&own), environment, senders);
    Config {
        broker: Broker {
            address: format!("{}:{}", own.broker.host, own.broker.port),
            client_id: own.broker.client_id,
            account: own.broker.account,
            agreement,
        },
        embedded,
        market_speed: own.gateway.speed.0,
        signals,
        tickers,
        defaults,
        limits,
        base_currency: own.risk.base_currency(),
        journal: own.journal.folder,
        durability: own.journal.durability,
        batch_max: own.journal.batch_max.get(),
        keep_days: own.journal.keep_days.get(),
        ticker_threads: own.actors.ticker_threads.get(),
        in_flight_max: own.actors.in_flight_max.get(),
        logs: own.logs,
        control: own.control,
        reports: own.reports.folder.value(),
        report,
    }
}

fn signals(own: supervisor::Signals, stretch: i32, environment: &Environment, senders: Senders) -> Signals {
    let silent_after = own.silent_after_s.value().map(|span| TimeDelta::seconds(span.get().into()) * stretch);
    Signals {
        demo: own.source == SignalSource::Demo,
        endpoint: own.endpoint.filter(|_| own.source == SignalSource::Http),
        path: own.path.filter(|_| own.source == SignalSource::File),
        key: environment.get("API_KEY").map(SecretString::from),
        key_header: own.key_header.map(Into::into),
        headers: own.headers.into_iter().map(|(name, value)| (name.into(), value.into())).collect(),
        fields: own.fields,
        every: Duration::from_millis(own.poll_ms.get().into()),
        patience: Duration::from_millis(own.timeout_ms.get().into()),
        backoff_max: Duration::from_secs(own.max_backoff_s.get().into()),
        silent_after,
        senders,
    }
}

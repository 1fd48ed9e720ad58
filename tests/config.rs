//! The config as a user meets it: what is shipped is sound, and what is wrong is told
//! with its place, all of it at once.

#![allow(clippy::unwrap_used, reason = "helpers of tests")]

use std::collections::BTreeMap;
use std::path::Path;

use engine::Money;
use expect_test::{Expect, expect};
use ringfence::config::{Choices, Config, Environment, Faults, load};

fn read(folder: &Path, variables: &[(&str, &str)]) -> Result<Config, Faults> {
    let variables: BTreeMap<&str, &str> = variables.iter().copied().collect();
    let choices = Choices { folder: Some(folder.to_owned()), test_mode: false };
    load(&choices, &Environment::from(|name| variables.get(name).map(ToString::to_string)))
}

fn size(sizing: engine::Sizing) -> String {
    match sizing {
        engine::Sizing::Money(money) => money.to_string(),
        other => format!("{other:?}"),
    }
}

/// The shipped files with `changes`: (file, what, by what).
fn changed(changes: &[(&str, &str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for name in ["supervisor.toml", "tickers.toml", "trading_rules.toml"] {
        let mut text = std::fs::read_to_string(Path::new("config").join(name)).unwrap();
        for (_, what, by) in changes.iter().filter(|(file, ..)| *file == name) {
            assert!(text.contains(what), "`{what}` is not in {name}");
            text = text.replace(what, by);
        }
        std::fs::write(folder.path().join(name), text).unwrap();
    }
    folder
}

fn check(changes: &[(&str, &str, &str)], variables: &[(&str, &str)], expected: Expect) {
    let folder = changed(changes);
    let told = match read(folder.path(), variables) {
        Ok(_) => "sound".to_owned(),
        Err(faults) => faults.to_string().replace(&format!("{}/", folder.path().display()), ""),
    };
    expected.assert_eq(&told);
}

#[test]
fn the_shipped_files_are_sound_and_the_built_in_ones_are_the_same() {
    let shipped = read(Path::new("config"), &[]).unwrap();
    assert_eq!(shipped.tickers.len(), 4);
    assert!(shipped.embedded.is_some());
    let built_in = load(&Choices::default(), &Environment::default()).unwrap();
    assert_eq!(built_in.tickers, shipped.tickers);
    assert_eq!(built_in.limits, shipped.limits);
}

#[test]
fn every_fault_is_told_at_once_with_file_and_line() {
    check(
        &[
            ("supervisor.toml", "client_id = 1", "client_id = \"one\"\nclient_idd = 1"),
            ("supervisor.toml", "max_positions = 10", "max_positions = 0"),
            ("supervisor.toml", "max_daily_loss = 5_000", "max_daily_loss = -5_000"),
            ("tickers.toml", "stop_loss_pct = 0.03", "stop_los_pct = 0.03"),
            ("tickers.toml", "take_profit_pct = 0.08", "take_profit_pct = 8"),
            ("tickers.toml", "[IBM]", "[ibm]\nentry_offset_pct = -0.1"),
            (
                "trading_rules.toml",
                "\"create_position\", side = \"BUY\"",
                "\"create_positon\", side = \"BUY\"",
            ),
            ("trading_rules.toml", "min_confidence = 0.75", "min_confidence = 75"),
        ],
        &[("TWS_PORT", "ninety")],
        expect![[r#"
            supervisor.toml:12: `client_id`: expected a whole number, got the text `one`
            supervisor.toml:13: `client_idd` is not a setting of [broker]; did you mean `client_id`?
            supervisor.toml:92: `max_positions`: expected a whole number above 0, got the number 0
            supervisor.toml:101: `max_daily_loss`: must be above 0, got `-5000`
            environment TWS_PORT: `port`: expected a whole number from 0 to 65535, got the text `ninety`
            tickers.toml:11: `stop_los_pct` is not a setting of [defaults]; did you mean `stop_loss_pct`?
            tickers.toml:12: `take_profit_pct`: must be above 0 and at most 0.5, got 8; did you mean 0.08?
            tickers.toml:54: `ibm`: a ticker's name is one to eight of A-Z and 0-9, got `ibm`
            trading_rules.toml:9: `create_positon` is not an action; did you mean `create_position`?
            trading_rules.toml:13: `min_confidence`: a confidence must be between 0 and 1, got 75"#]],
    );
}

#[test]
fn what_is_wrong_with_a_source_of_signals_is_told_and_no_secret_is_shown() {
    check(
        &[(
            "supervisor.toml",
            "source = \"demo\"",
            "source = \"file\"\nheaders = { X-Api-Key = \"open\", X-Version = \"2\" }",
        )],
        &[("WEBHOOK_SECRET", "open sesame"), ("TRADINGVIEW_SECRET", "sesame")],
        expect![[r#"
            supervisor.toml:38: `file` needs `path`: a file or a pipe
            supervisor.toml:39: a secret belongs into the environment: API_KEY, and `key_header` names its header
            environment WEBHOOK_SECRET: it has 11 bytes, at least 24 are needed; `openssl rand -base64 32` makes one
            environment TRADINGVIEW_SECRET: it has 6 bytes, at least 16 are needed"#]],
    );
    check(
        &[],
        &[("WEBHOOK_SECRET_OLD", "open sesame")],
        expect!["environment WEBHOOK_SECRET_OLD: it goes with WEBHOOK_SECRET, and that is not set"],
    );
    let secrets =
        [("WEBHOOK_SECRET", "never shown, never told, never"), ("TRADINGVIEW_SECRET", "never shown, too")];
    let folder = changed(&[]);
    let config = read(folder.path(), &secrets).unwrap();
    let report = config.report.to_string();
    let doors = report.lines().find(|line| line.starts_with("signals.doors")).unwrap();
    assert!(doors.contains("webhook, tradingview") && doors.contains("environment"), "{doors}");
    assert!(!report.contains("never shown") && !format!("{config:?}").contains("never"));
}

#[test]
fn what_a_cancel_by_hand_means_is_one_of_two() {
    check(
        &[("tickers.toml", "on_hand_cancel = \"flatten\"", "on_hand_cancel = \"flaten\"")],
        &[],
        expect!["tickers.toml:32: `flaten` is not a value of `on_hand_cancel`; did you mean `flatten`?"],
    );
    let folder = changed(&[("tickers.toml", "[IBM]", "[IBM]\non_hand_cancel = \"hold\"")]);
    let config = read(folder.path(), &[]).unwrap();
    let meant: Vec<_> = config.tickers.iter().map(|own| own.on_hand_cancel).collect();
    let (flatten, hold) = (engine::OnHandCancel::Flatten, engine::OnHandCancel::Hold);
    assert_eq!(meant, [flatten, flatten, hold, flatten]);
}

#[test]
fn a_ticker_has_its_own_numbers_of_a_rule_and_says_them_right() {
    let own = "[IBM.rules.\"High Confidence Buy\"]\nmin_confidence = 0.9\nstop_loss_pct = 0.02\n\n[MSFT]";
    let folder = changed(&[("tickers.toml", "[MSFT]", own)]);
    let config = read(folder.path(), &[]).unwrap();
    let changed: Vec<String> = config
        .tickers
        .iter()
        .map(|own| serde_json::to_string(&own.rules[0]).unwrap())
        .map(|rule| format!("{} {}", rule.contains("0.9"), rule.contains("0.02")))
        .collect();
    assert_eq!(changed, ["false false", "false false", "true true", "false false"]);
    let own = "[IBM.rules.\"High Confidence By\"]\nmin_confidence = 0.9\n\n\
        [IBM.rules.\"High Confidence Short\"]\nscale_pct = 0.5\n\n[MSFT]";
    check(
        &[("tickers.toml", "[MSFT]", own)],
        &[],
        expect![[r#"
            tickers.toml:57: there is no rule `High Confidence By` for IBM; did you mean `High Confidence Buy`?
            tickers.toml:60: rule `High Confidence Short` has no use for `scale_pct`"#]],
    );
    let own = "[IBM.rules.\"High Confidence Short\"]\nmin_confidense = 0.5\nstop_loss_pct = 3\n\n[MSFT]";
    check(
        &[("tickers.toml", "[MSFT]", own)],
        &[],
        expect![[r#"
            tickers.toml:58: `min_confidense` is not a setting of a ticker's own rule; did you mean `min_confidence`?
            tickers.toml:59: `stop_loss_pct`: must be above 0 and at most 0.5, got 3; did you mean 0.03?"#]],
    );
}

#[test]
fn settings_that_do_not_go_together_are_told() {
    check(
        &[("supervisor.toml", "live_accounts = []", "live_accounts = [\"U1\"]")],
        &[("TWS_HOST", "gateway")],
        expect![[r#"
            supervisor.toml:18: live accounts are traded in mode = "live" only
            supervisor.toml:38: `demo` predicts the embedded gateway's market; with gateway = "tws" set source = "http" and an endpoint"#]],
    );
}

#[test]
fn whose_money_is_traded_has_to_be_said_three_times_alike() {
    const LIVE: (&str, &str, &str) = ("supervisor.toml", "mode = \"paper\"", "mode = \"live\"");
    const NAMED: (&str, &str, &str) = ("supervisor.toml", "live_accounts = []", "live_accounts = [\"U1\"]");
    const OWN: (&str, &str, &str) = ("supervisor.toml", "# account = \"DU1234567\"", "account = \"U2\"");
    let tws = |port| [("TWS_PORT", port), ("API_ENDPOINT", "http://localhost:1/")];
    let told = |changes: &[(&str, &str, &str)], set: &[(&str, &str)]| {
        let folder = changed(changes);
        let told = read(folder.path(), set).map_or_else(|faults| faults.to_string(), |_| "starts".to_owned());
        told.replace(&format!("{}/", folder.path().display()), "")
    };
    let recorded = [tws("7496").as_slice(), &[("IBAPI_RECORDING_DIR", "/tmp/wire")]].concat();
    let rows = [
        told(&[], &tws("7497")),
        told(&[], &tws("7496")),
        told(&[OWN], &tws("7497")),
        told(&[LIVE], &tws("7496")),
        told(&[LIVE, NAMED], &tws("7497")),
        told(&[LIVE, NAMED, OWN], &tws("7496")),
        told(&[LIVE, NAMED], &tws("7496")),
        told(&[LIVE, NAMED], &recorded),
        told(&[], &[("IBAPI_RECORDING_DIR", "/tmp/wire")]),
        told(&[LIVE, NAMED], &[]),
    ];
    expect![[r#"
        starts
        environment TWS_PORT: port 7496 is one of live_ports, and mode is "paper"; TWS listens on 7497 and IB Gateway on 4002 for paper
        supervisor.toml:14: account U2 holds real money; it is traded only in mode = "live" and if live_accounts names it
        supervisor.toml:17: mode "live" needs the account's id in live_accounts
        environment TWS_PORT: mode is "live", and port 7497 is none of live_ports [7496, 4001]; if live money is behind it, name it there
        supervisor.toml:14: account U2 is none of live_accounts ["U1"]; name it there if its money is meant
        starts
        supervisor.toml:17: IBAPI_RECORDING_DIR is set, and would write every message of a live account to files: unset it
        starts
        supervisor.toml:17: the embedded gateway has no real money: set mode = "paper", or gateway = "tws""#]].assert_eq(&rows.join("\n"));
}

#[test]
fn the_environment_replaces_connection_and_defaults_and_a_ticker_keeps_its_own() {
    let folder = changed(&[("tickers.toml", "[IBM]", "[IBM]\nposition_size = 5000.50\n")]);
    let config = read(
        folder.path(),
        &[
            ("TWS_HOST", "10.0.0.5"),
            ("TWS_PORT", "4002"),
            ("API_ENDPOINT", "http://localhost:1/predictions"),
            ("API_KEY", "never shown"),
            ("DEFAULT_POSITION_SIZE", "20000"),
            ("MAX_POSITIONS", "3"),
        ],
    )
    .unwrap();
    assert_eq!(config.broker.address, "10.0.0.5:4002");
    assert!(config.embedded.is_none());
    assert_eq!(config.limits.account.positions_max, Some(3));
    let sizes: Vec<String> = config.tickers.iter().map(|own| size(own.sizing)).collect();
    assert_eq!(sizes, ["20000.00", "20000.00", "5000.50", "20000.00"]);
    let report = config.report.to_string();
    for line in ["environment TWS_HOST", "environment DEFAULT_POSITION_SIZE", "tickers.toml:", "built-in"] {
        assert!(report.contains(line), "{line} is not in\n{report}");
    }
    assert!(!format!("{config:?}").contains("never shown"));
}

#[test]
fn each_limit_can_be_switched_off_and_is_shown_so() {
    let folder = changed(&[
        ("supervisor.toml", "max_positions = 10", "max_positions = \"off\""),
        ("supervisor.toml", "max_gross_exposure = \"off\"", "max_gross_exposure = 100_000.50"),
        ("supervisor.toml", "restricted = []", "restricted = [\"AAPL\"]"),
    ]);
    let config = read(folder.path(), &[("MAX_DAILY_LOSS", "off"), ("MAX_POSITION_SIZE", "0.5")]).unwrap();
    let account = &config.limits.account;
    assert_eq!((account.positions_max, account.daily_loss_max), (None, None));
    assert_eq!(account.gross_exposure_max.map(|max| max.to_string()).as_deref(), Some("100000.50"));
    assert_eq!(config.limits.ticker.position_size_max.map(|max| max.to_string()).as_deref(), Some("0.50"));
    assert!(config.limits.restricted.iter().map(|ticker| ticker.as_str()).eq(["AAPL"]));
    let report = config.report.to_string();
    let shown = |setting: &str| report.lines().find(|line| line.starts_with(setting)).unwrap().to_owned();
    let words = shown("risk.max_positions");
    assert_eq!(words.split_whitespace().nth(1), Some("off"), "{words}");
    let words = shown("risk.max_daily_loss");
    assert_eq!(
        words.split_whitespace().skip(1).collect::<Vec<_>>(),
        ["off", "environment", "MAX_DAILY_LOSS"]
    );
}

#[test]
fn a_limit_that_is_neither_a_number_nor_off_is_told() {
    check(
        &[
            ("supervisor.toml", "max_order_quantity = 100_000", "max_order_quantity = 0"),
            ("supervisor.toml", "max_order_value = \"off\"", "max_order_value = \"of\""),
            ("supervisor.toml", "price_collar_pct = 0.05", "price_collar_pct = 5"),
            ("supervisor.toml", "max_gross_exposure = \"off\"", "max_gross_exposure = -1"),
            ("supervisor.toml", "max_trades_a_day = 100", "max_trades_a_day = true"),
            ("supervisor.toml", "buying_power_share = 1", "buying_power_share = 1.5"),
        ],
        &[],
        expect![[r#"
            supervisor.toml:72: `max_order_quantity`: expected a whole number above 0, got the number 0
            supervisor.toml:73: `max_order_value`: expected a number, got the text `of`
            supervisor.toml:74: `price_collar_pct`: must be above 0 and at most 0.5, got 5; did you mean 0.05?
            supervisor.toml:81: `max_trades_a_day`: expected a number or `off`, got `true`
            supervisor.toml:92: `max_gross_exposure`: must be above 0, got `-1`
            supervisor.toml:108: `buying_power_share`: must be above 0 and at most 1, got 1.5"#]],
    );
}

const OWN: (&str, &str, &str) = (
    "tickers.toml",
    "[IBM]",
    "[IBM]\nrisk = { max_position_size = 80_000, max_order_value = 500, max_spread_pct = \"off\", loss_pause_s = 60 }",
);

#[test]
fn a_tickers_own_limits_hold_in_place_of_the_accounts_and_are_shown_with_their_place() {
    let folder = changed(&[OWN, ("supervisor.toml", "max_order_value = \"off\"", "max_order_value = 1_000")]);
    let config = read(folder.path(), &[("MAX_POSITION_SIZE", "60000")]).unwrap();
    let [ibm, aapl] = ["IBM", "AAPL"].map(|name| name.parse().unwrap());
    let limits = &config.limits;
    let told = |ticker| {
        let (order, own) = (limits.order_of(ticker), limits.ticker_of(ticker));
        let money = |money: Option<Money>| money.map(|money| money.to_string());
        let pause = own.losing_streak.map(|streak| (streak.losses, streak.pause.num_seconds()));
        format!(
            "{:?} {:?} {:?} {pause:?} {:?}",
            money(own.position_size_max),
            money(order.notional_max),
            order.spread_max.map(|max| max.to_string()),
            own.legs_a_side_max
        )
    };
    // Spans of market time are 60 times longer on the embedded market.
    expect![[r#"Some("80000.00") Some("500.00") None Some((5, 3600)) Some(15)"#]].assert_eq(&told(&ibm));
    expect![[r#"Some("60000.00") Some("1000.00") Some("5 %") Some((5, 36000)) Some(15)"#]]
        .assert_eq(&told(&aapl));
    assert!(limits.own.keys().eq([&ibm]));
    let sizes: Vec<_> = config.tickers.iter().map(|own| own.position_size_max.unwrap().to_string()).collect();
    assert_eq!(sizes, ["60000.00", "60000.00", "80000.00", "60000.00"]);
    let report = config.report.to_string().replace(&format!("{}/", folder.path().display()), "");
    let shown: Vec<String> = report
        .lines()
        .filter(|line| line.contains(".risk."))
        .map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "))
        .collect();
    expect![[r#"
        IBM.risk.loss_pause_s 60 tickers.toml:55
        IBM.risk.max_entries_a_minute 6 supervisor.toml:80
        IBM.risk.max_losses_in_a_row 5 supervisor.toml:82
        IBM.risk.max_order_quantity 100000 supervisor.toml:72
        IBM.risk.max_order_value 500 tickers.toml:55
        IBM.risk.max_position_size 80000 tickers.toml:55
        IBM.risk.max_quote_age_s 5 supervisor.toml:75
        IBM.risk.max_spread_pct off tickers.toml:55
        IBM.risk.max_ticker_gap_risk off supervisor.toml:97
        IBM.risk.max_ticker_risk off supervisor.toml:96
        IBM.risk.max_trades_a_day 100 supervisor.toml:81
        IBM.risk.max_unfilled_entries 10 supervisor.toml:85
        IBM.risk.price_collar_pct 0.05 supervisor.toml:74"#]]
    .assert_eq(&shown.join("\n"));
}

#[test]
fn what_is_wrong_with_a_tickers_own_limits_is_told() {
    check(
        &[
            ("tickers.toml", "[IBM]", "[IBM.risk]\nmax_order_valu = 1\nmax_trades_a_day = 0\n[IBM]"),
            ("tickers.toml", "[GOOG]", "[GOOG.risk]\nmax_daily_loss = 100\nprice_collar_pct = 5\n[GOOG]"),
        ],
        &[],
        expect![[r#"
            tickers.toml:52: `max_daily_loss` is not a setting of a ticker's own risk; known are `max_order_quantity`, `max_order_value`, `price_collar_pct`, `max_quote_age_s`, `max_spread_pct`, `max_position_size`, `max_entries_a_minute`, `max_trades_a_day`, `max_losses_in_a_row`, `loss_pause_s`, `max_unfilled_entries`, `max_ticker_risk`, `max_ticker_gap_risk`
            tickers.toml:53: `price_collar_pct`: must be above 0 and at most 0.5, got 5; did you mean 0.05?
            tickers.toml:58: `max_order_valu` is not a setting of a ticker's own risk; did you mean `max_order_value`?
            tickers.toml:59: `max_trades_a_day`: expected a whole number above 0, got the number 0"#]],
    );
    check(
        &[("tickers.toml", "[AAPL]", "[defaults.risk]\nmax_order_value = 1\n\n[AAPL]")],
        &[],
        expect!["tickers.toml:48: the limits of every ticker stand in [risk] of supervisor.toml"],
    );
}

const GROUP: &str = "[risk.groups.tech]\ntickers = [\"AAPL\", \"MSFT\"]\nmax_positions = 1\nmax_daily_loss = 500.50\n\
    on_daily_loss = \"flatten\"\n\n[risk.groups.Old-2]\ntickers = [\"IBM\", \"MSFT\"]\nmax_gross_exposure = 10_000\n\
    max_net_exposure = 5_000\n\n[journal]";

#[test]
fn groups_of_tickers_have_limits_and_a_ticker_may_be_in_several() {
    let folder = changed(&[("supervisor.toml", "[journal]", GROUP)]);
    let config = read(folder.path(), &[]).unwrap();
    let told: Vec<String> =
        config.limits.groups.iter().map(|(name, group)| format!("{name}: {group:?}")).collect();
    expect![[r#"
        Old-2: GroupLimits { tickers: {TickerKey("IBM"), TickerKey("MSFT")}, positions_max: None, gross_exposure_max: Some(Money(10000)), net_exposure_max: Some(Money(5000)), daily_loss_max: None, on_daily_loss: Block }
        tech: GroupLimits { tickers: {TickerKey("AAPL"), TickerKey("MSFT")}, positions_max: Some(1), gross_exposure_max: None, net_exposure_max: None, daily_loss_max: Some(Money(500.5)), on_daily_loss: Flatten }"#]].assert_eq(&told.join("\n"));
    let microsoft = "MSFT".parse().unwrap();
    assert_eq!(config.limits.groups_of(&microsoft).count(), 2);
    let report = config.report.to_string().replace(&format!("{}/", folder.path().display()), "");
    let shown: Vec<String> = report
        .lines()
        .filter(|line| line.starts_with("risk.groups."))
        .map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "))
        .collect();
    expect![[r#"
        risk.groups.Old-2.max_daily_loss off built-in
        risk.groups.Old-2.max_gross_exposure 10000 supervisor.toml:137
        risk.groups.Old-2.max_net_exposure 5000 supervisor.toml:138
        risk.groups.Old-2.max_positions off built-in
        risk.groups.Old-2.on_daily_loss block built-in
        risk.groups.Old-2.tickers ["IBM","MSFT"] supervisor.toml:136
        risk.groups.tech.max_daily_loss 500.5 supervisor.toml:132
        risk.groups.tech.max_gross_exposure off built-in
        risk.groups.tech.max_net_exposure off built-in
        risk.groups.tech.max_positions 1 supervisor.toml:131
        risk.groups.tech.on_daily_loss flatten supervisor.toml:133
        risk.groups.tech.tickers ["AAPL","MSFT"] supervisor.toml:130"#]]
    .assert_eq(&shown.join("\n"));
}

#[test]
fn what_is_wrong_with_a_group_is_told() {
    let groups = "[risk.groups.tech]\ntickers = [\"AAPL\", \"MSTF\", \"AAPL\"]\nmax_positions = 1\n\n\
        [risk.groups.daily-Loss]\ntickers = [\"AAPL\"]\nmax_positions = 1\n\n\
        [risk.groups.ibm]\ntickers = []\n\n\
        [risk.groups.halt]\ntickers = [\"IBM\"]\nmax_positions = \"off\"\n\n[journal]";
    check(
        &[("supervisor.toml", "[journal]", groups)],
        &[],
        expect![[r#"
            supervisor.toml:130: there is no ticker MSTF in tickers.toml; did you mean `MSFT`?
            supervisor.toml:130: AAPL is named twice
            supervisor.toml:133: `daily-Loss` is what a release calls the limit `daily loss`; name the group otherwise
            supervisor.toml:137: `ibm` is a ticker; name the group otherwise
            supervisor.toml:137: group `ibm` needs `tickers`, e.g. ["AAPL", "MSFT"]
            supervisor.toml:137: group `ibm` limits nothing: give it max_positions, max_gross_exposure, max_net_exposure or max_daily_loss
            supervisor.toml:140: `halt` is what a release calls the limit `HALT`; name the group otherwise
            supervisor.toml:140: group `halt` limits nothing: give it max_positions, max_gross_exposure, max_net_exposure or max_daily_loss"#]],
    );
    let groups = "[risk.groups.tech]\ntickers = [\"AAPL\"]\nmax_position = 1\non_daily_loss = \"flaten\"\n\n\
        [risk.groups.\"a b\"]\ntickers = [\"AAPL\"]\nmax_positions = 1\n\n[journal]";
    check(
        &[("supervisor.toml", "[journal]", groups)],
        &[],
        expect![[r#"
            supervisor.toml:131: `max_position` is not a setting of a group; did you mean `max_positions`?
            supervisor.toml:132: `flaten` is not a value of `on_daily_loss`; did you mean `flatten`?
            supervisor.toml:134: `a b`: a group's name is one to 24 of A-Z, a-z, 0-9, `_` and `-`, got `a b`"#]],
    );
}

#[test]
fn tickers_whose_parts_do_not_go_together_are_told() {
    check(
        &[
            ("tickers.toml", "[AAPL]", "[AAPL]\nmax_scale_ins = 4_294_967_295\nmax_double_downs = 1"),
            ("tickers.toml", "[GOOG]", "[GOOG]\nshares = 10\nequity_pct = 0.1"),
            ("tickers.toml", "[IBM]", "[IBM]\nsecurity_type = \"FUT\""),
            ("tickers.toml", "[MSFT]", "[MSFT]\nexpiry = \"202612\"\nmargin_a_contract = 100"),
        ],
        &[],
        expect![[r#"
            tickers.toml:48: rule `High Confidence Buy` may have 4294967295 orders on one side at work, IB takes 15: fewer targets or adds
            tickers.toml:48: rule `High Confidence Short` may have 4294967295 orders on one side at work, IB takes 15: fewer targets or adds
            tickers.toml:53: it names more than one of position_size, shares, risk_per_trade and equity_pct
            tickers.toml:58: a future needs `local_symbol` (e.g. "ESZ6") or `expiry` (e.g. "202612")
            tickers.toml:62: `local_symbol` and `expiry` go with security_type = "FUT"
            tickers.toml:62: `margin_a_contract` goes with security_type = "FUT"; a stock takes its whole worth"#]],
    );
}

/// A rules file and an environment as users of other tools have them: they load unchanged.
#[test]
fn a_foreign_rules_file_and_environment_load_unchanged() {
    let folder = changed(&[]);
    std::fs::remove_file(folder.path().join("trading_rules.toml")).unwrap();
    std::fs::write(folder.path().join("trading_rules.yaml"), FOREIGN_RULES).unwrap();
    let path = folder.path().join(".env");
    std::fs::write(&path, FOREIGN_ENV).unwrap();
    let variables: BTreeMap<String, String> =
        dotenvy::from_path_iter(&path).unwrap().map(Result::unwrap).collect();
    let given: Vec<(&str, &str)> =
        variables.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let config = read(folder.path(), &given).unwrap_or_else(|faults| panic!("{faults}"));
    assert_eq!(config.broker.address, "127.0.0.1:7497");
    assert_eq!(config.broker.client_id, 1);
    assert_eq!(config.signals.endpoint.as_deref(), Some("https://api.example.com/predictions"));
    assert_eq!(config.limits.account.positions_max, Some(10));
    assert_eq!(config.limits.account.daily_loss_max, Some(Money::new(1000.into())));
    assert_eq!(config.limits.ticker.position_size_max, Some(Money::new(50000.into())));
    let apple = &config.tickers[0];
    assert_eq!((apple.stop_loss.to_string(), apple.take_profit.to_string()), ("3 %".into(), "8 %".into()));
    let rules = serde_json::to_string(&apple.rules.to_vec()).unwrap();
    expect![[r#"[{"name":"High Confidence Buy","priority":0,"tickers":[],"condition":{"type":"signal","signal":"BUY","min_confidence":"0.8"},"action":{"type":"create_position","side":"BUY","stop_loss_pct":"0.03","take_profit_pct":"0.08"}},{"name":"Scale In on Profit","priority":0,"tickers":[],"condition":{"type":"position_profit","min_profit_pct":"0.02"},"action":{"type":"scale_in","scale_pct":"0.5"}}]"#]].assert_eq(&rules);
}

const FOREIGN_RULES: &str = r#"
rules:
  - name: "High Confidence Buy"
    condition:
      type: "signal"
      signal: "BUY"
      min_confidence: 0.80
    action:
      type: "create_position"
      side: "BUY"
      stop_loss_pct: 0.03
      take_profit_pct: 0.08
  - name: "Scale In on Profit"
    condition:
      type: "position_profit"
      min_profit_pct: 0.02
    action:
      type: "scale_in"
      scale_pct: 0.50
"#;

const FOREIGN_ENV: &str = "\
TWS_HOST=127.0.0.1
TWS_PORT=7497  # 7496 for live trading
TWS_CLIENT_ID=1
API_KEY=your_api_key_here
API_ENDPOINT=https://api.example.com/predictions
DEFAULT_POSITION_SIZE=10000
MAX_POSITION_SIZE=50000
STOP_LOSS_PCT=0.03
TAKE_PROFIT_PCT=0.08
MAX_DAILY_LOSS=1000
MAX_POSITIONS=10
";

#[test]
fn what_is_wrong_with_the_logs_is_told() {
    check(
        &[
            ("supervisor.toml", "format = \"text\"", "format = \"xml\""),
            ("supervisor.toml", "megabytes_max = 20", "megabytes_max = 0"),
            ("supervisor.toml", "day_mb_max = 500", "day_mb_max = -1"),
            ("supervisor.toml", "keep_days = 14", "keep_days = 0"),
            ("supervisor.toml", "site_lines_a_minute_max", "site_lines_max"),
        ],
        &[],
        expect![[r#"
            supervisor.toml:148: `xml` is not a value of `format`; known are `text`, `json`
            supervisor.toml:150: `megabytes_max`: must be between 0.001 and 1000000 megabytes, got `0`
            supervisor.toml:152: `keep_days`: expected a whole number above 0, got the number 0
            supervisor.toml:155: `day_mb_max`: must be between 0.001 and 1000000 megabytes, got `-1`
            supervisor.toml:157: `site_lines_max` is not a setting of [logs]; known are `folder`, `level`, `format`, `megabytes_max`, `day_mb_max`, `keep_days`, `keep_files`, `site_lines_a_minute_max`"#]],
    );
}

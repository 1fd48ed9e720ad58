//! Stories of entries: how large, how sent, with which stop and which targets.

use engine::{Fraction, Money, Sizing, TickerSettings};
use expect_test::{Expect, expect};
use serde_json::{Value, json};

use crate::numbers::decimal;
use crate::story::check_with;
use crate::subject::settings_with;

/// What the signal of 10:00 leads to, with the market at 99.98 to 100.00.
fn entry(action: Value, more: &str, expected: Expect) {
    let story = format!("{more}\n10:00:00 quote 99.98 100.00\n10:00:00 signal BUY 0.85");
    check_with(settings_with(action, &[]), &story, expected);
}

#[test]
fn a_size_is_money_shares_risk_or_equity_and_never_rounds_up() {
    entry(
        json!({ "position_size": "1050" }),
        "",
        expect![[r#"
        10:00:00 signal BUY 0.85 taken (Buy: 0.85 >= 0.80)
        10:00:00 trade 1 lot 1: long from 100.00 (Buy: 0.85 >= 0.80)
        10:00:00 -> place E1 buy 10 limit 100.10 until 14:00:30 UTC, T1 sell 10 limit 104.11, S1 sell 10 stop 98.09
    "#]],
    );
    entry(
        json!({ "shares": "7" }),
        "",
        expect![[r#"
        10:00:00 signal BUY 0.85 taken (Buy: 0.85 >= 0.80)
        10:00:00 trade 1 lot 1: long from 100.00 (Buy: 0.85 >= 0.80)
        10:00:00 -> place E1 buy 7 limit 100.10 until 14:00:30 UTC, T1 sell 7 limit 104.11, S1 sell 7 stop 98.09
    "#]],
    );
    entry(
        json!({ "risk_per_trade": "200", "stop_loss_pct": "0.05" }),
        "",
        expect![[r#"
        10:00:00 signal BUY 0.85 taken (Buy: 0.85 >= 0.80)
        10:00:00 trade 1 lot 1: long from 100.00 (Buy: 0.85 >= 0.80)
        10:00:00 -> place E1 buy 39 limit 100.10 until 14:00:30 UTC, T1 sell 39 limit 104.11, S1 sell 39 stop 95.09
    "#]],
    );
    entry(
        json!({ "equity_pct": "0.1" }),
        "10:00:00 equity 50000",
        expect![[r#"
        10:00:00 signal BUY 0.85 taken (Buy: 0.85 >= 0.80)
        10:00:00 trade 1 lot 1: long from 100.00 (Buy: 0.85 >= 0.80)
        10:00:00 -> place E1 buy 49 limit 100.10 until 14:00:30 UTC, T1 sell 49 limit 104.11, S1 sell 49 stop 98.09
    "#]],
    );
    entry(
        json!({ "equity_pct": "0.1" }),
        "",
        expect![[r#"
        10:00:00 signal BUY 0.85 declined: the account's equity is not known yet
    "#]],
    );
    entry(
        json!({ "position_size": "100" }),
        "",
        expect![[r#"
        10:00:00 signal BUY 0.85 declined: 100.00 buys no share at 100.10
    "#]],
    );
}

#[test]
fn a_size_made_from_the_risk_stays_within_the_largest_position() {
    let settings = TickerSettings {
        sizing: Sizing::Risk(Money::new(decimal("1000"))),
        position_size_max: Some(Money::new(decimal("5000"))),
        ..settings_with(json!({}), &[])
    };
    check_with(
        settings,
        "10:00:00 quote 99.98 100.00\n10:00:00 signal BUY 0.85",
        expect![[r#"
        10:00:00 signal BUY 0.85 taken (Buy: 0.85 >= 0.80)
        10:00:00 trade 1 lot 1: long from 100.00 (Buy: 0.85 >= 0.80)
        10:00:00 -> place E1 buy 49 limit 100.10 until 14:00:30 UTC, T1 sell 49 limit 104.11, S1 sell 49 stop 98.09
    "#]],
    );
}

#[test]
fn a_stop_in_average_true_ranges_needs_them_first() {
    let action = json!({ "atr_stop_multiplier": "2", "atr_target_multiplier": "3" });
    entry(
        action.clone(),
        "",
        expect![[r#"
        10:00:00 signal BUY 0.85 declined: no ATR yet: its bars are being read
    "#]],
    );
    entry(
        action,
        "10:00:00 atr 1.234",
        expect![[r#"
        10:00:00 signal BUY 0.85 taken (Buy: 0.85 >= 0.80)
        10:00:00 trade 1 lot 1: long from 100.00 (Buy: 0.85 >= 0.80)
        10:00:00 -> place E1 buy 99 limit 100.10 until 14:00:30 UTC, T1 sell 99 limit 103.81, S1 sell 99 stop 97.63
    "#]],
    );
}

#[test]
fn a_trailing_stop_is_the_brokers_to_move() {
    entry(
        json!({ "trailing": true, "stop_loss_pct": "0.03", "no_target": true }),
        "",
        expect![[r#"
        10:00:00 signal BUY 0.85 taken (Buy: 0.85 >= 0.80)
        10:00:00 trade 1 lot 1: long from 100.00 (Buy: 0.85 >= 0.80)
        10:00:00 -> place E1 buy 99 limit 100.10 until 14:00:30 UTC, S1 sell 99 stop 97.09 trailing by 3.01
    "#]],
    );
}

#[test]
fn an_entry_at_the_market_is_bracketed_from_the_quote() {
    entry(
        json!({ "entry": "market" }),
        "",
        expect![[r#"
        10:00:00 signal BUY 0.85 taken (Buy: 0.85 >= 0.80)
        10:00:00 trade 1 lot 1: long from 100.00 (Buy: 0.85 >= 0.80)
        10:00:00 -> place E1 buy 100 market day, T1 sell 100 limit 104.00, S1 sell 100 stop 98.00
    "#]],
    );
}

#[test]
fn prices_that_are_named_stay_where_they_are_and_lie_on_their_side() {
    entry(
        json!({ "stop_price": "95.005", "target_price": "120" }),
        "",
        expect![[r#"
        10:00:00 signal BUY 0.85 taken (Buy: 0.85 >= 0.80)
        10:00:00 trade 1 lot 1: long from 100.00 (Buy: 0.85 >= 0.80)
        10:00:00 -> place E1 buy 99 limit 100.10 until 14:00:30 UTC, T1 sell 99 limit 120.00, S1 sell 99 stop 95.00
    "#]],
    );
    entry(
        json!({ "stop_price": "101" }),
        "",
        expect![[r#"
        10:00:00 signal BUY 0.85 declined: no bracket around 100.00: 101.00 lies on the wrong side of the entry at 100.10
    "#]],
    );
}

#[test]
fn several_targets_are_several_brackets_sent_as_one() {
    let targets = json!({ "shares": "99", "targets": [
        { "part": "0.5", "take_profit_pct": "0.02" }, { "part": "0.5", "take_profit_pct": "0.05" },
    ] });
    check_with(
        settings_with(targets, &[]),
        "
        10:00:00 quote 99.98 100.00
        10:00:00 signal BUY 0.85
        10:00:00 accepted E1 T1 S1
        10:00:00 accepted E2 T2 S2
        10:00:01 filled E1 49 at 100.00
        10:00:01 armed S1 49, T1 49
        10:00:01 filled E2 50 at 100.00
        10:00:01 armed S2 50, T2 50
        10:00:02 echo T1 49 at 102.00
        10:00:02 echo T2 50 at 105.00
        10:30:00 filled T1 49 at 102.00
        10:30:00 cancelled S1
        10:40:00 filled S2 50 at 98.00
        10:40:00 cancelled T2
    ",
        expect![[r#"
            10:00:00 signal BUY 0.85 taken (Buy: 0.85 >= 0.80)
            10:00:00 trade 1 lot 1: long from 100.00 (Buy: 0.85 >= 0.80)
            10:00:00 trade 1 lot 2: long from 100.00 (Buy: 0.85 >= 0.80)
            10:00:00 -> place E1 buy 49 limit 100.10 until 14:00:30 UTC, T1 sell 49 limit 102.11, S1 sell 49 stop 98.09, E2 buy 50 limit 100.10 until 14:00:30 UTC, T2 sell 50 limit 105.11, S2 sell 50 stop 98.09
            10:00:00 E1 works 49, 0 filled
            10:00:00 T1 accepted, waits for its entry
            10:00:00 S1 accepted, waits for its entry
            10:00:00 E2 works 50, 0 filled
            10:00:00 T2 accepted, waits for its entry
            10:00:00 S2 accepted, waits for its entry
            10:00:01 filled E1 buy 49 at 100.00
            10:00:01 E1 filled, 49 filled
            10:00:01 S1 works 49, 0 filled
            10:00:01 protected after 0 ms
            10:00:01 T1 works 49, 0 filled
            10:00:01 average entry 100.00
            10:00:01 -> modify T1 to 49 at 102.00
            10:00:01 filled E2 buy 50 at 100.00
            10:00:01 E2 filled, 50 filled
            10:00:01 S2 works 50, 0 filled
            10:00:01 protected after 0 ms
            10:00:01 T2 works 50, 0 filled
            10:00:01 average entry 100.00
            10:00:01 -> modify T2 to 50 at 105.00
            10:00:02 T1 now 49 at 102.00
            10:00:02 T2 now 50 at 105.00
            10:30:00 filled T1 sell 49 at 102.00
            10:30:00 closed long 49 from 100.00 at 102.00: +98.00 by target
            10:30:00 T1 filled, 49 filled
            10:30:00 S1 cancelled, 0 filled
            10:40:00 filled S2 sell 50 at 98.00
            10:40:00 closed long 50 from 100.00 at 98.00: -100.00 by stop
            10:40:00 S2 filled, 50 filled
            10:40:00 T2 cancelled, 0 filled
            10:40:00 trade closed: -2.00, commission 0.00
        "#]],
    );
}

#[test]
fn protection_outside_regular_hours_is_a_stop_that_becomes_a_limit() {
    let settings = TickerSettings {
        stop_outside_rth: Some(Fraction::try_from(decimal("0.01")).expect("a fraction")),
        ..settings_with(json!({}), &[])
    };
    check_with(
        settings,
        "10:00:00 quote 99.98 100.00\n10:00:00 signal BUY 0.85",
        expect![[r#"
        10:00:00 signal BUY 0.85 taken (Buy: 0.85 >= 0.80)
        10:00:00 trade 1 lot 1: long from 100.00 (Buy: 0.85 >= 0.80)
        10:00:00 -> place E1 buy 99 limit 100.10 until 14:00:30 UTC, T1 sell 99 limit 104.11, S1 sell 99 stop 98.09 limit 97.10
    "#]],
    );
}

#[test]
fn no_entry_while_trading_is_halted_nor_a_minute_after() {
    check_with(
        TickerSettings { quote_age_max: chrono::TimeDelta::minutes(5), ..settings_with(json!({}), &[]) },
        "
        10:00:00 quote 99.98 100.00
        10:00:00 halted
        10:00:01 signal BUY 0.85
        10:01:00 resumed
        10:01:30 signal BUY 0.86
        10:02:00 signal BUY 0.87
    ",
        expect![[r#"
            10:00:01 signal BUY 0.85 declined: trading is halted
            10:01:30 signal BUY 0.86 declined: trading is halted, resumed 30.0 s ago
            10:02:00 signal BUY 0.87 taken (Buy: 0.87 >= 0.80)
            10:02:00 trade 1 lot 1: long from 100.00 (Buy: 0.87 >= 0.80)
            10:02:00 -> place E1 buy 99 limit 100.10 until 14:02:30 UTC, T1 sell 99 limit 104.11, S1 sell 99 stop 98.09
        "#]],
    );
}

#[test]
fn so_many_trades_a_day_and_no_more() {
    let settings = TickerSettings { trades_a_day_max: Some(1), ..settings_with(json!({}), &[]) };
    check_with(
        settings,
        "
        10:00:00 quote 99.98 100.00
        10:00:00 signal BUY 0.85
        10:00:01 accepted E1 T1 S1
        10:00:31 cancelled E1
        10:00:31 cancelled T1
        10:00:31 cancelled S1
        10:05:00 quote 99.98 100.00
        10:05:00 signal BUY 0.86
    ",
        expect![[r#"
            10:00:00 signal BUY 0.85 taken (Buy: 0.85 >= 0.80)
            10:00:00 trade 1 lot 1: long from 100.00 (Buy: 0.85 >= 0.80)
            10:00:00 -> place E1 buy 99 limit 100.10 until 14:00:30 UTC, T1 sell 99 limit 104.11, S1 sell 99 stop 98.09
            10:00:01 E1 works 99, 0 filled
            10:00:01 T1 accepted, waits for its entry
            10:00:01 S1 accepted, waits for its entry
            10:00:31 E1 cancelled, 0 filled
            10:00:31 T1 cancelled, 0 filled
            10:00:31 S1 cancelled, 0 filled
            10:00:31 trade ended without a fill
            10:05:00 signal BUY 0.86 declined: 1 trades today, at most 1
        "#]],
    );
}

#[test]
fn trades_are_counted_by_the_exchanges_own_day() {
    let settings = TickerSettings { trades_a_day_max: Some(1), ..settings_with(json!({}), &[]) };
    check_with(
        settings,
        "
        10:00:00 zone Asia/Tokyo
        10:30:00 quote 99.98 100.00
        10:30:00 signal BUY 0.85
        10:30:00 accepted E1 T1 S1
        10:30:30 cancelled E1
        10:30:30 cancelled T1
        10:30:30 cancelled S1
        10:59:59 quote 99.98 100.00
        10:59:59 signal BUY 0.86
        11:00:00 quote 99.98 100.00
        11:00:00 signal BUY 0.87
    ",
        expect![[r#"
            10:30:00 signal BUY 0.85 taken (Buy: 0.85 >= 0.80)
            10:30:00 trade 1 lot 1: long from 100.00 (Buy: 0.85 >= 0.80)
            10:30:00 -> place E1 buy 99 limit 100.10 until 14:30:30 UTC, T1 sell 99 limit 104.11, S1 sell 99 stop 98.09
            10:30:00 E1 works 99, 0 filled
            10:30:00 T1 accepted, waits for its entry
            10:30:00 S1 accepted, waits for its entry
            10:30:30 E1 cancelled, 0 filled
            10:30:30 T1 cancelled, 0 filled
            10:30:30 S1 cancelled, 0 filled
            10:30:30 trade ended without a fill
            10:59:59 signal BUY 0.86 declined: 1 trades today, at most 1
            11:00:00 signal BUY 0.87 taken (Buy: 0.87 >= 0.80)
            11:00:00 trade 2 lot 1: long from 100.00 (Buy: 0.87 >= 0.80)
            11:00:00 -> place E1 buy 99 limit 100.10 until 15:00:30 UTC, T1 sell 99 limit 104.11, S1 sell 99 stop 98.09
        "#]],
    );
}

#[test]
fn a_contract_in_another_currency_is_sized_at_the_rate_and_declined_without_one() {
    let money = json!({ "position_size": "10000" });
    entry(
        money.clone(),
        "10:00:00 currency GBP 1.25",
        expect![[r#"
        10:00:00 signal BUY 0.85 taken (Buy: 0.85 >= 0.80)
        10:00:00 trade 1 lot 1: long from 100.00 (Buy: 0.85 >= 0.80)
        10:00:00 -> place E1 buy 79 limit 100.10 until 14:00:30 UTC, T1 sell 79 limit 104.11, S1 sell 79 stop 98.09
    "#]],
    );
    entry(
        money,
        "10:00:00 currency GBP -",
        expect![[r#"
        10:00:00 signal BUY 0.85 declined: no rate from GBP to the account's currency
    "#]],
    );
    entry(
        json!({ "shares": "7" }),
        "10:00:00 currency GBP -",
        expect![[r#"
        10:00:00 signal BUY 0.85 declined: no rate from GBP to the account's currency
    "#]],
    );
    entry(
        json!({ "risk_per_trade": "200", "stop_loss_pct": "0.05" }),
        "10:00:00 currency GBP 1.25",
        expect![[r#"
            10:00:00 signal BUY 0.85 taken (Buy: 0.85 >= 0.80)
            10:00:00 trade 1 lot 1: long from 100.00 (Buy: 0.85 >= 0.80)
            10:00:00 -> place E1 buy 31 limit 100.10 until 14:00:30 UTC, T1 sell 31 limit 104.11, S1 sell 31 stop 95.09
        "#]],
    );
}

#[test]
fn a_size_goes_in_the_contracts_steps_and_is_declined_below_its_smallest_order() {
    let money = json!({ "position_size": "10000" });
    entry(
        money.clone(),
        "10:00:00 lots 10 10",
        expect![[r#"
        10:00:00 signal BUY 0.85 taken (Buy: 0.85 >= 0.80)
        10:00:00 trade 1 lot 1: long from 100.00 (Buy: 0.85 >= 0.80)
        10:00:00 -> place E1 buy 90 limit 100.10 until 14:00:30 UTC, T1 sell 90 limit 104.11, S1 sell 90 stop 98.09
    "#]],
    );
    entry(
        money.clone(),
        "10:00:00 lots 1 100",
        expect![[r#"
        10:00:00 signal BUY 0.85 declined: 99 is less than the contract's smallest order of 100
    "#]],
    );
    entry(
        money,
        "10:00:00 lots 100 100",
        expect![[r#"
        10:00:00 signal BUY 0.85 declined: 99 is less than the contract's smallest order of 100
    "#]],
    );
    let targets = json!({ "targets": [
        { "part": "0.3", "take_profit_pct": "0.02" },
        { "part": "0.3", "take_profit_pct": "0.04" },
        { "part": "0.4", "take_profit_pct": "0.06" },
    ] });
    entry(
        targets,
        "10:00:00 lots 1 35",
        expect![[r#"
        10:00:00 signal BUY 0.85 taken (Buy: 0.85 >= 0.80)
        10:00:00 trade 1 lot 1: long from 100.00 (Buy: 0.85 >= 0.80)
        10:00:00 -> place E1 buy 99 limit 100.10 until 14:00:30 UTC, T1 sell 99 limit 106.11, S1 sell 99 stop 98.09
    "#]],
    );
}

#[test]
fn a_point_of_a_future_is_worth_its_multiplier() {
    entry(
        json!({ "position_size": "21000" }),
        "10:00:00 multiplier 50",
        expect![[r#"
        10:00:00 signal BUY 0.85 taken (Buy: 0.85 >= 0.80)
        10:00:00 trade 1 lot 1: long from 100.00 (Buy: 0.85 >= 0.80)
        10:00:00 -> place E1 buy 4 limit 100.10 until 14:00:30 UTC, T1 sell 4 limit 104.11, S1 sell 4 stop 98.09
    "#]],
    );
    entry(
        json!({ "position_size": "5000" }),
        "10:00:00 multiplier 50",
        expect![[r#"
        10:00:00 signal BUY 0.85 declined: 5000.00 buys no share at 100.10
    "#]],
    );
}

//! What the broker says, in the engine's words.
//!
//! Whose order it is tells its `orderRef`; an id is good only for what this connection
//! has seen. Orders of others are left alone.

use chrono::{DateTime, NaiveDateTime, Utc};
use engine::input::Foreign;
use engine::order::{Action, Commission, End, Execution, Margin, Standing, Status, Terms};
use engine::{News, OrderRef, Role, TickerKey};
use ibapi::orders::{
    CommissionReport, ExecutionData, ExecutionSide, OcaType, OrderData, OrderStatus, OrderStatusKind,
    OrderUpdate,
};

use super::convert::{money, price, quantity};
use super::emergency::REFERENCE;
use super::table::Table;

/// What an update means to us; nothing, where it is about somebody else's order.
pub(super) fn news(table: &mut Table, update: &OrderUpdate, now: DateTime<Utc>) -> Option<(TickerKey, News)> {
    match update {
        OrderUpdate::OrderStatus(status) => {
            let status = status_of(table, status)?;
            Some((status.order.ticker.clone(), News::Status(status)))
        }
        OrderUpdate::OpenOrder(data) => {
            if let Some(margin) = margin_of(table, data) {
                return Some(margin);
            }
            let terms = terms_of(table, data)?;
            Some((terms.order.ticker.clone(), News::Terms(terms)))
        }
        OrderUpdate::ExecutionData(data) => match execution_of(table, data, now) {
            Some(execution) => Some((execution.order.ticker.clone(), News::Execution(execution))),
            None => {
                let ticker = table.ticker_on(data.contract.contract_id)?.clone();
                Some((ticker, News::Foreign(foreign_of(data, now)?)))
            }
        },
        OrderUpdate::CommissionReport(report) => {
            let ticker = table.ticker_of(&report.execution_id)?.clone();
            Some((ticker, News::Commission(commission_of(table, report)?)))
        }
        OrderUpdate::OrderBound(_) => None,
    }
}

/// A status of one of our orders.
pub(super) fn status_of(table: &mut Table, status: &OrderStatus) -> Option<Status> {
    let order = table.name(status.order_id).filter(|_| table.is_ours(status.client_id))?.clone();
    let standing = standing(&status.status, &status.why_held)?;
    let (filled, remaining) = (quantity(status.filled)?, quantity(status.remaining)?);
    table.moved(&order, matches!(standing, Standing::Ended(_)));
    Some(Status { order, standing, filled, remaining })
}

/// The answer to an order that only asks. It is known by its id: no order has that one.
fn margin_of(table: &mut Table, data: &OrderData) -> Option<(TickerKey, News)> {
    if !table.is_ours(data.order.client_id) {
        return None;
    }
    let order = table.answer_what_if(id_of(data))?;
    let state = &data.order_state;
    let told = state.initial_margin_after.and_then(money).zip(state.equity_with_loan_after.and_then(money));
    let words = || [&*state.reject_reason, &*state.warning_text].into_iter().find(|words| !words.is_empty());
    let after = told
        .map(|(initial, equity)| Margin { initial, equity })
        .ok_or_else(|| words().unwrap_or("the broker told no numbers").to_owned());
    Some((order.ticker.clone(), News::Margin { order, after }))
}

/// The id that an order was placed under.
pub(super) fn id_of(data: &OrderData) -> i32 {
    if data.order.order_id == 0 { data.order_id } else { data.order.order_id }
}

/// The terms of one of our orders, as echoed.
pub(super) fn terms_of(table: &mut Table, data: &OrderData) -> Option<Terms> {
    let order: OrderRef = data.order.order_ref.parse().ok()?;
    if data.order.what_if || order.role == Role::WhatIf || !table.is_ours(data.order.client_id) {
        return None;
    }
    table.echo(&order, id_of(data), &data.contract, &data.order);
    let told = match data.order.order_type.as_str() {
        "STP" | "STP LMT" => data.order.aux_price,
        "TRAIL" => data.order.trail_stop_price,
        _ => data.order.limit_price,
    };
    // Type 3 reduces without blocking: two of its members can fill at once.
    let blocks = matches!(data.order.oca_type, OcaType::CancelWithBlock | OcaType::ReduceWithBlock);
    let guard = Some(data.order.oca_group.clone()).filter(|group| blocks && !group.is_empty());
    Some(Terms { order, quantity: quantity(data.order.total_quantity)?, price: told.and_then(price), guard })
}

/// An execution of one of our orders.
pub(super) fn execution_of(table: &mut Table, data: &ExecutionData, now: DateTime<Utc>) -> Option<Execution> {
    let told = &data.execution;
    let order: OrderRef = match told.order_reference.parse() {
        Ok(order) => order,
        Err(_) => table.name(told.order_id).filter(|_| table.is_ours(told.client_id))?.clone(),
    };
    table.executed(&told.execution_id, &order.ticker);
    Some(Execution {
        id: told.execution_id.clone(),
        action: action_of(told.side),
        quantity: quantity(told.shares)?,
        price: price(told.price)?,
        at: time(&told.time).unwrap_or(now),
        order,
    })
}

/// An execution of somebody else's.
pub(super) fn foreign_of(data: &ExecutionData, now: DateTime<Utc>) -> Option<Foreign> {
    let told = &data.execution;
    Some(Foreign {
        id: told.execution_id.clone(),
        action: action_of(told.side),
        quantity: quantity(told.shares)?,
        price: price(told.price)?,
        at: time(&told.time).unwrap_or(now),
        emergency: told.order_reference == REFERENCE,
    })
}

fn action_of(side: ExecutionSide) -> Action {
    match side {
        ExecutionSide::Bought => Action::Buy,
        ExecutionSide::Sold => Action::Sell,
    }
}

/// A commission in base currency; none while TWS sends its "unset" in place of it, or the rate of its
/// currency is not known: until the next snapshot it is estimated then.
pub(super) fn commission_of(table: &Table, report: &CommissionReport) -> Option<Commission> {
    let amount = money(report.commission)?;
    // Some gateways send -1 before the real amount.
    let unset = amount == engine::Money::new((-1).into());
    let amount = table.in_base(amount, &report.currency)?;
    (!unset).then(|| Commission { execution: report.execution_id.clone(), amount })
}

/// Where an order stands. `PreSubmitted` is asleep for a child whose parent has not
/// filled (`whyHeld` names it), and at work for a stop that waits for its price.
fn standing(status: &OrderStatusKind, why_held: &str) -> Option<Standing> {
    match status {
        OrderStatusKind::PreSubmitted if why_held.split(',').any(|why| matches!(why, "child" | "locate")) => {
            Some(Standing::Held)
        }
        OrderStatusKind::PreSubmitted | OrderStatusKind::Submitted | OrderStatusKind::PendingCancel => {
            Some(Standing::Working)
        }
        OrderStatusKind::Filled => Some(Standing::Ended(End::Filled)),
        OrderStatusKind::Cancelled | OrderStatusKind::ApiCancelled => Some(Standing::Ended(End::Cancelled)),
        OrderStatusKind::Inactive => Some(Standing::Ended(End::Rejected)),
        // Sent and not acknowledged, or a word we do not know: it tells nothing yet.
        _ => None,
    }
}

/// `20261122 11:17:34 US/Eastern`; the zone may be missing, then it cannot be read.
fn time(text: &str) -> Option<DateTime<Utc>> {
    let (local, zone) = text.rsplit_once(' ')?;
    let local = NaiveDateTime::parse_from_str(local, "%Y%m%d %H:%M:%S").ok()?;
    let zone: chrono_tz::Tz = zone.parse().ok()?;
    local.and_local_timezone(zone).earliest().map(|at| at.to_utc())
}

#[cfg(test)]
mod tests {
    use engine::order::Margin;
    use engine::{Installation, Money, News, OrderRef, Role};
    use ibapi::orders::{Order, OrderData, OrderState, OrderUpdate};

    use super::super::table::Table;
    use super::news;

    fn asks() -> OrderRef {
        let ticker = "AAPL".parse().expect("a ticker");
        OrderRef { installation: Installation::from_number(7), ticker, trade: 1, role: Role::WhatIf, n: 1 }
    }

    fn answer(id: i32, initial: f64, equity: f64, words: &str) -> OrderUpdate {
        let order = Order { what_if: true, client_id: 1, order_ref: asks().to_string(), ..Order::default() };
        let order_state = OrderState {
            initial_margin_after: Some(initial),
            equity_with_loan_after: Some(equity),
            warning_text: words.to_owned(),
            ..OrderState::default()
        };
        OrderUpdate::OpenOrder(OrderData { order_id: id, order, order_state, ..OrderData::default() })
    }

    fn told(table: &mut Table, update: &OrderUpdate) -> Option<Result<Margin, String>> {
        let (_, news) = news(table, update, chrono::DateTime::default())?;
        match news {
            News::Margin { order, after } if order == asks() => Some(after),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_question_is_answered_once_by_its_id_and_is_never_an_order() {
        let mut table = Table::default();
        table.listen_for(1);
        table.raise_floor(40);
        assert_eq!(table.ask_what_if(&asks()), 40);
        assert_eq!(table.take_id(), 41, "its id is used up");
        let money = |amount: i64| Money::new(amount.into());
        assert_eq!(told(&mut table, &answer(41, 5.0, 9.0, "")), None, "an id that asked nothing");
        let after = Margin { initial: money(5), equity: money(9) };
        assert_eq!(told(&mut table, &answer(40, 5.0, 9.0, "")), Some(Ok(after)));
        assert_eq!(told(&mut table, &answer(40, 5.0, 9.0, "")), None, "answered before");
        assert!(table.get(&asks()).is_none() && table.name(40).is_none() && !table.heard(&asks()));
        assert_eq!(table.new_twin(), None);
    }

    #[test]
    fn numbers_that_are_not_set_are_no_margin() {
        for (words, expected) in [("", "the broker told no numbers"), ("not available", "not available")] {
            let mut table = Table::default();
            table.listen_for(1);
            let id = table.ask_what_if(&asks());
            let told = told(&mut table, &answer(id, 5.0, f64::MAX, words));
            assert_eq!(told, Some(Err(expected.to_owned())));
        }
    }
}

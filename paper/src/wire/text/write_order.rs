//! Orders as they are echoed in text, open and completed: what is never set here is written as TWS writes it unset.
//!
//! Read next: [`session`](crate::session).

use crate::wire::message::order::{CompletedOrder, OpenOrder, Order, OrderCondition, OrderState};
use crate::wire::text::fields::Text;
use crate::wire::text::write::traded;

pub(super) fn open_order(open: &OpenOrder) -> Text {
    let contract = open.contract.clone().unwrap_or_default();
    let (order, state) =
        (*open.order.clone().unwrap_or_default(), open.order_state.clone().unwrap_or_default());
    let text = head(traded(Text::new(5).maybe(open.order_id), &contract), &order)
        .maybe(order.client_id)
        .maybe(order.perm_id)
        .flag(order.outside_rth)
        .flag(order.hidden)
        .price(order.discretionary_amt)
        .maybe(order.good_after_time.as_ref())
        // Shares allocation, long out of use.
        .put("");
    let text = routing(text, &order).maybe(order.exempt_code).put(0);
    let text = prices(text, &order)
        .maybe(order.display_size)
        .flag(order.block_order)
        .flag(order.sweep_to_fill)
        .flag(order.all_or_none)
        .maybe(order.min_qty)
        .maybe(order.oca_type)
        .fill("0", 2)
        .put("")
        .maybe(order.parent_id)
        .maybe(order.trigger_method);
    let text = hedge(text);
    let text = trail(text, &order).fill("", 2).put("").fill("0", 3);
    let text = scale(text, &order)
        .flag(order.opt_out_smart_routing)
        .maybe(order.clearing_account.as_ref())
        .maybe(order.clearing_intent.as_ref())
        .flag(order.not_held)
        .put(0)
        .maybe(order.algo_strategy.as_ref())
        .flag(order.solicited)
        .flag(order.what_if);
    let text = margins(text, &state).flag(order.randomize_size).flag(order.randomize_price);
    ending(conditions(text, &order), &order)
}

pub(super) fn completed_order(completed: &CompletedOrder) -> Text {
    let contract = completed.contract.clone().unwrap_or_default();
    let (order, state) =
        (*completed.order.clone().unwrap_or_default(), completed.order_state.clone().unwrap_or_default());
    let text = head(traded(Text::new(101), &contract), &order)
        .maybe(order.perm_id)
        .flag(order.outside_rth)
        .flag(order.hidden)
        .price(order.discretionary_amt)
        .maybe(order.good_after_time.as_ref());
    let text = routing(text, &order).maybe(order.exempt_code);
    let text = prices(text, &order)
        .maybe(order.display_size)
        .flag(order.sweep_to_fill)
        .flag(order.all_or_none)
        .maybe(order.min_qty)
        .maybe(order.oca_type)
        .maybe(order.trigger_method);
    // Volatility terms without a hedge: unlike an open order's they leave its type empty.
    let text = text.put("").put(0).fill("", 2).put(0).put("");
    let text = trail(text, &order).put("").fill("0", 3);
    let text = scale(text, &order)
        .maybe(order.clearing_account.as_ref())
        .maybe(order.clearing_intent.as_ref())
        .flag(order.not_held)
        .put(0)
        .maybe(order.algo_strategy.as_ref())
        .flag(order.solicited)
        .maybe(state.status.as_ref())
        .flag(order.randomize_size)
        .flag(order.randomize_price);
    conditions(text, &order)
        .price(order.trail_stop_price)
        .price(order.lmt_price_offset)
        .price(order.cash_qty)
        .fill("0", 2)
        .maybe(order.auto_cancel_date.as_ref())
        .maybe(order.filled_quantity.as_ref())
        .maybe(order.ref_futures_con_id)
        .flag(order.auto_cancel_parent)
        .put("")
        .fill("0", 2)
        .maybe(order.parent_perm_id)
        .maybe(state.completed_time.as_ref())
        .maybe(state.completed_status.as_ref())
        .fill("", 5)
}

fn head(text: Text, order: &Order) -> Text {
    text.maybe(order.action.as_ref())
        .maybe(order.total_quantity.as_ref())
        .maybe(order.order_type.as_ref())
        .price(order.lmt_price)
        .price(order.aux_price)
        .maybe(order.tif.as_ref())
        .maybe(order.oca_group.as_ref())
        .maybe(order.account.as_ref())
        .maybe(order.open_close.as_ref())
        .put(order.origin.unwrap_or_default())
        .maybe(order.order_ref.as_ref())
}

fn routing(text: Text, order: &Order) -> Text {
    text.maybe(order.fa_group.as_ref())
        .maybe(order.fa_method.as_ref())
        .maybe(order.fa_percentage.as_ref())
        .maybe(order.model_code.as_ref())
        .maybe(order.good_till_date.as_ref())
        .maybe(order.rule80_a.as_ref())
        .price(order.percent_offset)
        .maybe(order.settling_firm.as_ref())
        .put(order.short_sale_slot.unwrap_or_default())
        .maybe(order.designated_location.as_ref())
}

fn prices(text: Text, order: &Order) -> Text {
    text.price(order.starting_price).price(order.stock_ref_price).price(order.delta).fill("", 2)
}

/// The volatility terms of an order that has none, as TWS writes them: a hedge of type "None" has eight fields more.
fn hedge(text: Text) -> Text {
    text.put("").put(0).put("None").put("").put(0).fill("", 3).put("?").fill("0", 2).put("").put(0).put("")
}

fn trail(text: Text, order: &Order) -> Text {
    text.price(order.trail_stop_price).price(order.trailing_percent)
}

fn scale(text: Text, order: &Order) -> Text {
    let text = text.fill("", 3).maybe(order.hedge_type.as_ref());
    if order.hedge_type().is_empty() { text } else { text.maybe(order.hedge_param.as_ref()) }
}

fn margins(text: Text, state: &OrderState) -> Text {
    text.maybe(state.status.as_ref())
        .price(state.init_margin_before)
        .price(state.maint_margin_before)
        .price(state.equity_with_loan_before)
        .price(state.init_margin_change)
        .price(state.maint_margin_change)
        .price(state.equity_with_loan_change)
        .price(state.init_margin_after)
        .price(state.maint_margin_after)
        .price(state.equity_with_loan_after)
        .price(state.commission_and_fees)
        .price(state.min_commission_and_fees)
        .price(state.max_commission_and_fees)
        .maybe(state.commission_and_fees_currency.as_ref())
        .maybe(state.warning_text.as_ref())
}

fn conditions(text: Text, order: &Order) -> Text {
    let text = order.conditions.iter().fold(text.put(order.conditions.len()), condition);
    match order.conditions.is_empty() {
        true => text,
        false => text.flag(order.conditions_ignore_rth).flag(order.conditions_cancel_order),
    }
}

fn condition(text: Text, one: &OrderCondition) -> Text {
    let and = if one.is_conjunction_connection() { "a" } else { "o" };
    let text = text.maybe(one.kind).put(and);
    let where_to = |text: Text| text.maybe(one.con_id).maybe(one.exchange.as_ref());
    match one.kind() {
        1 => where_to(text.flag(one.is_more).price(one.price)).put(one.trigger_method()),
        3 => text.flag(one.is_more).maybe(one.time.as_ref()),
        4 => text.flag(one.is_more).maybe(one.percent),
        5 => text.maybe(one.sec_type.as_ref()).maybe(one.exchange.as_ref()).maybe(one.symbol.as_ref()),
        6 => where_to(text.flag(one.is_more).maybe(one.volume)),
        _ => where_to(text.flag(one.is_more).price(one.change_percent)),
    }
}

fn ending(text: Text, order: &Order) -> Text {
    text.maybe(order.adjusted_order_type.as_ref())
        .price(order.trigger_price)
        .price(order.trail_stop_price)
        .price(order.lmt_price_offset)
        .price(order.adjusted_stop_price)
        .price(order.adjusted_stop_limit_price)
        .price(order.adjusted_trailing_amount)
        .put(order.adjustable_trailing_unit.unwrap_or_default())
        .fill("", 3)
        .price(order.cash_qty)
        .fill("0", 3)
        .maybe(order.use_price_mgmt_algo)
        .maybe(order.duration)
        .put("")
        .flag(order.auto_cancel_parent)
        .fill("", 5)
}

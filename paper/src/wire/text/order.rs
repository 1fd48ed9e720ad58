//! An order as text: the longest request, whose later fields shift with what the earlier ones say.
//!
//! Read next: [`write`](mod@crate::wire::text::write).

use crate::wire::message::order::{Order, OrderCondition, PlaceOrderRequest};
use crate::wire::text::fields::Fields;
use crate::wire::text::read::{contract, delta_neutral};

/// The most conditions of an order that are read.
const CONDITIONS_MAX: usize = 100;

pub(super) fn place(fields: &mut Fields<'_>) -> PlaceOrderRequest {
    let (order_id, mut contract) = (fields.number(), contract(fields));
    (contract.sec_id_type, contract.sec_id) = (fields.text(), fields.text());
    let mut order = Order::default();
    head(&mut order, fields);
    middle(&mut order, fields);
    tail(&mut order, fields);
    conditions(&mut order, fields);
    end(&mut order, fields);
    PlaceOrderRequest {
        order_id,
        contract: Some(contract),
        order: Some(Box::new(order)),
        attached_orders: None,
    }
}

fn head(order: &mut Order, fields: &mut Fields<'_>) {
    order.action = fields.text();
    order.total_quantity = fields.text();
    order.order_type = fields.text();
    order.lmt_price = fields.number();
    order.aux_price = fields.number();
    order.tif = fields.text();
    order.oca_group = fields.text();
    order.account = fields.text();
    order.open_close = fields.text();
    order.origin = fields.number();
    order.order_ref = fields.text();
    order.transmit = fields.flag();
    order.parent_id = fields.number();
    order.block_order = fields.flag();
    order.sweep_to_fill = fields.flag();
    order.display_size = fields.number();
    order.trigger_method = fields.number();
    order.outside_rth = fields.flag();
    order.hidden = fields.flag();
    // Shares allocation, long out of use.
    fields.skip(1);
}

fn middle(order: &mut Order, fields: &mut Fields<'_>) {
    order.discretionary_amt = fields.number();
    order.good_after_time = fields.text();
    order.good_till_date = fields.text();
    (order.fa_group, order.fa_method, order.fa_percentage) = (fields.text(), fields.text(), fields.text());
    order.model_code = fields.text();
    order.short_sale_slot = fields.number();
    order.designated_location = fields.text();
    order.exempt_code = fields.number();
    order.oca_type = fields.number();
    order.rule80_a = fields.text();
    order.settling_firm = fields.text();
    order.all_or_none = fields.flag();
    order.min_qty = fields.number();
    order.percent_offset = fields.number();
    // Electronic trade only, firm quote only, NBBO cap, auction strategy.
    fields.skip(4);
    order.starting_price = fields.number();
    order.stock_ref_price = fields.number();
    order.delta = fields.number();
    // The stock's range.
    fields.skip(2);
    order.override_percentage_constraints = fields.flag();
    // Volatility and its type.
    fields.skip(2);
    if !fields.word().is_empty() {
        fields.skip(8);
    }
    // The hedge's price, continuous update, the kind of reference price.
    fields.skip(3);
    order.trail_stop_price = fields.number();
    order.trailing_percent = fields.number();
}

fn tail(order: &mut Order, fields: &mut Fields<'_>) {
    fields.skip(2);
    let increment: Option<f64> = fields.number();
    if increment.is_some_and(|increment| increment > 0.0 && increment < f64::MAX) {
        fields.skip(7);
    }
    fields.skip(1);
    (order.active_start_time, order.active_stop_time) = (fields.text(), fields.text());
    order.hedge_type = fields.text();
    if order.hedge_type.is_some() {
        order.hedge_param = fields.text();
    }
    order.opt_out_smart_routing = fields.flag();
    (order.clearing_account, order.clearing_intent) = (fields.text(), fields.text());
    order.not_held = fields.flag();
    delta_neutral(fields);
    order.algo_strategy = fields.text();
    if order.algo_strategy.is_some() {
        let count = fields.number().unwrap_or(0_usize).min(CONDITIONS_MAX);
        fields.skip(2 * count);
    }
    order.algo_id = fields.text();
    order.what_if = fields.flag();
    fields.skip(1);
    order.solicited = fields.flag();
    (order.randomize_size, order.randomize_price) = (fields.flag(), fields.flag());
    if matches!(order.order_type(), "PEG BENCH" | "PEGBENCH") {
        fields.skip(5);
    }
}

fn conditions(order: &mut Order, fields: &mut Fields<'_>) {
    let count = fields.number().unwrap_or(0_usize).min(CONDITIONS_MAX);
    order.conditions = (0..count).map(|_| condition(fields)).collect();
    if count > 0 {
        order.conditions_ignore_rth = fields.flag();
        order.conditions_cancel_order = fields.flag();
    }
}

fn condition(fields: &mut Fields<'_>) -> OrderCondition {
    let kind = fields.number();
    let mut one = OrderCondition {
        kind,
        is_conjunction_connection: Some(fields.word() == "a"),
        ..OrderCondition::default()
    };
    if kind == Some(5) {
        (one.sec_type, one.exchange, one.symbol) = (fields.text(), fields.text(), fields.text());
        return one;
    }
    one.is_more = fields.flag();
    match kind {
        Some(1) => one.price = fields.number(),
        Some(3) => one.time = fields.text(),
        Some(4) => one.percent = fields.number(),
        Some(6) => one.volume = fields.number(),
        Some(7) => one.change_percent = fields.number(),
        _ => {}
    }
    if matches!(kind, Some(1 | 6 | 7)) {
        (one.con_id, one.exchange) = (fields.number(), fields.text());
    }
    if kind == Some(1) {
        one.trigger_method = fields.number();
    }
    one
}

fn end(order: &mut Order, fields: &mut Fields<'_>) {
    order.adjusted_order_type = fields.text();
    order.trigger_price = fields.number();
    order.lmt_price_offset = fields.number();
    order.adjusted_stop_price = fields.number();
    order.adjusted_stop_limit_price = fields.number();
    order.adjusted_trailing_amount = fields.number();
    order.adjustable_trailing_unit = fields.number();
    order.ext_operator = fields.text();
    fields.skip(2);
    order.cash_qty = fields.number();
    // Who decided and who executed; hedge price, OMS container, discretion, price management.
    fields.skip(8);
    order.duration = fields.number();
    fields.skip(1);
    order.auto_cancel_parent = fields.flag();
    order.advanced_error_override = fields.text();
    order.manual_order_time = fields.text();
}

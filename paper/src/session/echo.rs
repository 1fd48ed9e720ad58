//! From an order's life to what its client is told: OpenOrder, OrderStatus, CompletedOrder.
//!
//! An echo is the whole order as the client sent it, with what the exchange decides laid over it. Every required field
//! is set, because a client that misses one drops the message or the connection.
//!
//! Read next: [`news`](crate::session::news).

use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

use crate::exchange::margin::WhatIf;
use crate::exchange::order::{Kind, Order, Phase, Side, TimeInForce, Trail};
use crate::market::calendar::stamp;
use crate::session::Desk;
use crate::session::contracts::contract_of;
use crate::wire::message::contract::Contract;
use crate::wire::message::order::{CompletedOrder, OpenOrder, Order as WireOrder, OrderState, OrderStatus};
use crate::wire::table::Reply;

impl Desk {
    pub(super) fn contract(&self, con_id: i32, exchange: &str) -> Contract {
        self.exchange
            .market()
            .listing(con_id)
            .map(|listing| contract_of(listing, exchange))
            .unwrap_or_default()
    }

    pub(super) fn open_order(&self, order: &Order) -> Reply {
        let currency = self.exchange.options().account.currency.clone();
        let state = OrderState {
            status: text(order.status()),
            commission_and_fees: (!order.filled.is_zero()).then(|| double(order.commission)),
            commission_and_fees_currency: Some(currency).filter(|_| !order.filled.is_zero()),
            ..OrderState::default()
        };
        Reply::OpenOrder(OpenOrder {
            order_id: Some(order.key.told().id),
            contract: Some(self.contract(order.terms.con_id, "SMART")),
            order: Some(Box::new(self.echo(order))),
            order_state: Some(state),
        })
    }

    pub(super) fn order_status(&self, order: &Order, status: &str) -> Reply {
        Reply::OrderStatus(OrderStatus {
            order_id: Some(order.key.told().id),
            status: text(status),
            filled: Some(order.filled.normalize().to_string()),
            remaining: Some(order.remaining().normalize().to_string()),
            avg_fill_price: Some(double(order.average_price())),
            perm_id: Some(order.perm_id),
            parent_id: Some(order.reported_parent()),
            last_fill_price: Some(double(order.last_price)),
            client_id: Some(order.key.told().client),
            why_held: text(order.why_held()),
            mkt_cap_price: Some(0.0),
        })
    }

    /// In a completed order the total is what was left unfilled; the filled part has a field of its own.
    pub(super) fn completed_order(&self, order: &Order) -> Reply {
        let status = match order.phase {
            Phase::Filled => format!("Filled Size: {}", order.filled.normalize()),
            Phase::Inactive => "Rejected".to_owned(),
            _ => "Cancelled by Trader".to_owned(),
        };
        let left = order.terms.quantity - order.reduced - order.filled;
        let echo = WireOrder {
            total_quantity: Some(left.max(Decimal::ZERO).normalize().to_string()),
            filled_quantity: Some(order.filled.normalize().to_string()),
            ..self.echo(order)
        };
        Reply::CompletedOrder(CompletedOrder {
            contract: Some(self.contract(order.terms.con_id, "SMART")),
            order: Some(Box::new(echo)),
            order_state: Some(OrderState {
                status: text(order.status()),
                completed_time: order.ended.map(stamp),
                completed_status: Some(status),
                ..OrderState::default()
            }),
        })
    }

    pub(super) fn what_if(&self, what_if: &WhatIf) -> Reply {
        let (before, after) = (what_if.before, what_if.after);
        let change =
            |of: fn(&crate::exchange::account::Values) -> Decimal| Some(double(of(&after) - of(&before)));
        let commission = Some(double(what_if.commission));
        let currency = Some(self.exchange.options().account.currency.clone());
        let state = OrderState {
            status: text("PreSubmitted"),
            init_margin_before: Some(double(before.initial_margin)),
            maint_margin_before: Some(double(before.maintenance_margin)),
            equity_with_loan_before: Some(double(before.net_liquidation)),
            init_margin_change: change(|values| values.initial_margin),
            maint_margin_change: change(|values| values.maintenance_margin),
            equity_with_loan_change: change(|values| values.net_liquidation),
            init_margin_after: Some(double(after.initial_margin)),
            maint_margin_after: Some(double(after.maintenance_margin)),
            equity_with_loan_after: Some(double(after.net_liquidation)),
            commission_and_fees: commission,
            min_commission_and_fees: commission,
            max_commission_and_fees: commission,
            commission_and_fees_currency: currency.clone(),
            margin_currency: currency,
            ..OrderState::default()
        };
        let terms = &what_if.terms;
        let mut echo = WireOrder { what_if: Some(true), ..WireOrder::default() };
        overlay_terms(&mut echo, terms.side, terms.kind, terms.tif);
        echo.total_quantity = Some(terms.quantity.normalize().to_string());
        echo.order_id = Some(what_if.key.id);
        echo.client_id = Some(what_if.key.client);
        echo.account = text(self.account_id());
        echo.order_ref = Some(terms.order_ref.clone());
        echo.transmit = Some(true);
        Reply::OpenOrder(OpenOrder {
            order_id: Some(what_if.key.id),
            contract: Some(self.contract(terms.con_id, "SMART")),
            order: Some(Box::new(echo)),
            order_state: Some(state),
        })
    }

    fn echo(&self, order: &Order) -> WireOrder {
        let mut echo = self.echoes.get(&order.key).cloned().unwrap_or_default();
        overlay_terms(&mut echo, order.terms.side, order.terms.kind, order.terms.tif);
        let oca = order.reported_oca();
        WireOrder {
            client_id: Some(order.key.told().client),
            order_id: Some(order.key.told().id),
            perm_id: Some(order.perm_id),
            parent_id: Some(order.reported_parent()),
            parent_perm_id: order.parent_perm_id,
            total_quantity: Some(order.total().normalize().to_string()),
            account: text(self.account_id()),
            order_ref: Some(order.terms.order_ref.clone()),
            oca_group: oca.as_ref().map(|oca| oca.group.clone()),
            oca_type: Some(oca.map_or(0, |oca| oca.kind.number())),
            outside_rth: Some(order.terms.outside_rth),
            transmit: Some(true),
            ..echo
        }
    }
}

fn overlay_terms(echo: &mut WireOrder, side: Side, kind: Kind, tif: TimeInForce) {
    echo.action = text(if side == Side::Buy { "BUY" } else { "SELL" });
    echo.order_type = text(kind.name());
    let limit = if let Kind::Relative { cap, .. } = kind { cap } else { kind.limit() };
    echo.lmt_price = Some(limit.map_or(0.0, double));
    echo.aux_price = Some(match (kind, kind.distance()) {
        (_, Some(Trail::Amount(amount))) => double(amount),
        (_, Some(Trail::Percent(_))) => 0.0,
        (Kind::Relative { offset, .. }, _) => double(offset),
        _ => kind.stop().or(kind.touch()).map_or(0.0, double),
    });
    if let Some(Trail::Percent(percent)) = kind.distance() {
        echo.trailing_percent = Some(double(percent));
    }
    echo.trail_stop_price = kind.distance().and_then(|_| kind.stop().map(double));
    if let Kind::TrailLimit { offset, .. } = kind {
        echo.lmt_price_offset = Some(double(offset));
    }
    echo.tif = text(match tif {
        TimeInForce::Day => "DAY",
        TimeInForce::Gtc => "GTC",
        TimeInForce::Ioc => "IOC",
        TimeInForce::Fok => "FOK",
        TimeInForce::Opg => "OPG",
        TimeInForce::Gtd(_) => "GTD",
    });
}

/// Money or a price as the double that the wire carries.
pub fn double(value: Decimal) -> f64 {
    value.to_f64().unwrap_or_default()
}

fn text(words: &str) -> Option<String> {
    Some(words.to_owned())
}

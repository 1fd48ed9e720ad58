//! What an emergency finds: orders that can still fill, positions, executions, in the engine's words.

use chrono::Utc;
use engine::OrderRef;
use engine::order::Execution;
use ibapi::accounts::PositionUpdate;
use ibapi::orders::{Action, ExecutionSide, Executions, OrderData, Orders};
use rust_decimal::Decimal;

use crate::broker::convert::decimal;
use crate::broker::incoming::{execution_of, id_of};
use crate::broker::snapshot::{self, Raw};
use crate::broker::table::Table;

/// An order that can still fill.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenOrder {
    /// The id under which its client may cancel it.
    pub id: i32,
    /// Who placed it; 0 for one placed by hand.
    pub client_id: i32,
    /// Its name, where it is one of a supervisor's.
    pub own: Option<OrderRef>,
    /// What it is called.
    pub reference: String,
    /// The account it is on.
    pub account: String,
    /// The broker's id of its contract.
    pub con_id: i32,
    /// What it may still move, below zero for a sale.
    pub remaining: Decimal,
    /// All of it in words.
    pub words: String,
}

/// What the account holds of one contract.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Held {
    /// The broker's id of the contract.
    pub con_id: i32,
    /// Its symbol.
    pub symbol: String,
    /// Signed shares.
    pub quantity: Decimal,
}

/// An execution on the account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Done {
    /// The broker's id.
    pub id: String,
    /// The broker's id of its contract.
    pub con_id: i32,
    /// What its order was called.
    pub reference: String,
    /// Signed shares.
    pub signed: Decimal,
    /// The execution, where its order is one of a supervisor's.
    pub own: Option<Execution>,
}

/// All that the broker holds, every part of it seen to its end.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Seen {
    /// Orders that can still fill, of all accounts of the login.
    pub orders: Vec<OpenOrder>,
    /// What the account holds.
    pub positions: Vec<Held>,
    /// Executions on the account in the last days.
    pub executions: Vec<Done>,
}

impl Seen {
    /// What of an answer is of interest.
    pub(super) fn of(raw: &Raw, account: &str) -> Seen {
        let mut seen = Seen::default();
        for data in raw.orders.iter().filter_map(snapshot::open) {
            seen.orders.push(open_order(data, rest_of(raw, data)));
        }
        for position in &raw.positions {
            let PositionUpdate::Position(own) = position else { continue };
            let quantity = decimal(own.position).unwrap_or_default().normalize();
            if own.account == account && !quantity.is_zero() {
                let symbol = own.contract.symbol.to_string();
                seen.positions.push(Held { con_id: own.contract.contract_id, symbol, quantity });
            }
        }
        // Nothing here has an id: whose an execution is, tells its order's name alone.
        let (mut table, now) = (Table::default(), Utc::now());
        for execution in &raw.executions {
            let Executions::ExecutionData(data) = execution else { continue };
            if data.execution.account_number != account {
                continue;
            }
            let shares = decimal(data.execution.shares).unwrap_or_default();
            seen.executions.push(Done {
                id: data.execution.execution_id.clone(),
                con_id: data.contract.contract_id,
                reference: data.execution.order_reference.clone(),
                signed: if data.execution.side == ExecutionSide::Bought { shares } else { -shares },
                own: execution_of(&mut table, data, now),
            });
        }
        seen
    }
}

/// What the broker says is left of an order; all of it, where it does not say.
fn rest_of(raw: &Raw, data: &OrderData) -> Decimal {
    let told = raw.orders.iter().find_map(|order| match order {
        Orders::OrderStatus(status) if status.perm_id == data.order.perm_id => decimal(status.remaining),
        _ => None,
    });
    told.or_else(|| decimal(data.order.total_quantity)).unwrap_or_default()
}

fn open_order(data: &OrderData, rest: Decimal) -> OpenOrder {
    let order = &data.order;
    let (symbol, reference, rest) = (&data.contract.symbol, &order.order_ref, rest.normalize());
    let sells = matches!(order.action, Action::Sell | Action::SellShort | Action::SellLong);
    let name = if reference.is_empty() { String::new() } else { format!(" `{reference}`") };
    let mut told = [order.limit_price, order.aux_price].into_iter().flatten();
    let price = told.find(|price| *price > 0.0 && *price < f64::MAX);
    let price = price.map_or_else(String::new, |price| format!(" {price}"));
    let (action, kind, client_id) = (&order.action, &order.order_type, order.client_id);
    OpenOrder {
        id: id_of(data),
        client_id,
        own: reference.parse().ok(),
        reference: reference.clone(),
        account: order.account.clone(),
        con_id: data.contract.contract_id,
        remaining: if sells { -rest } else { rest },
        words: format!("{action} {rest} {symbol} {kind}{price}{name} (client {client_id})"),
    }
}

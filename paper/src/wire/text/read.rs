//! Requests as text.
//!
//! A field that is no number where one belongs counts as unset, as an absent one does in protobuf; the session refuses what
//! it cannot do without.
//!
//! Read next: [`read_market`](crate::wire::text::read_market).

use crate::wire::message::account::{
    AccountDataRequest, AccountSummaryRequest, AccountUpdatesMultiRequest, ModelRequest, PnLSingleRequest,
};
use crate::wire::message::contract::{Contract, ContractDataRequest, MarketRuleRequest};
use crate::wire::message::history::{HeadTimestampRequest, HistoricalDataRequest};
use crate::wire::message::order::{AutoOpenOrdersRequest, CancelOrderRequest, CompletedOrdersRequest};
use crate::wire::message::quote::{
    MarketDataRequest, MarketDataTypeRequest, RealTimeBarsRequest, TickByTickRequest,
};
use crate::wire::message::request::{IdsRequest, SetServerLogLevel, StartApi};
use crate::wire::message::trade::{ExecutionFilter, ExecutionRequest};
use crate::wire::message::{ById, Empty};
use crate::wire::table::{BadMessage, Request};
use crate::wire::text::fields::Fields;
use crate::wire::text::order::place;
use crate::wire::text::read_market::searched;

/// Reads one body.
///
/// # Errors
/// It is no text, or begins with no message id.
pub fn decode(body: &[u8]) -> Result<Request, BadMessage> {
    let mut fields = Fields::of(body).ok_or(BadMessage::NotText)?;
    let id = fields.number::<u32>().ok_or(BadMessage::NoId { length: body.len() })?;
    let known = subscription(id, &mut fields).or_else(|| searched(id, &mut fields));
    Ok(known
        .or_else(|| question(id, &mut fields))
        .unwrap_or_else(|| Request::Unknown { id, req_id: named(id, body) }))
}

/// The request id of a message that nobody reads further.
fn named(id: u32, body: &[u8]) -> Option<i32> {
    let mut fields = Fields::of(body)?;
    fields.skip(match id {
        // A replacement of advisors' data names its kind and the data first.
        19 => 4,
        id => 1 + usize::from(has_version(id)),
    });
    fields.number()
}

/// Messages that carry a version before their own fields; those of later years, and those that were written anew, do not.
fn has_version(id: u32) -> bool {
    id < 78 && !matches!(id, 3 | 20 | 22)
}

fn subscription(id: u32, fields: &mut Fields<'_>) -> Option<Request> {
    Some(match id {
        1 => {
            fields.skip(1);
            let (req_id, contract) = (fields.number(), Some(contract(fields)));
            delta_neutral(fields);
            Request::MarketData(MarketDataRequest {
                req_id,
                contract,
                generic_tick_list: fields.text(),
                snapshot: fields.flag(),
                regulatory_snapshot: fields.flag(),
                ..MarketDataRequest::default()
            })
        }
        20 => history(fields),
        50 => {
            fields.skip(1);
            let (req_id, contract) = (fields.number(), Some(contract(fields)));
            let (bar_size, what_to_show, use_rth) = (fields.number(), fields.text(), fields.flag());
            let options = Default::default();
            Request::RealTimeBars(RealTimeBarsRequest {
                req_id,
                contract,
                bar_size,
                what_to_show,
                use_rth,
                options,
            })
        }
        97 => {
            let (req_id, contract, tick_type) = (fields.number(), Some(contract(fields)), fields.text());
            let (number_of_ticks, ignore_size) = (fields.number(), fields.flag());
            Request::TickByTick(TickByTickRequest {
                req_id,
                contract,
                tick_type,
                number_of_ticks,
                ignore_size,
            })
        }
        87 => {
            let (req_id, contract) = (fields.number(), Some(contract(fields)));
            fields.skip(1);
            let (use_rth, what_to_show, format_date) = (fields.flag(), fields.text(), fields.number());
            Request::HeadTimestamp(HeadTimestampRequest {
                req_id,
                contract,
                use_rth,
                what_to_show,
                format_date,
            })
        }
        id => return cancel(id, fields),
    })
}

fn history(fields: &mut Fields<'_>) -> Request {
    let (req_id, contract) = (fields.number(), Some(contract(fields)));
    fields.skip(1);
    let (end_date_time, bar_size_setting, duration) = (fields.text(), fields.text(), fields.text());
    let (use_rth, what_to_show, format_date) = (fields.flag(), fields.text(), fields.number());
    let keep_up_to_date = fields.flag();
    Request::HistoricalData(HistoricalDataRequest {
        req_id,
        contract,
        end_date_time,
        bar_size_setting,
        duration,
        use_rth,
        what_to_show,
        format_date,
        keep_up_to_date,
        ..HistoricalDataRequest::default()
    })
}

fn cancel(id: u32, fields: &mut Fields<'_>) -> Option<Request> {
    Some(match id {
        2 => Request::CancelMarketData(versioned(fields)),
        25 => Request::CancelHistoricalData(versioned(fields)),
        51 => Request::CancelRealTimeBars(versioned(fields)),
        63 => Request::CancelAccountSummary(versioned(fields)),
        75 => Request::CancelPositionsMulti(versioned(fields)),
        77 => Request::CancelAccountUpdatesMulti(versioned(fields)),
        90 => Request::CancelHeadTimestamp(plain(fields)),
        93 => Request::CancelPnL(plain(fields)),
        95 => Request::CancelPnLSingle(plain(fields)),
        98 => Request::CancelTickByTick(plain(fields)),
        _ => return None,
    })
}

fn question(id: u32, fields: &mut Fields<'_>) -> Option<Request> {
    if has_version(id) {
        fields.skip(1);
    }
    Some(match id {
        3 => Request::PlaceOrder(place(fields)),
        4 => Request::CancelOrder(CancelOrderRequest { order_id: fields.number(), order_cancel: None }),
        5 => Request::OpenOrders(Empty {}),
        6 => Request::AccountData(AccountDataRequest { subscribe: fields.flag(), acct_code: fields.text() }),
        7 => Request::Executions(ExecutionRequest { req_id: fields.number(), filter: Some(filter(fields)) }),
        8 => Request::Ids(IdsRequest { num_ids: fields.number() }),
        9 => {
            let (req_id, contract) = (fields.number(), Some(contract(fields)));
            Request::ContractData(ContractDataRequest { req_id, contract })
        }
        14 => Request::SetServerLogLevel(SetServerLogLevel { log_level: fields.number() }),
        15 => Request::AutoOpenOrders(AutoOpenOrdersRequest { auto_bind: fields.flag() }),
        16 => Request::AllOpenOrders(Empty {}),
        17 => Request::ManagedAccounts(Empty {}),
        49 => Request::CurrentTime(Empty {}),
        58 => Request::GlobalCancel(Default::default()),
        59 => Request::MarketDataType(MarketDataTypeRequest { market_data_type: fields.number() }),
        61 => Request::Positions(Empty {}),
        62 => {
            let (req_id, group, tags) = (fields.number(), fields.text(), fields.text());
            Request::AccountSummary(AccountSummaryRequest { req_id, group, tags })
        }
        64 => Request::CancelPositions(Empty {}),
        71 => {
            let (client_id, optional_capabilities) = (fields.number(), fields.text());
            Request::StartApi(StartApi { client_id, optional_capabilities })
        }
        74 => Request::PositionsMulti(model(fields)),
        76 => {
            let (req_id, account, model_code) = (fields.number(), fields.text(), fields.text());
            let ledger_and_nlv = fields.flag();
            Request::AccountUpdatesMulti(AccountUpdatesMultiRequest {
                req_id,
                account,
                model_code,
                ledger_and_nlv,
            })
        }
        91 => Request::MarketRule(MarketRuleRequest { market_rule_id: fields.number() }),
        92 => Request::PnL(model(fields)),
        94 => {
            let (req_id, account, model_code) = (fields.number(), fields.text(), fields.text());
            Request::PnLSingle(PnLSingleRequest { req_id, account, model_code, con_id: fields.number() })
        }
        99 => Request::CompletedOrders(CompletedOrdersRequest { api_only: fields.flag() }),
        _ => return None,
    })
}

/// The twelve fields of a contract that every request has.
pub(super) fn contract(fields: &mut Fields<'_>) -> Contract {
    Contract {
        con_id: fields.number(),
        symbol: fields.text(),
        sec_type: fields.text(),
        last_trade_date_or_contract_month: fields.text(),
        strike: fields.number(),
        right: fields.text(),
        multiplier: fields.number(),
        exchange: fields.text(),
        primary_exch: fields.text(),
        currency: fields.text(),
        local_symbol: fields.text(),
        trading_class: fields.text(),
        ..Contract::default()
    }
}

/// The part for contracts hedged by another one: passed over.
pub(super) fn delta_neutral(fields: &mut Fields<'_>) {
    if fields.flag() == Some(true) {
        fields.skip(3);
    }
}

fn filter(fields: &mut Fields<'_>) -> ExecutionFilter {
    ExecutionFilter {
        client_id: fields.number(),
        acct_code: fields.text(),
        time: fields.text(),
        symbol: fields.text(),
        sec_type: fields.text(),
        exchange: fields.text(),
        side: fields.text(),
        ..ExecutionFilter::default()
    }
}

fn model(fields: &mut Fields<'_>) -> ModelRequest {
    ModelRequest { req_id: fields.number(), account: fields.text(), model_code: fields.text() }
}

fn plain(fields: &mut Fields<'_>) -> ById {
    ById { req_id: fields.number() }
}

fn versioned(fields: &mut Fields<'_>) -> ById {
    fields.skip(1);
    plain(fields)
}

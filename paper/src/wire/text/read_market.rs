//! Requests about the market as text: depth, ticks of the past, histograms, searches.
//!
//! Read next: [`order`](crate::wire::text::order).

use crate::wire::message::Empty;
use crate::wire::message::contract::{MatchingSymbolsRequest, SmartComponentsRequest};
use crate::wire::message::depth::{CancelMarketDepth, MarketDepthRequest};
use crate::wire::message::history::{HistogramDataRequest, HistoricalTicksRequest};
use crate::wire::table::Request;
use crate::wire::text::fields::Fields;
use crate::wire::text::read::contract;

pub(super) fn searched(id: u32, fields: &mut Fields<'_>) -> Option<Request> {
    Some(match id {
        10 => {
            fields.skip(1);
            Request::MarketDepth(MarketDepthRequest {
                req_id: fields.number(),
                contract: Some(contract(fields)),
                num_rows: fields.number(),
                is_smart_depth: fields.flag(),
                ..MarketDepthRequest::default()
            })
        }
        11 => {
            fields.skip(1);
            let (req_id, is_smart_depth) = (fields.number(), fields.flag());
            Request::CancelMarketDepth(CancelMarketDepth { req_id, is_smart_depth })
        }
        81 => {
            let (req_id, pattern) = (fields.number(), fields.text());
            Request::MatchingSymbols(MatchingSymbolsRequest { req_id, pattern })
        }
        82 => Request::MarketDepthExchanges(Empty {}),
        83 => {
            let (req_id, bbo_exchange) = (fields.number(), fields.text());
            Request::SmartComponents(SmartComponentsRequest { req_id, bbo_exchange })
        }
        88 => {
            let (req_id, contract) = (fields.number(), Some(contract(fields)));
            fields.skip(1);
            let (use_rth, time_period) = (fields.flag(), fields.text());
            Request::HistogramData(HistogramDataRequest { req_id, use_rth, time_period, contract })
        }
        96 => ticks(fields),
        _ => return None,
    })
}

fn ticks(fields: &mut Fields<'_>) -> Request {
    let (req_id, contract) = (fields.number(), Some(contract(fields)));
    // Expired contracts.
    fields.skip(1);
    Request::HistoricalTicks(HistoricalTicksRequest {
        req_id,
        contract,
        start_date_time: fields.text(),
        end_date_time: fields.text(),
        number_of_ticks: fields.number(),
        what_to_show: fields.text(),
        use_rth: fields.flag(),
        ignore_size: fields.flag(),
        ..HistoricalTicksRequest::default()
    })
}

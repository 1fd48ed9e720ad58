//! Replies about the market as text: depth, ticks of the past, histograms, searches.
//!
//! Read next: [`write_order`](crate::wire::text::write_order).

use crate::wire::message::contract::{ContractDescription, SmartComponent};
use crate::wire::message::depth::{DepthDescription, DepthRow};
use crate::wire::message::quote::{BidAskTick, LastTick, MidPointTick};
use crate::wire::table::Reply;
use crate::wire::text::fields::Text;

pub(super) fn found(reply: &Reply) -> Option<Text> {
    Some(match reply {
        Reply::MarketDepth(depth) => {
            row(Text::new(12).put(1).maybe(depth.req_id), depth.row.as_ref()?, false)
        }
        Reply::MarketDepthL2(depth) => {
            let row = row(Text::new(13).put(1).maybe(depth.req_id), depth.row.as_ref()?, true);
            row.flag(depth.row.as_ref()?.is_smart_depth)
        }
        Reply::SymbolSamples(samples) => {
            let head = Text::new(79).maybe(samples.req_id).put(samples.contract_descriptions.len());
            samples.contract_descriptions.iter().fold(head, sample)
        }
        Reply::MarketDepthExchanges(exchanges) => {
            let head = Text::new(80).put(exchanges.descriptions.len());
            exchanges.descriptions.iter().fold(head, description)
        }
        Reply::SmartComponents(components) => {
            let head = Text::new(82).maybe(components.req_id).put(components.smart_components.len());
            components.smart_components.iter().fold(head, component)
        }
        Reply::HistogramData(histogram) => {
            let head = Text::new(89).maybe(histogram.req_id).put(histogram.entries.len());
            let entries = histogram.entries.iter();
            entries.fold(head, |text, entry| text.price(entry.price).maybe(entry.size.as_ref()))
        }
        Reply::HistoricalTicks(ticks) => {
            let head = Text::new(96).maybe(ticks.req_id).put(ticks.ticks.len());
            ticks.ticks.iter().fold(head, middle).flag(ticks.is_done)
        }
        Reply::HistoricalTicksBidAsk(ticks) => {
            let head = Text::new(97).maybe(ticks.req_id).put(ticks.ticks.len());
            ticks.ticks.iter().fold(head, bid_ask).flag(ticks.is_done)
        }
        Reply::HistoricalTicksLast(ticks) => {
            let head = Text::new(98).maybe(ticks.req_id).put(ticks.ticks.len());
            ticks.ticks.iter().fold(head, last).flag(ticks.is_done)
        }
        _ => return None,
    })
}

fn row(text: Text, row: &DepthRow, is_named: bool) -> Text {
    let text = text.maybe(row.position);
    let text = if is_named { text.maybe(row.market_maker.as_ref()) } else { text };
    text.maybe(row.operation).maybe(row.side).price(row.price).maybe(row.size.as_ref())
}

fn sample(text: Text, one: &ContractDescription) -> Text {
    let contract = one.contract.clone().unwrap_or_default();
    let head = text
        .maybe(contract.con_id)
        .maybe(contract.symbol)
        .maybe(contract.sec_type)
        .maybe(contract.primary_exch)
        .maybe(contract.currency)
        .put(one.derivative_sec_types.len());
    let derivatives = one.derivative_sec_types.iter();
    derivatives.fold(head, Text::put).maybe(contract.description).maybe(contract.issuer_id)
}

fn description(text: Text, one: &DepthDescription) -> Text {
    text.maybe(one.exchange.as_ref())
        .maybe(one.sec_type.as_ref())
        .maybe(one.listing_exch.as_ref())
        .maybe(one.service_data_type.as_ref())
        .maybe(one.agg_group)
}

fn component(text: Text, one: &SmartComponent) -> Text {
    text.maybe(one.bit_number).maybe(one.exchange.as_ref()).maybe(one.exchange_letter.as_ref())
}

/// The zeros are masks of attributes, none of which is ever set; a middle has an unused field in that place.
fn middle(text: Text, tick: &MidPointTick) -> Text {
    text.maybe(tick.time).put(0).price(tick.price).maybe(tick.size.as_ref())
}

fn bid_ask(text: Text, tick: &BidAskTick) -> Text {
    text.maybe(tick.time)
        .put(0)
        .price(tick.price_bid)
        .price(tick.price_ask)
        .maybe(tick.size_bid.as_ref())
        .maybe(tick.size_ask.as_ref())
}

fn last(text: Text, tick: &LastTick) -> Text {
    text.maybe(tick.time)
        .put(0)
        .price(tick.price)
        .maybe(tick.size.as_ref())
        .maybe(tick.exchange.as_ref())
        .maybe(tick.special_conditions.as_ref())
}

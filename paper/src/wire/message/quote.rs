//! Live market data: ticks, five-second bars and tick-by-tick.
//!
//! Read next: [`depth`](crate::wire::message::depth).
use super::contract::Contract;
use super::message;

message! {
    MarketDataRequest { 1 req_id: int32, 3 generic_tick_list: string, 4 snapshot: bool, 5 regulatory_snapshot: bool, }
    one { 2 contract: Contract, }
    map { 6 market_data_options, }
}
message! { MarketDataTypeRequest { 1 market_data_type: int32, } }
message! { TickPrice { 1 req_id: int32, 2 tick_type: int32, 3 price: double, 4 size: string, 5 attr_mask: int32, } }
message! { TickSize { 1 req_id: int32, 2 tick_type: int32, 3 size: string, } }
message! { TickGeneric { 1 req_id: int32, 2 tick_type: int32, 3 value: double, } }
message! { TickString { 1 req_id: int32, 2 tick_type: int32, 3 value: string, } }
message! {
    TickReqParams {
        1 req_id: int32, 2 min_tick: string, 3 bbo_exchange: string, 4 snapshot_permissions: int32,
        5 last_price_precision: string, 6 last_size_precision: string,
    }
}
message! { MarketDataType { 1 req_id: int32, 2 market_data_type: int32, } }
message! {
    RealTimeBarsRequest { 1 req_id: int32, 3 bar_size: int32, 4 what_to_show: string, 5 use_rth: bool, }
    one { 2 contract: Contract, }
    map { 6 options, }
}
message! {
    RealTimeBarTick {
        1 req_id: int32, 2 time: int64, 3 open: double, 4 high: double, 5 low: double, 6 close: double, 7 volume: string,
        8 wap: string, 9 count: int32,
    }
}
message! {
    TickByTickRequest { 1 req_id: int32, 3 tick_type: string, 4 number_of_ticks: int32, 5 ignore_size: bool, }
    one { 2 contract: Contract, }
}
message! {
    /// Exactly one of the three parts is set, the one that belongs to `tick_type`.
    TickByTickData { 1 req_id: int32, 2 tick_type: int32, }
    one { 3 last: LastTick, 4 bid_ask: BidAskTick, 5 mid_point: MidPointTick, }
}
message! {
    LastTick { 1 time: int64, 3 price: double, 4 size: string, 5 exchange: string, 6 special_conditions: string, }
    one { 2 attributes: LastAttributes, }
}
message! { LastAttributes { 1 past_limit: bool, 2 unreported: bool, } }
message! {
    BidAskTick { 1 time: int64, 3 price_bid: double, 4 price_ask: double, 5 size_bid: string, 6 size_ask: string, }
    one { 2 attributes: BidAskAttributes, }
}
message! { BidAskAttributes { 1 bid_past_low: bool, 2 ask_past_high: bool, } }
message! { MidPointTick { 1 time: int64, 2 price: double, 3 size: string, } }

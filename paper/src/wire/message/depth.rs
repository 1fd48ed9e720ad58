//! Market depth: the book below its best prices, one row a message.
//!
//! Read next: [`history`](crate::wire::message::history).
use super::contract::Contract;
use super::message;

message! {
    MarketDepthRequest { 1 req_id: int32, 3 num_rows: int32, 4 is_smart_depth: bool, }
    one { 2 contract: Contract, }
    map { 5 market_depth_options, }
}
message! { CancelMarketDepth { 1 req_id: int32, 2 is_smart_depth: bool, } }
message! {
    /// One row of one side; both kinds of depth carry it.
    MarketDepth { 1 req_id: int32, }
    one { 2 row: DepthRow, }
}
message! {
    /// `operation` is 0 to insert, 1 to update, 2 to delete; `side` is 0 for offers, 1 for bids.
    DepthRow {
        1 position: int32, 2 operation: int32, 3 side: int32, 4 price: double, 5 size: string, 6 market_maker: string,
        7 is_smart_depth: bool,
    }
}
message! { MarketDepthExchanges {} many { 1 descriptions: DepthDescription, } }
message! {
    DepthDescription {
        1 exchange: string, 2 sec_type: string, 3 listing_exch: string, 4 service_data_type: string, 5 agg_group: int32,
    }
}

//! Historical bars and ticks, histograms, schedules of sessions.
//!
//! Read next: [`order`](crate::wire::message::order).
use super::contract::Contract;
use super::message;
use super::quote::{BidAskTick, LastTick, MidPointTick};

message! {
    HistoricalDataRequest {
        1 req_id: int32, 3 end_date_time: string, 4 bar_size_setting: string, 5 duration: string, 6 use_rth: bool,
        7 what_to_show: string, 8 format_date: int32, 9 keep_up_to_date: bool,
    }
    one { 2 contract: Contract, }
    map { 10 chart_options, }
}
message! { HistoricalData { 1 req_id: int32, } many { 2 bars: HistoricalBar, } }
message! {
    HistoricalBar {
        1 date: string, 2 open: double, 3 high: double, 4 low: double, 5 close: double, 6 volume: string, 7 wap: string,
        8 bar_count: int32,
    }
}
message! { HistoricalDataEnd { 1 req_id: int32, 2 start_date: string, 3 end_date: string, } }
message! { HistoricalDataUpdate { 1 req_id: int32, } one { 2 bar: HistoricalBar, } }
message! {
    HeadTimestampRequest { 1 req_id: int32, 3 use_rth: bool, 4 what_to_show: string, 5 format_date: int32, }
    one { 2 contract: Contract, }
}
message! { HeadTimestamp { 1 req_id: int32, 2 head_timestamp: string, } }
message! {
    HistoricalSchedule { 1 req_id: int32, 2 start_date_time: string, 3 end_date_time: string, 4 time_zone: string, }
    many { 5 sessions: HistoricalSession, }
}
message! { HistoricalSession { 1 start_date_time: string, 2 end_date_time: string, 3 ref_date: string, } }
message! {
    HistoricalTicksRequest {
        1 req_id: int32, 3 start_date_time: string, 4 end_date_time: string, 5 number_of_ticks: int32,
        6 what_to_show: string, 7 use_rth: bool, 8 ignore_size: bool,
    }
    one { 2 contract: Contract, }
    map { 9 misc_options, }
}
message! { HistoricalTicks { 1 req_id: int32, 3 is_done: bool, } many { 2 ticks: MidPointTick, } }
message! { HistoricalTicksBidAsk { 1 req_id: int32, 3 is_done: bool, } many { 2 ticks: BidAskTick, } }
message! { HistoricalTicksLast { 1 req_id: int32, 3 is_done: bool, } many { 2 ticks: LastTick, } }
message! { HistogramDataRequest { 1 req_id: int32, 3 use_rth: bool, 4 time_period: string, } one { 2 contract: Contract, } }
message! { HistogramData { 1 req_id: int32, } many { 2 entries: HistogramEntry, } }
message! { HistogramEntry { 1 price: double, 2 size: string, } }

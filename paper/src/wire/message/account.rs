//! Positions, account values and profit.
//!
//! Read next: [`request`](crate::wire::message::request).
use super::contract::Contract;
use super::message;

message! { Position { 1 account: string, 3 position: string, 4 avg_cost: double, } one { 2 contract: Contract, } }
message! { ModelRequest { 1 req_id: int32, 2 account: string, 3 model_code: string, } }
message! {
    PositionMulti { 1 req_id: int32, 2 account: string, 4 position: string, 5 avg_cost: double, 6 model_code: string, }
    one { 3 contract: Contract, }
}
message! { AccountSummaryRequest { 1 req_id: int32, 2 group: string, 3 tags: string, } }
message! { AccountSummary { 1 req_id: int32, 2 account: string, 3 tag: string, 4 value: string, 5 currency: string, } }
message! { AccountDataRequest { 1 subscribe: bool, 2 acct_code: string, } }
message! { AccountValue { 1 key: string, 2 value: string, 3 currency: string, 4 account_name: string, } }
message! {
    PortfolioValue {
        2 position: string, 3 market_price: double, 4 market_value: double, 5 average_cost: double, 6 unrealized_pnl: double,
        7 realized_pnl: double, 8 account_name: string,
    }
    one { 1 contract: Contract, }
}
message! { AccountUpdateTime { 1 time_stamp: string, } }
message! { AccountDataEnd { 1 account_name: string, } }
message! { AccountUpdatesMultiRequest { 1 req_id: int32, 2 account: string, 3 model_code: string, 4 ledger_and_nlv: bool, } }
message! {
    AccountUpdateMulti {
        1 req_id: int32, 2 account: string, 3 model_code: string, 4 key: string, 5 value: string, 6 currency: string,
    }
}
message! { PnL { 1 req_id: int32, 2 daily_pnl: double, 3 unrealized_pnl: double, 4 realized_pnl: double, } }
message! { PnLSingleRequest { 1 req_id: int32, 2 account: string, 3 model_code: string, 4 con_id: int32, } }
message! {
    PnLSingle {
        1 req_id: int32, 2 position: string, 3 daily_pnl: double, 4 unrealized_pnl: double, 5 realized_pnl: double, 6 value: double,
    }
}

//! Executions and their commissions.
//!
//! Read next: [`account`](crate::wire::message::account).
use super::contract::Contract;
use super::message;

message! { ExecutionRequest { 1 req_id: int32, } one { 2 filter: ExecutionFilter, } }
message! {
    /// `client_id` 0 and absent both mean every client; `specific_dates` are `YYYYMMDD` numbers.
    ExecutionFilter {
        1 client_id: int32, 2 acct_code: string, 3 time: string, 4 symbol: string, 5 sec_type: string, 6 exchange: string,
        7 side: string, 8 last_n_days: int32,
    }
    numbers { 9 specific_dates, }
}
message! { ExecutionDetails { 1 req_id: int32, } one { 2 contract: Contract, 3 execution: Execution, } }
message! {
    Execution {
        1 order_id: int32, 2 exec_id: string, 3 time: string, 4 acct_number: string, 5 exchange: string, 6 side: string,
        7 shares: string, 8 price: double, 9 perm_id: int64, 10 client_id: int32, 11 is_liquidation: bool, 12 cum_qty: string,
        13 avg_price: double, 14 order_ref: string, 15 ev_rule: string, 16 ev_multiplier: double, 17 model_code: string,
        18 last_liquidity: int32, 19 is_price_revision_pending: bool, 20 submitter: string,
    }
}
message! {
    CommissionReport {
        1 exec_id: string, 2 commission_and_fees: double, 3 currency: string, 4 realized_pnl: double, 5 bond_yield: double,
        6 yield_redemption_date: string,
    }
}

//! A session's own words: its start, its ids, the time, the accounts.
//!
//! Read next: [`contract`](crate::wire::message::contract).
use super::message;

message! { StartApi { 1 client_id: int32, 2 optional_capabilities: string, } }
message! { IdsRequest { 1 num_ids: int32, } }
message! { SetServerLogLevel { 1 log_level: int32, } }
message! { NextValidId { 1 order_id: int32, } }
message! { ManagedAccounts { 1 accounts_list: string, } }
message! { CurrentTime { 1 current_time: int64, } }
message! { CurrentTimeInMillis { 1 current_time_in_millis: int64, } }
message! { UserInfo { 1 req_id: int32, 2 white_branding_id: string, } }

//! The words of the wire: one struct a protobuf message, field numbers as TWS numbers them, every scalar optional.
//!
//! Absent and zero are different on this wire (an absent `transmit` is false, an absent `attrMask` sets every flag in
//! the official client), so nothing here has a default of its own. Quantities and sizes are decimal strings, prices are
//! doubles, `permId` is 64 bits wide.
//!
//! Read next: [`table`](crate::wire::table), where each of them gets its message id.
#![expect(
    missing_docs,
    reason = "the fields are TWS's own names, in its own units; the number beside each is the key"
)]

pub mod account;
pub mod config;
pub mod contract;
pub mod depth;
pub mod history;
pub mod order;
pub mod quote;
pub mod request;
pub mod trade;

/// The Rust type of a protobuf scalar.
macro_rules! scalar {
    (int32) => {
        i32
    };
    (int64) => {
        i64
    };
    (double) => {
        f64
    };
    (bool) => {
        bool
    };
    (string) => {
        String
    };
}

/// One message: its optional scalars, then its parts (`one`), lists (`many`, `numbers`, `words`) and string maps (`map`).
macro_rules! message {
    ($(#[$meta:meta])* $name:ident { $($tag:tt $field:ident: $kind:ident,)* }
     $(one { $($one_tag:tt $one:ident: $one_type:ty,)* })?
     $(many { $($many_tag:tt $many:ident: $many_type:ty,)* })?
     $(numbers { $($numbers_tag:tt $numbers:ident,)* })?
     $(words { $($words_tag:tt $words:ident,)* })?
     $(map { $($map_tag:tt $map:ident,)* })?) => {
        $(#[$meta])*
        #[derive(Clone, PartialEq, prost::Message, serde::Serialize)]
        pub struct $name {
            $(#[prost($kind, optional, tag = $tag)] #[serde(skip_serializing_if = "Option::is_none")]
                pub $field: Option<$crate::wire::message::scalar!($kind)>,)*
            $($(#[prost(message, optional, tag = $one_tag)] #[serde(skip_serializing_if = "Option::is_none")]
                pub $one: Option<$one_type>,)*)?
            $($(#[prost(message, repeated, tag = $many_tag)] #[serde(skip_serializing_if = "Vec::is_empty")]
                pub $many: Vec<$many_type>,)*)?
            $($(#[prost(int32, repeated, tag = $numbers_tag)] #[serde(skip_serializing_if = "Vec::is_empty")]
                pub $numbers: Vec<i32>,)*)?
            $($(#[prost(string, repeated, tag = $words_tag)] #[serde(skip_serializing_if = "Vec::is_empty")]
                pub $words: Vec<String>,)*)?
            $($(#[prost(btree_map = "string, string", tag = $map_tag)]
                #[serde(skip_serializing_if = "std::collections::BTreeMap::is_empty")]
                pub $map: std::collections::BTreeMap<String, String>,)*)?
        }
    };
}
use {message, scalar};

message! {
    /// A message without fields: many requests, and the ends of answers that carry no request id.
    Empty {}
}
message! {
    /// A message whose only field is the request it belongs to: ends of answers, cancels of subscriptions.
    ById { 1 req_id: int32, }
}
message! {
    /// TWS's ErrorMessage: `id` is an order, a request, or -1; `error_time` is in milliseconds since 1970.
    Failure { 1 id: int32, 2 error_time: int64, 3 error_code: int32, 4 error_msg: string, 5 advanced_order_reject_json: string, }
}

//! Every message that is understood or sent, with its id: the one table of the wire.
//!
//! At server versions from 213 on a body is the message id plus 200, big-endian, then protobuf. An id that is not in
//! the table is no error of the stream: it comes out as [`Request::Unknown`] and gets an answer.
//!
//! Read next: [`session`](crate::session), which answers.

use prost::Message;

use crate::wire::frame::frame;
use crate::wire::message::account::{
    AccountDataEnd, AccountDataRequest, AccountSummary, AccountSummaryRequest, AccountUpdateMulti,
    AccountUpdateTime, AccountUpdatesMultiRequest, AccountValue, ModelRequest, PnL, PnLSingle,
    PnLSingleRequest, PortfolioValue, Position, PositionMulti,
};
use crate::wire::message::config::Config;
use crate::wire::message::contract::{
    ContractData, ContractDataRequest, MarketRule, MarketRuleRequest, MatchingSymbolsRequest,
    SmartComponents, SmartComponentsRequest, SymbolSamples,
};
use crate::wire::message::depth::{CancelMarketDepth, MarketDepth, MarketDepthExchanges, MarketDepthRequest};
use crate::wire::message::history::{
    HeadTimestamp, HeadTimestampRequest, HistogramData, HistogramDataRequest, HistoricalData,
    HistoricalDataEnd, HistoricalDataRequest, HistoricalDataUpdate, HistoricalSchedule, HistoricalTicks,
    HistoricalTicksBidAsk, HistoricalTicksLast, HistoricalTicksRequest,
};
use crate::wire::message::order::{
    AutoOpenOrdersRequest, CancelOrderRequest, CompletedOrder, CompletedOrdersRequest, GlobalCancelRequest,
    OpenOrder, OrderBound, OrderStatus, PlaceOrderRequest,
};
use crate::wire::message::quote::{
    MarketDataRequest, MarketDataType, MarketDataTypeRequest, RealTimeBarTick, RealTimeBarsRequest,
    TickByTickData, TickByTickRequest, TickGeneric, TickPrice, TickReqParams, TickSize, TickString,
};
use crate::wire::message::request::{
    CurrentTime, CurrentTimeInMillis, IdsRequest, ManagedAccounts, NextValidId, SetServerLogLevel, StartApi,
    UserInfo,
};
use crate::wire::message::trade::{CommissionReport, ExecutionDetails, ExecutionRequest};
use crate::wire::message::{ById, Empty, Failure};

/// What is added to a message id when the body is protobuf.
pub const PROTOBUF_OFFSET: u32 = 200;

/// VerifyAndAuthRequest and VerifyAndAuthMessage: the official client writes them as text at every version, after an id
/// without the offset.
const NEVER_PROTOBUF: [u32; 2] = [72, 73];

/// Why a body is not a message. The connection that sent it is closed.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum BadMessage {
    /// A body too short to hold a message id.
    #[error("a body of {length} bytes has no message id")]
    NoId {
        /// The body's length.
        length: usize,
    },
    /// A text message, which versions from 213 on never send.
    #[error("message {id} is not protobuf")]
    NotProtobuf {
        /// The id as it was sent.
        id: u32,
    },
    /// A body that is no text, where text is spoken.
    #[error("the body is no text")]
    NotText,
    /// Fields that do not decode.
    #[error("message {id} does not decode")]
    Undecodable {
        /// The message's id.
        id: u32,
        /// What prost found.
        #[source]
        source: prost::DecodeError,
    },
}

macro_rules! requests {
    ($($id:literal $name:ident($body:ty),)*) => {
        /// What a client asks for.
        #[derive(Debug, Clone, PartialEq)]
        #[expect(missing_docs, reason = "each variant is the message of that name")]
        pub enum Request {
            $($name($body),)*
            /// A message that this gateway does not know, with the request id it probably names.
            Unknown { id: u32, req_id: Option<i32> },
        }

        impl Request {
            /// Reads one body.
            pub fn decode(body: &[u8]) -> Result<Request, BadMessage> {
                let Some((head, fields)) = body.split_first_chunk::<4>() else {
                    return Err(BadMessage::NoId { length: body.len() });
                };
                let sent = u32::from_be_bytes(*head);
                if NEVER_PROTOBUF.contains(&sent) {
                    return Ok(Request::Unknown { id: sent, req_id: None });
                }
                let Some(id) = sent.checked_sub(PROTOBUF_OFFSET) else {
                    return Err(BadMessage::NotProtobuf { id: sent });
                };
                match id {
                    $($id => Ok(Request::$name(read(id, fields)?)),)*
                    _ => Ok(Request::Unknown { id, req_id: ById::decode(fields).ok().and_then(|named| named.req_id) }),
                }
            }

            /// Its message id, in TWS's own numbering.
            pub fn id(&self) -> u32 {
                match self {
                    $(Request::$name(_) => $id,)*
                    Request::Unknown { id, .. } => *id,
                }
            }

            /// Its name and what is set in it, for people: `CancelMarketData {"req_id":7}`.
            pub fn told(&self) -> String {
                match self {
                    $(Request::$name(body) => told(stringify!($name), body),)*
                    Request::Unknown { id, req_id } => told(&format!("message {id}"), &ById { req_id: *req_id }),
                }
            }

            /// The same message as a body, as a client writes it.
            pub fn encode(&self) -> Vec<u8> {
                match self {
                    $(Request::$name(body) => join($id, body),)*
                    Request::Unknown { id, req_id } => join(*id, &ById { req_id: *req_id }),
                }
            }
        }
    };
}

macro_rules! replies {
    ($($id:literal $name:ident($body:ty),)*) => {
        /// What the gateway tells a client.
        #[derive(Debug, Clone, PartialEq)]
        #[expect(missing_docs, reason = "each variant is the message of that name")]
        pub enum Reply {
            $($name($body),)*
        }

        impl Reply {
            /// Its message id, in TWS's own numbering.
            pub fn id(&self) -> u32 {
                match self {
                    $(Reply::$name(_) => $id,)*
                }
            }

            /// Its name and what is set in it, for people: `NextValidId {"order_id":1}`.
            pub fn told(&self) -> String {
                match self {
                    $(Reply::$name(body) => told(stringify!($name), body),)*
                }
            }

            /// The name of a message id; none for an id that is never sent.
            pub fn named(id: u32) -> Option<&'static str> {
                match id {
                    $($id => Some(stringify!($name)),)*
                    _ => None,
                }
            }

            /// The message as a whole frame, ready for the socket.
            pub fn to_frame(&self) -> Vec<u8> {
                match self {
                    $(Reply::$name(body) => frame(&join($id, body)),)*
                }
            }

            /// Reads one body, as a client does; none for an id that is never sent.
            pub fn decode(body: &[u8]) -> Option<Reply> {
                let (head, fields) = body.split_first_chunk::<4>()?;
                match u32::from_be_bytes(*head).checked_sub(PROTOBUF_OFFSET)? {
                    $($id => Some(Reply::$name(read($id, fields).ok()?)),)*
                    _ => None,
                }
            }
        }
    };
}

requests! {
    1 MarketData(MarketDataRequest),
    2 CancelMarketData(ById),
    3 PlaceOrder(PlaceOrderRequest),
    4 CancelOrder(CancelOrderRequest),
    5 OpenOrders(Empty),
    6 AccountData(AccountDataRequest),
    7 Executions(ExecutionRequest),
    8 Ids(IdsRequest),
    9 ContractData(ContractDataRequest),
    10 MarketDepth(MarketDepthRequest),
    11 CancelMarketDepth(CancelMarketDepth),
    14 SetServerLogLevel(SetServerLogLevel),
    15 AutoOpenOrders(AutoOpenOrdersRequest),
    16 AllOpenOrders(Empty),
    17 ManagedAccounts(Empty),
    20 HistoricalData(HistoricalDataRequest),
    25 CancelHistoricalData(ById),
    49 CurrentTime(Empty),
    50 RealTimeBars(RealTimeBarsRequest),
    51 CancelRealTimeBars(ById),
    58 GlobalCancel(GlobalCancelRequest),
    59 MarketDataType(MarketDataTypeRequest),
    61 Positions(Empty),
    62 AccountSummary(AccountSummaryRequest),
    63 CancelAccountSummary(ById),
    64 CancelPositions(Empty),
    71 StartApi(StartApi),
    74 PositionsMulti(ModelRequest),
    75 CancelPositionsMulti(ById),
    76 AccountUpdatesMulti(AccountUpdatesMultiRequest),
    77 CancelAccountUpdatesMulti(ById),
    81 MatchingSymbols(MatchingSymbolsRequest),
    82 MarketDepthExchanges(Empty),
    83 SmartComponents(SmartComponentsRequest),
    87 HeadTimestamp(HeadTimestampRequest),
    88 HistogramData(HistogramDataRequest),
    90 CancelHeadTimestamp(ById),
    91 MarketRule(MarketRuleRequest),
    92 PnL(ModelRequest),
    93 CancelPnL(ById),
    94 PnLSingle(PnLSingleRequest),
    95 CancelPnLSingle(ById),
    96 HistoricalTicks(HistoricalTicksRequest),
    97 TickByTick(TickByTickRequest),
    98 CancelTickByTick(ById),
    99 CompletedOrders(CompletedOrdersRequest),
    105 CurrentTimeInMillis(Empty),
    106 CancelContractData(ById),
    108 Config(ById),
}

replies! {
    1 TickPrice(TickPrice),
    2 TickSize(TickSize),
    3 OrderStatus(OrderStatus),
    4 Failure(Failure),
    5 OpenOrder(OpenOrder),
    6 AccountValue(AccountValue),
    7 PortfolioValue(PortfolioValue),
    8 AccountUpdateTime(AccountUpdateTime),
    9 NextValidId(NextValidId),
    10 ContractData(Box<ContractData>),
    11 ExecutionDetails(ExecutionDetails),
    12 MarketDepth(MarketDepth),
    13 MarketDepthL2(MarketDepth),
    15 ManagedAccounts(ManagedAccounts),
    17 HistoricalData(HistoricalData),
    45 TickGeneric(TickGeneric),
    46 TickString(TickString),
    49 CurrentTime(CurrentTime),
    50 RealTimeBarTick(RealTimeBarTick),
    52 ContractDataEnd(ById),
    53 OpenOrdersEnd(Empty),
    54 AccountDataEnd(AccountDataEnd),
    55 ExecutionDetailsEnd(ById),
    57 TickSnapshotEnd(ById),
    58 MarketDataType(MarketDataType),
    59 CommissionReport(CommissionReport),
    61 Position(Position),
    62 PositionEnd(Empty),
    63 AccountSummary(AccountSummary),
    64 AccountSummaryEnd(ById),
    71 PositionMulti(PositionMulti),
    72 PositionMultiEnd(ById),
    73 AccountUpdateMulti(AccountUpdateMulti),
    74 AccountUpdateMultiEnd(ById),
    77 SoftDollarTiers(ById),
    78 FamilyCodes(Empty),
    79 SymbolSamples(SymbolSamples),
    80 MarketDepthExchanges(MarketDepthExchanges),
    81 TickReqParams(TickReqParams),
    82 SmartComponents(SmartComponents),
    85 NewsProviders(Empty),
    88 HeadTimestamp(HeadTimestamp),
    89 HistogramData(HistogramData),
    90 HistoricalDataUpdate(HistoricalDataUpdate),
    93 MarketRule(MarketRule),
    94 PnL(PnL),
    95 PnLSingle(PnLSingle),
    96 HistoricalTicks(HistoricalTicks),
    97 HistoricalTicksBidAsk(HistoricalTicksBidAsk),
    98 HistoricalTicksLast(HistoricalTicksLast),
    99 TickByTickData(TickByTickData),
    100 OrderBound(OrderBound),
    101 CompletedOrder(CompletedOrder),
    102 CompletedOrdersEnd(Empty),
    106 HistoricalSchedule(HistoricalSchedule),
    107 UserInfo(UserInfo),
    108 HistoricalDataEnd(HistoricalDataEnd),
    109 CurrentTimeInMillis(CurrentTimeInMillis),
    110 Config(Box<Config>),
}

fn read<M: Message + Default>(id: u32, fields: &[u8]) -> Result<M, BadMessage> {
    M::decode(fields).map_err(|source| BadMessage::Undecodable { id, source })
}

fn told<M: serde::Serialize>(name: &str, body: &M) -> String {
    // Every message is a plain struct, and those can always be written.
    format!("{name} {}", serde_json::to_string(body).unwrap_or_default())
}

fn join<M: Message>(id: u32, body: &M) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(4 + body.encoded_len());
    bytes.extend_from_slice(&(id + PROTOBUF_OFFSET).to_be_bytes());
    bytes.extend_from_slice(&body.encode_to_vec());
    bytes
}

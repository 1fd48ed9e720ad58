//! The vocabulary: each fault by the name that scenario files and the control API know it by.
//!
//! Seconds of a socket's fault are of the process, all other seconds of the market. `client` narrows a fault to one
//! client's connections, `order_ref` to orders whose reference contains it; without them it meets the next that comes.
//!
//! Read next: [`scenario`](crate::faults::scenario).

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::exchange::order::Side;

/// How a connection ends.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Ending {
    /// Properly.
    #[default]
    Fin,
    /// With a reset; what was on its way is lost.
    Rst,
}

/// Which way of a connection.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Way {
    /// From the client.
    In,
    /// To the client.
    Out,
    /// Both.
    #[default]
    Both,
}

/// When a refusal comes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum After {
    /// In place of an acknowledgement.
    #[default]
    Submit,
    /// Right after the acknowledgement: the order turns `Inactive`.
    Ack,
    /// In place of the acknowledgement of the next child of a bracket.
    Child,
}

/// Which frames: those of one message id, or any.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Frames {
    /// The message's id, as in TWS's own numbering.
    #[serde(default)]
    pub message: Option<u32>,
    /// The client; all of them if there is none.
    #[serde(default)]
    pub client: Option<i32>,
}

/// One thing that goes wrong.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "fault")]
#[expect(missing_docs, reason = "each field is named for what it is; the fault's words say the rest")]
pub enum Fault {
    /// Ends connections.
    #[serde(rename = "net.close")]
    NetClose {
        #[serde(default)]
        how: Ending,
        #[serde(default)]
        client: Option<i32>,
    },
    /// Half-open: nothing passes, nobody is told. Without seconds for ever.
    #[serde(rename = "net.blackhole")]
    NetBlackhole {
        #[serde(default)]
        way: Way,
        #[serde(default)]
        seconds: Option<f64>,
        #[serde(default)]
        client: Option<i32>,
    },
    /// Everything is read and nothing answered.
    #[serde(rename = "net.mute")]
    NetMute {
        #[serde(default)]
        seconds: Option<f64>,
        #[serde(default)]
        client: Option<i32>,
    },
    /// New connections are reset at once.
    #[serde(rename = "net.noaccept")]
    NetNoAccept { seconds: f64 },
    /// New connections are taken and their hello never answered.
    #[serde(rename = "net.no_handshake")]
    NetNoHandshake {
        #[serde(default)]
        seconds: Option<f64>,
    },
    /// Everything to the client comes later, by up to the jitter more.
    #[serde(rename = "net.delay")]
    NetDelay {
        ms: u64,
        #[serde(default)]
        jitter_ms: u64,
        #[serde(default)]
        client: Option<i32>,
    },
    /// Writes of no more than so many bytes.
    #[serde(rename = "net.fragment")]
    NetFragment {
        bytes: usize,
        #[serde(default)]
        client: Option<i32>,
    },
    /// Frames are gathered and written together.
    #[serde(rename = "net.coalesce")]
    NetCoalesce {
        ms: u64,
        #[serde(default)]
        client: Option<i32>,
    },
    /// So many bytes a second.
    #[serde(rename = "net.slow")]
    NetSlow {
        bytes_per_second: u64,
        #[serde(default)]
        client: Option<i32>,
    },
    /// Ends every lasting fault of the socket.
    #[serde(rename = "net.heal")]
    NetHeal,
    /// The next frame is sent twice.
    #[serde(rename = "frame.dup")]
    FrameDup {
        #[serde(flatten)]
        frames: Frames,
    },
    /// The next frame is not sent.
    #[serde(rename = "frame.drop")]
    FrameDrop {
        #[serde(flatten)]
        frames: Frames,
    },
    /// The next frame comes after `by` others.
    #[serde(rename = "frame.reorder")]
    FrameReorder {
        by: usize,
        #[serde(flatten)]
        frames: Frames,
    },
    /// One bit of the next frame's fields is turned over.
    #[serde(rename = "frame.corrupt")]
    FrameCorrupt {
        bit: usize,
        #[serde(flatten)]
        frames: Frames,
    },
    /// The next frame announces another length.
    #[serde(rename = "frame.badlen")]
    FrameBadLength {
        length: u32,
        #[serde(flatten)]
        frames: Frames,
    },
    /// A message that no client knows comes before the next frame.
    #[serde(rename = "frame.unknown")]
    FrameUnknown {
        id: u32,
        #[serde(flatten)]
        frames: Frames,
    },
    /// TWS says a code. 1100, 1101, 1102, 1300, the farms' codes, 326, 10182 and 10197 also do what they say.
    #[serde(rename = "code")]
    Code {
        code: i32,
        #[serde(default)]
        id: Option<i32>,
        #[serde(default)]
        text: Option<String>,
    },
    /// A client's next order id goes back.
    #[serde(rename = "nextid.rollback")]
    NextIdRollback {
        by: i32,
        #[serde(default)]
        client: Option<i32>,
    },
    /// Another account is named to whoever asks or connects.
    #[serde(rename = "acct.swap")]
    AccountSwap { account: String },
    /// An order is refused.
    #[serde(rename = "order.reject")]
    OrderReject {
        code: i32,
        #[serde(default)]
        after: After,
        #[serde(default)]
        text: Option<String>,
        #[serde(default)]
        order_ref: String,
    },
    /// An order works, but its status is never told.
    #[serde(rename = "order.ack_never")]
    OrderAckNever {
        #[serde(default)]
        order_ref: String,
    },
    /// An order's status is told that much later.
    #[serde(rename = "order.ack_delay")]
    OrderAckDelay {
        seconds: u32,
        #[serde(default)]
        order_ref: String,
    },
    /// An order vanishes on its way.
    #[serde(rename = "order.drop_silent")]
    OrderDropSilent {
        #[serde(default)]
        order_ref: String,
    },
    /// The next status is told so many times more.
    #[serde(rename = "status.dup")]
    StatusDup {
        times: u32,
        #[serde(default)]
        order_ref: String,
    },
    /// The next status is left out.
    #[serde(rename = "status.skip")]
    StatusSkip {
        #[serde(default)]
        order_ref: String,
    },
    /// The next status is told again after the one that follows it.
    #[serde(rename = "status.stale")]
    StatusStale {
        #[serde(default)]
        order_ref: String,
    },
    /// The next order fills one of so many parts at once.
    #[serde(rename = "fill.partial")]
    FillPartial {
        parts: u32,
        #[serde(default)]
        order_ref: String,
    },
    /// The next order fills before it is acknowledged.
    #[serde(rename = "fill.before_ack")]
    FillBeforeAck {
        #[serde(default)]
        order_ref: String,
    },
    /// The next cancelled order fills after its cancel; all of it, if no shares are named.
    #[serde(rename = "fill.after_cancel")]
    FillAfterCancel {
        #[serde(default)]
        shares: Option<Decimal>,
        #[serde(default)]
        order_ref: String,
    },
    /// The next complete order fills so many shares more.
    #[serde(rename = "fill.over")]
    FillOver {
        shares: Decimal,
        #[serde(default)]
        order_ref: String,
    },
    /// The next execution and its commission are told later.
    #[serde(rename = "exec.late")]
    ExecLate {
        seconds: u32,
        #[serde(default)]
        order_ref: String,
    },
    /// The next execution is corrected (`.02`).
    #[serde(rename = "exec.correct")]
    ExecCorrect {
        #[serde(default)]
        shares: Option<Decimal>,
        #[serde(default)]
        price: Option<Decimal>,
        #[serde(default)]
        order_ref: String,
    },
    /// The next execution is taken back.
    #[serde(rename = "exec.bust")]
    ExecBust {
        #[serde(default)]
        order_ref: String,
    },
    /// The next commission is told later.
    #[serde(rename = "commission.late")]
    CommissionLate {
        seconds: u32,
        #[serde(default)]
        order_ref: String,
    },
    /// The next commission is TWS's number for "unknown".
    #[serde(rename = "commission.sentinel")]
    CommissionSentinel {
        #[serde(default)]
        order_ref: String,
    },
    /// The next changed order fills just before its change arrives (104).
    #[serde(rename = "modify.race_filled")]
    ModifyRaceFilled {
        #[serde(default)]
        order_ref: String,
    },
    /// The next changed order lives twice.
    #[serde(rename = "modify.two_incarnations")]
    ModifyTwoIncarnations {
        #[serde(default)]
        order_ref: String,
    },
    /// The next cancel is refused, the order lives.
    #[serde(rename = "cancel.reject")]
    CancelReject {
        code: i32,
        #[serde(default)]
        order_ref: String,
    },
    /// The next fill in a group fills its other members too.
    #[serde(rename = "oca.both_fill")]
    OcaBothFill {
        #[serde(default)]
        order_ref: String,
    },
    /// Somebody cancels these orders in TWS.
    #[serde(rename = "manual.cancel")]
    ManualCancel { order_ref: String },
    /// Somebody closes a position in TWS.
    #[serde(rename = "manual.close")]
    ManualClose { symbol: String },
    /// Somebody trades in TWS.
    #[serde(rename = "manual.new")]
    ManualNew { symbol: String, side: Side, shares: Decimal },
    /// Somebody places a limit order in TWS (client 0, order id 0 until client 0 binds it).
    #[serde(rename = "manual.order")]
    ManualOrder { symbol: String, side: Side, shares: Decimal, limit: Decimal },
    /// The broker closes a position, or so many shares of it (client 0, order id -1, marked as a liquidation).
    #[serde(rename = "liquidation")]
    Liquidation {
        symbol: String,
        #[serde(default)]
        shares: Option<Decimal>,
    },
    /// The broker buys a short position back, or so many shares of it.
    #[serde(rename = "buy_in")]
    BuyIn {
        symbol: String,
        #[serde(default)]
        shares: Option<Decimal>,
    },
    /// A split; resting orders are cancelled.
    #[serde(rename = "pos.split")]
    PosSplit { symbol: String, ratio: Decimal },
    /// Trading stops for so long.
    #[serde(rename = "halt")]
    Halt { symbol: String, seconds: u32 },
    /// From now on everything costs that much more or less.
    #[serde(rename = "gap")]
    Gap { symbol: String, percent: f64 },
    /// The market's clock goes to the close.
    #[serde(rename = "session.close")]
    SessionClose,
    /// The session ends that many seconds from now.
    #[serde(rename = "session.early_close")]
    SessionEarlyClose { seconds: u32 },
    /// The market's clock goes forward; backward only the time that TWS tells.
    #[serde(rename = "clock.jump")]
    ClockJump { seconds: i64 },
}

impl Fault {
    /// The part of an order's reference that it is narrowed to; none for what is not about orders.
    pub fn order_ref(&self) -> Option<&str> {
        match self {
            Fault::OrderReject { order_ref, .. }
            | Fault::OrderAckNever { order_ref }
            | Fault::OrderAckDelay { order_ref, .. }
            | Fault::OrderDropSilent { order_ref }
            | Fault::StatusDup { order_ref, .. }
            | Fault::StatusSkip { order_ref }
            | Fault::StatusStale { order_ref }
            | Fault::FillPartial { order_ref, .. }
            | Fault::FillBeforeAck { order_ref }
            | Fault::FillAfterCancel { order_ref, .. }
            | Fault::FillOver { order_ref, .. }
            | Fault::ExecLate { order_ref, .. }
            | Fault::ExecCorrect { order_ref, .. }
            | Fault::ExecBust { order_ref }
            | Fault::CommissionLate { order_ref, .. }
            | Fault::CommissionSentinel { order_ref }
            | Fault::ModifyRaceFilled { order_ref }
            | Fault::ModifyTwoIncarnations { order_ref }
            | Fault::CancelReject { order_ref, .. }
            | Fault::OcaBothFill { order_ref }
            | Fault::ManualCancel { order_ref } => Some(order_ref),
            _ => None,
        }
    }
}

//! What happened: past tense, data, and the only thing that changes a ticker.
//!
//! Recovery is these, applied again in the order in which they were written. A fact
//! that trades, or declines to, carries its reason.

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::account::Refusal;
use crate::command::{Command, Objection};
use crate::distance::Distance;
use crate::mode::{Difference, Mode};
use crate::money::{Money, Price, Quantity};
use crate::order::{Action, Commission, Execution, Margin, Side, Status, Terms};
use crate::order_ref::OrderRef;
use crate::reason::{Because, Decline, span};
use crate::request::{OrderSpec, Request};
use crate::rule::CreatePosition;
use crate::settings::{OnHandCancel, SettingChange};
use crate::signal::Signal;

/// Something that happened to one ticker.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Fact {
    /// A signal led to an order.
    SignalTaken {
        /// The signal.
        signal: Signal,
        /// What for.
        because: Because,
    },
    /// A signal led to nothing.
    SignalDeclined {
        /// The signal.
        signal: Signal,
        /// Why.
        because: Decline,
    },
    /// A rule acted.
    RuleFired {
        /// Its name.
        rule: String,
        /// What it saw.
        because: Because,
    },
    /// A rule held, and another one acted in its place.
    RuleOutranked {
        /// The rule that did not act.
        rule: String,
        /// The rule that did.
        by: String,
    },
    /// A rule wants somebody to be told.
    Alerted {
        /// What.
        text: String,
        /// Why.
        because: Because,
    },
    /// An entry was decided on and waits for its margin: the broker is asked by the request that follows.
    MarginAsked {
        /// The order that asks.
        order: OrderRef,
        /// Shares that are asked about.
        quantity: Quantity,
        /// The entry that waits.
        wanted: Box<Wanted>,
    },
    /// The margin is enough: the entry that waited is placed.
    MarginFound {
        /// The order that asked.
        order: OrderRef,
        /// The account after the entry.
        after: Margin,
    },
    /// The entry that waited for its margin is not placed.
    EntryGivenUp {
        /// The order that asked.
        order: OrderRef,
        /// Why.
        because: Decline,
    },
    /// A lot was decided on; its bracket is the request that follows.
    LotOpened(LotOpened),
    /// A rule would have added a lot, and there was none to add.
    AddDeclined {
        /// What the rule saw.
        wanted: Because,
        /// Why not.
        because: Decline,
    },
    /// The risk book refused the lot's entry; nothing was sent.
    EntryDeclined {
        /// The lot's number within its trade.
        lot: u32,
        /// Why.
        because: Refusal,
    },
    /// The risk book refused another request of ours; the orders stand as they did.
    RequestDeclined {
        /// The orders concerned.
        orders: Vec<OrderRef>,
        /// Why.
        because: Refusal,
    },
    /// Shares changed hands.
    Executed {
        /// The execution.
        execution: Execution,
    },
    /// An execution's cost became known.
    Commissioned(Commission),
    /// An order's standing changed.
    OrderMoved(Status),
    /// An order's terms changed.
    TermsEchoed(Terms),
    /// The broker refused a change; the order works on as it was.
    ChangeRefused {
        /// Which order.
        order: OrderRef,
        /// The broker's code.
        code: i32,
        /// The broker's words.
        text: String,
    },
    /// A lot's shares are covered by a working stop again, or for the first time.
    Protected {
        /// The lot's number within its trade.
        lot: u32,
        /// How long they were not, in process time.
        #[serde(with = "span")]
        exposed: TimeDelta,
    },
    /// A lot's bracket was measured against the average fill, once.
    Reanchored {
        /// The lot's number within its trade.
        lot: u32,
        /// The average price of its entry.
        average: Price,
    },
    /// An add is in, and the stops were looked at.
    StopsAfterAdd {
        /// The add's lot.
        lot: u32,
        /// What became of them.
        outcome: StopOutcome,
    },
    /// A part of a lot shall leave.
    ScaleOutDecided {
        /// The lot's number within its trade.
        lot: u32,
        /// How many shares.
        part: Quantity,
        /// Why.
        because: Because,
    },
    /// A part of a lot has left, or as much of it as the market took in time.
    ScaleOutEnded {
        /// The lot's number within its trade.
        lot: u32,
    },
    /// Entries that rest at the broker are taken back.
    EntriesWithdrawn {
        /// Why.
        because: Because,
    },
    /// No shares to borrow were found in time: the entry is taken back.
    LocateGivenUp {
        /// The lot's number within its trade.
        lot: u32,
    },
    /// A lot's lost protection is placed anew, by the request that follows.
    ProtectionRenewed {
        /// The lot's number within its trade.
        lot: u32,
    },
    /// A person cancelled a lot's stop at the broker.
    StopCancelledByHand {
        /// The lot's number within its trade.
        lot: u32,
        /// The stop.
        order: OrderRef,
        /// What is made of it; none: the stop is placed anew.
        then: Option<OnHandCancel>,
    },
    /// A person changed an order of ours at the broker.
    ChangedByHand {
        /// The order.
        order: OrderRef,
        /// Its price now.
        price: Price,
        /// Shares that it works for now.
        quantity: Quantity,
        /// What is made of it.
        outcome: HandChange,
    },
    /// The broker refused a lot's target, and its stop lives. It is placed once more.
    TargetRefused {
        /// The lot's number within its trade.
        lot: u32,
        /// The target.
        order: OrderRef,
    },
    /// The trade was told to leave.
    CloseDecided {
        /// Why.
        because: Because,
    },
    /// The other side shall be opened once flat, by this signal.
    ReversalPlanned {
        /// The signal.
        signal: Signal,
        /// The latest market time at which it still opens.
        until: DateTime<Utc>,
    },
    /// Nothing is opened once flat, after all.
    ReversalDropped,
    /// A lot's shares are gone.
    LotClosed(LotClosed),
    /// A lot's exits took more than it had: the rest were shares of another lot.
    ExcessTaken {
        /// The lot whose exits took too much.
        lot: u32,
        /// The lot whose shares they were.
        from: u32,
        /// How many.
        quantity: Quantity,
        /// What they had cost, or for a short brought.
        value: Money,
    },
    /// A lot that was counted as gone holds shares again: news of it came late.
    LotReopened {
        /// The lot's number within its trade.
        lot: u32,
        /// What it was counted with.
        realized: Money,
    },
    /// A trade that was over is not: a fill of it came late.
    TradeReopened {
        /// Its number.
        trade: u32,
        /// Whether it had been counted as a gain; none: it had not been counted.
        counted: Option<bool>,
    },
    /// The price of an execution was corrected after its trade was over.
    CorrectedLate {
        /// The execution, as it is now.
        execution: Execution,
        /// What that adds to what was realised, before commissions.
        by: Money,
    },
    /// Somebody else closed shares of ours.
    ClosedOutside {
        /// The lot's number within its trade.
        lot: u32,
        /// Their trade, as an execution of the lot.
        execution: Execution,
    },
    /// An own exit is gone at the broker together with exactly its shares, and no execution
    /// tells of it.
    ClosedUnseen(ClosedUnseen),
    /// The price of a closing that nobody saw became known, or executions of it came late.
    Settled {
        /// The lot's number within its trade.
        lot: u32,
        /// What is left of the closing, in its next revision.
        execution: Execution,
        /// What it changes in money.
        change: Money,
    },
    /// Somebody else's position in the contract, from here on.
    ForeignPosition {
        /// Signed shares.
        position: Decimal,
        /// Their execution that changed it; none where a snapshot told.
        by: Option<String>,
    },
    /// A corporate action changed the number of shares.
    Split {
        /// New shares for one old one.
        ratio: Decimal,
        /// The exchange's own day.
        #[serde(default)]
        day: Option<NaiveDate>,
    },
    /// A trade is over: flat, and no order of it works.
    TradeClosed {
        /// Its number.
        trade: u32,
        /// Shares bought and sold, before commissions.
        realized: Money,
        /// Commissions known by now.
        commission: Money,
        /// False when its entry never filled.
        traded: bool,
    },
    /// An execution of ours that no open trade explains. The ticker freezes.
    Stray {
        /// The execution.
        execution: Execution,
    },
    /// A snapshot differs from what is known here. It is looked at again before anything
    /// is made of it: news may have been on their way.
    Doubted {
        /// By how much.
        difference: Difference,
    },
    /// Orders of ours were found at the broker that no record tells of; they are the lot's that was opened before.
    Adopted {
        /// As they were asked for, as far as the broker tells.
        orders: Vec<OrderSpec>,
    },
    /// A person has made somebody else's shares this trade's. No fill of the broker's: the price is that at which they could
    /// be closed at the moment.
    TakenOver {
        /// The shares, as if the entry had brought them.
        execution: Execution,
    },
    /// A person ordered something.
    Commanded {
        /// What, and who.
        command: Command,
        /// Why it is not followed; none: it is.
        refused: Option<Objection>,
    },
    /// The config has changed.
    Config(ConfigFact),
    /// The ticker's state changed.
    ModeChanged {
        /// The new state.
        mode: Mode,
    },
}

/// What a changed config did to a ticker.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ConfigFact {
    /// It says something else of the ticker. An open trade may have to end first.
    SettingsChanged {
        /// What.
        changes: Vec<SettingChange>,
    },
    /// What was changed before is in force.
    SettingsInForce,
    /// A lot of the open trade was looked at under changed settings.
    OpenLotFitted {
        /// The lot's number within its trade.
        lot: u32,
        /// What became of its stop; none: the settings ask for no other one.
        stop: Option<StopOutcome>,
        /// Where its target goes; none: it stays.
        target: Option<Price>,
    },
    /// The ticker was taken out: it opens nothing more, and protects what it holds until that is gone.
    Removed,
    /// The ticker is there again.
    Returned,
}

/// An entry that was decided on. Its prices are made when it is placed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wanted {
    /// What is opened, and how.
    pub entry: CreatePosition,
    /// Why.
    pub because: Because,
    /// The signal that it is taken for; none where a rule or a person needs none.
    pub signal: Option<Signal>,
}

/// A lot, as decided.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LotOpened {
    /// The trade's number; a new one opens the trade.
    pub trade: u32,
    /// The lot's number within it, from 1.
    pub lot: u32,
    /// Which side.
    pub side: Side,
    /// The stop's distance from the entry.
    pub stop: Distance,
    /// True: the broker moves the stop along behind the best price.
    pub trailing: bool,
    /// The target's distance from the entry; none: only the stop ends the lot.
    pub target: Option<Distance>,
    /// True for one that adds to what the trade holds.
    pub adds: bool,
    /// True for a limit that waits for a better price; false for one that meets the market.
    pub resting: bool,
    /// The quote that the prices were made from.
    pub touch: Price,
    /// Units of base currency for one point of price, at the rate of that moment.
    pub multiplier: Decimal,
    /// What one contract takes of the account's available funds, in base currency; none: its worth.
    #[serde(default)]
    pub margin: Option<Money>,
    /// The exchange's own day.
    #[serde(default)]
    pub day: Option<NaiveDate>,
    /// Why.
    pub because: Because,
}

/// What became of the stops once an add was in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
pub enum StopOutcome {
    /// They move to this price, as far as that tightens them.
    #[error("stops move to {0}")]
    Moved(Price),
    /// Each lot keeps its own: that is the policy.
    #[error("each lot keeps its stop")]
    Kept,
    /// The price would loosen every stop.
    #[error("the stops stay: {0} would loosen them")]
    Looser(Price),
    /// The price lies too near to the market.
    #[error("the stops stay: {to} lies within {least} of the market at {mark}")]
    TooNear {
        /// Where they would have gone.
        to: Price,
        /// The market.
        mark: Price,
        /// The least distance.
        least: Decimal,
    },
    /// There is no price to measure by.
    #[error("the stops stay: no quote")]
    NoQuote,
}

/// What is made of an order that a person changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
pub enum HandChange {
    /// It stays as they want it.
    #[error("adopted")]
    Adopted,
    /// A stop that is looser than ours: it goes back.
    #[error("restored, for {own} is tighter")]
    Looser {
        /// Ours.
        own: Price,
    },
    /// A stop for another quantity than is held: it gets that again, at the tighter price.
    #[error("restored, for {held} are held")]
    Resized {
        /// Shares held.
        held: Quantity,
        /// The price it gets.
        at: Price,
    },
}

/// A closing that nobody saw. Its price is not known: until it is settled it counts with one that
/// is not better than it was.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClosedUnseen {
    /// The lot's number within its trade.
    pub lot: u32,
    /// The exit that is gone: the stop, where both are.
    pub order: OrderRef,
    /// Which way it went.
    pub action: Action,
    /// How many shares are gone with it.
    pub quantity: Quantity,
    /// What it counts with until its price is told ([`Fact::Settled`]): the worse of the stop's
    /// and the day's extreme.
    pub assumed: Price,
}

impl ClosedUnseen {
    /// The closing as the books count it, by a name that no broker gives.
    #[must_use]
    pub fn execution(&self, at: DateTime<Utc>) -> Execution {
        Execution {
            id: format!("unseen.{}.01", self.order),
            order: self.order.clone(),
            action: self.action,
            quantity: self.quantity,
            price: self.assumed,
            at,
        }
    }
}

/// A lot, as it ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LotClosed {
    /// The lot's number within its trade.
    pub lot: u32,
    /// Which side it was on.
    pub side: Side,
    /// What ended it.
    pub by: Because,
    /// How many shares it had.
    pub quantity: Quantity,
    /// Their average price.
    pub entry: Price,
    /// The average price they went at.
    pub exit: Price,
    /// The difference in money, before commissions.
    pub realized: Money,
}

/// A step of a ticker: what it learned or decided, or what it asks for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Step {
    /// It learned or decided.
    Fact(Fact),
    /// It asks.
    Request(Request),
}

//! Facts and requests in words, as the log, the journal's export and `why` show them.

use std::fmt;

use chrono::Timelike;

use crate::account::Trip;
use crate::command::{Command, Objection};
use crate::fact::{ClosedUnseen, ConfigFact, Fact, LotClosed, LotOpened, Step, StopOutcome, Wanted};
use crate::money::{Money, Price, Quantity};
use crate::order::{Execution, Margin, Standing, Status, Terms, TimeInForce};
use crate::order_ref::OrderRef;
use crate::record::AccountFact;
use crate::request::{OrderSpec, Request};
use crate::settings::OnHandCancel;
use crate::time::in_words;

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Step::Fact(fact) => fact.fmt(f),
            Step::Request(request) => request.fmt(f),
        }
    }
}

impl fmt::Display for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Request::Place { orders, .. } => {
                let mut before = "place ";
                orders.iter().try_for_each(|spec| write!(f, "{}{spec}", std::mem::replace(&mut before, ", ")))
            }
            Request::Modify(change) => {
                write!(f, "modify {} to {} at {}", change.order.short(), change.quantity, change.price)
            }
            Request::Cancel(order) => write!(f, "cancel {}", order.short()),
            Request::WhatIf(spec) => write!(f, "ask what if {spec}"),
        }
    }
}

impl fmt::Display for AccountFact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            AccountFact::DayOpened { day, zone, marks } => {
                let plural = if marks.len() == 1 { "" } else { "s" };
                write!(f, "trading day {day} in {zone}, {} mark{plural}", marks.len())
            }
            AccountFact::LossLimitReached { loss, max } => {
                write!(f, "{}; nothing opens", Trip::Loss { loss: *loss, max: *max })
            }
            AccountFact::ResultUnknown { ticker } => {
                write!(f, "{}; nothing opens", Trip::Unknown { ticker: ticker.clone() })
            }
            AccountFact::SetByHand { limit, words } => write!(f, "{limit} was set: {words}"),
            AccountFact::Released { limit, by, .. } => write!(f, "{limit} released by {by}"),
            AccountFact::GroupTripped { group, trip } => write!(f, "group {group}: {trip}"),
            AccountFact::GroupReleased { group, by, .. } => write!(f, "group {group} released by {by}"),
            AccountFact::Armed { by } => write!(f, "armed by {by}"),
            AccountFact::ReloadAsked { by } => write!(f, "config read again for {by}"),
            AccountFact::OrderIds { to } => write!(f, "order ids below {to} are taken"),
            AccountFact::NotSent { orders, why } => {
                let orders: Vec<String> = orders.iter().map(OrderRef::short).collect();
                write!(f, "not sent: {}: {why}", orders.join(", "))
            }
            AccountFact::Joined { contract } => write!(f, "trades {contract}"),
            AccountFact::ConfigTaken { changes } => {
                let changes: Vec<String> = changes.iter().map(ToString::to_string).collect();
                write!(f, "a changed config is in force: {}", changes.join(", "))
            }
            AccountFact::Panicked { over, then } => write!(f, "panicked over {over}; {then}"),
            AccountFact::MessageTaken { id, .. } => write!(f, "message {id} taken"),
        }
    }
}

impl fmt::Display for OrderSpec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} {} {}", self.order.short(), self.action, self.quantity, self.kind)?;
        match self.time_in_force {
            TimeInForce::Day => f.write_str(" day"),
            TimeInForce::GoodTillCancelled => Ok(()),
            TimeInForce::GoodTill(at) => {
                write!(f, " until {:02}:{:02}:{:02} UTC", at.hour(), at.minute(), at.second())
            }
        }
    }
}

impl fmt::Display for Fact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Fact::SignalTaken { signal, because } => write!(f, "signal {signal} taken ({because})"),
            Fact::SignalDeclined { signal, because } => write!(f, "signal {signal} declined: {because}"),
            Fact::RuleFired { because, .. } => write!(f, "rule {because}"),
            Fact::RuleOutranked { rule, by } => write!(f, "{rule} outranked by {by}"),
            Fact::Alerted { text, because } => write!(f, "alert: {text} ({because})"),
            Fact::MarginAsked { quantity, wanted, .. } => asked(f, *quantity, wanted),
            Fact::MarginFound { after, .. } => write!(f, "margin found: {after}"),
            Fact::EntryGivenUp { because, .. } => write!(f, "entry given up: {because}"),
            Fact::LotOpened(lot) => lot.fmt(f),
            Fact::AddDeclined { wanted, because } => write!(f, "add declined: {because} ({wanted})"),
            Fact::EntryDeclined { because, .. } => write!(f, "entry declined: {because}"),
            Fact::RequestDeclined { because, .. } => write!(f, "request declined: {because}"),
            Fact::Executed { execution } => execution.fmt(f),
            Fact::Commissioned(commission) => write!(f, "commission {}", commission.amount),
            Fact::OrderMoved(status) => status.fmt(f),
            Fact::TermsEchoed(terms) => echoed(f, terms),
            Fact::ChangeRefused { order, code, text } => {
                write!(f, "change of {} refused: {code} {text}", order.short())
            }
            Fact::Protected { exposed, .. } => write!(f, "protected after {}", in_words(*exposed)),
            Fact::Reanchored { average, .. } => write!(f, "average entry {average}"),
            Fact::StopsAfterAdd { outcome, .. } => write!(f, "after the add {outcome}"),
            Fact::ScaleOutDecided { lot, part, because } => {
                write!(f, "scales out: {part} of lot {lot} ({because})")
            }
            Fact::ScaleOutEnded { lot } => write!(f, "scale-out of lot {lot} ended"),
            Fact::EntriesWithdrawn { because } => write!(f, "resting entries are withdrawn: {because}"),
            Fact::LocateGivenUp { .. } => f.write_str("no shares to borrow in time, the entry is taken back"),
            Fact::ExcessTaken { lot, from, quantity, .. } => {
                write!(f, "exits of lot {lot} took {quantity} of lot {from}")
            }
            Fact::LotReopened { lot, .. } => write!(f, "lot {lot} is open again: its news came late"),
            Fact::TradeReopened { trade, .. } => write!(f, "trade {trade} is open again: a fill came late"),
            Fact::CorrectedLate { execution, by } => {
                write!(f, "corrected after its trade was over: {execution}, {by:+}")
            }
            Fact::ClosedOutside { lot, execution: Execution { quantity, price, .. } } => {
                write!(f, "{quantity} of lot {lot} closed outside of this program at {price}")
            }
            Fact::ClosedUnseen(unseen) => unseen.fmt(f),
            Fact::Settled { execution, change, .. } => settled(f, execution, *change),
            Fact::ForeignPosition { position, by: Some(_) } if position.is_zero() => {
                f.write_str("somebody else traded, and holds nothing")
            }
            Fact::ForeignPosition { position, .. } => write!(f, "somebody else holds {position}"),
            Fact::Split { ratio, .. } => write!(f, "split: {} for 1", ratio.round_dp(4).normalize()),
            Fact::ProtectionRenewed { .. } => f.write_str("protection lost, placed anew"),
            Fact::StopCancelledByHand { order, then, .. } => cancelled_by_hand(f, order, *then),
            Fact::ChangedByHand { order, price, quantity, outcome } => {
                write!(f, "{} changed by hand to {quantity} at {price}: {outcome}", order.short())
            }
            Fact::TargetRefused { order, .. } => write!(f, "target {} refused", order.short()),
            Fact::CloseDecided { because } => write!(f, "leaving: {because}"),
            Fact::ReversalPlanned { signal, .. } => write!(f, "{signal} opens the other side once flat"),
            Fact::ReversalDropped => f.write_str("the other side is not opened"),
            Fact::LotClosed(lot) => lot.fmt(f),
            Fact::TradeClosed { realized, commission, traded, .. } => {
                over(f, *realized, *commission, *traded)
            }
            Fact::Stray { execution } => write!(f, "unexplained: {execution}"),
            Fact::Doubted { difference } => write!(f, "looks again: {difference}"),
            Fact::TakenOver { execution } => taken_over(f, execution),
            Fact::Adopted { orders } => write!(f, "adopted: {}", joined(orders)),
            Fact::Commanded { command, refused } => commanded(f, command, refused.as_ref()),
            Fact::Config(fact) => fact.fmt(f),
            Fact::ModeChanged { mode } => write!(f, "now {mode}"),
        }
    }
}

fn over(f: &mut fmt::Formatter<'_>, realized: Money, commission: Money, traded: bool) -> fmt::Result {
    if traded {
        return write!(f, "trade closed: {realized:+}, commission {commission}");
    }
    f.write_str("trade ended without a fill")
}

fn echoed(f: &mut fmt::Formatter<'_>, terms: &Terms) -> fmt::Result {
    write!(f, "{} now {}", terms.order.short(), terms.quantity)?;
    terms.price.map_or(Ok(()), |price| write!(f, " at {price}"))
}

fn asked(f: &mut fmt::Formatter<'_>, quantity: Quantity, wanted: &Wanted) -> fmt::Result {
    let Wanted { entry, because, .. } = wanted;
    write!(f, "entry waits for its margin: {} {quantity} ({because})", entry.side.side())
}

fn cancelled_by_hand(f: &mut fmt::Formatter<'_>, stop: &OrderRef, then: Option<OnHandCancel>) -> fmt::Result {
    write!(f, "{} cancelled by hand, {}", stop.short(), meant(then))
}

fn joined(items: &[impl fmt::Display]) -> String {
    items.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

impl fmt::Display for ConfigFact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ConfigFact::SettingsChanged { changes } => write!(f, "settings changed: {}", joined(changes)),
            ConfigFact::SettingsInForce => f.write_str("the changed settings are in force"),
            ConfigFact::OpenLotFitted { lot, stop, target } => fitted(f, *lot, *stop, *target),
            ConfigFact::Removed => f.write_str("taken out of the config: winding down"),
            ConfigFact::Returned => f.write_str("in the config again"),
        }
    }
}

fn fitted(
    f: &mut fmt::Formatter<'_>,
    lot: u32,
    stop: Option<StopOutcome>,
    target: Option<Price>,
) -> fmt::Result {
    write!(f, "lot {lot} under the changed settings")?;
    let stop = stop.map(|outcome| outcome.to_string());
    let target = target.map(|price| format!("the target moves to {price}"));
    let told: Vec<String> = stop.into_iter().chain(target).collect();
    if told.is_empty() { f.write_str(" stays") } else { write!(f, ": {}", told.join(", ")) }
}

fn commanded(f: &mut fmt::Formatter<'_>, command: &Command, refused: Option<&Objection>) -> fmt::Result {
    match refused {
        None => write!(f, "{command}"),
        Some(why) => write!(f, "{command} not followed: {why}"),
    }
}

fn meant(then: Option<OnHandCancel>) -> &'static str {
    match then {
        None => "placed anew",
        Some(OnHandCancel::Flatten) => "again, so the position goes",
        Some(OnHandCancel::Hold) => "again, so it is held without a stop",
    }
}

fn taken_over(f: &mut fmt::Formatter<'_>, Execution { quantity, price, .. }: &Execution) -> fmt::Result {
    write!(f, "{quantity} of somebody else's taken over, counted from {price}")
}

fn settled(f: &mut fmt::Formatter<'_>, execution: &Execution, change: Money) -> fmt::Result {
    let Execution { order, quantity, price, .. } = execution;
    if quantity.is_zero() {
        return write!(f, "{} seen after all: {change:+}", order.short());
    }
    write!(f, "{}: {quantity} unseen count at {price} now: {change:+}", order.short())
}

impl fmt::Display for Margin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} of an equity of {}", self.initial, self.equity)
    }
}

impl fmt::Display for ClosedUnseen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} closed {} unseen, counted at {}", self.order.short(), self.quantity, self.assumed)
    }
}

impl fmt::Display for LotOpened {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let LotOpened { trade, lot, side, touch, .. } = self;
        if self.resting {
            return write!(f, "doubles down: lot {lot} of trade {trade}, {side} ({})", self.because);
        }
        if self.adds {
            return write!(
                f,
                "scales in: lot {lot} of trade {trade}, {side} from {touch} ({})",
                self.because
            );
        }
        write!(f, "trade {trade} lot {lot}: {side} from {touch} ({})", self.because)
    }
}

impl fmt::Display for LotClosed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let LotClosed { side, by, quantity, entry, exit, realized, .. } = self;
        write!(f, "closed {side} {quantity} from {entry} at {exit}: {realized:+} by {by}")
    }
}

impl fmt::Display for Execution {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Execution { order, action, quantity, price, .. } = self;
        write!(f, "filled {} {action} {quantity} at {price}", order.short())
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (order, filled, rest) = (self.order.short(), self.filled, self.remaining);
        match self.standing {
            Standing::Held => write!(f, "{order} accepted, waits for its entry"),
            Standing::Working => write!(f, "{order} works {rest}, {filled} filled"),
            Standing::Ended(end) => write!(f, "{order} {end}, {filled} filled"),
        }
    }
}

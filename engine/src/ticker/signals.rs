//! What a signal does: opens, closes, reverses, or nothing, each with its reason.

use chrono::TimeDelta;

use super::{Out, Ticker};
use crate::fact::Fact;
use crate::mode::Mode;
use crate::order::Side;
use crate::reason::{Because, Decline};
use crate::rule;
use crate::settings::OnOpposite;
use crate::signal::{Direction, Signal};
use crate::time::Now;
use crate::trade::{Stage, Trade};
use crate::view::MarketView;

/// How far a signal's time may lie ahead of the market's: clocks differ a little.
const AHEAD_MAX: TimeDelta = TimeDelta::seconds(60);

/// What a signal that is worth acting on asks for.
enum Course {
    Enter,
    /// What waits for its margin is not to be opened any more.
    GiveUp(Because),
    Close(Because),
    Reverse(Because),
}

impl Ticker {
    pub(super) fn on_signal(&mut self, now: Now, signal: &Signal, view: &MarketView, out: &mut Out) {
        let declined = self.fresh(now, signal).and_then(|()| self.follow(now, signal, view, out));
        if let Err(because) = declined {
            self.fact(now, Fact::SignalDeclined { signal: signal.clone(), because }, out);
        }
    }

    /// A rule of the user's that waits for this signal goes before what signals do by
    /// themselves.
    fn follow(&mut self, now: Now, signal: &Signal, view: &MarketView, out: &mut Out) -> Result<(), Decline> {
        if self.on_rules(now, Some(signal), view, out) {
            return Ok(());
        }
        match self.course(signal)? {
            Course::Enter => self.enter(now, signal, view, out)?,
            Course::GiveUp(because) => {
                let why = Decline::TakenBack(because.to_string());
                self.fact(now, Fact::SignalTaken { signal: signal.clone(), because }, out);
                self.give_up(now, why, out);
            }
            Course::Close(because) => self.leave(now, signal, because, out),
            Course::Reverse(because) => self.reverse(now, signal, because, view, out),
        }
        Ok(())
    }

    /// The opening half of a reversal, once flat.
    pub(super) fn open_reversed(&mut self, now: Now, signal: &Signal, view: &MarketView, out: &mut Out) {
        let opened = self.young(now, signal).and_then(|()| self.enter(now, signal, view, out));
        if let Err(because) = opened {
            self.fact(now, Fact::SignalDeclined { signal: signal.clone(), because }, out);
        }
    }

    fn course(&self, signal: &Signal) -> Result<Course, Decline> {
        if let Some(side) = self.margins.side() {
            let against = is_against(side, signal.direction).then(|| self.may_close(side, signal));
            return against.unwrap_or(Err(Decline::AwaitingMargin)).map(Course::GiveUp);
        }
        match (&self.trade, signal.direction) {
            (None, Direction::Sell) => Err(Decline::NothingToSell),
            (None, Direction::Buy | Direction::Short) => Ok(Course::Enter),
            (Some(trade), direction) => self.against(trade, direction, signal),
        }
    }

    fn fresh(&self, now: Now, signal: &Signal) -> Result<(), Decline> {
        if self.signals.contains(&signal.id) {
            return Err(Decline::Duplicate);
        }
        self.young(now, signal)?;
        match self.last_signal_at {
            Some(last) if signal.at < last => Err(Decline::OutOfOrder { last }),
            _ => Ok(()),
        }
    }

    /// Neither too old nor dated ahead.
    pub(super) fn young(&self, now: Now, signal: &Signal) -> Result<(), Decline> {
        let (age, max) = (now.market - signal.at, self.settings.signal_age_max);
        if age > max {
            return Err(Decline::Stale { age, max });
        }
        if -age > AHEAD_MAX { Err(Decline::FromTheFuture { by: -age }) } else { Ok(()) }
    }

    /// What a signal does to an open trade.
    fn against(&self, trade: &Trade, direction: Direction, signal: &Signal) -> Result<Course, Decline> {
        let side = trade.side;
        if !is_against(side, direction) {
            return Err(Decline::SameSide(side));
        }
        if trade.stage() == Stage::Leaving {
            return Err(Decline::Busy(Stage::Leaving));
        }
        if matches!(self.mode, Mode::Reconciling { .. } | Mode::Frozen(_)) {
            return Err(Decline::NotActive(self.mode.to_string()));
        }
        let because = self.may_close(side, signal)?;
        match (direction, self.settings.on_opposite) {
            (Direction::Sell, _) | (_, OnOpposite::Close) => Ok(Course::Close(because)),
            (_, OnOpposite::Reverse) => Ok(Course::Reverse(because)),
            (_, OnOpposite::Ignore) => Err(Decline::OppositeIgnored(side)),
        }
    }

    fn may_close(&self, side: Side, signal: &Signal) -> Result<Because, Decline> {
        let (confidence, direction) = (signal.confidence, signal.direction);
        let lowest = || rule::min_confidence_to_open(&self.rules, side);
        match self.settings.exit_min_confidence.or_else(lowest) {
            Some(needed) if confidence < needed => {
                Err(Decline::LowConfidenceToClose { confidence, needed, side })
            }
            _ => Ok(Because::Opposite { direction, confidence, side }),
        }
    }

    fn leave(&mut self, now: Now, signal: &Signal, because: Because, out: &mut Out) {
        self.fact(now, Fact::SignalTaken { signal: signal.clone(), because: because.clone() }, out);
        self.fact(now, Fact::CloseDecided { because }, out);
    }

    /// Close, and open the other side once flat; without a rule for that it ends as a close.
    fn reverse(&mut self, now: Now, signal: &Signal, because: Because, market: &MarketView, out: &mut Out) {
        self.leave(now, signal, because, out);
        let view = self.rule_view(now, Some(signal), market);
        if self.opens() && rule::opening(&self.rules, &view).is_ok() {
            let until = now.market + self.settings.reversal_expiry;
            self.fact(now, Fact::ReversalPlanned { signal: signal.clone(), until }, out);
        }
    }
}

/// True for a signal that wants a position of this side closed.
fn is_against(side: Side, direction: Direction) -> bool {
    match side {
        Side::Long => direction != Direction::Buy,
        Side::Short => direction == Direction::Buy,
    }
}

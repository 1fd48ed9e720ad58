//! What a person orders, and what becomes of it.

use super::by_hand::TakenOver;
use super::entry;
use super::settle::REPRICINGS_MAX;
use super::{Out, Ticker};
use crate::command::{Act, Command, Objection};
use crate::fact::Fact;
use crate::mode::Mode;
use crate::reason::Because;
use crate::time::Now;
use crate::view::MarketView;

/// Orders of persons that are remembered, so that one that is repeated is not followed twice.
const COMMANDS_MAX: usize = 64;

/// What an order of a person leads to, beside a change of state.
enum Planned {
    Nothing,
    Opening(Vec<entry::Planned>),
    Taking(Box<TakenOver>),
}

impl Ticker {
    /// What became of an order of a person: followed, or why not. None for one that was never heard of.
    #[must_use]
    pub fn answer(&self, id: &str) -> Option<Result<(), &Objection>> {
        let (_, refused) = self.commands.iter().find(|(known, _)| known == id)?;
        Some(refused.as_ref().map_or(Ok(()), Err))
    }

    pub(super) fn on_command(&mut self, now: Now, command: &Command, view: &MarketView, out: &mut Out) {
        if self.answer(&command.id).is_some() {
            return;
        }
        let planned = match &command.act {
            Act::Open(entry) => self.plan_by_hand(now, entry, view).map(Planned::Opening),
            Act::Adopt(wanted) => self.plan_taking_over(now, command, wanted, view).map(Planned::Taking),
            act => self.objection(act).map_or(Ok(Planned::Nothing), Err),
        };
        let refused = planned.as_ref().err().cloned();
        self.fact(now, Fact::Commanded { command: command.clone(), refused }, out);
        match planned {
            Ok(Planned::Opening(lots)) => {
                if let Act::Open(entry) = &command.act {
                    self.open_unsignalled(now, entry, Because::Operator, lots, out);
                }
            }
            Ok(Planned::Taking(taken)) => self.take_over(now, *taken, out),
            Ok(Planned::Nothing) => self.obey(now, command, out),
            Err(_) => {}
        }
    }

    pub(super) fn commanded(&mut self, command: &Command, refused: Option<&Objection>) {
        if self.commands.len() == COMMANDS_MAX {
            self.commands.pop_front();
        }
        self.commands.push_back((command.id.clone(), refused.cloned()));
        if matches!(command.act, Act::Close | Act::Flatten)
            && refused.is_none()
            && let Some(trade) = &mut self.trade
        {
            // A person has seen that no price met the market; the prices begin anew.
            trade.repricings = 0;
        }
        let releases = command.act == Act::Release && refused.is_none();
        if releases && self.trade.is_none() && matches!(self.mode.lasting(), Mode::Frozen(_)) {
            // A person has looked: what the next snapshot shows beside a flat ticker is somebody else's, as at a first start.
            self.foreign = None;
        }
    }

    fn obey(&mut self, now: Now, command: &Command, out: &mut Out) {
        let by = command.by.clone();
        match &command.act {
            Act::Open(_) | Act::Adopt(_) => {}
            Act::Pause => self.stop_opening(now, Mode::Paused { by }, out),
            Act::Halt => self.stop_opening(now, Mode::Halted { because: format!("by {by}") }, out),
            Act::Resume => self.turn(now, Mode::Active, out),
            // What differed has to agree first; and a halt from before it is not forgotten by it.
            Act::Release if matches!(self.mode.lasting(), Mode::Frozen(_)) => {
                let because = format!("released by {by} after a difference; release it again to trade");
                let mode = Mode::Reconciling { then: Box::new(Mode::Halted { because }) };
                self.fact(now, Fact::ModeChanged { mode }, out);
            }
            Act::Release => self.turn(now, Mode::Active, out),
            Act::Close => self.on_close(now, &Because::Operator, out),
            Act::Flatten => {
                if self.mode.lasting().may_halt() {
                    self.turn(now, Mode::Halted { because: format!("flattened by {by}") }, out);
                }
                self.on_close(now, &Because::Operator, out);
            }
            Act::Reconcile => self.on_gap(now, out),
        }
    }

    /// What is on its way to open something is taken back, too.
    fn stop_opening(&mut self, now: Now, to: Mode, out: &mut Out) {
        self.turn(now, to, out);
        let mut lots = self.trade.iter().flat_map(|trade| &trade.lots);
        if lots.any(|lot| lot.legs.iter().any(|leg| leg.opens() && !leg.ended())) {
            self.on_withdraw(now, &Because::Operator, out);
        }
    }

    /// Another state, now or once it is in step with the broker.
    pub(super) fn turn(&mut self, now: Now, to: Mode, out: &mut Out) {
        let mode = if self.mode.is_reconciling() { Mode::Reconciling { then: Box::new(to) } } else { to };
        self.fact(now, Fact::ModeChanged { mode }, out);
    }

    fn objection(&self, act: &Act) -> Option<Objection> {
        let leaving = self.trade.as_ref().map(|trade| {
            trade.leaving.is_some() && trade.reversal.is_none() && trade.repricings < REPRICINGS_MAX
        });
        match (act, self.mode.lasting(), leaving) {
            // How much is held is not known: more than that might be sold.
            (Act::Close | Act::Flatten, mode @ Mode::Frozen(_), _) => Some(Objection::Mode(mode.to_string())),
            (Act::Flatten | Act::Reconcile, ..)
            | (Act::Close, _, Some(false))
            | (Act::Pause, Mode::Active, _)
            | (Act::Resume, Mode::Paused { .. }, _)
            | (Act::Halt, Mode::Active | Mode::Paused { .. }, _)
            | (Act::Release, Mode::Halted { .. } | Mode::Frozen(_), _) => None,
            // What waits for its margin is given up.
            (Act::Close, _, None) if self.awaits_margin() => None,
            (Act::Close, _, None) => Some(Objection::Flat),
            (Act::Close, _, Some(true)) => Some(Objection::Leaving),
            (_, mode, _) => Some(Objection::Mode(mode.to_string())),
        }
    }
}

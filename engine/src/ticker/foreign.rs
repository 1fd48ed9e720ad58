//! What others do in the contract: by hand, by another program, by the broker itself.
//!
//! Shares of theirs are counted, never touched. A trade against our side uses up first what
//! was theirs, unless it is one of the kill switch's; the rest has closed shares of ours,
//! newest lot first: those lots' orders are made smaller or cancelled at once, and the ticker
//! halts.

use rust_decimal::Decimal;

use super::{Out, Ticker};
use crate::fact::Fact;
use crate::input::{Foreign, Snapshot};
use crate::mode::Mode;
use crate::money::Quantity;
use crate::order::{Action, Execution, Side};
use crate::order_ref::Role;
use crate::reason::Because;
use crate::time::Now;

/// The least change that is taken for a split: below it a few shares more or less would look
/// like one, for they are worth about the same.
const SPLIT_LEAST: Decimal = Decimal::from_parts(4, 0, 0, false, 2);
/// How far a split's value may lie from the value before it: fractions are paid out.
const SPLIT_TOLERANCE: Decimal = Decimal::from_parts(1, 0, 0, false, 2);

impl Ticker {
    pub(super) fn on_foreign(&mut self, now: Now, foreign: &Foreign, out: &mut Out) {
        // Before the first snapshot it is not known what was theirs; the snapshot tells both.
        let Some(theirs) = self.foreign else { return };
        if self.ledger.knows_foreign(&foreign.id) {
            return;
        }
        let signed = signed(foreign.action, foreign.quantity);
        let ours = self.taken_from_us(theirs, foreign);
        let moved = theirs + signed - self::signed(foreign.action, ours);
        // A zero has no sign.
        let position = if moved.is_zero() { Decimal::ZERO } else { moved };
        self.fact(now, Fact::ForeignPosition { position, by: Some(foreign.id.clone()) }, out);
        self.take_from_lots(now, foreign, ours, out);
    }

    /// How many shares of ours the trade has closed.
    fn taken_from_us(&self, theirs: Decimal, foreign: &Foreign) -> Quantity {
        let Some(trade) = &self.trade else { return Quantity::ZERO };
        if foreign.action != trade.side.closing() {
            return Quantity::ZERO;
        }
        let on_our_side = match trade.side {
            Side::Long => theirs,
            Side::Short => -theirs,
        };
        let used_up = match foreign.emergency {
            true => Quantity::ZERO,
            false => Quantity::new(on_our_side.max(Decimal::ZERO)).unwrap_or_default(),
        };
        foreign.quantity.less(used_up).min(trade.held())
    }

    fn take_from_lots(&mut self, now: Now, foreign: &Foreign, ours: Quantity, out: &mut Out) {
        let Some(trade) = self.trade.as_ref().filter(|_| !ours.is_zero()) else { return };
        let mut left = ours;
        let mut closed = Vec::new();
        let mut n = trade.next_n();
        for lot in trade.lots.iter().rev() {
            let quantity = left.min(lot.held());
            if quantity.is_zero() {
                continue;
            }
            left = left.less(quantity);
            let execution = Execution {
                id: format!("{}/{}", foreign.id, lot.opened.lot),
                order: self.order(trade.number, Role::Outside, n),
                action: foreign.action,
                quantity,
                price: foreign.price,
                at: foreign.at,
            };
            n += 1;
            closed.push(Fact::ClosedOutside { lot: lot.opened.lot, execution });
        }
        closed.into_iter().for_each(|fact| self.fact(now, fact, out));
        // A trade of others that is heard of late, after a gap, halts as well: once the ticker is in step.
        if self.mode.lasting().may_halt() {
            self.turn(now, Mode::Halted { because: Because::Outside.to_string() }, out);
        }
    }

    /// At a ticker's first snapshot: what is held beside its own shares is somebody else's, if
    /// the settings allow such a neighbour; what they have traded before is no news.
    pub(super) fn declare_foreign(&mut self, now: Now, snapshot: &Snapshot, out: &mut Out) {
        let theirs = snapshot.position - self.position();
        if !theirs.is_zero() && !self.settings.allow_foreign_position {
            return;
        }
        self.fact(now, Fact::ForeignPosition { position: theirs, by: None }, out);
        for foreign in &snapshot.foreign {
            if !self.ledger.knows_foreign(&foreign.id) {
                let by = Some(foreign.id.clone());
                self.fact(now, Fact::ForeignPosition { position: theirs, by }, out);
            }
        }
    }

    /// The ratio, where the broker's quantity and cost are those of a split: more shares at
    /// less, or fewer at more, of the same value.
    pub(super) fn split_of(&self, snapshot: &Snapshot) -> Option<Decimal> {
        let trade = self.trade.as_ref().filter(|_| self.foreign.is_none_or(|theirs| theirs.is_zero()))?;
        let (ours, broker) = (self.position(), snapshot.position);
        let ratio = broker
            .checked_div(ours)
            .filter(|ratio| *ratio > Decimal::ZERO && (*ratio - Decimal::ONE).abs() >= SPLIT_LEAST)?;
        let before = trade.average(&self.ledger)?.value().checked_mul(ours.abs())?;
        let after = snapshot.average_cost?.value().checked_mul(broker.abs())?;
        ((after - before).abs() <= before * SPLIT_TOLERANCE).then_some(ratio)
    }
}

pub(super) fn signed(action: Action, quantity: Quantity) -> Decimal {
    match action {
        Action::Buy => quantity.value(),
        Action::Sell => -quantity.value(),
    }
}

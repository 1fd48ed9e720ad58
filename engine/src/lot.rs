//! A lot: one entry and the orders that end it, with what the broker says of each.
//!
//! What a lot holds is a sum of executions, never of what was ordered. Its phase is
//! derived, not stored: what cannot disagree need not be kept in step.
//!
//! Read next: [`ticker::settle`](crate::ticker), which looks after it.

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use crate::fact::{HandChange, LotOpened};
use crate::ledger::Ledger;
use crate::money::{Money, Price, Quantity};
use crate::mutant::{self, Mutant};
use crate::order::{End, Side, Standing, Status, Terms};
use crate::order_ref::{OrderRef, Role};
use crate::reason::Because;
use crate::request::{Change, OrderSpec};
use crate::settings::OnHandCancel;
use crate::time::{Now, Process};

/// How long after a change the terms before it may still be told.
const STALE_MAX: TimeDelta = TimeDelta::milliseconds(1_000);

/// One entry with the orders that end it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lot {
    /// As it was decided.
    pub opened: LotOpened,
    /// Its orders, in order of placing; the newest of a role is the one that counts.
    pub legs: Vec<Leg>,
    /// When it was decided, in market time.
    pub opened_at: DateTime<Utc>,
    /// The average price of its entry's executions; none before the first.
    pub entry_average: Option<Price>,
    /// When it began to hold shares that no working stop covers.
    pub exposed_since: Option<Process>,
    /// True once its bracket was moved to the average fill.
    pub reanchored: bool,
    /// What its shares brought, once they were counted as gone.
    pub closed: Option<Money>,
    /// Shares of its own that went for what another lot's exits took too much.
    pub lent: Passed,
    /// Shares that its own exits took too much, and other lots made good.
    pub made_good: Passed,
    /// True once the other stops have followed it, or stayed.
    pub stops_settled: bool,
    /// A part that is on its way out.
    pub scaling: Option<Scaling>,
    /// Times a lost stop was placed anew, since it was last opened.
    pub renewals: u32,
    /// Orders that were placed only to leave before it was last opened again.
    pub exits_before: usize,
    /// Shares that are gone, and nobody saw their execution.
    pub unseen: Quantity,
    /// The last time that a person cancelled its stop.
    pub by_hand: Option<ByHand>,
    /// Its targets that the broker refused while the stop lived.
    pub targets_refused: Vec<OrderRef>,
    /// What was refused since something was last granted; each makes the next try wait longer.
    pub refusals: u32,
    /// When the last news of it came.
    pub heard: Process,
}

/// Shares that went from one lot to another, and what they had cost.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Passed {
    /// How many.
    pub quantity: Quantity,
    /// What their entry had cost, in money, without sign; for a short what it had brought.
    pub value: Money,
}

impl Passed {
    /// With more of them.
    #[must_use]
    pub fn and(self, quantity: Quantity, value: Money) -> Passed {
        Passed { quantity: self.quantity + quantity, value: self.value + value }
    }
}

/// A part of a lot that shall leave while the rest stays.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Scaling {
    /// Shares that shall stay.
    pub keep: Quantity,
    /// When its order was placed; none before.
    pub placed: Option<Process>,
}

/// A stop that a person cancelled.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ByHand {
    /// The stop.
    pub order: OrderRef,
    /// When it was noted, in market time.
    pub at: DateTime<Utc>,
    /// What is made of it; none: the stop is placed anew.
    pub then: Option<OnHandCancel>,
}

/// One order of a lot.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Leg {
    /// As asked for; quantity and price follow what the broker echoes.
    pub spec: OrderSpec,
    /// Where the broker says it stands; none until it has spoken.
    pub standing: Option<Standing>,
    /// Still working, as the broker counts.
    pub remaining: Quantity,
    /// Filled, as the broker counts. Only compared, never added.
    pub reported: Quantity,
    /// Filled, by executions.
    pub filled: Quantity,
    /// When it was asked for, in market time.
    pub placed: DateTime<Utc>,
    /// A change or a cancel on its way.
    pub changing: Option<Changing>,
    /// The group that guards it against being filled beside its siblings; none: it is in none,
    /// or in one that does not block.
    pub guard: Option<String>,
    /// When something was last asked of it.
    pub asked: Process,
    /// The price it shall have: ours, or one of a person that was adopted.
    pub wanted: Option<Price>,
    /// True once its terms are such as nobody here has asked for.
    pub unasked: bool,
    /// Its terms before the last change of ours, and when that was answered: news of them may
    /// still be on their way.
    pub before: Option<(Terms, Process)>,
    /// True where its end, should it come, has a reason that is known here.
    pub foreseen: bool,
}

/// What was asked of a working order and is not answered yet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Changing {
    /// New terms.
    Terms(Change),
    /// The end.
    Cancel,
}

impl Lot {
    /// A lot without orders yet.
    #[must_use]
    pub fn new(opened: LotOpened, at: Now) -> Lot {
        Lot {
            opened,
            legs: Vec::new(),
            opened_at: at.market,
            entry_average: None,
            exposed_since: None,
            reanchored: false,
            closed: None,
            lent: Passed::default(),
            made_good: Passed::default(),
            stops_settled: false,
            scaling: None,
            renewals: 0,
            exits_before: 0,
            unseen: Quantity::ZERO,
            by_hand: None,
            targets_refused: Vec::new(),
            refusals: 0,
            heard: at.process,
        }
    }

    /// True for an order that brings shares: an entry, or one that takes back what exits took
    /// too much.
    #[must_use]
    pub fn brings(&self, leg: &Leg) -> bool {
        leg.spec.action == self.side().opening()
    }

    /// The newest order of a role.
    #[must_use]
    pub fn newest(&self, role: Role) -> Option<&Leg> {
        self.legs.iter().rev().find(|leg| leg.spec.order.role == role)
    }

    /// The order that opens it.
    #[must_use]
    pub fn entry(&self) -> Option<&Leg> {
        self.newest(Role::Entry).or_else(|| self.newest(Role::Add))
    }

    /// Shares that its entry brought.
    #[must_use]
    pub fn bought(&self) -> Quantity {
        let counts = |leg: &&Leg| {
            let forgotten = mutant::is(Mutant::ForgetPartFillOnCancel) && leg.end() == Some(End::Cancelled);
            self.brings(leg) && !forgotten
        };
        self.legs.iter().filter(counts).map(|leg| leg.filled).sum()
    }

    /// Shares that its exits took.
    #[must_use]
    pub fn left(&self) -> Quantity {
        self.legs.iter().filter(|leg| !self.brings(leg)).map(|leg| leg.filled).sum()
    }

    /// Shares it holds, without sign.
    #[must_use]
    pub fn held(&self) -> Quantity {
        (self.bought() + self.made_good.quantity).less(self.left() + self.lent.quantity)
    }

    /// Shares that its exits took beyond what it had; more than none is a fault of somebody.
    #[must_use]
    pub fn oversold(&self) -> Quantity {
        (self.left() + self.lent.quantity).less(self.bought() + self.made_good.quantity)
    }

    /// Shares that working orders would close if the market came to them. Stops, and
    /// exits that work already; a target is no protection.
    #[must_use]
    pub fn covered(&self) -> Quantity {
        let protects =
            |leg: &&Leg| matches!(leg.spec.order.role, Role::Stop | Role::Exit) && !self.brings(leg);
        let works = |leg: &&Leg| {
            leg.works() || (mutant::is(Mutant::SleepingStopProtects) && leg.standing == Some(Standing::Held))
        };
        self.legs.iter().filter(protects).filter(works).map(|leg| leg.remaining).sum()
    }

    /// True when its entry can bring no more shares.
    #[must_use]
    pub fn entry_over(&self) -> bool {
        self.entry().is_none_or(Leg::ended)
    }

    /// True for a limit that rests for a better price and has not brought anything.
    #[must_use]
    pub fn waits(&self) -> bool {
        self.opened.resting
            && self.bought().is_zero()
            && self.entry().is_some_and(|leg| leg.standing.is_some())
    }

    /// True when none of its orders can do anything any more.
    #[must_use]
    pub fn at_rest(&self) -> bool {
        self.legs.iter().all(Leg::ended)
    }

    /// True while the broker's counts of fills are ahead of the executions we know.
    #[must_use]
    pub fn awaits_executions(&self) -> bool {
        self.legs.iter().any(Leg::awaits_execution)
    }

    /// What ended it: the role of the exit that was filled last tells.
    #[must_use]
    pub fn ended_by(&self, ledger: &Ledger, leaving: Option<&Because>) -> Because {
        if !self.unseen.is_zero() {
            return Because::Unseen;
        }
        let last = ledger.last(|order| self.leg(order).is_some_and(|leg| !self.brings(leg)));
        match (last.map(|order| order.role), leaving) {
            (Some(Role::Stop) | None, _) => Because::Stop,
            (Some(Role::Outside), _) => Because::Outside,
            (Some(_), Some(because)) => because.clone(),
            (Some(_), None) => Because::Target,
        }
    }

    /// Orders that were placed only to leave, since it was last opened.
    #[must_use]
    pub fn exits(&self) -> usize {
        let all = self.legs.iter().filter(|leg| leg.spec.order.role == Role::Exit).count();
        all.saturating_sub(self.exits_before)
    }

    /// Average price of the executions of its entry (`true`) or of its exits (`false`).
    #[must_use]
    pub fn average(&self, ledger: &Ledger, entry: bool) -> Option<Price> {
        let quantity = if entry { self.bought() } else { self.left() };
        if quantity.is_zero() {
            return None;
        }
        let own = |order: &OrderRef| self.leg(order).is_some_and(|leg| self.brings(leg) == entry);
        Price::new(ledger.value(own).value() / quantity.value()).ok()
    }

    /// Money that its orders brought, shares that were another lot's at what those had cost.
    #[must_use]
    pub fn realized(&self, ledger: &Ledger) -> Money {
        let passed = self.lent.value - self.made_good.value;
        let cash = ledger.cash(|order| self.leg(order).is_some());
        match self.side() {
            Side::Long => cash + passed,
            Side::Short => cash - passed,
        }
    }

    /// Shares of it went to make good another lot's excess: what was refused before was another case.
    pub fn lend(&mut self, quantity: Quantity, value: Money) {
        self.lent = self.lent.and(quantity, value);
        self.refusals = 0;
    }

    /// It holds shares again: what was tried before counts no more.
    pub fn reopen(&mut self) {
        (self.closed, self.renewals) = (None, 0);
        self.exits_before += self.exits();
    }

    /// A part of it shall leave.
    pub fn scale_out(&mut self, part: Quantity) {
        self.scaling = Some(Scaling { keep: self.held().less(part), placed: None });
    }

    /// One of its orders, by name.
    #[must_use]
    pub fn leg(&self, order: &OrderRef) -> Option<&Leg> {
        self.legs.iter().find(|leg| leg.spec.order == *order)
    }

    /// One of its orders, by name, to be changed.
    pub fn leg_mut(&mut self, order: &OrderRef) -> Option<&mut Leg> {
        self.legs.iter_mut().find(|leg| leg.spec.order == *order)
    }

    /// Which side it is on.
    #[must_use]
    pub fn side(&self) -> Side {
        self.opened.side
    }
}

impl Leg {
    /// An order just asked for.
    #[must_use]
    pub fn asked(at: Now, spec: OrderSpec) -> Leg {
        let zero = Quantity::ZERO;
        Leg {
            remaining: spec.quantity,
            guard: spec.group.clone(),
            wanted: spec.kind.price(),
            spec,
            standing: None,
            placed: at.market,
            reported: zero,
            filled: zero,
            changing: None,
            asked: at.process,
            unasked: false,
            before: None,
            foreseen: false,
        }
    }

    /// True while the broker owes a word: of the order itself, or of what was asked of it.
    #[must_use]
    pub fn awaits_answer(&self) -> bool {
        !self.ended() && (self.standing.is_none() || self.changing.is_some())
    }

    /// True for an entry.
    #[must_use]
    pub fn opens(&self) -> bool {
        matches!(self.spec.order.role, Role::Entry | Role::Add)
    }

    /// True once it is over.
    #[must_use]
    pub fn ended(&self) -> bool {
        matches!(self.standing, Some(Standing::Ended(_)))
    }

    /// True while the broker counts fills of it that no execution has told.
    #[must_use]
    pub fn awaits_execution(&self) -> bool {
        self.reported > self.filled
    }

    /// True while it works: armed or at the exchange.
    #[must_use]
    pub fn works(&self) -> bool {
        self.standing == Some(Standing::Working)
    }

    /// How it ended.
    #[must_use]
    pub fn end(&self) -> Option<End> {
        match self.standing {
            Some(Standing::Ended(end)) => Some(end),
            _ => None,
        }
    }

    /// Takes in a status. An ended order never comes back to life.
    pub fn moved(&mut self, status: &Status) {
        self.reported = self.reported.max(status.filled);
        // What works does not fall asleep again: such a word is an old one.
        let old = self.works() && status.standing == Standing::Held;
        if (self.ended() && !mutant::is(Mutant::EndedComesBack)) || old {
            return;
        }
        self.standing = Some(status.standing);
        // A status may be older than the newest terms: no more can work than they say.
        self.remaining = status.remaining.min(self.spec.quantity.less(status.filled));
        if mutant::is(Mutant::CountsAreFills) {
            self.filled = self.filled.max(status.filled);
        }
        if self.ended() {
            self.changing = None;
            self.remaining = Quantity::ZERO;
        }
    }

    /// Takes in echoed terms; a change that they fulfil is answered. True if one was.
    pub fn echoed(&mut self, at: Process, terms: &Terms) -> bool {
        let before = self.terms();
        self.spec.quantity = terms.quantity;
        self.guard.clone_from(&terms.guard);
        if let Some(price) = terms.price {
            self.spec.kind = self.spec.kind.at(price);
        }
        let fulfilled = self.is_answered_by(terms);
        if fulfilled {
            (self.changing, self.unasked) = (None, false);
            (self.wanted, self.before) = (terms.price, Some((before, at)));
        } else if before != self.terms() {
            // The broker moves a trailing stop by itself.
            self.unasked = !self.spec.kind.trails();
        }
        fulfilled
    }

    /// Takes in what is made of a person's change.
    pub fn changed_by_hand(&mut self, price: Price, outcome: &HandChange) {
        self.unasked = false;
        self.wanted = match outcome {
            HandChange::Adopted => Some(price),
            HandChange::Looser { own } => Some(*own),
            HandChange::Resized { at, .. } => Some(*at),
        };
    }

    /// True while its price is not the one it shall have. The broker moves a trailing stop by itself.
    #[must_use]
    pub fn is_moved(&self) -> bool {
        !self.spec.kind.trails() && self.spec.kind.price() != self.wanted
    }

    /// True for terms that were in force before the last change, and are told once more.
    #[must_use]
    pub fn is_stale(&self, at: Process, terms: &Terms) -> bool {
        let old = |(before, answered): &(Terms, Process)| before == terms && at.since(*answered) < STALE_MAX;
        // What was asked for is an answer, though it was so once before.
        self.before.as_ref().is_some_and(old) && !self.is_answered_by(terms)
    }

    /// True for terms that fulfil the change that was asked for. A stop that trails has moved on by itself
    /// meanwhile.
    fn is_answered_by(&self, terms: &Terms) -> bool {
        let Some(Changing::Terms(change)) = &self.changing else { return false };
        let there = self.spec.kind.trails() || Some(change.price) == terms.price;
        change.quantity == terms.quantity && there
    }

    fn terms(&self) -> Terms {
        let (order, quantity) = (self.spec.order.clone(), self.spec.quantity);
        Terms { order, quantity, price: self.spec.kind.price(), guard: self.guard.clone() }
    }
}

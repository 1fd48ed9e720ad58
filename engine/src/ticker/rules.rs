//! Which rule acts: all are looked at on each input, and at most one makes an order.
//!
//! Exits beat stop moves beat adds beat entries; within a class the order of the rules. What
//! measures the position's gain has to hold at two successive quotes. While any order of the
//! trade is unacknowledged, only exits act. A rule that does not fire costs no allocation.
//!
//! Read next: `adds` and `moves`, what the actions do.

use super::settle::calm;
use super::{Out, Ticker};
use crate::fact::Fact;
use crate::lot::Lot;
use crate::mode::Mode;
use crate::money::Price;
use crate::reason::{Because, Decline};
use crate::rule::{Action, Class, Held, Rule, View};
use crate::signal::Signal;
use crate::time::{Now, Process};
use crate::trade::Trade;
use crate::view::MarketView;

/// What the rules have seen of a ticker that is no fact: lost with the process, and found again
/// at the next quotes.
#[derive(Clone, Debug, Default)]
pub(super) struct Watch {
    /// The quote at which each rule first held without a break.
    held_since: Vec<Option<Process>>,
    /// The best price since the trade began, for stops that trail it.
    pub(super) best: Option<(u32, Price)>,
    /// Until when nothing but a step can give the open trade something to do.
    pub(super) rests_until: Option<Process>,
}

impl Watch {
    /// Other rules: what the ones before have seen counts for none of them.
    pub(super) fn forget(&mut self) {
        self.held_since.clear();
        self.rests_until = None;
    }
}

/// It is no part of what a ticker is.
impl PartialEq for Watch {
    fn eq(&self, _: &Watch) -> bool {
        true
    }
}

impl Eq for Watch {}

impl Ticker {
    /// Looks at all rules and lets one act; answers whether one did. Those that wait for a signal
    /// are looked at when one comes, the others without one.
    pub(super) fn on_rules(
        &mut self,
        now: Now,
        signal: Option<&Signal>,
        market: &MarketView,
        out: &mut Out,
    ) -> bool {
        self.note_best(market);
        let rules = self.rules.clone();
        let view = self.rule_view(now, signal, market);
        let quiet = self.rests(now) || self.trade.as_ref().is_some_and(Trade::is_quiet);
        let mut winner: Option<(Class, &Rule)> = None;
        for (index, rule) in rules.iter().enumerate() {
            if !self.fires(index, rule, quiet, &view, market) {
                continue;
            }
            let class = rule.action.class();
            match winner {
                _ if class == Class::Word => self.say(now, rule, &view, out),
                Some((best, first)) if best <= class => self.outrank(now, rule, first, out),
                Some((_, last)) => {
                    self.outrank(now, last, rule, out);
                    winner = Some((class, rule));
                }
                None => winner = Some((class, rule)),
            }
        }
        winner.is_some_and(|(_, rule)| self.act(now, rule, &view, market, out))
    }

    /// What conditions see now.
    pub(super) fn rule_view<'a>(
        &self,
        now: Now,
        signal: Option<&'a Signal>,
        market: &'a MarketView,
    ) -> View<'a> {
        let quote = self.live_quote(now, market).ok();
        let held = self.trade.as_ref().and_then(|trade| self.held_view(trade, market));
        View { now, signal, held, quote, atr: market.atr, instrument: market.instrument.as_ref() }
    }

    fn held_view(&self, trade: &Trade, market: &MarketView) -> Option<Held> {
        let first = trade.lots.first()?;
        let entry = first.entry_average?;
        let mark = market.quote.as_ref()?.touch(trade.side.closing())?;
        Some(Held { side: trade.side, entry, mark, since: first.opened_at, level: 1 })
    }

    fn fires(
        &mut self,
        index: usize,
        rule: &Rule,
        quiet: bool,
        view: &View<'_>,
        market: &MarketView,
    ) -> bool {
        if rule.hears_signals() != view.signal.is_some() {
            return false;
        }
        let adds = matches!(rule.action, Action::ScaleIn(_)).then(|| self.for_rule(rule, view));
        let view = adds.as_ref().unwrap_or(view);
        let holds = self.may_act(rule, quiet, view, market) && rule.condition.holds(view);
        let confirmed = self.confirm(index, rule, holds, view);
        holds && confirmed && self.is_cool(view.now, rule).is_ok()
    }

    /// True at once for most rules; for those that measure a gain, at the second quote in a row.
    fn confirm(&mut self, index: usize, rule: &Rule, holds: bool, view: &View<'_>) -> bool {
        if !holds {
            self.watch.held_since.get_mut(index).into_iter().for_each(|slot| *slot = None);
            return false;
        }
        if !rule.wants_confirming() {
            return true;
        }
        if self.watch.held_since.len() <= index {
            self.watch.held_since.resize(self.rules.len(), None);
        }
        let Some(slot) = self.watch.held_since.get_mut(index) else { return false };
        let Some(quote) = view.quote else {
            *slot = None;
            return false;
        };
        *slot.get_or_insert(quote.at) != quote.at
    }

    /// Whether the action is one that can be taken at all, before its condition is looked at.
    fn may_act(&self, rule: &Rule, quiet: bool, view: &View<'_>, market: &MarketView) -> bool {
        let Some(trade) = &self.trade else {
            return match &rule.action {
                // One that waits for a signal opens by it.
                Action::CreatePosition(_) => {
                    !rule.hears_signals() && self.opens() && self.may_ask_margin(view.now)
                }
                Action::Halt(_) => self.mode.may_halt(),
                Action::Alert(_) => true,
                _ => false,
            };
        };
        let quiet = quiet && !self.mode.is_reconciling();
        match &rule.action {
            Action::Alert(_) => true,
            Action::Halt(_) => self.mode.may_halt(),
            Action::ClosePosition(_) => trade.leaving.is_none() && self.mode.places(),
            Action::ScaleOut(_) => quiet && self.mode.places() && self.fired_in(trade, &rule.name).is_none(),
            Action::MoveStop(own) => {
                // What was refused is not asked for again at once.
                let waits = |lot: &Lot| lot.refusals > 0 && !calm(view.now, lot);
                quiet
                    && self.mode.places()
                    && !trade.lots.iter().any(waits)
                    && self.has_move(trade, own, view, market)
            }
            Action::ScaleIn(_) => quiet && self.may_add(view.now, market) && self.may_scale_in(trade),
            Action::DoubleDown(_) => {
                quiet && self.may_add(view.now, market) && self.may_double_down(view.now, trade, market)
            }
            Action::CreatePosition(_) => false,
        }
    }

    /// Adds are entries: what keeps those back for a while keeps these.
    fn may_add(&self, now: Now, market: &MarketView) -> bool {
        self.opens() && self.usable_quote(now, market).is_ok()
    }

    fn act(&mut self, now: Now, rule: &Rule, view: &View<'_>, market: &MarketView, out: &mut Out) -> bool {
        let because = rule.because(&self.for_rule(rule, view));
        if let Some(signal) = view.signal {
            let because = because.clone();
            self.fact(now, Fact::SignalTaken { signal: signal.clone(), because }, out);
        }
        match &rule.action {
            Action::ClosePosition(_) => {
                self.fired(now, rule, &because, out);
                self.fact(now, Fact::CloseDecided { because }, out);
            }
            Action::ScaleOut(own) => self.scale_out(now, rule, own, because, market, out),
            Action::MoveStop(own) => self.move_stops(now, rule, own, because, view, market, out),
            Action::ScaleIn(own) => self.scale_in(now, own, because, market, out),
            Action::DoubleDown(own) => self.double_down(now, rule, own, because, market, out),
            Action::CreatePosition(own) => {
                self.enter_by_itself(now, (&rule.name, own), because, market, out);
            }
            Action::Halt(_) | Action::Alert(_) => {}
        }
        true
    }

    /// What one rule sees: a scale-in measures against its next level, the others against the first.
    fn for_rule<'a>(&self, rule: &Rule, view: &View<'a>) -> View<'a> {
        let mut view = *view;
        if let (Action::ScaleIn(_), Some(held), Some(trade)) = (&rule.action, &mut view.held, &self.trade) {
            held.level = trade.levels_used + 1;
        }
        view
    }

    fn say(&mut self, now: Now, rule: &Rule, view: &View<'_>, out: &mut Out) {
        let because = rule.because(view);
        self.fired(now, rule, &because, out);
        match &rule.action {
            Action::Alert(own) => {
                self.fact(now, Fact::Alerted { text: own.text.clone(), because }, out);
            }
            _ => {
                let mode = Mode::Halted { because: because.to_string() };
                self.fact(now, Fact::ModeChanged { mode }, out);
            }
        }
    }

    pub(super) fn fired(&mut self, now: Now, rule: &Rule, because: &Because, out: &mut Out) {
        self.fact(now, Fact::RuleFired { rule: rule.name.clone(), because: because.clone() }, out);
    }

    fn outrank(&mut self, now: Now, rule: &Rule, by: &Rule, out: &mut Out) {
        self.fact(now, Fact::RuleOutranked { rule: rule.name.clone(), by: by.name.clone() }, out);
    }

    /// That the rule has not acted too recently.
    pub(super) fn is_cool(&self, now: Now, rule: &Rule) -> Result<(), Decline> {
        let (Some(cool_down), Some(fired)) = (rule.cool_down(), self.fired.get(&rule.name)) else {
            return Ok(());
        };
        let until = fired.at + cool_down;
        if now.market < until {
            return Err(Decline::RuleCoolingDown { rule: rule.name.clone(), until });
        }
        Ok(())
    }

    /// When the rule acted in this trade, if it has.
    fn fired_in(&self, trade: &Trade, rule: &str) -> Option<chrono::DateTime<chrono::Utc>> {
        self.fired.get(rule).filter(|fired| fired.trade == Some(trade.number)).map(|fired| fired.at)
    }

    fn note_best(&mut self, market: &MarketView) {
        let filled = |trade: &&Trade| trade.lots.iter().any(|lot| lot.entry_average.is_some());
        let Some(trade) = self.trade.as_ref().filter(filled) else {
            self.watch.best = None;
            return;
        };
        let Some(mark) = market.quote.as_ref().and_then(|quote| quote.touch(trade.side.closing())) else {
            return;
        };
        let best = self.watch.best.filter(|(number, _)| *number == trade.number).map(|(_, best)| best);
        let better = best.is_none_or(|best| trade.side.is_better(mark, best));
        if better {
            self.watch.best = Some((trade.number, mark));
        }
    }
}

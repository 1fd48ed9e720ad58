//! What a changed config does to a ticker that runs: other settings, its removal, its return.
//!
//! An open trade ends under the settings it began with, unless the new ones say `apply_to_open`; even then no stop
//! loosens. A ticker that was taken out opens nothing more and protects what it holds until that is gone.

use super::moves::{change, tightens};
use super::{Out, Ticker};
use crate::fact::{ConfigFact, Fact, StopOutcome};
use crate::instrument::Instrument;
use crate::lot::Lot;
use crate::money::{Fraction, Multiple, Price};
use crate::order_ref::Role;
use crate::reason::Because;
use crate::request::{Change, Request};
use crate::rule::{self, Action, CreatePosition};
use crate::settings::{SettingChange, TickerSettings};
use crate::time::Now;
use crate::trade::Trade;
use crate::view::MarketView;

/// Settings that wait for an open trade. They come from the config, so they are no part of what a ticker is.
#[derive(Clone, Debug, Default)]
pub(super) struct Wanted(Option<Box<TickerSettings>>);

impl PartialEq for Wanted {
    fn eq(&self, _: &Wanted) -> bool {
        true
    }
}

impl Eq for Wanted {}

impl Ticker {
    /// Takes other settings: at once, or when the open trade lets them.
    pub fn reconfigure(
        &mut self,
        now: Now,
        wanted: TickerSettings,
        changes: Vec<SettingChange>,
        market: &MarketView,
        out: &mut Out,
    ) {
        self.fact(now, Fact::Config(ConfigFact::SettingsChanged { changes }), out);
        self.wanted = Wanted(Some(Box::new(wanted)));
        self.take_up(now, market, out);
    }

    /// Settings that wait, for one that takes this ticker's place.
    #[must_use]
    pub fn waiting_settings(&self) -> Option<TickerSettings> {
        self.wanted.0.as_deref().cloned()
    }

    /// Takes the place of one for which these settings waited.
    pub fn await_settings(&mut self, wanted: Option<TickerSettings>) {
        self.wanted = Wanted(wanted.map(Box::new));
    }

    /// The config does not name it any more: what would open something is taken back.
    pub fn wind_down(&mut self, now: Now, market: &MarketView, out: &mut Out) {
        if self.removed {
            return;
        }
        self.fact(now, Fact::Config(ConfigFact::Removed), out);
        self.on_withdraw(now, &Because::Removed, out);
        if self.trade.as_ref().is_some_and(|trade| trade.reversal.is_some()) {
            self.fact(now, Fact::ReversalDropped, out);
        }
        self.settle(now, market, out);
    }

    /// The config names it again. A trade whose entries were taken back adds nothing more.
    pub fn come_back(&mut self, now: Now, out: &mut Out) {
        if self.removed {
            self.fact(now, Fact::Config(ConfigFact::Returned), out);
        }
    }

    /// What its settings are is told at each start; here it counts only whether the config names it.
    pub(super) fn config_changed(&mut self, fact: &ConfigFact) {
        match fact {
            ConfigFact::Removed => self.removed = true,
            ConfigFact::Returned => self.removed = false,
            ConfigFact::SettingsChanged { .. }
            | ConfigFact::SettingsInForce
            | ConfigFact::OpenLotFitted { .. } => {}
        }
    }

    /// True while the config does not name it.
    #[must_use]
    pub fn is_winding_down(&self) -> bool {
        self.removed
    }

    /// True for one that the config does not name and that has nothing left to look after.
    #[must_use]
    pub fn is_gone(&self) -> bool {
        self.removed && !self.is_bound()
    }

    /// True where entries are taken.
    pub(super) fn opens(&self) -> bool {
        self.mode.opens() && !self.removed
    }

    /// Its state in words, as one that would open is told it.
    pub(super) fn state(&self) -> String {
        if self.removed && self.mode.opens() { "winding down".to_owned() } else { self.mode.to_string() }
    }

    /// Settings that waited come into force as soon as nothing stands against it.
    pub(super) fn take_up(&mut self, now: Now, market: &MarketView, out: &mut Out) {
        if self.wanted.0.is_none() || self.is_bound() && !self.may_be_fitted(market) {
            return;
        }
        let Some(wanted) = self.wanted.0.take() else { return };
        self.rules = rule::in_order(&wanted.rules, &wanted.key).into();
        let before = std::mem::replace(&mut self.settings, *wanted);
        self.watch.forget();
        self.fact(now, Fact::Config(ConfigFact::SettingsInForce), out);
        self.fit_open_trade(now, &before, market, out);
    }

    /// True while a trade is open, or one is on its way.
    fn is_bound(&self) -> bool {
        self.trade.is_some() || self.awaits_margin()
    }

    /// True where changed settings may hold for the open trade now.
    fn may_be_fitted(&self, market: &MarketView) -> bool {
        let apply = self.wanted.0.as_ref().is_some_and(|wanted| wanted.apply_to_open);
        let quiet = self.trade.as_ref().is_some_and(|trade| trade.is_quiet() && trade.leaving.is_none());
        apply && quiet && self.mode.places() && market.quote.is_some() && market.instrument.is_some()
    }

    /// Moves stops and targets of the open trade to where other settings than `before` would have put them.
    fn fit_open_trade(&mut self, now: Now, before: &TickerSettings, market: &MarketView, out: &mut Out) {
        let Some((trade, instrument)) = self.trade.as_ref().zip(market.instrument.as_ref()) else { return };
        let fit = |lot| self.fit(trade, lot, before, instrument, market);
        let fits: Vec<Fit> = trade.lots.iter().filter_map(fit).collect();
        for Fit { lot, stop, target, changes } in fits {
            self.fact(now, Fact::Config(ConfigFact::OpenLotFitted { lot, stop, target }), out);
            changes.into_iter().for_each(|change| self.ask(now, Request::Modify(change), out));
        }
    }

    /// What the settings in force ask for a lot; none where they ask for nothing else than those before.
    fn fit(
        &self,
        trade: &Trade,
        lot: &Lot,
        before: &TickerSettings,
        instrument: &Instrument,
        market: &MarketView,
    ) -> Option<Fit> {
        let (was, is) = (opened_by(before, lot)?, opened_by(&self.settings, lot)?);
        let from = lot.entry_average.filter(|_| !lot.held().is_zero())?;
        let stop = (stop_in(was, before) != stop_in(is, &self.settings))
            .then(|| self.stop_of(is, None, market).ok()?.stop(trade.side, from, &instrument.ticks).ok())
            .flatten();
        let target = (target_in(was, before) != target_in(is, &self.settings))
            .then(|| self.targets_of(is, None, market, instrument, lot.held()).ok())
            .flatten()
            .and_then(|parts| <[_; 1]>::try_from(parts).ok()?[0].1)
            .and_then(|target| target.target(trade.side, from, &instrument.ticks).ok());
        if stop.is_none() && target.is_none() {
            return None;
        }
        let aimed = target.and_then(|to| change(lot, Role::Target, to));
        let stop = stop.map(|to| self.stops_to(trade, to, tightens(lot, to), market));
        let moved = match stop {
            Some(StopOutcome::Moved(to)) => change(lot, Role::Stop, to),
            _ => None,
        };
        let target = target.filter(|_| aimed.is_some());
        Some(Fit { lot: lot.opened.lot, stop, target, changes: moved.into_iter().chain(aimed).collect() })
    }
}

/// What the rule that opened a lot says, by these settings; none for one that a signal's own prices made.
fn opened_by<'a>(settings: &'a TickerSettings, lot: &Lot) -> Option<&'a CreatePosition> {
    let Because::Rule { rule: name, .. } = &lot.opened.because else { return None };
    let rule = settings.rules.iter().find(|rule| rule.name == *name)?;
    match &rule.action {
        Action::CreatePosition(entry) if !entry.from_signal => Some(entry),
        _ => None,
    }
}

/// Where an entry's stop is said to lie.
fn stop_in(entry: &CreatePosition, settings: &TickerSettings) -> (Option<Price>, Option<Multiple>, Fraction) {
    let percent = entry.stop_loss_pct.unwrap_or(settings.stop_loss);
    (entry.stop_price, entry.atr_stop_multiplier, percent)
}

/// Where an entry's target is said to lie.
fn target_in(
    entry: &CreatePosition,
    settings: &TickerSettings,
) -> (Option<Price>, Option<Multiple>, Fraction) {
    let percent = entry.take_profit_pct.unwrap_or(settings.take_profit);
    (entry.target_price, entry.atr_target_multiplier, percent)
}

/// How a lot is made to fit.
struct Fit {
    lot: u32,
    stop: Option<StopOutcome>,
    target: Option<Price>,
    changes: Vec<Change>,
}

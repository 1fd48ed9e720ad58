//! Adding to a position that gains: one level after the other, each confirmed by two
//! successive quotes, each with a bracket of its own.

use super::entry::open_instrument;
use super::{Out, Ticker};
use crate::fact::{Fact, LotOpened};
use crate::instrument::Instrument;
use crate::order_ref::Role;
use crate::reason::{Because, Decline};
use crate::request::Request;
use crate::rule::{self, Adding};
use crate::time::{Now, Process};
use crate::trade::Trade;
use crate::view::{MarketView, Quote};

/// A level that one quote has reached; the next one has to confirm it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Reached {
    level: u32,
    at: Process,
}

impl Ticker {
    /// Looks whether the newest quote lets a rule add. While any order of the trade is
    /// unacknowledged or anything is to be done, only exits act.
    pub(super) fn on_quote(&mut self, now: Now, view: &MarketView, out: &mut Out) {
        let Some(trade) = self.trade.as_ref().filter(|trade| self.mode.opens() && trade.is_quiet()) else {
            return;
        };
        let level = trade.levels_used + 1;
        let (Ok(instrument), Ok(quote)) = (open_instrument(now, view), self.usable_quote(now, view)) else {
            return;
        };
        let Some(adding) = self.adding(trade, level, quote).filter(|_| level <= self.settings.scale_ins_max)
        else {
            self.reached = None;
            return;
        };
        let newest = Reached { level, at: quote.at };
        match self.reached {
            Some(first) if first.level == level && first.at != quote.at => {
                let plan = self.plan_add(now, trade, &adding, instrument, quote);
                self.reached = None;
                self.add(now, plan, out);
            }
            Some(first) if first.level == level => {}
            _ => self.reached = Some(newest),
        }
    }

    fn adding(&self, trade: &Trade, level: u32, quote: &Quote) -> Option<Adding<'_>> {
        let first = trade.lots.first()?;
        let entry = first.average(&self.ledger, true)?;
        let mark = quote.touch(trade.side.closing())?;
        rule::adding_for(&self.settings.rules, &self.settings.key, level, trade.side, entry, mark)
    }

    /// The add's lot and its bracket, or why there is none.
    fn plan_add(
        &self,
        now: Now,
        trade: &Trade,
        adding: &Adding<'_>,
        instrument: &Instrument,
        quote: &Quote,
    ) -> Result<(LotOpened, Request), (Because, Decline)> {
        let because = adding.because.clone();
        let refuse = |decline| (because.clone(), decline);
        let first = trade.lots.first().ok_or_else(|| refuse(Decline::NoQuote))?;
        let touch = quote.touch(trade.side.opening()).ok_or_else(|| refuse(Decline::NoQuote))?;
        let opened = LotOpened {
            trade: trade.number,
            lot: trade.lots.iter().map(|lot| lot.opened.lot).max().unwrap_or(0) + 1,
            touch,
            because: because.clone(),
            ..first.opened.clone()
        };
        let prices =
            self.entry_prices(&opened, instrument).map_err(|why| refuse(Decline::no_bracket(touch, &why)))?;
        let quantity = adding.scale_in.scale_pct.of(first.bought()).in_lots_of(instrument.lot_size);
        if quantity.is_zero() {
            return Err(refuse(Decline::AddRoundsToZero { of: first.bought() }));
        }
        let orders = self.bracket(now, &opened, Role::Add, &prices, quantity);
        let lot = opened.lot;
        Ok((opened, Request::Place { lot, orders }))
    }

    /// A level is used whether it led to an order or not: it is not tried at every quote.
    fn add(&mut self, now: Now, plan: Result<(LotOpened, Request), (Because, Decline)>, out: &mut Out) {
        match plan {
            Ok((lot, request)) => {
                self.fact(now, Fact::LotOpened(lot), out);
                self.ask(now, request, out);
            }
            Err((wanted, because)) => self.fact(now, Fact::AddDeclined { wanted, because }, out),
        }
    }
}

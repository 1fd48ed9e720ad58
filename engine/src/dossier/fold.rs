//! Which record changes what.
//!
//! Inputs count with their number and time only: what they led to are facts. A fact about a trade that is not kept any
//! more still counts for its day.

use chrono::{DateTime, NaiveDate, Utc};

use super::day::Day;
use super::incident::Incident;
use super::kinds::{of_decline, of_refusal};
use super::trade::Dossier;
use super::{AHEAD_MAX, DAYS_MAX, Dossiers, OVER_MAX, SIGNALS_MAX, SignalTold};
use crate::account::Refusal;
use crate::fact::{Fact, LotOpened};
use crate::instrument::TickerKey;
use crate::order_ref::OrderRef;
use crate::reason::{Because, Decline};
use crate::record::{AccountFact, Body, Record, Verdict};
use crate::request::Request;
use crate::signal::Signal;
use crate::time::{Now, trading_day};

impl Dossiers {
    /// Takes in the next record. The only change.
    pub fn apply(&mut self, record: &Record) {
        self.seq = record.seq;
        if let Some(day) = self.day_of(record) {
            self.open_day(day);
        }
        self.day().records += 1;
        match (&record.ticker, &record.body) {
            (Some(ticker), Body::Fact(fact)) => self.fact(record.at, ticker, fact),
            (Some(ticker), Body::Request(request)) => self.request(record.at.market, ticker, request),
            (_, Body::Verdict(verdict)) => self.verdict(verdict),
            (ticker, Body::Account(fact)) => self.account(record.at, ticker.as_ref(), fact),
            _ => {}
        }
    }

    /// Takes in the next record where it counts on this day or before; once one is later, only that there is one.
    pub fn apply_until(&mut self, date: NaiveDate, record: &Record) {
        if self.newest_day().is_some_and(|newest| newest > date) {
            return;
        }
        match self.day_of(record) {
            Some(later) if later > date => self.open_day(later),
            _ => self.apply(record),
        }
    }

    /// The day that a record counts on: never one before the newest. None before the account has opened its first one.
    fn day_of(&self, record: &Record) -> Option<NaiveDate> {
        let newest = self.newest_day();
        let told = match &record.body {
            Body::Account(AccountFact::DayOpened { day, .. }) => Some(*day),
            _ => newest.map(|newest| {
                let date = trading_day(record.at.market, self.zone);
                if (date - newest).num_days() <= AHEAD_MAX { date } else { newest }
            }),
        };
        newest.max(told)
    }

    fn fact(&mut self, now: Now, ticker: &TickerKey, fact: &Fact) {
        let first = self.is_first_look(now, ticker, fact);
        if let Some(incident) = Incident::of_fact(now, ticker, fact).filter(|_| !first) {
            self.day().note(incident);
        }
        match fact {
            Fact::SignalTaken { signal, because } => self.taken(now, ticker, signal, because),
            Fact::SignalDeclined { signal, because } => self.declined(now, ticker, signal, because),
            Fact::LotOpened(lot) => self.open_lot(now, ticker, lot),
            Fact::EntryDeclined { lot, because } => self.refused(ticker, *lot, because),
            Fact::Executed { execution } | Fact::TakenOver { execution } => {
                self.executed(ticker, execution, None);
            }
            Fact::ClosedOutside { lot, execution } => self.executed(ticker, execution, Some(*lot)),
            Fact::ClosedUnseen(unseen) => {
                self.executed(ticker, &unseen.execution(now.market), Some(unseen.lot));
            }
            Fact::Stray { execution } => self.executed(ticker, execution, None),
            Fact::Settled { lot, execution, change } => {
                self.corrected(ticker, execution, Some(*lot), *change);
            }
            Fact::CorrectedLate { execution, by } => self.corrected(ticker, execution, None, *by),
            Fact::Commissioned(commission) => self.commissioned(ticker, commission),
            Fact::Adopted { orders } => {
                self.request(now.market, ticker, &Request::Place { orders: orders.clone() });
            }
            Fact::LotClosed(closed) => self.lot_closed(now, ticker, closed),
            Fact::LotReopened { lot, realized } => self.lot_reopened(ticker, *lot, *realized),
            Fact::TradeClosed { .. } | Fact::TradeReopened { .. } => self.turned(now, ticker, fact),
            Fact::Protected { lot, exposed } => {
                self.day().of_ticker(ticker).unprotected.add(*exposed);
                if let Some(own) = self.open_of(ticker).and_then(|open| open.lot_mut(*lot)) {
                    own.unprotected.add(*exposed);
                    own.exposed = false;
                    own.protected = own.protected.or(Some(now.market));
                }
            }
            _ => self.order(now.market, ticker, fact),
        }
    }

    /// True where a ticker is compared with the broker because the program has begun, and not because news may be
    /// missing: in this life of the process it has not been in step yet. A process counts its time from its own start.
    fn is_first_look(&mut self, now: Now, ticker: &TickerKey, fact: &Fact) -> bool {
        let Fact::ModeChanged { mode } = fact else { return false };
        let desk = self.desks.entry(ticker.clone()).or_default();
        if mode.is_reconciling() {
            return desk.in_step.is_none_or(|since| now.process < since);
        }
        desk.in_step = Some(now.process);
        false
    }

    /// What a fact says of an order, or of the open trade as a whole.
    fn order(&mut self, at: DateTime<Utc>, ticker: &TickerKey, fact: &Fact) {
        let Some(open) = self.open_of(ticker) else { return };
        match fact {
            Fact::OrderMoved(status) => {
                if let Some(own) = open.order_mut(&status.order) {
                    own.standing = Some(status.standing);
                }
            }
            Fact::TermsEchoed(terms) => {
                if let Some(own) = open.order_mut(&terms.order) {
                    own.quantity = terms.quantity;
                    own.kind = terms.price.map_or(own.kind, |price| own.kind.at(price));
                }
            }
            Fact::CloseDecided { because } => open.leaving = Some((at, because.clone())),
            Fact::Split { ratio, .. } => open.split(*ratio),
            _ => {}
        }
    }

    fn taken(&mut self, now: Now, ticker: &TickerKey, signal: &Signal, because: &Because) {
        self.day().taken += 1;
        self.desks.entry(ticker.clone()).or_default().signal = Some((signal.clone(), because.clone()));
        self.hear(now, ticker, signal, None, because.to_string());
    }

    fn declined(&mut self, now: Now, ticker: &TickerKey, signal: &Signal, because: &Decline) {
        self.day().decline(of_decline(because));
        self.hear(now, ticker, signal, Some(because.clone()), String::new());
    }

    fn hear(
        &mut self,
        now: Now,
        ticker: &TickerKey,
        signal: &Signal,
        declined: Option<Decline>,
        because: String,
    ) {
        if self.signals.len() == SIGNALS_MAX {
            self.signals.pop_front();
        }
        let (ticker, signal) = (ticker.clone(), signal.clone());
        self.signals.push_back(SignalTold { at: now.market, ticker, signal, declined, because });
    }

    fn open_lot(&mut self, now: Now, ticker: &TickerKey, lot: &LotOpened) {
        let desk = self.desks.entry(ticker.clone()).or_default();
        // One that was not told to be over is: nothing is kept that no record names any more.
        let lost = desk.open.take_if(|open| open.trade != lot.trade);
        let signal = desk.signal.take().filter(|(_, because)| *because == lot.because);
        let fresh = || Dossier::new(now.market, ticker, lot, signal.map(|(signal, _)| signal));
        desk.open.get_or_insert_with(fresh).open_lot(now.market, lot);
        if let Some(lost) = lost {
            self.put_away(lost);
        }
    }

    fn refused(&mut self, ticker: &TickerKey, lot: u32, because: &Refusal) {
        let Some(open) = self.open_of(ticker) else { return };
        if let Some(own) = open.lot_mut(lot) {
            own.refused = Some(because.clone());
        }
        for own in open.orders.iter_mut().filter(|own| own.lot == lot && own.standing.is_none()) {
            own.refused = Some(because.clone());
        }
    }

    fn request(&mut self, at: DateTime<Utc>, ticker: &TickerKey, request: &Request) {
        let (Request::Place { orders }, Some(open)) = (request, self.open_of(ticker)) else { return };
        let trade = open.trade;
        orders.iter().filter(|spec| spec.order.trade == trade).for_each(|spec| open.ask(at, spec));
    }

    fn verdict(&mut self, Verdict { request, refused }: &Verdict) {
        if let Some(because) = refused {
            self.day().refuse(&of_refusal(because));
        }
        let Request::Place { orders } = request else { return };
        for spec in orders {
            let own =
                self.find(&spec.order.ticker, spec.order.trade).and_then(|own| own.order_mut(&spec.order));
            if let Some(own) = own {
                (own.admitted, own.refused) = (refused.is_none(), refused.clone());
            }
        }
    }

    fn account(&mut self, now: Now, ticker: Option<&TickerKey>, fact: &AccountFact) {
        if let Some(incident) = Incident::of_account(now, fact) {
            self.day().note(incident.about(ticker));
        }
        if let AccountFact::NotSent { orders, .. } = fact {
            orders.iter().for_each(|order| self.not_sent(order));
        }
    }

    fn not_sent(&mut self, order: &OrderRef) {
        let own = self.find(&order.ticker, order.trade).and_then(|own| own.order_mut(order));
        if let Some(own) = own.filter(|own| own.standing.is_none()) {
            own.refused = Some(Refusal::NotSent("it did not leave".to_owned()));
        }
    }

    pub(super) fn put_away(&mut self, trade: Dossier) {
        if self.over.len() == OVER_MAX {
            self.over.pop_front();
        }
        self.over.push_back(trade);
    }

    pub(super) fn open_of(&mut self, ticker: &TickerKey) -> Option<&mut Dossier> {
        self.desks.get_mut(ticker)?.open.as_mut()
    }

    /// A trade that is kept, open or over.
    pub(super) fn find(&mut self, ticker: &TickerKey, number: u32) -> Option<&mut Dossier> {
        let open = self.desks.get_mut(ticker).and_then(|desk| desk.open.as_mut());
        match open.filter(|open| open.trade == number) {
            Some(open) => Some(open),
            None => self.over.iter_mut().rev().find(|own| own.is(ticker, number)),
        }
    }

    /// The day that counts now.
    pub(super) fn day(&mut self) -> &mut Day {
        match self.days.last_entry() {
            Some(newest) => newest.into_mut(),
            None => &mut self.before,
        }
    }

    fn open_day(&mut self, date: NaiveDate) {
        if self.days.contains_key(&date) {
            return;
        }
        if self.days.len() == DAYS_MAX {
            self.days.pop_first();
        }
        self.days.insert(date, std::mem::take(&mut self.before));
    }
}

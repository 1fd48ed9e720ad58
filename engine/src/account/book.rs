//! The risk book: sees every record in the journal's order, and lets requests through.
//!
//! [`Book::apply`] is its only change; [`Book::admit`] decides and applies its own
//! verdict in one step, so that two tickers cannot pass the same limit at once. A book
//! that is told the records alone becomes the equal of the one that lived through them.
//!
//! Read next: [`Limits`], then `judge` (what is refused) and `holding` (one ticker's line).

use std::borrow::Borrow;
use std::collections::{BTreeMap, VecDeque};

use chrono::{DateTime, TimeDelta, Utc};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::day::{Rate, Spent};
use super::exact::total;
use super::fills::Day;
use super::holding::Holding;
use super::judge::Case;
use super::standing::Standing;
use super::{
    AccountView, Admitted, DayResult, GroupName, LimitName, Limits, LossScope, Refusal, Releasable,
    ResultUnknown, Trip,
};
use crate::fact::Fact;
use crate::instrument::TickerKey;
use crate::money::{Money, Price};
use crate::order_ref::OrderRef;
use crate::record::{AccountFact, Body, Record, Verdict};
use crate::request::Request;
use crate::time::{Now, trading_day};

/// How long a new process waits for quotes of what is held before it opens the day.
const MARKS_PATIENCE: TimeDelta = TimeDelta::seconds(10);

/// Orders of persons that are remembered.
const ORDERS_MAX: usize = 64;

/// One book over all tickers of the account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Book {
    #[serde(skip, default = "none_yet")]
    limits: Limits,
    holdings: BTreeMap<TickerKey, Holding>,
    day: Option<Day>,
    standing: Standing,
    rate: Rate,
    spent: Spent,
    /// When each limit was last released: a ticker that is first heard of later knows it, too.
    releases: BTreeMap<LimitName, DateTime<Utc>>,
    /// Orders to release that were followed, newest last, so that one that is repeated does nothing.
    orders: VecDeque<(String, Releasable)>,
    /// Of those groups of which anything became.
    pub(super) groups: BTreeMap<GroupName, Standing>,
}

/// The limits of a book that was kept, until [`Book::resume`] gives it those in force.
fn none_yet() -> Limits {
    Limits::off(chrono_tz::UTC)
}

impl Book {
    /// An empty book.
    #[must_use]
    pub fn new(limits: Limits) -> Book {
        Book {
            limits,
            holdings: BTreeMap::new(),
            day: None,
            standing: Standing::default(),
            rate: Rate::default(),
            spent: Spent::default(),
            releases: BTreeMap::new(),
            orders: VecDeque::new(),
            groups: BTreeMap::new(),
        }
    }

    /// A book that was kept, under the limits that are in force now.
    #[must_use]
    pub fn resume(self, limits: Limits) -> Book {
        Book { limits, ..self }
    }

    /// Takes in one record. The only change besides its own verdicts.
    pub fn apply(&mut self, record: &Record) {
        match (&record.ticker, &record.body) {
            (Some(ticker), Body::Fact(fact)) => self.apply_fact(record.at, ticker, fact),
            // Written and not refused counts as working until its end is known.
            (Some(ticker), Body::Request(request)) => self.asked(record.at, ticker, request),
            (Some(ticker), Body::Verdict(Verdict { request, refused })) => {
                self.answered(record.at, ticker, request, refused.as_ref());
            }
            (_, Body::Account(fact)) => self.apply_account(record.at, fact),
            _ => {}
        }
    }

    /// Lets a request through, or says why not.
    ///
    /// # Errors
    /// The first limit that the request would break. Nothing is reserved then.
    pub fn admit<W: Borrow<Request>>(
        &mut self,
        now: Now,
        view: &AccountView,
        request: W,
    ) -> Result<Admitted<W>, Refusal> {
        let wanted = request.borrow();
        let Some(ticker) = wanted.ticker().cloned() else { return Ok(Admitted::new(request)) };
        let refused = self.judge(now, view, &ticker, wanted).err();
        self.asked(now, &ticker, wanted);
        self.answered(now, &ticker, wanted, refused.as_ref());
        match refused {
            None => Ok(Admitted::new(request)),
            Some(because) => Err(because),
        }
    }

    /// What the account has to take note of by itself: a new day, a loss at its limit.
    /// The fact is applied already; it belongs into the journal.
    pub fn watch(&mut self, now: Now, view: &AccountView) -> Option<AccountFact> {
        let fact = self.new_day(now, view).or_else(|| self.new_trip(view));
        let fact = fact.or_else(|| self.new_group_trip(view))?;
        self.apply_account(now, &fact);
        Some(fact)
    }

    /// Releases what holds until a person says otherwise: the daily loss, a losing streak, entries
    /// without a fill, a group. The day's loss is counted anew from where it stands.
    /// The fact is applied already; it belongs into the journal. None if there is nothing to
    /// release.
    pub fn release(&mut self, now: Now, what: &Releasable, by: &str, id: &str) -> Option<AccountFact> {
        let (by, id) = (by.to_owned(), id.to_owned());
        let fact = match what {
            Releasable::Limit(limit) => {
                self.holds(*limit).then_some(AccountFact::Released { limit: *limit, by, id })?
            }
            Releasable::Group(group) => {
                self.group_tripped(group)?;
                AccountFact::GroupReleased { group: group.clone(), by, id }
            }
        };
        self.apply_account(now, &fact);
        Some(fact)
    }

    /// True for an order to release this that was followed before.
    #[must_use]
    pub fn has_released(&self, what: &Releasable, id: &str) -> bool {
        self.orders.iter().any(|(known, released)| known == id && released == what)
    }

    /// True for a limit of the account that holds something back until it is released.
    fn holds(&self, limit: LimitName) -> bool {
        match limit {
            LimitName::DailyLoss => self.tripped().is_some(),
            // Their files are looked at outside, and gone by now.
            LimitName::Halt | LimitName::Kill => true,
            LimitName::LosingStreak => self.holdings.values().any(|own| own.streak.losses() > 0),
            LimitName::UnfilledEntries => {
                self.holdings.values().any(|own| own.streak.unfilled_in_a_row(self.day) > 0)
            }
            _ => false,
        }
    }

    /// Other limits are in force from here on. What has tripped stays tripped.
    pub fn set_limits(&mut self, limits: Limits) {
        self.limits = limits;
    }

    /// The day's result at the newest marks.
    ///
    /// # Errors
    /// It is no real amount of money, or cannot be told.
    pub fn day_result(&self, view: &AccountView) -> Result<DayResult, ResultUnknown> {
        self.result_among(view, |_| true)
    }

    /// The same of some tickers.
    pub(super) fn result_among(
        &self,
        view: &AccountView,
        among: impl Fn(&TickerKey) -> bool,
    ) -> Result<DayResult, ResultUnknown> {
        let mut result = DayResult { total: Money::ZERO, unmarked: Vec::new() };
        for (ticker, holding) in self.holdings.iter().filter(|(ticker, _)| among(ticker)) {
            let mark = holding.mark(view, ticker);
            let own = holding.day_result(mark.map(|mark| mark.price));
            let unknown = || ResultUnknown { ticker: ticker.clone() };
            result.total = total([Some(result.total), own]).ok_or_else(unknown)?;
            if !holding.position.is_zero() && !mark.is_some_and(|mark| mark.live) {
                result.unmarked.push(ticker.clone());
            }
        }
        Ok(result)
    }

    /// What halted the account; none while entries are taken.
    #[must_use]
    pub fn tripped(&self) -> Option<&Trip> {
        self.standing.tripped()
    }

    /// The limits in force.
    #[must_use]
    pub fn limits(&self) -> &Limits {
        &self.limits
    }

    /// What each ticker holds by its executions, signed; those that hold nothing are left out.
    #[must_use]
    pub fn positions(&self) -> BTreeMap<TickerKey, Decimal> {
        let held = self.holdings.iter().filter(|(_, own)| !own.position.is_zero());
        held.map(|(ticker, own)| (ticker.clone(), own.position)).collect()
    }

    pub(super) fn holdings(&self) -> impl Iterator<Item = (&TickerKey, &Holding)> {
        self.holdings.iter()
    }

    pub(super) fn day(&self) -> Option<Day> {
        self.day
    }

    pub(super) fn open_positions(&self) -> usize {
        self.holdings.values().filter(|own| own.is_open()).count()
    }

    /// What is lost if every stop fills, but for one entry; none where it cannot be computed.
    pub(super) fn open_risk(&self, view: &AccountView, but: Option<&OrderRef>) -> Option<Money> {
        total(self.holdings.iter().map(|(ticker, own)| own.open_risk(view, ticker, but)))
    }

    pub(super) fn orders_of_second(&self, now: Now) -> u32 {
        self.rate.of_second(now)
    }

    pub(super) fn orders_of_day(&self) -> u32 {
        self.rate.of_day()
    }

    pub(super) fn spent_since(&self, told: DateTime<Utc>) -> Option<Money> {
        self.spent.since(told)
    }

    pub(super) fn refused(&self, limit: LimitName) -> u32 {
        self.standing.refused(limit)
    }

    /// The day's result that its limit is held against.
    pub(super) fn day_in_scope(&self, view: &AccountView) -> Result<Money, ResultUnknown> {
        match (self.limits.account.daily_loss_scope, view.broker_day) {
            (LossScope::Account, Some(told)) => Ok(told),
            _ => Ok(self.day_result(view)?.total),
        }
    }

    /// What trips the limit now, released or not.
    pub(super) fn loss(&self, view: &AccountView) -> Option<Trip> {
        self.standing.loss(self.day_in_scope(view), self.limits.account.daily_loss_max?)
    }

    /// The result of the day, below zero, at which its limit bites.
    pub(super) fn daily_loss_bound(&self) -> Option<Money> {
        self.standing.bound(self.limits.account.daily_loss_max?)
    }

    fn judge(
        &self,
        now: Now,
        view: &AccountView,
        ticker: &TickerKey,
        asked: &Request,
    ) -> Result<(), Refusal> {
        let unknown = Holding::on(self.day);
        let holding = self.holdings.get(ticker).unwrap_or(&unknown);
        Case { book: self, now, view, ticker, holding }.judge(asked)
    }

    fn holding(&mut self, ticker: &TickerKey) -> &mut Holding {
        let (day, releases) = (self.day, &self.releases);
        self.holdings.entry(ticker.clone()).or_insert_with(|| {
            let mut own = Holding::on(day);
            releases.iter().for_each(|(limit, at)| own.streak.released(*at, *limit));
            own
        })
    }

    fn apply_fact(&mut self, at: Now, ticker: &TickerKey, fact: &Fact) {
        let holding = self.holding(ticker);
        let opened = holding.apply(at, fact);
        if let (Fact::Executed { execution } | Fact::Stray { execution }, false) = (fact, opened.is_zero()) {
            let bound = holding.binds(execution.price, opened);
            self.spent.note(at.market, bound);
        }
    }

    fn asked(&mut self, at: Now, ticker: &TickerKey, request: &Request) {
        let collar = self.limits.order_of(ticker).price_collar;
        self.holding(ticker).asked(at, request, collar);
    }

    fn answered(&mut self, at: Now, ticker: &TickerKey, request: &Request, refused: Option<&Refusal>) {
        let minute = self.limits.ticker_of(ticker).minute;
        let holding = self.holding(ticker);
        let Some(refusal) = refused else {
            holding.admitted(at, request, minute);
            return self.rate.sent(at, orders_of(request));
        };
        holding.refused(request);
        match (refusal, refusal.limit()) {
            (_, None) => {}
            (Refusal::Group { group, .. }, Some(limit)) => self.standing_of(group).refuse(limit),
            (_, Some(limit)) => {
                holding.refused_by(limit);
                self.standing.refuse(limit);
            }
        }
    }

    pub(super) fn apply_account(&mut self, at: Now, fact: &AccountFact) {
        match fact {
            AccountFact::DayOpened { day, zone, marks } => {
                self.open_day(at, Day { date: *day, zone: *zone }, marks);
            }
            AccountFact::LossLimitReached { loss, max } => {
                self.standing.trip(Trip::Loss { loss: *loss, max: *max });
            }
            AccountFact::ResultUnknown { ticker } => {
                self.standing.trip(Trip::Unknown { ticker: ticker.clone() });
            }
            AccountFact::Released { limit, id, .. } => {
                self.followed(id, Releasable::Limit(*limit));
                self.released(at, *limit);
            }
            AccountFact::GroupTripped { group, trip } => self.standing_of(group).trip(trip.clone()),
            AccountFact::GroupReleased { group, id, .. } => {
                self.followed(id, Releasable::Group(group.clone()));
                self.standing_of(group).release();
            }
            AccountFact::OrderIds { .. }
            | AccountFact::Panicked { .. }
            | AccountFact::MessageTaken { .. }
            | AccountFact::SetByHand { .. }
            | AccountFact::Armed { .. }
            | AccountFact::ReloadAsked { .. }
            | AccountFact::Joined { .. }
            | AccountFact::ConfigTaken { .. } => {}
            AccountFact::NotSent { orders, .. } => {
                orders.iter().for_each(|order| self.holding(&order.ticker).lines.not_sent(order));
            }
        }
    }

    /// A day that is open is not opened again, and none before it: what was counted stays.
    fn open_day(&mut self, at: Now, day: Day, marks: &BTreeMap<TickerKey, Price>) {
        if self.day.is_some_and(|open| open.date >= day.date) {
            return;
        }
        self.day = Some(day);
        self.rate.open_day();
        self.standing.open_day();
        self.groups.values_mut().for_each(Standing::open_day);
        self.holdings.iter_mut().for_each(|(ticker, own)| own.open_day(at, day, marks.get(ticker).copied()));
    }

    fn released(&mut self, at: Now, limit: LimitName) {
        self.releases.insert(limit, at.market);
        self.holdings.values_mut().for_each(|own| own.streak.released(at.market, limit));
        if limit == LimitName::DailyLoss {
            self.standing.release();
        }
    }

    fn followed(&mut self, id: &str, what: Releasable) {
        if self.orders.len() == ORDERS_MAX {
            self.orders.pop_front();
        }
        self.orders.push_back((id.to_owned(), what));
    }

    fn standing_of(&mut self, group: &GroupName) -> &mut Standing {
        self.groups.entry(group.clone()).or_default()
    }

    fn new_day(&self, now: Now, view: &AccountView) -> Option<AccountFact> {
        let zone = self.limits.zone;
        let day = trading_day(now.market, zone);
        if self.day.is_some_and(|open| open.date >= day) {
            return None;
        }
        let held = |(ticker, own): &(&TickerKey, &Holding)| {
            own.position.is_zero() || view.mark(ticker, own.side()).is_some()
        };
        if now.process.since(crate::Process::default()) < MARKS_PATIENCE
            && !self.holdings.iter().all(|own| held(&own))
        {
            return None;
        }
        let marked =
            |(ticker, own): (&TickerKey, &Holding)| Some((ticker.clone(), own.mark(view, ticker)?.price));
        Some(AccountFact::DayOpened { day, zone, marks: self.holdings.iter().filter_map(marked).collect() })
    }

    fn new_trip(&self, view: &AccountView) -> Option<AccountFact> {
        if self.tripped().is_some() {
            return None;
        }
        Some(match self.loss(view)? {
            Trip::Loss { loss, max } => AccountFact::LossLimitReached { loss, max },
            Trip::Unknown { ticker } => AccountFact::ResultUnknown { ticker },
        })
    }
}

/// Orders that a request places or changes. What it cancels or only asks about is not counted.
fn orders_of(request: &Request) -> u32 {
    match request {
        Request::Place { orders, .. } => u32::try_from(orders.len()).unwrap_or(u32::MAX),
        Request::Modify(_) => 1,
        Request::Cancel(_) | Request::WhatIf(_) => 0,
    }
}

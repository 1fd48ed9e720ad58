//! Gauges of less than the whole account: what one ticker has of its own, and what a group has together.

use std::collections::BTreeMap;

use super::book::Book;
use super::exact::less;
use super::gauge::{Gauge, Reading, Scope, State, count, limit_of, net_of};
use super::holding::Holding;
use super::judge::{Case, Exposure};
use super::{AccountView, GroupLimits, GroupName, LimitName};
use crate::instrument::TickerKey;
use crate::time::Now;

/// The limits that a group can have.
const OF_GROUP: [LimitName; 4] =
    [LimitName::OpenPositions, LimitName::GrossExposure, LimitName::NetExposure, LimitName::DailyLoss];

impl Book {
    /// Each limit that a ticker has in place of the account's.
    pub(super) fn own_gauges(&self, now: Now, view: &AccountView) -> Vec<Gauge> {
        let limits = self.limits();
        let differs = |ticker: &TickerKey, name: &LimitName| {
            limit_of(limits.order_of(ticker), limits.ticker_of(ticker), *name)
                != limit_of(&limits.order, &limits.ticker, *name)
                || *name == LimitName::LosingStreak
                    && limits.ticker_of(ticker).losing_streak != limits.ticker.losing_streak
        };
        let nothing = Holding::on(self.day());
        let held: BTreeMap<&TickerKey, &Holding> = self.holdings().collect();
        let each = limits.own.keys().flat_map(|ticker| {
            let holding = held.get(ticker).copied().unwrap_or(&nothing);
            let case = Case { book: self, now, view, ticker, holding };
            LimitName::ALL
                .into_iter()
                .filter(move |name| differs(ticker, name))
                .map(move |name| case.gauge(name))
        });
        each.collect()
    }

    /// The limits of each group, and those of groups that have left the config tripped.
    pub(super) fn group_gauges(&self, view: &AccountView) -> Vec<Gauge> {
        let gone = GroupLimits::default();
        let mut gauges = Vec::new();
        for name in self.groups() {
            let known = self.limits().groups.get(&name);
            let shown =
                OF_GROUP.into_iter().filter(|limit| known.is_some() || *limit == LimitName::DailyLoss);
            gauges.extend(shown.map(|limit| self.group_gauge(view, &name, known.unwrap_or(&gone), limit)));
        }
        gauges
    }

    fn group_gauge(
        &self,
        view: &AccountView,
        group: &GroupName,
        own: &GroupLimits,
        name: LimitName,
    ) -> Gauge {
        let exposure = || Exposure::among(self, view, None, |ticker| own.tickers.contains(ticker));
        let (today, limit) = match name {
            LimitName::OpenPositions => (
                Some(Reading::Count(count(self.open_among(&own.tickers)))),
                own.positions_max.map(|max| Reading::Count(count(max))),
            ),
            LimitName::GrossExposure => (
                exposure().and_then(|all| all.gross()).map(Reading::Money),
                own.gross_exposure_max.map(Reading::Money),
            ),
            LimitName::NetExposure => {
                (exposure().and_then(|all| net_of(&all)), own.net_exposure_max.map(Reading::Money))
            }
            _ => {
                let day = self.result_among(view, |ticker| own.tickers.contains(ticker)).ok();
                let bound = own.daily_loss_max.and_then(|max| self.standing(group).bound(max));
                let loss = |result| less(result).map(Reading::Money);
                (loss(day.map(|day| day.total)), loss(bound))
            }
        };
        let tripped = self.group_tripped(group).filter(|_| name == LimitName::DailyLoss);
        let state = match (tripped, limit) {
            (Some(trip), _) => State::Tripped(trip.clone()),
            (None, Some(_)) => State::On,
            (None, None) => State::Off,
        };
        let refused = self.standing(group).refused(name);
        Gauge::new(name, Scope::Group(group.clone()), state, (today, limit), refused)
    }
}

impl Case<'_> {
    fn gauge(&self, name: LimitName) -> Gauge {
        let limits = self.book.limits();
        let limit = limit_of(limits.order_of(self.ticker), limits.ticker_of(self.ticker), name);
        let streak = limits.ticker_of(self.ticker).losing_streak;
        let pause = streak.and_then(|limit| self.holding.streak.pauses_until(self.now.market, limit));
        let state = match (limit, pause) {
            (None, _) => State::Off,
            (Some(_), Some(until)) if name == LimitName::LosingStreak => State::PausedUntil(until),
            (Some(_), _) => State::On,
        };
        let scope = Scope::Ticker(self.ticker.clone());
        Gauge::new(name, scope, state, (self.number(name), limit), self.holding.times_refused(name))
    }
}

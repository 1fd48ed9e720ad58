//! The limits with today's numbers, for those who watch: how far each is from biting.

use std::fmt;

use chrono::{DateTime, TimeDelta, Utc};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::book::Book;
use super::exact::{bounded, less, total};
use super::holding::Holding;
use super::judge::{Case, Exposure, spread_of};
use super::open_risk::in_a_gap;
use super::{AccountView, GroupName, LimitName, OrderLimits, TickerLimits, Trip, Unknown};
use crate::instrument::TickerKey;
use crate::money::{Money, Quantity};
use crate::order::Action;
use crate::time::{Now, in_words};

/// One limit with today's numbers. Its formula is [`LimitName::formula`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gauge {
    /// Which limit.
    pub name: LimitName,
    /// Whose limit.
    pub scope: Scope,
    /// Whether it bites at all, and what holds now.
    pub state: State,
    /// The ticker that is nearest to its own limit, where each ticker has a number of its own.
    pub ticker: Option<TickerKey>,
    /// The number now; none where each order has its own, or where it cannot be told.
    pub today: Option<Reading>,
    /// The limit; none when it is off, or has no number.
    pub limit: Option<Reading>,
    /// How far the number is from the limit; zero beyond it.
    pub left: Option<Reading>,
    /// How often it refused today.
    pub refused: u32,
}

/// Whose limit it is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// The account's, or that of every ticker.
    #[default]
    Account,
    /// One ticker's own.
    Ticker(TickerKey),
    /// A group's.
    Group(GroupName),
}

/// Whether a limit bites.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum State {
    /// It is in force.
    On,
    /// It is not configured.
    Off,
    /// Its number is not known; until it is, this happens.
    NotKnown(Unknown),
    /// It holds everything back until it is released by name.
    Tripped(Trip),
    /// A person's file holds it back until it is released by name: who set it, when and why.
    Set(String),
    /// It holds this ticker back until then, in market time.
    PausedUntil(DateTime<Utc>),
}

/// A limit's number, with its unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reading {
    /// Base currency.
    Money(Money),
    /// Shares or contracts.
    Quantity(Quantity),
    /// A count.
    Count(u32),
    /// A part of one.
    Share(Decimal),
    /// A span of time.
    Span(TimeDelta),
}

impl Reading {
    /// How far this limit is from `number`; zero when reached.
    fn beyond(self, number: Reading) -> Option<Reading> {
        Some(match (self, number) {
            (Reading::Money(max), Reading::Money(now)) => {
                Reading::Money(total([Some(max), Some(-now)])?.max(Money::ZERO))
            }
            (Reading::Quantity(max), Reading::Quantity(now)) => Reading::Quantity(max.less(now)),
            (Reading::Count(max), Reading::Count(now)) => Reading::Count(max.saturating_sub(now)),
            (Reading::Share(max), Reading::Share(now)) => Reading::Share((max - now).max(Decimal::ZERO)),
            (Reading::Span(max), Reading::Span(now)) => Reading::Span((max - now).max(TimeDelta::zero())),
            _ => return None,
        })
    }

    /// Which part of `limit` it is, so that numbers of different limits compare.
    fn part_of(self, limit: Reading) -> Decimal {
        // Nothing is nearer to its limit than what has a limit of nothing.
        self.bare().checked_div(limit.bare()).unwrap_or(Decimal::MAX)
    }

    fn bare(self) -> Decimal {
        match self {
            Reading::Money(money) => money.value(),
            Reading::Quantity(quantity) => quantity.value(),
            Reading::Count(count) => count.into(),
            Reading::Share(share) => share,
            Reading::Span(span) => span.num_milliseconds().into(),
        }
    }
}

impl Gauge {
    pub(super) fn new(
        name: LimitName,
        scope: Scope,
        state: State,
        (today, limit): (Option<Reading>, Option<Reading>),
        refused: u32,
    ) -> Gauge {
        let left = limit.zip(today).and_then(|(limit, today)| limit.beyond(today));
        Gauge { name, scope, state, ticker: None, today, limit, left, refused }
    }
}

impl Book {
    /// Every limit of the account with today's numbers, in the order of [`LimitName::ALL`]; then what tickers have
    /// of their own, then the groups'.
    #[must_use]
    pub fn gauges(&self, now: Now, view: &AccountView) -> Vec<Gauge> {
        let mut gauges: Vec<Gauge> =
            LimitName::ALL.into_iter().map(|name| self.gauge(now, view, name)).collect();
        gauges.extend(self.own_gauges(now, view));
        gauges.extend(self.group_gauges(view));
        gauges
    }

    fn gauge(&self, now: Now, view: &AccountView, name: LimitName) -> Gauge {
        let (ticker, numbers) = match self.nearest(now, view, name) {
            Some((ticker, today, limit)) => (Some(ticker), (Some(today), limit)),
            None => (None, (self.number(now, view, name), self.limit(view, name))),
        };
        let state = self.state(now, view, name, numbers.1.is_some());
        Gauge { ticker, ..Gauge::new(name, Scope::Account, state, numbers, self.refused(name)) }
    }

    fn state(&self, now: Now, view: &AccountView, name: LimitName, numbered: bool) -> State {
        let limits = self.limits();
        match name {
            LimitName::Halt => view.halt.clone().map_or(State::Off, State::Set),
            LimitName::Kill => view.kill.clone().map_or(State::Off, State::Set),
            LimitName::DailyLoss if self.tripped().is_some() => {
                self.tripped().cloned().map_or(State::On, State::Tripped)
            }
            LimitName::LosingStreak if numbered => {
                let pauses = |(ticker, own): (&TickerKey, &Holding)| {
                    own.streak.pauses_until(now.market, limits.ticker_of(ticker).losing_streak?)
                };
                self.holdings().filter_map(pauses).max().map_or(State::On, State::PausedUntil)
            }
            LimitName::BuyingPower => match (limits.account.buying_power, &view.funds) {
                (None, _) => State::Off,
                (Some(limit), None) => State::NotKnown(limit.unknown),
                (Some(_), Some(_)) => State::On,
            },
            LimitName::DuplicateIntent | LimitName::ZeroCrossing => State::On,
            LimitName::Restricted if !limits.restricted.is_empty() => State::On,
            _ if numbered => State::On,
            _ => State::Off,
        }
    }

    /// The limit as configured.
    fn limit(&self, view: &AccountView, name: LimitName) -> Option<Reading> {
        let own = self.limits();
        let account = &own.account;
        match name {
            LimitName::OpenPositions => account.positions_max.map(|max| Reading::Count(count(max))),
            LimitName::GrossExposure => account.gross_exposure_max.map(Reading::Money),
            LimitName::NetExposure => account.net_exposure_max.map(Reading::Money),
            LimitName::DailyLoss => less(self.daily_loss_bound()).map(Reading::Money),
            LimitName::OrdersASecond => account.orders_a_second_max.map(Reading::Count),
            LimitName::OrdersADay => account.orders_a_day_max.map(Reading::Count),
            LimitName::OpenRisk => account.open_risk_max.map(Reading::Money),
            LimitName::GapRisk => account.gap_risk_max.map(Reading::Money),
            LimitName::BuyingPower => {
                let funds = view.funds?;
                account.buying_power.map(|limit| Reading::Money(limit.of(funds.buying_power)))
            }
            _ => limit_of(&own.order, &own.ticker, name),
        }
    }

    /// The account's number that is held against it now.
    fn number(&self, now: Now, view: &AccountView, name: LimitName) -> Option<Reading> {
        let exposure = || Exposure::of(self, view, None);
        Some(match name {
            LimitName::GrossExposure => Reading::Money(exposure()?.gross()?),
            LimitName::OpenRisk => Reading::Money(self.open_risk(view, None)?),
            LimitName::GapRisk => Reading::Money(in_a_gap(exposure()?.gross()?)?),
            LimitName::NetExposure => net_of(&exposure()?)?,
            LimitName::DailyLoss => Reading::Money(less(Some(self.day_in_scope(view).ok()?))?),
            LimitName::OpenPositions => Reading::Count(count(self.open_positions())),
            LimitName::OrdersASecond => Reading::Count(self.orders_of_second(now)),
            LimitName::OrdersADay => Reading::Count(self.orders_of_day()),
            LimitName::BuyingPower => {
                let spent = self.spent_since(view.funds?.at);
                Reading::Money(total([Some(exposure()?.bound()), spent])?)
            }
            LimitName::Restricted => Reading::Count(count(self.limits().restricted.len())),
            _ => return None,
        })
    }

    /// The ticker that is nearest to its own limit, with its number and that limit. One without a limit is never near.
    fn nearest(
        &self,
        now: Now,
        view: &AccountView,
        name: LimitName,
    ) -> Option<(TickerKey, Reading, Option<Reading>)> {
        let of = |(ticker, holding): (&TickerKey, _)| {
            let today = Case { book: self, now, view, ticker, holding }.number(name)?;
            let limit = limit_of(self.limits().order_of(ticker), self.limits().ticker_of(ticker), name);
            Some((ticker.clone(), today, limit))
        };
        let nearness = |(_, today, limit): &(TickerKey, Reading, Option<Reading>)| {
            (limit.map(|limit| today.part_of(limit)), *today)
        };
        self.holdings().filter_map(of).max_by_key(nearness)
    }
}

impl Case<'_> {
    /// One ticker's number.
    pub(super) fn number(&self, name: LimitName) -> Option<Reading> {
        let entries = || self.holding.lines.entries().map(|(_, line)| line);
        let quote = self.view.quotes.get(self.ticker);
        Some(match name {
            LimitName::OrderQuantity => Reading::Quantity(entries().map(|line| line.rest()).max()?),
            LimitName::OrderNotional => {
                let worth = |line: &super::lines::Line| {
                    let shares = line.rest().value().checked_mul(self.holding.multiplier)?;
                    bounded(line.worst_price()?.value().checked_mul(shares)?)
                };
                Reading::Money(entries().filter_map(worth).max()?)
            }
            LimitName::QuoteAge => Reading::Span(quote?.age(self.now)),
            LimitName::Spread => Reading::Share(spread_of(quote?)?.2),
            LimitName::PositionSize => Reading::Money(self.position_size(None)?),
            LimitName::TickerGapRisk => Reading::Money(in_a_gap(self.position_size(None)?)?),
            LimitName::TickerRisk => Reading::Money(self.holding.open_risk(self.view, self.ticker, None)?),
            LimitName::EntriesAMinute => Reading::Count(count(self.entries_of_minute())),
            LimitName::TradesADay => Reading::Count(count(self.trades_of_day().len())),
            LimitName::LosingStreak => Reading::Count(count(self.holding.streak.losses())),
            LimitName::UnfilledEntries => Reading::Count(count(self.unfilled_entries())),
            LimitName::LegsASide => {
                let sides = [Action::Buy, Action::Sell].map(|action| self.holding.lines.legs(action));
                Reading::Count(count(sides.into_iter().max()?))
            }
            _ => return None,
        })
    }
}

/// A limit that each ticker may have for itself.
pub(super) fn limit_of(order: &OrderLimits, ticker: &TickerLimits, name: LimitName) -> Option<Reading> {
    match name {
        LimitName::OrderQuantity => order.quantity_max.map(Reading::Quantity),
        LimitName::OrderNotional => order.notional_max.map(Reading::Money),
        LimitName::PriceCollar => order.price_collar.map(|share| Reading::Share(share.value())),
        LimitName::QuoteAge => order.quote_age_max.map(Reading::Span),
        LimitName::Spread => order.spread_max.map(|share| Reading::Share(share.value())),
        LimitName::PositionSize => ticker.position_size_max.map(Reading::Money),
        LimitName::EntriesAMinute => ticker.entries_a_minute_max.map(Reading::Count),
        LimitName::TradesADay => ticker.trades_a_day_max.map(Reading::Count),
        LimitName::LosingStreak => ticker.losing_streak.map(|limit| Reading::Count(limit.losses)),
        LimitName::UnfilledEntries => ticker.unfilled_in_a_row_max.map(Reading::Count),
        LimitName::LegsASide => ticker.legs_a_side_max.map(Reading::Count),
        LimitName::TickerRisk => ticker.open_risk_max.map(Reading::Money),
        LimitName::TickerGapRisk => ticker.gap_risk_max.map(Reading::Money),
        _ => None,
    }
}

/// The larger of both sides' excess; zero for none.
pub(super) fn net_of(exposure: &Exposure) -> Option<Reading> {
    let sides = [exposure.net(Action::Buy)?, -exposure.net(Action::Sell)?];
    Some(Reading::Money(sides.into_iter().max()?.max(Money::ZERO)))
}

pub(super) fn count(of: usize) -> u32 {
    u32::try_from(of).unwrap_or(u32::MAX)
}

impl fmt::Display for Reading {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Reading::Money(money) => money.fmt(f),
            Reading::Quantity(quantity) => quantity.fmt(f),
            Reading::Count(count) => count.fmt(f),
            Reading::Share(share) => {
                write!(f, "{} %", (share * Decimal::ONE_HUNDRED).round_dp(2).normalize())
            }
            Reading::Span(span) => f.write_str(&in_words(*span)),
        }
    }
}

impl fmt::Display for Gauge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.scope {
            Scope::Account => {}
            Scope::Ticker(ticker) => write!(f, "{ticker}'s ")?,
            Scope::Group(group) => write!(f, "group {group}'s ")?,
        }
        write!(f, "{}: ", self.name)?;
        match (&self.today, &self.limit) {
            (Some(today), Some(limit)) => write!(f, "{today} of {limit}")?,
            (Some(today), None) => today.fmt(f)?,
            (None, Some(limit)) => write!(f, "at most {limit}")?,
            (None, None) => f.write_str("no number")?,
        }
        if let Some(ticker) = &self.ticker {
            write!(f, " ({ticker})")?;
        }
        if let Some(left) = &self.left {
            write!(f, ", {left} left")?;
        }
        write!(f, ", {}, refused {} today", self.state, self.refused)
    }
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            State::On => f.write_str("on"),
            State::Off => f.write_str("off"),
            State::NotKnown(Unknown::Admit) => f.write_str("not known yet: lets through"),
            State::NotKnown(Unknown::Refuse) => f.write_str("not known yet: refuses"),
            State::Tripped(trip) => write!(f, "tripped: {trip}; released by name only"),
            State::Set(words) => write!(f, "set by hand ({words}); released by name only"),
            State::PausedUntil(until) => write!(f, "pauses until {}", until.format("%Y-%m-%d %H:%M:%S UTC")),
        }
    }
}

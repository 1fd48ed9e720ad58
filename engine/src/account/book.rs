//! The risk book: sees every record in the journal's order, and lets requests through.
//!
//! [`Book::apply`] is its only change; [`Book::admit`] decides and applies its own
//! verdict in one step, so that two tickers cannot pass the same limit at once. What
//! reduces risk is judged by the position the book knows, never by an order's role.
//!
//! Read next: [`Limits`].

use std::borrow::Borrow;
use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::holding::Holding;
use super::{AccountView, Admitted, Limits, Refusal};
use crate::instrument::TickerKey;
use crate::money::{Money, Price, Quantity};
use crate::order::{Action, Side};
use crate::order_ref::Role;
use crate::record::{AccountFact, Body, Record, Verdict};
use crate::request::{OrderSpec, Request};
use crate::time::{Now, trading_day};

/// One book over all tickers of the account.
#[derive(Clone, Debug)]
pub struct Book {
    limits: Limits,
    holdings: BTreeMap<TickerKey, Holding>,
    day: Option<NaiveDate>,
    tripped: Option<(Money, Money)>,
}

/// The day's result so far.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DayResult {
    /// Realised and unrealised, after commissions known.
    pub total: Money,
    /// Tickers that hold something no mark is known for; they are missing from the total.
    pub unmarked: Vec<TickerKey>,
}

impl Book {
    /// An empty book.
    #[must_use]
    pub fn new(limits: Limits) -> Book {
        Book { limits, holdings: BTreeMap::new(), day: None, tripped: None }
    }

    /// Takes in one record. The only change besides its own verdicts.
    pub fn apply(&mut self, record: &Record) {
        match (&record.ticker, &record.body) {
            (Some(ticker), Body::Fact(fact)) => self.holding(ticker).apply(fact),
            // Written and not refused counts as working until its end is known.
            (Some(ticker), Body::Request(request)) => self.holding(ticker).admitted(request),
            (Some(ticker), Body::Verdict(Verdict { request, refused: Some(_) })) => {
                self.holding(ticker).refused(request);
            }
            (_, Body::Account(fact)) => self.apply_account(fact),
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
        self.judge(now, view, &ticker, wanted)?;
        self.holding(&ticker).admitted(wanted);
        Ok(Admitted::new(request))
    }

    /// What the account has to take note of by itself: a new day, a loss at its limit.
    /// The fact is applied already; it belongs into the journal.
    pub fn watch(&mut self, now: Now, view: &AccountView) -> Option<AccountFact> {
        let fact = self.new_day(now, view).or_else(|| self.loss(view))?;
        self.apply_account(&fact);
        Some(fact)
    }

    /// The day's result at the newest marks.
    #[must_use]
    pub fn day_result(&self, view: &AccountView) -> DayResult {
        let mut result = DayResult { total: Money::ZERO, unmarked: Vec::new() };
        for (ticker, holding) in &self.holdings {
            match holding.day_result(mark(view, ticker, holding)) {
                Some(own) => result.total = result.total + own,
                None => result.unmarked.push(ticker.clone()),
            }
        }
        result
    }

    /// The loss at which the account was halted, and the limit then.
    #[must_use]
    pub fn tripped(&self) -> Option<(Money, Money)> {
        self.tripped
    }

    /// The limits in force.
    #[must_use]
    pub fn limits(&self) -> &Limits {
        &self.limits
    }

    fn holding(&mut self, ticker: &TickerKey) -> &mut Holding {
        self.holdings.entry(ticker.clone()).or_default()
    }

    fn apply_account(&mut self, fact: &AccountFact) {
        match fact {
            AccountFact::DayOpened { day, marks } => {
                self.day = Some(*day);
                self.holdings.iter_mut().for_each(|(ticker, own)| own.open_day(marks.get(ticker).copied()));
            }
            AccountFact::LossLimitReached { loss, max } => self.tripped = Some((*loss, *max)),
            AccountFact::OrderIds { .. } => {}
            AccountFact::NotSent { orders, .. } => {
                orders.iter().for_each(|order| self.holding(&order.ticker).release(order));
            }
        }
    }

    fn new_day(&self, now: Now, view: &AccountView) -> Option<AccountFact> {
        let day = trading_day(now.market, self.limits.zone);
        if self.day == Some(day) {
            return None;
        }
        let marked = |(ticker, own): (&TickerKey, &Holding)| Some((ticker.clone(), mark(view, ticker, own)?));
        Some(AccountFact::DayOpened { day, marks: self.holdings.iter().filter_map(marked).collect() })
    }

    fn loss(&self, view: &AccountView) -> Option<AccountFact> {
        let loss = self.day_result(view).total;
        let max = self.limits.daily_loss_max;
        (self.tripped.is_none() && loss <= -max).then_some(AccountFact::LossLimitReached { loss, max })
    }

    fn judge(
        &self,
        now: Now,
        view: &AccountView,
        ticker: &TickerKey,
        request: &Request,
    ) -> Result<(), Refusal> {
        let unknown = Holding::default();
        let holding = self.holdings.get(ticker).unwrap_or(&unknown);
        match request {
            Request::Cancel(_) => Ok(()),
            Request::Modify(change) => holding
                .excess(change)
                .map_or(Ok(()), |wanted| Err(Refusal::CrossesZero { wanted, held: holding.held() })),
            Request::Place { orders, .. } => {
                orders.iter().try_for_each(|spec| self.judge_order(now, view, ticker, holding, spec))
            }
        }
    }

    fn judge_order(
        &self,
        now: Now,
        view: &AccountView,
        ticker: &TickerKey,
        holding: &Holding,
        spec: &OrderSpec,
    ) -> Result<(), Refusal> {
        let opening = holding.opening(spec);
        if opening.is_zero() {
            return Ok(());
        }
        let held = holding.closable(spec.action);
        let opens = matches!(spec.order.role, Role::Entry | Role::Add);
        if !held.is_zero() || !opens {
            return Err(Refusal::CrossesZero { wanted: spec.quantity, held });
        }
        self.judge_day()?;
        let price = spec.kind.price().ok_or(Refusal::NoPrice)?;
        self.judge_price(now, view, ticker, spec.action, price)?;
        self.judge_size(ticker, holding, opening, price)
    }

    fn judge_day(&self) -> Result<(), Refusal> {
        self.tripped.map_or(Ok(()), |(loss, max)| Err(Refusal::DailyLoss { loss, max }))
    }

    fn judge_price(
        &self,
        now: Now,
        view: &AccountView,
        ticker: &TickerKey,
        action: Action,
        price: Price,
    ) -> Result<(), Refusal> {
        let quote = view.quotes.get(ticker).ok_or_else(|| Refusal::NoQuote { ticker: ticker.clone() })?;
        let touch = quote.touch(action).ok_or_else(|| Refusal::NoQuote { ticker: ticker.clone() })?;
        let (age, max) = (quote.age(now), self.limits.quote_age_max);
        if age > max {
            return Err(Refusal::QuoteTooOld { ticker: ticker.clone(), age, max });
        }
        let collar = self.limits.price_collar;
        let beyond = match action {
            Action::Buy => price.value() > touch.raised(collar),
            Action::Sell => price.value() < touch.lowered(collar),
        };
        if beyond { Err(Refusal::PriceCollar { price, touch, collar }) } else { Ok(()) }
    }

    fn judge_size(
        &self,
        ticker: &TickerKey,
        holding: &Holding,
        opening: Quantity,
        price: Price,
    ) -> Result<(), Refusal> {
        let open = self.holdings.values().filter(|own| own.is_open()).count();
        let max = self.limits.positions_max;
        if !holding.is_open() && open >= max {
            return Err(Refusal::TooManyPositions { open, max });
        }
        let (would, max) = (holding.worth_with(opening, price), self.limits.position_size_max);
        if would > max {
            return Err(Refusal::PositionTooLarge { ticker: ticker.clone(), would, max });
        }
        Ok(())
    }
}

fn mark(view: &AccountView, ticker: &TickerKey, holding: &Holding) -> Option<Price> {
    let side = if holding.position.is_sign_negative() { Side::Short } else { Side::Long };
    view.quotes.get(ticker)?.mark(side)
}

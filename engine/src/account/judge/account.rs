//! Limits of the account: what all tickers hold and work together, and its day.

use super::ticker::replaced;
use super::{AccountView, Book, Case, Holding, Opening, Refusal, count};
use crate::account::Unknown;
use crate::account::exact::{less, total, without_sign};
use crate::instrument::TickerKey;
use crate::money::Money;
use crate::mutant::{self, Mutant};
use crate::order::Action;
use crate::order_ref::OrderRef;
use crate::request::OrderSpec;

/// What all tickers hold, and what their entries may bring.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::account) struct Exposure {
    long: Money,
    short: Money,
    buys: Money,
    sells: Money,
    /// Buying power that the entries may take.
    bound: Money,
}

impl Exposure {
    /// Of a whole book, but for one order; none where it cannot be computed.
    pub(in crate::account) fn of(
        book: &Book,
        view: &AccountView,
        but: Option<&OrderRef>,
    ) -> Option<Exposure> {
        Exposure::among(book, view, but, |_| true)
    }

    /// The same of some of its tickers.
    pub(in crate::account) fn among(
        book: &Book,
        view: &AccountView,
        but: Option<&OrderRef>,
        among: impl Fn(&TickerKey) -> bool,
    ) -> Option<Exposure> {
        let holdings = || book.holdings().filter(|(ticker, _)| among(ticker));
        let worth =
            |sign: fn(Money) -> bool| {
                let held = holdings().map(|(ticker, own)| own.worth(view, ticker));
                total(held.map(|worth| {
                    worth.map(|worth| if sign(worth) { without_sign(worth) } else { Money::ZERO })
                }))
            };
        let reserved = |action| total(holdings().map(|(_, own)| own.reserved(action, but)));
        Some(Exposure {
            long: worth(|worth| worth > Money::ZERO)?,
            short: worth(|worth| worth < Money::ZERO)?,
            buys: reserved(Action::Buy)?,
            sells: reserved(Action::Sell)?,
            bound: total(holdings().map(|(_, own)| own.bound(but)))?,
        })
    }

    /// With what an order of this ticker may open.
    fn with(self, opening: &Opening, holding: &Holding) -> Option<Exposure> {
        let worth = opening.worth(holding.multiplier)?;
        let bound = total([Some(self.bound), holding.binds(opening.price?, opening.quantity)])?;
        let add = |sum| total([Some(sum), Some(worth)]);
        Some(match opening.action {
            Action::Buy => Exposure { buys: add(self.buys)?, bound, ..self },
            Action::Sell => Exposure { sells: add(self.sells)?, bound, ..self },
        })
    }

    /// Long and short together, entries included.
    pub(in crate::account) fn gross(&self) -> Option<Money> {
        total([self.long, self.short, self.buys, self.sells].map(Some))
    }

    /// Long less short, with the entries of `action` filled and none of the other side.
    pub(in crate::account) fn net(&self, action: Action) -> Option<Money> {
        let held = [Some(self.long), Some(-self.short)];
        total(held.into_iter().chain([match action {
            Action::Buy => Some(self.buys),
            Action::Sell => less(Some(self.sells)),
        }]))
    }

    /// Buying power that entries may take.
    pub(in crate::account) fn bound(&self) -> Money {
        self.bound
    }
}

impl Case<'_> {
    pub(super) fn judge_account(&self, openings: &[Opening]) -> Result<(), Refusal> {
        let limits = &self.book.limits().account;
        self.judge_positions(self.book.open_positions(), limits.positions_max)?;
        let before = Exposure::of(self.book, self.view, replaced(openings));
        let exposure = before.and_then(|before| self.with_openings(before, openings));
        let exposure = exposure.ok_or_else(|| self.not_computable())?;
        self.judge_exposure(&exposure, (limits.gross_exposure_max, limits.net_exposure_max), openings)?;
        self.judge_open_risk(openings, &exposure)?;
        self.judge_buying_power(&exposure)
    }

    /// So many tickers are open, of the account or of a group.
    pub(super) fn judge_positions(&self, open: usize, max: Option<usize>) -> Result<(), Refusal> {
        let Some(max) = max else { return Ok(()) };
        if !self.holding.is_open() && open >= max {
            return Err(Refusal::TooManyPositions { open, max });
        }
        Ok(())
    }

    pub(super) fn with_openings(&self, before: Exposure, openings: &[Opening]) -> Option<Exposure> {
        openings.iter().try_fold(before, |sum, opening| sum.with(opening, self.holding))
    }

    /// What the account or a group would hold, against the most that it may gross and net.
    pub(super) fn judge_exposure(
        &self,
        exposure: &Exposure,
        (gross_max, net_max): (Option<Money>, Option<Money>),
        openings: &[Opening],
    ) -> Result<(), Refusal> {
        let would = exposure.gross().ok_or_else(|| self.not_computable())?;
        if let Some(max) = gross_max.filter(|max| would > *max) {
            return Err(Refusal::GrossExposure { would, max });
        }
        let Some(max) = net_max else { return Ok(()) };
        for action in [Action::Buy, Action::Sell] {
            let would = exposure.net(action).ok_or_else(|| self.not_computable())?;
            // What the other side's entries may come to was judged when they were admitted.
            let own = openings.iter().any(|opening| opening.action == action);
            let outward = match action {
                Action::Buy => would,
                Action::Sell => -would,
            };
            if own && outward > max {
                return Err(Refusal::NetExposure { would, max });
            }
        }
        Ok(())
    }

    fn judge_buying_power(&self, exposure: &Exposure) -> Result<(), Refusal> {
        let Some(limit) = self.book.limits().account.buying_power else { return Ok(()) };
        let Some(funds) = &self.view.funds else {
            return match limit.unknown {
                Unknown::Admit => Ok(()),
                Unknown::Refuse => Err(Refusal::BuyingPowerUnknown),
            };
        };
        let needed = total([Some(exposure.bound()), self.book.spent_since(funds.at)]);
        let needed = needed.ok_or_else(|| self.not_computable())?;
        let available = limit.of(funds.buying_power);
        if needed > available { Err(Refusal::BuyingPower { needed, available }) } else { Ok(()) }
    }

    /// Orders a second and a day, with those of this request.
    pub(super) fn judge_rate(&self, orders: &[OrderSpec]) -> Result<(), Refusal> {
        let limits = &self.book.limits().account;
        let more = count(orders.len());
        let second = self.book.orders_of_second(self.now).saturating_add(more);
        if let Some(max) = limits.orders_a_second_max.filter(|max| second > *max) {
            return Err(Refusal::TooManyOrdersASecond { orders: second, max });
        }
        let day = self.book.orders_of_day().saturating_add(more);
        if let Some(max) = limits.orders_a_day_max.filter(|max| day > *max) {
            return Err(Refusal::TooManyOrdersADay { orders: day, max });
        }
        Ok(())
    }

    /// Tripped, or at the loss that trips it.
    pub(super) fn judge_day(&self) -> Result<(), Refusal> {
        if mutant::is(Mutant::LimitWithoutTeeth) {
            return Ok(());
        }
        match self.book.tripped().cloned().or_else(|| self.book.loss(self.view)) {
            Some(trip) => Err(trip.into()),
            None => Ok(()),
        }
    }
}

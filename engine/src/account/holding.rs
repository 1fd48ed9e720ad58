//! One ticker's line in the book: what it holds, what it has reserved, and its day.

use std::collections::BTreeMap;

use rust_decimal::Decimal;

use crate::fact::Fact;
use crate::money::{Money, Price, Quantity};
use crate::order::{Action, Execution, Kind, Standing};
use crate::order_ref::OrderRef;
use crate::request::{Change, OrderSpec, Request};

/// One ticker's line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Holding {
    /// Signed shares, by executions.
    pub(super) position: Decimal,
    multiplier: Decimal,
    /// Entries admitted and not over: what they may still bring.
    reserved: BTreeMap<OrderRef, Reserved>,
    /// Effects booked of the open trade, by execution without revision.
    booked: BTreeMap<String, Effect>,
    /// Those of the trade before, for corrections that come late.
    before: BTreeMap<String, Effect>,
    /// The newest price it traded at.
    traded: Option<Price>,
    day: Day,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Reserved {
    quantity: Quantity,
    price: Price,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Effect {
    order: OrderRef,
    quantity: Quantity,
    shares: Decimal,
    cash: Money,
}

/// What the day's result is counted from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Day {
    position: Decimal,
    mark: Option<Price>,
    cash: Money,
    commission: Money,
}

impl Default for Holding {
    fn default() -> Holding {
        Holding {
            position: Decimal::ZERO,
            multiplier: Decimal::ONE,
            reserved: BTreeMap::new(),
            booked: BTreeMap::new(),
            before: BTreeMap::new(),
            traded: None,
            day: Day::default(),
        }
    }
}

impl Holding {
    /// Takes in a fact of its ticker.
    pub(super) fn apply(&mut self, fact: &Fact) {
        match fact {
            Fact::LotOpened(lot) => self.multiplier = lot.multiplier,
            Fact::Executed { execution } | Fact::Stray { execution } => self.executed(execution),
            Fact::Commissioned(commission) => self.day.commission = self.day.commission + commission.amount,
            Fact::OrderMoved(status) if matches!(status.standing, Standing::Ended(_)) => {
                self.reserved.remove(&status.order);
            }
            Fact::TradeClosed { .. } => self.before = std::mem::take(&mut self.booked),
            _ => {}
        }
    }

    /// Takes in a request that was admitted.
    pub(super) fn admitted(&mut self, request: &Request) {
        let Request::Place { orders, .. } = request else { return };
        for spec in orders {
            if let (false, Kind::Limit(price)) = (self.opening(spec).is_zero(), spec.kind) {
                self.reserved.insert(spec.order.clone(), Reserved { quantity: spec.quantity, price });
            }
        }
    }

    /// Takes in that new orders were refused.
    pub(super) fn refused(&mut self, request: &Request) {
        if let Request::Place { orders, .. } = request {
            orders.iter().for_each(|spec| self.release(&spec.order));
        }
    }

    /// An order did not go out: what it reserved is free again.
    pub(super) fn release(&mut self, order: &OrderRef) {
        self.reserved.remove(order);
    }

    /// The day begins: what is held is counted from `mark`.
    pub(super) fn open_day(&mut self, mark: Option<Price>) {
        // Without a quote the last price it traded at is the nearest to an opening mark.
        let mark = mark.or(self.traded);
        self.day = Day { position: self.position, mark, cash: Money::ZERO, commission: Money::ZERO };
    }

    /// True with a position or an entry at work.
    pub(super) fn is_open(&self) -> bool {
        !self.position.is_zero() || !self.reserved.is_empty()
    }

    /// How much of an order would open or enlarge a position. A child opens nothing: it
    /// works only after its parent, on the other side.
    pub(super) fn opening(&self, spec: &OrderSpec) -> Quantity {
        if spec.parent.is_some() {
            return Quantity::ZERO;
        }
        spec.quantity.less(self.closable(spec.action))
    }

    /// Shares that an order of this action would take off the position.
    pub(super) fn closable(&self, action: Action) -> Quantity {
        let held = match action {
            Action::Buy => -self.position,
            Action::Sell => self.position,
        };
        Quantity::new(held.max(Decimal::ZERO)).unwrap_or_default()
    }

    /// How much more than the position an order with these terms would close. An entry
    /// closes nothing.
    pub(super) fn excess(&self, change: &Change) -> Option<Quantity> {
        if self.reserved.contains_key(&change.order) {
            return None;
        }
        let wanted = change.quantity.less(self.filled(&change.order));
        (wanted > self.held()).then_some(wanted)
    }

    /// Shares held, without sign.
    pub(super) fn held(&self) -> Quantity {
        Quantity::new(self.position.abs()).unwrap_or_default()
    }

    fn filled(&self, order: &OrderRef) -> Quantity {
        self.booked.values().filter(|effect| effect.order == *order).map(|effect| effect.quantity).sum()
    }

    /// What the position would be worth with `extra` at `price`, working entries included.
    pub(super) fn worth_with(&self, extra: Quantity, price: Price) -> Money {
        let open = |(order, entry): (&OrderRef, &Reserved)| {
            entry.price.times(entry.quantity.less(self.filled(order)), self.multiplier)
        };
        let reserved: Money = self.reserved.iter().map(open).sum();
        price.times(self.held() + extra, self.multiplier) + reserved
    }

    /// The day's result at `mark`; none when something is held and no mark is known.
    pub(super) fn day_result(&self, mark: Option<Price>) -> Option<Money> {
        let worth = |shares: Decimal, mark: Option<Price>| match mark {
            _ if shares.is_zero() => Some(Money::ZERO),
            Some(mark) => Some(Money::new(shares * mark.value() * self.multiplier)),
            None => None,
        };
        let now = worth(self.position, mark)?;
        let began = worth(self.day.position, self.day.mark.or(mark))?;
        Some(now - began + self.day.cash - self.day.commission)
    }

    fn executed(&mut self, execution: &Execution) {
        let base = execution.id.rsplit_once('.').map_or(execution.id.as_str(), |(base, _)| base);
        let value = execution.price.times(execution.quantity, self.multiplier);
        let (shares, cash) = match execution.action {
            Action::Buy => (execution.quantity.value(), -value),
            Action::Sell => (-execution.quantity.value(), value),
        };
        let (order, quantity) = (execution.order.clone(), execution.quantity);
        self.traded = Some(execution.price);
        let effect = Effect { order, quantity, shares, cash };
        let late = self.before.contains_key(base);
        let old = if late {
            self.before.insert(base.to_owned(), effect)
        } else {
            self.booked.insert(base.to_owned(), effect)
        };
        let (old_shares, old_cash) = old.map_or((Decimal::ZERO, Money::ZERO), |old| (old.shares, old.cash));
        self.position += shares - old_shares;
        self.day.cash = self.day.cash + cash - old_cash;
    }
}

//! What a ticker sees of the market: volatile, never journaled, asked for again at start.

use chrono::TimeDelta;
use rust_decimal::Decimal;

use crate::instrument::Instrument;
use crate::money::{Money, Price};
use crate::order::{Action, Side};
use crate::time::{Now, Process};

/// The market as one ticker sees it at one moment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MarketView {
    /// What the broker says of the contract; none until it has answered.
    pub instrument: Option<Instrument>,
    /// The newest quote; none until the first tick.
    pub quote: Option<Quote>,
    /// The average true range of its bars, in points; none before there are enough of them.
    pub atr: Option<Decimal>,
    /// The account's equity in base currency; none until the broker has told.
    pub equity: Option<Money>,
    /// Base currency for one unit of the contract's; none where it is not known.
    pub rate: Option<Decimal>,
}

/// A quote with its age. A side without an offer is none, never zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quote {
    /// What a sell would get.
    pub bid: Option<Price>,
    /// What a buy would pay.
    pub ask: Option<Price>,
    /// The last trade.
    pub last: Option<Price>,
    /// The lowest price of the day, where the broker tells.
    pub low: Option<Price>,
    /// The highest.
    pub high: Option<Price>,
    /// Shares that can be borrowed for a short sale, where the broker tells.
    pub shortable: Option<Decimal>,
    /// When the last tick of any kind arrived.
    pub at: Process,
    /// True for delayed or frozen data: shown, never traded on.
    pub delayed: bool,
    /// True while trading in the contract is halted.
    pub halted: bool,
    /// When trading went on after the newest halt.
    pub resumed: Option<Process>,
}

impl Quote {
    /// A quote of nothing yet.
    #[must_use]
    pub fn empty(at: Process) -> Quote {
        Quote {
            bid: None,
            ask: None,
            last: None,
            low: None,
            high: None,
            shortable: None,
            at,
            delayed: false,
            halted: false,
            resumed: None,
        }
    }

    /// What an order of this action would meet: the ask for a buy, the bid for a sell.
    #[must_use]
    pub fn touch(&self, action: Action) -> Option<Price> {
        match action {
            Action::Buy => self.ask,
            Action::Sell => self.bid,
        }
    }

    /// What a position of this side could be closed at: the mark of P&L.
    #[must_use]
    pub fn mark(&self, side: Side) -> Option<Price> {
        self.touch(side.closing()).or(self.last)
    }

    /// How long ago the last tick came.
    #[must_use]
    pub fn age(&self, now: Now) -> TimeDelta {
        now.process.since(self.at)
    }
}

//! What a ticker has to show for itself: counts and sums since it began.

use chrono::TimeDelta;
use serde::{Deserialize, Serialize};

use crate::fact::Fact;
use crate::money::Money;

/// Counts and sums of one ticker. Money in base currency.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tally {
    /// Trades that held shares and are over.
    pub trades: u32,
    /// Those of them that gained after the commissions known when they closed.
    pub wins: u32,
    /// Gains less losses of closed lots, before commissions.
    pub realized: Money,
    /// Commissions known.
    pub commission: Money,
    /// Signals that led to an order.
    pub signals_taken: u32,
    /// Signals that led to nothing.
    pub signals_declined: u32,
    /// The longest time that shares were held without a working stop; none was held: none.
    #[serde(with = "crate::reason::spans")]
    pub exposed_max: Option<TimeDelta>,
}

impl Tally {
    /// Counts one fact.
    pub fn count(&mut self, fact: &Fact) {
        match fact {
            Fact::SignalTaken { .. } => self.signals_taken += 1,
            Fact::SignalDeclined { .. } => self.signals_declined += 1,
            Fact::Commissioned(commission) => self.commission = self.commission + commission.amount,
            Fact::LotClosed(lot) => self.realized = self.realized + lot.realized,
            Fact::CorrectedLate { by, .. } => self.realized = self.realized + *by,
            Fact::LotReopened { realized, .. } => self.realized = self.realized - *realized,
            Fact::Settled { change, .. } => self.realized = self.realized + *change,
            Fact::TradeReopened { counted: Some(won), .. } => {
                self.trades = self.trades.saturating_sub(1);
                self.wins = self.wins.saturating_sub(u32::from(*won));
            }
            Fact::Protected { exposed, .. } => self.exposed_max = self.exposed_max.max(Some(*exposed)),
            Fact::TradeClosed { realized, commission, traded: true, .. } => {
                self.trades += 1;
                self.wins += u32::from(*realized - *commission > Money::ZERO);
            }
            _ => {}
        }
    }
}

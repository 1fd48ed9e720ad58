//! Limits on what may still be lost: one ticker's and the account's, at the stops and in a gap.

use super::ticker::replaced;
use super::{Case, Exposure, Opening, Refusal};
use crate::account::exact::total;
use crate::account::open_risk::in_a_gap;
use crate::money::Money;

impl Case<'_> {
    pub(super) fn judge_open_risk(&self, openings: &[Opening], exposure: &Exposure) -> Result<(), Refusal> {
        let limits = self.book.limits();
        let own = self.ticker_limits().open_risk_max;
        let (all, gap) = (limits.account.open_risk_max, limits.account.gap_risk_max);
        let known = |sum: Option<Money>| sum.ok_or_else(|| self.not_computable());
        if own.is_some() || all.is_some() {
            let but = replaced(openings);
            let more = || openings.iter().map(|opening| self.holding.risk_of_opening(opening));
            let ticker = || self.holding.open_risk(self.view, self.ticker, but);
            if let Some(max) = own {
                let would = known(total([ticker()].into_iter().chain(more())))?;
                if would > max {
                    return Err(Refusal::TickerRisk { ticker: self.ticker.clone(), would, max });
                }
            }
            if let Some(max) = all {
                let would = known(total([self.book.open_risk(self.view, but)].into_iter().chain(more())))?;
                if would > max {
                    return Err(Refusal::OpenRisk { would, max });
                }
            }
        }
        let Some(max) = gap else { return Ok(()) };
        let would = known(exposure.gross().and_then(in_a_gap))?;
        if would > max { Err(Refusal::GapRisk { would, max }) } else { Ok(()) }
    }
}

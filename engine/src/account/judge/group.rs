//! Limits of several tickers together: what the account's limits are to all, these are to a group's own.

use super::ticker::replaced;
use super::{Case, Exposure, Opening, Refusal};
use crate::account::{GroupLimits, GroupName, Trip};
use crate::mutant::{self, Mutant};

impl Case<'_> {
    /// Every limit of every group that the ticker is in.
    pub(super) fn judge_groups(&self, openings: &[Opening]) -> Result<(), Refusal> {
        self.each_group(|_, group| self.judge_group(group, openings))
    }

    /// A group that has tripped, or is at the loss that trips it.
    pub(super) fn judge_group_days(&self) -> Result<(), Refusal> {
        if mutant::is(Mutant::LimitWithoutTeeth) {
            return Ok(());
        }
        self.each_group(|name, group| {
            let tripped = self.book.group_tripped(name).cloned();
            match tripped.or_else(|| self.book.group_loss(self.view, name, group)) {
                Some(trip) => Err(trip.into()),
                None => Ok(()),
            }
        })
    }

    /// The first refusal, with the name of its group.
    fn each_group(
        &self,
        judge: impl Fn(&GroupName, &GroupLimits) -> Result<(), Refusal>,
    ) -> Result<(), Refusal> {
        self.book.limits().groups_of(self.ticker).try_for_each(|(name, group)| {
            judge(name, group)
                .map_err(|because| Refusal::Group { group: name.clone(), because: Box::new(because) })
        })
    }

    fn judge_group(&self, group: &GroupLimits, openings: &[Opening]) -> Result<(), Refusal> {
        self.judge_positions(self.book.open_among(&group.tickers), group.positions_max)?;
        let among = |ticker: &_| group.tickers.contains(ticker);
        let before = Exposure::among(self.book, self.view, replaced(openings), among);
        let exposure = before.and_then(|before| self.with_openings(before, openings));
        let exposure = exposure.ok_or_else(|| self.not_computable())?;
        self.judge_exposure(&exposure, (group.gross_exposure_max, group.net_exposure_max), openings)
    }
}

impl From<Trip> for Refusal {
    fn from(trip: Trip) -> Refusal {
        match trip {
            Trip::Loss { loss, max } => Refusal::DailyLoss { loss, max },
            Trip::Unknown { ticker } => Refusal::DailyLossUnknown { ticker },
        }
    }
}

//! Condition `position_age`: the position has been held long enough.

use chrono::TimeDelta;
use serde::{Deserialize, Serialize};

use super::answer::{Miss, Seen};
use super::view::View;

/// Time since the first lot was opened, in market time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct PositionAge {
    /// The least age.
    pub min_minutes: u32,
}

impl PositionAge {
    pub(super) fn holds(&self, view: &View<'_>) -> bool {
        view.held.is_some_and(|held| view.now.market >= held.since + self.needed())
    }

    fn needed(&self) -> TimeDelta {
        TimeDelta::minutes(self.min_minutes.into())
    }

    pub(super) fn look(&self, view: &View<'_>) -> Result<Seen, Miss> {
        let held = view.held.ok_or(Miss::Flat)?;
        let (age, needed) = (view.now.market - held.since, self.needed());
        if self.holds(view) { Ok(Seen::Age { age, needed }) } else { Err(Miss::Age { age, needed }) }
    }
}

//! A trading day: what a report tells of it.

use std::collections::BTreeMap;

use chrono::{DateTime, FixedOffset, NaiveDate};
use chrono_tz::Tz;
use engine::dossier::{Day, Incident, Sums};
use engine::time::trading_day;
use engine::{Dossiers, Money, Quantity, TickerKey};
use serde::{Deserialize, Serialize};

use super::local;
use super::trades::{Trade, was_open};

/// One day. What a person may compare with the broker's statement.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Report {
    /// Which day.
    pub date: NaiveDate,
    /// The zone that it is counted in.
    pub zone: String,
    /// False while nothing of a later day is known: more may come.
    pub over: bool,
    /// All tickers together.
    pub all: Numbers,
    /// Each ticker.
    pub tickers: BTreeMap<TickerKey, Numbers>,
    /// Each rule, by its lots.
    pub rules: BTreeMap<String, Numbers>,
    /// Signals that led to an order.
    pub signals_taken: u64,
    /// Why the others did not, and how often.
    pub signals_declined: BTreeMap<String, u64>,
    /// What the risk book refused, by limit.
    pub refused: BTreeMap<String, u64>,
    /// What a person should know, oldest first.
    pub incidents: Vec<Noted>,
    /// Incidents before those, which are counted and not told.
    pub incidents_before: u64,
    /// Trades that ended on the day, by their end.
    pub trades: Vec<Trade>,
    /// Trades of the day that ended before those, and are counted and not told.
    pub trades_before: u64,
    /// Trades that were open when it ended, or are now.
    pub open: Vec<Trade>,
}

/// Counts and sums; money in base currency.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Numbers {
    /// Trades that held shares and ended; of a rule: its lots.
    pub ended: u64,
    /// Those that gained.
    pub won: u64,
    /// Entries that ended without a fill.
    pub unfilled: u64,
    /// Gains less losses of lots that were closed, before commissions.
    pub realized: Money,
    /// Commissions told.
    pub commission: Money,
    /// What is left of both.
    pub net: Money,
    /// Executions.
    pub fills: u64,
    /// Commissions that were told of executions.
    pub commissioned: u64,
    /// Shares bought and sold.
    pub shares: Quantity,
    /// What entries cost more than at the quotes they were decided at; below zero: less.
    pub slippage: Money,
    /// What stops brought less than at their own prices.
    pub stop_slippage: Money,
    /// How often shares were without a working stop.
    pub unprotected_times: u64,
    /// For how long in all.
    pub unprotected_ms_sum: i64,
    /// For how long at most.
    pub unprotected_ms_max: i64,
    /// Lots that were gone before a stop was seen to work.
    pub unprotected_never: u64,
}

/// An incident.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Noted {
    /// When.
    pub at: DateTime<FixedOffset>,
    /// What kind.
    pub kind: String,
    /// Whom it concerns; none: the account.
    pub tickers: Vec<TickerKey>,
    /// What happened.
    pub text: String,
}

impl Report {
    /// What is known of a day, or of the newest.
    ///
    /// # Errors
    /// Nothing is; in words.
    pub fn of_day(dossiers: &Dossiers, date: Option<NaiveDate>) -> Result<Report, String> {
        let report = date.or(dossiers.newest_day()).and_then(|date| Report::of(dossiers, date));
        let days = || dossiers.days().keys().next().zip(dossiers.newest_day());
        report.ok_or_else(|| match (date, days()) {
            (Some(date), Some((first, last))) => format!(
                "nothing is kept of {date}, only of days from {first} to {last}; reports of days that are over are in the \
                 folder of reports, and a journal that no supervisor has open tells of any day"
            ),
            _ => "nothing has been recorded yet".to_owned(),
        })
    }

    /// What is known of a day; none where nothing is (any more).
    #[must_use]
    pub fn of(dossiers: &Dossiers, date: NaiveDate) -> Option<Report> {
        let (day, zone) = (dossiers.days().get(&date)?, dossiers.zone());
        let ended_on = |trade: &engine::dossier::Dossier| {
            trade.over.is_some_and(|over| trading_day(over.at, zone) == date)
        };
        let (ended, open): (Vec<_>, Vec<_>) =
            dossiers.trades().filter(|own| was_open(own, date, zone)).partition(|own| ended_on(own));
        let all = day.all();
        let told = u64::try_from(ended.len()).unwrap_or(u64::MAX);
        Some(Report {
            date,
            zone: zone.to_string(),
            over: dossiers.newest_day().is_some_and(|newest| newest > date),
            tickers: day.tickers.iter().map(|(key, own)| (key.clone(), Numbers::of(own))).collect(),
            rules: day.rules.iter().map(|(name, own)| (name.clone(), Numbers::of(own))).collect(),
            signals_taken: day.taken,
            signals_declined: day.declined.clone(),
            refused: day.refused.clone(),
            incidents: day.incidents.iter().map(|own| Noted::of(own, zone)).collect(),
            incidents_before: incidents_before(day),
            trades: ended.into_iter().map(|own| Trade::of(own, zone)).collect(),
            trades_before: (all.ended + all.unfilled).saturating_sub(told),
            open: open.into_iter().map(|own| Trade::of(own, zone)).collect(),
            all: Numbers::of(&all),
        })
    }

    /// True where there is nothing to tell.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        let Numbers { ended, unfilled, fills, commissioned, .. } = &self.all;
        let counts = [*ended, *unfilled, *fills, *commissioned, self.signals_taken];
        counts.iter().all(|count| *count == 0)
            && self.signals_declined.is_empty()
            && self.refused.is_empty()
            && self.incidents.is_empty()
            && self.open.is_empty()
    }
}

fn incidents_before(day: &Day) -> u64 {
    day.incidents_all.saturating_sub(day.incidents.len() as u64)
}

impl Numbers {
    fn of(own: &Sums) -> Numbers {
        Numbers {
            ended: own.ended,
            won: own.won,
            unfilled: own.unfilled,
            realized: own.realized,
            commission: own.commission,
            net: own.net(),
            fills: own.fills,
            commissioned: own.commissioned,
            shares: own.shares,
            slippage: own.slippage,
            stop_slippage: own.stop_slippage,
            unprotected_times: own.unprotected.times,
            unprotected_ms_sum: own.unprotected.sum.num_milliseconds(),
            unprotected_ms_max: own.unprotected.max.num_milliseconds(),
            unprotected_never: own.unprotected.never,
        }
    }
}

impl Noted {
    fn of(own: &Incident, zone: Tz) -> Noted {
        Noted {
            at: local(own.at, zone),
            kind: own.kind.to_string(),
            tickers: own.tickers.clone(),
            text: own.text.clone(),
        }
    }
}

//! The whole dossier of one trade.

use chrono::{DateTime, FixedOffset};
use chrono_tz::Tz;
use engine::dossier::{Dossier, Fill, LotStory};
use engine::{Dossiers, Money, Price, Quantity};
use serde::{Deserialize, Serialize};

use super::orders::Order;
use super::trades::Trade;
use super::{local, no_trade, trade_named};

/// The whole of one trade.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Whole {
    /// In one line.
    pub trade: Trade,
    /// The zone of all times.
    pub zone: String,
    /// The signal that it was opened for.
    pub signal: Option<Said>,
    /// Since when it leaves.
    pub leaving: Option<DateTime<FixedOffset>>,
    /// Why it leaves.
    pub leaving_because: Option<String>,
    /// Times that it was over and news came late.
    pub reopened: u32,
    /// Its lots.
    pub lots: Vec<Lot>,
    /// Its orders, oldest first.
    pub orders: Vec<Order>,
    /// Its executions, oldest first.
    pub fills: Vec<Filled>,
    /// Executions before those, which are counted and not told.
    pub fills_before: u64,
}

/// What a source said.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Said {
    /// Its id.
    pub id: String,
    /// `BUY`, `SELL` or `SHORT`.
    pub direction: String,
    /// How sure it was.
    pub confidence: String,
    /// When it said so.
    pub at: DateTime<FixedOffset>,
    /// Who said it; empty where there is one source only.
    pub source: String,
    /// How old it was when the trade was decided, in milliseconds of market time.
    pub age_ms: i64,
}

/// One lot: an entry, and what protects it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Lot {
    /// Its number.
    pub lot: u32,
    /// When it was decided.
    pub at: DateTime<FixedOffset>,
    /// Why.
    pub because: String,
    /// True for one that adds to what the trade holds.
    pub adds: bool,
    /// True for a limit that waits for a better price.
    pub resting: bool,
    /// The quote that it was decided at.
    pub quote: Price,
    /// Why the risk book refused it.
    pub refused: Option<String>,
    /// Shares that came.
    pub quantity: Quantity,
    /// Their average price.
    pub entry: Option<Price>,
    /// What they cost more than at the quote; below zero: less.
    pub slippage: Option<Money>,
    /// When a working stop first covered them.
    pub protected: Option<DateTime<FixedOffset>>,
    /// True while shares are held that no stop has been seen to cover.
    pub exposed: bool,
    /// How often shares were without a working stop.
    pub unprotected_times: u64,
    /// For how long at most.
    pub unprotected_ms_max: i64,
    /// When it was over.
    pub closed: Option<DateTime<FixedOffset>>,
    /// At which average price.
    pub exit: Option<Price>,
    /// What it brought, before commissions.
    pub realized: Option<Money>,
    /// What ended it.
    pub ended_by: Option<String>,
}

/// One execution.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Filled {
    /// The broker's id.
    pub id: String,
    /// When.
    pub at: DateTime<FixedOffset>,
    /// The order, as people read it: `E1`.
    pub order: String,
    /// `buy` or `sell`.
    pub action: String,
    /// How many shares.
    pub quantity: Quantity,
    /// At what price each.
    pub price: Price,
    /// What the broker took, once told.
    pub commission: Option<Money>,
    /// What it cost more, or brought less, than at the price that was wanted.
    pub slippage: Option<Money>,
}

impl Whole {
    /// The one that a person names.
    ///
    /// # Errors
    /// There is none; in words.
    pub fn named(dossiers: &Dossiers, name: &str) -> Result<Whole, String> {
        let found = trade_named(name).and_then(|(ticker, number)| dossiers.trade(&ticker, number));
        found.map(|own| Whole::of(own, dossiers.zone())).ok_or_else(|| no_trade(name))
    }

    /// All of one.
    #[must_use]
    pub fn of(own: &Dossier, zone: Tz) -> Whole {
        let said = own.signal.as_ref().map(|signal| Said {
            id: signal.id.clone(),
            direction: signal.direction.to_string(),
            confidence: signal.confidence.to_string(),
            at: local(signal.at, zone),
            source: signal.source.clone(),
            age_ms: (own.opened - signal.at).num_milliseconds(),
        });
        Whole {
            trade: Trade::of(own, zone),
            zone: zone.to_string(),
            signal: said,
            leaving: own.leaving.as_ref().map(|(at, _)| local(*at, zone)),
            leaving_because: own.leaving.as_ref().map(|(_, because)| because.to_string()),
            reopened: own.reopened,
            lots: own.lots.iter().map(|lot| Lot::of(lot, zone)).collect(),
            orders: own.orders.iter().map(|order| Order::of(order, zone)).collect(),
            fills: own.fills.iter().map(|fill| Filled::of(fill, zone)).collect(),
            fills_before: own.fills_before,
        }
    }
}

impl Lot {
    fn of(own: &LotStory, zone: Tz) -> Lot {
        let closed = own.closed.as_ref();
        Lot {
            lot: own.opened.lot,
            at: local(own.at, zone),
            because: own.opened.because.to_string(),
            adds: own.opened.adds,
            resting: own.opened.resting,
            quote: own.opened.touch,
            refused: own.refused.as_ref().map(ToString::to_string),
            quantity: own.bought,
            entry: own.entry(),
            slippage: own.slippage(),
            protected: own.protected.map(|at| local(at, zone)),
            exposed: own.exposed,
            unprotected_times: own.unprotected.times,
            unprotected_ms_max: own.unprotected.max.num_milliseconds(),
            closed: closed.map(|(at, _)| local(*at, zone)),
            exit: closed.map(|(_, lot)| lot.exit),
            realized: closed.map(|(_, lot)| lot.realized),
            ended_by: closed.map(|(_, lot)| lot.by.to_string()),
        }
    }
}

impl Filled {
    fn of(own: &Fill, zone: Tz) -> Filled {
        let execution = &own.execution;
        Filled {
            id: execution.id.clone(),
            at: local(execution.at, zone),
            order: execution.order.short(),
            action: execution.action.to_string(),
            quantity: execution.quantity,
            price: execution.price,
            commission: own.commission,
            slippage: own.slippage,
        }
    }
}

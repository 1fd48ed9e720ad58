//! What each limit is called, and by which formula it is counted.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A limit's name: in a release, in the journal, and where limits are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LimitName {
    /// A person's file: nothing opens.
    Halt,
    /// A person's file: nothing is sent.
    Kill,
    /// Shares of one order.
    OrderQuantity,
    /// Worth of one order.
    OrderNotional,
    /// A limit price's distance from the quote.
    PriceCollar,
    /// Age of the quote.
    QuoteAge,
    /// Distance from bid to ask.
    Spread,
    /// Worth of one ticker's position.
    PositionSize,
    /// Entries of one ticker within a minute.
    EntriesAMinute,
    /// Trades of one ticker that began today.
    TradesADay,
    /// The pause after losses in a row.
    LosingStreak,
    /// Entries in a row without a fill.
    UnfilledEntries,
    /// Live orders of one side of a contract.
    LegsASide,
    /// One working order for one intent.
    DuplicateIntent,
    /// Tickers that open nothing.
    Restricted,
    /// Tickers that hold or work something.
    OpenPositions,
    /// Long and short together.
    GrossExposure,
    /// The one side beyond the other.
    NetExposure,
    /// The day's loss.
    DailyLoss,
    /// Orders within a second.
    OrdersASecond,
    /// Orders of a day.
    OrdersADay,
    /// The broker's buying power.
    BuyingPower,
    /// No order closes more than is held.
    ZeroCrossing,
    /// What one ticker's stops would lose.
    TickerRisk,
    /// What a leap of one ticker's price past its stops would take.
    TickerGapRisk,
    /// What all stops would lose.
    OpenRisk,
    /// What a leap of prices past all stops would take.
    GapRisk,
}

impl LimitName {
    /// All of them, in the order in which they are shown.
    pub const ALL: [LimitName; 27] = [
        LimitName::Halt,
        LimitName::Kill,
        LimitName::OrderQuantity,
        LimitName::OrderNotional,
        LimitName::PriceCollar,
        LimitName::QuoteAge,
        LimitName::Spread,
        LimitName::PositionSize,
        LimitName::EntriesAMinute,
        LimitName::TradesADay,
        LimitName::LosingStreak,
        LimitName::UnfilledEntries,
        LimitName::LegsASide,
        LimitName::DuplicateIntent,
        LimitName::Restricted,
        LimitName::OpenPositions,
        LimitName::GrossExposure,
        LimitName::NetExposure,
        LimitName::DailyLoss,
        LimitName::OrdersASecond,
        LimitName::OrdersADay,
        LimitName::BuyingPower,
        LimitName::ZeroCrossing,
        LimitName::TickerRisk,
        LimitName::TickerGapRisk,
        LimitName::OpenRisk,
        LimitName::GapRisk,
    ];

    /// How it is counted, in words.
    #[must_use]
    pub fn formula(self) -> &'static str {
        match self {
            LimitName::Halt => "the file state/HALT: nothing opens; what takes risk away passes",
            LimitName::Kill => "the file state/KILL: no order, change or cancel is sent at all",
            LimitName::OrderQuantity => "shares of one entry order",
            LimitName::OrderNotional => "shares of one entry order × its price × multiplier",
            LimitName::PriceCollar => "how far an entry's limit lies beyond the quote it would meet",
            LimitName::QuoteAge => "process time since the last tick of the entry's ticker",
            LimitName::Spread => "(ask − bid) ÷ their middle",
            LimitName::PositionSize => {
                "one ticker's shares held × mark + shares its entries may bring × their price"
            }
            LimitName::EntriesAMinute => "one ticker's entries admitted within the last minute",
            LimitName::TradesADay => {
                "one ticker's trades whose first fill is of today, and new ones that work"
            }
            LimitName::LosingStreak => "one ticker's trades lost in a row, after commissions; then it pauses",
            LimitName::UnfilledEntries => {
                "one ticker's entries in a row that ended without a fill, and those that work"
            }
            LimitName::LegsASide => "one ticker's live orders of one side, held children included",
            LimitName::DuplicateIntent => {
                "working entries of one ticker and side for one signal, lot or trade"
            }
            LimitName::Restricted => "tickers that open nothing",
            LimitName::OpenPositions => "tickers with a position or a working entry",
            LimitName::GrossExposure => {
                "Σ |shares held| × mark + Σ shares that entries may bring × their price"
            }
            LimitName::NetExposure => {
                "|Σ shares held × mark|, with all entries of the larger side filled and none of the other"
            }
            LimitName::DailyLoss => {
                "Σ shares × (exit or mark − later of entry and the day's opening mark) − commissions"
            }
            LimitName::OrdersASecond => "orders placed or changed within the last second",
            LimitName::OrdersADay => "orders placed or changed today",
            LimitName::BuyingPower => {
                "what entries may bring × their price + what was bought since the broker last told of it"
            }
            LimitName::ZeroCrossing => "shares that working exits would close, against those held",
            LimitName::TickerRisk => {
                "one ticker's Σ shares × (mark or entry − stop); shares without a stop count whole"
            }
            LimitName::TickerGapRisk => {
                "a tenth of one ticker's position size: its price leaps past its stops"
            }
            LimitName::OpenRisk => "ticker risk of all tickers: what is lost if every stop fills",
            LimitName::GapRisk => "a tenth of gross exposure: all prices leap past every stop",
        }
    }
}

impl fmt::Display for LimitName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            LimitName::Halt => "HALT",
            LimitName::Kill => "KILL",
            LimitName::OrderQuantity => "order quantity",
            LimitName::OrderNotional => "order notional",
            LimitName::PriceCollar => "price collar",
            LimitName::QuoteAge => "quote age",
            LimitName::Spread => "spread",
            LimitName::PositionSize => "position size",
            LimitName::EntriesAMinute => "entries a minute",
            LimitName::TradesADay => "trades a day",
            LimitName::LosingStreak => "losing streak",
            LimitName::UnfilledEntries => "unfilled entries",
            LimitName::LegsASide => "orders a side",
            LimitName::DuplicateIntent => "duplicate intent",
            LimitName::Restricted => "restricted list",
            LimitName::OpenPositions => "open positions",
            LimitName::GrossExposure => "gross exposure",
            LimitName::NetExposure => "net exposure",
            LimitName::DailyLoss => "daily loss",
            LimitName::OrdersASecond => "orders a second",
            LimitName::OrdersADay => "orders a day",
            LimitName::BuyingPower => "buying power",
            LimitName::ZeroCrossing => "zero crossing",
            LimitName::TickerRisk => "ticker risk",
            LimitName::TickerGapRisk => "ticker gap risk",
            LimitName::OpenRisk => "open risk",
            LimitName::GapRisk => "gap risk",
        })
    }
}

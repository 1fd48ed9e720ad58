//! What to do, and nothing else: the decisions of a trading supervisor.
//!
//! No clock, no file, no socket, no task, no randomness, no floats. The same inputs
//! give the same facts, bit for bit. Time and market are arguments; an answer is a
//! list of facts (what happened) and requests (what is wanted of the broker).
//!
//! Read first: [`ticker`], the one place where a ticker decides; then [`fact`],
//! [`request`] and [`account`], the risk book.

pub mod account;
pub mod atr;
pub mod command;
pub mod distance;
pub mod dossier;
pub mod emergency;
pub mod fact;
pub mod fleet;
pub mod input;
pub mod instrument;
pub mod ledger;
pub mod lot;
pub mod mode;
pub mod money;
pub mod mutant;
pub mod order;
pub mod order_ref;
pub mod reason;
pub mod record;
pub mod replays;
pub mod request;
pub mod rule;
pub mod settings;
pub mod signal;
pub mod ticker;
pub mod time;
pub mod trade;
pub mod view;
mod words;

pub use account::{AccountView, Admitted, Book, Limits, Refusal};
pub use atr::{Atr, Bar};
pub use command::{Act, Command};
pub use distance::Distance;
pub use dossier::Dossiers;
pub use fact::{Fact, Step};
pub use input::{Input, News, Snapshot};
pub use instrument::{ContractKind, ContractSpec, Instrument, Session, TickerKey};
pub use mode::Mode;
pub use money::{Confidence, Fraction, Money, Multiple, Portion, Price, Quantity};
pub use order_ref::{Installation, OrderRef, Role};
pub use reason::{Because, Decline};
pub use record::{AccountFact, Body, Record, Verdict};
pub use replays::Replays;
pub use request::Request;
pub use rule::Rule;
pub use settings::{
    OnHandCancel, OnOpposite, OnUnknown, SettingChange, Sizing, StopAfterAdd, TickerSettings,
};
pub use signal::{Direction, Signal};
pub use ticker::Ticker;
pub use time::{Now, Process};
pub use view::{MarketView, Quote};

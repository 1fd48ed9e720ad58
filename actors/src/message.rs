//! What the actors say to each other. Only a person is answered.

use std::collections::BTreeMap;

use actix::{Message, Recipient};
use engine::account::Releasable;
use engine::{
    Admitted, Bar, Command, ContractSpec, Input, Instrument, Limits, Record, Request, SettingChange, Ticker,
    TickerKey, TickerSettings,
};
use ports::journal::{Draft, Written};

/// To a ticker: something happened.
#[derive(Debug, Message)]
#[rtype(result = "()")]
pub enum Tell {
    /// An input, to be decided on.
    Input(Input),
    /// The quote in its cell has changed.
    Wake,
    /// What the broker says of its contract.
    Know(Instrument),
    /// Bars that are over.
    Bars {
        /// The bars, oldest first.
        bars: Vec<Bar>,
        /// True where all that was told before does not count any more.
        anew: bool,
    },
    /// What it is by all that the journal has of it; none where nobody can tell.
    Recalled(Option<Box<Ticker>>),
    /// The config says something else of it.
    Configure {
        /// All its settings.
        settings: Box<TickerSettings>,
        /// What of them is another one.
        changes: Vec<SettingChange>,
    },
    /// The config does not name it any more.
    WindDown,
    /// The config names it again.
    ComeBack,
    /// It has nothing left to look after: end.
    End,
    /// So many of its records are on disk.
    Flushed(usize),
    /// The program ends: news is still taken, and nothing more is decided.
    Leave,
}

/// To a ticker: an order of a person. Answered with its state then, or why it is not followed.
#[derive(Debug, Message)]
#[rtype(result = "Result<String, String>")]
pub struct Operate(pub Command);

/// To the risk book: a person releases what has tripped. Answered with its name, or why not.
#[derive(Debug, Message)]
#[rtype(result = "Result<String, String>")]
pub struct Release {
    /// Which.
    pub what: Releasable,
    /// Who.
    pub by: String,
    /// The order's id; the same one twice is one.
    pub id: String,
}

/// To the risk book: other limits are in force.
#[derive(Debug, Message)]
#[rtype(result = "()")]
pub struct SetLimits(pub Box<Limits>);

/// To the broker: this ticker needs bars of so many minutes from here on, or none.
#[derive(Debug, Message)]
#[rtype(result = "()")]
pub struct NeedBars {
    /// Which.
    pub ticker: TickerKey,
    /// The minutes of a bar.
    pub minutes: Option<u32>,
}

/// To the risk book: a person arms a start that trades real money. Answered with what holds then.
#[derive(Debug, Message)]
#[rtype(result = "Result<String, String>")]
pub struct Arm {
    /// Who.
    pub by: String,
}

/// To the journal: write these, in this order.
#[derive(Message)]
#[rtype(result = "()")]
pub struct Append {
    /// What to write.
    pub drafts: Vec<Draft>,
    /// Who waits to hear that they are on disk.
    pub from: Option<Recipient<Tell>>,
    /// True for what the risk book wrote of itself: it has it applied already.
    pub by_risk: bool,
}

/// To the journal: everything before this must be on disk before the answer comes.
#[derive(Message)]
#[rtype(result = "()")]
pub struct Barrier(pub tokio::sync::oneshot::Sender<()>);

/// To the journal: tell a ticker what it was, with all that waits to be written.
#[derive(Debug, Message)]
#[rtype(result = "()")]
pub struct Recall {
    /// Which ticker, as it is to be.
    pub settings: Box<TickerSettings>,
    /// Where it is told.
    pub to: Recipient<Tell>,
}

/// To the journal: it belongs to this account.
#[derive(Message)]
#[rtype(result = "()")]
pub struct Belong(pub String);

/// To the risk book: a record, in the journal's order.
#[derive(Message)]
#[rtype(result = "()")]
pub struct Recorded(pub Record);

/// To the risk book: a request that is written. It comes in the journal's order, too.
#[derive(Message)]
#[rtype(result = "()")]
pub struct Judge {
    /// The ticker that asks.
    pub ticker: TickerKey,
    /// The request.
    pub request: Written<Request>,
}

/// To the risk book: look at the clock and at the day's result.
#[derive(Debug, Message)]
#[rtype(result = "()")]
pub struct Look;

/// To the broker: send this.
#[derive(Message)]
#[rtype(result = "()")]
pub struct Send(pub Admitted<Written<Request>>);

/// To the actors of the road: who is there to be told. Until it comes nobody is; it comes
/// again when a ticker joins.
#[derive(Clone, Message)]
#[rtype(result = "()")]
pub struct Meet {
    /// The tickers.
    pub tickers: BTreeMap<TickerKey, Member>,
    /// The journal.
    pub journal: Recipient<Append>,
    /// The journal's ear for the account it belongs to.
    pub account: Recipient<Belong>,
}

/// To the broker: this ticker differs from what it was shown; show it once more.
#[derive(Debug, Message)]
#[rtype(result = "()")]
pub struct LookAgain(pub TickerKey);

/// A ticker, to those on the road.
#[derive(Clone)]
pub struct Member {
    /// Where it is told.
    pub to: Recipient<Tell>,
    /// What it trades.
    pub contract: ContractSpec,
    /// The minutes of the bars that it needs, if it needs any.
    pub bar_minutes: Option<u32>,
}

/// To the broker: send what waits, then close the connection and answer.
#[derive(Message)]
#[rtype(result = "()")]
pub struct Part(pub tokio::sync::oneshot::Sender<()>);

/// To the signal source's actor: end.
#[derive(Debug, Message)]
#[rtype(result = "()")]
pub struct Stop;

/// To the signal sources' actor: how a ticker ended a signal.
#[derive(Debug, Message)]
#[rtype(result = "()")]
pub struct Ended {
    /// The ticker.
    pub ticker: TickerKey,
    /// The signal's id.
    pub id: String,
    /// How.
    pub end: crate::signal::shown::End,
}

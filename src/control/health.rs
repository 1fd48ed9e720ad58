//! Whether the program lives, and whether it can do its work: what a person's monitor and systemd are told.
//!
//! Everything is read off the board, and nobody is asked: a health that had to ask a stuck thread would hang with it.
//! *Live* means that every thread gives a sign of life; one that does not is mended by a new start only. *Ready* means
//! that entries, exits and protection all work. Between the two lies *degraded*: what is held is looked after, and
//! something keeps a ticker, or all of them, from opening.

use std::time::Duration;

use actors::board::{Shown, words};
use actors::{Board, LinkState};
use engine::account::State as LimitState;
use engine::{Mode, TickerKey};
use ports::brakes::Brake;
use ports::broker::Condition;
use serde::{Deserialize, Serialize};

use crate::told::state;

/// A watchdog that has not looked for so long is stuck itself. It looks five times a second.
const LOOK_PATIENCE: Duration = Duration::from_secs(5);
/// A view older than this is not fresh, while its contract trades: quotes come more often.
const FRESH: Duration = Duration::from_secs(10);

/// How the program does; the worst of what is wrong decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// All works.
    Ready,
    /// What is held is looked after; something opens nothing.
    Degraded,
    /// It lives, and cannot reach the broker or must not.
    NotReady,
    /// A thread gives no sign of life.
    Stuck,
}

/// What is not as it should be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum What {
    /// A thread, or the watchdog itself.
    Threads,
    /// The connection, or what it shows of orders.
    Broker,
    /// Prices and news on their way.
    MarketData,
    /// HALT or KILL, or a start that nobody has armed.
    Brakes,
    /// A limit that has tripped.
    Limits,
    /// A source of signals.
    Signals,
    /// A ticker.
    Tickers,
}

/// One thing that is not as it should be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reason {
    /// What.
    pub what: What,
    /// How bad it is.
    pub state: State,
    /// In words; they go to whoever knows a token only, for they may tell names and numbers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
}

/// The answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Health {
    /// The worst of the reasons; `ready` where there is none.
    pub status: State,
    /// All that is not as it should be, the worst first.
    pub reasons: Vec<Reason>,
}

impl Health {
    /// What `board` shows.
    #[must_use]
    pub fn of(board: &Board) -> Health {
        let mut reasons = Vec::new();
        let mut tell = |what, state, why: String| reasons.push(Reason { what, state, why: Some(why) });
        threads(board, &mut tell);
        broker(board, &mut tell);
        brakes(board, &mut tell);
        let tripped = |state: &LimitState| matches!(state, LimitState::Tripped(_));
        for gauge in board.gauges().iter().filter(|gauge| tripped(&gauge.state)) {
            tell(What::Limits, State::Degraded, format!("{}: {}", gauge.name, gauge.state));
        }
        for (name, own) in board.signals().view().sources {
            if let Some((_, why)) = own.failing {
                tell(What::Signals, State::Degraded, format!("the signal source {name} fails: {why}"));
            } else if own.silent.is_some() {
                tell(What::Signals, State::Degraded, format!("the signal source {name} is silent"));
            }
        }
        for (key, shown) in board.shown() {
            tickers(&key, &shown, &mut tell);
        }
        Health::from(reasons)
    }

    fn from(mut reasons: Vec<Reason>) -> Health {
        reasons.sort_by_key(|reason| std::cmp::Reverse(reason.state));
        let status = reasons.first().map_or(State::Ready, |worst| worst.state);
        Health { status, reasons }
    }

    /// True while every thread gives a sign of life.
    #[must_use]
    pub fn lives(&self) -> bool {
        self.status != State::Stuck
    }

    /// True where it can do its work.
    #[must_use]
    pub fn is_ready(&self) -> bool {
        self.status <= State::Degraded
    }

    /// Only what a new start would mend.
    #[must_use]
    pub fn of_life(self) -> Health {
        let stuck = |reason: &Reason| reason.state == State::Stuck;
        Health::from(self.reasons.into_iter().filter(stuck).collect())
    }

    /// The same for anybody: each thing once, no words.
    #[must_use]
    pub fn without_words(mut self) -> Health {
        self.reasons.iter_mut().for_each(|reason| reason.why = None);
        self.reasons.dedup();
        self
    }

    /// In one line, as systemd shows it.
    #[must_use]
    pub fn line(&self) -> String {
        let whys: Vec<&str> = self.reasons.iter().filter_map(|reason| reason.why.as_deref()).collect();
        if whys.is_empty() {
            self.status.to_string()
        } else {
            format!("{}: {}", self.status, whys.join("; "))
        }
    }
}

fn threads(board: &Board, tell: &mut impl FnMut(What, State, String)) {
    for (thread, late) in board.late() {
        let ms = late.as_millis();
        tell(What::Threads, State::Stuck, format!("thread {thread} has given no sign of life for {ms} ms"));
    }
    match board.looked() {
        Some(ago) if ago <= LOOK_PATIENCE => {}
        Some(ago) => {
            let seconds = ago.as_secs();
            tell(
                What::Threads,
                State::Stuck,
                format!("the watchdog has not looked at the threads for {seconds} s"),
            );
        }
        None => tell(What::Threads, State::Stuck, "nobody looks at the threads".to_owned()),
    }
}

fn broker(board: &Board, tell: &mut impl FnMut(What, State, String)) {
    match board.link() {
        LinkState::Up { .. } => {}
        LinkState::Reconciling => {
            tell(What::Broker, State::NotReady, "reading what the broker holds".to_owned());
        }
        LinkState::Down { why } if why.is_empty() => {
            tell(What::Broker, State::NotReady, "not connected yet".to_owned());
        }
        LinkState::Down { why } => tell(What::Broker, State::NotReady, format!("not connected: {why}")),
    }
    for order in board.others().twice {
        tell(What::Broker, State::Degraded, format!("{order} lives twice at the broker; cancel one in TWS"));
    }
    let condition = board.condition();
    if condition != Condition::default() {
        tell(What::MarketData, State::Degraded, words(&condition));
    }
}

fn brakes(board: &Board, tell: &mut impl FnMut(What, State, String)) {
    for (brake, words) in board.brakes() {
        // Under HALT what is held is managed; under KILL nothing is sent, a stop neither.
        let state = if brake == Brake::Kill { State::NotReady } else { State::Degraded };
        tell(What::Brakes, state, format!("{brake} is set: {words}"));
    }
    if board.unarmed() {
        let why = "not armed: nothing opens until `supervisor arm`";
        tell(What::Brakes, State::Degraded, why.to_owned());
    }
}

fn tickers(key: &TickerKey, shown: &Shown, tell: &mut impl FnMut(What, State, String)) {
    let view = &shown.view;
    if view.trouble.is_some() || view.mode != Mode::Active {
        tell(What::Tickers, State::Degraded, format!("{key} is {}", state(view)));
    }
    if view.in_session && shown.age() > FRESH {
        let seconds = shown.age().as_secs();
        let why = format!("{key} last showed itself {seconds} s ago; no quotes come, or it is stuck");
        tell(What::Tickers, State::Degraded, why);
    }
}

impl std::fmt::Display for State {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            State::Ready => "ready",
            State::Degraded => "degraded",
            State::NotReady => "not ready",
            State::Stuck => "stuck",
        })
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::time::Duration;

    use actors::{Board, LinkState};
    use ports::brakes::Brake;

    use super::{Health, State, What};

    fn board() -> Board {
        let board = Board::default();
        board.publish_late(BTreeMap::new());
        board.publish_link(LinkState::Up { account: "DU1".to_owned() });
        board
    }

    #[test]
    fn the_worst_decides_and_comes_first() {
        let board = board();
        assert_eq!(Health::of(&board).status, State::Ready);
        board.publish_unarmed(true);
        let health = Health::of(&board);
        assert!(health.is_ready() && health.status == State::Degraded, "{health:?}");
        board.publish_link(LinkState::Down { why: "refused".to_owned() });
        let health = Health::of(&board);
        assert_eq!(health.line().split(';').next(), Some("not ready: not connected: refused"));
        assert!(health.lives() && !health.is_ready());
        board.publish_late(BTreeMap::from([("road".to_owned(), Duration::from_secs(2))]));
        let health = Health::of(&board);
        assert_eq!((health.status, health.reasons.len()), (State::Stuck, 3));
        assert_eq!(health.of_life().reasons.len(), 1);
    }

    #[test]
    fn kill_is_worse_than_halt() {
        for (brake, wanted) in [(Brake::Halt, State::Degraded), (Brake::Kill, State::NotReady)] {
            let board = board();
            board.publish_brakes(BTreeMap::from([(brake, "ann".to_owned())]));
            assert_eq!(Health::of(&board).status, wanted);
        }
    }

    #[test]
    fn a_board_that_no_watchdog_looks_after_is_stuck() {
        let board = Board::default();
        assert!(!Health::of(&board).lives());
    }

    #[test]
    fn without_words_each_thing_stands_once() {
        let board = board();
        let late = ["road", "journal"].map(|name| (name.to_owned(), Duration::from_secs(2)));
        board.publish_late(BTreeMap::from(late));
        let bare = Health::of(&board).without_words();
        assert_eq!(bare.reasons.iter().map(|reason| reason.what).collect::<Vec<_>>(), [What::Threads]);
        assert!(bare.reasons.iter().all(|reason| reason.why.is_none()), "{bare:?}");
    }
}

//! A signal's way to its ticker, and how it ended: each in one way, counted once.

use actix::{Context, Handler};
use engine::{Input, Signal, TickerKey};
use ports::fail::{self, Point};
use ports::signals::{Malformed, Prediction, Source};
use tokio::sync::oneshot;

use super::latest::Latest;
use super::shown::End;
use super::{Dating, NAME, SignalActor};
use crate::message::{Ended, Tell};
use crate::streams;

/// Ids remembered, so that a signal is handed on once.
const SEEN_MAX: usize = 16_384;
/// Signals whose tickers have not answered yet.
const WAITING_MAX: usize = 4_096;

/// A signal that a ticker has.
pub(super) struct Waiting {
    source: &'static str,
    ticker: TickerKey,
    signal: Signal,
    /// Who wants to hear how it ends.
    told: Option<oneshot::Sender<End>>,
}

impl SignalActor {
    /// What a source that is asked has said.
    pub(super) fn pass_on(&mut self, source: &Source, part: Result<Prediction, Malformed>) {
        // That is the same signal, and counted already.
        let (source, repeats) = (source.name(), source.repeats());
        match part {
            Ok(prediction) => {
                if !self.is_new(&prediction.signal.id) {
                    if !repeats {
                        self.count(source, &prediction, &End::Duplicate);
                    }
                    return;
                }
                let dating = self.dating;
                self.hand_over(source, dating, prediction, None);
            }
            Err(malformed) => {
                if !repeats || self.is_new(&format!("malformed {malformed}")) {
                    self.tell_malformed(source, &malformed);
                }
            }
        }
    }

    pub(super) fn tell_malformed(&mut self, source: &'static str, malformed: &Malformed) {
        self.board.signals().count(source, None, &End::Malformed);
        self.note(source, None, None, &End::Malformed, Some(malformed.to_string()));
        tracing::warn!(target: streams::ERRORS, actor = NAME, "malformed: {malformed}");
    }

    /// Hands a new signal to the ticker of its symbol.
    pub(super) fn hand_over(
        &mut self,
        source: &'static str,
        dating: Dating,
        Prediction { symbol, mut signal }: Prediction,
        told: Option<oneshot::Sender<End>>,
    ) {
        fail::pass(Point::Signal, || signal.to_string());
        self.hear(source);
        let Some((ticker, to)) = self.tickers.get(&symbol).cloned() else {
            let end = End::Declined(format!("no ticker trades {symbol}"));
            self.board.signals().count(source, None, &end);
            self.note(source, Some(symbol.clone()), Some(signal.clone()), &end, None);
            if let Some(more) = self.strangers.tell(std::time::Instant::now()) {
                tracing::warn!(target: streams::ERRORS, actor = NAME, "{source}: {signal}: no ticker trades {symbol}{more}");
            }
            return tell(told, end);
        };
        if dating == Dating::Wall {
            signal.at = self.clock.market_time_of(signal.at);
        }
        self.board.signals().hand_over(source, &ticker);
        self.waiting.push_back(Waiting { source, ticker, signal: signal.clone(), told });
        if self.waiting.len() > WAITING_MAX
            && let Some(oldest) = self.waiting.pop_front()
        {
            self.settle(oldest, &End::Declined("its ticker has not answered".to_owned()));
        }
        to.do_send(Tell::Input(Input::Signal(signal)));
    }

    /// Counts a signal that goes to nobody.
    pub(super) fn count(&self, source: &'static str, said: &Prediction, end: &End) {
        let ticker = self.tickers.get(&said.symbol).map(|(ticker, _)| ticker);
        self.board.signals().count(source, ticker, end);
        self.note(source, Some(said.symbol.clone()), Some(said.signal.clone()), end, None);
    }

    fn note(
        &self,
        source: &'static str,
        of: Option<String>,
        said: Option<Signal>,
        end: &End,
        wrong: Option<String>,
    ) {
        let at = self.clock.now().market;
        self.board.signals().note(Latest { at, source, of, said, end: end.clone(), wrong });
    }

    fn hear(&mut self, source: &'static str) {
        let now = self.clock.now().market;
        if let Some(silence) = &mut self.silence {
            silence.hear(source, now);
        }
        self.board.signals().change(source, |own| {
            (own.heard, own.silent, own.last) = (true, None, Some(now));
        });
    }

    fn settle(&self, waiting: Waiting, end: &End) {
        self.board.signals().settle(waiting.source, &waiting.ticker, end);
        let of = Some(waiting.ticker.to_string());
        self.note(waiting.source, of, Some(waiting.signal), end, None);
        tell(waiting.told, end.clone());
    }

    pub(super) fn is_new(&mut self, id: &str) -> bool {
        if !self.seen.insert(id.to_owned()) {
            return false;
        }
        self.order.push_back(id.to_owned());
        if self.order.len() > SEEN_MAX
            && let Some(oldest) = self.order.pop_front()
        {
            self.seen.remove(&oldest);
        }
        true
    }
}

/// Tells who waits to hear it; who waited may have given up.
fn tell(to: Option<oneshot::Sender<End>>, end: End) {
    if let Some(to) = to {
        let _ = to.send(end);
    }
}

impl Handler<Ended> for SignalActor {
    type Result = ();

    /// A signal that is taken, and of which a part is declined later, was taken.
    fn handle(&mut self, Ended { ticker, id, end }: Ended, _: &mut Context<Self>) {
        let place = self.waiting.iter().position(|own| own.ticker == ticker && own.signal.id == id);
        if let Some(waiting) = place.and_then(|place| self.waiting.remove(place)) {
            self.settle(waiting, &end);
        }
    }
}

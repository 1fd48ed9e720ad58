//! One ticker's actor: a thin shell around the engine's [`Ticker`].
//!
//! It hands inputs in, journals what comes out, and publishes a view. A panic of the
//! engine stops this ticker alone: it is made anew from the journal and compared with the
//! broker before it trades. Its stop stays at the broker all the while.
//!
//! Read next: `rebuild` (what a panic leads to), `configured` (what a changed config does), `shown` (the view).

mod breakdowns;
mod configured;
mod rebuild;
mod shown;

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use actix::{Actor, AsyncContext, Context, Handler, Recipient, SpawnHandle};
use engine::{
    Act, Atr, Bar, Body, Decline, Fact, Input, MarketView, News, Now, Signal, Step, Ticker, TickerKey,
};
use ports::broker::{FundsCell, QuoteCell};
use ports::clock::Clock;
use ports::journal::Draft;
use tokio::sync::mpsc::UnboundedSender;

use crate::board::{Board, DECISIONS_MAX, Decision, Trouble};
use crate::message::{Append, Ended, LookAgain, NeedBars, Operate, Recall, Tell};
use crate::signal::shown::End;
use crate::streams;
use breakdowns::Breakdowns;
use rebuild::Life;

/// What a ticker's actor needs of the others.
pub struct Doors {
    /// Both times.
    pub clock: Arc<Clock>,
    /// Its newest quote.
    pub quote: Arc<QuoteCell>,
    /// What the account is worth.
    pub funds: FundsCell,
    /// Where its steps are written.
    pub journal: Recipient<Append>,
    /// Who tells it what it was, after a panic.
    pub recall: Recipient<Recall>,
    /// Who shows it what the broker holds.
    pub broker: Recipient<LookAgain>,
    /// Who hears how a signal ended.
    pub signals: Recipient<Ended>,
    /// Who brings it bars.
    pub bars: Recipient<NeedBars>,
    /// Who hears that it has nothing left to look after.
    pub gone: UnboundedSender<TickerKey>,
    /// Where it shows itself.
    pub board: Arc<Board>,
    /// Records that may wait for the journal before signals are declined.
    pub in_flight_max: usize,
}

/// One ticker's actor.
pub struct TickerActor {
    name: String,
    key: TickerKey,
    ticker: Ticker,
    view: MarketView,
    atr: Atr,
    doors: Doors,
    unwritten: usize,
    life: Life,
    breakdowns: Breakdowns,
    leaves: bool,
    /// What the config said of it while it could not be told.
    deferred: Vec<Tell>,
    /// Minutes and number of the bars that its average is of.
    bars: Option<(u32, u32)>,
    /// Ends it, unless the config names it again before.
    parting: Option<SpawnHandle>,
    wakeup: Option<SpawnHandle>,
    /// Ends the wait for its records.
    recall: Option<SpawnHandle>,
    decisions: Arc<[Decision]>,
}

impl TickerActor {
    /// An actor around `ticker`.
    #[must_use]
    pub fn new(ticker: Ticker, doors: Doors) -> TickerActor {
        let key = ticker.settings().key.clone();
        let (bars, atr_period) = (ticker.settings().bars(), ticker.settings().atr_period);
        TickerActor {
            name: format!("ticker-{key}"),
            key,
            ticker,
            view: MarketView::default(),
            atr: Atr::new(atr_period),
            doors,
            unwritten: 0,
            life: Life::Running,
            breakdowns: Breakdowns::default(),
            leaves: false,
            deferred: Vec::new(),
            bars,
            parting: None,
            wakeup: None,
            recall: None,
            decisions: Arc::default(),
        }
    }

    /// An actor of a ticker that ran before in this process: what it was is in the journal.
    #[must_use]
    pub fn returning(ticker: Ticker, doors: Doors) -> TickerActor {
        TickerActor { life: Life::Rebuilding { kept: VecDeque::new() }, ..TickerActor::new(ticker, doors) }
    }

    /// Decides on an input. What a panic half decided is not written, so it never was; an input that it wrote
    /// already is told again, and seen to be the same.
    fn decide(&mut self, ctx: &mut Context<Self>, input: &Input) {
        if catch_unwind(AssertUnwindSafe(|| self.decide_on(ctx, input))).is_err() {
            self.break_down(ctx, Some(input));
        }
    }

    fn decide_on(&mut self, ctx: &mut Context<Self>, input: &Input) {
        // Orders at the broker stay as they are; a decision now would not reach it any more.
        let news = matches!(input, Input::News(_) | Input::Snapshot(_) | Input::Refused { .. });
        // An answer about a margin would open something.
        let opens = matches!(input, Input::News(News::Margin { .. }));
        if self.leaves && (opens || !news) {
            return;
        }
        if !self.life.decides() {
            return self.set_aside(ctx, input);
        }
        let now = self.look();
        let mut out = Vec::new();
        #[cfg(feature = "testing")]
        crate::testing::upset(&self.key, input);
        match self.too_far_ahead(input) {
            Some(signal) => {
                let because = Decline::JournalBehind(self.unwritten);
                self.ticker.decline(now, signal, because, &mut out);
            }
            None => self.ticker.on_input(now, input, &self.view, &mut out),
        }
        self.write(ctx, now, input, out);
        self.end_step(ctx, now);
    }

    /// The time, and the market as it is then.
    fn look(&mut self) -> Now {
        self.view.quote = self.doors.quote.look();
        let currency = self.view.instrument.as_ref().map(|own| own.currency.as_str());
        self.view.rate = currency.and_then(|currency| self.doors.funds.rate(currency));
        self.view.equity = self.doors.funds.peek().and_then(|funds| funds.net_liquidation);
        self.doors.clock.now()
    }

    fn end_step(&mut self, ctx: &mut Context<Self>, now: Now) {
        self.mind_bars();
        self.wake_later(ctx, now);
        self.show(now);
        self.part_if_gone(ctx);
    }

    /// The signal, when too many records wait for the journal to trade on another one.
    fn too_far_ahead<'a>(&self, input: &'a Input) -> Option<&'a Signal> {
        match input {
            Input::Signal(signal) if self.unwritten >= self.doors.in_flight_max => Some(signal),
            _ => None,
        }
    }

    /// Tells and journals what came of an input. An input that led to nothing is only
    /// written where it came from outside.
    fn write(&mut self, ctx: &mut Context<Self>, now: Now, input: &Input, out: Vec<Step>) {
        let looked = matches!(input, Input::Quote | Input::Wakeup);
        if out.is_empty() && (looked || matches!(input, Input::News(_) | Input::Snapshot(_))) {
            return;
        }
        let input = (!looked).then(|| Body::Input(input.clone()));
        let bodies = input.into_iter().chain(self.tell_all(now, out)).collect();
        self.append(ctx, now, bodies);
    }

    /// Tells each step; answers with what is written of them.
    fn tell_all(&mut self, now: Now, steps: Vec<Step>) -> Vec<Body> {
        let trades = self.trades(&steps);
        steps.into_iter().zip(trades).map(|(step, trade)| self.told(now, trade, step)).collect()
    }

    fn append(&mut self, ctx: &mut Context<Self>, now: Now, bodies: Vec<Body>) {
        let draft = |body| Draft { at: now, ticker: Some(self.key.clone()), body };
        let drafts: Vec<Draft> = bodies.into_iter().map(draft).collect();
        self.unwritten += drafts.len();
        let from = Some(ctx.address().recipient());
        self.doors.journal.do_send(Append { drafts, from, by_risk: false });
    }

    /// The trade that was open at each step: one that ends by a later step, else what is open now.
    fn trades(&self, steps: &[Step]) -> Vec<Option<u32>> {
        let mut open = self.ticker.trade().map(|trade| trade.number);
        let backwards = steps.iter().rev().map(|step| {
            if let Step::Fact(Fact::TradeClosed { trade, .. }) = step {
                open = Some(*trade);
            }
            open
        });
        let mut trades: Vec<Option<u32>> = backwards.collect();
        trades.reverse();
        trades
    }

    fn told(&mut self, now: Now, trade: Option<u32>, step: Step) -> Body {
        streams::tell(&self.name, now, trade, &step);
        match step {
            Step::Fact(fact) => {
                match &fact {
                    Fact::Protected { .. } => self.tell_position(now),
                    Fact::Commanded { refused: None, .. } | Fact::Doubted { .. } => {
                        self.doors.broker.do_send(LookAgain(self.key.clone()))
                    }
                    _ => {}
                }
                self.tell_end(&fact);
                if decides(&fact) {
                    self.remember(now, fact.to_string());
                }
                Body::Fact(fact)
            }
            Step::Request(request) => Body::Request(request),
        }
    }

    /// Who brought a signal hears how it ended.
    fn tell_end(&self, fact: &Fact) {
        let (signal, end) = match fact {
            Fact::SignalTaken { signal, .. } => (signal, End::Taken),
            Fact::SignalDeclined { signal, because } => (signal, End::of(because)),
            _ => return,
        };
        self.doors.signals.do_send(Ended { ticker: self.key.clone(), id: signal.id.clone(), end });
    }

    fn take_in(&mut self, bars: Vec<Bar>, anew: bool) {
        if anew {
            self.atr = Atr::new(self.ticker.settings().atr_period);
        }
        bars.into_iter().for_each(|bar| self.atr.push(bar));
        self.view.atr = self.atr.value();
    }

    fn remember(&mut self, now: Now, text: String) {
        let old = self.decisions.len().saturating_sub(DECISIONS_MAX - 1);
        let newest = Decision { at: now.market, text };
        self.decisions = self.decisions[old..].iter().cloned().chain([newest]).collect();
    }

    fn tell_position(&self, now: Now) {
        let Some(position) = self.position() else { return };
        let market = now.market.to_rfc3339();
        let trade = self.ticker.trade().map(|trade| trade.number);
        tracing::info!(target: streams::POSITIONS, actor = self.name, market, trade, "{position}");
    }

    fn wake_later(&mut self, ctx: &mut Context<Self>, now: Now) {
        if let Some(handle) = self.wakeup.take() {
            ctx.cancel_future(handle);
        }
        let Some(at) = self.ticker.next_wakeup(now) else { return };
        let wait = at.since(now.process).to_std().unwrap_or_default();
        self.wakeup = Some(ctx.run_later(wait, |this, ctx| {
            this.wakeup = None;
            this.decide(ctx, &Input::Wakeup);
        }));
    }
}

/// True for what a person would call a decision.
fn decides(fact: &Fact) -> bool {
    matches!(
        fact,
        Fact::SignalTaken { .. }
            | Fact::SignalDeclined { .. }
            | Fact::EntryDeclined { .. }
            | Fact::MarginAsked { .. }
            | Fact::EntryGivenUp { .. }
            | Fact::RuleFired { .. }
            | Fact::RuleOutranked { .. }
            | Fact::AddDeclined { .. }
            | Fact::StopsAfterAdd { .. }
            | Fact::ScaleOutDecided { .. }
            | Fact::ClosedOutside { .. }
            | Fact::ClosedUnseen(_)
            | Fact::Settled { .. }
            | Fact::Split { .. }
            | Fact::Alerted { .. }
            | Fact::StopCancelledByHand { .. }
            | Fact::ChangedByHand { .. }
            | Fact::CloseDecided { .. }
            | Fact::LotClosed(_)
            | Fact::Commanded { .. }
            | Fact::Adopted { .. }
            | Fact::TakenOver { .. }
            | Fact::Config(_)
            | Fact::ModeChanged { .. }
    )
}

impl Actor for TickerActor {
    type Context = Context<Self>;

    /// Whatever it remembers, the broker has to confirm it first.
    fn started(&mut self, ctx: &mut Context<Self>) {
        if self.life.decides() {
            self.decide(ctx, &Input::Gap);
        } else {
            self.recall(ctx);
        }
    }
}

impl Handler<Tell> for TickerActor {
    type Result = ();

    fn handle(&mut self, told: Tell, ctx: &mut Context<Self>) {
        if catch_unwind(AssertUnwindSafe(|| self.take(told, ctx))).is_err() {
            self.break_down(ctx, None);
        }
    }
}

impl Handler<Operate> for TickerActor {
    type Result = Result<String, String>;

    fn handle(&mut self, Operate(command): Operate, ctx: &mut Context<Self>) -> Self::Result {
        let (id, opens) = (command.id.clone(), matches!(command.act, Act::Open(_)));
        self.decide(ctx, &Input::Command(command));
        match (self.ticker.answer(&id), self.life.trouble()) {
            (_, Some(Trouble::Rebuilding)) => Ok("it is being made anew, and is told then".to_owned()),
            (_, Some(trouble)) => Err(format!("it is {trouble}; restart the supervisor")),
            (Some(Ok(())), None) => Ok(match self.ticker.trade() {
                Some(trade) if opens => format!("opens trade {}, as `why` tells", trade.number),
                None if opens && self.ticker.awaits_margin() => {
                    "waits for the broker's word on its margin, as `why` tells".to_owned()
                }
                _ => format!("now {}", self.ticker.mode()),
            }),
            (Some(Err(objection)), None) => Err(objection.to_string()),
            (None, None) => Err("the program is ending".to_owned()),
        }
    }
}

impl TickerActor {
    fn take(&mut self, told: Tell, ctx: &mut Context<Self>) {
        match told {
            Tell::Configure { .. } | Tell::WindDown | Tell::ComeBack => self.configured(ctx, told),
            Tell::End => self.end(ctx),
            Tell::Input(input) => self.decide(ctx, &input),
            // A quote may be skipped while the journal is behind; an order's news may not.
            Tell::Wake if self.unwritten >= self.doors.in_flight_max => {
                self.doors.quote.look();
            }
            Tell::Wake if !self.life.decides() => {
                self.doors.quote.look();
            }
            Tell::Wake => self.decide(ctx, &Input::Quote),
            Tell::Know(instrument) => self.view.instrument = Some(instrument),
            Tell::Bars { bars, anew } => self.take_in(bars, anew),
            Tell::Recalled(ticker) => self.rebuild(ctx, ticker),
            Tell::Leave => self.leaves = true,
            Tell::Flushed(count) => {
                self.unwritten = self.unwritten.saturating_sub(count);
                self.part_if_gone(ctx);
            }
        }
    }
}

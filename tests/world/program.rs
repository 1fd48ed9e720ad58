//! What lives and dies with the process: tickers, risk book, names of orders, and the journal's
//! buffer. Between them runs the same road as in the actors: a step is written, then judged,
//! then sent, never in another order.

use engine::account::OnDailyLoss;
use engine::order::{End, Standing, Status};
use engine::{
    AccountFact, AccountView, Because, Body, Book, Fact, Input, Installation, MarketView, News, Now,
    OrderRef, Process, Quantity, Record, Refusal, Request, Step, Ticker, TickerKey, Verdict,
};
use ports::broker::codes::{Meaning, meaning};

use super::broker::{Told, status_of, terms_of};
use super::desk::{Desk, Message};
use super::queue::What;
use super::{World, everybody};

/// Order ids written as used ahead of their use.
const IDS_BLOCK: i32 = 1_000;
/// How long the program waits before it looks again, asks, or looks up, in ms.
const LOOK_AGAIN_MS: u64 = 1_000;
const CALM_MS: u64 = 500;
const LOOK_UP_MS: u64 = 300;

/// A record on its way into the journal.
#[derive(Clone, Debug)]
pub(crate) struct Draft {
    at: Now,
    ticker: Option<usize>,
    body: Body,
    /// The risk book knows it already.
    by_risk: bool,
}

/// One process.
pub(crate) struct Program {
    /// Counts processes.
    pub(crate) life: u64,
    pub(crate) tickers: Vec<Ticker>,
    pub(crate) views: Vec<MarketView>,
    pub(crate) account: AccountView,
    pub(crate) book: Book,
    pub(crate) desk: Desk,
    pub(crate) waiting: Vec<Draft>,
    is_flushing: bool,
    is_awake: Vec<bool>,
    /// False from the first sign of trouble until a snapshot has come.
    pub(crate) is_up: bool,
    ids_to: i32,
}

impl World {
    pub(super) fn lives(&self, life: u64) -> bool {
        self.program.as_ref().is_some_and(|program| program.life == life)
    }

    pub(super) fn key(&self, t: usize) -> TickerKey {
        self.settings[t].key.clone()
    }

    /// A process begins: all that it knows is the journal.
    pub(super) fn start(&mut self) {
        let tickers: Vec<Ticker> = (0..self.settings.len()).map(|t| self.recovered(t)).collect();
        let mut book = Book::new(self.limits.clone());
        self.records.iter().for_each(|record| book.apply(record));
        let views = self.broker.truths.iter().map(|truth| super::subject::view(&self.market, truth.con_id));
        let floor = self.records.iter().filter_map(|record| match record.body {
            Body::Account(AccountFact::OrderIds { to }) => Some(to),
            _ => None,
        });
        let ids_to = floor.max().unwrap_or(0);
        self.program = Some(Program {
            life: self.connection + 1,
            views: views.collect(),
            account: AccountView::default(),
            book,
            desk: Desk::new(super::con_ids(&self.market), ids_to),
            waiting: Vec::new(),
            is_flushing: false,
            is_awake: vec![false; tickers.len()],
            is_up: false,
            ids_to,
            tickers,
        });
        self.connection += 1;
        self.cast_shadows();
        self.tell_all(&Input::Gap);
        self.reconnect(self.connection);
    }

    /// A ticker as the journal tells.
    pub(super) fn recovered(&self, t: usize) -> Ticker {
        let key = self.key(t);
        let steps: Vec<(Now, Step)> =
            self.records.iter().filter(|own| own.ticker.as_ref() == Some(&key)).filter_map(step).collect();
        let steps = steps.iter().map(|(at, step)| (*at, step));
        Ticker::recover(Installation::from_number(1), self.settings[t].clone(), steps)
    }

    /// The process ends where it stands. Of what waited for the journal a part is written.
    pub(super) fn crash(&mut self) {
        self.check_journal();
        let Some(mut program) = self.program.take() else { return };
        let written = usize::try_from(self.dice.roll(program.waiting.len() as u64 + 1)).unwrap_or(0);
        for draft in program.waiting.drain(..written) {
            self.write(draft);
        }
        self.connection += 1;
        self.heard.iter_mut().for_each(|streams| *streams = [0; 3]);
        self.counts.note("fault: crash");
        let down = if self.dice.one_in(6) { 30_000 } else { 200 + self.dice.roll(3_000) };
        self.queue.push(self.ms + down, What::Start);
    }

    /// The connection stands: the ids are written as used, and everything is asked for.
    pub(super) fn reconnect(&mut self, life: u64) {
        if !self.lives(life) {
            return;
        }
        self.gaps += 1;
        let Some(program) = &mut self.program else { return };
        let next = self.broker.exchange.next_id(super::desk::CLIENT);
        program.desk.next_id = program.desk.next_id.max(next);
        program.is_up = false;
        self.reserve_ids();
        self.tell_all(&Input::Gap);
        self.queue.push(self.ms + CALM_MS, What::Ask(life, everybody(self.settings.len())));
    }

    fn reserve_ids(&mut self) {
        let Some(program) = &mut self.program else { return };
        let to = program.ids_to.max(program.desk.next_id) + IDS_BLOCK;
        program.ids_to = to;
        self.account_fact(AccountFact::OrderIds { to }, false);
    }

    fn account_fact(&mut self, fact: AccountFact, by_risk: bool) {
        self.draft(None, Body::Account(fact), by_risk);
    }

    fn draft(&mut self, ticker: Option<usize>, body: Body, by_risk: bool) {
        let at = self.now();
        let slow = self.dice.one_in(self.rates.slow_disk);
        let delay = if slow { 300 } else { self.dice.roll(3.min(self.rates.delay_ms)) };
        let Some(program) = &mut self.program else { return };
        program.waiting.push(Draft { at, ticker, body, by_risk });
        if !std::mem::replace(&mut program.is_flushing, true) {
            self.queue.push(self.ms + delay, What::Flush(program.life));
        }
    }

    pub(super) fn tell_all(&mut self, input: &Input) {
        (0..self.settings.len()).for_each(|t| self.tell(t, input));
    }

    /// A ticker takes in one input; its steps go into the journal.
    pub(super) fn tell(&mut self, t: usize, input: &Input) {
        let now = self.now();
        let Some(program) = &mut self.program else { return };
        let (life, mode) = (program.life, program.tickers[t].mode().clone());
        let mut out = Vec::new();
        program.tickers[t].on_input(now, input, &program.views[t], &mut out);
        let wake = program.tickers[t].next_wakeup(now).filter(|_| !program.is_awake[t]);
        if let Some(at) = wake {
            program.is_awake[t] = true;
            let wait = u64::try_from(at.since(now.process).num_milliseconds()).unwrap_or(0);
            self.queue.push(self.ms + wait, What::Wake(t, life));
        }
        self.events += 1;
        self.check_steps(t, mode, &out);
        let crashes = !out.is_empty() && self.dice.one_in(self.rates.crash);
        for step in out {
            if matches!(&step, Step::Fact(Fact::Doubted { .. })) {
                self.queue.push(self.ms + LOOK_AGAIN_MS, What::Ask(life, [t].into()));
            }
            let body = match step {
                Step::Fact(fact) => Body::Fact(fact),
                Step::Request(request) => Body::Request(request),
            };
            self.draft(Some(t), body, false);
        }
        if crashes {
            return self.crash();
        }
        self.check(t);
    }

    pub(super) fn wake(&mut self, t: usize, life: u64) {
        if !self.lives(life) {
            return;
        }
        if let Some(program) = &mut self.program {
            program.is_awake[t] = false;
        }
        self.tell(t, &Input::Wakeup);
    }

    fn write(&mut self, Draft { at, ticker, body, .. }: Draft) {
        let seq = self.records.len() as u64 + 1;
        self.records.push(Record { seq, at, ticker: ticker.map(|t| self.key(t)), body });
    }

    /// What waits is written as a whole; then the risk book sees it, record by record, and judges what asks
    /// for something.
    pub(super) fn flush(&mut self, life: u64) {
        if !self.lives(life) {
            return;
        }
        let Some(program) = &mut self.program else { return };
        program.is_flushing = false;
        let batch = std::mem::take(&mut program.waiting);
        let (first, whose): (usize, Vec<_>) =
            (self.records.len(), batch.iter().map(|draft| (draft.ticker, draft.by_risk)).collect());
        batch.into_iter().for_each(|draft| self.write(draft));
        for (n, (ticker, by_risk)) in whose.into_iter().enumerate() {
            let record = self.records[first + n].clone();
            match (record.body, ticker) {
                (Body::Request(request), Some(t)) if !by_risk => self.judge(t, record.at, request),
                (body, _) if !by_risk => {
                    let moved = matches!(&body, Body::Fact(Fact::Executed { .. }));
                    let Some(program) = &mut self.program else { return };
                    program.book.apply(&Record { body, ..record });
                    if moved {
                        self.look_at_day();
                    }
                }
                _ => {}
            }
        }
    }

    fn judge(&mut self, t: usize, decided: Now, request: Request) {
        self.look_at_day();
        let now = self.now();
        let Some(program) = &mut self.program else { return };
        let refused = program.book.admit(now, &program.account, &request).err();
        let verdict = Verdict { request: request.clone(), refused: refused.clone() };
        self.draft(Some(t), Body::Verdict(verdict), true);
        match refused {
            None => {
                self.check_admitted(t, &request);
                self.send(t, decided, &request);
            }
            Some(because) => self.refuse(t, &request, because),
        }
    }

    fn refuse(&mut self, t: usize, request: &Request, because: Refusal) {
        let orders = request.orders().cloned().collect();
        let Some(program) = &self.program else { return };
        self.queue.push(self.ms, What::Refused(t, program.life, orders, because));
    }

    fn send(&mut self, t: usize, decided: Now, request: &Request) {
        let Some(program) = &mut self.program else { return };
        let messages =
            if program.is_up { program.desk.messages(request) } else { Err("not connected".to_owned()) };
        match messages {
            Ok(messages) => messages.into_iter().for_each(|message| self.put_on_wire(t, decided, message)),
            Err(why) => {
                let orders = request.orders().cloned().collect();
                self.draft(None, Body::Account(AccountFact::NotSent { orders, why: why.clone() }), false);
                self.refuse(t, request, Refusal::NotSent(why));
            }
        }
        if self.program.as_ref().is_some_and(|program| program.ids_to - program.desk.next_id < 100) {
            self.reserve_ids();
        }
    }

    fn put_on_wire(&mut self, t: usize, decided: Now, message: Message) {
        let mut due = self.ms + 1 + self.own_dice[t].roll(self.rates.delay_ms);
        if self.own_dice[t].one_in(self.rates.late) {
            due += self.own_dice[t].roll(800);
            self.counts.note("fault: late request");
        }
        self.wired = self.wired.max(due);
        let truth = &mut self.broker.truths[t];
        truth.disturbed = truth.disturbed.max(self.wired);
        if let Message::Submit { id, order, changes: false, .. } = &message {
            self.broker.expect(*id, t, order);
        }
        let ran = decided.process.since(Process::default()).num_milliseconds();
        self.queue.push(self.wired, What::Wire(self.connection, u64::try_from(ran).unwrap_or(0), message));
    }

    /// The risk book looks at the day; what it finds concerns all.
    pub(super) fn look(&mut self) {
        self.queue.push(self.ms + 1_000, What::Look);
        self.look_at_day();
    }

    fn look_at_day(&mut self) {
        let now = self.now();
        let Some(program) = &mut self.program else { return };
        let Some(fact) = program.book.watch(now, &program.account) else { return };
        let because = match &fact {
            AccountFact::LossLimitReached { loss, max } => {
                Some(Because::DailyLoss { loss: *loss, max: *max })
            }
            AccountFact::ResultUnknown { .. } => Some(Because::ResultUnknown),
            _ => None,
        };
        self.account_fact(fact, true);
        let Some(because) = because else { return };
        self.counts.note("reaction: daily loss");
        let flattens = self.limits.account.on_daily_loss == OnDailyLoss::Flatten;
        self.tell_all(&if flattens { Input::Close(because) } else { Input::Withdraw(because) });
    }

    /// News arrives at the ticker.
    pub(super) fn hear(&mut self, t: usize, connection: u64, told: Told) {
        let Some(program) = self.program.as_mut().filter(|_| connection == self.connection) else { return };
        match told {
            Told::Echo(order) => {
                let Ok(name) = order.terms.order_ref.parse::<OrderRef>() else { return };
                program.desk.echo(&name, &order);
                let terms = terms_of(&order, &name);
                self.tell(t, &Input::News(News::Terms(terms)));
            }
            Told::Status(status) => {
                program.desk.moved(&status.order, matches!(status.standing, Standing::Ended(_)));
                self.tell(t, &Input::News(News::Status(status)));
            }
            Told::Execution(execution) => self.tell(t, &Input::News(News::Execution(execution))),
            Told::Foreign(foreign) => self.tell(t, &Input::News(News::Foreign(foreign))),
            Told::Commission(commission) => self.tell(t, &Input::News(News::Commission(commission))),
            Told::Note { id, code, text } => {
                let Some(order) = program.desk.name(id).cloned() else { return };
                match meaning(code, program.desk.heard(&order)) {
                    Meaning::Remark => {}
                    Meaning::ChangeRefused => {
                        self.tell(t, &Input::News(News::ChangeRefused { order, code, text }));
                    }
                    Meaning::Unclear => {
                        self.queue.push(self.ms + LOOK_UP_MS, What::FindOut(connection, t, order));
                    }
                }
            }
        }
    }

    /// An order that the broker complained of and never acknowledged: it is there, or it is over.
    pub(super) fn find_out(&mut self, connection: u64, t: usize, order: OrderRef) {
        let Some(program) = self.program.as_mut().filter(|_| connection == self.connection) else { return };
        if program.desk.heard(&order) {
            return;
        }
        let (_, echoes) = self.broker.snapshot(t);
        let found = echoes.iter().find(|echo| echo.terms.order_ref == order.to_string());
        match found {
            Some(echo) => program.desk.echo(&order, echo),
            None => {
                program.desk.moved(&order, true);
                let (filled, remaining) = (Quantity::ZERO, Quantity::ZERO);
                let standing = Standing::Ended(End::Rejected);
                self.tell(t, &Input::News(News::Status(Status { order, standing, filled, remaining })));
            }
        }
    }

    /// A snapshot is made at the broker, and on its way.
    pub(super) fn ask(&mut self, life: u64, tickers: std::collections::BTreeSet<usize>) {
        if !self.lives(life) {
            return;
        }
        if self.ms < self.deaf_until || self.dice.one_in(self.rates.incomplete) {
            self.counts.note("fault: snapshot broke off");
            return self.queue.push(self.ms + 2_000, What::Ask(life, tickers));
        }
        let mut told = Vec::new();
        for t in tickers {
            let (snapshot, echoes) = self.broker.snapshot(t);
            told.push((t, snapshot, echoes));
        }
        let due = self.ms + 20 + self.dice.roll(self.rates.delay_ms * 5);
        self.queue.push(due, What::Snapshot(self.connection, self.gaps, told));
    }

    /// A snapshot arrives.
    pub(super) fn be_shown(
        &mut self,
        connection: u64,
        gaps: u64,
        told: Vec<(usize, engine::Snapshot, Vec<paper::exchange::order::Order>)>,
    ) {
        let fresh = connection == self.connection && gaps == self.gaps;
        let Some(program) = self.program.as_mut().filter(|_| fresh) else {
            let Some(program) = &self.program else { return };
            let tickers = told.into_iter().map(|(t, ..)| t).collect();
            return self.queue.push(self.ms + 2_000, What::Ask(program.life, tickers));
        };
        program.is_up = true;
        for (_, _, echoes) in &told {
            for echo in echoes {
                let Ok(name) = echo.terms.order_ref.parse::<OrderRef>() else { continue };
                program.desk.echo(&name, echo);
                program.desk.moved(
                    &name,
                    status_of(echo, &name).is_some_and(|own| matches!(own.standing, Standing::Ended(_))),
                );
            }
        }
        for (t, snapshot, _) in told {
            self.tell(t, &Input::Snapshot(snapshot));
        }
    }

    pub(super) fn gap(&mut self, life: u64) {
        self.gaps += 1;
        if self.lives(life) {
            if let Some(program) = &mut self.program {
                program.is_up = false;
            }
            self.tell_all(&Input::Gap);
        }
    }

    /// The light comparison that goes on all the time.
    pub(super) fn each_minute(&mut self) {
        self.queue.push(self.ms + 60_000, What::EachMinute);
        if let Some(program) = &self.program {
            self.queue.push(self.ms, What::Ask(program.life, everybody(self.settings.len())));
        }
    }
}

impl Program {
    /// A ticker's steps that wait for the journal.
    pub(crate) fn waiting_of(&self, key: &TickerKey) -> impl Iterator<Item = (Now, Step)> {
        let t = self.tickers.iter().position(|ticker| ticker.settings().key == *key);
        let own = self.waiting.iter().filter(move |draft| draft.ticker == t);
        own.filter_map(|draft| Some((draft.at, step_of(&draft.body)?)))
    }
}

/// A record as a step of its ticker.
pub(crate) fn step(record: &Record) -> Option<(Now, Step)> {
    Some((record.at, step_of(&record.body)?))
}

fn step_of(body: &Body) -> Option<Step> {
    match body {
        Body::Fact(fact) => Some(Step::Fact(fact.clone())),
        Body::Request(request) => Some(Step::Request(request.clone())),
        _ => None,
    }
}

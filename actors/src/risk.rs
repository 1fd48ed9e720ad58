//! The risk book's actor: sees every record in the journal's order, lets requests through.

use std::collections::BTreeMap;
use std::sync::Arc;

use actix::{Actor, Context, Handler, Recipient};
use engine::account::{GroupName, LimitName, OnDailyLoss, Releasable, Trip};
use engine::{
    AccountFact, AccountView, Because, Body, Book, Input, Now, Refusal, Request, TickerKey, Verdict,
};
use ports::brakes::{Brake, Brakes};
use ports::broker::{FundsCell, QuoteCells};
use ports::clock::Clock;
use ports::fail::{self, Point};
use ports::journal::Draft;

use crate::board::Board;
use crate::fatal;
use crate::message::{Append, Arm, Judge, Look, Meet, Recorded, Release, Send, SetLimits, Tell};
use crate::streams;

const NAME: &str = "risk";
/// Who released what is gone without an order.
const OUTSIDE: &str = "hand";

/// The risk book's actor.
pub struct RiskActor {
    book: Book,
    clock: Arc<Clock>,
    quotes: QuoteCells,
    funds: FundsCell,
    view: AccountView,
    brakes: Brakes,
    /// Those of which it was told that they are set.
    told: BTreeMap<LimitName, String>,
    board: Arc<Board>,
    broker: Recipient<Send>,
    others: Option<Meet>,
}

impl RiskActor {
    /// An actor that owns `book` and passes on to `broker` what it admits.
    #[must_use]
    pub fn new(
        book: Book,
        clock: Arc<Clock>,
        quotes: QuoteCells,
        funds: FundsCell,
        brakes: Brakes,
        board: Arc<Board>,
        broker: Recipient<Send>,
    ) -> RiskActor {
        let (view, told) = (AccountView::default(), BTreeMap::new());
        RiskActor { book, clock, quotes, funds, view, brakes, told, board, broker, others: None }
    }

    /// The same, where nothing opens until a person has armed this start.
    #[must_use]
    pub fn waiting_for_arms(mut self, unarmed: bool) -> RiskActor {
        self.view.unarmed = unarmed;
        self.board.publish_unarmed(unarmed);
        self
    }

    /// Looks at what the broker's readers have put into their cells since.
    fn refresh(&mut self) {
        self.view.funds = self.funds.peek();
        self.view.broker_day = self.funds.day();
        self.quotes.newest().into_iter().for_each(|(ticker, quote)| self.view.see(ticker, quote));
    }

    fn judge(&mut self, Judge { ticker, request }: Judge) {
        let now = self.clock.now();
        let asked: Request = std::borrow::Borrow::<Request>::borrow(&request).clone();
        let admitted = self.book.admit(now, &self.view, request);
        if let Err(refusal) = &admitted {
            self.refuse(&ticker, &asked, refusal.clone());
        }
        fail::pass(Point::Judged, || asked.to_string());
        // Written before it is passed on: what comes of it stands behind it in the journal.
        let verdict = Verdict { request: asked, refused: admitted.as_ref().err().cloned() };
        self.write(now, Some(ticker), Body::Verdict(verdict));
        if let Ok(admitted) = admitted {
            self.broker.do_send(Send(admitted));
        }
    }

    fn refuse(&self, ticker: &TickerKey, asked: &Request, because: Refusal) {
        let first = asked.orders().next();
        let (trade, order) = (first.map(|order| order.trade), first.map(tracing::field::display));
        tracing::info!(target: streams::TRADING, actor = NAME, trade, order, "{ticker}: {because}");
        let orders = asked.orders().cloned().collect();
        let told = self.others.as_ref().and_then(|others| others.tickers.get(ticker));
        told.into_iter().for_each(|to| {
            to.to.do_send(Tell::Input(Input::Refused {
                orders: Vec::clone(&orders),
                because: because.clone(),
            }));
        });
    }

    /// Nothing is looked at by a clock that nobody has set: a day would begin that never was.
    fn look(&mut self) {
        self.look_at_brakes();
        if !self.clock.is_set() {
            return;
        }
        let now = self.clock.now();
        self.tell_of_brakes(now);
        self.refresh();
        if let Some(fact) = self.book.watch(now, &self.view) {
            self.on_account_fact(&fact);
            self.write(now, None, Body::Account(fact));
        }
        if let Ok(day) = self.book.day_result(&self.view) {
            self.board.publish_day(day, self.view.broker_day);
        }
    }

    fn look_at_brakes(&mut self) {
        (self.view.halt, self.view.kill) = (self.brakes.words(Brake::Halt), self.brakes.words(Brake::Kill));
        let shown = [(Brake::Halt, &self.view.halt), (Brake::Kill, &self.view.kill)];
        let shown = shown.into_iter().filter_map(|(brake, words)| Some((brake, words.clone()?)));
        self.board.publish_brakes(shown.collect());
    }

    /// What a person has set or taken away since, into the journal.
    fn tell_of_brakes(&mut self, now: Now) {
        // Before it has met the others nobody would hear of it.
        if self.others.is_none() {
            return;
        }
        for (limit, words) in [(LimitName::Halt, &self.view.halt), (LimitName::Kill, &self.view.kill)] {
            let fact = match (words, self.told.contains_key(&limit)) {
                (Some(words), false) => AccountFact::SetByHand { limit, words: words.clone() },
                (None, true) => AccountFact::Released { limit, by: OUTSIDE.to_owned(), id: String::new() },
                _ => continue,
            };
            match words {
                Some(words) => drop(self.told.insert(limit, words.clone())),
                None => drop(self.told.remove(&limit)),
            }
            self.on_account_fact(&fact);
            self.write(now, None, Body::Account(fact));
        }
    }

    /// Takes away the file behind a limit that has one.
    fn take_off(&mut self, limit: LimitName) -> Result<(), String> {
        let brake = match limit {
            LimitName::Halt => Brake::Halt,
            LimitName::Kill => Brake::Kill,
            _ => return Ok(()),
        };
        // That it was set stands before that it was released.
        self.look_at_brakes();
        self.tell_of_brakes(self.clock.now());
        let path = self.brakes.path(brake);
        match self.brakes.release(brake) {
            Ok(true) => {}
            Ok(false) => return Err(format!("{limit} is not set")),
            Err(error) => return Err(format!("failed to remove `{}`: {error}", path.display())),
        }
        self.told.remove(&limit);
        self.look_at_brakes();
        Ok(())
    }

    fn on_account_fact(&self, fact: &AccountFact) {
        match fact {
            AccountFact::SetByHand { limit: LimitName::Halt, words } => self.halted(words),
            // The broker's actor says what it means.
            AccountFact::SetByHand { .. } => {}
            AccountFact::LossLimitReached { loss, max } => {
                self.tripped(&Because::DailyLoss { loss: *loss, max: *max });
            }
            AccountFact::ResultUnknown { ticker } => {
                tracing::error!(target: streams::ERRORS, actor = NAME, "{ticker} made the day's result unknown");
                self.tripped(&Because::ResultUnknown);
            }
            AccountFact::DayOpened { day, .. } => {
                tracing::debug!(target: streams::TRADING, actor = NAME, "trading day {day}");
            }
            AccountFact::GroupTripped { group, trip } => self.group_tripped(group, trip),
            AccountFact::GroupReleased { group, by, .. } => {
                tracing::warn!(target: streams::TRADING, actor = NAME, "group {group} released by {by}");
            }
            AccountFact::Released { limit, by, .. } => {
                tracing::warn!(target: streams::TRADING, actor = NAME, "{limit} released by {by}");
            }
            AccountFact::Armed { by } => {
                tracing::warn!(target: streams::TRADING, actor = NAME, "armed by {by}: real money is traded");
            }
            AccountFact::NotSent { .. }
            | AccountFact::MessageTaken { .. }
            | AccountFact::Panicked { .. }
            | AccountFact::ReloadAsked { .. }
            | AccountFact::ConfigTaken { .. }
            | AccountFact::Joined { .. }
            | AccountFact::OrderIds { .. } => {}
        }
    }

    fn halted(&self, words: &str) {
        tracing::error!(target: streams::ERRORS, actor = NAME, "HALT is set ({words}): nothing opens until `supervisor release HALT`");
        let because = Because::Halt { words: words.to_owned() };
        self.hold_back(&because, OnDailyLoss::Block, |_| true);
    }

    fn tripped(&self, because: &Because) {
        let then = self.book.limits().account.on_daily_loss;
        let also = if then == OnDailyLoss::Flatten { "; what is open is closed" } else { "" };
        tracing::error!(target: streams::ERRORS, actor = NAME, "{because}: nothing opens until a release{also}");
        self.hold_back(because, then, |_| true);
    }

    /// The account's others hear nothing of it.
    fn group_tripped(&self, group: &GroupName, trip: &Trip) {
        let Some(own) = self.book.limits().groups.get(group) else { return };
        let also = if own.on_daily_loss == OnDailyLoss::Flatten { "; what they hold is closed" } else { "" };
        let because = Because::Group { group: group.clone(), trip: trip.clone() };
        tracing::error!(target: streams::ERRORS, actor = NAME, "{because}: its tickers open nothing until `supervisor release {group}`{also}");
        self.hold_back(&because, own.on_daily_loss, |ticker| own.tickers.contains(ticker));
    }

    /// What rests at the broker to open something is taken back, or all that is held is closed.
    fn hold_back(&self, because: &Because, then: OnDailyLoss, whom: impl Fn(&TickerKey) -> bool) {
        let tickers = self.others.iter().flat_map(|others| &others.tickers);
        for (_, ticker) in tickers.filter(|(key, _)| whom(key)) {
            let input = match then {
                OnDailyLoss::Block => Input::Withdraw(because.clone()),
                OnDailyLoss::Flatten => Input::Close(because.clone()),
            };
            ticker.to.do_send(Tell::Input(input));
        }
    }

    fn write(&self, at: Now, ticker: Option<TickerKey>, body: Body) {
        let Some(others) = &self.others else { return };
        let drafts = vec![Draft { at, ticker, body }];
        others.journal.do_send(Append { drafts, from: None, by_risk: true });
    }
}

impl Actor for RiskActor {
    type Context = Context<Self>;
}

impl Handler<Recorded> for RiskActor {
    type Result = ();

    fn handle(&mut self, Recorded(record): Recorded, _: &mut Context<Self>) {
        fatal::guard(NAME, || {
            let moved = matches!(
                &record.body,
                Body::Fact(
                    engine::Fact::Executed { .. }
                        | engine::Fact::TakenOver { .. }
                        | engine::Fact::ClosedOutside { .. }
                        | engine::Fact::ClosedUnseen(_)
                        | engine::Fact::Settled { .. }
                )
            );
            self.book.apply(&record);
            if moved {
                self.look();
            }
        });
    }
}

impl Handler<Judge> for RiskActor {
    type Result = ();

    fn handle(&mut self, judge: Judge, _: &mut Context<Self>) {
        fatal::guard(NAME, || {
            self.look();
            self.judge(judge);
        });
    }
}

impl Handler<Release> for RiskActor {
    type Result = Result<String, String>;

    fn handle(&mut self, Release { what, by, id }: Release, _: &mut Context<Self>) -> Self::Result {
        fatal::guard(NAME, || {
            if !self.book.has_released(&what, &id) {
                if let Releasable::Limit(limit) = what {
                    self.take_off(limit)?;
                }
                let now = self.clock.now();
                let fact = self.book.release(now, &what, &by, &id);
                let fact = fact.ok_or_else(|| format!("{what} has not tripped"))?;
                self.on_account_fact(&fact);
                self.write(now, None, Body::Account(fact));
            }
            Ok(format!("{what} released"))
        })
    }
}

impl Handler<SetLimits> for RiskActor {
    type Result = ();

    fn handle(&mut self, SetLimits(limits): SetLimits, _: &mut Context<Self>) {
        fatal::guard(NAME, || {
            self.book.set_limits(*limits);
            self.look();
        });
    }
}

impl Handler<Arm> for RiskActor {
    type Result = Result<String, String>;

    fn handle(&mut self, Arm { by }: Arm, _: &mut Context<Self>) -> Self::Result {
        fatal::guard(NAME, || {
            if !std::mem::take(&mut self.view.unarmed) {
                return Ok("nothing to arm: entries are taken".to_owned());
            }
            let fact = AccountFact::Armed { by };
            self.on_account_fact(&fact);
            self.write(self.clock.now(), None, Body::Account(fact));
            self.board.publish_unarmed(false);
            Ok("armed: entries are taken".to_owned())
        })
    }
}

impl Handler<Look> for RiskActor {
    type Result = ();

    fn handle(&mut self, _: Look, _: &mut Context<Self>) {
        fatal::guard(NAME, || {
            self.look();
            self.board.publish_gauges(self.book.gauges(self.clock.now(), &self.view));
        });
    }
}

impl Handler<Meet> for RiskActor {
    type Result = ();

    fn handle(&mut self, others: Meet, _: &mut Context<Self>) {
        fatal::guard(NAME, || self.others = Some(others));
    }
}

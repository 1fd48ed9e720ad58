//! The risk book's actor: sees every record in the journal's order, lets requests through.

use std::sync::Arc;

use actix::{Actor, Context, Handler, Recipient};
use engine::account::OnDailyLoss;
use engine::{
    AccountFact, AccountView, Because, Body, Book, Input, Now, Refusal, Request, TickerKey, Verdict,
};
use ports::broker::{FundsCell, QuoteCells};
use ports::clock::Clock;
use ports::fail::{self, Point};
use ports::journal::Draft;

use crate::board::Board;
use crate::fatal;
use crate::message::{Append, Judge, Look, Meet, Recorded, Release, Send, Tell};
use crate::streams;

const NAME: &str = "risk";

/// The risk book's actor.
pub struct RiskActor {
    book: Book,
    clock: Arc<Clock>,
    quotes: QuoteCells,
    funds: FundsCell,
    view: AccountView,
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
        board: Arc<Board>,
        broker: Recipient<Send>,
    ) -> RiskActor {
        let view = AccountView::default();
        RiskActor { book, clock, quotes, funds, view, board, broker, others: None }
    }

    /// Looks at what the broker's readers have put into their cells since.
    fn refresh(&mut self) {
        self.view.funds = self.funds.peek();
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
        tracing::info!(target: streams::TRADING, actor = NAME, "{ticker}: {because}");
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
        if !self.clock.is_set() {
            return;
        }
        let now = self.clock.now();
        self.refresh();
        if let Some(fact) = self.book.watch(now, &self.view) {
            self.on_account_fact(&fact);
            self.write(now, None, Body::Account(fact));
        }
        if let Ok(day) = self.book.day_result(&self.view) {
            self.board.publish_day(day);
        }
    }

    fn on_account_fact(&self, fact: &AccountFact) {
        match fact {
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
            AccountFact::Released { limit, by, .. } => {
                tracing::warn!(target: streams::TRADING, actor = NAME, "{limit} released by {by}");
            }
            AccountFact::NotSent { .. } | AccountFact::OrderIds { .. } | AccountFact::MessageTaken { .. } => {
            }
        }
    }

    fn tripped(&self, because: &Because) {
        let flattens = self.book.limits().account.on_daily_loss == OnDailyLoss::Flatten;
        let then = if flattens { "; what is open is closed" } else { "" };
        tracing::error!(target: streams::ERRORS, actor = NAME, "{because}: nothing opens until a release{then}");
        for ticker in self.others.iter().flat_map(|others| others.tickers.values()) {
            // What rests at the broker to open more is taken back either way.
            let tell =
                if flattens { Input::Close(because.clone()) } else { Input::Withdraw(because.clone()) };
            ticker.to.do_send(Tell::Input(tell));
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

    fn handle(&mut self, Release { limit, by, id }: Release, _: &mut Context<Self>) -> Self::Result {
        fatal::guard(NAME, || {
            let now = self.clock.now();
            if !self.book.has_released(limit, &id) {
                let fact = self.book.release(now, limit, &by, &id);
                let fact = fact.ok_or_else(|| format!("{limit} has not tripped"))?;
                self.on_account_fact(&fact);
                self.write(now, None, Body::Account(fact));
            }
            Ok(format!("{limit} released"))
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

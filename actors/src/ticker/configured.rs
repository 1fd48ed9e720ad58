//! What a changed config does to a ticker's actor: other settings, and its end once it is out and has nothing left.

use std::time::Duration;

use actix::{ActorContext, AsyncContext, Context};
use engine::{Atr, MarketView, Now, Step, Ticker};

use super::TickerActor;
use crate::board::Trouble;
use crate::message::{NeedBars, Tell};
use crate::streams;

/// How long one that is flat stays to hear what comes late of its fills: their commissions, and corrections.
const LINGER: Duration = Duration::from_secs(5);

impl TickerActor {
    /// The config has changed. One that is made anew hears it afterwards; one that is left alone, never.
    pub(super) fn configured(&mut self, ctx: &mut Context<Self>, told: Tell) {
        match self.life.trouble() {
            None => {}
            Some(Trouble::Rebuilding) => return self.deferred.push(told),
            Some(trouble) => {
                tracing::error!(
                    target: streams::ERRORS,
                    actor = self.name,
                    "{trouble}: the changed config is not followed until a restart"
                );
                return;
            }
        }
        match told {
            Tell::Configure { settings, changes } => self.steer(ctx, |ticker, now, market, out| {
                ticker.reconfigure(now, *settings, changes, market, out);
            }),
            Tell::WindDown => self.steer(ctx, |ticker, now, market, out| ticker.wind_down(now, market, out)),
            Tell::ComeBack => {
                if let Some(parting) = self.parting.take() {
                    ctx.cancel_future(parting);
                }
                self.steer(ctx, |ticker, now, _, out| ticker.come_back(now, out));
            }
            _ => {}
        }
    }

    /// What the config said meanwhile, once there is a ticker to hear it.
    pub(super) fn hear_deferred(&mut self, ctx: &mut Context<Self>) {
        for told in std::mem::take(&mut self.deferred) {
            self.configured(ctx, told);
        }
    }

    fn steer(
        &mut self,
        ctx: &mut Context<Self>,
        how: impl FnOnce(&mut Ticker, Now, &MarketView, &mut Vec<Step>),
    ) {
        if self.leaves {
            return;
        }
        let now = self.look();
        let mut out = Vec::new();
        how(&mut self.ticker, now, &self.view, &mut out);
        if !out.is_empty() {
            let bodies = self.tell_all(now, out);
            self.append(ctx, now, bodies);
        }
        self.end_step(ctx, now);
    }

    /// Other bars than before: their average begins anew.
    pub(super) fn mind_bars(&mut self) {
        let bars = self.ticker.settings().bars();
        if bars == self.bars {
            return;
        }
        self.bars = bars;
        self.atr = Atr::new(self.ticker.settings().atr_period);
        self.view.atr = None;
        let minutes = bars.map(|(minutes, _)| minutes);
        self.doors.bars.do_send(NeedBars { ticker: self.key.clone(), minutes });
    }

    /// One that is out and flat says so, once all that it wrote is on disk.
    pub(super) fn part_if_gone(&mut self, ctx: &mut Context<Self>) {
        if self.parting.is_some() || !self.is_gone() {
            return;
        }
        self.parting = Some(ctx.run_later(LINGER, |this, _| {
            this.parting = None;
            if this.is_gone() {
                // Nobody listens only while the program ends.
                let _ = this.doors.gone.send(this.key.clone());
            }
        }));
    }

    fn is_gone(&self) -> bool {
        self.life.decides() && self.unwritten == 0 && self.ticker.is_gone()
    }

    pub(super) fn end(&mut self, ctx: &mut Context<Self>) {
        self.doors.board.take_off(&self.key);
        ctx.stop();
    }
}

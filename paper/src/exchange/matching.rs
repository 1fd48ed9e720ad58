//! Looking at the market: at each step every live order of a symbol meets the book of that moment.
//!
//! A step stands for all trades since the step before: they trigger stops and fill resting limits that they went
//! through. What is displayed at the step is shared by the orders in the order of their permanent ids, and replenished
//! at the next one. Our orders move no price. Outside regular hours only those orders are matched that ask for it.
//!
//! Read next: [`trigger`](crate::exchange::trigger), [`display`](crate::exchange::display), [`auction`](crate::exchange::auction).

use chrono::{DateTime, TimeDelta, Utc};

use crate::exchange::Exchange;
use crate::exchange::display::{Display, Offer};
use crate::exchange::event::Event;
use crate::exchange::order::{Kind, OrderKey, Phase};
use crate::market::quote::Look;

impl Exchange {
    /// Goes through every step of the market up to `to`, in order.
    pub fn advance(&mut self, to: DateTime<Utc>) -> Vec<Event> {
        let mut events = Vec::new();
        while let Some(at) = self.next_step(to) {
            events.extend(self.step(at));
        }
        events.extend(self.idle(to));
        events
    }

    /// The next moment at which the market is looked at, if it is not after `to`. Steps lie on a grid that begins with
    /// each stretch of trading, so that they do not depend on who asks when.
    pub fn next_step(&self, to: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let session = self.market.calendar().stretch_from(self.looked + TimeDelta::seconds(1))?;
        if self.looked < session.open {
            return Some(session.open).filter(|at| *at <= to);
        }
        let step = i64::from(self.options.step_seconds.max(1));
        let ahead = ((self.looked - session.open).num_seconds() / step + 1) * step;
        let at = (session.open + TimeDelta::seconds(ahead)).min(session.close);
        Some(at).filter(|at| *at <= to)
    }

    /// Looks at the market once.
    pub fn step(&mut self, at: DateTime<Utc>) -> Vec<Event> {
        self.pass_to(at);
        let before = self.looked;
        self.looked = self.looked.max(at);
        let contracts = self.contracts_in_play();
        for (con_id, symbol) in contracts {
            if let Some(look) = self.market.look(before, at, &symbol) {
                self.match_all(before, con_id, &look);
            }
        }
        self.watch();
        self.take_events()
    }

    /// Matches one contract's orders against a market that the caller made up. For tests and simulations.
    pub fn look(&mut self, now: DateTime<Utc>, con_id: i32, look: &Look) -> Vec<Event> {
        self.pass_to(now);
        // What happens in one contract has nothing to do with looks at another.
        let before = self.seen.get(&con_id).map_or(self.looked, |(at, _)| *at);
        self.looked = self.looked.max(now);
        self.match_all(before, con_id, look);
        self.watch();
        self.take_events()
    }

    /// Time passes without a look at the market: orders may expire.
    pub fn idle(&mut self, now: DateTime<Utc>) -> Vec<Event> {
        self.pass_to(now);
        self.watch();
        self.take_events()
    }

    /// What time alone brings about, and what the market has just fulfilled.
    fn watch(&mut self) {
        self.expire();
        self.watch_locates();
        self.watch_conditions();
    }

    fn contracts_in_play(&self) -> Vec<(i32, String)> {
        let mut ids: Vec<i32> = self.live().map(|order| order.terms.con_id).collect();
        ids.sort_unstable();
        ids.dedup();
        let named = ids.into_iter().filter_map(|id| Some((id, self.market.listing(id)?.symbol.clone())));
        named.collect()
    }

    fn match_all(&mut self, before: DateTime<Utc>, con_id: i32, look: &Look) {
        self.seen.insert(con_id, (self.looked, look.last));
        let mut display = Display::new(look);
        let calendar = self.market.calendar();
        let is_outside = calendar.is_extended() && calendar.session_at(self.now).is_none();
        let keys: Vec<OrderKey> = self.live.values().copied().collect();
        for key in keys {
            let order = self.orders.get(&key).filter(|order| order.terms.con_id == con_id);
            if order.is_some_and(|order| !is_outside || order.terms.works_outside_rth()) {
                self.match_one(before, key, &mut display);
            }
        }
        self.reduce_waiting();
    }

    fn match_one(&mut self, before: DateTime<Utc>, key: OrderKey, display: &mut Display) {
        let Some(order) = self.orders.get(&key) else { return };
        if self.is_auction_due(order) {
            return self.auction(key, &display.look);
        }
        let (is_resting, is_early) = (order.active_since <= before, self.is_early(order));
        match order.phase {
            Phase::AwaitingOpen if !is_early => self.begin_work(key),
            Phase::AwaitingTrigger => self.follow_and_trigger(key, is_resting, &display.look),
            _ => {}
        }
        let Some(order) = self.orders.get(&key).filter(|order| order.phase == Phase::Working) else { return };
        let is_immediate = order.is_immediate();
        match display.offer(order, is_resting) {
            Some(Offer { price, shares, takes }) => self.fill(key, shares, price, takes),
            None => self.peg(key, display),
        }
        if is_immediate {
            self.end(key, Phase::Cancelled);
        }
    }

    fn begin_work(&mut self, key: OrderKey) {
        if let Some(order) = self.orders.get_mut(&key) {
            order.phase = Phase::Working;
        }
        self.tell(key);
    }

    /// Moves a pegged order after the market. Nobody is told: where it stands is the exchange's affair.
    fn peg(&mut self, key: OrderKey, display: &Display) {
        let Some(order) = self.orders.get_mut(&key) else { return };
        if let Kind::Relative { cap, pegged, .. } = &mut order.terms.kind {
            *pegged = Some(display.peg(order.terms.side, *cap));
        }
    }
}

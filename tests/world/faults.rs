//! What goes wrong, and how often: each world draws its own rates, some of them none at all.

use chrono::TimeDelta;
use engine::{Body, Role};
use paper::exchange::intervene::{BY_BROKER, BY_HAND, Outside};
use paper::exchange::order::{Kind, OrderKey, Side};
use paper::exchange::readings::After1102;
use rust_decimal::Decimal;

use super::desk::{CLIENT, Message, attributes};
use super::dice::Dice;
use super::queue::What;
use super::{World, any_live};

/// Sides of a dice, one of which is the fault; 0 is never.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Rates {
    pub(crate) signals: bool,
    pub(crate) delay_ms: u64,
    pub(crate) late: u64,
    pub(crate) twice: u64,
    pub(crate) slow_disk: u64,
    pub(crate) incomplete: u64,
    /// Of inputs that led to something.
    pub(crate) crash: u64,
    /// Of what happens to one ticker each few seconds.
    own: u64,
    /// Of what happens to all each few seconds.
    all: u64,
    reject: u64,
    drop_message: u64,
    mute: u64,
    refuse_change: u64,
}

impl Rates {
    /// Nothing goes wrong.
    pub(crate) fn none() -> Rates {
        Rates {
            signals: false,
            delay_ms: 5,
            late: 0,
            twice: 0,
            slow_disk: 0,
            incomplete: 0,
            crash: 0,
            own: 0,
            all: 0,
            reject: 0,
            drop_message: 0,
            mute: 0,
            refuse_change: 0,
        }
    }

    /// Nothing goes wrong but for one ticker, and whatever takes time takes the same time.
    pub(crate) fn for_one() -> Rates {
        Rates { signals: true, delay_ms: 0, own: 1, ..Rates::none() }
    }

    /// A quiet world in ten, a brutal one in five.
    pub(crate) fn drawn(dice: &mut Dice) -> Rates {
        let quiet = Rates { signals: true, ..Rates::none() };
        match dice.roll(10) {
            0 => quiet,
            1 | 2 => Rates {
                delay_ms: 60,
                late: 60,
                twice: 6,
                slow_disk: 40,
                incomplete: 8,
                crash: 120,
                own: 1,
                all: 1,
                reject: 25,
                drop_message: 60,
                mute: 60,
                refuse_change: 15,
                ..quiet
            },
            _ => {
                let mut rate = |often: u64| if dice.one_in(3) { 0 } else { often + dice.roll(3 * often) };
                Rates {
                    delay_ms: 5 + rate(20),
                    late: rate(80),
                    twice: rate(8),
                    slow_disk: rate(60),
                    incomplete: rate(10),
                    crash: rate(250),
                    own: rate(2),
                    all: rate(2),
                    reject: rate(40),
                    drop_message: rate(150),
                    mute: rate(150),
                    refuse_change: rate(25),
                    ..quiet
                }
            }
        }
    }
}

impl World {
    /// A message arrives at the broker, or something else happens to it.
    pub(super) fn arrive(&mut self, connection: u64, decided: u64, message: Message) {
        let (ended, until) = self.wire_ends;
        let flushed = connection == ended && self.ms <= until;
        if connection != self.connection && !flushed {
            return self.counts.note("fault: message lost with its connection");
        }
        let now = self.now().market;
        let (Message::Submit { order, .. } | Message::Cancel { order, .. }) = &message;
        let Some(t) = self.settings.iter().position(|own| own.key == order.ticker) else { return };
        if self.own_dice[t].one_in(self.rates.drop_message) {
            self.disturb(t, 8_000);
            self.go_astray(t);
            return self.counts.note("fault: message dropped");
        }
        match message {
            Message::Submit { order, id, terms, changes: false } => {
                self.check_new_order(&order, id);
                if self.own_dice[t].one_in(self.rates.mute) {
                    self.broker.muted.insert(id);
                    self.disturb(t, 8_000);
                    self.counts.note("fault: order never acknowledged");
                }
                let events = self.broker.exchange.place_with(now, CLIENT, id, *terms, attributes());
                self.say(events);
                if self.own_dice[t].one_in(self.rates.reject) {
                    self.turn_down(t, id, order.role);
                }
            }
            Message::Submit { id, terms, .. } => {
                self.note_race(t, decided);
                if self.own_dice[t].one_in(self.rates.refuse_change) {
                    return self.refuse_change(t, id, 104);
                }
                let events = self.broker.exchange.place_with(now, CLIENT, id, *terms, attributes());
                self.say_refusals(t, events);
            }
            Message::Cancel { id, .. } => {
                if self.own_dice[t].one_in(self.rates.refuse_change) {
                    return self.refuse_change(t, id, 10_148);
                }
                let events = self.broker.exchange.cancel(now, CLIENT, id);
                self.say_refusals(t, events);
            }
        }
    }

    /// A change that was decided before a fill was heard of may grow again what the fill has
    /// reduced: nobody can help that, only what follows from it.
    fn note_race(&mut self, t: usize, decided: u64) {
        let truth = &mut self.broker.truths[t];
        if truth.fill_heard >= decided {
            truth.meddled = true;
            self.counts.note("fault: change crosses a fill");
        }
    }

    fn turn_down(&mut self, t: usize, id: i32, role: Role) {
        let key = OrderKey { client: CLIENT, id };
        let events = self.broker.exchange.reject(self.now().market, key, 201, "Order rejected - reason:none");
        if !events.is_empty() {
            self.counts.note(match role {
                Role::Entry | Role::Add => "fault: entry rejected",
                Role::Stop => "fault: stop rejected",
                Role::Target => "fault: target rejected",
                Role::Exit | Role::Outside | Role::WhatIf => "fault: exit rejected",
            });
        }
        self.disturb(t, 500);
        self.say(events);
    }

    fn refuse_change(&mut self, t: usize, id: i32, code: i32) {
        self.counts.note("fault: change refused");
        let key = OrderKey { client: CLIENT, id };
        let event = paper::exchange::event::Event::Noted { key, code, text: "refused".to_owned() };
        self.say_refusals(t, vec![event]);
    }

    /// Each refusal lets the program wait twice as long before it tries again.
    fn say_refusals(&mut self, t: usize, events: Vec<paper::exchange::event::Event>) {
        use paper::exchange::event::Event;
        if events.iter().any(|event| matches!(event, Event::Noted { code, .. } if *code != 202)) {
            self.go_astray(t);
            let truth = &mut self.broker.truths[t];
            truth.refusals += 1;
            let patience = 250 << truth.refusals.min(6);
            self.disturb(t, patience);
        }
        self.say(events);
    }

    fn go_astray(&mut self, t: usize) {
        self.broker.truths[t].astray_until = self.ms + 8_000;
    }

    fn disturb(&mut self, t: usize, ms: u64) {
        let truth = &mut self.broker.truths[t];
        truth.disturbed = truth.disturbed.max(self.ms + ms);
    }

    /// Something goes wrong for one ticker.
    pub(super) fn fault(&mut self, t: usize) {
        let wait = 1_500 + self.own_dice[t].roll(4_000);
        self.queue.push(self.ms + wait, What::Fault(t));
        let spared = self.only.is_some_and(|only| only != Some(t));
        if spared || !self.own_dice[t].one_in(self.rates.own) || !self.is_open() {
            return;
        }
        match self.own_dice[t].roll(20) {
            0..4 => self.lose_an_order(t, false),
            4..6 => self.lose_an_order(t, true),
            6 => self.trade_by_hand(t),
            7 => self.halt(t),
            8..11 => self.leap(t),
            11 => self.fill_out_of_turn(t),
            12 | 13 => self.correct(t),
            14 => self.bust(t),
            15 | 16 => self.change_by_hand(t),
            _ => {}
        }
    }

    /// The broker rejects an order after the fact, or somebody cancels it.
    fn lose_an_order(&mut self, t: usize, by_hand: bool) {
        let Some((order, id)) = any_live(&self.broker, t, &mut self.own_dice[t]) else { return };
        if !by_hand {
            return self.turn_down(t, id, order.role);
        }
        self.counts.note("fault: order cancelled by hand");
        let key = OrderKey { client: CLIENT, id };
        let events = self.broker.exchange.cancel_outside(self.now().market, key);
        self.disturb(t, 500);
        self.say(events);
    }

    /// Somebody moves a stop or a target at the broker, or makes it smaller.
    fn change_by_hand(&mut self, t: usize) {
        let Some((order, id)) = any_live(&self.broker, t, &mut self.own_dice[t]) else { return };
        let key = OrderKey { client: CLIENT, id };
        let live = self.broker.exchange.order(key).filter(|own| own.reported_parent() == 0);
        let Some(own) = live.filter(|_| matches!(order.role, Role::Stop | Role::Target)) else { return };
        let by = Decimal::new(self.own_dice[t].swing(60), 2);
        let mut terms = own.terms.clone();
        terms.kind = match terms.kind {
            Kind::Limit(limit) => Kind::Limit(limit + by),
            Kind::Stop(stop) => Kind::Stop(stop + by),
            other => other,
        };
        let smaller = self.own_dice[t].one_in(4) && own.remaining() > Decimal::TEN;
        terms.quantity = own.total() - if smaller { Decimal::TEN } else { Decimal::ZERO };
        (terms.parent, terms.oca) = (None, own.reported_oca());
        self.counts.note("fault: changed by hand");
        self.disturb(t, 1_500);
        let events = self.broker.exchange.place_with(self.now().market, CLIENT, id, terms, attributes());
        self.say(events);
    }

    /// Somebody closes our position, or the broker does, or they open one of their own.
    fn trade_by_hand(&mut self, t: usize) {
        let (held, dice) = (self.broker.held(t), &mut self.own_dice[t]);
        if held.is_zero() {
            return;
        }
        let (kind, part) = (dice.roll(4), Decimal::from(1 + dice.roll(100)));
        let most = held.abs();
        let shares = if kind == 0 { (most * part / Decimal::ONE_HUNDRED).ceil() } else { most };
        let adds = kind == 3;
        let side = if (held > Decimal::ZERO) == adds { Side::Buy } else { Side::Sell };
        self.counts.note(match kind {
            2 => "fault: liquidated by the broker",
            3 => "fault: somebody adds shares of their own",
            _ => "fault: closed by hand",
        });
        let (con_id, price) =
            (self.broker.truths[t].con_id, Some(Decimal::new(self.broker.truths[t].mid, 2)));
        let (key, is_liquidation) = if kind == 2 { (BY_BROKER, true) } else { (BY_HAND, false) };
        self.broker.truths[t].meddled = true;
        let trade = Outside { con_id, side, shares, price, key, is_liquidation };
        let events = self.broker.exchange.trade_outside(self.now().market, &trade);
        self.disturb(t, 500);
        self.say(events);
    }

    fn halt(&mut self, t: usize) {
        self.counts.note("fault: trading halted");
        let ms = 2_000 + self.own_dice[t].roll(15_000);
        self.broker.truths[t].halted_until = Some(self.ms + ms);
    }

    fn leap(&mut self, t: usize) {
        self.counts.note("fault: price leaps");
        let by = self.own_dice[t].swing(600);
        let truth = &mut self.broker.truths[t];
        truth.mid = (truth.mid + by).clamp(2_000, 40_000);
    }

    /// An order fills that was over, or beyond its size.
    fn fill_out_of_turn(&mut self, t: usize) {
        let fills = &self.broker.truths[t].fills;
        let at = usize::try_from(self.own_dice[t].roll(fills.len() as u64)).unwrap_or(0);
        let Some(fill) = fills.values().nth(at) else { return };
        let (key, now) = (fill.key, self.now().market);
        self.counts.note("fault: filled beyond its size");
        self.broker.truths[t].meddled = true;
        let shares = Decimal::from(1 + self.own_dice[t].roll(20));
        let price = Some(Decimal::new(self.broker.truths[t].mid, 2));
        let events = self.broker.exchange.fill_anyway(now, key, shares, price);
        self.disturb(t, 1_500);
        self.say(events);
    }

    /// An execution of today is told again, with another price or fewer shares.
    fn correct(&mut self, t: usize) {
        let fills = &self.broker.truths[t].fills;
        let at = usize::try_from(self.own_dice[t].roll(fills.len() as u64)).unwrap_or(0);
        let Some(fill) = fills.values().nth(at).cloned() else { return };
        let fewer = self.own_dice[t].one_in(3) && fill.shares > Decimal::TEN;
        let shares = if fewer { fill.shares - Decimal::from(3) } else { fill.shares };
        self.counts.note(if fewer { "fault: corrected to fewer shares" } else { "fault: price corrected" });
        self.broker.truths[t].meddled |= fewer;
        let (now, price) = (self.now().market, fill.price + Decimal::new(1, 2));
        let events = self.broker.exchange.correct(now, &fill.exec_id, shares, price);
        // A count of the order that is older than the correction has to be looked up.
        self.disturb(t, if fewer { 5_000 } else { 1_500 });
        self.say(events);
    }

    /// An execution is taken back: only the position tells.
    fn bust(&mut self, t: usize) {
        let fills = &mut self.broker.truths[t].fills;
        if !self.own_dice[t].one_in(4) || fills.is_empty() {
            return;
        }
        let Some((_, fill)) = fills.pop_last() else { return };
        self.counts.note("fault: trade busted");
        (self.broker.truths[t].meddled, self.broker.truths[t].busted) = (true, true);
        let events = self.broker.exchange.bust(self.now().market, &fill.exec_id);
        self.say(events);
    }

    /// Something goes wrong for all.
    pub(super) fn trouble(&mut self) {
        self.queue.push(self.ms + 4_000 + self.dice.roll(12_000), What::Trouble);
        if !self.dice.one_in(self.rates.all) {
            return;
        }
        match self.dice.roll(8) {
            0..3 => self.drop_link(),
            3 | 4 => self.go_deaf(),
            5 => self.roll_ids_back(),
            6 => self.crash(),
            _ => {}
        }
    }

    /// The socket goes; some of what was on its way still arrives. It is noticed a little
    /// later, and comes back after some seconds.
    fn drop_link(&mut self) {
        let Some(life) = self.program.as_ref().map(|program| program.life) else { return };
        self.counts.note("fault: connection lost");
        self.wire_ends = (self.connection, self.ms + self.dice.roll(60));
        self.connection += 1;
        self.heard.iter_mut().for_each(|streams| *streams = [0; 3]);
        let noticed = self.ms + self.dice.roll(200);
        self.queue.push(noticed, What::Gap(life));
        self.queue.push(noticed + 1_000 + self.dice.roll(8_000), What::Reconnected(life));
    }

    /// 1100: the gateway has lost IB. What happens meanwhile may never be told.
    fn go_deaf(&mut self) {
        let Some(life) = self.program.as_ref().map(|program| program.life) else { return };
        self.counts.note("fault: gateway lost its own link");
        let back = self.ms + 1_000 + self.dice.roll(8_000);
        if self.broker.exchange.options().readings.after_1102 == After1102::Hidden {
            self.deaf_until = back;
        }
        self.queue.push(self.ms, What::Gap(life));
        self.queue.push(back + 1, What::Reconnected(life));
    }

    /// The gateway's settings were put back: it offers ids that were used.
    fn roll_ids_back(&mut self) {
        self.counts.note("fault: order ids rolled back");
        let by = i32::try_from(1 + self.dice.roll(200)).unwrap_or(1);
        self.broker.exchange.roll_back_ids(CLIENT, by);
        self.drop_link();
    }

    /// To the close, over the night, now and then with a split, to the next morning.
    pub(super) fn pass_the_night(&mut self) {
        self.night = None;
        let calendar = self.market.calendar();
        let Some(today) = calendar.session_at(self.now().market) else { return };
        let Some(next) = calendar.session_from(today.close + TimeDelta::seconds(1)) else { return };
        self.counts.note("fault: a night passes");
        let ms = |at: chrono::DateTime<chrono::Utc>| {
            u64::try_from((at - self.start).num_milliseconds()).unwrap_or(0)
        };
        let (close, morning) = (ms(today.close), ms(next.open - TimeDelta::seconds(150)));
        self.ms = close + 500;
        let events = self.broker.exchange.idle(self.now().market);
        self.say(events);
        // What was due at the close comes before the morning does.
        self.run_for(3_000);
        self.ms = morning;
        self.checks.forget_limbo();
        for t in 0..self.settings.len() {
            self.disturb(t, 150_000);
            self.split(t);
        }
        self.run_for(151_000);
    }

    fn split(&mut self, t: usize) {
        if !self.own_dice[t].one_in(3) || self.rates.own == 0 || self.broker.held(t).is_zero() {
            return;
        }
        self.counts.note("fault: split over night");
        let (new, old) = self.own_dice[t].pick(&[(2, 1), (3, 2), (1, 3)]);
        let (ratio, con_id) = (Decimal::new(new, 0) / Decimal::new(old, 0), self.broker.truths[t].con_id);
        let truth = &mut self.broker.truths[t];
        truth.mid = truth.mid * old / new;
        truth.meddled = true;
        let events = self.broker.exchange.split(self.now().market, con_id, ratio);
        self.say(events);
    }
}

/// True for a record that opens something.
pub(crate) fn opens(body: &Body) -> bool {
    matches!(body, Body::Request(engine::Request::Place { orders })
        if orders.iter().any(|spec| matches!(spec.order.role, Role::Entry | Role::Add)))
}

//! A broker that keeps to the rules and does its worst within them.
//!
//! It fills in parts, tells late, twice and in the wrong order, rejects, cancels, and has
//! one of three readings of what children do while their parent is filled in part. It never
//! asks the engine anything: position and orders here are the truth. Its groups guard against
//! overfilling: one member is filled at a time, the last fill of one ends the others, and a
//! group that was filled takes no new member.

use std::collections::BTreeMap;

use engine::order::{Action, Commission, End, Execution, Kind, Standing, Status, Terms, TimeInForce};
use engine::request::{Change, OrderSpec};
use engine::{Money, News, Now, OrderRef, Price, Quantity, Request, Role, Snapshot};
use rust_decimal::Decimal;

/// What children do while their parent is filled in part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reading {
    /// They work for what has come.
    Grow,
    /// They sleep until it is complete.
    Sleep,
    /// They work for what has come, and end with its rest.
    EndWithRest,
}

/// Numbers that look like chance and come again with their seed.
pub(crate) struct Dice(pub(crate) u64);

/// An order as it truly stands.
pub(crate) struct Live {
    pub(crate) spec: OrderSpec,
    pub(crate) filled: u32,
    pub(crate) remaining: u32,
    pub(crate) standing: Standing,
    triggered: bool,
}

/// The broker.
pub(crate) struct Enemy {
    pub(crate) reading: Reading,
    pub(crate) faults: bool,
    pub(crate) dice: Dice,
    pub(crate) orders: BTreeMap<OrderRef, Live>,
    pub(crate) position: i64,
    /// When protection last had a reason to be out of step, in ms.
    pub(crate) disturbed: u64,
    pub(crate) mid: i64,
    news: Vec<(u64, News)>,
    requests: Vec<(u64, Request)>,
    executions: Vec<Execution>,
    now: (u64, Option<Now>),
}

impl Dice {
    /// Below `sides`.
    pub(crate) fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % sides
    }
}

impl Live {
    pub(crate) fn works(&self) -> bool {
        self.standing == Standing::Working
    }

    pub(crate) fn over(&self) -> bool {
        matches!(self.standing, Standing::Ended(_))
    }

    pub(crate) fn opens(&self) -> bool {
        matches!(self.spec.order.role, Role::Entry | Role::Add)
    }
}

impl Enemy {
    pub(crate) fn new(seed: u64) -> Enemy {
        let mut dice = Dice(seed);
        let readings = [Reading::Grow, Reading::Sleep, Reading::EndWithRest];
        Enemy {
            reading: readings[usize::try_from(dice.roll(3)).unwrap_or(0)],
            faults: true,
            dice,
            orders: BTreeMap::new(),
            position: 0,
            disturbed: 0,
            mid: 10_000,
            news: Vec::new(),
            requests: Vec::new(),
            executions: Vec::new(),
            now: (0, None),
        }
    }

    /// A request on its way; what is sent first comes first.
    pub(crate) fn send(&mut self, request: Request) {
        let due = self.now.0 + 5 + self.dice.roll(40);
        let due = self.requests.last().map_or(due, |(last, _)| due.max(*last));
        self.requests.push((due, request));
    }

    pub(crate) fn idle(&self) -> bool {
        self.requests.is_empty()
    }

    /// Lets the time come: requests arrive, orders meet the market. Answers with the news due.
    pub(crate) fn advance(&mut self, ms: u64, now: Now) -> Vec<News> {
        self.now = (ms, Some(now));
        while self.requests.first().is_some_and(|(due, _)| *due <= ms) {
            let (_, request) = self.requests.remove(0);
            self.arrive(request);
        }
        self.expire(now);
        let names: Vec<OrderRef> = self.orders.keys().cloned().collect();
        names.iter().for_each(|name| self.meet(name));
        let (due, later) = std::mem::take(&mut self.news).into_iter().partition(|(due, _)| *due <= ms);
        self.news = later;
        let mut due: Vec<(u64, News)> = due;
        due.sort_by_key(|(due, _)| *due);
        due.into_iter().map(|(_, news)| news).collect()
    }

    /// All that was told and not heard yet is lost.
    pub(crate) fn forget(&mut self) {
        self.news.clear();
    }

    pub(crate) fn snapshot(&mut self) -> Snapshot {
        self.news.clear();
        self.disturbed = self.now.0;
        let open = self.orders.values().filter(|live| !live.over());
        Snapshot {
            executions: self.executions.clone(),
            commissions: self.executions.iter().map(commission).collect(),
            orders: self.orders.values().map(Enemy::status).collect(),
            terms: open.map(Enemy::terms).collect(),
            position: Decimal::from(self.position),
            ..Snapshot::default()
        }
    }

    /// Shares that working stops and exits would take off the position.
    pub(crate) fn covered(&self) -> i64 {
        let protects = |live: &&Live| matches!(live.spec.order.role, Role::Stop | Role::Exit) && live.works();
        self.orders.values().filter(protects).map(|live| i64::from(live.remaining)).sum()
    }

    fn unlucky(&mut self, percent: u64) -> bool {
        self.faults && self.dice.roll(100) < percent
    }

    fn tell(&mut self, news: News) {
        let due = self.now.0 + 1 + if self.faults { self.dice.roll(40) } else { 0 };
        if self.unlucky(10) {
            let again = due + self.dice.roll(40);
            self.news.push((again, news.clone()));
        }
        self.news.push((due, news));
    }

    fn tell_status(&mut self, name: &OrderRef) {
        let status = Enemy::status(&self.orders[name]);
        if status.standing == Standing::Held {
            // A child's first word is never overtaken by its second.
            return self.news.push((self.now.0, News::Status(status)));
        }
        self.tell(News::Status(status));
    }

    fn status(live: &Live) -> Status {
        let (filled, remaining) = (Quantity::whole(live.filled), Quantity::whole(live.remaining));
        Status { order: live.spec.order.clone(), standing: live.standing, filled, remaining }
    }

    fn terms(live: &Live) -> Terms {
        let (order, price) = (live.spec.order.clone(), live.spec.kind.price());
        Terms { order, quantity: live.spec.quantity, price, guard: live.spec.group.clone() }
    }

    fn arrive(&mut self, request: Request) {
        match request {
            Request::Place { orders, .. } => self.place(orders),
            Request::Modify(change) => self.modify(&change),
            Request::Cancel(name) => {
                let over = self.orders.get(&name).is_none_or(Live::over);
                if over { self.refuse(&name, 10_148) } else { self.end(&name, End::Cancelled) }
            }
        }
    }

    fn place(&mut self, orders: Vec<OrderSpec>) {
        let rejected = self.unlucky(4);
        for spec in orders {
            let name = spec.order.clone();
            let rejected = rejected || self.spent(&spec);
            let parent = spec.parent.as_ref().and_then(|parent| self.orders.get(parent));
            let standing = match parent {
                _ if rejected => Standing::Ended(End::Rejected),
                Some(parent) if !parent.over() => Standing::Held,
                _ => Standing::Working,
            };
            let all = u32::try_from(spec.quantity.value()).unwrap_or(0);
            let remaining = if rejected { 0 } else { all };
            self.orders.insert(name.clone(), Live { spec, filled: 0, remaining, standing, triggered: false });
            self.tell_status(&name);
        }
        self.disturbed = if rejected { self.now.0 } else { self.disturbed };
    }

    /// A group that was filled takes no new member: that is how it guards against overfilling.
    fn spent(&self, spec: &OrderSpec) -> bool {
        let mut group = self.orders.values().filter(|live| live.spec.group == spec.group);
        spec.parent.is_none() && spec.group.is_some() && group.any(|live| live.filled > 0 && live.over())
    }

    fn modify(&mut self, change: &Change) {
        let refused = self.unlucky(5);
        let all = u32::try_from(change.quantity.value()).unwrap_or(0);
        match self.orders.get_mut(&change.order) {
            Some(live) if !refused && !live.over() && all > live.filled => {
                live.spec.quantity = change.quantity;
                live.spec.kind = live.spec.kind.at(change.price);
                live.remaining = all - live.filled;
                let terms = Enemy::terms(live);
                self.tell(News::Terms(terms));
                self.tell_status(&change.order);
            }
            _ => self.refuse(&change.order, 105),
        }
    }

    fn refuse(&mut self, name: &OrderRef, code: i32) {
        self.disturbed = self.now.0;
        self.tell(News::ChangeRefused { order: name.clone(), code, text: "refused".into() });
    }

    /// Ends an order, and with it what hangs on it: the group, and children of an entry.
    fn end(&mut self, name: &OrderRef, end: End) {
        let Some(live) = self.orders.get_mut(name).filter(|live| !live.over()) else { return };
        (live.standing, live.remaining) = (Standing::Ended(end), 0);
        let (group, empty) = (live.spec.group.clone(), live.filled == 0);
        self.disturbed = self.now.0;
        self.tell_status(name);
        let orphaned = empty || (self.reading == Reading::EndWithRest && end == End::Cancelled);
        let hangs = |other: &Live| {
            let sibling = group.is_some() && other.spec.group == group;
            let child = orphaned && other.spec.parent.as_ref() == Some(name);
            !other.over() && (sibling || child)
        };
        let others: Vec<OrderRef> =
            self.orders.values().filter(|other| hangs(other)).map(|other| other.spec.order.clone()).collect();
        others.iter().for_each(|other| self.end(other, End::Cancelled));
    }

    fn expire(&mut self, now: Now) {
        let late = |live: &&Live| {
            matches!(live.spec.time_in_force, TimeInForce::GoodTill(until) if until <= now.market)
                && !live.over()
        };
        let late: Vec<OrderRef> =
            self.orders.values().filter(late).map(|live| live.spec.order.clone()).collect();
        late.iter().for_each(|name| self.end(name, End::Cancelled));
    }

    /// An order that the market reaches is filled, whole or in part.
    fn meet(&mut self, name: &OrderRef) {
        let live = &self.orders[name];
        if !live.works() || live.remaining == 0 || self.blocked(live) {
            return;
        }
        let buys = live.spec.action == Action::Buy;
        let touch = Decimal::new(if buys { self.mid + 1 } else { self.mid - 1 }, 2);
        let reached = match live.spec.kind {
            Kind::Market => true,
            Kind::Limit(limit) => (touch <= limit.value()) == buys || touch == limit.value(),
            // No walk asks for these two; a touched stop is what they share.
            Kind::Stop(stop) | Kind::StopLimit { stop, .. } | Kind::Trail { stop, .. } => {
                live.triggered || (touch >= stop.value()) == buys || touch == stop.value()
            }
        };
        let rest = u64::from(live.remaining);
        if !reached || self.unlucky(30) {
            return;
        }
        let part = if self.dice.roll(2) == 0 { rest } else { 1 + self.dice.roll(rest) };
        self.fill(name, u32::try_from(part).unwrap_or(1), touch);
    }

    /// While one member of a group is being filled, no other is.
    fn blocked(&self, live: &Live) -> bool {
        let mut group = self.orders.values().filter(|other| other.spec.group == live.spec.group);
        live.spec.group.is_some()
            && group.any(|other| other.spec.order != live.spec.order && other.triggered && !other.over())
    }

    fn fill(&mut self, name: &OrderRef, part: u32, price: Decimal) {
        let Some(live) = self.orders.get_mut(name) else { return };
        live.triggered = true;
        (live.filled, live.remaining) = (live.filled + part, live.remaining - part);
        let (opens, group) = (live.opens(), live.spec.group.clone());
        let signed = if live.spec.action == Action::Buy { i64::from(part) } else { -i64::from(part) };
        let before = self.position;
        self.position += signed;
        let through = !opens && (before.signum() * signed >= 0 || signed.abs() > before.abs());
        assert!(!through, "{name} took {before} through zero");
        self.execute(name, part, price);
        let whole = self.orders[name].remaining == 0;
        if whole {
            self.complete(name);
        } else {
            self.tell_status(name);
        }
        if opens {
            self.wake_children(name)
        } else {
            self.reduce(name, group.as_deref(), part, whole)
        }
        self.disturbed = self.now.0;
    }

    /// Filled whole. Of its group the filling takes care, not the ending.
    fn complete(&mut self, name: &OrderRef) {
        if let Some(live) = self.orders.get_mut(name) {
            live.standing = Standing::Ended(End::Filled);
        }
        self.tell_status(name);
    }

    fn execute(&mut self, name: &OrderRef, part: u32, price: Decimal) {
        let Some(now) = self.now.1 else { return };
        let id = format!("x.{}.01", self.executions.len());
        let (quantity, price) =
            (Quantity::whole(part), Price::new(price).unwrap_or_else(|why| panic!("{why}")));
        let action = self.orders[name].spec.action;
        let execution = Execution { id, order: name.clone(), action, quantity, price, at: now.market };
        self.tell(News::Execution(execution.clone()));
        self.tell(News::Commission(commission(&execution)));
        self.executions.push(execution);
    }

    fn wake_children(&mut self, parent: &OrderRef) {
        let (filled, whole) = (self.orders[parent].filled, self.orders[parent].over());
        if self.reading == Reading::Sleep && !whole {
            return;
        }
        let of = |live: &&mut Live| live.spec.parent.as_ref() == Some(parent) && !live.over();
        let mut woken = Vec::new();
        for live in self.orders.values_mut().filter(of) {
            live.standing = Standing::Working;
            live.remaining = filled.saturating_sub(live.filled);
            live.spec.quantity = Quantity::whole(filled);
            woken.push(live.spec.order.clone());
        }
        woken.iter().for_each(|name| self.tell_status(name));
    }

    /// A fill of one member takes as much off the others; its last one ends them.
    fn reduce(&mut self, name: &OrderRef, group: Option<&str>, part: u32, whole: bool) {
        let of = |live: &&mut Live| {
            group.is_some() && live.spec.group.as_deref() == group && live.spec.order != *name && !live.over()
        };
        let mut reduced = Vec::new();
        for live in self.orders.values_mut().filter(of) {
            live.remaining = if whole { 0 } else { live.remaining.saturating_sub(part) };
            live.spec.quantity = Quantity::whole(live.filled + live.remaining);
            live.standing = if live.remaining == 0 { Standing::Ended(End::Cancelled) } else { live.standing };
            reduced.push(live.spec.order.clone());
        }
        reduced.iter().for_each(|name| self.tell_status(name));
    }
}

fn commission(execution: &Execution) -> Commission {
    Commission { execution: execution.id.clone(), amount: Money::new(Decimal::ONE) }
}

//! The broker's news of one bracket, in any order and however often it is repeated: the same
//! position, the same money, the same fills of each order.
//!
//! Statuses of one order keep their order; executions, their corrections and commissions do not; the kinds
//! mix freely. What is asked for on the way may differ, but nothing of it would cross zero.

mod numbers;
mod subject;

use chrono::TimeDelta;
use engine::order::{Action, Commission, End, Execution, Standing, Status, Terms};
use engine::{
    Confidence, Direction, Fact, Input, Installation, MarketView, Mode, Money, News, Now, OrderRef, Price,
    Process, Quantity, Quote, Request, Role, Signal, Sizing, Snapshot, Step, Ticker,
};
use numbers::{at, decimal};
use proptest::prelude::{ProptestConfig, any, prop, prop_assert_eq, proptest};
use proptest::test_runner::TestCaseError;
use rust_decimal::Decimal;
use subject::{market, settings};

/// One life: parts of the entry, of the target and of the stop, in shares.
#[derive(Clone, Debug)]
struct Life {
    entry: Vec<u32>,
    target: Vec<u32>,
    stop: Vec<u32>,
}

struct Played {
    ticker: Ticker,
    view: MarketView,
    told: Vec<(Now, Step)>,
}

fn order(role: Role) -> OrderRef {
    let ticker = "AAPL".parse().expect("a name");
    OrderRef { installation: Installation::from_number(1), ticker, trade: 1, role, n: 1 }
}

fn moment(ms: usize) -> Now {
    let (start, ran) = (at("10:00:00"), TimeDelta::milliseconds(i64::try_from(ms).expect("a short life")));
    Now { market: start.market + ran, process: Process::at(ran) }
}

fn status(role: Role, standing: Standing, filled: u32, remaining: u32) -> News {
    let (filled, remaining) = (Quantity::whole(filled), Quantity::whole(remaining));
    News::Status(Status { order: order(role), standing, filled, remaining })
}

/// Executions with their commissions, and the statuses of one order in their order.
fn filled(role: Role, parts: &[u32], price: &str, loose: &mut Vec<News>) -> Vec<News> {
    let (all, mut so_far): (u32, u32) = (parts.iter().sum(), 0);
    let action = if role == Role::Entry { Action::Buy } else { Action::Sell };
    let mut statuses = Vec::new();
    for part in parts {
        so_far += part;
        let execution = Execution {
            id: format!("{role:?}.{so_far}.01"),
            order: order(role),
            action,
            quantity: Quantity::whole(*part),
            price: Price::new(decimal(price)).expect("a price"),
            at: at("10:00:00").market,
        };
        let commission = Commission { execution: execution.id.clone(), amount: Money::new(Decimal::ONE) };
        loose.extend([News::Execution(execution), News::Commission(commission)]);
        let standing = if so_far == all { Standing::Ended(End::Filled) } else { Standing::Working };
        statuses.push(status(role, standing, so_far, all - so_far));
    }
    statuses
}

/// All news of a life: each order's statuses as a list of its own, the rest one by one.
fn news(life: &Life) -> Vec<Vec<News>> {
    let mut loose = Vec::new();
    let (held, target): (u32, u32) = (life.entry.iter().sum(), life.target.iter().sum());
    let mut lists = vec![filled(Role::Entry, &life.entry, "100.00", &mut loose)];
    for (role, parts, price) in [(Role::Target, &life.target, "108.00"), (Role::Stop, &life.stop, "97.00")] {
        let mut list = vec![status(role, Standing::Held, 0, held), status(role, Standing::Working, 0, held)];
        list.extend(filled(role, parts, price, &mut loose));
        let own: u32 = parts.iter().sum();
        if own < held && target + life.stop.iter().sum::<u32>() == held {
            list.retain(|news| !matches!(news, News::Status(Status { standing: Standing::Ended(_), .. })));
            list.push(status(role, Standing::Ended(End::Cancelled), own, 0));
        }
        lists.push(list);
    }
    let price = Price::new(decimal("97.09")).ok();
    loose.push(News::Terms(Terms {
        order: order(Role::Stop),
        quantity: Quantity::whole(held),
        price,
        guard: None,
    }));
    lists.extend(loose.into_iter().map(|one| vec![one]));
    lists
}

/// One order of the news that keeps each list's: `picks` says which list goes on, and which
/// news is told again.
fn shuffled(lists: Vec<Vec<News>>, picks: &[(prop::sample::Index, bool)]) -> Vec<News> {
    let mut waiting: Vec<std::collections::VecDeque<News>> = lists.into_iter().map(Into::into).collect();
    let (mut told, mut picks) = (Vec::<News>::new(), picks.iter().cycle());
    while !waiting.is_empty() {
        let (which, again) = picks.next().expect("an endless cycle");
        let list = which.index(waiting.len());
        told.extend(waiting[list].pop_front());
        waiting.retain(|list| !list.is_empty());
        if *again {
            told.push(told[which.index(told.len())].clone());
        }
    }
    told
}

impl Played {
    fn new(size: u32) -> Played {
        let mut own = settings();
        own.sizing = Sizing::Money(Money::new(Decimal::from(size) * decimal("100.10")));
        let ticker = Ticker::new(Installation::from_number(1), own);
        let mut played = Played { ticker, view: market(), told: Vec::new() };
        let side = |text| Price::new(decimal(text)).ok();
        let (bid, ask) = (side("99.98"), side("100.00"));
        played.view.quote = Some(Quote { bid, ask, ..Quote::empty(moment(0).process) });
        played.tell(0, &Input::Snapshot(Snapshot::default()));
        let confidence = Confidence::try_from(decimal("0.90")).expect("a confidence");
        let (id, direction) = ("one".to_owned(), Direction::Buy);
        played.tell(0, &Input::Signal(Signal::new(id, direction, confidence, moment(0).market)));
        played
    }

    fn tell(&mut self, ms: usize, input: &Input) {
        let mut out = Vec::new();
        self.ticker.on_input(moment(ms), input, &self.view, &mut out);
        out.iter().for_each(|step| self.modest(step));
        self.told.extend(out.into_iter().map(|step| (moment(ms), step)));
    }

    /// No request would take more off the position than the executions have made.
    fn modest(&self, step: &Step) {
        // An exit's execution may be told before the entry's: then nothing is held yet.
        let held = Quantity::new(self.ticker.position().max(Decimal::ZERO)).expect("not below zero");
        match step {
            Step::Request(Request::Modify(change)) => {
                let leg = self.ticker.trade().and_then(|trade| trade.leg(&change.order));
                let rest = change.quantity.less(leg.expect("one of its orders").filled);
                assert!(rest <= held, "{step} with {held} held");
            }
            Step::Request(Request::Place { orders, .. }) => {
                let exits = orders.iter().filter(|spec| spec.parent.is_none() && spec.action == Action::Sell);
                exits.for_each(|spec| assert!(spec.quantity <= held, "{step} with {held} held"));
            }
            Step::Fact(
                Fact::Stray { .. } | Fact::ModeChanged { mode: Mode::Frozen(_) | Mode::Halted { .. } },
            ) => {
                panic!("{step}");
            }
            _ => {}
        }
    }

    fn play(life: &Life, news: &[News], pace: usize) -> Played {
        let mut played = Played::new(life.entry.iter().sum());
        for (nth, one) in news.iter().enumerate() {
            played.tell((nth + 1) * pace, &Input::News(one.clone()));
        }
        if life.target.len() + life.stop.len() > 0 {
            played.clear_away(news.len() * pace);
        }
        played
    }

    /// Orders that were asked for on the way, while the news looked otherwise, are taken back.
    fn clear_away(&mut self, ms: usize) {
        let legs = self.ticker.trade().into_iter().flat_map(|trade| &trade.lots).flat_map(|lot| &lot.legs);
        let alive = legs.filter(|leg| leg.spec.order.n > 1 && !leg.ended());
        let alive: Vec<OrderRef> = alive.map(|leg| leg.spec.order.clone()).collect();
        for order in alive {
            let (standing, zero) = (Standing::Ended(End::Cancelled), Quantity::ZERO);
            let ended = Status { order, standing, filled: zero, remaining: zero };
            self.tell(ms + 1, &Input::News(News::Status(ended)));
        }
    }

    /// What must not depend on the order: money and shares, or each order's fills.
    fn outcome(&self) -> String {
        let fills = self.ticker.trade().map(|trade| {
            let legs = trade.lots.iter().flat_map(|lot| &lot.legs);
            let fill =
                |leg: &engine::lot::Leg| format!("{} {} {:?}", leg.spec.order.short(), leg.filled, leg.end());
            legs.filter(|leg| leg.spec.order.n == 1).map(fill).collect::<Vec<_>>()
        });
        let (tally, ledger) = (self.ticker.tally(), self.ticker.ledger());
        let (cash, known) = (ledger.cash(|_| true), ledger.commissions());
        format!(
            "position {}, realized {}, commission {}, trades {}, cash {cash}, known {known}, {fills:?}",
            self.ticker.position(),
            tally.realized,
            tally.commission,
            tally.trades
        )
    }

    /// What was asked for after the bracket, in words.
    fn requests(&self) -> Vec<String> {
        let requests = self.told.iter().filter(|(_, step)| matches!(step, Step::Request(_)));
        requests.skip(1).map(|(_, step)| step.to_string()).collect()
    }

    fn rebuilt(&self) -> Ticker {
        let mut rebuilt = Ticker::new(Installation::from_number(1), self.ticker.settings().clone());
        self.told.iter().for_each(|(now, step)| rebuilt.apply(*now, step));
        rebuilt
    }
}

fn same(life: &Life, told: &[Vec<News>], order: &[News], pace: usize) -> Result<(), TestCaseError> {
    let straight = Played::play(life, &told.concat(), pace);
    let mixed = Played::play(life, order, pace);
    prop_assert_eq!(straight.outcome(), mixed.outcome());
    prop_assert_eq!(&mixed.rebuilt(), &mixed.ticker);
    Ok(())
}

/// Every order of the lists, each list's own kept.
fn every(lists: &[Vec<News>], told: &mut Vec<News>, each: &mut impl FnMut(&[News])) {
    if lists.iter().all(Vec::is_empty) {
        return each(told);
    }
    for nth in (0..lists.len()).filter(|nth| !lists[*nth].is_empty()) {
        let mut rest = lists.to_vec();
        told.push(rest[nth].remove(0));
        every(&rest, told, each);
        told.pop();
    }
}

#[test]
fn every_order_of_a_short_life_ends_alike() {
    let life = Life { entry: vec![40, 20], target: vec![], stop: vec![60] };
    let mut lists = news(&life);
    // What else the broker tells is left to chance, below.
    lists.retain(|list| !matches!(list.as_slice(), [News::Commission(_) | News::Terms(_)]));
    for list in &mut lists {
        let ends_unfilled = matches!(list.last(), Some(News::Status(told)) if told.filled.is_zero());
        *list = list.split_off(list.len().saturating_sub(if ends_unfilled { 1 } else { 2 }));
    }
    let straight = Played::play(&life, &lists.concat(), 1).outcome();
    let mut orders = 0_u32;
    every(&lists, &mut Vec::new(), &mut |news| {
        orders += 1;
        assert_eq!(Played::play(&life, news, 1).outcome(), straight, "{news:?}");
    });
    assert_eq!(orders, 10_080, "8 news, of which two orders say two each");
}

/// One entry of 60 with its stop, each told in two words, besides what `others` say.
fn entered(others: &[News]) -> Vec<Vec<News>> {
    let mut loose = Vec::new();
    let entry = filled(Role::Entry, &[20, 40], "100.00", &mut loose);
    loose.retain(|news| matches!(news, News::Execution(_)));
    let stop = vec![status(Role::Stop, Standing::Held, 0, 60), status(Role::Stop, Standing::Working, 0, 60)];
    let one_by_one = loose.into_iter().chain(others.iter().cloned()).map(|one| vec![one]);
    [entry, stop].into_iter().chain(one_by_one).collect()
}

#[test]
fn a_target_refused_at_any_time_is_placed_once_more_for_what_is_held() {
    let rejected = status(Role::Target, Standing::Ended(End::Rejected), 0, 0);
    let life = Life { entry: vec![60], target: vec![], stop: vec![] };
    every(&entered(&[rejected]), &mut Vec::new(), &mut |news| {
        let mut played = Played::play(&life, news, 1);
        played.tell(500, &Input::Wakeup);
        let asked = played.requests();
        assert_eq!(asked, ["place T2 sell 60 limit 108.00"], "{news:?}");
        assert_eq!(played.rebuilt(), played.ticker);
    });
}

#[test]
fn a_stop_cancelled_by_hand_at_any_time_is_placed_anew() {
    let cancelled = |role| status(role, Standing::Ended(End::Cancelled), 0, 0);
    let mut lists = entered(&[cancelled(Role::Target)]);
    lists[1].push(cancelled(Role::Stop));
    let life = Life { entry: vec![60], target: vec![], stop: vec![] };
    every(&lists, &mut Vec::new(), &mut |news| {
        let mut played = Played::play(&life, news, 1);
        played.tell(500, &Input::Wakeup);
        let anew = "place S2 sell 60 stop 97.09, T2 sell 60 limit 108.11";
        assert_eq!(played.requests().last().map(String::as_str), Some(anew), "{news:?}");
        let by_hand = |(_, step): &&(Now, Step)| matches!(step, Step::Fact(Fact::StopCancelledByHand { .. }));
        assert_eq!(played.told.iter().filter(by_hand).count(), 1, "{news:?}");
        assert_eq!(played.rebuilt(), played.ticker);
    });
}

#[test]
fn a_stop_loosened_by_hand_at_any_time_goes_back() {
    let price = Price::new(decimal("95.00")).ok();
    let looser =
        News::Terms(Terms { order: order(Role::Stop), quantity: Quantity::whole(60), price, guard: None });
    let lists = entered(&[looser, status(Role::Target, Standing::Working, 0, 60)]);
    let life = Life { entry: vec![60], target: vec![], stop: vec![] };
    every(&lists, &mut Vec::new(), &mut |news| {
        let mut played = Played::play(&life, news, 1);
        played.tell(500, &Input::Wakeup);
        let asked = played.requests();
        assert!(asked.contains(&"modify S1 to 60 at 97.09".to_owned()), "{asked:?} {news:?}");
        assert_eq!(played.rebuilt(), played.ticker);
    });
}

/// The next revision of each execution: so many shares, at this price.
fn corrected(news: &News, quantity: Option<u32>, price: &str) -> Option<News> {
    let News::Execution(old) = news else { return None };
    let quantity = quantity.map_or(old.quantity, Quantity::whole);
    let price = Price::new(decimal(price)).expect("a price");
    let id = old.id.replace(".01", ".02");
    Some(News::Execution(Execution { id, quantity, price, ..old.clone() }))
}

/// What the broker knows after `news`: the entry's count is as it was told, the position is the true one.
fn truth(news: &[News], held: u32) -> Snapshot {
    let executions = news.iter().filter_map(|news| match news {
        News::Execution(execution) => Some(execution.clone()),
        _ => None,
    });
    let orders = [
        (Role::Entry, Standing::Ended(End::Filled), 60, 0),
        (Role::Target, Standing::Working, 0, 60),
        (Role::Stop, Standing::Working, 0, 60),
    ];
    let orders = orders.map(|(role, standing, filled, remaining)| status(role, standing, filled, remaining));
    let orders = orders.into_iter().filter_map(|news| match news {
        News::Status(status) => Some(status),
        _ => None,
    });
    Snapshot {
        executions: executions.collect(),
        orders: orders.collect(),
        position: Decimal::from(held),
        ..Snapshot::default()
    }
}

/// The first part of an entry of 40 and 20 turns out to be fewer shares, down to none: a bust.
#[test]
fn an_execution_corrected_or_busted_at_any_time_leaves_what_it_should() {
    for (left, held) in [(30, 50), (0, 20)] {
        let mut loose = Vec::new();
        let entry = filled(Role::Entry, &[40, 20], "100.00", &mut loose);
        let correction = corrected(&loose[0], Some(left), "99.50").expect("an execution");
        let stop =
            vec![status(Role::Stop, Standing::Held, 0, 60), status(Role::Stop, Standing::Working, 0, 60)];
        loose.retain(|news| matches!(news, News::Execution(_)));
        loose.push(correction);
        let lists = [entry, stop].into_iter().chain(loose.into_iter().map(|one| vec![one]));
        let lists: Vec<Vec<News>> = lists.collect();
        let life = Life { entry: vec![40, 20], target: vec![], stop: vec![] };
        let straight = Played::play(&life, &lists.concat(), 1).outcome();
        assert!(straight.starts_with(&format!("position {held}, ")), "{straight}");
        every(&lists, &mut Vec::new(), &mut |news| {
            let mut played = Played::play(&life, news, 1);
            assert_eq!(played.outcome(), straight, "{news:?}");
            played.tell(500, &Input::Wakeup);
            let resized = format!("modify S1 to {held} at ");
            let is_resized =
                |played: &Played| played.requests().iter().any(|asked| asked.starts_with(&resized));
            if !is_resized(&played) {
                // The broker's count has shares that the correction took away: it is asked for the truth.
                played.tell(2_000, &Input::Wakeup);
                let doubted = |(_, step): &(Now, Step)| matches!(step, Step::Fact(Fact::Doubted { .. }));
                assert!(played.told.iter().any(doubted), "{news:?}");
                played.tell(2_100, &Input::Snapshot(truth(news, held)));
                played.tell(3_000, &Input::Wakeup);
            }
            assert!(is_resized(&played), "{:?} {news:?}", played.requests());
            assert_eq!(played.rebuilt(), played.ticker);
        });
    }
}

/// The stop was filled while nobody heard; its executions come afterwards, in any order.
#[test]
fn executions_that_come_after_an_unseen_closing_take_its_place_in_any_order() {
    let (mut early, mut late) = (Vec::new(), Vec::new());
    let mut before = filled(Role::Entry, &[60], "100.00", &mut early);
    before.extend(early);
    before.extend([Role::Stop, Role::Target].map(|role| status(role, Standing::Working, 0, 60)));
    let stop = filled(Role::Stop, &[20, 40], "97.00", &mut late);
    let after: Vec<Vec<News>> = [stop].into_iter().chain(late.into_iter().map(|one| vec![one])).collect();

    let life = Life { entry: vec![60], target: vec![], stop: vec![] };
    let mut seen = Played::play(&life, &[before.clone(), after.concat()].concat(), 1);
    let gone = status(Role::Target, Standing::Ended(End::Cancelled), 0, 0);
    seen.tell(100, &Input::News(gone));
    let mut orders = 0_u32;
    every(&after, &mut Vec::new(), &mut |news| {
        orders += 1;
        let mut played = Played::play(&life, &before, 1);
        played.tell(1_000, &Input::Gap);
        [2_000, 3_000, 4_000]
            .into_iter()
            .for_each(|ms| played.tell(ms, &Input::Snapshot(Snapshot::default())));
        let closed = |(_, step): &(Now, Step)| matches!(step, Step::Fact(Fact::ClosedUnseen(_)));
        assert!(played.told.iter().any(closed), "{:?}", played.told);
        news.iter().enumerate().for_each(|(n, one)| played.tell(5_000 + n, &Input::News(one.clone())));
        let (own, straight) = (played.ticker.tally(), seen.ticker.tally());
        assert_eq!((own.realized, own.commission), (straight.realized, straight.commission), "{news:?}");
        assert_eq!(
            (own.trades, straight.trades, played.ticker.position()),
            (1, 1, Decimal::ZERO),
            "{news:?}"
        );
        assert_eq!(played.rebuilt(), played.ticker);
    });
    assert_eq!(orders, 360, "6 news, of which the stop's two keep their order");
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(400) })]

    #[test]
    fn any_order_and_repetition_of_a_life_ends_alike(
        entry in prop::collection::vec(1_u32..50, 1..=3),
        cut in any::<prop::sample::Index>(),
        halves in any::<(bool, bool)>(),
        leaves in any::<bool>(),
        corrects in any::<u8>(),
        picks in prop::collection::vec(any::<(prop::sample::Index, bool)>(), 64),
        pace in 1_usize..400,
    ) {
        let held: u32 = entry.iter().sum();
        let cut = u32::try_from(cut.index(held as usize + 1)).expect("few shares");
        let parts = |all: u32, halved: bool| match all {
            0 => vec![],
            1 => vec![1],
            all if halved => vec![all / 2, all - all / 2],
            all => vec![all],
        };
        let (target, stop) = if leaves { (cut, held - cut) } else { (0, 0) };
        let life = Life { entry, target: parts(target, halves.0), stop: parts(stop, halves.1) };
        let mut told = news(&life);
        let executions = told.concat().into_iter().filter(|news| matches!(news, News::Execution(_)));
        let chosen = executions.enumerate().filter(|(n, _)| corrects >> (n % 8) & 1 == 1);
        told.extend(chosen.filter_map(|(_, news)| Some(vec![corrected(&news, None, "101.25")?])));
        same(&life, &told, &shuffled(told.clone(), &picks), pace)?;
    }
}

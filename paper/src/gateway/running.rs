//! The market and the clock that says where in it we are: it runs, pauses, steps and changes its speed.
//!
//! Market time never runs backwards. A jump forward over a night ends in the next morning, as everywhere.
//!
//! Read next: [`hub`](crate::gateway::hub).

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use chrono::{DateTime, TimeDelta, Utc};

use crate::market::Market;
use crate::market::clock::MarketClock;

/// The market and the running clock that says where in it we are. Its copies share one clock.
#[derive(Debug, Clone)]
pub struct Running {
    market: Arc<Market>,
    pace: Arc<Mutex<Pace>>,
}

#[derive(Debug)]
struct Pace {
    clock: MarketClock,
    since: Instant,
    is_paused: bool,
}

impl Running {
    /// A clock that runs from now on.
    pub fn new(market: Arc<Market>, clock: MarketClock, is_paused: bool) -> Running {
        Running { market, pace: Arc::new(Mutex::new(Pace { clock, since: Instant::now(), is_paused })) }
    }

    /// The market.
    pub fn market(&self) -> &Arc<Market> {
        &self.market
    }

    /// The time in the market.
    pub fn now(&self) -> DateTime<Utc> {
        let pace = self.pace.lock().unwrap_or_else(PoisonError::into_inner);
        pace.clock.now(self.market.calendar(), pace.elapsed())
    }

    /// Stops the market's time, or lets it go on.
    pub fn pause(&self, is_paused: bool) {
        self.change(|pace| pace.is_paused = is_paused);
    }

    /// Market seconds to a real second from now on; what is not above zero changes nothing.
    pub fn set_speed(&self, speed: f64) {
        if speed.is_finite() && speed > 0.0 {
            self.change(|pace| pace.clock.speed = speed);
        }
    }

    /// Goes forward by this much market time at once, paused or not.
    pub fn step(&self, by: TimeDelta) {
        self.change(|pace| pace.clock.replayed += by.max(TimeDelta::zero()));
    }

    /// Goes forward to the end of the session under way, or of the next one.
    pub fn to_close(&self) {
        let now = self.now();
        if let Some(session) = self.market.calendar().session_from(now) {
            self.change(|pace| {
                let (start, speed) = (pace.clock.start, pace.clock.speed);
                pace.clock = MarketClock::resumed(self.market.calendar(), start, speed, session.close);
            });
        }
    }

    /// What has passed is counted before the pace changes.
    fn change(&self, change: impl FnOnce(&mut Pace)) {
        let mut pace = self.pace.lock().unwrap_or_else(PoisonError::into_inner);
        let passed = pace.elapsed().as_secs_f64() * pace.clock.speed * 1000.0;
        pace.clock.replayed += TimeDelta::milliseconds(passed as i64);
        pace.since = Instant::now();
        change(&mut pace);
    }
}

impl Pace {
    fn elapsed(&self) -> std::time::Duration {
        if self.is_paused { std::time::Duration::ZERO } else { self.since.elapsed() }
    }
}

#[cfg(test)]
mod tests {
    use super::Running;
    use crate::market::Market;
    use crate::market::clock::MarketClock;
    use chrono::TimeDelta;
    use std::sync::Arc;

    #[test]
    fn a_paused_clock_moves_by_steps_only() {
        let market = Arc::new(Market::new(Default::default()));
        let clock = MarketClock::new("2008-09-29".parse().unwrap(), 1.0);
        let running = Running::new(market, clock, true);
        let before = running.now();
        running.step(TimeDelta::seconds(90));
        assert_eq!(running.now() - before, TimeDelta::seconds(90));
        running.step(TimeDelta::seconds(-90));
        running.set_speed(f64::NAN);
        running.to_close();
        let close = running.market().calendar().session_from(before).unwrap().close;
        assert_eq!(running.now(), close);
        running.pause(false);
        assert!(running.now() >= close);
    }
}

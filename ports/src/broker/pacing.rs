//! Pacing: TWS takes 50 messages a second, all clients together, and drops the rest.
//!
//! Orders go first: while one waits, data requests wait behind it. Within the budget
//! nothing is delayed; a bracket of three goes out at once.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::time::Duration;

use tokio::time::Instant;

/// Messages in any one second; below TWS's 50, which other clients share.
const MESSAGES_MAX: usize = 45;
/// Of these, never taken by data requests.
const KEPT_FOR_ORDERS: usize = 15;
const WINDOW: Duration = Duration::from_secs(1);
/// How long it goes half as fast after TWS complained.
const SLOW_FOR: Duration = Duration::from_secs(60);

/// The budget of one connection.
#[derive(Debug, Default)]
pub(super) struct Pacer {
    sent: RefCell<VecDeque<Instant>>,
    orders_waiting: Cell<usize>,
    slow_until: Cell<Option<Instant>>,
}

impl Pacer {
    /// Waits until an order, a change or a cancel may go.
    pub(super) async fn order(&self) {
        self.orders_waiting.set(self.orders_waiting.get() + 1);
        self.slot(MESSAGES_MAX, false).await;
        self.orders_waiting.set(self.orders_waiting.get() - 1);
    }

    /// Waits until a data request may go.
    pub(super) async fn data(&self) {
        self.slot(MESSAGES_MAX - KEPT_FOR_ORDERS, true).await;
    }

    /// The heartbeat goes at once: behind data or orders it would tell how long the queue is, not whether the
    /// gateway lives. It counts all the same.
    pub(super) fn beat(&self) {
        self.sent.borrow_mut().push_back(Instant::now());
    }

    /// TWS said that it was too fast.
    pub(super) fn slow_down(&self) {
        self.slow_until.set(Some(Instant::now() + SLOW_FOR));
    }

    async fn slot(&self, max: usize, yields: bool) {
        while let Err(wait) = self.take(max, yields) {
            tokio::time::sleep(wait).await;
        }
    }

    fn take(&self, max: usize, yields: bool) -> Result<(), Duration> {
        let now = Instant::now();
        let mut sent = self.sent.borrow_mut();
        while sent.front().is_some_and(|first| now.duration_since(*first) >= WINDOW) {
            sent.pop_front();
        }
        if yields && self.orders_waiting.get() > 0 {
            return Err(Duration::from_millis(5));
        }
        let slow = self.slow_until.get().is_some_and(|until| now < until);
        let max = if slow { max / 2 } else { max };
        match sent.len().checked_sub(max).and_then(|over| sent.get(over)) {
            Some(oldest) => Err(WINDOW - now.duration_since(*oldest)),
            None => {
                sent.push_back(now);
                Ok(())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use tokio::time::{Duration, Instant};

    use super::Pacer;

    #[tokio::test(start_paused = true)]
    async fn no_second_holds_more_than_the_budget_and_orders_pass_data() {
        let pacer = Pacer::default();
        let start = Instant::now();
        for _ in 0..30 {
            pacer.data().await;
        }
        assert_eq!(start.elapsed(), Duration::ZERO);
        for _ in 0..15 {
            pacer.order().await;
        }
        assert_eq!(start.elapsed(), Duration::ZERO, "orders have a share that data cannot take");
        pacer.order().await;
        assert!(start.elapsed() >= Duration::from_secs(1));
    }

    #[tokio::test(start_paused = true)]
    async fn the_heartbeat_waits_for_nobody_and_is_counted() {
        let pacer = Pacer::default();
        let start = Instant::now();
        for _ in 0..44 {
            pacer.order().await;
        }
        pacer.beat();
        assert_eq!(start.elapsed(), Duration::ZERO);
        pacer.order().await;
        assert!(start.elapsed() >= Duration::from_secs(1), "the heartbeat was the 45th message");
    }

    #[tokio::test(start_paused = true)]
    async fn after_a_complaint_it_goes_half_as_fast_for_a_minute() {
        let pacer = Pacer::default();
        pacer.slow_down();
        let start = Instant::now();
        for _ in 0..23 {
            pacer.order().await;
        }
        assert!(start.elapsed() >= Duration::from_secs(1), "22 a second, and no more");
        tokio::time::sleep(Duration::from_secs(60)).await;
        let start = Instant::now();
        for _ in 0..45 {
            pacer.order().await;
        }
        assert_eq!(start.elapsed(), Duration::ZERO);
    }
}

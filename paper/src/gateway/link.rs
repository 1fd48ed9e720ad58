//! What a faulty network does to one connection: it delays, cuts into pieces, slows down, swallows.
//!
//! The times here are the process's. Without a fault nothing waits and every batch of frames is one write.
//!
//! Read next: [`connection`](crate::gateway::connection).

use std::time::Duration;

use tokio::io::AsyncWriteExt;
use tokio::net::tcp::OwnedWriteHalf;
use tokio::sync::watch;
use tokio::time::{Instant, sleep, sleep_until};

use crate::faults::fault::{Fault, Way};
use crate::market::random::Stream;

/// How a connection is treated. Moments are until when; those far ahead stand for ever.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Link {
    blocked_in: Option<Instant>,
    blocked_out: Option<Instant>,
    delay: Duration,
    jitter: Duration,
    fragment: Option<usize>,
    gather: Option<Duration>,
    bytes_per_second: Option<u64>,
    /// End it without a farewell.
    pub is_reset: bool,
}

/// As good as for ever.
const FOR_EVER: Duration = Duration::from_secs(10 * 365 * 24 * 3600);

/// How long something lasts from now on.
pub fn until(seconds: Option<f64>) -> Instant {
    let span = seconds.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok()).unwrap_or(FOR_EVER);
    Instant::now() + span.min(FOR_EVER)
}

impl Link {
    /// Takes on a lasting fault of a socket; others change nothing.
    pub fn suffer(&mut self, fault: &Fault) {
        match fault {
            Fault::NetBlackhole { way, seconds, .. } => {
                let until = Some(until(*seconds));
                if *way != Way::Out {
                    self.blocked_in = until;
                }
                if *way != Way::In {
                    self.blocked_out = until;
                }
            }
            Fault::NetDelay { ms, jitter_ms, .. } => {
                (self.delay, self.jitter) = (Duration::from_millis(*ms), Duration::from_millis(*jitter_ms));
            }
            Fault::NetFragment { bytes, .. } => self.fragment = Some((*bytes).max(1)),
            Fault::NetCoalesce { ms, .. } => self.gather = Some(Duration::from_millis(*ms)),
            Fault::NetSlow { bytes_per_second, .. } => {
                self.bytes_per_second = Some((*bytes_per_second).max(1));
            }
            Fault::NetHeal => *self = Link::default(),
            _ => {}
        }
    }
}

/// Waits as long as nothing comes in.
pub async fn wait_in(link: &mut watch::Receiver<Link>) {
    wait(link, |link| link.blocked_in).await;
}

async fn wait(link: &mut watch::Receiver<Link>, of: fn(&Link) -> Option<Instant>) {
    loop {
        let Some(until) = of(&link.borrow_and_update()).filter(|until| *until > Instant::now()) else {
            return;
        };
        tokio::select! {
            () = sleep_until(until) => return,
            changed = link.changed() => if changed.is_err() { return },
        }
    }
}

/// How long to wait for more before writing, if frames are gathered.
pub fn gathering(link: &watch::Receiver<Link>) -> Option<Duration> {
    link.borrow().gather
}

/// Writes as the link allows.
pub async fn write(
    write: &mut OwnedWriteHalf,
    bytes: &[u8],
    link: &mut watch::Receiver<Link>,
    chance: &mut Stream,
) -> std::io::Result<()> {
    wait(link, |link| link.blocked_out).await;
    let now = link.borrow().clone();
    if now.delay > Duration::ZERO || now.jitter > Duration::ZERO {
        sleep(now.delay + now.jitter.mul_f64(chance.unit())).await;
    }
    let piece = match (now.fragment, now.bytes_per_second) {
        (Some(piece), _) => piece,
        // A tenth of a second's worth at a time.
        (None, Some(rate)) => usize::try_from(rate / 10).unwrap_or(usize::MAX).max(1),
        (None, None) => return write.write_all(bytes).await,
    };
    for part in bytes.chunks(piece) {
        write.write_all(part).await?;
        match now.bytes_per_second {
            Some(rate) => sleep(Duration::from_secs_f64(part.len() as f64 / rate as f64)).await,
            // Lets the piece leave by itself.
            None => tokio::task::yield_now().await,
        }
    }
    Ok(())
}

//! What is due, in order of time and, at the same time, of having been planned.

use std::cmp::Reverse;
use std::collections::{BTreeSet, BinaryHeap};

use engine::{OrderRef, Refusal, Snapshot};
use paper::exchange::order::Order;

use super::broker::Told;
use super::desk::Message;

/// Something that happens. `life` counts processes, `connection` their connections: what
/// belongs to an older one does not happen any more.
#[derive(Debug)]
pub(crate) enum What {
    /// The price of a contract moves.
    Quote(usize),
    /// A prediction comes.
    Signal(usize),
    /// Something goes wrong for one ticker.
    Fault(usize),
    /// Something goes wrong for all.
    Trouble,
    /// The process begins.
    Start,
    /// A ticker wanted to be woken.
    Wake(usize, u64),
    /// News arrives.
    Told(usize, u64, Box<Told>),
    /// A message arrives at the broker that was decided at some ms.
    Wire(u64, u64, Message),
    /// The journal writes what waits.
    Flush(u64),
    /// A request was refused.
    Refused(usize, u64, Vec<OrderRef>, Refusal),
    /// The program notices that news may be missing.
    Gap(u64),
    /// The connection is back.
    Reconnected(u64),
    /// A snapshot is asked for.
    Ask(u64, BTreeSet<usize>),
    /// It arrives, made after so many gaps.
    Snapshot(u64, u64, Vec<(usize, Snapshot, Vec<Order>)>),
    /// An order whose fate is unclear is looked up.
    FindOut(u64, usize, OrderRef),
    /// A whole second has passed: orders expire.
    Second,
    /// The risk book looks at the day.
    Look,
    /// Everything is compared once more.
    EachMinute,
}

#[derive(Debug)]
struct Due {
    at: u64,
    seq: u64,
    what: What,
}

/// The queue.
#[derive(Debug, Default)]
pub(crate) struct Queue {
    due: BinaryHeap<Reverse<Due>>,
    seq: u64,
}

impl Queue {
    pub(crate) fn push(&mut self, at: u64, what: What) {
        self.seq += 1;
        self.due.push(Reverse(Due { at, seq: self.seq, what }));
    }

    /// The next that is due by `ms`.
    pub(crate) fn pop_until(&mut self, ms: u64) -> Option<(u64, What)> {
        if self.due.peek().is_none_or(|next| next.0.at > ms) {
            return None;
        }
        self.due.pop().map(|Reverse(due)| (due.at, due.what))
    }
}

impl PartialEq for Due {
    fn eq(&self, other: &Due) -> bool {
        self.seq == other.seq
    }
}

impl Eq for Due {}

impl PartialOrd for Due {
    fn partial_cmp(&self, other: &Due) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Due {
    fn cmp(&self, other: &Due) -> std::cmp::Ordering {
        (self.at, self.seq).cmp(&(other.at, other.seq))
    }
}

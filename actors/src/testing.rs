//! Trouble on demand: a test makes one ticker of the running program panic or stall.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use engine::{Input, TickerKey};

/// What happens to a ticker, and how often.
#[derive(Clone, Copy, Debug)]
pub enum Upset {
    /// The engine panics over the next so many inputs that are not quotes.
    Panic(u32),
    /// It panics over each signal for ever.
    PanicOverSignals,
    /// What shows the ticker panics, so many times: after the engine, when all is written.
    PanicShowing(u32),
    /// Each of the next so many inputs takes this long.
    Stall(Duration, u32),
}

static UPSETS: Mutex<BTreeMap<TickerKey, Upset>> = Mutex::new(BTreeMap::new());

/// From now on, this happens to `ticker`.
pub fn plan(ticker: TickerKey, upset: Upset) {
    UPSETS.lock().unwrap_or_else(PoisonError::into_inner).insert(ticker, upset);
}

/// What was planned and has not happened yet.
#[must_use]
pub fn planned(ticker: &TickerKey) -> Option<Upset> {
    UPSETS.lock().unwrap_or_else(PoisonError::into_inner).get(ticker).copied()
}

/// What is planned for `ticker` happens now.
pub(crate) fn upset(ticker: &TickerKey, input: &Input) {
    match due(ticker, input) {
        Some(Upset::Stall(long, _)) => std::thread::sleep(long),
        Some(_) => panic!("a test made {ticker} panic"),
        None => {}
    }
}

/// What is planned for the showing of `ticker` happens now.
pub(crate) fn upset_showing(ticker: &TickerKey) {
    let mut upsets = UPSETS.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(Upset::PanicShowing(left)) = upsets.get_mut(ticker) {
        *left -= 1;
        if *left == 0 {
            upsets.remove(ticker);
        }
        drop(upsets);
        panic!("a test made the showing of {ticker} panic");
    }
}

fn due(ticker: &TickerKey, input: &Input) -> Option<Upset> {
    let mut upsets = UPSETS.lock().unwrap_or_else(PoisonError::into_inner);
    let upset = upsets.get_mut(ticker)?;
    let (now, left) = match upset {
        Upset::Panic(_) if matches!(input, Input::Quote) => return None,
        Upset::PanicShowing(_) => return None,
        Upset::PanicOverSignals => return matches!(input, Input::Signal(_)).then_some(*upset),
        Upset::Panic(left) => (Upset::Panic(1), left),
        Upset::Stall(long, left) => (Upset::Stall(*long, 1), left),
    };
    *left -= 1;
    if *left == 0 {
        upsets.remove(ticker);
    }
    Some(now)
}

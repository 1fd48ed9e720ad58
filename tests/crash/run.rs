//! Many crashes at a time: each mostly waits.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;

use super::Cell;

/// Crashes that are lived through at the same time.
const AT_A_TIME: usize = 12;

/// What came of many crashes.
#[derive(Debug, Default)]
pub(crate) struct Outcome {
    /// Those that held.
    pub(crate) held: usize,
    /// Those that did not.
    pub(crate) failed: Vec<String>,
}

/// Lives through all of `cells`; tells each as it ends.
pub(crate) fn run(cells: Vec<Cell>, tell: impl Fn(&Cell, Option<&str>) + Sync) -> Outcome {
    let waiting = Mutex::new(cells.into_iter());
    let outcome = Mutex::new(Outcome::default());
    std::thread::scope(|scope| {
        for _ in 0..AT_A_TIME {
            scope.spawn(|| {
                loop {
                    let Some(cell) = waiting.lock().expect("nobody panics with it").next() else { return };
                    let failed = catch_unwind(AssertUnwindSafe(|| cell.live())).err();
                    let failed = failed.map(|why| {
                        let text = why.downcast_ref::<String>().cloned();
                        text.or_else(|| why.downcast_ref::<&str>().map(ToString::to_string))
                            .unwrap_or_default()
                    });
                    tell(&cell, failed.as_deref());
                    let mut outcome = outcome.lock().expect("nobody panics with it");
                    match failed {
                        None => outcome.held += 1,
                        Some(_) => outcome.failed.push(cell.to_string()),
                    }
                }
            });
        }
    });
    outcome.into_inner().expect("nobody panics with it")
}

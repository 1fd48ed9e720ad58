//! Journal, risk book and broker may not fail by halves: a panic there is one line and
//! the end of the process, for tokio would swallow it. There is one way back, the cold
//! start.

use std::panic::{AssertUnwindSafe, catch_unwind};

use futures::FutureExt;

/// The exit status of a process whose road broke.
pub const EXIT: i32 = 70;

/// Runs a handler; a panic ends the process.
pub fn guard<R>(actor: &str, handler: impl FnOnce() -> R) -> R {
    catch_unwind(AssertUnwindSafe(handler)).unwrap_or_else(|_| end(actor, "a handler panicked"))
}

/// Runs a task; a panic ends the process.
pub async fn guard_task<R>(actor: &'static str, task: impl Future<Output = R>) -> R {
    AssertUnwindSafe(task).catch_unwind().await.unwrap_or_else(|_| end(actor, "a task panicked"))
}

/// Says why, and ends the process. Protective orders stay at the broker.
pub fn end(actor: &str, why: &str) -> ! {
    // `ends`: whoever writes the line writes it before this returns.
    tracing::error!(target: "errors", actor, ends = true, "{why}; the process ends");
    eprintln!("supervisor: {actor}: {why}; the process ends, protective orders stay at the broker");
    std::process::exit(EXIT)
}

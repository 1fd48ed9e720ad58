//! `--watch`: a screen that is drawn again and again, until Ctrl-C.
//!
//! Without a terminal each look is a block of its own, with an empty line after it, so that it can go through a pipe.

use std::io::{self, IsTerminal, Write};
use std::time::Duration;

use crate::terminal::say;

/// Shows what `look` answers: once, or `every` so often. A look that fails is told in its place: who watches wants to see
/// it come back.
///
/// # Errors
/// A single look failed.
pub fn show(
    every: Option<Duration>,
    json: bool,
    look: impl Fn() -> anyhow::Result<String>,
) -> anyhow::Result<()> {
    let Some(every) = every else {
        say(look()?);
        return Ok(());
    };
    again(every, || {
        let text = look().unwrap_or_else(|error| match json {
            true => serde_json::json!({ "error": format!("{error:#}") }).to_string(),
            false => format!("{error:#}"),
        });
        draw(&text, every, json)
    });
    Ok(())
}

/// Looks every so often, until Ctrl-C or until nobody listens any more.
pub(super) fn again(every: Duration, mut look: impl FnMut() -> io::Result<()>) {
    end_by_ctrl_c();
    // Whoever closed the pipe has seen enough.
    while look().is_ok() {
        std::thread::sleep(every);
    }
}

fn draw(text: &str, every: Duration, json: bool) -> io::Result<()> {
    let mut out = io::stdout().lock();
    if json {
        writeln!(out, "{text}")?;
    } else if out.is_terminal() {
        // Over what was there, line by line: a screen that is cleared first flickers.
        let lines = text.lines().map(|line| format!("{line}\x1b[K\n")).collect::<String>();
        write!(out, "\x1b[H{lines}\n\x1b[Kevery {} s; Ctrl-C ends\x1b[J", every.as_secs_f64())?;
    } else {
        writeln!(out, "{text}\n")?;
    }
    out.flush()
}

/// That is how it is meant to end, so it is no failure.
fn end_by_ctrl_c() {
    std::thread::spawn(|| {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        if runtime.is_ok_and(|runtime| runtime.block_on(tokio::signal::ctrl_c()).is_ok()) {
            println!();
            std::process::exit(0);
        }
    });
}

//! The terminal: lines for a person. One who has gone away is no reason to fail.

use std::fmt::Display;
use std::io::Write;

/// Writes one line. A closed pipe is nobody listening, which is fine.
pub fn say(line: impl Display) {
    // Nothing can be done about a terminal that takes no more; trading goes on.
    let _ = writeln!(std::io::stdout(), "{line}");
}

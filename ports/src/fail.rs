//! Fail-points: moments at which a test ends the process, by SIGKILL, as a power cut would; or at which the code
//! panics, as a mistake in it would, or stands still for ever, as a call that never returns would.
//!
//! Only the feature `testing` can arm one; without it a passage is nothing, and nothing of
//! this is left in the program. One is armed for the process, by what the command line says.

/// A moment between two steps.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Point {
    /// The journal is open, its epoch not begun.
    Opened,
    /// The journal is read; nobody runs yet.
    Recovered,
    /// A signal came in; nobody has it yet.
    Signal,
    /// A transaction is complete but for its end.
    BeforeCommit,
    /// It is on disk; nobody knows yet.
    AfterCommit,
    /// The risk book has answered; nobody knows yet.
    Judged,
    /// The first message of a request is about to leave.
    BeforeSend,
    /// A message of a request has left, and the next one has not.
    BetweenLegs,
    /// All messages of a request have left.
    AfterSend,
    /// The broker's news came in; nobody has it yet.
    News,
    /// What the broker holds is about to be asked for.
    BeforeSnapshot,
    /// It was told, and nobody has it yet.
    AfterSnapshot,
    /// What was committed is about to be carried over.
    BeforeCheckpoint,
    /// It is being carried over.
    InCheckpoint,
    /// It was carried over.
    AfterCheckpoint,
    /// The state is written to a file that has no name yet.
    StateWritten,
    /// That file has its name; the old ones are still there.
    StateNamed,
    /// Before records are taken out, all are copied to an archive that has no name yet.
    ArchiveWritten,
    /// It has its name; nothing is taken out.
    ArchiveNamed,
    /// They are taken out but for the end of the transaction.
    TakingOut,
    /// They are taken out; the file is as long as before.
    TakenOut,
    /// A changed config was read and is taken.
    ReloadTaken,
    /// It is in force.
    ReloadDone,
    /// Told to stop; signals are not taken any more.
    Stopping,
    /// What was on its way is written.
    StopWritten,
    /// The link is closed.
    StopClosed,
}

#[cfg(feature = "testing")]
pub use switch::{Switch, arm};
pub use switch::{pass, pass_racing};

#[cfg(feature = "testing")]
mod switch {
    use std::str::FromStr;
    use std::sync::OnceLock;
    use std::sync::atomic::{AtomicU32, Ordering};

    use super::Point;

    /// Which passage of which point ends the process: `after-commit`, `after-commit:place`,
    /// `after-commit:place#2`.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct Switch {
        point: Point,
        /// What a passage has to tell to count.
        word: String,
        /// Which of those that count, from 1.
        nth: u32,
        what: What,
    }

    /// What happens at the passage.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    enum What {
        Kill,
        Panic,
        Stall,
    }

    impl Switch {
        /// The same passage; the code panics there, and the process is not killed.
        #[must_use]
        pub fn panicking(self) -> Switch {
            Switch { what: What::Panic, ..self }
        }

        /// The same passage; its thread stands still there for ever.
        #[must_use]
        pub fn stalling(self) -> Switch {
            Switch { what: What::Stall, ..self }
        }
    }

    static ARMED: OnceLock<Switch> = OnceLock::new();
    static PASSED: AtomicU32 = AtomicU32::new(0);

    impl FromStr for Switch {
        type Err = String;

        fn from_str(text: &str) -> Result<Switch, String> {
            let (rest, nth) = text.rsplit_once('#').unwrap_or((text, "1"));
            let (point, word) = rest.split_once(':').unwrap_or((rest, ""));
            let point = serde_json::from_value(point.into())
                .map_err(|_: serde_json::Error| format!("`{point}` is no fail-point"))?;
            let nth = nth.parse().map_err(|_| format!("`{nth}` is no number"))?;
            Ok(Switch { point, word: word.to_owned(), nth, what: What::Kill })
        }
    }

    /// Arms the process; the first call counts.
    pub fn arm(switch: Switch) {
        let _ = ARMED.set(switch);
    }

    /// Ends the process here, or panics, if this is the passage.
    pub fn pass(point: Point, told: impl FnOnce() -> String) {
        if is_the_passage(point, told) {
            match ARMED.get().map(|armed| armed.what) {
                Some(What::Panic) => panic!("a test made the code panic here"),
                Some(What::Stall) => stall(),
                _ => kill(),
            }
        }
    }

    /// Ends the process within the step that follows, if this is the passage.
    pub fn pass_racing(point: Point) {
        if is_the_passage(point, String::new) {
            std::thread::spawn(kill);
        }
    }

    fn is_the_passage(point: Point, told: impl FnOnce() -> String) -> bool {
        let armed = ARMED.get().filter(|armed| armed.point == point);
        armed.is_some_and(|armed| {
            told().contains(&armed.word) && PASSED.fetch_add(1, Ordering::SeqCst) + 1 == armed.nth
        })
    }

    fn kill() {
        // Nobody outlives it.
        let _ = rustix::process::kill_process(rustix::process::getpid(), rustix::process::Signal::KILL);
        stall();
    }

    fn stall() -> ! {
        loop {
            std::thread::park();
        }
    }
}

#[cfg(not(feature = "testing"))]
mod switch {
    use super::Point;

    /// Nothing, in this build.
    #[inline]
    pub fn pass(_: Point, _: impl FnOnce() -> String) {}

    /// Nothing, in this build.
    #[inline]
    pub fn pass_racing(_: Point) {}
}

//! Mistakes made on purpose, one at a time, so that the simulation can show that it notices.
//!
//! Only the feature `testing` can make one; without it [`is`] is `false` and nothing of this
//! is left in the program. Which one is made holds for the thread.

/// A mistake that somebody could make.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mutant {
    /// An execution that is told twice is booked twice.
    SkipDeduplication,
    /// A correction is booked beside what it corrects.
    CorrectionAdds,
    /// The broker's counts are booked, not its executions.
    CountsAreFills,
    /// What a cancelled entry had brought before is forgotten.
    ForgetPartFillOnCancel,
    /// A refused change is taken for one that was made.
    IgnoreRefusedChange,
    /// What the broker never answers is waited for.
    WaitForever,
    /// An order that was over works again when an old word of it comes.
    EndedComesBack,
    /// A stop that sleeps counts as protection.
    SleepingStopProtects,
    /// A stop protects, whatever its quantity.
    ExistenceOnlyCompare,
    /// A resized stop is sent with the quantity that it had.
    ResizeToOldQuantity,
    /// A stop that is lost stays lost.
    NeverRenew,
    /// An exit is placed for what was bought, not for what is held.
    NoCrossZeroGuard,
    /// A protective order is placed on the side of the entry.
    WrongSide,
    /// What exits took too much stays open on the other side.
    IgnoreExcess,
    /// A trade is over once it is flat, whatever still works.
    CloseBeforeRest,
    /// Re-anchoring is not remembered.
    ReanchorForever,
    /// Entries are taken while the broker's side is not known.
    OpenWhileReconciling,
    /// A signal that was traded is not remembered.
    ForgetSignals,
    /// The number of a trade is used again.
    ReuseNames,
    /// Executions that a snapshot tells are not booked.
    SkipReplay,
    /// An order that the broker does not have is taken for one that works.
    MissingWorks,
    /// What a waiting entry may become is not reserved.
    NoReservation,
    /// The day's loss trips its limit and is not asked about.
    LimitWithoutTeeth,
}

impl Mutant {
    /// All of them.
    pub const ALL: [Mutant; 23] = [
        Mutant::SkipDeduplication,
        Mutant::CorrectionAdds,
        Mutant::CountsAreFills,
        Mutant::ForgetPartFillOnCancel,
        Mutant::IgnoreRefusedChange,
        Mutant::WaitForever,
        Mutant::EndedComesBack,
        Mutant::SleepingStopProtects,
        Mutant::ExistenceOnlyCompare,
        Mutant::ResizeToOldQuantity,
        Mutant::NeverRenew,
        Mutant::NoCrossZeroGuard,
        Mutant::WrongSide,
        Mutant::IgnoreExcess,
        Mutant::CloseBeforeRest,
        Mutant::ReanchorForever,
        Mutant::OpenWhileReconciling,
        Mutant::ForgetSignals,
        Mutant::ReuseNames,
        Mutant::SkipReplay,
        Mutant::MissingWorks,
        Mutant::NoReservation,
        Mutant::LimitWithoutTeeth,
    ];
}

#[cfg(feature = "testing")]
mod switch {
    use std::cell::Cell;

    use super::Mutant;

    thread_local! {
        static MADE: Cell<Option<Mutant>> = const { Cell::new(None) };
    }

    /// From here on this thread makes that mistake, or none.
    pub fn make(mutant: Option<Mutant>) {
        MADE.set(mutant);
    }

    /// True while the mistake is made.
    pub(crate) fn is(mutant: Mutant) -> bool {
        MADE.get() == Some(mutant)
    }
}

#[cfg(feature = "testing")]
pub(crate) use switch::is;
#[cfg(feature = "testing")]
pub use switch::make;

/// True while the mistake is made: never, in a program that trades.
#[cfg(not(feature = "testing"))]
pub(crate) const fn is(_: Mutant) -> bool {
    false
}

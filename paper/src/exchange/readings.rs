//! The readings of what nobody outside IB has been able to verify: one switch each, both sides built.
//!
//! TWS's builds are reported to differ in these, or its documents are silent. A client that is right under every
//! combination is right on whatever its gateway turns out to do; the default of each is what its documents suggest.
//!
//! Each can be named by its words: `children_on_partial=held`, see [`Readings::set`].
//!
//! Read next: [`family`](crate::exchange::family), [`group`](crate::exchange::group).

/// Declares a switch with the words of its sides; the first side is the default.
macro_rules! switch {
    ($(#[$meta:meta])* $name:ident { $(#[$first_meta:meta])* $first:ident = $first_word:literal, $($(#[$side_meta:meta])* $side:ident = $word:literal,)* }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
        pub enum $name {
            $(#[$first_meta])*
            #[default]
            $first,
            $($(#[$side_meta])* $side,)*
        }

        impl $name {
            /// Every side, the default first.
            pub const ALL: &[$name] = &[$name::$first, $($name::$side),*];

            /// The side's word on the command line.
            pub fn word(self) -> &'static str {
                match self {
                    $name::$first => $first_word,
                    $($name::$side => $word,)*
                }
            }

            fn of_word(word: &str) -> Option<$name> {
                $name::ALL.iter().copied().find(|side| side.word() == word)
            }
        }
    };
}

switch! {
    /// What the children of a bracket do while their parent is partly filled.
    ChildrenOnPartial {
        /// Active at once with what the parent has filled so far; their total grows with it.
        Grow = "grow",
        /// Full size, inactive until the parent is complete; a parent that ends partly filled activates them for that part.
        Held = "held",
        /// As `Held`, but they are cancelled together with a partly filled parent's rest.
        CancelledWithRest = "cancelled",
    }
}

switch! {
    /// What they do when the rest of a partly filled parent expires, where that is not what they do when it is cancelled.
    ChildrenOnExpiry {
        /// The same as when the rest is cancelled.
        AsOnCancel = "as_on_cancel",
        /// They stay for the filled part.
        Kept = "kept",
        /// They are cancelled with it.
        Cancelled = "cancelled",
    }
}

switch! {
    /// Which group the children of a bracket are reported and held in, if the client named one.
    ChildrenGroup {
        /// The client's own, with the client's type.
        Own = "own",
        /// One named by the parent's permanent id, of type 3, as children without a group get it.
        ByParent = "by_parent",
    }
}

switch! {
    /// A change of a child that still names its parent after the parent has filled.
    NamedParent {
        /// Refused with 135: TWS looks for the parent among working orders.
        Refused = "refused",
        /// Taken, the name ignored.
        Ignored = "ignored",
    }
}

switch! {
    /// A change of an order that names another group.
    GroupChange {
        /// Refused with 10326.
        Refused = "refused",
        /// The rest of the change is taken, the group stays.
        Ignored = "ignored",
    }
}

switch! {
    /// What a fill takes from the other members of a group of type 2 or 3.
    Reduce {
        /// As many shares as it had.
        ByShares = "by_shares",
        /// The same fraction of what remains of each, rounded down to whole shares.
        ByFraction = "by_fraction",
    }
}

switch! {
    /// Two members of a group that could both fill at the same moment.
    OcaRace {
        /// Types 1 and 2 fill one of them, type 3 may fill both.
        Blocked = "blocked",
        /// Every type may fill both.
        Open = "open",
    }
}

switch! {
    /// How far back executions can be asked for.
    ExecutionsBack {
        /// As many days as `lastNDays` says, up to seven.
        SevenDays = "seven_days",
        /// The current day only, whatever is asked.
        CurrentDay = "current_day",
    }
}

switch! {
    /// What a client is told of fills that happened between 1100 and 1102.
    After1102 {
        /// All of it, right after 1102.
        Told = "told",
        /// Nothing; only executions, positions and order lists show it.
        Hidden = "hidden",
    }
}

switch! {
    /// An order that names its account joins a group whose members leave it out, or the other way round.
    MixedAccounts {
        /// Taken.
        Taken = "taken",
        /// Refused with 10224.
        Refused = "refused",
    }
}

/// One choice for each open question about TWS.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Readings {
    /// See [`ChildrenOnPartial`].
    pub children_on_partial: ChildrenOnPartial,
    /// See [`ChildrenOnExpiry`].
    pub children_on_expiry: ChildrenOnExpiry,
    /// See [`ChildrenGroup`].
    pub children_group: ChildrenGroup,
    /// See [`NamedParent`].
    pub named_parent: NamedParent,
    /// See [`GroupChange`].
    pub group_change: GroupChange,
    /// See [`Reduce`].
    pub reduce: Reduce,
    /// See [`OcaRace`].
    pub oca_race: OcaRace,
    /// See [`ExecutionsBack`].
    pub executions_back: ExecutionsBack,
    /// See [`After1102`].
    pub after_1102: After1102,
    /// See [`MixedAccounts`].
    pub mixed_accounts: MixedAccounts,
}

/// A reading that does not exist.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadReading {
    /// There is no such question.
    #[error("`{name}` is no reading; there are: {}", Readings::NAMES.join(", "))]
    Name {
        /// What was named.
        name: String,
    },
    /// The question has no such answer.
    #[error("`{word}` is no side of `{name}`; it has: {sides}")]
    Side {
        /// The question.
        name: String,
        /// What was said.
        word: String,
        /// What could have been.
        sides: String,
    },
    /// Not `name=word`.
    #[error("expected NAME=WORD, got `{text}`")]
    Form {
        /// What was said.
        text: String,
    },
}

macro_rules! table {
    ($($field:ident: $kind:ident,)*) => {
        impl Readings {
            /// The names of all questions.
            pub const NAMES: &[&str] = &[$(stringify!($field)),*];

            /// Takes one answer in words: `children_on_partial=held`.
            ///
            /// # Errors
            /// It is no such pair, or names what does not exist.
            pub fn set(&mut self, text: &str) -> Result<(), BadReading> {
                let form = || BadReading::Form { text: text.to_owned() };
                let (name, word) = text.split_once('=').ok_or_else(form)?;
                match name {
                    $(stringify!($field) => self.$field = $kind::of_word(word).ok_or_else(|| {
                        let sides: Vec<&str> = $kind::ALL.iter().map(|side| side.word()).collect();
                        BadReading::Side { name: name.to_owned(), word: word.to_owned(), sides: sides.join(", ") }
                    })?,)*
                    _ => return Err(BadReading::Name { name: name.to_owned() }),
                }
                Ok(())
            }

            /// Every question with the words of its answers, the default first.
            pub fn table() -> Vec<(&'static str, Vec<&'static str>)> {
                vec![$((stringify!($field), $kind::ALL.iter().map(|side| side.word()).collect())),*]
            }
        }
    };
}

table! {
    children_on_partial: ChildrenOnPartial,
    children_on_expiry: ChildrenOnExpiry,
    children_group: ChildrenGroup,
    named_parent: NamedParent,
    group_change: GroupChange,
    reduce: Reduce,
    oca_race: OcaRace,
    executions_back: ExecutionsBack,
    after_1102: After1102,
    mixed_accounts: MixedAccounts,
}

#[cfg(test)]
mod tests {
    use super::Readings;

    #[test]
    fn every_side_can_be_named_and_the_first_is_the_default() {
        for (name, words) in Readings::table() {
            for (at, word) in words.iter().enumerate() {
                let mut readings = Readings::default();
                readings.set(&format!("{name}={word}")).unwrap();
                assert_eq!(readings == Readings::default(), at == 0, "{name}={word}");
            }
        }
    }

    #[test]
    fn what_does_not_exist_is_said_in_words() {
        let told = |text: &str| Readings::default().set(text).unwrap_err().to_string();
        assert_eq!(told("reduce=half"), "`half` is no side of `reduce`; it has: by_shares, by_fraction");
        assert!(told("colour=red").starts_with("`colour` is no reading; there are: children_on_partial"));
        assert_eq!(told("reduce"), "expected NAME=WORD, got `reduce`");
    }
}

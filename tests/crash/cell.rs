//! One crash from beginning to end: live, die, be away, come back, be looked at, come back
//! once more at rest.

use std::fmt;
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::ExitStatus;

use paper::faults::Fault;
use paper::faults::fault::Ending;

use super::desk::{CLIENT, Desk, SYMBOL};
use super::flow::{Flow, Knows, Moment, Step};
use super::verdict;
use crate::support::Program;

/// What the broker does while the program is away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Meanwhile {
    /// Nothing.
    Nothing,
    /// The price falls a little: what rests below fills.
    Dips,
    /// The price falls through every stop of a long position.
    Falls,
    /// The price rises over every target of a long position.
    Rises,
    /// A person cancels the stop.
    StopCancelled,
    /// A person cancels the entry.
    EntryCancelled,
    /// A person cancels what would add.
    AddCancelled,
    /// A person closes the position.
    ClosedByHand,
    /// The next order id goes back.
    IdsBack,
    /// A night goes by: orders of the day expire.
    DayLater,
}

/// One crash.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Cell {
    pub(crate) flow: Flow,
    pub(crate) moment: Moment,
    pub(crate) meanwhile: Meanwhile,
}

impl Cell {
    /// Every story, every moment, everything that the broker may do then.
    pub(crate) fn all() -> Vec<Cell> {
        let of_moment = |flow: Flow, moment: Moment| {
            Meanwhile::of(moment.knows).iter().map(move |meanwhile| Cell {
                flow,
                moment,
                meanwhile: *meanwhile,
            })
        };
        let of_flow = |flow: Flow| flow.moments().iter().flat_map(move |moment| of_moment(flow, *moment));
        Flow::ALL.into_iter().flat_map(of_flow).collect()
    }

    /// Lives through it. Panics where something does not hold.
    pub(crate) fn live(self) {
        let folder = tempfile::tempdir().expect("a folder");
        let desk = Desk::open(folder.path());
        let mut told = String::new();
        let status = match self.flow {
            Flow::Recovery => self.die_twice(&desk, folder.path(), &mut told),
            _ => self.first_life(&desk, folder.path(), self.moment.at, &mut told),
        };
        assert_eq!(status.signal(), Some(9), "it never came to `{}`: {status}\n{told}", self.moment.at);
        self.meanwhile.happen(&desk);
        told.push_str("---- back ----\n");
        comes_back(&desk, folder.path(), &mut told);
        verdict::a_restart_at_rest_sends_nothing_and_trades_again(&desk, folder.path(), &mut told);
        verdict::ledgers_agree(&desk, folder.path(), &told);
    }

    fn first_life(self, desk: &Desk, folder: &Path, dies: &str, told: &mut String) -> ExitStatus {
        let mut program = Program::start_in(folder, &["--kill-at", dies]);
        program.follow_to("in step with the broker", told);
        for step in self.flow.steps() {
            match *step {
                Step::Say(signal, confidence) => desk.say(signal, confidence),
                Step::Gap(percent) => desk.make(gap(percent)),
                Step::Await(words) => program.follow_to(words, told),
                Step::CancelByHand(order_ref) => {
                    desk.make(Fault::ManualCancel { order_ref: format!(".{order_ref}.") });
                }
                Step::FillHalf => {
                    desk.make(Fault::FillPartial { parts: 2, order_ref: ".E1.".to_owned() });
                }
                Step::Disconnect => desk.make(Fault::NetClose { how: Ending::Rst, client: None }),
                Step::AddTicker => desk.configure(folder, &[SYMBOL, "IBM"]),
                Step::Interrupt => program.press_ctrl_c(),
            }
        }
        let (status, rest) = program.wait();
        told.push_str(&rest);
        status
    }

    /// Dies with its entry on the way, and again while it comes back.
    fn die_twice(self, desk: &Desk, folder: &Path, told: &mut String) -> ExitStatus {
        let first = self.first_life(desk, folder, "after-send:S1", told);
        assert_eq!(first.signal(), Some(9), "it never sent: {first}\n{told}");
        told.push_str("---- back, to die again ----\n");
        let (status, rest) = Program::start_in(folder, &["--kill-at", self.moment.at]).wait();
        told.push_str(&rest);
        status
    }
}

/// It comes back and lives until all is well, then ends in order.
pub(crate) fn comes_back(desk: &Desk, folder: &Path, told: &mut String) {
    let mut program = Program::start_in(folder, &[]);
    program.follow_to("in step with the broker", told);
    verdict::until_settled(desk, folder, told);
    let (status, rest) = program.interrupt();
    told.push_str(&rest);
    assert!(status.success(), "it ended with {status}\n{told}");
    for word in ["frozen", "panicked"] {
        assert!(!told.contains(word), "{word}\n{told}");
    }
}

impl Meanwhile {
    /// What can happen to what the broker knows.
    fn of(knows: Knows) -> &'static [Meanwhile] {
        use Meanwhile::{
            AddCancelled, ClosedByHand, DayLater, Dips, EntryCancelled, Falls, IdsBack, Nothing, Rises,
            StopCancelled,
        };
        match knows {
            Knows::Nothing => &[Nothing, Falls, IdsBack, DayLater],
            Knows::Order => &[Nothing, Dips, Falls, EntryCancelled, IdsBack, DayLater],
            Knows::Position => &[Nothing, Falls, Rises, StopCancelled, ClosedByHand, IdsBack, DayLater],
            Knows::Adding => {
                &[Nothing, Dips, Falls, Rises, StopCancelled, AddCancelled, ClosedByHand, IdsBack, DayLater]
            }
        }
    }

    fn happen(self, desk: &Desk) {
        let symbol = SYMBOL.to_owned();
        match self {
            Meanwhile::Nothing => {}
            Meanwhile::Dips => desk.make(gap(-1.2)),
            Meanwhile::Falls => desk.make(gap(-12.0)),
            Meanwhile::Rises => desk.make(gap(12.0)),
            Meanwhile::StopCancelled => desk.make(Fault::ManualCancel { order_ref: ".S1.".to_owned() }),
            Meanwhile::EntryCancelled => desk.make(Fault::ManualCancel { order_ref: ".E1.".to_owned() }),
            Meanwhile::AddCancelled => desk.make(Fault::ManualCancel { order_ref: ".A2.".to_owned() }),
            Meanwhile::ClosedByHand => desk.make(Fault::ManualClose { symbol }),
            Meanwhile::IdsBack => desk.make(Fault::NextIdRollback { by: 50, client: Some(CLIENT) }),
            Meanwhile::DayLater => desk.a_day_later(),
        }
        desk.look();
    }
}

fn gap(percent: f64) -> Fault {
    Fault::Gap { symbol: SYMBOL.to_owned(), percent }
}

impl fmt::Display for Cell {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} / {} / {:?}", self.flow, self.moment.at, self.meanwhile)
    }
}

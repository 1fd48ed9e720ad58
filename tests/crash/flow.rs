//! The stories that are cut short, and the moments at which they are.

use std::fmt;

/// A story: what the world does while the program lives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Flow {
    /// A signal, a bracket, a fill.
    Entry,
    /// The same on the other side.
    Short,
    /// Half of the entry is filled, the rest works.
    PartEntry,
    /// The entry rests below the market.
    Resting,
    /// The price falls through the stop.
    Stopped,
    /// The price rises to the target.
    Target,
    /// A SELL closes.
    Close,
    /// A SHORT closes and opens the other side.
    Reversal,
    /// A gain adds a lot.
    ScaleIn,
    /// A loss rests a lot at a better price.
    DoubleDown,
    /// The price comes there.
    Doubled,
    /// A gain moves the stop.
    MoveStop,
    /// A person cancels the stop, and it is placed anew.
    Renewal,
    /// The connection is lost and comes back.
    Reconnect,
    /// A ticker joins by a changed config.
    Reload,
    /// Ctrl-C.
    Shutdown,
    /// It has traded, was killed, and comes back: dies once more while it does.
    Recovery,
}

/// What the world does next.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Step {
    /// The prediction API says this, so sure.
    Say(&'static str, f64),
    /// Everything costs that much more, in percent.
    Gap(f64),
    /// The program says this.
    Await(&'static str),
    /// Orders whose reference has this in it are cancelled by hand.
    CancelByHand(&'static str),
    /// The next entry fills half at once.
    FillHalf,
    /// The broker's connections end.
    Disconnect,
    /// Another ticker comes into the config.
    AddTicker,
    /// Ctrl-C.
    Interrupt,
}

/// A moment of a story at which the program may die.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Moment {
    /// As the command line has it.
    pub(crate) at: &'static str,
    /// What the broker knows of the program by then.
    pub(crate) knows: Knows,
}

/// What the broker knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Knows {
    /// Nothing that could fill.
    Nothing,
    /// An order that rests and has no shares.
    Order,
    /// A position, with what protects it.
    Position,
    /// That, and an order that rests to add to it.
    Adding,
}

use Knows::{Adding, Nothing, Order, Position};
use Step::{AddTicker, Await, CancelByHand, Disconnect, FillHalf, Gap, Interrupt, Say};

impl Flow {
    pub(crate) const ALL: [Flow; 17] = [
        Flow::Entry,
        Flow::Short,
        Flow::PartEntry,
        Flow::Resting,
        Flow::Stopped,
        Flow::Target,
        Flow::Close,
        Flow::Reversal,
        Flow::ScaleIn,
        Flow::DoubleDown,
        Flow::Doubled,
        Flow::MoveStop,
        Flow::Renewal,
        Flow::Reconnect,
        Flow::Reload,
        Flow::Shutdown,
        Flow::Recovery,
    ];

    /// What the world does, in order.
    pub(crate) fn steps(self) -> &'static [Step] {
        const BUY: Step = Say("BUY", 0.7);
        const HELD: Step = Await("  holds ");
        match self {
            Flow::Entry | Flow::Recovery => &[BUY, HELD],
            Flow::Short => &[Say("SHORT", 0.7), HELD],
            Flow::PartEntry => &[FillHalf, BUY, HELD],
            Flow::Resting => &[Say("BUY", 0.9)],
            Flow::Stopped => &[BUY, HELD, Gap(-6.0)],
            Flow::Target => &[BUY, HELD, Gap(8.0)],
            Flow::Close => &[BUY, HELD, Say("SELL", 0.8)],
            Flow::Reversal => &[BUY, HELD, Say("SHORT", 0.8)],
            Flow::ScaleIn => &[BUY, HELD, Gap(2.0)],
            Flow::DoubleDown => &[BUY, HELD, Gap(-1.5)],
            Flow::Doubled => &[BUY, HELD, Gap(-1.5), Await("place A2 "), Gap(-0.8)],
            Flow::MoveStop => &[BUY, HELD, Gap(3.5)],
            Flow::Renewal => &[BUY, HELD, CancelByHand("S1")],
            Flow::Reconnect => &[BUY, HELD, Disconnect],
            Flow::Reload => &[BUY, HELD, AddTicker],
            Flow::Shutdown => &[BUY, HELD, Interrupt],
        }
    }

    /// Where it may die.
    pub(crate) fn moments(self) -> &'static [Moment] {
        match self {
            Flow::Entry | Flow::Short => ENTRY,
            Flow::PartEntry => PART_ENTRY,
            Flow::Resting => RESTING,
            Flow::Stopped => STOPPED,
            Flow::Target => TARGET,
            Flow::Close => CLOSE,
            Flow::Reversal => REVERSAL,
            Flow::ScaleIn => SCALE_IN,
            Flow::DoubleDown => DOUBLE_DOWN,
            Flow::Doubled => DOUBLED,
            Flow::MoveStop => MOVE_STOP,
            Flow::Renewal => RENEWAL,
            Flow::Reconnect => RECONNECT,
            Flow::Reload => RELOAD,
            Flow::Shutdown => SHUTDOWN,
            Flow::Recovery => RECOVERY,
        }
    }
}

const fn moment(at: &'static str, knows: Knows) -> Moment {
    Moment { at, knows }
}

const ENTRY: &[Moment] = &[
    moment("opened", Nothing),
    moment("recovered", Nothing),
    moment("before-snapshot", Nothing),
    moment("after-snapshot", Nothing),
    moment("signal", Nothing),
    moment("before-commit:place E1", Nothing),
    moment("after-commit:place E1", Nothing),
    moment("judged:place E1", Nothing),
    moment("before-commit:Verdict", Nothing),
    moment("before-send:E1", Nothing),
    moment("between-legs:T1", Nothing),
    moment("between-legs:S1", Nothing),
    moment("after-send:S1", Position),
    moment("news:Status", Position),
    moment("news:Execution", Position),
    moment("before-commit:filled E1", Position),
    moment("after-commit:filled E1", Position),
    moment("before-commit:protected after", Position),
    moment("after-commit:protected after", Position),
    moment("before-commit:average entry", Position),
    moment("before-commit:modify", Position),
    moment("after-commit:modify", Position),
    moment("before-send:T1", Position),
    moment("after-send:T1", Position),
    moment("before-checkpoint", Position),
    moment("in-checkpoint", Position),
    moment("after-checkpoint", Position),
    moment("state-written", Position),
    moment("state-named", Position),
];

const PART_ENTRY: &[Moment] = &[
    moment("after-send:S1", Position),
    moment("news:Execution", Position),
    moment("before-commit:filled E1", Position),
    moment("after-commit:filled E1", Position),
    moment("before-commit:protected after", Position),
    moment("after-commit:protected after", Position),
];

const RESTING: &[Moment] = &[
    moment("before-commit:place E1", Nothing),
    moment("after-commit:place E1", Nothing),
    moment("before-send:E1", Nothing),
    moment("between-legs:T1", Nothing),
    moment("between-legs:S1", Nothing),
    moment("after-send:S1", Order),
    moment("news:Status", Order),
    moment("before-commit:E1 ", Order),
    moment("after-commit:E1 ", Order),
];

const STOPPED: &[Moment] = &[
    moment("news:role: Stop, n: 1 }, action", Nothing),
    moment("before-commit:filled S1", Nothing),
    moment("after-commit:filled S1", Nothing),
    moment("before-commit:closed", Nothing),
    moment("after-commit:closed", Nothing),
];

const TARGET: &[Moment] = &[
    moment("before-commit:filled T1", Nothing),
    moment("after-commit:filled T1", Nothing),
    moment("before-commit:closed", Nothing),
    moment("after-commit:closed", Nothing),
];

const CLOSE: &[Moment] = &[
    moment("signal:SELL", Position),
    moment("before-commit:modify T1#1", Position),
    moment("after-commit:modify T1#1", Position),
    moment("judged:modify T1", Position),
    moment("before-send:T1", Position),
    moment("after-send:T1", Position),
    moment("before-commit:filled T1", Nothing),
    moment("after-commit:filled T1", Nothing),
    moment("before-commit:closed", Nothing),
    moment("after-commit:closed", Nothing),
];

const REVERSAL: &[Moment] = &[
    moment("before-commit:opens the other side", Position),
    moment("after-commit:opens the other side", Position),
    moment("before-send:T1#2", Position),
    moment("after-commit:filled T1", Nothing),
    moment("before-commit:closed", Nothing),
    moment("before-commit:place E1#2", Nothing),
    moment("after-commit:place E1#2", Nothing),
    moment("before-send:E1#2", Nothing),
    moment("between-legs:S1#2", Nothing),
    moment("before-commit:filled E1#2", Position),
    moment("after-commit:filled E1#2", Position),
];

const SCALE_IN: &[Moment] = &[
    moment("before-commit:place A2", Position),
    moment("after-commit:place A2", Position),
    moment("judged:place A2", Position),
    moment("before-send:A2", Position),
    moment("between-legs:T2", Position),
    moment("between-legs:S2", Position),
    moment("after-send:S2", Position),
    moment("before-commit:filled A2", Position),
    moment("after-commit:filled A2", Position),
];

const DOUBLE_DOWN: &[Moment] = &[
    moment("before-commit:place A2", Position),
    moment("after-commit:place A2", Position),
    moment("judged:place A2", Position),
    moment("before-send:A2", Position),
    moment("between-legs:T2", Position),
    moment("between-legs:S2", Position),
    moment("after-send:S2", Adding),
    moment("before-commit:A2 works ", Adding),
    moment("after-commit:A2 works ", Adding),
];

const DOUBLED: &[Moment] = &[
    moment("news:role: Add", Position),
    moment("before-commit:filled A2", Position),
    moment("after-commit:filled A2", Position),
];

const MOVE_STOP: &[Moment] = &[
    moment("before-commit:rule Break Even", Position),
    moment("after-commit:rule Break Even", Position),
    moment("before-send:S1#2", Position),
    moment("after-send:S1#2", Position),
    moment("after-send:S1#3", Position),
];

const RENEWAL: &[Moment] = &[
    moment("news:Cancelled", Position),
    moment("before-commit:place S2", Position),
    moment("after-commit:place S2", Position),
    moment("before-send:S2", Position),
    moment("after-send", Position),
];

const RECONNECT: &[Moment] = &[
    moment("before-snapshot#2", Position),
    moment("after-snapshot#2", Position),
    moment("before-snapshot#3", Position),
];

const RELOAD: &[Moment] = &[moment("reload-taken", Position), moment("reload-done", Position)];

const SHUTDOWN: &[Moment] =
    &[moment("stopping", Position), moment("stop-written", Position), moment("stop-closed", Position)];

/// Of the life after the first crash.
const RECOVERY: &[Moment] = &[
    moment("opened", Position),
    moment("recovered", Position),
    moment("before-snapshot", Position),
    moment("after-snapshot", Position),
    moment("before-commit", Position),
    moment("after-commit", Position),
    moment("before-commit:filled E1", Position),
    moment("after-commit:filled E1", Position),
    moment("before-commit:protected", Position),
    moment("before-checkpoint", Position),
    moment("in-checkpoint", Position),
    moment("state-written", Position),
    moment("state-named", Position),
];

impl fmt::Display for Flow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self:?}")
    }
}

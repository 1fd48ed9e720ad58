//! The handle by which a running gateway is made to fail, pause and go on: what the control API and the library use.
//!
//! Read next: [`api`](crate::gateway::api).

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;
use serde::Serialize;
use tokio::sync::mpsc::error::TrySendError;
use tokio::sync::{mpsc, oneshot};

use crate::faults::{Fault, Scenario};

/// Commands that wait for the hub.
pub(super) const COMMANDS_MAX: usize = 1024;

/// What the hub is told to do.
#[derive(Debug)]
pub(super) enum Command {
    Fault(Box<Fault>),
    Scenario(Scenario),
    Pause(bool),
    Step(u32),
    Speed(f64),
    Show(oneshot::Sender<Shown>),
    Books(oneshot::Sender<Books>),
}

/// A running gateway's handle. Copies of it are the same handle.
#[derive(Debug, Clone)]
pub struct Control(mpsc::Sender<Command>);

/// Why a command was not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotTaken {
    /// The gateway has stopped.
    #[error("the gateway has stopped")]
    Stopped,
    /// Too many wait already.
    #[error("{COMMANDS_MAX} commands wait already")]
    Busy,
}

/// What a running gateway looks like from outside.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Shown {
    /// The market's time.
    pub market_time: DateTime<Utc>,
    /// Clients that are connected, by id.
    pub clients: Vec<i32>,
    /// Connections, started or not.
    pub connections: usize,
    /// Tasks of the thread that carries them: one a connection, and the gateway's own.
    pub tasks: usize,
    /// Orders that can still fill.
    pub live_orders: usize,
    /// Executions that are remembered.
    pub executions: usize,
    /// Cash.
    pub cash: Decimal,
    /// Cash and positions at their marks.
    pub net_liquidation: Decimal,
    /// Symbols and shares held.
    pub positions: Vec<(String, Decimal)>,
}

/// All that is booked, at one moment: what an auditor compares others' books with.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Books {
    /// Orders that can still fill.
    pub orders: Vec<Live>,
    /// Executions that are remembered, oldest first.
    pub executions: Vec<Done>,
    /// Symbols and shares held.
    pub positions: Vec<(String, Decimal)>,
    /// Cash.
    pub cash: Decimal,
}

/// An order that can still fill.
#[derive(Debug, Clone, PartialEq)]
pub struct Live {
    /// The order's own words.
    pub order_ref: String,
    /// The contract.
    pub symbol: String,
    /// Shares that can still fill, below zero for a sale.
    pub signed: Decimal,
}

/// An execution.
#[derive(Debug, Clone, PartialEq)]
pub struct Done {
    /// Its id.
    pub exec_id: String,
    /// The words of the order.
    pub order_ref: String,
    /// Shares, below zero for a sale.
    pub signed: Decimal,
    /// Its price.
    pub price: Decimal,
    /// Its commission.
    pub commission: Decimal,
}

impl Control {
    pub(super) fn new() -> (Control, mpsc::Receiver<Command>) {
        let (commands, waiting) = mpsc::channel(COMMANDS_MAX);
        (Control(commands), waiting)
    }

    /// Makes something go wrong, now or with the next that it meets.
    ///
    /// # Errors
    /// The gateway has stopped, or is too busy.
    pub fn fault(&self, fault: Fault) -> Result<(), NotTaken> {
        self.send(Command::Fault(Box::new(fault)))
    }

    /// Begins a scenario, in place of the one before.
    ///
    /// # Errors
    /// As [`Control::fault`].
    pub fn scenario(&self, scenario: Scenario) -> Result<(), NotTaken> {
        self.send(Command::Scenario(scenario))
    }

    /// Stops the market's time, or lets it go on.
    ///
    /// # Errors
    /// As [`Control::fault`].
    pub fn pause(&self, is_paused: bool) -> Result<(), NotTaken> {
        self.send(Command::Pause(is_paused))
    }

    /// Goes forward by so many market seconds at once.
    ///
    /// # Errors
    /// As [`Control::fault`].
    pub fn step(&self, seconds: u32) -> Result<(), NotTaken> {
        self.send(Command::Step(seconds))
    }

    /// Market seconds to a real second, above 0.
    ///
    /// # Errors
    /// As [`Control::fault`].
    pub fn speed(&self, speed: f64) -> Result<(), NotTaken> {
        self.send(Command::Speed(speed))
    }

    /// What it looks like once everything before has been carried out.
    ///
    /// # Errors
    /// As [`Control::fault`].
    pub async fn show(&self) -> Result<Shown, NotTaken> {
        let (answer, shown) = oneshot::channel();
        self.send(Command::Show(answer))?;
        shown.await.map_err(|_| NotTaken::Stopped)
    }

    /// All that is booked, once everything before has been carried out.
    ///
    /// # Errors
    /// As [`Control::fault`].
    pub async fn books(&self) -> Result<Books, NotTaken> {
        let (answer, books) = oneshot::channel();
        self.send(Command::Books(answer))?;
        books.await.map_err(|_| NotTaken::Stopped)
    }

    fn send(&self, command: Command) -> Result<(), NotTaken> {
        self.0.try_send(command).map_err(|error| match error {
            TrySendError::Full(_) => NotTaken::Busy,
            TrySendError::Closed(_) => NotTaken::Stopped,
        })
    }
}

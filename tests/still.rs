//! The fault catalogue once more, in a market that stands still: nothing moves by itself, so whatever happens came of
//! the fault, and each row ends in a position that is known beforehand.
//!
//! Each test starts a paper gateway and the program, makes one thing go wrong, and then asks the gateway, under a client
//! id of its own, what is held and what protects it. `docs/faults.md` has the table of rows.
//!
//! Read next: [`stage`], what each test stands on.

#[path = "still/broker.rs"]
mod broker;
#[path = "still/human.rs"]
mod human;
#[path = "still/network.rs"]
mod network;
#[path = "still/process.rs"]
mod process;
#[path = "still/stage.rs"]
mod stage;
mod support;
#[path = "still/table.rs"]
mod table;
#[path = "still/time.rs"]
mod time;

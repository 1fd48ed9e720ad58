//! One crash: where the program dies, in which story, what the broker does meanwhile, and
//! what must hold once it is back.
//!
//! Read first: [`flow`] (the stories and where each may die), [`cell`] (one crash from
//! beginning to end); then [`desk`] (the broker and the signals), [`verdict`] (what must
//! hold), [`run`] (many at a time).

#![allow(dead_code, reason = "each test uses a part of it")]

pub(crate) mod cell;
pub(crate) mod desk;
pub(crate) mod flow;
pub(crate) mod run;
pub(crate) mod verdict;

pub(crate) use cell::Cell;

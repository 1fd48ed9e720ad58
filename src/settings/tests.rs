//! What a user sees: documents with faults, and the lines that name them.

mod fixture;
mod mutations;
mod right;
mod shapes;
mod told;

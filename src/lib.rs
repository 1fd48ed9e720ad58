//! Composition: the one place that knows every name. It decides nothing about money.
//!
//! Read first: [`config`], what is in force; then [`run`], the main job; [`control`]
//! and [`follow`] are how a person looks at it; [`settings`] is how files are read.

pub mod config;
pub mod control;
pub mod demo;
pub mod doctor;
pub mod follow;
pub mod init;
pub mod journal;
pub mod kill_switch;
pub mod logs;
pub mod nearest;
pub mod private;
pub mod reload;
pub mod report;
pub mod run;
pub mod service;
pub mod settings;
pub mod soak;
pub mod summary;
pub mod terminal;
pub mod told;

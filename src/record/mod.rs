//! Reads back what a run left: its report, its differences and the history of runs.

pub mod history;
pub mod read;

//! What a run leaves: its report, its differences and the history of runs, read back by other runs.

pub mod differences;
pub mod history;
mod place;
pub(crate) mod proofs;
pub mod read;
mod report;
pub(crate) mod windows;

pub(crate) use place::{is_report, moment, report as report_path, run_id};

/// Version of the report that is written and understood. Keys keep their meaning within one.
pub const SCHEMA_VERSION: u32 = 1;

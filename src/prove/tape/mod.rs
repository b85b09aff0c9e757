//! The answers of the sources of one check: kept as they are read, and given again, whole or changed on their way.
//!
//! A run over kept answers is a run like any other: nothing but its sources is another.

mod answers;
mod record;
mod replay;

pub(super) use answers::{Answers, RecordedAnswer};
pub(super) use record::Recorder;
pub(super) use replay::{Asked, Edits, Query, Replayer};

//! Holds what every check shares while it runs, and what one check is while it runs.

use std::collections::HashMap;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex};
use std::time::Instant;

use chrono::NaiveDate;
use tokio::sync::Semaphore;

use super::check::attempt::Attempt;
use super::check::placed::Answers;
use super::options::RunOptions;
use super::params::Params;
use super::sources;
use super::windows::{ShiftedKeys, Slice};
use crate::compare::Ledger;
use crate::isolation::Defect;
use crate::model::{Cause, ErrorCode, ErrorReport};
use crate::source::CancellationToken;
use crate::spec::check::Check;
use crate::suite::Suite;

/// A check, or one window of it, while it runs.
#[derive(Clone, Copy)]
pub(crate) struct CheckRun<'a> {
    pub(crate) suite: &'a Suite,
    pub(crate) check: &'a Check,
    pub(crate) slice: Option<&'a Slice>,
    /// `suite.check`, and behind it `@window`.
    pub(crate) id: &'a str,
    /// Takes every difference, where waivers or a baseline decide on them.
    pub(crate) ledger: Option<&'a Arc<Mutex<Ledger>>>,
    /// What this reading knows of those before it, where there may be others.
    pub(crate) attempt: Option<&'a Arc<Attempt>>,
}

/// Everything a check needs of its suite while it runs.
pub(crate) struct Context<'a> {
    pub(crate) sources: sources::Opened,
    pub(crate) params: Params<'a>,
    /// Keys that windows miss or have in excess, by the id of the window.
    pub(crate) strays: Mutex<HashMap<String, ShiftedKeys>>,
    /// Where the rows of checks with windows are.
    pub(crate) placed: Answers,
    /// Checks that may run at once.
    pub(crate) slots: Semaphore,
    pub(crate) options: &'a RunOptions,
    pub(crate) stop: &'a CancellationToken,
    pub(crate) late: &'a AtomicBool,
    /// The day on which the run began, UTC.
    pub(crate) today: NaiveDate,
}

impl<'a> Context<'a> {
    /// What checks need that are looked at one after the other, and do not run.
    pub(crate) fn of_one_at_a_time(
        sources: sources::Opened,
        params: Params<'a>,
        options: &'a RunOptions,
        stop: &'a CancellationToken,
        late: &'a AtomicBool,
    ) -> Self {
        let (strays, placed, slots) = (Mutex::default(), Answers::default(), Semaphore::new(1));
        let today = chrono::Utc::now().date_naive();
        Context { sources, params, strays, placed, slots, options, stop, late, today }
    }
}

/// Milliseconds since `clock`.
pub(crate) fn elapsed_ms(clock: Instant) -> u64 {
    u64::try_from(clock.elapsed().as_millis()).unwrap_or(u64::MAX)
}

/// The error of a check that met a defect of cutover itself.
pub(crate) fn panicked(defect: &Defect) -> ErrorReport {
    let message = "cutover met a defect of its own in this check and cannot judge it; please report it with the query";
    ErrorReport::new(ErrorCode::Defect, message).caused_by([Cause::of_others(defect.text())])
}

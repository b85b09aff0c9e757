//! The readings of a check, and differences that are given time to settle: a check is read again until it agrees, stays
//! the same, or has been read often enough.
//!
//! Each reading is a whole one, in a snapshot of its own, so nothing that differs goes unseen. A key that begins to differ
//! in a later reading is given its time too: it counts once it differs in the reading after. Where there is none, it is
//! in motion, in no other count, and the check does not pass.

use std::collections::{HashMap, HashSet};
use std::sync::atomic::Ordering;
use std::sync::{Arc, PoisonError};
use std::time::{Duration, Instant};

use super::super::context::{CheckRun, Context};
use super::super::event::Event;
use super::attempt::{Attempt, Found, MOST, Slot};
use super::attempt_result::AttemptResult;
use super::{read, self_check};
use crate::model::{CheckReport, ErrorCode, ErrorReport, Transient, Warning, WarningCode};
use crate::rowdiff::Seeds;
use crate::spec::check::Settle;

/// Reads the check until there is a verdict; once, unless it says `settle`.
pub(crate) async fn run<'a>(
    one: CheckRun<'_>,
    context: &'a Context<'a>,
    warnings: &[Warning],
    slot: &mut Slot<'a>,
    watch: &(impl Fn(Event<'_>) + Sync),
) -> AttemptResult {
    if one.check.settle.is_none() && !one.check.noise {
        return read::read(one, context, watch).await;
    }
    let (seeds, mut excluded, mut unstable) = (Seeds::random(), Arc::default(), None);
    if one.check.noise {
        match self_check::look(one, context, seeds, warnings).await {
            Ok(found) => (excluded, unstable) = (Arc::new(found.keys), found.unstable),
            Err(failed) => return *failed,
        }
    }
    let Settle { wait, times } = one.check.settle.unwrap_or(Settle { wait: Duration::ZERO, times: 0 });
    let mut before: Option<Found> = None;
    let mut history = History::default();
    for reading in 0.. {
        context.strays.lock().unwrap_or_else(PoisonError::into_inner).remove(one.id);
        let attempt = Arc::new(Attempt::new(seeds, Arc::clone(&excluded), before.as_ref()));
        let again = CheckRun { attempt: Some(&attempt), ..one };
        let mut result = read::read(again, context, watch).await;
        result.unstable.clone_from(&unstable);
        let found = attempt.found();
        if result.comparison.error.is_none() {
            history.note(&found, Instant::now());
        }
        let is_last = reading == times || is_accepted(one, &result, &found);
        let verdict = verdict(&result, &found, before.as_ref(), is_last);
        if verdict.is_none() {
            watch(Event::Waiting { id: one.id, time: wait });
        }
        let verdict = match verdict {
            Some(verdict) => verdict,
            None => match waited(wait, context, slot).await {
                Ok(()) => {
                    watch(Event::Started(one.id));
                    before = Some(found);
                    continue;
                }
                Err(cause) => {
                    result.comparison.error = Some(cause);
                    Verdict::Reached
                }
            },
        };
        if verdict == Verdict::TooMany {
            result.warnings.push(too_many());
        }
        result.written = attempt.write();
        result.transient = (reading > 0).then(|| history.told(reading, found.fresh));
        return result;
    }
    unreachable!("the last reading has a verdict")
}

/// Why no further reading is needed.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Verdict {
    /// The result is final.
    Reached,
    /// The differences are too many to be followed.
    TooMany,
}

/// Whether `result` is final: it agrees, it could not be compared, or its differences are those of the attempt before.
fn verdict(result: &AttemptResult, found: &Found, before: Option<&Found>, last: bool) -> Option<Verdict> {
    let differs = result.comparison.differs();
    let stable = differs && before.is_some_and(|before| before.keys == found.keys);
    let agrees = !differs && found.fresh == 0 && result.moved.is_none();
    if result.comparison.error.is_some() || agrees || stable || last {
        Some(Verdict::Reached)
    } else {
        found.too_many.then_some(Verdict::TooMany)
    }
}

/// Waits while others may run, and comes back to a slot.
async fn waited(time: Duration, context: &Context<'_>, slot: &mut Slot<'_>) -> Result<(), ErrorReport> {
    slot.leave();
    let waiting = async {
        tokio::time::sleep(time).await;
        slot.take().await;
    };
    tokio::select! {
        () = waiting => {}
        () = context.stop.cancelled() => {}
    }
    if !context.stop.is_cancelled() {
        return Ok(());
    }
    let why = if context.late.load(Ordering::SeqCst) { "the deadline passed" } else { "the run was interrupted" };
    let message = format!(
        "{why} while the differences were given time to settle, so it is not known whether they stay; run the check again"
    );
    Err(ErrorReport::new(ErrorCode::Interrupted, message))
}

/// Whether waivers and the baseline cover all that differs, so that time would change no verdict.
fn is_accepted(one: CheckRun<'_>, result: &AttemptResult, found: &Found) -> bool {
    let Some(ledger) = one.ledger.filter(|_| found.fresh == 0 && result.moved.is_none()) else { return false };
    let mut report = CheckReport::new(one.id, one.check.kind.kind());
    report.outcome = result.comparison.outcome.clone();
    report.expected = result.comparison.expected.clone();
    ledger.lock().unwrap_or_else(PoisonError::into_inner).clone().settle(&mut report);
    report.error.is_none() && !report.differs()
}

fn too_many() -> Warning {
    Warning::new(
        WarningCode::NotSettled,
        format!(
            "more than {MOST} keys differ, which are too many to be followed, so the differences were given no time; \
             compare less at once with `window`"
        ),
    )
}

/// What became of the keys that differed, over all readings.
#[derive(Default)]
struct History {
    /// When each key that differs now was first seen to.
    pending: HashMap<u64, Instant>,
    healed: HashSet<u64>,
    longest: Duration,
}

impl History {
    fn note(&mut self, found: &Found, now: Instant) {
        let History { pending, healed, longest } = self;
        pending.retain(|key, since| {
            let differs = found.keys.contains_key(key);
            if !differs {
                healed.insert(*key);
                *longest = (*longest).max(now.duration_since(*since));
            }
            differs
        });
        for key in found.keys.keys() {
            healed.remove(key);
            pending.entry(*key).or_insert(now);
        }
    }

    fn told(&self, readings: u32, in_motion: u64) -> Transient {
        let healed = self.healed.len() as u64;
        let after_ms = (healed > 0).then(|| u64::try_from(self.longest.as_millis()).unwrap_or(u64::MAX));
        Transient { readings, healed, after_ms, in_motion }
    }
}

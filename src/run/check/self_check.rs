//! What old differs from itself in: its query is run twice, the second time after the first, and what is not the same is
//! left out of the comparison.
//!
//! Rows go through `rowdiff` as old and new do, so the keys are complete and bounded by `--memory`; other answers are held
//! whole. The rules are those of the check, on its old side.

use std::future::Future;
use std::sync::atomic::AtomicU64;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::mpsc;

use super::super::context::{CheckRun, Context};
use super::query::{fetch, prepare};
use super::scan::{
    BACKLOG, ScanRequest, Session, SideQuery, Stream, TwoSidedScan, blocking, closed, room_to_hold, second,
};
use crate::compare::{Itself, against_itself, by_value, differing};
use crate::frame::Frame;
use crate::model::{Cause, ErrorCode, ErrorReport, Place, Side, Sides, Unstable, Warning, WarningCode, agree, plural};
use crate::rowdiff::{DiffPlan, Failure, Hashed, Seeds};
use crate::run::check::attempt_result::AttemptResult;
use crate::source;
use crate::source::{Engine, QueryHandle};
use crate::spec::check::Query;

/// Warnings of old that say why its answer may be another each time.
const CAUSES: [WarningCode; 3] = [WarningCode::Approximate, WarningCode::Final, WarningCode::FloatSum];

/// What old differs from itself in.
#[derive(Default)]
pub(crate) struct SelfCheck {
    /// Hashes of the keys, ascending.
    pub(crate) keys: Vec<u64>,
    /// What is known of them; absent where there are none.
    pub(crate) unstable: Option<Unstable>,
}

/// Finds the keys that old differs from itself in. `warnings` are what the servers say of the queries.
///
/// # Errors
/// A run that failed, keys too many to be held, and nothing that is stable.
pub(crate) async fn look(
    one: CheckRun<'_>,
    context: &Context<'_>,
    seeds: Seeds,
    warnings: &[Warning],
) -> Result<SelfCheck, Box<AttemptResult>> {
    let Some(query) = &one.check.sides.old else { return Ok(SelfCheck::default()) };
    let failed = |error| Box::new(AttemptResult::failed(error));
    let prepared = prepare(one, context, Side::Old.into(), query, &query.sql);
    let engine = prepared.engine.map_err(failed)?;
    let sql = prepared.report.sql.clone();
    let check = against_itself(one.check);
    let again = CheckRun { check: &check, ..one };
    let found = if check.kind.kind().profile().streamed {
        rows(again, context, seeds, engine, &sql).await
    } else {
        held(again, context, query).await
    };
    let found = match found {
        Ok(found) => found,
        Err(error) => {
            let sides = Sides { old: Some(prepared.report), new: None };
            return Err(Box::new(AttemptResult { sides, ..AttemptResult::failed(error) }));
        }
    };
    if found.keys.is_empty() {
        return Ok(SelfCheck::default());
    }
    let unstable = Unstable { keys: found.keys.len() as u64, causes: named(warnings, engine, &sql, found.moved) };
    if !found.stable {
        let message = "old differs from itself in every key, so nothing stable is left to compare; make its query \
                        answer the same each time, or read it where nothing writes";
        let causes = unstable.causes.iter().map(|cause| Cause::new(ErrorCode::Unstable, cause.clone()));
        let error = ErrorReport::new(ErrorCode::Unstable, message).caused_by(causes);
        return Err(Box::new(AttemptResult { unstable: Some(unstable), ..AttemptResult::failed(error) }));
    }
    Ok(SelfCheck { keys: found.keys, unstable: Some(unstable) })
}

/// What may be behind it: what the server says of the query, what stands in its text, what was seen to happen.
fn named(warnings: &[Warning], engine: &dyn Engine, sql: &str, moved: u64) -> Vec<String> {
    let of_old = |warning: &&Warning| CAUSES.contains(&warning.code) && warning.asked == Some(Side::Old.into());
    let mut named: Vec<String> = warnings.iter().filter(of_old).map(|warning| warning.text().to_owned()).collect();
    named.extend(source::fickle(engine.driver().dialect, sql));
    if moved > 0 {
        let (keys, are) = (plural(moved, "key"), agree(moved, "is", "are"));
        named.push(format!("{keys} {are} in one run only, so the table is in motion; read where nothing writes"));
    }
    named
}

/// Two answers held whole.
async fn held(one: CheckRun<'_>, context: &Context<'_>, query: &Query) -> Result<Itself, ErrorReport> {
    let first = fetch(one, context, Side::Old.into(), query, &query.sql).await.frame?;
    let second = fetch(one, context, Side::Old.into(), query, &query.sql).await.frame?;
    let check = one.check.clone();
    let found =
        blocking(move || differing(&check, &first, &second).or_else(|_| differing(&by_value(&check), &first, &second)));
    found.await.map_err(|cause| cause.at(Place::OldAgainstItself))
}

/// Two answers of any size.
async fn rows(
    one: CheckRun<'_>,
    context: &Context<'_>,
    seeds: Seeds,
    engine: &dyn Engine,
    sql: &str,
) -> Result<Itself, ErrorReport> {
    let asked = || SideQuery { side: Side::Old, engine, sql: sql.to_owned(), ticket: QueryHandle::default() };
    let reading = TwoSidedScan {
        one,
        context,
        timeout: one.check.timeout.unwrap_or(context.options.timeout),
        sides: Sides { old: asked(), new: asked() },
        rows: Arc::default(),
        total: AtomicU64::new(0),
        sums: Sides::default(),
    };
    let _reserved = reading.reserve().await?;
    let (mut first, _) = reading.open(&reading.sides.old).await?;
    let mut head = None;
    let (plan, then, mut later, now) = loop {
        let read = reading.hashed(&mut first, &reading.sides.old, None, seeds, &mut head).await?;
        // A column that began as nothing but NULL has its type now.
        let Some((plan, then)) = read else { continue };
        // Opened only now, so that its snapshot is a later one.
        let (mut later, _) = reading.open(&reading.sides.new).await?;
        match reading.hashed(&mut later, &reading.sides.new, Some(plan), seeds, &mut head).await? {
            Some((plan, now)) => break (plan, then, later, now),
            None => closed(later).await,
        }
    };
    let found = reading.unstable(plan, then, now, &mut first, &mut later).await;
    if found.is_ok() {
        tokio::join!(closed(first), closed(later));
    }
    found
}

impl<'a> TwoSidedScan<'a> {
    /// Reads one side to its end and hashes it; absent where it has to be read again with the types that `head` got.
    async fn hashed(
        &self,
        session: &mut Session<'a>,
        side: &SideQuery<'a>,
        plan: Option<DiffPlan>,
        seeds: Seeds,
        head: &mut Option<Frame>,
    ) -> Result<Option<(DiffPlan, Hashed)>, ErrorReport> {
        let check = self.one.check;
        let most_held = room_to_hold(side).await;
        let options = crate::rowdiff::DiffOptions { seeds, ..self.options() };
        let work = |mut stream: Stream| async {
            let Some(first) = stream.next().await else { return (Err(Failure::Unread), head.take()) };
            let mut known = head.take().unwrap_or_else(|| first.slice(0, 0));
            let plan = match plan.map_or_else(|| DiffPlan::new(check, &known, &known, options), Ok) {
                Ok(plan) => plan,
                Err(cause) => return (Err(cause.into()), Some(known)),
            };
            blocking(move || {
                // Both runs are old: what only one side of a check can have is the same in both.
                let mut hashed = plan.hashed(Side::Old);
                if plan.is_exact() {
                    hashed = hashed.uncopied();
                } else if let Some(most) = most_held {
                    hashed = hashed.held(most);
                }
                let added = stream.each(first, |batch| {
                    let added = plan.sampled(Side::Old, batch.clone()).and_then(|batch| hashed.add(&batch));
                    if matches!(added, Err(Failure::Widened { .. })) {
                        known = known.widened(batch)?;
                    }
                    added
                });
                (added.map(|()| (plan, hashed)), Some(known))
            })
            .await
        };
        let (found, known) = self.alone(session, side, work).await?;
        *head = known;
        match found {
            Ok(read) => Ok(Some(read)),
            Err(Failure::Widened { .. }) => Ok(None),
            Err(failure) => Err(told(failure)),
        }
    }

    /// Reads one side from its first row while `work` takes its batches.
    async fn alone<T, F: Future<Output = (Result<T, Failure>, Option<Frame>)>>(
        &self,
        session: &mut Session<'a>,
        side: &SideQuery<'a>,
        work: impl FnOnce(Stream) -> F,
    ) -> Result<(Result<T, Failure>, Option<Frame>), ErrorReport> {
        let give_up = source::CancellationToken::default();
        let (sender, receiver) = mpsc::channel(BACKLOG);
        let working = work(Stream { receiver, rows: self.rows.clone(), sum: None });
        let working = async {
            let found = working.await;
            if found.0.is_err() {
                give_up.cancel();
            }
            found
        };
        let (read, found) = tokio::join!(self.one_side(side, &side.sql, Some(session), sender, &give_up), working);
        match read {
            Err(Some(error)) => Err(self.located(side, error)),
            _ => Ok(found),
        }
    }

    /// The keys whose rows are not the same in both runs.
    async fn unstable(
        &self,
        plan: DiffPlan,
        mut then: Hashed,
        mut now: Hashed,
        first: &mut Session<'a>,
        later: &mut Session<'a>,
    ) -> Result<Itself, ErrorReport> {
        // An eighth of what the diff may hold, which has not begun yet.
        let most = self.options().memory / 8 / size_of::<u64>();
        let copies = Sides { old: then.copied(), new: now.copied() };
        let merging = plan.clone();
        let candidates = blocking(move || merging.candidates(then, now)).await.map_err(|cause| told(cause.into()))?;
        if candidates.is_empty() {
            return Ok(Itself { keys: Vec::new(), stable: true, moved: 0 });
        }
        if plan.is_exact() {
            let equal = candidates.any_equal();
            let total = candidates.keys();
            let unequal = blocking(move || candidates.unequal(most)).await.map_err(|cause| told(cause.into()))?;
            let (keys, moved) = unequal.ok_or_else(|| too_many(most))?;
            let stable = equal || (keys.len() as u64) < total;
            return Ok(Itself { keys, stable, moved });
        }
        // Values within their tolerance are the same: they have to be looked at.
        let keys = Arc::new(Mutex::new(Vec::new()));
        let noted = Arc::clone(&keys);
        let note = move |key, _| {
            let mut keys = noted.lock().unwrap_or_else(PoisonError::into_inner);
            if keys.len() <= most {
                keys.push(key);
            }
            true
        };
        let plan = plan.gated(Arc::new(note));
        let kept = Sides { old: plan.kept(Side::Old, &candidates), new: plan.kept(Side::New, &candidates) };
        let queries = Sides { old: self.sides.old.sql.clone(), new: self.sides.new.sql.clone() };
        let wanted = ScanRequest { queries: &queries, differing: None };
        let sessions = Sides { old: copies.old.is_none().then_some(first), new: copies.new.is_none().then_some(later) };
        let read = self.both(wanted, sessions, |streams| second(plan.clone(), streams, copies, kept)).await;
        if !read.errors.is_empty() {
            return Err(ErrorReport::joined(read.errors));
        }
        let kept = read.found.map_err(told)?;
        let judged = blocking(move || plan.judge(&candidates, kept.old, kept.new, &mut |_| false));
        let (judged, _) = judged.await.map_err(told)?;
        let mut keys = std::mem::take(&mut *keys.lock().unwrap_or_else(PoisonError::into_inner));
        if keys.len() > most {
            return Err(too_many(most));
        }
        keys.sort_unstable();
        let rows = judged.outcome.rows().unwrap_or_default();
        Ok(Itself { keys, stable: rows.equal > 0, moved: rows.missing + rows.extra })
    }
}

fn told(failure: Failure) -> ErrorReport {
    ErrorReport::from(failure).at(Place::OldTwice)
}

fn too_many(most: usize) -> ErrorReport {
    let message = format!(
        "more than {} of old differ between two runs of its query, which are too many to be left out; make the \
         query answer the same each time, compare less at once with `window`, or allow more with --memory",
        plural(most as u64, "key")
    );
    ErrorReport::new(ErrorCode::Unstable, message)
}

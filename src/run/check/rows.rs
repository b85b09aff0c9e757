//! A keyed diff of two sides of any size: `rowdiff` fed from two sources that are read at the same time.
//!
//! What is asked, of whom, and what comes of it; how rows get from a source to whoever takes them is `reading`'s business.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError};
use std::time::{Duration, Instant};

use super::super::context::{CheckRun, Context, elapsed_ms};
use super::super::event::Event;
use super::super::findings::fanout::DifferenceFanout;
use super::super::findings::parquet::Differences;
use super::super::windows::ShiftedKeys;
use super::attempt_result::AttemptResult;
use super::diagnosis::diagnosed;
use super::pushdown::Answer;
use super::query::prepare;
use super::repair_target;
use super::scan::{ScanRequest, ScanResult, Session, SideQuery, TwoSidedScan, blocking, closed, second};
use crate::compare::{ComparisonResult, FullDifference};
use crate::model::{BucketReport, ErrorCode, ErrorReport, Moved, PlanReport, Side, SideReport, Sides};
use crate::rowdiff::{Candidates, DiffPlan, Failure, HASH, Kept, Summary};
use crate::source::QueryHandle;

/// How often progress is reported.
const TELL: Duration = Duration::from_millis(250);

/// Reads both sides and compares them.
pub(crate) async fn run(
    one: CheckRun<'_>,
    context: &Context<'_>,
    watch: &(impl Fn(Event<'_>) + Sync),
) -> AttemptResult {
    let (Some(old), Some(new)) = (&one.check.sides.old, &one.check.sides.new) else {
        let message = "this kind compares two sides; give it `old` and `new`";
        return AttemptResult::failed(ErrorReport::new(ErrorCode::CheckUnfit, message));
    };
    let old = prepare(one, context, Side::Old.into(), old, &old.sql);
    let new = prepare(one, context, Side::New.into(), new, &new.sql);
    let mut result = AttemptResult {
        sides: Sides { old: Some(old.report.clone()), new: Some(new.report.clone()) },
        ..AttemptResult::default()
    };
    let engines = match (Sides { old: old.engine, new: new.engine }).all() {
        Ok(engines) => engines,
        Err(errors) => {
            result.comparison = ComparisonResult::failed(ErrorReport::joined(errors));
            return result;
        }
    };
    let timeout = one.check.timeout.unwrap_or(context.options.timeout);
    let sql = Sides { old: old.report.sql, new: new.report.sql };
    let asked = |side| SideQuery {
        side,
        engine: *engines.get(side),
        sql: sql.get(side).clone(),
        ticket: QueryHandle::default(),
    };
    let reading = TwoSidedScan {
        one,
        context,
        timeout,
        sides: Sides::each(asked),
        rows: Arc::default(),
        total: AtomicU64::new(0),
        sums: Sides::default(),
    };
    let telling = async {
        let (mut clock, mut last) = (Instant::now(), 0);
        loop {
            tokio::time::sleep(TELL).await;
            let rows = reading.rows.load(Ordering::Relaxed);
            if rows < last {
                clock = Instant::now();
            }
            last = rows;
            let of = Some(reading.total.load(Ordering::Relaxed)).filter(|total| *total > 0);
            watch(Event::Read { id: one.id, rows, of, seconds: clock.elapsed().as_secs_f64() });
        }
    };
    tokio::select! {
        found = reading.diff(&mut result) => {
            if let Err(error) = found {
                result.comparison = ComparisonResult::failed(error);
            }
        }
        () = telling => {}
    }
    result
}

/// What servers that were asked which rows differ came to.
enum ByServers {
    /// All is judged.
    Judged,
    /// Every row is to be read.
    Unknown,
    /// So it is, in new sessions: in these a reading failed.
    Failed,
}

impl<'a> TwoSidedScan<'a> {
    async fn diff(&self, result: &mut AttemptResult) -> Result<(), ErrorReport> {
        let _reserved = self.reserve().await?;
        let (old, new) = tokio::join!(self.open(&self.sides.old), self.open(&self.sides.new));
        let Sides { mut old, mut new } = Sides { old, new }.all().map_err(ErrorReport::joined)?;
        result.warnings.extend(old.1.take().into_iter().chain(new.1.take()));
        let queries = self.queries(&mut old.0, &mut new.0, result).await?;
        let every_row = ScanRequest { queries: &queries, differing: None };
        let outcome = match self.by_servers(&queries, &mut old.0, &mut new.0, result).await? {
            ByServers::Judged => Ok(()),
            ByServers::Unknown => self.read(every_row, &mut old.0, &mut new.0, result).await.map(drop),
            ByServers::Failed => {
                let again = tokio::join!(self.open(&self.sides.old), self.open(&self.sides.new));
                (old, new) = (again.0?, again.1?);
                self.read(every_row, &mut old.0, &mut new.0, result).await.map(drop)
            }
        };
        if outcome.is_ok() {
            tokio::join!(closed(old.0), closed(new.0));
        }
        outcome
    }

    /// Has the servers say which rows differ, and reads and judges those.
    async fn by_servers(
        &self,
        queries: &Sides<String>,
        old: &mut Session<'a>,
        new: &mut Session<'a>,
        result: &mut AttemptResult,
    ) -> Result<ByServers, ErrorReport> {
        match self.server(queries, old, new, result).await? {
            (Answer::Equal(rows, found, summary, buckets), hash) => {
                result.sides.present_mut().for_each(|(_, side)| side.rows = Some(rows));
                result.comparison = *found;
                result.plan = Some(planned(by_server(buckets), hash, &summary, buckets));
                Ok(ByServers::Judged)
            }
            (Answer::Differing(differing), hash) => {
                let mut trial = result.clone();
                let wanted = ScanRequest { queries: &differing.queries, differing: Some((&differing, hash)) };
                match self.read(wanted, old, new, &mut trial).await {
                    Ok(true) => {
                        *result = trial;
                        Ok(ByServers::Judged)
                    }
                    // Differences that are written already would be written twice.
                    Err(error) if trial.written.is_some() => Err(error),
                    // Rows that are no longer what the server compared.
                    Ok(false) => Ok(ByServers::Unknown),
                    Err(_) => Ok(ByServers::Failed),
                }
            }
            (Answer::Unknown, _) => Ok(ByServers::Unknown),
        }
    }

    /// Reads and compares what is wanted; `false`, before anything is judged, where that is not what the server found.
    async fn read(
        &self,
        wanted: ScanRequest<'_>,
        old: &mut Session<'a>,
        new: &mut Session<'a>,
        result: &mut AttemptResult,
    ) -> Result<bool, ErrorReport> {
        let clock = Instant::now();
        let mut heads = None;
        let (plan, mut hashed) = loop {
            let sides = Sides { old: Some(&mut *old), new: Some(&mut *new) };
            let first = self.both(wanted, sides, |streams| self.first(streams, &mut heads)).await;
            let ScanResult { found, errors, warnings } = first;
            result.sides.present_mut().for_each(|(_, side)| side.elapsed_ms = elapsed_ms(clock));
            if !errors.is_empty() {
                return Err(ErrorReport::joined(errors));
            }
            match found {
                // The columns that began as nothing but NULL have their types now.
                Err(Failure::Widened { .. }) => continue,
                Err(failure) => return self.failed(failure, result).map(|()| true),
                Ok(found) => {
                    result.note(warnings);
                    break found;
                }
            }
        };
        if let Some(heads) = &heads {
            result.note_columns([heads.old.names(), heads.new.names()].concat());
        }
        let (mut plan, mut others) = (plan, 0);
        if let Some((differing, _)) = wanted.differing {
            let sum = |sum: &AtomicU64| sum.load(Ordering::Relaxed);
            let (old, new) = (&hashed.old, &hashed.new);
            let known = &differing.known;
            if known.old != (old.rows(), sum(&self.sums.old)) || known.new != (new.rows(), sum(&self.sums.new)) {
                return Ok(false);
            }
            (plan, others) = (plan.beside_equal(differing.equal, &differing.numbers, differing.bits), differing.equal);
        }
        self.note_keys(&plan, result);
        for (side, read) in result.sides.present_mut() {
            read.rows = Some(hashed.get(side).rows() + others);
        }
        self.total.store(hashed.old.rows() + hashed.new.rows(), Ordering::Relaxed);
        let copies = Sides { old: hashed.old.copied(), new: hashed.new.copied() };
        let merging = plan.clone();
        let candidates = blocking(move || merging.candidates(hashed.old, hashed.new)).await;
        let candidates = match candidates {
            Ok(candidates) => candidates,
            Err(failure) => return self.failed(failure.into(), result).map(|()| true),
        };
        let kept = Sides { old: plan.kept(Side::Old, &candidates), new: plan.kept(Side::New, &candidates) };
        let kept = if candidates.is_empty() {
            kept
        } else {
            let sides = Sides {
                old: copies.old.is_none().then_some(&mut *old),
                new: copies.new.is_none().then_some(&mut *new),
            };
            let ScanResult { found, errors, .. } =
                self.both(wanted, sides, |streams| second(plan.clone(), streams, copies, kept)).await;
            if !errors.is_empty() {
                return Err(ErrorReport::joined(errors));
            }
            match found {
                Ok(kept) => kept,
                Err(failure) => return self.failed(failure, result).map(|()| true),
            }
        };
        let by = wanted.differing.map_or(("stream", HASH, None), |(differing, hash)| {
            (by_server(differing.buckets), hash, differing.buckets)
        });
        self.judge(by, plan, candidates, kept, result).await.map(|()| true)
    }

    async fn judge(
        &self,
        (name, hash, buckets): (&str, &str, Option<BucketReport>),
        plan: DiffPlan,
        candidates: Arc<Candidates>,
        kept: Sides<Kept>,
        result: &mut AttemptResult,
    ) -> Result<(), ErrorReport> {
        let mut findings = DifferenceFanout::new(self.one, self.context, result.returned.as_deref());
        findings.strays = self.one.slice.map(|_| ShiftedKeys::default());
        findings.repair = repair_target::sink(self.one, self.context, result.returned.as_deref()).await;
        let judging = blocking(move || {
            let mut take = |found: FullDifference| findings.take(&found);
            let judged = plan.judge(&candidates, kept.old, kept.new, &mut take);
            let strays = findings.strays.take();
            (judged, findings.finish(), strays)
        });
        let (judged, written, strays) = judging.await;
        if let Some(strays) = strays {
            let mut all = self.context.strays.lock().unwrap_or_else(PoisonError::into_inner);
            all.insert(self.one.id.to_owned(), strays);
        }
        result.written = written;
        let (mut found, summary) = match judged {
            Ok(judged) => judged,
            Err(failure) => return self.failed(failure, result),
        };
        let none = |side: &Option<SideReport>| side.as_ref().is_some_and(|side| side.rows == Some(0));
        if result.examined.is_some() && result.sides.iter().all(|(_, side)| none(side)) {
            found.error = found.error.map(|_| {
                ErrorReport::new(
                    ErrorCode::NothingCompared,
                    "none of the keys that differed before is on either side any more, so nothing was compared; run the \
                     whole check",
                )
            });
        }
        let returned = result.returned.as_deref();
        let differences = self.context.options.differences.clone();
        let writing = blocking(move || differences.iter().for_each(Differences::write_behind));
        let diagnosing = diagnosed(self.one, self.context, &mut found, returned, &result.sides);
        ((result.diagnosis, result.undecided), ()) = tokio::join!(diagnosing, writing);
        result.comparison = found;
        result.moved =
            Some(Moved { old: summary.moved.old, new: summary.moved.new }).filter(|moved| moved.old + moved.new > 0);
        result.plan = Some(planned(name, hash, &summary, buckets));
        Ok(())
    }

    /// Notes in `result` what came of data that could not be compared.
    fn failed(&self, failure: Failure, result: &mut AttemptResult) -> Result<(), ErrorReport> {
        match failure {
            Failure::Data(cause) => {
                result.comparison = ComparisonResult::settled(self.one.check, Err(cause));
                Ok(())
            }
            other => Err(other.into()),
        }
    }
}

/// The name of the plan by which servers found what differs.
fn by_server(buckets: Option<BucketReport>) -> &'static str {
    if buckets.is_some() { "checksums" } else { "server" }
}

/// How a verdict came about, for the report.
fn planned(name: &str, hash: &str, summary: &Summary, buckets: Option<BucketReport>) -> PlanReport {
    PlanReport {
        buckets,
        name: name.to_owned(),
        hash: hash.to_owned(),
        read_again: summary.read_again,
        spilled_bytes: summary.spilled,
        false_equal: format!("{:.1e}", summary.false_equal),
    }
}

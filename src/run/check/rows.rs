//! A keyed diff of two sides of any size: `rowdiff` fed from two sources that are read at the same time.
//!
//! What is asked, of whom, and what comes of it; how rows get from a source to whoever takes them is `reading`'s business.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError};
use std::time::{Duration, Instant};

use super::super::findings::parquet::DifferenceFanout;
use super::super::findings::{privacy, truncate};
use super::super::windows::ShiftedKeys;
use super::super::{CheckRun, Context, Event, elapsed_ms};
use super::attempt_result::AttemptResult;
use super::pushdown;
use super::pushdown::Answer;
use super::scan::{ScanRequest, ScanResult, Session, SideQuery, TwoSidedScan, blocking, closed, second};
use super::{joined, prepare};
use crate::compare::ComparisonResult;
use crate::model::{
    ErrorCode, ErrorReport, Examined, Example, Key, Moved, Place, PlanReport, SampleReport, Side, SideReport, Sides,
    Warning, WarningCode,
};
use crate::rowdiff::{Candidates, DiffPlan, Failure, Kept, Summary};
use crate::secret;
use crate::source;
use crate::source::QueryHandle;
use crate::source::pushdown::Described;

/// How often progress is told.
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
            result.comparison = ComparisonResult::failed(joined(errors));
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

impl<'a> TwoSidedScan<'a> {
    async fn diff(&self, result: &mut AttemptResult) -> Result<(), ErrorReport> {
        let _reserved = self.reserve().await?;
        let (old, new) = tokio::join!(self.open(&self.sides.old), self.open(&self.sides.new));
        let Sides { mut old, mut new } = Sides { old, new }.all().map_err(joined)?;
        result.warnings.extend(old.1.take().into_iter().chain(new.1.take()));
        let queries = self.queries(&mut old.0, &mut new.0, result).await?;
        let outcome = self.compared(&queries, &mut old.0, &mut new.0, result).await;
        if outcome.is_ok() {
            tokio::join!(closed(old.0), closed(new.0));
        }
        outcome
    }

    /// Compares both sides: the server that holds both says which rows differ, and those are read; otherwise all are.
    async fn compared(
        &self,
        queries: &Sides<String>,
        old: &mut Session<'a>,
        new: &mut Session<'a>,
        result: &mut AttemptResult,
    ) -> Result<(), ErrorReport> {
        match self.server(queries, old, new, result).await? {
            Answer::Equal(rows, found, summary) => {
                result.sides.present_mut().for_each(|(_, side)| side.rows = Some(rows));
                result.comparison = *found;
                result.plan = Some(planned("server", &summary));
                return Ok(());
            }
            Answer::Differing(differing) => {
                let mut trial = result.clone();
                let wanted = ScanRequest { queries: &differing.queries, differing: Some(&differing) };
                match self.read(wanted, old, new, &mut trial).await {
                    Ok(true) => {
                        *result = trial;
                        return Ok(());
                    }
                    // Differences that are written already would be written twice.
                    Err(error) if trial.written.is_some() => return Err(error),
                    // Rows that are no longer what the server compared, or cannot be read this way, are read as ever.
                    Ok(false) | Err(_) => {}
                }
            }
            Answer::Unknown => {}
        }
        self.read(ScanRequest { queries, differing: None }, old, new, result).await.map(drop)
    }

    /// What is sent: the queries of the check, each cut down to the sample where its server can do that.
    async fn queries(
        &self,
        old: &mut Session<'a>,
        new: &mut Session<'a>,
        result: &mut AttemptResult,
    ) -> Result<Sides<String>, ErrorReport> {
        let (check, sides) = (self.one.check, &self.sides);
        let as_they_are = Sides { old: sides.old.sql.clone(), new: sides.new.sql.clone() };
        let Some(sample) = &check.sample else { return Ok(as_they_are) };
        let described = self.described(old, new).await?;
        let cut = |side, asked: &SideQuery<'_>, described: Option<Vec<Described>>| {
            pushdown::sampled(check, sample, side, asked.engine.driver().dialect, &asked.sql, &described?)
        };
        let old = cut(Side::Old, &sides.old, described.old);
        let new = cut(Side::New, &sides.new, described.new);
        result.sample = Some(SampleReport { share: sample.text.clone(), by_server: old.is_some() && new.is_some() });
        Ok(Sides { old: old.unwrap_or(as_they_are.old), new: new.unwrap_or(as_they_are.new) })
    }

    /// The columns of each side, where its engine knows them beforehand.
    async fn described(
        &self,
        old: &mut Session<'a>,
        new: &mut Session<'a>,
    ) -> Result<Sides<Option<Vec<Described>>>, ErrorReport> {
        let (sides, stop) = (&self.sides, self.context.stop);
        let (old, new) = tokio::join!(
            source::within(old.describe(&sides.old.sql), sides.old.engine, &sides.old.ticket, self.timeout, stop),
            source::within(new.describe(&sides.new.sql), sides.new.engine, &sides.new.ticket, self.timeout, stop),
        );
        let old = old.map_err(|error| self.located(&sides.old, error));
        let new = new.map_err(|error| self.located(&sides.new, error));
        Sides { old, new }.all().map_err(joined)
    }

    /// Lets the server that holds both sides find out which rows differ; where none does, the report is filled.
    async fn server(
        &self,
        queries: &Sides<String>,
        old: &mut Session<'a>,
        new: &mut Session<'a>,
        result: &mut AttemptResult,
    ) -> Result<Answer, ErrorReport> {
        let wanted = self.context.options.plan;
        if wanted == super::super::DiffStrategy::Stream
            || (wanted == super::super::DiffStrategy::Auto && self.keys().is_some())
        {
            return Ok(Answer::Unknown);
        }
        let refused = |why: ErrorReport| match wanted {
            super::super::DiffStrategy::Server => {
                Err(why.at(Place::ServerPlan).and_hint("leave the plan to cutover with --plan auto"))
            }
            _ => Ok(Answer::Unknown),
        };
        let refuse = |why: &str| refused(ErrorReport::new(ErrorCode::PlanUnfit, why));
        let sides = &self.sides;
        if self.one.attempt.is_some_and(|attempt| !attempt.apart.is_empty()) {
            return refuse("keys of old differ from themselves, and the server does not know which");
        }
        let Some(question) = pushdown::question(sides.old.engine, sides.new.engine) else {
            return refuse("both sides must be the same ClickHouse source");
        };
        if self.keys().is_some() {
            return refuse("only the keys that differed before are looked at");
        }
        if result.sample.as_ref().is_some_and(|sample| !sample.by_server) {
            return refuse("this sample is not picked by the server");
        }
        let described = match self.described(old, new).await? {
            Sides { old: Some(old), new: Some(new) } => Sides { old, new },
            _ => return refuse("the columns are not known"),
        };
        let asked = match pushdown::ServerDiff::new(question, self.one.check, self.options(), queries, &described) {
            Ok(asked) => asked,
            Err(why) => return refused(why),
        };
        let clock = Instant::now();
        let asking = old.whole(asked.sql());
        let answer = source::within(asking, sides.old.engine, &sides.old.ticket, self.timeout, self.context.stop).await;
        let answer = answer.map_err(|error| self.located(&sides.old, error))?;
        let Some(answer) = answer else { return refuse("the source is not asked that way") };
        let elapsed = elapsed_ms(clock);
        let names = described.old.iter().chain(&described.new).map(|column| column.name.as_str());
        result.returned = Some(returned(names));
        result.sides.present_mut().for_each(|(_, side)| side.elapsed_ms = elapsed);
        note(&mut result.warnings, answer.warnings);
        Ok(asked.answered(&answer.frame, queries))
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
                return Err(joined(errors));
            }
            match found {
                // The columns that began as nothing but NULL have their types now.
                Err(Failure::Widened { .. }) => continue,
                Err(failure) => return self.failed(failure, result).map(|()| true),
                Ok(found) => {
                    note(&mut result.warnings, warnings);
                    break found;
                }
            }
        };
        result.returned = heads.as_ref().map(|heads| returned([heads.old.names(), heads.new.names()].concat()));
        let (mut plan, mut others) = (plan, 0);
        if let Some(differing) = wanted.differing {
            let sum = |sum: &AtomicU64| sum.load(Ordering::Relaxed);
            let (old, new) = (&hashed.old, &hashed.new);
            let known = &differing.known;
            if known.old != (old.rows(), sum(&self.sums.old)) || known.new != (new.rows(), sum(&self.sums.new)) {
                return Ok(false);
            }
            (plan, others) = (plan.beside_equal(differing.equal, &differing.numbers), differing.equal);
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
                return Err(joined(errors));
            }
            match found {
                Ok(kept) => kept,
                Err(failure) => return self.failed(failure, result).map(|()| true),
            }
        };
        let name = if wanted.differing.is_some() { "server" } else { "stream" };
        self.judge(name, plan, candidates, kept, result).await.map(|()| true)
    }

    async fn judge(
        &self,
        name: &str,
        plan: DiffPlan,
        candidates: Arc<Candidates>,
        kept: Sides<Kept>,
        result: &mut AttemptResult,
    ) -> Result<(), ErrorReport> {
        let mut findings = DifferenceFanout::new(self.one, self.context, result.returned.as_deref());
        findings.strays = self.one.slice.map(|_| ShiftedKeys::default());
        let judging = blocking(move || {
            let mut take = |example: Example| findings.take(&example);
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
        result.comparison = found;
        result.moved =
            Some(Moved { old: summary.moved.old, new: summary.moved.new }).filter(|moved| moved.old + moved.new > 0);
        result.plan = Some(planned(name, &summary));
        Ok(())
    }

    /// The keys that differed before, where that is what is run again.
    fn differed(&self) -> Option<&'a BTreeSet<Key>> {
        self.context.options.again.as_ref()?.keys.get(self.one.id).map(Arc::as_ref)
    }

    /// The keys to look at, where not all are: a masked key cannot be found by its hash.
    pub(crate) fn keys(&self) -> Option<&'a BTreeSet<Key>> {
        self.differed().filter(|keys| !keys.iter().any(is_masked))
    }

    /// Says in `result` which keys are looked at.
    fn note_keys(&self, plan: &DiffPlan, result: &mut AttemptResult) {
        let Some(keys) = self.differed() else { return };
        if plan.has_keys() {
            result.examined = Some(Examined { keys: keys.len() as u64 });
        } else {
            result.warnings.push(Warning::new(
                WarningCode::AllKeys,
                "all keys were compared again: with a mask or a rule on the key, or types other than integer, text, \
                          uuid, bool, date and time on both sides, those that differed before cannot be picked by \
                          their text"
                    .to_owned(),
            ));
        }
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

/// Whether a part of the key is not what it is in the row: a hash, the beginning of a long value, or one without a secret.
fn is_masked(key: &Key) -> bool {
    let other = |value: &str| privacy::is_hash(value) || truncate::is_cut(value) || value.contains(secret::HIDDEN);
    key.0.iter().any(|(_, value)| value.as_deref().is_some_and(other))
}

/// Names of the columns of both sides.
fn returned<'a>(names: impl IntoIterator<Item = &'a str>) -> Vec<String> {
    names.into_iter().map(str::to_owned).collect()
}

/// How a verdict came about, for the report.
fn planned(name: &str, summary: &Summary) -> PlanReport {
    PlanReport {
        name: name.to_owned(),
        read_again: summary.read_again,
        spilled_bytes: summary.spilled,
        false_equal: format!("{:.1e}", summary.false_equal),
    }
}

/// Adds warnings that are not there yet: a statement that is read again warns again.
fn note(warnings: &mut Vec<Warning>, more: Vec<Warning>) {
    for warning in more {
        if !warnings.contains(&warning) {
            warnings.push(warning);
        }
    }
}

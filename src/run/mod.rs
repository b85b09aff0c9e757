//! Runs checks: sources opened once, both sides of a check at once, checks side by side except those that are timed,
//! nothing stopping the rest.
//!
//! Decides what runs when, and puts what was found together. What the answers mean is `compare`'s business.

mod addition;
mod check;
mod context;
mod ending;
mod event;
pub(crate) mod findings;
mod load;
mod options;
mod pace;
mod params;
mod resume;
mod sources;
mod suites;
mod windows;

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use chrono::Utc;
use futures::StreamExt;
use tokio::sync::Semaphore;

use crate::compare::Ledger;
use crate::isolation::{Defect, caught, isolated};
use crate::model::{CheckReport, RunReport, SkipCode};
use crate::record::run_id;
use crate::source::CancellationToken;
use crate::spec::check::Check;
use crate::suite::definition_of;
use check::facts::CheckFacts;
use check::placed::Answers;
use findings::redact;
use findings::truncate;

pub(crate) use check::estimate::estimates;
pub(crate) use check::lint::inspect;
pub(crate) use check::query::rendered;
pub(crate) use event::Event;
pub(crate) use findings::parquet::Differences;
pub(crate) use findings::privacy::{MaskKey, Privacy, is_hash};
pub(crate) use findings::repairs::Repairs;
pub(crate) use findings::shown::shown as shown_example;
pub(crate) use options::{Again, DiffStrategy, RunOptions, Selected};
pub(crate) use params::fixed;
pub(crate) use windows::cut;

use check::attempt::Slot;
use context::{CheckRun, Context, elapsed_ms, panicked};
use findings::mask::Mask;
use resume::Resumable;
use windows::Unit;

/// Runs `selected` and reports all of them, in their order. Stops early when `stop` is cancelled or the deadline passes.
pub(crate) async fn run(
    selected: &[Selected<'_>],
    options: &RunOptions,
    stop: &CancellationToken,
    watch: impl Fn(Event<'_>) + Sync,
) -> RunReport {
    let (started_at, clock) = (Utc::now(), Instant::now());
    let late = AtomicBool::new(false);
    let deadline = async {
        match options.deadline {
            Some(limit) => tokio::time::sleep(limit).await,
            None => futures::future::pending().await,
        }
        late.store(true, Ordering::SeqCst);
        stop.cancel();
    };
    let work = async {
        let sources = sources::open(selected, options, stop).await;
        let params = params::evaluate(selected, &sources, options, stop).await;
        let units = windows::units(selected, &params, &options.only);
        watch(Event::Planned(units.len()));
        let context = Context {
            sources,
            params,
            strays: Mutex::default(),
            placed: Answers::default(),
            slots: Semaphore::new(options.jobs.max(1)),
            options,
            stop,
            late: &late,
            today: started_at.date_naive(),
        };
        let numbered = |(at, unit)| {
            let (context, watch) = (&context, &watch);
            async move {
                let (report, facts) = one_check(unit, context, watch).await;
                if !waits(unit, &facts) {
                    watch(Event::Finished(&report));
                }
                (at, (report, facts))
            }
        };
        // What is timed has the servers to itself: last, and one at a time.
        let (timed, others): (Vec<_>, Vec<_>) = units.iter().enumerate().partition(|(_, unit)| unit.timed());
        // They queue for the slots themselves, since one that waits for its differences to settle needs none.
        let all = others.len().max(1);
        let others = futures::stream::iter(others).map(numbered).buffer_unordered(all);
        let mut reports: Vec<(usize, (CheckReport, CheckFacts))> = others.collect().await;
        for unit in timed {
            reports.push(numbered(unit).await);
        }
        reports.sort_by_key(|(at, _)| *at);
        let (found, facts): (Vec<CheckReport>, Vec<CheckFacts>) = reports.into_iter().map(|(_, done)| done).unzip();
        let strays = context.strays.lock().unwrap_or_else(PoisonError::into_inner);
        let whole = windows::whole(&units);
        let mut additions = ending::additions(&found, &facts, selected, (options, &whole), &strays);
        let (suites, of_suites) = suites::reports(selected, &context, &found);
        additions.extend(of_suites);
        let reports = addition::assemble(found, additions);
        for (_, report) in units.iter().zip(&facts).zip(&reports).filter(|((unit, facts), _)| waits(unit, facts)) {
            watch(Event::Finished(report));
        }
        (reports, suites)
    };
    tokio::pin!(work, deadline);
    let (checks, suites) = tokio::select! {
        found = &mut work => found,
        () = &mut deadline => work.await,
    };
    let mut report = RunReport {
        id: run_id(started_at),
        started_at,
        elapsed_ms: elapsed_ms(clock),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        interrupted: stop.is_cancelled(),
        rerun_of: options.again.as_ref().map(|again| again.of.clone()),
        sign_off: None,
        suites,
        checks,
    };
    redact::run(&mut report);
    report
}

/// Whether its verdict waits for the other windows of its check, because `expect` speaks of all of them, or because it is
/// empty, which it may be beside others that are not.
fn waits(unit: &Unit<'_>, facts: &CheckFacts) -> bool {
    unit.one.check.window.is_some() && (!unit.one.check.expect.is_empty() || facts.empty.is_some())
}

async fn one_check(
    unit: &Unit<'_>,
    context: &Context<'_>,
    watch: &(impl Fn(Event<'_>) + Sync),
) -> (CheckReport, CheckFacts) {
    let id = unit.id();
    // Whether a window may be empty is known when all of them are read.
    let is_window = matches!(unit.slice, Ok(Some(_)));
    let with = &context.options.with;
    let own = (is_window || !with.is_empty()).then(|| {
        let check = unit.one.check.clone();
        Check { allow_empty: is_window || check.allow_empty, carry: with.clone(), ..check }
    });
    let check = own.as_ref().unwrap_or(unit.one.check);
    let mut report = CheckReport::new(&id, check.kind.kind());
    report.severity = check.severity;
    report.tags = check.tags.clone();
    report.why = check.why.clone();
    report.definition = Some(definition_of(unit.one.check));
    let is_file = !unit.one.suite.path.as_os_str().is_empty();
    let line = unit.one.suite.lines.get(&unit.one.check.id).filter(|_| is_file);
    report.line = line.and_then(|line| u64::try_from(*line).ok());
    let mut slot = Slot::free(&context.slots);
    slot.take().await;
    if context.stop.is_cancelled() {
        let why = if context.late.load(Ordering::SeqCst) {
            "the deadline passed before it began"
        } else {
            "the run was interrupted before it began"
        };
        (report.skipped, report.skip_code) = (Some(why.to_owned()), Some(SkipCode::Interrupted));
        return (report, CheckFacts::default());
    }
    let slice = match &unit.slice {
        Ok(slice) => slice.as_ref(),
        Err(error) => {
            report.error = Some(error.clone());
            return (report, CheckFacts::default());
        }
    };
    report.window = slice.and_then(|slice| windows::report(check, slice, unit.partial));
    let past = context.options.baseline.as_ref().map(|baseline| baseline.of(&id));
    let (suite, listed) = (unit.one.suite, context.options.limits.examples);
    let ledger = Ledger::new(check, &id, &suite.waivers, past, context.today, listed);
    let ledger = Some(ledger).filter(Ledger::is_wanted).map(|ledger| Arc::new(Mutex::new(ledger)));
    let one = CheckRun { suite, check, slice, id: &id, ledger: ledger.as_ref(), attempt: None };
    watch(Event::Started(&id));
    let clock = Instant::now();
    let blank = report.clone();
    let resumable = Resumable::of(unit, context);
    let earlier = match &resumable {
        Some(resumable) => resumable.find(unit, context).await,
        None => None,
    };
    let is_carried = earlier.is_some();
    let found = match earlier {
        Some(window) => Ok(resume::carried(window, report)),
        None => isolated(paced(one, context, report, &mut slot, watch)).await,
    };
    let (found, facts) = found.unwrap_or_else(|defect| {
        (CheckReport { error: Some(panicked(&defect)), ..blank.clone() }, CheckFacts::default())
    });
    let mut report = caught(|| settled(one, context, found, &facts)).unwrap_or_else(|_| {
        // What it says could quote a value, and what hides values is what broke.
        let error = panicked(&Defect::new(Box::new(()))).without_causes();
        CheckReport { error: Some(error), ..blank }
    });
    report.elapsed_ms = elapsed_ms(clock);
    report.warnings.retain(|warning| !one.check.accept.contains_key(&warning.code));
    redact::check(&mut report);
    if let Some(resumable) = resumable.filter(|_| !is_carried) {
        resumable.keep(unit, context, &report, &facts);
    }
    (report, facts)
}

/// Runs a check when its sources are not busy.
async fn paced<'a>(
    one: CheckRun<'_>,
    context: &'a Context<'a>,
    mut report: CheckReport,
    slot: &mut Slot<'a>,
    watch: &(impl Fn(Event<'_>) + Sync),
) -> (CheckReport, CheckFacts) {
    match pace::wait(one, context).await {
        Ok(waited) => report.warnings.extend(waited),
        Err(error) => return (CheckReport { error: Some(error), ..report }, CheckFacts::default()),
    }
    // On the heap: a check remembers much, and is waited for from deep within a proof.
    Box::pin(check::run(one, context, report, slot, watch)).await
}

/// What a check found, masked and put to its waivers.
fn settled(one: CheckRun<'_>, context: &Context<'_>, mut report: CheckReport, facts: &CheckFacts) -> CheckReport {
    // Waivers and baselines name values as reports show them.
    if let Some(mask) = Mask::new(one.check, &context.options.privacy, facts.returned.as_deref()) {
        report = mask.apply(report);
    }
    truncate::report(&mut report);
    if let Some(ledger) = one.ledger {
        ledger.lock().unwrap_or_else(PoisonError::into_inner).settle(&mut report);
    }
    report
}

//! One check from its queries to its report.

pub(crate) mod attempt;
pub(crate) mod attempt_result;
pub(crate) mod latency;
pub(crate) mod lint;
pub(crate) mod pushdown;
pub(crate) mod recheck;
pub(crate) mod rows;
pub(crate) mod scan;
pub(crate) mod self_check;
pub(crate) mod side;
pub(crate) mod window_counts;

use std::collections::BTreeMap;
use std::sync::atomic::Ordering;
use std::time::Instant;

use super::findings::parquet::DifferenceFanout;
use super::sources::{retried, retrying};
use super::windows::Slice;
use super::{CheckRun, Context, Event, elapsed_ms, panicked};
use crate::compare::{Answers, ComparisonResult, compare_all, compare_counting};
use crate::frame::Frame;
use crate::isolation::Defect;
use crate::model::{Asked, CheckReport, ErrorCode, ErrorReport, Place, Side, SideReport, Sides, SkipCode, Warning};
use crate::source;
use crate::source::{Dialect, Engine, Error};
use crate::spec::check::{Check, KindSettings, ParamValue, Query, Template};
use crate::suite::Suite;
use attempt::Slot;
use attempt_result::AttemptResult;

/// What one query came to.
pub(super) struct Fetched {
    pub(super) report: SideReport,
    warnings: Vec<Warning>,
    pub(super) frame: Result<Frame, ErrorReport>,
}

/// Runs a check whose requirements are met, as often as its differences are given time to settle.
pub(super) async fn run<'a>(
    one: CheckRun<'_>,
    context: &'a Context<'a>,
    mut report: CheckReport,
    slot: &mut Slot<'a>,
    watch: &(impl Fn(Event<'_>) + Sync),
) -> CheckReport {
    let check = one.check;
    match unmet(one, context).await {
        Ok(None) => {}
        Ok(Some(reason)) => {
            (report.skipped, report.skip_code) = (Some(reason), Some(SkipCode::RequirementUnmet));
            return report;
        }
        Err(error) => {
            report.error = Some(error);
            return report;
        }
    }
    report.warnings.extend(lint::look(one, context).await);
    match window_counts::of(one, context).await {
        None => {}
        Some(Ok(known)) => {
            report.window.iter_mut().for_each(|window| window.outside = Some(known.outside));
            report.rows_elsewhere = known.rows;
        }
        Some(Err(error)) => {
            report.error = Some(error);
            return report;
        }
    }
    let result = match &check.kind {
        KindSettings::Latency(settings) => latency::run(one, settings, context).await,
        _ => recheck::run(one, context, &report.warnings, slot, watch).await,
    };
    result.report(report)
}

/// Reads both sides once, at the same time, and compares what they returned.
pub(super) async fn read(
    one: CheckRun<'_>,
    context: &Context<'_>,
    watch: &(impl Fn(Event<'_>) + Sync),
) -> AttemptResult {
    let check = one.check;
    if matches!(check.kind, KindSettings::Rows) {
        return rows::run(one, context, watch).await;
    }
    let (old, new, population) =
        tokio::join!(maybe(one, context, Side::Old), maybe(one, context, Side::New), population(one, context),);
    let mut result = AttemptResult::default();
    let mut errors = Vec::new();
    let mut take = |fetched: Option<Fetched>, asked: Asked| -> (Option<SideReport>, Option<Frame>) {
        let Some(side) = fetched else { return (None, None) };
        let of_query = |warning: Warning| if warning.asked.is_none() { warning.of(asked) } else { warning };
        result.warnings.extend(side.warnings.into_iter().map(of_query));
        match side.frame {
            Ok(frame) => (Some(side.report), Some(frame)),
            Err(error) => {
                errors.push(error);
                (Some(side.report), None)
            }
        }
    };
    let (old_report, old) = take(old, Side::Old.into());
    let (new_report, new) = take(new, Side::New.into());
    let (_, population) = take(population, Asked::Population(Side::Old));
    result.sides = Sides { old: old_report, new: new_report };
    if !errors.is_empty() {
        return AttemptResult { comparison: ComparisonResult::failed(joined(errors)), ..result };
    }
    let names = [&old, &new].into_iter().flatten().flat_map(Frame::names);
    result.returned = Some(names.map(str::to_owned).collect());
    let (owned, limits) = (check.clone(), context.options.limits);
    let mut findings = DifferenceFanout::new(one, context, result.returned.as_deref());
    let attempt = one.attempt.cloned();
    let judged = tokio::task::spawn_blocking(move || {
        let mut take = |example| findings.take(&example);
        let answers = Answers { old: old.as_ref(), new: new.as_ref(), population: population.as_ref() };
        let found = match attempt {
            None => compare_all(&owned, answers.old, answers.new, answers.population, &limits, &mut take),
            Some(attempt) => {
                let counts = |key, content| attempt.counts(key, content);
                compare_counting(&owned, answers, &attempt.apart, &limits, counts, &mut take)
            }
        };
        (found, findings.finish())
    });
    match judged.await {
        Ok((comparison, written)) => AttemptResult { comparison, written, ..result },
        Err(failure) => {
            let error = match failure.try_into_panic() {
                Ok(panic) => panicked(&Defect::new(panic)),
                Err(_) => ErrorReport::new(ErrorCode::Defect, "the comparison was cut short; run the check again"),
            };
            AttemptResult { comparison: ComparisonResult::failed(error), ..result }
        }
    }
}

/// Two errors as one: both sentences, all causes.
pub(super) fn joined(errors: Vec<ErrorReport>) -> ErrorReport {
    ErrorReport::joined(errors)
}

/// Why the check makes no sense on these servers, if so.
async fn unmet(one: CheckRun<'_>, context: &Context<'_>) -> Result<Option<String>, ErrorReport> {
    for (side, query) in one.check.sides.present() {
        for requirement in &one.check.requires {
            let open = opened(one.suite, context, side.into(), query)?;
            let has = tokio::select! {
                has = open.has(requirement) => has,
                () = context.stop.cancelled() => Err(Error::new(ErrorCode::Interrupted, "the run was interrupted")),
                () = tokio::time::sleep(context.options.timeout) => Err(Error::new(ErrorCode::Timeout, "the server did not answer; allow more with --timeout")),
            };
            let has = has.map_err(|error| located(context, side.into(), &query.source, error))?;
            if !has {
                let what = match requirement {
                    crate::spec::check::Requirement::Extension(extension) => format!("the extension {extension}"),
                    crate::spec::check::Requirement::Engine(engine) => format!("the engine {engine}"),
                };
                return Ok(Some(format!("requires {what}, which source `{}` does not have", query.source)));
            }
        }
    }
    Ok(None)
}

fn opened<'a>(
    suite: &Suite,
    context: &'a Context<'_>,
    side: Asked,
    query: &Query,
) -> Result<&'a dyn Engine, ErrorReport> {
    let open = context.sources.get(suite, &query.source).map_err(|why| why.at(query_of(side, &query.source)))?;
    match &open.described {
        Ok(_) => Ok(open.engine.as_ref()),
        Err(error) => Err(located(context, side, &query.source, error.clone())),
    }
}

pub(super) fn located(context: &Context<'_>, side: Asked, source: &str, error: Error) -> ErrorReport {
    let late = error.code == ErrorCode::Interrupted && context.late.load(Ordering::SeqCst);
    let error = if late { Error::new(error.code, "the deadline passed; the query was cancelled") } else { error };
    ErrorReport::from(error).at(query_of(side, source))
}

/// The place of a query.
fn query_of(asked: Asked, source: &str) -> Place {
    Place::Query { asked, source: source.to_owned() }
}

async fn maybe(one: CheckRun<'_>, context: &Context<'_>, side: Side) -> Option<Fetched> {
    let query = one.check.sides.get(side).as_ref()?;
    Some(fetch(one, context, side.into(), query, &query.sql).await)
}

async fn population(one: CheckRun<'_>, context: &Context<'_>) -> Option<Fetched> {
    let KindSettings::Invariant { population: Some(sql) } = &one.check.kind else { return None };
    let (side, query) = one.check.sides.present().next()?;
    Some(fetch(one, context, Asked::Population(side), query, sql).await)
}

/// A side that can be asked, or why not.
pub(super) struct Prepared<'a> {
    pub(super) report: SideReport,
    pub(super) engine: Result<&'a dyn Engine, ErrorReport>,
}

/// Finds the engine of a side and renders its SQL.
pub(super) fn prepare<'a>(
    one: CheckRun<'_>,
    context: &'a Context<'_>,
    side: Asked,
    query: &Query,
    sql: &Template,
) -> Prepared<'a> {
    let mut report = SideReport { source: query.source.clone(), ..SideReport::default() };
    let engine = match opened(one.suite, context, side, query) {
        Ok(engine) => engine,
        Err(error) => {
            // The SQL is shown as far as it can be told without its server.
            if let Ok(open) = context.sources.get(one.suite, &query.source) {
                report.sql = render(one, context, side, open.engine.as_ref(), sql).unwrap_or_default();
            }
            return Prepared { report, engine: Err(error) };
        }
    };
    match render(one, context, side, engine, sql) {
        Ok(rendered) => {
            report.sql = rendered;
            Prepared { report, engine: Ok(engine) }
        }
        Err(why) => Prepared { report, engine: Err(why.at(query_of(side, &query.source))) },
    }
}

pub(super) async fn fetch(
    one: CheckRun<'_>,
    context: &Context<'_>,
    side: Asked,
    query: &Query,
    sql: &Template,
) -> Fetched {
    let Prepared { mut report, engine } = prepare(one, context, side, query, sql);
    let engine = match engine {
        Ok(engine) => engine,
        Err(error) => return Fetched { report, warnings: Vec::new(), frame: Err(error) },
    };
    let timeout = one.check.timeout.unwrap_or(context.options.timeout);
    let clock = Instant::now();
    let (answer, again) = retrying(context.stop, || source::query(engine, &report.sql, timeout, context.stop)).await;
    report.elapsed_ms = elapsed_ms(clock);
    let mut warnings: Vec<Warning> = again.then(|| retried(side)).into_iter().collect();
    match answer {
        Ok(answer) => {
            report.rows = Some(answer.frame.height() as u64);
            warnings.extend(answer.warnings);
            Fetched { report, warnings, frame: Ok(answer.frame) }
        }
        Err(error) => Fetched { warnings, frame: Err(located(context, side, &query.source, error)), report },
    }
}

fn render(
    one: CheckRun<'_>,
    context: &Context<'_>,
    side: Asked,
    engine: &dyn Engine,
    sql: &Template,
) -> Result<String, ErrorReport> {
    rendered(one.check, one.slice, side.side(), engine.driver().dialect, sql, &context.params[one.suite.name.as_str()])
}

/// The SQL of one side in `dialect`: its params as literals, and cut down to its window where the query does not do
/// that itself.
pub fn rendered(
    check: &Check,
    slice: Option<&Slice>,
    side: Side,
    dialect: &dyn Dialect,
    sql: &Template,
    all: &BTreeMap<String, Result<ParamValue, ErrorReport>>,
) -> Result<String, ErrorReport> {
    let bounds = slice.and_then(|slice| slice.bounds());
    let mut params: BTreeMap<String, ParamValue> = BTreeMap::new();
    for name in sql.params() {
        let of_window = match (name, bounds) {
            ("from", Some((from, _))) => Some(from),
            ("to", Some((_, to))) => Some(to),
            _ => None,
        };
        let value = match (of_window, all.get(name)) {
            (Some(value), _) => value.clone(),
            (None, Some(Ok(value))) => value.clone(),
            (None, Some(Err(why))) => return Err(why.clone()),
            (None, None) => {
                let message = format!("there is no param `{name}`; add it to [params]");
                return Err(ErrorReport::new(ErrorCode::ParamUnfit, message));
            }
        };
        params.insert(name.to_owned(), value);
    }
    let text = sql.render(dialect, &params).map_err(|error| ErrorReport::new(ErrorCode::ParamUnfit, error.message))?;
    source::admits(dialect, &text).map_err(|refused| ErrorReport::from(Error::from(refused)))?;
    if slice.is_none() || check.window.is_none() || check.binds_window() {
        return Ok(text);
    }
    let bounds = bounds.map(|(from, to)| (from, to));
    source::window::windowed(dialect, &text, check.window_column(side), bounds)
        .map_err(|why| ErrorReport::new(ErrorCode::WindowUnfit, why))
}

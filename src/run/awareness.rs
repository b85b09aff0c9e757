//! What the servers themselves say of the queries of a check, before any of them runs.
//!
//! Asks each side's engine once and turns its answer into warnings; what a query does wrong is the engine's knowledge.

use std::path::PathBuf;
use std::sync::Mutex;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use tokio::sync::Semaphore;

use super::check::prepare;
use super::{Context, Options, Plan, Privacy, Running, Selected, params, sources, windows};
use crate::check::{Check, Comparison, KindSettings, Query, Rule};
use crate::compare::Limits;
use crate::model::{ErrorReport, Warning};
use crate::source::{self, Inspect, Stop};

/// Code of the warning that a query could not be analysed.
const NOT_ANALYSED: &str = "not_analysed";

/// What the servers say of every check of `selected`, by its id, without what the checks accept; no query runs.
///
/// Of a check that is cut into windows the first stands for all. A source that could not be reached is not mentioned.
pub async fn inspect(selected: &[Selected<'_>], timeout: Duration, stop: &Stop) -> Vec<(String, Vec<Warning>)> {
    let options = Options {
        jobs: 1,
        timeout,
        deadline: None,
        limits: Limits::default(),
        memory: 0,
        spill: PathBuf::new(),
        copies: 0,
        only: Vec::new(),
        plan: Plan::default(),
        differences: None,
        privacy: Privacy::of_the_run(),
        baseline: None,
        again: None,
    };
    let sources = sources::open(selected, &options, stop).await;
    let params = params::evaluate(selected, &sources, &options, stop).await;
    let late = AtomicBool::new(false);
    let units = windows::units(selected, &params, &[]);
    let context = Context {
        sources,
        params,
        strays: Mutex::default(),
        slots: Semaphore::new(1),
        options: &options,
        stop,
        late: &late,
        today: chrono::Utc::now().date_naive(),
    };
    let mut told: Vec<(String, Vec<Warning>)> = Vec::new();
    for unit in &units {
        let (suite, check) = (unit.one.suite, unit.one.check);
        if told.last().is_some_and(|(id, _)| *id == check.id) {
            continue;
        }
        let mut warnings = match &unit.slice {
            Ok(slice) => {
                let one = Running { suite, check, slice: slice.as_ref(), id: &check.id, ledger: None, attempt: None };
                let (old, new) = both(one, &context).await;
                [old, new]
                    .into_iter()
                    .flat_map(|side| side.unwrap_or_else(|error| vec![refused(&error.message)]))
                    .collect()
            }
            Err(error) => vec![refused(&error.message)],
        };
        warnings.retain(|warning| !check.accept.contains_key(&warning.code));
        told.push((check.id.clone(), warnings));
    }
    told
}

/// Warnings of both sides. A side that cannot be asked has none: its error says more.
pub(super) async fn look(one: Running<'_>, context: &Context<'_>) -> Vec<Warning> {
    let (old, new) = both(one, context).await;
    old.into_iter().chain(new).flatten().collect()
}

type Said = Result<Vec<Warning>, ErrorReport>;

async fn both(one: Running<'_>, context: &Context<'_>) -> (Said, Said) {
    let sides = &one.check.sides;
    tokio::join!(side(one, context, "old", sides.old.as_ref()), side(one, context, "new", sides.new.as_ref()))
}

async fn side(one: Running<'_>, context: &Context<'_>, name: &str, query: Option<&Query>) -> Said {
    let Some(query) = query else { return Ok(Vec::new()) };
    if context.sources.get(one.suite, &query.source).is_ok_and(|open| open.described.is_err()) {
        return Ok(Vec::new());
    }
    let prepared = prepare(one, context, name, query, &query.sql);
    let engine = prepared.engine?;
    let timeout = one.check.timeout.unwrap_or(context.options.timeout);
    let asked = asked(one, name);
    let found = source::inspect(engine, &prepared.report.sql, &asked, timeout, context.stop).await;
    let warnings = match found {
        Ok(warnings) => warnings,
        Err(_) if context.stop.stopped() => Vec::new(),
        Err(error) => vec![refused(&error.message)],
    };
    let named = |warning: Warning| Warning { message: format!("{name}: {}", warning.message), ..warning };
    Ok(warnings.into_iter().map(named).collect())
}

fn refused(why: &str) -> Warning {
    Warning { code: NOT_ANALYSED.to_owned(), message: format!("the query was not analysed: {why}"), table: None }
}

/// What a check asks of the query of its side `name`.
fn asked(one: Running<'_>, name: &str) -> Inspect {
    let check = one.check;
    let renamed = |key: &String| match name {
        "new" => check.rename.get(key).unwrap_or(key).clone(),
        _ => key.clone(),
    };
    Inspect {
        kind: check.kind.kind(),
        exact: exact(check),
        key: check.key.iter().map(renamed).collect(),
        views: one.suite.views.clone(),
    }
}

/// Whether any value of `check` must equal its counterpart; a percentile always has bounds of its own.
fn exact(check: &Check) -> bool {
    let loose =
        |one: &Comparison| matches!(one, Comparison::Tolerance(_) | Comparison::Budget(_) | Comparison::Ignore(_));
    let strict = |rule: &Rule| !rule.comparison.levels().all(loose);
    match check.kind {
        KindSettings::Percentile(_) | KindSettings::Freshness { .. } | KindSettings::Latency(_) => false,
        _ => strict(&check.default_rule) || check.columns.values().any(strict),
    }
}

//! What the servers themselves say of the queries of a check, before any of them runs.
//!
//! Asks each side's engine once and turns its answer into warnings; what a query does wrong is the engine's knowledge.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use super::super::context::{CheckRun, Context, panicked};
use super::super::options::{RunOptions, Selected};
use super::super::{params, sources, windows};
use super::query::prepare;
use crate::isolation::isolated;
use crate::model::{ErrorReport, Queries, Side, Warning, WarningCode};
use crate::source;
use crate::source::{CancellationToken, Inspected, LintRequest};
use crate::spec::check::{Check, Comparison, Masks, Rule};
use crate::suite::Suite;

/// What the servers say of the queries of suites.
#[derive(Debug, Default)]
pub(crate) struct LintReport {
    /// Warnings with the ids of the checks they are about, in the order of the first.
    pub warnings: Vec<(Warning, Vec<String>)>,
    /// Views that a suite declares and no query of its reads, each with the suite.
    pub unread: Vec<(String, String)>,
}

impl LintReport {
    /// Whether some query could not be analysed, or would fail.
    pub(crate) fn broken(&self) -> bool {
        let refused = |(warning, _): &(Warning, Vec<String>)| {
            [WarningCode::NotAnalysed, WarningCode::ViewNotPopulated].contains(&warning.code)
        };
        self.warnings.iter().any(refused)
    }

    fn add(&mut self, warning: Warning, id: &str) {
        match self.warnings.iter_mut().find(|(known, _)| *known == warning) {
            Some((_, ids)) => ids.push(id.to_owned()),
            None => self.warnings.push((warning, vec![id.to_owned()])),
        }
    }
}

/// What the servers say of every check of `selected`, without what the checks accept; no query runs.
///
/// Of a check that is cut into windows the first stands for all. A source that could not be reached is not mentioned.
pub(crate) async fn inspect(selected: &[Selected<'_>], timeout: Duration, stop: &CancellationToken) -> LintReport {
    let options = RunOptions::new(1, timeout);
    let sources = sources::open(selected, &options, stop).await;
    let params = params::evaluate(selected, &sources, &options, stop).await;
    let late = AtomicBool::new(false);
    let units = windows::units(selected, &params, &[]);
    let context = Context::of_one_at_a_time(sources, params, &options, stop, &late);
    let mut said = LintReport::default();
    let mut looked = BTreeSet::new();
    let mut read = BTreeSet::new();
    for unit in &units {
        let (suite, check) = (unit.one.suite, unit.one.check);
        if !looked.insert(&check.id) {
            continue;
        }
        let sides = match &unit.slice {
            Ok(slice) => {
                let one = CheckRun { suite, check, slice: slice.as_ref(), id: &check.id, ledger: None, attempt: None };
                match isolated(both(one, &context)).await {
                    Ok((old, new)) => [old, new].map(|side| side.unwrap_or_else(refused)),
                    Err(defect) => [refused(panicked(&defect)), Inspected::default()],
                }
            }
            Err(error) => [refused(error.clone()), Inspected::default()],
        };
        for side in sides {
            read.extend(side.views.into_iter().map(|view| (&suite.name, view)));
            let told = side.warnings.into_iter().filter(|warning| !check.accept.contains_key(&warning.code));
            // Which columns a query returns is not known before it runs, so any mask withholds.
            let masked = check.mask != Masks::default();
            told.for_each(|warning| said.add(if masked { warning.without_values() } else { warning }, &check.id));
        }
    }
    if !said.broken() {
        let suites: BTreeMap<&String, &Suite> = selected.iter().map(|one| (&one.suite.name, one.suite)).collect();
        for (name, suite) in suites {
            let unread = suite.views.iter().enumerate().filter(|(at, _)| !read.contains(&(name, *at)));
            said.unread.extend(unread.map(|(_, view)| (name.clone(), view.view.to_string())));
        }
    }
    said
}

/// Warnings of both sides. A side that cannot be asked has none: its error says more.
pub(crate) async fn look(one: CheckRun<'_>, context: &Context<'_>) -> Vec<Warning> {
    let (old, new) = both(one, context).await;
    old.into_iter().chain(new).flat_map(|side| side.warnings).collect()
}

async fn both(
    one: CheckRun<'_>,
    context: &Context<'_>,
) -> (Result<Inspected, ErrorReport>, Result<Inspected, ErrorReport>) {
    tokio::join!(inspected(one, context, Side::Old), inspected(one, context, Side::New))
}

async fn inspected(one: CheckRun<'_>, context: &Context<'_>, side: Side) -> Result<Inspected, ErrorReport> {
    let Some(query) = one.check.sides.get(side) else { return Ok(Inspected::default()) };
    if one.check.kind.kind().profile().queries == Queries::Catalogues {
        return Ok(Inspected::default());
    }
    if context.sources.get(one.suite, &query.source).is_ok_and(|open| open.described.is_err()) {
        return Ok(Inspected::default());
    }
    let prepared = prepare(one, context, side.into(), query, &query.sql);
    let engine = prepared.engine?;
    let timeout = one.check.timeout.unwrap_or(context.options.timeout);
    let asked = asked(one, side);
    let found = source::inspect(engine, &prepared.report.sql, &asked, timeout, context.stop).await;
    let mut told = match found {
        Ok(told) => told,
        Err(_) if context.stop.is_cancelled() => Inspected::default(),
        Err(error) => refused(error.into()),
    };
    told.warnings = told.warnings.into_iter().map(|warning| warning.of(side)).collect();
    Ok(told)
}

fn refused(why: ErrorReport) -> Inspected {
    let message = |why: &ErrorReport| format!("the query was not analysed: {why}");
    let warning = Warning::new(WarningCode::NotAnalysed, message(&why)).or_plain(message(&why.without_values()));
    Inspected { warnings: vec![warning], ..Inspected::default() }
}

/// Returns what a check asks of the query of `side`.
fn asked(one: CheckRun<'_>, side: Side) -> LintRequest {
    let check = one.check;
    LintRequest {
        kind: check.kind.kind(),
        exact: exact(check),
        key: check.key.iter().map(|key| check.name_on(side, key).to_owned()).collect(),
        views: one.suite.views.clone(),
    }
}

/// Whether any value of `check` must equal its counterpart; a percentile always has bounds of its own.
fn exact(check: &Check) -> bool {
    let loose =
        |one: &Comparison| matches!(one, Comparison::Tolerance(_) | Comparison::Budget(_) | Comparison::Ignore(_));
    let strict = |rule: &Rule| !rule.comparison.levels().all(loose);
    !check.kind.kind().is_bounded() && (strict(&check.default_rule) || check.columns.values().any(strict))
}

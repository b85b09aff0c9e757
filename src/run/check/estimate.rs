//! What the queries of checks would read, as their engines say without running them.

use std::sync::atomic::AtomicBool;
use std::time::Duration;

use super::super::context::{CheckRun, Context, panicked};
use super::super::options::{RunOptions, Selected};
use super::super::{params, sources, windows};
use super::query::prepare;
use crate::isolation::isolated;
use crate::model::{ErrorReport, Queries, Side};
use crate::source;
use crate::source::{CancellationToken, Estimate};
use crate::spec::check::{Check, Masks};

/// What the queries of one side of a check would read together.
pub(crate) struct SideEstimate {
    /// `suite.check`.
    pub id: String,
    pub side: Side,
    /// Name of the source.
    pub source: String,
    /// Queries that were asked about: one for each window.
    pub queries: usize,
    /// Absent where the engine does not tell; the first error where it could not be asked.
    pub told: Result<Option<Estimate>, ErrorReport>,
}

/// What one run of each query of `selected` would read, the windows of a check together. Nothing runs but what an engine
/// needs to make its plan.
pub(crate) async fn estimates(
    selected: &[Selected<'_>],
    timeout: Duration,
    stop: &CancellationToken,
) -> Vec<SideEstimate> {
    let options = RunOptions::new(1, timeout);
    let sources = sources::open(selected, &options, stop).await;
    let params = params::evaluate(selected, &sources, &options, stop).await;
    let late = AtomicBool::new(false);
    let units = windows::units(selected, &params, &[]);
    let context = Context::of_one_at_a_time(sources, params, &options, stop, &late);
    let mut told: Vec<SideEstimate> = Vec::new();
    for unit in &units {
        let (suite, check) = (unit.one.suite, unit.one.check);
        for (side, query) in check.sides.present().filter(|_| has_queries(check)) {
            let asked = match &unit.slice {
                Ok(slice) => {
                    let one =
                        CheckRun { suite, check, slice: slice.as_ref(), id: &check.id, ledger: None, attempt: None };
                    isolated(estimate(one, &context, side)).await.unwrap_or_else(|defect| Err(panicked(&defect)))
                }
                Err(error) => Err(error.clone()),
            };
            match told.iter_mut().find(|known| known.id == check.id && known.side == side) {
                Some(known) => known.add(asked),
                None => told.push(SideEstimate {
                    id: check.id.clone(),
                    side,
                    source: query.source.clone(),
                    queries: 1,
                    told: asked,
                }),
            }
        }
    }
    told
}

impl SideEstimate {
    fn add(&mut self, next: Result<Option<Estimate>, ErrorReport>) {
        self.queries += 1;
        if let Ok(known) = &mut self.told {
            match next {
                Ok(next) => *known = known.zip(next).map(|(known, next)| known.with(next)),
                Err(error) => self.told = Err(error),
            }
        }
    }
}

fn has_queries(check: &Check) -> bool {
    check.kind.kind().profile().queries != Queries::Catalogues
}

async fn estimate(one: CheckRun<'_>, context: &Context<'_>, side: Side) -> Result<Option<Estimate>, ErrorReport> {
    let Some(query) = one.check.sides.get(side) else { return Ok(None) };
    let prepared = prepare(one, context, side.into(), query, &query.sql);
    let engine = prepared.engine?;
    let timeout = one.check.timeout.unwrap_or(context.options.timeout);
    let asked = source::estimate(engine, &prepared.report.sql, timeout, context.stop).await;
    // What a query that is refused quotes may be a value of a row.
    let masked = one.check.mask != Masks::default();
    asked.map_err(|error| {
        let error = ErrorReport::from(error);
        if masked { error.without_values() } else { error }
    })
}

//! Asks a source for one side of a check: its SQL rendered, its answer as a frame.

use std::collections::BTreeMap;
use std::time::Instant;

use super::super::context::{CheckRun, Context, elapsed_ms};
use super::super::sources::{retried, retrying};
use super::super::windows::Slice;
use super::errors::{located, query_of};
use crate::frame::Frame;
use crate::model::{Asked, ErrorCode, ErrorReport, Side, SideReport, Warning};
use crate::source;
use crate::source::{Dialect, Engine, Error};
use crate::spec::check::{Check, KindSettings, ParamValue, Query, Template};
use crate::suite::Suite;

/// What one query came to.
pub(crate) struct Fetched {
    pub(crate) report: SideReport,
    pub(crate) warnings: Vec<Warning>,
    pub(crate) frame: Result<Frame, ErrorReport>,
}

pub(crate) fn opened<'a>(
    suite: &Suite,
    context: &'a Context<'_>,
    side: Asked,
    query: &Query,
) -> Result<&'a dyn Engine, ErrorReport> {
    let open = context.sources.get(suite, &query.source).map_err(|why| why.at(query_of(side, &query.source)))?;
    match &open.described {
        Ok(_) => Ok(open.sides.get(side.side()).as_ref()),
        Err(error) => Err(located(context, side, &query.source, error.clone())),
    }
}

pub(crate) async fn maybe(one: CheckRun<'_>, context: &Context<'_>, side: Side) -> Option<Fetched> {
    let query = one.check.sides.get(side).as_ref()?;
    Some(fetch(one, context, side.into(), query, &query.sql).await)
}

pub(crate) async fn population(one: CheckRun<'_>, context: &Context<'_>) -> Option<Fetched> {
    let KindSettings::Invariant { population: Some(sql) } = &one.check.kind else { return None };
    let (side, query) = one.check.sides.present().next()?;
    Some(fetch(one, context, Asked::Population(side), query, sql).await)
}

/// A side that can be asked, or why not.
pub(crate) struct Prepared<'a> {
    pub(crate) report: SideReport,
    pub(crate) engine: Result<&'a dyn Engine, ErrorReport>,
}

/// Finds the engine of a side and renders its SQL.
pub(crate) fn prepare<'a>(
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
            // The SQL is shown as far as it can be known without its server.
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

pub(crate) async fn fetch(
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

pub(crate) fn render(
    one: CheckRun<'_>,
    context: &Context<'_>,
    side: Asked,
    engine: &dyn Engine,
    sql: &Template,
) -> Result<String, ErrorReport> {
    let all = &context.params[one.suite.name.as_str()];
    let text = rendered(one.check, one.slice, side.side(), engine.driver().dialect, sql, all)?;
    let bounds = one.slice.and_then(Slice::bounds).into_iter().flat_map(|(from, to)| [("from", from), ("to", to)]);
    let named = sql.params().filter_map(|name| Some((name, all.get(name)?.as_ref().ok()?)));
    for (name, value) in named.chain(bounds) {
        let unfit = |why| ErrorReport::new(ErrorCode::ParamUnfit, format!("param `{name}`: {why}"));
        engine.admits_param(value).map_err(unfit)?;
    }
    Ok(text)
}

/// The SQL of one side in `dialect`: its params as literals, and cut down to its window where the query does not do
/// that itself.
pub(crate) fn rendered(
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

//! Which rows of a check's queries are in its windows: asked once a side, before the first window is read.
//!
//! A row that the engine cannot place would be in no window and never compared, so the check is an error then.

use std::sync::PoisonError;

use super::super::context::{CheckRun, Context};
use super::super::sources::retrying;
use super::super::windows;
use super::errors::located;
use super::placed::Placed;
use super::query::prepare;
use crate::frame::time::is_utc;
use crate::frame::{Frame, Type, Value};
use crate::model::{ErrorCode, ErrorReport, Outside, Place, Side, Sides, agree, plural};
use crate::source;
use crate::source::Driver;
use crate::source::window::{answer, head, placing};
use crate::spec::check::ParamValue;

/// What is known of a check whose windows are filters around its queries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Known {
    /// Rows that are in no window.
    pub(crate) outside: Outside,
    /// Whether any window has rows.
    pub(crate) rows: bool,
}

/// What is known of the windows of `one`; nothing where it has none or its queries cut themselves.
pub(crate) async fn of(one: CheckRun<'_>, context: &Context<'_>) -> Option<Result<Known, ErrorReport>> {
    let window = one.check.window.as_ref().filter(|_| one.slice.is_some() && !one.check.binds_window())?;
    let asked = {
        let mut all = context.placed.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.entry(one.check.id.clone()).or_default().clone()
    };
    let ask = || async {
        let ends = windows::ends(window, &context.params[one.suite.name.as_str()])?;
        let (old, new) = tokio::join!(placed(one, context, Side::Old, &ends), placed(one, context, Side::New, &ends));
        Sides { old, new }.all().map_err(ErrorReport::joined)
    };
    let placed = asked.get_or_init(ask).await.clone();
    Some(placed.map(|placed| Known {
        outside: Outside { old: placed.old.outside, new: placed.new.outside },
        rows: placed.old.windowed + placed.new.windowed > 0,
    }))
}

async fn placed(
    one: CheckRun<'_>,
    context: &Context<'_>,
    side: Side,
    (from, to): &(ParamValue, ParamValue),
) -> Result<Placed, ErrorReport> {
    let Some(query) = one.check.sides.get(side) else { return Ok(Placed::default()) };
    let whole = CheckRun { slice: None, ..one };
    let prepared = prepare(whole, context, side.into(), query, &query.sql);
    let engine = prepared.engine?;
    let column = one.check.window_column(side);
    let wrong = |message: String| {
        let place = Place::Query { asked: side.into(), source: query.source.clone() };
        ErrorReport::new(ErrorCode::WindowUnfit, message).at(place)
    };
    let sql = placing(engine.driver().dialect, &prepared.report.sql, column, from, to).map_err(wrong)?;
    let timeout = one.check.timeout.unwrap_or(context.options.timeout);
    if engine.driver().capabilities.ignores_case {
        let sql = head(engine.driver().dialect, &prepared.report.sql);
        let (found, _) = retrying(context.stop, || source::query(engine, &sql, timeout, context.stop)).await;
        let found = found.map_err(|error| located(context, side.into(), &query.source, error))?;
        unmistaken(&found.frame.names(), column).map_err(wrong)?;
    }
    let (found, _) = retrying(context.stop, || source::query(engine, &sql, timeout, context.stop)).await;
    let found = found.map_err(|error| {
        located(context, side.into(), &query.source, error).and_hint(&format!(
            "this was asked of the window's column `{column}`, which has to be a timestamp or a date: write the ends with an \
             offset, such as 2026-01-01T00:00:00Z, where it has a zone, and without one where it has none"
        ))
    })?;
    let zone = context.sources.get(one.suite, &query.source).ok().and_then(|open| open.described.as_ref().ok());
    let zone = zone.map_or("", |(report, _)| report.timezone.as_str());
    judged(&found.frame, engine.driver(), column, from, zone).map_err(wrong)
}

/// Refuses a column that an engine which ignores case takes for another; `names` are those of the columns of a subquery, where
/// an engine may have numbered the second of two that it takes for one.
fn unmistaken(names: &[&str], column: &str) -> Result<(), String> {
    let wanted = column.to_lowercase();
    let is_numbered = |rest: &str| {
        let number = rest.strip_prefix(['_', ':']).unwrap_or_default();
        !number.is_empty() && number.chars().all(|c| c.is_ascii_digit())
    };
    let is_exact = names.contains(&column);
    let alike = names.iter().filter(|name| {
        let rest = name.to_lowercase().strip_prefix(&wanted).map(str::to_owned);
        rest.is_some_and(|rest| rest.is_empty() || (!is_exact && is_numbered(&rest)))
    });
    match alike.count() {
        0 | 1 => Ok(()),
        _ => Err(format!(
            "another column of the query is called like the window's `{column}` but for upper and lower case, and the engine may \
             take it for that; give one of them another name with AS"
        )),
    }
}

/// Where the rows are, or why the windows would miss some.
fn judged(frame: &Frame, engine: &Driver, column: &str, from: &ParamValue, zone: &str) -> Result<Placed, String> {
    let count = |name: &str| match frame.values(name).first() {
        Some(Value::Integer(count)) => u64::try_from(*count).unwrap_or(0),
        _ => 0,
    };
    let (rows, nulls) = (count(answer::ROWS), count(answer::NULLS));
    let (inside, outside) = (count(answer::INSIDE), count(answer::OUTSIDE));
    let placed = Placed { windowed: inside + nulls, outside };
    let of = frame.column(answer::LAST).map_or(&Type::Null, |(_, of)| of);
    if engine.capabilities.text_times {
        let lost = rows.saturating_sub(nulls + inside + outside);
        return if lost == 0 { Ok(placed) } else { Err(odd(frame, engine, column, lost)) };
    }
    let zoned = match of {
        Type::Instant => true,
        Type::WallClock | Type::Date => false,
        Type::Null if rows == nulls => return Ok(placed),
        of => {
            let cast = engine.dialect.time_cast(column, of);
            return Err(format!(
                "the window's column `{column}` is {of}, which is no time to order rows by; select it as one, such as {cast}"
            ));
        }
    };
    let apart = zoned != matches!(from, ParamValue::Timestamp(_)) && !engine.capabilities.zoned_windows;
    if apart && !is_utc(zone) {
        let (has, hint) = match zoned {
            true => ("has a zone and the ends of the window have none", "with an offset, such as 2026-01-01T00:00:00Z"),
            false => {
                ("has no zone and the ends of the window have one", "without an offset, such as 2026-01-01T00:00:00")
            }
        };
        return Err(format!(
            "the window's column `{column}` {has}, so rows would be cut by the session's zone ({zone}); write the ends {hint}"
        ));
    }
    if rows > nulls + inside + outside {
        let lost = rows - nulls - inside - outside;
        return Err(format!("{}, which cannot be ordered; cast it in the query", placeless(lost, column)));
    }
    Ok(placed)
}

/// `1 row is in no window for its `ts``.
fn placeless(rows: u64, column: &str) -> String {
    let (are, their) = (agree(rows, "is", "are"), agree(rows, "its", "their"));
    format!("{} {are} in no window for {their} `{column}`", plural(rows, "row"))
}

/// The error for rows whose value is no time, where times are text.
fn odd(frame: &Frame, engine: &Driver, column: &str, rows: u64) -> String {
    let class = match frame.values(answer::ODD).into_iter().next() {
        Some(Value::Text(class)) => class,
        _ => String::new(),
    };
    placeless(rows, column) + &engine.dialect.misplaced(column, &class)
}

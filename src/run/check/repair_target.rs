//! Finds the table that the rows of new are of, for a repair.

use super::super::context::{CheckRun, Context};
use super::super::findings::mask::Mask;
use super::super::findings::repairs::RepairSink;
use super::query::{opened, render};
use crate::model::Side;
use crate::repair::{Scope, Target};
use crate::source;
use crate::source::{Dialect, PlainSelect};
use crate::spec::check::Check;

/// Takes the differences of a check as SQL, where a repair is wanted.
pub(crate) async fn sink(one: CheckRun<'_>, context: &Context<'_>, returned: Option<&[String]>) -> Option<RepairSink> {
    let repairs = context.options.repairs.as_ref()?;
    Some(repairs.sink(one.id, target(one, context, returned).await))
}

async fn target(one: CheckRun<'_>, context: &Context<'_>, returned: Option<&[String]>) -> Result<Target, String> {
    let masked = Mask::new(one.check, &context.options.privacy, returned);
    if masked.is_some() {
        return Err(
            "it masks columns, whose values a repair would show; run it without `mask`, where they may be read"
                .to_owned(),
        );
    }
    if let Some(sample) = &one.check.sample {
        return Err(format!("only {} of its keys were examined; run it without `sample`", sample.text));
    }
    let Some(query) = &one.check.sides.new else { return Err("it has no query of new".to_owned()) };
    let engine = opened(one.suite, context, Side::New.into(), query).map_err(|why| why.message())?;
    // As the suite has it, with the ends of its window where it takes them, and not cut down from outside.
    let whole = Check { window: None, ..one.check.clone() };
    let whole = CheckRun { check: &whole, ..one };
    let sql = render(whole, context, Side::New.into(), engine, &query.sql).map_err(|why| why.message())?;
    let dialect = engine.driver().dialect;
    let plain = match context.options.repairs.as_ref().and_then(|repairs| repairs.table(&one.check.id)) {
        Some(table) => PlainSelect::of_table(dialect, table),
        None => source::plain_select(dialect, &sql).map_err(|why| {
            format!(
                "its query of new {why}, so a row of the answer is no row of one table; compare the table itself, as \
                 `SELECT columns FROM table` or with `cutover diff`, or name the table with --repair-table where each row of \
                 the answer is one of it"
            )
        })?,
    };
    let timeout = one.check.timeout.unwrap_or(context.options.timeout);
    let unasked = |why: source::Error| format!("the catalogue of new could not be asked: {}", why.message);
    let schema = source::schema(engine, &plain.table, timeout, context.stop).await.map_err(unasked)?;
    if schema.columns.is_empty() {
        return Err(format!("new has no table {} of its own; name the table in the query", plain.table));
    }
    let key: Vec<&str> = one.check.key.iter().map(|name| one.check.name_on(Side::New, name)).collect();
    let scope = window(one, dialect, &plain)?;
    let writing = source::writing(engine, &plain.table, timeout, context.stop).await.map_err(unasked)?;
    Target::new(dialect, plain, (schema, writing), &key, scope)
}

/// The rows of the window of a check that is cut down from outside of its queries.
fn window(one: CheckRun<'_>, dialect: &dyn Dialect, plain: &PlainSelect) -> Result<Scope, String> {
    let Some(slice) = one.slice.filter(|_| one.check.window.is_some() && !one.check.binds_window()) else {
        return Ok(Scope::default());
    };
    let name = one.check.window_column(Side::New);
    let column = plain.column(dialect, name).map_err(|why| format!("its windows are of `{name}`, and {why}"))?;
    let condition = source::window::within(dialect, &column, slice.bounds().map(|(from, to)| (from, to)))?;
    Ok(Scope { conditions: vec![format!("({condition})")], columns: vec![column] })
}

//! Asks the servers of both sides what their tables hold for the keys that differ, where merges or a query choose among rows.

use std::time::Duration;

use super::super::context::{CheckRun, Context};
use super::query::opened;
use crate::compare::diagnosis::{Evidence, Merged, Version, Versions, merges};
use crate::frame::Value;
use crate::model::{Kind, Side, SideReport, Sides};
use crate::source;
use crate::source::{Dialect, Engine, Merging, QueryHandle};
use crate::spec::check::ParamValue;

/// Keys that are asked for at most.
const MOST_KEYS: usize = 1_000;

/// Rows that are looked at at most.
const MOST_ROWS: usize = 20_000;

/// How long a server may take for it.
const LONGEST: Duration = Duration::from_secs(30);

/// What the tables tell of the differing rows of a check; nothing where the tables do not merge, or could not be asked.
pub(crate) async fn look(
    one: CheckRun<'_>,
    context: &Context<'_>,
    evidence: &Evidence,
    sides: &Sides<Option<SideReport>>,
) -> Vec<Merged> {
    let keyed = !one.check.key.is_empty() && one.check.kind.kind() == Kind::Rows;
    if !keyed || !evidence.complete || evidence.rows.len() > MOST_KEYS {
        return Vec::new();
    }
    let (old, new) = tokio::join!(
        versions(one, context, evidence, sides, Side::Old),
        versions(one, context, evidence, sides, Side::New)
    );
    if old.is_none() && new.is_none() {
        return Vec::new();
    }
    merges(evidence, &Sides { old, new })
}

async fn versions(
    one: CheckRun<'_>,
    context: &Context<'_>,
    evidence: &Evidence,
    sides: &Sides<Option<SideReport>>,
    side: Side,
) -> Option<Versions> {
    let (query, asked) = (one.check.sides.get(side).as_ref()?, sides.get(side).as_ref()?);
    let engine: &dyn Engine = opened(one.suite, context, side.into(), query).ok()?;
    let limit = one.check.timeout.unwrap_or(context.options.timeout).min(LONGEST);
    let ticket = QueryHandle::default();
    let merging = engine.merging(&asked.sql, limit, &ticket);
    let merging = source::within(merging, engine, &ticket, limit, context.stop).await.ok()??;
    let columns: Vec<Option<&str>> = evidence
        .columns
        .iter()
        .map(|head| merging.columns.get(one.check.name_on(side, &head.name)).map(String::as_str))
        .collect();
    let sql = question(engine.driver().dialect, &merging, evidence, &columns)?;
    let frame = source::query(engine, &sql, limit, context.stop).await.ok()?.frame;
    if frame.height() > MOST_ROWS {
        return None;
    }
    let [groups, filtered, newest] =
        ["group", "filtered", "newest"].map(|name| frame.values(&format!("cutover_{name}")));
    let values: Vec<Option<Vec<Value>>> =
        columns.iter().enumerate().map(|(at, column)| column.map(|_| frame.values(&format!("cutover_{at}")))).collect();
    let row = |at: usize| Version {
        group: groups[at].clone(),
        filtered: filtered[at].clone(),
        newest: merging.newest.as_ref().map(|_| newest[at] == Value::Integer(1)),
        values: values.iter().map(|column| column.as_ref().map(|column| column[at].clone())).collect(),
    };
    Some(Versions { merged: merging.merged, rows: (0..frame.height()).map(row).collect() })
}

/// Selects every row of the sorting keys that the differing keys have; absent where a key is no column of the table, or
/// has a value that is no literal.
fn question(dialect: &dyn Dialect, merging: &Merging, evidence: &Evidence, columns: &[Option<&str>]) -> Option<String> {
    let Merging { table, key, newest, filters, .. } = merging;
    let keys = evidence.columns.iter().filter(|column| column.key).count();
    let key_columns: Vec<String> =
        columns[..keys].iter().map(|column| column.map(|column| dialect.quoted(column))).collect::<Option<_>>()?;
    let mut wanted = Vec::new();
    for row in &evidence.rows {
        let literals = row.values[..keys].iter().map(|value| dialect.literal(&literal(value)?).ok());
        wanted.push(format!("({})", literals.collect::<Option<Vec<_>>>()?.join(", ")));
    }
    wanted.sort_unstable();
    wanted.dedup();
    let selected = columns.iter().enumerate().filter_map(|(at, column)| Some((at, dialect.quoted((*column)?))));
    let selected: String = selected.map(|(at, column)| format!("{column} AS cutover_{at}, ")).collect();
    let newest = newest.as_deref().unwrap_or("0");
    Some(format!(
        "SELECT {selected}toUInt8({newest}) AS cutover_newest, toString(tuple({key})) AS cutover_group, \
         toString(tuple({})) AS cutover_filtered \
         FROM {table} WHERE tuple({key}) IN (SELECT tuple({key}) FROM {table} WHERE ({}) IN ({})) LIMIT {}",
        filters.join(", "),
        key_columns.join(", "),
        wanted.join(", "),
        MOST_ROWS + 1
    ))
}

/// A value of a key as a param; absent of types whose literals are not surely the value in the column's own type.
fn literal(value: &Value) -> Option<ParamValue> {
    match value {
        Value::Integer(_) | Value::Text(_) | Value::Uuid(_) | Value::Bool(_) | Value::Date(_) | Value::Instant(_) => {
            ParamValue::of(value)
        }
        _ => None,
    }
}

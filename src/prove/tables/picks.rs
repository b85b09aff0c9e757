//! Rows of a table that mutants lose and change: some, spread over the whole table, as conditions that pick them.

use std::time::Duration;

use super::super::request::Request;
use crate::frame::{Frame, Type, Value};
use crate::source;
use crate::source::{CancellationToken, Dialect, Engine, TableName};
use crate::spec::check::ParamValue;

/// Most rows that are picked, each in the middle of as large a part of the table.
const ROWS: u64 = 5;

/// Columns of a table, and rows of it.
pub(super) struct Picked {
    pub(super) dialect: &'static dyn Dialect,
    /// Every column, in the order of the catalogue, with its type.
    pub(super) columns: Vec<(String, Type)>,
    pub(super) key: Vec<String>,
    /// The condition of each picked row, and its values.
    pub(super) rows: Vec<(String, Vec<Value>)>,
}

/// Picks rows of `table`; the error says why nothing can be tried on it.
pub(super) async fn picked(
    engine: &dyn Engine,
    table: &TableName,
    request: &Request,
    stop: &CancellationToken,
) -> Result<Picked, String> {
    let dialect = engine.driver().dialect;
    let timeout = request.options.timeout;
    let told = |error: source::Error| error.message;
    let found = source::table(engine, table, timeout, stop).await.map_err(told)?;
    let name = table.quoted(dialect);
    let counted = ask(engine, &format!("SELECT COUNT(*) AS n FROM {name}"), timeout, stop).await?;
    let count = match counted.values("n").first() {
        Some(Value::Integer(count)) => u64::try_from(*count).unwrap_or(0),
        _ => 0,
    };
    if count == 0 {
        return Err("it has no row that could be lost".to_owned());
    }
    let order: Vec<String> =
        if found.key.is_empty() { &found.order } else { &found.key }.iter().map(|name| dialect.quoted(name)).collect();
    let order = if order.is_empty() { String::new() } else { format!(" ORDER BY {}", order.join(", ")) };
    let list: Vec<String> = found.columns.iter().map(|name| dialect.quoted(name)).collect();
    // At most half of them: that all of them are lost is seen by nearly everything.
    let rows = ROWS.min((count / 2).max(1));
    let mut places: Vec<u64> = (0..rows).map(|at| (2 * at + 1) * count / (2 * rows)).collect();
    places.dedup();
    let mut picked = Picked { dialect, columns: Vec::new(), key: found.key.clone(), rows: Vec::new() };
    for place in places {
        let sql = format!("SELECT {} FROM {name}{order} LIMIT 1 OFFSET {place}", list.join(", "));
        let row = ask(engine, &sql, timeout, stop).await?;
        if row.height() == 0 {
            continue;
        }
        let values: Vec<Value> =
            found.columns.iter().map(|name| row.values(name).into_iter().next().unwrap_or(Value::Null)).collect();
        let is_key = |name: &String| found.key.is_empty() || found.key.contains(name);
        let parts: Vec<String> = found
            .columns
            .iter()
            .zip(&values)
            .filter(|(name, _)| is_key(name))
            .filter_map(|(name, value)| condition(dialect, name, value))
            .collect();
        if parts.is_empty() {
            return Err("no column of it holds a value that a query can name".to_owned());
        }
        if picked.columns.is_empty() {
            picked.columns = found.columns.iter().cloned().zip(row.types().iter().cloned()).collect();
        }
        picked.rows.push((format!("({})", parts.join(" AND ")), values));
    }
    if picked.rows.is_empty() { Err("no row of it could be picked".to_owned()) } else { Ok(picked) }
}

async fn ask(engine: &dyn Engine, sql: &str, timeout: Duration, stop: &CancellationToken) -> Result<Frame, String> {
    let answer = source::query(engine, sql, timeout, stop).await.map_err(|error| error.message)?;
    Ok(answer.frame)
}

/// That a column has a value; absent of one that cannot be named exactly.
fn condition(dialect: &dyn Dialect, name: &str, value: &Value) -> Option<String> {
    let name = dialect.quoted(name);
    match value {
        Value::Null => Some(format!("{name} IS NULL")),
        // Times have more than one form in some engines, floats more than one text, and not every JSON can be compared.
        Value::Instant(_) | Value::WallClock(_) | Value::Time(_) | Value::Float(_) | Value::Json(_) => None,
        value => Some(format!("{name} = {}", literal(dialect, value)?)),
    }
}

/// A value as the engine writes it; absent of one that no literal is.
pub(super) fn literal(dialect: &dyn Dialect, value: &Value) -> Option<String> {
    if *value == Value::Null {
        return Some("NULL".to_owned());
    }
    dialect.literal(&ParamValue::of(value)?).ok()
}

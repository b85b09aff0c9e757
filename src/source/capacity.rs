//! Asks what the rows of a table hold at most: one aggregate query for all of its columns.

use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::dialect::Dialect;
use super::engine::Engine;
use super::error::Error;
use super::query::query;
use super::table_name::TableName;
use crate::frame::Value;
use crate::model::ErrorCode;
use crate::schema::{ColumnType, Measure};

/// Returns the query for all of `measures`, each of a column and its type, in one pass over `table`; each answer has the name of its
/// place. What the engine has no expression for is left out.
pub(crate) fn capacity_query(
    dialect: &dyn Dialect,
    table: &TableName,
    measures: &[(&str, &ColumnType, &Measure)],
) -> Option<String> {
    let aggregates = measures.iter().enumerate().filter_map(|(at, (column, of, measure))| {
        let aggregate = dialect.measured(measure, &dialect.quoted(column), of)?;
        Some(format!("{aggregate} AS {}", dialect.quoted(&place(at))))
    });
    let aggregates: Vec<String> = aggregates.collect();
    (!aggregates.is_empty()).then(|| format!("SELECT {} FROM {}", aggregates.join(",\n  "), table.quoted(dialect)))
}

/// Asks a query that [`capacity_query`] made of these measures, and returns the answers in their order; NULL is absent, and so
/// is the whole answer to what was left out.
///
/// # Errors
/// Whatever keeps the query from being answered.
pub(crate) async fn capacity(
    engine: &dyn Engine,
    sql: &str,
    measures: &[(&str, &ColumnType, &Measure)],
    timeout: Duration,
    stop: &CancellationToken,
) -> Result<Vec<Option<Option<String>>>, Error> {
    let frame = query(engine, sql, timeout, stop).await?.frame;
    let answer = |(at, (column, _, measure)): (usize, &(&str, &ColumnType, &Measure))| {
        let name = place(at);
        if frame.column(&name).is_none() {
            return Ok(None);
        }
        match frame.values(&name).into_iter().next() {
            Some(Value::Null) => Ok(Some(None)),
            Some(Value::Text(text)) => Ok(Some(Some(text))),
            Some(Value::Bytes(bytes)) => Ok(Some(Some(String::from_utf8_lossy(&bytes).into_owned()))),
            Some(Value::Integer(number)) => Ok(Some(Some(number.to_string()))),
            // Read as nothing it would say that everything fits.
            _ => Err(Error::new(
                ErrorCode::TypeUnsupported,
                format!(
                    "the {} of column `{column}` came as neither a text nor an integer; leave the column's data out with \
                     `ignore = {{ \"TABLE.{column}:data\" = \"reason\" }}`",
                    measure.name()
                ),
            )),
        }
    };
    measures.iter().enumerate().map(answer).collect()
}

fn place(at: usize) -> String {
    format!("m{at}")
}

/// Labels as `IN` takes them; absent where the engine has no literal of one.
pub(super) fn listed(dialect: &dyn Dialect, labels: &[String]) -> Option<String> {
    let labels = labels.iter().map(|label| dialect.text(label).ok());
    Some(labels.collect::<Option<Vec<_>>>()?.join(", "))
}

/// Whether a column holds moments, which a session may write in a zone of its own.
pub(super) fn is_zoned(of: &ColumnType) -> bool {
    match of {
        ColumnType::Years { of, .. } => is_zoned(of),
        of => matches!(of, ColumnType::Timestamp { is_zoned: true, .. }),
    }
}

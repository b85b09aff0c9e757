//! Reads one table of a side for `cutover init`: its columns, its key, and whether it has rows.

use std::time::Duration;

use super::super::super::sides::described;
use crate::frame::Type;
use crate::init::{Column, Listed, Table};
use crate::source;
use crate::source::pushdown::Described;
use crate::source::{CancellationToken, Engine};

/// Describes one table by its catalogue, its first rows, and column by column where these do not suffice.
pub(super) async fn table(engine: &dyn Engine, listed: &Listed, timeout: Duration) -> Result<Table, source::Error> {
    let found = source::table(engine, &listed.name, timeout, &CancellationToken::default()).await?;
    let from = listed.name.quoted(engine.driver().dialect);
    let all = described(engine, &format!("SELECT * FROM {from}"), &from, timeout).await.unwrap_or_default();
    let mut columns = Vec::new();
    for name in found.columns {
        columns.push(match all.iter().find(|column| column.name == name && column.of != Type::Null) {
            Some(found) => column(found),
            None => column_alone(engine, name, &from, timeout).await,
        });
    }
    let probe = format!("SELECT 1 AS n FROM {from} LIMIT 1");
    let rows = source::query(engine, &probe, timeout, &CancellationToken::default()).await?;
    Ok(Table { listed: listed.clone(), columns, key: found.key, order: found.order, empty: rows.frame.height() == 0 })
}

fn column(described: &Described) -> Column {
    let Described { name, database_type, of, .. } = described.clone();
    Column { name, database_type, of: Some(of) }
}

/// Describes a column whose type the first rows of its table leave open, or that no source can read.
async fn column_alone(engine: &dyn Engine, name: String, from: &str, timeout: Duration) -> Column {
    let quoted = engine.driver().dialect.quoted(&name);
    let one = format!("SELECT {quoted} FROM {from}");
    let held = format!("(SELECT {quoted} FROM {from} WHERE {quoted} IS NOT NULL) AS q");
    match described(engine, &one, &held, timeout).await {
        Ok(found) => match found.first() {
            Some(found) => Column { name, ..column(found) },
            None => Column { name, database_type: "unknown".to_owned(), of: None },
        },
        Err(error) => Column { name, database_type: type_in(&error), of: None },
    }
}

/// Returns the type that has no canonical form, as far as an error knows it.
fn type_in(error: &source::Error) -> String {
    let named = |of: &String| format!("of the type {of}");
    error.type_name.as_ref().map_or("of a type that cannot be read".to_owned(), named)
}

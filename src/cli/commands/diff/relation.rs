//! Asks a source what `cutover diff` compares: the columns of a table or a query, and its key.

use std::time::Duration;

use super::super::super::console;
use super::super::super::sides::described;
use crate::model::{ErrorReport, Side};
use crate::source;
use crate::source::pushdown::{Described, is_number};
use crate::source::{CancellationToken, Engine, Location, SourceUrl, TableName};
use crate::suite::ad_hoc::Relation;

/// What of a source is compared.
pub(super) enum Subject {
    Table(TableName),
    Query(String),
}

/// Chooses the query, the table, or the only table of a URL that is one file.
pub(super) fn subject(
    side: Side,
    url: &SourceUrl,
    sql: Option<&str>,
    table: Option<&String>,
) -> Result<Subject, String> {
    if let Some(sql) = sql {
        return Ok(Subject::Query(sql.to_owned()));
    }
    if let Some(table) = table {
        return TableName::parse(table).map(Subject::Table);
    }
    if let Some(table) = url.driver().catalog.only_table(url.location()) {
        return Ok(Subject::Table(table));
    }
    if let Location::Path(path) = url.location()
        && !path.exists()
    {
        return Err(format!("{side}: {} does not exist; check the path", path.display()));
    }
    Err(format!("what is to be compared in {side}? give --table NAME, --{side}-table NAME, or --{side}-sql QUERY"))
}

/// One side as its source describes it.
pub(super) struct Found {
    /// What is compared.
    pub(super) relation: Relation,
    /// Its columns, as far as they can be read.
    pub(super) described: Vec<Described>,
    /// The table, where it is one.
    pub(super) named: Option<TableName>,
}

/// Asks one side, whose files are read as `options` say; errors hold no values where those are `withheld`.
pub(super) async fn relation(
    side: Side,
    url: &SourceUrl,
    of: &Subject,
    options: &source::SourceOptions,
    timeout: Duration,
    withheld: bool,
) -> Result<Found, String> {
    let located = |error: source::Error| {
        if withheld {
            return format!("{side}: {}", ErrorReport::from(error).without_values());
        }
        format!("{side}: {}", console::with_causes(&error))
    };
    let engine = source::open(url, options).map_err(located)?;
    let engine = engine.as_ref();
    match of {
        Subject::Table(name) => {
            let table = source::table(engine, name, timeout, &CancellationToken::default()).await.map_err(located)?;
            let from = name.quoted(engine.driver().dialect);
            let described = readable(engine, &from, &table.columns, timeout).await;
            let relation = Relation {
                engine: engine.driver(),
                numbers: numbers(&described),
                named: format!("table {}", name.name()),
                from,
                columns: table.columns,
                key: table.key,
                order: table.order,
            };
            Ok(Found { relation, described, named: Some(name.clone()) })
        }
        Subject::Query(sql) => {
            let from = format!("(\n{}\n) AS q", source::pushdown::statement(engine.driver().dialect, sql));
            let described = described(engine, sql, &from, timeout).await.map_err(located)?;
            let relation = Relation {
                engine: engine.driver(),
                from,
                numbers: numbers(&described),
                columns: described.iter().map(|one| one.name.clone()).collect(),
                key: Vec::new(),
                order: Vec::new(),
                named: "the query".to_owned(),
            };
            Ok(Found { relation, described, named: None })
        }
    }
}

fn numbers(described: &[Described]) -> Vec<String> {
    described.iter().filter(|one| is_number(&one.of)).map(|one| one.name.clone()).collect()
}

/// The columns of a table, as far as they are known: a column that no source can read is none.
async fn readable(engine: &dyn Engine, from: &str, columns: &[String], timeout: Duration) -> Vec<Described> {
    let all = format!("SELECT * FROM {from}");
    if let Ok(described) = described(engine, &all, from, timeout).await {
        return described;
    }
    let mut found = Vec::new();
    for column in columns {
        let one = format!("SELECT {} FROM {from}", engine.driver().dialect.quoted(column));
        let from = format!("({one}) AS q");
        found.extend(described(engine, &one, &from, timeout).await.unwrap_or_default());
    }
    found
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    /// Catches a side of which nobody said what is compared.
    #[test]
    fn a_server_alone_names_no_table() {
        assert!(subject(Side::New, &SourceUrl::parse("sqlite:x", Path::new(".")).unwrap(), None, None).is_err());
    }
}

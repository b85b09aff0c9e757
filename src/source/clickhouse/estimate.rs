//! What a query would read, by the server's `EXPLAIN ESTIMATE`, which looks at the primary keys of MergeTree tables.

use std::time::Duration;

use super::super::estimate::Estimate;
use super::super::{Error, QueryHandle, ReadQuery};
use super::send::Form;
use super::server::ClickHouse;
use super::{lint, session};

/// What `sql` would read of MergeTree tables; of all else that it reads nothing is known.
pub(super) async fn estimated(
    source: &ClickHouse,
    sql: &str,
    timeout: Duration,
    ticket: &QueryHandle,
) -> Result<Estimate, Error> {
    let query = ReadQuery::check(&super::lexer::LEXERS[0], sql)?;
    let session = source.session().await?;
    // Has the query described first, which the server does of nothing but one that returns rows.
    let and_more = lint::reads_others(source, sql, timeout, ticket).await?;
    let request = source.request(session, query, Form::Estimate, timeout, ticket);
    let lines = session::lines(&source.address, request).await?;
    // Database, table, parts, rows, marks.
    let rows = lines.iter().filter_map(|line| line.get(3)?.parse::<u64>().ok());
    Ok(Estimate { rows: Some(rows.fold(0, u64::saturating_add)), bytes: None, and_more })
}

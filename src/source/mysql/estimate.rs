//! What a query would read, from the server's `EXPLAIN`.
//!
//! The rows of a table are read for each row of the tables before it in the same SELECT, unless it is read whole and once
//! through a join buffer.

use std::time::Duration;

use sqlx::mysql::MySqlRow;
use sqlx::{Decode, Row};

use super::super::answer::QueryHandle;
use super::super::error::Error;
use super::super::estimate::Estimate;
use super::super::gate::ReadQuery;
use super::server::MySql;
use super::{error, send};

/// One line of an `EXPLAIN`.
#[derive(Debug, Default)]
struct Line {
    select: Option<u64>,
    table: Option<String>,
    rows: Option<u64>,
    extra: String,
}

impl MySql {
    /// See [`super::super::Engine::estimate`].
    pub(super) async fn foresee(
        &self,
        sql: &str,
        timeout: Duration,
        ticket: &QueryHandle,
    ) -> Result<Option<Estimate>, Error> {
        let _slot = self.idle.slot().await;
        let mut session = self.begin(timeout, ticket).await?;
        let query = ReadQuery::check(session.lexer, sql)?;
        let refused = |cause: sqlx::Error| error::running(timeout, &cause);
        // What returns no rows must not be explained either.
        send::parse(&mut session, query).await.map_err(refused)?;
        let rows = send::explained(&mut session, query).await.map_err(refused)?;
        self.leave(session).await;
        Ok(Some(sum(&rows.iter().map(line).collect::<Vec<_>>())))
    }
}

fn line(row: &MySqlRow) -> Line {
    // Servers disagree on the types of these columns.
    let bytes = |name: &str| {
        Some(row.try_get_raw(name).ok()).flatten().and_then(|raw| <&[u8] as Decode<sqlx::MySql>>::decode(raw).ok())
    };
    let text = |name: &str| bytes(name).map(|bytes| String::from_utf8_lossy(bytes).into_owned());
    let number = |name: &str| {
        let whole = row.try_get_unchecked::<Option<u64>, _>(name).ok().flatten();
        text(name).and_then(|text| text.parse().ok()).or(whole)
    };
    Line { select: number("id"), table: text("table"), rows: number("rows"), extra: text("Extra").unwrap_or_default() }
}

fn sum(lines: &[Line]) -> Estimate {
    let mut read = Estimate { rows: Some(0), bytes: None, and_more: false };
    let (mut select, mut before) = (None, 1_u64);
    for line in lines {
        if select != Some(line.select) {
            (select, before) = (Some(line.select), 1);
        }
        let Some(table) = &line.table else { continue };
        let Some(rows) = line.rows else {
            read.and_more |= !table.starts_with('<');
            continue;
        };
        let runs = if line.extra.contains("join buffer") { 1 } else { before };
        before = before.saturating_mul(rows.max(1));
        // What a part of the query made is no table.
        if !table.starts_with('<') {
            read.rows = read.rows.map(|known| known.saturating_add(rows.saturating_mul(runs)));
        }
    }
    read
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Catches an inner table that is read for each row and counted once, one that is read once and counted for each row, and
    /// the rows of a part of the query that are counted as those of a table.
    #[test]
    fn an_explain_says_what_is_read() {
        let line = |select, table: &str, rows, extra: &str| Line {
            select: Some(select),
            table: Some(table.to_owned()),
            rows,
            extra: extra.to_owned(),
        };
        let rows = |lines: &[Line]| sum(lines).rows;
        assert_eq!(rows(&[line(1, "a", Some(100), "Using where"), line(1, "b", Some(2), "")]), Some(300));
        assert_eq!(
            rows(&[line(1, "a", Some(100), ""), line(1, "b", Some(50), "Using join buffer (flat, BNL join)")]),
            Some(150)
        );
        assert_eq!(rows(&[line(1, "<derived2>", Some(100), ""), line(2, "a", Some(100), "")]), Some(100));
        assert_eq!(rows(&[Line::default()]), Some(0), "no table");
        assert!(sum(&[line(1, "tables", None, "")]).and_more);
    }
}

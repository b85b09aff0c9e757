//! Where text that holds a user's SQL is sent to PostgreSQL, and nowhere else.
//!
//! By the extended protocol, whose server parses a text before it runs any of it and takes one command and no more. Rows
//! can be copied by the simple protocol only, which runs every command of a text: so exactly that text is prepared first.

use bytes::Bytes;
use futures::stream::BoxStream;
use sqlx::postgres::{PgColumn, PgConnection, PgRow, PgStatement};
use sqlx::{AssertSqlSafe, Executor, SqlSafeStr, Statement};

use super::super::ReadQuery;

/// What is put before a query to have it explained.
pub(super) const EXPLAIN: &str = "EXPLAIN (FORMAT JSON, VERBOSE) ";

/// How the rows of a query are asked for.
#[derive(Clone, Copy)]
pub(super) enum Form {
    /// As they are.
    Rows,
    /// In the binary form of `COPY`.
    Copy,
}

/// A statement that the server has parsed, so that it is one command.
pub(super) struct Parsed(PgStatement);

/// Has the server parse `query`, which does not run.
pub(super) async fn parse(
    connection: &mut PgConnection,
    query: ReadQuery<'_>,
    form: Form,
) -> Result<Parsed, sqlx::Error> {
    let sql = match form {
        Form::Rows => query.text().to_owned(),
        // On lines of its own, so that a closing comment does not swallow the parenthesis.
        Form::Copy => format!("COPY (\n{}\n) TO STDOUT (FORMAT binary)", query.text()),
    };
    connection.prepare(AssertSqlSafe(sql).into_sql_str()).await.map(Parsed)
}

/// The rows of `query`.
pub(super) fn rows<'c>(
    connection: &'c mut PgConnection,
    query: ReadQuery<'_>,
) -> BoxStream<'c, Result<PgRow, sqlx::Error>> {
    sqlx::query(AssertSqlSafe(query.text().to_owned())).fetch(connection)
}

/// The one row of the server's plan for `query`, which does not run.
pub(super) async fn explained(connection: &mut PgConnection, query: ReadQuery<'_>) -> Result<PgRow, sqlx::Error> {
    let explain = format!("{EXPLAIN}{}", query.text());
    sqlx::query(AssertSqlSafe(explain)).persistent(false).fetch_one(connection).await
}

impl Parsed {
    /// The columns of its rows; none of a statement that copies.
    pub(super) fn columns(&self) -> &[PgColumn] {
        self.0.columns()
    }

    /// The stream of what a statement of [`Form::Copy`] copies, in the session that parsed it.
    pub(super) async fn copied<'c>(
        &self,
        connection: &'c mut PgConnection,
    ) -> Result<BoxStream<'c, Result<Bytes, sqlx::Error>>, sqlx::Error> {
        connection.copy_out_raw(Statement::sql(&self.0).as_str()).await
    }
}

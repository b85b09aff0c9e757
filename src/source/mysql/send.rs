//! Where text that holds a user's SQL is sent to MySQL, and nowhere else.
//!
//! As a prepared statement, of which the server takes one: sqlx asks for sessions in which a plain text may hold several.

use futures::stream::BoxStream;
use sqlx::mysql::{MySqlRow, MySqlStatement};
use sqlx::{AssertSqlSafe, Executor, SqlSafeStr};

use super::super::ReadQuery;
use super::session::Session;

/// Has the server parse `query`, which does not run.
pub(super) async fn parse(session: &mut Session, query: ReadQuery<'_>) -> Result<MySqlStatement, sqlx::Error> {
    session.connection.prepare(AssertSqlSafe(query.text()).into_sql_str()).await
}

/// The rows of `query`.
pub(super) fn rows<'c>(session: &'c mut Session, query: ReadQuery<'_>) -> BoxStream<'c, Result<MySqlRow, sqlx::Error>> {
    sqlx::query(AssertSqlSafe(query.text().to_owned())).fetch(&mut session.connection)
}

/// The lines of the server's plan for `query`, which does not run; it has been parsed.
pub(super) async fn explained(session: &mut Session, query: ReadQuery<'_>) -> Result<Vec<MySqlRow>, sqlx::Error> {
    let explain = format!("EXPLAIN {}", query.text());
    sqlx::query(AssertSqlSafe(explain)).persistent(false).fetch_all(&mut session.connection).await
}

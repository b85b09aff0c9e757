//! Where text that holds a user's SQL is sent to ClickHouse, and nowhere else.
//!
//! A request over HTTP is one statement. It is read-only by the session's settings or the account's profile, and has the
//! limits of the check.

use std::time::Duration;

use clickhouse::query::Query;

use super::super::{QueryHandle, ReadQuery};
use super::server::{ClickHouse, noted};
use super::session::Session;

/// What the server is to do with a query.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// Run it.
    Rows,
    /// Tell the columns of its answer. The server takes nothing here but a query that returns rows, so this is also what
    /// keeps `INSERT INTO FUNCTION file(…)` from running, which `readonly = 2` lets pass.
    Describe,
    /// Tell how it understands it.
    Tree,
    /// Tell what it would read of MergeTree tables.
    Estimate,
}

/// What asks for the columns of the statement that follows it.
pub(super) const DESCRIBE: &str = "DESCRIBE TABLE (\n";

impl ClickHouse {
    /// A request about `query`, its id on the ticket.
    pub(super) fn request(
        &self,
        session: &Session,
        query: ReadQuery<'_>,
        form: Form,
        timeout: Duration,
        ticket: &QueryHandle,
    ) -> Query {
        let text = query.text();
        let sql = match form {
            Form::Rows => text.to_owned(),
            // On lines of its own, so that a closing comment does not swallow the parenthesis.
            Form::Describe => format!("{DESCRIBE}{text}\n)"),
            Form::Tree => format!("EXPLAIN QUERY TREE {text}"),
            Form::Estimate => format!("EXPLAIN ESTIMATE {text}"),
        };
        let request = session.apply_limited(self.address.client.query_raw(&sql), timeout, sql.len());
        request.with_setting("query_id", noted(ticket))
    }
}

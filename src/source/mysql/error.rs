//! What MySQL or the way to it refused, in one sentence with the server's own words.

use std::time::Duration;

use sqlx::mysql::MySqlDatabaseError;

use super::super::shared::column_builder;
use super::super::{Error, ErrorCode, timed_out};

/// `max_execution_time` of MySQL and `max_statement_time` of MariaDB were exceeded.
const TIMED_OUT: [u16; 2] = [3024, 1969];
/// The session was killed, the server is going away, or has too many connections.
const LOST: [u16; 6] = [1040, 1053, 1077, 1152, 1158, 1927];
const READ_ONLY: u16 = 1792;
const OUT_OF_SORT_MEMORY: u16 = 1038;

/// A connection that could not be made; `shown` is the masked URL.
pub(super) fn connecting(shown: &str, cause: &sqlx::Error) -> Error {
    let Some(server) = database(cause) else { return column_builder::unreachable(shown, cause) };
    let hint = match server.number() {
        1045 | 1698 => "check the user and the password, in the URL or where it leaves them to a file",
        1044 | 1049 => "check the database in the URL, and that the user may use it",
        1040 => "lower max_connections of the source, or allow more at the server",
        _ => "check the URL and the server's log",
    };
    // Who asks, and for what, is the same at the next try.
    let fault = if [1044, 1045, 1049, 1698].contains(&server.number()) {
        ErrorCode::AccessRefused
    } else {
        ErrorCode::Connection
    };
    Error::new(fault, format!("cannot connect to {shown}: {}; {hint}", said(server)))
}

/// A statement that failed.
pub(super) fn running(timeout: Duration, cause: &sqlx::Error) -> Error {
    let Some(server) = database(cause) else { return column_builder::unanswered(cause) };
    if TIMED_OUT.contains(&server.number()) {
        return timed_out(timeout);
    }
    let fault = if LOST.contains(&server.number()) { ErrorCode::ConnectionLost } else { ErrorCode::QueryRefused };
    let hint = match server.number() {
        READ_ONLY => "; the queries of a check only read",
        OUT_OF_SORT_MEMORY => {
            "; sort keys are kept whole up to 65,535 bytes: give the source a larger sort_buffer_size in its `settings`"
        }
        _ => "",
    };
    Error::new(fault, format!("the server refused the query: {}{hint}", said(server))).with_server_code(numbers(server))
}

/// Whether the server itself refused, as opposed to the way to it.
pub(super) fn is_refusal(cause: &sqlx::Error) -> bool {
    database(cause).is_some_and(|server| !LOST.contains(&server.number()))
}

fn database(cause: &sqlx::Error) -> Option<&MySqlDatabaseError> {
    cause.as_database_error()?.try_downcast_ref()
}

fn said(server: &MySqlDatabaseError) -> String {
    format!("{} ({})", server.message(), numbers(server))
}

/// The codes of what the server said.
fn numbers(server: &MySqlDatabaseError) -> String {
    let state = server.code().map(|code| format!(", SQLSTATE {code}")).unwrap_or_default();
    format!("error {}{state}", server.number())
}

//! What PostgreSQL or the way to it refused, in one sentence with the server's own words.

use std::time::Duration;

use sqlx::postgres::{PgDatabaseError, PgErrorPosition};

use super::super::shared::column_builder;
use super::super::{Error, ErrorCode, timed_out};
use crate::model::Cause;

const QUERY_CANCELED: &str = "57014";
const READ_ONLY: &str = "25006";
const NOT_ALLOWED: &str = "42501";
/// A text that is not in the encoding that is asked for, which is always UTF-8.
const NOT_UTF_8: &str = "22021";

/// A connection that could not be made; `shown` is the masked URL, `passed_over` why no password was found.
pub(super) fn connecting(shown: &str, passed_over: Option<&str>, cause: &sqlx::Error) -> Error {
    let Some(server) = database(cause) else {
        return column_builder::unreachable(shown, cause);
    };
    let hint = match server.code() {
        // A pooler has codes of its own.
        code if code.starts_with("28") || server.message().contains("password authentication failed") => passed_over
            .unwrap_or("check the user and the password, in the URL or where it leaves them to a file or a variable"),
        "3D000" => "check the database in the URL",
        "53300" => "lower max_connections of the source, or allow more at the server",
        _ => "check the URL and the server's log",
    };
    // Said by the server, with its code; sqlx adds a line number of the server's source code.
    // Who asks, and for what, is the same at the next try.
    let lasting = server.code().starts_with("28") || server.code().starts_with("3D");
    let code = if lasting { ErrorCode::AccessRefused } else { ErrorCode::Connection };
    let message = format!("cannot connect to {shown}: {} (SQLSTATE {}); {hint}", server.message(), server.code());
    Error { causes: beside(server), ..Error::new(code, message) }.of_system()
}

/// A statement that failed; `sql` is what the position in it counts from.
pub(super) fn running(sql: &str, timeout: Duration, cause: &sqlx::Error) -> Error {
    behind("", sql, timeout, cause)
}

/// A statement that failed, sent as `prefix` and `sql`.
pub(super) fn behind(prefix: &str, sql: &str, timeout: Duration, cause: &sqlx::Error) -> Error {
    refused(Some((prefix, sql)), timeout, cause)
}

/// A statement of our own that failed: where in it means nothing to the reader.
pub(super) fn own(timeout: Duration, cause: &sqlx::Error) -> Error {
    refused(None, timeout, cause)
}

fn refused(sent: Option<(&str, &str)>, timeout: Duration, cause: &sqlx::Error) -> Error {
    let Some(server) = database(cause) else {
        return if is_unknown_type(cause) { unknown_type() } else { column_builder::unanswered(cause) };
    };
    let code = server.code();
    if code == QUERY_CANCELED && server.message().contains("statement timeout") {
        return timed_out(timeout);
    }
    let lost = code.starts_with("08") || ["57P01", "57P02", "57P03", "53300", "40001", "40P01"].contains(&code);
    let place = match (sent, server.position()) {
        (Some((prefix, sql)), Some(PgErrorPosition::Original(position))) => {
            let (line, column) = line_and_column(sql, position.saturating_sub(prefix.chars().count()));
            format!(" at line {line}, column {column}")
        }
        (Some(_), Some(PgErrorPosition::Internal { position, query })) => {
            let (line, column) = line_and_column(query, position);
            format!(" at line {line}, column {column} of a function's query")
        }
        _ => String::new(),
    };
    let hint = match code {
        READ_ONLY => "; the queries of a check only read",
        NOT_UTF_8 => "; compare the bytes of that text, such as encode(convert_to(x, 'SQL_ASCII'), 'hex')",
        NOT_ALLOWED if server.message().contains("row-level security") => {
            "; the account would see some rows only: read with one that the policies do not bind (BYPASSRLS), or, if these \
             rows are what is to be compared, say so: settings = { row_security = \"on\" }"
        }
        _ => "",
    };
    let kind = if lost { ErrorCode::ConnectionLost } else { ErrorCode::QueryRefused };
    let message = format!("the server refused the query: {} (SQLSTATE {code}){place}{hint}", server.message());
    Error { causes: beside(server), ..Error::new(kind, message) }.with_server_code(format!("SQLSTATE {code}"))
}

fn database(cause: &sqlx::Error) -> Option<&PgDatabaseError> {
    cause.as_database_error()?.try_downcast_ref()
}

/// Whether sqlx asked the catalogue for the type of a column and met a sort of types that it does not know.
fn is_unknown_type(cause: &sqlx::Error) -> bool {
    matches!(cause, sqlx::Error::ColumnDecode { index, .. } if index.contains("typtype"))
}

fn unknown_type() -> Error {
    Error::new(
        ErrorCode::TypeUnsupported,
        "a column of the query has a type that has no exact canonical type, such as a multirange; cast it in the query, \
         such as x::text",
    )
}

fn beside(server: &PgDatabaseError) -> Vec<Cause> {
    let detail = server.detail().map(str::to_owned);
    let hint = server.hint().map(|hint| format!("hint: {hint}"));
    let context = server.r#where().map(|place| format!("in: {place}"));
    [detail, hint, context].into_iter().flatten().map(Cause::of_others).collect()
}

/// Line and column of the character at `position`, all counted from 1.
fn line_and_column(sql: &str, position: usize) -> (usize, usize) {
    let before: Vec<char> = sql.chars().take(position.saturating_sub(1)).collect();
    let line = before.iter().filter(|c| **c == '\n').count() + 1;
    let column = before.iter().rev().take_while(|c| **c != '\n').count() + 1;
    (line, column)
}

#[cfg(test)]
mod tests {
    use super::line_and_column;

    #[test]
    fn a_position_counts_characters_not_bytes() {
        assert_eq!(line_and_column("SELECT x", 8), (1, 8));
        assert_eq!(line_and_column("SELECT\n  'ä', x", 15), (2, 8));
    }
}

//! One statement read to its last row, in batches.
//!
//! Whoever reads may wait, so this belongs on a thread of its own.

use rusqlite::types::ValueRef;

use super::super::shared::batch_sink::BatchSink;
use super::super::shared::column_builder;
use super::super::shared::column_builder::DecodeError;
use super::super::{Error, ErrorCode};
use super::connection::Connection;
use super::held::Stored;
use super::types::Collected;
use crate::frame::Frame;

/// Reads `sql` into `rows`; stops early, without an error, where no more is wanted.
///
/// # Errors
/// Anything but one statement that only reads, which is then not run; values without an exact canonical type; a file that
/// changed meanwhile.
pub(super) fn read(connection: &Connection, sql: &str, rows: &mut BatchSink) -> Result<(), Error> {
    let refused = |cause: &rusqlite::Error| connection.refused(cause);
    let mut statement = prepared(connection, sql)?;
    let columns: Vec<(String, String)> = statement
        .columns()
        .iter()
        .map(|column| (column.name().to_owned(), column.decl_type().unwrap_or_default().to_owned()))
        .collect();
    column_builder::distinct(columns.iter().map(|(name, _)| name.as_str()))?;
    let begun = || columns.iter().map(|(name, declared)| Collected::new(name, declared)).collect::<Vec<_>>();
    let (mut collected, mut given, mut height, mut bytes) = (begun(), 0, 0, 0);
    let mut cursor = statement.raw_query();
    while let Some(row) = cursor.next().map_err(|cause| refused(&cause))? {
        for (index, column) in collected.iter_mut().enumerate() {
            let raw = row.get_ref(index).map_err(|cause| refused(&cause))?;
            let stored =
                stored(raw, column.name()).map_err(|misread| misread.at(column.name(), "TEXT", given + height + 1))?;
            bytes += stored.size();
            column.push(stored);
        }
        height += 1;
        if rows.full(height, bytes) {
            connection.unchanged()?;
            if !rows.take_blocking(frame(std::mem::replace(&mut collected, begun()), given)?) {
                return Ok(());
            }
            (given, height, bytes) = (given + height, 0, 0);
        }
    }
    connection.unchanged()?;
    if given == 0 || height > 0 {
        rows.take_blocking(frame(collected, given)?);
    }
    Ok(())
}

/// The one statement of `sql`, prepared and not run.
fn prepared<'a>(connection: &'a Connection, sql: &str) -> Result<rusqlite::Statement<'a>, Error> {
    let wrong = |what: &str| {
        Error::new(ErrorCode::StatementRefused, format!("{what}, so it was not run; a check takes one SELECT"))
    };
    // SQLite reads a text up to there.
    if sql.contains('\0') {
        return Err(wrong("the query holds the character NUL"));
    }
    let statement = connection.held.prepare(sql).map_err(|cause| match cause {
        rusqlite::Error::MultipleStatement => wrong("the query holds more than one statement"),
        cause => connection.refused(&cause),
    })?;
    if statement.column_count() == 0 {
        return Err(column_builder::no_columns());
    }
    if !statement.readonly() || statement.is_explain() != 0 || !begins_as_query(sql) {
        return Err(wrong("the statement is no query"));
    }
    Ok(statement)
}

/// Whether the first word is one that queries begin with, past blanks and comments.
fn begins_as_query(sql: &str) -> bool {
    let mut rest = sql;
    loop {
        rest = rest.trim_start_matches(|c: char| c.is_ascii_whitespace() || c == ';' || c == '\u{feff}');
        let after = match rest.get(..2) {
            Some("--") => rest.split_once('\n'),
            Some("/*") => rest[2..].split_once("*/"),
            _ => break,
        };
        let Some((_, after)) = after else { return false };
        rest = after;
    }
    let word = rest.split(|c: char| !c.is_ascii_alphabetic()).next().unwrap_or_default();
    ["SELECT", "WITH", "VALUES"].iter().any(|one| one.eq_ignore_ascii_case(word))
}

fn frame(columns: Vec<Collected>, given: usize) -> Result<Frame, Error> {
    let columns = columns.into_iter().map(|column| column.settled(given)).collect::<Result<Vec<_>, _>>()?;
    let (series, types) = columns.into_iter().unzip();
    Frame::from_series(series, types).map_err(column_builder::frame_error)
}

/// A value of the column `name`.
fn stored<'a>(raw: ValueRef<'a>, name: &str) -> Result<Stored<'a>, DecodeError> {
    Ok(match raw {
        ValueRef::Null => Stored::Null,
        ValueRef::Integer(number) => Stored::Integer(number),
        ValueRef::Real(number) => Stored::Real(number),
        ValueRef::Text(bytes) => match std::str::from_utf8(bytes) {
            Ok(text) => Stored::Text(text),
            Err(_) => return Err(DecodeError::new("the text is not UTF-8", format!("select hex({name})"))),
        },
        ValueRef::Blob(bytes) => Stored::Blob(bytes),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_begins_with_its_word() {
        for query in ["select 1", " \n-- why\nWITH a AS (SELECT 1) SELECT 1", "/* a */VALUES (1)", "SELECT(1)"] {
            assert!(begins_as_query(query), "{query}");
        }
        for other in ["", "--", "/* SELECT", "-- SELECT", "PRAGMA x", "EXPLAIN SELECT 1", "selection", "(SELECT 1)"] {
            assert!(!begins_as_query(other), "{other}");
        }
    }
}

//! A query described and then read to its last row.

use adbc_driver_manager::ManagedConnection;

use super::super::adbc::{Cancel, read};
use super::super::catalog::Cells;
use super::super::error::Error;
use super::super::gate::ReadQuery;
use super::super::lexer::{self, Kind};
use super::super::shared::batch_sink::BatchSink;
use super::lexer::LEXERS;
use super::vendor::{Column, OfSpark, comparable};

/// Reads `sql` into `rows`. Its columns are described first, for Arrow does not tell all of Spark's types apart.
///
/// # Errors
/// What the gate and Spark refuse, and types and values without an exact canonical form.
pub(super) fn send(
    connection: &mut ManagedConnection,
    sql: &str,
    rows: &mut BatchSink,
    cancel: &Cancel,
) -> Result<(), Error> {
    let query = ReadQuery::check(&LEXERS[0], sql)?;
    let vendor = OfSpark { described: described(connection, query, cancel)? };
    read(connection, &vendor, query, rows, cancel).map(|_| ())
}

/// The columns of a query; absent where it asks for no rows of its own.
pub(super) fn described(
    connection: &mut ManagedConnection,
    query: ReadQuery<'_>,
    cancel: &Cancel,
) -> Result<Option<Vec<Column>>, Error> {
    if asks_of_catalogue(query) {
        return Ok(None);
    }
    let sql = format!("DESCRIBE QUERY {}", query.text());
    let mut told = BatchSink::Whole(None);
    read(connection, &OfSpark { described: None }, ReadQuery::check(&LEXERS[0], &sql)?, &mut told, cancel)?;
    let BatchSink::Whole(Some(frame)) = told else { return Ok(None) };
    let cells = Cells::of(&frame);
    let column = |row: usize| Some((cells.text(row, "col_name")?, cells.text(row, "data_type")?));
    let columns: Vec<Column> = (0..cells.rows()).filter_map(column).collect();
    comparable(&columns)?;
    Ok(Some(columns))
}

/// Whether a query begins as one that only the catalogue answers, with texts.
pub(super) fn asks_of_catalogue(query: ReadQuery<'_>) -> bool {
    let tokens = lexer::tokens(&LEXERS[0], query.text()).unwrap_or_default();
    let first = tokens.iter().find(|token| token.kind == Kind::Word);
    let first = first.map(|token| query.text()[token.start..token.end].to_ascii_uppercase());
    first.is_some_and(|word| word == "SHOW" || word == "DESCRIBE")
}

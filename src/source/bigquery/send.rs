//! A query read to its last row, and counted.
//!
//! The driver drops the error of an answer that breaks off and ends it as if it were whole, so that rows would be missing in
//! silence; and of an answer without rows, version 1.11.0 tells no columns.

use adbc_driver_manager::ManagedConnection;
use arrow::datatypes::SchemaRef;

use super::super::adbc::{self, Cancel, give_none, query, read};
use super::super::error::Error;
use super::super::pushdown::Described;
use super::super::shared::batch_sink::BatchSink;
use super::dialect::BigQuery;
use super::server_diff;
use super::vendor::{LABEL, OfBigQuery};
use crate::frame::Value;
use crate::model::ErrorCode;

/// Reads `sql` into `rows`.
///
/// # Errors
/// What the gate and BigQuery refuse, types and values without an exact canonical form, and an answer that is not whole.
pub(super) fn send(
    connection: &mut ManagedConnection,
    vendor: &OfBigQuery<'_>,
    sql: &str,
    rows: &mut BatchSink,
    cancel: &Cancel,
) -> Result<(), Error> {
    let asked = query(&BigQuery, sql)?;
    let read = read(connection, vendor, asked, rows, cancel)?;
    if read.is_none() {
        // Nothing was told of the columns, and nothing was given to `rows`.
        give_none(columns(connection, vendor, asked.text(), cancel)?, rows)?;
    }
    whole(read.unwrap_or(0), count(connection, vendor, asked.text(), cancel)?)
}

/// The columns of a query, without its rows.
///
/// # Errors
/// See [`send`].
pub(super) fn described(
    connection: &mut ManagedConnection,
    vendor: &OfBigQuery<'_>,
    sql: &str,
    cancel: &Cancel,
) -> Result<Vec<Described>, Error> {
    let schema = columns(connection, vendor, query(&BigQuery, sql)?.text(), cancel)?;
    Ok(server_diff::described(&schema))
}

/// The columns of a query, told by an answer of one row that is NULL where it has none.
fn columns(
    connection: &mut ManagedConnection,
    vendor: &OfBigQuery<'_>,
    sql: &str,
    cancel: &Cancel,
) -> Result<SchemaRef, Error> {
    let asked = row_of_nulls(sql);
    adbc::columns(connection, vendor, query(&BigQuery, &asked)?, cancel)
}

/// A query of the columns of `sql` that has a row whatever it holds, and reads none of it.
pub(super) fn row_of_nulls(sql: &str) -> String {
    format!(
        "SELECT cutover_one.side.* FROM (\nSELECT ANY_VALUE(cutover_all) AS side FROM (\n{sql}\n) AS cutover_all\nWHERE FALSE\n\
         ) AS cutover_one"
    )
}

/// How many rows `sql` has, asked by a query of its own.
fn count(
    connection: &mut ManagedConnection,
    vendor: &OfBigQuery<'_>,
    sql: &str,
    cancel: &Cancel,
) -> Result<i128, Error> {
    let mut told = BatchSink::Whole(None);
    read(connection, vendor, query(&BigQuery, &counted(sql))?, &mut told, cancel)?;
    let unread = || {
        let message = format!("{LABEL} did not say how many rows the answer has; run the check again");
        Error::new(ErrorCode::QueryRefused, message)
    };
    let BatchSink::Whole(Some(frame)) = told else { return Err(unread()) };
    match frame.values("n")[..] {
        [Value::Integer(rows)] => Ok(rows),
        _ => Err(unread()),
    }
}

/// The query of how many rows `sql` has.
pub(super) fn counted(sql: &str) -> String {
    format!("SELECT COUNT(*) AS n FROM (\n{sql}\n) AS cutover_all")
}

/// Whether as many rows were `read` as are `counted`.
///
/// # Errors
/// More or fewer.
pub(super) fn whole(read: u64, counted: i128) -> Result<(), Error> {
    if i128::from(read) == counted {
        return Ok(());
    }
    let message = format!(
        "{LABEL} counts {counted} rows and its driver handed over {read}: the answer broke off without an error, the tables \
         were changed meanwhile, or the query has other rows each time; run the check again"
    );
    Err(Error::new(ErrorCode::QueryRefused, message))
}

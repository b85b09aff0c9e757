//! One statement read to its last row, in batches; what is not wanted yet is not asked for.
//!
//! Whoever reads may wait, so this belongs on a thread of its own.

use adbc_core::error::Status;
use adbc_core::{Connection, Statement, error};
use adbc_driver_manager::ManagedConnection;
use arrow::array::{ArrayRef, RecordBatch, RecordBatchReader};

use super::super::error::Error;
use super::super::gate::ReadQuery;
use super::super::shared::arrow_frame::Columns;
use super::super::shared::batch_sink::{self, BatchSink};
use super::cancel::Cancel;
use crate::model::ErrorCode;

/// Looks at a column before it is read: why a value of it has no canonical one, with a hint.
pub(in crate::source) type Look = fn(&ArrayRef) -> Result<(), String>;

/// Reads `sql` into `rows`.
///
/// # Errors
/// What the driver refuses, and types and values without an exact canonical form.
pub(in crate::source) fn read(
    connection: &mut ManagedConnection,
    label: &str,
    sql: ReadQuery<'_>,
    look: Look,
    rows: &mut BatchSink,
    cancel: &Cancel,
) -> Result<(), Error> {
    let refused = |cause: error::Error| refused(label, &cause);
    let mut statement = connection.new_statement().map_err(refused)?;
    statement.set_sql_query(sql.text()).map_err(refused)?;
    if !cancel.begin(statement.get_cancel_handle()) {
        cancel.end();
        return Err(batch_sink::unwanted());
    }
    let outcome = statement.execute().map_err(refused).and_then(|answer| give(answer, label, look, rows, cancel));
    cancel.end();
    outcome
}

fn give(
    answer: Box<dyn RecordBatchReader + Send>,
    label: &str,
    look: Look,
    rows: &mut BatchSink,
    cancel: &Cancel,
) -> Result<(), Error> {
    let schema = answer.schema();
    let columns = Columns::of(&schema)?;
    let (mut held, mut height, mut bytes, mut given) = (Vec::new(), 0, 0, false);
    for batch in answer {
        let batch = batch.map_err(|cause| {
            let message = format!("{label} broke off the answer: {cause}; run the check again, or correct the query");
            Error::new(ErrorCode::QueryRefused, message)
        })?;
        if cancel.cancelled() {
            return Err(batch_sink::unwanted());
        }
        if batch.schema().fields() != schema.fields() {
            let message = format!("{label} answered with other columns than it had described; report it to its makers");
            return Err(Error::new(ErrorCode::QueryRefused, message));
        }
        if batch.num_rows() == 0 {
            continue;
        }
        for (field, column) in schema.fields().iter().zip(batch.columns()) {
            look(column).map_err(|why| {
                let message = format!("column `{}`: {why}", field.name());
                Error::new(ErrorCode::ValueUnreadable, message)
            })?;
        }
        height += batch.num_rows();
        bytes += batch.get_array_memory_size();
        held.push(batch);
        if rows.full(height, bytes) {
            given = true;
            if !rows.take_blocking(columns.frame(&std::mem::take(&mut held))?) {
                return Err(batch_sink::unwanted());
            }
            (height, bytes) = (0, 0);
        }
    }
    if !given || !held.is_empty() {
        if held.is_empty() {
            held.push(RecordBatch::new_empty(schema));
        }
        rows.take_blocking(columns.frame(&held)?);
    }
    Ok(())
}

/// The error of a driver as one for the reader.
pub(in crate::source) fn refused(label: &str, cause: &error::Error) -> Error {
    let text = cause.message.lines().map(str::trim_end).filter(|line| !line.is_empty()).collect::<Vec<_>>().join("; ");
    // An answer without a schema: what the driver itself says of it is no more than that.
    if text.contains("Cannot get schema") {
        let message = format!(
            "{label} cannot hand over a column of the answer, because of its type, as VARIANT of DuckDB; select \
             `CAST(… AS VARCHAR)` in its place, or leave it out"
        );
        return Error::new(ErrorCode::TypeUnsupported, message);
    }
    let hint = match cause.status {
        Status::Unauthenticated | Status::Unauthorized => "check the account",
        Status::IO | Status::Timeout => "check that the source can be reached",
        _ if text.contains("type TIMESTAMP_") && text.contains("type TIMESTAMP WITH TIME ZONE") => {
            "cast the time without a zone, such as CAST(t AS TIMESTAMP), or give a param without an offset"
        }
        _ => "check the query, its tables and columns",
    };
    Error::new(ErrorCode::QueryRefused, format!("{label} refused the query: {text}; {hint}"))
}

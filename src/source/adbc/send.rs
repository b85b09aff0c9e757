//! One statement read to its last row, in batches; what is not wanted yet is not asked for.
//!
//! Whoever reads may wait, so this belongs on a thread of its own.

use adbc_core::error::Status;
use adbc_core::options::{OptionStatement, OptionValue};
use adbc_core::{Connection, Optionable, Statement, error};
use adbc_driver_manager::{ManagedConnection, ManagedStatement};
use arrow::array::{ArrayRef, RecordBatch, RecordBatchReader};
use arrow::datatypes::{Field, Schema, SchemaRef};
use arrow::error::ArrowError;

use super::super::error::Error;
use super::super::gate::ReadQuery;
use super::super::shared::arrow_frame::Columns;
use super::super::shared::batch_sink::{self, BatchSink};
use super::cancel::Cancel;
use crate::model::ErrorCode;

/// What an engine behind a driver adds to how an answer of it is read.
pub(in crate::source) trait Vendor {
    /// The engine for people.
    fn label(&self) -> &'static str;

    /// What each statement is sent with.
    fn sent_with(&self) -> &[(OptionStatement, OptionValue)] {
        &[]
    }

    /// Whether the driver may tell no columns of an answer without rows.
    fn hides_columns(&self) -> bool {
        false
    }

    /// Looks at the columns of an answer before its first row.
    ///
    /// # Errors
    /// Columns that are not those that the engine described.
    fn columns(&self, _schema: &Schema) -> Result<(), Error> {
        Ok(())
    }

    /// The columns as they are meant, where the driver says otherwise of an answer without rows.
    fn meant(&self, schema: SchemaRef) -> SchemaRef {
        schema
    }

    /// Whether a column of decimals holds integers, which the engine has no other type for.
    fn is_whole(&self, _field: &Field) -> bool {
        false
    }

    /// Looks at a column before it is read.
    ///
    /// # Errors
    /// Why a value of it has no canonical one, with a hint.
    fn values(&self, _field: &Field, _column: &ArrayRef) -> Result<(), String> {
        Ok(())
    }

    /// The error of the driver as one for the reader.
    fn refused(&self, cause: &error::Error) -> Error {
        refused(self.label(), &cause.message, cause.status, "check the query, its tables and columns")
    }

    /// Why an answer that had begun did not come to its end.
    fn broken_off(&self, cause: &ArrowError) -> Error {
        let message =
            format!("{} broke off the answer: {cause}; run the check again, or correct the query", self.label());
        Error::new(ErrorCode::QueryRefused, message)
    }
}

/// Reads `sql` into `rows` and returns how many there were; nothing is read where the driver tells no columns.
///
/// # Errors
/// What the driver refuses, and types and values without an exact canonical form.
pub(in crate::source) fn read(
    connection: &mut ManagedConnection,
    vendor: &dyn Vendor,
    sql: ReadQuery<'_>,
    rows: &mut BatchSink,
    cancel: &Cancel,
) -> Result<Option<u64>, Error> {
    asked(connection, vendor, sql, cancel, |statement| {
        statement
            .execute()
            .map_err(|cause| vendor.refused(&cause))
            .and_then(|answer| give(answer, vendor, rows, cancel))
    })
}

/// Does `work` with a statement of `sql` that is not run yet.
fn asked<T>(
    connection: &mut ManagedConnection,
    vendor: &dyn Vendor,
    sql: ReadQuery<'_>,
    cancel: &Cancel,
    work: impl FnOnce(&mut ManagedStatement) -> Result<T, Error>,
) -> Result<T, Error> {
    let refused = |cause: error::Error| vendor.refused(&cause);
    let mut statement = connection.new_statement().map_err(refused)?;
    for (name, value) in vendor.sent_with() {
        statement.set_option(name.clone(), value.clone()).map_err(refused)?;
    }
    statement.set_sql_query(sql.text()).map_err(refused)?;
    if !cancel.begin(statement.get_cancel_handle()) {
        cancel.end();
        return Err(batch_sink::unwanted());
    }
    let outcome = work(&mut statement);
    cancel.end();
    outcome
}

/// The columns of `sql`, as the driver tells them without running it.
///
/// # Errors
/// What the driver refuses, and types without an exact canonical form.
pub(in crate::source) fn described(
    connection: &mut ManagedConnection,
    vendor: &dyn Vendor,
    sql: ReadQuery<'_>,
    cancel: &Cancel,
) -> Result<SchemaRef, Error> {
    let schema = asked(connection, vendor, sql, cancel, |statement| {
        statement.execute_schema().map_err(|cause| vendor.refused(&cause))
    })?;
    vendor.columns(&schema)?;
    Ok(vendor.meant(schema.into()))
}

/// The columns of the answer to `sql`, of which no row is read.
///
/// # Errors
/// What the driver refuses, and types without an exact canonical form.
pub(in crate::source) fn columns(
    connection: &mut ManagedConnection,
    vendor: &dyn Vendor,
    sql: ReadQuery<'_>,
    cancel: &Cancel,
) -> Result<SchemaRef, Error> {
    let schema = asked(connection, vendor, sql, cancel, |statement| {
        Ok(statement.execute().map_err(|cause| vendor.refused(&cause))?.schema())
    })?;
    vendor.columns(&schema)?;
    Ok(vendor.meant(schema))
}

/// Reads an answer into `rows`.
///
/// # Errors
/// Types and values without an exact canonical form, and what breaks off.
pub(in crate::source) fn give(
    answer: Box<dyn RecordBatchReader + Send>,
    vendor: &dyn Vendor,
    rows: &mut BatchSink,
    cancel: &Cancel,
) -> Result<Option<u64>, Error> {
    let schema = answer.schema();
    if schema.fields().is_empty() && vendor.hides_columns() {
        return Ok(None);
    }
    vendor.columns(&schema)?;
    let meant = vendor.meant(schema.clone());
    let columns = Columns::of(&meant)?.with_integers(&meant, |field| vendor.is_whole(field));
    let (mut held, mut height, mut bytes, mut given, mut all) = (Vec::new(), 0, 0, false, 0_u64);
    for batch in answer {
        let batch = batch.map_err(|cause| vendor.broken_off(&cause))?;
        if cancel.cancelled() {
            return Err(batch_sink::unwanted());
        }
        if batch.schema().fields() != schema.fields() {
            let message = format!(
                "{} answered with other columns than it had described; report it to its makers",
                vendor.label()
            );
            return Err(Error::new(ErrorCode::QueryRefused, message));
        }
        if batch.num_rows() == 0 {
            continue;
        }
        for (field, column) in schema.fields().iter().zip(batch.columns()) {
            sound(column).and_then(|()| vendor.values(field, column)).map_err(|why| {
                let message = format!("column `{}`: {why}", field.name());
                Error::new(ErrorCode::ValueUnreadable, message)
            })?;
        }
        height += batch.num_rows();
        all += batch.num_rows() as u64;
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
            held.push(RecordBatch::new_empty(meant));
        }
        rows.take_blocking(columns.frame(&held)?);
    }
    Ok(Some(all))
}

/// Gives `rows` an answer of these columns that has none.
///
/// # Errors
/// Types without an exact canonical form.
pub(in crate::source) fn give_none(schema: SchemaRef, rows: &mut BatchSink) -> Result<(), Error> {
    let columns = Columns::of(&schema)?;
    rows.take_blocking(columns.frame(&[RecordBatch::new_empty(schema)])?);
    Ok(())
}

/// Looks whether a column is what its type says, however deep: nobody else does, between a driver's memory and ours.
fn sound(column: &ArrayRef) -> Result<(), String> {
    column.to_data().validate_full().map_err(|cause| match cause.to_string() {
        text if text.contains("UTF8") || text.contains("UTF-8") => {
            "it holds a text that is not UTF-8; select its bytes in hexadecimal, such as hex(…)".to_owned()
        }
        text => format!("the driver handed over a column that is broken ({text}); report it to its makers"),
    })
}

/// The error of a driver, which said `text`, as one for the reader; `hint` where the status tells no better.
pub(in crate::source) fn refused(label: &str, text: &str, status: Status, hint: &str) -> Error {
    let hint = match status {
        Status::Unauthenticated | Status::Unauthorized => "check the account",
        Status::IO | Status::Timeout => "check that the source can be reached",
        _ => hint,
    };
    Error::new(ErrorCode::QueryRefused, format!("{label} refused the query: {}; {hint}", one_line(text)))
}

/// The lines of a text, joined.
pub(in crate::source) fn one_line(text: &str) -> String {
    text.lines().map(str::trim_end).filter(|line| !line.is_empty()).collect::<Vec<_>>().join("; ")
}

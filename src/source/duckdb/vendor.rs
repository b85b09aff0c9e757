//! How answers of DuckDB are read, and what it says in place of one.

use adbc_core::error;
use arrow::array::ArrayRef;
use arrow::datatypes::Field;

use super::super::adbc::{Vendor, one_line, refused};
use super::super::error::Error;
use super::values;
use crate::model::ErrorCode;

/// The engine for people.
pub(super) const LABEL: &str = "DuckDB";

/// DuckDB, as it answers.
pub(super) struct OfDuckDb;

impl Vendor for OfDuckDb {
    fn label(&self) -> &'static str {
        LABEL
    }

    fn values(&self, _field: &Field, column: &ArrayRef) -> Result<(), String> {
        values::look(column)
    }

    fn refused(&self, cause: &error::Error) -> Error {
        let text = one_line(&cause.message);
        // An answer without a schema: what the driver itself says of it is no more than that.
        if text.contains("Cannot get schema") {
            let message = format!(
                "{LABEL} cannot hand over a column of the answer, because of its type, as VARIANT of DuckDB; select \
                 `CAST(… AS VARCHAR)` in its place, or leave it out"
            );
            return Error::new(ErrorCode::TypeUnsupported, message);
        }
        let hint = match text.contains("type TIMESTAMP_") && text.contains("type TIMESTAMP WITH TIME ZONE") {
            true => "cast the time without a zone, such as CAST(t AS TIMESTAMP), or give a param without an offset",
            false => "check the query, its tables and columns",
        };
        refused(LABEL, &text, cause.status, hint)
    }
}

//! How answers of Snowflake are read, and what it says in place of one.

use std::sync::Arc;

use adbc_core::error;
use arrow::array::{Array, ArrayRef};
use arrow::datatypes::{Field, Schema, SchemaRef};
use arrow::error::ArrowError;

use super::super::adbc::{Vendor, one_line, refused};
use super::super::error::Error;
use super::types;
use crate::model::ErrorCode;

/// The engine for people.
pub(super) const LABEL: &str = "Snowflake";

/// Snowflake, as it answers.
pub(super) struct OfSnowflake;

impl Vendor for OfSnowflake {
    fn label(&self) -> &'static str {
        LABEL
    }

    fn columns(&self, schema: &Schema) -> Result<(), Error> {
        for field in schema.fields() {
            if let Some(types::Unfit { of, why, hint }) = types::unfit(field) {
                let (name, quoted) = (field.name(), format!("\"{}\"", field.name().replace('"', "\"\"")));
                let message = format!(
                    "column `{name}`: Snowflake's type {of} {why}; select {} instead, or leave it out",
                    hint.replace("{}", &quoted)
                );
                return Err(Error::new(ErrorCode::TypeUnsupported, message).on_column(name, Some(&of)));
            }
        }
        Ok(())
    }

    fn meant(&self, schema: SchemaRef) -> SchemaRef {
        let fields: Vec<Field> = schema.fields().iter().map(|field| types::meant(field)).collect();
        Arc::new(Schema::new_with_metadata(fields, schema.metadata().clone()))
    }

    fn is_whole(&self, field: &Field) -> bool {
        types::is_whole(field)
    }

    /// Times of an answer that came as JSON are read wrongly by the driver: their fraction, and their unit.
    fn values(&self, field: &Field, column: &ArrayRef) -> Result<(), String> {
        let wrong = types::is_of_driver(field) && types::is_time(field) && column.null_count() < column.len();
        match wrong {
            true => Err(
                "the server answered with JSON, of which the driver reads times wrongly; select TO_CHAR of it, with \
                         a format, instead"
                    .to_owned(),
            ),
            false => Ok(()),
        }
    }

    fn refused(&self, cause: &error::Error) -> Error {
        let text = told(&cause.message);
        if text.contains("overflows when converted to nanoseconds") {
            return beyond(&text);
        }
        refused(LABEL, &text, cause.status, "check the query, its tables and columns, and that a warehouse is given")
    }

    fn broken_off(&self, cause: &ArrowError) -> Error {
        let text = told(&cause.to_string());
        if text.contains("overflows when converted to nanoseconds") {
            return beyond(&text);
        }
        let message = format!("{LABEL} broke off the answer: {text}; run the check again, or correct the query");
        Error::new(ErrorCode::QueryRefused, message)
    }
}

/// A moment that 64 bits of nanoseconds do not hold.
fn beyond(text: &str) -> Error {
    let message = format!(
        "a time of nine digits lies before 1678 or after 2261, which its driver does not hand over ({text}); select \
         CAST(… AS TIMESTAMP_NTZ(6)) or CAST(… AS TIMESTAMP_LTZ(6)) instead, or leave it out"
    );
    Error::new(ErrorCode::ValueUnreadable, message)
}

/// What Snowflake said, without the codes that the driver repeats around it.
fn told(text: &str) -> String {
    let text = one_line(text);
    let text = text.trim_start_matches("INTERNAL: ").trim_start_matches("[Snowflake] ");
    text.split(". Vendor code:").next().unwrap_or_default().trim().to_owned()
}

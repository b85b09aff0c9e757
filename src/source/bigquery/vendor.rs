//! How answers of BigQuery are read, and what it says in place of one.

use std::sync::Arc;

use adbc_core::error;
use adbc_core::options::{OptionStatement, OptionValue};
use arrow::datatypes::{Field, Schema, SchemaRef};
use arrow::error::ArrowError;

use super::super::adbc::{Vendor, one_line, refused};
use super::super::error::Error;
use super::types;
use crate::model::ErrorCode;

/// The engine for people.
pub(super) const LABEL: &str = "BigQuery";

/// BigQuery, as it answers a query.
pub(super) struct OfBigQuery<'a> {
    /// What each query is sent with.
    pub(super) sent_with: &'a [(OptionStatement, OptionValue)],
}

impl Vendor for OfBigQuery<'_> {
    fn label(&self) -> &'static str {
        LABEL
    }

    fn sent_with(&self) -> &[(OptionStatement, OptionValue)] {
        self.sent_with
    }

    /// Version 1.11.0 tells none of an answer without rows.
    fn hides_columns(&self) -> bool {
        true
    }

    fn columns(&self, schema: &Schema) -> Result<(), Error> {
        for field in schema.fields() {
            if let Some(types::Unfit { of, hint }) = types::unfit(field) {
                let name = field.name();
                let quoted = format!("`{}`", name.replace('\\', "\\\\").replace('`', "\\`"));
                let message = format!(
                    "column `{name}`: BigQuery's type {of} has no exact canonical type; select {} instead, or leave it out",
                    hint.replace("{}", &quoted)
                );
                return Err(Error::new(ErrorCode::TypeUnsupported, message).on_column(name, Some(&of)));
            }
        }
        Ok(())
    }

    fn meant(&self, schema: SchemaRef) -> SchemaRef {
        let fields: Vec<Field> = schema.fields().iter().map(|field| types::meant(field)).collect();
        Arc::new(Schema::new(fields))
    }

    fn refused(&self, cause: &error::Error) -> Error {
        let text = told(&cause.message);
        let hint = match text.contains("readSessionUser") {
            true => "give the account the role roles/bigquery.readSessionUser",
            false => "check the query, its tables and columns, and the location of the dataset",
        };
        refused(LABEL, &text, cause.status, hint)
    }

    fn broken_off(&self, cause: &ArrowError) -> Error {
        let text = told(&cause.to_string());
        let message = format!("{LABEL} broke off the answer: {text}; run the check again, or correct the query");
        Error::new(ErrorCode::QueryRefused, message)
    }
}

/// What BigQuery said, without what the driver says around it.
fn told(text: &str) -> String {
    let text = one_line(text);
    let text = text.trim_start_matches("INTERNAL: ");
    text.trim_start_matches("[bq] ").trim_start_matches("[bigquery] ").trim().to_owned()
}

//! How answers of Spark are read, and what it says in place of one.

use adbc_core::error;
use arrow::datatypes::Schema;
use arrow::error::ArrowError;

use super::super::adbc::{Vendor, one_line, refused};
use super::super::error::Error;
use super::types;
use crate::model::ErrorCode;

/// The engine for people.
pub(super) const LABEL: &str = "Spark";

/// A column as Spark described it: its name and its type.
pub(super) type Column = (String, String);

/// Spark, as it answers a query.
pub(super) struct OfSpark {
    /// The columns that it described; absent for what is described by no query.
    pub(super) described: Option<Vec<Column>>,
}

impl Vendor for OfSpark {
    fn label(&self) -> &'static str {
        LABEL
    }

    fn columns(&self, schema: &Schema) -> Result<(), Error> {
        let Some(described) = &self.described else { return Ok(()) };
        let same = described.len() == schema.fields().len()
            && described
                .iter()
                .zip(schema.fields())
                .all(|((name, declared), field)| name == field.name() && types::comes_as(declared, field.data_type()));
        match same {
            true => Ok(()),
            false => {
                let message = "Spark answered with other columns than it had described, so a table was changed meanwhile \
                               or its driver knows a type otherwise; run the check again, or cast the columns in the query";
                Err(Error::new(ErrorCode::QueryRefused, message))
            }
        }
    }

    fn refused(&self, cause: &error::Error) -> Error {
        let known = "check the query, its tables and columns";
        refused(LABEL, &told(&cause.message), cause.status, known)
    }

    fn broken_off(&self, cause: &ArrowError) -> Error {
        let text = told(&cause.to_string());
        let message = format!("{LABEL} broke off the answer: {text}; run the check again, or correct the query");
        Error::new(ErrorCode::QueryRefused, message)
    }
}

/// Why another source is not read.
pub(super) fn unmade(cause: &error::Error) -> Error {
    let hint = "check that the server reaches the source, or leave `via` out";
    Error { code: ErrorCode::SourceUnfit, ..refused(LABEL, &told(&cause.message), cause.status, hint) }
}

/// What Spark said, without the plan and the query that follow it.
fn told(text: &str) -> String {
    let follows =
        |line: &str| line.starts_with("== SQL") || line.starts_with(['\'', '+']) || line.starts_with(". Vendor");
    let text = text.trim_start_matches("INTERNAL: ").trim_start_matches("[Spark]");
    one_line(&text.lines().take_while(|line| !follows(line)).collect::<Vec<_>>().join("\n")).trim().to_owned()
}

/// Refuses the first column that cannot be compared.
///
/// # Errors
/// Names it, its type, and what to select instead.
pub(super) fn comparable(described: &[Column]) -> Result<(), Error> {
    for (name, declared) in described {
        if let Some((of, hint)) = types::unfit(declared) {
            let quoted = format!("`{}`", name.replace('`', "``"));
            let message = format!(
                "column `{name}`: Spark's type {of} has no exact canonical type; select {} instead, or leave it out",
                hint.replace("{}", &quoted)
            );
            return Err(Error::new(ErrorCode::TypeUnsupported, message).on_column(name, Some(declared)));
        }
    }
    Ok(())
}

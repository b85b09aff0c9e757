//! Says why columns do not make a frame.

use polars::prelude::PolarsError;

use super::types::Type;

/// Columns that do not make a frame.
#[derive(Debug, thiserror::Error)]
pub enum FrameError {
    /// Two columns have one name.
    #[error("column `{0}` appears twice in the result; give each column a name of its own (AS)")]
    DuplicateName(String),
    /// A value does not fit the type of its column.
    #[error("column `{column}`: {value} does not fit its type {of}; cast the column in the query")]
    Misfit {
        /// Column name.
        column: String,
        /// The value as text.
        value: String,
        /// Type of the column.
        of: Type,
    },
    /// Polars refused the columns.
    #[error("the columns do not make a frame")]
    Polars(#[from] PolarsError),
}

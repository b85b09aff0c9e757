//! Says why a row diff came to no verdict.

use super::spill::SpillError;
use crate::frame::{FrameError, Type};
use crate::model::{Cause, ErrorCode, ErrorReport};

/// Why a diff came to no verdict.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// The data could not be compared.
    #[error("{0}")]
    Data(ErrorReport),
    /// A column that began as nothing but NULL has a type: begin again with [`Frame::widened`](crate::frame::Frame::widened).
    #[error("column `{column}` is empty in earlier rows and {of} in later ones; cast it in the query")]
    Widened {
        /// Its name.
        column: String,
        /// The type it turned out to have.
        of: Type,
    },
    /// A side gave no batch at all, not even one of height 0.
    #[error("a side returned not even its column names, so nothing can be compared; correct the query")]
    Unread,
    /// Partitions could not be written or read back.
    #[error(transparent)]
    Spill(#[from] SpillError),
    /// Rows could not be put together.
    #[error(transparent)]
    Frame(#[from] FrameError),
    /// The batches could not be read.
    #[error(transparent)]
    Source(Box<dyn std::error::Error + Send + Sync>),
}

impl From<ErrorReport> for Failure {
    fn from(cause: ErrorReport) -> Self {
        Failure::Data(cause)
    }
}

impl From<Failure> for ErrorReport {
    fn from(failure: Failure) -> Self {
        let code = match failure {
            Failure::Data(error) => return error,
            Failure::Widened { .. } => ErrorCode::TypeMismatch,
            Failure::Unread => ErrorCode::ColumnMissing,
            Failure::Spill(_) => ErrorCode::SpillFailed,
            Failure::Frame(_) => ErrorCode::ValueUnreadable,
            Failure::Source(_) => ErrorCode::Permanent,
        };
        let below = std::iter::successors(std::error::Error::source(&failure), |cause| cause.source());
        let causes: Vec<Cause> = below.map(|cause| Cause::of_others(cause.to_string())).collect();
        ErrorReport::new(code, failure.to_string()).caused_by(causes)
    }
}

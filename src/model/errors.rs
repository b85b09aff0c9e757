//! Why a check could not be compared, and whether that may pass.

use serde::Serialize;

use super::ErrorCode;

/// Why a check could not be compared.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct ErrorReport {
    /// What kind of error it is, by which a script decides whether to try again.
    pub code: ErrorCode,
    /// What was being done, on which side, source and column, and the way out.
    pub message: String,
    /// The causes below it, outermost first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub causes: Vec<String>,
}

impl ErrorReport {
    /// An error that stays until something is corrected, without causes.
    pub fn new(message: impl Into<String>) -> Self {
        ErrorReport { message: message.into(), ..ErrorReport::default() }
    }
}

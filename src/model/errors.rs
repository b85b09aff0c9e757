//! Why a check could not be compared, and whether that may pass.

use serde::Serialize;

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

/// What kind of error kept a check from being compared. Never changes its words.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ErrorCode {
    /// The server could not be reached, broke off, or had no room for another connection.
    Connection,
    /// It took longer than it may.
    Timeout,
    /// The run was stopped, or its deadline passed.
    Interrupted,
    /// Anything else: the suite, the query, the account or the data have to be corrected first.
    #[default]
    Permanent,
}

impl ErrorCode {
    /// Whether another try may succeed as everything stands.
    pub fn passes(self) -> bool {
        self != ErrorCode::Permanent
    }

    /// The same word that reports have.
    pub fn as_str(self) -> &'static str {
        match self {
            ErrorCode::Connection => "connection",
            ErrorCode::Timeout => "timeout",
            ErrorCode::Interrupted => "interrupted",
            ErrorCode::Permanent => "permanent",
        }
    }
}

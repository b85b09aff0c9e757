//! What went wrong at a source, in words that show no password.

use std::time::Duration;

use crate::model::ErrorCode;

/// How long a server may take to accept a connection.
pub(super) const CONNECT_LIMIT: Duration = Duration::from_secs(10);

/// What went wrong at a source: what was being done, what happened, the way out. Holds no password.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{message}")]
pub struct Error {
    /// What kind of failure it is, for retries.
    pub code: ErrorCode,
    /// The whole sentence.
    pub message: String,
    /// Causes below it, outermost first, none repeated.
    pub causes: Vec<String>,
}

impl Error {
    /// An error without causes.
    pub fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        Error { code, message: message.into(), causes: Vec::new() }
    }

    /// An error with the chain below `cause`, each text once.
    pub fn caused(code: ErrorCode, message: impl Into<String>, cause: &(dyn std::error::Error + 'static)) -> Self {
        let message = message.into();
        let mut causes: Vec<String> = Vec::new();
        let mut next = Some(cause);
        while let Some(one) = next {
            let text = one.to_string();
            if !message.contains(&text) && !causes.iter().any(|earlier| earlier.contains(&text)) {
                causes.push(text);
            }
            next = one.source();
        }
        Error { code, message, causes }
    }
}

/// The error for a query that took longer than `timeout`, whoever noticed first.
pub fn timed_out(timeout: Duration) -> Error {
    Error::new(
        ErrorCode::Timeout,
        format!(
            "the query took longer than {} and was cancelled; allow more with `timeout` on the check or --timeout",
            humantime::format_duration(timeout)
        ),
    )
}

/// The error for a server that accepts no connection in time; `shown` is the masked URL.
pub(super) fn no_answer(shown: &str) -> Error {
    Error::new(
        ErrorCode::Connection,
        format!(
            "cannot connect to {shown}: no answer within {}; check the URL and that the server listens there",
            humantime::format_duration(CONNECT_LIMIT)
        ),
    )
}

//! What went wrong at a source, in words that show no password.

use std::time::Duration;

use crate::model::{Cause, ErrorCode, ErrorReport};

/// How long a server may take to accept a connection.
pub(super) const CONNECT_LIMIT: Duration = Duration::from_secs(10);

/// What went wrong at a source: what was being done, what happened, a hint. Holds no password.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{message}")]
pub struct Error {
    /// What kind of failure it is.
    pub code: ErrorCode,
    /// The whole sentence.
    pub message: String,
    /// Causes below it, outermost first, none repeated.
    pub causes: Vec<Cause>,
    /// The server's own code for it, such as `SQLSTATE 42601`.
    pub server_code: Option<String>,
    /// The column it is about.
    pub column: Option<String>,
    /// The type of that column.
    pub type_name: Option<String>,
}

impl Error {
    /// Makes an error without causes.
    pub fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        Error { code, message: message.into(), causes: Vec::new(), server_code: None, column: None, type_name: None }
    }

    /// Makes an error with the chain below `cause`, each text once, in words of others.
    pub fn caused(code: ErrorCode, message: impl Into<String>, cause: &(dyn std::error::Error + 'static)) -> Self {
        let message = message.into();
        let mut causes: Vec<Cause> = Vec::new();
        let mut next = Some(cause);
        while let Some(one) = next {
            let text = one.to_string();
            if !message.contains(&text) && !causes.iter().any(|earlier| earlier.text.contains(&text)) {
                causes.push(Cause::of_others(text));
            }
            next = one.source();
        }
        Error { causes, ..Error::new(code, message) }
    }

    /// Says that the causes are those of a connection that could not be made: no value was on its way yet.
    pub(crate) fn of_system(mut self) -> Self {
        self.causes.iter_mut().for_each(|cause| cause.code = Some(ErrorCode::Connection));
        self
    }

    /// Adds a cause.
    pub(crate) fn with_cause(mut self, cause: Cause) -> Self {
        self.causes.push(cause);
        self
    }

    /// Says which column it is about, and of which type.
    pub(crate) fn on_column(self, column: &str, type_name: Option<&str>) -> Self {
        Error { column: Some(column.to_owned()), type_name: type_name.map(str::to_owned), ..self }
    }

    /// Adds the server's own code.
    pub(crate) fn with_server_code(self, code: String) -> Self {
        Error { server_code: Some(code), ..self }
    }
}

impl From<Error> for ErrorReport {
    fn from(error: Error) -> ErrorReport {
        let Error { code, message, causes, server_code, column, type_name } = error;
        let report = ErrorReport::new(code, message).with_server_code(server_code).caused_by(causes);
        report.on_column(column, type_name)
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

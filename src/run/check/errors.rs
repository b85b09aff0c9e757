//! Says where an error came up, and makes one error of those of both sides.

use std::sync::atomic::Ordering;

use super::super::context::Context;
use crate::model::{Asked, ErrorCode, ErrorReport, Place};
use crate::source::Error;

pub(crate) fn located(context: &Context<'_>, side: Asked, source: &str, error: Error) -> ErrorReport {
    let late = error.code == ErrorCode::Interrupted && context.late.load(Ordering::SeqCst);
    let error = if late { Error::new(error.code, "the deadline passed; the query was cancelled") } else { error };
    ErrorReport::from(error).at(query_of(side, source))
}

/// The place of a query.
pub(crate) fn query_of(asked: Asked, source: &str) -> Place {
    Place::Query { asked, source: source.to_owned() }
}

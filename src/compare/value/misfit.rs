//! Says why a column cannot be compared.

use crate::model::ErrorCode;

/// Why a column cannot be compared, and how to make it so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Misfit {
    pub code: ErrorCode,
    pub why: String,
}

impl Misfit {
    /// Makes one whose text names types and settings only.
    pub(crate) fn of_types(why: impl Into<String>) -> Misfit {
        Misfit { code: ErrorCode::TypeMismatch, why: why.into() }
    }

    /// Makes one whose text quotes a literal of the suite.
    pub(crate) fn of_literal(why: impl Into<String>) -> Misfit {
        Misfit { code: ErrorCode::LiteralUnfit, why: why.into() }
    }
}

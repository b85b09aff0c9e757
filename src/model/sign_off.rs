//! Who answers for a run.

use serde::Serialize;

/// Who answers for a run, and since when.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct SignOff {
    /// Their name, as they gave it.
    pub by: String,
    /// When the report was written, UTC.
    pub at: String,
}

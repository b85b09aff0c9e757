//! What the reader of a report must know although it changes no status.

use serde::Serialize;

use super::WarningCode;

/// Something the reader must know that changes no status by itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct Warning {
    /// What it is about.
    pub code: WarningCode,
    /// One sentence with a hint.
    pub message: String,
    /// The table it is about, where it is about one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub table: Option<String>,
}

impl Warning {
    /// Makes a warning that is about no table.
    pub fn new(code: WarningCode, message: impl Into<String>) -> Warning {
        Warning { code, message: message.into(), table: None }
    }

    /// Names the table it is about.
    pub fn of_table(self, table: Option<String>) -> Warning {
        Warning { table, ..self }
    }
}

//! A run that looks again at what did not pass before.

use serde::Serialize;

/// The run whose failures were run again.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct RerunOf {
    /// Path of its report.
    pub report: String,
    /// When it began.
    pub started_at: String,
}

/// The part of a row diff that was looked at again.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct Examined {
    /// Keys that differed before; rows of no other key were compared.
    #[serde(serialize_with = "super::text_of")]
    #[schemars(with = "String")]
    pub keys: u64,
}

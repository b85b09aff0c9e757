//! Declares what a verdict is made of: statuses, severities and the forms of a difference between two rows.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The verdict on a check or a run; ordered from harmless to worst.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Not run, with the reason.
    Skip,
    /// Everything compared agreed.
    Pass,
    /// The data differ where the suite only warns, or a group was too small to judge.
    Warn,
    /// The data differ.
    Fail,
    /// The data could not be compared.
    Error,
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Status::Skip => "skip",
            Status::Pass => "pass",
            Status::Warn => "warn",
            Status::Fail => "fail",
            Status::Error => "error",
        })
    }
}

/// What a difference in the data turns a check into.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// `fail`.
    #[default]
    Fail,
    /// `warn`.
    Warn,
}

/// How a row of old relates to a row of new.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Difference {
    /// Only in old.
    Missing,
    /// Only in new.
    Extra,
    /// In both, with at least one column that differs.
    Changed,
    /// A key with more than one row on either side.
    Duplicate,
    /// In both and beyond the `warn` level of a column, though within its `fail` level: no difference, but worth a look.
    Warned,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Difference::Missing => "missing",
            Difference::Extra => "extra",
            Difference::Changed => "changed",
            Difference::Duplicate => "duplicate",
            Difference::Warned => "warned",
        })
    }
}

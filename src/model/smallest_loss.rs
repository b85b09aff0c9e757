//! The smallest loss that a check is sure to see, as plain data.

use serde::Serialize;

/// The smallest loss that a check is sure to see, where its rule is the widest.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct SmallestLoss {
    /// What is lost.
    pub unit: LossUnit,
    /// The column, by its name in old; absent where rows, tags or time are lost.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub column: Option<String>,
    /// How much of it, by the formula of the rule; absent where no amount is sure to be seen.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub amount: Option<String>,
    /// Why no amount is sure to be seen.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unseen: Option<String>,
    /// The row or group, as far as it may be shown; absent without a key, and where it may be any.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub place: Option<String>,
    /// Whether it is the least that could be lost.
    pub is_least: bool,
    /// Whether the same was found on the data by doubling and halving; absent where that was not tried.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub is_confirmed: Option<bool>,
    /// What an amount of a sum is in rows; absent where it is the least that could be lost.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub in_rows: Option<LossInRows>,
}

impl SmallestLoss {
    /// Makes a loss that no amount of is sure to be seen, and why.
    pub(crate) fn unseen(why: &str) -> SmallestLoss {
        SmallestLoss {
            unit: LossUnit::Amount,
            column: None,
            amount: None,
            unseen: Some(why.to_owned()),
            place: None,
            is_least: false,
            is_confirmed: None,
            in_rows: None,
        }
    }
}

/// What an amount of a sum is in rows of its group, as far as the answers tell.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum LossInRows {
    /// So many rows of average size, of all that the group has.
    Rows {
        /// The fewest of them that are no less than the amount.
        count: String,
        /// All rows of the group.
        of: String,
        /// What one of them has on average.
        average: String,
    },
    /// Every row: the whole number is less than the amount.
    All {
        /// The number of the group.
        whole: String,
    },
    /// The answers do not tell, and why.
    Unknown(String),
}

/// What is lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum LossUnit {
    /// An amount of a column.
    Amount,
    /// Rows.
    Rows,
    /// Tags.
    Tags,
    /// Rows that must not be there, which nobody loses but finds.
    Violations,
    /// Values of a group that move from below its quantiles to above them.
    Values,
    /// Seconds by which the latest time is older, or by which a time of a column is another.
    Seconds,
}

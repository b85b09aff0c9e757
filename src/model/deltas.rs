//! How far the changed values of a column are from the old ones, as plain data.

use serde::Serialize;

use super::text_of;

/// The differences `new − old` of one column, by their sign and size.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct Deltas {
    /// The column, by its name in old.
    pub column: String,
    /// Ranges in order, from the furthest below to the furthest above; none is left out between two that hold rows.
    pub ranges: Vec<DeltaRange>,
}

/// Rows whose difference is of one sign and size.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct DeltaRange {
    /// Whether new is below old there.
    #[serde(skip)]
    #[schemars(skip)]
    pub is_below: bool,
    /// The end nearer to zero, which the range holds: a number, or a duration of times.
    pub from: String,
    /// The end further from zero, which it does not hold; absent of the last one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
    /// Changed rows whose difference lies in it.
    #[serde(serialize_with = "text_of")]
    #[schemars(with = "String")]
    pub rows: u64,
}

impl Deltas {
    /// Returns every text that holds values.
    pub(super) fn texts_mut(&mut self) -> impl Iterator<Item = &mut String> {
        self.ranges.iter_mut().flat_map(|range| [Some(&mut range.from), range.to.as_mut()].into_iter().flatten())
    }
}

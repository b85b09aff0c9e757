//! Where the differing rows of a check lie over one of its columns, as plain data.

use serde::Serialize;

use super::text_of;

/// How many rows of each class lie where over one ordered column.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct Spread {
    /// The column, by its name in old.
    pub column: String,
    /// Its smallest value among the rows that were looked at, those that agree included.
    pub from: String,
    /// Its largest value among them.
    pub to: String,
    /// Differing rows that have no value in it.
    #[serde(skip_serializing_if = "is_none", serialize_with = "text_of")]
    #[schemars(with = "Option<String>")]
    pub without: u64,
    /// Parts of equal width, in order, also those without any row.
    pub parts: Vec<Part>,
}

/// Rows of one part of a column's range.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct Part {
    /// The smallest value that the part may hold.
    pub from: String,
    /// Rows only in old.
    #[serde(skip_serializing_if = "is_none", serialize_with = "text_of")]
    #[schemars(with = "Option<String>")]
    pub missing: u64,
    /// Rows only in new.
    #[serde(skip_serializing_if = "is_none", serialize_with = "text_of")]
    #[schemars(with = "Option<String>")]
    pub extra: u64,
    /// Rows that changed, by their value in old.
    #[serde(skip_serializing_if = "is_none", serialize_with = "text_of")]
    #[schemars(with = "Option<String>")]
    pub changed: u64,
    /// Rows that agree, of a uniform draw.
    #[serde(skip_serializing_if = "is_none", serialize_with = "text_of")]
    #[schemars(with = "Option<String>")]
    pub agreeing: u64,
}

impl Spread {
    /// Returns every text that holds values.
    pub(super) fn texts_mut(&mut self) -> impl Iterator<Item = &mut String> {
        [&mut self.from, &mut self.to].into_iter().chain(self.parts.iter_mut().map(|part| &mut part.from))
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes what it asks about by reference")]
fn is_none(count: &u64) -> bool {
    *count == 0
}

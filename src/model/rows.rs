//! Rows, tags and columns counted, and differences in full.

use std::collections::BTreeMap;

use serde::Serialize;

use super::{Difference, Key, text, text_of};

/// Begins what stands for a masked value; the rest is its hash.
pub const MASKED: &str = "masked:";

/// Rows by how they relate: `old = equal + changed + missing`, `new = equal + changed + extra`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct RowCounts {
    /// Rows of old.
    #[serde(serialize_with = "text_of")]
    #[schemars(with = "String")]
    pub old: u64,
    /// Rows of new.
    #[serde(serialize_with = "text_of")]
    #[schemars(with = "String")]
    pub new: u64,
    /// Pairs in which every rule holds, by its `fail` level where it has two.
    #[serde(serialize_with = "text_of")]
    #[schemars(with = "String")]
    pub equal: u64,
    /// Rows only in old.
    #[serde(serialize_with = "text_of")]
    #[schemars(with = "String")]
    pub missing: u64,
    /// Rows only in new.
    #[serde(serialize_with = "text_of")]
    #[schemars(with = "String")]
    pub extra: u64,
    /// Pairs in which at least one rule does not hold.
    #[serde(serialize_with = "text_of")]
    #[schemars(with = "String")]
    pub changed: u64,
    /// Keys (not rows) with more than one row on either side.
    #[schemars(with = "String")]
    pub duplicate: DuplicateKeys,
}

/// Keys with more than one row on either side, as the check takes them. Reports write their number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DuplicateKeys {
    /// Each is a difference.
    Differing(u64),
    /// They are allowed, and no difference.
    Allowed(u64),
}

impl DuplicateKeys {
    /// Returns how many there are.
    pub fn count(self) -> u64 {
        match self {
            DuplicateKeys::Differing(count) | DuplicateKeys::Allowed(count) => count,
        }
    }

    /// Returns how many of them are differences.
    pub fn differing(self) -> u64 {
        match self {
            DuplicateKeys::Differing(count) => count,
            DuplicateKeys::Allowed(_) => 0,
        }
    }
}

impl Default for DuplicateKeys {
    /// None.
    fn default() -> Self {
        DuplicateKeys::Differing(0)
    }
}

impl Serialize for DuplicateKeys {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.count())
    }
}

impl RowCounts {
    /// The count of one kind of difference.
    pub fn of(&self, difference: Difference) -> u64 {
        match difference {
            Difference::Missing => self.missing,
            Difference::Extra => self.extra,
            Difference::Changed => self.changed,
            Difference::Duplicate => self.duplicate.count(),
            Difference::Warned => 0,
        }
    }
}

/// Tags over all keys of a `tag_dedup` check.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct TagCounts {
    /// Distinct (key, tag) pairs of old.
    #[serde(serialize_with = "text_of")]
    #[schemars(with = "String")]
    pub old: u64,
    /// Distinct (key, tag) pairs of new.
    #[serde(serialize_with = "text_of")]
    #[schemars(with = "String")]
    pub new: u64,
    /// Pairs only in old.
    #[serde(serialize_with = "text_of")]
    #[schemars(with = "String")]
    pub lost: u64,
    /// Pairs only in new.
    #[serde(serialize_with = "text_of")]
    #[schemars(with = "String")]
    pub added: u64,
    /// Pairs that stand more than once in old: noted.
    #[serde(serialize_with = "text_of")]
    #[schemars(with = "String")]
    pub duplicate_old: u64,
    /// Pairs that stand more than once in new: a difference.
    #[serde(serialize_with = "text_of")]
    #[schemars(with = "String")]
    pub duplicate_new: u64,
}

/// One column of a check: its rule and what came of it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct ColumnReport {
    /// Name in old.
    pub name: String,
    /// The rule in words.
    pub rule: String,
    /// Rows in which the rule does not hold; absent where the column was not compared.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "text")]
    #[schemars(with = "Option<String>")]
    pub changed: Option<u64>,
    /// Rows within the `fail` level of the column and beyond its `warn` level; absent where it has no two levels.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "text")]
    #[schemars(with = "Option<String>")]
    pub warned: Option<u64>,
    /// Largest |new − old|, where the column holds numbers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_delta: Option<String>,
    /// Why the column was not compared.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// One difference, in full.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct Example {
    /// How the row differs.
    pub difference: Difference,
    /// The whole key, never cut.
    pub key: Key,
    /// The columns that differ; for a missing or extra row all of them; for a duplicate key the counts as `rows`.
    pub columns: BTreeMap<String, Pair>,
}

impl Example {
    /// Returns how often a duplicate key or tag stands on each side, with the name it has among the columns: `rows`, or where
    /// the tag's own column is called so, `rows of rows`. `None` of any other difference.
    pub fn row_counts(&self) -> Option<(&String, &Pair)> {
        let of_another = |name: &str| self.columns.keys().any(|other| name == Example::counts_name(other));
        let counts = |name: &str| if self.columns.len() == 1 { name == "rows" } else { of_another(name) };
        self.columns.iter().find(|(name, _)| self.difference == Difference::Duplicate && counts(name))
    }

    /// Returns what the numbers of rows of a tag of the column `tag` are called, which is never the column's own name.
    pub fn counts_name(tag: &str) -> String {
        if tag.starts_with("rows") { format!("rows of {tag}") } else { "rows".to_owned() }
    }
}

/// Two values; an absent one is NULL or has no row.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct Pair {
    /// Value of old.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub old: Option<String>,
    /// Value of new.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub new: Option<String>,
}

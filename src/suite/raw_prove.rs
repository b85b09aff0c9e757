//! `[prove]` of a suite as it is written, nothing checked.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;

use super::one_or_many::OneOrMany;

/// What a proof of the suite may find.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, expecting = "a table")]
pub(super) struct Prove {
    /// Mutants that may be missed, each with the reason: `check:mutant` or `check.column:mutant`, where `*` stands for any text.
    pub accept: BTreeMap<String, String>,
    /// Tables that keep several versions of a row, each with the column that is largest in the newest.
    pub versions: BTreeMap<String, Versions>,
    /// Tables of which a column marks rows as deleted, each with that column.
    pub tombstones: BTreeMap<String, String>,
}

/// The column that is largest in the newest version of a row.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(untagged)]
pub(super) enum Versions {
    /// Its name, where the other columns of the table's key say which rows are versions of one.
    Column(String),
    /// Its name, and the columns that say so.
    Keyed(KeyedVersions),
}

/// The column that is largest in the newest version of a row, and what the versions of a row have in common.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct KeyedVersions {
    /// The column that is largest in the newest version.
    pub column: String,
    /// The columns that are the same in all versions of a row, and in no other row.
    pub key: OneOrMany,
}

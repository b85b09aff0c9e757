//! Declares a waiver as the file has it: every field optional, nothing checked.

use schemars::JsonSchema;
use serde::Deserialize;

use super::super::raw::OneOrMany;

/// Names of the differences that are about a value, and not about a whole row.
pub(super) const OF_VALUES: [&str; 2] = ["changed", "outside"];

/// The name of a key or tag that stands several times, which has the numbers of its rows for values.
pub(super) const DUPLICATE: &str = "duplicate";

/// What is wrong, and a hint where the sentence does not hold one.
pub(super) type Mistake = (String, Option<String>);

/// The file as it is written.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(super) struct RawFile {
    #[schemars(with = "Vec<Raw>")]
    pub(super) waivers: Vec<toml::Value>,
}

/// The JSON Schema of the file, for editors.
pub(in super::super) fn schema() -> serde_json::Value {
    let mut schema = schemars::schema_for!(RawFile);
    schema.insert("$id".to_owned(), "urn:cutover:schema:waivers".into());
    schema.insert("title".to_owned(), "cutover waivers".into());
    schema.to_value()
}

/// A waiver as it is written.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Raw {
    pub(super) check: Option<String>,
    #[schemars(with = "Option<Vec<serde_json::Value>>")]
    pub(super) keys: Option<Vec<toml::Table>>,
    pub(super) columns: Option<OneOrMany>,
    #[schemars(with = "Option<Vec<serde_json::Value>>")]
    pub(super) values: Option<Vec<toml::Table>>,
    pub(super) differences: Option<OneOrMany>,
    pub(super) at_most: Option<u64>,
    pub(super) per_key: Option<u64>,
    pub(super) any_value: Option<bool>,
    pub(super) why: Option<String>,
    pub(super) owner: Option<String>,
    #[schemars(with = "Option<serde_json::Value>")]
    pub(super) until: Option<toml::Value>,
}

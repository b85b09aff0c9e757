//! Compared numbers, and the keys they stand under.

use std::collections::BTreeMap;
use std::fmt;

use serde::Serialize;

use super::quantity::Quantity;
use super::{Severity, text, text_of};

/// One compared number.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct Measure {
    /// Column or quantity, such as `cost` or `p95`.
    #[serde(rename = "name")]
    #[schemars(with = "String")]
    pub quantity: Quantity,
    /// The group, empty where the check has no key.
    #[serde(skip_serializing_if = "Key::is_empty")]
    pub key: Key,
    /// Value of old; absent where old has no such row.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub old: Option<String>,
    /// Value of new; absent where new has no such row.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub new: Option<String>,
    /// new − old; absent where it has no meaning.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub delta: Option<String>,
    /// The rule in words, such as `exact` or `±0.01`.
    pub tolerance: String,
    /// Whether the rule holds.
    pub within: bool,
    /// Where the rule has two levels, the outermost one the number is beyond: `warn` while `within`, else `fail`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub level: Option<Severity>,
    /// Values behind each side, where the check counts them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub count: Option<Counts>,
}

/// How many values stand behind a measure.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct Counts {
    /// Values of old.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "text")]
    #[schemars(with = "Option<String>")]
    pub old: Option<u64>,
    /// Values of new.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "text")]
    #[schemars(with = "Option<String>")]
    pub new: Option<u64>,
}

/// How many numbers were compared, whatever number of them is listed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct Totals {
    /// Numbers compared.
    #[serde(serialize_with = "text_of")]
    #[schemars(with = "String")]
    pub compared: u64,
    /// Numbers whose rule does not hold.
    #[serde(serialize_with = "text_of")]
    #[schemars(with = "String")]
    pub outside: u64,
}

/// How far a percentile moved, over all groups large enough to judge. It describes; the bounds judge.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct Drift {
    /// Name of the quantile.
    pub name: String,
    /// What is spread: `relative` is (new − old) ÷ |old|, signed, where old is not 0; `rank` is the rank error, 0 to 1.
    pub of: String,
    /// Groups behind it.
    #[serde(serialize_with = "text_of")]
    #[schemars(with = "String")]
    pub groups: u64,
    /// Median over the groups, signed.
    pub median: String,
    /// The size that nine groups in ten stay within, unsigned.
    pub p90: String,
    /// The largest in size, signed.
    pub worst: String,
    /// The group it is found in.
    #[serde(skip_serializing_if = "Key::is_empty")]
    pub worst_key: Key,
}

/// A key: column names with their values, in the order of the suite; NULL is absent here and shown as such.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Key(pub Vec<(String, Option<String>)>);

impl Key {
    /// Whether there is no key column at all.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Display for Key {
    /// `day=2026-01-01, model=NULL`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, (name, value)) in self.0.iter().enumerate() {
            if index > 0 {
                f.write_str(", ")?;
            }
            write!(f, "{name}={}", value.as_deref().unwrap_or("NULL"))?;
        }
        Ok(())
    }
}

impl Serialize for Key {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().filter_map(|(name, value)| value.as_ref().map(|v| (name, v))))
    }
}

impl schemars::JsonSchema for Key {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Key".into()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        BTreeMap::<String, String>::json_schema(generator)
    }
}

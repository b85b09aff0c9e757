//! Differences that a verdict leaves out: waived for a time, or known from a baseline.

use std::collections::BTreeMap;

use serde::Serialize;

use super::CheckReport;

/// Counts of differences by name: `missing`, `extra`, `changed`, `duplicate`, `lost`, `added`, `outside` or `rows`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DifferenceCounts(pub BTreeMap<String, u64>);

impl DifferenceCounts {
    /// Adds `count` differences called `name`.
    pub fn add(&mut self, name: &str, count: u64) {
        if count > 0 {
            *self.0.entry(name.to_owned()).or_default() += count;
        }
    }

    /// Whether there is no difference.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// All of them together.
    pub fn total(&self) -> u64 {
        self.0.values().sum()
    }
}

impl Serialize for DifferenceCounts {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(name, count)| (name, count.to_string())))
    }
}

impl schemars::JsonSchema for DifferenceCounts {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "DifferenceCounts".into()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        BTreeMap::<String, String>::json_schema(generator)
    }
}

/// A waiver that names this check, and what it came to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct Waived {
    /// Where it stands, such as `checks/costs/waivers.toml:3`.
    pub place: String,
    /// The check or window it names.
    pub check: String,
    /// Why the differences are accepted.
    pub why: String,
    /// Who answers for it.
    pub owner: String,
    /// Last day on which it holds, UTC.
    pub until: String,
    /// Whether that day was over when the run began.
    pub expired: bool,
    /// Most differences it covers; absent means all.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "super::text")]
    #[schemars(with = "Option<String>")]
    pub at_most: Option<u64>,
    /// Most differences it covers of each of its keys; absent means all.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "super::text")]
    #[schemars(with = "Option<String>")]
    pub per_key: Option<u64>,
    /// How many keys it is limited to; absent means all.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "super::text")]
    #[schemars(with = "Option<String>")]
    pub keys: Option<u64>,
    /// Columns it is limited to; none means all.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub columns: Vec<String>,
    /// How many changed values or numbers it accepts, and no others; absent means that it names none.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "super::text")]
    #[schemars(with = "Option<String>")]
    pub values: Option<u64>,
    /// Whether it covers whatever values its differences have.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub any_value: bool,
    /// Kinds of difference it is limited to; none means all.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub differences: Vec<String>,
    /// Differences it covers; of an expired waiver those that count again.
    #[serde(skip_serializing_if = "DifferenceCounts::is_empty")]
    pub counts: DifferenceCounts,
    /// Differences it covers together with another waiver, which counts them.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "super::text")]
    #[schemars(with = "Option<String>")]
    pub shared: Option<u64>,
}

impl Waived {
    /// Whether no difference was its business.
    pub fn unused(&self) -> bool {
        self.counts.is_empty() && self.shared.is_none()
    }
}

/// Differences that a baseline has too.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct Known {
    /// Path of the baseline's report.
    pub report: String,
    /// When the baseline's run began.
    pub started_at: String,
    /// Differences that stand in it with the same key, column and values.
    #[serde(skip_serializing_if = "DifferenceCounts::is_empty")]
    pub counts: DifferenceCounts,
    /// Differences of the baseline that were not found again.
    #[serde(serialize_with = "super::text_of")]
    #[schemars(with = "String")]
    pub gone: u64,
}

impl CheckReport {
    /// The differences that are neither waived nor known, by name.
    pub fn left(&self) -> BTreeMap<&'static str, u64> {
        let (mut left, suppressed) = (self.outcome.differences(), self.suppressed());
        for (name, count) in &mut left {
            *count = count.saturating_sub(suppressed.0.get(*name).copied().unwrap_or(0));
        }
        left
    }

    /// Counts up to `most` differences called `name` as not known: those that `expect` speaks of were in the baseline by
    /// design, so that of the same differences none is left over. Returns how many there were.
    pub(crate) fn expect_known(&mut self, name: &str, most: u64) -> u64 {
        let known = self.known.as_mut().and_then(|known| known.counts.0.get_mut(name));
        let Some(known) = known else { return 0 };
        let back = most.min(*known);
        *known -= back;
        if let Some(all) = &mut self.known {
            all.counts.0.retain(|_, count| *count > 0);
        }
        back
    }

    /// The differences that are waived or known, by name.
    pub fn suppressed(&self) -> DifferenceCounts {
        let mut all = DifferenceCounts::default();
        let waived = self.waived.iter().filter(|one| !one.expired).map(|one| &one.counts);
        for (name, count) in waived.chain(self.known.iter().map(|known| &known.counts)).flat_map(|tally| &tally.0) {
            all.add(name, *count);
        }
        all
    }
}

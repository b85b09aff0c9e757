//! Declares what a comparison finds, by what is compared. The fields are those of `report.json`, in its order.

use std::collections::BTreeMap;

use serde::Serialize;

use super::{ColumnReport, Drift, Example, Key, Measure, RowCounts, TagCounts, Times, Totals, text, text_of};

/// What was found, by what was compared. A status follows from it and from what is waived or known.
#[derive(Clone, Debug, Serialize)]
#[serde(untagged)]
pub enum Outcome {
    /// Rows paired by key.
    Rows(RowFindings),
    /// Counts and sums.
    Numbers(NumberFindings),
    /// Tags under keys.
    Tags(TagFindings),
    /// Quantiles of groups.
    Percentiles(PercentileFindings),
    /// Latest timestamps.
    Freshness(FreshnessFindings),
    /// Rows that an invariant forbids.
    Violations(ViolationFindings),
    /// Times of queries.
    Latency(LatencyFindings),
    /// Nothing was compared.
    Nothing {},
}

/// What was found of rows.
#[derive(Clone, Debug, Default, Serialize, schemars::JsonSchema)]
pub struct RowFindings {
    /// Rows by how they relate.
    pub rows: RowCounts,
    /// Columns by rule.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub columns: Vec<ColumnReport>,
    /// Pairs of rows that hold by the `fail` level of their rules and are beyond a `warn` level; absent where no rule has
    /// two levels. With any, the check does not pass.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "text")]
    #[schemars(with = "Option<String>")]
    pub warned: Option<u64>,
    /// Differences in full, up to a bound, spread over the kinds.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub examples: Vec<Example>,
}

/// What was found of counts and sums.
#[derive(Clone, Debug, Default, Serialize, schemars::JsonSchema)]
pub struct NumberFindings {
    /// Numbers compared: all of them, or the worst when there are many.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub measures: Vec<Measure>,
    /// How many numbers were compared in all.
    pub totals: Totals,
    /// Rows by how they relate; absent without a key, where the numbers are what differs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rows: Option<RowCounts>,
    /// Columns by rule.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub columns: Vec<ColumnReport>,
    /// Pairs of rows, or numbers where no rows are counted, that hold by the `fail` level of their rules and are beyond a
    /// `warn` level; absent where no rule has two levels. With any, the check does not pass.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "text")]
    #[schemars(with = "Option<String>")]
    pub warned: Option<u64>,
    /// Differences in full, up to a bound, spread over the kinds; none without a key.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub examples: Vec<Example>,
}

/// What was found of tags.
#[derive(Clone, Debug, Default, Serialize, schemars::JsonSchema)]
pub struct TagFindings {
    /// Tags by how they relate.
    pub tag_counts: TagCounts,
    /// Columns that were not compared.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub columns: Vec<ColumnReport>,
    /// Differences in full, up to a bound, spread over the kinds.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub examples: Vec<Example>,
}

/// What was found of percentiles.
#[derive(Clone, Debug, Default, Serialize, schemars::JsonSchema)]
pub struct PercentileFindings {
    /// Numbers compared: all of them, or the worst when there are many.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub measures: Vec<Measure>,
    /// How many numbers were compared in all; absent where no group could be judged.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub totals: Option<Totals>,
    /// How the drift of each percentile is spread over the judged groups.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub drift: Vec<Drift>,
    /// Numbers that hold by the `fail` level of their bounds and are beyond a `warn` level; absent where no bound has two
    /// levels. With any, the check does not pass.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "text")]
    #[schemars(with = "Option<String>")]
    pub warned: Option<u64>,
    /// Groups below `min_rows`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub too_small: Vec<Key>,
    /// How many groups are below `min_rows`, whatever number of them is listed.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "text")]
    #[schemars(with = "Option<String>")]
    pub too_small_groups: Option<u64>,
}

/// What was found of latest timestamps.
#[derive(Clone, Debug, Default, Serialize, schemars::JsonSchema)]
pub struct FreshnessFindings {
    /// Lags compared: all of them, or the worst when there are many.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub measures: Vec<Measure>,
    /// How many lags were compared in all.
    pub totals: Totals,
}

/// What an invariant found.
#[derive(Clone, Debug, Default, Serialize, schemars::JsonSchema)]
pub struct ViolationFindings {
    /// Rows that it returned, up to a bound.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub examples: Vec<Example>,
    /// Rows that it returned; none is a pass.
    #[serde(serialize_with = "text_of")]
    #[schemars(with = "String")]
    pub violations: u64,
    /// Rows that it was put to the test on, where the suite counts them.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "text")]
    #[schemars(with = "Option<String>")]
    pub population: Option<u64>,
}

/// What was found of the times of queries.
#[derive(Clone, Debug, Default, Serialize, schemars::JsonSchema)]
pub struct LatencyFindings {
    /// All numbers that were compared.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub measures: Vec<Measure>,
    /// How many numbers were compared in all.
    pub totals: Totals,
    /// How the times are spread.
    pub times: Times,
}

/// The fields of every form, each of which a report may lack: a choice between the forms would take what fits none of them
/// for nothing.
impl schemars::JsonSchema for Outcome {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Outcome".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        let forms = [
            NumberFindings::json_schema(generator),
            PercentileFindings::json_schema(generator),
            LatencyFindings::json_schema(generator),
            RowFindings::json_schema(generator),
            TagFindings::json_schema(generator),
            FreshnessFindings::json_schema(generator),
            ViolationFindings::json_schema(generator),
        ];
        let mut all = serde_json::Map::new();
        let properties = forms.iter().filter_map(|form| form.get("properties")?.as_object());
        for (name, property) in properties.flatten() {
            all.entry(name.clone()).or_insert_with(|| property.clone());
        }
        schemars::json_schema!({ "type": "object", "properties": all })
    }
}

impl Default for Outcome {
    /// Nothing was compared.
    fn default() -> Self {
        Outcome::Nothing {}
    }
}

impl Outcome {
    /// Returns the differences by name, before anything is expected, waived or known; empty where nothing was compared.
    pub fn differences(&self) -> BTreeMap<&'static str, u64> {
        let of_rows = |rows: &RowCounts| {
            let duplicate = rows.duplicate.differing();
            [("missing", rows.missing), ("extra", rows.extra), ("changed", rows.changed), ("duplicate", duplicate)]
                .into()
        };
        match self {
            Outcome::Rows(found) => of_rows(&found.rows),
            // Where rows are counted, a number outside its rule already counts as a changed row.
            Outcome::Numbers(NumberFindings { rows: Some(rows), .. }) => of_rows(rows),
            Outcome::Tags(TagFindings { tag_counts, .. }) => {
                [("lost", tag_counts.lost), ("added", tag_counts.added), ("duplicate", tag_counts.duplicate_new)].into()
            }
            Outcome::Violations(found) => [("rows", found.violations)].into(),
            Outcome::Numbers(_) | Outcome::Percentiles(_) | Outcome::Freshness(_) | Outcome::Latency(_) => {
                self.totals().map(|totals| ("outside", totals.outside)).into_iter().collect()
            }
            Outcome::Nothing {} => BTreeMap::new(),
        }
    }

    /// Returns the numbers that are listed.
    pub fn measures(&self) -> &[Measure] {
        match self {
            Outcome::Numbers(found) => &found.measures,
            Outcome::Percentiles(found) => &found.measures,
            Outcome::Freshness(found) => &found.measures,
            Outcome::Latency(found) => &found.measures,
            Outcome::Rows(_) | Outcome::Tags(_) | Outcome::Violations(_) | Outcome::Nothing {} => &[],
        }
    }

    /// Returns the numbers that are listed, to be put in another order; `None` where numbers are not compared.
    pub fn measures_mut(&mut self) -> Option<&mut Vec<Measure>> {
        match self {
            Outcome::Numbers(found) => Some(&mut found.measures),
            Outcome::Percentiles(found) => Some(&mut found.measures),
            Outcome::Freshness(found) => Some(&mut found.measures),
            Outcome::Latency(found) => Some(&mut found.measures),
            Outcome::Rows(_) | Outcome::Tags(_) | Outcome::Violations(_) | Outcome::Nothing {} => None,
        }
    }

    /// Returns how many numbers were compared; `None` where none was.
    pub fn totals(&self) -> Option<Totals> {
        match self {
            Outcome::Numbers(found) => Some(found.totals),
            Outcome::Percentiles(found) => found.totals,
            Outcome::Freshness(found) => Some(found.totals),
            Outcome::Latency(found) => Some(found.totals),
            Outcome::Rows(_) | Outcome::Tags(_) | Outcome::Violations(_) | Outcome::Nothing {} => None,
        }
    }

    /// Returns the rows by how they relate; `None` where no rows are counted.
    pub fn rows(&self) -> Option<RowCounts> {
        match self {
            Outcome::Rows(found) => Some(found.rows),
            Outcome::Numbers(found) => found.rows,
            _ => None,
        }
    }

    /// Returns the columns by rule, those that were not compared last.
    pub fn columns(&self) -> &[ColumnReport] {
        match self {
            Outcome::Rows(found) => &found.columns,
            Outcome::Numbers(found) => &found.columns,
            Outcome::Tags(found) => &found.columns,
            _ => &[],
        }
    }

    /// Returns how much is within a `fail` level and beyond a `warn` level; `None` where no rule has two.
    pub fn warned(&self) -> Option<u64> {
        match self {
            Outcome::Rows(found) => found.warned,
            Outcome::Numbers(found) => found.warned,
            Outcome::Percentiles(found) => found.warned,
            _ => None,
        }
    }

    /// Returns the differences that are listed in full.
    pub fn examples(&self) -> &[Example] {
        match self {
            Outcome::Rows(found) => &found.examples,
            Outcome::Numbers(found) => &found.examples,
            Outcome::Tags(found) => &found.examples,
            Outcome::Violations(found) => &found.examples,
            Outcome::Percentiles(_) | Outcome::Freshness(_) | Outcome::Latency(_) | Outcome::Nothing {} => &[],
        }
    }

    /// Returns the differences that are listed in full, to be replaced by others; `None` where there never are any.
    pub fn examples_mut(&mut self) -> Option<&mut Vec<Example>> {
        match self {
            Outcome::Rows(found) => Some(&mut found.examples),
            Outcome::Numbers(found) => Some(&mut found.examples),
            Outcome::Tags(found) => Some(&mut found.examples),
            Outcome::Violations(found) => Some(&mut found.examples),
            Outcome::Percentiles(_) | Outcome::Freshness(_) | Outcome::Latency(_) | Outcome::Nothing {} => None,
        }
    }

    /// Returns the tags by how they relate; `None` of other kinds.
    pub fn tag_counts(&self) -> Option<TagCounts> {
        match self {
            Outcome::Tags(found) => Some(found.tag_counts),
            _ => None,
        }
    }

    /// Returns how percentiles drifted; empty of other kinds.
    pub fn drift(&self) -> &[Drift] {
        match self {
            Outcome::Percentiles(found) => &found.drift,
            _ => &[],
        }
    }

    /// Returns the listed groups that are too small to be judged.
    pub fn too_small(&self) -> &[Key] {
        match self {
            Outcome::Percentiles(found) => &found.too_small,
            _ => &[],
        }
    }

    /// Returns how many groups are too small to be judged; `None` where none is.
    pub fn too_small_groups(&self) -> Option<u64> {
        match self {
            Outcome::Percentiles(found) => found.too_small_groups,
            _ => None,
        }
    }

    /// Returns how many rows an invariant returned; `None` of other kinds.
    pub fn violations(&self) -> Option<u64> {
        match self {
            Outcome::Violations(found) => Some(found.violations),
            _ => None,
        }
    }

    /// Returns how many rows an invariant was put to the test on; `None` where that was not counted.
    pub fn population(&self) -> Option<u64> {
        match self {
            Outcome::Violations(found) => found.population,
            _ => None,
        }
    }

    /// Returns how the times of queries are spread; `None` of other kinds.
    pub fn times(&self) -> Option<&Times> {
        match self {
            Outcome::Latency(found) => Some(&found.times),
            _ => None,
        }
    }
}

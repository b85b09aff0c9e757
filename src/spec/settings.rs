//! Holds the settings that only one kind of check has.

use std::collections::BTreeMap;
use std::time::Duration;

use bigdecimal::BigDecimal;
use globset::GlobMatcher;

use super::query::Template;
use super::rule::Tolerance;
use crate::model::Kind;

/// A kind with the settings only it has.
#[derive(Clone, Debug)]
pub enum KindSettings {
    /// See [`Kind::RowCount`].
    RowCount,
    /// See [`Kind::Sum`].
    Sum,
    /// See [`Kind::TagDedup`].
    TagDedup,
    /// See [`Kind::Percentile`].
    Percentile(Box<Percentile>),
    /// See [`Kind::Rows`].
    Rows,
    /// See [`Kind::Freshness`]. New may lag old by at most `max_lag`.
    Freshness {
        /// Largest lag that passes.
        max_lag: Duration,
    },
    /// See [`Kind::Invariant`].
    Invariant {
        /// A count query on the same side whose zero is an error.
        population: Option<Template>,
    },
    /// See [`Kind::Latency`].
    Latency(Latency),
    /// See [`Kind::Schema`].
    Schema(Box<SchemaCheck>),
}

impl KindSettings {
    /// The kind without its settings.
    pub fn kind(&self) -> Kind {
        match self {
            KindSettings::RowCount => Kind::RowCount,
            KindSettings::Sum => Kind::Sum,
            KindSettings::TagDedup => Kind::TagDedup,
            KindSettings::Percentile(_) => Kind::Percentile,
            KindSettings::Rows => Kind::Rows,
            KindSettings::Freshness { .. } => Kind::Freshness,
            KindSettings::Invariant { .. } => Kind::Invariant,
            KindSettings::Latency(_) => Kind::Latency,
            KindSettings::Schema(_) => Kind::Schema,
        }
    }
}

/// Settings of a `percentile` check. At least one of the bounds is given, at one level or the other.
#[derive(Clone, Debug, Default)]
pub struct Percentile {
    /// Column of raw values; needed where a side returns raw values.
    pub value: Option<String>,
    /// Quantile names with q in [0, 1], in the order of the suite.
    pub quantiles: Vec<(String, BigDecimal)>,
    /// |new − old| ≤ absolute + relative × |old|, where either is given.
    pub tolerance: Option<Tolerance>,
    /// Largest rank error, in [0, 1].
    pub rank: Option<BigDecimal>,
    /// Largest Kolmogorov–Smirnov distance, in [0, 1]; needs raw values on both sides.
    pub max_ks: Option<BigDecimal>,
    /// Bounds beyond which a number is worth a warning, though the ones above hold.
    pub warn: Bounds,
    /// Groups with fewer values than this on both sides are too small to judge.
    pub min_rows: u64,
}

/// Bounds of a `percentile` check.
#[derive(Clone, Debug, Default)]
pub struct Bounds {
    /// |new − old| ≤ absolute + relative × |old|, where either is given.
    pub tolerance: Option<Tolerance>,
    /// Largest rank error, in [0, 1].
    pub rank: Option<BigDecimal>,
    /// Largest Kolmogorov–Smirnov distance, in [0, 1].
    pub max_ks: Option<BigDecimal>,
}

/// Settings of a `latency` check. At least one of the bounds is given, each inclusive.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Latency {
    /// Median of old ÷ median of new ≥ this, and under load throughput of new ÷ that of old; needs both sides.
    pub min_speedup: Option<BigDecimal>,
    /// Median and p95 of new ÷ those of old ≤ this, and under load throughput of old ÷ that of new; needs both sides.
    pub max_ratio: Option<BigDecimal>,
    /// p95 of new ≤ this.
    pub max_p95: Option<Duration>,
    /// Rounds that are run first and not timed.
    pub warm_up: u32,
    /// Timed rounds, at least 1; without meaning under load.
    pub rounds: u32,
    /// Holds a load on each side instead of asking one query at a time.
    pub load: Option<Load>,
}

/// A concurrent load.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Load {
    /// Clients at once, at least 1, each query after query.
    pub clients: u32,
    /// How long they go on.
    pub duration: Duration,
}

/// Settings of a `schema` check.
#[derive(Clone, Debug, Default)]
pub struct SchemaCheck {
    /// The tables, by their names in old; empty means every table of either side.
    pub tables: Vec<String>,
    /// Findings that do not count, each with the reason.
    pub ignore: Vec<(GlobMatcher, String)>,
    /// Types that columns may become though they do not hold every value, by `table.column` in old.
    pub allow: BTreeMap<String, Allowed>,
    /// Whether the order of columns counts.
    pub is_ordered: bool,
    /// Whether the data of old has to fit the types of new.
    pub asks_data: bool,
}

/// A change of type that is allowed: the whole type or its name without limits, as the engine or as reports write it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Allowed {
    /// The type in old.
    pub old: String,
    /// The type in new.
    pub new: String,
}

/// What stands before the name of a column where an item is its data.
const DATA_OF: &str = "data of ";

impl SchemaCheck {
    /// The columns that name an item, as waivers and reports write them.
    pub const KEY: [&'static str; 2] = ["table", "item"];

    /// The columns of its items beside the key, whose values a mask may hide.
    pub const TOLD: [&'static str; 5] = ["type", "nullable", "default", "place", "definition"];

    /// Returns the item that the data of a column is.
    pub(crate) fn data_item(column: &str) -> String {
        format!("{DATA_OF}{column}")
    }

    /// Returns the column whose data an item is.
    pub(crate) fn column_of_data(item: &str) -> Option<&str> {
        item.strip_prefix(DATA_OF)
    }

    /// Returns what `ignore` may call the data of a column.
    pub(crate) fn data_subjects(table: &str, column: &str) -> [String; 4] {
        let path = format!("{table}.{column}");
        [format!("{path}:data"), format!("{table}:data"), path, table.to_owned()]
    }

    /// Returns the pattern by which something that has these names is left out, and the reason, where that is so.
    pub(crate) fn ignored(&self, subjects: &[String]) -> Option<(&str, &str)> {
        let matches = |(pattern, _): &&(GlobMatcher, String)| subjects.iter().any(|subject| pattern.is_match(subject));
        self.ignore.iter().find(matches).map(|(pattern, reason)| (pattern.glob().glob(), reason.as_str()))
    }
}

//! A suite file as it is written: every field optional, nothing checked. Also the source of the JSON Schema.

use crate::model::Sides;
use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;

pub(super) use super::one_or_many::OneOrMany;
use super::pace::RawPace;
use super::raw_prove::Prove;
use crate::source::{AsOfOptions, CsvOptions};

/// A suite of paired checks.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Suite {
    /// Name of the suite, snake_case; the first part of every check's id.
    pub name: Option<String>,
    /// Databases and files, by name; `old` and `new` are the defaults of every check.
    pub sources: BTreeMap<String, Source>,
    /// Values that reach SQL as `{{ name }}`, typed by their TOML value.
    #[schemars(with = "BTreeMap<String, serde_json::Value>")]
    pub params: BTreeMap<String, toml::Value>,
    /// Columns whose values no output shows, in every check that returns them.
    pub mask: Option<OneOrMany>,
    /// Whether it is said what the differing rows have in common; it is unless `false`. A check may say otherwise.
    pub diagnosis: Option<bool>,
    /// What `cutover prove` may find missed, and which rows of tables are versions of one.
    pub prove: Prove,
    /// What checks say of themselves unless they say otherwise.
    pub defaults: Defaults,
    /// Versions of cutover that the suite may be run with, such as `>=0.2`.
    pub requires_cutover: Option<String>,
    /// PostgreSQL: materialized views by name, or tables that a job fills, whose queries are to warn when they are behind.
    pub views: BTreeMap<String, View>,
    /// The checks by name.
    pub checks: BTreeMap<String, Check>,
}

/// Settings of every check that takes them and has none of its own.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, expecting = "a table")]
pub(super) struct Defaults {
    /// Time allowed per query, such as `30s`.
    pub timeout: Option<String>,
    /// Whether a difference is `fail` or `warn`.
    pub severity: Option<crate::model::Severity>,
    /// Reads again what differs until it agrees or stays the same.
    pub settle: Option<Settle>,
    /// Runs the old query twice and leaves out what differs from itself.
    pub noise: Option<bool>,
}

/// A database, or a folder of files.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, expecting = "a table")]
pub(super) struct Source {
    /// Where it is: `postgres://`, `clickhouse://`, `mysql://`, `sqlite:path`, `adbc:duckdb:path`, `adbc:spark://host`, `adbc:snowflake://account`, `adbc:bigquery://project` or a path; `${VAR}` and `${VAR:-default}` are expanded.
    pub url: Option<String>,
    /// Another source of the suite whose engine reads the tables of this one, such as one of Spark; its own engine unless given.
    pub via: Option<String>,
    /// The name of the ADBC driver of an `adbc:` URL; that of the engine unless given.
    pub driver: Option<String>,
    /// Session time zone; UTC unless given.
    pub timezone: Option<String>,
    /// Session settings by name.
    #[schemars(with = "BTreeMap<String, serde_json::Value>")]
    pub settings: BTreeMap<String, toml::Value>,
    /// Most connections held at once.
    pub max_connections: Option<u32>,
    /// The load that it may be put under.
    pub pace: Option<RawPace>,
    /// How the CSV files of a path are written, where it is not as RFC 4180 says.
    pub csv: Option<CsvOptions>,
    /// Types of CSV columns: `column` or `table.column` to a type name.
    pub types: BTreeMap<String, String>,
    /// The state of Delta and Iceberg tables that is read; the latest unless given.
    pub as_of: Option<AsOfOptions>,
    /// Columns that stand in the names of folders, `day=2026-01-31`: their names to the names of their types.
    pub partitions: BTreeMap<String, String>,
}

/// What tells that a view is behind the rows it is filled from.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, expecting = "a table")]
pub(super) struct View {
    /// Column of the view that holds how new its rows were when it was filled.
    pub last_updated: Option<String>,
    /// Table that it is filled from.
    pub table: Option<String>,
    /// Column of the table that tells how new a row is.
    pub column: Option<String>,
    /// How far behind it may be, such as `1h`; not at all unless given.
    pub max_lag: Option<String>,
}

/// One paired comparison.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, expecting = "a table")]
pub(super) struct Check {
    /// What is compared.
    pub kind: Option<crate::model::Kind>,
    /// Why the check exists, in one line.
    pub why: Option<String>,
    /// Query of the old side; `sql/<check>.old.sql` where absent.
    pub old: Option<Sql>,
    /// Query of the new side; `sql/<check>.new.sql` where absent.
    pub new: Option<Sql>,
    /// Which source each side reads, where not `old` and `new`.
    pub sources: Option<SourceNames>,
    /// Columns that pair a row of old with a row of new.
    pub key: Option<OneOrMany>,
    /// Rules by column name in old.
    pub columns: BTreeMap<String, Rule>,
    /// Name in old to name in new.
    pub rename: BTreeMap<String, String>,
    /// Names for `--tag`.
    pub tags: Vec<String>,
    /// Whether a difference is `fail` or `warn`.
    pub severity: Option<crate::model::Severity>,
    /// Differences by design, as exact counts.
    #[schemars(with = "BTreeMap<String, serde_json::Value>")]
    pub expect: BTreeMap<String, Number>,
    /// What the server must have, else the check is skipped.
    pub requires: Option<Requires>,
    /// Whether both sides empty is a pass.
    pub allow_empty: Option<bool>,
    /// `allow` lets a key have more than one row.
    pub duplicates: Option<Duplicates>,
    /// Time allowed per query, such as `30s`.
    pub timeout: Option<String>,
    /// Warning codes that are known, with the reason.
    pub accept: BTreeMap<String, String>,
    /// Columns whose values no output shows, beside those of the suite.
    pub mask: Option<OneOrMany>,
    /// Whether it is said what the differing rows have in common; what the suite says unless given.
    pub diagnosis: Option<bool>,
    /// `percentile`: column of raw values.
    pub value: Option<String>,
    /// `percentile`: names and quantiles.
    pub quantiles: BTreeMap<String, f64>,
    /// `percentile`: largest rank error.
    pub rank: Option<Number>,
    /// `percentile`: largest Kolmogorov–Smirnov distance.
    pub max_ks: Option<Number>,
    /// `percentile`: smallest group that is judged; 30 unless given.
    pub min_rows: Option<Number>,
    /// `freshness`: largest lag, such as `15min`.
    pub max_lag: Option<String>,
    /// `schema`: tables by their names in old; every table of either side unless given.
    pub tables: Option<OneOrMany>,
    /// `schema`: findings that do not count, each with the reason: `table`, `table.column` or `table:item`, where `*` stands for any text.
    pub ignore: BTreeMap<String, String>,
    /// `schema`: types that a column may become though they do not hold every value: `table.column` to `old type → new type`.
    pub allow: BTreeMap<String, String>,
    /// `schema`: whether the order of columns counts.
    pub order: Option<bool>,
    /// `schema`: whether old is asked if its data fits the types of new.
    pub data: Option<bool>,
    /// `latency`: median of old ÷ median of new ≥ this.
    pub min_speedup: Option<Number>,
    /// `latency`: p95 of new ≤ this, such as `200ms`.
    pub max_p95: Option<String>,
    /// `latency`: rounds that are run first and not timed; 1 unless given.
    pub warm_up: Option<Number>,
    /// `latency`: timed rounds; 10 unless given.
    pub rounds: Option<Number>,
    /// `latency`: clients that ask at the same time, for `duration`.
    pub clients: Option<Number>,
    /// `latency`: how long the load of `clients` is held, such as `30s`.
    pub duration: Option<String>,
    /// `invariant`: a count query whose zero is an error; `sql/<check>.population.sql` where absent.
    pub population: Option<Sql>,
    /// Reads again what differs until it agrees or stays the same.
    pub settle: Option<Settle>,
    /// Runs the old query twice and leaves out what differs from itself.
    pub noise: Option<bool>,
    /// Cuts the check into consecutive windows of time, each with a verdict of its own.
    pub window: Option<Window>,
    /// `rows`: share of the keys to examine, such as `1%`; the same keys on both sides and in every run.
    pub sample: Option<String>,
    /// Rule of every column that has none: absolute part of the tolerance.
    pub absolute: Option<Number>,
    /// Rule of every column that has none: share of |old|.
    pub relative: Option<Number>,
    /// Rule of every column that has none: new ≥ this.
    pub at_least: Option<Number>,
    /// Rule of every column that has none: new ≤ this.
    pub at_most: Option<Number>,
    /// Rule of every column that has none: new ÷ old ≥ this.
    pub min_ratio: Option<Number>,
    /// Rule of every column that has none: new ÷ old ≤ this; `latency`: median and p95 of new ÷ those of old.
    pub max_ratio: Option<Number>,
    /// Rule of every column that has none, and bounds of `percentile`: what is beyond them is worth a warning.
    pub warn: Option<Level>,
    /// Rule of every column that has none, and bounds of `percentile`: what is beyond them differs.
    pub fail: Option<Level>,
}

/// Time that differences are given to settle.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, expecting = "a table")]
pub(super) struct Settle {
    /// Time between two readings, such as `30s`.
    pub wait: Option<String>,
    /// Most readings after the first; 3 unless given.
    pub times: Option<Number>,
}

/// Consecutive half-open windows of time.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, expecting = "a table")]
pub(super) struct Window {
    /// Column of time, by its name in old.
    pub column: Option<String>,
    /// First moment of the first window: a date, a timestamp, or `{{ param }}`.
    #[schemars(with = "Option<serde_json::Value>")]
    pub from: Option<toml::Value>,
    /// First moment after the last window.
    #[schemars(with = "Option<serde_json::Value>")]
    pub to: Option<toml::Value>,
    /// Length of a window, such as `1 day`.
    pub step: Option<String>,
}

/// How one column is compared; exactly, unless a field says otherwise.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, expecting = "a table")]
pub(super) struct Rule {
    /// |new − old| ≤ absolute + relative × |old|.
    pub absolute: Option<Number>,
    /// Share of |old|.
    pub relative: Option<Number>,
    /// Floats at most this many representable values apart.
    pub ulps: Option<u64>,
    /// Timestamps floored to a multiple of this, such as `1ms`.
    pub truncate: Option<String>,
    /// Type the value is read as: `decimal(38,12)`, `uuid`, `timestamp`, `date`, `bool`, `json` or `text`.
    #[serde(rename = "type")]
    pub of: Option<Sided>,
    /// Arrays as sets.
    pub set: Option<bool>,
    /// Arrays as multisets.
    pub multiset: Option<bool>,
    /// Maps, key order aside.
    pub map: Option<bool>,
    /// With `map`: what an absent key stands for.
    #[schemars(with = "Option<serde_json::Value>")]
    pub absent: Option<toml::Value>,
    /// Text as JSON.
    pub json: Option<bool>,
    /// What stands for NULL: a value for both sides, or `{ old = … }`, `{ new = … }`.
    #[schemars(with = "Option<serde_json::Value>")]
    pub null: Option<toml::Value>,
    /// White space around text does not count.
    pub trim: Option<bool>,
    /// `UTC`: a timestamp without zone is read as UTC.
    pub zone: Option<String>,
    /// Why the column is not compared.
    pub ignore: Option<String>,
    /// new ≥ this.
    pub at_least: Option<Number>,
    /// new ≤ this.
    pub at_most: Option<Number>,
    /// new ÷ old ≥ this.
    pub min_ratio: Option<Number>,
    /// new ÷ old ≤ this.
    pub max_ratio: Option<Number>,
    /// What is beyond these bounds is worth a warning.
    pub warn: Option<Level>,
    /// What is beyond these bounds differs.
    pub fail: Option<Level>,
}

/// The bounds of one of two levels.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, expecting = "a table")]
pub(super) struct Level {
    /// |new − old| ≤ absolute + relative × |old|.
    pub absolute: Option<Number>,
    /// Share of |old|.
    pub relative: Option<Number>,
    /// Floats at most this many representable values apart.
    pub ulps: Option<u64>,
    /// new ≥ this.
    pub at_least: Option<Number>,
    /// new ≤ this.
    pub at_most: Option<Number>,
    /// new ÷ old ≥ this.
    pub min_ratio: Option<Number>,
    /// new ÷ old ≤ this.
    pub max_ratio: Option<Number>,
    /// `percentile`: largest rank error.
    pub rank: Option<Number>,
    /// `percentile`: largest Kolmogorov–Smirnov distance.
    pub max_ks: Option<Number>,
}

/// One query for every engine, or one per engine.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(untagged, expecting = "a query, or a table with one per engine")]
pub(super) enum Sql {
    /// For every engine.
    One(String),
    /// By engine name; `default` for the others.
    PerEngine(BTreeMap<String, String>),
}

/// Names of the sources a check reads.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, expecting = "a table with `old` and `new`")]
pub(super) struct SourceNames {
    /// Source of the old side.
    pub old: Option<String>,
    /// Source of the new side.
    pub new: Option<String>,
}

impl SourceNames {
    /// Returns the name for each side.
    pub(super) fn sides(&self) -> Sides<Option<&String>> {
        Sides { old: self.old.as_ref(), new: self.new.as_ref() }
    }
}

/// A value for both sides, or for either.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(untagged, expecting = "a text, or a table with `old` and `new`")]
pub(super) enum Sided {
    /// For both sides.
    Both(String),
    /// Per side.
    Each {
        /// For old.
        old: Option<String>,
        /// For new.
        new: Option<String>,
    },
}

/// A number as an integer, a float, decimal text, or `{{ param }}`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(untagged, expecting = "a number, or text of one")]
pub(super) enum Number {
    /// An integer.
    Integer(i64),
    /// A float; means its shortest decimal text.
    Float(f64),
    /// Decimal text, or `{{ param }}`.
    Text(String),
}

/// What the server must have.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, expecting = "a table")]
pub(super) struct Requires {
    /// An extension of PostgreSQL.
    pub extension: Option<OneOrMany>,
    /// An engine.
    pub engine: Option<String>,
}

/// What a key with several rows is.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum Duplicates {
    /// A difference.
    Fail,
    /// Allowed.
    Allow,
}

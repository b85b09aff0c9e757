//! A valid check: what `suite` produces and `run` and `compare` consume. Plain data, no I/O.

use std::collections::BTreeMap;
use std::time::Duration;

use bigdecimal::BigDecimal;

use crate::frame::Value;
use crate::model::{DifferenceForm, Kind, Severity, Side, Sides, WarningCode};

/// One paired comparison, every setting checked and every name resolved.
#[derive(Clone, Debug)]
pub struct Check {
    /// `suite.check`.
    pub id: String,
    /// What it compares, with the settings only that kind has.
    pub kind: KindSettings,
    /// What a difference turns it into.
    pub severity: Severity,
    /// Names for `--tag`.
    pub tags: Vec<String>,
    /// Why it exists, for the reader of a report.
    pub why: Option<String>,
    /// The queries; a one-sided check has one.
    pub sides: Sides<Option<Query>>,
    /// Columns that pair a row of old with a row of new, by their name in old; empty when there is one row a side.
    pub key: Vec<String>,
    /// Rules by column name in old; a column without one is compared by `default_rule`.
    pub columns: BTreeMap<String, Rule>,
    /// The rule of every compared column that has none of its own.
    pub default_rule: Rule,
    /// Name in old to name in new.
    pub rename: BTreeMap<String, String>,
    /// Differences by design: `missing`, `extra`, `changed`, `duplicate`, `lost`, `added`, `outside`, `rows`.
    pub expect: BTreeMap<String, u64>,
    /// What the server must have, else the check is skipped.
    pub requires: Vec<Requirement>,
    /// Whether both sides empty is a pass.
    pub allow_empty: bool,
    /// Whether a key may have more than one row.
    pub duplicates_allowed: bool,
    /// Time allowed per query; absent means the run's.
    pub timeout: Option<Duration>,
    /// The windows of time it is cut into, each with a verdict of its own.
    pub window: Option<Window>,
    /// Share of the keys that is examined; absent means all.
    pub sample: Option<Sample>,
    /// How long differences are given to settle; absent means that the first reading decides.
    pub settle: Option<Settle>,
    /// Whether the old query is run twice, to leave out what differs from itself.
    pub noise: bool,
    /// Warning codes that are known, with the reason.
    pub accept: BTreeMap<WarningCode, String>,
    /// Columns whose values no output shows.
    pub mask: Masks,
}

/// Columns whose values no output shows, by their names in old or in new.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Masks {
    /// Those of the check itself: a name that neither side returns is a mistake.
    pub check: Vec<String>,
    /// Those of its suite, which need not be in every check.
    pub suite: Vec<String>,
}

/// Time that differences are given to settle.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settle {
    /// Time between two readings, above 0.
    pub wait: Duration,
    /// Most readings after the first, at least 1.
    pub times: u32,
}

/// Consecutive half-open stretches of time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Window {
    /// Column of time, by its name in old.
    pub column: String,
    /// First moment of the first window.
    pub from: Bound,
    /// First moment after the last window.
    pub to: Bound,
    /// Length of a window; the last may be shorter.
    pub step: Duration,
}

/// An end of a [`Window`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Bound {
    /// A date, timestamp or wall clock.
    Value(ParamValue),
    /// A param that holds one.
    Param(String),
}

impl Check {
    /// Returns what a difference of the check is, and so what it is called.
    pub fn difference_form(&self) -> DifferenceForm {
        self.kind.kind().differences(!self.key.is_empty())
    }

    /// Returns what the column `name` of old is called on `side`.
    pub fn name_on<'a>(&'a self, side: Side, name: &'a str) -> &'a str {
        match side {
            Side::Old => name,
            Side::New => self.rename.get(name).map_or(name, String::as_str),
        }
    }

    /// Returns the column of time of the check's window by its name on `side`; empty without a window.
    pub fn window_column(&self, side: Side) -> &str {
        self.name_on(side, self.window.as_ref().map_or("", |window| window.column.as_str()))
    }

    /// Whether its queries take the ends of a window as `{{ from }}` and `{{ to }}`; others are wrapped in a filter.
    pub fn binds_window(&self) -> bool {
        self.sides.present().any(|(_, query)| query.sql.params().any(|name| name == "from" || name == "to"))
    }
}

/// A share of the keys, the same on both sides and in every run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sample {
    /// As the suite says it, such as `1%`.
    pub text: String,
    /// Keys whose 64-bit hash lies below this are examined.
    pub below: u64,
}

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

/// A query of one side.
#[derive(Clone, Debug)]
pub struct Query {
    /// Name of the source in the suite.
    pub source: String,
    /// The SQL with its placeholders.
    pub sql: Template,
    /// File the SQL came from, absent where it stands in the suite.
    pub file: Option<String>,
}

/// SQL in pieces: text, and placeholders that become literals of the engine.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Template(pub Vec<Piece>);

/// A piece of a [`Template`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece {
    /// SQL as written.
    Text(String),
    /// `{{ name }}`.
    Param(String),
}

/// The value of a param, typed by its TOML value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ParamValue {
    /// TOML string.
    Text(String),
    /// TOML integer.
    Integer(i128),
    /// TOML float, as its shortest decimal text.
    Decimal(BigDecimal),
    /// TOML boolean.
    Boolean(bool),
    /// TOML offset date-time: an instant.
    Timestamp(chrono::DateTime<chrono::Utc>),
    /// TOML local date-time: a wall clock.
    WallClock(chrono::NaiveDateTime),
    /// TOML local date.
    Date(chrono::NaiveDate),
    /// TOML local time.
    Time(chrono::NaiveTime),
    /// TOML array, never empty, of one type.
    List(Vec<ParamValue>),
}

/// What the server of a side must have for a check to make sense.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Requirement {
    /// An extension of PostgreSQL.
    Extension(String),
    /// The engine, such as `clickhouse`.
    Engine(String),
}

/// How one column is compared: first each side is normalised, then the two are judged.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Rule {
    /// How the two normalised values are judged.
    pub comparison: Comparison,
    /// Type a side's text is parsed as, strictly.
    pub types: Sides<Option<ForcedType>>,
    /// Value that stands for NULL on a side.
    pub null: Sides<Option<Value>>,
    /// Timestamps and times are floored to a multiple of this.
    pub truncate: Option<Duration>,
    /// Zone in which a wall clock is read to become an instant; only `UTC`.
    pub utc: bool,
    /// Leading and trailing white space of text does not count.
    pub trim: bool,
    /// Both sides are answers to one query, so that text which cannot be read as its type equals itself.
    pub itself: bool,
}

/// How two normalised values are judged.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Comparison {
    /// Equal by value.
    #[default]
    Exact,
    /// |new − old| ≤ absolute + relative × |old|.
    Tolerance(Tolerance),
    /// Floats at most this many representable values apart.
    Ulps(u64),
    /// Arrays with the same elements, order and repetition aside.
    Set,
    /// Arrays with the same elements as often, order aside.
    Multiset,
    /// Maps with the same entries; an absent key may stand for `absent`, values may take a tolerance.
    Map {
        /// What a key that is not there counts as.
        absent: Option<Value>,
        /// Tolerance of each value.
        tolerance: Option<Tolerance>,
    },
    /// Text that is JSON, compared as JSON.
    Json,
    /// New within bounds of its own, or of old.
    Budget(Budget),
    /// Not compared, for this reason.
    Ignore(String),
    /// Two bounds: what is beyond `fail` differs, what is only beyond `warn` is counted and makes the check `warn`.
    Levels(Box<Levels>),
}

impl Comparison {
    /// The comparisons it is made of: both levels, or itself.
    pub fn levels(&self) -> impl Iterator<Item = &Comparison> {
        let (first, second) = match self {
            Comparison::Levels(levels) => (&levels.warn, levels.fail.as_ref()),
            one => (one, None),
        };
        std::iter::once(first).chain(second)
    }
}

/// Two bounds on one column, `fail` never the tighter one.
#[derive(Clone, Debug, PartialEq)]
pub struct Levels {
    /// Beyond it is worth a warning.
    pub warn: Comparison,
    /// Beyond it is a difference; absent where no difference of the column is more than a warning.
    pub fail: Option<Comparison>,
}

/// |new − old| ≤ absolute + relative × |old|; both parts are 0 or more.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tolerance {
    /// In the unit of the column.
    pub absolute: BigDecimal,
    /// Share of |old|.
    pub relative: BigDecimal,
}

/// Bounds on new, each inclusive.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Budget {
    /// new ≥ this.
    pub at_least: Option<BigDecimal>,
    /// new ≤ this.
    pub at_most: Option<BigDecimal>,
    /// new ÷ old ≥ this.
    pub min_ratio: Option<BigDecimal>,
    /// new ÷ old ≤ this.
    pub max_ratio: Option<BigDecimal>,
}

/// A type that text is parsed as, strictly.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ForcedType {
    /// Decimal with at most `precision` digits, `scale` of them after the point.
    Decimal {
        /// All digits, at most 38.
        precision: u8,
        /// Digits after the point.
        scale: u8,
    },
    /// Canonical UUID, any case.
    Uuid,
    /// ISO 8601 timestamp; an instant where it has an offset.
    Timestamp,
    /// ISO 8601 date.
    Date,
    /// `true`, `false`, `t`, `f`, `1`, `0`.
    Bool,
    /// JSON.
    Json,
    /// Text of any scalar.
    Text,
}

impl std::fmt::Display for ForcedType {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            ForcedType::Decimal { precision, scale } => write!(f, "decimal({precision},{scale})"),
            ForcedType::Uuid => f.write_str("uuid"),
            ForcedType::Timestamp => f.write_str("timestamp"),
            ForcedType::Date => f.write_str("date"),
            ForcedType::Bool => f.write_str("bool"),
            ForcedType::Json => f.write_str("json"),
            ForcedType::Text => f.write_str("text"),
        }
    }
}

//! A valid check: what `suite` produces and `run` and `compare` consume. Plain data, no I/O.

use std::collections::BTreeMap;
use std::time::Duration;

use chrono::NaiveDateTime;

pub use super::query::{ParamValue, Piece, Query, Template};
pub use super::rule::{Budget, Comparison, ForcedType, Levels, Rule, Tolerance};
pub use super::settings::{Allowed, Bounds, KindSettings, Latency, Load, Percentile, SchemaCheck};
use crate::model::{DifferenceForm, Severity, Side, Sides, WarningCode};

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
    /// Whether it is said what the differing rows have in common.
    pub diagnosis: bool,
    /// Columns that stand in whole rows although they are not compared, by their names in old or in new.
    pub carry: Vec<String>,
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

impl Window {
    /// Returns the first moment of the first window and the first after the last, where its ends have these values.
    ///
    /// # Errors
    /// Ends that are of two types or hold nothing between them, and a step that is no whole day between dates.
    pub(crate) fn stretch(&self, from: &ParamValue, to: &ParamValue) -> Result<(NaiveDateTime, NaiveDateTime), String> {
        let (Some(first), Some(end)) = (from.moment(), to.moment()) else {
            return Err("its ends are no points in time".to_owned());
        };
        if std::mem::discriminant(from) != std::mem::discriminant(to) {
            return Err(format!("it goes from {from} to {to}, which are of two types; give both as one"));
        }
        if first >= end {
            return Err(format!("it goes from {from} to {to}, which holds nothing"));
        }
        if matches!(from, ParamValue::Date(_)) && !self.step.as_nanos().is_multiple_of(DAY) {
            return Err("a step between dates is whole days".to_owned());
        }
        Ok((first, end))
    }
}

/// Nanoseconds.
const DAY: u128 = 86_400_000_000_000;

/// An end of a [`Window`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Bound {
    /// A date, timestamp or wall clock.
    Value(ParamValue),
    /// A param that holds one.
    Param(String),
}

impl Check {
    /// Returns a check that has no other setting than its kind and its key.
    #[cfg(test)]
    pub(crate) fn plain(kind: KindSettings, key: &[&str]) -> Check {
        Check {
            id: "suite.check".to_owned(),
            kind,
            severity: Severity::Fail,
            tags: Vec::new(),
            why: None,
            sides: Sides::default(),
            key: key.iter().map(|name| (*name).to_owned()).collect(),
            columns: BTreeMap::new(),
            default_rule: Rule::default(),
            rename: BTreeMap::new(),
            expect: BTreeMap::new(),
            requires: Vec::new(),
            allow_empty: false,
            duplicates_allowed: false,
            timeout: None,
            window: None,
            sample: None,
            settle: None,
            noise: false,
            accept: BTreeMap::new(),
            mask: Masks::default(),
            diagnosis: true,
            carry: Vec::new(),
        }
    }

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

/// What the server of a side must have for a check to make sense.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Requirement {
    /// An extension of PostgreSQL.
    Extension(String),
    /// The engine, such as `clickhouse`.
    Engine(String),
}

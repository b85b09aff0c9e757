//! Finds the differences that a run kept, by what is asked of them, and shows them to people and to programs.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use clap::{Args, ValueEnum};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::selection::Patterns;
use crate::model::{Difference, Example, Kind, Side, Sides, plural, thousands};
use crate::record::read::{KeptDifference, RecordedCheck, RecordedRun};
use crate::report::terminal::{Style, difference};
use crate::report::{value, visible};

/// Which differences are asked for.
#[derive(Args, Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
pub(crate) struct Wanted {
    /// Only the checks and windows that a pattern means; repeatable
    #[arg(long, value_name = "PATTERN")]
    only: Vec<String>,
    /// Only differences of this sort; repeatable
    #[arg(long, value_name = "SORT")]
    difference: Vec<Sort>,
    /// Only differences of this column; repeatable
    #[arg(long, value_name = "NAME")]
    column: Vec<String>,
    /// Only differences whose key or whose row has this value on either side; repeatable, all must hold
    #[arg(long = "where", value_name = "NAME=VALUE", value_parser = condition)]
    #[serde(rename = "where")]
    #[schemars(with = "Vec<String>")]
    conditions: Vec<Condition>,
    /// Differences that are passed over first
    #[arg(long, value_name = "N", default_value_t = 0)]
    skip: usize,
    /// Show the whole rows of both sides, too
    #[arg(long)]
    rows: bool,
}

/// A sort of difference, as reports call it.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema, PartialEq, Eq, ValueEnum)]
#[serde(rename_all = "snake_case")]
pub(super) enum Sort {
    /// Only in old; a lost tag
    Missing,
    /// Only in new; an added tag
    Extra,
    /// In both with other values
    Changed,
    /// A key with more than one row
    Duplicate,
}

impl Sort {
    fn is(self, difference: Difference) -> bool {
        match self {
            Sort::Missing => difference == Difference::Missing,
            Sort::Extra => difference == Difference::Extra,
            Sort::Changed => difference == Difference::Changed,
            Sort::Duplicate => difference == Difference::Duplicate,
        }
    }
}

/// What a key or a column must hold.
#[derive(Clone, Debug, Deserialize)]
#[serde(try_from = "String")]
pub(super) struct Condition {
    name: String,
    value: String,
}

fn condition(text: &str) -> Result<Condition, String> {
    let (name, value) =
        text.split_once('=').filter(|(name, _)| !name.is_empty()).ok_or("write it as NAME=VALUE, such as id=17")?;
    Ok(Condition { name: name.to_owned(), value: value.to_owned() })
}

impl TryFrom<String> for Condition {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        condition(&text)
    }
}

/// A difference with its whole rows, read.
struct Shown {
    example: Example,
    rows: Sides<Option<Map<String, Value>>>,
}

impl Shown {
    fn new(kept: KeptDifference) -> Shown {
        let read = |row: Option<String>| serde_json::from_str(&row?).ok();
        Shown { example: kept.example, rows: kept.rows.map(read) }
    }

    /// The names of its key and its columns.
    fn names(&self) -> impl Iterator<Item = &str> {
        let key = self.example.key.0.iter().map(|(name, _)| name.as_str());
        let rows = self.rows.present().flat_map(|(_, row)| row.keys().map(String::as_str));
        key.chain(self.example.columns.keys().map(String::as_str)).chain(rows)
    }
}

/// A value of a whole row as reports show it; `None` of NULL.
fn text(value: &Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::String(text) => Some(text.clone()),
        other => Some(other.to_string()),
    }
}

impl Condition {
    fn holds(&self, Shown { example, rows }: &Shown) -> bool {
        let is = |value: Option<&str>| value.map_or(self.value == "NULL", |value| value == self.value);
        let key = example.key.0.iter().any(|(name, value)| *name == self.name && is(value.as_deref()));
        let column = example.columns.get(&self.name).is_some_and(|pair| match example.difference {
            Difference::Missing => is(pair.old.as_deref()),
            Difference::Extra => is(pair.new.as_deref()),
            _ => is(pair.old.as_deref()) || is(pair.new.as_deref()),
        });
        let in_row = |row: &Map<String, Value>| row.get(&self.name).is_some_and(|value| is(text(value).as_deref()));
        key || column || rows.present().any(|(_, row)| in_row(row))
    }
}

impl Wanted {
    /// The patterns of the checks and windows that are meant.
    pub(super) fn only(&self) -> &[String] {
        &self.only
    }

    /// Whether the whole rows are asked for.
    pub(super) fn rows(&self) -> bool {
        self.rows
    }

    /// Refuses a name that no difference has; `known` are those that they have, and are empty where there is no difference.
    fn names_among(&self, known: &BTreeSet<&str>) -> Result<(), String> {
        let mut asked = self.column.iter().chain(self.conditions.iter().map(|condition| &condition.name));
        match asked.find(|name| !known.is_empty() && !known.contains(name.as_str())) {
            None => Ok(()),
            Some(name) => {
                let known: Vec<String> = known.iter().map(|name| format!("`{}`", visible(name))).collect();
                let name = visible(name);
                Err(format!("no difference that was kept has a column `{name}`; they have {}", known.join(", ")))
            }
        }
    }

    fn wants(&self, shown: &Shown) -> bool {
        let example = &shown.example;
        (self.difference.is_empty() || self.difference.iter().any(|sort| sort.is(example.difference)))
            && (self.column.is_empty() || self.column.iter().any(|name| example.columns.contains_key(name)))
            && self.conditions.iter().all(|condition| condition.holds(shown))
    }
}

/// The differences of a run that are asked for.
pub(super) struct Found {
    run: RecordedRun,
    /// Those of each check that is meant, by its place in the run.
    checks: Vec<(usize, Vec<Shown>)>,
}

impl Found {
    /// Finds what `wanted` asks for in the report at `path`.
    pub(super) fn read(path: &Path, wanted: &Wanted) -> Result<Found, String> {
        let patterns = Patterns::new(&wanted.only)?;
        let run = RecordedRun::read(path).map_err(|why| why.to_string())?;
        let meant = |(_, check): &(usize, &RecordedCheck)| patterns.mean(&check.id);
        let meant: Vec<usize> = run.checks.iter().enumerate().filter(meant).map(|(at, _)| at).collect();
        if meant.is_empty() {
            let path = run.path.display();
            return Err(format!("no check of {path} matches; `cutover show {path}` shows those with differences"));
        }
        let mut kept = run.differences_in_full().map_err(|why| why.to_string())?;
        let read = |at: usize| {
            let all = kept.remove(&run.checks[at].id).unwrap_or_default();
            (at, all.into_iter().map(Shown::new).collect())
        };
        let mut checks: Vec<(usize, Vec<Shown>)> = meant.into_iter().map(read).collect();
        let known: BTreeSet<&str> = checks.iter().flat_map(|(_, all)| all).flat_map(Shown::names).collect();
        wanted.names_among(&known)?;
        checks.iter_mut().for_each(|(_, all)| all.retain(|shown| wanted.wants(shown)));
        Ok(Found { run, checks })
    }

    /// The checks that are meant, each with its differences.
    fn checks(&self) -> impl Iterator<Item = (&RecordedCheck, &[Shown])> {
        self.checks.iter().map(|(at, found)| (&self.run.checks[*at], found.as_slice()))
    }

    /// How many differences there are.
    pub(super) fn matching(&self) -> usize {
        self.checks.iter().map(|(_, found)| found.len()).sum()
    }

    /// Returns true if the run found differences of these checks and kept none: what is shown is no answer to what was asked.
    pub(super) fn is_lost(&self) -> bool {
        self.checks().all(|(check, _)| check.written == 0 && check.is_cut())
    }

    /// A JSON object for each difference, at most `limit` of them.
    pub(super) fn objects(&self, wanted: &Wanted, limit: Option<usize>) -> Vec<Value> {
        let all = self.checks().flat_map(|(check, found)| found.iter().map(move |shown| (check, shown)));
        let page = all.skip(wanted.skip).take(limit.unwrap_or(usize::MAX));
        page.map(|(check, shown)| object(&check.id, shown)).collect()
    }

    /// The differences of each check below its name, at most `limit` of them, and what is left out.
    pub(super) fn page(&self, wanted: &Wanted, limit: usize, style: Style) -> String {
        let mut out = String::new();
        let (mut skip, mut left) = (wanted.skip, limit);
        for (check, examples) in self.checks() {
            let shown: Vec<&Shown> = examples.iter().skip(skip).take(left).collect();
            skip = skip.saturating_sub(examples.len());
            left -= shown.len();
            if check.is_cut() {
                out += &format!(
                    "{}: {} of {} are kept in differences.parquet; run again with a larger --max-differences for all\n",
                    visible(&check.id),
                    thousands(check.written),
                    plural(check.found.total(), "difference")
                );
            }
            if shown.is_empty() {
                continue;
            }
            out += &format!("{} ({})\n", visible(&check.id), plural(examples.len() as u64, "difference"));
            let violation = check.kind == Some(Kind::Invariant);
            for one in shown {
                let rows = if wanted.rows { row_lines(&one.rows) } else { Vec::new() };
                difference(&one.example, violation, style).into_iter().chain(rows).for_each(|line| {
                    out += &line;
                    out.push('\n');
                });
            }
            out.push('\n');
        }
        let matching = self.matching();
        let until = wanted.skip.saturating_add(limit);
        out += &match matching {
            0 => format!("no difference of {} matches\n", self.run.path.display()),
            _ if until < matching => {
                format!("{} more; the next ones with --skip {until}\n", thousands((matching - until) as u64))
            }
            _ if wanted.skip >= matching => format!("no more than {}\n", plural(matching as u64, "difference")),
            _ => String::new(),
        };
        out
    }
}

/// A difference as programs read it.
fn object(id: &str, Shown { example, rows }: &Shown) -> Value {
    let key: Map<String, Value> = example.key.0.iter().map(|(name, value)| (name.clone(), json!(value))).collect();
    let columns: BTreeMap<&String, Value> =
        example.columns.iter().map(|(name, pair)| (name, json!({ "old": pair.old, "new": pair.new }))).collect();
    let mut object = json!({ "check": id, "difference": example.difference, "key": key, "columns": columns });
    for (name, row) in [("old_row", &rows.old), ("new_row", &rows.new)] {
        if let (Some(row), Some(object)) = (row, object.as_object_mut()) {
            object.insert(name.to_owned(), Value::from(row.clone()));
        }
    }
    object
}

/// The whole rows of a difference, for people.
fn row_lines(rows: &Sides<Option<Map<String, Value>>>) -> Vec<String> {
    let one = |(name, held): (&String, &Value)| format!("{}: {}", visible(name), value(text(held).as_deref()));
    let line = |(side, row): (Side, &Map<String, Value>)| {
        format!("      {side} row  {}", row.iter().map(one).collect::<Vec<_>>().join(", "))
    };
    rows.present().map(line).collect()
}

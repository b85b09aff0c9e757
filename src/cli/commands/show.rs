//! Runs `cutover show`: the differences that a run kept, page by page, without reading any source again.

use std::collections::BTreeMap;
use std::path::PathBuf;

use clap::{Args, ValueEnum};
use serde_json::{Map, Value, json};

use super::super::args::LookArgs;
use super::super::console;
use super::super::selection::Patterns;
use crate::exit_code::{BROKEN, PASSED};
use crate::model::{Difference, Example, Kind, Side, Sides, plural, thousands};
use crate::record::read::{KeptDifference, RecordedCheck, RecordedRun};
use crate::report::terminal::{Style, difference};
use crate::report::{Format, value, visible};

/// Differences that people are shown at once.
const PAGE: usize = 50;

/// `cutover show`.
#[derive(Args, Debug)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct ShowArgs {
    /// A report.json, its folder, or `last` for the newest in reports/; differences.parquet is read beside it
    #[arg(value_name = "REPORT", default_value = "last")]
    report: PathBuf,
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
    conditions: Vec<Condition>,
    /// Differences that are shown [default: 50, with --json all]
    #[arg(long, value_name = "N")]
    limit: Option<usize>,
    /// Differences that are passed over first
    #[arg(long, value_name = "N", default_value_t = 0)]
    skip: usize,
    /// Show the whole rows of both sides, too
    #[arg(long)]
    rows: bool,
    /// Print one JSON object a line
    #[arg(long)]
    json: bool,
    /// No colours (NO_COLOR does the same)
    #[arg(long)]
    no_color: bool,
}

const AFTER_HELP: &str = "\
A value is compared with the text that reports show; NULL means NULL.
A row has the key, the compared columns, and those that the run was given with --with.

Examples:
  cutover show                                  the first 50 differences of the newest run
  cutover show --only shop.orders --skip 50     the next ones of one check
  cutover show last --column cost --where currency=JPY --rows
  cutover show report.json --difference missing --json | jq -r .key.id";

/// A sort of difference, as reports call it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Sort {
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
#[derive(Clone, Debug)]
struct Condition {
    name: String,
    value: String,
}

fn condition(text: &str) -> Result<Condition, String> {
    let (name, value) =
        text.split_once('=').filter(|(name, _)| !name.is_empty()).ok_or("write it as NAME=VALUE, such as id=17")?;
    Ok(Condition { name: name.to_owned(), value: value.to_owned() })
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

impl ShowArgs {
    fn wants(&self, shown: &Shown) -> bool {
        let example = &shown.example;
        (self.difference.is_empty() || self.difference.iter().any(|sort| sort.is(example.difference)))
            && (self.column.is_empty() || self.column.iter().any(|name| example.columns.contains_key(name)))
            && self.conditions.iter().all(|condition| condition.holds(shown))
    }
}

/// Prints the differences and returns the exit code.
pub(crate) fn show(args: &ShowArgs) -> Result<u8, u8> {
    let refuse = |why: String| console::refuse("show", &why);
    let patterns = Patterns::new(&args.only).map_err(refuse)?;
    let run = RecordedRun::read(&args.report).map_err(|why| refuse(why.to_string()))?;
    let checks: Vec<&RecordedCheck> = run.checks.iter().filter(|check| patterns.mean(&check.id)).collect();
    if checks.is_empty() {
        let path = run.path.display();
        return Err(refuse(format!("no check of {path} matches; `cutover show {path}` shows those with differences")));
    }
    let mut kept = run.differences_in_full().map_err(|why| refuse(why.to_string()))?;
    let found: Vec<(&RecordedCheck, Vec<Shown>)> = checks
        .iter()
        .map(|check| {
            let all = kept.remove(&check.id).unwrap_or_default();
            (*check, all.into_iter().map(Shown::new).filter(|shown| args.wants(shown)).collect())
        })
        .collect();
    if args.json {
        console::report(Format::Json, &lines(args, &found));
        return Ok(PASSED);
    }
    let screen = console::Screen::new(LookArgs { no_color: args.no_color, ..LookArgs::default() }, false, 0);
    console::print(&page(args, &run, &found, screen.style));
    // Differences that the run found and did not keep are no answer to what was asked.
    let lost = checks.iter().all(|check| check.written == 0 && check.is_cut());
    if lost { Err(BROKEN) } else { Ok(PASSED) }
}

/// A JSON object a line.
fn lines(args: &ShowArgs, found: &[(&RecordedCheck, Vec<Shown>)]) -> String {
    let all = found.iter().flat_map(|(check, found)| found.iter().map(move |shown| (check, shown)));
    let line = |(check, Shown { example, rows }): (&&RecordedCheck, &Shown)| {
        let key: Map<String, Value> = example.key.0.iter().map(|(name, value)| (name.clone(), json!(value))).collect();
        let columns: BTreeMap<&String, Value> =
            example.columns.iter().map(|(name, pair)| (name, json!({ "old": pair.old, "new": pair.new }))).collect();
        let mut line = json!({ "check": check.id, "difference": example.difference, "key": key, "columns": columns });
        for (name, row) in [("old_row", &rows.old), ("new_row", &rows.new)] {
            if let (Some(row), Some(line)) = (row, line.as_object_mut()) {
                line.insert(name.to_owned(), Value::from(row.clone()));
            }
        }
        format!("{line}\n")
    };
    all.skip(args.skip).take(args.limit.unwrap_or(usize::MAX)).map(line).collect()
}

/// The whole rows of a difference, for people.
fn row_lines(rows: &Sides<Option<Map<String, Value>>>) -> Vec<String> {
    let one = |(name, held): (&String, &Value)| format!("{}: {}", visible(name), value(text(held).as_deref()));
    let line = |(side, row): (Side, &Map<String, Value>)| {
        format!("      {side} row  {}", row.iter().map(one).collect::<Vec<_>>().join(", "))
    };
    rows.present().map(line).collect()
}

/// The differences of each check below its name, and what is left out.
fn page(args: &ShowArgs, run: &RecordedRun, found: &[(&RecordedCheck, Vec<Shown>)], style: Style) -> String {
    let mut out = String::new();
    let limit = args.limit.unwrap_or(PAGE);
    let (mut skip, mut left) = (args.skip, limit);
    for (check, examples) in found {
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
            let rows = if args.rows { row_lines(&one.rows) } else { Vec::new() };
            difference(&one.example, violation, style).into_iter().chain(rows).for_each(|line| {
                out += &line;
                out.push('\n');
            });
        }
        out.push('\n');
    }
    let matching: usize = found.iter().map(|(_, examples)| examples.len()).sum();
    let until = args.skip.saturating_add(limit);
    out += &match matching {
        0 => format!("no difference of {} matches\n", run.path.display()),
        _ if until < matching => {
            format!("{} more; the next ones with --skip {until}\n", thousands((matching - until) as u64))
        }
        _ if args.skip >= matching => format!("no more than {}\n", plural(matching as u64, "difference")),
        _ => String::new(),
    };
    out
}

//! Runs `cutover show`: the differences that a run kept, page by page, without reading any source again.

use std::collections::BTreeMap;
use std::path::PathBuf;

use clap::{Args, ValueEnum};
use serde_json::json;

use super::super::args::LookArgs;
use super::super::console;
use super::super::selection::Patterns;
use crate::exit_code::{BROKEN, PASSED};
use crate::model::{Difference, Example, Kind, plural, thousands};
use crate::record::read::{RecordedCheck, RecordedRun};
use crate::report::terminal::{Style, difference};
use crate::report::{Format, visible};

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
    /// Only differences whose key has this value, or whose column has it on either side; repeatable, all must hold
    #[arg(long = "where", value_name = "NAME=VALUE", value_parser = condition)]
    conditions: Vec<Condition>,
    /// Differences that are shown [default: 50, with --json all]
    #[arg(long, value_name = "N")]
    limit: Option<usize>,
    /// Differences that are passed over first
    #[arg(long, value_name = "N", default_value_t = 0)]
    skip: usize,
    /// Print one JSON object a line
    #[arg(long)]
    json: bool,
    /// No colours (NO_COLOR does the same)
    #[arg(long)]
    no_color: bool,
}

const AFTER_HELP: &str = "\
A value is compared with the text that reports show; NULL means NULL.
Columns without a change stand in missing and extra rows only.

Examples:
  cutover show                                  the first 50 differences of the newest run
  cutover show --only shop.orders --skip 50     the next ones of one check
  cutover show last --column cost --where currency=JPY
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

impl Condition {
    fn holds(&self, example: &Example) -> bool {
        let is = |value: Option<&str>| value.map_or(self.value == "NULL", |value| value == self.value);
        let key = example.key.0.iter().any(|(name, value)| *name == self.name && is(value.as_deref()));
        let column = example.columns.get(&self.name).is_some_and(|pair| match example.difference {
            Difference::Missing => is(pair.old.as_deref()),
            Difference::Extra => is(pair.new.as_deref()),
            _ => is(pair.old.as_deref()) || is(pair.new.as_deref()),
        });
        key || column
    }
}

impl ShowArgs {
    fn wants(&self, example: &Example) -> bool {
        (self.difference.is_empty() || self.difference.iter().any(|sort| sort.is(example.difference)))
            && (self.column.is_empty() || self.column.iter().any(|name| example.columns.contains_key(name)))
            && self.conditions.iter().all(|condition| condition.holds(example))
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
    let mut kept = run.differences().map_err(|why| refuse(why.to_string()))?;
    let found: Vec<(&RecordedCheck, Vec<Example>)> = checks
        .iter()
        .map(|check| {
            let all = kept.remove(&check.id).unwrap_or_default();
            (*check, all.into_iter().filter(|example| args.wants(example)).collect())
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
fn lines(args: &ShowArgs, found: &[(&RecordedCheck, Vec<Example>)]) -> String {
    let all = found.iter().flat_map(|(check, examples)| examples.iter().map(move |example| (check, example)));
    let line = |(check, example): (&&RecordedCheck, &Example)| {
        let key: serde_json::Map<String, serde_json::Value> =
            example.key.0.iter().map(|(name, value)| (name.clone(), json!(value))).collect();
        let columns: BTreeMap<&String, serde_json::Value> =
            example.columns.iter().map(|(name, pair)| (name, json!({ "old": pair.old, "new": pair.new }))).collect();
        format!("{}\n", json!({ "check": check.id, "difference": example.difference, "key": key, "columns": columns }))
    };
    all.skip(args.skip).take(args.limit.unwrap_or(usize::MAX)).map(line).collect()
}

/// The differences of each check below its name, and what is left out.
fn page(args: &ShowArgs, run: &RecordedRun, found: &[(&RecordedCheck, Vec<Example>)], style: Style) -> String {
    let mut out = String::new();
    let limit = args.limit.unwrap_or(PAGE);
    let (mut skip, mut left) = (args.skip, limit);
    for (check, examples) in found {
        let shown: Vec<&Example> = examples.iter().skip(skip).take(left).collect();
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
        shown.iter().flat_map(|example| difference(example, violation, style)).for_each(|line| {
            out += &line;
            out.push('\n');
        });
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

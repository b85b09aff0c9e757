//! What an opened check shows, as text ready to be escaped: control characters and marks that turn the writing direction are
//! spelt out here, NULL is told apart from the text of these letters.

use serde::Serialize;

use super::super::diagnosis;
use super::super::text;
use super::super::text::{again, answer, counts, key, plural, thousands, value, visible, visible_lines};
use super::charts;
use super::charts::Curve;
use super::columns;
use super::columns::Columns;
use super::deltas;
use super::deltas::Histogram;
use super::digits::{grouped, share};
use super::emphasis;
use super::emphasis::Parts;
use super::examples;
use super::examples::Examples;
use super::lanes;
use super::lanes::Lanes;
use super::over_keys;
use super::over_keys::OverKeys;
use super::times;
use super::times::Distribution;
use super::trend;
use super::trend::Trend;
use crate::model::{CheckReport, EarlierRuns, ErrorReport, Measure, RunReport, Side, SideReport};

/// The body of a check.
#[derive(Serialize)]
pub(super) struct Check {
    why: Option<String>,
    error: Option<String>,
    causes: Vec<String>,
    skipped: Option<String>,
    diagnosis: Vec<(String, Option<String>)>,
    closing: Option<String>,
    facts: Vec<Fact>,
    counts: Vec<String>,
    warnings: Vec<(String, String)>,
    columns: Option<Columns>,
    lanes: Option<Lanes>,
    deltas: Vec<Histogram>,
    over_keys: Vec<OverKeys>,
    curves: Vec<Curve>,
    times: Option<Distribution>,
    measures: Vec<Numbers>,
    more_measures: Option<String>,
    has_counts: bool,
    examples: Vec<Examples>,
    more_examples: Option<String>,
    past: Option<Trend>,
    sides: Vec<ReadSide>,
    notes: Vec<String>,
    again: String,
}

/// A count that stands out, with its share.
#[derive(Serialize)]
struct Fact {
    name: &'static str,
    count: String,
    share: String,
    differs: bool,
}

/// Measures that stand in one table: those to be read, or the others.
#[derive(Serialize)]
struct Numbers {
    heading: Option<String>,
    rows: Vec<Number>,
}

#[derive(Serialize)]
struct Number {
    key: String,
    name: String,
    values: (Parts, Parts),
    delta: String,
    rule: String,
    count: String,
    within: bool,
    warned: bool,
}

#[derive(Serialize)]
struct ReadSide {
    name: &'static str,
    source: String,
    answer: String,
    sql: String,
}

/// What is to be shown of `check`.
pub(super) fn check(report: &RunReport, earlier: &EarlierRuns, check: &CheckReport) -> Check {
    let listed = check.outcome.measures();
    let unshown = check.outcome.totals().map_or(0, |totals| totals.compared.saturating_sub(listed.len() as u64));
    let facts = facts(check);
    // The first line of counts is what the facts show.
    let told = usize::from(!facts.is_empty());
    Check {
        why: check.why.as_deref().map(visible),
        error: check.error.as_ref().map(|error| visible(&error.message())),
        causes: check.error.iter().flat_map(ErrorReport::causes).map(|cause| visible(&cause.text)).collect(),
        skipped: check.skipped.as_deref().map(visible),
        diagnosis: diagnosis::lines(check).into_iter().map(|line| (line.text, line.only)).collect(),
        closing: diagnosis::closing(check),
        counts: counts(check).into_iter().skip(told).collect(),
        facts,
        warnings: check.warnings.iter().map(warning).collect(),
        columns: columns::of(check),
        lanes: lanes::over(check),
        deltas: deltas::histograms(check),
        over_keys: over_keys::charts(check),
        curves: charts::curves(check),
        times: times::of(check),
        measures: numbers(check),
        more_measures: (unshown > 0 && check.outcome.rows().is_none())
            .then(|| format!("{} more compared, all of them counted above", thousands(unshown))),
        has_counts: listed.iter().any(|one| one.count.is_some()),
        examples: examples::of(check),
        more_examples: text::unlisted(check),
        past: trend::of_check(report, check, earlier),
        sides: check.sides.present().map(|(name, one)| side(name, one)).collect(),
        notes: notes(check),
        again: again(report, check),
    }
}

/// Rows, or groups, by how they relate, each as a share of its own side.
fn facts(check: &CheckReport) -> Vec<Fact> {
    let Some(rows) = check.outcome.rows() else { return Vec::new() };
    let fact = |name, count: u64, of: Option<u64>, differs: bool| Fact {
        name,
        count: thousands(count),
        share: of.map_or(String::new(), |of| share(count, of)),
        differs: differs && count > 0,
    };
    vec![
        fact("old", rows.old, None, false),
        fact("new", rows.new, None, false),
        fact("equal", rows.equal, Some(rows.old), false),
        fact("missing", rows.missing, Some(rows.old), true),
        fact("extra", rows.extra, Some(rows.new), true),
        fact("changed", rows.changed, Some(rows.old), true),
        fact("duplicate keys", rows.duplicate.count(), None, rows.duplicate.differing() > 0),
    ]
}

fn warning(warning: &crate::model::Warning) -> (String, String) {
    let table = warning.table.as_deref().map_or(String::new(), |table| format!("{}: ", visible(table)));
    (warning.code.to_string(), format!("{table}{}", visible(&warning.message())))
}

/// The measures to be read, then those within their rule where there are others.
fn numbers(check: &CheckReport) -> Vec<Numbers> {
    let (told, rest): (Vec<&Measure>, Vec<&Measure>) =
        check.outcome.measures().iter().partition(|measure| text::told(measure));
    let rows = |all: Vec<&Measure>| all.into_iter().map(number).collect();
    let heading = (!told.is_empty()).then(|| format!("{} within", plural(rest.len() as u64, "number")));
    let parts = [Numbers { heading: None, rows: rows(told) }, Numbers { heading, rows: rows(rest) }];
    parts.into_iter().filter(|part| !part.rows.is_empty()).collect()
}

fn number(measure: &Measure) -> Number {
    let shown = |side: &Option<String>| grouped(&value(side.as_deref()));
    let count = measure.count.as_ref().map_or(String::new(), |count| {
        let one = |count: Option<u64>| count.map_or("–".to_owned(), thousands);
        format!("{} / {}", one(count.old), one(count.new))
    });
    Number {
        key: key(&measure.key),
        name: visible(&measure.quantity.to_string()),
        values: emphasis::parts(&shown(&measure.old), &shown(&measure.new)),
        delta: measure.delta.as_deref().map_or("–".to_owned(), |delta| grouped(&visible(delta))),
        rule: visible(&measure.tolerance),
        count,
        within: measure.within,
        warned: measure.within && measure.level.is_some(),
    }
}

fn side(side: Side, report: &SideReport) -> ReadSide {
    let name = match side {
        Side::Old => "Old",
        Side::New => "New",
    };
    ReadSide {
        name,
        source: visible(&report.source),
        answer: answer(report),
        sql: visible_lines(report.sql.trim_end()),
    }
}

fn notes(check: &CheckReport) -> Vec<String> {
    let mut notes = Vec::new();
    if let Some(window) = &check.window {
        let end = |moment: &Option<String>, open: &str| moment.as_deref().map_or(open.to_owned(), visible);
        let column = visible(&window.column);
        notes.push(match (&window.from, &window.to) {
            (None, None) => format!("window: rows without a time in {column}"),
            (from, to) => format!("window: {column} from {} to before {}", end(from, "the first"), end(to, "the end")),
        });
    }
    if let Some(plan) = &check.plan {
        notes.push(format!(
            "compared by {} with {}; {} looked at in full; two different rows called equal: probability at most {}",
            visible(&plan.name),
            visible(&plan.hash),
            plural(plan.read_again, "row"),
            visible(&plan.false_equal)
        ));
        if let Some(buckets) = plan.buckets {
            notes.push(format!(
                "two servers were compared by sums over {}, of which {} differed and {} read",
                plural(buckets.asked, "bucket"),
                buckets.read,
                if buckets.read == 1 { "was" } else { "were" }
            ));
        }
    }
    if let Some(written) = check.written {
        let more = if written.truncated { ", and there are more" } else { "" };
        notes.push(format!("{} in differences.parquet{more}", plural(written.differences, "difference")));
    }
    notes
}

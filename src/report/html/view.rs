//! What the page shows, as text ready to be escaped: control characters and marks that turn the writing direction
//! are spelt out here, NULL is told apart from the text of these letters.

use serde::Serialize;

use super::super::diagnosis;
use super::super::suppressed;
use super::super::text::{
    again, answer, counts, duration, finding, key, plural, thousands, unlisted, value, visible, visible_lines,
};
use super::charts;
use super::charts::{Curve, Windows};
use super::emphasis;
use super::emphasis::Parts;
use super::lanes;
use super::lanes::{Changed, Lanes};
use super::times;
use super::times::Distribution;
use super::trend;
use super::trend::{Strip, Trend};
use crate::model::{
    CheckReport, Difference, EarlierRuns, ErrorReport, Example, Pair, RunReport, Side, SideReport, Status, agree,
};

/// The whole page.
#[derive(Serialize)]
pub(super) struct Page {
    status: String,
    interrupted: bool,
    sentence: String,
    started: String,
    took: String,
    version: String,
    tally: Vec<Tally>,
    kinds: Vec<String>,
    tags: Vec<String>,
    past: Option<Trend>,
    windows: Vec<Windows>,
    checks: Vec<Check>,
    suites: Vec<Suite>,
}

#[derive(Serialize)]
struct Tally {
    status: String,
    count: usize,
}

#[derive(Serialize)]
struct Check {
    anchor: String,
    id: String,
    kind: String,
    status: String,
    rank: u8,
    tags: Vec<String>,
    why: Option<String>,
    finding: String,
    found: u64,
    ms: u64,
    took: String,
    error: Option<String>,
    causes: Vec<String>,
    skipped: Option<String>,
    diagnosis: Vec<(String, Option<String>)>,
    closing: Option<String>,
    lanes: Option<Lanes>,
    changed: Vec<Changed>,
    counts: Vec<String>,
    warnings: Vec<(String, String)>,
    strip: Option<Strip>,
    past: Option<Trend>,
    times: Option<Distribution>,
    curves: Vec<Curve>,
    measures: Vec<Measure>,
    more_measures: Option<String>,
    columns: Vec<Column>,
    examples: Vec<Shown>,
    more_examples: Option<String>,
    sides: Vec<ReadSide>,
    notes: Vec<String>,
    again: String,
}

#[derive(Serialize)]
struct Measure {
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
struct Column {
    name: String,
    changed: String,
    differs: bool,
    max_delta: String,
    rule: String,
}

#[derive(Serialize)]
struct Shown {
    difference: String,
    key: String,
    columns: Vec<Cell>,
}

#[derive(Serialize)]
struct Cell {
    name: String,
    old: Option<Parts>,
    new: Option<Parts>,
}

#[derive(Serialize)]
struct ReadSide {
    name: &'static str,
    source: String,
    answer: String,
    sql: String,
}

#[derive(Serialize)]
struct Suite {
    name: String,
    path: String,
    sha256: String,
    proof: Option<String>,
    is_stale: bool,
    params: Vec<(String, String)>,
    sources: Vec<(String, String, String, String)>,
}

/// What is to be shown of `report`.
pub(super) fn page(report: &RunReport, earlier: &EarlierRuns) -> Page {
    let statuses = [Status::Error, Status::Fail, Status::Warn, Status::Pass, Status::Skip];
    let mut kinds: Vec<String> = report.checks.iter().map(|check| check.kind.to_string()).collect();
    kinds.sort();
    kinds.dedup();
    let mut tags: Vec<String> = report.checks.iter().flat_map(|check| &check.tags).map(|tag| visible(tag)).collect();
    tags.sort();
    tags.dedup();
    Page {
        status: report.status().to_string(),
        interrupted: report.interrupted,
        sentence: sentence(report),
        started: report.started_at.format("%Y-%m-%d %H:%M:%S UTC").to_string(),
        took: duration(report.elapsed_ms),
        version: visible(&report.version),
        tally: statuses
            .into_iter()
            .map(|status| Tally { status: status.to_string(), count: report.count(status) })
            .filter(|tally| tally.count > 0)
            .collect(),
        kinds,
        tags,
        past: trend::of_run(report, earlier),
        windows: charts::windows(report),
        checks: report.checks.iter().enumerate().map(|(index, one)| check(report, earlier, index, one)).collect(),
        suites: report.suites.iter().map(suite).collect(),
    }
}

/// The verdict in words that need no manual.
fn sentence(report: &RunReport) -> String {
    let count = |status| report.count(status) as u64;
    let (failed, broken) = (count(Status::Fail), count(Status::Error));
    let ran = report.checks.len() as u64 - count(Status::Skip);
    let skipped = match count(Status::Skip) {
        0 => String::new(),
        skipped => format!(" {} not run, so nothing is proved there.", was(skipped)),
    };
    let mut said = match report.status() {
        Status::Error if report.checks.is_empty() => "Nothing ran, so nothing is proved.".to_owned(),
        Status::Error if failed > 0 => format!(
            "Old and new differ in {} of {}, and {broken} could not be compared.",
            thousands(failed),
            plural(ran, "check")
        ),
        Status::Error if report.differs() => format!(
            "{broken} of {} could not be compared, and where old and new could be, they differ.",
            plural(ran, "check")
        ),
        Status::Error => {
            format!("{broken} of {} could not be compared, so the rest proves too little.", plural(ran, "check"))
        }
        Status::Fail => format!("Old and new differ in {} of {}.", thousands(failed), plural(ran, "check")),
        Status::Warn => format!(
            "No failure in {}, but {} to read before reads move.",
            plural(ran, "check"),
            plural(count(Status::Warn), "warning")
        ),
        Status::Pass if report.rerun_of.is_some() => "What did not pass before passes now.".to_owned(),
        Status::Pass if suppressed::total(report) != (0, 0) => {
            format!("No difference in {} but those that are waived or known.", plural(ran, "check"))
        }
        Status::Pass if ran == 1 => "Old and new tell the same story in the one check that ran.".to_owned(),
        Status::Pass => format!("Old and new tell the same story in all {}.", plural(ran, "check")),
        Status::Skip => "Nothing ran, so nothing is proved.".to_owned(),
    };
    if report.status() != Status::Skip {
        said.push_str(&skipped);
    }
    if let Some(before) = &report.rerun_of {
        said.push_str(&format!(" Only what did not pass in the run of {} was run again.", visible(&before.started_at)));
    }
    said.push_str(&suppressed::sentence(report));
    if report.interrupted {
        said.push_str(" The run was cut short: there is no verdict on what was not looked at.");
    }
    match report.retryable() {
        Some(true) => said.push_str(" Another run may get further."),
        Some(false) if !report.checks.is_empty() => said.push_str(" Something has to be corrected before another run."),
        _ => {}
    }
    said
}

fn was(count: u64) -> String {
    format!("{} {}", plural(count, "check"), agree(count, "was", "were"))
}

fn check(report: &RunReport, earlier: &EarlierRuns, index: usize, check: &CheckReport) -> Check {
    let unshown = check
        .outcome
        .totals()
        .map_or(0, |totals| totals.compared.saturating_sub(check.outcome.measures().len() as u64));
    Check {
        anchor: format!("c{}", index + 1),
        id: visible(&check.id),
        kind: check.kind.to_string(),
        status: check.status().to_string(),
        rank: check.status() as u8,
        tags: check.tags.iter().map(|tag| visible(tag)).collect(),
        why: check.why.as_deref().map(visible),
        finding: finding(check),
        found: charts::found(check),
        ms: check.elapsed_ms,
        took: duration(check.elapsed_ms),
        error: check.error.as_ref().map(|error| visible(&error.message())),
        causes: check.error.iter().flat_map(ErrorReport::causes).map(|cause| visible(&cause.text)).collect(),
        skipped: check.skipped.as_deref().map(visible),
        diagnosis: diagnosis::lines(check).into_iter().map(|line| (line.text, line.only)).collect(),
        closing: diagnosis::closing(check),
        lanes: lanes::over(check),
        changed: lanes::changed(check),
        counts: counts(check),
        warnings: check.warnings.iter().map(warning).collect(),
        strip: trend::strip(check, earlier),
        past: trend::of_check(report, check, earlier),
        times: times::of(check),
        curves: charts::curves(check),
        measures: check.outcome.measures().iter().map(measure).collect(),
        more_measures: (unshown > 0 && check.outcome.rows().is_none())
            .then(|| format!("{} more compared, all of them counted above", thousands(unshown))),
        columns: check.outcome.columns().iter().map(column).collect(),
        examples: check.outcome.examples().iter().map(example).collect(),
        more_examples: unlisted(check),
        sides: check.sides.present().map(|(name, one)| side(name, one)).collect(),
        notes: notes(check),
        again: again(report, check),
    }
}

fn warning(warning: &crate::model::Warning) -> (String, String) {
    let table = warning.table.as_deref().map_or(String::new(), |table| format!("{}: ", visible(table)));
    (warning.code.to_string(), format!("{table}{}", visible(&warning.message())))
}

fn measure(measure: &crate::model::Measure) -> Measure {
    let pair = (shown(&measure.old), shown(&measure.new));
    let count = measure.count.as_ref().map_or(String::new(), |count| {
        let one = |count: Option<u64>| count.map_or("–".to_owned(), thousands);
        format!("{} / {}", one(count.old), one(count.new))
    });
    Measure {
        key: key(&measure.key),
        name: visible(&measure.quantity.to_string()),
        values: emphasis::parts(&pair.0, &pair.1),
        delta: measure.delta.as_deref().map_or("–".to_owned(), visible),
        rule: visible(&measure.tolerance),
        count,
        within: measure.within,
        warned: measure.within && measure.level.is_some(),
    }
}

fn shown(side: &Option<String>) -> String {
    value(side.as_deref())
}

fn column(column: &crate::model::ColumnReport) -> Column {
    let reason = column.reason.as_ref().map_or(String::new(), |reason| format!(": {}", visible(reason)));
    Column {
        name: visible(&column.name),
        changed: column.changed.map_or("not compared".to_owned(), thousands)
            + &column.warned.map_or(String::new(), |warned| format!(", {} beyond warn", thousands(warned))),
        differs: super::super::text::tallied(column),
        max_delta: column.max_delta.as_deref().map_or("–".to_owned(), visible),
        rule: format!("{}{reason}", visible(&column.rule)),
    }
}

fn example(example: &Example) -> Shown {
    Shown {
        difference: example.difference.to_string(),
        key: key(&example.key),
        columns: example.columns.iter().map(|(name, pair)| cell(name, pair, example.difference)).collect(),
    }
}

/// A side without the row has no cell; only where both have one is anything emphasised.
fn cell(name: &str, pair: &Pair, difference: Difference) -> Cell {
    let whole = |side: &Option<String>| Parts { before: shown(side), differs: String::new(), after: String::new() };
    let (old, new) = match difference {
        Difference::Missing => (Some(whole(&pair.old)), None),
        Difference::Extra => (None, Some(whole(&pair.new))),
        Difference::Changed | Difference::Duplicate | Difference::Warned => {
            let (old, new) = emphasis::parts(&shown(&pair.old), &shown(&pair.new));
            (Some(old), Some(new))
        }
    };
    Cell { name: visible(name), old, new }
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

fn suite(suite: &crate::model::SuiteReport) -> Suite {
    let sources = suite.sources.iter().map(|(name, source)| {
        let what = source.what();
        (visible(name), visible(what.trim()), visible(&source.timezone), visible(&source.url))
    });
    Suite {
        name: visible(&suite.name),
        path: visible(&suite.path),
        sha256: visible(&suite.sha256),
        proof: suite.proof.as_ref().map(crate::report::proof::last),
        is_stale: suite.proof.as_ref().is_some_and(|proof| proof.stale),
        params: suite.params.iter().map(|(name, value)| (visible(name), visible(value))).collect(),
        sources: sources.collect(),
    }
}

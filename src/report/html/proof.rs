//! The page of a proof: a matrix of checks and mutants, in the look of a report's page.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::{STYLE, filled};
use crate::model::{MutantReport, ProofReport, ProofStatus, Sighting};
use crate::report::losses::{losses, sign_off, told, whose};
use crate::report::proof::{sentence, verdict};
use crate::report::text::duration;
use crate::report::visible;

const TEMPLATE: &str = include_str!("proof.html");

#[derive(Serialize)]
struct Page {
    verdict: &'static str,
    class: &'static str,
    sentence: String,
    sign_off: Option<String>,
    tally: Vec<Tally>,
    started: String,
    took: String,
    seed: String,
    version: String,
    missed: Vec<Missed>,
    unjudged: Vec<Unjudged>,
    matrices: Vec<Matrix>,
    defects: Vec<Defect>,
    lists: Vec<List>,
}

#[derive(Serialize)]
struct Tally {
    class: &'static str,
    count: usize,
    words: &'static str,
}

#[derive(Serialize)]
struct Missed {
    id: String,
    what: String,
    example: String,
}

#[derive(Serialize)]
struct Unjudged {
    id: String,
    why: String,
}

#[derive(Serialize)]
struct Matrix {
    anchor: &'static str,
    title: &'static str,
    of: &'static str,
    mutants: Vec<String>,
    rows: Vec<Row>,
}

#[derive(Serialize)]
struct Row {
    name: String,
    cells: Vec<Option<Cell>>,
}

#[derive(Serialize)]
struct Cell {
    letter: &'static str,
    class: &'static str,
    count: usize,
    told: String,
}

#[derive(Serialize)]
struct Defect {
    class: &'static str,
    id: String,
    what: String,
    seen: String,
}

#[derive(Serialize)]
struct List {
    anchor: &'static str,
    title: &'static str,
    rows: Vec<(String, String)>,
}

/// Renders the page of a proof, with a newline at the end.
pub(crate) fn render(report: &ProofReport) -> String {
    filled("proof.html", TEMPLATE, STYLE, "", page(report))
}

fn page(report: &ProofReport) -> Page {
    let class = match report.status() {
        ProofStatus::Proven => "pass",
        ProofStatus::Missed => "fail",
        ProofStatus::Void => "error",
    };
    let tally = Sighting::ALL.into_iter().map(|outcome| Tally {
        class: look(outcome).1,
        count: report.count(outcome),
        words: outcome.words(),
    });
    let missed = report.mutants().filter(|mutant| mutant.is_missed()).map(|mutant| Missed {
        id: visible(&mutant.id),
        what: visible(&mutant.what),
        example: mutant.example.as_deref().map(visible).unwrap_or_default(),
    });
    let of_checks = report.checks.iter().filter_map(|check| {
        let why = check.void.as_ref().or(check.not_provable.as_ref())?;
        Some(Unjudged { id: visible(&check.id), why: visible(why) })
    });
    let of_tables = report
        .tables
        .iter()
        .filter_map(|table| Some(Unjudged { id: visible(&table.table), why: visible(table.not_provable.as_ref()?) }));
    let checks = report.checks.iter().map(|check| (check.id.as_str(), check.mutants.as_slice()));
    let tables = report.tables.iter().map(|table| (table.table.as_str(), table.mutants.as_slice()));
    let matrices = [
        matrix("matrix", "Checks and mutants of their answers", "check", checks),
        matrix("tables", "Tables and their mutants", "table", tables),
    ];
    Page {
        verdict: verdict(report.status()),
        class,
        sentence: sentence(report),
        sign_off: sign_off(report),
        tally: tally.filter(|one| one.count > 0).collect(),
        started: report.started_at.format("%Y-%m-%d %H:%M:%S UTC").to_string(),
        took: duration(report.elapsed_ms),
        seed: report.seed.to_string(),
        version: report.version.clone(),
        missed: missed.collect(),
        unjudged: of_checks.chain(of_tables).collect(),
        matrices: matrices.into_iter().filter(|matrix| !matrix.rows.is_empty()).collect(),
        defects: report.defects.iter().map(defect).collect(),
        lists: lists(report),
    }
}

/// A row for each of `all` that has mutants, a column for each name of a mutant.
fn matrix<'a>(
    anchor: &'static str,
    title: &'static str,
    of: &'static str,
    all: impl Iterator<Item = (&'a str, &'a [MutantReport])>,
) -> Matrix {
    let all: Vec<_> = all.filter(|(_, mutants)| !mutants.is_empty()).collect();
    let mut mutants: Vec<&str> = Vec::new();
    for name in all.iter().flat_map(|(_, mutants)| mutants.iter()).map(name) {
        if !mutants.contains(&name) {
            mutants.push(name);
        }
    }
    let rows = all.iter().map(|(id, held)| {
        let mut by_name: BTreeMap<&str, Vec<&MutantReport>> = BTreeMap::new();
        held.iter().for_each(|mutant| by_name.entry(name(mutant)).or_default().push(mutant));
        let cells = mutants.iter().map(|name| by_name.get(name).and_then(|held| cell(held))).collect();
        Row { name: visible(id), cells }
    });
    let rows = rows.collect();
    Matrix { anchor, title, of, mutants: mutants.into_iter().map(visible).collect(), rows }
}

/// What stands behind the colon of an id.
fn name(mutant: &MutantReport) -> &str {
    mutant.id.rsplit_once(':').map_or(mutant.id.as_str(), |(_, name)| name)
}

/// The worst of these, and how many there are.
fn cell(held: &[&MutantReport]) -> Option<Cell> {
    let rank = |mutant: &&&MutantReport| match mutant.outcome {
        _ if mutant.is_missed() => 5,
        Sighting::Noticed => 4,
        Sighting::Missed | Sighting::Allowed => 2,
        Sighting::Caught => 3,
        Sighting::NoEffect => 1,
        Sighting::Untested => 0,
    };
    let worst = held.iter().max_by_key(rank)?;
    let (letter, class) = if worst.is_missed() { ("M", "fail") } else { look(worst.outcome) };
    let ids: BTreeSet<String> =
        held.iter().map(|mutant| format!("{}: {}", visible(&mutant.id), mutant.outcome.words())).collect();
    Some(Cell { letter, class, count: held.len(), told: ids.into_iter().collect::<Vec<_>>().join("\n") })
}

/// The letter of an outcome, and its class in the style; what is missed is accepted here.
fn look(outcome: Sighting) -> (&'static str, &'static str) {
    match outcome {
        Sighting::Caught => ("c", "pass"),
        Sighting::Noticed => ("n", "warn"),
        Sighting::Missed => ("a", "fail"),
        Sighting::Allowed => ("a", "skip"),
        Sighting::NoEffect | Sighting::Untested => ("–", "skip"),
    }
}

fn defect(defect: &MutantReport) -> Defect {
    let seen: Vec<String> = defect.seen_by.iter().map(|check| visible(check)).collect();
    let none =
        defect.accepted.as_ref().map_or("nothing".to_owned(), |why| format!("nothing, as the suite accepts: {why}"));
    Defect {
        class: if defect.is_missed() { "fail" } else { "pass" },
        id: visible(defect.id.strip_prefix("defect:").unwrap_or(&defect.id)),
        what: visible(&defect.what),
        seen: if seen.is_empty() { visible(&none) } else { seen.join(", ") },
    }
}

fn lists(report: &ProofReport) -> Vec<List> {
    let accepted =
        report.mutants().filter_map(|mutant| Some((visible(&mutant.id), visible(mutant.accepted.as_ref()?))));
    let losses = losses(report).map(|(check, loss)| (whose(check, loss), told(loss)));
    let ignored = report.checks.iter().flat_map(|check| {
        let of = |(column, reason): (&String, &String)| {
            (format!("{} {}", visible(&check.id), visible(column)), visible(reason))
        };
        check.ignored.iter().map(of)
    });
    let notes =
        report.checks.iter().flat_map(|check| check.notes.iter().map(|note| (visible(&check.id), visible(note))));
    let lists = [
        ("accepted", "Missed, as the suite accepts", accepted.collect::<Vec<_>>()),
        ("smallest", "Smallest loss that each check is sure to see", losses.collect()),
        ("ignored", "Columns that are not compared, as the suite says", ignored.collect()),
        ("notes", "To be known", notes.collect()),
    ];
    let list =
        |(anchor, title, rows): (&'static str, &'static str, Vec<(String, String)>)| List { anchor, title, rows };
    lists.into_iter().map(list).filter(|list| !list.rows.is_empty()).collect()
}

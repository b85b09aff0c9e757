//! A proof as text and as JSON. Pure.

use std::fmt::Write as _;

use schemars::JsonSchema;
use serde::Serialize;

use super::losses;
use super::losses::{losses, sign_off, whose};
use super::terminal::Style;
use super::text::duration;
use super::visible;
use crate::model::{
    CheckProof, ColumnShare, LastProof, MutantReport, ProofPlace, ProofReport, ProofStatus, ProvenSuite, RunReport,
    Sighting, TableProof, agree, plural,
};

/// Version of the contract with scripts.
const SCHEMA_VERSION: u32 = 1;

/// A proof, as scripts read it.
#[derive(JsonSchema, Serialize)]
#[schemars(title = "cutover proof")]
struct Proof<'a> {
    /// Version of this contract.
    schema_version: u32,
    /// The verdict on the suite.
    status: ProofStatus,
    /// When the proof began, UTC.
    started_at: String,
    /// Wall time in milliseconds.
    elapsed_ms: u64,
    /// Version of cutover.
    version: &'a str,
    /// Where losses and changes were put.
    on: ProofPlace,
    /// What the picks of rows follow from.
    seed: u64,
    /// Whether it was stopped by a signal.
    interrupted: bool,
    /// How many mutants ended how.
    totals: Totals,
    /// What would pass these checks, in one sentence for whoever signs the move off; absent where nothing is proven.
    #[serde(skip_serializing_if = "Option::is_none")]
    sign_off: Option<String>,
    /// The suites.
    suites: &'a [ProvenSuite],
    /// Patterns of `accept` that name no mutant that is missed.
    unused_accepts: &'a [String],
    /// The checks, in suite order.
    checks: &'a [CheckProof],
    /// The tables that were tried; none where answers were.
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    tables: &'a [TableProof],
    /// The defects of a pack that were planted in scratch databases, `defect:NAME`; none unless it was rehearsed.
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    defects: &'a [MutantReport],
    /// Checks that together see all that any check sees of the tables.
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    smallest_set: &'a [String],
}

/// How many mutants ended how.
#[derive(JsonSchema, Serialize)]
struct Totals {
    /// All of them.
    mutants: usize,
    /// The verdict got worse and the finding names what was changed.
    caught: usize,
    /// The verdict got worse and the finding names something else.
    noticed: usize,
    /// The verdict stayed, and nobody accepts that.
    missed: usize,
    /// The verdict stayed, which the suite accepts with a reason.
    accepted: usize,
    /// The verdict stayed, as bounds or rules of the suite allow.
    allowed: usize,
    /// There was nothing to change.
    no_effect: usize,
    /// Not tried.
    untested: usize,
}

impl Totals {
    fn of(report: &ProofReport) -> Totals {
        let missed = report.mutants().filter(|mutant| mutant.is_missed()).count();
        Totals {
            mutants: report.mutants().count(),
            caught: report.count(Sighting::Caught),
            noticed: report.count(Sighting::Noticed),
            missed,
            accepted: report.count(Sighting::Missed) - missed,
            allowed: report.count(Sighting::Allowed),
            no_effect: report.count(Sighting::NoEffect),
            untested: report.count(Sighting::Untested),
        }
    }
}

/// Renders the proof as JSON, with a newline at the end.
pub(crate) fn json(report: &ProofReport) -> String {
    let shown = Proof {
        schema_version: SCHEMA_VERSION,
        status: report.status(),
        started_at: report.started_at.format("%Y-%m-%dT%H:%M:%S%.3fZ").to_string(),
        elapsed_ms: report.elapsed_ms,
        version: &report.version,
        on: report.on,
        seed: report.seed,
        interrupted: report.interrupted,
        totals: Totals::of(report),
        sign_off: sign_off(report),
        suites: &report.suites,
        unused_accepts: &report.unused,
        checks: &report.checks,
        tables: &report.tables,
        defects: &report.defects,
        smallest_set: &report.smallest,
    };
    let mut text = serde_json::to_string_pretty(&shown).expect("a proof has only text keys and no failing serializer");
    text.push('\n');
    text
}

/// What the last proof of a suite came to, on one line.
pub(crate) fn last(proof: &LastProof) -> String {
    let what = match proof.status {
        ProofStatus::Proven => format!("none of {} was missed", plural(proof.mutants, "mutant")),
        ProofStatus::Missed => {
            format!(
                "{} of {} {} missed",
                proof.missed,
                plural(proof.mutants, "mutant"),
                agree(proof.missed, "was", "were")
            )
        }
        ProofStatus::Void => "void, so nothing was proven".to_owned(),
    };
    let place = match proof.on {
        ProofPlace::Answers => "",
        ProofPlace::Tables => " of tables",
    };
    let stale = if proof.stale { "; stale, because the suite changed since: run `cutover prove` again" } else { "" };
    let params: Vec<String> =
        proof.params.iter().map(|(name, value)| format!("{} = {}", visible(name), visible(value))).collect();
    let params = if params.is_empty() { String::new() } else { format!(", with {}", params.join(", ")) };
    let date = visible(proof.started_at.get(..16).unwrap_or(&proof.started_at)).replace('T', " ");
    let checks = match proof.of_checks {
        Some(all) => format!("{} of {}", proof.checks, plural(all, "check")),
        None => plural(proof.checks, "check"),
    };
    let columns = proof.columns.map_or(String::new(), |share| {
        let ColumnShare { seen, of } = share;
        format!(", and {seen} of {} of their tables {} seen", plural(of, "column"), agree(seen, "is", "are"))
    });
    format!("{date} UTC{place}, {checks}: {what}{columns}{params}{stale}")
}

/// The last proof of each suite of a run, a line each; empty where none is known.
pub(crate) fn lines(report: &RunReport) -> String {
    let told = report.suites.iter().filter_map(|suite| Some((suite, suite.proof.as_ref()?)));
    told.map(|(suite, proof)| format!("last proof of {}: {}\n", visible(&suite.name), last(proof))).collect()
}

/// The JSON Schema of a proof.
pub fn schema() -> serde_json::Value {
    let settings = schemars::generate::SchemaSettings::draft2020_12().for_serialize();
    let mut schema = settings.into_generator().into_root_schema_for::<Proof<'static>>();
    schema.insert("$id".to_owned(), "urn:cutover:schema:proof".into());
    schema.to_value()
}

/// One line for a check that was tried.
pub(crate) fn line(check: &CheckProof, style: &Style) -> String {
    let (code, word) = match check {
        CheckProof { void: Some(_), .. } => ("1;35", "void"),
        CheckProof { not_provable: Some(_), .. } => ("2", "none"),
        check if check.missed().next().is_some() => ("1;31", "blind"),
        _ => ("32", "sees"),
    };
    let told = match (&check.void, &check.not_provable) {
        (Some(why), _) | (None, Some(why)) => visible(why),
        (None, None) if check.mutants.is_empty() => "passes, and sees that every row is lost".to_owned(),
        (None, None) => counts(&check.mutants),
    };
    format!("{} {}  {told}", style.paint(code, &format!("{word:<5}")), style.bold(&check.id))
}

/// One line for a defect that was planted.
pub(crate) fn defect_line(defect: &MutantReport, style: &Style) -> String {
    let (code, word) = if defect.is_missed() { ("1;31", "blind") } else { ("32", "sees") };
    let seen = defect.seen_by.len() as u64;
    let told = match (defect.outcome, &defect.reason) {
        (Sighting::Untested, Some(why)) => format!("not tried: {}", visible(why)),
        _ if seen == 0 => "no check sees it".to_owned(),
        _ => format!("{} {} it", plural(seen, "check"), agree(seen, "sees", "see")),
    };
    format!("{} {}  {told}", style.paint(code, &format!("{word:<5}")), style.bold(&defect.id))
}

/// `21 mutants: 20 caught, 1 missed`.
fn counts(mutants: &[MutantReport]) -> String {
    let parts: Vec<String> = Sighting::ALL
        .into_iter()
        .filter_map(|outcome| {
            let count = mutants.iter().filter(|mutant| mutant.outcome == outcome).count();
            (count > 0).then(|| format!("{count} {}", outcome.words()))
        })
        .collect();
    let parts = if parts.is_empty() { String::new() } else { format!(": {}", parts.join(", ")) };
    format!("{}{parts}", plural(mutants.len() as u64, "mutant"))
}

/// What nothing notices, and what else there is to know; empty where every mutant was seen.
pub(crate) fn details(report: &ProofReport, style: &Style) -> String {
    let mut text = String::new();
    for table in &report.tables {
        let told = match &table.not_provable {
            Some(why) => format!("nothing could be tried: {}", visible(why)),
            None => counts(&table.mutants),
        };
        let _ = writeln!(text, "{} of {}  {told}", style.bold(&visible(&table.table)), visible(&table.source));
    }
    if !report.tables.is_empty() {
        text.push('\n');
    }
    let blind: Vec<&CheckProof> = report.checks.iter().filter(|check| check.missed().next().is_some()).collect();
    let unseen: Vec<&TableProof> =
        report.tables.iter().filter(|table| table.mutants.iter().any(MutantReport::is_missed)).collect();
    let unnoticed: Vec<&MutantReport> = report.defects.iter().filter(|defect| defect.is_missed()).collect();
    if !blind.is_empty() || !unseen.is_empty() || !unnoticed.is_empty() {
        let _ = writeln!(text, "{}", style.bold("What nothing notices"));
    }
    for check in blind {
        let none = if check.sees_nothing() { ", which sees nothing of what was tried" } else { "" };
        let _ = writeln!(text, "  {}{none}", style.bold(&check.id));
        check.missed().for_each(|mutant| text += &told(mutant));
    }
    for table in unseen {
        let _ = writeln!(text, "  {}, read by {}", style.bold(&visible(&table.table)), table.checks.join(", "));
        table.mutants.iter().filter(|mutant| mutant.is_missed()).for_each(|mutant| text += &told(mutant));
    }
    unnoticed.into_iter().for_each(|defect| text += &told(defect));
    text += &beside_tables(report, style);
    let accepted = report.mutants().filter(|mutant| mutant.accepted.is_some());
    for (at, mutant) in accepted.enumerate() {
        if at == 0 {
            let _ = writeln!(text, "{}", style.bold("Missed, as the suite accepts"));
        }
        let why = mutant.accepted.as_deref().unwrap_or_default();
        let _ = writeln!(text, "    {}  {}", visible(&mutant.id), style.dim(&visible(why)));
    }
    for (at, (check, column, reason)) in ignored(report).enumerate() {
        if at == 0 {
            let _ = writeln!(text, "{}", style.bold("Columns that are not compared, as the suite says"));
        }
        let _ = writeln!(text, "    {check} {}  {}", visible(column), style.dim(&visible(reason)));
    }
    for (at, (check, loss)) in losses(report).enumerate() {
        if at == 0 {
            let _ = writeln!(text, "{}", style.bold("Smallest loss that each check is sure to see"));
        }
        let confirmed = match loss.is_confirmed {
            Some(true) => ", confirmed",
            Some(false) => ", which the data did not confirm",
            None => "",
        };
        let _ = writeln!(text, "    {}  {}{confirmed}", whose(check, loss), losses::told(loss));
    }
    if let Some(sentence) = sign_off(report) {
        let _ = writeln!(text, "{sentence}");
    }
    let notes = report.checks.iter().flat_map(|check| check.notes.iter().map(move |note| (check, note)));
    for (check, note) in notes {
        let _ = writeln!(text, "note: {}: {}", check.id, visible(note));
    }
    for pattern in &report.unused {
        let _ =
            writeln!(text, "note: `prove.accept.\"{}\"` names no mutant that is missed; remove it", visible(pattern));
    }
    text
}

/// What could not be tried on tables, which checks see nothing of them, and which are enough.
fn beside_tables(report: &ProofReport, style: &Style) -> String {
    let mut text = String::new();
    let mutants = || report.tables.iter().flat_map(|table| &table.mutants);
    for (at, mutant) in mutants().filter(|mutant| mutant.outcome == Sighting::Untested).enumerate() {
        if at == 0 {
            let _ = writeln!(text, "{}", style.bold("Not tried"));
        }
        let why = mutant.reason.as_deref().unwrap_or_default();
        let _ = writeln!(text, "    {}  {}", visible(&mutant.id), style.dim(&visible(why)));
    }
    let readers: std::collections::BTreeSet<&String> = report.tables.iter().flat_map(|table| &table.checks).collect();
    let sees = |check: &&&String| mutants().any(|mutant| mutant.seen_by.contains(**check));
    let nothing: Vec<&str> = readers.iter().filter(|check| !sees(check)).map(|check| check.as_str()).collect();
    if !nothing.is_empty() {
        let _ = writeln!(text, "{} {}", style.bold("Checks that saw nothing:"), nothing.join(", "));
    }
    if report.smallest.len() < readers.len() && !report.smallest.is_empty() {
        let _ = writeln!(text, "{} {}", style.bold("Enough to see all that was seen:"), report.smallest.join(", "));
    }
    text
}

fn ignored(report: &ProofReport) -> impl Iterator<Item = (&str, &str, &str)> {
    report.checks.iter().flat_map(|check| {
        check.ignored.iter().map(|(column, reason)| (check.id.as_str(), column.as_str(), reason.as_str()))
    })
}

fn told(mutant: &MutantReport) -> String {
    let example = mutant.example.as_ref().map(|example| format!("\n        {}", visible(example))).unwrap_or_default();
    format!("    {}  {}{example}\n", visible(&mutant.id), mutant.what)
}

/// The verdict in a word.
pub(crate) fn verdict(status: ProofStatus) -> &'static str {
    match status {
        ProofStatus::Proven => "PROVEN",
        ProofStatus::Missed => "MISSED",
        ProofStatus::Void => "VOID",
    }
}

/// The verdict on one line.
pub(crate) fn summary(report: &ProofReport, style: &Style) -> String {
    let code = match report.status() {
        ProofStatus::Proven => "1;32",
        ProofStatus::Missed => "1;31",
        ProofStatus::Void => "1;35",
    };
    let told = format!("{}: {}", verdict(report.status()), told_of(report));
    let beside = beside(report);
    format!("{}{beside}, seed {}, in {}", style.paint(code, &told), report.seed, duration(report.elapsed_ms))
}

/// The verdict as a sentence.
pub(crate) fn sentence(report: &ProofReport) -> String {
    format!("{}{}", told_of(report), beside(report))
}

fn told_of(report: &ProofReport) -> String {
    let totals = Totals::of(report);
    let tried = totals.mutants - totals.untested;
    match report.status() {
        ProofStatus::Proven => format!(
            "none of {} was missed; {} caught, {} noticed",
            plural(tried as u64, "mutant"),
            totals.caught,
            totals.noticed
        ),
        ProofStatus::Missed => {
            let checks = report.checks.iter().filter(|check| check.missed().next().is_some()).count() as u64;
            let missed = totals.missed as u64;
            let of = plural(tried as u64, "mutant");
            match report.on {
                ProofPlace::Answers if checks > 0 => {
                    format!("{} {} {missed} of {of}", plural(checks, "check"), agree(checks, "misses", "miss"))
                }
                ProofPlace::Answers | ProofPlace::Tables => format!("no check sees {missed} of {of}"),
            }
        }
        ProofStatus::Void => {
            let void = report.checks.iter().filter(|check| check.void.is_some()).count() as u64;
            let why = match void {
                _ if report.interrupted => "it was interrupted".to_owned(),
                0 => "no check could be tried".to_owned(),
                void => {
                    format!("{} cannot be judged by what {} found", plural(void, "check"), agree(void, "it", "they"))
                }
            };
            format!("nothing is proven, because {why}")
        }
    }
}

/// What became of the other mutants and checks, in parentheses.
fn beside(report: &ProofReport) -> String {
    let totals = Totals::of(report);
    let mut beside = Vec::new();
    for (count, what) in [
        (totals.accepted, "accepted"),
        (totals.allowed, "allowed by bounds or rules of the suite"),
        (totals.no_effect, "without effect on today's data"),
        (totals.untested, "untested"),
    ] {
        if count > 0 {
            beside.push(format!("{count} {what}"));
        }
    }
    let none = report.checks.iter().filter(|check| check.not_provable.is_some()).count() as u64;
    if none > 0 {
        beside.push(format!("{} not provable by answers", plural(none, "check")));
    }
    if beside.is_empty() { String::new() } else { format!(" ({})", beside.join(", ")) }
}

//! Writes what would make new equal to old as a file of SQL, whole or not at all. Nothing here, or anywhere, runs it.

use std::collections::{BTreeMap, BTreeSet};

use super::super::args::RepairArgs;
use crate::fs::output::write_atomically;
use crate::model::{CheckReport, Kind, RunReport, SourceReport, plural};
use crate::repair::{Script, Written, script};
use crate::run::Repairs;

/// Writes the file that `args` ask for, and returns a line about it.
///
/// # Errors
/// Why there is no file, with a way out.
pub(crate) fn write(report: &RunReport, found: &Repairs, args: &RepairArgs) -> Option<Result<String, String>> {
    let path = args.repair.as_ref()?;
    let mut found = found.all();
    let checks: Vec<&CheckReport> = report.checks.iter().filter(|check| is_repaired(check)).collect();
    let mut sources: BTreeMap<String, &SourceReport> = BTreeMap::new();
    for check in &checks {
        let name = check.sides.new.as_ref().map(|side| side.source.as_str());
        let suite = report.suites.iter().find(|suite| check.id.split_once('.').is_some_and(|(of, _)| of == suite.name));
        if let Some(source) = suite.and_then(|suite| suite.sources.get(name?)) {
            sources.insert(source.url.clone(), source);
        }
    }
    if sources.len() > 1 {
        let urls: Vec<&str> = sources.keys().map(String::as_str).collect();
        return Some(Err(format!(
            "--repair: the checks read more than one new ({}), and a file is for one; choose checks with --only",
            urls.join(", ")
        )));
    }
    for check in &checks {
        if let Some(why) = unfit(check) {
            found.entry(check.id.clone()).or_default().refused.get_or_insert(why);
        }
    }
    let head = head(report, sources.values().next().copied());
    let checks = checks.iter().filter_map(|check| Some((check.id.as_str(), found.get(&check.id)?))).collect();
    let Written { text, count, missing } = script(&Script { head, checks });
    if !missing.is_empty() && !args.partial {
        return Some(Err(format!(
            "--repair: {} is not written, since it would not make new equal to old:\n  {}\n  with --partial it is written \
             without these",
            path.display(),
            missing.join("\n  ")
        )));
    }
    Some(match write_atomically(path, &text) {
        Ok(()) => Ok(format!(
            "repair: {} ({}, never executed; it holds values of rows)\n",
            path.display(),
            plural(count, "difference")
        )),
        Err(cause) => Err(format!("--repair {} cannot be written: {cause}; give another path", path.display())),
    })
}

/// Whether a check is one of rows, and has what to repair.
fn is_repaired(check: &CheckReport) -> bool {
    let differs = check.outcome.differences().values().any(|count| *count > 0);
    check.kind == Kind::Rows && (differs || check.error.is_some())
}

/// Why the statements of a check would not make new equal to old, or undo what was accepted.
fn unfit(check: &CheckReport) -> Option<String> {
    if check.error.is_some() {
        return Some("it could not be compared as a whole; correct that first".to_owned());
    }
    if check.moved.is_some() {
        return Some("rows changed while they were read; run it again".to_owned());
    }
    if check.unstable.is_some() {
        return Some("old differs from itself in keys that were left out".to_owned());
    }
    let suppressed: u64 = check.suppressed().0.values().sum();
    if suppressed > 0 {
        let what = plural(suppressed, "difference");
        return Some(format!(
            "{what} of it are waived or known from the baseline, and a repair would undo them; run it without"
        ));
    }
    let expected = check.expected.iter().any(|expectation| expectation.expected > 0);
    expected
        .then(|| "`expect` says that some of its differences are by design, and a repair would undo them".to_owned())
}

/// What is said of the run.
fn head(report: &RunReport, new: Option<&SourceReport>) -> Vec<String> {
    let mut head = vec![
        "What would make new equal to old, written by cutover and never executed. Read it before you run it."
            .to_owned(),
        format!(
            "run: {}, begun {}, cutover {}",
            report.id,
            report.started_at.format("%Y-%m-%d %H:%M:%S UTC"),
            report.version
        ),
    ];
    head.extend(new.map(|new| format!("new: {} ({})", new.url, new.what())));
    let settings: Vec<String> =
        new.into_iter().flat_map(|new| &new.settings).map(|(name, value)| format!("{name} = {value}")).collect();
    if !settings.is_empty() {
        head.push(format!(
            "its rows were read with {}; where a condition depends on one of these, give it to the session",
            settings.join(", ")
        ));
    }
    let others: BTreeSet<&str> = report
        .checks
        .iter()
        .filter(|check| check.kind != Kind::Rows)
        .filter(|check| check.outcome.differences().values().any(|count| *count > 0))
        .map(|check| check.id.as_str())
        .collect();
    if !others.is_empty() {
        let others: Vec<&str> = others.into_iter().collect();
        head.push(format!("not of rows, and so not here: {}", others.join(", ")));
    }
    head
}

//! What a report says of its suites: params and sources as they were used, and the command line's part in them.

use std::collections::{BTreeMap, BTreeSet};

use super::addition::{Addition, Additions};
use super::context::Context;
use super::findings::withheld::{is_of, left_out};
use super::options::{RunOptions, Selected};
use crate::isolation::caught;
use crate::model::{CheckReport, SourceReport, SuiteReport};
use crate::source::driver;
use crate::suite::Suite;

/// Returns the suites of `selected`, each once. Where one meets a defect of cutover, its name and hash are left, which is to
/// be said at its `checks`.
pub(super) fn reports(
    selected: &[Selected<'_>],
    context: &Context<'_>,
    checks: &[CheckReport],
) -> (Vec<SuiteReport>, Additions) {
    let mut seen = BTreeSet::new();
    let suites = selected.iter().map(|one| one.suite).filter(|suite| seen.insert(suite.name.clone()));
    let mut additions = Additions::new();
    let reports = suites.map(|suite| {
        let bare = bare(suite, context.options);
        guarded(bare, checks, &mut additions, |report| complete(report, suite, context))
    });
    (reports.collect(), additions)
}

fn bare(suite: &Suite, options: &RunOptions) -> SuiteReport {
    SuiteReport {
        name: suite.name.clone(),
        path: suite.path.display().to_string(),
        sha256: suite.sha256.clone(),
        checks_sha256: suite.checks_sha256(),
        params: BTreeMap::new(),
        sources: BTreeMap::new(),
        arguments: Vec::new(),
        proof: options.proofs.get(&suite.name).cloned(),
    }
}

/// What `complete` makes of `bare`, or that itself.
fn guarded(
    bare: SuiteReport,
    checks: &[CheckReport],
    additions: &mut Additions,
    complete: impl FnOnce(&mut SuiteReport),
) -> SuiteReport {
    let mut report = bare.clone();
    match caught(|| complete(&mut report)) {
        Ok(()) => report,
        Err(_) => {
            let of_it = |(_, check): &(usize, &CheckReport)| is_of(&bare.name, check);
            let said = |(at, _): (usize, &CheckReport)| (at, Addition::Warning(left_out()));
            additions.extend(checks.iter().enumerate().filter(of_it).map(said));
            bare
        }
    }
}

fn complete(report: &mut SuiteReport, suite: &Suite, context: &Context<'_>) {
    report.sources = context.sources.reports(suite);
    let params = context.params[suite.name.as_str()].iter();
    report.params = params.filter_map(|(name, value)| Some((name.clone(), value.as_ref().ok()?.to_string()))).collect();
    report.arguments = arguments(suite, &report.sources);
    // Who repeats the check must not show what was kept back.
    if !context.options.privacy.examples {
        report.arguments.push("--no-examples".to_owned());
    }
}

/// What the command line said of `suite`, again as arguments. A URL is that which the source shows, without its password; a
/// path stays as it was given, because it begins at the suite.
fn arguments(suite: &Suite, sources: &BTreeMap<String, SourceReport>) -> Vec<String> {
    let params = suite.given.params.iter().map(|(name, value)| ("--param", format!("{name}={value}")));
    let place = |name: &String, given: &String| match sources.get(name) {
        Some(source) if driver(&source.engine).is_some_and(|driver| driver.capabilities.local) => given.clone(),
        Some(source) => source.url.clone(),
        None => "…".to_owned(),
    };
    let sources = suite.given.sources.iter().map(|(name, url)| ("--source", format!("{name}={}", place(name, url))));
    sources.chain(params).flat_map(|(flag, value)| [flag.to_owned(), value]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Kind, WarningCode};
    use crate::run::addition::assemble;

    /// Catches a defect in describing a suite that costs the report of the run, or goes unsaid.
    #[test]
    fn a_defect_leaves_the_name_and_is_said_at_the_checks() {
        let suite = SuiteReport {
            name: "s".to_owned(),
            path: "s.toml".to_owned(),
            sha256: "0".to_owned(),
            checks_sha256: "0".to_owned(),
            params: BTreeMap::new(),
            sources: BTreeMap::new(),
            arguments: Vec::new(),
            proof: None,
        };
        let checks = ["s.c", "t.c"].map(|id| CheckReport::new(id, Kind::Rows)).to_vec();
        let mut additions = Additions::new();
        let report = guarded(suite.clone(), &checks, &mut additions, |report| {
            report.params.insert("half".to_owned(), "done".to_owned());
            panic!("{}", "a defect")
        });
        assert!(report.name == "s" && report.params.is_empty(), "{report:?}");
        guarded(suite, &checks, &mut additions, |_| ());
        assert_eq!(additions.len(), 1, "said without a defect, or at another suite");
        let checks = assemble(checks, additions);
        let told: Vec<Vec<WarningCode>> =
            checks.iter().map(|check| check.warnings.iter().map(|one| one.code).collect()).collect();
        assert_eq!(told, [vec![WarningCode::Defect], vec![]]);
    }
}

//! What the page shows above and below its checks: the verdict, what it covers, and where it comes from.

use serde::Serialize;

use super::super::shared_errors::{ORDER, Section, sections};
use super::super::suppressed;
use super::super::text::{duration, plural, thousands, visible};
use super::bars;
use super::bars::Heat;
use super::entries;
use super::entries::Group;
use super::order::{anchor, mark, turn};
use super::scope;
use super::scope::Scope;
use super::trend;
use super::trend::Trend;
use crate::model::{CheckReport, EarlierRuns, ErrorReport, RunReport, Side, Status, agree};

/// The whole page.
#[derive(Serialize)]
pub(super) struct Page {
    status: String,
    mark: &'static str,
    sentence: String,
    since: Option<String>,
    sides: Vec<(Side, String)>,
    id: String,
    started: String,
    took: String,
    version: String,
    tally: Vec<Tally>,
    has_windows: bool,
    kinds: Vec<String>,
    tags: Vec<String>,
    scope: Scope,
    past: Option<Trend>,
    heat: Option<Heat>,
    shared: Vec<Shared>,
    checks: usize,
    groups: Vec<Group>,
    suites: Vec<Suite>,
    /// The name of report.json, and its SHA-256; absent where none was written.
    fingerprint: Option<(String, String)>,
    /// Who answers for it, and since when.
    signed: Option<(String, String)>,
}

#[derive(Serialize)]
struct Tally {
    status: String,
    mark: &'static str,
    count: String,
}

/// One error, and the checks that it hit.
#[derive(Serialize)]
struct Shared {
    error: String,
    causes: Vec<String>,
    count: String,
    checks: Vec<(String, String)>,
    more: Option<String>,
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

/// Checks that are named of those that one error hit.
const NAMED: usize = 12;

/// What is to be shown of `report`, whose report.json has this name and SHA-256.
pub(super) fn page(report: &RunReport, earlier: &EarlierRuns, fingerprint: Option<(String, String)>) -> Page {
    let mut kinds: Vec<String> = report.checks.iter().map(|check| check.kind.to_string()).collect();
    kinds.sort();
    kinds.dedup();
    let mut tags: Vec<String> = report.checks.iter().flat_map(|check| &check.tags).map(|tag| visible(tag)).collect();
    tags.sort();
    tags.dedup();
    let tally = ORDER.into_iter().map(|status| Tally {
        status: status.to_string(),
        mark: mark(status),
        count: thousands(report.count(status) as u64),
    });
    Page {
        status: report.status().to_string(),
        mark: mark(report.status()),
        sentence: sentence(report),
        since: since(report, earlier),
        sides: sides(report),
        id: visible(&report.id),
        started: report.started_at.format("%Y-%m-%d %H:%M:%S UTC").to_string(),
        took: duration(report.elapsed_ms),
        version: visible(&report.version),
        tally: tally.filter(|tally| tally.count != "0").collect(),
        has_windows: report.checks.iter().any(|check| check.window.is_some()),
        kinds,
        tags,
        scope: scope::scope(report),
        past: trend::of_run(report, earlier),
        heat: bars::heat(report),
        shared: sections(report).into_iter().filter_map(shared).collect(),
        checks: report.checks.len(),
        groups: entries::groups(report, earlier),
        suites: report.suites.iter().map(suite).collect(),
        fingerprint,
        signed: report.sign_off.as_ref().map(|signed| (visible(&signed.by), visible(&signed.at))),
    }
}

/// Where old and new are, where all suites agree.
fn sides(report: &RunReport) -> Vec<(Side, String)> {
    let place = |side: Side| {
        let mut places = report.suites.iter().filter_map(|suite| suite.sources.get(&side.to_string()));
        let first = places.next()?;
        let told = format!("{}, {}", visible(&first.url), visible(first.what().trim()));
        places.all(|other| other.url == first.url).then_some((side, told))
    };
    [Side::Old, Side::New].into_iter().filter_map(place).collect()
}

/// What changed since each check ran before; absent where none did.
fn since(report: &RunReport, earlier: &EarlierRuns) -> Option<String> {
    let lasts = report.checks.iter().filter_map(|check| earlier.of(&check.id).last());
    let mut moments: Vec<_> = lasts.map(|last| last.started_at).collect();
    moments.dedup();
    let when = match moments.as_slice() {
        [] => return None,
        [one] => format!("Since the run of {}", one.format("%Y-%m-%d %H:%M UTC")),
        _ => "Since the run before of each check".to_owned(),
    };
    let count = |wanted: &dyn Fn(&CheckReport) -> bool| report.checks.iter().filter(|one| wanted(one)).count() as u64;
    let new = count(&|one| turn(one, earlier) == Some("new"));
    let healed = count(&|one| turn(one, earlier) == Some("healed"));
    let is_bad = |status: Status| matches!(status, Status::Fail | Status::Error);
    let still =
        count(&|one| is_bad(one.status()) && earlier.of(&one.id).last().is_some_and(|last| is_bad(last.status)));
    let parts = [
        (new > 0).then(|| format!("{} newly {} not pass", plural(new, "check"), agree(new, "does", "do"))),
        (healed > 0).then(|| format!("{} healed", plural(healed, "check"))),
        (still > 0).then(|| format!("{} still {} not pass", plural(still, "check"), agree(still, "does", "do"))),
    ];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    let told = if parts.is_empty() { "nothing new".to_owned() } else { parts.join(", ") };
    Some(format!("{when}: {told}."))
}

fn shared(section: Section<'_>) -> Option<Shared> {
    let Section::Shared(checks) = section else { return None };
    let error = checks.first()?.error.as_ref()?;
    let more = checks.len().saturating_sub(NAMED) as u64;
    Some(Shared {
        error: visible(&error.message()),
        causes: std::iter::once(error).flat_map(ErrorReport::causes).map(|cause| visible(&cause.text)).collect(),
        count: plural(checks.len() as u64, "check"),
        checks: checks.iter().take(NAMED).map(|check| (anchor(&check.id), visible(&check.id))).collect(),
        more: (more > 0).then(|| format!("and {} more", thousands(more))),
    })
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
        Status::Error if broken == ran => match ran {
            1 => "The one check that ran could not be compared, so nothing is proved.".to_owned(),
            _ => format!("None of {} could be compared, so nothing is proved.", plural(ran, "check")),
        },
        Status::Error => {
            format!("{broken} of {} could not be compared, so the rest proves too little.", plural(ran, "check"))
        }
        Status::Fail if ran == 1 => "Old and new differ in the one check that ran.".to_owned(),
        Status::Fail if failed == ran => format!("Old and new differ in all {}.", plural(ran, "check")),
        Status::Fail => format!("Old and new differ in {} of {}.", thousands(failed), plural(ran, "check")),
        Status::Warn => format!(
            "No failure in {}, but {} to read before reads move.",
            if ran == 1 { "the one check that ran".to_owned() } else { plural(ran, "check") },
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

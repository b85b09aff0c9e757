//! Makes waivers of the differences of a report, and writes none.

mod args;
mod choice;
mod same;
mod toml;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use chrono::Utc;
use globset::Glob;

use super::selection::check_of;
use crate::model::Status;
use crate::record::read::{RecordedCheck, RecordedRun, RecordedSuite};
use crate::suite;
use crate::suite::{Overrides, Problems};

pub(crate) use args::Acceptance;
use choice::Request;
use toml::appended;

/// Waivers of one check.
pub(super) struct Proposal {
    /// The file that they are for.
    pub(super) place: PathBuf,
    /// The waivers themselves.
    pub(super) toml: String,
    /// The file with them at its end.
    pub(super) whole: String,
    /// What they come to, in words.
    pub(super) summary: String,
    /// How many keys they name, or columns where there is no key.
    pub(super) named: usize,
}

/// Why there are no waivers.
pub(super) enum Refused {
    /// What was asked for cannot be had.
    Why(String),
    /// The suite has mistakes.
    Suite(Problems),
    /// Waivers that would be mistakes of the file.
    Waivers(Problems, String),
}

impl From<String> for Refused {
    fn from(why: String) -> Self {
        Refused::Why(why)
    }
}

/// The check that is named; or those that the pattern means and that did not pass, or where it has an `@`, their windows.
pub(super) fn meant(report: &Path, args: &Acceptance) -> Result<BTreeSet<String>, String> {
    let text = &args.check;
    if !text.contains(['*', '?', '[', '{']) {
        return Ok(BTreeSet::from([text.clone()]));
    }
    let glob = Glob::new(text)
        .map_err(|cause| format!("--check {text}: {}; write a pattern such as 'costs.*'", cause.kind()))?
        .compile_matcher();
    let earlier = RecordedRun::read(report).map_err(|why| why.to_string())?;
    let named = |one: &RecordedCheck| if text.contains('@') { one.id.clone() } else { check_of(&one.id).to_owned() };
    let open = earlier.checks.iter().filter(|one| !matches!(one.status, Status::Pass | Status::Skip));
    let ids: BTreeSet<String> = open.map(named).filter(|id| glob.is_match(id)).collect();
    if ids.is_empty() {
        return Err(format!("--check {text}: no check of {} that differs is called so", earlier.path.display()));
    }
    Ok(ids)
}

/// The suite file of a check in the report at `report`, beside which its waivers stand.
pub(super) fn suite_of(report: &Path, check: &str) -> Result<PathBuf, String> {
    let earlier = RecordedRun::read(report).map_err(|why| why.to_string())?;
    recorded(&earlier, check).map(|suite| PathBuf::from(&suite.path))
}

fn recorded<'a>(earlier: &'a RecordedRun, check: &str) -> Result<&'a RecordedSuite, String> {
    earlier.suite_of(check).filter(|suite| !suite.path.is_empty()).ok_or_else(|| {
        "an ad hoc diff has no suite file to keep a waiver beside; make one with `cutover diff --write-suite`"
            .to_owned()
    })
}

/// Makes the waivers of the one check or window that `accepted` names, of the report at `report`.
pub(super) fn proposal(report: &Path, accepted: &Acceptance) -> Result<Proposal, Refused> {
    accepted.judged()?;
    let today = Utc::now().date_naive();
    if accepted.until < today {
        return Err(format!("--until {} is over already; today is {today} (UTC)", accepted.until).into());
    }
    let earlier = RecordedRun::read(report).map_err(|why| why.to_string())?;
    let units = units(&earlier, &accepted.check)?;
    let recorded = recorded(&earlier, &accepted.check)?;
    let path = PathBuf::from(&recorded.path);
    if !path.is_file() {
        let path = path.display();
        return Err(format!("the suite {path} is not there; go to the folder in which the run was started").into());
    }
    // Queries follow the engines of that run.
    let overrides = Overrides { params: Vec::new(), sources: recorded.given_sources() };
    let loaded = suite::load(std::slice::from_ref(&path), &overrides).map_err(Refused::Suite)?;
    let bare = check_of(&accepted.check);
    let found = loaded.first().and_then(|suite| Some((suite, suite.checks.iter().find(|check| check.id == bare)?)));
    let Some((suite, check)) = found else {
        return Err(format!("{} has no check `{bare}` any more; run it again", path.display()).into());
    };
    same::judge(recorded, &units, suite, check)?;
    let differences = earlier.differences().map_err(|why| why.to_string())?;
    let request = Request { args: accepted, check, units };
    let open = request.open(suite, &differences, today);
    let (writer, summary) = request.written(open)?;
    let place = path.with_file_name(suite::WAIVERS);
    let whole = appended(&place, &writer)?;
    // What is to be written is judged as any waiver is, before it stands where every run reads it.
    suite::load_with_waivers(&path, &overrides, &whole).map_err(|problems| {
        let why = format!("these would be mistakes of {}, which stays as it is", place.display());
        Refused::Waivers(problems, why)
    })?;
    Ok(Proposal { toml: writer.text().to_owned(), named: writer.named(), place, whole, summary })
}

/// The check or its windows in the report, those with differences.
fn units<'a>(earlier: &'a RecordedRun, id: &str) -> Result<Vec<&'a RecordedCheck>, String> {
    let of = |one: &&RecordedCheck| one.id == id || one.id.split_once('@').is_some_and(|(check, _)| check == id);
    let all: Vec<&RecordedCheck> = earlier.checks.iter().filter(of).collect();
    if all.is_empty() {
        let known = earlier.checks.iter().map(|check| check.id.as_str());
        let near = known.min_by_key(|known| strsim::damerau_levenshtein(known, id));
        let near = near.map_or(String::new(), |near| format!("; did you mean `{near}`?"));
        return Err(format!("the report {} has no check `{id}`{near}", earlier.path.display()));
    }
    if let Some(broken) = all.iter().find(|one| one.status == Status::Error) {
        return Err(format!("{} could not be compared, so there is nothing to accept; mend that first", broken.id));
    }
    let found: Vec<&RecordedCheck> = all.into_iter().filter(|one| !one.found.is_empty()).collect();
    if found.is_empty() {
        return Err(format!("`{id}` has no difference in {}, so there is nothing to accept", earlier.path.display()));
    }
    Ok(found)
}

//! Runs `cutover waive`: accepts the differences of a report for a time.

mod args;
mod choice;
mod same;
mod toml;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use chrono::Utc;
use globset::Glob;
use serde_json::json;

use super::super::selection::check_of;
use super::super::{console, suites};
use crate::exit_code::PASSED;
use crate::fs::output::{alone_in, write_atomically};
use crate::model::Status;
use crate::record::read::{RecordedCheck, RecordedRun};
use crate::report::Format;
use crate::suite;
use crate::suite::Overrides;

pub(crate) use args::WaiveArgs;
use choice::Request;
use toml::appended;

/// Adds the waivers and returns the exit code. Where a pattern means several checks, each is waived for itself: one that
/// cannot be keeps the others from nothing, and is told.
pub(crate) fn waive(args: &WaiveArgs) -> Result<u8, u8> {
    if !args.check.contains(['*', '?', '[', '{']) {
        return one(args);
    }
    let ids = meant(args).map_err(|why| console::refuse("waive", &why))?;
    let refused = ids.into_iter().filter_map(|check| one(&WaiveArgs { check, ..args.clone() }).err()).max();
    refused.map_or(Ok(PASSED), Err)
}

/// The checks that the pattern means and that did not pass, or where it has an `@`, their windows.
fn meant(args: &WaiveArgs) -> Result<BTreeSet<String>, String> {
    let text = &args.check;
    let glob = Glob::new(text)
        .map_err(|cause| format!("--check {text}: {}; write a pattern such as 'costs.*'", cause.kind()))?
        .compile_matcher();
    let earlier = RecordedRun::read(&args.report).map_err(|why| why.to_string())?;
    let named = |one: &RecordedCheck| if text.contains('@') { one.id.clone() } else { check_of(&one.id).to_owned() };
    let open = earlier.checks.iter().filter(|one| !matches!(one.status, Status::Pass | Status::Skip));
    let ids: BTreeSet<String> = open.map(named).filter(|id| glob.is_match(id)).collect();
    if ids.is_empty() {
        return Err(format!("--check {text}: no check of {} that differs is called so", earlier.path.display()));
    }
    Ok(ids)
}

/// Adds the waivers of one check.
fn one(args: &WaiveArgs) -> Result<u8, u8> {
    let refuse = |why: String| console::refuse("waive", &why);
    for (flag, text) in [("--why", &args.why), ("--owner", &args.owner)] {
        if text.trim().is_empty() {
            return Err(refuse(format!("{flag} is empty; a waiver says why, and who answers for it")));
        }
    }
    let today = Utc::now().date_naive();
    if args.until < today {
        return Err(refuse(format!("--until {} is over already; today is {today} (UTC)", args.until)));
    }
    let earlier = RecordedRun::read(&args.report).map_err(|why| refuse(why.to_string()))?;
    let units = units(&earlier, &args.check).map_err(refuse)?;
    let recorded = earlier.suite_of(&args.check).filter(|suite| !suite.path.is_empty()).ok_or_else(|| {
        let why =
            "an ad hoc diff has no suite file to keep a waiver beside; make one with `cutover diff --write-suite`";
        refuse(why.to_owned())
    })?;
    let path = PathBuf::from(&recorded.path);
    if !path.is_file() {
        let path = path.display();
        return Err(refuse(format!("the suite {path} is not there; go to the folder in which the run was started")));
    }
    // Two at a time would each write what was there before, and one of them would be lost.
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let _alone = alone_in(folder);
    // Queries follow the engines of that run.
    let overrides = Overrides { params: Vec::new(), sources: recorded.given_sources() };
    let loaded = suites::load(std::slice::from_ref(&path), &overrides)?;
    let bare = check_of(&args.check);
    let found = loaded.first().and_then(|suite| Some((suite, suite.checks.iter().find(|check| check.id == bare)?)));
    let Some((suite, check)) = found else {
        return Err(refuse(format!("{} has no check `{bare}` any more; run it again", path.display())));
    };
    same::judge(recorded, &units, suite, check).map_err(refuse)?;
    let differences = earlier.differences().map_err(|why| refuse(why.to_string()))?;
    let request = Request { args, check, units };
    let open = request.open(suite, &differences, today);
    let (writer, summary) = request.written(open).map_err(refuse)?;
    let place = path.with_file_name(suite::WAIVERS);
    let text = appended(&place, &writer).map_err(refuse)?;
    // What is to be written is judged as any waiver is, before it stands where every run reads it.
    suites::load_with_waivers(&path, &overrides, &text)
        .map_err(|_| refuse(format!("these would be mistakes of {}, which stays as it is", place.display())))?;
    write_atomically(&place, &text).map_err(|cause| {
        refuse(format!("{} cannot be written: {cause}; check the folder's permissions", place.display()))
    })?;
    if args.json {
        let told = json!({ "file": place.display().to_string(), "check": args.check, "waived": summary, "until": args.until.to_string() });
        console::report(Format::Json, &format!("{told}\n"));
    } else {
        console::print(&format!("{}: waived {summary} until {}\n", place.display(), args.until));
    }
    Ok(PASSED)
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

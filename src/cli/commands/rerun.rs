//! Runs `cutover rerun`: what did not pass in a report, again and on the same params.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use clap::Args;

use super::super::args::{RunArgs, SUITES};
use super::super::publish::notify::Notifiers;
use super::super::request::one_to_stdout;
use super::super::selection::{Patterns, check_of, meant};
use super::super::{console, execute, suites};
use crate::exit_code::{BROKEN, FailOn, PASSED};
use crate::model::{RerunOf, Status};
use crate::record::read::{RecordedCheck, RecordedRun, RecordedSuite};
use crate::run::Again;
use crate::spec::check::Check;
use crate::spec::waiver::Waiver;
use crate::suite;
use crate::suite::{Overrides, Param, Suite};

/// `cutover rerun`.
#[derive(Args, Debug)]
#[command(after_help = AFTER_HELP, mut_arg("suites", |arg| arg.hide(true)), mut_arg("param", |arg| arg.hide(true)))]
pub(crate) struct RerunArgs {
    /// A report.json, its folder, or `last` for the newest in reports/; differences.parquet is read beside it
    #[arg(value_name = "REPORT", required = true)]
    before: PathBuf,
    /// Run although a suite file is not what it was in that run; all keys are then compared
    #[arg(long)]
    changed_suite: bool,
    #[command(flatten)]
    run: RunArgs,
}

const AFTER_HELP: &str = "\
Examples:
  cutover rerun reports/20260103T020000.000Z-1f2e/report.json
  cutover rerun report.json --only 'costs.*' --report json=again.json";

/// Runs the checks again and returns the exit code.
pub(crate) async fn rerun(args: RerunArgs) -> Result<u8, u8> {
    let refuse = |why: String| console::refuse("rerun", &why);
    let RerunArgs { before, changed_suite, mut run } = args;
    if run.suites != [PathBuf::from(SUITES)] {
        return Err(refuse("the suites are those of the report; choose among them with --only".to_owned()));
    }
    if run.resume.is_some() {
        let why = "--resume is for a run of all rows, and a rerun compares what did not pass; use `cutover run`";
        return Err(refuse(why.to_owned()));
    }
    if !run.overrides.param.is_empty() {
        let why = "the params are those of the report; to give others, use `cutover run` with --only";
        return Err(refuse(why.to_owned()));
    }
    let earlier = RecordedRun::read(&before).map_err(|why| refuse(why.to_string()))?;
    // Where nothing ran, and where a skip counts, what the servers lacked is looked at again too.
    let skips_count =
        run.fail_on.contains(&FailOn::Skip) || earlier.checks.iter().all(|one| one.status == Status::Skip);
    let is_open = |check: &&RecordedCheck| check.is_open() || (skips_count && check.status == Status::Skip);
    let open: Vec<&str> = earlier.checks.iter().filter(is_open).map(|check| check.id.as_str()).collect();
    if earlier.checks.is_empty() {
        return Err(refuse(format!("the report {} has no checks; use `cutover run`", before.display())));
    }
    if let Some(expected) = run.expect_checks.filter(|expected| open.is_empty() && *expected > 0) {
        return Err(refuse(format!(
            "--expect-checks {expected}, but every check of {} passed, so none is run again; leave the flag out",
            before.display()
        )));
    }
    if open.is_empty() {
        console::print(&format!("every check of {} passed; nothing to run again\n", before.display()));
        return Ok(PASSED);
    }
    let path = |id: &str| {
        let (suite, _) = id.split_once('.')?;
        earlier.suites.iter().find(|one| one.name == suite).map(|one| Path::new(&one.path))
    };
    let ids: Vec<_> = open.iter().filter_map(|id| Some((*id, path(id)?))).collect();
    let meant = meant(&run.select, &ids).map_err(refuse)?;
    let only = Patterns::new(&[run.only.clone(), meant].concat()).map_err(refuse)?;
    let wanted: Vec<&str> = open.iter().copied().filter(|id| only.mean(id)).collect();
    if wanted.is_empty() {
        return Err(refuse(format!("--only matches none of the checks that did not pass: {}", open.join(", "))));
    }
    let mut names: Vec<&str> = wanted.iter().filter_map(|id| id.split_once('.')).map(|(suite, _)| suite).collect();
    names.dedup();
    let mut suites = Vec::new();
    let mut changed = false;
    for name in names {
        let recorded = earlier.suites.iter().find(|suite| suite.name == name);
        let recorded =
            recorded.ok_or_else(|| refuse(format!("the report names no suite `{name}`; run the checks again")))?;
        let suite = read(recorded, &run.overrides.source).map_err(|why| why.map_or(BROKEN, refuse))?;
        elsewhere(&suite, recorded, &run.overrides.source).map_err(refuse)?;
        // Reports of earlier versions know of the file alone.
        let is_same = match &recorded.checks_sha256 {
            Some(then) => *then == suite.checks_sha256(),
            None => recorded.sha256 == suite.sha256,
        };
        if !is_same {
            if !changed_suite {
                return Err(refuse(format!(
                    "the suite {}, or one of its queries, is not what it was in that run; use `cutover run`, or say \
                     --changed-suite",
                    recorded.path
                )));
            }
            changed = true;
        }
        suites.push(suite);
    }
    let known = |name: &String| earlier.suites.iter().any(|suite| suite.sources.contains_key(name));
    if let Some((name, _)) = run.overrides.source.iter().find(|(name, _)| !known(name)) {
        return Err(refuse(format!("--source {name}: no suite of the report has used a source of this name")));
    }
    let mut keys =
        if changed { BTreeMap::new() } else { earlier.differing_keys().map_err(|why| refuse(why.to_string()))? };
    let checks: Vec<&Check> = suites.iter().flat_map(|suite| &suite.checks).collect();
    keys.retain(|id, _| !suites.iter().any(|suite| speaks_of_all(suite, id)));
    // Of windows that are expected to differ in so many places together, a part says nothing.
    let together = |id: &str| {
        let check = checks.iter().find(|check| check.id == check_of(id));
        check.is_some_and(|check| check.window.is_some() && !check.expect.is_empty()) && only.mean(check_of(id))
    };
    let asked = wanted.iter().map(|id| globset::escape(if together(id) { check_of(id) } else { id }));
    run.only = asked.collect::<BTreeSet<String>>().into_iter().collect();
    let of = RerunOf { report: before.display().to_string(), started_at: earlier.started_at.clone() };
    let notifiers = Notifiers::new(&run.notify, &run.output().reports);
    one_to_stdout(&run.output()).map_err(refuse)?;
    let patterns = Patterns::new(&run.only).map_err(refuse)?;
    execute::run(&run, &suites, &patterns, Some(Again { of, keys }), &notifiers).await.map_err(refuse)
}

/// Whether `suite` counts the differences of the check or window `id` as a whole, so that a part of its keys says nothing.
fn speaks_of_all(suite: &Suite, id: &str) -> bool {
    let expects = |check: &Check| check.id == check_of(id) && !check.expect.is_empty();
    let counts = |waiver: &Waiver| waiver.names(id) && (waiver.at_most.is_some() || waiver.per_key.is_some());
    suite.checks.iter().any(expects) || suite.waivers.iter().any(counts)
}

/// Refuses sources that are not where they were in that run, unless the command line says where they are.
fn elsewhere(suite: &Suite, recorded: &RecordedSuite, given: &[(String, String)]) -> Result<(), String> {
    for (name, then) in recorded.sources.iter().filter(|(name, _)| !given.iter().any(|(given, _)| given == *name)) {
        let Some(spec) = suite.sources.get(name) else { continue };
        // One without a URL cannot be opened, which the run says.
        let Ok(now) = spec.resolve(suite.folder(), |name| std::env::var(name).ok()) else { continue };
        let now = now.to_string();
        if now != *then {
            return Err(format!(
                "source `{name}` of {} was {then} in that run and is {now} now; say which one is meant with --source {name}=URL",
                recorded.path
            ));
        }
    }
    Ok(())
}

/// The suite with the params it was run on; an error that was not shown yet says why not.
fn read(recorded: &RecordedSuite, sources: &[(String, String)]) -> Result<Suite, Option<String>> {
    let path = Path::new(&recorded.path);
    if recorded.path.is_empty() {
        return Err(Some("an ad hoc diff has no suite file; run the same `cutover diff` again".to_owned()));
    }
    if !path.is_file() {
        let path = path.display();
        return Err(Some(format!("the suite {path} is not there; go to the folder in which the run was started")));
    }
    let declared = suite::declared_params(path);
    let as_declared = |name: &str, text: &str| match declared.get(name) {
        Some(Param::Value(value)) => value.to_string() == text,
        _ => false,
    };
    let params = recorded.params.iter().filter(|(name, text)| !as_declared(name, text));
    let own = sources.iter().filter(|(name, _)| recorded.sources.contains_key(name));
    let overrides = Overrides {
        params: params.map(|(name, text)| (name.clone(), text.clone())).collect(),
        sources: own.cloned().collect(),
    };
    let loaded = suites::load(&[path.to_owned()], &overrides).map_err(|_| None)?;
    let suite = loaded.into_iter().next().ok_or_else(|| Some(format!("{} holds no suite", path.display())))?;
    for (name, text) in &recorded.params {
        let same = matches!(suite.params.get(name), Some(Param::Value(value)) if value.to_string() == *text);
        if !same {
            return Err(Some(format!(
                "param `{name}` was {text} in that run, which cannot be given again; use `cutover run` with --param"
            )));
        }
    }
    Ok(suite)
}

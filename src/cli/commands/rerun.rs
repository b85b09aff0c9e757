//! Runs `cutover rerun`: what did not pass in a report, again and on the same params.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use clap::Args;

use super::super::args::{RunArgs, SUITES};
use super::super::publish::notify::Notifiers;
use super::super::request::one_to_stdout;
use super::super::selection::Patterns;
use super::super::{console, execute, suites};
use crate::exit_code::{BROKEN, PASSED};
use crate::model::RerunOf;
use crate::record::read::{RecordedRun, RecordedSuite};
use crate::run::{Again, shown};
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
    if !run.overrides.param.is_empty() {
        let why = "the params are those of the report; to give others, use `cutover run` with --only";
        return Err(refuse(why.to_owned()));
    }
    let earlier = RecordedRun::read(&before).map_err(|why| refuse(why.to_string()))?;
    let open: Vec<&str> =
        earlier.checks.iter().filter(|check| check.is_open()).map(|check| check.id.as_str()).collect();
    if earlier.checks.is_empty() {
        return Err(refuse(format!("the report {} has no checks; use `cutover run`", before.display())));
    }
    if open.is_empty() {
        console::print(&format!("every check of {} passed; nothing to run again\n", before.display()));
        return Ok(PASSED);
    }
    let only = Patterns::new(&run.only).map_err(refuse)?;
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
        if suite.sha256 != recorded.sha256 {
            if !changed_suite {
                return Err(refuse(format!(
                    "the suite {} is not what it was in that run; use `cutover run`, or say --changed-suite",
                    recorded.path
                )));
            }
            changed = true;
        }
        suites.push(suite);
    }
    let known = |name: &String| earlier.suites.iter().any(|suite| suite.sources.contains(name));
    if let Some((name, _)) = run.overrides.source.iter().find(|(name, _)| !known(name)) {
        return Err(refuse(format!("--source {name}: no suite of the report has used a source of this name")));
    }
    let keys =
        if changed { BTreeMap::new() } else { earlier.differing_keys().map_err(|why| refuse(why.to_string()))? };
    run.only = wanted.iter().map(|id| globset::escape(id)).collect();
    let of = RerunOf { report: before.display().to_string(), started_at: earlier.started_at.clone() };
    let notifiers = Notifiers::new(&run.notify, &run.output.reports);
    one_to_stdout(&run.output).map_err(refuse)?;
    let patterns = Patterns::new(&run.only).map_err(refuse)?;
    execute::run(&run, &suites, &patterns, Some(Again { of, keys }), &notifiers).await.map_err(refuse)
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
        Some(Param::Value(value)) => shown(value) == text,
        _ => false,
    };
    let params = recorded.params.iter().filter(|(name, text)| !as_declared(name, text));
    let own = sources.iter().filter(|(name, _)| recorded.sources.contains(name));
    let overrides = Overrides {
        params: params.map(|(name, text)| (name.clone(), text.clone())).collect(),
        sources: own.cloned().collect(),
    };
    let loaded = suites::load(&[path.to_owned()], &overrides).map_err(|_| None)?;
    let suite = loaded.into_iter().next().ok_or_else(|| Some(format!("{} holds no suite", path.display())))?;
    for (name, text) in &recorded.params {
        let same = matches!(suite.params.get(name), Some(Param::Value(value)) if shown(value) == *text);
        if !same {
            return Err(Some(format!(
                "param `{name}` was {text} in that run, which cannot be given again; use `cutover run` with --param"
            )));
        }
    }
    Ok(suite)
}

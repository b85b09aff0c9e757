//! Runs `cutover history`: what earlier runs found. Reads only; nothing is compared and no source is reached.

use std::io::IsTerminal;
use std::path::PathBuf;
use std::time::Duration;

use chrono::{SecondsFormat, TimeDelta, Utc};
use clap::{Args, Subcommand};
use globset::Glob;
use serde_json::json;

use super::super::args::HistoryPlaceArgs;
use super::super::args::value_parsers::duration;
use super::super::selection::check_of;
use super::super::{console, suites};
use crate::exit_code::PASSED;
use crate::model::plural;
use crate::record::history;
use crate::record::history::changes::{Change, changes};
use crate::record::history::trend::trends;
use crate::record::history::{Keys, Place, Run};
use crate::report;
use crate::report::{Format, visible};
use crate::suite::Overrides;

/// `cutover history`.
#[derive(Args, Debug)]
#[command(args_conflicts_with_subcommands = true, after_help = EXAMPLES)]
pub(crate) struct HistoryArgs {
    #[command(subcommand)]
    command: Option<HistoryCommand>,
    /// A suite, by its name or its file, or checks that match a pattern; one with `@` keeps windows separate
    #[arg(value_name = "SUITE|GLOB")]
    suite: Option<String>,
    /// Runs to look back
    #[arg(long, value_name = "N", default_value_t = 20, value_parser = clap::value_parser!(u16).range(1..=1000))]
    last: u16,
    #[command(flatten)]
    from: FromArgs,
}

const EXAMPLES: &str = "\
Exit codes: 0 it was read · 2 it cannot be, or holds no such run or check

Examples:
  cutover history                               every check over the last 20 runs
  cutover history costs --last 60
  cutover history 'costs.traces@*'              each window for itself
  cutover history compare last~1 last           what appeared, healed and stayed since the run before
  cutover history prune --keep 90d              forget runs that are older
  cutover history --history 'postgres://ci:${PGPASS}@db/cutover' --json";

const COMPARE_HELP: &str = "\
Examples:
  cutover history compare last~1 last           since the run before";

#[derive(Debug, Subcommand)]
enum HistoryCommand {
    /// Show what appeared, healed and stayed between two runs
    #[command(after_help = COMPARE_HELP)]
    Compare {
        /// The earlier run: its id, the beginning of it, `last`, or `last~1` for the one before
        before: String,
        /// The later run
        #[arg(default_value = "last")]
        after: String,
        #[command(flatten)]
        from: FromArgs,
    },
    /// Take old runs out of the history; their reports stay
    #[command(after_help = PRUNE_HELP)]
    Prune {
        /// Age up to which runs are kept, such as 90d; the newest stays whatever its age
        #[arg(long, value_name = "TIME", value_parser = duration)]
        keep: Duration,
        /// Folder for reports, in which history.db is
        #[arg(long, value_name = "DIR", default_value = "reports/")]
        reports: PathBuf,
        #[command(flatten)]
        place: HistoryPlaceArgs,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
}

const PRUNE_HELP: &str = "\
Examples:
  cutover history prune --keep 90d              forget runs that are older";

/// Which history, and how it is shown.
#[derive(Args, Debug)]
struct FromArgs {
    /// Folder for reports, in which history.db is
    #[arg(long, value_name = "DIR", default_value = "reports/")]
    reports: PathBuf,
    #[command(flatten)]
    place: HistoryPlaceArgs,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Shows the history and returns the exit code.
pub(crate) async fn history(args: &HistoryArgs) -> Result<u8, u8> {
    match &args.command {
        Some(HistoryCommand::Compare { before, after, from }) => compare(before, after, from).await,
        Some(HistoryCommand::Prune { keep, reports, place, json }) => {
            let place = place.place(reports).map_err(|why| refuse(&why))?;
            prune(&place, *keep, *json).await
        }
        None => show(args.suite.as_deref(), usize::from(args.last), &args.from).await,
    }
}

async fn prune(place: &Place, keep: Duration, json: bool) -> Result<u8, u8> {
    let age = TimeDelta::from_std(keep).ok().and_then(|age| Utc::now().checked_sub_signed(age));
    let before = age.ok_or_else(|| refuse("--keep is longer than there has been time; write such as 90d"))?;
    let gone = history::prune(place, before).await.map_err(|error| refuse(&visible(&error.to_string())))?;
    let before = before.to_rfc3339_opts(SecondsFormat::Secs, true);
    if json {
        let text = json!({ "schema_version": 1, "before": before, "removed": gone.to_string() });
        console::report(Format::Json, &format!("{text:#}\n"));
    } else {
        console::print(&format!("{} from before {before} taken out of {place}\n", plural(gone, "run")));
    }
    Ok(PASSED)
}

fn refuse(message: &str) -> u8 {
    console::refuse("history", message)
}

fn width() -> Option<u16> {
    std::io::stdout().is_terminal().then(console::columns).flatten()
}

async fn show(suite: Option<&str>, most: usize, from: &FromArgs) -> Result<u8, u8> {
    let place = from.place.place(&from.reports).map_err(|why| refuse(&why))?;
    let wanted = suite.map(wanted).transpose()?;
    let matches = |id: &str| wanted.as_ref().is_none_or(|wanted| wanted(id));
    let runs = history::last(&place, most, history::Wanted::Taken(&matches))
        .await
        .map_err(|error| refuse(&visible(&error.to_string())))?;
    if runs.is_empty() {
        let what = suite.map_or("no run".to_owned(), |suite| format!("no run with a check of `{suite}`"));
        return Err(refuse(&format!("there is {what} in {place}; `cutover history` shows all there are")));
    }
    let trends = trends(&runs, suite.is_some_and(|suite| suite.contains('@')));
    if from.json {
        let runs: Vec<_> = runs.iter().rev().map(run).collect();
        let text = json!({ "schema_version": 1, "runs": runs, "checks": trends });
        console::report(Format::Json, &format!("{text:#}\n"));
    } else {
        console::print(&report::history::trends(&runs, &trends, &place.to_string(), width()));
    }
    Ok(PASSED)
}

/// Whether an id is asked for.
type Wanted = Box<dyn Fn(&str) -> bool>;

/// Which ids are asked for: a suite's name, its file, or a pattern of ids.
fn wanted(text: &str) -> Result<Wanted, u8> {
    if text.ends_with(".toml") || text.contains('/') {
        let names: Vec<String> =
            suites::load(&[PathBuf::from(text)], &Overrides::default())?.into_iter().map(|suite| suite.name).collect();
        return Ok(Box::new(move |id| names.iter().any(|name| in_suite(id, name))));
    }
    let glob = Glob::new(text)
        .map_err(|cause| refuse(&format!("{text}: {}; write a pattern such as 'costs.*'", cause.kind())))?;
    let (glob, name) = (glob.compile_matcher(), text.to_owned());
    Ok(Box::new(move |id| in_suite(id, &name) || glob.is_match(id) || glob.is_match(check_of(id))))
}

fn in_suite(id: &str, name: &str) -> bool {
    id.split_once('.').is_some_and(|(suite, _)| suite == name)
}

fn run(run: &Run) -> serde_json::Value {
    json!({
        "id": run.id,
        "started_at": run.started_at.to_rfc3339_opts(chrono::SecondsFormat::AutoSi, true),
        "elapsed_ms": run.elapsed_ms,
        "status": run.status,
        "exit_code": run.exit_code,
        "version": run.version,
        "interrupted": run.interrupted,
    })
}

async fn compare(before: &str, after: &str, from: &FromArgs) -> Result<u8, u8> {
    let place: Place = from.place.place(&from.reports).map_err(|why| refuse(&why))?;
    let pair = history::pair(&place, [before, after]).await;
    let [before, after] = pair.map_err(|error| refuse(&visible(&error.to_string())))?;
    let keys = [Keys::of_run(&place, &before), Keys::of_run(&place, &after)];
    let found = changes(&before, &after, &keys);
    if from.json {
        let counts = |is: fn(&Change) -> u64| found.iter().map(is).sum::<u64>().to_string();
        let text = json!({
            "schema_version": 1,
            "before": run(&before),
            "after": run(&after),
            "appeared": counts(|change| change.differences.map_or(0, |fate| fate.appeared)),
            "healed": counts(|change| change.differences.map_or(0, |fate| fate.healed)),
            "stayed": counts(|change| change.differences.map_or(0, |fate| fate.stayed)),
            "checks": found,
        });
        console::report(Format::Json, &format!("{text:#}\n"));
    } else {
        console::print(&report::history::changes(&before, &after, &found, width()));
    }
    Ok(PASSED)
}

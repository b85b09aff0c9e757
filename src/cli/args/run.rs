//! Declares the flags of `cutover run`, which `cutover rerun` shares.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;

use super::shared::{DetailArgs, HistoryPlaceArgs, LookArgs, NotifyArgs, OverrideArgs, RepairArgs, ReportArgs};
use super::value_parsers::duration;
use crate::exit_code::FailOn;
use crate::report::Format;

/// Where suites are looked for unless the command line says so.
pub(crate) const SUITES: &str = "checks/";

const RUN_HELP: &str = "\
Exit codes: 0 passed or only warned · 1 differences · 2 something could not be compared, was cut short, or nothing ran · 130 interrupted

Examples:
  cutover run                                   everything below checks/
  cutover run checks/costs --only 'costs.daily_*' --param from=-7d
  cutover run --tag gate --expect-checks 12 --report junit=junit.xml --report markdown=-
  cutover run --source new=postgres://reader@replica/app --deadline 2h --fail-on warn
  cutover run --resume state/                   goes on with the windows of a run that was killed
  cutover run --dry-run                         the SQL of both sides; connects to nothing
  cutover run --no-examples                     no values of rows in any report";

/// `cutover run`.
#[derive(Args, Debug)]
#[command(after_help = RUN_HELP)]
pub(crate) struct RunArgs {
    /// Suite files, or folders with suites below them
    #[arg(value_name = "SUITE|DIR", default_value = SUITES)]
    pub(crate) suites: Vec<PathBuf>,
    #[command(flatten)]
    pub(crate) overrides: OverrideArgs,
    /// Run only checks whose id matches, such as 'costs.*'; repeatable
    #[arg(long, value_name = "GLOB")]
    pub(crate) only: Vec<String>,
    /// Run only checks whose id matches a regular expression, or whose suite is at this path; repeatable, and beside --only
    #[arg(long, value_name = "REGEX|PATH")]
    pub(crate) select: Vec<String>,
    /// Run only checks with this tag; repeatable
    #[arg(long, value_name = "TAG")]
    pub(crate) tag: Vec<String>,
    /// Checks at once [default: one per core, at least 2]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    pub(crate) jobs: Option<u16>,
    /// Time allowed per query, unless the check says otherwise
    #[arg(long, value_name = "TIME", default_value = "5min", value_parser = duration)]
    pub(crate) timeout: Duration,
    /// Time allowed for the whole run
    #[arg(long, value_name = "TIME", value_parser = duration)]
    pub(crate) deadline: Option<Duration>,
    #[command(flatten)]
    output: ReportArgs,
    /// Print report.json to stdout and write no folder of reports; the same as --report json=-
    #[arg(long, conflicts_with = "dry_run")]
    json: bool,
    /// Keep only the newest N reports in that folder
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) keep: Option<u32>,
    /// Exit with 2 unless exactly N checks were selected
    #[arg(long, value_name = "N")]
    pub(crate) expect_checks: Option<usize>,
    /// What makes the exit code 1; repeatable
    #[arg(long, value_name = "STATUS", value_enum, default_value = "fail")]
    pub(crate) fail_on: Vec<FailOn>,
    /// Exit with N instead of 2 where all that could not be compared may pass: the network, a timeout, the deadline
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u8).range(3..=125))]
    pub(crate) retryable_exit: Option<u8>,
    /// Fail only on differences that are not in this report.json; differences.parquet is read beside it
    #[arg(long, value_name = "REPORT")]
    pub(crate) baseline: Option<PathBuf>,
    /// Keep each window that is found equal in this folder, and carry over those that a run kept there before it was cut short
    #[arg(long, value_name = "DIR", conflicts_with_all = ["baseline", "dry_run"])]
    pub(crate) resume: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) detail: DetailArgs,
    #[command(flatten)]
    pub(crate) repair: RepairArgs,
    #[command(flatten)]
    pub(crate) history: HistoryPlaceArgs,
    /// Leave this run out of the history
    #[arg(long, conflicts_with = "history")]
    pub(crate) no_history: bool,
    #[command(flatten)]
    pub(crate) notify: NotifyArgs,
    /// Say in the reports who answers for this run, and when
    #[arg(long, value_name = "NAME", value_parser = name)]
    pub(crate) sign_off: Option<String>,
    /// Print the SQL of both sides and connect to nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
    #[command(flatten)]
    pub(crate) look: LookArgs,
}

impl RunArgs {
    /// Returns where the reports go.
    pub(crate) fn output(&self) -> ReportArgs {
        let mut output = self.output.clone();
        if self.json {
            output.report.push((Format::Json, "-".to_owned()));
        }
        output
    }
}

/// A name with something to read in it.
fn name(text: &str) -> Result<String, String> {
    if text.contains(char::is_alphanumeric) { Ok(text.trim().to_owned()) } else { Err("a name is needed".to_owned()) }
}

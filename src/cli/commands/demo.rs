//! Runs `cutover demo`: the first thing a newcomer sees.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;

use super::super::args::{DetailArgs, LookArgs};
use super::super::publish::notify::Notifiers;
use super::super::publish::reports::Reports;
use super::super::request::RunRequest;
use super::super::{console, execute, suites};
use crate::demo;
use crate::exit_code::{DIFFERENT, PASSED};
use crate::report::Format;
use crate::suite::Overrides;

/// `cutover demo`.
#[derive(Args, Debug)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct DemoArgs {
    /// Without the planted differences
    #[arg(long)]
    clean: bool,
    /// Folder to write
    #[arg(long, value_name = "DIR", default_value = "cutover-demo")]
    dir: PathBuf,
    /// Print report.json to stdout and write no folder of reports
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    look: LookArgs,
}

const AFTER_HELP: &str = "\
Examples:
  cutover demo                                  a failing gate: exit code 1
  cutover demo --clean                          the same pair without differences: exit code 0
  cutover demo --dir /tmp/shop && cutover run /tmp/shop --only '*.cost_*'";

/// Checks of the demo that run at once.
const JOBS: usize = 2;

/// Time that a query of the demo may take.
const TIMEOUT: Duration = Duration::from_secs(60);

/// Makes the pair, runs its suite, says what the verdict means, and returns the exit code.
pub(crate) async fn demo(DemoArgs { clean, dir, json, look }: &DemoArgs) -> Result<u8, u8> {
    let refuse = |why: String| console::refuse("demo", &why);
    demo::create(dir, *clean).await.map_err(|error| refuse(error.to_string()))?;
    // The demo's own pair, whatever the environment names for real suites.
    let sources = vec![("old".to_owned(), "sqlite:old.db".to_owned()), ("new".to_owned(), "new".to_owned())];
    let mut suites = suites::load(&[dir.join("suite.toml")], &Overrides { params: Vec::new(), sources })?;
    // Outside of the demo they are the suite's own defaults.
    suites.iter_mut().for_each(|suite| suite.given = Overrides::default());
    let reports = match json {
        true => Reports::Paths(vec![(Format::Json, "-".to_owned())]),
        false => Reports::Folder(dir.join("reports"), None),
    };
    let request = RunRequest::of_one(&suites, JOBS, TIMEOUT, &DetailArgs::default(), reports, *look).map_err(refuse)?;
    let code = execute::execute(&request, &Notifiers::default()).await;
    if !look.quiet && !json {
        let dir = dir.display();
        match code {
            PASSED => console::print(&format!(
                "\nThis is what a passing gate looks like: exit code 0. `cutover demo` plants differences.\nThe suite is {dir}/suite.toml, its SQL is in {dir}/sql/.\n"
            )),
            DIFFERENT => console::print(&format!(
                "\nThis is what a failing gate looks like: exit code 1. The differences above were planted in {dir}/new.\nNext: read {dir}/suite.toml, change something, and run `cutover run {dir}`; `cutover demo --clean` has no differences.\n"
            )),
            _ => {}
        }
    }
    Ok(code)
}

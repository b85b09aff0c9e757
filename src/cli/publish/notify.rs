//! Whom a run tells beside its reports. What goes wrong here is shown and changes neither verdict nor exit code.

use std::path::{Path, PathBuf};

use chrono::Utc;
use clap::Args;

use super::super::commands::run::{beside, signal};
use super::super::{RunArgs, console, runtime, sanitize};
use super::github::Github;
use super::last_run;
use super::last_run::Previous;
use super::webhook::{Given, Webhook};
use crate::fs::output::write_atomically;
use crate::model::{RunReport, Status};
use crate::record::history::Place;
use crate::report::{metrics, slack};
use crate::run::Selected;

/// The variable that stands in for `--notify`.
const NOTIFY: &str = "CUTOVER_NOTIFY";

/// Flags of `cutover run`.
#[derive(Args, Clone, Debug, Default)]
pub(crate) struct TellingArgs {
    /// Write metrics for Prometheus, such as textfile/cutover.prom for node_exporter
    #[arg(long, value_name = "PATH")]
    metrics: Option<PathBuf>,
    /// Post a summary to a Slack-compatible webhook unless the run passed like the one before; `${NAME}` in it is a
    /// variable; CUTOVER_NOTIFY where absent
    #[arg(long, value_name = "URL")]
    notify: Option<Given>,
    /// Annotate the step of GitHub Actions, and append the Markdown report to its summary
    #[arg(long)]
    github: bool,
}

/// Whom a run tells; nobody by default.
#[derive(Default)]
pub(crate) struct Notifiers {
    metrics: Option<PathBuf>,
    webhook: Option<Webhook>,
    github: Option<Github>,
    reports: PathBuf,
}

/// What is known of a run when it has ended.
pub(crate) struct FinishedRun<'a> {
    /// What it found.
    pub(crate) report: &'a RunReport,
    /// The checks that were asked for.
    pub(crate) selected: &'a [Selected<'a>],
    /// Its exit code.
    pub(crate) code: u8,
    /// The run before.
    pub(crate) previous: Option<Previous>,
    /// Where its reports are.
    pub(crate) places: &'a [String],
}

impl Notifiers {
    /// Whom the command line and the environment name; a webhook that cannot be one is shown now, not at the first failure.
    pub(crate) fn new(args: &RunArgs) -> Notifiers {
        sanitize::look_out(args.telling.github);
        let variable = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
        let given = args.telling.notify.clone().or_else(|| variable(NOTIFY).map(Given::from));
        let webhook = given.and_then(|given| match given.webhook(variable) {
            Ok(webhook) => Some(webhook),
            Err(why) => {
                console::complain(&format!("cutover run: --notify: {why}\n"));
                None
            }
        });
        Notifiers {
            metrics: args.telling.metrics.clone(),
            webhook,
            github: args.telling.github.then(Github::default),
            reports: args.reports.clone(),
        }
    }

    /// Before anything of a run is shown; people's output goes to stderr where a report has stdout.
    pub(crate) fn begin(&self, to_stderr: bool) {
        if let Some(github) = &self.github {
            github.begin(to_stderr);
        }
    }

    /// The run before, asked before this run is recorded and its reports replace it.
    pub(crate) fn previous(&self, history: Option<&Place>, report: &RunReport) -> Option<Previous> {
        self.webhook.as_ref().and_then(|_| last_run::of(history, &self.reports, report))
    }

    /// Tells of a run that has ended.
    pub(crate) fn tell(&self, told: &FinishedRun<'_>) {
        if let Some(github) = &self.github {
            beside("--github", || github.tell(told));
        }
        if let Some(path) = &self.metrics {
            beside("--metrics", || write_metrics(path, told.report, told.code));
        }
        if let Some(webhook) = &self.webhook {
            beside("--notify", || notify(webhook, told));
        }
    }

    /// Tells of a run that did not begin: silence would look like last night's verdict.
    pub(crate) fn refused(&self, code: u8) {
        let report = RunReport {
            started_at: Utc::now(),
            elapsed_ms: 0,
            version: env!("CARGO_PKG_VERSION").to_owned(),
            interrupted: false,
            suites: Vec::new(),
            checks: Vec::new(),
            rerun_of: None,
        };
        self.tell(&FinishedRun { report: &report, selected: &[], code, previous: None, places: &[] });
    }
}

fn write_metrics(path: &Path, report: &RunReport, code: u8) {
    // Two files of one collector may not hold the same series, so each is told by its name.
    let run = path.file_stem().map_or_else(String::new, |stem| stem.to_string_lossy().into_owned());
    if let Err(cause) = write_atomically(path, &metrics::render(report, &run, code)) {
        console::complain(&format!(
            "cutover run: the metrics {} cannot be written: {cause}; check the folder's permissions, or give --metrics another path\n",
            path.display()
        ));
    }
}

/// Posts unless there is nothing new: a run that passed like the one before, or for the first time.
fn notify(webhook: &Webhook, told: &FinishedRun<'_>) {
    let passed = told.code == 0 && told.report.status() == Status::Pass;
    if passed && told.previous.as_ref().is_none_or(|previous| previous.passed) {
        return;
    }
    let job = job();
    let around = slack::Around {
        code: told.code,
        before: told.previous.as_ref().map(|previous| previous.verdict),
        reports: told.places,
        job: job.as_deref(),
    };
    let text = slack::render(told.report, around);
    // A second Ctrl-C does not wait for a server.
    let Ok(runtime) = runtime() else { return };
    let posted = runtime.block_on(async {
        tokio::select! {
            posted = webhook.post(&text) => posted,
            () = signal() => Ok(()),
        }
    });
    runtime.shutdown_background();
    if let Err(why) = posted {
        console::complain(&format!("cutover run: --notify: {why}\n"));
    }
}

/// The page of the job this runs in, where a CI system says it.
fn job() -> Option<String> {
    let variable = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
    let github = || {
        let (server, repository) = (variable("GITHUB_SERVER_URL")?, variable("GITHUB_REPOSITORY")?);
        Some(format!("{server}/{repository}/actions/runs/{}", variable("GITHUB_RUN_ID")?))
    };
    github().or_else(|| variable("CI_JOB_URL"))
}

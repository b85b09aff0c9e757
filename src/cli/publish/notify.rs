//! Notifies after a run: metrics, a webhook, a CI system. What goes wrong here is shown and changes no exit code.

use std::path::{Path, PathBuf};

use chrono::Utc;

use super::super::args::{NotifyArgs, WebhookText};
use super::super::best_effort::{best_effort, best_effort_async};
use super::super::signal::unless_interrupted;
use super::super::{console, sanitize};
use super::finished::FinishedRun;
use super::github::Github;
use super::last_run::LastRun;
use super::webhook::Webhook;
use crate::fs::output::write_atomically;
use crate::model::{RunReport, Status};
use crate::report::{metrics, slack};

/// The variable that stands in for `--notify`.
const NOTIFY: &str = "CUTOVER_NOTIFY";

/// Who hears of a run that has ended; nobody by default.
#[derive(Default)]
pub(crate) struct Notifiers {
    metrics: Option<PathBuf>,
    webhook: Option<Webhook>,
    github: Option<Github>,
    reports: PathBuf,
    /// Where people reach the report.
    page: Option<String>,
}

impl Notifiers {
    /// Returns those whom the command line and the environment name; a webhook that cannot be one is shown now, not at the
    /// first failure. The reports of earlier runs are in `reports`.
    pub(crate) fn new(args: &NotifyArgs, reports: &Path) -> Notifiers {
        sanitize::look_out(args.github);
        let variable = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
        let given = args.notify.clone().or_else(|| variable(NOTIFY).map(WebhookText));
        let webhook = given.and_then(|given| match Webhook::new(&given, variable) {
            Ok(webhook) => Some(webhook),
            Err(why) => {
                console::complain(&format!("cutover run: --notify: {why}\n"));
                None
            }
        });
        Notifiers {
            metrics: args.metrics.clone(),
            webhook,
            github: args.github.then(Github::default),
            reports: reports.to_owned(),
            page: args.report_url.clone(),
        }
    }

    /// Prepares for what a run shows; people's output goes to stderr where a report has stdout.
    pub(crate) fn begin(&self, to_stderr: bool) {
        if let Some(github) = &self.github {
            github.begin(to_stderr);
        }
    }

    /// Returns the folder of earlier reports, where the verdict of the last run matters to anyone.
    pub(crate) fn reports_of_last_run(&self) -> Option<&Path> {
        self.webhook.as_ref().map(|_| self.reports.as_path())
    }

    /// Notifies of a run that has ended.
    pub(crate) async fn notify(&self, run: &FinishedRun<'_>) {
        if let Some(github) = &self.github {
            best_effort("--github", || github.annotate(run));
        }
        if let Some(path) = &self.metrics {
            best_effort("--metrics", || write_metrics(path, run.report, run.code));
        }
        if let Some(webhook) = &self.webhook {
            best_effort_async("--notify", post(webhook, run, self.page.as_deref())).await;
        }
    }

    /// Notifies of a run that did not begin: silence would look like last night's verdict.
    pub(crate) async fn refused(&self, code: u8) {
        let report = RunReport {
            id: "20260108T000000.000Z-0000".to_owned(),
            started_at: Utc::now(),
            elapsed_ms: 0,
            version: env!("CARGO_PKG_VERSION").to_owned(),
            interrupted: false,
            suites: Vec::new(),
            checks: Vec::new(),
            rerun_of: None,
            sign_off: None,
        };
        self.notify(&FinishedRun { report: &report, selected: &[], code, previous: None, places: &[] }).await;
    }
}

fn write_metrics(path: &Path, report: &RunReport, code: u8) {
    // Two files of one collector may not hold the same series, so each is named after its file.
    let run = path.file_stem().map_or_else(String::new, |stem| stem.to_string_lossy().into_owned());
    // Also where a run is refused before it is known what it would read.
    if is_something_else(path) {
        console::complain(&format!(
            "cutover run: --metrics {}: the file holds no metrics, and is left as it is; give another path\n",
            path.display()
        ));
        return;
    }
    if let Err(cause) = write_atomically(path, &metrics::render(report, &run, code)) {
        console::complain(&format!(
            "cutover run: the metrics {} cannot be written: {cause}; check the folder's permissions, or give --metrics another path\n",
            path.display()
        ));
    }
}

/// Whether a file is there that metrics are not to replace: they begin with a comment.
fn is_something_else(path: &Path) -> bool {
    let mut start = [0];
    let read = std::fs::File::open(path).and_then(|mut file| std::io::Read::read(&mut file, &mut start));
    path.is_file() && read.is_ok_and(|read| read > 0 && start != *b"#")
}

/// Posts unless there is nothing new: a run that passed like the one before, or for the first time.
async fn post(webhook: &Webhook, run: &FinishedRun<'_>, page: Option<&str>) {
    let passed = run.code == 0 && run.report.status() == Status::Pass;
    if passed && run.previous.as_ref().is_none_or(|previous| previous.passed()) {
        return;
    }
    let job = job();
    let before = run.previous.map(LastRun::verdict);
    // Where the report lies on this machine says nothing to who reads of it elsewhere.
    let page = page.filter(|_| !run.places.is_empty()).map(|page| page.replace("{run}", &run.report.id));
    let (page, job) = (page.as_deref(), job.as_deref());
    let around = slack::Around { code: run.code, before: before.as_deref(), reports: run.places, page, job };
    let text = slack::render(run.report, around);
    // A second Ctrl-C does not wait for a server.
    if let Some(Err(why)) = unless_interrupted(webhook.post(&text)).await {
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

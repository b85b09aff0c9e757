//! What the commands that prove something share: how they go about it, how they end, and what they show.

use std::future::Future;
use std::num::NonZeroU16;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::args::{DetailArgs, LookArgs, ReportArgs};
use super::console::Screen;
use super::publish::reports::Reports;
use super::request::RunRequest;
use super::selection::Patterns;
use super::{console, signal};
use crate::exit_code::{BROKEN, DIFFERENT, INTERRUPTED, PASSED};
use crate::fs::output::write_atomically;
use crate::model::{ProofPlace, ProofReport, ProofStatus};
use crate::prove;
use crate::report::{Format, proof, proof_page};
use crate::run::Selected;
use crate::source::CancellationToken;

/// How a proof goes about it, by the arguments.
pub(super) struct How {
    pub(super) on: ProofPlace,
    /// Checks at once; absent means one per core, at least 2.
    pub(super) jobs: Option<NonZeroU16>,
    pub(super) timeout: Duration,
    pub(super) memory: Option<u64>,
    pub(super) no_examples: bool,
    pub(super) seed: u64,
    pub(super) budget: Option<Duration>,
    pub(super) look: LookArgs,
}

/// Makes the request of a proof of `selected`.
pub(super) fn request(selected: &[Selected<'_>], patterns: &Patterns, how: &How) -> Result<prove::Request, String> {
    let cores = std::thread::available_parallelism().map_or(2, std::num::NonZero::get);
    let jobs = how.jobs.map_or(cores.max(2), |jobs| usize::from(jobs.get()));
    let mut detail = DetailArgs::default();
    detail.privacy.no_examples = how.no_examples;
    detail.diff.memory = how.memory;
    let nowhere = Reports::new(&ReportArgs { report: Vec::new(), reports: PathBuf::new() }, None);
    let run = RunRequest::of_selected(selected.to_vec(), jobs, how.timeout, &detail, nowhere, how.look)?;
    let mut options = run.options;
    options.differences = None;
    options.only = patterns.matchers();
    let memory = (options.memory as u64 / 2).max(1 << 20);
    options.memory /= 2;
    let request = prove::Request { options, on: how.on, jobs, memory, seed: how.seed, until: None };
    Ok(request.within(how.budget))
}

/// Returns what `work` comes to, and whether a signal arrived, at which `stop` ends it; a second one ends the process.
pub(super) async fn until_done<T>(work: impl Future<Output = T>, stop: &CancellationToken) -> (T, bool) {
    tokio::pin!(work);
    tokio::select! {
        done = &mut work => (done, false),
        () = signal::interrupted() => {
            console::complain("interrupted: telling what was found; once more to leave at once\n");
            stop.cancel();
            tokio::select! {
                done = &mut work => (done, true),
                () = signal::interrupted() => std::process::exit(INTERRUPTED.into()),
            }
        }
    }
}

/// Shows what was found, as JSON and as a page too where they are asked for, and returns the exit code.
pub(super) fn tell(
    report: &ProofReport,
    screen: &Screen,
    (is_json, page): (bool, Option<&Path>),
    is_signalled: bool,
) -> Result<u8, String> {
    screen.finish();
    let details = proof::details(report, &screen.style);
    screen.say(&format!(
        "{}{details}\n{}\n",
        if details.is_empty() { "" } else { "\n" },
        proof::summary(report, &screen.style)
    ));
    if is_json {
        console::report(Format::Json, &proof::json(report));
    }
    if let Some(path) = page {
        write_atomically(path, &proof_page(report)).map_err(|cause| {
            format!("the page {} cannot be written: {cause}; give another path with --html", path.display())
        })?;
        screen.say(&format!("page: {}\n", path.display()));
    }
    Ok(match report.status() {
        _ if is_signalled => INTERRUPTED,
        ProofStatus::Proven => PASSED,
        ProofStatus::Missed => DIFFERENT,
        ProofStatus::Void => BROKEN,
    })
}

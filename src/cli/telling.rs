//! Whom a run tells beside its reports. What goes wrong here is shown and changes neither verdict nor exit code.

use std::path::{Path, PathBuf};

use chrono::Utc;
use clap::Args;

use super::{RunArgs, screen};
use crate::model::RunReport;
use crate::output::write_atomically;
use crate::report::metrics;

/// Flags of `cutover run`.
#[derive(Args, Clone, Debug, Default)]
pub(super) struct TellingArgs {
    /// Write metrics for Prometheus, such as textfile/cutover.prom for node_exporter
    #[arg(long, value_name = "PATH")]
    metrics: Option<PathBuf>,
}

/// Whom a run tells; nobody by default.
#[derive(Default)]
pub(super) struct Telling {
    metrics: Option<PathBuf>,
}

impl Telling {
    /// Whom the command line names.
    pub(super) fn new(args: &RunArgs) -> Telling {
        Telling { metrics: args.telling.metrics.clone() }
    }

    /// Tells of a run that ended with `code`.
    pub(super) fn tell(&self, report: &RunReport, code: u8) {
        if let Some(path) = &self.metrics {
            write_metrics(path, report, code);
        }
    }

    /// Tells of a run that did not begin: silence would look like last night's verdict.
    pub(super) fn refused(&self, code: u8) {
        let report = RunReport {
            started_at: Utc::now(),
            elapsed_ms: 0,
            version: env!("CARGO_PKG_VERSION").to_owned(),
            interrupted: false,
            suites: Vec::new(),
            checks: Vec::new(),
        };
        self.tell(&report, code);
    }
}

fn write_metrics(path: &Path, report: &RunReport, code: u8) {
    // Two files of one collector may not hold the same series, so each is told by its name.
    let run = path.file_stem().map_or_else(String::new, |stem| stem.to_string_lossy().into_owned());
    if let Err(cause) = write_atomically(path, &metrics::render(report, &run, code)) {
        screen::complain(&format!(
            "cutover run: the metrics {} cannot be written: {cause}; check the folder's permissions, or give --metrics another path\n",
            path.display()
        ));
    }
}

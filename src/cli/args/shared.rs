//! Declares the groups of flags that commands are put together from.

use std::fmt;
use std::path::{Path, PathBuf};

use clap::Args;

use super::value_parsers::{page, pair, report, size, size_or_none};
use crate::record::history::Place;
use crate::report::Format;
use crate::run::DiffStrategy;
use crate::source::pushdown::RowHash;
use crate::suite::Overrides;

/// Where reports go.
#[derive(Args, Clone, Debug)]
pub(crate) struct ReportArgs {
    /// Write a report: json, junit, markdown or html; `-` is stdout; repeatable
    #[arg(long, value_name = "FORMAT=PATH", value_parser = report)]
    pub(crate) report: Vec<(Format, String)>,
    /// Folder for the reports of a run without --report
    #[arg(long, value_name = "DIR", default_value = "reports/")]
    pub(crate) reports: PathBuf,
}

/// How much of what is found is shown, and what finding it may use.
#[derive(Args, Clone, Debug)]
pub(crate) struct DetailArgs {
    /// Most examples per check
    #[arg(long, value_name = "N", default_value_t = EXAMPLES)]
    pub(crate) examples: usize,
    /// Columns that stand in the whole rows of differences.parquet although they are not compared, such as ignored ones;
    /// repeatable
    #[arg(long, value_name = "COLUMN", value_delimiter = ',')]
    pub(crate) with: Vec<String>,
    /// Do not say what the rows that differ have in common
    #[arg(long)]
    pub(crate) no_diagnosis: bool,
    #[command(flatten)]
    pub(crate) privacy: PrivacyArgs,
    #[command(flatten)]
    pub(crate) diff: RowDiffArgs,
}

/// Examples of a check unless the command line says otherwise.
const EXAMPLES: usize = 20;

impl Default for DetailArgs {
    fn default() -> Self {
        DetailArgs {
            examples: EXAMPLES,
            with: Vec::new(),
            no_diagnosis: false,
            privacy: PrivacyArgs::default(),
            diff: RowDiffArgs::default(),
        }
    }
}

/// What would make new equal to old.
#[derive(Args, Clone, Debug, Default)]
pub(crate) struct RepairArgs {
    /// Write SQL that would make new equal to old, for checks of kind rows; it is never executed
    #[arg(long, value_name = "PATH", conflicts_with = "no_examples")]
    pub(crate) repair: Option<PathBuf>,
    /// The table that the rows of new are of, where its query does more than to pick rows and columns of one; of a run with
    /// the check before it, such as shop.orders=sales.orders; repeatable
    #[arg(long, value_name = "[CHECK=]TABLE", requires = "repair")]
    pub(crate) repair_table: Vec<String>,
    /// Write it although some differences are left out of it
    #[arg(long, requires = "repair")]
    pub(crate) partial: bool,
}

/// What row diffs may use.
#[derive(Args, Clone, Debug)]
pub(crate) struct RowDiffArgs {
    /// Memory for the hashes and rows of row diffs; more goes to temporary files (TMPDIR) [default: a quarter of the
    /// machine's]
    #[arg(long, value_name = "SIZE", value_parser = size)]
    pub(crate) memory: Option<u64>,
    /// Disk (in TMPDIR) for copies of the rows that row diffs read, so that what differs is not read a second time; 0
    /// makes none [default: half of what is free there]
    #[arg(long, value_name = "SIZE", value_parser = size_or_none)]
    pub(crate) copies: Option<u64>,
    /// Who finds the rows that differ where one server holds both sides
    #[arg(long, value_name = "PLAN", value_enum, default_value = "auto")]
    pub(crate) plan: DiffStrategy,
    /// Hash by which a server compares rows: strong, of 128 bits and keyed, holds against crafted data too, and takes
    /// several times as long
    #[arg(long, value_name = "HASH", value_enum, default_value = "fast")]
    pub(crate) hash: RowHash,
    /// Most differences of a check in differences.parquet
    #[arg(long, value_name = "N", default_value_t = MAX_DIFFERENCES)]
    pub(crate) max_differences: u64,
}

/// Differences of a check that are written unless the command line says otherwise.
const MAX_DIFFERENCES: u64 = 100_000;

impl Default for RowDiffArgs {
    fn default() -> Self {
        RowDiffArgs {
            memory: None,
            copies: None,
            plan: DiffStrategy::Auto,
            hash: RowHash::Fast,
            max_differences: MAX_DIFFERENCES,
        }
    }
}

/// What may be shown of the data.
#[derive(Args, Clone, Copy, Debug, Default)]
pub(crate) struct PrivacyArgs {
    /// Show no values of rows: no examples, no keys, no differences.parquet, no texts that may quote one
    #[arg(long)]
    pub(crate) no_examples: bool,
}

/// What the command line says in place of the suites.
#[derive(Args, Debug, Default)]
pub(crate) struct OverrideArgs {
    /// Give a declared param a value; repeatable
    #[arg(long, value_name = "NAME=VALUE", value_parser = pair)]
    pub(crate) param: Vec<(String, String)>,
    /// Give a source another URL; repeatable
    #[arg(long, value_name = "NAME=URL", value_parser = pair)]
    pub(crate) source: Vec<(String, String)>,
}

impl OverrideArgs {
    /// Returns what the suites take.
    pub(crate) fn overrides(&self) -> Overrides {
        Overrides { params: self.param.clone(), sources: self.source.clone() }
    }
}

/// How much is shown on the terminal, and how.
#[derive(Args, Clone, Copy, Debug, Default)]
pub(crate) struct LookArgs {
    /// Show nothing but errors; the exit code stays the same
    #[arg(long)]
    pub(crate) quiet: bool,
    /// No lines of checks that passed or were skipped; the rest is shown
    #[arg(long, conflicts_with = "quiet")]
    pub(crate) failures: bool,
    /// No colours (NO_COLOR does the same)
    #[arg(long)]
    pub(crate) no_color: bool,
}

/// Where the history is.
#[derive(Args, Debug, Default)]
pub(crate) struct HistoryPlaceArgs {
    /// Another place of the history: a SQLite file, or a shared postgres://… (${VAR} is expanded) [default: history.db
    /// in the folder for reports]
    #[arg(long, value_name = "URL|PATH")]
    history: Option<String>,
}

impl HistoryPlaceArgs {
    /// Returns the place that is named, or the file in the folder for reports.
    pub(crate) fn place(&self, reports: &Path) -> Result<Place, String> {
        match &self.history {
            Some(text) => Place::parse(text, |name| std::env::var(name).ok()),
            None => Ok(Place::beside(reports)),
        }
    }
}

/// Who hears of a run that has ended.
#[derive(Args, Clone, Debug, Default)]
pub(crate) struct NotifyArgs {
    /// Write metrics for Prometheus, such as textfile/cutover.prom for node_exporter
    #[arg(long, value_name = "PATH")]
    pub(crate) metrics: Option<PathBuf>,
    /// Post a summary to a Slack-compatible webhook unless the run passed like the one before; `${NAME}` in it is a
    /// variable; CUTOVER_NOTIFY where absent
    #[arg(long, value_name = "URL")]
    pub(crate) notify: Option<WebhookText>,
    /// Where people reach the report, for the message of --notify: https://…, in which `{run}` is the run's folder
    #[arg(long, value_name = "URL", value_parser = page)]
    pub(crate) report_url: Option<String>,
    /// Annotate the step of GitHub Actions, and append the Markdown report to its summary
    #[arg(long)]
    pub(crate) github: bool,
}

/// The URL of a webhook as it was given, its variables not expanded. `Debug` shows nothing of it.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct WebhookText(pub(crate) String);

impl From<String> for WebhookText {
    fn from(text: String) -> Self {
        WebhookText(text)
    }
}

impl fmt::Debug for WebhookText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("WebhookText(***)")
    }
}

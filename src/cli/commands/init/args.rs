//! Declares the flags of `cutover init`.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;

use super::super::super::args::value_parsers::duration;

/// `cutover init`.
#[derive(Args, Debug)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct InitArgs {
    /// URL of the old side; the variable OLD_URL where absent
    #[arg(long, value_name = "URL")]
    pub(super) old: Option<String>,
    /// URL of the new side; the variable NEW_URL where absent
    #[arg(long, value_name = "URL")]
    pub(super) new: Option<String>,
    /// Folder of the suite; its suite.toml must not be there yet
    #[arg(long, value_name = "DIR", default_value = "checks/first")]
    pub(super) dir: PathBuf,
    /// Take only these tables, such as 'billing.*'; repeatable
    #[arg(long, value_name = "TABLE", value_delimiter = ',')]
    pub(super) table: Vec<String>,
    /// Leave these tables out, such as 'audit_*'; repeatable
    #[arg(long, value_name = "TABLE", value_delimiter = ',')]
    pub(super) exclude: Vec<String>,
    /// Time allowed per query of a catalogue
    #[arg(long, value_name = "TIME", default_value = "1min", value_parser = duration)]
    pub(super) timeout: Duration,
    /// Print JSON: where the suite is, which tables are in it, and what was left out
    #[arg(long)]
    pub(super) json: bool,
}

const AFTER_HELP: &str = "\
A URL with a password stays out of the suite, which then reads the variable OLD_URL or NEW_URL.

Examples:
  cutover init --old sqlite:shop.db --new warehouse/        a SQLite file and a folder of Parquet files
  OLD_URL=postgres://reader:secret@db/app NEW_URL=clickhouse://reader@ch/app cutover init --dir checks/app
  cutover init --exclude 'audit_*' --exclude events         without some tables
  cutover init --table orders --table 'invoice_*'           only some tables
  cutover run checks/app                                    what it wrote, as it stands";

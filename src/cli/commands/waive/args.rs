//! Declares the flags of `cutover waive`.

use std::path::PathBuf;

use chrono::NaiveDate;
use clap::Args;

use super::super::super::args::value_parsers::date;

/// `cutover waive`.
#[derive(Args, Clone, Debug)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct WaiveArgs {
    /// A report.json, its folder, or `last` for the newest in reports/; differences.parquet is read beside it
    #[arg(value_name = "REPORT")]
    pub(super) report: PathBuf,
    /// The check, or one window of it, whose differences are accepted; a pattern such as 'costs.*' means each that differs
    #[arg(long, value_name = "ID|GLOB")]
    pub(super) check: String,
    /// Last day on which they are, UTC
    #[arg(long, value_name = "DATE", value_parser = date)]
    pub(super) until: NaiveDate,
    /// Why they are accepted
    #[arg(long, value_name = "TEXT")]
    pub(super) why: String,
    /// Who answers for it
    #[arg(long, value_name = "TEXT")]
    pub(super) owner: String,
    /// List every key, however many there are [default: up to 1,000 keys]
    #[arg(long, conflicts_with = "at_most")]
    pub(super) keys: bool,
    /// Accept the difference of numbers, new − old, instead of the two numbers
    #[arg(long, conflicts_with_all = ["at_most", "any_value"])]
    pub(super) delta: bool,
    /// Accept whatever values the differences of these keys and columns take from now on
    #[arg(long, conflicts_with = "at_most")]
    pub(super) any_value: bool,
    /// Accept any N differences instead of those in the report
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    pub(super) at_most: Option<u64>,
    /// Print one JSON object a line for each check that is waived
    #[arg(long)]
    pub(super) json: bool,
}

const AFTER_HELP: &str = "\
Examples:
  cutover waive report.json --check shop.orders --until 2026-03-31 --why 'lost by the old importer' --owner ann
  cutover waive last --check 'shop.*' --until 2026-03-31 --why 'frozen until the cutover' --owner ann";

//! Runs `cutover show`: the differences that a run kept, page by page, without reading any source again.

use std::path::PathBuf;

use clap::Args;

use super::super::args::LookArgs;
use super::super::console;
use super::super::shown::{Found, Wanted};
use crate::exit_code::{BROKEN, PASSED};
use crate::report::Format;

/// Differences that people are shown at once.
const PAGE: usize = 50;

/// `cutover show`.
#[derive(Args, Debug)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct ShowArgs {
    /// A report.json, its folder, or `last` for the newest in reports/; differences.parquet is read beside it
    #[arg(value_name = "REPORT", default_value = "last")]
    report: PathBuf,
    #[command(flatten)]
    wanted: Wanted,
    /// Differences that are shown [default: 50, with --json all]
    #[arg(long, value_name = "N")]
    limit: Option<usize>,
    /// Print one JSON object a line
    #[arg(long)]
    json: bool,
    /// No colours (NO_COLOR does the same)
    #[arg(long)]
    no_color: bool,
}

const AFTER_HELP: &str = "\
A value is compared with the text that reports show; NULL means NULL.
A row has the key, the compared columns, and those that the run was given with --with.

Examples:
  cutover show                                  the first 50 differences of the newest run
  cutover show --only shop.orders --skip 50     the next ones of one check
  cutover show last --column cost --where currency=JPY --rows
  cutover show report.json --difference missing --json | jq -r .key.id";

/// Prints the differences and returns the exit code.
pub(crate) fn show(args: &ShowArgs) -> Result<u8, u8> {
    let ShowArgs { report, wanted, limit, json, no_color } = args;
    let found = Found::read(report, wanted).map_err(|why| console::refuse("show", &why))?;
    if *json {
        let lines = found.objects(wanted, *limit).into_iter().map(|object| format!("{object}\n"));
        console::report(Format::Json, &lines.collect::<String>());
        return Ok(PASSED);
    }
    let screen = console::Screen::new(LookArgs { no_color: *no_color, ..LookArgs::default() }, false, 0);
    console::print(&found.page(wanted, limit.unwrap_or(PAGE), screen.style));
    if found.is_lost() { Err(BROKEN) } else { Ok(PASSED) }
}

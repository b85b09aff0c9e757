//! Runs `cutover list`: the checks of suites, without running any.

use std::path::PathBuf;

use clap::Args;

use super::super::{console, listing, suites};
use crate::exit_code::PASSED;
use crate::report::Format;
use crate::suite::Overrides;

/// `cutover list`.
#[derive(Args, Debug)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct ListArgs {
    /// Suite files, or folders with suites below them
    #[arg(value_name = "SUITE|DIR", default_value = "checks/")]
    suites: Vec<PathBuf>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

const AFTER_HELP: &str = "\
Examples:
  cutover list                                  everything below checks/
  cutover list checks/costs --json | jq -r '.checks[].id'";

/// Prints the checks and returns the exit code.
pub(crate) fn list(args: &ListArgs) -> Result<u8, u8> {
    let suites = suites::load(&args.suites, &Overrides::default())?;
    if args.json {
        console::report(Format::Json, &format!("{:#}\n", listing::json(&suites)));
    } else {
        console::print(&listing::table(&suites));
    }
    Ok(PASSED)
}

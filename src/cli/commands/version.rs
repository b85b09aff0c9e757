//! Runs `cutover version`: which version this is, and what it reads and writes.

use clap::Args;
use serde_json::json;

use super::super::console;
use crate::exit_code::PASSED;
use crate::record::SCHEMA_VERSION;
use crate::report::Format;
use crate::source::DRIVERS;

/// `cutover version`.
#[derive(Args, Debug)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct VersionArgs {
    /// Print JSON: the version, the schema version of report.json, and the engines
    #[arg(long)]
    json: bool,
}

const AFTER_HELP: &str = "\
Examples:
  cutover version --json | jq -r .version";

/// Prints the version and returns the exit code.
pub(crate) fn version(args: &VersionArgs) -> u8 {
    let version = env!("CARGO_PKG_VERSION");
    if args.json {
        let engines: Vec<&str> = DRIVERS.iter().map(|driver| driver.name).collect();
        let told = json!({
            "schema_version": 1,
            "version": version,
            "report_schema_version": SCHEMA_VERSION,
            "engines": engines,
            "target": format!("{}-{}", std::env::consts::ARCH, std::env::consts::OS),
        });
        console::report(Format::Json, &format!("{told:#}\n"));
    } else {
        console::print(&format!("cutover {version}\n"));
    }
    PASSED
}

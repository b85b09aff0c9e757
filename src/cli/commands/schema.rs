//! Runs `cutover schema`: the JSON Schema of a suite file, and of other files.

use clap::{Args, ValueEnum};

use super::super::console;
use crate::exit_code::PASSED;
use crate::report::Format;
use crate::{report, suite};

/// `cutover schema`.
#[derive(Args, Debug)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct SchemaArgs {
    /// Which file it is of
    #[arg(value_name = "FILE", value_enum, default_value = "suite")]
    of: Of,
}

/// The files that have a schema.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum Of {
    /// A suite.toml
    Suite,
    /// A waivers.toml
    Waivers,
    /// A report.json
    Report,
    /// What `cutover prove --json` prints
    Proof,
}

const AFTER_HELP: &str = "\
Examples:
  cutover schema > suite.schema.json            then `#:schema suite.schema.json` at the top of a suite.toml
  cutover schema waivers > waivers.schema.json";

/// Prints the schema and returns the exit code.
pub(crate) fn schema(args: &SchemaArgs) -> u8 {
    let schema = match args.of {
        Of::Suite => suite::schema(),
        Of::Waivers => suite::waivers_schema(),
        Of::Report => report::schema(),
        Of::Proof => report::proof::schema(),
    };
    console::report(Format::Json, &format!("{schema:#}\n"));
    PASSED
}

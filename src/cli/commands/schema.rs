//! Runs `cutover schema`: the JSON Schema of a suite file.

use super::super::console;
use crate::exit_code::PASSED;
use crate::report::Format;
use crate::suite;

/// Examples of the command.
pub(crate) const AFTER_HELP: &str = "\
Examples:
  cutover schema > suite.schema.json            then `#:schema suite.schema.json` at the top of a suite.toml";

/// Prints the schema and returns the exit code.
pub(crate) fn schema() -> u8 {
    console::report(Format::Json, &format!("{:#}\n", suite::schema()));
    PASSED
}

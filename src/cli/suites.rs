//! Loads the suites that a command names, and shows their mistakes.

use std::path::PathBuf;

use super::console;
use crate::exit_code::BROKEN;
use crate::report::visible;
use crate::suite;
use crate::suite::{Overrides, Problems, Suite};

/// Loads the suites at `paths`; returns the exit code after their mistakes were shown.
pub(super) fn load(paths: &[PathBuf], overrides: &Overrides) -> Result<Vec<Suite>, u8> {
    suite::load(paths, overrides).map_err(|problems| mistakes(&problems))
}

/// Parses `text` as a suite without a file: relative URLs start where the user stands.
pub(super) fn parse(text: &str, overrides: &Overrides) -> Result<Suite, u8> {
    suite::parse(text, overrides).map_err(|problems| mistakes(&problems))
}

/// Shows the mistakes of suites, a line each, and returns the exit code.
pub(super) fn mistakes(problems: &Problems) -> u8 {
    problems.0.iter().for_each(|problem| console::complain(&format!("{}\n", visible(&problem.to_string()))));
    BROKEN
}

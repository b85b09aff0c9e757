//! What a value is, whatever engine it comes from and whatever its column is called.

mod advice;
mod beside_csv;
mod hints;
mod lost;
mod names;
mod params;
mod samples;
mod wide;

use std::fmt::Write as _;
use std::path::Path;

use serde_json::Value as Json;

use crate::cli::cutover;
use crate::support::engine_url;

/// The engines by the names their sources have in a suite of [`Suite`].
pub(super) const ENGINES: [&str; 5] = ["postgres", "mysql", "clickhouse", "sqlite", "duckdb"];

/// A suite whose sources are all engines, and a folder to run it in.
pub(super) struct Suite {
    folder: tempfile::TempDir,
    text: String,
}

impl Suite {
    /// No checks yet; the SQLite database is an empty file, and that of DuckDB has no tables.
    pub(super) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("empty.db"), "").unwrap();
        let mut text = String::from("name = \"s\"\n");
        for (name, variable) in [
            ("postgres", "CUTOVER_TEST_POSTGRES_URL"),
            ("mysql", "CUTOVER_TEST_MYSQL_URL"),
            ("clickhouse", "CUTOVER_TEST_CLICKHOUSE_URL"),
        ] {
            write!(text, "[sources.{name}]\nurl = '''{}'''\n", engine_url(variable)).unwrap();
        }
        text += "[sources.sqlite]\nurl = \"sqlite:empty.db\"\n";
        crate::contract::duckdb::make(&folder.path().join("empty.duckdb"), &[]);
        text += "[sources.duckdb]\nurl = \"adbc:duckdb:empty.duckdb\"\n";
        Suite { folder, text }
    }

    /// The folder of the suite.
    pub(super) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Adds a source.
    pub(super) fn source(&mut self, name: &str, settings: &str) {
        write!(self.text, "[sources.{name}]\n{settings}\n").unwrap();
    }

    /// Adds params, one a line.
    pub(super) fn params(&mut self, lines: &str) {
        write!(self.text, "[params]\n{lines}\n").unwrap();
    }

    /// Adds a check between two sources; `settings` are further lines of it.
    pub(super) fn check(&mut self, name: &str, old: (&str, &str), new: (&str, &str), settings: &str) {
        let (old_source, old) = old;
        let (new_source, new) = new;
        writeln!(
            self.text,
            "[checks.{name}]\nsources = {{ old = \"{old_source}\", new = \"{new_source}\" }}\nold = '''{old}'''\nnew = '''{new}'''\n{settings}"
        )
        .unwrap();
    }

    /// Runs all checks and gives their reports in the order of the suite.
    pub(super) fn run(&self, arguments: &[&str]) -> Vec<Json> {
        std::fs::write(self.folder().join("suite.toml"), &self.text).unwrap();
        let output = cutover(self.folder())
            .args(["run", "suite.toml", "--no-color", "--report", "json=out.json"])
            .args(arguments)
            .output()
            .unwrap();
        let said = [output.stdout.as_slice(), &output.stderr].concat();
        let report = std::fs::read_to_string(self.folder().join("out.json"));
        let report = report.unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&said)));
        serde_json::from_str::<Json>(&report).unwrap()["checks"].as_array().unwrap().clone()
    }
}

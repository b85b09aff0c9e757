//! Windows of time on every engine and type of time: each row in one window, none in two, none lost.

mod bound;
mod empty;
mod engines;
mod sqlite;
mod unique;

use std::path::Path;

use serde_json::Value as Json;

/// Runs a suite over two sources, which stands in `folder`; gives the exit code, the report and what was shown.
fn run(folder: &Path, source: &str, checks: &str, arguments: &[&str]) -> (Option<i32>, Json, String) {
    let suite = format!("name = \"w\"\n[sources.old]\n{source}\n[sources.new]\n{source}\n{checks}");
    std::fs::write(folder.join("suite.toml"), suite).unwrap();
    let output = crate::cli::cutover(folder)
        .env("CUTOVER_DUCKDB_DRIVER", crate::support::duckdb_driver())
        .args(["run", "suite.toml", "--no-color", "--no-history", "--report", "json=out.json"])
        .args(arguments)
        .output()
        .unwrap();
    let shown = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    let report = std::fs::read_to_string(folder.join("out.json")).unwrap_or_default();
    (output.status.code(), serde_json::from_str(&report).unwrap_or_default(), shown)
}

/// What a window's report comes to: its name, its status, and rows of old and new.
type Line<'a> = (&'a str, &'a str, &'a str, &'a str);

/// The windows of the check `name`.
fn windows<'a>(report: &'a Json, name: &str) -> Vec<Line<'a>> {
    let checks = report["checks"].as_array().unwrap().iter();
    let of = |check: &'a Json| {
        let (id, window) = check["id"].as_str()?.split_once('@')?;
        (id == format!("w.{name}")).then_some(())?;
        let rows = |side: &str| check["rows"][side].as_str().unwrap_or("-");
        Some((window, check["status"].as_str()?, rows("old"), rows("new")))
    };
    checks.filter_map(of).collect()
}

/// The error of the first window of the check `name`.
fn error<'a>(report: &'a Json, name: &str) -> &'a str {
    let checks = report["checks"].as_array().unwrap();
    let of = |check: &&Json| check["id"].as_str().unwrap().starts_with(&format!("w.{name}@"));
    checks.iter().find(of).unwrap()["error"]["message"].as_str().unwrap_or_default()
}

/// Catches a window that no run can cut, and of which `validate` says nothing.
#[test]
fn a_window_that_cannot_be_cut_is_a_mistake_of_the_suite() {
    let folder = tempfile::tempdir().unwrap();
    for (window, says) in [
        ("from = 2026-01-01, to = 2026-01-04, step = \"6 hours\"", "whole days"),
        ("from = 2026-01-04, to = 2026-01-01, step = \"1 day\"", "which holds nothing"),
        ("from = 2026-01-01, to = 2026-01-04T00:00:00Z, step = \"1 day\"", "of two types"),
    ] {
        let check = format!(
            "[checks.c]\nkind = \"rows\"\nkey = [\"id\"]\nwindow = {{ column = \"at\", {window} }}\nold = \"SELECT 1 AS id\"\n\
             new = \"SELECT 1 AS id\"\n"
        );
        let (code, _, shown) = run(folder.path(), "url = \".\"", &check, &[]);
        assert!(
            code == Some(2) && shown.contains("`window` cannot be cut") && shown.contains(says),
            "{window}: {shown}"
        );
    }
}

//! What is said of rows that differ, from the databases to every report.

mod aggregates;
mod codes;
mod engines;
mod pitfalls;
mod places;
mod shown;
mod versions;
mod waived;

use std::path::Path;
use std::process::Output;

use serde_json::Value as Json;
use sqlx::{AssertSqlSafe, Connection, Executor, SqliteConnection};

use crate::cli::cutover;

/// Fills the SQLite file `name` by `sql`, and returns its URL.
async fn sqlite(folder: &Path, name: &str, sql: &str) -> String {
    let url = format!("sqlite:{}?mode=rwc", folder.join(name).display());
    let mut connection = SqliteConnection::connect(&url).await.unwrap();
    connection.execute(AssertSqlSafe(sql.to_owned())).await.unwrap();
    connection.close().await.unwrap();
    format!("sqlite:{}", folder.join(name).display())
}

/// Runs a diff and reads its report.
fn diff(folder: &Path, old: &str, new: &str, arguments: &[&str]) -> (Output, Json) {
    let output = cutover(folder)
        .args(["diff", "--old", old, "--new", new, "--report", "json=out.json"])
        .args(arguments)
        .output()
        .unwrap();
    let report = std::fs::read_to_string(folder.join("out.json")).unwrap_or_default();
    (output, serde_json::from_str(&report).unwrap_or_default())
}

/// The findings of the one check: code, column, parameter, and how many of how many they cover.
fn findings(report: &Json) -> Vec<String> {
    let of = |finding: &Json, name: &str| finding[name].as_str().unwrap_or("-").to_owned();
    let findings = report["checks"][0]["diagnosis"].as_array().cloned().unwrap_or_default();
    let told = |finding: &Json| ["code", "column", "parameter", "covers", "of"].map(|name| of(finding, name)).join(" ");
    findings.iter().map(told).collect()
}

/// SQL of a table of orders; `changes` is run on it.
fn orders(changes: &str) -> String {
    format!(
        "CREATE TABLE orders (id INTEGER PRIMARY KEY, region TEXT, cents INTEGER, note TEXT, at TIMESTAMP);
         WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000)
         INSERT INTO orders SELECT i, CASE i % 4 WHEN 0 THEN 'eu' WHEN 1 THEN 'us' ELSE 'ap' END, i * 7919 % 10007,
            'order number ' || (i * 31 % 977) || ' of the shop', datetime(1767225600 + i * 3600, 'unixepoch') FROM n;
         {changes}"
    )
}

/// Runs a suite of one check under the key `id` with these waivers, and returns its reports.
fn run_suite(folder: &Path, (old, new): (&str, &str), check: &str, waivers: &str) -> Vec<Json> {
    let text = format!(
        "name = \"s\"\n[sources.old]\nurl = \"{old}\"\n[sources.new]\nurl = \"{new}\"\n\
         [checks.rows]\nkind = \"rows\"\nkey = [\"id\"]\n{check}"
    );
    std::fs::write(folder.join("suite.toml"), text).unwrap();
    std::fs::write(folder.join("waivers.toml"), waivers).unwrap();
    let arguments = ["run", "suite.toml", "--no-history", "--report", "json=out.json"];
    let _ = std::fs::remove_file(folder.join("out.json"));
    let output = cutover(folder).args(arguments).output().unwrap();
    let report = std::fs::read_to_string(folder.join("out.json"))
        .unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&output.stderr)));
    let report: Json = serde_json::from_str(&report).unwrap();
    report["checks"].as_array().unwrap().clone()
}

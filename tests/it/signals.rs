//! Runs that are stopped: what was found is written, the queries are cancelled at their server.

use std::path::Path;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use sqlx::{Connection, PgConnection};

use crate::cli::{cutover, report};
use crate::support::engine_url;

/// A suite of a quick check and one that sleeps in PostgreSQL, marked by `label`.
fn suite(folder: &Path, label: &str) {
    let suite = format!(
        r#"name = "slow"
[sources.old]
url = "${{CUTOVER_TEST_POSTGRES_URL}}"
[sources.new]
url = "${{CUTOVER_TEST_POSTGRES_URL}}"
[checks.quick]
kind = "row_count"
old = "SELECT 1 AS n"
new = "SELECT 1 AS n"
[checks.sleepy]
kind = "row_count"
old = "SELECT count(*) AS n FROM (SELECT pg_sleep(60)) AS {label}"
new = "SELECT 1 AS n"
[checks.after]
kind = "row_count"
old = "SELECT 1 AS n"
new = "SELECT 1 AS n"
"#
    );
    std::fs::write(folder.join("suite.toml"), suite).unwrap();
}

async fn running(label: &str) -> i64 {
    let mut connection = PgConnection::connect(&engine_url("CUTOVER_TEST_POSTGRES_URL")).await.unwrap();
    let pattern = format!("%AS {label}%");
    sqlx::query_scalar(
        "SELECT count(*) FROM pg_stat_activity WHERE query LIKE $1 AND state = 'active' AND pid <> pg_backend_pid()",
    )
    .bind(pattern)
    .fetch_one(&mut connection)
    .await
    .unwrap()
}

/// Waits until a query with `label` runs at the server, or none does any longer.
pub(crate) async fn wait_for(label: &str, wanted: bool) {
    let started = Instant::now();
    while (running(label).await > 0) != wanted {
        assert!(
            started.elapsed() < Duration::from_secs(20),
            "the query is {} running",
            if wanted { "not" } else { "still" }
        );
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// A run of the suite in `folder` that goes on by itself.
pub(crate) fn spawn(folder: &Path, extra: &[&str]) -> Child {
    cutover(folder)
        .args(["run", "suite.toml", "--jobs", "1", "--report", "json=out.json"])
        .args(extra)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

async fn interrupted_by(signal: &str, label: &str) {
    let folder = tempfile::tempdir().unwrap();
    suite(folder.path(), label);
    let mut child = spawn(folder.path(), &[]);
    wait_for(label, true).await;
    let killed = std::process::Command::new("kill").args([signal, &child.id().to_string()]).status().unwrap();
    assert!(killed.success());
    let status = tokio::task::spawn_blocking(move || child.wait().unwrap()).await.unwrap();
    assert_eq!(status.code(), Some(130));
    wait_for(label, false).await;
    let report = report(folder.path()).expect("what was found is written");
    assert_eq!(report["interrupted"], true);
    let statuses: Vec<&str> =
        report["checks"].as_array().unwrap().iter().map(|c| c["status"].as_str().unwrap()).collect();
    assert_eq!(statuses, ["pass", "error", "skip"], "done, cut off, never begun");
}

/// Catches a Ctrl-C that leaves a query running, loses what was found, or exits with anything but 130.
#[tokio::test(flavor = "multi_thread")]
async fn an_interrupt_cancels_reports_and_exits_130() {
    interrupted_by("-INT", "interrupted_query").await;
}

/// Catches SIGTERM, as a job scheduler sends it, being treated otherwise.
#[tokio::test(flavor = "multi_thread")]
async fn a_termination_is_an_interrupt() {
    interrupted_by("-TERM", "terminated_query").await;
}

/// Catches a deadline that is ignored, or that passes for a verdict.
#[tokio::test(flavor = "multi_thread")]
async fn a_deadline_cancels_and_exits_2() {
    let folder = tempfile::tempdir().unwrap();
    suite(folder.path(), "late_query");
    let started = Instant::now();
    let mut child = spawn(folder.path(), &["--deadline", "4s"]);
    let status = tokio::task::spawn_blocking(move || child.wait().unwrap()).await.unwrap();
    assert_eq!(status.code(), Some(2));
    assert!(started.elapsed() < Duration::from_secs(20));
    wait_for("late_query", false).await;
    let report = report(folder.path()).unwrap();
    assert!(report["checks"][1]["error"]["message"].as_str().unwrap().contains("deadline"));
}

/// Catches a timeout that leaves its query at the server.
#[tokio::test(flavor = "multi_thread")]
async fn a_timeout_cancels_at_the_server_and_names_the_hint() {
    let folder = tempfile::tempdir().unwrap();
    suite(folder.path(), "timed_out_query");
    let mut child = spawn(folder.path(), &["--timeout", "1s"]);
    let status = tokio::task::spawn_blocking(move || child.wait().unwrap()).await.unwrap();
    assert_eq!(status.code(), Some(2));
    wait_for("timed_out_query", false).await;
    let report = report(folder.path()).unwrap();
    let message = report["checks"][1]["error"]["message"].as_str().unwrap().to_owned();
    assert!(message.contains("old side, source `old`") && message.contains("timeout"), "{message}");
    assert_eq!(report["checks"][2]["status"], "pass", "one check's error stops no other");
}

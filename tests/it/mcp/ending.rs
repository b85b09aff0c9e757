//! Runs that nobody waits for any longer: their queries are cancelled, and the server ends with its client.

use std::path::Path;
use std::time::{Duration, Instant};

use serde_json::{Value as Json, json};

use super::Client;
use crate::signals::wait_for;

/// A suite with a check that sleeps in PostgreSQL, marked by `label`, and a quick one.
fn suite(folder: &Path, label: &str) {
    let suite = format!(
        "name = \"s\"\n[sources.old]\nurl = \"${{CUTOVER_TEST_POSTGRES_URL}}\"\n[sources.new]\n\
         url = \"${{CUTOVER_TEST_POSTGRES_URL}}\"\n[checks.quick]\nkind = \"row_count\"\nold = \"SELECT 1 AS n\"\n\
         new = \"SELECT 1 AS n\"\n[checks.sleepy]\nkind = \"row_count\"\n\
         old = \"SELECT count(*) AS n FROM (SELECT pg_sleep(60)) AS {label}\"\nnew = \"SELECT 1 AS n\"\n"
    );
    std::fs::write(folder.join("suite.toml"), suite).unwrap();
}

/// A server with a run that is at work.
async fn running(folder: &Path, label: &str, arguments: &[&str]) -> (Client, u64) {
    suite(folder, label);
    let mut client = Client::started(folder, arguments);
    let run = json!({ "name": "run_checks", "arguments": {}, "_meta": { "progressToken": "p" } });
    let id = client.ask("tools/call", run);
    wait_for(label, true).await;
    (client, id)
}

/// Catches a server that goes on, or a query that goes on, after the client has closed its side.
#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_leaves_takes_its_run_along() {
    let folder = tempfile::tempdir().unwrap();
    let (client, _) = running(folder.path(), "mcp_left_query", &[]).await;
    let begun = Instant::now();
    let (code, said) = tokio::task::spawn_blocking(|| client.closed()).await.unwrap();
    assert!(code == Some(0) && begun.elapsed() < Duration::from_secs(15), "{code:?} {:?}: {said}", begun.elapsed());
    wait_for("mcp_left_query", false).await;
}

/// Catches a signal that leaves the server, or its query, behind.
#[tokio::test(flavor = "multi_thread")]
async fn a_signal_ends_the_server_and_its_run() {
    let folder = tempfile::tempdir().unwrap();
    let (mut client, _) = running(folder.path(), "mcp_signalled_query", &[]).await;
    let killed = std::process::Command::new("kill").args(["-TERM", &client.child.id().to_string()]).status().unwrap();
    assert!(killed.success());
    let begun = Instant::now();
    let status = tokio::task::spawn_blocking(move || client.child.wait().unwrap()).await.unwrap();
    assert!(status.code() == Some(130) && begun.elapsed() < Duration::from_secs(15), "{status} {:?}", begun.elapsed());
    wait_for("mcp_signalled_query", false).await;
}

/// Catches a run that goes on after it was cancelled, one that is answered, and a server that answers nothing afterwards.
#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_is_cancelled_ends_alone() {
    let folder = tempfile::tempdir().unwrap();
    let (mut client, id) = running(folder.path(), "mcp_cancelled_query", &[]).await;
    let (_, told) = client.done("list_checks", json!({}));
    assert_eq!(told["checks"].as_array().unwrap().len(), 2, "answered while a run is at work");
    let cancelled = json!({ "requestId": id, "reason": "enough" });
    client.send(&json!({ "jsonrpc": "2.0", "method": "notifications/cancelled", "params": cancelled }).to_string());
    wait_for("mcp_cancelled_query", false).await;
    let (_, told) = client.done("run_checks", json!({ "only": ["s.quick"] }));
    assert_eq!(told["status"], "pass", "the next run has its turn");
    let (code, said) = tokio::task::spawn_blocking(|| client.closed()).await.unwrap();
    let answers = said.lines().filter_map(|line| serde_json::from_str::<Json>(line).ok());
    assert!(code == Some(0) && answers.filter(|one| one["id"] == id).count() == 0, "{said}");
}

/// Catches a run that takes longer than the server allows, one that loses what it found until then, and progress that is not
/// told.
#[tokio::test(flavor = "multi_thread")]
async fn a_run_ends_at_its_deadline_and_tells_what_it_found() {
    let folder = tempfile::tempdir().unwrap();
    suite(folder.path(), "mcp_late_query");
    let mut client = Client::started(folder.path(), &["--deadline", "3s"]);
    let begun = Instant::now();
    let run = json!({ "name": "run_checks", "arguments": {}, "_meta": { "progressToken": "p" } });
    let told = client.request("tools/call", run)["result"].take();
    assert!(begun.elapsed() < Duration::from_secs(20), "{:?}", begun.elapsed());
    let report = &told["structuredContent"];
    let statuses: Vec<&Json> = report["checks"].as_array().unwrap().iter().map(|check| &check["status"]).collect();
    assert_eq!(statuses, ["pass", "error"]);
    assert_eq!(told["isError"], false);
    assert!(super::words(&told).contains("deadline"), "{told}");
    wait_for("mcp_late_query", false).await;
    let progress: Vec<&Json> = client.notifications.iter().map(|one| &one["params"]).collect();
    assert!(progress.iter().any(|one| one["progressToken"] == "p" && one["message"] == "s.quick pass"), "{progress:?}");
    assert!(progress.iter().all(|one| one["total"].as_f64() == Some(2.0)), "{progress:?}");
}

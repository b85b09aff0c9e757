//! Checks that share the connections of one source: as few as there may be, never one check waiting for what it holds
//! itself or what another one waits for.

use serde_json::Value;

use crate::cli::{cutover, report};
use crate::support::engine_url;

/// A check of every kind, both sides in the source `old`; of kind `rows` as many as there may be checks at once.
const CHECKS: &str = r#"
[checks.counts]
kind = "row_count"
old = "SELECT 2 AS n"
new = "SELECT 2 AS n"
[checks.sums]
kind = "sum"
key = ["k"]
old = "SELECT 1 AS k, 2 AS v"
new = "SELECT 1 AS k, 2 AS v"
[checks.tags]
kind = "tag_dedup"
key = ["k"]
old = "SELECT 1 AS k, 'x' AS tag"
new = "SELECT 1 AS k, 'x' AS tag"
[checks.quantiles]
kind = "percentile"
value = "v"
key = ["k"]
quantiles = { p50 = 0.5 }
min_rows = 1
relative = 0.1
old = "SELECT 1 AS k, 2 AS v"
new = "SELECT 1 AS k, 2 AS v"
[checks.fresh]
kind = "freshness"
max_lag = "1min"
old = "SELECT TIMESTAMP '2026-01-01 00:00:00' AS t"
new = "SELECT TIMESTAMP '2026-01-01 00:00:00' AS t"
[checks.never]
kind = "invariant"
old = "SELECT 1 AS n WHERE 1 = 0"
population = "SELECT 1 AS n"
[checks.times]
kind = "latency"
rounds = 3
warm_up = 0
max_ratio = 1000000
old = "SELECT 1 AS n"
new = "SELECT 1 AS n"
[checks.stable]
kind = "rows"
key = ["id"]
noise = true
old = "SELECT 1 AS id, 2 AS v UNION ALL SELECT 2 AS id, 3 AS v"
new = "SELECT 1 AS id, 2 AS v UNION ALL SELECT 2 AS id, 3 AS v"
[checks.settled]
kind = "rows"
key = ["id"]
settle = { wait = "1ms", times = 2 }
old = "SELECT 1 AS id, 2 AS v UNION ALL SELECT 2 AS id, 3 AS v"
new = "SELECT 1 AS id, 2 AS v UNION ALL SELECT 2 AS id, 3 AS v"
"#;

/// Checks of kind `rows` beside those above.
const ROWS: usize = 8;

fn suite(url: &str, connections: usize) -> String {
    let sources = "sources = { old = \"old\", new = \"old\" }\n";
    let mut checks = CHECKS.replace("kind = ", &format!("{sources}kind = "));
    checks = checks.replace(&format!("{sources}kind = \"invariant\""), "kind = \"invariant\"");
    for at in 0..ROWS {
        checks.push_str(&format!(
            "[checks.rows{at}]\n{sources}kind = \"rows\"\nkey = [\"id\"]\nold = \"SELECT 1 AS id, 2 AS v\"\nnew = \"SELECT 1 AS id, 2 AS v\"\n"
        ));
    }
    format!("name = \"s\"\n[sources.old]\nurl = \"{url}\"\nmax_connections = {connections}\n{checks}")
}

/// Runs every kind on each number of connections, checks at once and plan.
fn every_kind(variable: &str, plans: &[&str]) {
    engine_url(variable);
    let folder = tempfile::tempdir().unwrap();
    for connections in [1, 2, 3] {
        std::fs::write(folder.path().join("suite.toml"), suite(&format!("${{{variable}}}"), connections)).unwrap();
        for (jobs, plan) in ["1", "2", "8"].iter().flat_map(|jobs| plans.iter().map(move |plan| (*jobs, *plan))) {
            let run = ["run", "suite.toml", "--timeout", "20s", "--report", "json=out.json", "--no-history"];
            let output = cutover(folder.path()).args(run).args(["--jobs", jobs, "--plan", plan]).output().unwrap();
            let told = format!(
                "{connections} connections, {jobs} jobs, plan {plan}\n{}{}",
                String::from_utf8_lossy(&output.stdout),
                String::from_utf8_lossy(&output.stderr)
            );
            let report = report(folder.path()).unwrap_or_else(|| panic!("{told}"));
            for check in report["checks"].as_array().unwrap() {
                judge(check, connections, plan, &told);
            }
        }
    }
}

/// Everything passes, but for row diffs where both sides cannot be read at once, which say so.
fn judge(check: &Value, connections: usize, plan: &str, told: &str) {
    let message = check["error"]["message"].as_str().unwrap_or_default();
    if check["kind"] == "rows" && connections == 1 {
        assert!(message.contains("takes 2 connections") && message.contains("allow 2"), "{check:#}\n{told}");
    } else if check["kind"] == "rows" && plan == "server" && message.starts_with("--plan server: ") {
        assert!(check["id"] == "s.stable" || check["id"] == "s.settled", "{check:#}\n{told}");
    } else {
        assert_eq!(check["status"], "pass", "{check:#}\n{told}");
    }
}

/// Catches a check that asks the server for a connection beside those it holds: with as many checks at once as there are
/// connections, each waits for the others until its time is over.
#[test]
fn few_connections_are_enough_for_every_kind_on_clickhouse() {
    every_kind("CUTOVER_TEST_CLICKHOUSE_URL", &["auto", "stream", "server"]);
}

#[test]
fn few_connections_are_enough_for_every_kind_on_postgres() {
    every_kind("CUTOVER_TEST_POSTGRES_URL", &["auto"]);
}

#[test]
fn few_connections_are_enough_for_every_kind_on_mysql() {
    every_kind("CUTOVER_TEST_MYSQL_URL", &["auto"]);
}

/// Catches a reading of files or of SQLite that came to wait for a connection, of which they have as many as they like.
#[test]
fn no_check_waits_for_a_connection_where_none_are_counted() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("data")).unwrap();
    std::fs::write(folder.path().join("data/t.csv"), "id,v\n1,2\n").unwrap();
    let checks = (0..ROWS).map(|at| {
        format!("[checks.rows{at}]\nsources = {{ old = \"old\", new = \"old\" }}\nkind = \"rows\"\nkey = [\"id\"]\nold = \"SELECT id, v FROM t\"\nnew = \"SELECT id, v FROM t\"\n")
    });
    let checks: String = checks.collect();
    let text = format!("name = \"s\"\n[sources.old]\nurl = \"data\"\n{checks}");
    std::fs::write(folder.path().join("suite.toml"), text).unwrap();
    let run = ["run", "suite.toml", "--timeout", "20s", "--jobs", "8", "--report", "json=out.json"];
    let output = cutover(folder.path()).args(run).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stdout));
}

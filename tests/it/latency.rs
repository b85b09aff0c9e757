//! Checks of kind `latency` on PostgreSQL, through the built program: sleeping queries stand for slow ones.

use std::path::Path;
use std::time::Duration;

use serde_json::Value as Json;

use crate::cli::{cutover, report};
use crate::signals::{spawn, wait_for};

/// A suite of `checks` on one PostgreSQL server.
fn suite(folder: &Path, checks: &str) {
    let sources = ["old", "new"].map(|name| format!("[sources.{name}]\nurl = \"${{CUTOVER_TEST_POSTGRES_URL}}\"\n"));
    std::fs::write(folder.join("suite.toml"), format!("name = \"speed\"\n{}{checks}", sources.concat())).unwrap();
}

/// A query that takes so many seconds at least.
fn sleep(seconds: f64) -> String {
    format!("SELECT 1 AS n, pg_sleep({seconds})::text AS slept")
}

/// A check of kind `latency`; an empty `old` leaves it with one side.
fn check(name: &str, old: &str, new: &str, settings: &str) -> String {
    let old = if old.is_empty() { String::new() } else { format!("old = \"{old}\"\n") };
    format!("[checks.{name}]\nkind = \"latency\"\n{old}new = \"{new}\"\n{settings}\n")
}

/// Runs `checks` and returns the exit code and the report.
fn run(checks: &str, arguments: &[&str]) -> (Option<i32>, Json) {
    let folder = tempfile::tempdir().unwrap();
    suite(folder.path(), checks);
    let output = cutover(folder.path())
        .args(["run", "suite.toml", "--jobs", "4", "--report", "json=out.json"])
        .args(arguments)
        .output()
        .unwrap();
    let shown = [output.stdout.as_slice(), &output.stderr].concat();
    let found = report(folder.path()).unwrap_or_else(|| panic!("{}", String::from_utf8_lossy(&shown)));
    (output.status.code(), found)
}

fn measure<'a>(check: &'a Json, name: &str) -> &'a Json {
    check["measures"].as_array().unwrap().iter().find(|measure| measure["name"] == name).unwrap_or(&Json::Null)
}

fn number(measure: &Json, side: &str) -> f64 {
    measure[side].as_str().unwrap().parse().unwrap()
}

fn statuses(report: &Json) -> Vec<(&str, &str)> {
    let checks = report["checks"].as_array().unwrap().iter();
    checks.map(|check| (check["id"].as_str().unwrap(), check["status"].as_str().unwrap())).collect()
}

/// Catches a slow side that passes, a bound held against the wrong side or the wrong way round, and a time that is not
/// that of the query.
#[test]
fn each_bound_tells_the_slow_side_from_the_fast_one() {
    let (slow, fast) = (sleep(0.3), sleep(0.05));
    let rounds = "rounds = 3";
    let (code, report) = run(
        &[
            check("slower_by_ratio", &fast, &slow, &format!("{rounds}\nmax_ratio = 1.5")),
            check("slower_by_budget", &fast, &slow, &format!("{rounds}\nmax_p95 = \"250ms\"")),
            check("slower_by_speedup", &fast, &slow, &format!("{rounds}\nmin_speedup = 1")),
            check("faster", &slow, &fast, &format!("{rounds}\nmin_speedup = 1.6\nmax_ratio = 1\nmax_p95 = \"5s\"")),
            check("alone_within", "", &fast, &format!("{rounds}\nmax_p95 = \"5s\"")),
            check("alone_outside", "", &slow, &format!("{rounds}\nmax_p95 = \"250ms\"\nseverity = \"warn\"")),
        ]
        .concat(),
        &[],
    );
    assert_eq!(code, Some(1));
    let expected = [
        ("speed.slower_by_ratio", "fail"),
        ("speed.slower_by_budget", "fail"),
        ("speed.slower_by_speedup", "fail"),
        ("speed.faster", "pass"),
        ("speed.alone_within", "pass"),
        ("speed.alone_outside", "warn"),
    ];
    assert_eq!(statuses(&report), expected);
    let ratio = &report["checks"][0];
    assert_eq!(ratio["totals"], serde_json::json!({ "compared": "2", "outside": "2" }), "median and p95");
    let median = measure(ratio, "median_ms");
    assert!((50.0..300.0).contains(&number(median, "old")), "{median}");
    assert!((300.0..2000.0).contains(&number(median, "new")), "{median}");
    assert_eq!(median["tolerance"], "new ÷ old ≤ 1.5");
    let budget = measure(&report["checks"][1], "p95_ms");
    assert_eq!((&budget["tolerance"], &budget["within"]), (&"new ≤ 250ms".into(), &false.into()));
    assert!(report["checks"][4].get("old").is_none(), "one side is no side called old");
}

/// Catches a warm-up that counts or is left out, rounds of a connection each, and a budget that ignores its param: the
/// first query of a connection, which holds no lock yet, is slow.
#[test]
fn the_warm_up_is_left_out_and_budgets_come_from_params() {
    let held = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND objid = 7302 AND pid = pg_backend_pid()";
    let query = format!(
        "SELECT CASE WHEN ({held}) = 0 THEN pg_sleep(0.6)::text END AS slept, pg_advisory_lock_shared(7302)::text AS held"
    );
    let check =
        |name, more: &str| check(name, "", &query, &format!("max_p95 = \"{{{{ budget }}}}\"\nrounds = 4\n{more}"));
    let checks = ["[params]\nbudget = \"1min\"\n".to_owned(), check("cold", "warm_up = 0"), check("warm", "")].concat();
    // Each in a run of its own, and so with a connection of its own.
    let status = |arguments: &[&str]| statuses(&run(&checks, arguments).1)[0].1.to_owned();
    assert_eq!(status(&["--only", "*.cold", "--param", "budget=400ms"]), "fail");
    assert_eq!(status(&["--only", "*.cold"]), "pass");
    assert_eq!(status(&["--only", "*.warm", "--param", "budget=400ms"]), "pass");
}

/// Catches a check that is timed while another runs, be it timed or not: each asks whether it is alone.
#[test]
fn what_is_timed_runs_beside_nothing() {
    let alone = |name: &str| {
        let others = "SELECT count(*) FROM pg_stat_activity WHERE state = 'active' AND pid <> pg_backend_pid() \
                      AND query LIKE '%lonely' || '_marker%'";
        let query = format!(
            "SELECT 1 / CASE WHEN ({others}) = 0 THEN 1 ELSE 0 END AS alone, pg_sleep(0.1)::text AS lonely_marker_{name}"
        );
        check(name, &query, &query, "max_ratio = 1000\nrounds = 3")
    };
    let beside = |name: &str| {
        let query = format!("SELECT count(*) AS n FROM (SELECT pg_sleep(1.5)) AS lonely_marker_{name}");
        format!("[checks.{name}]\nkind = \"row_count\"\nold = \"{query}\"\nnew = \"{query}\"\n")
    };
    let (code, report) = run(&[alone("first"), beside("long"), alone("second"), beside("longer")].concat(), &[]);
    assert_eq!(code, Some(0), "{report:#}");
    let order: Vec<&str> = statuses(&report).into_iter().map(|(id, _)| id).collect();
    assert_eq!(order, ["speed.first", "speed.long", "speed.second", "speed.longer"], "reported as they are written");
}

/// Catches a load that is no load: new is as fast as old alone, and lets one client in at a time.
#[test]
fn a_load_shows_what_one_client_does_not() {
    let free = sleep(0.05);
    let queued = "SELECT 1 AS n, pg_advisory_xact_lock(7301)::text AS waited, pg_sleep(0.05)::text AS slept";
    let load = "clients = 8\nduration = \"1s\"\nmax_ratio = 3";
    let (code, report) = run(
        &[
            check("one_by_one", &free, queued, "max_ratio = 3\nrounds = 5"),
            check("at_once", &free, queued, load),
            check("both_free", &free, &free, load),
        ]
        .concat(),
        &[],
    );
    assert_eq!(code, Some(1));
    let expected = [("speed.one_by_one", "pass"), ("speed.at_once", "fail"), ("speed.both_free", "pass")];
    assert_eq!(statuses(&report), expected, "{report:#}");
    let throughput = measure(&report["checks"][1], "queries_per_second");
    assert_eq!(throughput["within"], false);
    assert!(number(throughput, "old") > 25.0, "more than one client can have asked: {throughput}");
    assert!(number(throughput, "new") <= 21.0, "one client at a time: {throughput}");
    assert!(measure(&report["checks"][0], "queries_per_second").is_null(), "no throughput without a load");
}

/// Catches clients that wait for a connection of cutover's and are counted as slow, and an empty answer that passes for
/// a fast one.
#[test]
fn what_says_nothing_about_speed_is_an_error() {
    let none = "SELECT 1 AS n WHERE false";
    let (code, report) = run(
        &[
            check("too_many", "", &sleep(0.01), "clients = 17\nduration = \"1s\"\nmax_p95 = \"1s\""),
            check("empty", &sleep(0.01), none, "max_ratio = 2"),
            check("empty_allowed", none, none, "max_ratio = 1000\nallow_empty = true"),
            check("refused", &sleep(0.01), "SELECT no_such_column", "max_ratio = 2"),
        ]
        .concat(),
        &[],
    );
    assert_eq!(code, Some(2));
    let messages: Vec<&str> =
        [0, 1, 3].map(|at| report["checks"][at]["error"]["message"].as_str().unwrap_or_default()).to_vec();
    assert!(messages[0].contains("`max_connections`"), "{}", messages[0]);
    assert!(messages[1].contains("new returned no row"), "{}", messages[1]);
    assert_eq!(report["checks"][2]["status"], "pass");
    assert!(messages[2].contains("new side") && messages[2].contains("no_such_column"), "{}", messages[2]);
}

/// Catches different work that is compared in silence.
#[test]
fn different_numbers_of_rows_are_told() {
    let (code, report) =
        run(&check("unlike", &sleep(0.01), "SELECT generate_series(1, 3) AS n", "max_ratio = 1000"), &[]);
    assert_eq!(code, Some(0));
    assert_eq!(report["checks"][0]["warnings"][0]["code"], "rows_differ");
}

/// Catches a load that goes on after Ctrl-C, and one whose queries outlive their time.
#[tokio::test(flavor = "multi_thread")]
async fn a_load_ends_with_an_interrupt_and_a_timeout() {
    let query = |label: &str| format!("SELECT count(*) AS n FROM (SELECT pg_sleep(60)) AS {label}");
    let load = "clients = 4\nduration = \"60s\"\nmax_p95 = \"1s\"\nwarm_up = 0";
    let folder = tempfile::tempdir().unwrap();
    suite(folder.path(), &check("endless", "", &query("interrupted_load"), load));
    let mut child = spawn(folder.path(), &[]);
    wait_for("interrupted_load", true).await;
    let killed = std::process::Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    assert!(killed.success());
    let status = tokio::task::spawn_blocking(move || child.wait().unwrap()).await.unwrap();
    assert_eq!(status.code(), Some(130));
    wait_for("interrupted_load", false).await;

    suite(folder.path(), &check("late", "", &query("timed_out_load"), load));
    let clock = std::time::Instant::now();
    let mut child = spawn(folder.path(), &["--timeout", "1s"]);
    let status = tokio::task::spawn_blocking(move || child.wait().unwrap()).await.unwrap();
    assert_eq!(status.code(), Some(2));
    assert!(clock.elapsed() < Duration::from_secs(30));
    wait_for("timed_out_load", false).await;
    let message = report(folder.path()).unwrap()["checks"][0]["error"]["message"].as_str().unwrap().to_owned();
    assert!(message.contains("new side") && message.contains("longer than 1s"), "{message}");
}

/// Catches volumes that are those of another query, of a read that was not finished, or are shown where no engine tells.
#[test]
fn what_clickhouse_reads_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let suite = "name = \"speed\"\n[sources.old]\nurl = \"${CUTOVER_TEST_POSTGRES_URL}\"\n[sources.new]\nurl = \"${CUTOVER_TEST_CLICKHOUSE_URL}\"\n";
    let counted = check(
        "counted",
        "SELECT count(*) AS n FROM generate_series(1, 1000)",
        "SELECT count() AS n FROM (SELECT number FROM numbers(300000) WHERE number % 7 = 0)",
        "max_p95 = \"1min\"\nrounds = 2",
    );
    std::fs::write(folder.path().join("suite.toml"), format!("{suite}{counted}")).unwrap();
    let output = cutover(folder.path())
        .args([
            "run",
            "suite.toml",
            "--only",
            "speed.counted",
            "--report",
            "json=out.json",
            "--report",
            "html=out.html",
        ])
        .output()
        .unwrap();
    let found = report(folder.path()).unwrap_or_else(|| panic!("{}", String::from_utf8_lossy(&output.stderr)));
    let check = &found["checks"][0];
    assert_eq!(check["status"], "pass", "{check:#}");
    assert_eq!(check["new"]["read"], serde_json::json!({ "rows": "300000", "bytes": "2400000" }));
    assert!(check["old"].get("read").is_none(), "{check:#}");
    let shown = std::fs::read_to_string(folder.path().join("out.html")).unwrap();
    assert!(shown.contains(", reading 300,000 rows (2.3 MiB)"), "{shown}");
}

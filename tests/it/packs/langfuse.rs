//! The Langfuse pack on ClickHouse: clean it passes, each defect fails exactly the checks that its README promises, and
//! each mistake that a reader can make in SQL is seen.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::json;
use url::Url;

use super::said::{hold, said};
use super::{Outcome, clickhouse, defects, folder, promised, rehearse};

/// Days at both ends stay outside, so that a lost filter on time shows.
const WINDOW: [&str; 4] = ["--param", "from=2026-01-02", "--param", "to=2026-01-07"];

/// Without the checks by the clock, which judge the machine that tests run on.
fn run(pack: &str, old: &str, new: &str, more: &[&str]) -> Outcome {
    super::run(pack, old, new, &[&WINDOW[..], &["--tag", "gate"], more].concat())
}

async fn execute(database: &str, script: &str) {
    let client = cutover::source::clickhouse_client(&Url::parse(database).unwrap()).unwrap();
    for statement in script.split(";\n").filter(|statement| !statement.trim().is_empty()) {
        client.query(&statement.replace('?', "??")).execute().await.unwrap_or_else(|why| panic!("{statement}: {why}"));
    }
}

async fn answer(database: &str, sql: &str) -> String {
    let client = cutover::source::clickhouse_client(&Url::parse(database).unwrap()).unwrap();
    client.query(sql).fetch_one().await.unwrap_or_else(|why| panic!("{sql}: {why}"))
}

fn file(path: &str) -> String {
    std::fs::read_to_string(folder("langfuse").join(path)).unwrap()
}

/// Catches a check that calls a correct migration different: also after the old tables went on, and where the two sides
/// are two databases.
#[tokio::test(flavor = "multi_thread")]
async fn a_correct_migration_passes() {
    let (old, new) = (clickhouse("langfuse_clean_old").await, clickhouse("langfuse_clean_new").await);
    rehearse("langfuse", &old, &new, &["--rows", "900"]);
    let outcome = run("langfuse", &old, &new, &["--param", "project=p1"]);
    assert_eq!(outcome.code, Some(0), "{}", outcome.shown);
    let outcome = run("langfuse", &old, &new, &[]);
    assert_eq!(outcome.code, Some(0), "{}", outcome.shown);
    let all = outcome.report["checks"].as_array().unwrap().len();
    assert_eq!(outcome.with("pass").len(), all, "nothing is skipped, and nothing warns");
}

/// Catches a check that misses its defect, one that blames what it should not, and a README that tells otherwise.
#[tokio::test(flavor = "multi_thread")]
async fn each_defect_fails_the_checks_that_the_readme_names() {
    let promised = promised("langfuse");
    let mut work = Vec::new();
    for defect in defects("langfuse") {
        let old = clickhouse(&format!("langfuse_{defect}")).await;
        // Scores are one table for both sides, unless there are two databases.
        let new = if defect == "scores_lost" { clickhouse("langfuse_scores_lost_new").await } else { old.clone() };
        work.push((defect, old, new));
    }
    let next = AtomicUsize::new(0);
    let wrong = std::sync::Mutex::new(Vec::new());
    let told = std::sync::Mutex::new(BTreeMap::new());
    let judge = || {
        while let Some((defect, old, new)) = work.get(next.fetch_add(1, Ordering::Relaxed)) {
            rehearse("langfuse", old, new, &["--rows", "400", "--defect", defect]);
            let outcome = run("langfuse", old, new, &[]);
            told.lock().unwrap().insert(defect.clone(), said(&outcome, &promised[defect]));
            let found: BTreeSet<String> = &outcome.with("fail") | &outcome.with("warn");
            let broken = outcome.with("error");
            if found != promised[defect] || !broken.is_empty() {
                wrong
                    .lock()
                    .unwrap()
                    .push(format!("{defect}: found {found:?}, promised {:?}, broken {broken:?}", promised[defect]));
            }
        }
    };
    std::thread::scope(|scope| (0..3).for_each(|_| drop(scope.spawn(judge))));
    let wrong = wrong.into_inner().unwrap();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    hold("langfuse", &told.into_inner().unwrap());
}

/// Catches a check that no defect makes fail, and so perhaps cannot.
#[test]
fn every_check_is_named_by_a_defect() {
    let named: BTreeSet<String> = promised("langfuse").into_values().flatten().collect();
    let sql = std::fs::read_dir(folder("langfuse").join("sql")).unwrap();
    // A check of the schema has no query.
    let checks: BTreeSet<String> = sql
        .map(|file| file.unwrap().file_name().into_string().unwrap().split('.').next().unwrap().to_owned())
        .chain(["span_schema".to_owned()])
        .collect();
    let timed = |name: &&String| name.ends_with("_speed") || name.ends_with("_load");
    let performance: BTreeSet<String> = checks.iter().filter(timed).cloned().collect();
    assert_eq!(named, &checks - &performance);
}

/// Copies the pack to `to` with `from` replaced by `by` in one of its queries.
fn mistake(to: &Path, query: &str, from: &str, by: &str) {
    for entry in walkdir::WalkDir::new(folder("langfuse")) {
        let path = entry.unwrap().into_path();
        let target = to.join(path.strip_prefix(folder("langfuse")).unwrap());
        match path.is_dir() {
            true => std::fs::create_dir_all(target).unwrap(),
            false => drop(std::fs::copy(path, target).unwrap()),
        }
    }
    let path = to.join("sql").join(query);
    let text = std::fs::read_to_string(&path).unwrap();
    assert!(text.contains(from), "{query} has no `{from}`");
    std::fs::write(path, text.replace(from, by)).unwrap();
}

/// Catches data in which a wrong query is right by chance: unmerged parts, rows outside the window, moved rows, tombstones.
#[tokio::test(flavor = "multi_thread")]
async fn each_mistake_in_a_query_shows() {
    let data = clickhouse("langfuse_mistakes").await;
    rehearse("langfuse", &data, &data, &["--rows", "600"]);
    let window = "start_time >= {{ from }} AND start_time < {{ to }}";
    for (query, from, by, status, why) in [
        ("filter_names.new.sql", window, "1", "fail", "the filter on time was lost"),
        ("trace_by_id.new.sql", "exp_traces_amt FINAL", "exp_traces_amt", "fail", "parts that are not merged"),
        ("user_metrics.new.sql", "exp_traces_amt FINAL", "exp_traces_amt", "fail", "a join that fans out over them"),
        ("public.new.sql", "finalizeAggregation(public)", "public", "error", "a state instead of its value"),
        ("trace_latency_ms.new.sql", "dateDiff('millisecond', ", "1000 * dateDiff('second', ", "fail", "whole seconds"),
        ("trace_ids_by_day.old.sql", "WHERE is_deleted = 0", "", "fail", "tombstones as live rows"),
        (
            "observation_ids_per_trace.old.sql",
            "LIMIT 1 BY project_id, id",
            "LIMIT 1 BY project_id, type, toDate(start_time), id",
            "fail",
            "FINAL's idea of one row, on the old side",
        ),
        (
            "dashboard_cost_by_type.old.sql",
            "toStartOfHour(spans.start_time) AS hour",
            "toStartOfHour(spans.start_time) + 3600 AS hour",
            "fail",
            "another hour",
        ),
    ] {
        let check = query.split('.').next().unwrap();
        let copy = tempfile::tempdir().unwrap();
        mistake(copy.path(), query, from, by);
        let only = format!("langfuse.{check}");
        let outcome = run(copy.path().to_str().unwrap(), &data, &data, &["--only", &only]);
        assert_eq!(outcome.check(check)["status"], status, "{query}, {why}: {}", outcome.shown);
    }
}

/// Catches a deduplication other than by id, newest version first and tombstones after: each of the other ways gives
/// another count, and a view that sums what is inserted gives a cost that the checks must name.
#[tokio::test(flavor = "multi_thread")]
async fn eight_inserts_are_three_observations() {
    let data = clickhouse("langfuse_eight_inserts").await;
    execute(&data, &file("rehearsal/old.schema.sql")).await;
    execute(&data, &file("rehearsal/new.schema.sql")).await;
    execute(&data, &file("rehearsal/migration.sql")).await;
    let naive = file("rehearsal/defects/naive_materialized_view.new.sql").replace("replayed_", "");
    let view =
        naive.split(";\n").find(|statement| statement.contains("CREATE MATERIALIZED VIEW observations_view")).unwrap();
    execute(&data, view).await;
    let at = |day: u8, time: &str| format!("2026-01-0{day} {time}");
    for (id, kind, start, end, cost, version, deleted) in [
        ("o1", "SPAN", at(3, "10:00:00"), at(3, "10:00:01"), "0.10", 1, 0),
        ("o1", "SPAN", at(3, "10:00:00"), at(3, "10:00:01"), "0.15", 2, 0),
        ("o2", "SPAN", at(3, "10:00:02"), at(3, "10:00:03"), "0.00", 1, 0),
        ("o2", "GENERATION", at(3, "10:00:02"), at(3, "10:00:03"), "0.05", 2, 0),
        ("o3", "SPAN", at(4, "00:00:01"), at(4, "00:00:02"), "0.01", 1, 0),
        ("o3", "SPAN", at(3, "23:59:59"), at(3, "23:59:59"), "0.02", 2, 0),
        ("o4", "SPAN", at(3, "10:00:04"), at(3, "10:00:05"), "0.07", 1, 0),
        ("o4", "SPAN", at(3, "10:00:04"), at(3, "10:00:05"), "0.07", 2, 1),
    ] {
        execute(
            &data,
            &format!(
                "INSERT INTO observations (id, trace_id, project_id, type, start_time, end_time, name, level, usage_details,
                     cost_details, total_cost, event_ts, is_deleted)
                 VALUES ('{id}', 't1', 'p1', '{kind}', '{start}', '{end}', '', 'DEFAULT', map('total', 10),
                     map('total', {cost}), {cost}, '2026-01-05 00:00:0{version}', {deleted})"
            ),
        )
        .await;
    }
    let newest = "(SELECT * FROM observations ORDER BY event_ts DESC LIMIT 1 BY project_id, id)";
    for (way, from, expected) in [
        ("raw", "observations", "8 0.47"),
        ("FINAL", "observations FINAL", "5 0.23"),
        ("LIMIT 1 BY", newest, "4 0.29"),
        ("the truth", &format!("(SELECT * FROM {newest} WHERE is_deleted = 0)"), "3 0.22"),
    ] {
        let sql = format!("SELECT concat(toString(count()), ' ', toString(sum(ifNull(total_cost, 0)))) FROM {from}");
        assert_eq!(answer(&data, &sql).await, expected, "{way}");
    }
    let summed = "SELECT concat(toString(count_observations), ' ', toString(cost_details['total']), ' ', \
                  toString(usage_details['total']), ' ', toString(toDate(assumeNotNull(end_time)))) FROM exp_traces_amt FINAL";
    assert_eq!(answer(&data, summed).await, "8 0.47 80 2026-01-04", "the last end is a day late");
    assert_eq!(answer(&data, "SELECT toString(count()) FROM exp_traces_amt").await, "8", "without FINAL");

    let outcome = run("langfuse", &data, &data, &["--only", "langfuse.trace_total_cost"]);
    assert_eq!(outcome.code, Some(1), "{}", outcome.shown);
    let measure = &outcome.check("trace_total_cost")["measures"][0];
    assert_eq!(measure["key"], json!({ "project_id": "p1", "trace_id": "t1" }));
    let number = |side: &str| measure[side].as_str().unwrap().trim_end_matches('0').to_owned();
    assert_eq!((number("old"), number("new"), number("delta")), ("0.22".into(), "0.47".into(), "0.25".into()));

    execute(&data, "ALTER TABLE observations DELETE WHERE 1 SETTINGS mutations_sync = 2").await;
    assert_eq!(answer(&data, summed).await, "8 0.47 80 2026-01-04", "no deletion reaches the view's table");
}

/// Catches a budget that is not held to: a new side that takes its time fails its speed check, and only the data decides
/// what a run without a clock says.
#[tokio::test(flavor = "multi_thread")]
async fn a_slow_new_side_fails_and_a_generous_budget_holds() {
    let data = clickhouse("langfuse_speed").await;
    rehearse("langfuse", &data, &data, &["--rows", "400"]);
    let generous: Vec<String> = [
        "list_speedup=0.001",
        "filter_speedup=0.001",
        "dashboard_speedup=0.001",
        "lookup_ratio=1000",
        "search_ratio=1000",
        "analytics_ratio=1000",
        "list_p95=1min",
        "lookup_p95=1min",
        "analytics_p95=1min",
        "search_p95=1min",
        "clients=2",
        "load_for=1s",
    ]
    .into_iter()
    .flat_map(|param| ["--param".to_owned(), param.to_owned()])
    .collect();
    let arguments: Vec<&str> = WINDOW.into_iter().chain(generous.iter().map(String::as_str)).collect();
    let timed = [&arguments[..], &["--tag", "performance"]].concat();
    let outcome = super::run("langfuse", &data, &data, &timed);
    assert!(outcome.with("error").is_empty(), "{}", outcome.shown);
    for check in ["traces_list_speed", "trace_by_id_speed", "filter_names_speed", "search_speed"] {
        assert_eq!(outcome.check(check)["status"], "pass", "{}", outcome.shown);
    }
    for query in ["traces_list_speed.new.sql", "trace_by_id_speed.new.sql", "search_speed.new.sql"] {
        let check = query.split('.').next().unwrap();
        let copy = tempfile::tempdir().unwrap();
        mistake(
            copy.path(),
            query,
            "FROM exp_traces_amt FINAL\nWHERE ",
            "FROM exp_traces_amt FINAL\nWHERE sleep(0.3) = 0 AND ",
        );
        let only = format!("langfuse.{check}");
        let strict = [&WINDOW[..], &["--only", &only]].concat();
        let outcome = super::run(copy.path().to_str().unwrap(), &data, &data, &strict);
        assert_eq!(outcome.check(check)["status"], "fail", "{check}: {}", outcome.shown);
    }
}

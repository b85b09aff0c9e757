//! The load that a source may be put under: how fast its rows are read, and when checks wait for it.

use std::path::Path;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::cli::{cutover, report};
use crate::packs;
use crate::schema::apply;

const ROWS: u32 = 200_000;

struct Ran {
    code: Option<i32>,
    report: Value,
    text: String,
    took: Duration,
}

/// Runs `check` over PostgreSQL and ClickHouse, of which each side may have a `pace`.
fn ran(folder: &Path, url: &str, paces: [&str; 2], checks: &str) -> Ran {
    let _ = std::fs::remove_file(folder.join("out.json"));
    let suite = format!(
        "name = \"s\"\n[sources.old]\nurl = \"${{OLD}}\"\n{}\n[sources.new]\nurl = \"${{CUTOVER_TEST_CLICKHOUSE_URL}}\"\n{}\n{checks}",
        paces[0], paces[1]
    );
    std::fs::write(folder.join("suite.toml"), suite).unwrap();
    let begun = Instant::now();
    let arguments = ["run", "suite.toml", "--no-history", "--report", "json=out.json"];
    let output = cutover(folder).env("OLD", url).args(arguments).output().unwrap();
    let text = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
    Ran { code: output.status.code(), report: report(folder).unwrap_or_default(), text, took: begun.elapsed() }
}

fn rows(settings: &str) -> String {
    format!(
        "[checks.rows]\nkind = \"rows\"\nkey = \"id\"\n{settings}old = \"SELECT g AS id, g % 7 AS v FROM generate_series(1, {ROWS}) AS g\"\n\
         new = \"SELECT toInt32(number + 1) AS id, toInt32((number + 1) % 7 + (number = 4320)) AS v FROM numbers({ROWS})\"\n"
    )
}

const ONE: &str = "[checks.one]\nkind = \"row_count\"\nold = \"SELECT 1 AS n\"\nnew = \"SELECT 1 AS n\"\n";

/// Catches rows that come faster than they may from either engine, and a verdict that depends on how fast they came.
#[tokio::test(flavor = "multi_thread")]
async fn rows_come_no_faster_than_they_may() {
    let folder = tempfile::tempdir().unwrap();
    let url = packs::postgres("pace_rows").await;
    let pace = "pace = { rows_per_second = 50_000 }";
    for paces in [["", ""], [pace, ""], ["", pace]] {
        let ran = ran(folder.path(), &url, paces, &rows(""));
        let found = &ran.report["checks"][0];
        assert_eq!(
            (ran.code, &found["rows"]["changed"], &found["rows"]["equal"]),
            (Some(1), &"1".into(), &"199999".into()),
            "{}",
            ran.text
        );
        // The last batch, of up to 65,536 rows, is not waited for.
        let least = f64::from(ROWS - 65_536) / 50_000.0;
        assert!(paces == ["", ""] || ran.took.as_secs_f64() > least, "{paces:?}: {:?}", ran.took);
    }
    // A limit of time is one, whatever makes the reading slow.
    for paces in [["pace = { rows_per_second = 5_000 }", ""], ["", "pace = { rows_per_second = 5_000 }"]] {
        let ran = ran(folder.path(), &url, paces, &rows("timeout = \"3s\"\n"));
        assert_eq!((ran.code, &ran.report["checks"][0]["error"]["code"]), (Some(2), &"timeout".into()), "{}", ran.text);
        assert!(ran.took < Duration::from_secs(20), "{:?}", ran.took);
    }
}

/// Catches a check that begins while its source is busy, that waits without an end, or that passes without being run.
#[tokio::test(flavor = "multi_thread")]
async fn a_check_waits_until_its_source_is_free() {
    let folder = tempfile::tempdir().unwrap();
    let url = packs::postgres("pace_pause").await;
    apply(&url, folder.path(), "CREATE TABLE load (busy bool); INSERT INTO load VALUES (true);").await;
    let pace = |at_most: &str| {
        format!("pace = {{ pause_when = \"SELECT busy FROM load\", every = \"200ms\", at_most = \"{at_most}\" }}")
    };
    let late = ran(folder.path(), &url, [&pace("1s"), ""], &(ONE.to_owned() + &rows("")));
    let errors: Vec<&Value> = late.report["checks"].as_array().unwrap().iter().map(|check| &check["error"]).collect();
    assert_eq!((late.code, late.report["retryable"].as_bool()), (Some(2), Some(true)), "{}", late.text);
    for error in &errors {
        assert_eq!((&error["code"], &error["source"]), (&"busy".into(), &"old".into()), "{error}");
        let told = error["message"].as_str().unwrap();
        assert!(told.contains("busy for 1s") && told.contains("`pause_when`") && told.contains("at_most"), "{told}");
    }
    assert!(errors.len() == 2 && late.took < Duration::from_secs(10), "each check waits anew: {:?}", late.took);

    let freed = async {
        tokio::time::sleep(Duration::from_secs(4)).await;
        apply(&url, folder.path(), "UPDATE load SET busy = false;").await;
    };
    let waiting = tokio::task::spawn_blocking({
        let (folder, url, pace) = (folder.path().to_owned(), url.clone(), pace("1min"));
        move || ran(&folder, &url, [&pace, ""], &(ONE.to_owned() + &rows("")))
    });
    let (waited, ()) = tokio::join!(waiting, freed);
    let waited = waited.unwrap();
    assert_eq!(waited.code, Some(1), "{}", waited.text);
    let (one, both) = (&waited.report["checks"][0], &waited.report["checks"][1]);
    assert_eq!((&one["status"], &both["rows"]["changed"]), (&"pass".into(), &"1".into()), "{}", waited.text);
    assert!(waited.took > Duration::from_secs(4), "{:?}", waited.took);
    let told = one["warnings"][0]["message"].as_str().unwrap();
    assert!(one["warnings"][0]["code"] == "paused" && told.contains("source `old`"), "{told}");
    // Free from the start: nothing is said.
    let free = ran(folder.path(), &url, [&pace("1s"), ""], ONE);
    assert_eq!((free.code, free.report["checks"][0].get("warnings")), (Some(0), None), "{}", free.text);
}

/// Catches a question whose answer is taken for "not busy" because it is none.
#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_is_none_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    let url = packs::postgres("pace_answers").await;
    for (sql, told) in [
        ("SELECT NULL::bool AS b", "neither true nor false"),
        ("SELECT 2 AS b", "neither true nor false"),
        ("SELECT 'true' AS b", "neither true nor false"),
        ("SELECT true AS a, true AS b", "2 columns"),
        ("SELECT true AS b WHERE false", "0 rows"),
        ("SELECT true AS b UNION ALL SELECT false", "2 rows"),
        ("SELECT busy FROM absent", "absent"),
    ] {
        let pace = format!("pace = {{ pause_when = \"{sql}\" }}");
        let ran = ran(folder.path(), &url, [&pace, ""], ONE);
        let error = ran.report["checks"][0]["error"]["message"].as_str().unwrap_or_default();
        assert_eq!(ran.code, Some(2), "{sql}: {}", ran.text);
        assert!(error.contains(told) && error.contains("`pause_when`"), "{sql}: {error}");
    }
    // A number of an engine that has no truth of its own.
    let ran = ran(folder.path(), &url, ["", "pace = { pause_when = \"SELECT toUInt8(0) AS busy\" }"], ONE);
    assert_eq!(ran.code, Some(0), "{}", ran.text);
}

/// Catches a pace that is a mistake and is found only at night.
#[test]
fn mistakes_are_told_by_validate() {
    let folder = tempfile::tempdir().unwrap();
    for (pace, told) in [
        ("{ rows_per_second = 0 }", "must be at least 1"),
        ("{ }", "`pace` says nothing"),
        ("{ every = \"5s\" }", "which is missing; add it"),
        ("{ pause_when = \"SELECT 1\", every = \"soon\" }", "which is no time"),
        ("{ pause_when = \"SELECT 1\", every = \"0s\" }", "which is no time"),
        ("{ pause_when = \"SELECT 1\", every = \"1h\", at_most = \"1min\" }", "is longer than `at_most`"),
        ("{ pause_when = \"DELETE FROM load RETURNING true\" }", "begins with DELETE"),
        ("{ rows_per_minute = 5 }", "rows_per_minute"),
    ] {
        let suite = format!(
            "name = \"s\"\n[sources.old]\nurl = \"postgres://h/d\"\npace = {pace}\n[sources.new]\nurl = \"postgres://h/d\"\n{ONE}"
        );
        std::fs::write(folder.path().join("suite.toml"), suite).unwrap();
        let output = cutover(folder.path()).args(["validate", "suite.toml"]).output().unwrap();
        let text = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
        assert!(output.status.code() == Some(2) && text.contains(told), "{pace}: {text}");
    }
}

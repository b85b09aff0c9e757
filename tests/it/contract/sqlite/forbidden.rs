//! What no query of a check may do, in every place in which one is sent: the folder is looked at afterwards.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use cutover::source::{Engine, QueryHandle, Sqlite, admits, driver};

use super::{database, refused};

/// Statements that write, or change what the next one may do; `FOLDER` is where they would leave a file.
const FORBIDDEN: [&str; 31] = [
    "SELECT 1 AS n; COMMIT; PRAGMA query_only = OFF; VACUUM INTO 'FOLDER/copy.db'",
    "SELECT 1 AS n; VACUUM INTO 'FOLDER/copy.db'",
    "VACUUM INTO 'FOLDER/copy.db'",
    "VACUUM",
    "ATTACH 'FOLDER/other.db' AS o",
    "SELECT 1 AS n; ATTACH 'FOLDER/other.db' AS o; CREATE TABLE o.t (a)",
    "DETACH main",
    "PRAGMA journal_mode = WAL",
    "SELECT 1 AS n; COMMIT; PRAGMA journal_mode = WAL",
    "PRAGMA user_version = 7",
    "PRAGMA writable_schema = ON",
    "PRAGMA wal_checkpoint(TRUNCATE)",
    "PRAGMA incremental_vacuum",
    "PRAGMA optimize",
    "SELECT * FROM pragma_user_version(7)",
    "UPDATE t SET n = 2",
    "DELETE FROM t RETURNING n",
    "INSERT INTO t VALUES (2) RETURNING n",
    "REPLACE INTO t VALUES (2) RETURNING n",
    "WITH x AS (SELECT 2 AS n) INSERT INTO t SELECT n FROM x RETURNING n",
    "WITH x AS (SELECT 2 AS n) DELETE FROM t RETURNING n",
    "DROP TABLE t",
    "ALTER TABLE t ADD COLUMN m",
    "CREATE TABLE u (n INTEGER)",
    "CREATE TEMP TABLE u AS SELECT 1 AS n",
    "CREATE VIRTUAL TABLE u USING fts5(n)",
    "ANALYZE",
    "REINDEX",
    "COMMIT",
    "SELECT load_extension('FOLDER/x') AS n",
    // Behind the parentheses of whatever is put around a query.
    "SELECT 1 AS n) AS x; DELETE FROM t; SELECT * FROM (SELECT 1 AS n",
];

/// Every file of a folder with what it holds.
fn held(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let files = folder.read_dir().unwrap().map(|one| one.unwrap());
    files.map(|one| (one.file_name().into_string().unwrap(), std::fs::read(one.path()).unwrap())).collect()
}

fn cutover(arguments: &[&str], folder: &Path) -> (Option<i32>, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_cutover")).current_dir(folder).args(arguments).output().unwrap();
    let shown = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    (output.status.code(), shown)
}

/// What the engine says of `sql` where nobody has looked at it before, by both of its ways to a query.
async fn by_itself(engine: &Sqlite, sql: &str) -> String {
    let (ticket, limit) = (QueryHandle::default(), std::time::Duration::from_secs(30));
    let fetched = engine.fetch(sql, limit, &ticket).await.expect_err(sql).message;
    let (sender, _receiver) = tokio::sync::mpsc::channel(1);
    let mut reader = engine.reader(limit, &ticket).await.unwrap();
    assert_eq!(reader.read(sql, sender).await.expect_err(sql).message, fetched, "{sql}");
    fetched
}

/// Catches a statement that runs although it is refused, by the library's two ways to a query.
#[tokio::test]
async fn nothing_runs_that_is_no_single_query() {
    let (folder, engine) = database("CREATE TABLE t (n INTEGER); INSERT INTO t VALUES (1)").await;
    let before = held(folder.path());
    let place = folder.path().display().to_string();
    for statement in FORBIDDEN.iter().chain(&["EXPLAIN SELECT 1", "PRAGMA table_info(t)", "", ";", "-- nothing"]) {
        let statement = statement.replace("FOLDER", &place);
        refused(&engine, &statement).await;
        // Also by SQLite itself, past whoever looks at a query before.
        by_itself(&engine, &statement).await;
        assert!(held(folder.path()) == before, "{statement}");
    }
    // Refused before anything else is looked at, by SQLite itself.
    for statement in
        ["ATTACH 'x' AS o", "PRAGMA user_version = 7", "COMMIT", "CREATE TABLE u (n)", "SELECT load_extension('x')"]
    {
        let message = by_itself(&engine, statement).await;
        assert!(message.contains("not authorized"), "{statement}: {message}");
    }
    let message = by_itself(&engine, "SELECT 1 AS n\0; DROP TABLE t").await;
    assert!(message.contains("NUL"), "{message}");
    assert!(held(folder.path()) == before);
}

/// Catches a command or a kind of check that sends a query by a way of its own, on which more than a query is run.
#[tokio::test]
async fn no_command_and_no_kind_runs_more_than_a_query() {
    let (folder, _) = database("CREATE TABLE t (n INTEGER); INSERT INTO t VALUES (1)").await;
    let work = tempfile::tempdir().unwrap();
    let place = folder.path().display().to_string();
    let before = held(folder.path());
    let url = format!("sqlite:{place}/test.db");
    let good = "SELECT n FROM t";
    let kinds = [
        "kind = \"row_count\"",
        "kind = \"sum\"",
        "kind = \"rows\"\nkey = [\"n\"]",
        "kind = \"rows\"\nkey = [\"n\"]\nsample = \"50%\"",
        "kind = \"rows\"\nkey = [\"n\"]\nnoise = true",
        "kind = \"rows\"\nkey = [\"n\"]\nsettle = { wait = \"1ms\", times = 2 }",
        "kind = \"rows\"\nkey = [\"n\"]\nwindow = { column = \"n\", from = 2026-01-01, to = 2026-01-02, step = \"1 day\" }",
        "kind = \"tag_dedup\"\nkey = [\"n\"]",
        "kind = \"percentile\"\nvalue = \"n\"\nquantiles = { p50 = 0.5 }\nrelative = 0.1",
        "kind = \"freshness\"\nmax_lag = \"1h\"",
        "kind = \"latency\"\nrounds = 2\nmax_ratio = 1000",
    ];
    // Most are refused by their words already; the rest only the engine can tell.
    let worded: Vec<&str> =
        FORBIDDEN.into_iter().filter(|sql| admits(driver("sqlite").unwrap().dialect, sql).is_err()).collect();
    let unworded: Vec<&str> = FORBIDDEN.into_iter().filter(|sql| !worded.contains(sql)).collect();
    assert!(worded.len() > 20 && unworded.len() > 1, "{unworded:?}");
    for (kind, statements) in kinds.iter().flat_map(|kind| [(kind, &worded), (kind, &unworded)]) {
        let mut suite = format!("name = \"s\"\n[sources.old]\nurl = \"{url}\"\n[sources.new]\nurl = \"{url}\"\n");
        for (number, statement) in statements.iter().enumerate() {
            let statement = statement.replace("FOLDER", &place);
            suite += &format!("[checks.old_{number}]\n{kind}\nold = \"\"\"{statement}\"\"\"\nnew = \"{good}\"\n");
            suite += &format!("[checks.new_{number}]\n{kind}\nold = \"{good}\"\nnew = \"\"\"{statement}\"\"\"\n");
        }
        std::fs::write(work.path().join("suite.toml"), suite).unwrap();
        let (_, shown) = cutover(&["validate", "--connect", "suite.toml"], work.path());
        assert!(held(folder.path()) == before, "validate, {kind}: {shown}");
        let (code, shown) = cutover(&["run", "suite.toml", "--no-history", "--report", "json=r.json"], work.path());
        assert_eq!(code, Some(2), "{kind}: {shown}");
        assert!(held(folder.path()) == before, "{kind}: {shown}");
        for name in (0..statements.len()).flat_map(|number| [format!("s.old_{number}"), format!("s.new_{number}")]) {
            assert!(shown.contains(&name), "{kind}, {name}: {shown}");
        }
        if *statements == unworded {
            let written = std::fs::read(work.path().join("r.json")).unwrap_or_else(|_| panic!("{kind}: {shown}"));
            let report: serde_json::Value = serde_json::from_slice(&written).unwrap();
            let checks = report["checks"].as_array().unwrap();
            assert!(checks.iter().all(|check| check["status"] == "error"), "{kind}: {report:#}");
        }
    }
    let invariant = FORBIDDEN.iter().enumerate().map(|(number, statement)| {
        let statement = statement.replace("FOLDER", &place);
        let check = |name: &str, query: &str, population: &str| {
            format!("[checks.{name}_{number}]\nkind = \"invariant\"\nnew = \"\"\"{query}\"\"\"\npopulation = \"\"\"{population}\"\"\"\n")
        };
        check("query", &statement, good) + &check("population", "SELECT n FROM t WHERE n > 1", &statement)
    });
    let suite = format!("name = \"s\"\n[sources.new]\nurl = \"{url}\"\n{}", invariant.collect::<String>());
    std::fs::write(work.path().join("suite.toml"), suite).unwrap();
    let (code, shown) = cutover(&["run", "suite.toml", "--no-history", "--report", "json=i.json"], work.path());
    assert_eq!(code, Some(2), "{shown}");
    assert!(held(folder.path()) == before, "invariant: {shown}");
    for statement in FORBIDDEN {
        let statement = statement.replace("FOLDER", &place);
        let sides = ["--old", &url, "--new", &url, "--key", "n"];
        for queries in [["--old-sql", &statement, "--new-sql", good], ["--old-sql", good, "--new-sql", &statement]] {
            let (code, shown) = cutover(&[&["diff"], &sides[..], &queries[..]].concat(), work.path());
            assert_eq!(code, Some(2), "diff, {statement}: {shown}");
            assert!(held(folder.path()) == before, "diff, {statement}: {shown}");
        }
    }
}

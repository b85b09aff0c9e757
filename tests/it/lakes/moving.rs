//! Tables to which others write while they are read.

use std::path::Path;
use std::time::Duration;

use cutover::frame::Value;
use cutover::source::{CancellationToken, Files, SourceOptions, query};
use serde_json::json;

use super::log::Table;
use super::{DELTA, ICEBERG, diff, said};
use crate::cli::{copy, cutover};
use crate::support::engine_url;

async fn ask(source: &Files, sql: &str) -> Result<Vec<Value>, String> {
    let answer = query(source, sql, Duration::from_secs(60), &CancellationToken::default()).await;
    answer.map(|answer| answer.frame.values(answer.frame.names()[0])).map_err(|error| error.message)
}

fn open(path: &Path) -> Files {
    Files::open(path, &SourceOptions::default(), path.display().to_string()).unwrap()
}

/// Catches a run whose second query reads another state of a table than its first, and two first ones that differ.
#[tokio::test(flavor = "multi_thread")]
async fn a_source_reads_one_state_of_a_table() {
    const COUNT: &str = "SELECT COUNT(*) AS n FROM t";
    let mut table = Table::new(&[], &json!({}));
    let first = table.file("a.parquet", 0..3, [("id", None), ("v", None)]);
    table.commit(&[first]);
    let source = open(&table.at());
    assert_eq!(ask(&source, COUNT).await.unwrap(), [Value::Integer(3)]);
    let second = table.file("b.parquet", 3..8, [("id", None), ("v", None)]);
    table.commit(&[second]);
    assert_eq!(ask(&source, COUNT).await.unwrap(), [Value::Integer(3)]);
    let later = open(&table.at());
    let (one, other) = tokio::join!(ask(&later, COUNT), ask(&later, COUNT));
    assert_eq!((one.unwrap(), other.unwrap()), (vec![Value::Integer(8)], vec![Value::Integer(8)]));
}

/// Catches columns of a later schema beside rows of the snapshot that was read first.
#[tokio::test(flavor = "multi_thread")]
async fn a_source_reads_one_metadata_file_of_a_table() {
    let moved = copy(Path::new(&ICEBERG.table("changed")));
    let folder = moved.path().join("metadata");
    let newest = std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path());
    let newest = newest.filter(|path| path.to_str().unwrap().ends_with(".metadata.json")).max().unwrap();
    let sql = |column: &str| {
        format!("SELECT COUNT({column}) AS n FROM \"{}\"", moved.path().file_name().unwrap().to_str().unwrap())
    };
    let source = open(moved.path());
    let before = ask(&source, &sql("v")).await.unwrap();
    let mut metadata: serde_json::Value = serde_json::from_slice(&std::fs::read(newest).unwrap()).unwrap();
    metadata["schemas"][0]["fields"][1]["name"] = json!("renamed");
    std::fs::write(folder.join("00098-x.metadata.json"), metadata.to_string()).unwrap();
    assert_eq!(ask(&source, &sql("v")).await.unwrap(), before);
    assert_eq!(ask(&open(moved.path()), &sql("renamed")).await.unwrap(), before);
}

/// Catches a type that a table with a log has otherwise than a server has it.
#[test]
fn a_table_is_compared_with_a_server() {
    let postgres = engine_url("CUTOVER_TEST_POSTGRES_URL");
    for (odd, code) in [("7.05", 0), ("7.06", 1)] {
        let old = format!(
            "SELECT i::bigint AS id, (CASE WHEN i % 2 = 0 THEN 1.50 ELSE {odd} END)::numeric(10,2) AS dec, \
             timestamptz '2026-01-01 12:00:00.123456+00' + (i / 4) * interval '1 microsecond' AS at, \
             (CASE WHEN i % 2 = 0 THEN 0.1 ELSE -1e9 END)::float8 AS f, i % 2 = 0 AS b, \
             CASE WHEN i <> 4 THEN date '2026-01-01' + i % 3 END AS day FROM generate_series(0, 7) AS i"
        );
        let new = "SELECT id, dec, at, f, b, day FROM by_dec";
        let (found, text) =
            diff(DELTA.folder.path(), &postgres, &DELTA.table("by_dec"), &["--old-sql", &old, "--new-sql", new]);
        assert_eq!(found, Some(code), "{text}");
    }
    let old = "SELECT i::bigint AS id, 'v' || i AS v FROM generate_series(0, 9) AS i WHERE i NOT IN (0, 4, 7)";
    let new = "SELECT id, v FROM deleted";
    let table = ICEBERG.table("deleted");
    let (found, text) = diff(ICEBERG.folder.path(), &postgres, &table, &["--old-sql", old, "--new-sql", new]);
    assert_eq!(found, Some(0), "{text}");
}

/// Catches a window that is carried over though the table has moved on since it was compared.
#[test]
fn windows_of_the_latest_state_are_not_carried_over() {
    for (pinned, kept) in
        [("", 0), ("as_of = { timestamp = \"2099-01-01T00:00:00Z\" }\n", 0), ("as_of = { version = 1 }\n", 4)]
    {
        let mut table = Table::new(&[], &json!({}));
        let first = table.file("a.parquet", 0..3, [("id", None), ("v", None)]);
        table.commit(&[first]);
        let folder = tempfile::tempdir().unwrap();
        let url = table.at().display().to_string();
        let name = table.at().file_name().unwrap().to_str().unwrap().to_owned();
        let sql = format!("SELECT id, v, MAKE_DATE(2026, 1, CAST(id AS INT) + 1) AS at FROM \\\"{name}\\\"");
        let suite = format!(
            "name = \"s\"\n[sources.old]\nurl = \"{url}\"\n{pinned}[sources.new]\nurl = \"{url}\"\n{pinned}\
             [sources.away]\nurl = \"postgres://x@127.0.0.1:1/x\"\n\
             [checks.ids]\nkind = \"rows\"\nkey = [\"id\"]\nold = \"{sql}\"\nnew = \"{sql}\"\n\
             window = {{ column = \"at\", from = 2026-01-01, to = 2026-01-04, step = \"1 day\" }}\n\
             [checks.more]\nkind = \"row_count\"\nold = \"SELECT 1 AS n\"\nnew = \"SELECT 1 AS n\"\n\
             sources = {{ old = \"away\", new = \"away\" }}\n"
        );
        std::fs::write(folder.path().join("suite.toml"), suite).unwrap();
        let (code, text) =
            said(cutover(folder.path()).args(["run", "suite.toml", "--no-history", "--resume", "state"]));
        assert_eq!(code, Some(2), "{text}");
        let windows = std::fs::read_dir(folder.path().join("state")).into_iter().flatten();
        let windows =
            windows.filter(|file| file.as_ref().unwrap().file_name().to_string_lossy().ends_with(".window.json"));
        assert_eq!(windows.count(), kept, "{pinned}: {text}");
    }
}

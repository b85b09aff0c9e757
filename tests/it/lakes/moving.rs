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

/// Catches a run of which one query reads a table, and the next one another that was made anew in its place.
#[tokio::test(flavor = "multi_thread")]
async fn another_table_in_the_place_of_one_is_an_error() {
    const COUNT: &str = "SELECT COUNT(*) AS n FROM t";
    let refused = |answer: Result<Vec<Value>, String>, what: &str| {
        let message = answer.unwrap_err();
        assert!(message.contains("made anew") && message.contains("is 5b1c3f4e"), "{what}: {message}");
    };
    for with_checksum in [false, true] {
        let mut table = Table::new(&[], &json!({}));
        let first = table.file("a.parquet", 0..3, [("id", None), ("v", None)]);
        table.commit(&[first]);
        // Sums up version 1, so that the log before it is not asked what the table is.
        let log = std::fs::read_to_string(table.log(0)).unwrap();
        let actions: Vec<serde_json::Value> = log.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        let of = |name: &str| actions.iter().find_map(|action| action.get(name)).unwrap();
        let sum = json!({ "tableSizeBytes": 1, "numFiles": 1, "numMetadata": 1, "numProtocol": 1,
                          "metadata": of("metaData"), "protocol": of("protocol") });
        let last = if with_checksum { table.log(1).with_extension("crc") } else { table.log(0) };
        if with_checksum {
            std::fs::write(&last, sum.to_string()).unwrap();
        }
        let source = open(&table.at());
        assert_eq!(ask(&source, COUNT).await.unwrap(), [Value::Integer(3)]);
        assert_eq!(ask(&source, COUNT).await.unwrap(), [Value::Integer(3)]);
        replaced(&last, "4a1c3f4e", "5b1c3f4e");
        refused(ask(&source, COUNT).await, if with_checksum { "checksum" } else { "log" });
        assert_eq!(ask(&open(&table.at()), COUNT).await.unwrap(), [Value::Integer(3)]);
    }
    let moved = copy(Path::new(&ICEBERG.table("changed")));
    let name = moved.path().file_name().unwrap().to_str().unwrap();
    let sql = format!("SELECT COUNT(v) AS n FROM \"{name}\"");
    let source = open(moved.path());
    let before = ask(&source, &sql).await.unwrap();
    let metadata = super::iceberg::newest(moved.path().to_str().unwrap());
    let read: serde_json::Value = serde_json::from_slice(&std::fs::read(&metadata).unwrap()).unwrap();
    replaced(&metadata, read["table-uuid"].as_str().unwrap(), "5b1c3f4e-0000-4000-8000-000000000000");
    refused(ask(&source, &sql).await, "iceberg");
    assert_eq!(ask(&open(moved.path()), &sql).await.unwrap(), before);
}

/// Writes a file with `other` in the place of the text `one`.
fn replaced(path: &Path, one: &str, other: &str) {
    let text = std::fs::read_to_string(path).unwrap();
    assert!(text.contains(one), "{text}");
    std::fs::write(path, text.replace(one, other)).unwrap();
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

/// Catches a window that is carried over though the table has moved on since it was compared, or is another one that was made
/// anew with the same versions.
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
        let ran = || {
            let arguments = ["run", "suite.toml", "--no-history", "--resume", "state", "--report", "json=r.json"];
            let (code, text) = said(cutover(folder.path()).args(arguments));
            assert_eq!(code, Some(2), "{text}");
            let report = std::fs::read_to_string(folder.path().join("r.json")).unwrap();
            (report.matches("\"carried_over\"").count(), text)
        };
        let (carried, text) = ran();
        assert_eq!(carried, 0, "{text}");
        let windows = std::fs::read_dir(folder.path().join("state")).into_iter().flatten();
        let windows =
            windows.filter(|file| file.as_ref().unwrap().file_name().to_string_lossy().ends_with(".window.json"));
        assert_eq!(windows.count(), kept, "{pinned}: {text}");
        assert_eq!(ran().0, kept, "{pinned}");
        replaced(&table.log(0), "4a1c3f4e", "5b1c3f4e");
        assert_eq!(ran().0, 0, "{pinned}");
    }
}

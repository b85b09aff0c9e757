//! Tables to which others write while they are read.

use std::path::Path;
use std::time::Duration;

use cutover::frame::Value;
use cutover::source::{CancellationToken, Files, SourceOptions, query};
use serde_json::json;

use super::log::Table;
use super::{DELTA, ICEBERG, diff};
use crate::cli::copy;
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

//! What stands around a run and is none of its business: variables of the environment, start files of other programs,
//! pragmas of whoever wrote a file. None of it changes an answer of SQLite, DuckDB or of files.

use std::path::Path;
use std::process::Command;

use cutover::demo;
use serde_json::Value;
use sqlx::{Connection, SqliteConnection};

use crate::cli::report;

/// Rows of which every column is shown, because new has none of them.
const ROWS: [(&str, &str); 4] = [
    (
        "sqlite",
        "SELECT id, name, upper(name) AS upper, length(name) AS length, name LIKE 'ISTANBUL' AS alike, round(price, 1) AS price, \
         CAST(price AS TEXT) AS printed, datetime(at) AS at, strftime('%w %j', at) AS day, 7 / 2 AS quotient, typeof(price) AS of, \
         'a' < 'B' AS sorted, CAST('12abc' AS INTEGER) AS read FROM items",
    ),
    (
        "csv",
        "SELECT id, name, UPPER(name) AS upper, LENGTH(name) AS length, name LIKE 'ISTANBUL' AS alike, price, \
         CAST(price AS VARCHAR) AS printed, at, 7 / 2 AS quotient, 'a' < 'B' AS sorted FROM items",
    ),
    ("parquet", "SELECT * FROM traces"),
    (
        "duckdb",
        "SELECT id, name, upper(name) AS upper, name < 'J' AS sorted, seen, year(seen) AS year, CAST(seen AS DATE) AS day, \
         CAST(seen AS VARCHAR) AS printed, strftime(seen, '%A %x') AS named, date_trunc('day', seen) AS start, 7 / 2 AS quotient FROM items",
    ),
];

/// A database of one table, written under `pragmas`.
async fn database(path: &Path, pragmas: &str) {
    let mut connection = SqliteConnection::connect(&format!("sqlite:{}?mode=rwc", path.display())).await.unwrap();
    let table = "CREATE TABLE items (id INTEGER PRIMARY KEY, name TEXT, price REAL, at TEXT);
                 INSERT INTO items VALUES (1, 'Istanbul', 1.25, '2026-03-29 01:30:00'), (2, 'ıstanbul', 0.1, '2026-10-25 02:30:00+02:00'),
                 (3, 'Straße', 1e21, '2026-01-01')";
    sqlx::raw_sql(sqlx::AssertSqlSafe(format!("{pragmas};{table}"))).execute(&mut connection).await.unwrap();
    connection.close().await.unwrap();
}

/// What a run in `folder` found under `environment`, times aside.
fn found(folder: &Path, environment: &[(&str, &str)]) -> Value {
    let mut command = Command::new(env!("CARGO_BIN_EXE_cutover"));
    command
        .current_dir(folder)
        .env_clear()
        .env("PATH", "/usr/bin:/bin")
        .env("CUTOVER_DUCKDB_DRIVER", crate::support::duckdb_driver())
        .envs(environment.iter().copied());
    let output = command.args(["run", "suite.toml", "--no-history", "--report", "json=out.json"]).output().unwrap();
    assert_eq!(output.status.code(), Some(1), "{}", String::from_utf8_lossy(&output.stderr));
    let mut report = report(folder).unwrap();
    for check in report["checks"].as_array_mut().unwrap() {
        assert!(check["examples"].as_array().is_some_and(|examples| examples.len() >= 3), "{check}");
        for part in ["", "/old", "/new"] {
            check.pointer_mut(part).and_then(Value::as_object_mut).map(|part| part.remove("elapsed_ms"));
        }
    }
    report["checks"].take()
}

/// Catches a locale, a time zone, a start file or a knob of a library that reaches an answer.
#[tokio::test(flavor = "multi_thread")]
async fn nothing_around_a_run_changes_an_answer() {
    let home = tempfile::tempdir().unwrap();
    let folder = home.path();
    database(&folder.join("items.db"), "").await;
    std::fs::create_dir(folder.join("csv")).unwrap();
    std::fs::write(
        folder.join("csv/items.csv"),
        "id,name,price,at\n1,Istanbul,1.25,2026-03-29 01:30:00\n2,ıstanbul,0.1,2026-10-25\n3,Straße,12,x\n",
    )
    .unwrap();
    demo::create(&folder.join("demo"), true).await.unwrap();
    let mut parquet = walkdir::WalkDir::new(folder.join("demo")).into_iter().map(|entry| entry.unwrap().into_path());
    let parquet = parquet.find(|path| path.file_name().is_some_and(|name| name == "traces.parquet"));
    let parquet = parquet.unwrap_or_else(|| panic!("the demo has traces"));
    let mut text = "name = \"s\"\n".to_owned();
    let items = "CREATE TABLE items AS SELECT * FROM (VALUES (1, 'Istanbul', TIMESTAMPTZ '2026-03-29 23:30:00+00'), \
                 (2, 'ıstanbul', TIMESTAMPTZ '2026-10-25 00:30:00+00'), (3, 'Straße', TIMESTAMPTZ '1899-12-31 12:00:00+00')) AS t(id, name, seen)";
    crate::contract::duckdb::make(&folder.join("items.duckdb"), &[items]);
    let url = |name: &str| match name {
        "sqlite" => "sqlite:items.db".to_owned(),
        "duckdb" => "adbc:duckdb:items.duckdb".to_owned(),
        "csv" => "csv".to_owned(),
        _ => parquet.display().to_string(),
    };
    for (name, _) in ROWS {
        text += &format!("[sources.{name}]\nurl = \"{}\"\n", url(name));
    }
    for (name, sql) in ROWS {
        let (key, none) = match name {
            "sqlite" | "duckdb" => ("id", "id < 0"),
            "csv" => ("id", "id = ''"),
            _ => ("trace_id", "trace_id = ''"),
        };
        let sql = sql.replace('"', "\\\"");
        text += &format!(
            "[checks.{name}]\nkind = \"rows\"\nkey = [\"{key}\"]\nallow_empty = true\nsources = {{ old = \"{name}\", new = \"{name}\" }}\n\
             old = \"{sql}\"\nnew = \"SELECT * FROM ({sql}) AS q WHERE {none}\"\n"
        );
    }
    std::fs::write(folder.join("suite.toml"), text).unwrap();
    let plain = found(folder, &[("TZ", "UTC"), ("LC_ALL", "C"), ("HOME", "/nonexistent")]);
    std::fs::write(folder.join(".sqliterc"), "PRAGMA case_sensitive_like = ON;\n.mode csv\n").unwrap();
    let elsewhere = folder.display().to_string();
    let odd = [
        ("HOME", elsewhere.as_str()),
        ("XDG_CONFIG_HOME", elsewhere.as_str()),
        ("TZ", "Asia/Kathmandu"),
        ("LANG", "tr_TR.UTF-8"),
        ("LC_ALL", "tr_TR.UTF-8"),
        ("LC_NUMERIC", "de_DE.UTF-8"),
        ("SQLITE_TMPDIR", elsewhere.as_str()),
        ("SQLITE_HISTORY", elsewhere.as_str()),
        ("POLARS_MAX_THREADS", "1"),
        ("POLARS_FMT_MAX_ROWS", "1"),
        ("POLARS_FMT_STR_LEN", "2"),
        ("POLARS_STREAMING_CHUNK_SIZE", "1"),
        ("POLARS_IDEAL_MORSEL_SIZE", "1"),
        ("POLARS_VERBOSE", "0"),
        ("POLARS_FORCE_ASYNC", "1"),
        ("POLARS_AUTO_STRUCTIFY", "1"),
        ("POLARS_TABLE_WIDTH", "10"),
    ];
    assert_eq!(found(folder, &odd), plain);
    // ICU, which DuckDB has, counts years by the locale.
    let thai = [("HOME", "/nonexistent"), ("TZ", "Asia/Bangkok"), ("LC_ALL", "th_TH.UTF-8")];
    assert_eq!(found(folder, &thai), plain);
}

/// Catches a pragma that a file keeps, or that its writer had, on its way into an answer; and says which of them is a part
/// of the data: the encoding, in which the bytes of a text are.
#[tokio::test(flavor = "multi_thread")]
async fn pragmas_of_a_writer_change_no_answer() {
    let home = tempfile::tempdir().unwrap();
    let folder = home.path();
    database(&folder.join("plain.db"), "").await;
    let writers = "PRAGMA encoding = 'UTF-16le'; PRAGMA page_size = 512; PRAGMA auto_vacuum = 2; PRAGMA user_version = 7; \
                   PRAGMA application_id = 9; PRAGMA secure_delete = ON; PRAGMA case_sensitive_like = ON; PRAGMA reverse_unordered_selects = ON; \
                   PRAGMA recursive_triggers = ON; PRAGMA foreign_keys = ON; PRAGMA legacy_alter_table = ON; PRAGMA synchronous = OFF; \
                   PRAGMA journal_mode = TRUNCATE; PRAGMA full_column_names = ON; PRAGMA short_column_names = OFF; PRAGMA count_changes = ON";
    database(&folder.join("odd.db"), writers).await;
    let (_, sql) = ROWS[0];
    let text = format!(
        "name = \"s\"\n[sources.old]\nurl = \"sqlite:plain.db\"\n[sources.new]\nurl = \"sqlite:odd.db\"\n\
         [checks.values]\nkind = \"rows\"\nkey = [\"id\"]\nold = \"{sql}\"\nnew = \"{sql}\"\n\
         [checks.order]\nkind = \"rows\"\nkey = [\"id\"]\nold = \"SELECT id FROM items LIMIT 1\"\nnew = \"SELECT id FROM items LIMIT 1\"\n\
         [checks.bytes]\nkind = \"rows\"\nkey = [\"id\"]\nold = \"SELECT id, hex(name) AS b FROM items\"\nnew = \"SELECT id, hex(name) AS b FROM items\"\n"
    );
    std::fs::write(folder.join("suite.toml"), text).unwrap();
    let output = crate::cli::cutover(folder)
        .args(["run", "suite.toml", "--no-history", "--report", "json=out.json"])
        .output()
        .unwrap();
    let report = report(folder).unwrap_or_else(|| panic!("{}", String::from_utf8_lossy(&output.stderr)));
    let statuses: Vec<_> = report["checks"].as_array().unwrap().iter().map(|check| &check["status"]).collect();
    assert_eq!(statuses, ["pass", "pass", "fail"], "{report:#}");
    let page = include_str!("../../../docs/settings.md");
    assert!(page.contains("`hex(text)`") && page.contains("`encoding`"), "the page says so");
}

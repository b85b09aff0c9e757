//! SQLite: types by storage class, read-only, one statement, stopped when given up.

use std::path::Path;
use std::time::{Duration, Instant};

use cutover::frame::{Frame, Type, Value};
use cutover::source::{Error, Fault, Options, Sqlite, Stop, query};
use sqlx::{ConnectOptions, Connection};

use super::hold;

const LIMIT: Duration = Duration::from_secs(30);

/// A database made by `statements`.
async fn database(statements: &str) -> (tempfile::TempDir, Sqlite) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("test.db");
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(&path).create_if_missing(true);
    let mut connection = options.connect().await.unwrap();
    sqlx::raw_sql(sqlx::AssertSqlSafe(statements)).execute(&mut connection).await.unwrap();
    connection.close().await.unwrap();
    let engine = open(&path);
    (folder, engine)
}

fn open(path: &Path) -> Sqlite {
    Sqlite::open(path, &Options::default(), "sqlite:test.db".to_owned()).unwrap()
}

async fn fetch(engine: &Sqlite, sql: &str) -> Result<Frame, Error> {
    query(engine, sql, LIMIT, &Stop::default()).await.map(|answer| answer.frame)
}

async fn refused(engine: &Sqlite, sql: &str) -> String {
    match fetch(engine, sql).await {
        Ok(frame) => panic!("`{sql}` was answered with {frame:?}"),
        Err(error) => error.message,
    }
}

fn text(s: &str) -> Value {
    Value::Text(s.to_owned())
}

/// Catches a value that changes on its way, for every type SQLite has without a table.
#[tokio::test]
async fn the_contract_holds() {
    let (_folder, engine) = database("CREATE TABLE t (id INTEGER)").await;
    hold(&engine, |case| {
        let written = match case {
            "i16_min" => "-32768",
            "i32_min" => "-2147483648",
            "i64_min" => "(-9223372036854775807 - 1)",
            "i64_max" => "9223372036854775807",
            "above_2_53" => "9007199254740993",
            "float" => "0.1",
            "float32" => "0.10000000149011612",
            "float_infinity" => "9e999",
            "float_minus_infinity" => "-9e999",
            "float_minus_zero" => "-0.0",
            "text" => r#"'naïve 🦀 ''quoted'' "too" \ |'"#,
            "text_empty" => "''",
            "text_newline" => "'a' || char(10) || 'b' || char(9) || 'c'",
            "bytes" => "x'00fffe27'",
            "enum" => "'second'",
            _ => return None,
        };
        Some(written.to_owned())
    })
    .await;
}

/// Catches a declared type that is ignored, and an empty or all-NULL column that is lost.
#[tokio::test]
async fn declared_types_count_for_boolean_date_and_datetime() {
    let (_folder, engine) = database(
        "CREATE TABLE t (b BOOLEAN, d DATE, at DATETIME, n NUMERIC, x);
         INSERT INTO t VALUES (1, '2026-01-01', '2026-01-01 00:00:00.123456', 7, NULL), (NULL, NULL, NULL, NULL, NULL)",
    )
    .await;
    let frame = fetch(&engine, "SELECT b, d, at, n, x FROM t").await.unwrap();
    assert_eq!(frame.types(), [Type::Bool, Type::Date, Type::WallClock, Type::Integer, Type::Null]);
    assert_eq!(frame.values("b"), [Value::Bool(true), Value::Null]);
    assert_eq!(frame.values("d"), [Value::Date(20_454), Value::Null]);
    assert_eq!(frame.values("at"), [Value::WallClock(1_767_225_600_123_456_000), Value::Null]);
    let empty = fetch(&engine, "SELECT b, n FROM t WHERE 1 = 0").await.unwrap();
    assert_eq!((empty.names(), empty.height()), (vec!["b", "n"], 0));
}

/// Catches a silent choice between storage classes, and a value that does not fit its declared type.
#[tokio::test]
async fn what_has_no_exact_type_is_refused_by_name_with_a_way_out() {
    let (_folder, engine) = database(
        "CREATE TABLE t (mixed, numbers, b BOOLEAN, d DATE, at DATETIME, bad);
         INSERT INTO t VALUES ('a', 1, 5, 'soon', 1700000000, CAST(x'ff' AS TEXT)), (1, 0.5, 0, NULL, NULL, NULL)",
    )
    .await;
    for (sql, column, way_out) in [
        ("SELECT mixed FROM t", "`mixed`", "CAST"),
        ("SELECT numbers FROM t", "INTEGER and REAL", "CAST"),
        ("SELECT b FROM t", "`b`", "correct the value"),
        ("SELECT d FROM t", "`d`", "correct the value"),
        ("SELECT at FROM t", "`at`", "unixepoch"),
        ("SELECT bad FROM t", "`bad`", "hex(bad)"),
        ("SELECT 1 AS a, 2 AS a", "`a`", "name of its own"),
    ] {
        let message = refused(&engine, sql).await;
        assert!(message.contains(column) && message.contains(way_out), "{sql}: {message}");
    }
}

/// Catches a check that writes, runs two statements, or makes a database of a misspelt path.
#[tokio::test]
async fn nothing_is_ever_written() {
    let (folder, engine) = database("CREATE TABLE t (id INTEGER); INSERT INTO t VALUES (1)").await;
    for sql in [
        "UPDATE t SET id = 2",
        "INSERT INTO t VALUES (2) RETURNING id",
        "DROP TABLE t",
        "SELECT 1 AS a; SELECT 2 AS a",
        "SELECT 1 AS a; DELETE FROM t",
        "CREATE TABLE u (id INTEGER)",
    ] {
        refused(&engine, sql).await;
    }
    assert_eq!(fetch(&engine, "SELECT id FROM t").await.unwrap().values("id"), [Value::Integer(1)]);
    assert_eq!(fetch(&engine, "SELECT id FROM t; -- done").await.unwrap().height(), 1);
    let path = folder.path().join("missing.db");
    assert!(refused(&open(&path), "SELECT 1 AS a").await.contains("missing.db"));
    assert!(!path.exists());
}

/// Catches a file that is no database, and a table that is not there, without a clear word.
#[tokio::test]
async fn errors_say_what_and_where() {
    let (folder, engine) = database("CREATE TABLE t (id INTEGER)").await;
    let message = refused(&engine, "SELECT id FROM absent").await;
    assert!(message.contains("no such table: absent"), "{message}");
    let message = refused(&engine, "SELEC 1").await;
    assert!(message.contains("SELEC"), "{message}");
    let path = folder.path().join("text.db");
    std::fs::write(&path, "this is no database, whatever its name says").unwrap();
    let message = refused(&open(&path), "SELECT 1 AS a FROM sqlite_schema").await;
    assert!(message.contains("not a database"), "{message}");
}

/// Catches a query that goes on when nobody waits for it.
#[tokio::test(flavor = "multi_thread")]
async fn a_query_given_up_stops() {
    let (_folder, engine) = database("CREATE TABLE t (id INTEGER)").await;
    let endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) AS c FROM n";
    let started = Instant::now();
    let error = query(&engine, endless, Duration::from_millis(300), &Stop::default()).await.unwrap_err();
    assert_eq!(error.fault, Fault::Timeout);
    assert!(started.elapsed() < Duration::from_secs(5));
    assert_eq!(fetch(&engine, "SELECT 'still there' AS v").await.unwrap().values("v"), [text("still there")]);
}

//! SQLite: types by storage class, read-only, one statement, stopped when given up.

mod beside;
mod forbidden;
mod types;

use std::path::Path;
use std::time::{Duration, Instant};

use cutover::frame::{Frame, Value};
use cutover::source::{CancellationToken, Error, ErrorCode, SourceOptions, Sqlite, query};
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
    Sqlite::open(path, &SourceOptions::default(), "sqlite:test.db".to_owned()).unwrap()
}

async fn fetch(engine: &Sqlite, sql: &str) -> Result<Frame, Error> {
    query(engine, sql, LIMIT, &CancellationToken::default()).await.map(|answer| answer.frame)
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
    hold(&engine, expression).await;
}

/// SQLite's expression of a case of the contract.
pub(super) fn expression(case: &str) -> Option<String> {
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
}

/// Catches a query that ends like other queries and is refused, and a database made of a misspelt path.
#[tokio::test]
async fn one_statement_may_end_as_it_likes() {
    let (folder, engine) = database("CREATE TABLE t (id INTEGER); INSERT INTO t VALUES (1)").await;
    for sql in [
        "SELECT id FROM t;",
        "SELECT id FROM t; -- done",
        "-- why\nSELECT id FROM t;; /* done */ ;\n",
        "WITH a AS (SELECT id FROM t) SELECT id FROM a",
        "VALUES (1)",
    ] {
        assert_eq!(fetch(&engine, sql).await.unwrap_or_else(|e| panic!("{sql}: {e}")).height(), 1, "{sql}");
    }
    let path = folder.path().join("missing.db");
    assert!(refused(&open(&path), "SELECT 1 AS a").await.contains("missing.db"));
    assert!(!path.exists());
}

/// Catches a full-text or spatial table that is refused because opening it prepares writes, and a catalogue that is.
#[tokio::test]
async fn virtual_tables_and_the_catalogue_are_read() {
    let (_folder, engine) = database(
        "CREATE VIRTUAL TABLE f5 USING fts5(body); INSERT INTO f5 VALUES ('one two');
         CREATE VIRTUAL TABLE f4 USING fts4(body); INSERT INTO f4 VALUES ('one two');
         CREATE VIRTUAL TABLE r USING rtree(id, a, b); INSERT INTO r VALUES (1, 0.0, 1.0)",
    )
    .await;
    for sql in [
        "SELECT body FROM f5 WHERE f5 MATCH 'two'",
        "SELECT body FROM f4 WHERE f4 MATCH 'two'",
        "SELECT id FROM r WHERE a <= 0.5 AND b >= 0.5",
        "SELECT name FROM pragma_table_info('r') WHERE cid = 0",
        "SELECT value FROM json_each('[1]')",
    ] {
        assert_eq!(fetch(&engine, sql).await.unwrap_or_else(|e| panic!("{sql}: {e}")).height(), 1, "{sql}");
    }
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
    let error = query(&engine, endless, Duration::from_millis(300), &CancellationToken::default()).await.unwrap_err();
    assert_eq!(error.code, ErrorCode::Timeout);
    assert!(started.elapsed() < Duration::from_secs(5));
    assert_eq!(fetch(&engine, "SELECT 'still there' AS v").await.unwrap().values("v"), [text("still there")]);
}

//! The literals of params on the real engines: what a text ends, escapes or comments out elsewhere stays a text.

use cutover::frame::Value;
use cutover::source::{Dialect, driver};
use cutover::spec::check::ParamValue;
use sqlx::{Connection, SqliteConnection};

use super::*;
use crate::support::engine_url;

const TEXTS: [&str; 31] = [
    "",
    " ",
    "'",
    "''",
    "\\",
    "\\\\",
    "\\'",
    "'\\",
    "\"",
    "`",
    "]",
    "--",
    "-- x\n",
    "/*",
    "*/",
    "/*! x */",
    "# x\n",
    "// x\n",
    "$$",
    "$x$",
    "x'; DROP TABLE t; --",
    "\\'; DROP TABLE t; --",
    "a\nb\rc\td",
    "\u{1a}\u{8}\u{7f}",
    "é🦀\u{a0}‘’“”",
    "\u{2003}'\u{feff}\u{3000}",
    "\u{bf}'\u{5c}",
    "%_?:1$1{x:Int8}",
    "{{ a }}",
    "\\x41\\101\\u0041\\N",
    "E'x' U&'x' N'x' _utf8mb4'x'",
];

pub(super) async fn survive(
    url: &str,
    dialect: &dyn Dialect,
    options: &source::SourceOptions,
    before: &str,
    from: &str,
) {
    let open = source::open(&SourceUrl::parse(url, Path::new("/")).unwrap(), options).unwrap();
    let long = "'\\\"".repeat(4_000);
    for text in TEXTS.into_iter().chain([long.as_str()]) {
        let written = dialect.literal(&ParamValue::Text(text.to_owned())).unwrap();
        let sql = format!("SELECT {before}{written} AS v{from}");
        let answer = open.fetch(&sql, LIMIT, &QueryHandle::default()).await;
        let answer = answer.unwrap_or_else(|error| panic!("{dialect:?}: {text:?} as {written}: {error}"));
        assert_eq!(answer.frame.values("v"), [Value::Text(text.to_owned())], "{dialect:?}: {written}");
    }
    for number in [0, -1, i128::from(i64::MAX), i128::from(i64::MIN)] {
        let written = dialect.literal(&ParamValue::Integer(number)).unwrap();
        let sql = format!("SELECT 5 -{written} + 0 AS v{from}");
        if number == i128::from(i64::MIN) {
            continue;
        }
        let answer = open.fetch(&sql, LIMIT, &QueryHandle::default()).await;
        let answer = answer.unwrap_or_else(|error| panic!("{dialect:?}: {sql}: {error}"));
        assert_eq!(answer.frame.values("v"), [Value::Integer(5 - number)], "{dialect:?}: {sql}");
    }
}

/// Catches a value that comes out otherwise than it went in, under every mode that changes how a text is read.
#[tokio::test]
async fn hostile_texts_come_back_as_they_are() {
    let plain = source::SourceOptions::default();
    survive(&engine_url("CUTOVER_TEST_POSTGRES_URL"), driver("postgres").unwrap().dialect, &plain, "", "").await;
    survive(&engine_url("CUTOVER_TEST_CLICKHOUSE_URL"), driver("clickhouse").unwrap().dialect, &plain, "", "").await;
    let mysql = engine_url("CUTOVER_TEST_MYSQL_URL");
    for modes in ["", "NO_BACKSLASH_ESCAPES", "ANSI_QUOTES", "ANSI_QUOTES,NO_BACKSLASH_ESCAPES"] {
        let mut options = source::SourceOptions::default();
        options.settings.insert("sql_mode".to_owned(), modes.to_owned());
        survive(&mysql, driver("mysql").unwrap().dialect, &options, "", "").await;
    }
    let folder = tempfile::tempdir().unwrap();
    let database = format!("sqlite:{}", folder.path().join("x.db").display());
    SqliteConnection::connect(&format!("{database}?mode=rwc")).await.unwrap().close().await.unwrap();
    survive(&database, driver("sqlite").unwrap().dialect, &plain, "", "").await;
    let database = folder.path().join("x.duckdb");
    crate::contract::duckdb::make(&database, &[]);
    let driver_of_duckdb = source::SourceOptions { driver: Some(crate::support::duckdb_driver()), ..plain.clone() };
    let database = format!("adbc:duckdb:{}", database.display());
    // A comment with a quote and a text with one behind a backslash lead DuckDB astray in what stands behind them.
    for before in ["", "/* it's */ "] {
        survive(&database, driver("duckdb").unwrap().dialect, &driver_of_duckdb, before, "").await;
    }
    let csv = folder.path().join("t.csv");
    std::fs::write(&csv, "n\n1\n").unwrap();
    survive(csv.to_str().unwrap(), driver("files").unwrap().dialect, &plain, "", " FROM t").await;
}

/// A literal is written so that it is read alike, whatever the setting.
#[tokio::test]
async fn a_database_without_standard_strings_reads_the_same() {
    let url = crate::packs::postgres("statements_strings").await;
    let mut connection = sqlx::PgConnection::connect(&url).await.unwrap();
    let off = "ALTER DATABASE statements_strings SET standard_conforming_strings = off";
    sqlx::query(off).execute(&mut connection).await.unwrap();
    let settings = [("standard_conforming_strings".to_owned(), "off".to_owned())].into();
    survive(
        &url,
        driver("postgres").unwrap().dialect,
        &source::SourceOptions { settings, ..source::SourceOptions::default() },
        "",
        "",
    )
    .await;
}

//! DuckDB through its ADBC driver: exact values, one query and nothing else, no more than its file, stopped when given up.

mod across;
mod drivers;
mod reading;
mod types;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use adbc_core::options::{AdbcVersion, OptionDatabase, OptionValue};
use adbc_core::{Connection, Database, Driver, Statement};
use adbc_driver_manager::ManagedDriver;
use cutover::frame::Value;
use cutover::source::{CancellationToken, Engine, ErrorCode, SourceOptions, SourceUrl, open, query};

use super::hold;
use crate::support::duckdb_driver as library;

const LIMIT: Duration = Duration::from_secs(30);

/// Makes a database at `path` by `statements`, or goes on with one.
pub(crate) fn make(path: &Path, statements: &[&str]) {
    tried(path, statements).unwrap();
}

/// The same; what went wrong where something did, with nothing of the transaction that was open.
pub(crate) fn tried(path: &Path, statements: &[&str]) -> Result<(), String> {
    let mut driver =
        ManagedDriver::load_dynamic_from_filename(library(), Some(b"duckdb_adbc_init"), AdbcVersion::V110).unwrap();
    let option = (OptionDatabase::Other("path".to_owned()), OptionValue::String(path.display().to_string()));
    let mut connection = driver.new_database_with_opts([option]).unwrap().new_connection().unwrap();
    for sql in statements {
        let mut statement = connection.new_statement().unwrap();
        statement.set_sql_query(sql).unwrap();
        statement.execute_update().map_err(|cause| format!("{sql}: {}", cause.message))?;
    }
    Ok(())
}

fn engine(path: &Path) -> Arc<dyn Engine> {
    with(path, &[]).unwrap()
}

fn with(path: &Path, settings: &[(&str, &str)]) -> Result<Arc<dyn Engine>, cutover::source::Error> {
    let url = SourceUrl::parse(&format!("adbc:duckdb:{}", path.display()), Path::new("/")).unwrap();
    let settings = settings.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    open(&url, &SourceOptions { driver: Some(library()), settings, ..SourceOptions::default() })
}

/// A folder with an empty database in it.
fn empty() -> (tempfile::TempDir, Arc<dyn Engine>) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.duckdb");
    make(&path, &["CREATE TABLE t (id INTEGER)"]);
    let engine = engine(&path);
    (folder, engine)
}

/// Catches a value that changes on its way.
#[tokio::test(flavor = "multi_thread")]
async fn the_contract_holds() {
    let (_folder, engine) = empty();
    hold(engine.as_ref(), written).await;
}

/// Catches a NULL that is read as a value of its type, and a type that changes where a NULL is.
#[tokio::test(flavor = "multi_thread")]
async fn a_null_of_every_type_is_null() {
    let (_folder, engine) = empty();
    for case in super::cases() {
        let Some(written) = written(case.name) else { continue };
        let sql = format!("SELECT v FROM (SELECT 1 AS n, {written} AS v UNION ALL SELECT 2, NULL) ORDER BY n");
        let answer = query(engine.as_ref(), &sql, LIMIT, &CancellationToken::default()).await.unwrap();
        assert_eq!(*answer.frame.column("v").unwrap().1, case.of, "{}", case.name);
        let values = answer.frame.values("v");
        assert!(super::same(&case.value, &values[0]) && values[1] == Value::Null, "{}: {values:?}", case.name);
    }
}

/// DuckDB's expression of a case of the contract.
pub(super) fn written(case: &str) -> Option<String> {
    let written = match case {
        "true" => "true",
        "false" => "false",
        "i16_min" => "CAST('-32768' AS SMALLINT)",
        "i32_min" => "CAST('-2147483648' AS INTEGER)",
        "i64_min" => "CAST('-9223372036854775808' AS BIGINT)",
        "i64_max" => "9223372036854775807",
        "above_2_53" => "9007199254740993",
        "u64_max" => "CAST('18446744073709551615' AS UBIGINT)",
        "i128_min" => "CAST('-170141183460469231731687303715884105728' AS HUGEINT)",
        "decimal_38_12" => "CAST('99999999999999999999999999.123456789012' AS DECIMAL(38, 12))",
        "decimal_negative" => "CAST('-0.000000000001' AS DECIMAL(38, 12))",
        "decimal_zero" => "CAST('0' AS DECIMAL(9, 2))",
        "float" => "CAST('0.1' AS DOUBLE)",
        "float32" => "CAST('0.1' AS FLOAT)",
        "float_infinity" => "CAST('infinity' AS DOUBLE)",
        "float_minus_infinity" => "CAST('-infinity' AS DOUBLE)",
        "float_nan" => "CAST('nan' AS DOUBLE)",
        "float_minus_zero" => "CAST('-0.0' AS DOUBLE)",
        "text" => r#"'naïve 🦀 ''quoted'' "too" \ |'"#,
        "text_empty" => "''",
        "text_newline" => "'a' || chr(10) || 'b' || chr(9) || 'c'",
        "bytes" => r"'\x00\xff\xfe\x27'::BLOB",
        "date" => "DATE '2026-01-01'",
        "date_old" => "DATE '1969-12-31'",
        "time_micros" => "TIME '23:59:59.999999'",
        "instant_micros" => "TIMESTAMPTZ '2026-01-01 00:00:00.123456+00'",
        // A timestamp with nine digits has no zone.
        "instant_before_1970" => "TIMESTAMPTZ '1969-12-31 23:59:59.999999+00'",
        "wall_clock_micros" => "TIMESTAMP '2026-01-01 00:00:00.123456'",
        "uuid" => "CAST('0a1b2c3d-0000-4000-8000-00000000ffff' AS UUID)",
        "json" => r#"CAST('{"a": [1, 2.50, null]}' AS JSON)"#,
        "enum" => "CAST('second' AS ENUM ('first', 'second'))",
        "array" => "[3, 1, 2]",
        "array_empty" => "CAST([] AS INTEGER[])",
        "array_of_null" => "['a', NULL]",
        "map" => "MAP {'in': 7}",
        _ => return None,
    };
    Some(written.to_owned())
}

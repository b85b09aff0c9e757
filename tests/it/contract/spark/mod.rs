//! Spark through the ADBC driver of Spark Connect: exact values, queries that only read, stopped when given up.

mod across;
mod drivers;
mod reading;
mod via;
mod via_database;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use adbc_core::options::{AdbcVersion, OptionDatabase, OptionValue};
use adbc_core::{Connection, Database, Driver, Statement};
use adbc_driver_manager::{ManagedConnection, ManagedDriver};
use arrow::util::pretty::pretty_format_batches;
use cutover::frame::Value;
use cutover::source::{CancellationToken, Engine, ErrorCode, SourceOptions, SourceUrl, open, query};

use super::hold;
use crate::support::{engine_url, spark_driver as library};

const LIMIT: Duration = Duration::from_secs(60);

fn connection(url: &str) -> ManagedConnection {
    let parsed = url::Url::parse(url.strip_prefix("adbc:").unwrap()).unwrap();
    let mut driver =
        ManagedDriver::load_dynamic_from_filename(library(), Some(b"AdbcDriverSparkInit"), AdbcVersion::V110).unwrap();
    let server = format!("sc://{}:{}", parsed.host_str().unwrap(), parsed.port().unwrap());
    let option = (OptionDatabase::Uri, OptionValue::String(server));
    let mut connection = driver.new_database_with_opts([option]).unwrap().new_connection().unwrap();
    let schema = parsed.path().trim_matches('/');
    if !schema.is_empty() {
        sent(&mut connection, &format!("USE {schema}"));
    }
    connection
}

fn sent(connection: &mut ManagedConnection, sql: &str) -> String {
    let mut statement = connection.new_statement().unwrap();
    statement.set_sql_query(sql).unwrap();
    let answer = statement.execute().unwrap_or_else(|cause| panic!("{sql}: {}", cause.message));
    let batches: Vec<_> = answer.collect::<Result<_, _>>().unwrap_or_else(|cause| panic!("{sql}: {cause}"));
    pretty_format_batches(&batches).unwrap().to_string()
}

/// A new, empty schema of the test server.
pub(crate) fn schema(name: &str) -> String {
    let url = engine_url("CUTOVER_TEST_SPARK_URL");
    let mut connection = connection(&url);
    sent(&mut connection, &format!("DROP SCHEMA IF EXISTS {name} CASCADE"));
    sent(&mut connection, &format!("CREATE SCHEMA {name}"));
    format!("{url}/{name}")
}

/// Runs `statements` in the schema of `url`.
pub(crate) fn make(url: &str, statements: &[&str]) {
    let mut connection = connection(url);
    for sql in statements {
        sent(&mut connection, sql);
    }
}

/// What Spark itself says to `sql`.
pub(crate) fn asked(url: &str, sql: &str) -> String {
    sent(&mut connection(url), sql)
}

fn with(url: &str, settings: &[(&str, &str)], timezone: Option<&str>) -> Arc<dyn Engine> {
    let settings = settings.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    let options = SourceOptions {
        driver: Some(library()),
        settings,
        timezone: timezone.map(str::to_owned),
        ..SourceOptions::default()
    };
    open(&SourceUrl::parse(url, Path::new("/")).unwrap(), &options).unwrap()
}

fn engine() -> Arc<dyn Engine> {
    with(&engine_url("CUTOVER_TEST_SPARK_URL"), &[], None)
}

async fn ask(engine: &dyn Engine, sql: &str) -> Result<cutover::source::Answer, cutover::source::Error> {
    query(engine, sql, LIMIT, &CancellationToken::default()).await
}

/// Catches a value that changes on its way.
#[tokio::test(flavor = "multi_thread")]
async fn the_contract_holds() {
    hold(engine().as_ref(), written).await;
}

/// Catches a NULL that is read as a value of its type, and a type that changes where a NULL is.
#[tokio::test(flavor = "multi_thread")]
async fn a_null_of_every_type_is_null() {
    let engine = engine();
    for case in super::cases() {
        let Some(written) = written(case.name) else { continue };
        let sql = format!("SELECT v FROM (SELECT 1 AS n, {written} AS v UNION ALL SELECT 2, NULL) ORDER BY n");
        let answer = ask(engine.as_ref(), &sql).await.unwrap();
        assert_eq!(*answer.frame.column("v").unwrap().1, case.of, "{}", case.name);
        let values = answer.frame.values("v");
        assert!(super::same(&case.value, &values[0]) && values[1] == Value::Null, "{}: {values:?}", case.name);
    }
}

/// Spark's expression of a case of the contract.
fn written(case: &str) -> Option<String> {
    let written = match case {
        "true" => "true",
        "false" => "false",
        "i16_min" => "CAST(-32768 AS SMALLINT)",
        "i32_min" => "-2147483648",
        "i64_min" => "-9223372036854775808",
        "i64_max" => "9223372036854775807",
        "above_2_53" => "9007199254740993",
        "decimal_38_12" => "CAST('99999999999999999999999999.123456789012' AS DECIMAL(38, 12))",
        "decimal_negative" => "CAST('-0.000000000001' AS DECIMAL(38, 12))",
        "decimal_zero" => "CAST('0' AS DECIMAL(9, 2))",
        "float" => "0.1D",
        "float32" => "CAST(0.1 AS FLOAT)",
        "float_infinity" => "CAST('infinity' AS DOUBLE)",
        "float_minus_infinity" => "CAST('-infinity' AS DOUBLE)",
        "float_nan" => "CAST('nan' AS DOUBLE)",
        "float_minus_zero" => "-0.0D",
        "text" => r#"'naïve 🦀 \'quoted\' "too" \\ |'"#,
        "text_empty" => "''",
        "text_newline" => r"'a\nb\tc'",
        "bytes" => "X'00fffe27'",
        "date" => "DATE '2026-01-01'",
        "date_old" => "DATE '1969-12-31'",
        "instant_micros" => "TIMESTAMP '2026-01-01 00:00:00.123456Z'",
        "instant_before_1970" => "TIMESTAMP '1969-12-31 23:59:59.999999Z'",
        "wall_clock_micros" => "TIMESTAMP_NTZ '2026-01-01 00:00:00.123456'",
        "array" => "array(3, 1, 2)",
        "array_empty" => "CAST(array() AS ARRAY<INT>)",
        "array_of_null" => "array('a', NULL)",
        "map" => "map('in', 7)",
        _ => return None,
    };
    Some(written.to_owned())
}

/// Catches a type that is compared by how it is packed, and a way out that leads nowhere.
#[tokio::test(flavor = "multi_thread")]
async fn a_type_without_an_exact_form_is_refused_with_a_way_out() {
    let engine = engine();
    for (written, of) in [
        ("parse_json('{\"a\": 1}')", "VARIANT"),
        ("INTERVAL '1' DAY", "INTERVAL DAY"),
        ("INTERVAL '1' MONTH", "INTERVAL MONTH"),
        ("TIME '01:02:03.5'", "TIME(6)"),
        ("st_geomfromwkb(X'0101000000000000000000f03f0000000000000040')", "GEOMETRY(0)"),
        ("array(INTERVAL '1' DAY)", "INTERVAL DAY"),
        ("named_struct('a', named_struct('v', parse_json('1')))", "VARIANT"),
    ] {
        let refused = ask(engine.as_ref(), &format!("SELECT 1 AS n, {written} AS `v'x`")).await.unwrap_err();
        assert_eq!((refused.code, refused.column.as_deref()), (ErrorCode::TypeUnsupported, Some("v'x")), "{refused}");
        assert!(refused.message.contains(&format!("Spark's type {of} ")), "{refused}");
        let hint = refused.message.split("select ").nth(1).unwrap().split(" instead").next().unwrap();
        let instead = format!("SELECT {hint} AS t FROM (SELECT {written} AS `v'x`)");
        let answer = ask(engine.as_ref(), &instead).await.unwrap_or_else(|error| panic!("{instead}: {error}"));
        assert!(matches!(answer.frame.values("t")[..], [Value::Text(_)]), "{instead}");
    }
    // A struct of many fields, of which Spark by itself names 25.
    let fields = (0..40).map(|n| format!("'f{n}', {n}")).collect::<Vec<_>>().join(", ");
    let wide = format!("SELECT named_struct({fields}) AS v");
    assert!(ask(engine.as_ref(), &wide).await.is_ok());
    let wide = format!("SELECT named_struct({fields}, 'v', parse_json('1')) AS v");
    assert_eq!(ask(engine.as_ref(), &wide).await.unwrap_err().code, ErrorCode::TypeUnsupported);
}

/// Catches a struct whose fields are lost, or compared by their order.
#[tokio::test(flavor = "multi_thread")]
async fn a_struct_is_json() {
    let sql = "SELECT named_struct('b', 1.50BD, 'a', array(NULL, 'x'), 'n', CAST(NULL AS INT)) AS v";
    let answer = ask(engine().as_ref(), sql).await.unwrap();
    let [Value::Json(text)] = &answer.frame.values("v")[..] else { panic!("{:?}", answer.frame) };
    let read: serde_json::Value = serde_json::from_str(text).unwrap();
    assert_eq!(
        (&read["a"][1], &read["n"], text.contains("1.5")),
        (&"x".into(), &serde_json::Value::Null, true),
        "{text}"
    );
}

/// Catches a session in the zone of the server, or one whose instants move with the zone of the source.
#[tokio::test(flavor = "multi_thread")]
async fn sessions_are_in_the_zone_of_the_source() {
    let url = engine_url("CUTOVER_TEST_SPARK_URL");
    let sql = "SELECT TIMESTAMP '2026-01-01 00:00:00' AS at, hour(TIMESTAMP '2026-07-01 00:00:00Z') AS hour";
    for (zone, nanos, hour) in [(None, 0, 0), (Some("Asia/Kolkata"), -19_800_000_000_000_i64, 5)] {
        let engine = with(&url, &[], zone);
        let frame = ask(engine.as_ref(), sql).await.unwrap().frame;
        let at = Value::Instant((1_767_225_600_000_000_000 + nanos).into());
        assert_eq!((&frame.values("at")[0], &frame.values("hour")[0]), (&at, &Value::Integer(hour)));
        assert_eq!(engine.describe().await.unwrap().timezone, zone.unwrap_or("UTC"));
    }
}

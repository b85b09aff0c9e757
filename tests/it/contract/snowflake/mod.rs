//! Snowflake's own driver against a stand-in that speaks Snowflake's protocol and is DuckDB behind it: how answers come over,
//! what is refused of them, how sessions are set up. What only the real service does is not seen here.

mod driver;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use adbc_core::options::{AdbcVersion, OptionDatabase, OptionValue};
use adbc_core::{Connection, Database, Driver, Statement};
use adbc_driver_manager::ManagedDriver;
use cutover::frame::{Type, Value};
use cutover::source::{
    CancellationToken, Engine, ErrorCode, SourceOptions, SourceUrl, TableName, open, query, table, tables,
};

use super::{cases, same};
use crate::support::{engine_url, snowflake_driver as library};

const LIMIT: Duration = Duration::from_secs(60);

fn url() -> String {
    engine_url("CUTOVER_TEST_SNOWFLAKE_URL")
}

/// Runs `statements` in a database of their own, and returns its URL.
pub(crate) fn make(database: &str, statements: &[&str]) -> String {
    let here = url().replace("/CUTOVER.PUBLIC", &format!("/{database}.PUBLIC"));
    let parsed = url::Url::parse(here.strip_prefix("adbc:").unwrap()).unwrap();
    let mut driver =
        ManagedDriver::load_dynamic_from_filename(library(), Some(b"AdbcDriverSnowflakeInit"), AdbcVersion::V110)
            .unwrap();
    let of = |name: &str, value: &str| {
        (OptionDatabase::Other(format!("adbc.snowflake.sql.{name}")), OptionValue::String(value.to_owned()))
    };
    let options = [
        (OptionDatabase::Username, OptionValue::String(parsed.username().to_owned())),
        (OptionDatabase::Password, OptionValue::String(parsed.password().unwrap().to_owned())),
        of("account", "cutover"),
        of("uri.host", parsed.host_str().unwrap()),
        of("uri.port", &parsed.port().unwrap().to_string()),
        of("uri.protocol", "http"),
        of("db", database),
        of("schema", "PUBLIC"),
    ];
    let mut connection = driver.new_database_with_opts(options).unwrap().new_connection().unwrap();
    for sql in statements {
        let mut statement = connection.new_statement().unwrap();
        statement.set_sql_query(sql).unwrap();
        let answer = statement.execute().unwrap_or_else(|cause| panic!("{sql}: {}", cause.message));
        answer.for_each(|batch| drop(batch.unwrap()));
    }
    here
}

fn opened(url: &str) -> Arc<dyn Engine> {
    let options = SourceOptions { driver: Some(library()), ..SourceOptions::default() };
    open(&SourceUrl::parse(url, Path::new("/")).unwrap(), &options).unwrap()
}

fn engine() -> Arc<dyn Engine> {
    opened(&url())
}

async fn ask(engine: &dyn Engine, sql: &str) -> Result<cutover::source::Answer, cutover::source::Error> {
    query(engine, sql, LIMIT, &CancellationToken::default()).await
}

/// Snowflake's expression of a case of the contract.
fn written(case: &str) -> Option<&'static str> {
    Some(match case {
        "true" => "true",
        "false" => "false",
        "i16_min" => "-32768",
        "i32_min" => "-2147483648",
        "i64_min" => "(-9223372036854775807 - 1)",
        "i64_max" => "9223372036854775807",
        "above_2_53" => "9007199254740993",
        "decimal_38_12" => "CAST('99999999999999999999999999.123456789012' AS NUMBER(38, 12))",
        "decimal_negative" => "CAST('-0.000000000001' AS NUMBER(38, 12))",
        "decimal_zero" => "CAST('0' AS NUMBER(9, 2))",
        "float" => "CAST('0.1' AS FLOAT)",
        "float_infinity" => "CAST('inf' AS FLOAT)",
        "float_minus_infinity" => "CAST('-inf' AS FLOAT)",
        "float_nan" => "CAST('NaN' AS FLOAT)",
        "float_minus_zero" => "CAST('-0.0' AS FLOAT)",
        "text" => r#"'naïve 🦀 \'quoted\' "too" \\ |'"#,
        "text_empty" => "''",
        "text_newline" => r"'a\nb\tc'",
        "bytes" => "X'00fffe27'",
        "date" => "DATE '2026-01-01'",
        "date_old" => "DATE '1969-12-31'",
        "time_micros" => "CAST('23:59:59.999999' AS TIME)",
        "instant_micros" => "CAST('2026-01-01 00:00:00.123456 +00:00' AS TIMESTAMP_LTZ)",
        "instant_before_1970" => "CAST('1969-12-31 23:59:59.999999 +00:00' AS TIMESTAMP_LTZ)",
        "wall_clock_micros" => "CAST('2026-01-01 00:00:00.123456' AS TIMESTAMP_NTZ)",
        _ => return None,
    })
}

/// Catches a value or a type that changes on its way, a NULL that is read as a value, and an answer without rows of another
/// type. The stand-in hands over a NULL time as 1970.
#[tokio::test(flavor = "multi_thread")]
async fn the_contract_holds() {
    let engine = engine();
    let mut held = 0;
    for case in cases() {
        let Some(written) = written(case.name) else { continue };
        held += 1;
        let answer = ask(engine.as_ref(), &format!("SELECT {written} AS \"v\"")).await;
        let answer = answer.unwrap_or_else(|error| panic!("{}: {error} {:?}", case.name, error.causes));
        assert_eq!(*answer.frame.column("v").unwrap().1, case.of, "{}", case.name);
        let values = answer.frame.values("v");
        assert!(values.len() == 1 && same(&case.value, &values[0]), "{}: {values:?}", case.name);
        if !matches!(case.of, Type::Instant | Type::WallClock) {
            let both =
                format!("SELECT v AS \"v\" FROM (SELECT 1 AS n, {written} AS v UNION ALL SELECT 2, NULL) ORDER BY n");
            let values = ask(engine.as_ref(), &both).await.unwrap().frame.values("v");
            assert!(same(&case.value, &values[0]) && values[1] == Value::Null, "{}: {values:?}", case.name);
        }
        let none = format!("SELECT x.v AS \"v\" FROM (SELECT {written} AS v) AS x WHERE 1 = 0");
        let empty = ask(engine.as_ref(), &none).await.unwrap().frame;
        assert_eq!((empty.height(), empty.column("v").unwrap().1), (0, &case.of), "{}: empty", case.name);
    }
    assert_eq!(held, 25);
}

/// Catches a VARIANT that is compared by the text it comes as, with rows and without.
#[tokio::test(flavor = "multi_thread")]
async fn a_variant_is_refused_with_a_way_out() {
    let engine = engine();
    for wanted in ["", " WHERE 1 = 0"] {
        let sql = format!("SELECT * FROM (SELECT PARSE_JSON('{{\"a\":1}}') AS \"a\"\"b\") AS x{wanted}");
        let refused = ask(engine.as_ref(), &sql).await.unwrap_err();
        assert_eq!((refused.code, refused.column.as_deref()), (ErrorCode::TypeUnsupported, Some("a\"b")), "{refused}");
        assert!(refused.message.contains("Snowflake's type VARIANT has no exact"), "{refused}");
        assert!(refused.message.contains("select TO_JSON(\"a\"\"b\") instead"), "{refused}");
    }
    let way_out = "SELECT TO_JSON(PARSE_JSON('{\"a\":1}')) AS \"v\"";
    assert_eq!(ask(engine.as_ref(), way_out).await.unwrap().frame.values("v"), [Value::Text("{\"a\":1}".into())]);
}

/// Catches an answer of several batches of which one is lost or read twice, and columns that are described as others.
#[tokio::test(flavor = "multi_thread")]
async fn every_row_is_read_as_it_was_described() {
    let engine = engine();
    let ticket = cutover::source::QueryHandle::default();
    let mut reader = engine.reader(LIMIT, &ticket).await.unwrap();
    for rows in [0_i128, 200_000] {
        let sql = format!(
            "SELECT n AS \"id\", 'x' || n AS \"t\" FROM (SELECT seq8() AS n FROM TABLE(GENERATOR(ROWCOUNT => 200000))) AS g \
             WHERE n < {rows}"
        );
        let described = reader.describe(&sql).await.unwrap().unwrap();
        let types: Vec<_> = described.iter().map(|column| (column.name.as_str(), &column.of)).collect();
        assert_eq!(types, [("id", &Type::Integer), ("t", &Type::Text)]);
        let (sender, mut receiver) = tokio::sync::mpsc::channel::<cutover::frame::Frame>(1);
        let summed = async {
            let (mut sum, mut height) = (0, 0_i128);
            while let Some(frame) = receiver.recv().await {
                height += i128::try_from(frame.height()).unwrap();
                for value in frame.values("id") {
                    let Value::Integer(id) = value else { panic!("{value:?}") };
                    sum += id;
                }
            }
            (sum, height)
        };
        let (read, found) = tokio::join!(reader.read(&sql, sender), summed);
        read.unwrap();
        assert_eq!(found, (rows * (rows - 1) / 2, rows));
    }
}

/// Catches a session in the zone of the server, and what Snowflake says that is lost on its way.
#[tokio::test(flavor = "multi_thread")]
async fn what_snowflake_says_is_told() {
    let engine = engine();
    let told = engine.describe().await.unwrap();
    assert_eq!((told.engine.as_str(), told.timezone.as_str(), told.tls.as_str()), ("snowflake", "UTC", "none"));
    assert!(!told.version.is_empty() && !told.url.contains("snow@"), "{told:?}");
    let difference = chrono::Utc::now() - engine.now().await.unwrap();
    assert!(difference.num_seconds().abs() < 60, "{difference}");
    for (sql, code, said) in [
        ("SELECT * FROM ABSENT", ErrorCode::QueryRefused, "ABSENT does not exist"),
        ("SELECT 1; SELECT 2", ErrorCode::StatementRefused, "more than one statement"),
        ("INSERT INTO T SELECT 1", ErrorCode::StatementRefused, "begins with INSERT"),
    ] {
        let error = ask(engine.as_ref(), sql).await.unwrap_err();
        assert!(error.message.contains(said) && error.code == code, "{sql}: {:?} {error}", error.code);
    }
}

/// Catches a catalogue that has not every table, or knows a column by another type.
#[tokio::test(flavor = "multi_thread")]
async fn the_catalogue_lists_tables_and_columns() {
    let url = make(
        "CATALOGUE",
        &[
            "CREATE OR REPLACE TABLE ORDERS (ID NUMBER(38,0) NOT NULL, TOTAL NUMBER(10,2), \"note\" VARCHAR, MADE_AT TIMESTAMP_NTZ)",
            "CREATE SCHEMA IF NOT EXISTS OTHER",
            "CREATE OR REPLACE TABLE OTHER.\"Odd Name\" (A FLOAT)",
        ],
    );
    let engine = opened(&url);
    let at = SourceUrl::parse(&url, Path::new("/")).unwrap();
    let stop = CancellationToken::default();
    let listed = tables(engine.as_ref(), at.location(), LIMIT, &stop).await.unwrap();
    let listed: Vec<String> = listed.iter().map(ToString::to_string).collect();
    assert_eq!(listed, ["ORDERS", "OTHER.Odd Name"]);
    let name = TableName::parse("ORDERS").unwrap();
    let found = table(engine.as_ref(), &name, LIMIT, &stop).await.unwrap();
    assert_eq!(found.columns, ["ID", "TOTAL", "note", "MADE_AT"]);
    let odd = TableName::parse("OTHER.\"Odd Name\"").unwrap();
    assert_eq!(table(engine.as_ref(), &odd, LIMIT, &stop).await.unwrap().columns, ["A"]);
    let absent = TableName::parse("orders").unwrap();
    let error = table(engine.as_ref(), &absent, LIMIT, &stop).await.unwrap_err();
    assert!(error.message.contains("\"orders\"") && error.message.contains("case"), "{error}");
}

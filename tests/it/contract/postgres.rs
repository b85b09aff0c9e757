//! PostgreSQL: its expression of each case, and what only it can get wrong.

use std::path::Path;
use std::time::{Duration, Instant};

use cutover::check::Requirement;
use cutover::frame::{Frame, Type, Value};
use cutover::source::{Engine, Error, Fault, Location, Options, Postgres, SourceUrl, Stop, query};
use sqlx::{Connection, PgConnection};

use crate::support::engine_url;

const LIMIT: Duration = Duration::from_secs(60);

fn url() -> String {
    engine_url("CUTOVER_TEST_POSTGRES_URL")
}

fn open_url(url: &str, options: &Options) -> Postgres {
    let source = SourceUrl::parse(url, Path::new("/")).expect("a URL");
    let Location::Postgres(location) = source.location() else { panic!("{source} is no PostgreSQL") };
    Postgres::open(location, options, source.to_string()).expect("a source")
}

fn open() -> Postgres {
    open_url(&url(), &Options::default())
}

async fn fetch(engine: &Postgres, sql: &str) -> Result<Frame, Error> {
    query(engine, sql, LIMIT, &Stop::default()).await.map(|answer| answer.frame)
}

async fn refused(sql: &str) -> Error {
    match fetch(&open(), sql).await {
        Ok(frame) => panic!("`{sql}` was answered with {frame:?}"),
        Err(error) => error,
    }
}

/// Runs statements outside the engine under test, which could not write.
async fn setup(statements: &str) {
    let mut connection = PgConnection::connect(&url()).await.expect("the test server");
    sqlx::raw_sql(sqlx::AssertSqlSafe(statements)).execute(&mut connection).await.expect("a set-up statement");
}

fn expression(case: &str) -> Option<String> {
    let written = match case {
        "true" => "true",
        "false" => "false",
        "i16_min" => "(-32768)::int2",
        "i32_min" => "(-2147483648)::int4",
        "i64_min" => "(-9223372036854775808)::int8",
        "i64_max" => "9223372036854775807",
        "above_2_53" => "9007199254740993",
        // No unsigned or 128-bit integers; numeric holds such values as decimals.
        "u64_max" | "i128_min" | "u128_max" => return None,
        "decimal_38_12" => "99999999999999999999999999.123456789012::numeric(38, 12)",
        "decimal_negative" => "(-0.000000000001)::numeric(38, 12)",
        "decimal_zero" => "0.00::numeric(4, 2)",
        "float" => "0.1::float8",
        "float32" => "0.1::float4",
        "float_infinity" => "'Infinity'::float8",
        "float_minus_infinity" => "'-Infinity'::float8",
        "float_nan" => "'NaN'::float8",
        "float_minus_zero" => "'-0'::float8",
        "text" => "E'naïve 🦀 \\'quoted\\' \"too\" \\\\ |'",
        "text_empty" => "''",
        "text_newline" => "E'a\\nb\\tc'",
        "bytes" => "'\\x00fffe27'::bytea",
        "date" => "DATE '2026-01-01'",
        "date_old" => "DATE '1969-12-31'",
        "time_micros" => "TIME '23:59:59.999999'",
        "instant_micros" => "TIMESTAMPTZ '2026-01-01 00:00:00.123456+00'",
        // Microseconds are the finest.
        "instant_nanos" => return None,
        "instant_before_1970" => "TIMESTAMPTZ '1969-12-31 23:59:59.999999+00'",
        "wall_clock_micros" => "TIMESTAMP '2026-01-01 00:00:00.123456'",
        "uuid" => "'0A1B2C3D-0000-4000-8000-00000000FFFF'::uuid",
        "json" => "'{\"a\": [1, 2.50, null]}'::json",
        "enum" => "'second'::contract_enum",
        "array" => "ARRAY[3, 1, 2]",
        "array_empty" => "'{}'::int4[]",
        "array_of_null" => "ARRAY['a', NULL]",
        // hstore maps text to text only.
        "map" => return None,
        other => panic!("case {other} has no expression here; say None where the engine has no such type"),
    };
    Some(written.to_owned())
}

#[tokio::test]
async fn every_type_arrives_as_its_canonical_value() {
    setup(
        "DO $$ BEGIN CREATE TYPE contract_enum AS ENUM ('first', 'second'); \
         EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$",
    )
    .await;
    let engine = open();
    super::hold(&engine, expression).await;
    for case in super::cases() {
        let Some(written) = expression(case.name) else { continue };
        let frame = fetch(&engine, &format!("SELECT nullif(1, 1) AS n, CASE WHEN false THEN {written} END AS v")).await;
        let frame = frame.unwrap_or_else(|e| panic!("{}: {e}", case.name));
        assert_eq!(frame.values("v"), [Value::Null], "{}: NULL", case.name);
    }
}

/// A type read by the wrong shape, or by none, shows here: each beside a NULL of its own type.
#[tokio::test]
async fn the_other_types_of_the_table_hold_values_and_nulls() {
    setup(
        "CREATE EXTENSION IF NOT EXISTS citext; CREATE EXTENSION IF NOT EXISTS hstore; \
         DO $$ BEGIN CREATE DOMAIN contract_cents AS numeric(10, 2); \
         EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$; \
         DO $$ BEGIN CREATE TYPE contract_colour AS ENUM ('red', 'Grün'); \
         EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$",
    )
    .await;
    let text = |s: &str| Value::Text(s.to_owned());
    let decimal = |unscaled, scale| Value::Decimal { unscaled, scale };
    let list = |of: Type| Type::Array(Box::new(of));
    let texts = || Type::Map(Box::new(Type::Text), Box::new(Type::Text));
    let cases = [
        ("4294967295::oid", Type::Integer, Value::Integer(4_294_967_295)),
        ("'ab'::char(4)", Type::Text, text("ab  ")),
        ("'x'::\"char\"", Type::Text, text("x")),
        ("''::\"char\"", Type::Text, text("")),
        ("'n'::name", Type::Text, text("n")),
        ("'v'::varchar(3)", Type::Text, text("v")),
        ("'MiXed'::citext", Type::Text, text("MiXed")),
        ("'Grün'::contract_colour", Type::Text, text("Grün")),
        ("12.5::contract_cents", Type::Decimal { scale: 2 }, decimal(1250, 2)),
        (
            "ARRAY[12.5, 7]::contract_cents[]",
            list(Type::Decimal { scale: 2 }),
            Value::Array(vec![decimal(1250, 2), decimal(700, 2)]),
        ),
        (
            "'{\"b\": 12345678901234567890.10, \"a\": 1}'::jsonb",
            Type::Json,
            Value::Json("{\"a\": 1, \"b\": 12345678901234567890.10}".to_owned()),
        ),
        ("'a=>1, b=>NULL'::hstore", texts(), Value::Map(vec![(text("a"), text("1")), (text("b"), Value::Null)])),
        ("ARRAY[true, NULL]", list(Type::Bool), Value::Array(vec![Value::Bool(true), Value::Null])),
        ("ARRAY['red']::contract_colour[]", list(Type::Text), Value::Array(vec![text("red")])),
        ("ARRAY['\\x00'::bytea]", list(Type::Bytes), Value::Array(vec![Value::Bytes(vec![0])])),
        ("ARRAY[0.1::float4]", list(Type::Float), Value::Array(vec![Value::Float(0.1_f32.into())])),
        ("ARRAY[DATE '2000-01-01']", list(Type::Date), Value::Array(vec![Value::Date(10_957)])),
        ("ARRAY[TIMESTAMPTZ '1970-01-01 00:00:00+00']", list(Type::Instant), Value::Array(vec![Value::Instant(0)])),
        ("ARRAY[TIMESTAMP '1970-01-01']", list(Type::WallClock), Value::Array(vec![Value::WallClock(0)])),
        ("ARRAY[TIME '00:00:01']", list(Type::Time), Value::Array(vec![Value::Time(1_000_000_000)])),
        ("DATE '4713-01-01 BC'", Type::Date, Value::Date(-2_440_550)),
        ("DATE '5874897-12-31'", Type::Date, Value::Date(2_147_483_493 - 2_440_588)),
    ];
    let engine = open();
    for (written, of, value) in cases {
        let sql = format!("SELECT CASE WHEN i = 1 THEN {written} END AS v FROM generate_series(1, 2) AS i ORDER BY i");
        let frame = fetch(&engine, &sql).await.unwrap_or_else(|e| panic!("{written}: {e} {:?}", e.causes));
        assert_eq!(frame.column("v").map(|(_, of)| of.clone()), Some(of), "{written}");
        assert_eq!(frame.values("v"), [value, Value::Null], "{written}");
    }
}

/// A scale guessed from the first row would round the others.
#[tokio::test]
async fn a_column_of_decimals_has_the_scale_its_values_need() {
    let engine = open();
    let frame = fetch(&engine, "SELECT v FROM (VALUES (1.1), (1.10), (NULL), (-0.0000000001), (12345678)) AS t(v)")
        .await
        .unwrap();
    let tenths = |unscaled| Value::Decimal { unscaled, scale: 10 };
    assert_eq!(
        frame.values("v"),
        [tenths(11_000_000_000), tenths(11_000_000_000), Value::Null, tenths(-1), tenths(123_456_780_000_000_000)]
    );
    // 30 digits before the point beside 20 shown after it: only the zeros may go.
    let frame =
        fetch(&engine, "SELECT v FROM (VALUES (1e30::numeric), (0.50000000000000000000)) AS t(v)").await.unwrap();
    assert_eq!(frame.column("v").unwrap().1, &Type::Decimal { scale: 1 });
    assert_eq!(frame.values("v")[1], Value::Decimal { unscaled: 5, scale: 1 });
    // Averages and sums come without a declared scale.
    let frame = fetch(&engine, "SELECT avg(v) AS a, sum(v) AS s FROM (VALUES (1), (2)) AS t(v)").await.unwrap();
    assert_eq!(frame.values("a"), [Value::Decimal { unscaled: 15_000_000_000_000_000, scale: 16 }]);
    assert_eq!(frame.values("s"), [Value::Integer(3)]);
    let none = fetch(&engine, "SELECT NULL::numeric AS v").await.unwrap();
    assert_eq!(none.values("v"), [Value::Null]);
}

/// Each of these has been turned into something equal by other tools.
#[tokio::test]
async fn a_value_that_has_no_exact_form_is_refused_by_name() {
    let one = "FROM generate_series(1, 2) AS i";
    for (written, says) in [
        ("'NaN'::numeric", "NaN"),
        ("'Infinity'::numeric", "Infinity"),
        ("'-Infinity'::numeric", "-Infinity"),
        ("repeat('9', 40)::numeric", "38 digits"),
        ("('0.' || repeat('1', 39))::numeric", "38 digits"),
        ("'infinity'::timestamptz", "infinity"),
        ("'-infinity'::timestamp", "-infinity"),
        ("'infinity'::date", "infinity"),
        ("'-infinity'::date", "-infinity"),
        ("'24:00:00'::time", "24:00:00"),
        ("ARRAY[[1, 2], [3, 4]]", "2 dimensions"),
        ("'[0:1]={1,2}'::int[]", "starts at 0"),
        ("ARRAY['NaN'::numeric]", "NaN"),
    ] {
        let error = refused(&format!("SELECT CASE WHEN i = 2 THEN {written} END AS odd {one} ORDER BY i")).await;
        assert_eq!(error.fault, Fault::Column, "{written}: {error}");
        for part in ["`odd`", "row 2", says, "query"] {
            assert!(error.message.contains(part), "{written}: {part} is missing in: {error}");
        }
    }
    let error = refused("SELECT v AS odd FROM (VALUES (1e30::numeric), (1e-12)) AS t(v)").await;
    assert!(error.message.contains("`odd`") && error.message.contains("round("), "{error}");
}

/// A fallback to text would compare renderings instead of values.
#[tokio::test]
async fn a_type_without_a_canonical_one_is_refused_with_a_way_out() {
    for (written, type_name, way_out) in [
        ("INTERVAL '1 day'", "interval", "extract(epoch"),
        ("1::money", "money", "::numeric"),
        ("'10:00+02'::timetz", "timetz", "::text"),
        ("'[1,2)'::int4range", "int4range", "lower("),
        ("'10.0.0.1'::inet", "inet", "::text"),
        ("ROW(1, 2)", "record", "::text"),
        ("'<a/>'::xml", "xml", "::text"),
        ("B'101'", "bit", "::text"),
        ("point(1, 2)", "point", "::text"),
        ("ARRAY[INTERVAL '1 day']", "interval[]", "::text"),
        ("'pg_class'::regclass", "regclass", "::text"),
    ] {
        // Empty, so that the type alone must be known.
        let error = refused(&format!("SELECT 1 AS fine, {written} AS odd WHERE false")).await;
        assert_eq!(error.fault, Fault::Column, "{written}: {error}");
        for part in ["`odd`", type_name, way_out] {
            assert!(error.message.contains(part), "{written}: {part} is missing in: {error}");
        }
    }
}

#[tokio::test]
async fn two_columns_of_one_name_are_refused() {
    let error = refused("SELECT 1 AS twice, 2 AS twice").await;
    assert!(error.message.contains("`twice`"), "{error}");
}

/// Were the transaction not read-only, each of these would leave a trace in the database.
#[tokio::test]
async fn nothing_can_be_written() {
    setup("DROP TABLE IF EXISTS contract_written; CREATE TABLE contract_written (n int); DROP SEQUENCE IF EXISTS contract_sequence; CREATE SEQUENCE contract_sequence").await;
    for sql in [
        "INSERT INTO contract_written VALUES (1) RETURNING n",
        "WITH w AS (INSERT INTO contract_written VALUES (1) RETURNING n) SELECT * FROM w",
        "SELECT nextval('contract_sequence')",
        "SELECT n FROM contract_written FOR UPDATE",
        "EXPLAIN ANALYZE INSERT INTO contract_written VALUES (1)",
        "CREATE TABLE contract_more (n int)",
        "DELETE FROM contract_written",
        "SET SESSION CHARACTERISTICS AS TRANSACTION READ WRITE",
        "COMMIT",
        "DO $$ BEGIN INSERT INTO contract_written VALUES (1); END $$",
        "SELECT set_config('transaction_read_only', 'off', true)",
        "COPY contract_written TO STDOUT",
        "",
    ] {
        let error = refused(sql).await;
        assert_eq!(error.fault, Fault::Query, "{sql}: {error}");
    }
    let written = fetch(&open(), "SELECT count(*) AS n FROM contract_written").await.unwrap();
    assert_eq!(written.values("n"), [Value::Integer(0)]);
}

/// The second statement would run unseen, and its writes outside the transaction.
#[tokio::test]
async fn a_second_statement_is_refused() {
    for sql in
        ["SELECT 1 AS a; SELECT 2 AS b", "ROLLBACK; CREATE TABLE contract_escape (n int)", "SELECT 1 AS a; COMMIT"]
    {
        let error = refused(sql).await;
        assert!(error.message.contains("multiple commands"), "{sql}: {error}");
    }
    assert_eq!(fetch(&open(), "SELECT 1 AS a -- the end\n;").await.unwrap().values("a"), [Value::Integer(1)]);
}

/// `date_trunc` and casts to date follow the session: the server's or the user's zone must not shift buckets.
#[tokio::test]
async fn the_session_has_the_time_zone_of_the_suite() {
    let day = "SELECT (TIMESTAMPTZ '2026-01-01 23:30:00+00')::date AS day, \
               date_trunc('day', TIMESTAMPTZ '2026-01-01 23:30:00+00') AS start";
    let elsewhere = with(|url| url.set_query(Some("options=-c%20TimeZone%3DAsia/Tokyo")));
    let utc = fetch(&open_url(&elsewhere, &Options::default()), day).await.unwrap();
    assert_eq!(utc.values("day"), [Value::Date(20_454)]);
    assert_eq!(utc.values("start"), [Value::Instant(1_767_225_600_000_000_000)]);
    let options = Options { timezone: Some("Europe/Berlin".to_owned()), ..Options::default() };
    let berlin = open_url(&url(), &options);
    assert_eq!(fetch(&berlin, day).await.unwrap().values("day"), [Value::Date(20_455)]);
    assert_eq!(berlin.describe().await.unwrap().timezone, "Europe/Berlin");
}

/// A value spliced into SQL would end the statement at the quote.
#[tokio::test]
async fn settings_are_bound_and_reported() {
    let schema = "it's; DROP TABLE x --";
    let mut options = Options::default();
    options.settings.insert("search_path".to_owned(), format!("\"{schema}\""));
    let engine = open_url(&url(), &options);
    let path = fetch(&engine, "SELECT current_setting('search_path') AS path").await.unwrap();
    assert_eq!(path.values("path"), [Value::Text(format!("\"{schema}\""))]);
    assert_eq!(engine.describe().await.unwrap().settings["search_path"], format!("\"{schema}\""));
    options.settings.insert("no_such_setting".to_owned(), "1".to_owned());
    let error = fetch(&open_url(&url(), &options), "SELECT 1 AS a").await.unwrap_err();
    assert!(error.message.contains("no_such_setting"), "{error}");
}

/// A query left running at the server holds its snapshot and its locks.
#[tokio::test]
async fn a_query_given_up_ends_at_the_server_and_its_connection_is_not_lent_again() {
    let engine = open();
    let marker = "contract_given_up_on";
    let sql = format!("SELECT pg_sleep(30)::text AS {marker}");
    let started = Instant::now();
    let error = query(&engine, &sql, Duration::from_millis(300), &Stop::default()).await.unwrap_err();
    assert_eq!(error.fault, Fault::Timeout, "{error}");
    assert!(error.message.contains("300ms"), "{error}");
    assert_eq!(running(marker).await, 0);

    let stop = Stop::default();
    let (answer, ()) = tokio::join!(query(&engine, &sql, LIMIT, &stop), async {
        while running(marker).await == 0 {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        stop.stop();
    });
    assert_eq!(answer.unwrap_err().fault, Fault::Interrupted);
    assert_eq!(running(marker).await, 0);
    assert!(started.elapsed() < Duration::from_secs(20));
    let after = fetch(&engine, "SELECT 1 AS a").await.unwrap();
    assert_eq!(after.values("a"), [Value::Integer(1)]);
}

/// Sessions that run a query with `marker` in it; waits a moment for a cancelled one to end.
async fn running(marker: &str) -> i64 {
    let mut connection = PgConnection::connect(&url()).await.expect("the test server");
    let mut found = 0;
    for _ in 0..20 {
        let sql = "SELECT count(*) FROM pg_stat_activity \
                   WHERE state = 'active' AND pid <> pg_backend_pid() AND query LIKE '%' || $1 || '%'";
        found = sqlx::query_scalar(sql).bind(marker).fetch_one(&mut connection).await.unwrap();
        if found == 0 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    found
}

/// The server's own timeout says the same as ours: it is what ends a query whose client is gone.
#[tokio::test]
async fn the_server_knows_the_timeout() {
    let engine = open();
    let ticket = cutover::source::Ticket::default();
    let error = engine.fetch("SELECT pg_sleep(30)::text AS a", Duration::from_millis(200), &ticket).await.unwrap_err();
    assert_eq!(error.fault, Fault::Timeout, "{error}");
    assert!(ticket.id().is_some(), "the backend is known before the query runs");
}

#[tokio::test]
async fn an_error_of_the_server_names_its_place_and_code() {
    let error = refused("SELECT 1 AS a,\n  'ä' || nowhere AS b").await;
    assert_eq!(error.fault, Fault::Query);
    for part in ["nowhere", "42703", "line 2, column 10"] {
        assert!(error.message.contains(part), "{part} is missing in: {error}");
    }
    let error = refused("SELECT substr(1.5, 'x')").await;
    assert!(error.causes.iter().any(|cause| cause.starts_with("hint: ")), "{:?}", error.causes);
    let error = refused("SELECT 1 / (i - 2) AS a FROM generate_series(1, 3) AS i").await;
    assert!(error.message.contains("22012"), "{error}");
}

fn with(change: impl FnOnce(&mut url::Url)) -> String {
    let mut changed = url::Url::parse(&url()).expect("a URL");
    change(&mut changed);
    changed.to_string()
}

#[tokio::test]
async fn a_connection_that_fails_says_why_without_the_password() {
    let wrong = with(|url| url.set_password(Some("wr0ng-s3cret")).expect("a password"));
    let error = fetch(&open_url(&wrong, &Options::default()), "SELECT 1 AS a").await.unwrap_err();
    assert_eq!(error.fault, Fault::Connection);
    let all = format!("{error} {error:?}");
    assert!(!all.contains("wr0ng-s3cret"), "{all}");
    for part in ["password authentication failed", "28P01", "check the user and the password"] {
        assert!(error.message.contains(part), "{part} is missing in: {error}");
    }

    let closed = with(|url| url.set_port(Some(1)).expect("a port"));
    let started = Instant::now();
    let error = open_url(&closed, &Options::default()).describe().await.unwrap_err();
    assert_eq!(error.fault, Fault::Connection);
    assert!(error.message.contains("refused") && error.message.contains("check the URL"), "{error}");
    assert!(error.causes.is_empty(), "said once: {:?}", error.causes);
    assert!(started.elapsed() < Duration::from_secs(5), "a refusal is not waited for");

    let missing = with(|url| url.set_path("no_such_database"));
    let error = fetch(&open_url(&missing, &Options::default()), "SELECT 1 AS a").await.unwrap_err();
    assert!(error.message.contains("no_such_database") && error.message.contains("check the database"), "{error}");
}

/// The usual account of a check may read and nothing else.
#[tokio::test]
async fn an_account_that_may_only_read_is_enough() {
    setup(
        "DO $$ BEGIN CREATE ROLE contract_reader LOGIN PASSWORD 'r3ad'; \
         EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$; \
         DROP TABLE IF EXISTS contract_readable; CREATE TABLE contract_readable (n int); \
         INSERT INTO contract_readable VALUES (7); GRANT SELECT ON contract_readable TO contract_reader",
    )
    .await;
    let reader = with(|url| {
        url.set_username("contract_reader").expect("a user");
        url.set_password(Some("r3ad")).expect("a password");
    });
    let engine = open_url(&reader, &Options::default());
    let read = fetch(&engine, "SELECT n FROM contract_readable").await.unwrap();
    assert_eq!(read.values("n"), [Value::Integer(7)]);
    assert_eq!(engine.describe().await.unwrap().timezone, "UTC");
    let stop = Stop::default();
    let sleep = "SELECT pg_sleep(30)::text AS contract_reader_sleeps";
    let error = query(&engine, sleep, Duration::from_millis(200), &stop).await.unwrap_err();
    assert_eq!(error.fault, Fault::Timeout, "{error}");
    assert_eq!(running("contract_reader_sleeps").await, 0, "an account may cancel its own queries");
}

/// A connection closed by the server while it was idle must not fail the next query.
#[tokio::test]
async fn a_connection_that_died_while_idle_is_replaced() {
    let engine = open();
    let before = fetch(&engine, "SELECT pg_backend_pid() AS pid").await.unwrap();
    let again = fetch(&engine, "SELECT pg_backend_pid() AS pid").await.unwrap();
    assert_eq!(before.values("pid"), again.values("pid"), "an idle connection is used again");
    let [Value::Integer(pid)] = before.values("pid")[..] else { panic!("one pid") };
    setup(&format!("SELECT pg_terminate_backend({pid}, 5000)")).await;
    let after = fetch(&engine, "SELECT pg_backend_pid() AS pid").await.unwrap();
    assert_ne!(before.values("pid"), after.values("pid"));
}

/// With one connection the second query must wait for the first, not fail and not open another.
#[tokio::test]
async fn no_more_connections_than_allowed_are_used() {
    let engine = open_url(&url(), &Options { max_connections: Some(1), ..Options::default() });
    let sql = "SELECT pg_backend_pid() AS pid, pg_sleep(0.1)::text AS slept";
    let (one, other) = tokio::join!(fetch(&engine, sql), fetch(&engine, sql));
    assert_eq!(one.unwrap().values("pid"), other.unwrap().values("pid"));
}

#[tokio::test]
async fn a_source_describes_itself() {
    let engine = open();
    let report = engine.describe().await.unwrap();
    assert_eq!((report.engine.as_str(), report.timezone.as_str()), ("postgres", "UTC"));
    assert!(report.version.starts_with(|c: char| c.is_ascii_digit()), "{}", report.version);
    assert!(report.url.contains(":***@"), "{}", report.url);
    assert_eq!(report.settings["transaction_read_only"], "on");
    assert_eq!(report.settings["transaction_isolation"], "repeatable read");
    let drift = chrono::Utc::now() - engine.now().await.unwrap();
    assert!(drift.num_seconds().abs() < 60, "{drift}");
    assert!(engine.has(&Requirement::Extension("plpgsql".to_owned())).await.unwrap());
    assert!(!engine.has(&Requirement::Extension("no_such_extension".to_owned())).await.unwrap());
    assert!(engine.has(&Requirement::Engine("postgres".to_owned())).await.unwrap());
    assert!(!engine.has(&Requirement::Engine("mysql".to_owned())).await.unwrap());
}

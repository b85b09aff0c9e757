//! MySQL and MariaDB: their expression of each case, and what only they can get wrong.

use std::path::Path;
use std::time::{Duration, Instant};

use cutover::check::Requirement;
use cutover::frame::{Frame, Type, Value};
use cutover::source::{Engine, Error, Fault, Location, MySql, Options, SourceUrl, Stop, query};
use sqlx::{Connection, MySqlConnection};

use crate::support::engine_url;

const LIMIT: Duration = Duration::from_secs(60);

fn url() -> String {
    engine_url("CUTOVER_TEST_MYSQL_URL")
}

fn open_url(url: &str, options: &Options) -> MySql {
    let source = SourceUrl::parse(url, Path::new("/")).expect("a URL");
    let Location::MySql(location) = source.location() else { panic!("{source} is no MySQL") };
    MySql::open(location, options, source.to_string()).expect("a source")
}

fn open() -> MySql {
    open_url(&url(), &Options::default())
}

fn in_zone(timezone: &str) -> MySql {
    open_url(&url(), &Options { timezone: Some(timezone.to_owned()), ..Options::default() })
}

async fn fetch(engine: &MySql, sql: &str) -> Result<Frame, Error> {
    query(engine, sql, LIMIT, &Stop::default()).await.map(|answer| answer.frame)
}

async fn refused(sql: &str) -> Error {
    match fetch(&open(), sql).await {
        Ok(frame) => panic!("`{sql}` was answered with {frame:?}"),
        Err(error) => error,
    }
}

async fn server() -> MySqlConnection {
    MySqlConnection::connect(&url()).await.expect("the test server")
}

/// Runs statements outside the engine under test, which could not write.
async fn setup(statements: &str) {
    sqlx::raw_sql(sqlx::AssertSqlSafe(statements)).execute(&mut server().await).await.expect("a set-up statement");
}

fn expression(case: &str, mariadb: bool) -> Option<String> {
    let written = match case {
        // There is no boolean type: true is the integer 1.
        "true" | "false" => return None,
        "i16_min" => "CAST('-32768' AS SIGNED)",
        "i32_min" => "CAST('-2147483648' AS SIGNED)",
        "i64_min" => "CAST('-9223372036854775808' AS SIGNED)",
        "i64_max" => "9223372036854775807",
        "above_2_53" => "9007199254740993",
        "u64_max" => "18446744073709551615",
        "i128_min" | "u128_max" => return None,
        "decimal_38_12" => "CAST('99999999999999999999999999.123456789012' AS DECIMAL(38, 12))",
        "decimal_negative" => "CAST('-0.000000000001' AS DECIMAL(38, 12))",
        "decimal_zero" => "CAST(0 AS DECIMAL(4, 2))",
        "float" => "0.1e0",
        "float32" => "(SELECT f FROM contract_typed)",
        "float_infinity" | "float_minus_infinity" | "float_nan" => return None,
        // The server stores and sends it as 0.
        "float_minus_zero" => return None,
        "text" => "'naïve 🦀 ''quoted'' \"too\" \\\\ |'",
        "text_empty" => "''",
        "text_newline" => "'a\\nb\\tc'",
        "bytes" => "X'00FFFE27'",
        "date" => "DATE '2026-01-01'",
        "date_old" => "DATE '1969-12-31'",
        "time_micros" => "TIME '23:59:59.999999'",
        // Only columns are instants; the literal TIMESTAMP '…' is a wall clock.
        "instant_micros" => "(SELECT i FROM contract_typed)",
        // Microseconds are the finest, and the first instant is in 1970.
        "instant_nanos" | "instant_before_1970" => return None,
        "wall_clock_micros" => "TIMESTAMP '2026-01-01 00:00:00.123456'",
        "uuid" => return None,
        // MariaDB's JSON is text.
        "json" if mariadb => return None,
        "json" => "CAST('{\"a\": [1, 2.50, null]}' AS JSON)",
        "enum" => "(SELECT e FROM contract_typed)",
        "array" | "array_empty" | "array_of_null" | "map" => return None,
        other => panic!("case {other} has no expression here; say None where the engine has no such type"),
    };
    Some(written.to_owned())
}

#[tokio::test]
async fn every_type_arrives_as_its_canonical_value() {
    setup(
        "DROP TABLE IF EXISTS contract_typed; CREATE TABLE contract_typed (f FLOAT, i TIMESTAMP(6) NULL, e ENUM('first', 'second')); \
         SET time_zone = '+00:00'; \
         INSERT INTO contract_typed VALUES (0.1, '2026-01-01 00:00:00.123456', 'second')",
    )
    .await;
    let engine = open();
    let mariadb = engine.describe().await.unwrap().version.contains("MariaDB");
    super::hold(&engine, |case| expression(case, mariadb)).await;
}

/// A type read by the wrong shape, or by none, shows here: each beside a NULL of its own type.
#[tokio::test]
async fn every_column_type_holds_its_extremes_and_nulls() {
    let text = |s: &str| Value::Text(s.to_owned());
    let bytes = |b: &[u8]| Value::Bytes(b.to_vec());
    let integer = Value::Integer;
    let cases = [
        // Other clients turn TINYINT(1) into a boolean, and 5 into true.
        ("TINYINT(1)", "5", Type::Integer, integer(5)),
        ("TINYINT(1)", "-128", Type::Integer, integer(-128)),
        ("TINYINT(1) UNSIGNED", "255", Type::Integer, integer(255)),
        ("BOOLEAN", "TRUE", Type::Integer, integer(1)),
        ("TINYINT UNSIGNED", "255", Type::Integer, integer(255)),
        ("SMALLINT", "-32768", Type::Integer, integer(-32_768)),
        ("SMALLINT UNSIGNED", "65535", Type::Integer, integer(65_535)),
        ("MEDIUMINT", "-8388608", Type::Integer, integer(-8_388_608)),
        ("MEDIUMINT UNSIGNED", "16777215", Type::Integer, integer(16_777_215)),
        ("INT", "-2147483648", Type::Integer, integer(-2_147_483_648)),
        ("INT UNSIGNED", "4294967295", Type::Integer, integer(4_294_967_295)),
        ("BIGINT", "-9223372036854775808", Type::Integer, integer(i64::MIN.into())),
        ("BIGINT UNSIGNED", "18446744073709551615", Type::Integer, integer(u64::MAX.into())),
        ("YEAR", "2155", Type::Integer, integer(2155)),
        ("BIT(1)", "b'1'", Type::Integer, integer(1)),
        ("BIT(10)", "b'1000000001'", Type::Integer, integer(513)),
        ("BIT(64)", "18446744073709551615", Type::Integer, integer(u64::MAX.into())),
        (
            "DECIMAL(38, 38)",
            "-0.00000000000000000000000000000000000001",
            Type::Decimal { scale: 38 },
            Value::Decimal { unscaled: -1, scale: 38 },
        ),
        (
            "DECIMAL(65, 30)",
            "12345678.5",
            Type::Decimal { scale: 30 },
            Value::Decimal { unscaled: 123_456_785 * 10i128.pow(29), scale: 30 },
        ),
        ("JSON", "'{\"a\": 1}'", Type::Text, text("{\"a\": 1}")),
        ("UUID", "'0A1B2C3D-0000-4000-8000-00000000FFFF'", Type::Text, text("0a1b2c3d-0000-4000-8000-00000000ffff")),
        ("DOUBLE", "1.7976931348623157e308", Type::Float, Value::Float(f64::MAX)),
        ("CHAR(3)", "'ä'", Type::Text, text("ä")),
        ("CHAR(3) CHARACTER SET latin1", "'ä'", Type::Text, text("ä")),
        // sqlx names text of a binary collation BINARY and VARBINARY.
        ("VARCHAR(9) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin", "'🦀'", Type::Text, text("🦀")),
        ("TEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin", "'🦀'", Type::Text, text("🦀")),
        ("CHAR(3) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin", "'x'", Type::Text, text("x")),
        ("TINYTEXT", "''", Type::Text, text("")),
        ("LONGTEXT", "'x'", Type::Text, text("x")),
        ("BINARY(2)", "X'00FF'", Type::Bytes, bytes(&[0, 0xFF])),
        ("VARBINARY(9)", "''", Type::Bytes, bytes(&[])),
        ("BLOB", "X'FF'", Type::Bytes, bytes(&[0xFF])),
        ("ENUM('a', 'ä')", "'ä'", Type::Text, text("ä")),
        ("SET('x', 'y', 'z')", "'z,x'", Type::Text, text("x,z")),
        ("DATE", "'9999-12-31'", Type::Date, Value::Date(2_932_896)),
        ("DATE", "'1000-01-01'", Type::Date, Value::Date(-354_285)),
        ("DATETIME", "'2026-01-01'", Type::WallClock, Value::WallClock(1_767_225_600_000_000_000)),
        ("DATETIME(6)", "'1969-12-31 23:59:59.999999'", Type::WallClock, Value::WallClock(-1_000)),
        ("TIME", "'00:00:00'", Type::Time, Value::Time(0)),
        ("TIME(3)", "'01:02:03.004'", Type::Time, Value::Time(3_723_004_000_000)),
    ];
    let engine = open();
    let mariadb = engine.describe().await.unwrap().version.contains("MariaDB");
    let cases: Vec<_> =
        cases.into_iter().filter(|(column, ..)| mariadb || !["UUID", "JSON"].contains(column)).collect();
    let each = |write: &dyn Fn(usize, &str, &str) -> String| {
        let written = cases.iter().enumerate().map(|(index, (column, written, ..))| write(index, column, written));
        written.collect::<Vec<_>>().join(", ")
    };
    let columns = each(&|index, column, _| format!("c{index} {column} NULL"));
    let values = each(&|_, _, written| written.to_owned());
    setup(&format!(
        "DROP TABLE IF EXISTS contract_columns; CREATE TABLE contract_columns (n INT, {columns}); \
         INSERT INTO contract_columns VALUES (1, {values}); INSERT INTO contract_columns (n) VALUES (2)"
    ))
    .await;
    let frame = fetch(&engine, "SELECT * FROM contract_columns ORDER BY n").await;
    let frame = frame.unwrap_or_else(|e| panic!("{e} {:?}", e.causes));
    for (index, (column, _, of, value)) in cases.iter().enumerate() {
        let name = format!("c{index}");
        assert_eq!(frame.column(&name).map(|(_, of)| of), Some(of), "{column}");
        assert_eq!(frame.values(&name), [value.clone(), Value::Null], "{column}");
    }
    let null = fetch(&engine, "SELECT NULL AS v").await.unwrap();
    assert_eq!(null.values("v"), [Value::Null]);
}

/// Text that a function made is text whatever it was made from.
#[tokio::test]
async fn functions_of_text_give_text() {
    let engine = open();
    for written in
        ["CONCAT(1, 2)", "HEX(255)", "CAST(12 AS CHAR)", "DATE_FORMAT('2026-01-01', '%Y')", "UPPER('x')", "UUID()"]
    {
        let frame = fetch(&engine, &format!("SELECT {written} AS v")).await.unwrap();
        assert_eq!(frame.column("v").unwrap().1, &Type::Text, "{written}");
    }
    let sums =
        fetch(&engine, "SELECT SUM(v) AS s, AVG(v) AS a, COUNT(*) AS n FROM (SELECT 1 AS v UNION ALL SELECT 2) AS t");
    let sums = sums.await.unwrap();
    assert_eq!(sums.values("s"), [Value::Decimal { unscaled: 3, scale: 0 }]);
    assert_eq!(sums.values("a"), [Value::Decimal { unscaled: 15_000, scale: 4 }]);
    assert_eq!(sums.values("n"), [Value::Integer(2)]);
}

/// Each of these has been turned into something equal by other tools; sqlx reads a zero date as NULL.
#[tokio::test]
async fn a_value_that_has_no_exact_form_is_refused_by_name() {
    setup(
        "SET sql_mode = ''; DROP TABLE IF EXISTS contract_odd; CREATE TABLE contract_odd \
         (n INT, d DATE, m DATE, dt DATETIME, ts TIMESTAMP NULL, late TIME, negative TIME(6), wide DECIMAL(65, 12)); \
         INSERT INTO contract_odd (n) VALUES (1); \
         INSERT INTO contract_odd VALUES (2, '0000-00-00', '2026-00-10', '0000-00-00', '0000-00-00', \
         '838:59:59', '-00:00:00.5', 99999999999999999999999999999999999999999999999999999)",
    )
    .await;
    for (column, says, way_out) in [
        ("d", "0000-00-00", "CASE WHEN"),
        ("m", "2026-00-10", "CASE WHEN"),
        ("dt", "0000-00-00", "CASE WHEN"),
        ("ts", "0000-00-00", "CASE WHEN"),
        ("late", "838:59:59", "TIME_TO_SEC"),
        ("negative", "-00:00:00", "TIME_TO_SEC"),
        ("wide", "38 digits", "ROUND("),
    ] {
        let error = refused(&format!("SELECT {column} AS odd FROM contract_odd ORDER BY n")).await;
        assert_eq!(error.fault, Fault::Column, "{column}: {error}");
        for part in ["`odd`", "row 2", says, way_out] {
            assert!(error.message.contains(part), "{column}: {part} is missing in: {error}");
        }
    }
    // The way out that the message gives.
    let out = "SELECT CASE WHEN d > 0 THEN d END AS d FROM contract_odd WHERE n = 2";
    assert_eq!(fetch(&open(), out).await.unwrap().values("d"), [Value::Null]);
    let error = refused("SELECT ST_GeomFromText('POINT(1 2)') AS odd FROM contract_odd WHERE 1 = 0").await;
    for part in ["`odd`", "geometry", "ST_AsText"] {
        assert!(error.message.contains(part), "{part} is missing in: {error}");
    }
}

/// Two sides cut at the same byte would look equal.
#[tokio::test]
async fn a_value_that_the_server_cut_is_no_answer() {
    let long =
        "SELECT GROUP_CONCAT(REPEAT('x', 1000) SEPARATOR '') AS v FROM (SELECT 1 UNION SELECT 2 UNION SELECT 3) AS t";
    let whole = fetch(&open(), long).await.unwrap();
    assert_eq!(whole.values("v"), [Value::Text("x".repeat(3000))]);
    let mut options = Options::default();
    options.settings.insert("group_concat_max_len".to_owned(), "1024".to_owned());
    let error = fetch(&open_url(&url(), &options), long).await.unwrap_err();
    for part in ["cut", "1260", "group_concat_max_len"] {
        assert!(error.message.contains(part), "{part} is missing in: {error}");
    }
}

/// Text that is read as the number 0 is an answer, and one to be told of.
#[tokio::test]
async fn what_the_server_warns_of_is_passed_on() {
    let answer = query(&open(), "SELECT 'abc' + 0 AS v", LIMIT, &Stop::default()).await.unwrap();
    let [warning] = &answer.warnings[..] else { panic!("one warning: {:?}", answer.warnings) };
    assert!(warning.code == "server_warning" && warning.message.contains("'abc'"), "{warning:?}");
    let answer = query(&open(), "SELECT 1 AS v", LIMIT, &Stop::default()).await.unwrap();
    assert!(answer.warnings.is_empty(), "{:?}", answer.warnings);
}

#[tokio::test]
async fn two_columns_of_one_name_are_refused() {
    let error = refused("SELECT 1 AS twice, 2 AS twice").await;
    assert!(error.message.contains("`twice`"), "{error}");
}

/// Were the transaction not read-only, each of these would leave a trace in the database.
#[tokio::test]
async fn nothing_can_be_written() {
    let outfile = std::env::temp_dir().join(format!("contract_outfile_{}", std::process::id()));
    setup(
        "DROP TABLE IF EXISTS contract_written; CREATE TABLE contract_written (n INT); \
         DROP PROCEDURE IF EXISTS contract_escape; CREATE PROCEDURE contract_escape() BEGIN COMMIT; INSERT INTO contract_written VALUES (1); END",
    )
    .await;
    for sql in [
        "INSERT INTO contract_written VALUES (1)",
        "INSERT INTO contract_written VALUES (1) RETURNING n",
        "DELETE FROM contract_written",
        "CREATE TABLE contract_more (n INT)",
        "CALL contract_escape()",
        "COMMIT",
        "SET SESSION TRANSACTION READ WRITE",
        "START TRANSACTION READ WRITE",
        &format!("SELECT 1 INTO OUTFILE '{}'", outfile.display()),
        "",
    ] {
        let error = refused(sql).await;
        assert_eq!(error.fault, Fault::Query, "{sql}: {error}");
    }
    assert!(!outfile.exists());
    let written = fetch(&open(), "SELECT COUNT(*) AS n FROM contract_written").await.unwrap();
    assert_eq!(written.values("n"), [Value::Integer(0)]);
}

/// sqlx lets a text query hold several statements; the second would run unseen.
#[tokio::test]
async fn a_second_statement_is_refused() {
    setup("DROP TABLE IF EXISTS contract_second; CREATE TABLE contract_second (n INT)").await;
    for sql in ["SELECT 1 AS a; SELECT 2 AS b", "SELECT 1 AS a; COMMIT; INSERT INTO contract_second VALUES (1)"] {
        let error = refused(sql).await;
        assert!(error.message.contains("1064"), "{sql}: {error}");
    }
    let engine = open();
    assert_eq!(
        fetch(&engine, "SELECT COUNT(*) AS n FROM contract_second").await.unwrap().values("n"),
        [Value::Integer(0)]
    );
    assert_eq!(fetch(&engine, "SELECT 1 AS a;").await.unwrap().values("a"), [Value::Integer(1)]);
}

/// TIMESTAMP columns and `DATE(…)` of them follow the session's zone.
#[tokio::test]
async fn the_session_has_the_time_zone_of_the_suite() {
    setup(
        "DROP TABLE IF EXISTS contract_zone; CREATE TABLE contract_zone (i TIMESTAMP NULL); SET time_zone = '+00:00'; \
         INSERT INTO contract_zone VALUES ('2026-01-01 23:30:00')",
    )
    .await;
    let instant = Value::Instant(1_767_310_200_000_000_000);
    let sql = "SELECT i, DATE(i) AS day FROM contract_zone";
    let elsewhere = with(|url| url.set_query(Some("timezone=%2B09:00")));
    let utc = fetch(&open_url(&elsewhere, &Options::default()), sql).await.unwrap();
    assert_eq!((utc.values("i"), utc.values("day")), (vec![instant.clone()], vec![Value::Date(20_454)]));
    // The day is the zone's, the instant is the same.
    let east = in_zone("+02:00");
    let local = fetch(&east, sql).await.unwrap();
    assert_eq!((local.values("i"), local.values("day")), (vec![instant], vec![Value::Date(20_455)]));
    assert_eq!(east.describe().await.unwrap().timezone, "+02:00");
    assert_eq!(open().describe().await.unwrap().timezone, "+00:00");
    // A zone whose offset changes has an hour that means two instants.
    let error = fetch(&in_zone("SYSTEM"), sql).await.unwrap_err();
    assert!(error.message.contains("`i`") && error.message.contains("+02:00"), "{error}");
    let error = fetch(&in_zone("Nowhere/Land"), sql).await.unwrap_err();
    assert!(error.message.contains("time zone") && error.message.contains("Nowhere/Land"), "{error}");
}

/// A setting's name cannot be bound, so it must be a name.
#[tokio::test]
async fn settings_are_set_and_reported() {
    let mut options = Options::default();
    options.settings.insert("sql_mode".to_owned(), "ANSI_QUOTES".to_owned());
    options.settings.insert("sort_buffer_size".to_owned(), "1048576".to_owned());
    let engine = open_url(&url(), &options);
    let frame = fetch(&engine, "SELECT @@sort_buffer_size AS size, @@sql_mode AS \"mode\"").await.unwrap();
    assert_eq!(frame.values("size"), [Value::Integer(1_048_576)]);
    assert_eq!(frame.values("mode"), [Value::Text("ANSI_QUOTES".to_owned())]);
    assert_eq!(engine.describe().await.unwrap().settings["sort_buffer_size"], "1048576");

    options.settings.insert("no_such_variable".to_owned(), "1".to_owned());
    let error = fetch(&open_url(&url(), &options), "SELECT 1 AS a").await.unwrap_err();
    assert!(error.message.contains("no_such_variable"), "{error}");

    options.settings.insert("a = 1; DROP TABLE x".to_owned(), "1".to_owned());
    let source = SourceUrl::parse(&url(), Path::new("/")).unwrap();
    let Location::MySql(location) = source.location() else { panic!("{source} is no MySQL") };
    let Err(error) = MySql::open(location, &options, source.to_string()) else { panic!("a statement is no name") };
    assert!(error.message.contains("a = 1"), "{error}");
}

/// sqlx would add modes of its own, in which `||` means something else than in the user's client.
#[tokio::test]
async fn the_modes_of_the_server_stay_as_they_are() {
    let (expected,): (String,) =
        sqlx::query_as("SELECT CAST(@@GLOBAL.sql_mode AS CHAR)").fetch_one(&mut server().await).await.unwrap();
    let found = fetch(&open(), "SELECT CAST(@@sql_mode AS CHAR) AS mode").await.unwrap();
    assert_eq!(found.values("mode"), [Value::Text(expected)]);
}

/// A query left running at the server holds its snapshot and its locks.
#[tokio::test]
async fn a_query_given_up_ends_at_the_server_and_its_connection_is_not_lent_again() {
    let engine = open();
    let marker = "contract_given_up_on";
    let sql = format!("SELECT SLEEP(30) AS {marker}");
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
    assert_eq!(fetch(&engine, "SELECT 1 AS a").await.unwrap().values("a"), [Value::Integer(1)]);
}

/// Sessions that run a query with `marker` in it; waits a moment for a cancelled one to end.
async fn running(marker: &str) -> i64 {
    let mut connection = server().await;
    let mut found = 0;
    for _ in 0..20 {
        let sql = "SELECT COUNT(*) FROM information_schema.processlist \
                   WHERE command IN ('Query', 'Execute') AND id <> CONNECTION_ID() AND info LIKE CONCAT('%', ?, '%')";
        found = sqlx::query_scalar(sql).bind(marker).fetch_one(&mut connection).await.unwrap();
        if found == 0 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    found
}

/// The server's own timeout is what ends a query whose client is gone.
#[tokio::test]
async fn the_server_knows_the_timeout() {
    let ticket = cutover::source::Ticket::default();
    let long = "SELECT COUNT(*) AS n FROM information_schema.columns a, information_schema.columns b, information_schema.columns c";
    let error = open().fetch(long, Duration::from_millis(300), &ticket).await.unwrap_err();
    assert_eq!(error.fault, Fault::Timeout, "{error}");
    assert!(ticket.id().is_some(), "the connection is known before the query runs");
}

#[tokio::test]
async fn an_error_of_the_server_is_told_in_its_words() {
    let error = refused("SELECT nowhere AS b").await;
    assert_eq!(error.fault, Fault::Query);
    for part in ["nowhere", "1054", "42S22"] {
        assert!(error.message.contains(part), "{part} is missing in: {error}");
    }
    let error = refused("SELECT 1 AS a,\n  FROM x").await;
    assert!(error.message.contains("at line 2"), "{error}");
    assert!(error.causes.is_empty(), "said once: {:?}", error.causes);
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
    for part in ["Access denied", "1045", "check the user and the password"] {
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
    let database = with(|_| ()).rsplit('/').next().unwrap_or_default().to_owned();
    setup(&format!(
        "DROP TABLE IF EXISTS contract_readable; CREATE TABLE contract_readable (n INT); INSERT INTO contract_readable VALUES (7); \
         DROP USER IF EXISTS contract_reader; CREATE USER contract_reader IDENTIFIED BY 'r3ad'; GRANT SELECT ON `{database}`.* TO contract_reader"
    ))
    .await;
    let reader = with(|url| {
        url.set_username("contract_reader").expect("a user");
        url.set_password(Some("r3ad")).expect("a password");
    });
    let engine = open_url(&reader, &Options::default());
    assert_eq!(fetch(&engine, "SELECT n FROM contract_readable").await.unwrap().values("n"), [Value::Integer(7)]);
    assert_eq!(engine.describe().await.unwrap().engine, "mysql");
    let stop = Stop::default();
    let error = query(&engine, "SELECT SLEEP(30) AS contract_reader_sleeps", Duration::from_millis(200), &stop).await;
    assert_eq!(error.unwrap_err().fault, Fault::Timeout);
    assert_eq!(running("contract_reader_sleeps").await, 0, "an account may cancel its own queries");
}

/// A connection closed by the server while it was idle must not fail the next query.
#[tokio::test]
async fn a_connection_that_died_while_idle_is_replaced() {
    let engine = open();
    let before = fetch(&engine, "SELECT CONNECTION_ID() AS id").await.unwrap();
    let again = fetch(&engine, "SELECT CONNECTION_ID() AS id").await.unwrap();
    assert_eq!(before.values("id"), again.values("id"), "an idle connection is used again");
    let [Value::Integer(id)] = before.values("id")[..] else { panic!("one id") };
    setup(&format!("KILL {id}")).await;
    let after = fetch(&engine, "SELECT CONNECTION_ID() AS id").await.unwrap();
    assert_ne!(before.values("id"), after.values("id"));
}

#[tokio::test]
async fn a_source_describes_itself() {
    let engine = open();
    let report = engine.describe().await.unwrap();
    assert_eq!((report.engine.as_str(), report.timezone.as_str()), ("mysql", "+00:00"));
    assert!(report.version.starts_with(|c: char| c.is_ascii_digit()), "{}", report.version);
    assert!(report.url.contains(":***@"), "{}", report.url);
    assert_eq!(report.settings["character_set_results"], "utf8mb4");
    let isolation = report.settings.iter().find(|(name, _)| name.ends_with("isolation"));
    assert_eq!(isolation.map(|(_, level)| level.as_str()), Some("REPEATABLE-READ"));
    let drift = chrono::Utc::now() - engine.now().await.unwrap();
    assert!(drift.num_seconds().abs() < 60, "{drift}");
    assert!(!engine.has(&Requirement::Extension("timescaledb".to_owned())).await.unwrap());
    assert!(engine.has(&Requirement::Engine("mysql".to_owned())).await.unwrap());
    assert!(!engine.has(&Requirement::Engine("postgres".to_owned())).await.unwrap());
}

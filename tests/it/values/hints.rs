//! Hints of messages about columns of tables: each is followed on the value that brings the message up, leads to a
//! verdict, and tells that value from another one.

use sqlx::{ConnectOptions, Connection, Executor, PgConnection};

use super::Suite;
use crate::support::engine_url;

/// How a column of SQLite is declared, what it holds, the advice, another value that is not the same, and the column's rule.
const SQLITE: [(&str, &str, &str, &str, &str); 19] = [
    ("BOOLEAN", "'t'", "CASE x WHEN 't' THEN 1 WHEN 'f' THEN 0 ELSE x END AS x", "'f'", ""),
    ("BOOLEAN", "2", "CAST(x AS INTEGER) AS x", "3", ""),
    ("BOOLEAN", "1.5", "CAST(x AS REAL) AS x", "1.25", ""),
    ("BOOLEAN", "x'01'", "quote(x) AS x", "x'02'", ""),
    ("DATE", "'yesterday'", "CAST(x AS TEXT) AS x", "'today'", ""),
    ("DATE", "1767225600", DAY, "1767225601", "type = \"date\""),
    ("DATE", "1767225600", DAY, "1767312000", "type = \"date\""),
    ("DATE", "2461041.5", "CAST(x AS REAL) AS x", "2461041.75", ""),
    (
        "DATETIME",
        "'2026-01-01 00:00:00+02:00'",
        "CAST(x AS TEXT) AS x",
        "'2026-01-01 00:00:00+03:00'",
        "type = \"timestamp\"",
    ),
    ("DATETIME", "1767225600", "datetime(x, 'unixepoch') AS x", "1767225601", "type = \"timestamp\""),
    ("DATETIME", "1767225600500", MILLIS, "1767225600501", "type = \"timestamp\""),
    ("DATETIME", "1767225600.5", "CAST(x AS REAL) AS x", "1767225600.25", ""),
    ("DECIMAL(9,2)", "'abc'", "quote(x) AS x", "'abx'", ""),
    ("DECIMAL(9,2)", "x'01'", "quote(x) AS x", "x'02'", ""),
    ("", "1), (2, 1.5", "CAST(x AS REAL) AS x", "1), (2, 1.25", ""),
    ("", "9007199254740993), (2, 1.5", "quote(x) AS x", "9007199254740992), (2, 1.5", ""),
    ("", "0.1), (2, 'a'", "quote(x) AS x", "0.10000000000000002), (2, 'a'", ""),
    ("", "1), (2, 'a'", "CAST(x AS TEXT) AS x", "2), (2, 'a'", ""),
    ("TEXT", "CAST(x'FF' AS TEXT)", "hex(x)", "CAST(x'FE' AS TEXT)", ""),
];

const DAY: &str = "CASE x % 86400 WHEN 0 THEN date(x, 'unixepoch') ELSE CAST(x AS TEXT) END AS x";
const MILLIS: &str = "strftime('%Y-%m-%d %H:%M:%f', x / 1000.0, 'unixepoch') AS x";

/// Catches advice on a column of SQLite that is refused, brings up another message, or makes two values one.
#[tokio::test]
async fn what_is_said_of_a_column_of_sqlite_leads_to_the_right_verdict() {
    let mut suite = Suite::new();
    let options =
        sqlx::sqlite::SqliteConnectOptions::new().filename(suite.folder().join("t.db")).create_if_missing(true);
    let mut sqlite = options.connect().await.unwrap();
    suite.source("t", "url = \"sqlite:t.db\"");
    for (at, (declared, value, advice, other, rule)) in SQLITE.iter().enumerate() {
        for (side, value) in [("a", value), ("b", other)] {
            let sql = format!(
                "CREATE TABLE {side}{at} (k INTEGER, x {declared}); INSERT INTO {side}{at} VALUES (1, {value})"
            );
            sqlx::raw_sql(sqlx::AssertSqlSafe(sql)).execute(&mut sqlite).await.unwrap();
        }
        let aliased = if advice.contains(" AS x") { (*advice).to_owned() } else { format!("{advice} AS x") };
        let plain = format!("SELECT k, x FROM a{at}");
        let followed = |side: &str| format!("SELECT k, {aliased} FROM {side}{at}");
        let kind = "kind = \"rows\"\nkey = [\"k\"]";
        let ruled = if rule.is_empty() { kind.to_owned() } else { format!("{kind}\ncolumns.x = {{ {rule} }}") };
        suite.check(&format!("a{at}"), ("t", &plain), ("t", &plain), kind);
        suite.check(&format!("b{at}"), ("t", &followed("a")), ("t", &followed("a")), &ruled);
        suite.check(&format!("c{at}"), ("t", &followed("a")), ("t", &followed("b")), &ruled);
    }
    sqlite.close().await.unwrap();
    for (checks, (declared, value, advice, ..)) in suite.run(&[]).chunks(3).zip(SQLITE) {
        let message = checks[0]["error"].to_string().replace("\\\"", "\"");
        assert!(message.contains(advice), "{declared} {value}: {message} does not say {advice}");
        assert_eq!(checks[1]["status"], "pass", "{declared} {value}: {advice}: {:#}", checks[1]);
        assert_eq!(checks[2]["status"], "fail", "{declared} {value}: {advice} makes two values one: {:#}", checks[2]);
    }
}

/// Catches advice on text of a database without an encoding that its server cannot follow.
#[tokio::test]
async fn text_of_postgres_that_is_not_utf_8_is_compared_as_told() {
    let server = engine_url("CUTOVER_TEST_POSTGRES_URL");
    let mut postgres = PgConnection::connect(&server).await.unwrap();
    postgres.execute("DROP DATABASE IF EXISTS hints_ascii").await.unwrap();
    postgres
        .execute("CREATE DATABASE hints_ascii ENCODING 'SQL_ASCII' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0")
        .await
        .unwrap();
    let (base, _) = server.rsplit_once('/').unwrap();
    let mut suite = Suite::new();
    suite.source("ascii", &format!("url = '''{base}/hints_ascii'''"));
    let value = |byte: &str| format!("SELECT 1 AS k, E'a\\x{byte}' AS x");
    let followed =
        |byte: &str| format!("SELECT k, encode(convert_to(x, 'SQL_ASCII'), 'hex') AS x FROM ({}) AS t", value(byte));
    let kind = "kind = \"rows\"\nkey = [\"k\"]";
    suite.check("a", ("ascii", &value("FF")), ("ascii", &value("FF")), kind);
    suite.check("b", ("ascii", &followed("FF")), ("ascii", &followed("FF")), kind);
    suite.check("c", ("ascii", &followed("FF")), ("ascii", &followed("FE")), kind);
    let found = suite.run(&[]);
    let message = found[0]["error"]["message"].as_str().unwrap();
    assert!(
        message.contains("invalid byte sequence") && message.contains("encode(convert_to(x, 'SQL_ASCII'), 'hex')"),
        "{message}"
    );
    assert_eq!((&found[1]["status"], &found[2]["status"]), (&"pass".into(), &"fail".into()), "{found:#?}");
}

/// Catches advice on sums of floats after which the warning stays.
#[test]
fn a_sum_of_floats_is_compared_as_told() {
    let mut suite = Suite::new();
    let rows = "(SELECT v::float8 AS cost FROM generate_series(1, 9) AS g(v)) AS t";
    let sum = |of: &str| format!("SELECT sum({of}) AS total FROM {rows}");
    let (floats, exact) = (sum("cost"), sum("cost::numeric"));
    suite.check("a", ("postgres", &floats), ("postgres", &floats), "kind = \"sum\"");
    suite.check("b", ("postgres", &exact), ("postgres", &exact), "kind = \"sum\"");
    suite.check("c", ("postgres", &floats), ("postgres", &floats), "kind = \"sum\"\nrelative = \"1e-12\"");
    let found = suite.run(&[]);
    let told = |at: usize| {
        let warnings = found[at]["warnings"].as_array().into_iter().flatten();
        warnings.filter(|one| one["code"] == "float_sum").count()
    };
    let message = found[0]["warnings"][0]["message"].as_str().unwrap();
    assert!(message.contains("give the column a tolerance, or add up x::numeric"), "{message}");
    assert!(told(0) > 0 && [told(1), told(2)] == [0, 0], "{found:#?}");
    assert!(found.iter().all(|check| check["status"] == "pass"), "{found:#?}");
}

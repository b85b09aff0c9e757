//! SQL over files against a second opinion: SQLite answers the same generated queries over the same rows.

mod cut;
mod doubles;
mod functions;
mod generate;
mod refused;
mod zones;

use std::path::Path;
use std::time::Duration;

use cutover::frame::{Column, Frame, Type, Value, decimal_text};
use cutover::source::{CancellationToken, Error, Files, SourceOptions, query};
use generate::Choices;
use rusqlite::Connection;
use rusqlite::types::ValueRef;

/// Queries of one test.
const QUERIES: usize = 400;

type Row = (i64, Option<i64>, Option<i64>, Option<&'static str>);

/// `id`, `g`, `n`, `t`.
const A: [Row; 12] = [
    (1, Some(1), Some(5), Some("apple")),
    (2, Some(1), None, Some("b1")),
    (3, Some(2), Some(-3), None),
    (4, None, Some(0), Some("")),
    (5, Some(2), Some(5), Some("  pad ")),
    (6, Some(3), Some(-3), Some("Banana")),
    (7, Some(3), Some(7), Some("b2")),
    (8, None, None, None),
    (9, Some(1), Some(1), Some("apple")),
    (10, Some(4), Some(2), Some("c_d")),
    (11, Some(2), Some(-7), Some("zebra")),
    (12, Some(3), Some(0), Some("b1")),
];

const C: [Row; 9] = [
    (1, Some(1), Some(5), Some("apple")),
    (3, Some(2), None, Some("x")),
    (3, Some(2), Some(-3), None),
    (5, None, Some(1), Some("b1")),
    (8, Some(5), Some(2), Some("Banana")),
    (9, Some(1), Some(-1), None),
    (13, Some(3), Some(7), Some("a")),
    (14, None, None, Some("")),
    (15, Some(4), Some(0), Some("zebra")),
];

fn parquet(path: &Path, rows: &[Row]) {
    let column = |name: &str, of: Type, values: Vec<Value>| Column { name: name.to_owned(), of, values };
    let number = |value: Option<i64>| value.map_or(Value::Null, |value| Value::Integer(value.into()));
    let text = |value: Option<&str>| value.map_or(Value::Null, |value| Value::Text(value.to_owned()));
    crate::parquet::write(
        path,
        vec![
            column("id", Type::Integer, rows.iter().map(|row| number(Some(row.0))).collect()),
            column("g", Type::Integer, rows.iter().map(|row| number(row.1)).collect()),
            column("n", Type::Integer, rows.iter().map(|row| number(row.2)).collect()),
            column("t", Type::Text, rows.iter().map(|row| text(row.3)).collect()),
        ],
    );
}

fn csv(path: &Path, rows: &[Row]) {
    let number = |value: Option<i64>| value.map_or(String::new(), |value| value.to_string());
    let text = |value: Option<&str>| value.map_or(String::new(), |value| format!("\"{value}\""));
    let line = |row: &Row| format!("{},{},{},{}\n", row.0, number(row.1), number(row.2), text(row.3));
    std::fs::write(path, format!("id,g,n,t\n{}", rows.iter().map(line).collect::<String>())).unwrap();
}

fn sqlite() -> Connection {
    let opinion = Connection::open_in_memory().unwrap();
    for (name, rows) in [("a", A.as_slice()), ("c", C.as_slice())] {
        opinion.execute(&format!("CREATE TABLE {name} (id INTEGER, g INTEGER, n INTEGER, t TEXT)"), []).unwrap();
        for row in rows {
            opinion.execute(&format!("INSERT INTO {name} VALUES (?, ?, ?, ?)"), *row).unwrap();
        }
    }
    // LIKE tells capitals apart in every other database.
    opinion.execute_batch("PRAGMA case_sensitive_like = ON").unwrap();
    opinion
}

/// The rows of an answer as texts, sorted: SQLite has no type for truth, and numbers are the same by their digits.
fn second(opinion: &Connection, sql: &str) -> Result<Vec<Vec<String>>, rusqlite::Error> {
    let mut statement = opinion.prepare(sql)?;
    let width = statement.column_count();
    let mut rows = statement.query([])?;
    let mut all = Vec::new();
    while let Some(row) = rows.next()? {
        let cell = |at| match row.get_ref(at).unwrap() {
            ValueRef::Null => "NULL".to_owned(),
            ValueRef::Integer(number) => number.to_string(),
            ValueRef::Text(text) => format!("'{}'", String::from_utf8_lossy(text)),
            other => panic!("{other:?}"),
        };
        all.push((0..width).map(cell).collect());
    }
    all.sort();
    Ok(all)
}

fn shown(value: &Value) -> String {
    match value {
        Value::Null => "NULL".to_owned(),
        Value::Bool(truth) => i32::from(*truth).to_string(),
        Value::Integer(number) => number.to_string(),
        Value::Decimal { unscaled, scale } => decimal_text(*unscaled, *scale),
        Value::Text(text) => format!("'{text}'"),
        other => panic!("{other:?}"),
    }
}

fn rows(frame: &Frame) -> Vec<Vec<String>> {
    let columns: Vec<Vec<Value>> = frame.names().into_iter().map(|name| frame.values(name)).collect();
    let mut all: Vec<Vec<String>> =
        (0..frame.height()).map(|row| columns.iter().map(|column| shown(&column[row])).collect()).collect();
    all.sort();
    all
}

fn open(path: &Path) -> Files {
    let types = ["id", "g", "n"].map(|name| (name.to_owned(), "integer".to_owned()));
    let options = SourceOptions { types: types.into(), ..SourceOptions::default() };
    Files::open(path, &options, path.display().to_string()).unwrap()
}

async fn ask(engine: &Files, sql: &str) -> Result<Frame, Error> {
    query(engine, sql, Duration::from_secs(60), &CancellationToken::default()).await.map(|answer| answer.frame)
}

async fn agree(engine: &Files, seed: u64) {
    let (opinion, mut choices) = (sqlite(), Choices::new(seed));
    let (mut refused, mut compared) = (Vec::new(), 0);
    for at in 0..QUERIES {
        let sql = generate::query(&mut choices);
        let right = second(&opinion, &sql).unwrap_or_else(|cause| panic!("SQLite refuses {sql}: {cause}"));
        match ask(engine, &sql).await {
            Ok(frame) => assert_eq!(rows(&frame), right, "query {at} of seed {seed}: {sql}"),
            Err(error) => refused.push(format!("{}\n    {sql}", error.message)),
        }
        compared += 1;
    }
    assert_eq!(compared, QUERIES);
    assert!(refused.len() * 20 <= QUERIES, "{} of {QUERIES} refused:\n{}", refused.len(), refused.join("\n"));
}

/// Catches SQL over Parquet files that answers another question than the one it was asked.
#[tokio::test(flavor = "multi_thread")]
async fn parquet_files_answer_as_sqlite_does() {
    let folder = tempfile::tempdir().unwrap();
    parquet(&folder.path().join("a.parquet"), &A);
    parquet(&folder.path().join("c.parquet"), &C);
    agree(&open(folder.path()), 20_261_128).await;
}

/// Catches the same over CSV files with declared types.
#[tokio::test(flavor = "multi_thread")]
async fn csv_files_answer_as_sqlite_does() {
    let folder = tempfile::tempdir().unwrap();
    csv(&folder.path().join("a.csv"), &A);
    csv(&folder.path().join("c.csv"), &C);
    agree(&open(folder.path()), 7).await;
}

/// Catches a form that DataFusion answers wrongly and that is not refused, and a hint that does not work.
#[tokio::test(flavor = "multi_thread")]
async fn what_would_be_answered_wrongly_is_refused_with_a_way_that_works() {
    let folder = tempfile::tempdir().unwrap();
    parquet(&folder.path().join("a.parquet"), &A);
    parquet(&folder.path().join("c.parquet"), &C);
    let (engine, opinion) = (open(folder.path()), sqlite());
    for (sql, why, instead) in [
        (
            "SELECT g FROM a EXCEPT ALL SELECT g FROM c",
            "GROUP BY",
            "SELECT u.g, SUM(u.d) AS d FROM (SELECT g, 1 AS d FROM a UNION ALL SELECT g, -1 FROM c) AS u GROUP BY u.g HAVING \
             SUM(u.d) > 0",
        ),
        (
            "SELECT g FROM (SELECT g FROM a INTERSECT ALL SELECT g FROM c) AS u",
            "GROUP BY",
            "SELECT x.g, x.n FROM (SELECT g, COUNT(*) AS n FROM a GROUP BY g) AS x JOIN (SELECT g, COUNT(*) AS n FROM c GROUP \
             BY g) AS y ON y.g = x.g",
        ),
        (
            "SELECT id, a.n FROM a FULL JOIN c USING (id)",
            "COALESCE",
            "SELECT COALESCE(a.id, c.id) AS id, a.n FROM a FULL JOIN c ON a.id = c.id",
        ),
        (
            "SELECT 1 AS x FROM a NATURAL FULL JOIN c",
            "COALESCE",
            "SELECT COALESCE(a.id, c.id) AS id FROM a FULL JOIN c ON a.id = c.id",
        ),
        (
            "SELECT id FROM a WHERE n NOT IN (SELECT c.n FROM c WHERE c.id = a.id)",
            "NOT EXISTS",
            "SELECT id FROM a WHERE NOT EXISTS (SELECT 1 FROM c WHERE c.id = a.id AND c.n = a.n)",
        ),
        (
            "SELECT id FROM a WHERE NOT (n IN (SELECT c.n FROM c WHERE c.id = a.id))",
            "NOT EXISTS",
            "SELECT id FROM a WHERE NOT EXISTS (SELECT 1 FROM c WHERE c.id = a.id AND c.n = a.n)",
        ),
    ] {
        let error = ask(&engine, sql).await.expect_err(sql);
        assert!(error.message.contains(why), "{sql}: {}", error.message);
        let frame = ask(&engine, instead).await.unwrap_or_else(|error| panic!("{instead}: {}", error.message));
        assert_eq!(rows(&frame), second(&opinion, instead).unwrap(), "{instead}");
    }
}

/// Catches an interval of hours that is shorter than one of fewer days, wherever two of them are compared; and advice on it
/// that does not work.
#[tokio::test(flavor = "multi_thread")]
async fn intervals_are_not_compared() {
    let folder = tempfile::tempdir().unwrap();
    let at = |hours: i128| Value::WallClock(1_767_225_600_000_000_000 + hours * 3_600_000_000_000);
    let column = |name: &str, values: Vec<Value>| Column { name: name.to_owned(), of: Type::WallClock, values };
    // 40 days, a day, and nothing.
    let columns = vec![column("a", vec![at(960), at(24), at(0)]), column("b", vec![at(0), at(0), at(0)])];
    crate::parquet::write(&folder.path().join("t.parquet"), columns);
    let engine = open(folder.path());
    for sql in [
        "SELECT a FROM t WHERE a - b > INTERVAL '30 days'",
        "SELECT a FROM t WHERE NOT (INTERVAL '30 days' <= a - b)",
        "SELECT a FROM t WHERE a - b BETWEEN INTERVAL '1 day' AND INTERVAL '30 days'",
        "SELECT a FROM t WHERE a - b IN (INTERVAL '1 day')",
        "SELECT a FROM t WHERE a - b IS DISTINCT FROM INTERVAL '1 day'",
        "SELECT CASE a - b WHEN INTERVAL '1 day' THEN 1 ELSE 0 END AS x FROM t",
        "SELECT CASE WHEN INTERVAL '36 hours' > INTERVAL '1 day' THEN 1 ELSE 0 END AS x",
        "SELECT INTERVAL '24 hours' = INTERVAL '1 day' AS x",
        "SELECT COUNT(*) AS n FROM t HAVING MAX(a - b) > INTERVAL '2 days'",
        "SELECT COUNT(GREATEST(a - b, INTERVAL '1 day')) AS x FROM t",
        "SELECT COUNT(u.i) AS x FROM (SELECT MAX(INTERVAL '36 hours') AS i FROM t) AS u",
        "SELECT COUNT(DISTINCT INTERVAL '36 hours') AS x FROM t",
        "SELECT COUNT(*) AS n FROM t GROUP BY INTERVAL '1 day'",
        "SELECT a FROM t ORDER BY CASE WHEN a > b THEN INTERVAL '36 hours' ELSE INTERVAL '1 day' END LIMIT 1",
        "SELECT ROW_NUMBER() OVER (ORDER BY CASE WHEN a > b THEN INTERVAL '36 hours' ELSE INTERVAL '1 day' END) AS n FROM t",
        "SELECT COUNT(*) AS n FROM (SELECT DISTINCT INTERVAL '36 hours' AS i FROM t) AS u",
        "SELECT COUNT(*) AS n FROM (SELECT INTERVAL '36 hours' AS i FROM t) AS u JOIN (SELECT INTERVAL '1 day' AS i) AS v ON u.i = v.i",
        "WITH w AS (SELECT a - b > INTERVAL '30 days' AS x FROM t) SELECT x FROM w",
        "SELECT a FROM t WHERE EXISTS (SELECT 1 FROM t AS u WHERE u.a - u.b > INTERVAL '30 days' AND u.a = t.a)",
    ] {
        let error = ask(&engine, sql).await.expect_err(sql);
        assert!(
            error.message.contains("compare times, such as a > b + INTERVAL '30 days'"),
            "{sql}: {}",
            error.message
        );
    }
    for (sql, right) in [
        ("SELECT COUNT(*) AS n FROM t WHERE a > b + INTERVAL '30 days'", 1),
        ("SELECT COUNT(*) AS n FROM t WHERE EXTRACT(epoch FROM a) - EXTRACT(epoch FROM b) > 2592000", 1),
        ("SELECT COUNT(*) AS n FROM t WHERE a - b > b - b", 2),
        ("SELECT COUNT(a - b) AS n FROM t", 3),
    ] {
        let frame = ask(&engine, sql).await.unwrap_or_else(|error| panic!("{sql}: {}", error.message));
        assert_eq!(frame.values("n"), [Value::Integer(right)], "{sql}");
    }
}

/// Catches an integer or a decimal that wraps, wherever it is computed.
#[tokio::test(flavor = "multi_thread")]
async fn arithmetic_that_leaves_its_type_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    let column = |name: &str, of: Type, values: Vec<Value>| Column { name: name.to_owned(), of, values };
    let wide = 10_i128.pow(38) - 1;
    let most = Value::Integer(i64::MAX.into());
    crate::parquet::write(
        &folder.path().join("t.parquet"),
        vec![
            column("most", Type::Integer, vec![most.clone(), most]),
            column("least", Type::Integer, vec![Value::Integer(i64::MIN.into()), Value::Integer(0)]),
            column("wide", Type::Decimal { scale: 0 }, vec![Value::Decimal { unscaled: wide, scale: 0 }; 2]),
        ],
    );
    let engine = open(folder.path());
    for sql in [
        "SELECT most + 1 AS x FROM t",
        "SELECT least - 1 AS x FROM t",
        "SELECT most * 2 AS x FROM t",
        "SELECT -least AS x FROM t",
        "SELECT 9223372036854775807 + 1 AS x",
        "SELECT COUNT(*) AS x FROM t WHERE most + 1 > 0",
        "SELECT COUNT(*) AS x FROM t AS a JOIN t AS b ON a.most + 1 = b.least",
        "SELECT least AS k, COUNT(*) AS x FROM t GROUP BY least HAVING MAX(most) + 1 < 0",
        "SELECT (SELECT MAX(most) + 1 FROM t) AS x",
        "WITH w AS (SELECT most + most AS x FROM t) SELECT x FROM w",
        "SELECT x FROM (SELECT most + 1 AS x FROM t UNION ALL SELECT 0) AS u ORDER BY x",
        "SELECT wide + 1 AS x FROM t",
        "SELECT wide * 10 AS x FROM t",
        "SELECT SUM(wide) AS x FROM t",
        "SELECT SUM(wide) OVER (ORDER BY least) AS x FROM t",
    ] {
        match ask(&engine, sql).await {
            Ok(frame) => panic!("{sql} gives {:?}", rows(&frame)),
            Err(error) => {
                assert!(error.message.contains("CAST") || error.message.contains("digits"), "{sql}: {}", error.message)
            }
        }
    }
    for (sql, right) in [
        ("SELECT SUM(most) AS x FROM t", "18446744073709551614"),
        ("SELECT SUM(most) OVER () AS x FROM t LIMIT 1", "18446744073709551614"),
        ("SELECT SUM(x) AS x FROM (SELECT most AS x FROM t UNION ALL SELECT most FROM t) AS u", "36893488147419103228"),
        ("SELECT CAST(most AS DECIMAL(38, 0)) + 1 AS x FROM t LIMIT 1", "9223372036854775808"),
        ("SELECT 0.1 + 0.2 AS x", "0.3"),
        ("SELECT SUM(DISTINCT most) AS x FROM t", "9223372036854775807"),
    ] {
        let frame = ask(&engine, sql).await.unwrap_or_else(|error| panic!("{sql}: {}", error.message));
        assert_eq!(rows(&frame), [[right]], "{sql}");
    }
}

/// Catches a median that is cut to the digits of its values.
#[tokio::test(flavor = "multi_thread")]
async fn the_median_of_decimals_is_refused_with_a_way_that_works() {
    let folder = tempfile::tempdir().unwrap();
    let values = [1, 2].map(|unscaled| Value::Decimal { unscaled, scale: 2 }).to_vec();
    let column = Column { name: "d".to_owned(), of: Type::Decimal { scale: 2 }, values };
    crate::parquet::write(&folder.path().join("t.parquet"), vec![column]);
    let engine = open(folder.path());
    for sql in ["SELECT MEDIAN(d) AS x FROM t", "SELECT MEDIAN(d + 1) OVER () AS x FROM t"] {
        let error = ask(&engine, sql).await.expect_err(sql);
        assert!(error.message.contains("PERCENTILE_CONT(0.5) WITHIN GROUP (ORDER BY x)"), "{sql}: {}", error.message);
    }
    let frame = ask(&engine, "SELECT PERCENTILE_CONT(0.5) WITHIN GROUP (ORDER BY d) AS x FROM t").await.unwrap();
    assert_eq!(frame.values("x"), [Value::Float(0.015)]);
}

/// Catches a page that tells of answers that are given no longer.
#[tokio::test(flavor = "multi_thread")]
async fn the_page_tells_what_is_answered() {
    let page = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/files.md")).unwrap();
    let folder = tempfile::tempdir().unwrap();
    parquet(&folder.path().join("a.parquet"), &A);
    let engine = open(folder.path());
    for (told, expression, right) in [
        ("`7 / 2`, `-7 % 3` | 3, \u{2212}1", "7 / 2", "3"),
        ("`7 / 2`, `-7 % 3` | 3, \u{2212}1", "-7 % 3", "-1"),
        ("`2.345 / 3` (decimals) | 4 more digits, cut: 0.7816666", "2.345 / 3", "0.7816666"),
        ("`CAST(2.5 AS BIGINT)` | 2 (cut)", "CAST(2.5 AS BIGINT)", "2"),
        ("`ROUND(2.345, 2)` (decimal) | 2.35", "ROUND(2.345, 2)", "2.35"),
        ("`CONCAT('a', NULL)`, `'a' \\|\\| NULL` | `a`, NULL", "CONCAT('a', NULL)", "'a'"),
        ("`CONCAT('a', NULL)`, `'a' \\|\\| NULL` | `a`, NULL", "'a' || NULL", "NULL"),
        ("`1.5` | a decimal", "arrow_typeof(1.5)", "'Decimal128(2, 1)'"),
        ("the text is read as a number", "'12' = 12", "1"),
    ] {
        assert!(page.contains(told), "{told}");
        let sql = format!("SELECT {expression} AS x FROM a LIMIT 1");
        let frame = ask(&engine, &sql).await.unwrap_or_else(|error| panic!("{sql}: {}", error.message));
        assert_eq!(rows(&frame), [[right]], "{sql}");
    }
    for sql in ["SELECT 1 / 0 AS x", "SELECT id % 0 AS x FROM a", "SELECT 'a' = 1 AS x"] {
        assert!(ask(&engine, sql).await.is_err(), "{sql}");
    }
}

/// Catches a suite of another dialect that is told no more than that a function is unknown, and a hint that does not work.
#[tokio::test(flavor = "multi_thread")]
async fn functions_of_other_dialects_are_told_by_those_of_this_one() {
    let folder = tempfile::tempdir().unwrap();
    parquet(&folder.path().join("a.parquet"), &A);
    let engine = open(folder.path());
    for (sql, x, y) in [
        ("SELECT STRPTIME('2026-01-02 03:04:05', '%Y-%m-%d %H:%M:%S') AS v FROM a", "'2026-01-02 03:04:05'", ""),
        ("SELECT QUANTILE_CONT(n, 0.5) AS v FROM a", "n", ""),
        ("SELECT QUANTILE_DISC(n, 0.5) AS v FROM a", "n", ""),
        ("SELECT STDEV(n) AS v FROM a", "n", ""),
        ("SELECT VARIANCE(n) AS v FROM a", "n", ""),
        ("SELECT id FROM a WHERE MOD(id, 2) = 0", "id", "2"),
    ] {
        let message = ask(&engine, sql).await.expect_err(sql).message;
        let (_, instead) = message.split_once("; write ").unwrap_or_else(|| panic!("{sql}: {message}"));
        let instead = instead.split(", which").next().unwrap().replace("% y", &format!("% {y}"));
        let written = instead
            .replace("(x", &format!("({x}"))
            .replace("BY x", &format!("BY {x}"))
            .replace("x %", &format!("{x} %"));
        let sql = format!("SELECT {written} AS v FROM a LIMIT 1");
        assert!(ask(&engine, &sql).await.is_ok(), "{sql}");
    }
}

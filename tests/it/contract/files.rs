//! Parquet, CSV and NDJSON files: types as stored, sums that never wrap, nothing guessed.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use arrow::array::{ArrayRef, Int32Array, Int64Array, RecordBatch, StringArray};
use cutover::frame::{Column, Frame, Type, Value};
use cutover::source::{CancellationToken, Error, Files, SourceOptions, driver, query};
use cutover::spec::check::ParamValue;

use super::{cases, hold_from};

const LIMIT: Duration = Duration::from_secs(60);

fn open(path: &Path, types: &[(&str, &str)]) -> Files {
    let types = types.iter().map(|(column, of)| ((*column).to_owned(), (*of).to_owned())).collect();
    Files::open(path, &SourceOptions { types, ..SourceOptions::default() }, path.display().to_string()).unwrap()
}

async fn fetch(engine: &Files, sql: &str) -> Result<Frame, Error> {
    query(engine, sql, LIMIT, &CancellationToken::default()).await.map(|answer| answer.frame)
}

async fn refused(engine: &Files, sql: &str) -> String {
    match fetch(engine, sql).await {
        Ok(frame) => panic!("`{sql}` was answered with {frame:?}"),
        Err(error) => error.message,
    }
}

async fn one(engine: &Files, sql: &str) -> Value {
    let frame = fetch(engine, sql).await.unwrap_or_else(|error| panic!("{sql}: {error}"));
    let name = frame.names()[0].to_owned();
    frame.values(&name).remove(0)
}

fn text(s: &str) -> Value {
    Value::Text(s.to_owned())
}

fn parquet(folder: &Path, name: &str, columns: Vec<Column>) {
    crate::parquet::write(&folder.join(name), columns);
}

fn column(name: &str, of: Type, values: Vec<Value>) -> Column {
    Column { name: name.to_owned(), of, values }
}

/// Cases a Parquet file has no type for, or whose meaning the writer of the tests does not keep.
const ABSENT: [&str; 9] =
    ["uuid", "json", "i128_min", "i128_max", "u128_max", "decimal_65_30", "decimal_76_38", "u256_max", "i256_min"];

/// Catches a value that changes between a Parquet file and the frame.
#[tokio::test]
async fn the_contract_holds_for_parquet() {
    let folder = tempfile::tempdir().unwrap();
    let held = || cases().into_iter().filter(|case| !ABSENT.contains(&case.name));
    parquet(folder.path(), "cases.parquet", held().map(|case| column(case.name, case.of, vec![case.value])).collect());
    let engine = open(folder.path(), &[]);
    let names: Vec<&str> = held().map(|case| case.name).collect();
    hold_from(&engine, "FROM cases", |case| names.contains(&case).then(|| format!("\"{case}\""))).await;
}

/// Catches a sum that wraps, whatever the width of its argument and wherever the argument comes from.
#[tokio::test]
async fn sums_never_wrap() {
    let folder = tempfile::tempdir().unwrap();
    let narrow = Arc::new(Int32Array::from(vec![2_000_000_000, 2_000_000_000, 5])) as ArrayRef;
    let data = RecordBatch::try_from_iter([
        ("g", Arc::new(StringArray::from(vec!["a", "a", "a"])) as ArrayRef),
        ("narrow", narrow),
        ("wide", Arc::new(Int64Array::from(vec![i64::MAX, i64::MAX, 1]))),
        ("name", Arc::new(StringArray::from(vec!["x".repeat(10), "y".repeat(10), "z".repeat(10)]))),
    ]);
    crate::parquet::write_batch(&folder.path().join("t.parquet"), &data.unwrap());
    let engine = open(folder.path(), &[]);
    let sum = |unscaled| Value::Decimal { unscaled, scale: 0 };
    let wide = sum(2 * i128::from(i64::MAX) + 1);
    for (sql, expected) in [
        ("SELECT SUM(narrow) AS s FROM t", sum(4_000_000_005)),
        ("SELECT SUM(narrow) AS s, g FROM t GROUP BY g", sum(4_000_000_005)),
        ("SELECT SUM(wide) AS s FROM t", wide.clone()),
        ("SELECT SUM(wide) AS s, g FROM t GROUP BY g", wide),
        ("SELECT SUM(CASE WHEN g = 'a' THEN 2000000000 ELSE 0 END) AS s FROM t", sum(6_000_000_000)),
        ("SELECT SUM(CAST(narrow AS INT)) AS s FROM t", sum(4_000_000_005)),
        ("SELECT SUM(n) AS s FROM (SELECT CAST(narrow AS INT) AS n FROM t) AS u", sum(4_000_000_005)),
        ("SELECT SUM(LENGTH(name)) AS s FROM t", sum(30)),
    ] {
        assert_eq!(one(&engine, sql).await, expected, "{sql}");
    }
}

/// Catches a decimal or an integer that goes through a float on its way to an average, however it is named.
#[tokio::test]
async fn numbers_are_summed_and_averaged_exactly() {
    let folder = tempfile::tempdir().unwrap();
    let decimal = |unscaled, scale| Value::Decimal { unscaled, scale };
    let costs = vec![decimal(12_345_678_901_234_567_890_123_456_789, 12), decimal(2, 12), Value::Null];
    parquet(
        folder.path(),
        "t.parquet",
        vec![
            column("cost", Type::Decimal { scale: 12 }, costs),
            column("n", Type::Integer, vec![Value::Integer(1), Value::Integer(2), Value::Null]),
        ],
    );
    let engine = open(folder.path(), &[]);
    let sum = decimal(12_345_678_901_234_567_890_123_456_791, 12);
    assert_eq!(one(&engine, "SELECT SUM(cost) AS s FROM t").await, sum);
    // Of 38 digits, 19 are kept for what stands before the point.
    let half = decimal(61_728_394_506_172_839_450_617_283_955_000_000, 19);
    for sql in [
        "SELECT AVG(cost) AS a FROM t",
        "SELECT AVG(x) AS a FROM (SELECT cost AS x FROM t) AS u",
        "SELECT AVG(cost) OVER () AS a FROM t LIMIT 1",
    ] {
        assert_eq!(one(&engine, sql).await, half, "{sql}");
    }
    assert_eq!(one(&engine, "SELECT AVG(n) AS a FROM t").await, decimal(15_000_000_000_000_000, 16));
    let third = "SELECT AVG(x) AS a FROM (SELECT CAST(n AS DECIMAL(38, 3)) AS x FROM t UNION ALL SELECT 1) AS u";
    assert_eq!(one(&engine, third).await, decimal(13_333_333_333_333_333_333, 19));
    let sql = "SELECT AVG(cost * 10000) AS a FROM t";
    let error = query(&engine, sql, Duration::from_secs(9), &CancellationToken::default()).await.expect_err(sql);
    assert!(error.message.contains("DOUBLE"), "{}", error.message);
}

/// Catches anything but one query that reads.
#[tokio::test]
async fn only_one_query_that_reads_is_run() {
    let folder = tempfile::tempdir().unwrap();
    parquet(folder.path(), "t.parquet", vec![column("id", Type::Integer, vec![Value::Integer(1)])]);
    let engine = open(folder.path(), &[]);
    for sql in [
        "DROP TABLE t",
        "CREATE TABLE u AS SELECT * FROM t",
        "DELETE FROM t",
        "SELECT 1 AS a; SELECT 2 AS a",
        "SHOW TABLES",
    ] {
        let why = refused(&engine, sql).await;
        assert!(why.contains("write one SELECT") || why.contains("more than one statement"), "{sql}: {why}");
    }
    assert!(refused(&engine, "SELECT id FROM nothing").await.contains("nothing"));
    assert_eq!(one(&engine, "WITH u AS (SELECT id FROM t) SELECT id FROM u").await, Value::Integer(1));
}

/// Catches a guessed type, a NULL that becomes empty text, and a declared type that is read loosely.
#[tokio::test]
async fn csv_is_text_unless_declared() {
    let folder = tempfile::tempdir().unwrap();
    let data = "code,price,note,day,at,ok\n007,0.10,,2026-01-01,2026-01-01 00:00:00.5,true\n008,0.20,\"\",2026-01-02,2026-01-02 00:00:00,false\n";
    std::fs::write(folder.path().join("t.csv"), data).unwrap();
    let plain = open(&folder.path().join("t.csv"), &[]);
    let frame = fetch(&plain, "SELECT * FROM t").await.unwrap();
    assert_eq!(frame.values("code"), [text("007"), text("008")]);
    assert_eq!(frame.values("price"), [text("0.10"), text("0.20")]);
    assert_eq!(frame.values("note"), [Value::Null, text("")]);
    let types =
        [("code", "integer"), ("t.price", "decimal(10,2)"), ("day", "date"), ("at", "timestamp"), ("ok", "bool")];
    let frame = fetch(&open(folder.path(), &types), "SELECT * FROM t").await.unwrap();
    assert_eq!(frame.values("code"), [Value::Integer(7), Value::Integer(8)]);
    assert_eq!(
        frame.values("price"),
        [Value::Decimal { unscaled: 10, scale: 2 }, Value::Decimal { unscaled: 20, scale: 2 }]
    );
    assert_eq!(frame.values("day")[0], Value::Date(20_454));
    assert_eq!(frame.values("at")[0], Value::WallClock(1_767_225_600_500_000_000));
    assert_eq!(frame.values("ok"), [Value::Bool(true), Value::Bool(false)]);
    assert_eq!(frame.values("note"), [Value::Null, text("")]);
    let message =
        refused(&open(folder.path(), &[("price", "decimal(10,1)"), ("note", "integer")]), "SELECT * FROM t").await;
    assert!(message.contains("t.csv") && message.contains("line 3") && message.contains("`note`"), "{message}");
}

/// Catches a file that is cut or broken and passes for a shorter table.
#[tokio::test]
async fn broken_files_are_errors_that_name_them() {
    let folder = tempfile::tempdir().unwrap();
    let put = |name: &str, bytes: &[u8]| std::fs::write(folder.path().join(name), bytes).unwrap();
    put("short.csv", b"a,b\n1,2\n3\n");
    put("long.csv", b"a,b\n1,2\n3,4,5\n");
    put("latin.csv", b"a,b\n1,\xe9\n");
    put("empty.csv", b"");
    put("twice.csv", b"a,a\n1,2\n");
    put("bad.ndjson", b"{\"a\":1}\n{\"a\":\n");
    put("mixed.ndjson", b"{\"a\":1}\n{\"a\":\"x\"}\n");
    put("list.ndjson", b"[1,2]\n");
    put("again.ndjson", b"{\"a\":1,\"a\":2}\n");
    parquet(folder.path(), "whole.parquet", vec![column("a", Type::Integer, vec![Value::Integer(1); 1000])]);
    let whole = std::fs::read(folder.path().join("whole.parquet")).unwrap();
    put("cut.parquet", &whole[..whole.len() - 20]);
    let engine = open(folder.path(), &[]);
    for name in [
        "short.csv",
        "long.csv",
        "latin.csv",
        "empty.csv",
        "twice.csv",
        "bad.ndjson",
        "mixed.ndjson",
        "list.ndjson",
        "again.ndjson",
        "cut.parquet",
    ] {
        let table = name.split_once('.').unwrap().0;
        let message = refused(&engine, &format!("SELECT * FROM {table}")).await;
        assert!(message.contains(name), "{name}: {message}");
    }
    assert_eq!(fetch(&engine, "SELECT a FROM whole").await.unwrap().height(), 1000, "the others do no harm");
    let message = refused(&engine, "SELECT * FROM mixed").await;
    assert!(message.contains("line 1") && message.contains("line 2"), "{message}");
    put("whole.csv", b"a\n1\n");
    assert!(refused(&engine, "SELECT a FROM whole").await.contains("both the table `whole`"));
}

/// Catches a number that loses digits, and a field that is lost because it comes late.
#[tokio::test]
async fn ndjson_keeps_numbers_and_late_fields() {
    let folder = tempfile::tempdir().unwrap();
    let data = "{\"id\":9007199254740993,\"cost\":1}\n{\"id\":2,\"cost\":0.10,\"late\":true,\"tags\":[\"a\",null],\"o\":{\"x\":1.50}}\n";
    std::fs::write(folder.path().join("t.ndjson"), data).unwrap();
    let frame = fetch(&open(folder.path(), &[]), "SELECT * FROM t").await.unwrap();
    assert_eq!(frame.values("id"), [Value::Integer(9_007_199_254_740_993), Value::Integer(2)]);
    let cost = frame.values("cost");
    assert_eq!(cost, [Value::Decimal { unscaled: 100, scale: 2 }, Value::Decimal { unscaled: 10, scale: 2 }]);
    assert_eq!(frame.values("late"), [Value::Null, Value::Bool(true)]);
    assert_eq!(frame.values("tags"), [Value::Null, Value::Array(vec![text("a"), Value::Null])]);
    assert_eq!(frame.values("o")[1], text("{\"x\":1.50}"));
}

/// Catches a literal that DataFusion refuses or reads as something else.
#[tokio::test]
async fn literals_are_what_they_stand_for() {
    let folder = tempfile::tempdir().unwrap();
    parquet(
        folder.path(),
        "t.parquet",
        vec![
            column("day", Type::Date, vec![Value::Date(20_454)]),
            column("at", Type::Instant, vec![Value::Instant(1_767_225_600_000_000_000)]),
            column("wall", Type::WallClock, vec![Value::WallClock(1_767_225_600_000_000_000)]),
            column("cost", Type::Decimal { scale: 2 }, vec![Value::Decimal { unscaled: 110, scale: 2 }]),
            column("n", Type::Integer, vec![Value::Integer(5)]),
            column("name", Type::Text, vec![text("it's \\ \"x\" -- {{ y }}")]),
            column("ok", Type::Bool, vec![Value::Bool(true)]),
        ],
    );
    let engine = open(folder.path(), &[]);
    let moment: chrono::DateTime<chrono::Utc> = "2026-01-01T00:00:00Z".parse().unwrap();
    let name = ParamValue::Text("it's \\ \"x\" -- {{ y }}".to_owned());
    for (column, value) in [
        ("day", ParamValue::Date(moment.date_naive())),
        ("at", ParamValue::Timestamp(moment)),
        ("wall", ParamValue::WallClock(moment.naive_utc())),
        ("cost", ParamValue::Decimal("1.1".parse().unwrap())),
        ("n", ParamValue::Integer(5)),
        ("name", name.clone()),
        ("ok", ParamValue::Boolean(true)),
    ] {
        let written = driver("files").unwrap().dialect.literal(&value).unwrap();
        for (operator, rows) in [("=", 1), ("<>", 0)] {
            let sql = format!("SELECT COUNT(*) AS c FROM t WHERE {column} {operator} {written}");
            assert_eq!(one(&engine, &sql).await, Value::Integer(rows), "{sql}");
        }
    }
    let list = driver("files")
        .unwrap()
        .dialect
        .literal(&ParamValue::List(vec![name, ParamValue::Text("other".to_owned())]))
        .unwrap();
    assert_eq!(one(&engine, &format!("SELECT COUNT(*) AS c FROM t WHERE name IN {list}")).await, Value::Integer(1));
    let large = driver("files").unwrap().dialect.literal(&ParamValue::Integer(i128::from(i64::MAX) + 1)).unwrap();
    assert_eq!(one(&engine, &format!("SELECT COUNT(*) AS c FROM t WHERE n < {large}")).await, Value::Integer(1));
}

//! Texts and times beside values of a type that does not hold all of them.

use std::sync::Arc;

use arrow::array::{
    ArrayRef, Date32Array, Decimal128Array, Int64Array, RecordBatch, StringArray, Time32MillisecondArray,
    TimestampMillisecondArray,
};
use cutover::frame::Value;

use super::{ask, open};

fn table(folder: &std::path::Path) {
    const DAY: i32 = 20_454;
    let second = i64::from(DAY) * 86_400_000;
    let columns: Vec<(&str, ArrayRef)> = vec![
        ("day", Arc::new(Date32Array::from(vec![DAY, DAY + 1]))),
        ("at", Arc::new(TimestampMillisecondArray::from(vec![second, second + 1]))),
        ("d", Arc::new(Decimal128Array::from(vec![100, 154]).with_precision_and_scale(10, 2).unwrap())),
        ("price", Arc::new(StringArray::from(vec!["1.46", "1.54"]))),
        ("st", Arc::new(StringArray::from(vec!["2026-01-01 10:00:00", "2026-01-02"]))),
        ("tod", Arc::new(Time32MillisecondArray::from(vec![1_000, 2_000]))),
        ("i", Arc::new(Int64Array::from(vec![4, 5]))),
    ];
    crate::parquet::write_batch(&folder.join("t.parquet"), &RecordBatch::try_from_iter(columns).unwrap());
}

/// Catches an operand that is rounded or cut to the type of the other, and is not refused; and advice that is refused or wrong.
#[tokio::test(flavor = "multi_thread")]
async fn what_the_other_side_does_not_hold_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    table(folder.path());
    let engine = open(folder.path());
    for (condition, why) in [
        ("price > 1.5", "CAST(s AS DECIMAL(38, 10))"),
        ("1.5 = price", "CAST(s AS DECIMAL(38, 10))"),
        ("price BETWEEN 1.5 AND 1.6", "CAST(s AS DECIMAL(38, 10))"),
        ("price IN (1.5)", "CAST(s AS DECIMAL(38, 10))"),
        ("COALESCE(price, 0.0) = 1.5", "CAST(s AS DECIMAL(38, 10))"),
        ("CASE WHEN i > 0 THEN price ELSE 0.0 END = 1.5", "CAST(s AS DECIMAL(38, 10))"),
        ("d = '1.004'", "without quotes"),
        ("d IN ('1.004')", "without quotes"),
        ("d <> price", "CAST(s AS DECIMAL(38, 10))"),
        ("day < '2026-01-01 12:00:00'", "CAST(day AS TIMESTAMP)"),
        ("day IN ('2026-01-01 12:00:00')", "CAST(day AS TIMESTAMP)"),
        ("st > day", "CAST(day AS TIMESTAMP)"),
        ("day + INTERVAL '1 hour' > day", "CAST(day AS TIMESTAMP) + INTERVAL"),
        ("day - INTERVAL '1 second' < day", "CAST(day AS TIMESTAMP) + INTERVAL"),
        ("at < TIMESTAMP '2026-01-01 00:00:00.0004'", "as many digits"),
        ("at = '2026-01-01 00:00:00.0004'", "as many digits"),
        ("at IN (TIMESTAMP '2026-01-01 00:00:00.0004')", "as many digits"),
        ("tod = '00:00:01.0004'", "as many digits"),
        ("tod IN ('00:00:01.0004')", "as many digits"),
        ("tod BETWEEN '00:00:00' AND '00:00:01.0004'", "as many digits"),
        ("tod < CAST('00:00:01.0004' AS TIME)", "as many digits"),
        ("at + INTERVAL '400 microseconds' > at", "no finer interval"),
        ("CAST(price AS NUMERIC) > 1", "DECIMAL(38, scale)"),
        ("price::decimal > 1", "DECIMAL(38, scale)"),
    ] {
        let sql = format!("SELECT COUNT(*) AS n FROM t WHERE {condition}");
        let error = ask(&engine, &sql).await.expect_err(condition);
        assert!(error.message.contains(why), "{condition}: {}", error.message);
    }
    for sql in [
        "SELECT COUNT(*) AS n FROM (SELECT day FROM t UNION SELECT st FROM t) AS u",
        "SELECT COUNT(*) AS n FROM (SELECT d FROM t UNION ALL SELECT price FROM t) AS u",
        "SELECT COUNT(*) AS n FROM (SELECT st FROM t EXCEPT SELECT day FROM t) AS u",
        "SELECT COUNT(*) AS n FROM t WHERE price IN (SELECT d FROM t)",
        "SELECT COUNT(*) AS n FROM t JOIN (SELECT st AS day FROM t) AS u USING (day)",
    ] {
        let error = ask(&engine, sql).await.expect_err(sql);
        assert!(error.message.contains("CAST both to VARCHAR"), "{sql}: {}", error.message);
    }
    for sql in [
        "SELECT MAKE_ARRAY(st) AS x FROM t UNION ALL SELECT MAKE_ARRAY(DATE '2026-01-01')",
        "SELECT CASE WHEN i = 4 THEN MAKE_ARRAY(day) ELSE MAKE_ARRAY(st) END AS x FROM t",
        "SELECT NULLIF(MAKE_ARRAY(st), MAKE_ARRAY(DATE '2026-01-05')) AS x FROM t",
        "SELECT COALESCE(MAKE_ARRAY(MAKE_ARRAY(d)), MAKE_ARRAY(MAKE_ARRAY(CAST(1 AS DOUBLE)))) AS x FROM t",
        "SELECT i FROM t WHERE MAKE_ARRAY(st) = MAKE_ARRAY(day)",
        "SELECT i FROM t WHERE MAKE_ARRAY(CAST(i AS DOUBLE)) IN (SELECT MAKE_ARRAY(i) FROM t)",
        "SELECT MAKE_ARRAY(i) AS x FROM t UNION ALL SELECT MAKE_ARRAY(CAST(i AS REAL)) FROM t",
    ] {
        let error = ask(&engine, sql).await.expect_err(sql);
        assert!(error.message.contains("make them of one type"), "{sql}: {}", error.message);
    }
    for sql in [
        "SELECT MAKE_ARRAY(st) AS x FROM t UNION ALL SELECT MAKE_ARRAY(CAST(day AS VARCHAR)) FROM t",
        "SELECT CASE WHEN i = 4 THEN MAKE_ARRAY(d) ELSE MAKE_ARRAY(i) END AS x FROM t",
        "SELECT COALESCE(MAKE_ARRAY(i), NULL, MAKE_ARRAY(NULL), MAKE_ARRAY(7)) AS x FROM t",
        "SELECT i FROM t WHERE MAKE_ARRAY(day) = MAKE_ARRAY(DATE '2026-01-01')",
    ] {
        assert!(ask(&engine, sql).await.is_ok(), "{sql}");
    }
    let both =
        "SELECT COUNT(*) AS n FROM (SELECT CAST(day AS VARCHAR) FROM t UNION SELECT CAST(st AS VARCHAR) FROM t) AS u";
    assert_eq!(ask(&engine, both).await.unwrap().values("n"), [Value::Integer(3)]);
    for (condition, right) in [
        ("CAST(price AS DECIMAL(38, 10)) > 1.5", 1),
        ("COALESCE(CAST(price AS DECIMAL(38, 10)), 0.0) > 1.5", 1),
        ("d > 1.004", 1),
        ("day < '2026-01-02'", 1),
        ("day IN ('2026-01-02')", 1),
        ("CAST(day AS TIMESTAMP) < '2026-01-01 12:00:00'", 1),
        ("CAST(st AS TIMESTAMP) > CAST(day AS TIMESTAMP)", 1),
        ("CAST(day AS TIMESTAMP) + INTERVAL '1 hour' > CAST(day AS TIMESTAMP)", 2),
        ("day + INTERVAL '1 day' > day", 2),
        ("at < TIMESTAMP '2026-01-01 00:00:00.001'", 1),
        ("at = '2026-01-01 00:00:00.001'", 1),
        ("at + INTERVAL '1 millisecond' > at", 2),
        ("i = '4'", 1),
        ("price = '1.46'", 1),
    ] {
        let sql = format!("SELECT COUNT(*) AS n FROM t WHERE {condition}");
        let frame = ask(&engine, &sql).await.unwrap_or_else(|error| panic!("{condition}: {}", error.message));
        assert_eq!(frame.values("n"), [Value::Integer(right)], "{condition}");
    }
}

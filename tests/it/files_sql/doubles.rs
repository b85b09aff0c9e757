//! Floats beside decimals, and floats of 32 bits beside wider numbers, wherever a query brings them together.

use std::sync::Arc;

use arrow::array::{ArrayRef, Decimal128Array, Float32Array, Float64Array, Int64Array, RecordBatch, StringArray};
use cutover::frame::Value;

use super::{ask, open};

/// A table of floats that are far closer to each other than decimals of 15 places.
fn table(folder: &std::path::Path) {
    let decimal = |values: Vec<i128>, precision, scale| {
        Arc::new(Decimal128Array::from(values).with_precision_and_scale(precision, scale).unwrap()) as ArrayRef
    };
    let columns: Vec<(&str, ArrayRef)> = vec![
        ("f", Arc::new(Float64Array::from(vec![1e-17, 3e-16, 0.0, 7.5]))),
        ("z", Arc::new(Float64Array::from(vec![-0.0, 0.0, 1.0, 2.0]))),
        ("g", Arc::new(Float64Array::from(vec![1e300, f64::NAN, f64::INFINITY, 2e15]))),
        ("e", Arc::new(Float32Array::from(vec![0.3, 0.300_000_04, 16_777_216.0, 0.0]))),
        ("i", Arc::new(Int64Array::from(vec![4, 4, 16_777_217, 0]))),
        ("d", decimal(vec![0, 0, 100, 750], 10, 2)),
        ("long", decimal(vec![12_345_678_901_234_567_890, 30_000_000_000_000_000_004, 10, 7], 38, 20)),
        ("near", Arc::new(Float64Array::from(vec!["0.12345678901234567890".parse().unwrap(), 0.3, 1e-19, 7e-20]))),
        ("s", Arc::new(StringArray::from(vec!["1", "12x", "a", ""]))),
    ];
    crate::parquet::write_batch(&folder.join("t.parquet"), &RecordBatch::try_from_iter(columns).unwrap());
}

/// Catches a float that is rounded to the places of a decimal beside it, or to 32 bits, and a zero that is told from a zero.
#[tokio::test(flavor = "multi_thread")]
async fn a_float_beside_another_number_keeps_its_digits() {
    let folder = tempfile::tempdir().unwrap();
    table(folder.path());
    let engine = open(folder.path());
    for (condition, right) in [
        ("f > 0.0", 3),
        ("0.0 < f", 3),
        ("f <> 0.0", 3),
        ("f = 7.5", 1),
        ("NOT (f <= 0.0)", 3),
        ("f IN (0.0, 7.5)", 2),
        ("f NOT IN (0.0)", 3),
        ("f BETWEEN 0.0 AND 0.0", 1),
        ("f > d", 2),
        ("f IS DISTINCT FROM d", 3),
        ("f > (SELECT MIN(d) FROM t)", 3),
        ("f * 0.1 > 0", 3),
        ("COALESCE(f, 0.0) > 0", 3),
        ("CASE WHEN f < 1 THEN f ELSE 0.0 END > 0", 2),
        ("NULLIF(f, 0.0) IS NOT NULL", 3),
        ("EXISTS (SELECT 1 FROM t AS u WHERE u.d < t.f)", 3),
        ("e > 0.3", 3),
        ("e <> i", 3),
        ("e IN (16777217)", 0),
        ("g > 0.0", 4),
        ("g < 0.5", 0),
        ("near = long", 4),
        ("NULLIF(z, 0) IS NULL", 2),
        ("NULLIF(z, 0.0) IS NULL", 2),
        ("CASE z WHEN 0 THEN 1 ELSE 0 END = 1", 2),
        ("CASE z WHEN 0.0 THEN 1 ELSE 0 END = 1", 2),
        ("CASE f WHEN 0.0 THEN 1 ELSE 0 END = 1", 1),
    ] {
        let sql = format!("SELECT COUNT(*) AS n FROM t WHERE {condition}");
        let frame = ask(&engine, &sql).await.unwrap_or_else(|error| panic!("{sql}: {}", error.message));
        assert_eq!(frame.values("n"), [Value::Integer(right)], "{condition}");
    }
    for (value, right) in [
        ("COALESCE(f, 0.0)", 4),
        ("CASE WHEN f < 100 THEN f ELSE 0.0 END", 4),
        ("GREATEST(f, -1.0)", 4),
        ("LEAST(f, 100.0)", 4),
        ("NULLIF(f, 7.5)", 3),
        ("COALESCE(NULLIF(f, 7.5), d)", 4),
        ("e + i", 4),
        ("e * 1.5", 4),
    ] {
        let sql = format!("SELECT COUNT(DISTINCT {value}) AS n FROM t");
        let frame = ask(&engine, &sql).await.unwrap_or_else(|error| panic!("{sql}: {}", error.message));
        assert_eq!(frame.values("n"), [Value::Integer(right)], "{value}");
    }
    for (sql, right) in [
        ("SELECT COUNT(*) AS n FROM t AS a JOIN t AS b ON a.f = b.d", 3),
        ("SELECT COUNT(*) AS n FROM t AS a LEFT JOIN t AS b ON a.f = b.d WHERE b.d IS NULL", 2),
        ("SELECT COUNT(*) AS n FROM t GROUP BY f > 0.0 HAVING MIN(f) > 0.0", 3),
    ] {
        let frame = ask(&engine, sql).await.unwrap_or_else(|error| panic!("{sql}: {}", error.message));
        assert_eq!(frame.values("n"), [Value::Integer(right)], "{sql}");
    }
}

/// Catches a form that rounds floats, or answers otherwise than its name says, and is not refused; and advice that is wrong.
#[tokio::test(flavor = "multi_thread")]
async fn what_would_round_a_float_is_refused_with_a_way_that_works() {
    let folder = tempfile::tempdir().unwrap();
    table(folder.path());
    let engine = open(folder.path());
    let double = "CAST(d AS DOUBLE)";
    for (sql, why, instead, right) in [
        (
            "SELECT COUNT(*) AS n FROM (SELECT f FROM t UNION SELECT d FROM t) AS u",
            double,
            "SELECT COUNT(*) AS n FROM (SELECT f FROM t UNION SELECT CAST(d AS DOUBLE) FROM t) AS u",
            5,
        ),
        (
            "SELECT COUNT(*) AS n FROM (SELECT f FROM t UNION ALL SELECT 0.5) AS u",
            double,
            "SELECT COUNT(*) AS n FROM (SELECT f FROM t UNION ALL SELECT CAST(0.5 AS DOUBLE)) AS u",
            5,
        ),
        (
            "SELECT COUNT(*) AS n FROM (SELECT f FROM t INTERSECT SELECT d FROM t) AS u",
            double,
            "SELECT COUNT(*) AS n FROM (SELECT f FROM t INTERSECT SELECT CAST(d AS DOUBLE) FROM t) AS u",
            2,
        ),
        (
            "SELECT COUNT(*) AS n FROM (SELECT f FROM t EXCEPT SELECT d FROM t) AS u",
            double,
            "SELECT COUNT(*) AS n FROM (SELECT f FROM t EXCEPT SELECT CAST(d AS DOUBLE) FROM t) AS u",
            2,
        ),
        (
            "SELECT COUNT(*) AS n FROM t WHERE f IN (SELECT d FROM t)",
            double,
            "SELECT COUNT(*) AS n FROM t WHERE f IN (SELECT CAST(d AS DOUBLE) FROM t)",
            2,
        ),
        (
            "SELECT COUNT(*) AS n FROM t JOIN (SELECT d AS f FROM t) AS u USING (f)",
            double,
            "SELECT COUNT(*) AS n FROM t JOIN (SELECT CAST(d AS DOUBLE) AS f FROM t) AS u USING (f)",
            3,
        ),
        (
            "SELECT COUNT(*) AS n FROM t WHERE s SIMILAR TO '[0-9]+'",
            "s ~ '^(…)$'",
            "SELECT COUNT(*) AS n FROM t WHERE s ~ '^([0-9]+)$'",
            1,
        ),
        (
            "SELECT COUNT(*) AS n FROM t WHERE DATE_BIN(INTERVAL '1 day', TIMESTAMP '2026-01-01') IS NULL",
            "DATE_TRUNC('hour', t)",
            "SELECT COUNT(*) AS n FROM t WHERE DATE_TRUNC('hour', TIMESTAMP '2026-01-01 10:20:00') = TIMESTAMP '2026-01-01 10:00:00'",
            4,
        ),
    ] {
        let error = ask(&engine, sql).await.expect_err(sql);
        assert!(error.message.contains(why), "{sql}: {}", error.message);
        let frame = ask(&engine, instead).await.unwrap_or_else(|error| panic!("{instead}: {}", error.message));
        assert_eq!(frame.values("n"), [Value::Integer(right)], "{instead}");
    }
    let fraction = "SELECT EXTRACT(microsecond FROM TIMESTAMP '2026-01-01 00:00:01.5') AS n";
    assert_eq!(ask(&engine, fraction).await.unwrap().values("n"), [Value::Integer(1_500_000)]);
}

//! What of DuckDB has no exact canonical form: an error, whose hint is followed on a value.

use super::*;

/// A value, how it is refused, what the hint says to select of the column `v`, and another value, of which it must not make
/// the same.
const REFUSED: [(&str, ErrorCode, &str, &str); 13] = [
    ("CAST(1 AS UHUGEINT)", ErrorCode::TypeUnsupported, "CAST(v AS VARCHAR)", "CAST(2 AS UHUGEINT)"),
    ("CAST(1 AS BIGNUM)", ErrorCode::TypeUnsupported, "CAST(v AS VARCHAR)", "CAST(2 AS BIGNUM)"),
    ("INTERVAL 1 DAY", ErrorCode::TypeUnsupported, "CAST(v AS VARCHAR)", "INTERVAL 24 HOUR"),
    ("CAST('0101' AS BIT)", ErrorCode::TypeUnsupported, "CAST(v AS VARCHAR)", "CAST('101' AS BIT)"),
    ("TIMETZ '12:00:00+02'", ErrorCode::TypeUnsupported, "CAST(v AS VARCHAR)", "TIMETZ '10:00:00+00'"),
    ("[INTERVAL 1 DAY]", ErrorCode::TypeUnsupported, "CAST(v AS VARCHAR)", "[INTERVAL 24 HOUR]"),
    ("union_value(a := 1)", ErrorCode::TypeUnsupported, "union_extract(v, 'a')", "union_value(a := 2)"),
    ("TIMESTAMP 'infinity'", ErrorCode::ValueUnreadable, "NULLIF(v, 'infinity')", "TIMESTAMP '2026-01-01'"),
    ("TIMESTAMP 'infinity'", ErrorCode::ValueUnreadable, "CAST(v AS VARCHAR)", "TIMESTAMP '-infinity'"),
    ("DATE 'infinity'", ErrorCode::ValueUnreadable, "NULLIF(v, 'infinity')", "DATE '2026-01-01'"),
    ("DATE '-infinity'", ErrorCode::ValueUnreadable, "CAST(v AS VARCHAR)", "DATE 'infinity'"),
    ("[TIMESTAMPTZ 'infinity']", ErrorCode::ValueUnreadable, "CAST(v AS VARCHAR)", "[TIMESTAMPTZ '-infinity']"),
    ("TIME '24:00:00'", ErrorCode::ValueUnreadable, "CAST(v AS VARCHAR)", "TIME '00:00:00'"),
];

/// Catches a type that is read as something near it, a value that no calendar has, and a hint that makes two values one.
#[tokio::test(flavor = "multi_thread")]
async fn what_has_no_exact_form_is_an_error_with_a_way_out() {
    let (_folder, engine) = empty();
    let stop = CancellationToken::default();
    for (written, code, hint, other) in REFUSED {
        let error = query(engine.as_ref(), &format!("SELECT {written} AS v"), LIMIT, &stop).await.unwrap_err();
        assert_eq!(error.code, code, "{written}: {error}");
        assert!(error.message.contains("column `v`"), "{error}");
        let said =
            error.message.replace("\"v\"", "v").replace("NULLIF(…", "NULLIF(v").replace("the name of a member", "a");
        let said = said.replace("CAST it AS VARCHAR", "CAST(v AS VARCHAR)");
        assert!(said.contains(hint), "{written}: {error}");
        let mut read = Vec::new();
        for value in [written, other] {
            let sql = format!("SELECT {hint} AS v FROM (SELECT {value} AS v)");
            let answer = query(engine.as_ref(), &sql, LIMIT, &stop).await;
            read.push(answer.unwrap_or_else(|error| panic!("{sql}: {error}")).frame.values("v").remove(0));
        }
        assert_ne!(read[0], read[1], "{hint} of {written} and {other}");
    }
}

/// Catches an answer that the driver cannot hand over and that is told as a fault of the query.
#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_handed_over_is_told() {
    let (_folder, engine) = empty();
    let stop = CancellationToken::default();
    let error = query(engine.as_ref(), "SELECT 1 AS a, CAST(1 AS VARIANT) AS v", LIMIT, &stop).await.unwrap_err();
    assert_eq!(error.code, ErrorCode::TypeUnsupported, "{error}");
    assert!(error.message.contains("AS VARCHAR)`"), "{error}");
    let mut read = Vec::new();
    for value in [1, 2] {
        let sql = format!("SELECT CAST(CAST({value} AS VARIANT) AS VARCHAR) AS v");
        read.push(query(engine.as_ref(), &sql, LIMIT, &stop).await.unwrap().frame.values("v"));
    }
    assert_ne!(read[0], read[1]);
}

/// Catches a type beside those of the contract that comes out otherwise.
#[tokio::test(flavor = "multi_thread")]
async fn types_of_its_own_are_read_exactly() {
    let (_folder, engine) = empty();
    let integers = |numbers: &[i128]| Value::Array(numbers.iter().map(|number| Value::Integer(*number)).collect());
    for (written, value) in [
        ("CAST(255 AS UTINYINT)", Value::Integer(255)),
        ("CAST(4294967295 AS UINTEGER)", Value::Integer(4_294_967_295)),
        ("170141183460469231731687303715884105727::HUGEINT", Value::Integer(i128::MAX)),
        ("TIMESTAMP_S '1969-12-31 23:59:59'", Value::WallClock(-1_000_000_000)),
        ("TIMESTAMP_MS '2026-01-01 00:00:00.001'", Value::WallClock(1_767_225_600_001_000_000)),
        ("TIMESTAMP_NS '2026-01-01 00:00:00.123456789'", Value::WallClock(1_767_225_600_123_456_789)),
        ("TIME_NS '23:59:59.999999999'", Value::Time(86_399_999_999_999)),
        ("CAST([1, 2] AS INTEGER[2])", integers(&[1, 2])),
        ("[[1], [2, 3]]", Value::Array(vec![integers(&[1]), integers(&[2, 3])])),
        ("repeat('a', 40)", Value::Text("a".repeat(40))),
        ("CAST(7 AS DECIMAL(4, 1))", Value::Decimal { unscaled: 70, scale: 1 }),
    ] {
        let answer =
            query(engine.as_ref(), &format!("SELECT {written} AS v"), LIMIT, &CancellationToken::default()).await;
        let answer = answer.unwrap_or_else(|error| panic!("{written}: {error}"));
        assert_eq!(answer.frame.values("v"), [value], "{written}");
    }
}

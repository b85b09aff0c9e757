//! Literals of every engine.

use chrono::NaiveDateTime;

use crate::source::driver;
use crate::spec::check::ParamValue;

fn literal(engine: &str, value: &ParamValue) -> Result<String, String> {
    driver(engine).unwrap().dialect.literal(value)
}

#[test]
fn quotes_and_backslashes_end_nothing() {
    let hostile = ParamValue::Text(r"x' OR 1=1 --\' ".to_owned());
    assert_eq!(literal("postgres", &hostile).unwrap(), r"E'x'' OR 1=1 --\\'' '");
    assert_eq!(literal("clickhouse", &hostile).unwrap(), r"'x\' OR 1=1 --\\\' '");
    for engine in ["sqlite", "duckdb"] {
        assert_eq!(literal(engine, &hostile).unwrap(), r"'x'' OR 1=1 --\'' '");
    }
    assert_eq!(literal("spark", &hostile).unwrap(), r"concat('x', chr(39), ' OR 1=1 --', chr(92), chr(39), ' ')");
    assert_eq!(literal("snowflake", &hostile).unwrap(), r"'x'' OR 1=1 --\\'' '");
    assert_eq!(literal("bigquery", &hostile).unwrap(), r"'x\' OR 1=1 --\\\' '");
    let variable = ParamValue::Text("a${b}$".to_owned());
    assert_eq!(literal("spark", &variable).unwrap(), "concat('a$', '{b}$')");
    assert!(literal("mysql", &hostile).unwrap().starts_with("_utf8mb4 X'78272"));
}

/// Catches a space of Unicode that DuckDB turns into a plain one.
#[test]
fn spaces_of_unicode_are_written_by_number_for_duckdb() {
    let text = ParamValue::Text("a'\u{a0}\u{3000}b".to_owned());
    assert_eq!(literal("duckdb", &text).unwrap(), "('a''' || chr(160) || '' || chr(12288) || 'b')");
    let ends = ParamValue::Text("\u{feff}".to_owned());
    assert_eq!(literal("duckdb", &ends).unwrap(), "('' || chr(65279))");
}

/// Catches a carriage return that a shell takes from the end of a line within a literal, when SQL is run from a file.
#[test]
fn a_carriage_return_stands_in_no_line() {
    for engine in ["sqlite", "mysql", "duckdb", "clickhouse"] {
        let written = literal(engine, &ParamValue::Text("a\r\nb\r".to_owned())).unwrap();
        assert!(!written.contains('\r'), "{engine}: {written:?}");
    }
}

#[test]
fn a_negative_number_opens_no_comment() {
    assert_eq!(literal("postgres", &ParamValue::Integer(-1)).unwrap(), "(-1)");
    assert_eq!(literal("mysql", &ParamValue::Decimal("-0.5".parse().unwrap())).unwrap(), "(-0.5)");
}

#[test]
fn a_list_is_what_in_takes() {
    let list = ParamValue::List(vec![ParamValue::Text("a".into()), ParamValue::Text("b'".into())]);
    assert_eq!(literal("sqlite", &list).unwrap(), "('a', 'b''')");
}

/// Catches a moment that is cut on its way into a query, where windows and params would then mean another one.
#[test]
fn no_digit_of_a_second_is_dropped() {
    let moment: NaiveDateTime = "2026-01-01T00:00:00.000000001".parse().unwrap();
    let values = [
        ParamValue::Timestamp(moment.and_utc()),
        ParamValue::WallClock(moment),
        ParamValue::Time(moment.time()),
        ParamValue::List(vec![ParamValue::WallClock(moment)]),
    ];
    for value in values {
        for (engine, called) in [
            ("postgres", "PostgreSQL"),
            ("mysql", "MySQL"),
            ("duckdb", "DuckDB"),
            ("spark", "Spark"),
            ("bigquery", "BigQuery"),
            ("files", "SQL over files"),
        ] {
            let refused = literal(engine, &value).unwrap_err();
            assert!(refused.starts_with(called) && refused.contains("six digits"), "{engine}: {refused}");
        }
        for engine in ["clickhouse", "sqlite", "snowflake"] {
            assert!(literal(engine, &value).unwrap().contains("00:00:00.000000001"), "{engine} {value:?}");
        }
    }
}

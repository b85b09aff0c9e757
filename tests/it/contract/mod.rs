//! The same typed rows through every engine: what goes in must come out as the same canonical value.
//!
//! Each engine's module says how it writes a case as an expression, or that it has no such type;
//! `docs/types.md` shows the same as a table.

mod bigquery;
mod clickhouse;
pub(crate) mod duckdb;
mod files;
mod mysql;
mod postgres;
pub(crate) mod snowflake;
pub(crate) mod spark;
mod sqlite;

use std::time::Duration;

use cutover::frame::{Type, Value};
use cutover::source::{CancellationToken, Engine, query};

/// Largest integer of 256 bits.
pub(crate) const U256_MAX: &str = "115792089237316195423570985008687907853269984665640564039457584007913129639935";
/// Smallest signed integer of 256 bits.
pub(crate) const I256_MIN: &str = "-57896044618658097711785492504343953926634992332820282019728792003956564819968";

/// A value that must survive the way from the engine to the frame.
pub(crate) struct Case {
    /// Name by which an engine's module finds its expression.
    pub name: &'static str,
    /// Canonical type expected; `Decimal` with the scale expected.
    pub of: Type,
    /// Canonical value expected.
    pub value: Value,
}

/// How `engine` writes a case as an expression; `None` where it has no such type.
pub(crate) fn expression(engine: &str, case: &str) -> Option<String> {
    match engine {
        "postgres" => postgres::expression(case),
        "mysql" => mysql::expression(case),
        "sqlite" => sqlite::expression(case),
        "duckdb" => duckdb::written(case),
        "clickhouse" => clickhouse::expression(case),
        other => panic!("no engine {other}"),
    }
}

/// Every canonical type with its extremes.
pub(crate) fn cases() -> Vec<Case> {
    let case = |name, of, value| Case { name, of, value };
    let text = |s: &str| Value::Text(s.to_owned());
    let list = |items: &[i128]| Value::Array(items.iter().map(|i| Value::Integer(*i)).collect());
    let wide = |s: &str| Value::Wide(s.parse().unwrap());
    let integers = Type::Array(Box::new(Type::Integer));
    vec![
        case("true", Type::Bool, Value::Bool(true)),
        case("false", Type::Bool, Value::Bool(false)),
        case("i16_min", Type::Integer, Value::Integer(i16::MIN.into())),
        case("i32_min", Type::Integer, Value::Integer(i32::MIN.into())),
        case("i64_min", Type::Integer, Value::Integer(i64::MIN.into())),
        case("i64_max", Type::Integer, Value::Integer(i64::MAX.into())),
        case("above_2_53", Type::Integer, Value::Integer(9_007_199_254_740_993)),
        case("u64_max", Type::Integer, Value::Integer(u64::MAX.into())),
        case("i128_min", Type::Integer, Value::Integer(i128::MIN)),
        case("u128_max", Type::Integer, Value::Unsigned(u128::MAX)),
        case(
            "decimal_38_12",
            Type::Decimal { scale: 12 },
            Value::Decimal { unscaled: 99_999_999_999_999_999_999_999_999_123_456_789_012, scale: 12 },
        ),
        case("decimal_negative", Type::Decimal { scale: 12 }, Value::Decimal { unscaled: -1, scale: 12 }),
        case("decimal_zero", Type::Decimal { scale: 2 }, Value::Decimal { unscaled: 0, scale: 2 }),
        case("decimal_65_30", Type::Decimal { scale: 30 }, wide(&format!("-{}.{}", "9".repeat(35), "1".repeat(30)))),
        case("decimal_76_38", Type::Decimal { scale: 38 }, wide(&format!("{}.{}", "9".repeat(38), "1".repeat(38)))),
        case("u256_max", Type::Integer, wide(U256_MAX)),
        case("i256_min", Type::Integer, wide(I256_MIN)),
        case("float", Type::Float, Value::Float(0.1)),
        case("float32", Type::Float, Value::Float(f64::from(0.1_f32))),
        case("float_infinity", Type::Float, Value::Float(f64::INFINITY)),
        case("float_minus_infinity", Type::Float, Value::Float(f64::NEG_INFINITY)),
        case("float_nan", Type::Float, Value::Float(f64::NAN)),
        case("float_minus_zero", Type::Float, Value::Float(-0.0)),
        case("text", Type::Text, text("naïve 🦀 'quoted' \"too\" \\ |")),
        case("text_empty", Type::Text, text("")),
        case("text_newline", Type::Text, text("a\nb\tc")),
        case("bytes", Type::Bytes, Value::Bytes(vec![0x00, 0xff, 0xfe, 0x27])),
        case("date", Type::Date, Value::Date(20_454)),
        case("date_old", Type::Date, Value::Date(-1)),
        case("time_micros", Type::Time, Value::Time(86_399_999_999_000)),
        case("instant_micros", Type::Instant, Value::Instant(1_767_225_600_123_456_000)),
        case("instant_nanos", Type::Instant, Value::Instant(1_767_225_600_123_456_789)),
        case("instant_before_1970", Type::Instant, Value::Instant(-1_000)),
        case("wall_clock_micros", Type::WallClock, Value::WallClock(1_767_225_600_123_456_000)),
        case("uuid", Type::Uuid, Value::Uuid("0a1b2c3d-0000-4000-8000-00000000ffff".to_owned())),
        case("json", Type::Json, Value::Json("{\"a\": [1, 2.50, null]}".to_owned())),
        case("enum", Type::Text, text("second")),
        case("array", integers.clone(), list(&[3, 1, 2])),
        case("array_empty", integers, list(&[])),
        case("array_of_null", Type::Array(Box::new(Type::Text)), Value::Array(vec![text("a"), Value::Null])),
        case(
            "map",
            Type::Map(Box::new(Type::Text), Box::new(Type::Integer)),
            Value::Map(vec![(text("in"), Value::Integer(7))]),
        ),
    ]
}

/// Whether two canonical values are the same, bit for bit; JSON by its tokens, since engines reformat it.
fn same(expected: &Value, found: &Value) -> bool {
    match (expected, found) {
        (Value::Float(a), Value::Float(b)) => a.to_bits() == b.to_bits() || (a.is_nan() && b.is_nan()),
        (Value::Json(a), Value::Json(b)) => {
            let strip = |s: &str| s.chars().filter(|c| !c.is_whitespace()).collect::<String>();
            strip(a) == strip(b)
        }
        _ => expected == found,
    }
}

/// Sends every case the engine has through it, together with a NULL of the same type, and an empty result.
///
/// `select` wraps an expression list into a statement of the engine (`SELECT {list}`); `expression` gives the
/// engine's expression of a case, `None` where it has no such type.
pub(crate) async fn hold(engine: &dyn Engine, expression: impl Fn(&str) -> Option<String>) {
    hold_from(engine, "", expression).await;
}

/// As [`hold`], for engines whose values stand in a table: `from` is what follows the expression, such as `FROM t`.
pub(crate) async fn hold_from(engine: &dyn Engine, from: &str, expression: impl Fn(&str) -> Option<String>) {
    let stop = CancellationToken::default();
    let limit = Duration::from_secs(60);
    let mut held = 0;
    for case in cases() {
        let Some(written) = expression(case.name) else { continue };
        held += 1;
        let sql = format!("SELECT {written} AS v {from}");
        let answer =
            query(engine, &sql, limit, &stop).await.unwrap_or_else(|e| panic!("{}: {e} {:?}", case.name, e.causes));
        let (_, of) = answer.frame.column("v").unwrap_or_else(|| panic!("{}: no column v", case.name));
        assert_eq!(*of, case.of, "{}: type", case.name);
        let found = answer.frame.values("v");
        assert_eq!(found.len(), 1, "{}: rows", case.name);
        assert!(same(&case.value, &found[0]), "{}: expected {:?}, found {:?}", case.name, case.value, found[0]);

        let sql = format!("SELECT x.v FROM (SELECT {written} AS v {from}) AS x WHERE 1 = 0");
        let answer = query(engine, &sql, limit, &stop).await.unwrap_or_else(|e| panic!("{}: empty: {e}", case.name));
        assert_eq!(answer.frame.height(), 0, "{}: empty", case.name);
        assert_eq!(answer.frame.names(), ["v"], "{}: an empty result keeps its columns", case.name);
    }
    assert!(held > 5, "the engine's module names hardly any case");
}

//! PostgreSQL: its expression of each case, and the values only it can get wrong.

use cutover::frame::{Type, Value};
use cutover::source::ErrorCode;

use super::*;
use crate::contract;

pub(super) fn expression(case: &str) -> Option<String> {
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
        "decimal_65_30" => "('-' || repeat('9', 35) || '.' || repeat('1', 30))::numeric(65, 30)",
        "decimal_76_38" => "(repeat('9', 38) || '.' || repeat('1', 38))::numeric(76, 38)",
        // Whole numbers are decimals here.
        "u256_max" | "i256_min" => return None,
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
    contract::hold(&engine, expression).await;
    for case in contract::cases() {
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
    // 31 digits before the point beside 12 after it: no digit may go.
    let frame =
        fetch(&engine, "SELECT v, ARRAY[v, NULL] AS l FROM (VALUES (1e30::numeric), (1e-12)) AS t(v)").await.unwrap();
    let (tall, fine) = (Value::Integer(10i128.pow(30)), Value::Decimal { unscaled: 1, scale: 12 });
    assert_eq!(frame.values("v"), [tall.clone(), fine.clone()]);
    let listed = |value| Value::Array(vec![value, Value::Null]);
    assert_eq!(frame.values("l"), [listed(tall), listed(fine)]);
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
        assert_eq!(error.code, ErrorCode::ValueUnreadable, "{written}: {error}");
        for part in ["`odd`", "row 2", says, "query"] {
            assert!(error.message.contains(part), "{written}: {part} is missing in: {error}");
        }
    }
}

/// A fallback to text would compare renderings instead of values.
#[tokio::test]
async fn a_type_without_a_canonical_one_is_refused_with_a_hint() {
    for (written, type_name, hint) in [
        ("INTERVAL '1 day'", "interval", "extract(epoch"),
        ("1::money", "money", "::numeric"),
        ("'10:00+02'::timetz", "timetz", "::text"),
        ("'[1,2)'::int4range", "int4range", "::text"),
        ("'10.0.0.1'::inet", "inet", "abbrev("),
        ("ROW(1, 2)", "record", "::text"),
        ("'<a/>'::xml", "xml", "::text"),
        ("B'101'", "bit", "::text"),
        ("point(1, 2)", "point", "::text"),
        ("ARRAY[INTERVAL '1 day']", "interval[]", "::text"),
        ("'pg_class'::regclass", "regclass", "::text"),
    ] {
        // Empty, so that the type alone must be known.
        let error = refused(&format!("SELECT 1 AS fine, {written} AS odd WHERE false")).await;
        assert_eq!(error.code, ErrorCode::TypeUnsupported, "{written}: {error}");
        for part in ["`odd`", type_name, hint] {
            assert!(error.message.contains(part), "{written}: {part} is missing in: {error}");
        }
    }
}

#[tokio::test]
async fn two_columns_of_one_name_are_refused() {
    let error = refused("SELECT 1 AS twice, 2 AS twice").await;
    assert!(error.message.contains("`twice`"), "{error}");
}

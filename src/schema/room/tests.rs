use super::*;

fn decimal(text: &str) -> Value {
    wide::read(text).unwrap()
}

fn text(text: &str) -> Value {
    Value::Text(text.to_owned())
}

fn day(text: &str) -> Value {
    Value::Date(time::date(text).unwrap())
}

fn clock(text: &str) -> Value {
    Value::WallClock(time::wall_clock(text).unwrap())
}

const INT8: ColumnType = ColumnType::Integer { bits: 8, is_signed: true };
const CENTS: ColumnType = ColumnType::Decimal { precision: Some(5), scale: Some(2) };

/// Catches a value that its column does not give back, and that is written all the same.
#[test]
fn what_a_column_cannot_keep_has_no_room() {
    use ColumnType as Of;
    let integer = |bits, is_signed| Of::Integer { bits, is_signed };
    let fixed = Of::FixedBytes { length: 2 };
    for (of, value) in [
        (INT8, Value::Integer(128)),
        (INT8, Value::Integer(-129)),
        (INT8, Value::Float(f64::NAN)),
        (integer(64, false), Value::Integer(-1)),
        (integer(64, false), Value::Unsigned(u128::MAX)),
        (integer(128, false), Value::Integer(-1)),
        (integer(256, false), decimal(&format!("1{}", "0".repeat(80)))),
        (CENTS, decimal("1000")),
        (CENTS, decimal("-999.999")),
        (CENTS, Value::Float(f64::INFINITY)),
        (Of::Unsigned(Box::new(Of::Float(64))), Value::Float(-0.5)),
        (Of::Float(32), Value::Float(1e300)),
        (Of::Date.in_years(1970, 2149), day("1969-12-31")),
        (Of::Date.in_years(1970, 2149), day("2149-06-07")),
        (Of::Date.in_years(1900, 2299), day("2300-01-01")),
        (Of::Timestamp { is_zoned: true, digits: 9 }.in_years(1900, 2262), clock("2262-12-31 00:00")),
        (Of::Text { limit: Some(1) }, text("ab")),
        (Of::TextOfBytes { limit: 1 }, text("é")),
        (Of::Text { limit: None }.in_charset(Charset::Ascii), text("é")),
        (Of::Text { limit: None }.in_charset(Charset::Bmp), text("😀")),
        (fixed.clone(), text("abc")),
        (fixed, Value::Bytes(vec![1, 2, 3])),
        (Of::Bytes { limit: Some(1) }, Value::Bytes(vec![1, 2])),
        (Of::Enum(vec!["a".to_owned()]), text("A")),
        (Of::Uuid, text("a")),
        (Of::Text { limit: None }.in_charset(Charset::Named("latin1".to_owned())), text("€")),
        (Of::Text { limit: None }.in_charset(Charset::Named("sjis".to_owned())), text("é")),
        (Of::Array(Box::new(INT8)), Value::Array(vec![Value::Integer(1), Value::Null])),
        (Of::Array(Box::new(INT8)), Value::Array(vec![Value::Integer(300)])),
    ] {
        assert_eq!(room(&of, &value), Room::None, "{of:?} {value:?}");
    }
}

/// One value of each kind.
fn values() -> Vec<Value> {
    vec![
        Value::Bool(true),
        Value::Integer(5),
        decimal("0.5"),
        Value::Float(0.5),
        text("a"),
        Value::Bytes(vec![1]),
        Value::Date(1),
        Value::Time(1_000_000_000),
        Value::Instant(time::DAY),
        Value::WallClock(time::DAY),
        Value::Uuid("00000000-0000-0000-0000-000000000000".to_owned()),
        Value::Json("{}".to_owned()),
        Value::Array(vec![Value::Integer(5)]),
        Value::Map(vec![(text("a"), Value::Integer(5))]),
    ]
}

/// Catches a column that is given a value of another kind, of which its engine makes something or nothing at all.
#[test]
fn values_of_another_kind_have_no_room() {
    use ColumnType as Of;
    let kinds = |value: &Value| match value {
        Value::Integer(_) | Value::Decimal { .. } | Value::Float(_) => "number",
        Value::Instant(_) | Value::WallClock(_) => "moment",
        Value::Bool(_) => "bool",
        Value::Text(_) => "text",
        Value::Bytes(_) => "bytes",
        Value::Date(_) => "date",
        Value::Time(_) => "time",
        Value::Uuid(_) => "uuid",
        Value::Json(_) => "json",
        Value::Array(_) => "array",
        _ => "map",
    };
    let boxed = |of: &Of| Box::new(of.clone());
    let text_type = Of::Text { limit: None };
    for (of, has_room) in [
        (Of::Bool, &["bool"][..]),
        (INT8, &["number"]),
        (CENTS, &["number"]),
        (Of::Unsigned(boxed(&CENTS)), &["number"]),
        (Of::Float(64), &["number"]),
        (text_type.clone(), &["text"]),
        (Of::TextOfBytes { limit: 9 }, &["text"]),
        (Of::TrimmedText { limit: 9 }, &["text"]),
        (Of::PaddedText { length: 9 }, &["text"]),
        (text_type.clone().in_charset(Charset::Ascii), &["text"]),
        (Of::Enum(vec!["a".to_owned()]), &["text"]),
        (Of::Bytes { limit: None }, &["bytes"]),
        (Of::FixedBytes { length: 9 }, &["text", "bytes"]),
        (Of::Date, &["date", "moment"]),
        (Of::Date.in_years(1900, 2299), &["date", "moment"]),
        (Of::Time { digits: 6 }, &["time"]),
        (Of::Duration { digits: 6 }, &["time"]),
        (Of::Timestamp { is_zoned: true, digits: 6 }, &["moment"]),
        (Of::Uuid, &["uuid"]),
        (Of::Json, &["text", "json"]),
        (Of::JsonText, &["text", "json"]),
        (Of::Array(boxed(&INT8)), &["array"]),
        (Of::Array(boxed(&text_type)), &[]),
        (Of::Map(boxed(&text_type), boxed(&INT8)), &["map"]),
        (Of::Map(boxed(&INT8), boxed(&INT8)), &[]),
    ] {
        for value in values() {
            let is_in = !matches!(room(&of, &value), Room::None);
            assert_eq!(is_in, has_room.contains(&kinds(&value)), "{of:?} {value:?}");
        }
    }
    for (number, held) in [(0, Some(false)), (1, Some(true)), (2, None), (-1, None)] {
        let held = held.map_or(Room::None, |held| Room::Exact(Value::Bool(held)));
        assert_eq!(room(&Of::Bool, &Value::Integer(number)), held, "{number}");
    }
    let other = Of::Other("geometry".to_owned());
    for of in [other.clone(), Of::Array(Box::new(other.clone())), Of::Unbarred(Box::new(other))] {
        let value = if matches!(of, Of::Array(_)) { Value::Array(vec![text("a")]) } else { text("a") };
        assert_eq!(room(&of, &value), Room::Unknown, "{of:?}");
    }
}

/// Catches a value that is refused although its column keeps it.
#[test]
fn what_a_column_keeps_is_the_same_value() {
    use ColumnType as Of;
    let integer = |bits, is_signed| Of::Integer { bits, is_signed };
    let half = Value::Float(0.5);
    for (of, value) in [
        (INT8, Value::Integer(127)),
        (INT8, Value::Integer(-128)),
        (integer(64, false), Value::Integer(u64::MAX.into())),
        (integer(128, true), Value::Integer(i128::MIN)),
        (integer(256, true), decimal(&format!("-5{}", "0".repeat(76)))),
        (CENTS, decimal("-999.99")),
        (Of::Decimal { precision: None, scale: None }, decimal("0.000000000000000000000000000000000000000001")),
        (Of::Decimal { precision: Some(2), scale: Some(-2) }, Value::Integer(9_900)),
        (Of::Unsigned(Box::new(CENTS)), decimal("0")),
        (Of::Year, Value::Integer(0)),
        (Of::Float(32), half.clone()),
        (Of::Float(64), Value::Float(-0.0)),
        (Of::Date.in_years(1970, 2149), day("2149-06-06")),
        (Of::Date.in_years(1900, 2299), day("2299-12-31")),
        (Of::Timestamp { is_zoned: false, digits: 3 }, clock("2026-01-01 00:00:00.123")),
        (Of::Timestamp { is_zoned: true, digits: 3 }.in_years(1900, 2299), clock("2299-12-31 23:59:59.999")),
        (Of::Time { digits: 0 }, Value::Time(5_000_000_000)),
        (Of::Text { limit: Some(1) }, text("é")),
        (Of::PaddedText { length: 2 }, text("a ")),
        (Of::TrimmedText { limit: 2 }, text(" a")),
        (Of::FixedBytes { length: 2 }, text("ab")),
        (Of::Enum(vec!["a".to_owned()]), text("a")),
        (Of::Array(Box::new(Of::Nullable(Box::new(INT8)))), Value::Array(vec![Value::Integer(1), Value::Null])),
        (Of::Map(Box::new(Of::Text { limit: None }), Box::new(Of::Float(64))), Value::Map(vec![(text("a"), half)])),
    ] {
        assert_eq!(room(&of, &value), Room::Exact(value), "{of:?}");
    }
    let upper = text("ABCDEF00-0000-0000-0000-000000000000");
    let lower = Value::Uuid("abcdef00-0000-0000-0000-000000000000".to_owned());
    assert_eq!(room(&ColumnType::Uuid, &upper), Room::Exact(lower));
    assert_eq!(room(&ColumnType::Float(64), &Value::Integer(3)), Room::Exact(Value::Float(3.0)));
    assert!(matches!(room(&ColumnType::Float(32), &Value::Float(f64::NAN)), Room::Exact(Value::Float(_))));
}

/// Catches a value that is taken for one its column keeps whole, and one that is cut to another than the nearest.
#[test]
fn what_is_rounded_is_told() {
    use ColumnType as Of;
    let whole = Of::Integer { bits: 64, is_signed: true };
    let seconds = Of::Timestamp { is_zoned: false, digits: 0 };
    for (of, value, kept) in [
        (CENTS, decimal("1.237"), vec![decimal("1.24"), decimal("1.23")]),
        (CENTS, decimal("-1.231"), vec![decimal("-1.23"), decimal("-1.24")]),
        (CENTS, decimal("999.996"), vec![decimal("999.99")]),
        (whole, decimal("1.5"), vec![Value::Integer(2), Value::Integer(1)]),
        (Of::Float(32), Value::Float(0.1), vec![Value::Float(f64::from(0.1_f32))]),
        (Of::Float(64), Value::Integer(9_007_199_254_740_993), vec![Value::Float(9_007_199_254_740_992.0)]),
        (Of::Float(64), decimal("0.1"), vec![Value::Float(0.1)]),
        (seconds, clock("2026-01-01 00:00:00.6"), vec![clock("2026-01-01 00:00:01"), clock("2026-01-01 00:00")]),
        (Of::Date, clock("1969-12-31 06:00"), vec![day("1969-12-31"), day("1969-12-31")]),
        (Of::PaddedText { length: 2 }, text("a"), vec![text("a ")]),
        (Of::TrimmedText { limit: 2 }, text("a "), vec![text("a")]),
        (Of::FixedBytes { length: 2 }, text("a"), vec![text("a\0")]),
        (
            Of::Array(Box::new(CENTS)),
            Value::Array(vec![decimal("1"), decimal("0.001")]),
            vec![Value::Array(vec![decimal("1"), decimal("0")])],
        ),
    ] {
        assert_eq!(room(&of, &value), Room::Rounded(kept), "{of:?} {value:?}");
    }
}

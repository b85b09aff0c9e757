//! The one table of Snowflake's types: what a column of each holds, and whether its values come over as they are.
//!
//! | Snowflake | canonical | as Arrow |
//! | --- | --- | --- |
//! | NUMBER(p, 0) | integer | Decimal128 |
//! | NUMBER(p, s) | decimal | Decimal128 |
//! | FLOAT | float | Float64 |
//! | TEXT | text | Utf8 |
//! | BINARY | bytes | Binary |
//! | BOOLEAN | bool | Boolean |
//! | DATE | date | Date32 |
//! | TIME of 0, 3, 6 or 9 digits | time | Time32, Time64 |
//! | TIMESTAMP_NTZ of 0, 3, 6 or 9 digits | wall clock | Timestamp |
//! | TIMESTAMP_LTZ of 0, 3, 6 or 9 digits | instant | Timestamp with a zone |
//! | TIMESTAMP_TZ of 0 or 9 digits | instant | Timestamp in UTC |
//! | VECTOR | array | FixedSizeList of Int32, Float32 |
//! | VARIANT, OBJECT, ARRAY, MAP, GEOGRAPHY, GEOMETRY, DECFLOAT, others | refused | Utf8, Binary, Struct |
//!
//! Arrow alone does not do: a VARIANT comes as a text. The server says of each field what it is; of an answer without rows,
//! and of one that came as JSON, the driver says it.

use arrow::datatypes::{DataType, Field};

/// Where the server says what a field is.
const OF_SERVER: &str = "logicalType";

/// Where the driver says it, in small letters.
const OF_DRIVER: &str = "SNOWFLAKE_TYPE";

/// Where the server says how many digits of a second a time has.
const SCALE: &str = "scale";

/// What is no value of its own in Arrow, and the expression to select instead (`{}` is the column).
const REFUSED: [(&str, &str); 7] = [
    ("VARIANT", "TO_JSON({})"),
    ("OBJECT", "TO_JSON({})"),
    ("ARRAY", "TO_JSON({})"),
    ("MAP", "TO_JSON(CAST({} AS VARIANT))"),
    ("GEOGRAPHY", "HEX_ENCODE(ST_ASWKB({}))"),
    ("GEOMETRY", "HEX_ENCODE(ST_ASWKB({}))"),
    ("", "CAST({} AS VARCHAR)"),
];

/// Why a column cannot be compared: its type, and the expression to select instead (`{}` is the column).
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Unfit {
    pub(super) of: String,
    pub(super) why: &'static str,
    pub(super) hint: &'static str,
}

/// The name of a field's type, in capitals; empty where nobody says it.
pub(super) fn name(field: &Field) -> String {
    // The driver puts this in place of what the server said of an array.
    if field.metadata().get("ARROW:extension:name").is_some_and(|name| name == "arrow.json") {
        return "ARRAY".to_owned();
    }
    if field.metadata().get("ARROW:extension:name").is_some_and(|name| name.starts_with("geoarrow.")) {
        return "GEOGRAPHY".to_owned();
    }
    let told = field.metadata().get(OF_SERVER).or_else(|| field.metadata().get(OF_DRIVER));
    told.map(|name| name.to_ascii_uppercase()).unwrap_or_default()
}

/// Whether the values of a field came as JSON, or there are none.
pub(super) fn is_of_driver(field: &Field) -> bool {
    !field.metadata().contains_key(OF_SERVER) && field.metadata().contains_key(OF_DRIVER)
}

/// Whether the field holds times or moments.
pub(super) fn is_time(field: &Field) -> bool {
    let name = name(field);
    name == "TIME" || name.starts_with("TIMESTAMP_")
}

/// Whether the field holds whole numbers.
pub(super) fn is_whole(field: &Field) -> bool {
    name(field) == "FIXED" && matches!(field.data_type(), DataType::Decimal128(_, 0))
}

/// Why the values of a field have no exact canonical form; absent where they have one.
pub(super) fn unfit(field: &Field) -> Option<Unfit> {
    let name = name(field);
    let digits = field.metadata().get(SCALE).filter(|_| !is_of_driver(field));
    let read = |known: &[&str]| digits.is_none_or(|digits| known.contains(&digits.as_str()));
    let inexact = |hint: &'static str| {
        let of = format!("{name}({})", digits.map_or("", String::as_str));
        Some(Unfit { of, why: "comes over with digits of a second that are lost or moved", hint })
    };
    match name.as_str() {
        // Digits of a second that are not counted by threes are read in the unit below them.
        "TIME" if !read(&["0", "3", "6", "9"]) => return inexact("CAST({} AS TIME(9))"),
        "TIMESTAMP_NTZ" if !read(&["0", "3", "6", "9"]) => return inexact("CAST({} AS TIMESTAMP_NTZ(9))"),
        "TIMESTAMP_LTZ" if !read(&["0", "3", "6", "9"]) => return inexact("CAST({} AS TIMESTAMP_LTZ(9))"),
        // Versions of the driver read the digits of 1 to 8 differently.
        "TIMESTAMP_TZ" if !read(&["0", "9"]) => return inexact("CAST({} AS TIMESTAMP_LTZ(9))"),
        name if comes_as(name, field.data_type()) => return None,
        _ => {}
    }
    let known = comes_as_something(&name);
    let why = if known { "comes over as something else" } else { "has no exact canonical type" };
    let hint = REFUSED.iter().find(|(refused, _)| *refused == name).or(REFUSED.last()).map_or("", |(_, hint)| *hint);
    let of = if name.is_empty() { "that is not told".to_owned() } else { name };
    Some(Unfit { of, why, hint })
}

/// Whether values of a type that has a canonical one come as `sent`.
fn comes_as(name: &str, sent: &DataType) -> bool {
    match name {
        "FIXED" => matches!(sent, DataType::Decimal128(..)),
        "REAL" => matches!(sent, DataType::Float64),
        "TEXT" => matches!(sent, DataType::Utf8 | DataType::LargeUtf8),
        "BINARY" => matches!(sent, DataType::Binary | DataType::LargeBinary),
        "BOOLEAN" => matches!(sent, DataType::Boolean),
        "DATE" => matches!(sent, DataType::Date32),
        "TIME" => matches!(sent, DataType::Time32(_) | DataType::Time64(_)),
        "TIMESTAMP_NTZ" | "TIMESTAMP_LTZ" | "TIMESTAMP_TZ" => matches!(sent, DataType::Timestamp(..)),
        "VECTOR" => matches!(sent, DataType::FixedSizeList(item, _)
            if matches!(item.data_type(), DataType::Int32 | DataType::Float32)),
        _ => false,
    }
}

fn comes_as_something(name: &str) -> bool {
    let known = ["FIXED", "REAL", "TEXT", "BINARY", "BOOLEAN", "DATE", "TIME", "VECTOR"];
    known.contains(&name) || name.starts_with("TIMESTAMP_")
}

/// The field as it is meant: some versions of the driver give wall clocks a zone where there are no rows.
pub(super) fn meant(field: &Field) -> Field {
    let of = |zone: Option<&str>| match field.data_type() {
        DataType::Timestamp(unit, _) => DataType::Timestamp(*unit, zone.map(Into::into)),
        other => other.clone(),
    };
    match name(field).as_str() {
        "TIMESTAMP_NTZ" => field.clone().with_data_type(of(None)),
        "TIMESTAMP_LTZ" | "TIMESTAMP_TZ" => field.clone().with_data_type(of(Some("UTC"))),
        _ => field.clone(),
    }
}

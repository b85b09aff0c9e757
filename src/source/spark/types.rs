//! The one table of Spark's types: what a column of each holds, and whether its values come over as they are.
//!
//! | Spark | canonical | as Arrow |
//! | --- | --- | --- |
//! | BOOLEAN | bool | Boolean |
//! | TINYINT, SMALLINT, INT, BIGINT | integer | Int8 … Int64 |
//! | DECIMAL | decimal | Decimal128 |
//! | FLOAT, DOUBLE | float | Float32, Float64 |
//! | STRING of any collation, CHAR, VARCHAR | text | Utf8 |
//! | BINARY | bytes | Binary |
//! | DATE | date | Date32 |
//! | TIMESTAMP | instant | Timestamp with a zone |
//! | TIMESTAMP_NTZ | wall clock | Timestamp without |
//! | ARRAY, MAP, STRUCT | array, map, json | List, Map, Struct |
//! | VOID | null | Null |
//! | TIME, INTERVAL, VARIANT, GEOMETRY, GEOGRAPHY, OBJECT | refused | none, or a struct like any other |
//!
//! Arrow alone does not do: a VARIANT comes as a struct of two binaries, and a GEOMETRY as one of a number and a binary.

use arrow::datatypes::DataType;

use crate::schema::{ColumnType, split};

/// Types that are written as others are, and the expression to select instead (`{}` is the column).
const REFUSED: [(&str, &str); 7] = [
    ("time", "CAST({} AS STRING)"),
    ("variant", "to_json({})"),
    ("interval", "CAST({} AS STRING)"),
    ("geometry", "hex(st_asbinary({}))"),
    ("geography", "hex(st_asbinary({}))"),
    ("calendarinterval", "CAST({} AS STRING)"),
    ("object", "CAST({} AS STRING)"),
];

/// Types whose values come over as they are.
const KNOWN: [&str; 20] = [
    "boolean",
    "tinyint",
    "smallint",
    "int",
    "integer",
    "bigint",
    "decimal",
    "float",
    "double",
    "string",
    "char",
    "varchar",
    "binary",
    "date",
    "timestamp",
    "timestamp_ltz",
    "timestamp_ntz",
    "array",
    "map",
    "struct",
];

/// Why a column of the declared type cannot be compared: the type that is in the way, and the expression to select
/// instead (`{}` is the column).
pub(super) fn unfit(declared: &str) -> Option<(String, &'static str)> {
    leaves(declared).into_iter().find_map(|leaf| {
        let name = name(&leaf);
        if name == "void" || KNOWN.contains(&name.as_str()) {
            return None;
        }
        let hint = REFUSED.iter().find(|(refused, _)| *refused == name).map_or("CAST({} AS STRING)", |(_, hint)| *hint);
        // What is inside another is not cast by itself.
        let hint = if declared.contains('<') { "CAST({} AS STRING)" } else { hint };
        Some((leaf.to_uppercase(), hint))
    })
}

/// Every type in a type, such as `array` and `int` in `array<int>`. The names of fields are not quoted: what stands behind
/// the last colon is a type, whatever its field is called.
fn leaves(declared: &str) -> Vec<String> {
    let (mut found, mut piece, mut depth) = (Vec::new(), String::new(), 0_usize);
    for c in declared.chars() {
        match c {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            '<' | '>' | ',' if depth == 0 => {
                found.push(std::mem::take(&mut piece));
                continue;
            }
            _ => {}
        }
        piece.push(c);
    }
    found.push(piece);
    let of = |piece: &String| piece.rsplit(':').next().unwrap_or_default().trim().to_owned();
    found.iter().map(of).filter(|leaf| !leaf.is_empty()).collect()
}

/// The name of a type without what stands behind it.
fn name(leaf: &str) -> String {
    leaf.split([' ', '(']).next().unwrap_or_default().to_ascii_lowercase()
}

/// Whether the values of a column of the declared type come as `sent`.
pub(super) fn comes_as(declared: &str, sent: &DataType) -> bool {
    let outer = declared.split('<').next().unwrap_or_default();
    match name(outer.trim()).as_str() {
        "void" => matches!(sent, DataType::Null),
        "boolean" => matches!(sent, DataType::Boolean),
        "tinyint" => matches!(sent, DataType::Int8),
        "smallint" => matches!(sent, DataType::Int16),
        "int" | "integer" => matches!(sent, DataType::Int32),
        "bigint" => matches!(sent, DataType::Int64),
        "decimal" => matches!(sent, DataType::Decimal128(..)),
        "float" => matches!(sent, DataType::Float32),
        "double" => matches!(sent, DataType::Float64),
        "string" | "char" | "varchar" => matches!(sent, DataType::Utf8 | DataType::LargeUtf8),
        "binary" => matches!(sent, DataType::Binary | DataType::LargeBinary),
        "date" => matches!(sent, DataType::Date32),
        "timestamp" | "timestamp_ltz" => matches!(sent, DataType::Timestamp(_, Some(_))),
        "timestamp_ntz" => matches!(sent, DataType::Timestamp(_, None)),
        "array" => matches!(sent, DataType::List(_) | DataType::LargeList(_)),
        "map" => matches!(sent, DataType::Map(..)),
        "struct" => matches!(sent, DataType::Struct(_)),
        _ => false,
    }
}

/// Reads a type as Spark's catalogue writes it.
pub(super) fn column_type(declared: &str) -> ColumnType {
    if let Some(element) = declared.strip_prefix("array<").and_then(|rest| rest.strip_suffix('>')) {
        return ColumnType::Array(Box::new(ColumnType::Unbarred(Box::new(column_type(element)))));
    }
    let (_, arguments) = split(declared);
    let number = |at: usize| arguments.get(at).and_then(|text| text.trim().parse::<u32>().ok());
    let integer = |bits| ColumnType::Integer { bits, is_signed: true };
    match name(declared).as_str() {
        "boolean" => ColumnType::Bool,
        "tinyint" => integer(8),
        "smallint" => integer(16),
        "int" | "integer" => integer(32),
        "bigint" => integer(64),
        "decimal" => {
            ColumnType::Decimal { precision: number(0), scale: number(1).and_then(|digits| i32::try_from(digits).ok()) }
        }
        "float" => ColumnType::Float(32),
        "double" => ColumnType::Float(64),
        "string" => ColumnType::Text { limit: None },
        "varchar" => ColumnType::Text { limit: number(0).map(u64::from) },
        "char" => number(0).map_or(ColumnType::Text { limit: None }, |n| ColumnType::PaddedText { length: n.into() }),
        "binary" => ColumnType::Bytes { limit: None },
        "date" => ColumnType::Date,
        "timestamp" | "timestamp_ltz" => ColumnType::Timestamp { is_zoned: true, digits: 6 },
        "timestamp_ntz" => ColumnType::Timestamp { is_zoned: false, digits: 6 },
        _ => ColumnType::Other(declared.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Catches a type whose values would be compared by how they are packed, wherever it stands in another.
    #[test]
    fn a_type_that_is_packed_as_another_is_found_wherever_it_stands() {
        for declared in [
            "variant",
            "array<variant>",
            "struct<a:int,v:variant>",
            "map<string,struct<x:decimal(10,2),y:array<variant>>>",
            "struct<a:b,c:variant>",
            "interval day to second",
            "array<interval month>",
            "time(6)",
            "geometry(4326)",
            "struct<a:int,... 3 more fields>",
        ] {
            assert!(unfit(declared).is_some(), "{declared}");
        }
        for declared in [
            "int",
            "string collate UTF8_LCASE",
            "char(5)",
            "decimal(38,12)",
            "void",
            "struct<variant:int,time:timestamp_ntz>",
            "map<string,array<decimal(10,2)>>",
            "array<struct<interval:double>>",
        ] {
            assert_eq!(unfit(declared), None, "{declared}");
        }
    }
}

//! What columns of declared types hold in DuckDB.

use crate::schema::{ColumnType, split};

/// Reads a type as DuckDB's catalogue writes it.
pub(super) fn column_type(declared: &str) -> ColumnType {
    if let Some(element) = declared.strip_suffix("[]") {
        return ColumnType::Array(Box::new(ColumnType::Unbarred(Box::new(column_type(element)))));
    }
    let (name, arguments) = split(declared);
    let number = |at: usize| arguments.get(at).and_then(|text| text.parse::<u32>().ok());
    let integer = |bits, is_signed| ColumnType::Integer { bits, is_signed };
    let timestamp = |is_zoned, digits| ColumnType::Timestamp { is_zoned, digits };
    match name.as_str() {
        "boolean" => ColumnType::Bool,
        "tinyint" => integer(8, true),
        "smallint" => integer(16, true),
        "integer" => integer(32, true),
        "bigint" => integer(64, true),
        "hugeint" => integer(128, true),
        "utinyint" => integer(8, false),
        "usmallint" => integer(16, false),
        "uinteger" => integer(32, false),
        "ubigint" => integer(64, false),
        "uhugeint" => integer(128, false),
        "decimal" => {
            ColumnType::Decimal { precision: number(0), scale: number(1).and_then(|digits| i32::try_from(digits).ok()) }
        }
        "float" => ColumnType::Float(32),
        "double" => ColumnType::Float(64),
        "varchar" => ColumnType::Text { limit: None },
        "blob" => ColumnType::Bytes { limit: None },
        "date" => ColumnType::Date,
        "time" => ColumnType::Time { digits: 6 },
        "time_ns" => ColumnType::Time { digits: 9 },
        "timestamp_s" => timestamp(false, 0),
        "timestamp_ms" => timestamp(false, 3),
        "timestamp" => timestamp(false, 6),
        // Nanoseconds are counted in 64 bits.
        "timestamp_ns" => timestamp(false, 9).in_years(1677, 2262),
        "timestamp with time zone" => timestamp(true, 6),
        "uuid" => ColumnType::Uuid,
        // A text that is held to be JSON.
        "json" => ColumnType::JsonText,
        "enum" => ColumnType::Enum(arguments.iter().map(|label| label.trim_matches('\'').replace("''", "'")).collect()),
        "map" if arguments.len() == 2 => ColumnType::Map(
            Box::new(column_type(&arguments[0])),
            Box::new(ColumnType::Unbarred(Box::new(column_type(&arguments[1])))),
        ),
        _ => ColumnType::Other(declared.to_owned()),
    }
}

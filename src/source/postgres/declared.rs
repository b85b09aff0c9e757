//! What columns of declared types hold in PostgreSQL.

use crate::schema::{ColumnType, split};

/// Reads a type as `format_type` writes it; of an enum the labels decide, of a domain what it is made of.
pub(super) fn column_type(declared: &str, labels: Option<&str>) -> ColumnType {
    if let Some(labels) = labels {
        return ColumnType::Enum(crate::schema::labels(labels));
    }
    if let Some(element) = declared.strip_suffix("[]") {
        return ColumnType::Array(Box::new(column_type(element, None)));
    }
    let (name, arguments) = split(declared);
    let number = |at: usize| arguments.get(at).and_then(|text| text.parse::<u64>().ok());
    let digits = || number(0).and_then(|digits| u8::try_from(digits).ok()).unwrap_or(6);
    let integer = |bits| ColumnType::Integer { bits, is_signed: true };
    match name.as_str() {
        "smallint" => integer(16),
        "integer" => integer(32),
        "bigint" => integer(64),
        "oid" => ColumnType::Integer { bits: 32, is_signed: false },
        "numeric" => ColumnType::Decimal {
            precision: number(0).and_then(|digits| u32::try_from(digits).ok()),
            scale: number(0).map(|_| number(1).and_then(|digits| u32::try_from(digits).ok()).unwrap_or(0)),
        },
        "real" => ColumnType::Float(32),
        "double precision" => ColumnType::Float(64),
        "text" | "citext" => ColumnType::Text { limit: None },
        "character varying" => ColumnType::Text { limit: number(0) },
        "character" => ColumnType::Text { limit: Some(number(0).unwrap_or(1)) },
        "name" => ColumnType::Text { limit: Some(63) },
        "bytea" => ColumnType::Bytes { limit: None },
        "boolean" => ColumnType::Bool,
        "date" => ColumnType::Date,
        "time without time zone" => ColumnType::Time { digits: digits() },
        "timestamp without time zone" => ColumnType::Timestamp { is_zoned: false, digits: digits() },
        "timestamp with time zone" => ColumnType::Timestamp { is_zoned: true, digits: digits() },
        "uuid" => ColumnType::Uuid,
        "json" | "jsonb" => ColumnType::Json,
        "hstore" => {
            let text = || Box::new(ColumnType::Text { limit: None });
            ColumnType::Map(text(), text())
        }
        _ => ColumnType::Other(declared.to_owned()),
    }
}

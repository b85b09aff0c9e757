//! What columns of declared types hold in PostgreSQL.

use crate::schema::{Charset, ColumnType, split};

/// Reads a type that is no array and no domain as `format_type` writes it; of an enum the labels decide.
pub(super) fn column_type(declared: &str, labels: Option<&str>, charset: &Charset) -> ColumnType {
    match labels {
        Some(labels) => ColumnType::Enum(crate::schema::labels(labels)),
        None => match plain(declared) {
            of if of.is_text() => of.in_charset(charset.clone()),
            of => of,
        },
    }
}

fn plain(declared: &str) -> ColumnType {
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
            scale: number(0).map(|_| arguments.get(1).and_then(|digits| digits.parse().ok()).unwrap_or(0)),
        },
        "real" => ColumnType::Float(32),
        "double precision" => ColumnType::Float(64),
        "text" | "citext" => ColumnType::Text { limit: None },
        "character varying" => ColumnType::Text { limit: number(0) },
        "character" => ColumnType::PaddedText { length: number(0).unwrap_or(1) },
        "name" => ColumnType::TextOfBytes { limit: 63 },
        "\"char\"" => ColumnType::TextOfBytes { limit: 1 },
        "bytea" => ColumnType::Bytes { limit: None },
        "boolean" => ColumnType::Bool,
        "date" => ColumnType::Date,
        "time without time zone" => ColumnType::Time { digits: digits() },
        "timestamp without time zone" => ColumnType::Timestamp { is_zoned: false, digits: digits() },
        "timestamp with time zone" => ColumnType::Timestamp { is_zoned: true, digits: digits() },
        "uuid" => ColumnType::Uuid,
        "json" => ColumnType::JsonText,
        "jsonb" => ColumnType::Json,
        "hstore" => {
            let text = || Box::new(ColumnType::Text { limit: None });
            ColumnType::Map(text(), text())
        }
        _ => ColumnType::Other(declared.to_owned()),
    }
}

//! What columns of declared types hold in MySQL and MariaDB.

use crate::schema::{ColumnType, labels, split};

/// Reads a type as `column_type` writes it, such as `int(11) unsigned` or `varchar(255)`.
pub(super) fn column_type(declared: &str) -> ColumnType {
    let (name, arguments) = split(declared);
    let number = |at: usize| arguments.get(at).and_then(|text| text.parse::<u64>().ok());
    let digits = || number(0).and_then(|digits| u8::try_from(digits).ok()).unwrap_or(0);
    let is_signed = !name.contains("unsigned") && !name.contains("zerofill");
    let integer = |bits| ColumnType::Integer { bits, is_signed };
    match name.split(' ').next().unwrap_or_default() {
        // There is no boolean, and the width that is shown holds nothing back.
        "tinyint" => integer(8),
        "smallint" => integer(16),
        "mediumint" => integer(24),
        "int" | "integer" => integer(32),
        "bigint" => integer(64),
        "year" => ColumnType::Integer { bits: 16, is_signed: false },
        "bit" => ColumnType::Integer {
            bits: number(0).and_then(|bits| u16::try_from(bits).ok()).unwrap_or(1),
            is_signed: false,
        },
        "decimal" | "numeric" => ColumnType::Decimal {
            precision: Some(number(0).and_then(|digits| u32::try_from(digits).ok()).unwrap_or(10)),
            scale: Some(number(1).and_then(|digits| u32::try_from(digits).ok()).unwrap_or(0)),
        },
        "float" => ColumnType::Float(32),
        "double" | "real" => ColumnType::Float(64),
        "varchar" | "char" => ColumnType::Text { limit: Some(number(0).unwrap_or(1)) },
        // Their limits are bytes, and a character takes up to four; what fits into the largest fits no smaller one.
        "tinytext" => ColumnType::Text { limit: Some(255 / 4) },
        "text" => ColumnType::Text { limit: Some(65_535 / 4) },
        "mediumtext" => ColumnType::Text { limit: Some(16_777_215 / 4) },
        "longtext" => ColumnType::Text { limit: None },
        "varbinary" | "binary" => ColumnType::Bytes { limit: Some(number(0).unwrap_or(1)) },
        "tinyblob" => ColumnType::Bytes { limit: Some(255) },
        "blob" => ColumnType::Bytes { limit: Some(65_535) },
        "mediumblob" => ColumnType::Bytes { limit: Some(16_777_215) },
        "longblob" => ColumnType::Bytes { limit: None },
        "date" => ColumnType::Date,
        "time" => ColumnType::Time { digits: digits() },
        "datetime" => ColumnType::Timestamp { is_zoned: false, digits: digits() },
        "timestamp" => ColumnType::Timestamp { is_zoned: true, digits: digits() },
        "json" => ColumnType::Json,
        "uuid" => ColumnType::Uuid,
        "enum" => ColumnType::Enum(labels(&arguments.join(", "))),
        _ => ColumnType::Other(declared.to_owned()),
    }
}

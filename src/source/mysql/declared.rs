//! What columns of declared types hold in MySQL and MariaDB.

use crate::schema::{Charset, ColumnType, labels, split};

/// Reads a type as `column_type` writes it, such as `int(11) unsigned` or `varchar(255)`, in the character set of the column.
pub(super) fn column_type(declared: &str, charset: Option<&str>) -> ColumnType {
    match (plain(declared), charset) {
        (of, Some(charset)) if of.is_text() => in_bytes_of(of, charset).in_charset(Charset::of_name(charset)),
        (of, _) => of,
    }
}

/// A text whose limit is in bytes, by what a byte is in its character set: where each character has as many, it is one of
/// characters, and otherwise so many of UTF-8 fit at least.
fn in_bytes_of(of: ColumnType, charset: &str) -> ColumnType {
    match (of, Charset::bytes_of_each(charset), Charset::of_name(charset)) {
        (ColumnType::TextOfBytes { limit }, Some(bytes), _) => ColumnType::Text { limit: Some(limit / bytes) },
        // No text has more bytes in UTF-16 than twice those in UTF-8.
        (ColumnType::TextOfBytes { limit }, None, Charset::Utf16) => ColumnType::TextOfBytes { limit: limit / 2 },
        (of, ..) => of,
    }
}

fn plain(declared: &str) -> ColumnType {
    let (name, arguments) = split(declared);
    let number = |at: usize| arguments.get(at).and_then(|text| text.parse::<u64>().ok());
    let digits = || number(0).and_then(|digits| u8::try_from(digits).ok()).unwrap_or(0);
    let is_signed = !name.contains("unsigned") && !name.contains("zerofill");
    let integer = |bits| ColumnType::Integer { bits, is_signed };
    let signed = |of| if is_signed { of } else { ColumnType::Unsigned(Box::new(of)) };
    match name.split(' ').next().unwrap_or_default() {
        // There is no boolean, and the width that is shown holds nothing back.
        "tinyint" => integer(8),
        "smallint" => integer(16),
        "mediumint" => integer(24),
        "int" | "integer" => integer(32),
        "bigint" => integer(64),
        "year" => ColumnType::Year,
        "bit" => ColumnType::Integer {
            bits: number(0).and_then(|bits| u16::try_from(bits).ok()).unwrap_or(1),
            is_signed: false,
        },
        "decimal" | "numeric" => signed(ColumnType::Decimal {
            precision: Some(number(0).and_then(|digits| u32::try_from(digits).ok()).unwrap_or(10)),
            scale: Some(number(1).and_then(|digits| i32::try_from(digits).ok()).unwrap_or(0)),
        }),
        // Rounded to so many digits, and bounded by them.
        "float" | "double" | "real" if number(1).is_some() => ColumnType::Other(declared.to_owned()),
        "float" => signed(ColumnType::Float(32)),
        "double" | "real" => signed(ColumnType::Float(64)),
        "varchar" => ColumnType::Text { limit: Some(number(0).unwrap_or(1)) },
        "char" => ColumnType::TrimmedText { limit: number(0).unwrap_or(1) },
        "tinytext" => ColumnType::TextOfBytes { limit: 255 },
        "text" => ColumnType::TextOfBytes { limit: 65_535 },
        "mediumtext" => ColumnType::TextOfBytes { limit: 16_777_215 },
        "longtext" => ColumnType::Text { limit: None },
        "varbinary" => ColumnType::Bytes { limit: Some(number(0).unwrap_or(1)) },
        "binary" => ColumnType::FixedBytes { length: number(0).unwrap_or(1) },
        "tinyblob" => ColumnType::Bytes { limit: Some(255) },
        "blob" => ColumnType::Bytes { limit: Some(65_535) },
        "mediumblob" => ColumnType::Bytes { limit: Some(16_777_215) },
        "longblob" => ColumnType::Bytes { limit: None },
        "date" => ColumnType::Date,
        "time" => ColumnType::Duration { digits: digits() },
        "datetime" => ColumnType::Timestamp { is_zoned: false, digits: digits() },
        // Later ones are taken by MariaDB alone, since version 11.5.
        "timestamp" => ColumnType::Timestamp { is_zoned: true, digits: digits() }.in_years(1970, 2038),
        "json" => ColumnType::Json,
        "uuid" => ColumnType::Uuid,
        "enum" => ColumnType::Enum(labels(&arguments.join(", "))),
        _ => ColumnType::Other(declared.to_owned()),
    }
}

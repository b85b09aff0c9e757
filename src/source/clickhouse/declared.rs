//! What columns of declared types hold in ClickHouse.

use crate::schema::{ColumnType, escaped_arguments, escaped_labels};

/// Reads a type as `system.columns` writes it, and whether it takes NULL.
pub(super) fn column_type(declared: &str) -> (ColumnType, bool) {
    let text = declared.trim();
    for wrapper in ["Nullable(", "LowCardinality("] {
        if let Some(inner) = text.strip_prefix(wrapper).and_then(|rest| rest.strip_suffix(')')) {
            let (of, is_nullable) = column_type(inner);
            return (of, is_nullable || wrapper == "Nullable(");
        }
    }
    (plain(text), false)
}

fn plain(declared: &str) -> ColumnType {
    let (name, inner) = match declared.split_once('(') {
        Some((name, rest)) => (name, rest.strip_suffix(')').unwrap_or(rest)),
        None => (declared, ""),
    };
    let arguments = escaped_arguments(inner);
    let number = |at: usize| arguments.get(at).and_then(|text| text.parse::<u32>().ok());
    let inner_type = |at: usize| {
        let (of, is_nullable) = column_type(arguments.get(at).map_or("", String::as_str));
        Box::new(of.or_null(is_nullable))
    };
    let bits = |prefix: &str| name.strip_prefix(prefix).and_then(|bits| bits.parse::<u16>().ok());
    if let Some(bits) = bits("UInt") {
        return ColumnType::Integer { bits, is_signed: false };
    }
    if let Some(bits) = bits("Int") {
        return ColumnType::Integer { bits, is_signed: true };
    }
    if let Some(bits) = bits("Float") {
        return ColumnType::Float(bits);
    }
    match name {
        "Decimal" => {
            ColumnType::Decimal { precision: number(0), scale: number(1).and_then(|digits| i32::try_from(digits).ok()) }
        }
        "String" => ColumnType::Text { limit: None },
        "FixedString" => ColumnType::FixedBytes { length: number(0).map_or(1, u64::from) },
        "Bool" => ColumnType::Bool,
        // https://clickhouse.com/docs/sql-reference/data-types/date and the pages beside it.
        "Date" => ColumnType::Date.in_years(1970, 2149),
        "Date32" => ColumnType::Date.in_years(1900, 2299),
        // Every moment is one, whatever zone it is shown in.
        "DateTime" => ColumnType::Timestamp { is_zoned: true, digits: 0 }.in_years(1970, 2106),
        "DateTime64" => {
            let digits = number(0).and_then(|digits| u8::try_from(digits).ok()).unwrap_or(3);
            // So many nanoseconds are no longer a number of 64 bits.
            let last = if digits == 9 { 2262 } else { 2299 };
            ColumnType::Timestamp { is_zoned: true, digits }.in_years(1900, last)
        }
        "Time" => ColumnType::Duration { digits: 0 },
        "Time64" => {
            ColumnType::Duration { digits: number(0).and_then(|digits| u8::try_from(digits).ok()).unwrap_or(3) }
        }
        "UUID" => ColumnType::Uuid,
        // Types of paths are a limit of their own.
        "JSON" if inner.is_empty() => ColumnType::Json,
        "Object" => ColumnType::Json,
        "Enum8" | "Enum16" => ColumnType::Enum(escaped_labels(inner)),
        "Array" => ColumnType::Array(inner_type(0)),
        "Map" => ColumnType::Map(inner_type(0), inner_type(1)),
        _ => ColumnType::Other(declared.to_owned()),
    }
}

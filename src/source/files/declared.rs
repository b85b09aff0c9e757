//! What columns hold whose type Arrow writes, as DataFusion's catalogue tells it.

use crate::schema::{ColumnType, arguments};

/// Reads a type such as `Int64`, `Utf8View`, `Decimal128(10, 2)` or `Timestamp(µs, "UTC")`.
pub(super) fn column_type(declared: &str) -> ColumnType {
    let text = declared.trim();
    let (name, inner) = match text.split_once('(') {
        Some((name, rest)) => (name.trim(), rest.strip_suffix(')').unwrap_or(rest)),
        None => (text, ""),
    };
    let parts = arguments(inner);
    let number = |at: usize| parts.get(at).and_then(|text| text.parse::<u32>().ok());
    let digits = || match parts.first().map(|unit| unit.to_lowercase()) {
        Some(unit) if unit.starts_with("ns") || unit.starts_with("nano") => 9,
        Some(unit) if unit.starts_with("ms") || unit.starts_with("milli") => 3,
        Some(unit) if unit == "s" || unit.starts_with("second") => 0,
        _ => 6,
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
        "Utf8" | "LargeUtf8" | "Utf8View" => ColumnType::Text { limit: None },
        "Binary" | "LargeBinary" | "BinaryView" => ColumnType::Bytes { limit: None },
        "FixedSizeBinary" => ColumnType::FixedBytes { length: number(0).map_or(0, u64::from) },
        "Boolean" => ColumnType::Bool,
        "Date32" | "Date64" => ColumnType::Date,
        "Time32" | "Time64" => ColumnType::Time { digits: digits() },
        "Timestamp" => {
            let is_zoned = parts.get(1).is_some_and(|zone| zone != "None" && !zone.is_empty());
            let of = ColumnType::Timestamp { is_zoned, digits: digits() };
            // Nanoseconds are counted in 64 bits.
            if digits() == 9 { of.in_years(1677, 2262) } else { of }
        }
        "Decimal32" | "Decimal64" | "Decimal128" | "Decimal256" => {
            ColumnType::Decimal { precision: number(0), scale: parts.get(1).and_then(|digits| digits.parse().ok()) }
        }
        "Dictionary" => parts.get(1).map_or_else(|| ColumnType::Other(text.to_owned()), |of| column_type(of)),
        "List" | "LargeList" | "ListView" => {
            // The name of the field of the elements may follow.
            let element = parts.first().map_or("", String::as_str);
            let (of, is_nullable) = match element.strip_prefix("non-null ") {
                Some(of) => (of, false),
                None => (element.strip_prefix("nullable ").unwrap_or(element), true),
            };
            ColumnType::Array(Box::new(column_type(of).or_null(is_nullable)))
        }
        _ => ColumnType::Other(text.to_owned()),
    }
}

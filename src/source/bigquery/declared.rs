//! What columns of declared types hold in BigQuery.

use crate::schema::{ColumnType, split};

/// Reads a type as `INFORMATION_SCHEMA` writes it.
pub(super) fn column_type(declared: &str) -> ColumnType {
    if let Some(element) = declared.strip_prefix("ARRAY<").and_then(|rest| rest.strip_suffix('>')) {
        // An element may be NULL in a query, and none that is stored.
        return ColumnType::Array(Box::new(column_type(element)));
    }
    let (name, arguments) = split(declared);
    let number = |at: usize| arguments.get(at).and_then(|text| text.trim().parse::<u32>().ok());
    let decimal = |precision: u32, scale: i32| ColumnType::Decimal {
        precision: number(0).or(Some(precision)),
        scale: match number(0) {
            Some(_) => number(1).or(Some(0)).and_then(|digits| i32::try_from(digits).ok()),
            None => Some(scale),
        },
    };
    match name.as_str() {
        "int64" => ColumnType::Integer { bits: 64, is_signed: true },
        "numeric" => decimal(38, 9),
        "bignumeric" => decimal(76, 38),
        "float64" => ColumnType::Float(64),
        "bool" => ColumnType::Bool,
        "string" => ColumnType::Text { limit: number(0).map(u64::from) },
        "bytes" => ColumnType::Bytes { limit: number(0).map(u64::from) },
        "date" => ColumnType::Date.in_years(1, 9999),
        "time" => ColumnType::Time { digits: 6 },
        "datetime" => ColumnType::Timestamp { is_zoned: false, digits: 6 }.in_years(1, 9999),
        "timestamp" => ColumnType::Timestamp { is_zoned: true, digits: 6 }.in_years(1, 9999),
        "json" => ColumnType::Json,
        _ => ColumnType::Other(declared.to_owned()),
    }
}

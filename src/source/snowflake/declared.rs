//! What columns of declared types hold in Snowflake.

use crate::schema::{ColumnType, split};

/// Reads a type as `INFORMATION_SCHEMA` tells it, its size in parentheses behind the name.
pub(super) fn column_type(declared: &str) -> ColumnType {
    let (name, arguments) = split(declared);
    let number = |at: usize| arguments.get(at).and_then(|text| text.trim().parse::<u32>().ok());
    let digits = number(0).and_then(|digits| u8::try_from(digits).ok()).unwrap_or(9);
    let timestamp = |is_zoned| {
        let of = ColumnType::Timestamp { is_zoned, digits };
        // Nanoseconds are counted in 64 bits.
        if digits > 6 { of.in_years(1677, 2262) } else { of }
    };
    match name.as_str() {
        "number" | "decimal" | "numeric" => ColumnType::Decimal {
            precision: number(0).or(Some(38)),
            scale: number(1).or(Some(0)).and_then(|digits| i32::try_from(digits).ok()),
        },
        "float" | "real" | "double" => ColumnType::Float(64),
        "text" | "varchar" => ColumnType::Text { limit: number(0).map(u64::from) },
        "binary" => ColumnType::Bytes { limit: number(0).map(u64::from) },
        "boolean" => ColumnType::Bool,
        "date" => ColumnType::Date,
        "time" => ColumnType::Time { digits },
        "timestamp_ntz" => timestamp(false),
        "timestamp_ltz" | "timestamp_tz" => timestamp(true),
        _ => ColumnType::Other(declared.to_owned()),
    }
}

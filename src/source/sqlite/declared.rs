//! What columns of declared types hold in SQLite, where a declaration is an intention and no limit.

use crate::schema::{ColumnType, split};

/// Reads a declared type; a column without one takes anything.
pub(super) fn column_type(declared: &str) -> ColumnType {
    let (name, arguments) = split(declared);
    let number = |at: usize| arguments.get(at).and_then(|text| text.parse::<u32>().ok());
    let has = |part: &str| name.contains(part);
    // The order of the rules of affinity: https://sqlite.org/datatype3.html#determination_of_column_affinity
    if name.is_empty() || name == "any" {
        ColumnType::Any
    } else if has("int") {
        ColumnType::Integer { bits: 64, is_signed: true }
    } else if has("char") || has("clob") || has("text") {
        ColumnType::Text { limit: number(0).map(u64::from) }
    } else if has("blob") || has("bytea") {
        ColumnType::Bytes { limit: None }
    } else if has("real") || has("floa") || has("doub") {
        ColumnType::Float(64)
    } else if has("bool") {
        ColumnType::Bool
    } else if has("decimal") || has("numeric") {
        ColumnType::Decimal {
            precision: number(0),
            scale: number(0).map(|_| number(1).and_then(|digits| i32::try_from(digits).ok()).unwrap_or(0)),
        }
    } else if has("timestamp") || has("datetime") {
        ColumnType::Timestamp { is_zoned: has("with time zone") || has("timestamptz"), digits: 6 }
    } else if has("date") {
        ColumnType::Date
    } else if has("time") {
        ColumnType::Time { digits: 6 }
    } else if has("uuid") {
        ColumnType::Uuid
    } else if has("json") {
        ColumnType::Json
    } else {
        ColumnType::Other(declared.to_owned())
    }
}

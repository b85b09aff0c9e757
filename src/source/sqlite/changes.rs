//! How SQLite's SQL changes rows.

use super::super::changes::{Changes, hex, scientific};
use super::dialect::Sqlite;
use crate::frame::{Type, Value};

impl Changes for Sqlite {
    fn begin(&self) -> &'static [&'static str] {
        &["PRAGMA foreign_keys = ON", "BEGIN IMMEDIATE", "PRAGMA defer_foreign_keys = ON"]
    }

    fn notes(&self) -> &'static [&'static str] {
        &[
            "run it with: sqlite3 -bail DATABASE < FILE; without -bail the shell goes on behind an error and commits the rest",
        ]
    }

    fn special(&self, value: &Value) -> Option<Result<String, String>> {
        Some(Ok(match value {
            Value::Float(number) if number.is_nan() => return Some(Err("SQLite has no NaN".to_owned())),
            Value::Float(f64::INFINITY) => "9e999".to_owned(),
            Value::Float(f64::NEG_INFINITY) => "(-9e999)".to_owned(),
            Value::Float(finite) => scientific(*finite),
            Value::Bytes(bytes) => format!("X'{}'", hex(bytes)),
            _ => return None,
        }))
    }

    /// Whatever a key of the table says of conflicts, which may be to replace or to ignore a row.
    fn verbs(&self) -> (&'static str, &'static str) {
        ("UPDATE OR ABORT", "INSERT OR ABORT INTO")
    }

    /// Texts by their bytes, whatever the collation of the column takes for the same.
    fn holds(&self, column: &str, _of: &Type, value: &Value, literal: &str) -> Result<String, String> {
        Ok(match value {
            Value::Text(_) | Value::Json(_) | Value::Uuid(_) => format!("{column} = {literal} COLLATE BINARY"),
            _ => format!("{column} = {literal}"),
        })
    }
}

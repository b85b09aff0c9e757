//! How SQLite's SQL changes rows: of values that have several texts or numbers there, by conditions that hold for each.

use super::super::changes::{Changes, Storage, Told, hex, told_keys};
use super::dialect::Sqlite;
use super::literals::{moment, number};
use super::stored::stored;
use crate::frame::{Type, Value};
use crate::schema::{ColumnSchema, ColumnType, Room, TableSchema};

impl Changes for Sqlite {
    fn begin(&self) -> &'static [&'static str] {
        &["PRAGMA foreign_keys = ON", "BEGIN IMMEDIATE", "PRAGMA defer_foreign_keys = ON"]
    }

    fn notes(&self) -> &'static [&'static str] {
        &[
            "run it with: sqlite3 -bail DATABASE < FILE; without -bail the shell goes on behind an error and commits the rest",
        ]
    }

    fn special(&self, value: &Value, _of: &ColumnType) -> Option<Result<String, String>> {
        Some(match value {
            Value::Float(number) if number.is_nan() => Err("SQLite has no NaN".to_owned()),
            Value::Bytes(bytes) => Ok(format!("X'{}'", hex(bytes))),
            value => Ok(number(value)?),
        })
    }

    fn spelled(&self, condition: &str) -> Result<String, String> {
        super::conditions::spelled(condition)
    }

    fn room(&self, column: &ColumnSchema, value: &Value) -> Room {
        stored(&column.declared, &column.of, value)
    }

    /// Whatever a key of the table says of conflicts, which may be to replace or to ignore a row.
    fn verbs(&self) -> (&'static str, &'static str) {
        ("UPDATE OR ABORT", "INSERT OR ABORT INTO")
    }

    /// Texts by their bytes, whatever the collation of the column takes for the same; times by every text that is read as them.
    fn holds(&self, column: &str, of: &Type, value: &Value, literal: &str) -> Result<String, String> {
        Ok(match (of, value) {
            (Type::WallClock, Value::WallClock(nanos)) => {
                moment(column, *nanos).unwrap_or_else(|| format!("{column} = {literal}"))
            }
            (_, Value::Text(_) | Value::Json(_) | Value::Uuid(_)) => format!("{column} = {literal} COLLATE BINARY"),
            _ => format!("{column} = {literal}"),
        })
    }

    /// A time has several texts, and a key takes each of them for another.
    fn storage(&self, schema: &TableSchema, told: &Told) -> Result<Storage, String> {
        let is_time = |name: &String| {
            schema
                .columns
                .iter()
                .any(|column| column.name == *name && matches!(column.of, ColumnType::Timestamp { .. }))
        };
        let is_unique = told_keys(schema, told)?.iter().any(|key| !key.iter().any(is_time));
        Ok(Storage { is_unique, ..Storage::default() })
    }
}

//! How DuckDB's SQL changes rows.

use super::super::changes::{Changes, has_json, hex};
use super::dialect::DuckDb;
use crate::frame::time;
use crate::frame::{Type, Value};
use crate::schema::{ColumnSchema, ColumnType};

impl Changes for DuckDb {
    fn begin(&self) -> &'static [&'static str] {
        &["BEGIN TRANSACTION"]
    }

    /// It has zones by an extension, which not everybody has.
    fn needs_zone(&self) -> bool {
        false
    }

    fn notes(&self) -> &'static [&'static str] {
        &["run it with: duckdb -bail DATABASE -f FILE"]
    }

    fn special(&self, value: &Value, _of: &ColumnType) -> Option<Result<String, String>> {
        Some(Ok(match value {
            Value::Float(number) if number.is_nan() => "CAST('NaN' AS DOUBLE)".to_owned(),
            Value::Float(f64::INFINITY) => "CAST('Infinity' AS DOUBLE)".to_owned(),
            Value::Float(f64::NEG_INFINITY) => "CAST('-Infinity' AS DOUBLE)".to_owned(),
            Value::Float(finite) => format!("CAST('{finite:e}' AS DOUBLE)"),
            Value::Bytes(bytes) => format!("from_hex('{}')", hex(bytes)),
            Value::Unsigned(number) => format!("CAST('{number}' AS UHUGEINT)"),
            Value::WallClock(nanos) if nanos % time::MICROSECOND != 0 => {
                let moment = time::moment(*nanos)?;
                format!("CAST('{}' AS TIMESTAMP_NS)", moment.format("%Y-%m-%d %H:%M:%S%.9f"))
            }
            _ => return None,
        }))
    }

    fn array(&self, _items: &[Value], literals: &[String]) -> Option<String> {
        Some(format!("[{}]", literals.join(", ")))
    }

    fn map(&self, entries: &[(String, String)]) -> Option<String> {
        let entries: Vec<String> = entries.iter().map(|(key, value)| format!("{key}: {value}")).collect();
        Some(format!("MAP {{{}}}", entries.join(", ")))
    }

    /// A JSON is compared as it is written.
    fn holds(&self, column: &str, of: &Type, _value: &Value, literal: &str) -> Result<String, String> {
        Ok(match of {
            Type::Json => format!("CAST({column} AS VARCHAR) = {literal}"),
            _ => format!("{column} = {literal}"),
        })
    }

    fn becomes(&self, from: &Value, to: &Value) -> Result<(), String> {
        match (from, to) {
            (Value::Float(from), Value::Float(to)) if *from == 0.0 && *to == 0.0 => {
                Err("DuckDB takes −0 for 0, and changes neither to the other".to_owned())
            }
            (_, Value::Array(_) | Value::Map(_)) => {
                Err("DuckDB may take a row with another list or map for a second one of its key".to_owned())
            }
            _ => Ok(()),
        }
    }

    /// A row within a row is read as JSON, and written otherwise.
    fn writes(&self, column: &ColumnSchema, of: &Type) -> Result<(), String> {
        let declared = column.declared.to_ascii_uppercase();
        let is_whole = *of == Type::Json && declared == "JSON";
        match has_json(of) && !is_whole {
            true => Err(format!("{} has no literal that is the same value", column.declared)),
            false => Ok(()),
        }
    }
}

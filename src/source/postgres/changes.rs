//! How PostgreSQL's SQL changes rows.

use super::super::changes::{Changes, hex};
use super::super::dialect::Dialect;
use super::dialect::Postgres;
use crate::frame::{Type, Value, decimal_text, time};
use crate::schema::ColumnType;

impl Changes for Postgres {
    fn begin(&self) -> &'static [&'static str] {
        &["BEGIN", "SET CONSTRAINTS ALL DEFERRED"]
    }

    fn notes(&self) -> &'static [&'static str] {
        &[
            "run it with: psql -v ON_ERROR_STOP=1 -f FILE",
            "constraints that are deferrable are looked at when it commits",
        ]
    }

    fn special(&self, value: &Value, _of: &ColumnType) -> Option<Result<String, String>> {
        Some(Ok(match value {
            Value::Float(number) if number.is_nan() => "'NaN'::float8".to_owned(),
            Value::Float(f64::INFINITY) => "'Infinity'::float8".to_owned(),
            Value::Float(f64::NEG_INFINITY) => "'-Infinity'::float8".to_owned(),
            Value::Float(finite) => format!("'{finite:e}'::float8"),
            // Right whatever standard_conforming_strings says.
            Value::Bytes(bytes) => format!("decode('{}', 'hex')", hex(bytes)),
            _ => return None,
        }))
    }

    /// A text of no type, which becomes what the column is.
    fn array(&self, items: &[Value], _literals: &[String]) -> Option<String> {
        self.text(&array(items)?).ok()
    }

    /// A `json` has no equality.
    fn holds(&self, column: &str, of: &Type, _value: &Value, literal: &str) -> Result<String, String> {
        Ok(if *of == Type::Json { format!("{column}::text = {literal}") } else { format!("{column} = {literal}") })
    }
}

/// An array as its own text: `{1,NULL,"a b"}`.
fn array(items: &[Value]) -> Option<String> {
    let item = |item: &Value| {
        Some(match item {
            Value::Null => "NULL".to_owned(),
            Value::Array(items) => array(items)?,
            Value::Map(_) => return None,
            other => {
                format!("\"{}\"", element(other)?.replace('\\', "\\\\").replace('"', "\\\""))
            }
        })
    };
    let items: Vec<String> = items.iter().map(item).collect::<Option<_>>()?;
    Some(format!("{{{}}}", items.join(",")))
}

/// The text of an element.
fn element(value: &Value) -> Option<String> {
    let moment = |nanos: i128, form: &str| Some(time::moment(nanos)?.format(form).to_string());
    Some(match value {
        Value::Null | Value::Array(_) | Value::Map(_) => return None,
        Value::Bool(held) => held.to_string(),
        Value::Integer(number) => number.to_string(),
        Value::Unsigned(number) => number.to_string(),
        Value::Wide(number) => number.to_plain_string(),
        Value::Decimal { unscaled, scale } => decimal_text(*unscaled, *scale),
        Value::Float(f64::INFINITY) => "Infinity".to_owned(),
        Value::Float(f64::NEG_INFINITY) => "-Infinity".to_owned(),
        Value::Float(number) => format!("{number:e}"),
        Value::Text(text) | Value::Uuid(text) | Value::Json(text) => text.clone(),
        Value::Bytes(bytes) => format!("\\x{}", hex(bytes)),
        Value::Date(days) => moment(i128::from(*days) * time::DAY, "%Y-%m-%d")?,
        Value::Time(nanos) => moment(i128::from(*nanos), "%H:%M:%S%.6f")?,
        Value::Instant(nanos) => moment(*nanos, "%Y-%m-%d %H:%M:%S%.6f+00")?,
        Value::WallClock(nanos) => moment(*nanos, "%Y-%m-%d %H:%M:%S%.6f")?,
    })
}

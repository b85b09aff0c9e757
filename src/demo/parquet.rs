//! Writes the new side of the demo as a folder of Parquet files.

use std::fs::File;
use std::path::Path;

use polars::prelude::*;

use super::shop::New;
use crate::frame::{Column, Frame, FrameError, Type, Value};

const NANOS_PER_MICRO: i128 = 1_000;
/// Digits after the point of a cost in dollars.
const COST_SCALE: u8 = 12;

/// Why a Parquet file of the demo could not be written.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The file could not be made.
    #[error("the file could not be created")]
    File(#[from] std::io::Error),
    /// The columns do not make a frame.
    #[error("its columns do not make a table")]
    Frame(#[from] FrameError),
    /// Polars could not write it.
    #[error("Polars could not write it")]
    Polars(#[from] PolarsError),
}

/// Writes `traces.parquet`, `spans.parquet` and `model_latency.parquet` into `folder`.
pub(super) fn write(new: &New, folder: &Path) -> Result<(), Error> {
    save(traces(new), &folder.join("traces.parquet"))?;
    save(spans(new), &folder.join("spans.parquet"))?;
    save(model_latency(new), &folder.join("model_latency.parquet"))
}

fn traces(new: &New) -> Vec<Column> {
    let rows = &new.traces;
    vec![
        column("trace_id", Type::Text, rows, |row| text(&row.trace_id)),
        column("project", Type::Text, rows, |row| text(&row.project)),
        column("user_id", Type::Text, rows, |row| text(&row.user_id)),
        column("session_id", Type::Text, rows, |row| row.session_id.as_deref().map_or(Value::Null, text)),
        column("name", Type::Text, rows, |row| text(&row.name)),
        column("started_at", Type::WallClock, rows, |row| wall_clock(row.started_at)),
        column("day", Type::Date, rows, |row| Value::Date(row.day)),
        column("tags", Type::Array(Box::new(Type::Text)), rows, |row| {
            Value::Array(row.tags.iter().map(|tag| text(tag)).collect())
        }),
        column("spans", Type::Integer, rows, |row| Value::Integer(row.spans.into())),
        column("cost", Type::Decimal { scale: COST_SCALE }, rows, |row| cost(Some(row.cost_picos))),
    ]
}

fn spans(new: &New) -> Vec<Column> {
    let rows = &new.spans;
    vec![
        column("span_id", Type::Text, rows, |row| text(&row.span_id)),
        column("trace_id", Type::Text, rows, |row| text(&row.trace_id)),
        column("kind", Type::Text, rows, |row| text(&row.kind)),
        column("model", Type::Text, rows, |row| row.model.as_deref().map_or(Value::Null, text)),
        column("started_at", Type::WallClock, rows, |row| wall_clock(row.started_at)),
        column("day", Type::Date, rows, |row| Value::Date(row.day)),
        column("latency_ms", Type::Integer, rows, |row| Value::Integer(row.latency_ms.into())),
        column("input_tokens", Type::Integer, rows, |row| integer(row.input_tokens)),
        column("output_tokens", Type::Integer, rows, |row| integer(row.output_tokens)),
        column("cost", Type::Decimal { scale: COST_SCALE }, rows, |row| cost(row.cost_picos)),
    ]
}

fn model_latency(new: &New) -> Vec<Column> {
    let rows = &new.model_latency;
    vec![
        column("model", Type::Text, rows, |row| text(&row.model)),
        column("p50", Type::Float, rows, |row| Value::Float(row.p50)),
        column("p95", Type::Float, rows, |row| Value::Float(row.p95)),
        column("p99", Type::Float, rows, |row| Value::Float(row.p99)),
        column("seen_until", Type::WallClock, rows, |row| wall_clock(row.seen_until)),
    ]
}

fn column<T>(name: &str, of: Type, rows: &[T], value: impl Fn(&T) -> Value) -> Column {
    Column { name: name.to_owned(), of, values: rows.iter().map(value).collect() }
}

fn text(value: &str) -> Value {
    Value::Text(value.to_owned())
}

fn integer(value: Option<i64>) -> Value {
    value.map_or(Value::Null, |value| Value::Integer(value.into()))
}

fn cost(picos: Option<i128>) -> Value {
    picos.map_or(Value::Null, |unscaled| Value::Decimal { unscaled, scale: COST_SCALE })
}

fn wall_clock(micros: i64) -> Value {
    Value::WallClock(i128::from(micros) * NANOS_PER_MICRO)
}

fn save(columns: Vec<Column>, path: &Path) -> Result<(), Error> {
    let frame = Frame::from_columns(columns)?;
    let mut data = frame.data().clone();
    // Canonical integers have 128 bits, which Parquet has no type for.
    let integers: Vec<PlSmallStr> =
        data.columns().iter().filter(|c| *c.dtype() == DataType::Int128).map(|c| c.name().clone()).collect();
    for name in integers {
        let narrow = data.column(&name)?.strict_cast(&DataType::Int64)?;
        data.replace(&name, narrow)?;
    }
    ParquetWriter::new(File::create(path)?).finish(&mut data)?;
    Ok(())
}

//! Writes the new side of the demo as a folder of Parquet files.

use std::fs::File;
use std::path::Path;
use std::sync::Arc;

use arrow::array::{
    ArrayRef, Date32Array, Decimal128Array, Float64Array, Int64Array, ListBuilder, RecordBatch, StringArray,
    StringBuilder, TimestampMicrosecondArray,
};
use arrow::compute::{CastOptions, cast_with_options};
use arrow::datatypes::DataType;
use arrow::error::ArrowError;
use parquet::arrow::ArrowWriter;
use parquet::errors::ParquetError;

use super::shop::New;

/// Digits of a cost in dollars.
const COST_DIGITS: u8 = 38;
/// Those after the point.
const COST_SCALE: i8 = 12;

/// Why a Parquet file of the demo could not be written.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The file could not be made.
    #[error("the file could not be created")]
    File(#[from] std::io::Error),
    /// The columns do not make a table.
    #[error("its columns do not make a table")]
    Columns(#[from] ArrowError),
    /// It could not be written.
    #[error("it could not be written as Parquet")]
    Parquet(#[from] ParquetError),
}

type Column = (&'static str, ArrayRef);

/// Writes `traces.parquet`, `spans.parquet`, `model_latency.parquet` and `invoices.parquet` into `folder`.
pub(super) fn write(new: &New, folder: &Path) -> Result<(), Error> {
    save(traces(new)?, &folder.join("traces.parquet"))?;
    save(spans(new)?, &folder.join("spans.parquet"))?;
    save(model_latency(new), &folder.join("model_latency.parquet"))?;
    save(invoices(new)?, &folder.join("invoices.parquet"))
}

fn traces(new: &New) -> Result<Vec<Column>, Error> {
    let rows = &new.traces;
    let mut tags = ListBuilder::new(StringBuilder::new());
    for row in rows {
        tags.append_value(row.tags.iter().map(Some));
    }
    Ok(vec![
        ("trace_id", text(rows.iter().map(|row| Some(row.trace_id.as_str())))),
        ("project", text(rows.iter().map(|row| Some(row.project.as_str())))),
        ("user_id", text(rows.iter().map(|row| Some(row.user_id.as_str())))),
        ("session_id", text(rows.iter().map(|row| row.session_id.as_deref()))),
        ("name", text(rows.iter().map(|row| Some(row.name.as_str())))),
        ("started_at", micros(rows.iter().map(|row| row.started_at))),
        ("day", days(rows.iter().map(|row| row.day))),
        ("tags", Arc::new(tags.finish())),
        ("spans", integers(rows.iter().map(|row| Some(row.spans)))),
        ("cost", costs(rows.iter().map(|row| Some(row.cost_picos)))?),
    ])
}

fn spans(new: &New) -> Result<Vec<Column>, Error> {
    let rows = &new.spans;
    Ok(vec![
        ("span_id", text(rows.iter().map(|row| Some(row.span_id.as_str())))),
        ("trace_id", text(rows.iter().map(|row| Some(row.trace_id.as_str())))),
        ("kind", text(rows.iter().map(|row| Some(row.kind.as_str())))),
        ("model", text(rows.iter().map(|row| row.model.as_deref()))),
        ("started_at", micros(rows.iter().map(|row| row.started_at))),
        ("day", days(rows.iter().map(|row| row.day))),
        ("latency_ms", integers(rows.iter().map(|row| Some(row.latency_ms)))),
        ("input_tokens", integers(rows.iter().map(|row| row.input_tokens))),
        ("output_tokens", integers(rows.iter().map(|row| row.output_tokens))),
        ("cost", costs(rows.iter().map(|row| row.cost_picos))?),
    ])
}

fn model_latency(new: &New) -> Vec<Column> {
    let rows = &new.model_latency;
    vec![
        ("model", text(rows.iter().map(|row| Some(row.model.as_str())))),
        ("p50", Arc::new(Float64Array::from_iter_values(rows.iter().map(|row| row.p50)))),
        ("p95", Arc::new(Float64Array::from_iter_values(rows.iter().map(|row| row.p95)))),
        ("p99", Arc::new(Float64Array::from_iter_values(rows.iter().map(|row| row.p99)))),
        ("seen_until", micros(rows.iter().map(|row| row.seen_until))),
    ]
}

fn invoices(new: &New) -> Result<Vec<Column>, Error> {
    let rows = &new.invoices;
    let mut amounts = integers(rows.iter().map(|row| Some(row.amount)));
    if new.has_narrow_amounts {
        // Not safe in Arrow's sense: an amount beyond 32 bits is an error and not NULL.
        let strict = CastOptions { safe: false, ..CastOptions::default() };
        amounts = cast_with_options(&amounts, &DataType::Int32, &strict)?;
    }
    Ok(vec![
        ("id", integers(rows.iter().map(|row| Some(row.id)))),
        ("customer", text(rows.iter().map(|row| Some(row.customer.as_str())))),
        ("email", text(rows.iter().map(|row| Some(row.email.as_str())))),
        ("country", text(rows.iter().map(|row| Some(row.country.as_str())))),
        ("city", text(rows.iter().map(|row| Some(row.city.as_str())))),
        ("currency", text(rows.iter().map(|row| Some(row.currency.as_str())))),
        ("amount", amounts),
        ("coupon", text(rows.iter().map(|row| row.coupon.as_deref()))),
        ("note", text(rows.iter().map(|row| Some(row.note.as_str())))),
        ("paid_at", micros(rows.iter().map(|row| row.paid_at))),
        ("day", days(rows.iter().map(|row| row.day))),
    ])
}

fn text<'a>(values: impl Iterator<Item = Option<&'a str>>) -> ArrayRef {
    Arc::new(values.collect::<StringArray>())
}

fn micros(values: impl Iterator<Item = i64>) -> ArrayRef {
    Arc::new(TimestampMicrosecondArray::from_iter_values(values))
}

fn days(values: impl Iterator<Item = i32>) -> ArrayRef {
    Arc::new(Date32Array::from_iter_values(values))
}

fn integers(values: impl Iterator<Item = Option<i64>>) -> ArrayRef {
    Arc::new(values.collect::<Int64Array>())
}

fn costs(picos: impl Iterator<Item = Option<i128>>) -> Result<ArrayRef, Error> {
    Ok(Arc::new(picos.collect::<Decimal128Array>().with_precision_and_scale(COST_DIGITS, COST_SCALE)?))
}

fn save(columns: Vec<Column>, path: &Path) -> Result<(), Error> {
    let batch =
        RecordBatch::try_from_iter_with_nullable(columns.into_iter().map(|(name, values)| (name, values, true)))?;
    let mut writer = ArrowWriter::try_new(File::create(path)?, batch.schema(), None)?;
    writer.write(&batch)?;
    writer.close()?;
    Ok(())
}

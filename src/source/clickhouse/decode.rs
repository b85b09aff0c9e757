//! An Arrow stream to frames of canonical columns, all at once or in batches.

use std::cell::RefCell;

use polars::prelude::{ArrayRef, PlSmallStr, Series};
use polars_arrow::array::new_empty_array;
use polars_arrow::compute::aggregate::estimated_bytes_size;
use tokio::sync::mpsc;

use super::super::shared::arrow;
use super::super::shared::batch_sink;
use super::super::shared::batch_sink::BatchSink;
use super::super::{Error, ErrorCode};
use super::stream;
use super::stream::Broken;
use super::types::Kind;
use crate::frame::Frame;
use crate::model::plural;

/// A column of a result as the server describes it.
#[derive(Clone, Debug)]
pub(super) struct Described {
    pub(super) name: String,
    pub(super) database_type: String,
    pub(super) kind: Kind,
}

/// The error for a column that cannot be read; `{}` in `way` is its name.
pub(super) fn column_error(name: &str, database_type: &str, why: &str, way: &str, besides: &str) -> Error {
    let way = way.replace("{}", name);
    Error::new(
        ErrorCode::ValueUnreadable,
        format!("column `{name}` of ClickHouse type {database_type}: {why}; select `{way}` instead{besides}"),
    )
}

/// The rows of a stream whose columns are `described`, in that order; the frame, unless it goes in batches.
pub(super) fn decode<B: AsRef<[u8]>>(
    receiver: mpsc::Receiver<B>,
    described: &[Described],
    rows: BatchSink,
) -> Result<Option<Frame>, Broken> {
    let rows = RefCell::new(rows);
    let mut chunks: Vec<Vec<ArrayRef>> = vec![Vec::new(); described.len()];
    let canonical = |array: &dyn polars_arrow::array::Array, column: &Described| {
        arrow::canonical(array, &column.kind)
            .map_err(|unread| column_error(&column.name, &column.database_type, &unread.why, &unread.way, ""))
    };
    let empty = RefCell::new(Vec::new());
    let (mut height, mut bytes, mut given) = (0, 0, 0);
    stream::read(
        receiver,
        |fields| {
            if fields.len() != described.len() {
                let message = format!(
                    "ClickHouse describes {} and sends {}; give every column a name of its own and run again",
                    plural(described.len() as u64, "column"),
                    fields.len()
                );
                return Err(Error::new(ErrorCode::ValueUnreadable, message));
            }
            for (field, column) in fields.iter().zip(described) {
                empty.borrow_mut().push(canonical(new_empty_array(field.dtype.clone()).as_ref(), column)?);
            }
            Ok(())
        },
        |batch| {
            for ((array, column), chunks) in batch.iter().zip(described).zip(&mut chunks) {
                let array = canonical(array.as_ref(), column)?;
                bytes += estimated_bytes_size(array.as_ref());
                chunks.push(array);
            }
            height += batch.first().map_or(0, |array| array.len());
            if rows.borrow().full(height, bytes) {
                let taken = std::mem::replace(&mut chunks, vec![Vec::new(); described.len()]);
                if !rows.borrow_mut().take_blocking(frame(described, &empty.borrow(), taken)?) {
                    return Err(batch_sink::unwanted());
                }
                given += height;
                (height, bytes) = (0, 0);
            }
            Ok(())
        },
    )?;
    let mut rows = rows.into_inner();
    if given == 0 || height > 0 {
        rows.take_blocking(frame(described, &empty.borrow(), chunks).map_err(Broken::Refused)?);
    }
    Ok(match rows {
        BatchSink::Whole(whole) => whole,
        BatchSink::Batches(_) => None,
    })
}

fn frame(described: &[Described], empty: &[ArrayRef], chunks: Vec<Vec<ArrayRef>>) -> Result<Frame, Error> {
    let mut series = Vec::with_capacity(described.len());
    for ((column, empty), mut chunks) in described.iter().zip(empty).zip(chunks) {
        if chunks.is_empty() {
            chunks.push(empty.clone());
        }
        series.push(Series::try_from((PlSmallStr::from_str(&column.name), chunks)).map_err(|cause| made(&cause))?);
    }
    let types = described.iter().map(|column| column.kind.canonical()).collect();
    Frame::from_series(series, types).map_err(|cause| made(&cause))
}

fn made(cause: &(dyn std::error::Error + 'static)) -> Error {
    Error::caused(ErrorCode::ValueUnreadable, "cannot make a frame of the columns ClickHouse sent; cast them", cause)
}

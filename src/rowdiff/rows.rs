//! Holds rows with their hashes, in memory and as bytes.

use std::io::Cursor;

use polars::prelude::*;

use super::Failure;
use super::row_hashes::Record;
use crate::frame::{Frame, FrameError, Type};

/// Rows with their hashes.
pub(crate) struct Rows {
    pub(crate) frame: Frame,
    pub(crate) records: Vec<Record>,
}

/// The rows with these numbers.
pub(crate) fn select(rows: &Rows, numbers: &[IdxSize]) -> Result<Rows, FrameError> {
    let records = numbers.iter().map(|number| rows.records[*number as usize]).collect();
    Ok(Rows { frame: rows.frame.take(numbers)?, records })
}

pub(super) fn from_data(data: DataFrame, types: Vec<Type>) -> Result<Frame, FrameError> {
    let series = data.columns().iter().map(|column| column.as_materialized_series().clone()).collect();
    Frame::from_series(series, types)
}

/// The rows as bytes: their number, their hashes, and an Arrow stream.
pub(crate) fn blob(frame: &Frame, records: &[Record]) -> Result<Vec<u8>, Failure> {
    let mut bytes = Vec::with_capacity(frame.data().estimated_size() + size_of_val(records) + 4096);
    bytes.extend((records.len() as u64).to_le_bytes());
    for record in records {
        bytes.extend(record.key.to_le_bytes());
        bytes.extend(record.row.to_le_bytes());
    }
    let mut data = frame.data().clone();
    IpcStreamWriter::new(&mut bytes).finish(&mut data).map_err(FrameError::from)?;
    Ok(bytes)
}

pub(crate) fn read(bytes: &[u8], types: &[Type]) -> Result<Rows, Failure> {
    let word = |at: usize| u64::from_le_bytes(bytes[at..at + 8].try_into().expect("8 bytes are 8 bytes"));
    let height = usize::try_from(word(0)).expect("a number of rows that was in memory before");
    let records = (0..height).map(|row| Record { key: word(8 + 16 * row), row: word(16 + 16 * row) }).collect();
    let data = IpcStreamReader::new(Cursor::new(&bytes[8 + 16 * height..])).finish().map_err(FrameError::from)?;
    Ok(Rows { frame: from_data(data, types.to_vec())?, records })
}

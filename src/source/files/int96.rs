//! The unit in which INT96 timestamps are read: Arrow has no type for them, and reading them into one wraps silently.
//!
//! The values are looked at once before they are read: microseconds unless one has digits below, then nanoseconds; what
//! neither holds is an error.

use std::io::{Cursor, Read};
use std::sync::Arc;

use arrow::datatypes::TimeUnit;
use bytes::Bytes;
use object_store::{ObjectStore, ObjectStoreExt};
use parquet::basic::Type;
use parquet::column::reader::{ColumnReader, get_column_reader};
use parquet::data_type::Int96;
use parquet::errors::{ParquetError, Result};
use parquet::file::metadata::{ColumnChunkMetaData, ParquetMetaData};
use parquet::file::reader::{ChunkReader, Length};
use parquet::file::serialized_reader::SerializedPageReader;

/// The Julian day of 1970-01-01.
const EPOCH: i64 = 2_440_588;

const NANOS_PER_DAY: i128 = 86_400_000_000_000;

/// Values looked at in one go.
const VALUES: usize = 8192;

/// What the INT96 values of a table need.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Needs {
    /// One has digits below a microsecond.
    nanos: bool,
    /// One is beyond the years that 64 bits of nanoseconds hold, 1677 to 2262.
    far: bool,
}

impl Needs {
    fn look(&mut self, value: &Int96) -> std::result::Result<(), String> {
        let [low, high, day] = [0, 1, 2].map(|at| value.data()[at]);
        let of_day = i128::from(u64::from(high) << 32 | u64::from(low));
        let nanos = (i128::from(day.cast_signed()) - i128::from(EPOCH)) * NANOS_PER_DAY + of_day;
        self.nanos |= nanos % 1000 != 0;
        self.far |= i64::try_from(nanos).is_err();
        if i64::try_from(nanos / 1000).is_err() || of_day >= NANOS_PER_DAY {
            return Err(format!("an INT96 timestamp on the Julian day {} is beyond every calendar", day.cast_signed()));
        }
        Ok(())
    }

    /// Returns what the values of both need.
    pub(super) fn with(self, other: Needs) -> Needs {
        Needs { nanos: self.nanos || other.nanos, far: self.far || other.far }
    }

    /// Returns the unit that holds all of them; an error where none does.
    pub(super) fn unit(self) -> std::result::Result<TimeUnit, String> {
        match self {
            Needs { nanos: true, far: true } => {
                Err("its INT96 timestamps have nanoseconds, and years beyond 2262 or before \
                1678: no type holds both; write them as TIMESTAMP(MICROS)"
                    .to_owned())
            }
            Needs { nanos: true, far: false } => Ok(TimeUnit::Nanosecond),
            Needs { nanos: false, .. } => Ok(TimeUnit::Microsecond),
        }
    }
}

/// Looks at all INT96 values of the file at `location`; nothing where it has no such column.
///
/// # Errors
/// A value beyond microseconds of 64 bits, with its column, and a file that cannot be read.
pub(super) async fn needs(
    store: &Arc<dyn ObjectStore>,
    location: &object_store::path::Path,
    metadata: &ParquetMetaData,
) -> std::result::Result<Option<Needs>, String> {
    let schema = metadata.file_metadata().schema_descr();
    let columns: Vec<usize> =
        (0..schema.num_columns()).filter(|at| schema.column(*at).physical_type() == Type::INT96).collect();
    if columns.is_empty() {
        return Ok(None);
    }
    let mut needs = Needs::default();
    for (group, at) in metadata.row_groups().iter().flat_map(|group| columns.iter().map(move |at| (group, *at))) {
        let chunk = group.column(at);
        let (start, length) = chunk.byte_range();
        let bytes = store.get_range(location, start..start + length).await.map_err(|cause| cause.to_string())?;
        let rows = usize::try_from(group.num_rows()).map_err(|_| "a row group of less than no rows".to_owned())?;
        let mut seen = Ok(());
        each(Chunk { start, bytes }, chunk, rows, |value| {
            if seen.is_ok() {
                seen = needs.look(value);
            }
        })
        .map_err(|cause| cause.to_string())?;
        seen.map_err(|why| format!("column `{}`: {why}", chunk.column_path().string()))?;
    }
    Ok(Some(needs))
}

fn each(chunk: Chunk, of: &ColumnChunkMetaData, rows: usize, mut take: impl FnMut(&Int96)) -> Result<()> {
    let pages = SerializedPageReader::new(Arc::new(chunk), of, rows, None)?;
    let ColumnReader::Int96ColumnReader(mut reader) = get_column_reader(of.column_descr_ptr(), Box::new(pages)) else {
        return Err(ParquetError::General("the column holds no INT96".to_owned()));
    };
    loop {
        let (mut values, mut definitions, mut repetitions) = (Vec::new(), Vec::new(), Vec::new());
        let (records, _, _) =
            reader.read_records(VALUES, Some(&mut definitions), Some(&mut repetitions), &mut values)?;
        values.iter().for_each(&mut take);
        if records == 0 {
            return Ok(());
        }
    }
}

/// The bytes of one column of one row group, at their place in the file.
struct Chunk {
    start: u64,
    bytes: Bytes,
}

impl Chunk {
    fn from(&self, start: u64) -> Result<Bytes> {
        let offset = start.checked_sub(self.start).and_then(|offset| usize::try_from(offset).ok());
        let offset = offset.filter(|offset| *offset <= self.bytes.len());
        offset
            .map(|offset| self.bytes.slice(offset..))
            .ok_or_else(|| ParquetError::EOF("a page is outside of its column".to_owned()))
    }
}

impl Length for Chunk {
    fn len(&self) -> u64 {
        self.start + self.bytes.len() as u64
    }
}

impl ChunkReader for Chunk {
    type T = Box<dyn Read + Send>;

    fn get_read(&self, start: u64) -> Result<Self::T> {
        Ok(Box::new(Cursor::new(self.from(start)?)))
    }

    fn get_bytes(&self, start: u64, length: usize) -> Result<Bytes> {
        let bytes = self.from(start)?;
        if bytes.len() < length {
            return Err(ParquetError::EOF("a page ends behind its column".to_owned()));
        }
        Ok(bytes.slice(..length))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn look(day: i32, nanos: u64) -> Result<Needs, String> {
        let mut value = Int96::new();
        value.set_data(
            u32::try_from(nanos & 0xffff_ffff).unwrap(),
            u32::try_from(nanos >> 32).unwrap(),
            day.cast_unsigned(),
        );
        let mut needs = Needs::default();
        needs.look(&value).map(|()| needs)
    }

    /// Catches a value that wraps, and one that loses its last digits.
    #[test]
    fn the_unit_holds_every_value_or_there_is_none() {
        let day = i32::try_from(EPOCH).unwrap();
        assert_eq!(look(day, 0).unwrap().unit(), Ok(TimeUnit::Microsecond));
        assert_eq!(look(day, 1).unwrap().unit(), Ok(TimeUnit::Nanosecond));
        assert_eq!(look(day + 365 * 8000, 1000).unwrap().unit(), Ok(TimeUnit::Microsecond));
        assert!(look(day + 365 * 8000, 1).unwrap().unit().unwrap_err().contains("no type holds both"));
        assert!(look(i32::MAX, 0).is_err());
        assert!(look(day, 86_400_000_000_000).is_err());
    }
}

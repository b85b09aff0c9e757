//! The differences of a run as one Parquet file: one line per difference and column, in full, up to a limit per check.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use arrow::array::{ArrayRef, RecordBatch, StringArray};
use arrow::datatypes::{DataType, Field, Schema};
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use parquet::basic::{Compression, ZstdLevel};
use parquet::file::metadata::KeyValue;
use parquet::file::properties::WriterProperties;
use tempfile::NamedTempFile;

use crate::fs::output::beside;
use crate::model::{Difference, Example, Key, Sides, Written};
use crate::record::differences;
use crate::record::differences::{COLUMNS, RUN};

/// Lines held before they are written.
const LINES: usize = 1 << 16;

/// Bytes of lines held before they are written.
const BYTES: usize = if cfg!(test) { 1 << 12 } else { 1 << 24 };

/// Lines that are worth a row group of their own.
const MANY: usize = if cfg!(test) { 100 } else { 1 << 12 };

type Line = differences::Line<String>;

/// Lines that are not written yet.
#[derive(Debug, Default)]
struct Lines {
    lines: Vec<Line>,
    bytes: usize,
}

impl Lines {
    fn add(&mut self, lines: Vec<Line>) {
        let size = |line: &Line| line.iter().flatten().map(String::len).sum::<usize>();
        self.bytes += lines.iter().map(size).sum::<usize>();
        self.lines.extend(lines);
    }

    /// Whether they are enough to be written.
    fn are_many(&self) -> bool {
        self.lines.len() >= LINES || self.bytes >= BYTES
    }

    /// Writes them, and holds none then.
    fn write(&mut self, writer: &mut ArrowWriter<File>) -> io::Result<()> {
        let Lines { lines, .. } = std::mem::take(self);
        if lines.is_empty() {
            return Ok(());
        }
        let column = |at: usize| -> (&str, ArrayRef, bool) {
            let values: StringArray = lines.iter().map(|line| line[at].as_deref()).collect();
            (COLUMNS[at], Arc::new(values), true)
        };
        let batch =
            RecordBatch::try_from_iter_with_nullable((0..COLUMNS.len()).map(column)).map_err(io::Error::other)?;
        writer.write(&batch).map_err(io::Error::other)
    }
}

fn writer(file: File) -> io::Result<ArrowWriter<File>> {
    let schema = Schema::new(COLUMNS.map(|name| Field::new(name, DataType::Utf8, true)).to_vec());
    let properties = WriterProperties::builder().set_compression(Compression::ZSTD(ZstdLevel::default())).build();
    ArrowWriter::try_new(file, Arc::new(schema), Some(properties)).map_err(io::Error::other)
}

/// The file while it is written. Clones share it.
#[derive(Clone, Debug)]
pub(crate) struct Differences {
    shared: Arc<Mutex<Shared>>,
    /// Most differences of one check.
    most: u64,
}

struct Shared {
    /// Absent once it was kept.
    file: Option<NamedTempFile>,
    writer: ArrowWriter<File>,
    lines: Lines,
    failed: Option<io::Error>,
}

impl std::fmt::Debug for Shared {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Shared").field("file", &self.file).finish_non_exhaustive()
    }
}

impl Differences {
    /// A file that is written in `folder` and takes its place when it is [kept](Differences::keep); at most `most`
    /// differences of a check are in it.
    pub(crate) fn new(folder: &Path, most: u64) -> io::Result<Differences> {
        let file = beside(folder)?;
        let writer = writer(file.reopen()?)?;
        let shared = Shared { file: Some(file), writer, lines: Lines::default(), failed: None };
        Ok(Differences { shared: Arc::new(Mutex::new(shared)), most })
    }

    /// Takes the differences of the check `id`.
    pub(crate) fn sink(to: Option<&Differences>, id: &str) -> ParquetSink {
        ParquetSink { to: to.cloned(), id: id.to_owned(), taken: 0, truncated: false, held: None }
    }

    /// Writes and compresses what is held, if that is much: while a check is diagnosed nobody else does.
    pub(crate) fn write_behind(&self) {
        let mut shared = self.shared.lock().unwrap_or_else(PoisonError::into_inner);
        if shared.lines.lines.len() >= MANY {
            shared.flush();
            shared.end_row_group();
        }
    }

    /// Ends the file as that of the run `id`, and moves it to `path`.
    pub(crate) fn keep(&self, path: PathBuf, id: &str) -> io::Result<()> {
        let mut shared = self.shared.lock().unwrap_or_else(PoisonError::into_inner);
        shared.flush();
        if let Some(cause) = shared.failed.take() {
            // Where a disk is full, this makes room for the reports.
            if let Some(file) = shared.file.take() {
                let _ = file.as_file().set_len(0);
            }
            return Err(cause);
        }
        shared.writer.append_key_value_metadata(KeyValue::new(RUN.to_owned(), id.to_owned()));
        shared.writer.finish().map_err(io::Error::other)?;
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder)?;
        }
        match shared.file.take() {
            Some(file) => file.persist(path).map(drop).map_err(|error| error.error),
            None => Err(io::Error::other("the file was kept before")),
        }
    }
}

impl Shared {
    /// Takes lines, and writes what is held where that is enough.
    fn add(&mut self, lines: Vec<Line>) {
        self.lines.add(lines);
        if self.lines.are_many() {
            self.flush();
        }
    }

    fn flush(&mut self) {
        if self.failed.is_none() {
            self.failed = self.lines.write(&mut self.writer).err();
        }
    }

    fn end_row_group(&mut self) {
        if self.failed.is_none() {
            self.failed = self.writer.flush().err().map(io::Error::other);
        }
    }

    /// Takes what a sink held.
    fn take(&mut self, held: Held) {
        self.flush();
        if self.failed.is_none() {
            self.failed = held.hand_over(self).err();
        }
    }
}

/// Lines that are not in the file yet: in memory, and beyond what that has room for in a temporary file.
#[derive(Default)]
struct Held {
    lines: Lines,
    written: Option<(File, ArrowWriter<File>)>,
    failed: Option<io::Error>,
}

impl Held {
    fn add(&mut self, lines: Vec<Line>) {
        self.lines.add(lines);
        if self.lines.are_many() && self.failed.is_none() {
            self.failed = self.write().err();
        }
    }

    fn write(&mut self) -> io::Result<()> {
        let (_, to) = match &mut self.written {
            Some(written) => written,
            None => {
                let file = tempfile::tempfile()?;
                let to = writer(file.try_clone()?)?;
                self.written.insert((file, to))
            }
        };
        self.lines.write(to)
    }

    /// Gives all lines to `shared`, in their order.
    fn hand_over(self, shared: &mut Shared) -> io::Result<()> {
        if let Some(cause) = self.failed {
            return Err(cause);
        }
        if let Some((file, mut written)) = self.written {
            written.finish().map_err(io::Error::other)?;
            let reader = ParquetRecordBatchReaderBuilder::try_new(file).and_then(|builder| builder.build());
            for batch in reader.map_err(io::Error::other)? {
                let batch = batch.map_err(io::Error::other)?;
                shared.writer.write(&batch).map_err(io::Error::other)?;
            }
        }
        shared.add(self.lines.lines);
        Ok(())
    }
}

/// Takes the differences of one check.
pub(crate) struct ParquetSink {
    pub(crate) to: Option<Differences>,
    id: String,
    taken: u64,
    truncated: bool,
    /// Lines that are not in the file before the sink is finished, where that is wanted.
    held: Option<Held>,
}

impl ParquetSink {
    /// The same sink, from which nothing reaches the file unless it is finished.
    pub(crate) fn held(self) -> ParquetSink {
        ParquetSink { held: Some(Held::default()), ..self }
    }

    /// Whether another difference has room.
    pub(crate) fn has_room(&self) -> bool {
        self.to.as_ref().is_some_and(|to| self.taken < to.most)
    }

    /// Takes one difference with its whole rows; `false` where no more fits. What is only worth a warning is none.
    pub(crate) fn take(&mut self, example: &Example, rows: Sides<Option<String>>) -> bool {
        if example.difference == Difference::Warned {
            return self.to.is_some() && !self.truncated;
        }
        let pairs = example.columns.iter().map(|(name, pair)| (Some(name.clone()), pair.old.clone(), pair.new.clone()));
        let mut lines: Vec<_> = pairs.collect();
        if lines.is_empty() {
            lines.push((None, None, None));
        }
        self.add(&example.key, &example.difference.to_string(), lines, rows)
    }

    fn add(
        &mut self,
        key: &Key,
        difference: &str,
        lines: Vec<(Option<String>, Option<String>, Option<String>)>,
        rows: Sides<Option<String>>,
    ) -> bool {
        let Some(to) = &self.to else { return false };
        if self.taken == to.most {
            self.truncated = true;
            return false;
        }
        self.taken += 1;
        let (suite, check) = self.id.split_once('.').unwrap_or(("", &self.id));
        let key = differences::key_text(key);
        let some = |text: &str| Some(text.to_owned());
        let mut rows = Some(rows);
        let line = |(column, old, new)| {
            let Sides { old: old_row, new: new_row } = rows.take().unwrap_or_default();
            [some(suite), some(check), some(&key), some(difference), column, old, new, old_row, new_row]
        };
        let lines: Vec<Line> = lines.into_iter().map(line).collect();
        match &mut self.held {
            Some(held) => held.add(lines),
            None => to.shared.lock().unwrap_or_else(PoisonError::into_inner).add(lines),
        }
        true
    }

    /// What was written, where anything was.
    pub(crate) fn finish(self) -> Option<Written> {
        if let (Some(to), Some(held)) = (&self.to, self.held) {
            to.shared.lock().unwrap_or_else(PoisonError::into_inner).take(held);
        }
        (self.taken > 0 || self.truncated).then_some(Written { differences: self.taken, truncated: self.truncated })
    }
}

#[cfg(test)]
mod tests {
    use arrow::array::AsArray;

    use super::*;

    /// Catches lines of a reading that is the verdict which are lost, doubled or out of order on their way through a temporary
    /// file, and those of a reading that is not.
    #[test]
    fn lines_that_are_held_come_in_their_order_or_not_at_all() {
        let folder = tempfile::tempdir().unwrap();
        let differences = Differences::new(folder.path(), 1_000).unwrap();
        let example = |id: usize| Example {
            difference: Difference::Missing,
            key: Key(vec![("id".to_owned(), Some(id.to_string()))]),
            columns: [("v".to_owned(), crate::model::Pair::default())].into(),
        };
        let rows = || Sides { old: Some("x".repeat(100)), new: None };
        let mut direct = Differences::sink(Some(&differences), "s.direct");
        let mut held = Differences::sink(Some(&differences), "s.held").held();
        let mut given_up = Differences::sink(Some(&differences), "s.given_up").held();
        for id in 0..300 {
            assert!(held.take(&example(id), rows()) && given_up.take(&example(id), rows()));
        }
        differences.write_behind();
        assert!(held.held.as_ref().is_some_and(|held| held.written.is_some()), "more than memory is to hold");
        assert!(direct.take(&example(0), rows()));
        assert_eq!(held.finish().map(|written| written.differences), Some(300));
        drop(given_up);
        differences.write_behind();
        direct.finish();
        let path = folder.path().join("d.parquet");
        differences.keep(path.clone(), "run").unwrap();
        let reader = ParquetRecordBatchReaderBuilder::try_new(File::open(path).unwrap()).unwrap().build().unwrap();
        let mut found = Vec::new();
        for batch in reader.map(Result::unwrap) {
            let column = |at: usize| batch.column(at).as_string::<i32>().clone();
            let (checks, keys, old) = (column(1), column(2), column(7));
            (0..batch.num_rows()).for_each(|row| {
                assert_eq!(old.value(row).len(), 100);
                found.push((checks.value(row).to_owned(), keys.value(row).to_owned()));
            });
        }
        let key = |id: usize| format!("{{\"id\":\"{id}\"}}");
        let mut expected = vec![("direct".to_owned(), key(0))];
        expected.extend((0..300).map(|id| ("held".to_owned(), key(id))));
        assert_eq!(found, expected);
    }
}

//! The differences of a run as one Parquet file: one line per difference and column, in full, up to a limit per check.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use arrow::array::{ArrayRef, RecordBatch, StringArray};
use arrow::datatypes::{DataType, Field, Schema};
use parquet::arrow::ArrowWriter;
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
const BYTES: usize = 1 << 24;

type Line = differences::Line<String>;

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
    writer: ArrowWriter<std::fs::File>,
    lines: Vec<Line>,
    bytes: usize,
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
        let schema = Schema::new(COLUMNS.map(|name| Field::new(name, DataType::Utf8, true)).to_vec());
        let properties = WriterProperties::builder().set_compression(Compression::ZSTD(ZstdLevel::default())).build();
        let writer = ArrowWriter::try_new(file.reopen()?, Arc::new(schema), Some(properties));
        let writer = writer.map_err(io::Error::other)?;
        let shared = Shared { file: Some(file), writer, lines: Vec::new(), bytes: 0, failed: None };
        Ok(Differences { shared: Arc::new(Mutex::new(shared)), most })
    }

    /// Takes the differences of the check `id`.
    pub(crate) fn sink(to: Option<&Differences>, id: &str) -> ParquetSink {
        ParquetSink { to: to.cloned(), id: id.to_owned(), taken: 0, truncated: false, held: None }
    }

    /// Ends the file as that of the run `id`, and moves it to `path`.
    pub(crate) fn keep(&self, path: PathBuf, id: &str) -> io::Result<()> {
        let mut shared = self.shared.lock().unwrap_or_else(PoisonError::into_inner);
        shared.flush();
        if let Some(cause) = shared.failed.take() {
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
        let size = |line: &Line| line.iter().flatten().map(String::len).sum::<usize>();
        self.bytes += lines.iter().map(size).sum::<usize>();
        self.lines.extend(lines);
        if self.lines.len() >= LINES || self.bytes >= BYTES {
            self.flush();
        }
    }

    fn flush(&mut self) {
        self.bytes = 0;
        let lines = std::mem::take(&mut self.lines);
        if lines.is_empty() || self.failed.is_some() {
            return;
        }
        let column = |at: usize| -> (&str, ArrayRef, bool) {
            let values: StringArray = lines.iter().map(|line| line[at].as_deref()).collect();
            (COLUMNS[at], Arc::new(values), true)
        };
        let written = RecordBatch::try_from_iter_with_nullable((0..COLUMNS.len()).map(column))
            .map_err(io::Error::other)
            .and_then(|batch| self.writer.write(&batch).map_err(io::Error::other));
        if let Err(cause) = written {
            self.failed = Some(cause);
        }
    }
}

/// Takes the differences of one check.
pub(crate) struct ParquetSink {
    pub(crate) to: Option<Differences>,
    id: String,
    taken: u64,
    truncated: bool,
    /// Lines that are not in the file before the sink is finished, where that is wanted.
    held: Option<Vec<Line>>,
}

impl ParquetSink {
    /// The same sink, from which nothing reaches the file unless it is finished.
    pub(crate) fn held(self) -> ParquetSink {
        ParquetSink { held: Some(Vec::new()), ..self }
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
            Some(held) => held.extend(lines),
            None => to.shared.lock().unwrap_or_else(PoisonError::into_inner).add(lines),
        }
        true
    }

    /// What was written, where anything was.
    pub(crate) fn finish(self) -> Option<Written> {
        if let (Some(to), Some(held)) = (&self.to, self.held) {
            to.shared.lock().unwrap_or_else(PoisonError::into_inner).add(held);
        }
        (self.taken > 0 || self.truncated).then_some(Written { differences: self.taken, truncated: self.truncated })
    }
}

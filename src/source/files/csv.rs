//! CSV files: text unless declared, an unquoted empty field NULL, a quoted one empty text, no line ragged.

mod column;
mod decoded;
mod message;
#[cfg(test)]
mod model;
mod options;
mod records;
mod scan;
#[cfg(test)]
mod tests;
mod value;

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use arrow::array::{ArrayRef, RecordBatch, RecordBatchOptions};
use arrow::datatypes::{Field, Schema, SchemaRef};
use encoding_rs::{UTF_16BE, UTF_16LE};

use super::super::shared::batch_sink::{BYTES, ROWS};
use super::super::{Error, ErrorCode};
use super::data_file::DataFile;
use super::format::{self, Kind as Written};
use super::row_table::{Batches, RowFile};
use super::text::{self, Input, Mark};

use column::Column;
pub(super) use column::arrow as arrow_type;
use decoded::Decoded;
use message::Place;
pub use options::CsvOptions;
use options::Layout;
use records::{PIECE, Records};
pub(super) use value::{Kind, scalar};

/// A CSV file whose header is known.
#[derive(Clone, Debug)]
struct CsvFile {
    file: DataFile,
    layout: Layout,
    names: Vec<String>,
    kinds: Vec<Kind>,
    /// The types as they were declared.
    declared: Vec<String>,
    schema: SchemaRef,
    /// Blank lines that the last full reading met.
    blank: Arc<AtomicU64>,
}

/// Opens the table `name` in `file`; `types` has the types of its columns by `column` or `name.column`.
///
/// # Errors
/// A file that cannot be read or has no usable header, and options that cannot be meant together.
pub(super) fn open(
    name: &str,
    file: &DataFile,
    types: &BTreeMap<String, String>,
    options: &CsvOptions,
) -> Result<Arc<dyn RowFile>, Error> {
    CsvFile::open(name, file, types, options).map(|file| Arc::new(file) as Arc<dyn RowFile>)
}

impl CsvFile {
    fn open(
        name: &str,
        file: &DataFile,
        types: &BTreeMap<String, String>,
        options: &CsvOptions,
    ) -> Result<CsvFile, Error> {
        let tabs = format::of(file.path()).is_some_and(|(format, _)| format.kind == Written::Tsv);
        let layout = options.layout(tabs).map_err(|why| Error::new(ErrorCode::SourceUnfit, why))?;
        let layout = separated(file, layout)?;
        let (names, _) = start(file, &layout)?;
        let of = |column: &String| types.get(&format!("{name}.{column}")).or_else(|| types.get(column));
        let declared: Vec<String> =
            names.iter().map(|column| of(column).map_or("text", String::as_str).to_owned()).collect();
        let kinds: Vec<Kind> = declared.iter().map(|name| Kind::parse(name).unwrap_or(Kind::Text)).collect();
        let fields = names.iter().zip(&kinds).map(|(name, kind)| Field::new(name, column::arrow(*kind), true));
        let schema = Arc::new(Schema::new(fields.collect::<Vec<Field>>()));
        Ok(CsvFile { file: file.clone(), layout, names, kinds, declared, schema, blank: Arc::default() })
    }

    fn place(&self) -> Place<'_> {
        Place { file: &self.file, layout: &self.layout, names: &self.names }
    }
}

impl RowFile for CsvFile {
    fn name(&self) -> String {
        self.file.to_string()
    }

    fn schema(&self) -> SchemaRef {
        self.schema.clone()
    }

    fn read(&self, columns: &[usize]) -> Result<Batches, Error> {
        let (names, records) = start(&self.file, &self.layout)?;
        if names != self.names {
            return Err(self.place().whole("its header changed while it was read; run it again"));
        }
        let schema = self.schema.project(columns).map_err(|cause| self.place().whole(&cause.to_string()))?;
        let filled = columns.iter().map(|column| (*column, Column::new(self.kinds[*column]))).collect();
        Ok(Box::new(Reading { of: self.clone(), records, schema: Arc::new(schema), filled, ended: false }))
    }

    fn blank_lines(&self) -> u64 {
        self.blank.load(Ordering::Relaxed)
    }
}

/// Returns the layout with the character that separates columns where nobody named one: the usual, unless the first line is one
/// column with it and several with another, and only one other.
fn separated(file: &DataFile, mut layout: Layout) -> Result<Layout, Error> {
    if !layout.guessed {
        return Ok(layout);
    }
    let place = Place { file, layout: &layout, names: &[] };
    let mut records = Records::new(input(file, &layout)?, layout.marks, PIECE);
    let Some(rows) = records.next(1).map_err(|problem| place.problem(&problem))? else { return Ok(layout) };
    let only = match rows.width() {
        1 => rows.column(0).next().filter(|field| !field.quoted).map(|field| field.text.into_owned()),
        _ => None,
    };
    let others = only.as_deref().map_or_else(Vec::new, |only| separators(only, layout.marks.delimiter));
    match (others.as_slice(), only) {
        ([other], _) => layout.marks.delimiter = *other,
        ([], _) | (_, None) => {}
        ([one, ..], Some(only)) => {
            let (likely, own) = (char::from(*one).to_string(), char::from(layout.marks.delimiter).to_string());
            return Err(place.whole(&format!(
                "its first line is one column, {only:?}; set `csv = {{ delimiter = {likely:?} }}` on the source if that \
                 separates its columns, and {own:?} if it does not"
            )));
        }
    }
    Ok(layout)
}

type Opened = (Vec<String>, Records<Input>);

/// Opens a file and reads the names of its columns; the records stand behind the header.
fn start(file: &DataFile, layout: &Layout) -> Result<Opened, Error> {
    let place = Place { file, layout, names: &[] };
    let mut records = Records::new(input(file, layout)?, layout.marks, PIECE);
    let first: Vec<(String, bool)> = match records.next(1).map_err(|problem| place.problem(&problem))? {
        None if layout.header => return Err(place.whole("it has no header line; write one")),
        None => return Err(place.whole("it has no line that shows how many columns it has; write a header")),
        Some(rows) => (0..rows.width())
            .filter_map(|column| rows.column(column).next())
            .map(|field| (field.text.into_owned(), field.quoted))
            .collect(),
    };
    if !layout.header {
        let names = (1..=first.len()).map(|number| format!("column_{number}")).collect();
        return Ok((names, Records::new(input(file, layout)?, layout.marks, PIECE)));
    }
    let names: Vec<String> = first.into_iter().map(|(name, _)| name).collect();
    let mut seen = HashSet::new();
    match names.iter().find(|name| !seen.insert(name.as_str())) {
        Some(twice) => Err(place.whole(&format!("the header names `{twice}` twice; correct the file"))),
        None => Ok((names, records)),
    }
}

/// Opens a file as UTF-8.
fn input(file: &DataFile, layout: &Layout) -> Result<Input, Error> {
    let place = Place { file, layout, names: &[] };
    let (mark, input) = text::open(file)?;
    match (layout.encoding, mark) {
        (None, Mark::None | Mark::Utf8) => Ok(input),
        (None, Mark::Utf16) => {
            Err(place.whole("it begins with the mark of UTF-16; set `csv = { encoding = \"utf-16\" }` on the source"))
        }
        (Some(_), Mark::Utf8) => {
            Err(place.whole("it begins with the mark of UTF-8; leave `csv.encoding` of the source out"))
        }
        (Some(encoding), Mark::Utf16) if ![UTF_16LE, UTF_16BE].contains(&encoding) => Err(place.whole(&format!(
            "it begins with the mark of UTF-16, and `csv.encoding` of the source is {}; set \"utf-16\"",
            encoding.name()
        ))),
        (Some(encoding), Mark::None | Mark::Utf16) => Ok(Box::new(Decoded::new(input, encoding))),
    }
}

/// Returns the characters by which the line `only` seems to be several columns, that of most columns first.
fn separators(only: &str, delimiter: u8) -> Vec<u8> {
    let count = |one: u8| only.bytes().filter(|byte| *byte == one).count();
    let mut found: Vec<u8> = b";\t|,".iter().copied().filter(|one| *one != delimiter && count(*one) > 0).collect();
    found.sort_by_key(|one| std::cmp::Reverse(count(*one)));
    found
}

/// One reading of a file.
struct Reading {
    of: CsvFile,
    records: Records<Input>,
    schema: SchemaRef,
    /// The columns that were asked for, with their numbers in the file.
    filled: Vec<(usize, Column)>,
    ended: bool,
}

impl Reading {
    /// Reads the next batch; absent at the end of the file.
    fn batch(&mut self) -> Result<Option<RecordBatch>, Error> {
        let (mut height, mut bytes) = (0, 0);
        while height < ROWS && bytes < BYTES {
            let Some(rows) = self.records.next(ROWS - height).map_err(|problem| self.of.place().problem(&problem))?
            else {
                self.ended = true;
                self.of.blank.store(self.records.blank(), Ordering::Relaxed);
                break;
            };
            let mut first: Option<(column::Misread, usize)> = None;
            for (column, filled) in &mut self.filled {
                if let Err(misread) = filled.fill(&rows, *column, &self.of.layout.writing)
                    && first.as_ref().is_none_or(|(other, _)| misread.row < other.row)
                {
                    first = Some((misread, *column));
                }
            }
            if let Some((misread, column)) = first {
                let line = rows.line(misread.row, column);
                let (kind, declared) = (self.of.kinds[column], &self.of.declared[column]);
                return Err(self.of.place().misread(&misread, line, column, kind, declared));
            }
            height += rows.height();
            bytes += rows.bytes();
        }
        if height == 0 {
            return Ok(None);
        }
        let columns: Vec<ArrayRef> = self.filled.iter_mut().map(|(_, column)| column.finish()).collect();
        let options = RecordBatchOptions::new().with_row_count(Some(height));
        RecordBatch::try_new_with_options(self.schema.clone(), columns, &options)
            .map(Some)
            .map_err(|cause| self.of.place().whole(&cause.to_string()))
    }
}

impl Iterator for Reading {
    type Item = Result<RecordBatch, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.ended {
            return None;
        }
        let batch = self.batch().transpose();
        self.ended |= !matches!(batch, Some(Ok(_)));
        batch
    }
}

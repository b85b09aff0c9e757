//! NDJSON files: numbers as they are written, the columns of every line, one type per column.
//!
//! A file is read twice: what the columns of a table are is known only at the end of its last file.

mod column;
mod lines;
mod number;
mod place;
mod row;
mod shape;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use arrow::array::{ArrayRef, RecordBatch, RecordBatchOptions};
use arrow::datatypes::{Field, Schema, SchemaRef};
use serde_json::Value as Json;

use super::super::shared::batch_sink::{BYTES, ROWS};
use super::super::{Error, ErrorCode};
use super::data_file::DataFile;
use super::longest::IN_WORDS;
use super::row_table::{Batches, RowFile};
use super::text::{self, Input, Mark};

use column::Column;
use lines::{Lines, Problem};
use place::Place;
use row::{Names, Wanted};
use shape::{Shape, Type};

/// An NDJSON file whose columns are known.
#[derive(Clone, Debug)]
struct NdjsonFile {
    file: DataFile,
    names: Names,
    types: Vec<Type>,
    schema: SchemaRef,
}

/// Opens `files` as one table: every one is read to its end for the types of its columns. A field that a file lacks is NULL
/// there, and numbers have the form that holds those of all files.
///
/// # Errors
/// A file that cannot be read, a line that is no object, and a field that no one type holds.
pub(super) fn open(files: &[DataFile]) -> Result<Vec<Arc<dyn RowFile>>, Error> {
    let (mut names, mut shapes, mut values) = (Names::default(), Vec::<Shape>::new(), Vec::new());
    for (at, file) in files.iter().enumerate() {
        let mut lines = start(file)?;
        while let Some((number, line)) = lines.next().map_err(|problem| unreadable(file, &problem))? {
            let read = row::read(line, number, &mut names, Wanted::All, &mut values);
            read.map_err(|unread| unread_line(file, number, &unread))?;
            shapes.resize_with(names.order().len(), Shape::default);
            for (field, value) in &values {
                let added = shapes[*field].add(value, Place { file: at, line: number });
                added.map_err(|unfit| unfit_field(files, &names.order()[*field], &unfit))?;
            }
        }
        names = names.unseen();
    }
    let called: Vec<String> = files.iter().map(DataFile::to_string).collect();
    let settled = shapes.iter().zip(names.order());
    let types = settled.map(|(shape, name)| shape.settle(&called).map_err(|unfit| unfit_field(files, name, &unfit)));
    let types: Vec<Type> = types.collect::<Result<_, _>>()?;
    let fields = names.order().iter().zip(&types).map(|(name, of)| Field::new(name, column::arrow(of), true));
    let schema = Arc::new(Schema::new(fields.collect::<Vec<Field>>()));
    let opened = files.iter().map(|file| {
        let (names, types, schema) = (names.clone(), types.clone(), schema.clone());
        Arc::new(NdjsonFile { file: file.clone(), names, types, schema }) as Arc<dyn RowFile>
    });
    Ok(opened.collect())
}

fn start(file: &DataFile) -> Result<Lines<Input>, Error> {
    match text::open(file)? {
        (Mark::Utf16, _) => {
            let message = format!("{file} is written in UTF-16; write it in UTF-8");
            Err(Error::new(ErrorCode::SourceUnfit, message))
        }
        (_, input) => Ok(Lines::new(input)),
    }
}

fn unreadable(file: &DataFile, problem: &Problem) -> Error {
    match problem {
        Problem::Input(cause) => text::broken(file, cause),
        Problem::TooLong { line } => {
            fail(file, *line, 0, &format!("the line is longer than {IN_WORDS}; write one JSON object per line"))
        }
        Problem::Encoding { byte, line, column } => {
            let what = format!("the byte 0x{byte:02X} is no UTF-8; write the file in UTF-8");
            fail(file, *line, *column, &what)
        }
    }
}

fn unread_line(file: &DataFile, line: u64, unread: &row::Unread) -> Error {
    fail(file, line, unread.column, &format!("{}; correct the file", unread.why))
}

fn unfit_field(files: &[DataFile], name: &str, unfit: &shape::Unfit) -> Error {
    fail(&files[unfit.place.file], unfit.place.line, 0, &format!("field `{name}`: {}", unfit.why))
}

/// Returns the error for a line, and a character of it where that is known and not 0.
fn fail(file: &DataFile, line: u64, column: usize, what: &str) -> Error {
    let place = if column == 0 { String::new() } else { format!(", column {column}") };
    let message = format!("{file}, line {line}{place}: {what}");
    Error::new(ErrorCode::ValueUnreadable, message)
}

impl RowFile for NdjsonFile {
    fn name(&self) -> String {
        self.file.to_string()
    }

    fn schema(&self) -> SchemaRef {
        self.schema.clone()
    }

    fn read(&self, columns: &[usize]) -> Result<Batches, Error> {
        let mut places = vec![None; self.types.len()];
        for (place, column) in columns.iter().enumerate() {
            places[*column] = Some(place);
        }
        let schema = self.schema.project(columns).map_err(|cause| fail(&self.file, 1, 0, &cause.to_string()))?;
        let filled = columns.iter().map(|column| Column::new(&self.types[*column])).collect();
        Ok(Box::new(Reading {
            file: self.file.clone(),
            lines: start(&self.file)?,
            names: self.names.clone().unseen(),
            places,
            schema: Arc::new(schema),
            filled,
            values: Vec::new(),
            ended: false,
        }))
    }
}

/// One reading of a file.
struct Reading {
    file: DataFile,
    lines: Lines<Input>,
    names: Names,
    /// The place of each field among the columns that were asked for.
    places: Vec<Option<usize>>,
    schema: SchemaRef,
    filled: Vec<Column>,
    values: Vec<(usize, Json)>,
    ended: bool,
}

impl Reading {
    /// Reads the next batch; absent at the end of the file.
    fn batch(&mut self) -> Result<Option<RecordBatch>, Error> {
        let (file, width) = (&self.file, self.filled.len());
        let (mut height, mut bytes) = (0, 0);
        while height < ROWS && bytes < BYTES {
            let Some((number, line)) = self.lines.next().map_err(|problem| unreadable(file, &problem))? else {
                self.ended = true;
                break;
            };
            let wanted = Wanted::Some(&self.places);
            let read = row::read(line, number, &mut self.names, wanted, &mut self.values);
            read.map_err(|unread| unread_line(file, number, &unread))?;
            self.values.sort_unstable_by_key(|(place, _)| *place);
            let mut values = self.values.iter().peekable();
            for place in 0..width {
                let filled = &mut self.filled[place];
                match values.next_if(|(of, _)| *of == place) {
                    None => filled.add_null(),
                    Some((_, value)) => filled.add(value).map_err(|column::Misfit| {
                        let name = self.schema.field(place).name();
                        fail(file, number, 0, &format!("field `{name}` changed while the file was read; run it again"))
                    })?,
                }
            }
            height += 1;
            bytes += line.len();
        }
        if height == 0 {
            return Ok(None);
        }
        let columns: Vec<ArrayRef> = self.filled.iter_mut().map(Column::finish).collect();
        let options = RecordBatchOptions::new().with_row_count(Some(height));
        let batch = RecordBatch::try_new_with_options(self.schema.clone(), columns, &options);
        batch.map(Some).map_err(|cause| {
            let message = format!("{} cannot be read as NDJSON: {cause}", self.file);
            Error::new(ErrorCode::SourceUnfit, message)
        })
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

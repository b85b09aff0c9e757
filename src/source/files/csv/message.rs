//! What is wrong with a CSV file, in words that lead to its place and to the setting that would help.

use super::super::data_file::DataFile;
use super::super::longest::IN_WORDS;
use super::super::text;
use super::column::Misread;
use super::options::Layout;
use super::records::Problem;
use super::scan::Fault;
use super::value::{self, Kind};
use crate::source::{Error, ErrorCode};

/// Most characters of a value that are shown.
const SHOWN: usize = 80;

/// A CSV file as errors name it.
#[derive(Clone, Copy)]
pub(super) struct Place<'a> {
    pub(super) file: &'a DataFile,
    pub(super) layout: &'a Layout,
    /// The names of its columns, as far as they are known.
    pub(super) names: &'a [String],
}

impl Place<'_> {
    /// Returns the error for a file as a whole.
    pub(super) fn whole(self, what: &str) -> Error {
        let message = format!("{} cannot be read as CSV: {what}", self.file);
        Error::new(ErrorCode::SourceUnfit, message)
    }

    /// Returns the error for what keeps the file from being read.
    pub(super) fn problem(self, problem: &Problem) -> Error {
        match problem {
            Problem::Input(cause) => text::broken(self.file, cause),
            Problem::Record { fault, line, field } => self.fault(*fault, *line, *field),
            Problem::Encoding { byte, line, field } => {
                let what = format!(
                    "the byte 0x{byte:02X} is no UTF-8; set `csv = {{ encoding = \"latin1\" }}` on the source if the file \
                     is written in that, or write it in UTF-8"
                );
                self.at(*line, Some(*field), &what)
            }
            Problem::TooLong { line, quote } => {
                let open = quote.map_or(String::new(), |quote| {
                    format!(", with the quote open that stands on line {quote}; close it")
                });
                self.at(*line, None, &format!("a record is longer than {IN_WORDS}{open}"))
            }
        }
    }

    fn fault(self, fault: Fault, line: u64, field: usize) -> Error {
        let delimiter = char::from(self.layout.marks.delimiter);
        let what = match fault {
            Fault::StrayQuote => {
                "a quote stands in a field that does not begin with one; enclose the field in quotes and write the quote \
                 twice, or set `csv = { quote = \"\" }` on the source if quotes are text"
                    .to_owned()
            }
            Fault::BehindQuote => {
                "text follows the closing quote of a field; write a quote within a field twice".to_owned()
            }
            Fault::LoneReturn => {
                "a carriage return stands outside of quotes and before no line feed; enclose the field in quotes, or end \
                 lines with LF or CRLF"
                    .to_owned()
            }
            Fault::Unclosed => {
                "the quote that opens here is closed nowhere; close it, or set `csv = { quote = \"\" }` on the source if \
                 quotes are text"
                    .to_owned()
            }
            Fault::Ragged { found } => {
                let first = if self.layout.header { "header" } else { "first line" };
                let has = |count: usize| format!("{count} field{}", if count == 1 { "" } else { "s" });
                let hint = match delimiter {
                    ',' => "enclose a field in quotes that holds a comma, such as a number with a decimal comma",
                    _ => "enclose a field in quotes that holds the delimiter",
                };
                let (found, wanted) = (has(found), has(self.names.len()));
                return self.at(line, None, &format!("{found}, where the {first} has {wanted}; {hint}"));
            }
        };
        self.at(line, Some(field), &what)
    }

    /// Returns the error for a field that is no value of its column's type.
    pub(super) fn misread(self, misread: &Misread, line: u64, column: usize, kind: Kind, declared: &str) -> Error {
        let text = &misread.text;
        let mut shown: String = text.chars().take(SHOWN).collect();
        if shown.len() < text.len() {
            shown.push('…');
        }
        let advice = value::advice(kind, text, self.layout.writing.point);
        let mut error = self.at(line, Some(column), &format!("{shown:?} is no {declared}; {advice}"));
        error.code = ErrorCode::ValueUnreadable;
        error
    }

    fn at(self, line: u64, field: Option<usize>, what: &str) -> Error {
        let column = match field.map(|field| (field, self.names.get(field))) {
            None => String::new(),
            Some((_, Some(name))) => format!(", column `{name}`"),
            Some((field, None)) => format!(", column {}", field + 1),
        };
        Error::new(ErrorCode::SourceUnfit, format!("{}, line {line}{column}: {what}", self.file))
    }
}

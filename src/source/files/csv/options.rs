//! How a CSV file is written, where it is not as RFC 4180 says: what a suite tells of it.

use encoding_rs::Encoding;
use serde::Deserialize;

use super::column::Writing;
use super::scan::Marks;

/// What a suite says of the CSV files of a source: `csv = { delimiter = ";", decimal = ",", null = "NA" }`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, schemars::JsonSchema)]
#[serde(default, deny_unknown_fields, expecting = "a table")]
pub struct CsvOptions {
    /// Separates fields, one ASCII character; unless given a comma, in `.tsv` files a tab.
    pub delimiter: Option<char>,
    /// Encloses fields, one ASCII character, `"` unless given; empty where quotes are text like any other.
    pub quote: Option<String>,
    /// Whether the first line names the columns; without it they are `column_1`, `column_2` …
    pub header: bool,
    /// What stands without quotes for NULL; nothing, unless given, and then an empty field is empty text.
    pub null: Option<String>,
    /// The decimal point of decimals and floats; `.` unless given.
    pub decimal: Option<char>,
    /// How the text is encoded, by a name that browsers know, such as `latin1` or `utf-16`; UTF-8 unless given.
    pub encoding: Option<String>,
}

impl Default for CsvOptions {
    fn default() -> Self {
        CsvOptions { delimiter: None, quote: None, header: true, null: None, decimal: None, encoding: None }
    }
}

/// How one CSV file is written.
#[derive(Clone, Debug)]
pub(super) struct Layout {
    pub(super) marks: Marks,
    /// Nobody said what separates fields.
    pub(super) guessed: bool,
    pub(super) header: bool,
    pub(super) writing: Writing,
    /// Absent for UTF-8.
    pub(super) encoding: Option<&'static Encoding>,
}

impl CsvOptions {
    /// Checks that the settings can be meant together.
    ///
    /// # Errors
    /// The setting that cannot be, and what it may be.
    pub fn check(&self) -> Result<(), String> {
        self.layout(false).map(drop)
    }

    /// Returns how a file is written, one with `tabs` between its fields unless something else is said.
    ///
    /// # Errors
    /// As [`CsvOptions::check`].
    pub(super) fn layout(&self, tabs: bool) -> Result<Layout, String> {
        let usual = if tabs { '\t' } else { ',' };
        let ends_line = |byte: u8| matches!(byte, b'\r' | b'\n');
        let delimiter = ascii(self.delimiter.unwrap_or(usual)).filter(|byte| !ends_line(*byte));
        let delimiter = delimiter.ok_or("`csv.delimiter` is one ASCII character that ends no line, such as \";\"")?;
        let quote = match self.quote.as_deref().unwrap_or("\"") {
            "" => None,
            text => {
                let one = text.parse().ok().and_then(ascii).filter(|byte| !ends_line(*byte));
                Some(one.ok_or("`csv.quote` is one ASCII character, or \"\" for none")?)
            }
        };
        if quote == Some(delimiter) {
            let message = "`csv.delimiter` is also the quote; name another with `csv.quote`, or \"\" for none";
            return Err(message.to_owned());
        }
        let point =
            ascii(self.decimal.unwrap_or('.')).filter(u8::is_ascii_punctuation).filter(|byte| !b"+-".contains(byte));
        let point = point.ok_or("`csv.decimal` is a decimal point, such as \",\"")?;
        let null = self.null.clone().unwrap_or_default();
        if null.bytes().any(|byte| byte == delimiter || Some(byte) == quote || ends_line(byte)) {
            let message =
                "`csv.null` holds a delimiter, a quote or the end of a line, which never stands without quotes";
            return Err(message.to_owned());
        }
        let encoding = self.encoding.as_deref().map(named).transpose()?.flatten();
        Ok(Layout {
            marks: Marks { delimiter, quote },
            guessed: self.delimiter.is_none(),
            header: self.header,
            writing: Writing { null, point },
            encoding,
        })
    }
}

fn ascii(character: char) -> Option<u8> {
    u8::try_from(character).ok().filter(u8::is_ascii)
}

/// Returns the encoding of this name; absent for UTF-8, which needs no decoding.
fn named(name: &str) -> Result<Option<&'static Encoding>, String> {
    match Encoding::for_label(name.as_bytes()) {
        Some(encoding) if encoding == encoding_rs::UTF_8 => Ok(None),
        Some(encoding) if encoding != encoding_rs::REPLACEMENT && encoding != encoding_rs::X_USER_DEFINED => {
            Ok(Some(encoding))
        }
        _ => Err(format!(
            "`csv.encoding` \"{name}\" is unknown; known are the names that browsers know, such as \"latin1\", \
             \"windows-1250\", \"utf-16\" and \"shift_jis\""
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Layout, String> {
        let options: CsvOptions = toml::from_str(text).map_err(|cause| cause.to_string())?;
        options.check()?;
        options.layout(false)
    }

    /// Catches a setting that is not heard, or heard as another.
    #[test]
    fn settings_say_how_a_file_is_written() {
        let usual = read("").unwrap();
        assert_eq!(usual.marks, Marks { delimiter: b',', quote: Some(b'"') });
        assert!(usual.header && usual.guessed && usual.encoding.is_none());
        assert_eq!(usual.writing, Writing { null: String::new(), point: b'.' });
        assert_eq!(CsvOptions::default().layout(true).unwrap().marks.delimiter, b'\t');
        let all = "delimiter = ';'\nquote = \"'\"\nheader = false\nnull = 'NA'\ndecimal = ','\nencoding = 'latin1'";
        let all = read(all).unwrap();
        assert_eq!(all.marks, Marks { delimiter: b';', quote: Some(b'\'') });
        assert!(!all.header && !all.guessed);
        assert_eq!(all.writing, Writing { null: "NA".to_owned(), point: b',' });
        assert_eq!(all.encoding, Some(encoding_rs::WINDOWS_1252));
        assert_eq!(read("quote = ''").unwrap().marks.quote, None);
        assert_eq!(read("encoding = 'UTF8'").unwrap().encoding, None);
    }

    /// Catches a setting that cannot be meant and is taken for another.
    #[test]
    fn settings_that_cannot_be_are_refused() {
        for (text, says) in [
            ("delimiter = ';;'", "delimiter"),
            ("delimiter = '§'", "`csv.delimiter` is one ASCII character"),
            ("delimiter = \"\\n\"", "`csv.delimiter` is one ASCII character"),
            ("delimiter = '\"'", "`csv.delimiter` is also the quote"),
            ("delimiter = ';'\nquote = ';'", "`csv.delimiter` is also the quote"),
            ("quote = 'ab'", "`csv.quote` is one"),
            ("quote = '»'", "`csv.quote` is one"),
            ("decimal = '5'", "`csv.decimal`"),
            ("decimal = '-'", "`csv.decimal`"),
            ("null = 'N,A'", "`csv.null`"),
            ("encoding = 'ebcdic'", "`csv.encoding` \"ebcdic\" is unknown"),
            ("delimeter = ';'", "unknown field"),
            ("header = 'no'", "header"),
        ] {
            let message = read(text).unwrap_err();
            assert!(message.contains(says), "{text}: {message}");
        }
    }
}

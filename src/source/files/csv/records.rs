//! The records of a CSV file, read in pieces: each piece is text in UTF-8 with the places of its fields.
//!
//! A piece ends where a record ends, so that no state is carried from one to the next but the number of the line.

use std::borrow::Cow;
use std::io::{self, Read};

use super::super::longest::LONGEST;
use super::scan::{Fault, Field, Found, Marks, Scanner};

/// Bytes that are read at once.
pub(super) const PIECE: usize = 256 << 10;

/// What keeps a file from being read on.
#[derive(Debug)]
pub(super) enum Problem {
    /// The file cannot be read.
    Input(io::Error),
    /// A record that is not written as CSV.
    Record { fault: Fault, line: u64, field: usize },
    /// A byte that is no UTF-8, with the number of its field in the record.
    Encoding { byte: u8, line: u64, field: usize },
    /// A record longer than [`LONGEST`]: its first line, and the line of the quote that is open.
    TooLong { line: u64, quote: Option<u64> },
}

/// Records of one piece.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rows<'a> {
    text: &'a str,
    fields: &'a [Field],
    width: usize,
    height: usize,
    line: u64,
    quote: Option<u8>,
}

/// A field as it is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Written<'a> {
    pub(super) text: Cow<'a, str>,
    pub(super) quoted: bool,
}

impl<'a> Rows<'a> {
    /// Returns how many fields each has.
    pub(super) fn width(&self) -> usize {
        self.width
    }

    /// Returns how many there are.
    pub(super) fn height(&self) -> usize {
        self.height
    }

    /// Returns the bytes that they are written in.
    pub(super) fn bytes(&self) -> usize {
        self.text.len()
    }

    /// Returns the fields of the column with this number, from the first record to the last.
    pub(super) fn column(&self, column: usize) -> impl Iterator<Item = Written<'a>> + use<'a> {
        let (text, quote) = (self.text, self.quote);
        let fields = self.fields.get(column..).unwrap_or_default().iter().step_by(self.width.max(1));
        fields.map(move |field| read(text, *field, quote))
    }

    /// Returns the line on which the field at `row` and `column` begins.
    pub(super) fn line(&self, row: usize, column: usize) -> u64 {
        let field = self.fields[row * self.width + column];
        self.line + lines(&self.text.as_bytes()[..field.range().start])
    }
}

fn read(text: &str, field: Field, quote: Option<u8>) -> Written<'_> {
    let inner = &text[field.range()];
    let text = match quote {
        Some(quote) if field.is_doubled() => {
            let quote = char::from(quote);
            Cow::Owned(inner.replace(&String::from_iter([quote, quote]), quote.encode_utf8(&mut [0; 4])))
        }
        _ => Cow::Borrowed(inner),
    };
    Written { text, quoted: field.is_quoted() }
}

fn lines(text: &[u8]) -> u64 {
    memchr::memchr_iter(b'\n', text).count() as u64
}

/// Reads records from bytes.
#[derive(Debug)]
pub(super) struct Records<R> {
    input: R,
    scanner: Scanner,
    quote: Option<u8>,
    piece: usize,
    longest: usize,
    buffer: Vec<u8>,
    /// What of the buffer is read and not yet given away.
    start: usize,
    end: usize,
    /// What was given away last.
    given: usize,
    /// Nothing more will come.
    last: bool,
    /// The line on which what is left begins, from 1.
    line: u64,
    blank: u64,
}

impl<R: Read> Records<R> {
    /// Reads `input` in pieces of so many bytes.
    pub(super) fn new(input: R, marks: Marks, piece: usize) -> Records<R> {
        Records {
            input,
            scanner: Scanner::new(marks),
            quote: marks.quote,
            piece,
            longest: LONGEST,
            buffer: vec![0; piece],
            start: 0,
            end: 0,
            given: 0,
            last: false,
            line: 1,
            blank: 0,
        }
    }

    /// Says how long a record may be.
    #[cfg(test)]
    pub(super) fn with_longest(self, longest: usize) -> Records<R> {
        Records { longest, ..self }
    }

    /// Returns how many blank lines there were so far.
    pub(super) fn blank(&self) -> u64 {
        self.blank
    }

    /// Reads up to `most` records; absent at the end of the file.
    ///
    /// # Errors
    /// What is wrong with the first record that is not read; the next call says the same.
    pub(super) fn next(&mut self, most: usize) -> Result<Option<Rows<'_>>, Problem> {
        self.advance();
        if self.end - self.start < self.piece / 2 {
            self.fill()?;
        }
        let length = loop {
            let text = &self.buffer[self.start..self.end];
            let (length, found) = self.scanner.scan(text, self.last, most);
            if self.scanner.rows() > 0 {
                break length;
            }
            if let Some(Found { fault, at, field }) = found {
                let line = self.line + lines(&text[..at]);
                return Err(Problem::Record { fault, line, field });
            }
            self.given = length;
            self.blank += self.scanner.blank() as u64;
            self.advance();
            if self.last {
                return Ok(None);
            }
            if self.end - self.start >= self.longest {
                return Err(self.too_long());
            }
            self.fill()?;
        };
        let length = self.valid(length)?;
        self.blank += self.scanner.blank() as u64;
        self.given = length;
        // Looked at once more, which takes next to nothing beside reading it: a text cannot be kept beside its buffer.
        let text = std::str::from_utf8(&self.buffer[self.start..self.start + length]).expect("checked before");
        Ok(Some(Rows {
            text,
            fields: self.scanner.fields(),
            width: self.scanner.width(),
            height: self.scanner.rows(),
            line: self.line,
            quote: self.quote,
        }))
    }

    /// Lets go of what was given away.
    fn advance(&mut self) {
        self.line += lines(&self.buffer[self.start..self.start + self.given]);
        self.start += self.given;
        self.given = 0;
    }

    /// Reads on, into a larger buffer where it is full of one record.
    fn fill(&mut self) -> Result<(), Problem> {
        self.buffer.copy_within(self.start..self.end, 0);
        (self.start, self.end) = (0, self.end - self.start);
        if self.end == self.buffer.len() {
            self.buffer.resize((2 * self.end).max(self.piece), 0);
        }
        while self.end < self.buffer.len() && !self.last {
            match self.input.read(&mut self.buffer[self.end..]) {
                Ok(0) => self.last = true,
                Ok(read) => self.end += read,
                Err(cause) if cause.kind() == io::ErrorKind::Interrupted => {}
                Err(cause) => return Err(Problem::Input(cause)),
            }
        }
        Ok(())
    }

    /// Returns how much of the records found is UTF-8, whole records only, and forgets the others.
    fn valid(&mut self, length: usize) -> Result<usize, Problem> {
        let text = &self.buffer[self.start..self.start + length];
        let Err(cause) = std::str::from_utf8(text) else { return Ok(length) };
        let (good, width) = (cause.valid_up_to(), self.scanner.width());
        let fields = self.scanner.fields();
        let rows = fields.chunks(width).take_while(|row| row[width - 1].range().end <= good).count();
        if rows > 0 {
            return Ok(self.scanner.scan(text, true, rows).0);
        }
        let field = fields.iter().take_while(|field| field.range().end <= good).count();
        Err(Problem::Encoding { byte: text[good], line: self.line + lines(&text[..good]), field })
    }

    fn too_long(&self) -> Problem {
        let text = &self.buffer[self.start..self.end];
        // To a scanner of its own the piece ends here, and so does an open quote.
        let (_, found) = Scanner::new(self.scanner.marks()).scan(text, true, 1);
        let quote = found.filter(|found| found.fault == Fault::Unclosed);
        Problem::TooLong { line: self.line, quote: quote.map(|found| self.line + lines(&text[..found.at])) }
    }
}

//! The lines of a text file, none of them longer than memory allows.

use std::io::{self, BufRead, BufReader, Read};

use super::super::longest::LONGEST;

/// Bytes that are read at once.
const PIECE: usize = 256 << 10;

/// What keeps a line from being read.
#[derive(Debug)]
pub(super) enum Problem {
    /// The file cannot be read.
    Input(io::Error),
    /// The line is longer than [`LONGEST`].
    TooLong { line: u64 },
    /// A byte is no UTF-8; columns count from 1.
    Encoding { byte: u8, line: u64, column: usize },
}

/// Reads lines.
pub(super) struct Lines<R> {
    input: BufReader<R>,
    buffer: Vec<u8>,
    longest: usize,
    number: u64,
}

impl<R: Read> Lines<R> {
    pub(super) fn new(input: R) -> Lines<R> {
        Lines::bounded(input, LONGEST)
    }

    fn bounded(input: R, longest: usize) -> Lines<R> {
        Lines { input: BufReader::with_capacity(PIECE, input), buffer: Vec::new(), longest, number: 0 }
    }

    /// Returns the next line that holds more than blanks, with its number from 1; absent behind the last.
    pub(super) fn next(&mut self) -> Result<Option<(u64, &str)>, Problem> {
        loop {
            self.buffer.clear();
            let most = self.longest as u64 + 1;
            let read = self.input.by_ref().take(most).read_until(b'\n', &mut self.buffer).map_err(Problem::Input)?;
            if read == 0 {
                return Ok(None);
            }
            self.number += 1;
            if read > self.longest {
                return Err(Problem::TooLong { line: self.number });
            }
            if !self.buffer.iter().all(u8::is_ascii_whitespace) {
                break;
            }
        }
        let line = self.number;
        match std::str::from_utf8(&self.buffer) {
            Ok(text) => Ok(Some((line, text.trim_end_matches(['\r', '\n'])))),
            Err(cause) => {
                let at = cause.valid_up_to();
                let column = 1 + String::from_utf8_lossy(&self.buffer[..at]).chars().count();
                Err(Problem::Encoding { byte: self.buffer[at], line, column })
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Catches a line that is lost, cut or counted wrongly, and one that fills the memory.
    #[test]
    fn lines_come_with_their_numbers() {
        let text = "{\"a\":1}\n\n  \t\r\n{\"b\":\"é\"}\r\n{}";
        let mut lines = Lines::bounded(text.as_bytes(), 12);
        let mut read = Vec::new();
        while let Some((number, line)) = lines.next().unwrap() {
            read.push((number, line.to_owned()));
        }
        assert_eq!(read, [(1, "{\"a\":1}".to_owned()), (4, "{\"b\":\"é\"}".to_owned()), (5, "{}".to_owned())]);
        for text in ["0123456789\n", "0123456789"] {
            assert!(Lines::bounded(text.as_bytes(), 11).next().is_ok());
            assert!(matches!(Lines::bounded(text.as_bytes(), 9).next(), Err(Problem::TooLong { line: 1 })));
        }
        let mut lines = Lines::new(&b"{}\n{\"\xc3\xa9\xe9\"}\n"[..]);
        lines.next().unwrap();
        assert!(matches!(lines.next(), Err(Problem::Encoding { byte: 0xe9, line: 2, column: 4 })));
    }
}

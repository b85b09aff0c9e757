//! The rows of an Avro file, unpacked and counted: given on as the same file in small blocks that are not packed, each known to
//! hold the rows that it says. The reader of such files would never end at a block that holds more, and would take whatever
//! memory a packed one asks for.

use std::io::{self, BufRead, BufReader, Read};
use std::sync::{Arc, Mutex, PoisonError};

use super::super::longest::{HINT, IN_WORDS, LONGEST};
use super::super::whole::CUT;
use super::head::{Head, MARK, number, put};
use super::layout::{Layout, Stop};
use super::packing::unpacked;

/// Bytes that are unpacked at once.
const PIECE: usize = 256 << 10;

/// Most rows of a block that is given on.
const ROWS: u64 = 4096;

/// What a file is read from.
type Bytes = Box<dyn Read + Send>;

/// A file, which the unpackers of its blocks read one after the other; and the bytes of it that were read.
#[derive(Clone)]
struct Input(Arc<Mutex<(BufReader<Bytes>, u64)>>);

impl Input {
    fn at(&self) -> u64 {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).1
    }

    /// Takes a number; absent at the end of the file.
    fn number(&mut self) -> io::Result<Option<u64>> {
        let mut bytes = Vec::new();
        loop {
            let mut byte = [0];
            if self.read(&mut byte)? == 0 {
                return if bytes.is_empty() { Ok(None) } else { Err(broken(CUT)) };
            }
            bytes.push(byte[0]);
            if let Some(number) = number(&mut bytes.as_slice()) {
                let number = u64::try_from(number).map_err(|_| broken("a block of it has a length below 0"))?;
                return Ok(Some(number));
            }
            if bytes.len() > MARK {
                return Err(broken("a number of it has more than 64 bits"));
            }
        }
    }
}

impl Read for Input {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let mut input = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let read = input.0.read(into)?;
        input.1 += read as u64;
        Ok(read)
    }
}

/// What is wrong with the file.
fn broken(why: impl Into<String>) -> io::Error {
    io::Error::other(why.into())
}

/// A block that is being read.
struct Block {
    /// Rows that it says it has.
    rows: u64,
    /// Those of them that were not yet given on.
    left: u64,
    unpacked: Bytes,
    /// Where it ends in the file.
    end: u64,
}

/// The rows of a file, as a file whose blocks are not packed.
pub(in super::super) struct Rows {
    head: Head,
    layout: Layout,
    input: Input,
    block: Option<Block>,
    /// Bytes that were unpacked; those before `at` are of rows that were given on.
    window: Vec<u8>,
    at: usize,
    /// What is given next, from `given` on.
    piece: Vec<u8>,
    given: usize,
}

impl Rows {
    /// Reads the rows of a file with this head, from its first byte on.
    ///
    /// # Errors
    /// A file that has another head by now.
    pub(super) fn new(head: Head, layout: Layout, file: Bytes) -> io::Result<Rows> {
        let mut input = Input(Arc::new(Mutex::new((BufReader::with_capacity(PIECE, file), 0))));
        let mut bytes = vec![0; head.end];
        input.read_exact(&mut bytes)?;
        if Head::read(&bytes).and_then(Result::ok).as_ref() != Some(&head) {
            return Err(broken("it was replaced while it was read"));
        }
        let piece = head.plain();
        Ok(Rows { head, layout, input, block: None, window: Vec::new(), at: 0, piece, given: 0 })
    }

    /// Reads the rows of a file that is in memory.
    ///
    /// # Errors
    /// What is no Avro file, or has a schema that is none.
    pub(in super::super) fn of(file: bytes::Bytes) -> Result<Rows, String> {
        let head = Head::read(&file).unwrap_or_else(|| Err(CUT.to_owned()))?;
        let layout = Layout::of(&head.schema)?;
        Rows::new(head, layout, Box::new(io::Cursor::new(file))).map_err(|cause| cause.to_string())
    }

    /// Returns how many rows like the first have so many bytes, at least one.
    ///
    /// # Errors
    /// What is wrong with the first rows.
    pub(super) fn within(&mut self, bytes: usize) -> io::Result<usize> {
        let Some((rows, next)) = self.next()? else { return Ok(1) };
        let each = next.len().div_ceil(usize::try_from(rows).unwrap_or(1).max(1)).max(1);
        self.piece.extend(next);
        Ok((bytes / each).max(1))
    }

    /// Makes the next block: its rows, and its bytes with their numbers before them; absent at the end.
    fn next(&mut self) -> io::Result<Option<(u64, Vec<u8>)>> {
        loop {
            let Some(left) = self.block.as_ref().map(|block| block.left) else {
                if self.begin()? {
                    continue;
                }
                return Ok(None);
            };
            if left == 0 {
                self.end()?;
                continue;
            }
            let (from, mut rows) = (self.at, 0);
            while rows < left.min(ROWS) {
                match self.layout.row(&self.window[self.at..]) {
                    Ok(length) if length > LONGEST => return Err(broken(too_long())),
                    Ok(length) => self.at += length,
                    Err(Stop::Short) => break,
                    Err(Stop::Wrong(why)) => return Err(broken(why)),
                }
                rows += 1;
            }
            if rows == 0 {
                self.unpack()?;
                continue;
            }
            if let Some(block) = &mut self.block {
                block.left -= rows;
            }
            let mut next = Vec::with_capacity(self.at - from + 2 * MARK);
            put(&mut next, rows);
            put(&mut next, (self.at - from) as u64);
            next.extend(&self.window[from..self.at]);
            next.extend(self.head.mark);
            return Ok(Some((rows, next)));
        }
    }

    /// Begins the next block, if there is one.
    fn begin(&mut self) -> io::Result<bool> {
        let Some(rows) = self.input.number()? else { return Ok(false) };
        let size = self.input.number()?.ok_or_else(|| broken(CUT))?;
        let end = self.input.at().saturating_add(size);
        let unpacked = unpacked(&self.head.codec, self.input.clone().take(size))?;
        self.block = Some(Block { rows, left: rows, unpacked, end });
        Ok(true)
    }

    /// Unpacks more of a row that does not end in what is unpacked.
    fn unpack(&mut self) -> io::Result<()> {
        let Some(block) = &mut self.block else { return Ok(()) };
        self.window.drain(..self.at);
        self.at = 0;
        if self.window.len() > LONGEST {
            return Err(broken(too_long()));
        }
        let more = self.window.len().max(PIECE) as u64;
        if block.unpacked.by_ref().take(more).read_to_end(&mut self.window)? == 0 {
            let (rows, found) = (block.rows, block.rows - block.left);
            return Err(broken(format!("a block of it says that it has {}, and has {found}", counted(rows))));
        }
        Ok(())
    }

    /// Ends the block whose rows were all given on.
    fn end(&mut self) -> io::Result<()> {
        let Some(mut block) = self.block.take() else { return Ok(()) };
        if self.at < self.window.len() || block.unpacked.read(&mut [0])? > 0 {
            return Err(broken(format!("a block of it says that it has {}, and has more", counted(block.rows))));
        }
        self.window.clear();
        self.at = 0;
        let rest = block.end.saturating_sub(self.input.at());
        io::copy(&mut self.input.by_ref().take(rest), &mut io::sink())?;
        let mut mark = [0; MARK];
        self.input.read_exact(&mut mark)?;
        if mark == self.head.mark {
            return Ok(());
        }
        Err(broken("a block of it does not end with the mark of the file"))
    }
}

fn counted(rows: u64) -> String {
    if rows == 1 { "1 row".to_owned() } else { format!("{rows} rows") }
}

fn too_long() -> String {
    format!("a row of it is longer than {IN_WORDS}; {HINT}")
}

impl Read for Rows {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let read = self.fill_buf()?.read(into)?;
        self.consume(read);
        Ok(read)
    }
}

impl BufRead for Rows {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.given == self.piece.len() {
            self.piece = self.next()?.map(|(_, next)| next).unwrap_or_default();
            self.given = 0;
        }
        Ok(&self.piece[self.given..])
    }

    fn consume(&mut self, bytes: usize) {
        self.given += bytes;
    }
}

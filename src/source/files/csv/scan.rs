//! Where the fields of CSV text begin and end: RFC 4180 to the letter, in one pass over the bytes that mean something.
//!
//! Text is looked at in blocks of 64 bytes, of which a mask tells the few that end a field, a line or a quotation.
//! Nothing is copied; what the fields hold is for others to read.

/// The bytes that separate fields and enclose them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Marks {
    /// Separates two fields.
    pub(super) delimiter: u8,
    /// Encloses a field that may then hold anything; absent where quotes are text.
    pub(super) quote: Option<u8>,
}

const QUOTED: u32 = 1 << 31;
const DOUBLED: u32 = 1 << 30;

/// Where a field stands in its text, without the quotes around it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Field {
    start: u32,
    /// The end, and in its highest bits how the field is written.
    end: u32,
}

impl Field {
    fn new(start: usize, end: usize, written: u32) -> Field {
        let place = |at: usize| u32::try_from(at).expect("a text is shorter than what 30 bits count");
        Field { start: place(start), end: place(end) | written }
    }

    /// Returns the bytes of the field, doubled quotes still doubled.
    pub(super) fn range(self) -> std::ops::Range<usize> {
        self.start as usize..(self.end & !(QUOTED | DOUBLED)) as usize
    }

    /// Tells whether quotes enclose it.
    pub(super) fn is_quoted(self) -> bool {
        self.end & QUOTED != 0
    }

    /// Tells whether a quote within it is written twice.
    pub(super) fn is_doubled(self) -> bool {
        self.end & DOUBLED != 0
    }
}

/// What is wrong with a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    /// A quote within a field that does not begin with one.
    StrayQuote,
    /// Text between a closing quote and the end of the field.
    BehindQuote,
    /// A carriage return outside of quotes that no line feed follows.
    LoneReturn,
    /// More or fewer fields than the first record has.
    Ragged { found: usize },
    /// A quote that nothing closes.
    Unclosed,
}

/// A fault with its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Found {
    pub(super) fault: Fault,
    /// The byte that is wrong, counted from the start of the text.
    pub(super) at: usize,
    /// The number of its field in the record, from 0.
    pub(super) field: usize,
}

/// The fields of the records of one text.
#[derive(Debug)]
pub(super) struct Scanner {
    marks: Marks,
    /// How many fields each record has, once the first is read.
    width: Option<usize>,
    fields: Vec<Field>,
    rows: usize,
    blank: usize,
}

impl Scanner {
    pub(super) fn new(marks: Marks) -> Scanner {
        Scanner { marks, width: None, fields: Vec::new(), rows: 0, blank: 0 }
    }

    /// Returns what fields are told by.
    pub(super) fn marks(&self) -> Marks {
        self.marks
    }

    /// Returns how many fields each record has; 0 before the first.
    pub(super) fn width(&self) -> usize {
        self.width.unwrap_or(0)
    }

    /// Returns the records found by the last scan.
    pub(super) fn rows(&self) -> usize {
        self.rows
    }

    /// Returns the blank lines found by the last scan.
    pub(super) fn blank(&self) -> usize {
        self.blank
    }

    /// Returns the fields found by the last scan, record after record.
    pub(super) fn fields(&self) -> &[Field] {
        &self.fields
    }

    /// Finds up to `most` records from the start of `text`, which must be below 2³⁰ bytes, and returns where the next one
    /// starts. A record whose end is not in `text` is left for a longer one, unless `text` is the `last`. Lines of nothing
    /// are no records.
    ///
    /// # Errors
    /// What is wrong with the record behind those that were found.
    pub(super) fn scan(&mut self, text: &[u8], last: bool, most: usize) -> (usize, Option<Found>) {
        self.fields.clear();
        (self.rows, self.blank) = (0, 0);
        let needles = Needles::new(self.marks);
        let delimiter = self.marks.delimiter;
        let mut at = Place::new(0, 0);
        let mut base = 0;
        for block in text.chunks(BLOCK) {
            let mut bits = needles.find(block);
            while bits != 0 {
                let here = base + bits.trailing_zeros() as usize;
                bits &= bits - 1;
                let byte = text[here];
                if at.inside {
                    if Some(byte) == self.marks.quote {
                        (at.inside, at.close) = (false, here);
                    }
                } else if byte == delimiter {
                    match at.field(here) {
                        Ok(field) => self.fields.push(field),
                        Err(fault) => return self.wrong(&at, fault),
                    }
                    at = Place { field: here + 1, quoted: false, doubled: false, ..at };
                } else if byte == b'\n' {
                    let end = here - usize::from(here > at.field && text[here - 1] == b'\r');
                    if end == at.record {
                        self.blank += 1;
                        at = Place::new(here + 1, self.fields.len());
                        continue;
                    }
                    if let Err(fault) = self.end(&at, end) {
                        return self.wrong(&at, fault);
                    }
                    at = Place::new(here + 1, self.fields.len());
                    if self.rows == most {
                        return (at.record, None);
                    }
                } else if byte == b'\r' {
                    // One at the very end waits for what follows.
                    if text.get(here + 1).map_or(last, |next| *next != b'\n') {
                        return self.wrong(&at, (Fault::LoneReturn, here));
                    }
                } else if here == at.field {
                    (at.inside, at.quoted) = (true, true);
                } else if at.quoted && at.close + 1 == here {
                    (at.inside, at.doubled) = (true, true);
                } else {
                    let fault = if at.quoted { (Fault::BehindQuote, at.close + 1) } else { (Fault::StrayQuote, here) };
                    return self.wrong(&at, fault);
                }
            }
            base += BLOCK;
        }
        if last && at.inside {
            return self.wrong(&at, (Fault::Unclosed, at.field));
        }
        if last && at.record < text.len() {
            if let Err(fault) = self.end(&at, text.len()) {
                return self.wrong(&at, fault);
            }
            return (text.len(), None);
        }
        self.fields.truncate(at.first);
        (at.record, None)
    }

    /// Ends a record with its last field.
    fn end(&mut self, at: &Place, end: usize) -> Result<(), (Fault, usize)> {
        self.fields.push(at.field(end)?);
        let found = self.fields.len() - at.first;
        if found != *self.width.get_or_insert(found) {
            return Err((Fault::Ragged { found }, at.record));
        }
        self.rows += 1;
        Ok(())
    }

    fn wrong(&mut self, place: &Place, (fault, at): (Fault, usize)) -> (usize, Option<Found>) {
        let field = self.fields.len() - place.first;
        self.fields.truncate(place.first);
        (place.record, Some(Found { fault, at, field }))
    }
}

/// Where a scan stands.
#[derive(Clone, Copy)]
struct Place {
    /// The first byte of the record.
    record: usize,
    /// The number of its first field among all.
    first: usize,
    /// The first byte of the field.
    field: usize,
    /// The field begins with a quote.
    quoted: bool,
    /// Its quote is open.
    inside: bool,
    /// A quote within it is written twice.
    doubled: bool,
    /// The last quote that closed it.
    close: usize,
}

impl Place {
    fn new(record: usize, first: usize) -> Place {
        Place { record, first, field: record, quoted: false, inside: false, doubled: false, close: 0 }
    }

    /// Returns the field that ends before `end`.
    fn field(&self, end: usize) -> Result<Field, (Fault, usize)> {
        if !self.quoted {
            return Ok(Field::new(self.field, end, 0));
        }
        if self.close + 1 != end {
            return Err((Fault::BehindQuote, self.close + 1));
        }
        Ok(Field::new(self.field + 1, self.close, QUOTED | if self.doubled { DOUBLED } else { 0 }))
    }
}

/// Bytes of one mask.
const BLOCK: usize = 64;

/// The bytes that mean something, each in all eight places of a word.
struct Needles([u64; 4]);

impl Needles {
    fn new(marks: Marks) -> Needles {
        let bytes = [marks.delimiter, marks.quote.unwrap_or(b'\n'), b'\n', b'\r'];
        Needles(bytes.map(|byte| u64::from_ne_bytes([byte; 8])))
    }

    /// Returns a bit for each byte of a block of up to 64 that is one of the needles, the first byte's lowest.
    fn find(&self, block: &[u8]) -> u64 {
        let (words, rest) = block.as_chunks::<8>();
        let mut bits = 0;
        for (at, word) in words.iter().enumerate() {
            bits |= self.among(u64::from_le_bytes(*word)) << (8 * at);
        }
        for (at, byte) in rest.iter().enumerate() {
            let is = self.0.iter().any(|needle| needle.to_ne_bytes()[0] == *byte);
            bits |= u64::from(is) << (8 * words.len() + at);
        }
        bits
    }

    /// Returns eight bits, one for each byte of `word` that is a needle.
    fn among(&self, word: u64) -> u64 {
        const LOW: u64 = 0x7f7f_7f7f_7f7f_7f7f;
        // A byte's highest bit stays clear only where the byte is 0, which no carry can change.
        let others = |needle: u64| {
            let apart = word ^ needle;
            ((apart & LOW) + LOW) | apart
        };
        let others = self.0.iter().fold(u64::MAX, |all, needle| all & others(*needle));
        let found = !(others | LOW) >> 7;
        found.wrapping_mul(0x0102_0408_1020_4080) >> 56
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Catches a byte that is taken for another, at any place of a block and beside any byte.
    #[test]
    fn each_byte_that_means_something_is_found_and_no_other() {
        let needles = Needles::new(Marks { delimiter: b',', quote: Some(b'"') });
        for byte in 0..=u8::MAX {
            for length in [1, 7, 8, 9, 63, 64] {
                for at in 0..length {
                    for beside in [b'a', byte ^ 1, byte ^ 0x80] {
                        let mut block = vec![beside; length];
                        block[at] = byte;
                        let is = |byte: &u8| b",\"\n\r".contains(byte);
                        let bits = block.iter().enumerate().fold(0, |bits, (at, b)| bits | u64::from(is(b)) << at);
                        assert_eq!(needles.find(&block), bits, "byte {byte} at {at} of {length} beside {beside}");
                    }
                }
            }
        }
    }
}

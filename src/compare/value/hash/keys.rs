//! The secret keys of one column, and the sums of single values.

use sha2::{Digest, Sha256};

use super::field::product;

/// Draws secret numbers from the seeds of a run: the same in the same order for the same seeds and stream.
#[derive(Clone, Debug)]
pub(crate) struct Drawn {
    seeds: [u64; 2],
    stream: u64,
    blocks: u64,
}

/// Numbers of one block.
const BLOCK: usize = 4;

impl Drawn {
    /// The numbers of `stream`; those of another tell nothing of them.
    pub(crate) fn new(seeds: [u64; 2], stream: u64) -> Drawn {
        Drawn { seeds, stream, blocks: 0 }
    }

    /// The next numbers.
    pub(crate) fn block(&mut self) -> [u64; BLOCK] {
        let mut hash = Sha256::new();
        for word in [self.seeds[0], self.seeds[1], self.stream, self.blocks] {
            hash.update(word.to_le_bytes());
        }
        self.blocks += 1;
        let digest = hash.finalize();
        std::array::from_fn(|at| u64::from_le_bytes(std::array::from_fn(|byte| digest[at * 8 + byte])))
    }
}

/// The keys of the places of one column.
#[derive(Clone, Debug)]
pub(crate) struct ColumnKeys {
    tag: u64,
    scale: u64,
    low: u64,
    high: u64,
    length: u64,
    /// What the upper 64 bits of a negative number of 64 bits add.
    negative: u128,
    /// Of the words of a text.
    words: Vec<u64>,
    drawn: Drawn,
}

impl ColumnKeys {
    /// Draws the keys of a column.
    pub(crate) fn new(mut drawn: Drawn) -> ColumnKeys {
        let ([tag, scale, low, high], [length, ..]) = (drawn.block(), drawn.block());
        let (negative, words) = (product(high, u64::MAX), drawn.block().to_vec());
        ColumnKeys { tag, scale, low, high, length, negative, words, drawn }
    }

    /// The sum of a tag.
    pub(super) fn tag(&self, tag: u8) -> u128 {
        product(self.tag, tag.into())
    }

    /// The sum of a word alone.
    #[inline]
    pub(super) fn word(&self, word: u64) -> u128 {
        product(self.low, word)
    }

    /// The sum of a number.
    #[inline]
    pub(super) fn number(&self, number: i128) -> u128 {
        product(self.low, number as u64) + product(self.high, (number >> 64) as u64)
    }

    /// The sum of the same number in fewer steps.
    #[inline]
    pub(super) fn narrow(&self, number: i64) -> u128 {
        product(self.low, number.cast_unsigned()) + if number < 0 { self.negative } else { 0 }
    }

    /// The sum of how many digits stand behind the point.
    #[inline]
    pub(super) fn scale(&self, scale: u8) -> u128 {
        product(self.scale, scale.into())
    }

    /// The sum of bytes and how many they are.
    #[inline]
    pub(super) fn bytes(&mut self, bytes: &[u8]) -> u128 {
        let words = bytes.len().div_ceil(8);
        if words > self.words.len() {
            self.draw(words);
        }
        let length = product(self.length, bytes.len() as u64);
        let Some(last) = bytes.last_chunk::<8>() else { return length + product(self.words[0], short(bytes)) };
        let (whole, rest) = bytes.as_chunks::<8>();
        let pairs = whole.iter().zip(&self.words);
        let sum = pairs.fold(length, |sum, (word, key)| sum + product(*key, u64::from_le_bytes(*word)));
        // What is left over is read with bytes before it: together with the length it is still the same only for the same.
        if rest.is_empty() { sum } else { sum + product(self.words[words - 1], u64::from_le_bytes(*last)) }
    }

    #[cold]
    fn draw(&mut self, words: usize) {
        while self.words.len() < words {
            self.words.extend(self.drawn.block());
        }
    }

    /// The sum of a value by its bytes in [`encode`](super::super::encode).
    pub(super) fn encoded(&mut self, cell: &[u8]) -> u128 {
        let (tag, value) = cell.split_first().unwrap_or((&0, &[]));
        let number = |bytes: &[u8]| bytes.try_into().ok().map(i128::from_le_bytes);
        let word = |bytes: &[u8]| bytes.try_into().ok().map(u64::from_le_bytes);
        let sum = match (tag, value) {
            (b'0', []) => Some(0),
            (b'b', [truth]) => Some(self.word((*truth).into())),
            (b'n', [scale, digits @ ..]) => number(digits).map(|number| self.number(number) + self.scale(*scale)),
            (b'f', bits) => word(bits).map(|bits| self.word(bits)),
            (b't', nanos) => word(nanos).map(|nanos| self.narrow(nanos.cast_signed())),
            (b'd', days) => days.try_into().ok().map(|days| self.narrow(i32::from_le_bytes(days).into())),
            (b'i' | b'w', nanos) => number(nanos).map(|nanos| self.number(nanos)),
            (b's' | b'x', text) => text.split_at_checked(8).map(|(_, text)| self.bytes(text)),
            _ => None,
        };
        // No other tag has a form that is read off the buffers.
        self.tag(*tag) + sum.unwrap_or_else(|| self.bytes(value))
    }
}

/// Fewer than eight bytes in one word, no two of one length in the same.
#[inline]
fn short(bytes: &[u8]) -> u64 {
    match (bytes.first_chunk::<4>(), bytes.last_chunk::<4>()) {
        (Some(first), Some(last)) => u64::from(u32::from_le_bytes(*first)) | u64::from(u32::from_le_bytes(*last)) << 32,
        _ => bytes.iter().fold(0, |word, byte| word << 8 | u64::from(*byte)),
    }
}

//! A uniform draw of rows by a hash of their key, of bounded size, and the same whatever the order of the rows.
//!
//! Kept are the rows whose hash begins with so many zero bits, as few of them as the bounds allow: whether a bit more is
//! needed depends on the set of rows alone, so parts that were drawn by themselves can be put together. All rows are kept where
//! that can be, since counts are exact then; where it cannot, a share is only estimated, and half as many tell it as well.

use std::mem::size_of;

use crate::frame::Value;

/// Rows that differ of which a draw keeps all.
pub(crate) const MOST_ROWS: usize = 50_000;

/// Bytes that a draw keeps at most.
pub(crate) const MOST_BYTES: usize = 16 << 20;

/// Rows that agree of which a draw keeps all.
pub(crate) const MOST_AGREEING: usize = 20_000;

/// Bytes of them that a draw keeps at most.
pub(crate) const MOST_AGREEING_BYTES: usize = 8 << 20;

/// Items with the hash of their key and their size.
#[derive(Clone, Debug)]
pub(crate) struct Draw<T> {
    bits: u32,
    rows: usize,
    bytes: usize,
    kept: Vec<(u64, usize, T)>,
    size: usize,
}

impl<T> Draw<T> {
    /// Nothing drawn yet, of all rows up to so many, of more at most half as many, and of at most so many bytes.
    pub(crate) fn new(rows: usize, bytes: usize) -> Self {
        Draw { bits: 0, rows, bytes, kept: Vec::new(), size: 0 }
    }

    /// The same of about `expected` rows: those are never taken that would hardly be kept.
    pub(crate) fn of_about(rows: usize, bytes: usize, expected: u64) -> Self {
        let draw = Draw::new(rows, bytes);
        let bits = (0..63).take_while(|bits| expected >> (bits + 1) >= too_many(draw.most(*bits))).count();
        Draw { bits: u32::try_from(bits).unwrap_or_default(), ..draw }
    }

    /// The same of exactly `number` rows.
    pub(crate) fn of_number(rows: usize, bytes: usize, number: u64) -> Self {
        if number <= rows as u64 {
            return Draw::new(rows, bytes);
        }
        let draw = Draw::new(rows, bytes);
        let bits = (1..64).find(|bits| number >> bits < too_many(draw.most(*bits))).unwrap_or(64);
        Draw { bits, ..draw }
    }

    /// Rows of so many zero bits that are kept at most.
    pub(crate) fn most(&self, bits: u32) -> usize {
        if bits == 0 { self.rows } else { self.rows.div_ceil(2) }
    }

    /// Whether a row with this hash is drawn, as far as is known.
    pub(crate) fn wants(&self, hash: u64) -> bool {
        hash.leading_zeros() >= self.bits
    }

    /// Takes a row of `size` bytes, if it is drawn.
    pub(crate) fn add(&mut self, hash: u64, size: usize, item: T) {
        if self.wants(hash) {
            self.size += size;
            self.kept.push((hash, size, item));
            self.fit();
        }
    }

    /// Takes in what was drawn from other rows.
    pub(crate) fn merge(&mut self, other: Draw<T>) {
        self.bits = self.bits.max(other.bits);
        self.size += other.size;
        self.kept.extend(other.kept);
        self.cut();
        self.fit();
    }

    fn fit(&mut self) {
        while (self.kept.len() > self.most(self.bits) || self.size > self.bytes) && self.bits < 64 {
            self.bits += 1;
            self.cut();
        }
    }

    fn cut(&mut self) {
        let bits = self.bits;
        self.kept.retain(|(hash, _, _)| hash.leading_zeros() >= bits);
        self.size = self.kept.iter().map(|(_, size, _)| size).sum();
    }

    /// Whether every row that was given is kept.
    pub(crate) fn is_complete(&self) -> bool {
        self.bits == 0
    }

    /// Bits with which every hash begins that is drawn, all of them 0.
    pub(crate) fn bits(&self) -> u32 {
        self.bits
    }

    /// Returns what was drawn, by hash.
    pub(crate) fn finish(mut self) -> Vec<(u64, T)> {
        self.kept.sort_by_key(|(hash, _, _)| *hash);
        self.kept.into_iter().map(|(hash, _, item)| (hash, item)).collect()
    }
}

/// A number of rows which, where it is expected, is more than `most`, but for chances beyond any number of runs.
fn too_many(most: usize) -> u64 {
    most as u64 + most as u64 / 5
}

/// Bytes that a value takes in memory, about.
pub(crate) fn size(value: &Value) -> usize {
    size_of::<Value>()
        + match value {
            Value::Text(text) | Value::Json(text) | Value::Uuid(text) => text.len(),
            Value::Bytes(bytes) => bytes.len(),
            Value::Array(items) => items.iter().map(size).sum(),
            Value::Map(entries) => entries.iter().map(|(key, value)| size(key) + size(value)).sum(),
            _ => 0,
        }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// Catches a draw that depends on the order of rows or on how they were cut into parts, or breaks its bounds.
        #[test]
        fn a_draw_is_of_the_set_of_rows(mut hashes in prop::collection::vec(any::<u64>(), 0..300), cut in 0usize..300, most in 1usize..40) {
            let draw = |hashes: &[u64]| {
                let mut draw = Draw::new(most, 1 << 20);
                hashes.iter().for_each(|hash| draw.add(*hash, (*hash % 50) as usize, ()));
                draw
            };
            let keys = |draw: Draw<()>| draw.finish().into_iter().map(|(hash, ())| hash).collect::<Vec<_>>();
            let whole = keys(draw(&hashes));
            prop_assert!(whole.len() <= most);
            let (one, other) = hashes.split_at(cut.min(hashes.len()));
            let mut parts = draw(one);
            parts.merge(draw(other));
            prop_assert_eq!(&keys(parts), &whole);
            hashes.reverse();
            prop_assert_eq!(keys(draw(&hashes)), whole);
        }
    }

    /// Catches a draw that begins beyond the bits that it would come to, and so keeps fewer rows than it may.
    #[test]
    fn a_draw_of_about_so_many_rows_is_the_draw_of_all() {
        let hash = |at: u64| xxhash_rust::xxh3::xxh3_64(&at.to_le_bytes());
        for rows in [900, 1_200, 2_399, 2_400, 5_000, 39_000] {
            let (mut all, mut about) = (Draw::new(1_000, 1 << 20), Draw::of_about(1_000, 1 << 20, rows));
            for at in 0..rows {
                all.add(hash(at), 1, at);
                about.add(hash(at), 1, at);
            }
            let mut exactly = Draw::of_number(1_000, 1 << 20, rows);
            (0..rows).for_each(|at| exactly.add(hash(at), 1, at));
            assert_eq!((about.bits(), exactly.bits()), (all.bits(), all.bits()), "{rows}");
            let all = all.finish();
            assert_eq!((&about.finish(), &exactly.finish()), (&all, &all), "{rows}");
        }
    }

    /// Catches a draw that is called complete although rows are left out, and one that leaves rows out for nothing.
    #[test]
    fn a_draw_is_complete_until_its_bounds() {
        let spread = |at: u64| at.wrapping_mul(0x9E37_79B9_7F4A_7C15);
        let mut draw = Draw::new(100, 1_000);
        (0..100).for_each(|at| draw.add(spread(at), 10, at));
        assert!(draw.is_complete() && draw.clone().finish().len() == 100);
        draw.add(spread(100), 10, 100);
        assert!(!draw.is_complete());
        let kept = draw.finish().len();
        assert!((10..=50).contains(&kept), "{kept}");
    }
}

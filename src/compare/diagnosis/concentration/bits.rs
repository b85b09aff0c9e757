//! A set of rows, one bit each.

/// The rows of one list for which something holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Bits(Vec<u64>);

impl Bits {
    /// The rows below `rows` for which `holds`.
    pub(super) fn of(rows: usize, holds: impl Fn(usize) -> bool) -> Bits {
        let word =
            |first: usize| (first..rows.min(first + 64)).rev().fold(0, |word, row| word << 1 | u64::from(holds(row)));
        Bits((0..rows).step_by(64).map(word).collect())
    }

    /// How many rows are in it.
    pub(super) fn count(&self) -> u64 {
        self.0.iter().map(|word| u64::from(word.count_ones())).sum()
    }

    /// The rows in both.
    pub(super) fn and(&self, other: &Bits) -> Bits {
        Bits(self.0.iter().zip(&other.0).map(|(one, other)| one & other).collect())
    }

    /// The rows in either.
    pub(super) fn or(&self, other: &Bits) -> Bits {
        Bits(self.0.iter().zip(&other.0).map(|(one, other)| one | other).collect())
    }

    /// The rows in this one and not in the other.
    pub(super) fn without(&self, other: &Bits) -> Bits {
        Bits(self.0.iter().zip(&other.0).map(|(one, other)| one & !other).collect())
    }
}

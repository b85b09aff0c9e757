//! Rows as numbers of 64 bits, column by column straight from the buffers of a frame.
//!
//! A value is a vector of words of 64 bits, each at a place of its own: its tag, and by that its scale and 128 bits, or its
//! length and bytes. Two values have the same vector exactly when they have the same bytes in [`encode`](super::encode); the
//! places of one column are none of another's. The hash of a row is a secret number plus the sum of each word times the
//! secret key of its place, modulo the prime 2⁶⁴ + 13 (multilinear hashing: Carter and Wegman 1979).
//!
//! **Two different rows have the same hash with a probability of 2⁻⁶⁴.** Take a place at which they differ, and all keys but
//! that one as drawn: the sums are equal for one residue of the last key at most, since a prime has no divisors of zero and
//! words are below it, and that one key is drawn from 2⁶⁴. A sum is kept as 64 bits, which takes the 13 largest residues
//! for the 13 smallest; the secret number, which makes each residue as likely as any other, meets one of those with a
//! probability below 2⁻⁵⁹, so that all of it adds less than 2⁻¹²² to the bound. What is done to the 64 bits afterwards
//! can be undone, and merges none.
//!
//! The keys follow from the seeds of the run by SHA-256, as many as the longest text has words: no length is beyond the
//! bound, and nobody who does not know the seeds can prepare rows that share a hash.

mod columns;
mod field;
mod keys;
#[cfg(test)]
mod tests;

pub(crate) use columns::{Sums, add};
pub(crate) use field::residue;
pub(crate) use keys::{ColumnKeys, Drawn};

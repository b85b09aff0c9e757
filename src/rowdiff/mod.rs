//! Keyed diffs of any size: both sides are gone through twice, batch by batch, and never held whole.
//!
//! **First reading.** Every row becomes 16 bytes: a hash of its key and a hash of its key and all compared columns,
//! added up column by column from the buffers of a batch ([`compare`](crate::compare)'s `value/hash`). Two values have
//! one hash where they have the same canonical bytes, after rules and normalisation: length-prefixed and tagged by type,
//! so that two rows share them exactly when every rule that is an equality holds. The keys of the hashes are drawn anew
//! for every run, so that nobody can prepare rows that collide. Sorted by key hash, the two sides are merged: a key hash
//! with one row a side and equal row hashes is an equal pair. Everything else (missing, extra, changed, duplicated) is a
//! candidate.
//!
//! **Second reading.** Only the rows of the candidates are kept, and judged by the code that judges two whole frames.
//! It is of a copy that the first reading made ([`DiffOptions::copy`]), or of the source again where there is none: then
//! rows may have moved in between. Keys that merely share a hash are told apart there, so that a collision of key hashes costs time and nothing else.
//!
//! **Tolerances** (and `ulps`, and maps with a tolerance) are no equalities that a hash could stand for. Their
//! columns are hashed by exact value all the same: rows equal in every byte are within every tolerance, and all others
//! are candidates, judged by value in the second reading. So the verdict is exact and no value stays in memory; rows
//! that differ within their tolerance cost a second look. A budget holds or not even between equal values, so under a
//! budget every row is a candidate; so is a value without a settled meaning (JSON with a key twice), whose error the
//! judging gives.
//!
//! **A false "equal"** takes two different rows of one key with the same 64-bit row hash; see
//! [`probability::false_equal_probability`].
//!
//! **Memory** is bounded by [`DiffOptions::memory`]: beyond it, hashes and kept rows go to temporary files by the first
//! bits of the key hash, and the partitions are sorted, merged and judged by themselves, as many at a time as there are
//! threads. The rows of one key stay
//! together, so a key with more rows than fit the memory is not bounded, nor is a check without a key.
//!
//! All of it is pure but for the temporary files (`spill`). Who reads the batches decides on threads and time.

mod agreeing;
mod candidates;
mod failure;
mod fetch_pass;
mod hash_pass;
mod key_filter;
mod options;
mod parallel;
mod passes;
mod plan;
mod probability;
mod row_cache;
mod row_hashes;
mod rows;
mod sample;
mod spill;
#[cfg(test)]
mod test_driver;
mod verify;

pub(crate) use candidates::Candidates;
pub(crate) use failure::Failure;
pub(crate) use fetch_pass::Kept;
pub(crate) use hash_pass::{HASH, Hashed};
pub(crate) use options::{DiffOptions, Seeds};
pub(crate) use plan::DiffPlan;
pub(crate) use row_cache::Copied;
pub(crate) use spill::SpillError;
pub(crate) use verify::Summary;

#[cfg(test)]
pub(crate) mod tests;

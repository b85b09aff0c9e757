//! Holds what a row diff may use and the seeds of its hashes.

use std::hash::{BuildHasher, Hasher, RandomState};
use std::path::PathBuf;
use std::thread::available_parallelism;

use crate::compare::Limits;

/// What a diff may use.
#[derive(Clone, Debug)]
pub(crate) struct DiffOptions {
    /// Bytes that both sides together may hold in memory, batches in flight aside.
    pub memory: usize,
    /// Where partitions and copies are written.
    pub directory: PathBuf,
    /// Bytes on disk that the copy of one side may take; with 0 there is none.
    pub copy: u64,
    /// Seeds of the hashes.
    pub seeds: Seeds,
    /// Bits of the key hash that name a partition, at most 16.
    pub bits: u32,
    /// How much of what was found is listed.
    pub limits: Limits,
    /// Partitions that are merged or judged at the same time, at least 1.
    pub threads: usize,
}

impl Default for DiffOptions {
    /// 1 GiB, the system's temporary directory, no copies, random seeds, 256 partitions, all cores.
    fn default() -> Self {
        DiffOptions {
            memory: 1 << 30,
            directory: std::env::temp_dir(),
            copy: 0,
            seeds: Seeds::random(),
            bits: 8,
            limits: Limits::default(),
            threads: available_parallelism().map_or(1, usize::from),
        }
    }
}

impl DiffOptions {
    pub(super) fn share(&self, parts: usize, of: usize) -> usize {
        self.memory / of * parts
    }
}

/// Seeds of the two hashes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Seeds {
    /// Of the key hash.
    pub key: u64,
    /// Of the row hash.
    pub row: u64,
}

impl Seeds {
    /// Seeds that nobody can foresee: from the operating system's randomness.
    pub(crate) fn random() -> Self {
        let seed = || RandomState::new().build_hasher().finish();
        Seeds { key: seed(), row: seed() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Catches a part of a row diff that takes more memory than it was given.
    #[test]
    fn shares_add_up_to_the_memory() {
        let options = DiffOptions { memory: 1_000, ..DiffOptions::default() };
        assert_eq!(
            [(1, 4), (3, 4), (4, 4), (2, 5)].map(|(parts, of)| options.share(parts, of)),
            [250, 750, 1_000, 400]
        );
    }
}

//! The question which rows of two sides differ, as one server answers it that holds both.

use super::names::Names;
use crate::frame::Type;

/// Name of ours for the column of [`ServerDiff::differing`] that holds the hash of the row.
pub const ROW_HASH: &str = "row";

/// Most keys that [`ServerDiff::grouped`] names: their hashes, in text, have to fit a query.
pub const MOST_KEYS: u64 = 100_000;

/// One column of both sides, by its name on each.
#[derive(Clone, Debug)]
pub struct Pair {
    /// Name in old.
    pub old: String,
    /// Name in new.
    pub new: String,
    /// What it holds, the same on both sides.
    pub of: Type,
    /// Whether either side may be NULL.
    pub nullable: bool,
}

/// The hash by which a server compares rows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum RowHash {
    /// The server's fastest of 64 bits with a seed of the run: no accident is hidden by it, crafted values may be.
    #[default]
    Fast,
    /// A keyed one of 128 bits: nobody can craft two values that it takes for one.
    Strong,
}

/// A hash, and the seeds of one question and what follows from it.
#[derive(Clone, Copy, Debug)]
pub struct Seeded {
    /// Which hash.
    pub hash: RowHash,
    /// Drawn for the run.
    pub seeds: [u64; 2],
}

/// How the question is written.
pub trait ServerDiff: Sync {
    /// Returns whether the server compares values of this type as cutover does, given that both sides have the same type.
    fn hashable(&self, of: &Type) -> bool;

    /// The server's name of the hash, and its bits.
    fn hash(&self, hash: RowHash) -> (&'static str, u32);

    /// A query that is answered with one row about both sides: rows of old, rows of new, keys that stand once on each
    /// side with the same values, keys that do not, and whether a text under the former is not UTF-8; of the latter the
    /// hashes of up to [`MOST_KEYS`], and per side the sum of the rows' hashes; and for each numeric column of `compared`,
    /// in their order, a number above 0 where it is finite under any of the former. Keys that share a hash count as one
    /// that differs.
    fn grouped(&self, names: &Names, old: &str, new: &str, key: &[Pair], compared: &[Pair], seeded: Seeded) -> String;

    /// `sql` of one side cut down to the rows whose key has one of `hashes`, each row with its own hash under the name
    /// [`ROW_HASH`] of ours: both hashes are those of [`ServerDiff::grouped`].
    #[expect(clippy::too_many_arguments, reason = "what `grouped` takes, of one side, and the keys")]
    fn differing(
        &self,
        names: &Names,
        sql: &str,
        key: &[Pair],
        compared: &[Pair],
        name: fn(&Pair) -> &str,
        seeded: Seeded,
        hashes: &[u64],
    ) -> String;
}

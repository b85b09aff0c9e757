//! The questions which rows of two sides differ: as one server answers it that holds both, and as two servers do, each for
//! its own side.

use super::names::Names;
use crate::frame::Type;
use crate::model::{Side, Sides};

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

/// Buckets of the rows of both sides, by the first bits of the hash of their key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Buckets {
    /// Bits that tell one bucket from another, up to 64.
    pub bits: u32,
    /// The numbers of the buckets.
    pub numbers: Vec<u64>,
}

/// The query of one side, and what is compared of it.
#[derive(Clone, Copy)]
pub struct SideQuestion<'a> {
    /// Names of ours beside the columns.
    pub names: &'a Names,
    /// The query.
    pub sql: &'a str,
    /// The key columns.
    pub key: &'a [Pair],
    /// The compared columns.
    pub compared: &'a [Pair],
    /// The name of a column on this side.
    pub name: fn(&Pair) -> &str,
    /// The hash of a row.
    pub seeded: Seeded,
}

/// How the questions are written.
pub trait ServerDiff: Sync {
    /// The server's name of the hash, and its bits; absent where it has none of that kind.
    fn hash(&self, hash: RowHash) -> Option<(&'static str, u32)>;

    /// Whether asking is known to be faster than reading all rows, so that it is done unless somebody says otherwise.
    fn is_faster(&self) -> bool {
        true
    }

    /// A query that is answered with one row about both sides: rows of old, rows of new, keys that stand once on each
    /// side with the same values, keys that do not, and whether a text under the former is not UTF-8; of the latter the
    /// hashes of up to [`MOST_KEYS`], and per side the sum of the rows' hashes; and for each numeric column of `compared`,
    /// in their order, a number above 0 where it is finite under any of the former. Keys that share a hash count as one
    /// that differs. Absent where both sides are asked for [`ServerDiff::checksums`] instead.
    fn grouped(
        &self,
        _names: &Names,
        _queries: &Sides<String>,
        _key: &[Pair],
        _compared: &[Pair],
        _seeded: Seeded,
    ) -> Option<String> {
        None
    }

    /// `of` cut down to the rows of the buckets, each row with its own hash under the name [`ROW_HASH`] of ours: both hashes
    /// are those of [`ServerDiff::grouped`] and [`ServerDiff::checksums`].
    fn differing(&self, of: SideQuestion<'_>, buckets: &Buckets) -> String;

    /// A query that is answered with one row for each bucket of `bits` bits that holds rows, ascending: its number
    /// (`cutover_bucket`), its rows, the sum of their hashes (which wraps around), a number above 0 where one of its keys
    /// stands more than once or a value cannot be read (`cutover_bucket_open`), and the numbers of [`ServerDiff::grouped`] about finite
    /// values; and in every row how many rows the answer is about (`cutover_total`). What is asked of unreadable and of finite
    /// values is asked of old alone: new has the same where the sums are equal. With `within`, of those buckets only.
    fn checksums(&self, of: SideQuestion<'_>, side: Side, bits: u32, within: Option<&Buckets>) -> String;
}

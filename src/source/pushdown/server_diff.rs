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
}

/// How the question is written.
pub trait ServerDiff: Sync {
    /// Returns whether the server compares values of this type as cutover does, given that both sides have the same type.
    fn hashable(&self, of: &Type) -> bool;

    /// A query that is answered with one row about both sides: rows of old, rows of new, keys that stand once on each
    /// side with the same values, keys that do not, texts that are not UTF-8; of the keys that do not, the hashes of up to
    /// [`MOST_KEYS`] and per side the sum of the rows' hashes; and for each numeric column of `compared`, in their order,
    /// how many finite numbers old holds in rows of the other keys.
    fn grouped(&self, names: &Names, old: &str, new: &str, key: &[Pair], compared: &[Pair]) -> String;

    /// `sql` of one side cut down to the rows whose key has one of `hashes`, each row with its own hash under the name
    /// [`ROW_HASH`] of ours: both hashes are those of [`ServerDiff::grouped`].
    fn differing(
        &self,
        names: &Names,
        sql: &str,
        key: &[Pair],
        compared: &[Pair],
        name: fn(&Pair) -> &str,
        hashes: &[u64],
    ) -> String;
}

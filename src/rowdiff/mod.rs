//! Keyed diffs of any size: both sides are gone through twice, batch by batch, and never held whole.
//!
//! **First reading.** Every row becomes 16 bytes: a hash of its key and a hash of its key and all compared columns.
//! What is hashed are the canonical bytes of `compare`, after rules and normalisation: length-prefixed and tagged by
//! type, so that two rows share their bytes exactly when every rule that is an equality holds. Both hashes are XXH3
//! with seeds of their own, drawn anew for every run, so that nobody can prepare rows that collide. Sorted by key hash,
//! the two sides are merged: a key hash with one row a side and equal row hashes is an equal pair. Everything else
//! (missing, extra, changed, duplicated) is a candidate.
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
//! [`false_equal_probability`].
//!
//! **Memory** is bounded by [`DiffOptions::memory`]: beyond it, hashes and kept rows go to temporary files by the first
//! bits of the key hash, and the partitions are sorted, merged and judged by themselves, as many at a time as there are
//! threads. The rows of one key stay
//! together, so a key with more rows than fit the memory is not bounded, nor is a check without a key.
//!
//! All of it is pure but for the temporary files (`spill`). Who reads the batches decides on threads and time.

mod candidates;
mod fetch_pass;
mod hash_pass;
mod key_filter;
mod row_cache;
mod row_hashes;
mod sample;
mod spill;
mod test_driver;
mod verify;

use std::collections::HashSet;
use std::hash::{BuildHasher, Hasher, RandomState};
use std::path::PathBuf;
use std::sync::Arc;
use std::thread::{ScopedJoinHandle, available_parallelism};

pub use candidates::Candidates;
pub use fetch_pass::Kept;
pub use hash_pass::Hashed;
pub use row_cache::Copied;
pub use spill::SpillError;
pub use test_driver::{Batches, diff};
pub use verify::Summary;

use crate::compare::{BatchComparer, ComparePlan, Limits, Paired, same_type};
use crate::frame::{Frame, FrameError, Type};
use crate::model::{CheckReport, ErrorReport, Example, Side};
use crate::spec::check::{Check, Sample};

/// What a diff may use.
#[derive(Clone, Debug)]
pub struct DiffOptions {
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
    fn share(&self, parts: usize, of: usize) -> usize {
        self.memory / of * parts
    }
}

/// Seeds of the two hashes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seeds {
    /// Of the key hash.
    pub key: u64,
    /// Of the row hash.
    pub row: u64,
}

impl Seeds {
    /// Seeds that nobody can foresee: from the operating system's randomness.
    pub fn random() -> Self {
        let seed = || RandomState::new().build_hasher().finish();
        Seeds { key: seed(), row: seed() }
    }
}

/// An upper bound of the probability that a diff calls two different rows equal, with `rows` rows on the larger side.
///
/// Per pair of rows with one key 2⁻⁶⁴ (the row hashes collide); per pair of rows with different keys 2⁻¹²⁸ (both
/// hashes collide).
pub fn false_equal_probability(rows: u64) -> f64 {
    let rows = rows as f64;
    let one_hash = 2f64.powi(-64);
    (rows * one_hash + rows * rows * one_hash * one_hash).min(1.0)
}

/// The same bound where a server found `pairs` of rows equal by hashes of 128 bits.
fn false_equal_elsewhere(pairs: u64) -> f64 {
    pairs as f64 * 2f64.powi(-128)
}

/// The partition of a key hash: its first `bits` bits.
fn partition(key: u64, bits: u32) -> usize {
    usize::try_from(key.checked_shr(64 - bits).unwrap_or(0)).expect("at most 16 bits")
}

/// What a thread came to; its panic goes on in the thread that waits for it.
fn joined<T>(thread: ScopedJoinHandle<'_, T>) -> T {
    thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
}

/// Why a diff came to no verdict.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// The data could not be compared.
    #[error("{}", .0.message)]
    Data(ErrorReport),
    /// A column that began as nothing but NULL has a type: begin again with [`Frame::widened`](crate::frame::Frame::widened).
    #[error("column `{column}` is empty in earlier rows and {of} in later ones; cast it in the query")]
    Widened {
        /// Its name.
        column: String,
        /// The type it turned out to have.
        of: Type,
    },
    /// A side gave no batch at all, not even one of height 0.
    #[error("a side returned not even its column names, so nothing can be compared; correct the query")]
    Unread,
    /// Partitions could not be written or read back.
    #[error(transparent)]
    Spill(#[from] SpillError),
    /// Rows could not be put together.
    #[error(transparent)]
    Frame(#[from] FrameError),
    /// The batches could not be read.
    #[error(transparent)]
    Source(Box<dyn std::error::Error + Send + Sync>),
}

impl From<ErrorReport> for Failure {
    fn from(cause: ErrorReport) -> Self {
        Failure::Data(cause)
    }
}

/// Rows that are judged together at most where there are partitions enough: what a core's cache still has a share of.
const PART: u64 = 1 << 18;

/// Told of every key that differs by the hash of the key and one of all its rows, on several threads; `false` leaves the
/// key's rows out of every count.
pub type Gate = Arc<dyn Fn(u64, u64) -> bool + Send + Sync>;

/// What is compared with what, and within which limits. Clones share it.
#[derive(Clone)]
pub struct DiffPlan {
    layout: Arc<ComparePlan>,
    options: Arc<DiffOptions>,
    sample: Option<Sample>,
    /// Keys whose rows are compared, where not all are.
    keys: Option<Arc<HashSet<Vec<Option<String>>>>>,
    gate: Option<Gate>,
    /// Hashes of the keys that are left out, ascending.
    apart: Arc<Vec<u64>>,
    /// Bits of the key hash in use; tests leave few of them, so that keys collide.
    mask: u64,
    /// Pairs that a server found equal, and per compared column whether those hold a finite number.
    elsewhere: Option<(u64, Arc<[bool]>)>,
}

impl DiffPlan {
    /// The plan of `check` over results with the columns of `old` and `new`, whatever their rows.
    pub fn new(check: &Check, old: &Frame, new: &Frame, options: DiffOptions) -> Result<DiffPlan, ErrorReport> {
        let options = DiffOptions { bits: options.bits.min(16), ..options };
        Ok(DiffPlan {
            layout: Arc::new(ComparePlan::new(check, old, new)?),
            options: Arc::new(options),
            sample: check.sample.clone(),
            keys: None,
            gate: None,
            apart: Arc::default(),
            mask: u64::MAX,
            elsewhere: None,
        })
    }

    /// The same plan where a server found `pairs` of other rows equal; `numbers` is as for [`equal`](DiffPlan::equal).
    pub fn beside_equal(self, pairs: u64, numbers: &[bool]) -> DiffPlan {
        DiffPlan { elsewhere: Some((pairs, numbers.into())), ..self }
    }

    /// The same plan, with `gate` asked of every key that differs.
    pub fn gated(self, gate: Gate) -> DiffPlan {
        DiffPlan { gate: Some(gate), ..self }
    }

    /// The same plan without the rows of the keys with these hashes, ascending; no count has them.
    pub fn without(self, apart: Arc<Vec<u64>>) -> DiffPlan {
        DiffPlan { apart, ..self }
    }

    /// Whether rows with equal hashes are all there is to say, so that the second reading changes no verdict.
    pub fn is_exact(&self) -> bool {
        self.layout.is_exact()
    }

    /// The key columns and the compared ones, as [`ComparePlan::pairs`] gives them.
    pub(crate) fn pairs(&self) -> Option<(Vec<Paired>, Vec<Paired>)> {
        self.layout.pairs()
    }

    /// Fills `report` where a server found every pair of rows equal: `pairs` of them, and per compared column whether
    /// any holds a finite number.
    pub fn equal(&self, pairs: u64, numbers: &[bool], report: &mut CheckReport) -> Summary {
        let mut judging = BatchComparer::new(&self.layout, &self.options.limits);
        judging.add_equal(pairs, numbers);
        judging.finish(report);
        Summary { false_equal: false_equal_elsewhere(pairs), ..Summary::default() }
    }

    /// Begins the first reading of `side`. The two sides can be read on different threads.
    pub fn hashed(&self, side: Side) -> Hashed {
        Hashed::new(self, side)
    }

    /// Merges the two sides of the first reading.
    pub fn candidates(&self, old: Hashed, new: Hashed) -> Result<Arc<Candidates>, SpillError> {
        Candidates::new(self, old, new).map(Arc::new)
    }

    /// Begins the second reading of `side`.
    pub fn kept(&self, side: Side, candidates: &Arc<Candidates>) -> Kept {
        Kept::new(self, side, candidates)
    }

    /// Judges the rows that were kept and fills `report`; every difference goes to `sink` until it returns `false`.
    pub fn judge(
        &self,
        candidates: &Candidates,
        old: Kept,
        new: Kept,
        sink: &mut dyn FnMut(Example) -> bool,
        report: &mut CheckReport,
    ) -> Result<Summary, Failure> {
        verify::judge(self, candidates, old, new, sink, report)
    }

    /// Whether `batch` has the columns that the plan was made for.
    fn fits(&self, side: Side, batch: &Frame) -> Result<(), Failure> {
        let known = self.layout.schema(side);
        if !batch.names().into_iter().eq(known.iter().map(|(name, _)| name.as_str())) {
            return Err(Failure::Data(ErrorReport {
                message: format!(
                    "the columns of {side} changed while it was read: {} became {}; name the columns in the query",
                    known.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>().join(", "),
                    batch.names().join(", "),
                ),
                ..ErrorReport::default()
            }));
        }
        for ((column, known), found) in known.iter().zip(batch.types()) {
            if *known == Type::Null && *found != Type::Null {
                return Err(Failure::Widened { column: column.clone(), of: found.clone() });
            }
            same_type(side, column, known, found)?;
        }
        Ok(())
    }

    /// Bits of the key hash by which kept rows are cut, so that the parts judged at the same time fit in memory.
    fn judged_bits(&self, candidates: &Candidates) -> u32 {
        // A value that is judged takes some 32 bytes beside its text, a row some 128.
        let width = candidates.row_size + 128 + 32 * (self.layout.compared() as u64 + 2);
        let room = self.options.share(1, 4) / self.options.threads.max(1);
        let most = (room as u64 / width / 2).clamp(1, PART);
        let parts = candidates.rows() / most;
        if parts == 0 { 0 } else { (parts.ilog2() + 1).min(self.options.bits) }
    }
}

#[cfg(test)]
pub(crate) mod tests;

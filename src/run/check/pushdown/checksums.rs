//! Each side is asked for sums of row hashes by buckets of the key hash, and only buckets whose sums differ are read.
//!
//! A row's hash is compared as part of a sum of 64 bits or more that wraps around: never by XOR, under which two rows with
//! one hash are none. Keys that stand more than once are not left to sums: their bucket is always read.

use super::{Answer, Differing, ServerDiff};
use crate::frame::Frame;
use crate::model::{BucketReport, Side, Sides};
use crate::source::pushdown;
use crate::source::pushdown::{Buckets, MOST_KEYS, SideQuestion};
use polars::prelude::DataType;

/// Bits of the first question: its answer has at most 65,536 rows.
const FIRST: u32 = 16;

/// Rows in buckets that differ, both sides, which are read at once: fewer are not worth another question.
const FEW: u64 = 1 << 17;

/// Buckets of one answer at most.
const MOST_BUCKETS: u64 = 1 << 21;

/// What follows from the answers of both servers.
pub(crate) enum Next {
    /// All is known.
    Answer(Answer),
    /// The buckets that differ are asked about again, in finer ones.
    Finer {
        /// Those that differ.
        within: Buckets,
        /// Bits of the finer ones.
        bits: u32,
    },
}

/// The sums of both sides, question by question.
pub(crate) struct Checksums<'a> {
    asked: &'a ServerDiff,
    queries: &'a Sides<String>,
    /// Of the buckets that are equal so far.
    equal: u64,
    numbers: Vec<bool>,
    /// Rows that there are, once the first answers are in.
    rows: Option<Sides<u64>>,
    buckets: u64,
}

impl<'a> Checksums<'a> {
    /// Nothing asked yet.
    pub(crate) fn new(asked: &'a ServerDiff, queries: &'a Sides<String>) -> Self {
        Checksums { asked, queries, equal: 0, numbers: vec![false; asked.compared.len()], rows: None, buckets: 0 }
    }

    /// Bits of the first question.
    pub(crate) const fn bits() -> u32 {
        FIRST
    }

    /// The SQL to send to the server of `side`.
    pub(crate) fn sql(&self, side: Side, bits: u32, within: Option<&Buckets>) -> String {
        self.asked.question.checksums(self.asked.of(side, self.queries), side, bits, within)
    }

    /// What `answers`, about buckets of `bits` bits, say; [`Answer::Unknown`] where they contradict themselves, or so much differs
    /// that all rows are better read.
    pub(crate) fn answered(&mut self, answers: &Sides<Frame>, bits: u32) -> Next {
        self.next(answers, bits).unwrap_or(Next::Answer(Answer::Unknown))
    }

    fn next(&mut self, answers: &Sides<Frame>, bits: u32) -> Option<Next> {
        let compared = &self.asked.compared;
        let numeric: Vec<usize> = (0..compared.len()).filter(|at| pushdown::is_number(&compared[*at].of)).collect();
        let sums =
            Sides { old: Sums::read(&answers.old, numeric.len())?, new: Sums::read(&answers.new, numeric.len())? };
        let rows = *self.rows.get_or_insert(Sides { old: sums.old.total, new: sums.new.total });
        let Open { numbers, known } = self.open(&sums, &numeric);
        let (_, of_hash) = self.asked.named();
        if numbers.is_empty() && rows == (Sides { old: self.equal, new: self.equal }) {
            let (found, summary) = self.asked.plan.equal(self.equal, &self.numbers, of_hash);
            let buckets = Some(BucketReport { asked: self.buckets, read: 0 });
            return Some(Next::Answer(Answer::Equal(self.equal, Box::new(found), summary, buckets)));
        }
        let (open, differing) = (numbers.len() as u64, known.old.0 + known.new.0);
        let buckets = Buckets { bits, numbers };
        if bits == FIRST && differing > FEW {
            if keys_in(open) > MOST_KEYS as f64 {
                return None;
            }
            // About one row of a side in a bucket.
            let finer = (differing / 2 / open).max(2).ilog2() + 1;
            return (open << finer <= MOST_BUCKETS).then(|| Next::Finer { bits: bits + finer, within: buckets });
        }
        if open > MOST_KEYS || (differing > FEW && differing > (rows.old + rows.new) / 2) {
            return None;
        }
        let side = |side| self.asked.question.differing(self.asked.of(side, self.queries), &buckets);
        Some(Next::Answer(Answer::Differing(Differing {
            equal: self.equal,
            numbers: self.numbers.clone(),
            bits: of_hash,
            row_hash: self.asked.names.name(pushdown::ROW_HASH),
            queries: Sides { old: side(Side::Old), new: side(Side::New) },
            known,
            buckets: Some(BucketReport { asked: self.buckets, read: open }),
        })))
    }

    /// Counts the buckets that are equal, and returns the others.
    fn open(&mut self, sums: &Sides<Sums>, numeric: &[usize]) -> Open {
        let (old, new) = (&sums.old, &sums.new);
        let mut open = Open { numbers: Vec::new(), known: Sides { old: (0, 0), new: (0, 0) } };
        let (mut these, mut those) = (0, 0);
        while let Some(number) = [old.buckets.get(these), new.buckets.get(those)].into_iter().flatten().min().copied() {
            let here = (old.buckets.get(these) == Some(&number)).then_some(these);
            let there = (new.buckets.get(those) == Some(&number)).then_some(those);
            these += usize::from(here.is_some());
            those += usize::from(there.is_some());
            self.buckets += 1;
            match (here, there) {
                (Some(here), Some(there)) if old.equals(here, new, there) => {
                    self.equal += old.rows[here];
                    for (finite, column) in old.finite.iter().zip(numeric) {
                        self.numbers[*column] |= finite[here];
                    }
                }
                _ => {
                    open.numbers.push(number);
                    for (known, sums, at) in [(&mut open.known.old, old, here), (&mut open.known.new, new, there)] {
                        if let Some(at) = at {
                            *known = (known.0 + sums.rows[at], known.1.wrapping_add(sums.sums[at] as u64));
                        }
                    }
                }
            }
        }
        open
    }
}

/// Keys that differ where they hit `open` of the first buckets: as many as leave `1 - open / 2¹⁶` of them out if each hits
/// one by chance.
fn keys_in(open: u64) -> f64 {
    let buckets = f64::from(1_u32 << FIRST);
    -buckets * (1.0 - open as f64 / buckets).ln()
}

/// Buckets that are not equal, and per side how many rows they hold and the sum of their hashes.
struct Open {
    numbers: Vec<u64>,
    known: Sides<(u64, u64)>,
}

impl ServerDiff {
    /// One side of the question.
    pub(super) fn of<'q>(&'q self, side: Side, queries: &'q Sides<String>) -> SideQuestion<'q> {
        let name: fn(&pushdown::Pair) -> &str = match side {
            Side::Old => |pair| &pair.old,
            Side::New => |pair| &pair.new,
        };
        let (names, key, compared) = (&self.names, self.key.as_slice(), self.compared.as_slice());
        SideQuestion { names, sql: queries.get(side), key, compared, name, seeded: self.seeded }
    }
}

/// The answer of one server, a place of each list for a bucket.
struct Sums {
    /// Ascending.
    buckets: Vec<u64>,
    rows: Vec<u64>,
    sums: Vec<u128>,
    /// Whether the bucket has to be read, whatever its sum.
    open: Vec<bool>,
    /// For each numeric column whether any row has a finite number.
    finite: Vec<Vec<bool>>,
    total: u64,
}

impl Sums {
    /// Whether two buckets hold the same rows, no key more than once.
    fn equals(&self, here: usize, other: &Sums, there: usize) -> bool {
        let same = self.rows[here] == other.rows[there] && self.sums[here] == other.sums[there];
        same && !self.open[here] && !other.open[there]
    }

    /// Absent where the answer is not whole: a bucket that is named twice, rows that are in none.
    fn read(answer: &Frame, numeric: usize) -> Option<Sums> {
        let list = |name: &str| -> Option<Vec<u128>> {
            let (series, _) = answer.column(name)?;
            let numbers = match series.dtype().is_signed_integer() {
                true => {
                    // An engine without unsigned integers answers with the bits of one.
                    let bits = |number: i128| u128::try_from(number).unwrap_or_else(|_| (number as u64).into());
                    let numbers = series.cast(&DataType::Int128).ok()?;
                    numbers.i128().ok()?.iter().map(|number| number.map(bits)).collect::<Option<Vec<u128>>>()?
                }
                false => {
                    let numbers = series.cast(&DataType::UInt128).ok()?;
                    numbers.u128().ok()?.iter().collect::<Option<Vec<u128>>>()?
                }
            };
            (numbers.len() == answer.height()).then_some(numbers)
        };
        let small =
            |name: &str| -> Option<Vec<u64>> { list(name)?.into_iter().map(|one| u64::try_from(one).ok()).collect() };
        let flags = |name: &str| Some(list(name)?.into_iter().map(|one| one > 0).collect::<Vec<bool>>());
        let finite = (0..numeric).map(|at| flags(&format!("cutover_finite{at}"))).collect::<Option<_>>()?;
        let (buckets, rows, totals) =
            (small("cutover_bucket")?, small("cutover_bucket_rows")?, small("cutover_total")?);
        let total = rows.iter().try_fold(0u64, |sum, rows| sum.checked_add(*rows))?;
        let whole = buckets.is_sorted_by(|one, next| one < next) && totals.iter().all(|one| *one == total);
        whole.then_some(Sums {
            sums: list("cutover_bucket_sum")?,
            open: flags("cutover_bucket_open")?,
            buckets,
            rows,
            finite,
            total,
        })
    }
}

#[cfg(test)]
mod tests;

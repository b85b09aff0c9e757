//! The differing rows of a check as the finders take them: values, and which columns differ.

use std::collections::BTreeMap;

use super::draw::{Draw, MOST_AGREEING, MOST_AGREEING_BYTES, MOST_BYTES, MOST_ROWS, size};
use super::row_order::{Ranks, RowInOrder};
use crate::frame::Value;
use crate::model::{Difference, Example, FindingCode, RowCounts};

/// A column of the check.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Head {
    /// Its name in old.
    pub(crate) name: String,
    /// Whether it is of the key.
    pub(crate) key: bool,
}

/// One column of a changed row.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Change {
    /// Number of the column among all.
    pub(crate) column: usize,
    /// Value of old as it is compared.
    pub(crate) old: Value,
    /// Value of new as it is compared.
    pub(crate) new: Value,
    /// Both as the sides returned them, where that is something else.
    pub(crate) written: Option<Box<[Value; 2]>>,
}

impl Change {
    /// A column whose values are compared as the sides returned them.
    #[cfg(test)]
    pub(crate) fn new(column: usize, old: Value, new: Value) -> Change {
        Change { column, old, new, written: None }
    }
}

/// One row that differs.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct DifferingRow {
    /// How it differs: missing, extra or changed.
    pub(crate) class: Difference,
    /// Its values in the order of the columns: of new for an extra row, else of old.
    pub(crate) values: Vec<Value>,
    /// The columns that differ, in their order; none for missing and extra rows.
    pub(crate) changes: Vec<Change>,
    /// Rows of its key in old and in new.
    pub(crate) copies: (u32, u32),
    /// Of a group of numbers, those that differ as waivers know them, by their column; none of other rows, which are one
    /// difference each.
    pub(crate) numbers: Vec<(usize, Example)>,
}

/// How all rows relate, where what was found does not say so of rows.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Counted {
    /// The rows.
    pub(crate) rows: RowCounts,
    /// Rows in which each column changed.
    pub(crate) changed: BTreeMap<String, u64>,
}

impl DifferingRow {
    fn size(&self) -> usize {
        let written = |change: &Change| change.written.iter().flat_map(|both| both.iter()).map(size).sum::<usize>();
        let changes = self.changes.iter().map(|change| size(&change.old) + size(&change.new) + written(change) + 16);
        self.values.iter().map(size).sum::<usize>() + changes.sum::<usize>() + 64 + self.numbers.len() * 256
    }
}

/// Differing rows while they are found, in any order.
#[derive(Clone, Debug)]
pub(crate) struct Collector {
    columns: Vec<Head>,
    drawn: Draw<DifferingRow>,
    agreeing: Draw<Vec<Value>>,
    agreeing_unknown: bool,
    /// How often each pair of numbers of copies, old and new, was met under a duplicated key.
    copies: BTreeMap<(u64, u64), u64>,
    whole: bool,
}

impl Collector {
    /// Nothing found yet.
    pub(crate) fn new(columns: Vec<Head>) -> Self {
        Collector {
            columns,
            drawn: Draw::new(MOST_ROWS, MOST_BYTES),
            agreeing: Draw::new(MOST_AGREEING, MOST_AGREEING_BYTES),
            agreeing_unknown: false,
            copies: BTreeMap::new(),
            whole: false,
        }
    }

    /// The same of rows that are known by all their columns.
    pub(crate) fn of_whole_rows(self) -> Self {
        Collector { whole: true, ..self }
    }

    /// Nothing found yet where about so many rows will be.
    pub(crate) fn expecting(self, rows: u64) -> Self {
        Collector { drawn: Draw::of_about(MOST_ROWS, MOST_BYTES, rows), ..self }
    }

    /// Whether the row whose key has this hash is wanted.
    pub(crate) fn wants(&self, hash: u64) -> bool {
        self.drawn.wants(hash)
    }

    /// Takes one row.
    pub(crate) fn add(&mut self, hash: u64, row: DifferingRow) {
        self.drawn.add(hash, row.size(), row);
    }

    /// Whether a row that agrees, and whose key has this hash, is wanted.
    pub(crate) fn wants_agreeing(&self, hash: u64) -> bool {
        self.agreeing.wants(hash)
    }

    /// Takes the values of old of a row that agrees.
    pub(crate) fn add_agreeing(&mut self, hash: u64, values: Vec<Value>) {
        self.agreeing.add(hash, values.iter().map(size).sum(), values);
    }

    /// Takes rows that agree, which were drawn elsewhere; none at all where others are known of that cannot be drawn.
    pub(crate) fn merge_agreeing(&mut self, drawn: Option<Draw<Vec<Value>>>) {
        match drawn {
            Some(drawn) => self.agreeing.merge(drawn),
            None => self.agreeing_unknown = true,
        }
    }

    /// Notes a key that stands more than once.
    pub(crate) fn note_copies(&mut self, old: u64, new: u64) {
        // So many different pairs of numbers say nothing any more.
        if self.copies.len() < 10_000 || self.copies.contains_key(&(old, new)) {
            *self.copies.entry((old, new)).or_default() += 1;
        }
    }

    /// Takes in what was found in other parts.
    pub(crate) fn merge(&mut self, other: Collector) {
        self.drawn.merge(other.drawn);
        self.agreeing.merge(other.agreeing);
        for (pair, count) in other.copies {
            *self.copies.entry(pair).or_default() += count;
        }
    }

    /// Returns what was found.
    pub(crate) fn finish(self) -> Evidence {
        let complete = self.drawn.is_complete();
        let bits = self.drawn.bits().max(self.agreeing.bits());
        let (hashes, rows) = self.drawn.finish().into_iter().unzip();
        let agreeing = self.agreeing.finish();
        let Collector { columns, copies, agreeing_unknown, whole, .. } = self;
        Evidence {
            columns,
            rows,
            complete,
            hashes,
            agreeing,
            agreeing_unknown,
            bits,
            copies,
            merges: Vec::new(),
            aside: Vec::new(),
            whole,
            counted: None,
        }
    }
}

/// Differing rows, by number, of which one code is true.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Merged {
    /// What is true of them.
    pub(crate) code: FindingCode,
    /// The sides of which it is true.
    pub(crate) sides: String,
    /// The rows.
    pub(crate) rows: Vec<usize>,
}

/// The differing rows of a check: all of them, or a uniform draw.
#[derive(Clone, Debug)]
pub(crate) struct Evidence {
    /// The columns, those of the key first.
    pub(crate) columns: Vec<Head>,
    /// The rows, in an order that does not depend on how they were read.
    pub(crate) rows: Vec<DifferingRow>,
    /// Whether these are all.
    pub(crate) complete: bool,
    /// Hashes of the keys of the rows, ascending.
    pub(crate) hashes: Vec<u64>,
    /// Rows that agree, drawn uniformly: the hash of the key, and the values of old in the order of the columns.
    pub(crate) agreeing: Vec<(u64, Vec<Value>)>,
    /// Whether there are rows that agree and could not be drawn.
    pub(crate) agreeing_unknown: bool,
    /// Bits with which the hashes begin, all of them 0, of the rows that both draws would have drawn.
    pub(crate) bits: u32,
    /// How often each pair of numbers of copies, old and new, was met under a duplicated key.
    pub(crate) copies: BTreeMap<(u64, u64), u64>,
    /// What the tables of the sides tell of the rows.
    pub(crate) merges: Vec<Merged>,
    /// Rows of old that differ and are no longer among `rows`, by the hash of their key: others, to all that are.
    pub(crate) aside: Vec<(u64, Vec<Value>)>,
    /// Whether a row is known by all its columns, and a change of one makes it another row.
    pub(crate) whole: bool,
    /// How all rows relate, where what was found does not say so of rows.
    pub(crate) counted: Option<Counted>,
}

impl Evidence {
    /// A uniform draw of the rows of old, by the hash of their key, each with its place in `ranks`; none where some could not be
    /// drawn.
    pub(super) fn of_old<'a>(&'a self, ranks: &Ranks) -> Vec<RowInOrder<'a>> {
        if self.agreeing_unknown {
            return Vec::new();
        }
        let differing = (0..self.rows.len()).filter(|row| self.rows[*row].class != Difference::Extra);
        let differing = differing.map(|row| (self.hashes[row], self.row(row, ranks)));
        let agreeing = self.agreeing.iter().chain(&self.aside).enumerate();
        let agreeing = agreeing.map(|(at, (hash, values))| {
            (*hash, RowInOrder { number: self.rows.len() + at, values, rank: ranks.others.get(at).copied() })
        });
        let mut all: Vec<(u64, RowInOrder<'a>)> =
            differing.chain(agreeing).filter(|(hash, _)| hash.leading_zeros() >= self.bits).collect();
        all.sort_by_key(|(hash, _)| *hash);
        all.into_iter().map(|(_, row)| row).collect()
    }

    /// Whether rows are known by all their columns, so that a change of one makes another row.
    pub(super) fn knows_whole_rows(&self) -> bool {
        self.whole || (self.columns.len() > 1 && self.columns.iter().all(|column| column.key))
    }

    /// A differing row, with its place in `ranks`.
    pub(super) fn row<'a>(&'a self, row: usize, ranks: &Ranks) -> RowInOrder<'a> {
        let rank = ranks.differing.get(row).copied().flatten();
        RowInOrder { number: row, values: &self.rows[row].values, rank }
    }

    /// The values of all rows that are known, by their numbers.
    pub(super) fn all_rows(&self) -> Vec<&[Value]> {
        let others = self.agreeing.iter().chain(&self.aside).map(|(_, values)| values.as_slice());
        self.rows.iter().map(|row| row.values.as_slice()).chain(others).collect()
    }

    /// Keeps the rows for which `kept` says so, by number, and puts the others aside.
    pub(crate) fn keep(&mut self, kept: &[bool]) {
        let mut numbers = Vec::with_capacity(kept.len());
        let rows = std::mem::take(&mut self.rows).into_iter().zip(std::mem::take(&mut self.hashes));
        for ((row, hash), keeps) in rows.zip(kept) {
            numbers.push(keeps.then_some(self.rows.len()));
            if *keeps {
                self.rows.push(row);
                self.hashes.push(hash);
            } else if row.class != Difference::Extra {
                self.aside.push((hash, row.values));
            }
        }
        for merged in &mut self.merges {
            merged.rows = merged.rows.iter().filter_map(|row| numbers[*row]).collect();
        }
    }

    /// The rows of a class, by number.
    pub(crate) fn of(&self, class: Difference) -> impl Iterator<Item = usize> + '_ {
        (0..self.rows.len()).filter(move |row| self.rows[*row].class == class)
    }
}

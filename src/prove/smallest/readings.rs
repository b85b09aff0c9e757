//! The answers of both sides, window by window, beside each other.

use super::super::tape::Query;
use super::super::trial::{Ready, Trial};
use crate::compare::{BothSides, RowsOfKey, SideBySide, value_as_shown};

/// The key of a row as it is shown, in the order of the check's.
pub(super) type Key = Vec<Option<String>>;

/// What both sides answered in one window.
pub(super) struct Reading {
    /// The query of new, and how many rows its answer has.
    pub(super) query: Query,
    pub(super) total: u64,
    pub(super) both: SideBySide,
}

/// A row of one of the readings.
#[derive(Clone, Copy)]
pub(super) struct Place<'a> {
    pub(super) reading: &'a Reading,
    pub(super) pair: RowsOfKey,
}

impl Trial<'_> {
    /// The answers of both sides; absent where they are not kept, or not all of their rows have one counterpart at most.
    pub(super) fn readings(&self, ready: &Ready) -> Option<Vec<Reading>> {
        let reading = |asked: crate::model::Sides<Query>| {
            let answers = &ready.baseline.answers;
            let old = answers.get(asked.old.source, &asked.old.sql, 0)?;
            let new = answers.get(asked.new.source, &asked.new.sql, 0)?;
            let both = SideBySide::new(self.one.check, &old.batches, &new.batches)?;
            Some(Reading { total: new.rows(), query: asked.new, both })
        };
        self.compared(ready).into_iter().map(reading).collect()
    }
}

/// What is furthest of the places of a column, which new calls `name`; the first of those alike. Absent where nothing is found.
pub(super) fn furthest<'a, T>(
    readings: &'a [Reading],
    name: &str,
    of: impl Fn(Place<'a>, BothSides<'a>) -> Option<T>,
    is_further: impl Fn(&T, &T) -> bool,
) -> Option<T> {
    let mut furthest: Option<T> = None;
    for reading in readings {
        let column = reading.both.column(name)?;
        for pair in reading.both.pairs() {
            let Some(found) = of(Place { reading, pair: *pair }, column) else { continue };
            if furthest.as_ref().is_none_or(|known| is_further(&found, known)) {
                furthest = Some(found);
            }
        }
    }
    furthest
}

impl Place<'_> {
    /// The key of the row.
    pub(super) fn key(&self) -> Key {
        self.reading.both.key(self.pair).iter().map(value_as_shown).collect()
    }

    /// The number of the row in the answer of new.
    pub(super) fn row(&self) -> u64 {
        self.pair.new as u64
    }
}

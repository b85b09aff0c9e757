//! What all rows that are known answer, and where they stand, by each of their columns: made once, since every class of differing
//! rows is held against nearly the same others.

use rayon::prelude::*;

use super::answers::{Answers, answers};
use super::places::{Ranked, orders};
use super::property::Property;
use crate::compare::diagnosis::evidence::Head;
use crate::frame::Value;

/// The answers and ranks of all rows by one column.
#[derive(Debug, Default)]
pub(super) struct ColumnIndex {
    pub(super) answers: Vec<Answers>,
    pub(super) orders: Vec<Ranked>,
}

/// The answers and ranks of all rows.
#[derive(Debug)]
pub(in super::super) struct Index(Vec<ColumnIndex>);

impl Index {
    /// Looks at all of `rows`, whose places there are their numbers; of a column whose values are `hidden` only for which rows
    /// have one of them. Nothing is known of what comes too `late`.
    pub(in super::super) fn of(
        rows: &[&[Value]],
        columns: &[Head],
        hidden: &(dyn Fn(&str) -> bool + Sync),
        late: &(dyn Fn() -> bool + Sync),
    ) -> Index {
        let index = |(column, head): (usize, &Head)| {
            if late() {
                return ColumnIndex::default();
            }
            let values: Vec<&Value> = rows.iter().map(|row| &row[column]).collect();
            let hidden = hidden(&head.name);
            let orders = if hidden { Vec::new() } else { orders(&values) };
            ColumnIndex { answers: answers(&values, Property::all(head.key, hidden), &orders), orders }
        };
        Index(columns.par_iter().enumerate().map(index).collect())
    }

    /// What is known of a column.
    pub(super) fn column(&self, column: usize) -> &ColumnIndex {
        &self.0[column]
    }
}

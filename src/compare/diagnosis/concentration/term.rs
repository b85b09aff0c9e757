//! Something that a row may have: an answer of one of its columns, or a place in a range.

use std::sync::Arc;

use super::answers::Answers;
use super::bits::Bits;
use super::places::{NOWHERE, Order};
use super::property::Property;
use crate::compare::diagnosis::evidence::Head;
use crate::compare::diagnosis::row_order::RowInOrder;
use crate::model::Term as Shown;

/// What is asked of one column.
#[derive(Clone, Debug)]
pub(super) enum Question {
    /// Whether a property has this answer, by the text and by the code that rows have for it; no text is NULL.
    Is(Property, Option<String>, Arc<[u32]>, u32),
    /// Whether its rank, of those of all rows in this order, lies between two, both inclusive.
    Between(Order, Arc<[u32]>, (u32, u32)),
    /// Whether it is the last row of a page of so many, or the first, by the key of old.
    Page(u64, bool),
}

/// A question about one column, with how it is shown.
#[derive(Clone, Debug)]
pub(super) struct Term {
    pub(super) column: usize,
    pub(super) question: Question,
    pub(super) shown: Shown,
}

impl Term {
    /// Whether a property of a column has an answer.
    pub(super) fn is(column: usize, head: &Head, answers: &Answers, code: u32, answer: Option<String>) -> Term {
        let property = answers.property;
        let shown = Shown {
            column: head.name.clone(),
            property: property.name(),
            null: answer.is_none(),
            is: answer.clone(),
            ..Shown::default()
        };
        Term { column, question: Question::Is(property, answer, answers.codes.clone(), code), shown }
    }

    /// Whether a row is the last of a page of `size` rows, or the first, by the key that `name` says and `column` begins.
    pub(super) fn page(column: usize, name: &str, size: u64, is_last: bool) -> Term {
        let shown = Shown {
            column: name.to_owned(),
            property: Some(format!("{}{size}", Shown::PAGE)),
            is: Some(if is_last { "last" } else { "first" }.to_owned()),
            ..Shown::default()
        };
        Term { column, question: Question::Page(size, is_last), shown }
    }

    /// Whether a row has it.
    pub(super) fn holds(&self, row: &RowInOrder<'_>) -> bool {
        match &self.question {
            Question::Is(_, _, codes, code) => codes[row.number] == *code,
            Question::Between(_, ranks, (from, to)) => {
                let rank = ranks[row.number];
                rank != NOWHERE && (*from..=*to).contains(&rank)
            }
            Question::Page(size, is_last) => {
                row.rank.is_some_and(|rank| rank % size == if *is_last { size - 1 } else { 0 })
            }
        }
    }

    /// The rows of a list that have it, as [`Term::holds`] says of each.
    pub(super) fn holding(&self, rows: &[RowInOrder<'_>]) -> Bits {
        match &self.question {
            Question::Is(_, _, codes, code) => Bits::of(rows.len(), |row| codes[rows[row].number] == *code),
            _ => Bits::of(rows.len(), |row| self.holds(&rows[row])),
        }
    }

    /// How plain it is, of two that hold of the same rows: values before their properties, those before ranges.
    pub(super) fn plainness(&self) -> (u8, usize, String) {
        let sort = match &self.question {
            Question::Is(Property::Itself, ..) => 0,
            Question::Is(Property::Day, ..) => 1,
            Question::Between(..) => 2,
            Question::Is(..) => 3,
            Question::Page(..) => 4,
        };
        let name = self.shown.property.clone().unwrap_or_default() + self.shown.is.as_deref().unwrap_or_default();
        (sort, self.column, name)
    }
}

//! Something that a row may have: an answer of one of its columns, or a place in a range.

use super::interval::{Order, Place};
use super::property::Property;
use crate::compare::diagnosis::evidence::Head;
use crate::frame::Value;
use crate::model::Term as Shown;

/// What is asked of one column.
#[derive(Clone, Debug)]
pub(super) enum Question {
    /// Whether a property has this answer; `None` is NULL.
    Is(Property, Option<String>),
    /// Whether it stands in a range; what is open has no end there.
    Between(Order, Option<Place<'static>>, Option<Place<'static>>),
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
    pub(super) fn is(column: usize, head: &Head, property: Property, answer: Option<String>) -> Term {
        let shown = Shown {
            column: head.name.clone(),
            property: property.name(),
            null: answer.is_none(),
            is: answer.clone(),
            ..Shown::default()
        };
        Term { column, question: Question::Is(property, answer), shown }
    }

    /// Whether a row with these values has it.
    pub(super) fn holds(&self, values: &[Value]) -> bool {
        let value = &values[self.column];
        match &self.question {
            Question::Is(property, answer) => property.answer(value).is_some_and(|found| found == *answer),
            Question::Between(order, from, to) => order.place(value).is_some_and(|place| {
                from.as_ref().is_none_or(|from| *from <= place) && to.as_ref().is_none_or(|to| place <= *to)
            }),
        }
    }

    /// How plain it is, of two that hold of the same rows: values before their properties, those before ranges.
    pub(super) fn plainness(&self) -> (u8, usize, String) {
        let sort = match &self.question {
            Question::Is(Property::Itself, _) => 0,
            Question::Is(Property::Day, _) => 1,
            Question::Between(..) => 2,
            Question::Is(..) => 3,
        };
        let name = self.shown.property.clone().unwrap_or_default() + self.shown.is.as_deref().unwrap_or_default();
        (sort, self.column, name)
    }
}

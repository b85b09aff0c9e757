//! Whether the data of old fits the columns of new.

use std::collections::BTreeMap;

use super::items::named;
use crate::model::{Difference, Example, Pair};
use crate::schema::ColumnData;
use crate::spec::check::SchemaCheck;

/// What of a column does not fit: beside each value of old what new has room for.
pub(super) fn misfit(column: &ColumnData) -> Option<Example> {
    let misfits = column.answers.iter().filter(|(question, answer)| !question.fits(answer.as_deref()));
    let columns: BTreeMap<String, Pair> = misfits
        .map(|(question, answer)| {
            let pair = Pair { old: answer.clone(), new: Some(question.limit()) };
            (question.measure.name().to_owned(), pair)
        })
        .collect();
    let key = named(&(column.table.clone(), SchemaCheck::data_item(&column.column)));
    (!columns.is_empty()).then_some(Example { difference: Difference::Changed, key, columns })
}

//! Rows that differ as reports show them.

use super::super::value::display;
use super::columns::Columns;
use crate::model::{Difference, Example, Key, Pair, Side};

/// How often a duplicate key stands on each side.
pub(super) fn counts(old: usize, new: usize) -> Pair {
    Pair { old: Some(old.to_string()), new: Some(new.to_string()) }
}

/// A pair of rows with the columns that are `wanted`.
pub(super) fn pair_example(
    columns: &Columns,
    difference: Difference,
    key: &Key,
    (old, new): (usize, usize),
    wanted: &dyn Fn(usize) -> bool,
) -> Example {
    let differing = columns.compared.iter().enumerate().filter(|(at, _)| wanted(*at));
    let pairs = differing.map(|(_, column)| {
        (
            column.name.clone(),
            Pair { old: display::shown(&column.old.value(old)), new: display::shown(&column.new.value(new)) },
        )
    });
    Example { difference, key: key.clone(), columns: pairs.collect() }
}

/// A row without a partner.
pub(super) fn alone(columns: &Columns, difference: Difference, key: &Key, side: Side, row: usize) -> Example {
    let pairs = columns.compared.iter().map(|column| {
        let value = display::shown(&column.raw(side).value(row));
        let pair = match side {
            Side::Old => Pair { old: value, new: None },
            Side::New => Pair { old: None, new: value },
        };
        (column.name.clone(), pair)
    });
    Example { difference, key: key.clone(), columns: pairs.collect() }
}

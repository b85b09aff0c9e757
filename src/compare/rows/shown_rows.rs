//! Rows that differ as reports show them, and whole.

use std::sync::Arc;

use super::super::value::display;
use super::columns::Columns;
use super::whole_rows::RowPair;
use crate::model::{Difference, Example, Key, Pair, Side, Sides};

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

/// The whole rows of a pair, or of a row without a partner.
pub(super) fn row_pair(columns: &Columns, rows: (Option<usize>, Option<usize>), is_duplicated: bool) -> Box<RowPair> {
    let side = |side: Side, row: Option<usize>| {
        let row = row?;
        let paired = columns.key.iter().chain(&columns.compared).map(|column| Some(column.raw(side).value(row)));
        let carried = columns.carried.iter().map(|carried| Some(carried.of.get(side).as_ref()?.value(row)));
        Some(paired.chain(carried).collect())
    };
    let values = Sides { old: side(Side::Old, rows.0), new: side(Side::New, rows.1) };
    Box::new(RowPair { columns: Arc::clone(&columns.row), values, is_duplicated })
}

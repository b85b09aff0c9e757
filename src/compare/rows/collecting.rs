//! Hands the rows that differ to the diagnosis: their values, and what of them changed.

use super::super::diagnosis::{Change, Collector, DifferingRow, Head};
use super::super::value::normalize::Normal;
use super::columns::Columns;
use super::draw_hash;
use super::key_group::KeyGroup;
use super::paired::Paired;
use crate::frame::Value;
use crate::model::{Difference, Side};

/// Nothing collected yet of rows with these columns.
pub(super) fn collector(columns: &Columns) -> Collector {
    let head = |key: bool| move |column: &Paired| Head { name: column.name.clone(), key };
    Collector::new(columns.key.iter().map(head(true)).chain(columns.compared.iter().map(head(false))).collect())
}

/// A row that differs: of `side`, or of both where some of its columns do not hold.
pub(super) struct Differing<'a> {
    pub(super) class: Difference,
    pub(super) side: Side,
    pub(super) row: usize,
    /// Its partner in new, and per compared column whether the rule holds.
    pub(super) partner: Option<(usize, &'a [bool])>,
    pub(super) copies: (usize, usize),
}

/// Takes `row` into `collector`.
pub(super) fn collect(collector: &mut Collector, columns: &Columns, row: &Differing<'_>) {
    let hash = hash(known_by(columns), row.side, row.row);
    if !collector.wants(hash) {
        return;
    }
    let all = columns.key.iter().chain(&columns.compared);
    let values = all.map(|column| column.raw(row.side).value(row.row)).collect();
    let changes = row.partner.map_or_else(Vec::new, |(new, holds)| {
        let changed = columns.compared.iter().enumerate().filter(|(at, _)| !holds[*at]);
        let change = |(at, column): (usize, &Paired)| {
            let (old, written_old) = compared(column, Side::Old, row.row);
            let (new, written_new) = compared(column, Side::New, new);
            let written = (old != written_old || new != written_new).then(|| Box::new([written_old, written_new]));
            Change { column: columns.key.len() + at, old, new, written }
        };
        changed.map(change).collect()
    });
    let count = |rows: usize| u32::try_from(rows).unwrap_or(u32::MAX);
    let copies = (count(row.copies.0), count(row.copies.1));
    collector.add(hash, DifferingRow { class: row.class, values, changes, copies, numbers: Vec::new() });
}

/// Nothing collected yet of tags, each of which is a row of its own under its key.
pub(crate) fn tag_collector(columns: &Columns) -> Collector {
    collector(columns).of_whole_rows()
}

/// Takes a tag that stands on both sides where `class` is absent, else on one. `row` is one of its rows of `side`, of old
/// where both have it.
pub(crate) fn collect_tag(
    collector: &mut Collector,
    columns: &Columns,
    class: Option<Difference>,
    side: Side,
    row: usize,
) {
    let all = || columns.key.iter().chain(&columns.compared);
    let hash = hash(all(), side, row);
    let values = || all().map(|column| column.raw(side).value(row)).collect();
    match class {
        Some(class) if collector.wants(hash) => {
            let (values, changes, numbers) = (values(), Vec::new(), Vec::new());
            collector.add(hash, DifferingRow { class, values, changes, copies: (1, 1), numbers });
        }
        None if collector.wants_agreeing(hash) => collector.add_agreeing(hash, values()),
        _ => {}
    }
}

/// Takes a row of old that agrees.
pub(super) fn collect_agreeing(collector: &mut Collector, columns: &Columns, row: usize) {
    let hash = hash(known_by(columns), Side::Old, row);
    if collector.wants_agreeing(hash) {
        let all = columns.key.iter().chain(&columns.compared);
        collector.add_agreeing(hash, all.map(|column| column.old.value(row)).collect());
    }
}

/// Notes a key that stands more than once on either side.
pub(super) fn note_copies(collector: &mut Collector, group: &KeyGroup) {
    collector.note_copies(group.old.len() as u64, group.new.len() as u64);
}

/// The value as its rule compares it, or as it is where that cannot be read; and as it is.
fn compared(column: &Paired, side: Side, row: usize) -> (Value, Value) {
    let written = column.raw(side).value(row);
    match column.normalizer(side).apply(written.clone()) {
        Normal::Value(value) => (value, written),
        Normal::Unreadable(_) => (written.clone(), written),
    }
}

/// The columns of the key, or all where there is none.
fn known_by(columns: &Columns) -> std::slice::Iter<'_, Paired> {
    if columns.key.is_empty() { columns.compared.iter() } else { columns.key.iter() }
}

/// The hash of these columns of a row.
fn hash<'a>(columns: impl Iterator<Item = &'a Paired>, side: Side, row: usize) -> u64 {
    draw_hash::of_cells(columns.map(|column| column.raw(side).cells().cell(row)), &mut Vec::new())
}

//! Mutants of rows: lost, doubled, in the place of others.

use std::collections::BTreeSet;

use super::columns::{Column, Context};
use super::operators::unheard_of;
use super::{Mutant, Size, Touched};
use crate::frame::{Type, Value};
use crate::model::Kind;
use crate::prove::edit::{Edit, Rows, day_of};

fn mutant(name: &'static str, what: &'static str, size: Size, edit: Edit, touched: Vec<Touched>) -> Mutant {
    Mutant { name, what, column: None, size, edits: vec![edit], next: Vec::new(), touched }
}

pub(super) fn whole(context: &Context<'_>, row: &[Value]) -> Touched {
    Touched { key: context.key_of(row), before: None, after: None }
}

pub(super) fn only(number: u64) -> Rows {
    Rows::Numbers(BTreeSet::from([number]))
}

/// One row lost, and one that stands twice, each of `size`.
pub(super) fn single(context: &Context<'_>, size: Size) -> Vec<Mutant> {
    let Some((number, row)) = context.sample.rows.first() else { return Vec::new() };
    let (lost, double) = (Edit::Drop(only(*number)), Edit::Repeat(only(*number)));
    vec![
        mutant("lose_row", "one row is lost", size, lost, vec![whole(context, row)]),
        mutant("double_row", "one row stands twice", size, double, vec![whole(context, row)]),
    ]
}

/// The last rows of the answer lost, one in a hundred and at least one: those that a load which ended early lacks.
pub(super) fn last(context: &Context<'_>) -> Vec<Mutant> {
    let total = context.sample.total;
    if total < 2 {
        return Vec::new();
    }
    let edit = Edit::Drop(Rows::From(total - (total / 100).max(1)));
    vec![mutant("lose_last", "the last rows are lost, one in a hundred", Size::Gross, edit, Vec::new())]
}

/// All rows lost, and all that stand twice, that share the first column of a key of several.
pub(super) fn group(context: &Context<'_>) -> Vec<Mutant> {
    let key = context.key();
    let (Some((_, row)), [first, _, ..]) = (context.sample.rows.first(), key.as_slice()) else { return Vec::new() };
    let lost = like(row, std::slice::from_ref(first));
    let twice = lost.clone().map(|lost| Mutant {
        name: "repeat_group",
        what: "all rows of a group stand twice",
        edits: same(row, std::slice::from_ref(first)).map(Edit::Repeat).into_iter().collect(),
        ..lost
    });
    lost.into_iter().chain(twice).collect()
}

/// All rows lost whose time is on one day, by the first column of the key that is a time, or by any other where the kind
/// compares rows; unless all of them are on it.
pub(super) fn day(context: &Context<'_>) -> Option<Mutant> {
    let (key, mut columns) = (context.key(), context.key());
    if context.check.kind.kind() == Kind::Rows {
        columns.extend(context.compared());
    }
    let is_time = |column: &Column<'_>| matches!(column.of, Type::Date | Type::Instant | Type::WallClock);
    let column = columns.into_iter().find(is_time)?;
    // A row of a key that is a day and nothing else is lost by itself.
    if let [only] = key.as_slice()
        && *only.of == Type::Date
        && only.place == column.place
    {
        return None;
    }
    let mut days = context.sample.rows.iter().filter_map(|(_, row)| day_of(row.get(column.place)?));
    let day = days.next()?;
    if days.all(|other| other == day) {
        return None;
    }
    let edit = Edit::Drop(Rows::OnDay(column.name.to_owned(), day));
    Some(mutant("lose_day", "all rows of one day are lost", Size::Gross, edit, Vec::new()))
}

/// All rows lost that share these columns, the first of the key, with `row`.
pub(super) fn like(row: &[Value], columns: &[Column<'_>]) -> Option<Mutant> {
    let wanted = same(row, columns)?;
    let key = columns.iter().filter_map(|column| row.get(column.place).cloned()).collect();
    let touched = vec![Touched { key, before: None, after: None }];
    Some(mutant("lose_group", "all rows of a group are lost", Size::Gross, Edit::Drop(wanted), touched))
}

/// The rows that share these columns with `row`.
pub(super) fn same(row: &[Value], columns: &[Column<'_>]) -> Option<Rows> {
    let wanted = columns.iter().map(|column| Some((column.name.to_owned(), row.get(column.place)?.clone())));
    Some(Rows::Like(wanted.collect::<Option<Vec<_>>>()?))
}

/// One row lost and another one there instead, so that their number stays: for each column of the key.
pub(super) fn replaced(context: &Context<'_>) -> Vec<Mutant> {
    let of = |column: Column<'_>| {
        let (number, touched) = context.first(&column, unheard_of)?;
        let value = touched.after.clone()?;
        Some(Mutant {
            name: "replace_row",
            what: "one row is lost and another is there instead, so that their number stays",
            column: Some(column.known_as.clone()),
            size: Size::Gross,
            edits: vec![Edit::Set(column.name.to_owned(), [(number, value)].into())],
            next: Vec::new(),
            touched: vec![touched],
        })
    };
    context.key().into_iter().filter_map(of).collect()
}

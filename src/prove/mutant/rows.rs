//! Mutants of rows: lost, doubled, in the place of others.

use std::collections::BTreeSet;

use super::columns::{Column, Context};
use super::operators::unheard_of;
use super::{Mutant, Size, Touched};
use crate::frame::Value;
use crate::prove::edit::{Edit, Rows};

fn mutant(name: &'static str, what: &'static str, size: Size, edit: Edit, touched: Vec<Touched>) -> Mutant {
    Mutant { name, what, column: None, size, edits: vec![edit], touched }
}

fn whole(context: &Context<'_>, row: &[Value]) -> Touched {
    Touched { key: context.key_of(row), before: None, after: None }
}

fn only(number: u64) -> Rows {
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

/// All rows lost that share the first column of a key of several.
pub(super) fn group(context: &Context<'_>) -> Vec<Mutant> {
    let key = context.key();
    let (Some((_, row)), [first, _, ..]) = (context.sample.rows.first(), key.as_slice()) else { return Vec::new() };
    like(row, std::slice::from_ref(first)).into_iter().collect()
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
            touched: vec![touched],
        })
    };
    context.key().into_iter().filter_map(of).collect()
}

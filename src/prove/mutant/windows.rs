//! Mutants of checks with windows: what belongs into one of them is answered in the next, so that all of it is there.

use super::columns::Context;
use super::operators::nothing;
use super::pairs::added;
use super::rows::{only, whole};
use super::{Mutant, Size, Touched};
use crate::frame::Value;
use crate::model::Kind;
use crate::prove::edit::Edit;

/// A row that is answered in the next window.
pub(super) fn moved_row(context: &Context<'_>) -> Option<Mutant> {
    // Columns of nothing but NULL have no type that takes the row.
    context.next.filter(|next| next.types == context.sample.types)?;
    let (number, row) = context.sample.rows.first()?;
    Some(Mutant {
        name: "next_window",
        what: "one row is in the next window",
        column: None,
        size: Size::Gross,
        edits: vec![Edit::Drop(only(*number))],
        next: vec![Edit::Add(row.clone())],
        touched: vec![whole(context, row)],
    })
}

/// One row more that the next window counts and this one does not, or all of a number that is another window's.
pub(super) fn moved_number(context: &Context<'_>) -> Vec<Mutant> {
    let moved = |column: super::columns::Column<'_>| {
        let is_count = context.check.kind.kind() == Kind::RowCount;
        let before = &context.sample.rows.first()?.1[column.place];
        let none = nothing(column.of).filter(|none| none != before)?;
        let next = match context.next?.rows.first()?.1.get(column.place)? {
            Value::Null => none.clone(),
            held => held.clone(),
        };
        let (size, what, left, amount) = match before {
            Value::Integer(count) if is_count => {
                (Size::Least, "one row is in the next window", Value::Integer(count - 1), Value::Integer(1))
            }
            _ => (Size::Gross, "all of a number is in the next window, so that the total stays", none, before.clone()),
        };
        let next = added(&next, &amount)?;
        let set = |value: &Value| vec![Edit::Set(column.name.to_owned(), [(0, value.clone())].into())];
        Some(Mutant {
            name: "next_window",
            what,
            column: Some(column.known_as.clone()),
            size,
            edits: set(&left),
            next: set(&next),
            touched: vec![Touched { key: Vec::new(), before: Some(before.clone()), after: Some(left) }],
        })
    };
    context.compared().into_iter().filter_map(moved).collect()
}

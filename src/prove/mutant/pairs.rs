//! Mutants that make up for themselves: what one row loses, another has, so that no total moves.

use super::columns::{Column, Context};
use super::operators::is_empty;
use super::{Mutant, Size, Touched};
use crate::frame::Value;
use crate::prove::edit::Edit;

/// The mutants of two values of `column`.
pub(super) fn pairs(context: &Context<'_>, column: &Column<'_>) -> Vec<Mutant> {
    [swapped(context, column), moved(context, column)].into_iter().flatten().collect()
}

/// Two rows have each other's values.
fn swapped(context: &Context<'_>, column: &Column<'_>) -> Option<Mutant> {
    let rows = &context.sample.rows;
    let (one, other) = rows.iter().enumerate().find_map(|(at, one)| {
        let held = one.1.get(column.place)?;
        let is_another = |other: &&(u64, Vec<Value>)| {
            let value = other.1.get(column.place);
            // Rules let one form of nothing stand for another.
            let differs = value.is_some_and(|value| value != held && !(is_empty(value) && is_empty(held)));
            differs && context.key_of(&other.1) != context.key_of(&one.1)
        };
        Some((one, rows[at + 1..].iter().find(is_another)?))
    })?;
    let (first, second) = (one.1.get(column.place)?.clone(), other.1.get(column.place)?.clone());
    let what = "two rows have each other's values";
    Some(pair(context, column, ("swap_rows", what), [(one, second), (other, first)]))
}

/// All of one row is another's.
fn moved(context: &Context<'_>, column: &Column<'_>) -> Option<Mutant> {
    let rows = &context.sample.rows;
    let held = |row: &(u64, Vec<Value>)| row.1.get(column.place).cloned();
    let (from, to, sum, nothing) = rows.iter().enumerate().find_map(|(at, from)| {
        let amount = held(from)?;
        let nothing = nothing_of(&amount)?;
        let takes = |(place, to): (usize, &(u64, Vec<Value>))| {
            let is_another = place != at && context.key_of(&to.1) != context.key_of(&from.1);
            Some((place, added(&held(to)?, &amount)?)).filter(|_| is_another)
        };
        let (to, sum) = rows.iter().enumerate().find_map(takes)?;
        Some((from, &rows[to], sum, nothing))
    })?;
    let what = "all of a number is in another row, so that the total stays";
    Some(pair(context, column, ("move", what), [(from, nothing), (to, sum)]))
}

fn pair(
    context: &Context<'_>,
    column: &Column<'_>,
    (name, what): (&'static str, &'static str),
    cells: [(&(u64, Vec<Value>), Value); 2],
) -> Mutant {
    let touched = |((_, row), after): &(&(u64, Vec<Value>), Value)| Touched {
        key: context.key_of(row),
        before: row.get(column.place).cloned(),
        after: Some(after.clone()),
    };
    Mutant {
        name,
        what,
        column: Some(column.known_as.clone()),
        size: Size::Gross,
        next: Vec::new(),
        touched: cells.iter().map(touched).collect(),
        edits: vec![Edit::Set(
            column.name.to_owned(),
            cells.into_iter().map(|((number, _), after)| (*number, after)).collect(),
        )],
    }
}

/// The 0 of the type of an amount that is not 0.
fn nothing_of(amount: &Value) -> Option<Value> {
    match amount {
        Value::Integer(held) if *held != 0 => Some(Value::Integer(0)),
        Value::Decimal { unscaled, scale } if *unscaled != 0 => Some(Value::Decimal { unscaled: 0, scale: *scale }),
        Value::Float(held) if held.is_finite() && *held != 0.0 => Some(Value::Float(0.0)),
        _ => None,
    }
}

/// The exact sum of two numbers, where their column has room for it.
pub(super) fn added(one: &Value, other: &Value) -> Option<Value> {
    match (one, other) {
        (Value::Integer(one), Value::Integer(other)) => one.checked_add(*other).map(Value::Integer),
        (Value::Decimal { unscaled, scale }, Value::Decimal { unscaled: more, scale: same }) if scale == same => {
            Some(Value::Decimal { unscaled: unscaled.checked_add(*more)?, scale: *scale })
        }
        (Value::Float(one), Value::Float(other)) => Some(Value::Float(one + other)).filter(|_| one.is_finite()),
        _ => None,
    }
}

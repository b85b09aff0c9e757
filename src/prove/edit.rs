//! Changes of answers: rows lost, doubled and added, cells and columns with other values. Pure.
//!
//! An answer comes in batches, so a row is known by its number in the whole answer.

use std::collections::{BTreeMap, BTreeSet};

use polars::prelude::{IdxSize, Series};

use crate::frame::{Column, Frame, FrameError, Type, Value};

/// Which rows of an answer.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Rows {
    /// Every row.
    All,
    /// Those with these numbers.
    Numbers(BTreeSet<u64>),
    /// Those with this number or a later one.
    From(u64),
    /// Those whose columns have these values.
    Like(Vec<(String, Value)>),
    /// Those whose time in a column is on a day, which [`day_of`] counts.
    OnDay(String, i128),
}

/// One change of an answer.
#[derive(Clone, Debug)]
pub(crate) enum Edit {
    /// The rows are lost.
    Drop(Rows),
    /// The rows stand twice.
    Repeat(Rows),
    /// Cells of one column have other values, by the number of the row.
    Set(String, BTreeMap<u64, Value>),
    /// The values of a column of these rows become what this makes of them; one of which it makes nothing stays.
    Map(String, Rows, fn(&Value) -> Option<Value>),
    /// Every row has this value in the column.
    Constant(String, Value),
    /// Two columns have each other's values.
    Swap(String, String),
    /// Each row has the value of the one before it in its batch, and the first that of the last.
    Shift(String),
    /// One more row, of these values in the order of the columns, at the beginning.
    Add(Vec<Value>),
}

/// Returns `batch`, whose first row has the number `first`, after `edits`, each of which knows the rows by the numbers they
/// had before the first.
///
/// # Errors
/// A value that is not of the type of its column.
pub(crate) fn edited(batch: &Frame, first: u64, edits: &[Edit]) -> Result<Frame, FrameError> {
    let mut frame = batch.clone();
    // Values first: rows that are lost or doubled move those behind them.
    for edit in edits {
        frame = values(frame, first, edit)?;
    }
    for edit in edits {
        frame = rows(frame, batch, first, edit)?;
    }
    Ok(frame)
}

/// The frame after a change of values.
fn values(frame: Frame, first: u64, edit: &Edit) -> Result<Frame, FrameError> {
    match edit {
        Edit::Drop(_) | Edit::Repeat(_) | Edit::Add(_) => Ok(frame),
        Edit::Set(name, cells) => replaced(&frame, name, |held| {
            for (number, value) in cells.range(first..first + held.len() as u64) {
                if let Some(cell) = usize::try_from(number - first).ok().and_then(|at| held.get_mut(at)) {
                    *cell = value.clone();
                }
            }
        }),
        Edit::Map(name, of, change) => {
            let chosen = chosen(&frame, first, of);
            replaced(&frame, name, |held| {
                for (value, _) in held.iter_mut().zip(&chosen).filter(|(_, is_chosen)| **is_chosen) {
                    if let Some(other) = change(value) {
                        *value = other;
                    }
                }
            })
        }
        Edit::Constant(name, value) => replaced(&frame, name, |held| held.fill(value.clone())),
        Edit::Shift(name) => replaced(&frame, name, |held| {
            if !held.is_empty() {
                held.rotate_right(1);
            }
        }),
        Edit::Swap(one, other) => {
            let (first, second) = (frame.values(one), frame.values(other));
            let frame = replaced(&frame, one, |held| *held = second)?;
            replaced(&frame, other, |held| *held = first)
        }
    }
}

/// The frame after a change of rows, which are chosen in `before`.
fn rows(frame: Frame, before: &Frame, first: u64, edit: &Edit) -> Result<Frame, FrameError> {
    match edit {
        Edit::Drop(of) => {
            let chosen = chosen(before, first, of);
            let kept = chosen.iter().enumerate().filter(|(_, is_chosen)| !**is_chosen);
            frame.take(&kept.map(|(at, _)| at as IdxSize).collect::<Vec<_>>())
        }
        Edit::Repeat(of) => {
            let chosen = chosen(before, first, of);
            let twice = chosen.iter().enumerate().flat_map(|(at, is_chosen)| vec![at; 1 + usize::from(*is_chosen)]);
            frame.take(&twice.map(|at| at as IdxSize).collect::<Vec<_>>())
        }
        Edit::Add(row) if first == 0 => {
            let names: Vec<String> = frame.names().into_iter().map(str::to_owned).collect();
            let mut next = row.iter().cloned();
            let mut with_row = frame;
            let mut columns = Vec::with_capacity(names.len());
            for (name, of) in names.iter().zip(with_row.types().to_vec()) {
                let mut values = vec![next.next().unwrap_or(Value::Null)];
                values.extend(with_row.values(name));
                columns.push(Column { name: name.clone(), of, values });
            }
            with_row = Frame::from_columns(columns)?;
            Ok(with_row)
        }
        _ => Ok(frame),
    }
}

/// Whether each row of `frame` is one of `of`.
fn chosen(frame: &Frame, first: u64, of: &Rows) -> Vec<bool> {
    let height = frame.height();
    let numbered = |is: &dyn Fn(u64) -> bool| (0..height as u64).map(|row| is(first + row)).collect();
    match of {
        Rows::All => vec![true; height],
        Rows::Numbers(numbers) => numbered(&|row| numbers.contains(&row)),
        Rows::From(begin) => numbered(&|row| row >= *begin),
        Rows::Like(wanted) => {
            let mut chosen = vec![true; height];
            for (name, value) in wanted {
                for (is_chosen, held) in chosen.iter_mut().zip(frame.values(name)) {
                    *is_chosen &= held == *value;
                }
            }
            chosen
        }
        Rows::OnDay(name, day) => {
            let mut chosen: Vec<bool> = frame.values(name).iter().map(|held| day_of(held) == Some(*day)).collect();
            chosen.resize(height, false);
            chosen
        }
    }
}

/// Returns the day of a date or a moment, in days since 1970-01-01 UTC; absent of anything else.
pub(crate) fn day_of(value: &Value) -> Option<i128> {
    const DAY: i128 = 86_400_000_000_000;
    match value {
        Value::Date(day) => Some(i128::from(*day)),
        Value::Instant(nanos) | Value::WallClock(nanos) => Some(nanos.div_euclid(DAY)),
        _ => None,
    }
}

/// The frame with other values in its column `name`; as it is where there is no such column.
fn replaced(frame: &Frame, name: &str, change: impl FnOnce(&mut Vec<Value>)) -> Result<Frame, FrameError> {
    let Some(at) = frame.names().iter().position(|one| *one == name) else { return Ok(frame.clone()) };
    let mut values = frame.values(name);
    change(&mut values);
    let of = frame.types()[at].clone();
    let held = frame.data().columns()[at].as_materialized_series().clone();
    let made = Column { name: name.to_owned(), of: of.clone(), values }.into_series()?;
    let mut series: Vec<Series> =
        frame.data().columns().iter().map(|column| column.as_materialized_series().clone()).collect();
    series[at] = as_before(made, &held, &of);
    Frame::from_series(series, frame.types().to_vec())
}

/// The series in the width that the column had before, where that holds its numbers.
fn as_before(made: Series, held: &Series, of: &Type) -> Series {
    match of {
        Type::Integer | Type::Float if made.dtype() != held.dtype() => made.strict_cast(held.dtype()).unwrap_or(made),
        _ => made,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Rows 10 to 13 of an answer.
    fn batch() -> Frame {
        let column = |name: &str, of, values| Column { name: name.to_owned(), of, values };
        let ids = (0..4).map(Value::Integer).collect();
        let names = ["a", "b", "a", "c"].map(|name| Value::Text(name.to_owned())).to_vec();
        Frame::from_columns(vec![column("id", Type::Integer, ids), column("name", Type::Text, names)]).unwrap()
    }

    fn ids(edits: &[Edit]) -> Vec<Value> {
        edited(&batch(), 10, edits).unwrap().values("id")
    }

    fn integers(numbers: &[i128]) -> Vec<Value> {
        numbers.iter().copied().map(Value::Integer).collect()
    }

    /// Catches a row that is counted from the batch and not from the answer, and rows of which too many or too few go.
    #[test]
    fn rows_are_known_by_their_numbers_in_the_answer() {
        let numbers = |numbers: &[u64]| Rows::Numbers(numbers.iter().copied().collect());
        let like = Rows::Like(vec![("name".to_owned(), Value::Text("a".to_owned()))]);
        assert_eq!(ids(&[Edit::Drop(numbers(&[1, 11, 14]))]), integers(&[0, 2, 3]));
        assert_eq!(ids(&[Edit::Drop(Rows::From(12))]), integers(&[0, 1]));
        assert_eq!(ids(&[Edit::Drop(like.clone())]), integers(&[1, 3]));
        assert_eq!(ids(&[Edit::Drop(Rows::All)]), integers(&[]));
        assert_eq!(ids(&[Edit::Repeat(numbers(&[13]))]), integers(&[0, 1, 2, 3, 3]));
        assert_eq!(
            ids(&[Edit::Drop(numbers(&[10])), Edit::Set("id".to_owned(), [(11, Value::Integer(9))].into())]),
            integers(&[9, 2, 3])
        );
        let double: fn(&Value) -> Option<Value> = |value| match value {
            Value::Integer(number) if *number > 1 => Some(Value::Integer(number * 2)),
            _ => None,
        };
        assert_eq!(ids(&[Edit::Map("id".to_owned(), like, double)]), integers(&[0, 1, 4, 3]));
        assert_eq!(ids(&[Edit::Shift("id".to_owned())]), integers(&[3, 0, 1, 2]));
        assert_eq!(ids(&[Edit::Constant("id".to_owned(), Value::Null)]), vec![Value::Null; 4]);
        let days = [-1, 0, 0, 1].map(|day| Value::WallClock(day * 86_400_000_000_000 + 5));
        let times = Column { name: "at".to_owned(), of: Type::WallClock, values: days.to_vec() };
        let at = edited(&Frame::from_columns(vec![times]).unwrap(), 7, &[Edit::Drop(Rows::OnDay("at".to_owned(), 0))]);
        assert_eq!(at.unwrap().values("at"), [days[0].clone(), days[3].clone()]);
        assert_eq!(
            ids(&[Edit::Add(vec![Value::Integer(7)])]),
            integers(&[0, 1, 2, 3]),
            "only at the beginning of the answer"
        );
        let added = edited(&batch(), 0, &[Edit::Add(vec![Value::Integer(7), Value::Null])]).unwrap();
        assert_eq!(
            (added.values("id")[0].clone(), added.values("name")[0].clone(), added.height()),
            (Value::Integer(7), Value::Null, 5)
        );
    }

    /// Catches columns that keep their values, and a type that changes with the values.
    #[test]
    fn columns_change_places_and_keep_their_types() {
        let numbers = |name: &str, from: i128| Column {
            name: name.to_owned(),
            of: Type::Integer,
            values: (from..from + 2).map(Value::Integer).collect(),
        };
        let frame = Frame::from_columns(vec![numbers("a", 0), numbers("b", 5)]).unwrap();
        let swapped = edited(&frame, 0, &[Edit::Swap("a".to_owned(), "b".to_owned())]).unwrap();
        assert_eq!((swapped.values("a"), swapped.values("b")), (integers(&[5, 6]), integers(&[0, 1])));
        assert_eq!(swapped.types(), frame.types());
        assert!(edited(&frame, 0, &[Edit::Set("a".to_owned(), [(0, Value::Text("x".to_owned()))].into())]).is_err());
        let absent = edited(&frame, 0, &[Edit::Shift("none".to_owned())]).unwrap();
        assert_eq!(absent.values("a"), frame.values("a"));
    }
}

//! `invariant`: one query that must return no rows, over a population that must not be empty.

use bigdecimal::ToPrimitive;

use super::super::result::{ComparisonResult, Limits};
use super::super::rows::Sink;
use super::super::rows::columns::error;
use super::super::value::display;
use super::super::value::number::{Number, number};
use crate::frame::{Frame, Value};
use crate::model::{Difference, ErrorCode, ErrorReport, Example, Key, Outcome, Pair, ViolationFindings};
use crate::spec::check::{Check, KindSettings};

/// Counts the rows of the one side there is.
pub(crate) fn compare(
    check: &Check,
    old: Option<&Frame>,
    new: Option<&Frame>,
    population: Option<&Frame>,
    limits: &Limits,
    sink: Sink<'_>,
) -> Result<ComparisonResult, ErrorReport> {
    let (frame, on_old) = match (old, new) {
        (Some(frame), None) => (frame, true),
        (None, Some(frame)) => (frame, false),
        _ => return Err(error(ErrorCode::CheckUnfit, "an invariant looks at one side; give it either `old` or `new`")),
    };
    let mut tested = None;
    if let KindSettings::Invariant { population: Some(_) } = check.kind {
        let size = population.and_then(size).ok_or_else(|| {
            error(ErrorCode::RowCountUnfit, "`population` must return one row with one integer; select count(*)")
        })?;
        if size == Number::Finite(0.into()) {
            return Err(error(
                ErrorCode::NothingCompared,
                "`population` counts 0 rows, so the invariant was not put to the test; correct the window or the query",
            ));
        }
        tested = match size {
            Number::Finite(size) if size.is_integer() => size.to_u64(),
            _ => None,
        };
        if tested.is_none() {
            return Err(error(
                ErrorCode::RowCountUnfit,
                "`population` must be a count, a whole number from 0 on; select count(*)",
            ));
        }
    }
    let names: Vec<String> = frame.names().into_iter().map(str::to_owned).collect();
    let columns: Vec<Vec<Value>> = names.iter().map(|name| frame.values(name)).collect();
    let example = |row: usize| {
        let text = |at: usize| display::shown(&columns[at][row]);
        let is_key = |name: &String| check.key.contains(name);
        let cells = |key: bool| names.iter().enumerate().filter(move |(_, name)| is_key(name) == key);
        Example {
            difference: if on_old { Difference::Missing } else { Difference::Extra },
            key: Key(cells(true).map(|(at, name)| (name.clone(), text(at))).collect()),
            columns: cells(false)
                .map(|(at, name)| {
                    let pair =
                        if on_old { Pair { old: text(at), new: None } } else { Pair { old: None, new: text(at) } };
                    (name.clone(), pair)
                })
                .collect(),
        }
    };
    // The sink may want no more before all were shown to it.
    let _ = (0..frame.height()).all(|row| sink(example(row).into()));
    Ok(ComparisonResult::of(Outcome::Violations(ViolationFindings {
        examples: (0..frame.height().min(limits.examples)).map(example).collect(),
        violations: frame.height() as u64,
        population: tested,
    })))
}

fn size(population: &Frame) -> Option<Number> {
    let names = population.names();
    let [name] = names.as_slice() else { return None };
    match population.values(name).as_slice() {
        [value @ (Value::Integer(_) | Value::Unsigned(_) | Value::Wide(_) | Value::Decimal { .. })] => number(value),
        _ => None,
    }
}

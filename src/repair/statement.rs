//! One difference as the statements that take it away.

use super::convert::for_new;
use super::fits::fitting;
use super::target::Target;
use crate::compare::{FullDifference, Role, RowColumn, RowPair};
use crate::frame::{Type, Value};
use crate::model::{Difference, Side};
use crate::source::{ChangedRow, holds, written};

/// What a statement does, in the order in which they run within a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Phase {
    /// Takes a row out that old lacks.
    Delete,
    /// Gives a row the values of old.
    Update,
    /// Adds a row that new lacks.
    Insert,
}

/// The statements of one difference.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Statement {
    pub(crate) phase: Phase,
    /// The columns of its key with the conditions on them, of a row that is there.
    pub(crate) row: Vec<(String, String)>,
    /// As SQL, each without its semicolon.
    pub(crate) sql: Vec<String>,
}

/// The statements that take `found` away.
///
/// # Errors
/// Why there are none, as the end of a sentence.
pub(crate) fn statement(target: &Target, found: &FullDifference) -> Result<Statement, String> {
    let Some(rows) = found.rows.as_deref().filter(|rows| !rows.is_duplicated) else {
        return Err("their key stands more than once, so it does not say which row is meant".to_owned());
    };
    let (changes, table) = (target.changes, &target.table);
    let compared = |column: &RowColumn| column.role == Role::Compared;
    let scope = target.scope().to_vec();
    let row = ChangedRow { scope, is_unclear: target.is_unclear(), ..ChangedRow::default() };
    Ok(match found.example.difference {
        Difference::Extra => {
            target.removable()?;
            let held = conditions(target, rows, &compared)?;
            let row = ChangedRow { key: key(target, rows, Side::New)?, held, ..row };
            Statement { phase: Phase::Delete, sql: changes.delete(table, &row), row: told(target, rows, row.key)? }
        }
        Difference::Changed => {
            let of_table = rows.columns.iter().filter(|column| compared(column));
            for (_, column) in of_table.filter_map(|column| target.column(column).ok()) {
                target.replaceable(column)?;
            }
            let differs = |column: &RowColumn| compared(column) && found.example.columns.contains_key(&column.name);
            let (held, mut values) = (conditions(target, rows, &differs)?, values(target, rows, &differs)?);
            if values.is_empty() {
                return Err("they differ in columns that follow from others".to_owned());
            }
            for (column, from) in cells(rows, Side::New).filter(|(column, _)| differs(column)) {
                target.changeable(target.column(column)?.1)?;
                let to = cells(rows, Side::Old).find(|(other, _)| other.name == column.name);
                to.map_or(Ok(()), |(_, to)| changes.becomes(from, to))?;
            }
            values.extend(target.kept(&values));
            let row = ChangedRow { key: key(target, rows, Side::New)?, held, values, ..row };
            Statement { phase: Phase::Update, sql: changes.update(table, &row), row: told(target, rows, row.key)? }
        }
        Difference::Missing => {
            target.addable()?;
            let values = values(target, rows, &|column| target.takes(column))?;
            if let Some(column) = target.unset(&values) {
                return Err(format!(
                    "new is cut down by `{column}`, which the check does not have, so a row that is added would have what is given \
                     there by default: select it on both sides, and where it is not to be compared say --with {column}"
                ));
            }
            let row = ChangedRow { key: key(target, rows, Side::Old)?, values, ..row };
            Statement { phase: Phase::Insert, sql: changes.insert(table, &row), row: Vec::new() }
        }
        Difference::Duplicate | Difference::Warned => return Err("they are of no row".to_owned()),
    })
}

/// A column of a row, and its value on a side that has both.
fn cells(rows: &RowPair, side: Side) -> impl Iterator<Item = (&RowColumn, &Value)> {
    let values = rows.values.get(side).as_deref().unwrap_or_default();
    rows.columns.iter().zip(values).filter_map(|(column, value)| Some((column, value.as_ref()?)))
}

/// Conditions on the key, by its values on `side`.
fn key(target: &Target, rows: &RowPair, side: Side) -> Result<Vec<String>, String> {
    let of_key = cells(rows, side).filter(|(column, _)| column.role == Role::Key);
    let condition = |(column, value): (&RowColumn, &Value)| {
        let value = if side == Side::Old { given(target, column, value)? } else { value.clone() };
        target.tells(target.column(column)?.1, &value)?;
        holding(target, column, &value)
    };
    let all: Vec<String> = of_key.map(condition).collect::<Result<_, _>>()?;
    match all.is_empty() {
        true => Err("the check has no key, so nothing says which row is meant".to_owned()),
        false => Ok(all),
    }
}

/// The conditions on the key of a row of new, each with its column.
fn told(target: &Target, rows: &RowPair, key: Vec<String>) -> Result<Vec<(String, String)>, String> {
    let columns = cells(rows, Side::New).filter(|(column, _)| column.role == Role::Key);
    columns.zip(key).map(|((column, _), condition)| Ok((target.column(column)?.0, condition))).collect()
}

/// Conditions that new still holds what was read, in the columns that are `wanted`.
fn conditions(target: &Target, rows: &RowPair, wanted: &dyn Fn(&RowColumn) -> bool) -> Result<Vec<String>, String> {
    let held = cells(rows, Side::New).filter(|(column, _)| wanted(column));
    held.map(|(column, value)| holding(target, column, value)).collect()
}

fn holding(target: &Target, column: &RowColumn, value: &Value) -> Result<String, String> {
    let of = column.of.new.as_ref().map_or(&Type::Null, |(_, of)| of);
    let (name, of_table) = target.column(column)?;
    holds(target.dialect, target.changes, (&name, of_table), (of, value))
}

/// The value that new is given for one of old.
fn given(target: &Target, column: &RowColumn, old: &Value) -> Result<Value, String> {
    let value = for_new(old, column)?;
    match target.column(column)?.1 {
        of_table if target.is_given(of_table) => fitting(target.changes, (column, of_table), (old, &value)),
        _ => Ok(value),
    }
}

/// Columns of new and the values that old has in them, without those that follow from others.
fn values(
    target: &Target,
    rows: &RowPair,
    wanted: &dyn Fn(&RowColumn) -> bool,
) -> Result<Vec<(String, String)>, String> {
    let of_old = cells(rows, Side::Old).filter(|(column, _)| wanted(column));
    let mut all = Vec::new();
    for (column, value) in of_old {
        let (name, of_table) = target.column(column)?;
        if target.is_given(of_table) {
            let value = given(target, column, value)?;
            all.push((name, written(target.dialect, target.changes, of_table, &value)?));
        }
    }
    Ok(all)
}

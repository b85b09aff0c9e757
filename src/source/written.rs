//! Values as literals of an engine, to be written into its tables and to be looked for there. Texts only.

use chrono::Datelike;

use super::changes::Changes;
use super::dialect::Dialect;
use crate::frame::{Type, Value, time};
use crate::schema::{ColumnSchema, ColumnType};
use crate::spec::check::ParamValue;

/// A value as a literal of `dialect`, whose SQL changes rows as `changes` says, for `column`.
///
/// # Errors
/// What the engine cannot hold, as a sentence.
pub(crate) fn written(
    dialect: &dyn Dialect,
    changes: &dyn Changes,
    column: &ColumnSchema,
    value: &Value,
) -> Result<String, String> {
    Ok(changes.typed(literal(dialect, changes, &column.of, value)?, value, column))
}

/// A value as a literal for a column, or a part of one, of type `of`.
fn literal(dialect: &dyn Dialect, changes: &dyn Changes, of: &ColumnType, value: &Value) -> Result<String, String> {
    let label = dialect.label();
    if !is_plain_year(value) {
        return Err(format!("a time before the year 1 or after 9999 is not written for {label}"));
    }
    if let Some(special) = changes.special(value, of) {
        return special;
    }
    match value {
        Value::Null => Ok("NULL".to_owned()),
        Value::Unsigned(number) => dialect.decimal(&number.to_string()),
        Value::Wide(number) => dialect.decimal(&number.to_plain_string()),
        Value::Array(items) => {
            let of = if let ColumnType::Array(of) = of { of.element() } else { &ColumnType::Any };
            let literals =
                items.iter().map(|item| literal(dialect, changes, of, item)).collect::<Result<Vec<_>, _>>()?;
            changes.array(items, &literals).ok_or_else(|| format!("{label} has no literal of an array"))
        }
        Value::Map(entries) => {
            let any = (&ColumnType::Any, &ColumnType::Any);
            let of = if let ColumnType::Map(key, of) = of { (key.element(), of.element()) } else { any };
            let one = |of: &ColumnType, value: &Value| literal(dialect, changes, of, value);
            let entry = |(key, value): &(Value, Value)| Ok((one(of.0, key)?, one(of.1, value)?));
            let literals = entries.iter().map(entry).collect::<Result<Vec<_>, String>>()?;
            changes.map(&literals).ok_or_else(|| format!("{label} has no literal of a map"))
        }
        other => match ParamValue::of(other) {
            Some(param) => dialect.literal(&param),
            None => Err(format!("{label} has no literal of such a value")),
        },
    }
}

/// Whether a time is in a year that all engines write in the same way.
fn is_plain_year(value: &Value) -> bool {
    let nanos = match value {
        Value::Date(days) => i128::from(*days) * time::DAY,
        Value::Instant(nanos) | Value::WallClock(nanos) => *nanos,
        _ => return true,
    };
    time::moment(nanos).is_some_and(|moment| (1..=9999).contains(&moment.year()))
}

/// The condition that a column, written as `name` and read as `of`, holds exactly `value`.
///
/// # Errors
/// See [`written`].
pub(crate) fn holds(
    dialect: &dyn Dialect,
    changes: &dyn Changes,
    (name, column): (&str, &ColumnSchema),
    (of, value): (&Type, &Value),
) -> Result<String, String> {
    match value {
        Value::Null => Ok(format!("{name} IS NULL")),
        value => changes.holds(name, of, value, &written(dialect, changes, column, value)?),
    }
}

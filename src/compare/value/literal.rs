//! Turns the literals of a suite, which stand for NULL or for an absent key, into values of the columns' types.

use super::misfit::Misfit;
use super::parse::parsed;
use super::{display, json};
use crate::frame::{Type, Value, time, uuid};
use crate::spec::check::{Comparison, ForcedType, Levels};

/// A literal of the suite that cannot stand for NULL in a column.
#[derive(Debug, thiserror::Error)]
#[error("`null` gives {literal}, which is no {of}; give a value of the column's type")]
pub(crate) struct NullMisfit {
    pub(crate) literal: String,
    pub(crate) of: Type,
}

/// The types of a column on one side and on the other.
#[derive(Clone, Copy)]
pub(crate) struct Adapting<'a> {
    /// Of the side itself.
    pub of: &'a Type,
    /// Of the other side, which a side of nothing but NULL takes its literals from.
    pub other: &'a Type,
}

/// What stands for NULL on a side: of the side's type, or where that does not take the literal, of the other side's.
pub(crate) fn stand_in(
    literal: &Value,
    types: Adapting<'_>,
    forced: Option<ForcedType>,
    other_forced: Option<ForcedType>,
) -> Option<Value> {
    if let Some(forced) = forced {
        // It is read as the side's own text would be.
        return Some(raw(literal, forced));
    }
    let other = || match other_forced {
        Some(forced) => parsed(&raw(literal, forced), forced),
        None => adapted(literal, types.other),
    };
    if *types.of == Type::Null { other() } else { adapted(literal, types.of).or_else(other) }
}

/// A literal in the form from which `forced` is read.
fn raw(literal: &Value, forced: ForcedType) -> Value {
    match (forced, literal) {
        (ForcedType::Json, Value::Text(_)) => literal.clone(),
        (ForcedType::Json, other) => display::shown(other).map_or(Value::Null, Value::Text),
        _ => literal.clone(),
    }
}

/// A suite's literal as a value of the column's type, so that `0` can stand for NULL in a float column.
fn adapted(literal: &Value, of: &Type) -> Option<Value> {
    let text = || display::shown(literal);
    match (literal, of) {
        // Nothing is known of the column, and nothing in it can contradict.
        (_, Type::Null) => Some(literal.clone()),
        (Value::Integer(_) | Value::Decimal { .. } | Value::Wide(_), Type::Integer | Type::Decimal { .. }) => {
            Some(literal.clone())
        }
        (Value::Integer(_) | Value::Decimal { .. } | Value::Wide(_) | Value::Float(_), Type::Float) => {
            text()?.parse().ok().map(Value::Float)
        }
        (Value::Bool(_), Type::Bool) => Some(literal.clone()),
        (Value::Bool(truth), Type::Integer) => Some(Value::Integer((*truth).into())),
        (Value::Integer(0 | 1), Type::Bool) => Some(Value::Bool(*literal == Value::Integer(1))),
        (Value::Array(items), Type::Map(..)) if items.is_empty() => Some(Value::Map(Vec::new())),
        (Value::Array(items), Type::Json | Type::Text) if items.is_empty() => Some(Value::Json("[]".to_owned())),
        (Value::Array(_), Type::Array(_)) => Some(literal.clone()),
        (Value::Text(_), Type::Text) => Some(literal.clone()),
        (Value::Text(text), Type::Uuid) => uuid(text).map(Value::Uuid),
        (Value::Text(text), Type::Json) => {
            let malformed = json::canonical(text) == Err(json::JsonError::Malformed);
            (!malformed).then(|| Value::Json(text.clone()))
        }
        (Value::Integer(_) | Value::Decimal { .. } | Value::Wide(_) | Value::Bool(_), Type::Json) => {
            text().map(Value::Json)
        }
        (Value::Text(_) | Value::Date(_), Type::Date) => parsed(literal, ForcedType::Date),
        (Value::Text(text), Type::Time) => time::time(text).map(Value::Time),
        (Value::Text(_) | Value::Instant(_) | Value::WallClock(_), Type::Instant | Type::WallClock) => {
            parsed(literal, ForcedType::Timestamp)
        }
        _ => None,
    }
}

/// `comparison` with what an absent key stands for as a value of the maps' type.
pub(crate) fn adapt_absent(comparison: &Comparison, old: &Type, new: &Type) -> Result<Comparison, Misfit> {
    let held = [old, new].into_iter().find_map(|of| match of {
        Type::Map(_, held) if **held != Type::Null => Some(&**held),
        _ => None,
    });
    let (Some(of), Some(_)) = (held, comparison.levels().find(|one| matches!(one, Comparison::Map { .. }))) else {
        return Ok(comparison.clone());
    };
    Ok(match comparison {
        Comparison::Map { absent: Some(literal), tolerance } => {
            let absent = adapted(literal, of).ok_or_else(|| {
                let literal = display::literal(literal);
                Misfit::of_literal(format!(
                    "`absent` gives {literal}, which is no {of}; give a value of the map's type"
                ))
            })?;
            Comparison::Map { absent: Some(absent), tolerance: tolerance.clone() }
        }
        Comparison::Levels(two) => Comparison::Levels(Box::new(Levels {
            warn: adapt_absent(&two.warn, old, new)?,
            fail: two.fail.as_ref().map(|fail| adapt_absent(fail, old, new)).transpose()?,
        })),
        other => other.clone(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(s: &str) -> Value {
        Value::Text(s.to_owned())
    }

    #[test]
    fn a_literal_stands_for_null_in_its_columns_type() {
        assert_eq!(adapted(&Value::Integer(0), &Type::Float), Some(Value::Float(0.0)));
        assert_eq!(adapted(&text("x"), &Type::Integer), None);
        assert_eq!(
            adapted(&Value::Array(vec![]), &Type::Map(Box::new(Type::Text), Box::new(Type::Integer))),
            Some(Value::Map(vec![]))
        );
    }
}

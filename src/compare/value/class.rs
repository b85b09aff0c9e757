//! Groups the types of columns, as a rule leaves them, into classes that can meet.

use super::misfit::Misfit;
use crate::frame::{Type, Value};
use crate::spec::check::{Comparison, ForcedType, Rule};

/// A type as the rule leaves it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Class {
    /// Holds only NULL, or whatever the data say.
    Any,
    Bool,
    /// Integer or decimal; only an integer meets a boolean.
    Exact {
        integer: bool,
    },
    Float,
    Text,
    Bytes,
    Date,
    Time,
    Instant,
    WallClock,
    /// Text read as a timestamp: each value says whether it is an instant.
    Moment,
    Json,
    Array(Box<Class>),
    Map(Box<Class>, Box<Class>),
}

pub(crate) fn class_of(value: &Value) -> Class {
    match value {
        Value::Null => Class::Any,
        Value::Bool(_) => Class::Bool,
        Value::Integer(_) | Value::Unsigned(_) => Class::Exact { integer: true },
        Value::Wide(number) => Class::Exact { integer: number.is_integer() },
        Value::Decimal { .. } => Class::Exact { integer: false },
        Value::Float(_) => Class::Float,
        Value::Text(_) | Value::Uuid(_) => Class::Text,
        Value::Bytes(_) => Class::Bytes,
        Value::Date(_) => Class::Date,
        Value::Time(_) => Class::Time,
        Value::Instant(_) => Class::Instant,
        Value::WallClock(_) => Class::WallClock,
        Value::Json(_) => Class::Json,
        // A literal of a suite has no elements.
        Value::Array(_) => Class::Array(Box::new(Class::Any)),
        Value::Map(_) => Class::Map(Box::new(Class::Any), Box::new(Class::Any)),
    }
}

fn natural(of: &Type) -> Class {
    match of {
        Type::Null => Class::Any,
        Type::Bool => Class::Bool,
        Type::Integer => Class::Exact { integer: true },
        Type::Decimal { .. } => Class::Exact { integer: false },
        Type::Float => Class::Float,
        Type::Text | Type::Uuid => Class::Text,
        Type::Bytes => Class::Bytes,
        Type::Date => Class::Date,
        Type::Time => Class::Time,
        Type::Instant => Class::Instant,
        Type::WallClock => Class::WallClock,
        Type::Json => Class::Json,
        Type::Array(element) => Class::Array(Box::new(natural(element))),
        Type::Map(key, held) => Class::Map(Box::new(natural(key)), Box::new(natural(held))),
    }
}

pub(crate) fn class(of: &Type, forced: Option<ForcedType>, rule: &Rule) -> Result<Class, Misfit> {
    let refuse = |forced: ForcedType| {
        Err(Misfit::of_types(format!("{of} cannot be read as `type = \"{forced}\"`; cast the column in its query")))
    };
    let plain = natural(of);
    let class = match forced {
        None => plain,
        Some(_) if plain == Class::Any => Class::Any,
        Some(forced @ ForcedType::Decimal { .. }) => match plain {
            Class::Text | Class::Exact { .. } => Class::Exact { integer: false },
            _ => return refuse(forced),
        },
        Some(forced @ ForcedType::Uuid) => match plain {
            Class::Text => Class::Text,
            _ => return refuse(forced),
        },
        Some(forced @ ForcedType::Timestamp) => match plain {
            Class::Text => Class::Moment,
            Class::Date => Class::WallClock,
            Class::Instant | Class::WallClock => plain,
            _ => return refuse(forced),
        },
        Some(forced @ ForcedType::Date) => match plain {
            Class::Text | Class::Date | Class::Instant | Class::WallClock => Class::Date,
            _ => return refuse(forced),
        },
        Some(forced @ ForcedType::Bool) => match plain {
            Class::Text | Class::Bool | Class::Exact { integer: true } => Class::Bool,
            _ => return refuse(forced),
        },
        Some(forced @ ForcedType::Json) => match plain {
            Class::Text | Class::Json => Class::Json,
            _ => return refuse(forced),
        },
        Some(forced @ ForcedType::Text) => match plain {
            Class::Array(_) | Class::Map(..) => return refuse(forced),
            _ => Class::Text,
        },
    };
    Ok(match class {
        Class::Text if rule.comparison == Comparison::Json => Class::Json,
        Class::WallClock if rule.utc => Class::Instant,
        // The wall clocks among its values become instants.
        Class::Moment if rule.utc => Class::Instant,
        other => other,
    })
}

pub(crate) fn meet(old: &Class, new: &Class, numeric: bool, bool_as_integer: &mut bool) -> bool {
    match (old, new) {
        (Class::Any, _) | (_, Class::Any) => true,
        (Class::Exact { .. }, Class::Exact { .. }) => true,
        (Class::Exact { .. }, Class::Float) | (Class::Float, Class::Exact { .. }) => numeric,
        (Class::Bool, Class::Exact { integer: true }) | (Class::Exact { integer: true }, Class::Bool) => {
            *bool_as_integer = true;
            true
        }
        (Class::Moment, Class::Instant | Class::WallClock) | (Class::Instant | Class::WallClock, Class::Moment) => true,
        (Class::Array(a), Class::Array(b)) => meet(a, b, numeric, bool_as_integer),
        (Class::Map(ak, av), Class::Map(bk, bv)) => {
            // Booleans inside a map stay what they are.
            let mut inside = false;
            meet(ak, bk, false, &mut inside) && meet(av, bv, numeric, &mut inside) && !inside
        }
        (a, b) => a == b,
    }
}

pub(crate) fn hint(old: &Class, new: &Class) -> &'static str {
    match (old, new) {
        (Class::Exact { .. }, Class::Float) | (Class::Float, Class::Exact { .. }) => {
            "give the column a tolerance (absolute or relative), or cast one side in its query"
        }
        (Class::Instant, Class::WallClock) | (Class::WallClock, Class::Instant) => {
            "say `zone = \"UTC\"` if the timestamp without zone is UTC, or cast one side in its query"
        }
        (Class::Date, Class::Instant | Class::WallClock | Class::Moment)
        | (Class::Instant | Class::WallClock | Class::Moment, Class::Date) => {
            "say `type = \"date\"` or `type = \"timestamp\"`, or cast one side in its query"
        }
        (Class::Json, Class::Text) | (Class::Text, Class::Json) => "say `json = true` to compare both as JSON",
        // No rule reads text as one of these.
        (Class::Text, Class::Float | Class::Time | Class::Bytes)
        | (Class::Float | Class::Time | Class::Bytes, Class::Text) => {
            "say `type = \"text\"` to compare both as text, or cast one side in its query"
        }
        (Class::Text, other) | (other, Class::Text) if !matches!(other, Class::Array(_) | Class::Map(..)) => {
            "say `type = \"…\"` to read the text as the other side's type, or cast one side in its query"
        }
        _ => "cast one side in its query, or leave the column out with `ignore = \"reason\"`",
    }
}

//! Which columns may be compared: the types of the two sides under a rule.

use super::normal::Side;
use crate::check::{Comparison, ForcedType, Rule};
use crate::frame::{Type, Value};

/// A type as the rule leaves it.
#[derive(Clone, Debug, PartialEq)]
enum Class {
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

/// How two comparable columns meet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Meeting {
    /// One side holds booleans and the other integers: booleans count as 0 and 1.
    pub bool_as_integer: bool,
}

/// Whether a column of type `old` may be compared with one of type `new` under `rule`; else why not, and the way out.
pub(crate) fn comparable(old: &Type, new: &Type, rule: &Rule) -> Result<Meeting, String> {
    let left = class(old, rule.types.old, rule)?;
    let right = class(new, rule.types.new, rule)?;
    fits(&left, rule)?;
    fits(&right, rule)?;
    let any = |wanted: fn(&Comparison) -> bool| rule.comparison.levels().any(wanted);
    let numeric = any(|one| {
        matches!(one, Comparison::Tolerance(_) | Comparison::Budget(_) | Comparison::Map { tolerance: Some(_), .. })
    });
    let collection = any(|one| matches!(one, Comparison::Set | Comparison::Multiset | Comparison::Map { .. }));
    if collection && (left == Class::Json || right == Class::Json) {
        return Ok(Meeting { bool_as_integer: false });
    }
    let mut bool_as_integer = false;
    if meet(&left, &right, numeric, &mut bool_as_integer) {
        return Ok(Meeting { bool_as_integer });
    }
    Err(format!("{old} in old and {new} in new cannot be compared; {}", way_out(&left, &right)))
}

/// Whether a value of the column of `other` on the other side of `side` can equal `value`, which stands for NULL on `side`.
pub(super) fn stands(value: &Value, other: &Type, side: Side, rule: &Rule, bool_as_integer: bool) -> bool {
    let forced = match side {
        Side::Old => rule.types.new,
        Side::New => rule.types.old,
    };
    let Ok(right) = class(other, forced, rule) else { return false };
    let left = class_of(value);
    let any = |wanted: fn(&Comparison) -> bool| rule.comparison.levels().any(wanted);
    if any(|one| matches!(one, Comparison::Tolerance(_) | Comparison::Budget(_)))
        && !matches!(left, Class::Exact { .. } | Class::Float)
    {
        return false;
    }
    let collection = any(|one| matches!(one, Comparison::Set | Comparison::Multiset | Comparison::Map { .. }));
    if collection && right == Class::Json {
        return matches!(left, Class::Array(_) | Class::Map(..) | Class::Json);
    }
    let numeric = any(|one| matches!(one, Comparison::Tolerance(_) | Comparison::Budget(_)));
    let mut as_integer = false;
    meet(&left, &right, numeric, &mut as_integer) && (bool_as_integer || !as_integer)
}

fn class_of(value: &Value) -> Class {
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

fn way_out(old: &Class, new: &Class) -> &'static str {
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
        (Class::Text, _) | (_, Class::Text) => {
            "say `type = \"…\"` to read the text as the other side's type, or cast one side in its query"
        }
        _ => "cast one side in its query, or leave the column out with `ignore = \"reason\"`",
    }
}

fn meet(old: &Class, new: &Class, numeric: bool, bool_as_integer: &mut bool) -> bool {
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

fn class(of: &Type, forced: Option<ForcedType>, rule: &Rule) -> Result<Class, String> {
    let refuse =
        |forced: ForcedType| Err(format!("{of} cannot be read as `type = \"{forced}\"`; cast the column in its query"));
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

/// Whether the rule makes sense for a column of `class`.
fn fits(class: &Class, rule: &Rule) -> Result<(), String> {
    rule.comparison.levels().try_for_each(|one| fits_level(class, rule, one))
}

fn fits_level(class: &Class, rule: &Rule, comparison: &Comparison) -> Result<(), String> {
    let (ok, needs) = match (comparison, class) {
        (_, Class::Any) => return Ok(()),
        (Comparison::Tolerance(_) | Comparison::Budget(_), class) => {
            (matches!(class, Class::Exact { .. } | Class::Float), "a tolerance or budget needs numbers")
        }
        (Comparison::Ulps(_), class) => (*class == Class::Float, "`ulps` needs floats"),
        (Comparison::Set | Comparison::Multiset, class) => {
            (matches!(class, Class::Array(_) | Class::Json), "`set` and `multiset` need arrays")
        }
        (Comparison::Map { .. }, class) => (matches!(class, Class::Map(..) | Class::Json), "`map` needs maps"),
        (Comparison::Json, class) => (*class == Class::Json, "`json` needs JSON or text"),
        _ => (true, ""),
    };
    if !ok {
        return Err(format!("{needs}; cast the column in its query, or give it another rule"));
    }
    let timed = matches!(class, Class::Instant | Class::WallClock | Class::Moment | Class::Time);
    if rule.truncate.is_some() && !timed {
        return Err("`truncate` needs timestamps or times; leave it out".to_owned());
    }
    if rule.utc && !matches!(class, Class::Instant | Class::Moment) {
        return Err("`zone` needs timestamps; leave it out".to_owned());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::{Sides, Tolerance};

    fn meets(old: Type, new: Type, rule: &Rule) -> bool {
        comparable(&old, &new, rule).is_ok()
    }

    #[test]
    fn an_integer_meets_a_float_only_with_a_tolerance() {
        let close = Rule { comparison: Comparison::Tolerance(Tolerance::default()), ..Rule::default() };
        assert!(!meets(Type::Integer, Type::Float, &Rule::default()));
        assert!(meets(Type::Integer, Type::Float, &close));
        assert!(meets(Type::Integer, Type::Decimal { scale: 12 }, &Rule::default()));
    }

    #[test]
    fn an_instant_meets_a_wall_clock_only_with_a_zone() {
        let utc = Rule { utc: true, ..Rule::default() };
        assert!(!meets(Type::Instant, Type::WallClock, &Rule::default()));
        assert!(meets(Type::Instant, Type::WallClock, &utc));
        assert!(!meets(Type::Date, Type::WallClock, &Rule::default()));
        let dated = Rule { types: Sides { old: None, new: Some(ForcedType::Date) }, ..Rule::default() };
        assert!(meets(Type::Date, Type::WallClock, &dated));
    }

    #[test]
    fn text_is_no_number_and_a_boolean_is_only_an_integer() {
        assert!(!meets(Type::Text, Type::Integer, &Rule::default()));
        assert_eq!(comparable(&Type::Bool, &Type::Integer, &Rule::default()), Ok(Meeting { bool_as_integer: true }));
        assert!(!meets(Type::Bool, Type::Decimal { scale: 1 }, &Rule::default()));
        assert!(meets(Type::Null, Type::Bytes, &Rule::default()));
        assert!(!meets(Type::Text, Type::Bytes, &Rule::default()));
        assert!(meets(Type::Text, Type::Uuid, &Rule::default()));
    }
}

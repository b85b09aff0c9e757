//! Which columns may be compared: the types of the two sides under a rule.

use crate::frame::{Type, Value};
use crate::model::{ErrorCode, Side};
use crate::spec::check::{Comparison, ForcedType, Rule};

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

/// Why a column cannot be compared, and how to make it so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Misfit {
    pub code: ErrorCode,
    pub why: String,
}

impl Misfit {
    /// Makes one whose text names types and settings only.
    pub(crate) fn of_types(why: impl Into<String>) -> Misfit {
        Misfit { code: ErrorCode::TypeMismatch, why: why.into() }
    }

    /// Makes one whose text quotes a literal of the suite.
    pub(crate) fn of_literal(why: impl Into<String>) -> Misfit {
        Misfit { code: ErrorCode::LiteralUnfit, why: why.into() }
    }
}

/// How two comparable columns meet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Meeting {
    /// One side holds booleans and the other integers: booleans count as 0 and 1.
    pub bool_as_integer: bool,
}

/// Whether a column of type `old` may be compared with one of type `new` under `rule`; else why not, and the way out.
pub(crate) fn comparable(old: &Type, new: &Type, rule: &Rule) -> Result<Meeting, Misfit> {
    let left = class(old, rule.types.old, rule)?;
    let right = class(new, rule.types.new, rule)?;
    fits(&left, rule)?;
    fits(&right, rule)?;
    if rule.trim && ![old, new].into_iter().any(|of| matches!(of, Type::Text | Type::Null)) {
        return Err(Misfit::of_types("`trim` needs text; leave it out"));
    }
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
    Err(Misfit::of_types(format!("{old} in old and {new} in new cannot be compared; {}", way_out(&left, &right))))
}

/// Whether a value of the column of `other` on the other side of `side` can equal `value`, which stands for NULL on `side`.
pub(crate) fn stands(value: &Value, other: &Type, side: Side, rule: &Rule, bool_as_integer: bool) -> bool {
    let Ok(right) = class(other, *rule.types.get(side.other()), rule) else { return false };
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

fn class(of: &Type, forced: Option<ForcedType>, rule: &Rule) -> Result<Class, Misfit> {
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
fn fits(class: &Class, rule: &Rule) -> Result<(), Misfit> {
    rule.comparison.levels().try_for_each(|one| fits_level(class, rule, one))
}

fn fits_level(class: &Class, rule: &Rule, comparison: &Comparison) -> Result<(), Misfit> {
    let (ok, needs) = match (comparison, class) {
        (_, Class::Any) => return Ok(()),
        (Comparison::Tolerance(_) | Comparison::Budget(_), class) => {
            (matches!(class, Class::Exact { .. } | Class::Float), "a tolerance or budget needs numbers")
        }
        (Comparison::Ulps(_), class) => (*class == Class::Float, "`ulps` needs floats"),
        (Comparison::Set | Comparison::Multiset, class) => {
            (matches!(class, Class::Array(_) | Class::Json), "`set` and `multiset` need arrays")
        }
        (Comparison::Map { tolerance: Some(_), .. }, Class::Map(_, held)) => {
            let numbers = matches!(**held, Class::Exact { .. } | Class::Float | Class::Any);
            (numbers, "a tolerance needs a map of numbers")
        }
        (Comparison::Map { .. }, class) => (matches!(class, Class::Map(..) | Class::Json), "`map` needs maps"),
        (Comparison::Json, class) => (*class == Class::Json, "`json` needs JSON or text"),
        _ => (true, ""),
    };
    if !ok {
        return Err(Misfit::of_types(format!("{needs}; cast the column in its query, or give it another rule")));
    }
    let timed = matches!(class, Class::Instant | Class::WallClock | Class::Moment | Class::Time);
    if rule.truncate.is_some() && !timed {
        return Err(Misfit::of_types("`truncate` needs timestamps or times; leave it out"));
    }
    if rule.utc && !matches!(class, Class::Instant | Class::Moment) {
        return Err(Misfit::of_types("`zone` needs timestamps; leave it out"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Sides;
    use crate::spec::check::Tolerance;

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

    /// Catches a way out that does not lead out: each is taken, and then the columns meet.
    #[test]
    fn the_way_out_that_is_named_is_one() {
        let forced = |of| Rule { types: Sides { old: Some(of), new: Some(of) }, ..Rule::default() };
        let close = Rule { comparison: Comparison::Tolerance(Tolerance::default()), ..Rule::default() };
        let utc = Rule { utc: true, ..Rule::default() };
        let json = Rule { comparison: Comparison::Json, ..Rule::default() };
        let cases = [
            (Type::Integer, Type::Float, "give the column a tolerance", close),
            (Type::Instant, Type::WallClock, "`zone = \"UTC\"`", utc),
            (Type::Date, Type::WallClock, "`type = \"date\"`", forced(ForcedType::Date)),
            (Type::Date, Type::WallClock, "`type = \"timestamp\"`", forced(ForcedType::Timestamp)),
            (Type::Date, Type::Instant, "`type = \"date\"`", forced(ForcedType::Date)),
            (Type::Json, Type::Text, "`json = true`", json),
            (Type::Text, Type::Integer, "`type = \"…\"`", forced(ForcedType::Decimal { precision: 9, scale: 0 })),
            (Type::Text, Type::Uuid, "", forced(ForcedType::Uuid)),
            (Type::Text, Type::Bool, "`type = \"…\"`", forced(ForcedType::Bool)),
        ];
        for (old, new, words, rule) in cases {
            for (old, new) in [(&old, &new), (&new, &old)] {
                let why = comparable(old, new, &Rule::default()).err().map(|misfit| misfit.why).unwrap_or_default();
                assert!(why.contains(words), "{old} {new}: {why}");
                assert!(words.is_empty() || why.starts_with(&format!("{old} in old and {new} in new")), "{why}");
                assert!(comparable(old, new, &rule).is_ok(), "{old} {new}: {words}");
            }
        }
        let read = forced(ForcedType::Timestamp);
        let read = Rule { types: Sides { old: read.types.old, new: None }, ..read };
        assert!(comparable(&Type::Text, &Type::Date, &read).unwrap_err().why.contains("`type = \"date\"`"));
        assert!(
            comparable(&Type::Bytes, &Type::Bool, &Rule::default()).unwrap_err().why.contains("`ignore = \"reason\"`")
        );
    }

    /// Catches a type that is read from what does not hold it.
    #[test]
    fn a_type_is_read_only_from_what_may_hold_it() {
        use Type::{Bool, Bytes, Date, Float, Instant, Integer, Json, Text, Time, Uuid, WallClock};
        let decimal = || Type::Decimal { scale: 1 };
        let array = || Type::Array(Box::new(Text));
        let all =
            || [Bool, Integer, decimal(), Float, Text, Bytes, Date, Time, Instant, WallClock, Uuid, Json, array()];
        let readable: [(ForcedType, Vec<Type>); 7] = [
            (ForcedType::Decimal { precision: 9, scale: 1 }, vec![Integer, decimal(), Text, Uuid]),
            (ForcedType::Uuid, vec![Text, Uuid]),
            (ForcedType::Timestamp, vec![Text, Uuid, Date, Instant, WallClock]),
            (ForcedType::Date, vec![Text, Uuid, Date, Instant, WallClock]),
            (ForcedType::Bool, vec![Bool, Integer, Text, Uuid]),
            (ForcedType::Json, vec![Text, Uuid, Json]),
            (
                ForcedType::Text,
                vec![Bool, Integer, decimal(), Float, Text, Bytes, Date, Time, Instant, WallClock, Uuid, Json],
            ),
        ];
        for (forced, may) in readable {
            let rule = Rule { types: Sides { old: Some(forced), new: Some(forced) }, ..Rule::default() };
            for of in all() {
                assert_eq!(comparable(&of, &of, &rule).is_ok(), may.contains(&of), "{of} as {forced}");
                assert!(comparable(&Type::Null, &Type::Null, &rule).is_ok());
            }
        }
    }

    /// Catches a rule that is taken by a column it says nothing about.
    #[test]
    fn rules_want_the_columns_they_are_about() {
        use Type::{Float, Instant, Integer, Json, Text, Time, WallClock};
        let decimal = || Type::Decimal { scale: 1 };
        let array = || Type::Array(Box::new(Integer));
        let map = || Type::Map(Box::new(Text), Box::new(Integer));
        let all = || {
            [
                Type::Bool,
                Integer,
                decimal(),
                Float,
                Text,
                Type::Bytes,
                Type::Date,
                Time,
                Instant,
                WallClock,
                Json,
                array(),
                map(),
            ]
        };
        let of = |comparison| Rule { comparison, ..Rule::default() };
        let levels =
            |one: Comparison| Comparison::Levels(Box::new(crate::spec::check::Levels { warn: one, fail: None }));
        let numbers = || vec![Integer, decimal(), Float];
        let cases = [
            (of(Comparison::Tolerance(Tolerance::default())), numbers()),
            (of(levels(Comparison::Tolerance(Tolerance::default()))), numbers()),
            (of(Comparison::Budget(crate::spec::check::Budget::default())), numbers()),
            (of(Comparison::Ulps(1)), vec![Float]),
            (of(Comparison::Set), vec![Json, array()]),
            (of(Comparison::Multiset), vec![Json, array()]),
            (of(Comparison::Map { absent: None, tolerance: None }), vec![Json, map()]),
            (of(Comparison::Json), vec![Text, Json]),
            (
                Rule { truncate: Some(std::time::Duration::from_secs(1)), ..Rule::default() },
                vec![Time, Instant, WallClock],
            ),
            (Rule { utc: true, ..Rule::default() }, vec![Instant, WallClock]),
        ];
        for (rule, may) in cases {
            for of in all() {
                assert_eq!(comparable(&of, &of, &rule).is_ok(), may.contains(&of), "{of} {rule:?}");
            }
        }
    }

    #[test]
    fn what_is_inside_meets_as_what_is_outside_does() {
        let array = |of| Type::Array(Box::new(of));
        let map = |key, held| Type::Map(Box::new(key), Box::new(held));
        let close = Rule {
            comparison: Comparison::Map { absent: None, tolerance: Some(Tolerance::default()) },
            ..Rule::default()
        };
        let plain = Rule::default();
        for (old, new, rule, expected) in [
            (array(Type::Integer), array(Type::Decimal { scale: 1 }), &plain, true),
            (array(Type::Integer), array(Type::Text), &plain, false),
            (array(Type::Null), array(Type::Text), &plain, true),
            (array(Type::Integer), Type::Integer, &plain, false),
            (map(Type::Text, Type::Integer), map(Type::Text, Type::Float), &plain, false),
            (map(Type::Text, Type::Integer), map(Type::Text, Type::Float), &close, true),
            (map(Type::Integer, Type::Integer), map(Type::Float, Type::Integer), &close, false),
            (map(Type::Text, Type::Bool), map(Type::Text, Type::Integer), &plain, false),
            (map(Type::Text, Type::Bool), map(Type::Text, Type::Bool), &plain, true),
        ] {
            assert_eq!(comparable(&old, &new, rule).is_ok(), expected, "{old} {new}");
            assert_eq!(comparable(&new, &old, rule).is_ok(), expected, "{new} {old}");
        }
        let met = |old, new| comparable(&old, &new, &plain).unwrap().bool_as_integer;
        assert!(met(array(Type::Bool), array(Type::Integer)) && !met(array(Type::Bool), array(Type::Bool)));
    }
}

//! Which columns may be compared: the types of the two sides under a rule.

use super::class::{Class, class, class_of, hint, meet};
use super::misfit::Misfit;
use crate::frame::{Type, Value};
use crate::model::Side;
use crate::spec::check::{Comparison, Rule};

/// How two comparable columns meet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Meeting {
    /// One side holds booleans and the other integers: booleans count as 0 and 1.
    pub bool_as_integer: bool,
}

/// Whether a column of type `old` may be compared with one of type `new` under `rule`; else why not, and a hint.
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
    Err(Misfit::of_types(format!("{old} in old and {new} in new cannot be compared; {}", hint(&left, &right))))
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
    use crate::spec::check::{ForcedType, Tolerance};

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

    /// Catches a hint that does not help: each is followed, and then the columns meet.
    #[test]
    fn a_hint_that_is_followed_helps() {
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

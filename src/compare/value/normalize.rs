//! From what a side returned to what is compared: types parsed, NULL stood in for, time floored, text trimmed.
//!
//! Knows one value at a time; how text is read is `parse`'s business. Whether two columns may be compared at all is `types`' business.

use std::time::Duration;

use super::json;
use super::literal::{Adapting, NullMisfit, stand_in};
use super::parse::parsed;
use crate::frame::{Type, Value};
use crate::model::Side;
use crate::spec::check::{Comparison, ForcedType, Rule};

/// What becomes of the values of one column on one side.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Normalizer {
    forced: Option<ForcedType>,
    null: Option<Value>,
    truncate: Option<Duration>,
    utc: bool,
    trim: bool,
    /// Booleans count as 0 and 1, because the other side holds integers.
    bool_as_integer: bool,
    /// JSON arrays and objects count as arrays and maps, because the rule speaks of those.
    json_as_collection: bool,
    /// Text is read as JSON.
    text_as_json: bool,
    /// Text that cannot be read equals itself.
    itself: bool,
}

/// A value ready to be compared.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Normal {
    /// A value.
    Value(Value),
    /// Text that cannot be read as the type the rule asks for: differs from everything.
    Unreadable(String),
}

impl Normalizer {
    /// The normaliser of one side of a column.
    pub(crate) fn new(rule: &Rule, side: Side, types: Adapting<'_>, bool_as_integer: bool) -> Result<Self, NullMisfit> {
        let (forced, other_forced) = (*rule.types.get(side), *rule.types.get(side.other()));
        let null = match rule.null.get(side) {
            None => None,
            Some(literal) => Some(stand_in(literal, types, forced, other_forced).ok_or_else(|| NullMisfit {
                literal: super::display::literal(literal),
                of: if *types.of == Type::Null { types.other } else { types.of }.clone(),
            })?),
        };
        Ok(Normalizer {
            forced,
            null,
            truncate: rule.truncate,
            utc: rule.utc,
            trim: rule.trim,
            bool_as_integer,
            json_as_collection: rule
                .comparison
                .levels()
                .any(|one| matches!(one, Comparison::Set | Comparison::Multiset | Comparison::Map { .. })),
            text_as_json: rule.comparison == Comparison::Json,
            itself: rule.itself,
        })
    }

    /// What becomes of a boolean, integer, decimal, float, text, date or timestamp that is not NULL, where that is
    /// no more than a change of how it is written down; `None` where each value has to be looked at.
    pub(crate) fn simple(&self) -> Option<Simple> {
        let looked_at = self.forced.is_some() || self.trim || self.text_as_json;
        (!looked_at).then_some(Simple {
            bool_as_integer: self.bool_as_integer,
            utc: self.utc,
            truncate: self.truncate.map(step_nanos),
        })
    }

    /// What `value` is compared as.
    pub(crate) fn apply(&self, value: Value) -> Normal {
        match self.read(value) {
            // Bytes, since no text that can be read becomes any.
            Normal::Unreadable(text) if self.itself => Normal::Value(Value::Bytes(text.into_bytes())),
            normal => normal,
        }
    }

    fn read(&self, value: Value) -> Normal {
        let value = if value == Value::Null { self.null.clone().unwrap_or(Value::Null) } else { value };
        if value == Value::Null {
            return Normal::Value(value);
        }
        let value = match value {
            Value::Text(text) if self.trim => Value::Text(text.trim().to_owned()),
            other => other,
        };
        let value = match self.forced {
            Some(forced) => match parsed(&value, forced) {
                Some(value) => value,
                None => return Normal::Unreadable(super::display::shown(&value).unwrap_or_default()),
            },
            None => value,
        };
        let value = match value {
            Value::Text(text) if self.text_as_json => Value::Json(text),
            Value::Bool(truth) if self.bool_as_integer => Value::Integer(truth.into()),
            Value::Array(items) if self.bool_as_integer => {
                Value::Array(items.into_iter().map(bool_to_integer).collect())
            }
            Value::WallClock(nanos) if self.utc => Value::Instant(nanos),
            other => other,
        };
        if let Value::Json(text) = &value
            && (self.text_as_json || self.forced == Some(ForcedType::Json))
            && json::canonical(text) == Err(json::JsonError::Malformed)
        {
            return Normal::Unreadable(text.clone());
        }
        let value = match value {
            Value::Json(text) if self.json_as_collection => match json::collection(&text) {
                Some(value) => value,
                None => return Normal::Unreadable(text),
            },
            other => other,
        };
        Normal::Value(match self.truncate {
            Some(step) => floored(value, step),
            None => value,
        })
    }
}

fn bool_to_integer(value: Value) -> Value {
    match value {
        Value::Bool(truth) => Value::Integer(truth.into()),
        other => other,
    }
}

/// The part of a normaliser that whole columns of scalars go through without a look at each value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Simple {
    /// Booleans count as 0 and 1.
    pub bool_as_integer: bool,
    /// Wall clocks count as instants.
    pub utc: bool,
    /// Times are floored to a multiple of this, in nanoseconds.
    pub truncate: Option<i128>,
}

fn step_nanos(step: Duration) -> i128 {
    i128::try_from(step.as_nanos()).unwrap_or(i128::MAX).max(1)
}

fn floored(value: Value, step: Duration) -> Value {
    let step = step_nanos(step);
    let floor = |nanos: i128| nanos - nanos.rem_euclid(step);
    match value {
        Value::Instant(nanos) => Value::Instant(floor(nanos)),
        Value::WallClock(nanos) => Value::WallClock(floor(nanos)),
        Value::Time(nanos) => Value::Time(i64::try_from(floor(nanos.into())).unwrap_or(nanos)),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Sides;

    fn text(s: &str) -> Value {
        Value::Text(s.to_owned())
    }

    #[test]
    fn flooring_goes_down_before_1970_too() {
        assert_eq!(floored(Value::Instant(-1), Duration::from_millis(1)), Value::Instant(-1_000_000));
    }

    /// Catches a normalisation that is left out where it has an effect, or has one where it was not asked for.
    #[test]
    fn what_is_simple_is_told_from_what_has_to_be_looked_at() {
        let of = |rule: &Rule| {
            let types = Adapting { of: &Type::Text, other: &Type::Text };
            Normalizer::new(rule, Side::Old, types, true).unwrap()
        };
        let plain = Rule { utc: true, truncate: Some(Duration::from_millis(2)), ..Rule::default() };
        let simple = Simple { bool_as_integer: true, utc: true, truncate: Some(2_000_000) };
        assert_eq!(of(&plain).simple(), Some(simple));
        let forced = Rule { types: Sides { old: Some(ForcedType::Uuid), new: None }, ..Rule::default() };
        let trimmed = Rule { trim: true, ..Rule::default() };
        let json = Rule { comparison: Comparison::Json, ..Rule::default() };
        for rule in [&forced, &trimmed, &json] {
            assert_eq!(of(rule).simple(), None, "{rule:?}");
        }
        let apply = |rule: &Rule, value: Value| of(rule).apply(value);
        assert_eq!(apply(&plain, Value::WallClock(5_000_001)), Normal::Value(Value::Instant(4_000_000)));
        assert_eq!(apply(&plain, Value::Time(5_000_001)), Normal::Value(Value::Time(4_000_000)));
        assert_eq!(apply(&plain, Value::Bool(true)), Normal::Value(Value::Integer(1)));
        let both = Value::Array(vec![Value::Bool(false), Value::Integer(7)]);
        assert_eq!(apply(&plain, both), Normal::Value(Value::Array(vec![Value::Integer(0), Value::Integer(7)])));
        assert_eq!(apply(&Rule::default(), Value::WallClock(5)), Normal::Value(Value::WallClock(5)));
        assert_eq!(apply(&trimmed, text(" a ")), Normal::Value(text("a")));
        assert_eq!(apply(&Rule::default(), text(" a ")), Normal::Value(text(" a ")));
        assert_eq!(apply(&forced, text("x")), Normal::Unreadable("x".into()));
        let itself = Rule { itself: true, ..forced };
        assert_eq!(apply(&itself, text("x")), Normal::Value(Value::Bytes(b"x".to_vec())));
        assert_eq!(apply(&json, text("{")), Normal::Unreadable("{".into()));
        assert_eq!(apply(&json, text("{}")), Normal::Value(Value::Json("{}".into())));
        let as_json = Rule { types: Sides { old: Some(ForcedType::Json), new: None }, ..Rule::default() };
        assert_eq!(apply(&as_json, text("{")), Normal::Unreadable("{".into()));
        assert_eq!(apply(&Rule::default(), Value::Json("{".into())), Normal::Value(Value::Json("{".into())));
        let set = Rule { comparison: Comparison::Set, ..Rule::default() };
        assert_eq!(apply(&set, Value::Json("[1]".into())), Normal::Value(Value::Array(vec![Value::Integer(1)])));
        assert_eq!(apply(&set, Value::Json("[".into())), Normal::Unreadable("[".into()));
        assert_eq!(step_nanos(Duration::from_nanos(0)), 1);
    }
}

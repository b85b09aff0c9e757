//! From what a side returned to what is compared: types parsed, NULL stood in for, time floored, text trimmed.
//!
//! Knows one value at a time. Whether two columns may be compared at all is `types`' business.

use std::time::Duration;

use super::json;
use super::types::Misfit;
use crate::frame::{Type, Value, time, wide};
use crate::model::Side;
use crate::spec::check::{Comparison, ForcedType, Levels, Rule};

/// What becomes of the values of one column on one side.
#[derive(Clone, Debug)]
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

/// A literal of the suite that cannot stand for NULL in a column.
#[derive(Debug, thiserror::Error)]
#[error("`null` gives {literal}, which is no {of}; give a value of the column's type")]
pub(crate) struct NullMisfit {
    literal: String,
    of: Type,
}

/// The types of a column on one side and on the other.
#[derive(Clone, Copy)]
pub(crate) struct Adapting<'a> {
    /// Of the side itself.
    pub of: &'a Type,
    /// Of the other side, which a side of nothing but NULL takes its literals from.
    pub other: &'a Type,
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

/// What stands for NULL on a side: of the side's type, or where that does not take the literal, of the other side's.
fn stand_in(
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
        (ForcedType::Json, other) => super::display::shown(other).map_or(Value::Null, Value::Text),
        _ => literal.clone(),
    }
}

/// A suite's literal as a value of the column's type, so that `0` can stand for NULL in a float column.
fn adapted(literal: &Value, of: &Type) -> Option<Value> {
    let text = || super::display::shown(literal);
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
                let literal = super::display::literal(literal);
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

/// `value` read as `forced`, strictly; `None` where it cannot be.
fn parsed(value: &Value, forced: ForcedType) -> Option<Value> {
    match (forced, value) {
        (ForcedType::Text, value) => super::display::shown(value).map(Value::Text),
        (ForcedType::Decimal { precision, scale }, Value::Text(text)) => decimal(text, precision, scale),
        (
            ForcedType::Decimal { precision, scale },
            Value::Integer(_) | Value::Unsigned(_) | Value::Wide(_) | Value::Decimal { .. },
        ) => decimal(&super::display::shown(value)?, precision, scale),
        (ForcedType::Uuid, Value::Text(text) | Value::Uuid(text)) => uuid(text).map(Value::Uuid),
        (ForcedType::Bool, Value::Bool(truth)) => Some(Value::Bool(*truth)),
        (ForcedType::Bool, Value::Integer(0 | 1)) => Some(Value::Bool(*value == Value::Integer(1))),
        (ForcedType::Bool, Value::Text(text)) => match text.to_ascii_lowercase().as_str() {
            "true" | "t" | "1" => Some(Value::Bool(true)),
            "false" | "f" | "0" => Some(Value::Bool(false)),
            _ => None,
        },
        (ForcedType::Json, Value::Text(text) | Value::Json(text)) => Some(Value::Json(text.clone())),
        (ForcedType::Date, Value::Date(_)) => Some(value.clone()),
        (ForcedType::Date, Value::Text(text)) => time::date(text).map(Value::Date),
        // Only midnight is a date; any other time of day would be lost.
        (ForcedType::Date, Value::Instant(nanos) | Value::WallClock(nanos)) => {
            let day = 86_400_000_000_000;
            (nanos.rem_euclid(day) == 0).then(|| i32::try_from(nanos.div_euclid(day)).ok())?.map(Value::Date)
        }
        (ForcedType::Timestamp, Value::Instant(_) | Value::WallClock(_)) => Some(value.clone()),
        (ForcedType::Timestamp, Value::Date(day)) => Some(Value::WallClock(i128::from(*day) * 86_400_000_000_000)),
        (ForcedType::Timestamp, Value::Text(text)) => time::timestamp(text),
        _ => None,
    }
}

/// Digits with an optional sign and point, that fit `decimal(precision, scale)` without rounding.
fn decimal(text: &str, precision: u8, scale: u8) -> Option<Value> {
    let (negative, digits) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    if (whole.is_empty() && fraction.is_empty()) || !(whole.bytes().chain(fraction.bytes())).all(|b| b.is_ascii_digit())
    {
        return None;
    }
    let fraction = fraction.trim_end_matches('0');
    let whole = whole.trim_start_matches('0');
    if fraction.len() > usize::from(scale) || whole.len() > usize::from(precision - scale) {
        return None;
    }
    let padded = format!("{whole}{fraction:0<width$}", width = usize::from(scale));
    if padded.len() > 38 || scale > 38 {
        let sign = if negative { "-" } else { "" };
        return wide::read(&format!("{sign}0{whole}.{fraction}0"));
    }
    let unscaled: i128 = if padded.is_empty() { 0 } else { padded.parse().ok()? };
    Some(Value::Decimal { unscaled: if negative { -unscaled } else { unscaled }, scale })
}

/// Canonical lower case of a hyphenated UUID.
fn uuid(text: &str) -> Option<String> {
    let shape = text.len() == 36
        && text.bytes().enumerate().all(|(at, byte)| match at {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        });
    shape.then(|| text.to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Sides;

    fn text(s: &str) -> Value {
        Value::Text(s.to_owned())
    }

    #[test]
    fn decimals_are_read_strictly() {
        assert_eq!(decimal("1.10", 38, 12), decimal("1.1", 38, 12));
        assert_eq!(decimal("-0.5", 3, 1), Some(Value::Decimal { unscaled: -5, scale: 1 }));
        for refused in ["", ".", "1e3", "1,0", " 1", "NaN", "0.25", "123", "--1"] {
            assert_eq!(decimal(refused, 3, 1), None, "{refused}");
        }
        let tall = "9".repeat(76);
        assert_eq!(decimal(&format!("+{tall}.0"), 78, 2), wide::read(&tall));
        assert_eq!(decimal(&tall, 75, 0), None, "a digit too many");
        assert_eq!(decimal("1.5", 76, 38), Some(Value::Decimal { unscaled: 15, scale: 1 }));
    }

    /// Catches text that is read as a time although something of it is lost.
    #[test]
    fn timestamps_tell_instant_from_wall_clock() {
        let timestamp = |s: &str| parsed(&text(s), ForcedType::Timestamp);
        assert_eq!(timestamp("2026-01-01 02:00:00.5+02:00"), Some(Value::Instant(1_767_225_600_500_000_000)));
        assert_eq!(timestamp("2026-01-01 00:00:00"), Some(Value::WallClock(1_767_225_600_000_000_000)));
        for refused in
            ["2026-01-01", "2016-12-31 23:59:60", "2016-12-31T23:59:60.5+00:00", "2026-01-01 00:00:00.1234567891"]
        {
            assert_eq!(timestamp(refused), None, "{refused}");
        }
    }

    #[test]
    fn only_midnight_is_a_date() {
        assert_eq!(parsed(&Value::WallClock(86_400_000_000_000), ForcedType::Date), Some(Value::Date(1)));
        assert_eq!(parsed(&Value::WallClock(86_400_000_000_001), ForcedType::Date), None);
        assert_eq!(parsed(&text("2026-1-1"), ForcedType::Date), None);
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

    #[test]
    fn flooring_goes_down_before_1970_too() {
        assert_eq!(floored(Value::Instant(-1), Duration::from_millis(1)), Value::Instant(-1_000_000));
    }

    /// Catches a value that is read as what it is not, and one that is not read as what it is.
    #[test]
    fn values_are_read_strictly_as_their_type() {
        use ForcedType::{Bool, Date, Json, Text, Timestamp, Uuid};
        let tenth = ForcedType::Decimal { precision: 3, scale: 1 };
        let id = "0A000000-0000-0000-0000-00000000000f";
        let (midnight, truth) = (86_400_000_000_000, Value::Bool(true));
        let instant = Value::Instant(midnight);
        for (forced, given, read) in [
            (tenth, text("-1.50"), Some(Value::Decimal { unscaled: -15, scale: 1 })),
            (tenth, text("+.5"), Some(Value::Decimal { unscaled: 5, scale: 1 })),
            (tenth, text("5."), Some(Value::Decimal { unscaled: 50, scale: 1 })),
            (tenth, text("0099.9"), Some(Value::Decimal { unscaled: 999, scale: 1 })),
            (tenth, text("100"), None),
            (tenth, Value::Integer(7), Some(Value::Decimal { unscaled: 70, scale: 1 })),
            (tenth, Value::Decimal { unscaled: 700, scale: 2 }, Some(Value::Decimal { unscaled: 70, scale: 1 })),
            (tenth, Value::Decimal { unscaled: 701, scale: 2 }, None),
            (tenth, Value::Float(1.0), None),
            (Uuid, text(id), Some(Value::Uuid(id.to_ascii_lowercase()))),
            (Uuid, text(&id[1..]), None),
            (Uuid, text(&id.replace('-', "0")), None),
            (Uuid, text(&id.replace('A', "g")), None),
            (Uuid, text(&id.replacen("0-", "-0", 1)), None),
            (Bool, truth.clone(), Some(truth.clone())),
            (Bool, Value::Integer(1), Some(truth.clone())),
            (Bool, Value::Integer(0), Some(Value::Bool(false))),
            (Bool, Value::Integer(2), None),
            (Bool, text("TRUE"), Some(truth.clone())),
            (Bool, text("t"), Some(truth.clone())),
            (Bool, text("1"), Some(truth)),
            (Bool, text("F"), Some(Value::Bool(false))),
            (Bool, text("0"), Some(Value::Bool(false))),
            (Bool, text("false"), Some(Value::Bool(false))),
            (Bool, text("yes"), None),
            (Json, text("{"), Some(Value::Json("{".into()))),
            (Json, Value::Json("1".into()), Some(Value::Json("1".into()))),
            (Json, Value::Integer(1), None),
            (Date, Value::Date(3), Some(Value::Date(3))),
            (Date, text("1969-12-31"), Some(Value::Date(-1))),
            (Date, text("1969-12-32"), None),
            (Date, instant.clone(), Some(Value::Date(1))),
            (Date, Value::Instant(midnight + 1), None),
            (Date, Value::Integer(1), None),
            (Timestamp, instant.clone(), Some(instant.clone())),
            (Timestamp, Value::WallClock(5), Some(Value::WallClock(5))),
            (Timestamp, Value::Date(1), Some(Value::WallClock(midnight))),
            (Timestamp, text("1970-01-02T00:00:00z"), Some(instant.clone())),
            (Timestamp, text("1970-01-02 00:00:00+00:00"), Some(instant)),
            (Timestamp, text("1970-01-02 00:00:00.000000001"), Some(Value::WallClock(midnight + 1))),
            (Timestamp, Value::Integer(1), None),
            (Text, Value::Integer(1), Some(text("1"))),
            (Text, Value::Bool(true), Some(text("true"))),
        ] {
            assert_eq!(parsed(&given, forced), read, "{given:?} as {forced}");
        }
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

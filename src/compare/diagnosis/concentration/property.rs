//! What a row can be asked of one of its columns, and the answers.

use std::borrow::Cow;

use chrono::{Datelike, NaiveDate, NaiveDateTime, Timelike};

use crate::compare::diagnosis::times::nanos;
use crate::compare::value::display::shown;
use crate::frame::time::moment;
use crate::frame::{Decimal, Value};

/// What is asked of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Property {
    /// The value itself.
    Itself,
    /// Whether text is empty, has blanks at its ends, or characters beyond ASCII.
    Text,
    /// What stands before the first separator in text.
    Prefix,
    /// The day of a moment.
    Day,
    /// The hour of a moment.
    Hour,
    /// The day of the week.
    Weekday,
    /// Whether it is the first or last day of a month.
    MonthEnd,
    /// The sign of a number.
    Sign,
    /// The rest of an integer of the key, divided by this.
    Mod(i128),
}

/// An answer as it is counted.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Mark<'a> {
    /// NULL.
    Null,
    /// A number, a time or a truth, and the digits after the point.
    Number(i128, u8),
    /// Text.
    Text(Cow<'a, str>),
}

/// Characters of an answer beyond which it is none.
const LONGEST: usize = 200;

impl Property {
    /// Everything that can be asked: of a hidden column its value only, whether a column is of the key as `key` says.
    pub(super) fn all(key: bool, hidden: bool) -> Vec<Property> {
        use Property::{Day, Hour, Itself, Mod, MonthEnd, Prefix, Sign, Text, Weekday};
        if hidden {
            return vec![Itself];
        }
        let mut all = vec![Itself, Text, Prefix, Day, Hour, Weekday, MonthEnd, Sign];
        if key {
            all.extend([2, 10, 100, 500, 1_000, 10_000].map(Mod));
        }
        all
    }

    /// Whether any value of the type of `value` has an answer.
    pub(super) fn is_asked_of(self, value: &Value) -> bool {
        match self {
            Property::Itself => true,
            Property::Text | Property::Prefix => matches!(value, Value::Text(_)),
            Property::Day | Property::Hour => matches!(value, Value::Instant(_) | Value::WallClock(_)),
            Property::Weekday | Property::MonthEnd => {
                matches!(value, Value::Date(_) | Value::Instant(_) | Value::WallClock(_))
            }
            Property::Sign => matches!(value, Value::Integer(_) | Value::Decimal { .. } | Value::Float(_)),
            Property::Mod(_) => matches!(value, Value::Integer(_)),
        }
    }

    /// What tells its answers of values of one type apart, without their text; `None` where the question has no answer.
    pub(super) fn mark(self, value: &Value) -> Option<Mark<'_>> {
        let number = |number: u32| Some(Mark::Number(number.into(), 0));
        match (self, value) {
            (Property::Itself, value) => match value {
                Value::Null => Some(Mark::Null),
                Value::Bool(truth) => number(u32::from(*truth)),
                Value::Integer(number) | Value::Instant(number) | Value::WallClock(number) => {
                    Some(Mark::Number(*number, 0))
                }
                Value::Decimal { unscaled, scale } => {
                    let number = Decimal::new(*unscaled, *scale).trimmed();
                    Some(Mark::Number(number.unscaled, number.scale))
                }
                Value::Float(number) => {
                    // Every NaN is written alike, and every other float in its own way.
                    let number = if number.is_nan() { f64::NAN } else { *number };
                    Some(Mark::Number(number.to_bits().into(), 0))
                }
                Value::Date(days) => Some(Mark::Number((*days).into(), 0)),
                Value::Time(nanos) => Some(Mark::Number((*nanos).into(), 0)),
                Value::Text(text) | Value::Json(text) | Value::Uuid(text) if text.len() <= LONGEST => {
                    Some(Mark::Text(Cow::Borrowed(text)))
                }
                Value::Text(_) | Value::Json(_) | Value::Uuid(_) => None,
                other => Some(self.answer(other)?.map_or(Mark::Null, |text| Mark::Text(Cow::Owned(text)))),
            },
            (Property::Text, Value::Text(text)) => Some(Mark::Text(form(text)?.into())),
            (Property::Prefix, Value::Text(text)) => Some(Mark::Text(prefix(text)?.into())),
            (Property::Sign, value) => sign(value).and_then(|_| number(0)),
            (Property::Mod(of), Value::Integer(number)) => Some(Mark::Number(rest(*number, of), 0)),
            (Property::Day | Property::Hour, Value::Date(_)) => None,
            (Property::Day, value) => Some(Mark::Number(day_and_hour(value)?.0.into(), 0)),
            (Property::Hour, value) => number(day_and_hour(value)?.1),
            (Property::Weekday, value) => number(weekday(day_and_hour(value)?.0)),
            (Property::MonthEnd, value) => Some(Mark::Text(month_end(date(day_and_hour(value)?.0)?)?.into())),
            _ => None,
        }
    }

    /// Below what all its marks are, which are numbers from 0 then; absent where they may be anything.
    pub(super) fn marks_below(self) -> Option<usize> {
        match self {
            Property::Hour => Some(24),
            Property::Weekday => Some(7),
            Property::Sign => Some(1),
            Property::Mod(of) => usize::try_from(of).ok(),
            _ => None,
        }
    }

    /// Its name in reports; absent for the value itself.
    pub(super) fn name(self) -> Option<String> {
        Some(match self {
            Property::Itself => return None,
            Property::Text => "form".to_owned(),
            Property::Prefix => "prefix".to_owned(),
            Property::Day => "day".to_owned(),
            Property::Hour => "hour".to_owned(),
            Property::Weekday => "weekday".to_owned(),
            Property::MonthEnd => "month end".to_owned(),
            Property::Sign => "sign".to_owned(),
            Property::Mod(of) => format!("mod {of}"),
        })
    }

    /// The answer of `value`; `None` where the question has no answer. The outer one of NULL is NULL for the value itself.
    pub(super) fn answer(self, value: &Value) -> Option<Option<String>> {
        if self == Property::Itself {
            let answer = shown(value);
            return answer.as_ref().is_none_or(|text| text.len() <= LONGEST).then_some(answer);
        }
        let answer = match (self, value) {
            (Property::Text, Value::Text(text)) => form(text)?.to_owned(),
            (Property::Prefix, Value::Text(text)) => prefix(text)?.to_owned(),
            (Property::Sign, value) => sign(value)?.to_owned(),
            (Property::Mod(of), Value::Integer(number)) => number.rem_euclid(of).to_string(),
            (Property::Day | Property::Hour, Value::Date(_)) => return None,
            (Property::Day, value) => time(value)?.date().to_string(),
            (Property::Hour, value) => time(value)?.hour().to_string(),
            (Property::Weekday, value) => time(value)?.format("%A").to_string(),
            (Property::MonthEnd, value) => month_end(time(value)?.date())?.to_owned(),
            _ => return None,
        };
        Some(Some(answer))
    }
}

/// What is left of a number; of one of 64 bits in a fraction of the time.
fn rest(number: i128, of: i128) -> i128 {
    match (i64::try_from(number), i64::try_from(of)) {
        (Ok(number), Ok(of)) => number.rem_euclid(of).into(),
        _ => number.rem_euclid(of),
    }
}

fn form(text: &str) -> Option<&'static str> {
    if text.is_empty() {
        // The value itself says so.
        None
    } else if text.trim() != text {
        Some("blanks at its ends")
    } else if !text.is_ascii() {
        Some("beyond ASCII")
    } else {
        None
    }
}

fn prefix(text: &str) -> Option<&str> {
    let at = text.find(|c: char| !c.is_alphanumeric())?;
    (at > 0 && at <= LONGEST).then(|| &text[..at])
}

fn sign(value: &Value) -> Option<&'static str> {
    let negative = match value {
        Value::Integer(number) => *number < 0,
        Value::Decimal { unscaled, .. } => *unscaled < 0,
        Value::Float(number) => *number < 0.0,
        _ => false,
    };
    negative.then_some("negative")
}

/// The moment that a date or timestamp is; a time of day has none.
fn time(value: &Value) -> Option<NaiveDateTime> {
    if matches!(value, Value::Time(_)) { None } else { moment(nanos(value)?) }
}

/// The day since 1970 and the hour of a moment. Without a calendar where the nanoseconds have 64 bits, which is a fraction of the
/// time.
fn day_and_hour(value: &Value) -> Option<(i32, u32)> {
    const SHORT_DAY: i64 = 86_400_000_000_000;
    if matches!(value, Value::Time(_)) {
        return None;
    }
    let nanos = nanos(value)?;
    let Ok(short) = i64::try_from(nanos) else {
        let time = moment(nanos)?;
        return Some((time.date().to_epoch_days(), time.hour()));
    };
    let hour = short.rem_euclid(SHORT_DAY) / (SHORT_DAY / 24);
    Some((i32::try_from(short.div_euclid(SHORT_DAY)).ok()?, u32::try_from(hour).ok()?))
}

/// The weekday of a day since 1970, a Thursday; Monday is 0.
fn weekday(day: i32) -> u32 {
    (i64::from(day) + 3).rem_euclid(7).unsigned_abs().try_into().unwrap_or_default()
}

/// The date that a day since 1970 is.
fn date(day: i32) -> Option<NaiveDate> {
    NaiveDate::from_epoch_days(day)
}

fn month_end(date: NaiveDate) -> Option<&'static str> {
    let next = date.succ_opt()?;
    if next.month() != date.month() {
        Some("last day")
    } else if date.day() == 1 {
        Some("first day")
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::frame::time::DAY;

    /// Catches an answer to a question that is said to have none for values of its type, which would never be asked.
    #[test]
    fn what_has_an_answer_is_asked() {
        let (text, day) = ("é-1 ".to_owned(), 1_767_139_200_000_000_000);
        let values = [
            Value::Null,
            Value::Bool(true),
            Value::Integer(-4),
            Value::Unsigned(u128::MAX),
            Value::Decimal { unscaled: -15, scale: 1 },
            Value::Wide(bigdecimal::BigDecimal::from(-1)),
            Value::Float(-1.5),
            Value::Text(text.clone()),
            Value::Bytes(vec![1]),
            Value::Date(20_453),
            Value::Time(1),
            Value::Instant(day),
            Value::WallClock(day),
            Value::Uuid(text.clone()),
            Value::Json(text.clone()),
            Value::Array(vec![Value::Text(text)]),
            Value::Map(Vec::new()),
        ];
        for property in Property::all(true, false) {
            let asked = values.iter().filter(|value| property.is_asked_of(value)).count();
            assert!(asked > 0, "{property:?} is never asked");
            for value in &values {
                let has_answer = property.mark(value).is_some() || property.answer(value).is_some();
                assert!(property.is_asked_of(value) || !has_answer, "{property:?} of {value:?}");
            }
        }
    }

    /// Moments of 64 bits of nanoseconds and beyond them, near the ends of days and months.
    fn moments() -> impl Strategy<Value = Value> {
        let near = (-200_000i128..200_000, -2i128..3).prop_map(|(day, nanos)| day * DAY + nanos);
        let any = prop_oneof![near, any::<i64>().prop_map(i128::from), -(1i128 << 75)..1i128 << 75];
        prop_oneof![any.clone().prop_map(Value::Instant), any.prop_map(Value::WallClock)]
    }

    fn dates() -> impl Strategy<Value = Value> {
        prop_oneof![-200_000i32..200_000, any::<i32>()].prop_map(Value::Date)
    }

    proptest! {
        /// Catches a mark that is the same for two answers, or another for the same one, or that stands where there is no answer.
        #[test]
        fn marks_tell_apart_what_answers_do(
            moments in prop::collection::vec(moments(), 2),
            dates in prop::collection::vec(dates(), 2),
            numbers in prop::collection::vec((-30i128..30).prop_map(Value::Integer), 2),
        ) {
            for pair in [moments, dates, numbers] {
                for property in Property::all(true, false) {
                    let marks = [property.mark(&pair[0]), property.mark(&pair[1])];
                    let answers = [property.answer(&pair[0]), property.answer(&pair[1])];
                    prop_assert_eq!(marks.each_ref().map(Option::is_some), answers.each_ref().map(Option::is_some), "{:?} of {:?}", property, pair);
                    prop_assert_eq!(marks[0] == marks[1], answers[0] == answers[1], "{:?} of {:?}", property, pair);
                    let below = property.marks_below();
                    for mark in marks.iter().flatten() {
                        let fits = |below| matches!(mark, Mark::Number(number, 0) if (0..below).contains(&usize::try_from(*number).unwrap_or(below)));
                        prop_assert!(below.is_none_or(fits), "{:?}: {:?}", property, mark);
                    }
                }
            }
        }
    }
}

//! What has to be asked of the rows of old to know whether new's type takes them, and whether an answer fits. Pure.

use bigdecimal::BigDecimal;
use bigdecimal::num_bigint::BigInt;
use chrono::{NaiveDate, NaiveDateTime, NaiveTime};

use super::fits::{takes, within};
use super::{Charset, ColumnType, Oddity};

/// What the length of a value is counted in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// Characters of a text.
    Characters,
    /// Bytes of a text in UTF-8.
    TextBytes,
    /// Bytes of a value that is no text.
    Bytes,
}

/// An aggregate of one column that tells whether all of it fits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Measure {
    /// How many values are NULL.
    Nulls,
    /// The largest length.
    Longest(Unit),
    /// The smallest length.
    Shortest(Unit),
    /// How many texts end with a blank.
    TrailingBlanks,
    /// The largest number.
    Largest,
    /// The smallest number.
    Smallest,
    /// A number with more digits after the point than these, if there is one; below 0 one that is no multiple of so many tens.
    FinerNumber(i32),
    /// The first time.
    Earliest,
    /// The last time.
    Latest,
    /// A time with more digits of a second than these, if there is one.
    FinerSecond(u8),
    /// A text that is none of these, if there is one.
    Unlisted(Vec<String>),
    /// A value of this sort, if there is one.
    Odd(Oddity),
}

impl Measure {
    /// Returns what the measure is called in reports.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Measure::Nulls => "NULLs",
            Measure::Longest(Unit::Characters) => "longest text in characters",
            Measure::Longest(Unit::TextBytes) => "longest text in bytes",
            Measure::Longest(Unit::Bytes) => "longest value in bytes",
            Measure::Shortest(Unit::Bytes) => "shortest value in bytes",
            Measure::Shortest(_) => "shortest text in characters",
            Measure::TrailingBlanks => "texts with a blank at the end",
            Measure::Largest => "largest number",
            Measure::Smallest => "smallest number",
            Measure::FinerNumber(_) => "digits after the point",
            Measure::Earliest => "earliest time",
            Measure::Latest => "latest time",
            Measure::FinerSecond(_) => "digits of a second",
            Measure::Unlisted(_) => "label",
            Measure::Odd(odd) => odd.name(),
        }
    }
}

/// A measure with what new has room for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Question {
    pub measure: Measure,
    limit: Limit,
}

/// What the rows of old say of one column that both sides have.
#[derive(Clone, Debug)]
pub(crate) struct ColumnData {
    /// The table by its name in old.
    pub table: String,
    /// The column by its name in old.
    pub column: String,
    /// What was asked, with the answers.
    pub answers: Vec<(Question, Option<String>)>,
    /// What was not asked, in words.
    pub untold: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Limit {
    AtMost(BigDecimal),
    AtLeast(BigDecimal),
    NotBefore(NaiveDateTime),
    NotAfter(NaiveDateTime),
    /// A time of a day, of which there is no other.
    OfADay,
    /// The measure answers with what does not fit, and with nothing otherwise; here in words.
    Nothing(String),
}

impl Question {
    /// Returns whether new has room for what old answered; no answer is that of no rows.
    pub(crate) fn fits(&self, answer: Option<&str>) -> bool {
        let Some(answer) = answer else { return true };
        // What is no number and no day, such as NaN, infinity, or a text in a column of SQLite, has no place.
        let number = || answer.trim().parse::<BigDecimal>().ok();
        match &self.limit {
            Limit::AtMost(most) => number().is_some_and(|number| number <= *most),
            Limit::AtLeast(least) => number().is_some_and(|number| number >= *least),
            Limit::NotBefore(first) => moment(answer).is_some_and(|moment| moment >= *first),
            Limit::NotAfter(last) => moment(answer).is_some_and(|moment| moment <= *last),
            Limit::OfADay => NaiveTime::parse_from_str(answer, "%H:%M:%S%.f").is_ok(),
            Limit::Nothing(_) => false,
        }
    }

    /// Returns what new has room for, as reports show it.
    pub(crate) fn limit(&self) -> String {
        match &self.limit {
            Limit::AtMost(number) | Limit::AtLeast(number) => number.to_plain_string(),
            Limit::NotBefore(moment) | Limit::NotAfter(moment) => moment.format("%Y-%m-%d %H:%M:%S%.f").to_string(),
            Limit::OfADay => "00:00:00 to 23:59:59".to_owned(),
            Limit::Nothing(words) => words.clone(),
        }
    }
}

/// A time as the engines write it; those before year 1 and after year 9999, and those of no calendar, are none.
fn moment(text: &str) -> Option<NaiveDateTime> {
    let text = text.trim().replacen('T', " ", 1);
    if text.get(19..).is_some_and(|rest| rest.contains(['+', '-'])) {
        let moment = chrono::DateTime::parse_from_str(&text, "%Y-%m-%d %H:%M:%S%.f%#z");
        return moment.ok().map(|moment| moment.naive_utc());
    }
    let text = text.trim_end_matches('Z');
    let forms = ["%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%d %H:%M"];
    forms
        .iter()
        .find_map(|form| NaiveDateTime::parse_from_str(text, form).ok())
        .or_else(|| NaiveDate::parse_from_str(text, "%Y-%m-%d").ok().map(|day| day.and_time(NaiveTime::MIN)))
}

/// Returns the question whether a column that may be NULL is.
pub(crate) fn nulls() -> Question {
    Question { measure: Measure::Nulls, limit: Limit::AtMost(BigDecimal::from(0)) }
}

/// Returns the questions to a column of `old` whose answers tell whether one of `new` takes its values, and what no answer
/// tells, in words. Where the type of new takes all of old's there are none.
pub(super) fn of_types(old: &ColumnType, new: &ColumnType) -> (Vec<Question>, Option<String>) {
    if takes(old, new) && within(old, new) {
        return (Vec::new(), None);
    }
    let mut asked = Vec::new();
    let untold = match (family(old), family(new)) {
        (Family::Text | Family::Label | Family::Uuid | Family::Any, Family::Label) => {
            label(new, &mut asked);
            None
        }
        (Family::Text | Family::Label | Family::Uuid | Family::Any, Family::Text)
        | (Family::Bytes | Family::Any, Family::Bytes) => {
            length(new, &mut asked);
            charset(old, new)
        }
        (Family::Number | Family::Any, Family::Number) if *old != ColumnType::Bool => number(old, new, &mut asked),
        (Family::Time, Family::Time) | (Family::Any, Family::Time) => time(old, new, &mut asked),
        _ => Some(change(old, new)),
    };
    (asked, untold)
}

/// Sorts of values that one question can be put to.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Family {
    Text,
    Label,
    Uuid,
    Bytes,
    Number,
    Time,
    Any,
    Other,
}

/// Returns whether a column holds numbers.
pub(crate) fn is_number(of: &ColumnType) -> bool {
    family(of) == Family::Number
}

pub(super) fn family(of: &ColumnType) -> Family {
    match of {
        ColumnType::Text { .. }
        | ColumnType::PaddedText { .. }
        | ColumnType::TrimmedText { .. }
        | ColumnType::TextOfBytes { .. }
        | ColumnType::InCharset { .. } => Family::Text,
        ColumnType::Enum(_) => Family::Label,
        ColumnType::Uuid => Family::Uuid,
        ColumnType::Bytes { .. } | ColumnType::FixedBytes { .. } => Family::Bytes,
        ColumnType::Integer { .. }
        | ColumnType::Decimal { .. }
        | ColumnType::Float(_)
        | ColumnType::Unsigned(_)
        | ColumnType::Bool
        | ColumnType::Year => Family::Number,
        ColumnType::Date
        | ColumnType::Time { .. }
        | ColumnType::Duration { .. }
        | ColumnType::Timestamp { .. }
        | ColumnType::Years { .. } => Family::Time,
        ColumnType::Any => Family::Any,
        ColumnType::Json
        | ColumnType::JsonText
        | ColumnType::Array(_)
        | ColumnType::Nullable(_)
        | ColumnType::Unbarred(_)
        | ColumnType::Map(..)
        | ColumnType::Other(_) => Family::Other,
    }
}

/// That nobody asks whether values become others.
fn change(old: &ColumnType, new: &ColumnType) -> String {
    format!("whether a value of {old} is one of {new} is not asked")
}

fn most(measure: Measure, most: impl Into<BigDecimal>) -> Question {
    Question { measure, limit: Limit::AtMost(most.into()) }
}

fn least(measure: Measure, least: impl Into<BigDecimal>) -> Question {
    Question { measure, limit: Limit::AtLeast(least.into()) }
}

pub(super) fn nothing(measure: Measure, words: impl Into<String>) -> Question {
    Question { measure, limit: Limit::Nothing(words.into()) }
}

pub(super) fn label(new: &ColumnType, asked: &mut Vec<Question>) {
    if let ColumnType::Enum(labels) = new {
        let words = if labels.is_empty() { "none".to_owned() } else { format!("one of {}", labels.join(", ")) };
        asked.push(nothing(Measure::Unlisted(labels.clone()), words));
    }
}

pub(super) fn length(new: &ColumnType, asked: &mut Vec<Question>) {
    match new {
        ColumnType::InCharset { of, .. } => length(of, asked),
        ColumnType::Text { limit: Some(limit) } => asked.push(most(Measure::Longest(Unit::Characters), *limit)),
        ColumnType::PaddedText { length } => {
            asked.push(most(Measure::Longest(Unit::Characters), *length));
            asked.push(least(Measure::Shortest(Unit::Characters), *length));
        }
        ColumnType::TrimmedText { limit } => {
            asked.push(most(Measure::Longest(Unit::Characters), *limit));
            asked.push(most(Measure::TrailingBlanks, 0));
        }
        ColumnType::TextOfBytes { limit } => asked.push(most(Measure::Longest(Unit::TextBytes), *limit)),
        ColumnType::Bytes { limit: Some(limit) } => asked.push(most(Measure::Longest(Unit::Bytes), *limit)),
        ColumnType::FixedBytes { length } => {
            asked.push(most(Measure::Longest(Unit::Bytes), *length));
            asked.push(least(Measure::Shortest(Unit::Bytes), *length));
        }
        _ => {}
    }
}

/// What is not asked of characters.
fn charset(old: &ColumnType, new: &ColumnType) -> Option<String> {
    let ColumnType::InCharset { charset, .. } = new else { return None };
    if charset.has_all_of(&Charset::Unicode) {
        return None;
    }
    let has_all = matches!(old, ColumnType::InCharset { charset: of, .. } if charset.has_all_of(of));
    (!has_all).then(|| format!("whether every character of old is one of {charset} is not asked"))
}

pub(super) fn number(old: &ColumnType, new: &ColumnType, asked: &mut Vec<Question>) -> Option<String> {
    let is_float = |of: &ColumnType| match of {
        ColumnType::Unsigned(of) => matches!(**of, ColumnType::Float(_)),
        of => matches!(of, ColumnType::Float(_)),
    };
    let is_whole = matches!(old, ColumnType::Integer { .. } | ColumnType::Year | ColumnType::Bool);
    let range = range(new);
    let untold = match (is_float(old), is_float(new)) {
        // A decimal becomes the nearest float, and the digits of a float end where it is written.
        (false, true) if !is_whole => Some(change(old, new)),
        (true, true) => Some(change(old, new)),
        (true, false) if range.as_ref().is_none_or(|(_, _, scale)| *scale != 0) => Some(change(old, new)),
        _ => None,
    };
    if let ColumnType::Unsigned(_) = new {
        asked.push(least(Measure::Smallest, 0));
    }
    let Some((lowest, highest, scale)) = range.filter(|_| !(is_float(new) && untold.is_some())) else { return untold };
    if !matches!(new, ColumnType::Unsigned(_)) {
        asked.push(least(Measure::Smallest, lowest));
    }
    asked.push(most(Measure::Largest, highest));
    if (!is_whole || scale < 0) && untold.is_none() {
        let words = match scale {
            1 => "1 digit".to_owned(),
            0.. => format!("{scale} digits"),
            _ => format!("multiples of 1{}", "0".repeat(scale.unsigned_abs() as usize)),
        };
        asked.push(nothing(Measure::FinerNumber(scale), words));
    }
    untold
}

/// The smallest and the largest number of a type, and its digits after the point; those of a float are the whole numbers up
/// to which it has every one.
pub(super) fn range(of: &ColumnType) -> Option<(BigDecimal, BigDecimal, i32)> {
    let power = |bits: u32| BigDecimal::from(BigInt::from(2).pow(bits));
    let symmetric = |most: BigDecimal, scale| Some((-most.clone(), most, scale));
    match of {
        ColumnType::Integer { bits, is_signed: true } => {
            let half = power(u32::from(*bits) - 1);
            Some((-half.clone(), half - 1, 0))
        }
        ColumnType::Integer { bits, is_signed: false } => Some((0.into(), power(u32::from(*bits)) - 1, 0)),
        ColumnType::Decimal { precision: Some(precision), scale } => {
            let scale = scale.unwrap_or(0);
            let units = BigInt::from(10).pow(*precision) - 1;
            symmetric(BigDecimal::new(units, i64::from(scale)), scale)
        }
        ColumnType::Float(bits) => symmetric(power(if *bits == 64 { 53 } else { 24 }), 0),
        ColumnType::Unsigned(of) => range(of).map(|(_, most, scale)| (0.into(), most, scale)),
        ColumnType::Year => Some((1901.into(), 2155.into(), 0)),
        ColumnType::Bool => Some((0.into(), 1.into(), 0)),
        _ => None,
    }
}

pub(super) fn time(old: &ColumnType, new: &ColumnType, asked: &mut Vec<Question>) -> Option<String> {
    use ColumnType as Of;
    let (inner, limits) = match new {
        Of::Years { of, first, last } => (&**of, Some(bounds(*first, *last))),
        of => (of, None),
    };
    let of = if let Of::Years { of, .. } = old { of } else { old };
    if let (Some((first, last)), Of::Date | Of::Timestamp { .. } | Of::Any) = (limits, of) {
        asked.push(Question { measure: Measure::Earliest, limit: Limit::NotBefore(first) });
        asked.push(Question { measure: Measure::Latest, limit: Limit::NotAfter(last) });
    }
    let finer = |digits: u8| {
        let words = if digits == 1 { "1 digit".to_owned() } else { format!("{digits} digits") };
        nothing(Measure::FinerSecond(digits), words)
    };
    match (of, inner) {
        (Of::Date, Of::Date) => None,
        (Of::Timestamp { is_zoned, digits }, Of::Timestamp { is_zoned: zoned, digits: fewer }) => {
            asked.extend((digits > fewer).then(|| finer(*fewer)));
            (is_zoned != zoned).then(|| change(old, new))
        }
        (Of::Time { digits }, Of::Time { digits: fewer } | Of::Duration { digits: fewer })
        | (Of::Duration { digits }, Of::Duration { digits: fewer }) => {
            asked.extend((digits > fewer).then(|| finer(*fewer)));
            None
        }
        (Of::Duration { digits }, Of::Time { digits: fewer }) => {
            asked.push(Question { measure: Measure::Earliest, limit: Limit::OfADay });
            asked.push(Question { measure: Measure::Latest, limit: Limit::OfADay });
            asked.extend((digits > fewer).then(|| finer(*fewer)));
            None
        }
        _ => Some(change(old, new)),
    }
}

/// The first and the last moment of types that have these years: where a count of 16, 32 or 64 bits begins or ends within
/// one, it says so.
pub(super) fn bounds(first: i32, last: i32) -> (NaiveDateTime, NaiveDateTime) {
    let day = |year, month, day| NaiveDate::from_ymd_opt(year, month, day).unwrap_or_default();
    let nanos = |nanos: i64| chrono::DateTime::from_timestamp_nanos(nanos).naive_utc();
    let seconds = |seconds: i64| chrono::DateTime::from_timestamp(seconds, 0).unwrap_or_default().naive_utc();
    let from = match (first, last) {
        (1677, _) => nanos(i64::MIN),
        // MySQL's 0 is no moment.
        (1970, 2038) => seconds(1),
        _ => day(first, 1, 1).and_time(NaiveTime::MIN),
    };
    let to = match (first, last) {
        (1970, 2038) => seconds(i64::from(i32::MAX)) + chrono::TimeDelta::microseconds(999_999),
        (1970, 2106) => seconds(i64::from(u32::MAX)),
        (1970, 2149) => (day(1970, 1, 1) + chrono::Days::new(u64::from(u16::MAX))).and_time(NaiveTime::MIN),
        (_, 2262) => nanos(i64::MAX),
        _ => day(last + 1, 1, 1).and_time(NaiveTime::MIN) - chrono::TimeDelta::nanoseconds(1),
    };
    (from, to)
}

#[cfg(test)]
mod tests;

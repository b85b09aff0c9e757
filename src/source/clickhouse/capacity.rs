//! How ClickHouse says whether what is in a column fits elsewhere.

use super::super::capacity::{is_zoned, listed};
use super::super::dialect::Dialect;
use crate::schema::{ColumnType, Measure, Oddity, Unit};

/// The aggregate of a quoted column that answers `measure`.
pub(super) fn measured(dialect: &dyn Dialect, measure: &Measure, column: &str, of: &ColumnType) -> Option<String> {
    let text = format!("toString({column})");
    Some(match measure {
        Measure::Nulls => format!("countIf(isNull({column}))"),
        Measure::Longest(Unit::Characters) => format!("maxOrNull(lengthUTF8({text}))"),
        Measure::Shortest(Unit::Characters) => format!("minOrNull(lengthUTF8({text}))"),
        Measure::Longest(Unit::TextBytes) => format!("maxOrNull(length({text}))"),
        Measure::Shortest(Unit::TextBytes) => format!("minOrNull(length({text}))"),
        Measure::Longest(Unit::Bytes) => format!("maxOrNull(length({column}))"),
        Measure::Shortest(Unit::Bytes) => format!("minOrNull(length({column}))"),
        Measure::TrailingBlanks => format!("countIf(endsWith({text}, ' '))"),
        Measure::Largest => format!("toString(maxOrNull({}))", wide(column, of)),
        Measure::Smallest => format!("toString(minOrNull({}))", wide(column, of)),
        Measure::FinerNumber(digits) => {
            format!("toString(maxOrNullIf({column}, {column} != trunc({column}, {digits})))")
        }
        Measure::Earliest => moment(of, &format!("minOrNull({column})")),
        Measure::Latest => moment(of, &format!("maxOrNull({column})")),
        Measure::FinerSecond(digits) => {
            // Nineteen characters of day and time, and the point.
            let fraction = format!("replaceRegexpOne(substring({text}, 21), '0+$', '')");
            moment(of, &format!("maxOrNullIf({column}, length({fraction}) > {digits})"))
        }
        Measure::Odd(Oddity::FloatNotFinite) => format!("toString(minOrNullIf({column}, NOT isFinite({column})))"),
        Measure::Odd(Oddity::NulCharacter) => format!("minOrNullIf(hex({text}), position({text}, char(0)) > 0)"),
        Measure::Odd(Oddity::NotUtf8) => format!("minOrNullIf(hex({text}), NOT isValidUTF8({text}))"),
        Measure::Odd(_) => return None,
        Measure::Unlisted(labels) => {
            format!("minOrNullIf({text}, {text} NOT IN ({}))", listed(dialect, labels)?)
        }
    })
}

/// A time as text, a moment in UTC.
fn moment(of: &ColumnType, time: &str) -> String {
    if is_zoned(of) { format!("toString(toTimeZone({time}, 'UTC'))") } else { format!("toString({time})") }
}

/// The column, wide enough for its text to be the number that it is.
fn wide(column: &str, of: &ColumnType) -> String {
    if of.is_single() { format!("toFloat64({column})") } else { column.to_owned() }
}

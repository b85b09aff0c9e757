//! How Spark says whether what is in a column fits elsewhere.

use super::super::capacity::{is_zoned, listed};
use super::super::dialect::Dialect;
use crate::schema::{ColumnType, Measure, Oddity, Unit};

/// The aggregate of a quoted column that answers `measure`.
pub(super) fn measured(dialect: &dyn Dialect, measure: &Measure, column: &str, of: &ColumnType) -> Option<String> {
    let text = format!("CAST({column} AS STRING)");
    Some(match measure {
        Measure::Nulls => format!("count(*) - count({column})"),
        Measure::Longest(Unit::Characters) => format!("max(char_length({text}))"),
        Measure::Shortest(Unit::Characters) => format!("min(char_length({text}))"),
        Measure::Longest(Unit::TextBytes) => format!("max(octet_length({text}))"),
        Measure::Shortest(Unit::TextBytes) => format!("min(octet_length({text}))"),
        Measure::Longest(Unit::Bytes) => format!("max(octet_length({column}))"),
        Measure::Shortest(Unit::Bytes) => format!("min(octet_length({column}))"),
        Measure::TrailingBlanks => format!("count(CASE WHEN {text} LIKE '% ' THEN 1 END)"),
        Measure::Largest => format!("CAST(max({}) AS STRING)", wide(column, of)),
        Measure::Smallest => format!("CAST(min({}) AS STRING)", wide(column, of)),
        Measure::FinerNumber(_) if matches!(of, ColumnType::Float(_)) => {
            // A double again, where `floor` is an integer that ends at 64 bits.
            format!("CAST(max(CASE WHEN {column} <> rint({column}) THEN {column} END) AS STRING)")
        }
        Measure::FinerNumber(..0) => return None,
        Measure::FinerNumber(digits) => {
            let fraction = format!("rtrim('0', split_part({text}, '.', 2))");
            format!("CAST(max(CASE WHEN char_length({fraction}) > {digits} THEN {column} END) AS STRING)")
        }
        Measure::Earliest => moment(of, &format!("min({column})")),
        Measure::Latest => moment(of, &format!("max({column})")),
        Measure::FinerSecond(digits) => {
            let fraction = format!("split_part({}, '.', 2)", moment(of, column));
            moment(of, &format!("max(CASE WHEN char_length({fraction}) > {digits} THEN {column} END)"))
        }
        Measure::Odd(Oddity::FloatNotFinite) => {
            format!("min(CASE WHEN {text} IN ('NaN', 'Infinity', '-Infinity') THEN {text} END)")
        }
        Measure::Odd(Oddity::NulCharacter) => {
            format!("min(CASE WHEN locate(char(0), {text}) > 0 THEN hex({text}) END)")
        }
        Measure::Odd(_) => return None,
        Measure::Unlisted(labels) => {
            format!("min(CASE WHEN {text} NOT IN ({}) THEN {text} END)", listed(dialect, labels)?)
        }
    })
}

/// A time as text, which ends no fraction in zeros; a moment in UTC.
fn moment(of: &ColumnType, time: &str) -> String {
    let time = if is_zoned(of) { format!("to_utc_timestamp({time}, current_timezone())") } else { time.to_owned() };
    format!("CAST({time} AS STRING)")
}

/// The column, wide enough for its text to be the number that it is.
fn wide(column: &str, of: &ColumnType) -> String {
    if of.is_single() { format!("CAST({column} AS DOUBLE)") } else { column.to_owned() }
}

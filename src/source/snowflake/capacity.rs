//! How Snowflake says whether what is in a column fits elsewhere.

use super::super::capacity::{is_zoned, listed};
use super::super::dialect::Dialect;
use crate::schema::{ColumnType, Measure, Oddity, Unit};

/// The aggregate of a quoted column that answers `measure`.
pub(super) fn measured(dialect: &dyn Dialect, measure: &Measure, column: &str, of: &ColumnType) -> Option<String> {
    let text = format!("CAST({column} AS VARCHAR)");
    Some(match measure {
        Measure::Nulls => format!("count(*) - count({column})"),
        Measure::Longest(Unit::Characters) => format!("max(length({text}))"),
        Measure::Shortest(Unit::Characters) => format!("min(length({text}))"),
        Measure::Longest(Unit::TextBytes) => format!("max(octet_length({text}))"),
        Measure::Shortest(Unit::TextBytes) => format!("min(octet_length({text}))"),
        Measure::Longest(Unit::Bytes) => format!("max(octet_length({column}))"),
        Measure::Shortest(Unit::Bytes) => format!("min(octet_length({column}))"),
        Measure::TrailingBlanks => format!("count(CASE WHEN {text} LIKE '% ' THEN 1 END)"),
        // The text of a float is not the number that it is.
        Measure::Largest | Measure::Smallest | Measure::FinerNumber(_) if matches!(of, ColumnType::Float(_)) => {
            return None;
        }
        Measure::Largest => format!("CAST(max({column}) AS VARCHAR)"),
        Measure::Smallest => format!("CAST(min({column}) AS VARCHAR)"),
        Measure::FinerNumber(..0) => return None,
        Measure::FinerNumber(digits) => {
            let fraction = format!("rtrim(split_part({text}, '.', 2), '0')");
            format!("CAST(max(CASE WHEN length({fraction}) > {digits} THEN {column} END) AS VARCHAR)")
        }
        Measure::Earliest => moment(of, &format!("min({column})")),
        Measure::Latest => moment(of, &format!("max({column})")),
        Measure::FinerSecond(digits) => {
            let fraction = format!("rtrim(split_part({}, '.', 2), '0')", moment(of, column));
            moment(of, &format!("max(CASE WHEN length({fraction}) > {digits} THEN {column} END)"))
        }
        Measure::Odd(Oddity::FloatNotFinite) => {
            format!("min(CASE WHEN {text} IN ('NaN', 'inf', '-inf') THEN {text} END)")
        }
        Measure::Odd(Oddity::NulCharacter) => {
            format!("min(CASE WHEN contains({text}, chr(0)) THEN hex_encode({text}) END)")
        }
        Measure::Odd(_) => return None,
        Measure::Unlisted(labels) => {
            format!("min(CASE WHEN {text} NOT IN ({}) THEN {text} END)", listed(dialect, labels)?)
        }
    })
}

/// A time as text; a moment in UTC.
fn moment(of: &ColumnType, time: &str) -> String {
    let inner = match of {
        ColumnType::Years { of, .. } => of,
        of => of,
    };
    match inner {
        ColumnType::Date => format!("to_char({time}, 'YYYY-MM-DD')"),
        ColumnType::Time { .. } => format!("to_char({time}, 'HH24:MI:SS.FF9')"),
        _ if is_zoned(of) => format!("to_char(convert_timezone('UTC', {time}), 'YYYY-MM-DD HH24:MI:SS.FF9')"),
        _ => format!("to_char({time}, 'YYYY-MM-DD HH24:MI:SS.FF9')"),
    }
}

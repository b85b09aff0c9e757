//! How DuckDB says whether what is in a column fits elsewhere.

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
        Measure::Longest(Unit::TextBytes) => format!("max(strlen({text}))"),
        Measure::Shortest(Unit::TextBytes) => format!("min(strlen({text}))"),
        Measure::Longest(Unit::Bytes) => format!("max(octet_length({column}))"),
        Measure::Shortest(Unit::Bytes) => format!("min(octet_length({column}))"),
        Measure::TrailingBlanks => format!("count(*) FILTER (WHERE {text} LIKE '% ')"),
        Measure::Largest => format!("CAST(max({}) AS VARCHAR)", wide(column, of)),
        Measure::Smallest => format!("CAST(min({}) AS VARCHAR)", wide(column, of)),
        Measure::FinerNumber(_) if matches!(of, ColumnType::Float(_)) => {
            format!("CAST(max({column}) FILTER (WHERE {column} <> trunc({column})) AS VARCHAR)")
        }
        Measure::FinerNumber(..0) => return None,
        Measure::FinerNumber(digits) => {
            let fraction = format!("rtrim(split_part({text}, '.', 2), '0')");
            format!("CAST(max({column}) FILTER (WHERE length({fraction}) > {digits}) AS VARCHAR)")
        }
        Measure::Earliest => moment(of, &format!("min({column})")),
        Measure::Latest => moment(of, &format!("max({column})")),
        Measure::FinerSecond(digits) => {
            let fraction = format!("rtrim(regexp_extract({}, '\\.([0-9]+)', 1), '0')", moment(of, column));
            moment(of, &format!("max({column}) FILTER (WHERE length({fraction}) > {digits})"))
        }
        Measure::Odd(Oddity::FloatNotFinite | Oddity::InfiniteTime) => {
            format!("min({text}) FILTER (WHERE NOT isfinite({column}))")
        }
        Measure::Odd(Oddity::NulCharacter) => format!("min(hex({text})) FILTER (WHERE contains({text}, chr(0)))"),
        Measure::Odd(_) => return None,
        Measure::Unlisted(labels) => {
            format!("min({text}) FILTER (WHERE {text} NOT IN ({}))", listed(dialect, labels)?)
        }
    })
}

/// A time as text; a moment in UTC, without the extension that knows of zones.
fn moment(of: &ColumnType, time: &str) -> String {
    let time = if is_zoned(of) { format!("make_timestamp(epoch_us({time}))") } else { time.to_owned() };
    format!("CAST({time} AS VARCHAR)")
}

/// The column, wide enough for its text to be the number that it is.
fn wide(column: &str, of: &ColumnType) -> String {
    if of.is_single() { format!("CAST({column} AS DOUBLE)") } else { column.to_owned() }
}

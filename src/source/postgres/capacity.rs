//! How PostgreSQL says whether what is in a column fits elsewhere.

use super::super::capacity::{is_zoned, listed};
use super::super::dialect::Dialect;
use crate::schema::{ColumnType, Measure, Oddity, Unit};

/// The aggregate of a quoted column that answers `measure`.
pub(super) fn measured(dialect: &dyn Dialect, measure: &Measure, column: &str, of: &ColumnType) -> Option<String> {
    let text = format!("{column}::text");
    Some(match measure {
        Measure::Nulls => format!("count(*) - count({column})"),
        Measure::Longest(Unit::Characters) => format!("max(char_length({text}))"),
        Measure::Shortest(Unit::Characters) => format!("min(char_length({text}))"),
        Measure::Longest(Unit::TextBytes) => format!("max(octet_length(convert_to({text}, 'UTF8')))"),
        Measure::Shortest(Unit::TextBytes) => format!("min(octet_length(convert_to({text}, 'UTF8')))"),
        Measure::Longest(Unit::Bytes) => format!("max(octet_length({column}))"),
        Measure::Shortest(Unit::Bytes) => format!("min(octet_length({column}))"),
        Measure::TrailingBlanks => format!("count(*) FILTER (WHERE {text} LIKE '% ')"),
        // NaN is the largest of all; where new has no place for it, it is asked for by itself.
        Measure::Largest if matches!(of, ColumnType::Decimal { .. }) => {
            format!("(max({column}) FILTER (WHERE {column} <> 'NaN'))::text")
        }
        Measure::Smallest if matches!(of, ColumnType::Decimal { .. }) => {
            format!("(min({column}) FILTER (WHERE {column} <> 'NaN'))::text")
        }
        Measure::Largest => format!("max({})::text", wide(column, of)),
        Measure::Smallest => format!("min({})::text", wide(column, of)),
        Measure::FinerNumber(_) if matches!(of, ColumnType::Float(_)) => {
            format!("(max({column}) FILTER (WHERE {column} <> trunc({column})))::text")
        }
        Measure::FinerNumber(digits) => {
            format!("(max({column}) FILTER (WHERE {column} <> trunc({column}, {digits})))::text")
        }
        Measure::Earliest => moment(of, &format!("min({column})")),
        Measure::Latest => moment(of, &format!("max({column})")),
        Measure::FinerSecond(digits) => {
            let cut = match of {
                ColumnType::Time { .. } => format!("time({digits})"),
                of if is_zoned(of) => format!("timestamptz({digits})"),
                _ => format!("timestamp({digits})"),
            };
            moment(of, &format!("(max({column}) FILTER (WHERE {column} <> {column}::{cut}))"))
        }
        Measure::Odd(Oddity::FloatNotFinite | Oddity::DecimalNotFinite) => {
            format!("min({text}) FILTER (WHERE {text} IN ('NaN', 'Infinity', '-Infinity'))")
        }
        Measure::Odd(Oddity::InfiniteTime) => format!("min({text}) FILTER (WHERE NOT isfinite({column}))"),
        Measure::Odd(Oddity::NullElement) => {
            format!("min({text}) FILTER (WHERE EXISTS (SELECT FROM unnest({column}) AS e(v) WHERE e.v IS NULL))")
        }
        Measure::Odd(Oddity::DeepArray) => format!("min({text}) FILTER (WHERE array_ndims({column}) > 1)"),
        Measure::Odd(_) => return None,
        // No collation takes two texts for one.
        Measure::Unlisted(labels) => {
            let labels = listed(dialect, labels)?;
            let text = format!("{text} COLLATE \"C\"");
            format!("min({text}) FILTER (WHERE ({text}) NOT IN ({labels}))")
        }
    })
}

/// A time as text, in whatever style the session writes dates.
fn moment(of: &ColumnType, time: &str) -> String {
    if is_zoned(of) {
        format!("to_json({time} AT TIME ZONE 'UTC') #>> '{{}}'")
    } else {
        format!("to_json({time}) #>> '{{}}'")
    }
}

/// The column, wide enough for its text to be the number that it is.
fn wide(column: &str, of: &ColumnType) -> String {
    if of.is_single() { format!("{column}::double precision") } else { column.to_owned() }
}

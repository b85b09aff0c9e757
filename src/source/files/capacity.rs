//! How DataFusion over files says whether what is in a column fits elsewhere.

use super::super::capacity::listed;
use super::super::dialect::Dialect;
use crate::schema::{ColumnType, Measure, Oddity, Unit};

/// The aggregate of a quoted column that answers `measure`.
pub(super) fn measured(dialect: &dyn Dialect, measure: &Measure, column: &str, of: &ColumnType) -> Option<String> {
    let text = format!("CAST({column} AS VARCHAR)");
    Some(match measure {
        Measure::Nulls => format!("count(*) - count({column})"),
        Measure::Longest(Unit::Characters) => format!("max(char_length({text}))"),
        Measure::Shortest(Unit::Characters) => format!("min(char_length({text}))"),
        Measure::Longest(Unit::TextBytes) => format!("max(octet_length({text}))"),
        Measure::Shortest(Unit::TextBytes) => format!("min(octet_length({text}))"),
        Measure::Longest(Unit::Bytes) => format!("max(octet_length(encode({column}, 'hex')) / 2)"),
        Measure::Shortest(Unit::Bytes) => format!("min(octet_length(encode({column}, 'hex')) / 2)"),
        Measure::TrailingBlanks => format!("count(*) FILTER (WHERE {text} LIKE '% ')"),
        Measure::Largest => format!("CAST(max({}) AS VARCHAR)", wide(column, of)),
        Measure::Smallest => format!("CAST(min({}) AS VARCHAR)", wide(column, of)),
        Measure::FinerNumber(_) if matches!(of, ColumnType::Float(_)) => {
            format!("CAST(max({column}) FILTER (WHERE {column} <> floor({column})) AS VARCHAR)")
        }
        Measure::FinerNumber(..0) => return None,
        Measure::FinerNumber(digits) => {
            let fraction = format!("rtrim(split_part({text}, '.', 2), '0')");
            format!("CAST(max({column}) FILTER (WHERE char_length({fraction}) > {digits}) AS VARCHAR)")
        }
        Measure::Earliest => format!("CAST(min({column}) AS VARCHAR)"),
        Measure::Latest => format!("CAST(max({column}) AS VARCHAR)"),
        Measure::FinerSecond(digits) => {
            // What stands before the point, and the zone behind the digits.
            let fraction = format!("rtrim(regexp_replace({text}, '^[^.]*\\.?|(Z|[+-][0-9:]+)$', '', 'g'), '0')");
            format!("CAST(max({column}) FILTER (WHERE char_length({fraction}) > {digits}) AS VARCHAR)")
        }
        Measure::Odd(Oddity::FloatNotFinite) => {
            format!("min({text}) FILTER (WHERE lower({text}) IN ('nan', 'inf', '-inf'))")
        }
        Measure::Odd(Oddity::NulCharacter) => {
            format!("min(encode({text}, 'hex')) FILTER (WHERE strpos({text}, chr(0)) > 0)")
        }
        Measure::Odd(_) => return None,
        Measure::Unlisted(labels) => {
            format!("min({text}) FILTER (WHERE {text} NOT IN ({}))", listed(dialect, labels)?)
        }
    })
}

/// The column, wide enough for its text to be the number that it is.
fn wide(column: &str, of: &ColumnType) -> String {
    if of.is_single() { format!("CAST({column} AS DOUBLE)") } else { column.to_owned() }
}

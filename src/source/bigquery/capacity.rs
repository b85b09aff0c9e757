//! How BigQuery says whether what is in a column fits elsewhere.

use super::super::capacity::{is_zoned, listed};
use super::super::dialect::Dialect;
use crate::schema::{ColumnType, Measure, Oddity, Unit};

/// The aggregate of a quoted column that answers `measure`.
pub(super) fn measured(dialect: &dyn Dialect, measure: &Measure, column: &str, of: &ColumnType) -> Option<String> {
    let text = format!("CAST({column} AS STRING)");
    Some(match measure {
        Measure::Nulls => format!("COUNT(*) - COUNT({column})"),
        Measure::Longest(Unit::Characters) => format!("MAX(CHAR_LENGTH({text}))"),
        Measure::Shortest(Unit::Characters) => format!("MIN(CHAR_LENGTH({text}))"),
        Measure::Longest(Unit::TextBytes) => format!("MAX(BYTE_LENGTH({text}))"),
        Measure::Shortest(Unit::TextBytes) => format!("MIN(BYTE_LENGTH({text}))"),
        Measure::Longest(Unit::Bytes) => format!("MAX(BYTE_LENGTH({column}))"),
        Measure::Shortest(Unit::Bytes) => format!("MIN(BYTE_LENGTH({column}))"),
        Measure::TrailingBlanks => format!("COUNTIF({text} LIKE '% ')"),
        // NaN is below every number to MIN and hides them.
        Measure::Largest | Measure::Smallest | Measure::FinerNumber(_) if matches!(of, ColumnType::Float(_)) => {
            return None;
        }
        Measure::Largest => format!("CAST(MAX({column}) AS STRING)"),
        Measure::Smallest => format!("CAST(MIN({column}) AS STRING)"),
        Measure::FinerNumber(..0) => return None,
        Measure::FinerNumber(digits) => {
            let fraction = format!("RTRIM(SPLIT(CONCAT({text}, '.'), '.')[SAFE_OFFSET(1)], '0')");
            format!("CAST(MAX(IF(CHAR_LENGTH({fraction}) > {digits}, {column}, NULL)) AS STRING)")
        }
        Measure::Earliest => moment(of, &format!("MIN({column})")),
        Measure::Latest => moment(of, &format!("MAX({column})")),
        Measure::FinerSecond(digits) => {
            let fraction = format!("RTRIM(SPLIT(CONCAT({}, '.'), '.')[SAFE_OFFSET(1)], '0')", moment(of, column));
            moment(of, &format!("MAX(IF(CHAR_LENGTH({fraction}) > {digits}, {column}, NULL))"))
        }
        Measure::Odd(Oddity::FloatNotFinite) => {
            format!("MIN(IF(IS_NAN({column}) OR IS_INF({column}), {text}, NULL))")
        }
        Measure::Odd(Oddity::NulCharacter) => {
            format!("MIN(IF(STRPOS({text}, CODE_POINTS_TO_STRING([0])) > 0, TO_HEX(CAST({text} AS BYTES)), NULL))")
        }
        Measure::Odd(_) => return None,
        Measure::Unlisted(labels) => {
            format!("MIN(IF({text} NOT IN ({}), {text}, NULL))", listed(dialect, labels)?)
        }
    })
}

/// A time as text; a moment in UTC.
fn moment(of: &ColumnType, time: &str) -> String {
    match of {
        ColumnType::Date | ColumnType::Time { .. } => format!("CAST({time} AS STRING)"),
        of if is_zoned(of) => format!("FORMAT_TIMESTAMP('%F %H:%M:%E6S', {time}, 'UTC')"),
        _ => format!("FORMAT_DATETIME('%F %H:%M:%E6S', {time})"),
    }
}

//! How MySQL and MariaDB says whether what is in a column fits elsewhere.

use super::super::capacity::is_zoned;
use super::super::dialect::Dialect;
use crate::schema::{ColumnType, Measure, Oddity, Unit};

/// The aggregate of a quoted column that answers `measure`.
pub(super) fn measured(dialect: &dyn Dialect, measure: &Measure, column: &str, of: &ColumnType) -> Option<String> {
    let text = format!("CONVERT({column} USING utf8mb4)");
    Some(match measure {
        Measure::Nulls => format!("COUNT(*) - COUNT({column})"),
        Measure::Longest(Unit::Characters) => format!("MAX(CHAR_LENGTH({text}))"),
        Measure::Shortest(Unit::Characters) => format!("MIN(CHAR_LENGTH({text}))"),
        Measure::Longest(Unit::TextBytes) => format!("MAX(LENGTH({text}))"),
        Measure::Shortest(Unit::TextBytes) => format!("MIN(LENGTH({text}))"),
        Measure::Longest(Unit::Bytes) => format!("MAX(LENGTH({column}))"),
        Measure::Shortest(Unit::Bytes) => format!("MIN(LENGTH({column}))"),
        // `=` passes over blanks at the end, and LIKE does not.
        Measure::TrailingBlanks => format!("COUNT(CASE WHEN {column} LIKE '% ' THEN 1 END)"),
        Measure::Largest => format!("CAST(MAX({}) AS CHAR)", wide(column, of)),
        Measure::Smallest => format!("CAST(MIN({}) AS CHAR)", wide(column, of)),
        Measure::FinerNumber(digits) => {
            format!("CAST(MAX(CASE WHEN {column} <> TRUNCATE({column}, {digits}) THEN {column} END) AS CHAR)")
        }
        Measure::Earliest => moment(of, &format!("MIN({column})")),
        Measure::Latest => moment(of, &format!("MAX({column})")),
        Measure::FinerSecond(digits) => {
            let unit = 10_u32.pow(6 - u32::from(*digits).min(6));
            moment(of, &format!("MAX(CASE WHEN MICROSECOND({column}) % {unit} <> 0 THEN {column} END)"))
        }
        Measure::Odd(Oddity::NoDay) => {
            let last = format!("DAYOFMONTH(LAST_DAY({column}))");
            let is_none = format!(
                "MONTH({column}) = 0 OR DAYOFMONTH({column}) = 0 OR ({last} IS NULL) OR DAYOFMONTH({column}) > {last}"
            );
            format!("MIN(CASE WHEN {column} IS NOT NULL AND ({is_none}) THEN CAST({column} AS CHAR) END)")
        }
        Measure::Odd(Oddity::NulCharacter) => {
            format!("MIN(CASE WHEN LOCATE(0x00, CAST({text} AS BINARY)) > 0 THEN HEX({text}) END)")
        }
        Measure::Odd(_) => return None,
        // As bytes, since a collation may take two texts for one.
        Measure::Unlisted(labels) => {
            let labels =
                labels.iter().map(|label| dialect.text(label).ok().map(|text| format!("CAST({text} AS BINARY)")));
            let labels = labels.collect::<Option<Vec<_>>>()?.join(", ");
            format!("MIN(CASE WHEN CAST({text} AS BINARY) NOT IN ({labels}) THEN {text} END)")
        }
    })
}

/// A time as text; a moment in UTC, whatever the zone of the session.
fn moment(of: &ColumnType, time: &str) -> String {
    let time =
        if is_zoned(of) { format!("CONVERT_TZ({time}, @@session.time_zone, '+00:00')") } else { time.to_owned() };
    format!("CAST({time} AS CHAR)")
}

/// The column, wide enough for its text to be the number that it is.
fn wide(column: &str, of: &ColumnType) -> String {
    if of.is_single() { format!("CAST({column} AS DOUBLE)") } else { column.to_owned() }
}

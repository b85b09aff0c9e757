//! How SQLite says whether what is in a column fits elsewhere.

use super::super::capacity::listed;
use super::super::dialect::Dialect;
use crate::schema::{ColumnType, Measure, Oddity, Unit};

/// The aggregate of a quoted column that answers `measure`.
pub(super) fn measured(dialect: &dyn Dialect, measure: &Measure, column: &str, of: &ColumnType) -> Option<String> {
    // Functions of text end at a NUL character, so that the bytes of such a text are counted.
    let characters = format!(
        "CASE WHEN instr(CAST({column} AS BLOB), x'00') > 0 THEN length(CAST({column} AS BLOB)) ELSE length({column}) END"
    );
    let bytes = format!("length(CAST({column} AS BLOB))");
    Some(match measure {
        Measure::Nulls => format!("count(*) - count({column})"),
        Measure::Longest(Unit::Characters) => format!("max({characters})"),
        Measure::Shortest(Unit::Characters) => format!("min({characters})"),
        Measure::Longest(_) => format!("max({bytes})"),
        Measure::Shortest(_) => format!("min({bytes})"),
        Measure::TrailingBlanks => format!("count(CASE WHEN {column} LIKE '% ' THEN 1 END)"),
        Measure::Latest => format!("CAST(max({column}) AS TEXT)"),
        Measure::Earliest => format!("CAST(min({column}) AS TEXT)"),
        // Bytes come after text, and text after numbers.
        Measure::Largest => written(&format!("max({column})")),
        Measure::Smallest => written(&format!("min({column})")),
        Measure::FinerNumber(..0) => return None,
        Measure::FinerNumber(digits) => {
            let is_finer = format!("typeof({column}) <> 'integer' AND {column} <> round({column}, {digits})");
            format!("CAST(max(CASE WHEN {is_finer} THEN {column} END) AS TEXT)")
        }
        Measure::FinerSecond(digits) => {
            // A digit that is not 0 behind so many others.
            let forms = (usize::from(*digits)..9)
                .map(|before| format!("{column} GLOB '*.{}[1-9]*'", "[0-9]".repeat(before)))
                .collect::<Vec<_>>();
            format!("max(CASE WHEN {} THEN {column} END)", forms.join(" OR "))
        }
        // Numbers that their column kept as text are no numbers elsewhere.
        Measure::Odd(Oddity::NoNumber) => {
            format!("min(CASE WHEN typeof({column}) IN ('text', 'blob') THEN {} END)", written(column))
        }
        Measure::Odd(Oddity::NoTime) => {
            // A day that is none is another one to SQLite, or none. Of a column of days nothing may follow the day.
            let day = format!("substr({column}, 1, 10)");
            let rest = match of {
                ColumnType::Date => format!("length({column}) > 10"),
                _ => format!("datetime({column}) IS NULL"),
            };
            let is_none = format!("typeof({column}) <> 'text' OR date({day}) IS NOT {day} OR {rest}");
            format!("min(CASE WHEN {column} IS NOT NULL AND ({is_none}) THEN {} END)", written(column))
        }
        Measure::Odd(Oddity::NulCharacter) => format!(
            "min(CASE WHEN typeof({column}) = 'text' AND instr(CAST({column} AS BLOB), x'00') > 0 \
             THEN hex(CAST({column} AS BLOB)) END)"
        ),
        Measure::Odd(_) => return None,
        Measure::Unlisted(labels) => {
            let text = format!("CAST({column} AS TEXT)");
            let labels = listed(dialect, labels)?;
            format!("min(CASE WHEN {text} COLLATE BINARY NOT IN ({labels}) THEN {text} END)")
        }
    })
}

/// A value as text, bytes as a literal of them.
fn written(value: &str) -> String {
    format!("CASE typeof({value}) WHEN 'blob' THEN 'x''' || hex({value}) || '''' ELSE CAST({value} AS TEXT) END")
}

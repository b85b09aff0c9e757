//! Conditions of a query as SQLite itself reads them, without the collation that only this program has.

use std::ops::ControlFlow;

use sqlparser::ast::{BinaryOperator, Expr, Ident, Value as SqlValue, visit_expressions_mut};
use sqlparser::dialect::SQLiteDialect;
use sqlparser::parser::Parser;

use super::super::dialect::Dialect;
use super::dialect::Sqlite;
use super::times::{TIMES, moment};
use crate::frame::time;
use crate::spec::check::ParamValue;

/// Returns a condition of a query as SQLite itself reads it: the columns that stand beside such times in one form of text.
///
/// # Errors
/// One in which such a time stands elsewhere.
pub(super) fn spelled(condition: &str) -> Result<String, String> {
    if !condition.contains(TIMES) {
        return Ok(condition.to_owned());
    }
    let unfit = || {
        "its query of new compares with a time that is a parameter or the end of a window, which SQLite alone compares as text; \
         compare a column with it by >= or <, or let the check have a `window` and no `{{ from }}` of its own"
            .to_owned()
    };
    let parsed = Parser::new(&SQLiteDialect {}).try_with_sql(condition).and_then(|mut parser| parser.parse_expr());
    let mut parsed = parsed.map_err(|_| unfit())?;
    let mut columns = Vec::new();
    let _ = visit_expressions_mut(&mut parsed, |one| {
        if let Expr::BinaryOp { left, op, right } = one {
            // More zeros at the end of a fraction sort behind the end itself, which is the same moment.
            match (time_of(left), time_of(right)) {
                (None, Some(time)) if matches!(op, BinaryOperator::GtEq | BinaryOperator::Lt) => {
                    (**right, **left) = (time, placed(left, &mut columns));
                }
                (Some(time), None) if matches!(op, BinaryOperator::LtEq | BinaryOperator::Gt) => {
                    (**left, **right) = (time, placed(right, &mut columns));
                }
                _ => {}
            }
        }
        ControlFlow::<()>::Continue(())
    });
    let mut text = parsed.to_string();
    for (at, column) in columns.iter().enumerate().rev() {
        text = text.replace(&place(at), &format!("({})", ordered(column)));
    }
    if text.contains(TIMES) { Err(unfit()) } else { Ok(text) }
}

/// The time that a query compares with, in the one form.
fn time_of(one: &Expr) -> Option<Expr> {
    match one {
        Expr::Nested(inner) => time_of(inner),
        Expr::Collate { expr, collation } if collation.to_string() == TIMES => {
            let Expr::Value(of) = &**expr else { return None };
            let SqlValue::SingleQuotedString(text) = &of.value else { return None };
            let moment = time::moment(moment(text)?)?;
            let literal = Sqlite.window_end(&ParamValue::WallClock(moment)).ok()?;
            Parser::new(&SQLiteDialect {}).try_with_sql(&literal).and_then(|mut parser| parser.parse_expr()).ok()
        }
        _ => None,
    }
}

/// Text that sorts by its bytes as the collation sorts `column`: times in one form, those with an offset in UTC, all else as it is.
fn ordered(column: &str) -> String {
    let clock = Sqlite.window_column(&format!("substr({column}, 1, length({column}) - 6)"));
    format!(
        "COALESCE({}, CASE WHEN {column} GLOB '*:*[+-][0-2][0-9]:[0-5][0-9]' THEN datetime(substr({clock}, 1, 19) || substr({column}, -6)) \
         || substr({clock}, 20) END, {column})",
        Sqlite.window_column(column)
    )
}

/// Keeps a column for later, since no parser reads what is written of it then.
fn placed(column: &Expr, columns: &mut Vec<String>) -> Expr {
    columns.push(column.to_string());
    Expr::Identifier(Ident::new(place(columns.len() - 1)))
}

fn place(at: usize) -> String {
    format!("{TIMES}_{at}_")
}

#[cfg(test)]
mod tests {
    use super::super::times::order;
    use super::*;

    /// Catches a condition that SQLite reads otherwise than the query did, and one that it does not read at all.
    #[test]
    fn conditions_are_spelled_for_sqlite_itself() {
        let at = |text: &str| {
            let literal = Sqlite.literal(&ParamValue::WallClock(text.parse().unwrap())).unwrap();
            format!("({literal} COLLATE {TIMES})")
        };
        let (from, to) = (at("2026-01-01T00:00:00"), at("2026-01-01T12:00:00.500"));
        let connection = rusqlite::Connection::open_in_memory().unwrap();
        connection.create_collation(TIMES, order).unwrap();
        connection
            .execute_batch(
                "CREATE TABLE t (n, ts TEXT); INSERT INTO t VALUES (1, '2026-01-01'), (2, '2026-01-01T12:00:00.5'), \
                 (3, '2026-01-01 12:00:00.499Z'), (4, '2025-12-31T23:59'), (5, '2026-01-02'), (6, NULL), \
                 (7, '2026-01-01T01:30:00.5+02:00'), (8, '2025-12-31 22:30:00-03:00'), (9, '2026-01-01T12:30+00:30'), (10, 'zzz'), \
                 (11, '2026-01-01 UTC'), (12, '2026-02-31 00:00:00'), (13, '')",
            )
            .unwrap();
        let rows = |condition: &str| {
            let sql = format!("SELECT group_concat(n) FROM (SELECT n FROM t WHERE {condition} ORDER BY n)");
            connection.query_row(&sql, [], |row| row.get::<_, Option<String>>(0)).unwrap().unwrap_or_default()
        };
        for (condition, expected) in [
            (format!("ts >= {from} AND ts < {to}"), "1,3,8,9"),
            (format!("{to} <= t.\"ts\" OR {from} > ts"), "2,4,5,7,10,11,12,13"),
            (format!("NOT (ts < {to}) AND n <> 9"), "2,5,10,11,12"),
            ("n = 1".to_owned(), "1"),
        ] {
            let spelled = spelled(&condition).unwrap();
            assert!(!spelled.contains(TIMES), "{spelled}");
            assert_eq!([rows(&condition), rows(&spelled)], [expected, expected], "{spelled}");
        }
        for condition in ["coalesce(ts, {}) = 'x'", "ts IN (SELECT {})", "ts = {}", "ts <= {}", "ts BETWEEN {} AND 'x'"]
        {
            let condition = condition.replace("{}", &to);
            assert!(spelled(&condition).unwrap_err().contains("`window`"), "{condition}");
        }
    }
}

//! What stands in the place of a table: its rows without some, some of them twice, or with other values. Texts only.

use super::super::mutant::value_changes;
use super::picks::{Picked, literal};
use crate::frame::{Type, Value};
use crate::source::TableName;

/// A loss or change in a table.
pub(super) struct TableMutant {
    pub(super) name: &'static str,
    pub(super) what: &'static str,
    pub(super) column: Option<String>,
    pub(super) body: Body,
}

/// What stands in the place of a table.
pub(super) enum Body {
    /// This query.
    Query(String),
    /// Nothing else than the table: the picked rows have nothing to change.
    Same,
    /// Nothing, because the engine has no literal for such a value.
    Unwritable,
}

/// The mutants of `table`.
pub(super) fn mutants(table: &TableName, picked: &Picked) -> Vec<TableMutant> {
    let name = table.quoted(picked.dialect);
    let all: Vec<&str> = picked.rows.iter().map(|(condition, _)| condition.as_str()).collect();
    let all = all.join(" OR ");
    let row = |name, what, body: String| TableMutant { name, what, column: None, body: Body::Query(body) };
    let mut mutants = vec![
        row("lose_rows", "some rows are lost", format!("SELECT * FROM {name} WHERE {}", without(&all))),
        row(
            "double_rows",
            "some rows stand twice",
            format!("SELECT * FROM {name} UNION ALL SELECT * FROM {name} WHERE {all}"),
        ),
    ];
    for (at, (column, of)) in picked.columns.iter().enumerate().filter(|(_, (name, _))| !picked.key.contains(name)) {
        // NULL and one change of the value itself: a query that turns NULL into something may still see the other.
        let mut unwritable = None;
        let mut is_other_done = false;
        for change in value_changes(of) {
            let is_null = change.name == "null";
            if is_other_done && !is_null {
                continue;
            }
            let body = with_other(picked, &name, at, change.apply);
            let mutant = TableMutant { name: change.name, what: change.what, column: Some(column.clone()), body };
            match mutant.body {
                Body::Query(_) => {
                    is_other_done |= !is_null;
                    mutants.push(mutant);
                }
                Body::Same if is_null => mutants.push(mutant),
                Body::Same => {}
                Body::Unwritable => unwritable = unwritable.or(Some(mutant)),
            }
        }
        mutants.extend(unwritable.filter(|_| !is_other_done));
    }
    mutants
}

/// That a row is none of those that `condition` picks; where that is NULL, the row is none of them.
fn without(condition: &str) -> String {
    format!("CASE WHEN {condition} THEN 0 ELSE 1 END = 1")
}

/// The table with other values in one column of the picked rows.
fn with_other(picked: &Picked, table: &str, at: usize, change: fn(&Value) -> Option<Value>) -> Body {
    let dialect = picked.dialect;
    let list = |other: Option<&str>| {
        let column = |(place, (name, _)): (usize, &(String, Type))| match other {
            Some(value) if place == at => value.to_owned(),
            _ => dialect.quoted(name),
        };
        picked.columns.iter().enumerate().map(column).collect::<Vec<_>>().join(", ")
    };
    let others: Vec<(&String, Value)> =
        picked.rows.iter().filter_map(|(condition, values)| Some((condition, change(values.get(at)?)?))).collect();
    let changed: Vec<(&String, String)> =
        others.iter().filter_map(|(condition, other)| Some((*condition, literal(dialect, other)?))).collect();
    if changed.is_empty() {
        return if others.is_empty() { Body::Same } else { Body::Unwritable };
    }
    let all: Vec<&str> = changed.iter().map(|(condition, _)| condition.as_str()).collect();
    // The rows that stay come first, so that the columns have the types that the table declares.
    let mut body = format!("SELECT {} FROM {table} WHERE {}", list(None), without(&all.join(" OR ")));
    for (condition, value) in changed {
        body += &format!(" UNION ALL SELECT {} FROM {table} WHERE {condition}", list(Some(&value)));
    }
    Body::Query(body)
}

//! What stands in the place of a table: its rows without some, some of them twice, or with other values. Texts only.

use super::super::mutant::{unheard_of, value_changes};
use super::body::{Body, TableMutant};
use super::picks::{Picked, Row, literal};
use crate::frame::{Type, Value};
use crate::source::{Shadow, TableName};

/// The mutants of `table`.
pub(super) fn mutants(table: &TableName, picked: &Picked) -> Vec<TableMutant> {
    let all = any_of(picked.rows.iter().map(|row| &row.condition));
    let row = |name, what, of: &dyn Fn(&str) -> String| TableMutant {
        name,
        what,
        column: None,
        body: Body::Query(shadow(table, picked, of)),
    };
    let mut mutants = vec![
        row("lose_rows", "some rows are lost", &|from| format!("SELECT * FROM {from} WHERE {}", without(&all))),
        row("double_rows", "some rows stand twice", &|from| {
            format!("SELECT * FROM {from} UNION ALL SELECT * FROM {from} WHERE {all}")
        }),
    ];
    if let [lost, doubled, ..] = picked.rows.as_slice() {
        let (lost, doubled) = (without(&lost.condition), &doubled.condition);
        mutants.push(row(
            "lose_and_double",
            "one row is lost and another stands twice, so that their number stays",
            &|from| format!("SELECT * FROM {from} WHERE {lost} UNION ALL SELECT * FROM {from} WHERE {doubled}"),
        ));
    }
    if let Some(versions) = &picked.versions {
        mutants.extend(versions.mutants(table, picked.dialect));
    }
    match &picked.kept {
        Some(Ok(kept)) => mutants.push(kept.mutant(table, picked.dialect)),
        Some(Err(why)) => mutants.push(TableMutant {
            name: "older_version",
            what: "of some rows an older version is there instead of the newest",
            column: None,
            body: Body::Untried(why.clone()),
        }),
        None => {}
    }
    mutants.extend(tombstones(table, picked));
    mutants.extend(orphans(table, picked));
    for (at, (column, of)) in picked.columns.iter().enumerate().filter(|(_, (name, _))| !picked.key.contains(name)) {
        if let Some(unread) = unread(picked, column) {
            mutants.push(unread);
            continue;
        }
        // NULL and one change of the value itself: a query that turns NULL into something may still see the other.
        let mut unwritable = None;
        let mut is_other_done = false;
        for change in value_changes(of) {
            let is_null = change.name == "null";
            if is_other_done && !is_null {
                continue;
            }
            let body = with_other(picked, table, &picked.rows, at, change.apply);
            let mutant = TableMutant { name: change.name, what: change.what, column: Some(column.clone()), body };
            match mutant.body {
                Body::Query(_) => {
                    is_other_done |= !is_null;
                    mutants.push(mutant);
                }
                Body::Same if is_null => mutants.push(mutant),
                Body::Same => {}
                Body::Unwritable | Body::Untried(_) => unwritable = unwritable.or(Some(mutant)),
            }
        }
        mutants.extend(unwritable.filter(|_| !is_other_done));
    }
    mutants
}

/// The mutant of a column that cannot be read, which is not tried: of a value nobody knows what another one is, nor whether it is
/// NULL already.
fn unread(picked: &Picked, column: &String) -> Option<TableMutant> {
    let why = picked.unread.get(column)?;
    let why = format!("its values cannot be read, so that nothing of it was changed: {why}");
    Some(TableMutant {
        name: "other",
        what: "a value becomes another",
        column: Some(column.clone()),
        body: Body::Untried(why),
    })
}

/// Rows that are marked as deleted, and are so no longer.
fn tombstones(table: &TableName, picked: &Picked) -> Option<TableMutant> {
    let (name, what) = ("tombstone_back", "some rows that are marked as deleted are there again");
    let found = match picked.tombstones.as_ref()? {
        Ok(found) => found,
        Err(why) => return Some(TableMutant { name, what, column: None, body: Body::Untried(why.clone()) }),
    };
    let back = |value: &Value| match value {
        Value::Bool(_) => Some(Value::Bool(false)),
        Value::Integer(_) => Some(Value::Integer(0)),
        _ => Some(Value::Null),
    };
    Some(TableMutant {
        name,
        what,
        column: picked.columns.get(found.column).map(|(name, _)| name.clone()),
        body: with_other(picked, table, &found.rows, found.column, back),
    })
}

/// Rows that refer to a row that there is not: for each column by which they refer.
fn orphans(table: &TableName, picked: &Picked) -> Vec<TableMutant> {
    let of = |name: &String| {
        let at = picked.columns.iter().position(|(column, _)| column == name)?;
        Some(TableMutant {
            name: "orphan",
            what: "some rows refer to what is not there",
            column: Some(name.clone()),
            body: match picked.unread.get(name) {
                Some(why) => Body::Untried(why.clone()),
                None => with_other(picked, table, &picked.rows, at, unheard_of),
            },
        })
    };
    picked.references.iter().filter_map(of).collect()
}

/// A body made of what the table is called where its rows are read as they are stored, and where they are merged.
fn shadow(table: &TableName, picked: &Picked, of: &dyn Fn(&str) -> String) -> Shadow {
    let name = table.quoted(picked.dialect);
    let merged = picked.dialect.final_word().map_or(name.clone(), |word| format!("{name} {word}"));
    Shadow { stored: of(&name), merged: of(&merged) }
}

fn any_of<'a>(conditions: impl Iterator<Item = &'a String>) -> String {
    conditions.map(String::as_str).collect::<Vec<_>>().join(" OR ")
}

/// That a row is none of those that `condition` picks; where that is NULL, the row is none of them.
fn without(condition: &str) -> String {
    format!("CASE WHEN {condition} THEN 0 ELSE 1 END = 1")
}

/// The table with other values in one column of `rows`.
fn with_other(
    picked: &Picked,
    table: &TableName,
    rows: &[Row],
    at: usize,
    change: impl Fn(&Value) -> Option<Value>,
) -> Body {
    let dialect = picked.dialect;
    let list = |other: Option<&str>| {
        let column = |(place, (name, _)): (usize, &(String, Type))| match other {
            Some(value) if place == at => value.to_owned(),
            _ => dialect.quoted(name),
        };
        picked.columns.iter().enumerate().map(column).collect::<Vec<_>>().join(", ")
    };
    let others: Vec<(&String, Value)> =
        rows.iter().filter_map(|row| Some((&row.condition, change(row.values.get(at)?)?))).collect();
    let written = |other: &Value| match (other, picked.columns.get(at)?) {
        // A literal is a decimal, which not every engine puts beside floats.
        (Value::Float(0.0), (name, _)) => Some(format!("{0} - {0}", dialect.quoted(name))),
        _ => literal(dialect, other),
    };
    let changed: Vec<(&String, String)> =
        others.iter().filter_map(|(condition, other)| Some((*condition, written(other)?))).collect();
    if changed.is_empty() {
        return if others.is_empty() { Body::Same } else { Body::Unwritable };
    }
    let all = without(&any_of(changed.iter().map(|(condition, _)| *condition)));
    Body::Query(shadow(table, picked, &|from| {
        // The rows that stay come first, so that the columns have the types that the table declares.
        let mut body = format!("SELECT {} FROM {from} WHERE {all}", list(None));
        for (condition, value) in &changed {
            body += &format!(" UNION ALL SELECT {} FROM {from} WHERE {condition}", list(Some(value)));
        }
        body
    }))
}

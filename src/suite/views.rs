//! The views of a suite whose age can be known.

use crate::suite::bounds;
use std::time::Duration;

use toml::de::DeTable;

use super::bounds::Known;
use super::problem::{File, Problems};
use super::{raw, read};
use crate::source::{Refreshed, TableName};

/// The valid entries of `[views]`, in the order of the file.
pub(super) fn valid(
    table: Option<&DeTable<'_>>,
    known: &Known,
    file: &File<'_>,
    problems: &mut Problems,
) -> Vec<Refreshed> {
    let mut views = Vec::new();
    let Some(table) = table else { return views };
    for (name, offset, value) in read::entries(table) {
        let owner = format!("view `{name}`");
        let Some(table) = read::table(value, &owner, file, problems) else { continue };
        let before = problems.0.len();
        let raw: raw::View = read::read(table, &[], &owner, file, problems);
        if problems.0.len() > before {
            continue;
        }
        match view(name, raw, known) {
            Ok(view) => views.push(view),
            Err(mistakes) => {
                problems
                    .0
                    .extend(mistakes.into_iter().map(|why| file.problem(offset, format!("{owner}: {why}"), None)));
            }
        }
    }
    views
}

/// One view; mistakes are texts with a hint.
fn view(name: &str, raw: raw::View, known: &Known) -> Result<Refreshed, Vec<String>> {
    let mut mistakes = Vec::new();
    let mut needed = |field: &str, example: &str, value: Option<String>| match value {
        Some(value) if !value.is_empty() => value,
        _ => {
            mistakes.push(format!("`{field}` is missing; name {example}"));
            String::new()
        }
    };
    let last_updated =
        needed("last_updated", "the column of the view that holds how new its rows were", raw.last_updated);
    let table = needed("table", "the table that the view is filled from", raw.table);
    let column = needed("column", "the column of that table that tells how new a row is", raw.column);
    let mut parsed = |text: &str| TableName::parse(text).map_err(|why| mistakes.push(why)).ok();
    let view = parsed(name);
    let table = if table.is_empty() { None } else { parsed(&table) };
    let max_lag = match raw.max_lag.map(|text| bounds::duration(&text, known)) {
        None => Duration::ZERO,
        Some(Ok(lag)) => lag,
        Some(Err(why)) => {
            mistakes.push(format!("`max_lag`: {why}"));
            Duration::ZERO
        }
    };
    match (view, table) {
        (Some(view), Some(table)) if mistakes.is_empty() => {
            Ok(Refreshed { view, last_updated, table, column, max_lag })
        }
        _ => Err(mistakes),
    }
}

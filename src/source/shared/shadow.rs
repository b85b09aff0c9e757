//! A query with one of its tables in other clothes: every place that names it reads a subquery instead. Texts only.
//!
//! The parser finds where tables are named; what is put there is put into the text itself, so that all else stays as it was
//! written.

use std::collections::BTreeSet;
use std::ops::ControlFlow;

use sqlparser::ast::{Ident, Query, Statement, TableFactor, Visit, Visitor};
use sqlparser::parser::Parser;
use sqlparser::tokenizer::Location;

use super::super::dialect::Dialect;
use super::super::files;
use super::super::table_name::TableName;

/// The name under which a table is shadowed.
const SHADOW: &str = "cutover_shadow";

/// Returns the tables that `sql` names, each once, in their order.
///
/// # Errors
/// A query that the parser does not read.
pub(crate) fn named_tables(dialect: &dyn Dialect, sql: &str) -> Result<Vec<TableName>, String> {
    let places = places(dialect, sql)?;
    let mut tables: Vec<TableName> = Vec::new();
    for place in places.tables {
        if !tables.contains(&place.table) {
            tables.push(place.table);
        }
    }
    Ok(tables)
}

/// Returns `sql` with the answer of `body` in every place of `table`; absent where it has none.
///
/// # Errors
/// A query that the parser does not read.
pub(crate) fn shadowed(
    dialect: &dyn Dialect,
    sql: &str,
    table: &TableName,
    body: &str,
) -> Result<Option<String>, String> {
    let places = places(dialect, sql)?;
    if sql.contains(SHADOW) {
        return Err(format!("the query has a name `{SHADOW}` of its own"));
    }
    let mut changes: Vec<(usize, usize, String)> = Vec::new();
    for place in places.tables.iter().filter(|place| place.table == *table) {
        let alias = if place.is_renamed { String::new() } else { format!(" AS {}", dialect.quoted(table.name())) };
        changes.push((place.start, place.end, format!("{SHADOW}{alias}")));
    }
    if changes.is_empty() {
        return Ok(None);
    }
    let with = format!("{SHADOW} AS ({body})");
    changes.push(match places.with {
        Some(at) => (at, at, format!("{with}, ")),
        None => (places.begin, places.begin, format!("WITH {with} ")),
    });
    changes.sort();
    let mut text = sql.to_owned();
    for (start, end, new) in changes.into_iter().rev() {
        text.replace_range(start..end, &new);
    }
    Ok(Some(text))
}

/// Where a table is named.
struct Place {
    table: TableName,
    start: usize,
    end: usize,
    /// Whether the query gives it another name there.
    is_renamed: bool,
}

struct Places {
    tables: Vec<Place>,
    /// Where the first query behind `WITH` is named.
    with: Option<usize>,
    /// Where the query begins.
    begin: usize,
}

fn places(dialect: &dyn Dialect, sql: &str) -> Result<Places, String> {
    let unread = || "the parser does not read this query".to_owned();
    let found = files::on_deep_stack(|| {
        let parser = dialect.parser();
        if !files::fits(parser, sql) {
            return None;
        }
        let statements = Parser::parse_sql(parser, sql).ok()?;
        let [Statement::Query(query)] = statements.as_slice() else { return None };
        let mut seen = Seen::default();
        let _ = query.visit(&mut seen);
        let with = query.with.as_ref().and_then(|with| with.cte_tables.first()).map(|cte| cte.alias.name.clone());
        Some((seen, with))
    });
    let Some(Some((seen, with))) = found else { return Err(unread()) };
    let mut tables = Vec::new();
    for (names, is_renamed) in seen.tables {
        let parts: Vec<String> = names.iter().map(|name| name.value.clone()).collect();
        let table = match parts.as_slice() {
            [name] if seen.queries.contains(&name.to_lowercase()) => continue,
            [name] => TableName::new(None, name.clone()),
            [schema, name] => TableName::new(Some(schema.clone()), name.clone()),
            _ => return Err("the query names a table in more than two parts".to_owned()),
        };
        let (start, end) = (span(sql, &names[0])?.0, span(sql, &names[names.len() - 1])?.1);
        tables.push(Place { table, start, end, is_renamed });
    }
    let with = with.map(|name| span(sql, &name).map(|(start, _)| start)).transpose()?;
    let begin = sql.len() - sql.trim_start().len();
    Ok(Places { tables, with, begin })
}

/// Tables and named queries.
#[derive(Default)]
struct Seen {
    tables: Vec<(Vec<Ident>, bool)>,
    queries: BTreeSet<String>,
}

impl Visitor for Seen {
    type Break = ();

    fn pre_visit_query(&mut self, query: &Query) -> ControlFlow<()> {
        let named = query.with.iter().flat_map(|with| &with.cte_tables).map(|cte| cte.alias.name.value.to_lowercase());
        self.queries.extend(named);
        ControlFlow::Continue(())
    }

    fn pre_visit_table_factor(&mut self, factor: &TableFactor) -> ControlFlow<()> {
        if let TableFactor::Table { name, alias, args: None, .. } = factor {
            let names: Option<Vec<Ident>> = name.0.iter().map(|part| part.as_ident().cloned()).collect();
            self.tables.extend(names.filter(|names| !names.is_empty()).map(|names| (names, alias.is_some())));
        }
        ControlFlow::Continue(())
    }
}

/// Where a name stands in the text.
fn span(sql: &str, name: &Ident) -> Result<(usize, usize), String> {
    let lost = || format!("the place of `{}` in the query is not known", name.value);
    let start = offset(sql, name.span.start).ok_or_else(lost)?;
    let end = offset(sql, name.span.end).ok_or_else(lost)?;
    let text = sql.get(start..end).ok_or_else(lost)?;
    let is_it = text == name.value || (name.quote_style.is_some() && text.len() >= name.value.len() + 2);
    if is_it { Ok((start, end)) } else { Err(lost()) }
}

/// The byte at a line and a column of characters, both counted from 1.
fn offset(sql: &str, at: Location) -> Option<usize> {
    let (line, column) =
        (usize::try_from(at.line).ok()?.checked_sub(1)?, usize::try_from(at.column).ok()?.checked_sub(1)?);
    let start: usize = sql.split_inclusive('\n').take(line).map(str::len).sum();
    let rest = sql.get(start..)?;
    let bytes: usize = rest.chars().take(column).map(char::len_utf8).sum();
    Some(start + bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::driver;

    fn dialect(engine: &str) -> &'static dyn Dialect {
        driver(engine).unwrap().dialect
    }

    /// Catches a table that is not found, a named query that is taken for one, and text that changes beside the table.
    #[test]
    fn every_place_of_a_table_reads_its_shadow() {
        let cases = [
            (
                "SELECT id FROM orders WHERE id > 1",
                "WITH cutover_shadow AS (B) SELECT id FROM cutover_shadow AS \"orders\" WHERE id > 1",
            ),
            (
                "SELECT o.id FROM orders o -- orders\nJOIN lines AS l ON l.id = o.id",
                "WITH cutover_shadow AS (B) SELECT o.id FROM cutover_shadow o -- orders\nJOIN lines AS l ON l.id = o.id",
            ),
            (
                "WITH x AS (SELECT * FROM orders) SELECT 'orders' FROM x, orders AS y",
                "WITH cutover_shadow AS (B), x AS (SELECT * FROM cutover_shadow AS \"orders\") SELECT 'orders' FROM x, cutover_shadow AS y",
            ),
            (
                "SELECT \"é\".id FROM \"orders\" AS \"é\" WHERE EXISTS (SELECT 1 FROM orders)",
                "WITH cutover_shadow AS (B) SELECT \"é\".id FROM cutover_shadow AS \"é\" WHERE EXISTS (SELECT 1 FROM cutover_shadow AS \"orders\")",
            ),
        ];
        let orders = TableName::new(None, "orders".to_owned());
        for (sql, wanted) in cases {
            for engine in ["postgres", "sqlite", "duckdb", "files", "clickhouse"] {
                let found =
                    shadowed(dialect(engine), sql, &orders, "B").map(|text| text.map(|text| text.replace('`', "\"")));
                assert_eq!(found.unwrap().unwrap(), wanted, "{engine}");
            }
        }
        let own = TableName::new(Some("sales".to_owned()), "orders".to_owned());
        assert!(shadowed(dialect("postgres"), "SELECT 1 FROM orders", &own, "B").unwrap().is_none());
        assert_eq!(
            shadowed(dialect("postgres"), "SELECT 1 FROM sales.orders", &own, "B").unwrap().unwrap(),
            "WITH cutover_shadow AS (B) SELECT 1 FROM cutover_shadow AS \"orders\""
        );
        assert!(named_tables(dialect("postgres"), "SELECT (").is_err());
        let tables = named_tables(dialect("postgres"), "WITH a AS (SELECT 1 FROM b) SELECT 1 FROM a, s.c, b").unwrap();
        assert_eq!(tables.iter().map(ToString::to_string).collect::<Vec<_>>(), ["b", "s.c"]);
    }
}

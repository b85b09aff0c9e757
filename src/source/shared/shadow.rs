//! A query with one of its tables in other clothes: every place that names it reads a subquery instead. Texts only.
//!
//! The parser finds where tables are named; what is put there is put into the text itself, so that all else stays as it was
//! written.

use std::ops::ControlFlow;

use sqlparser::ast::{Ident, Query, Statement, TableFactor, Visit, Visitor};
use sqlparser::parser::Parser;
use sqlparser::tokenizer::{Location, Token, Tokenizer};

use super::super::dialect::Dialect;
use super::super::files;
use super::super::table_name::TableName;

/// The name under which a table is shadowed.
const SHADOW: &str = "cutover_shadow";

/// What stands in the place of a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Shadow {
    /// Where rows are read as they are stored.
    pub(crate) stored: String,
    /// Where the query has them merged as they are read.
    pub(crate) merged: String,
}

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

/// Returns `sql` with the answer of `shadow` in every place of `table`; absent where it has none.
///
/// # Errors
/// A query that the parser does not read, or that reads the table in two ways.
pub(crate) fn shadowed(
    dialect: &dyn Dialect,
    sql: &str,
    table: &TableName,
    shadow: &Shadow,
) -> Result<Option<String>, String> {
    let places = places(dialect, sql)?;
    if sql.contains(SHADOW) {
        return Err(format!("the query has a name `{SHADOW}` of its own"));
    }
    let mut changes: Vec<(usize, usize, String)> = Vec::new();
    let own = || places.tables.iter().filter(|place| place.table == *table);
    for place in own() {
        let alias = if place.is_renamed { String::new() } else { format!(" AS {}", dialect.quoted(table.name())) };
        changes.push((place.start, place.end, format!("{SHADOW}{alias}")));
        changes.extend(place.merged.map(|(start, end)| (start, end, String::new())));
    }
    if changes.is_empty() {
        return Ok(None);
    }
    // What stands there is in no schema.
    changes.extend(schemas(dialect.parser(), sql, table).into_iter().map(|(start, end)| (start, end, String::new())));
    let body = match own().filter(|place| place.merged.is_some()).count() {
        0 => &shadow.stored,
        merged if merged == own().count() => &shadow.merged,
        _ => return Err(format!("the query reads {table} both merged and as it is stored")),
    };
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
    /// Where the word stands by which its rows are merged.
    merged: Option<(usize, usize)>,
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
        // The parser takes the word for another name of the table.
        let merging = dialect.final_word().map(|word| words(parser, sql, word)).unwrap_or_default();
        let mut plain = sql.to_owned();
        for (start, end) in &merging {
            plain.replace_range(start..end, &" ".repeat(end - start));
        }
        let statements = Parser::parse_sql(parser, &plain).ok()?;
        let [Statement::Query(query)] = statements.as_slice() else { return None };
        let mut seen = Seen::default();
        let _ = query.visit(&mut seen);
        let with = query.with.as_ref().and_then(|with| with.cte_tables.first()).map(|cte| cte.alias.name.clone());
        Some((seen, with, merging))
    });
    let Some(Some((seen, with, merging))) = found else { return Err(unread()) };
    let mut tables = Vec::new();
    for (names, alias) in seen.tables {
        let parts: Vec<String> = names.iter().map(|name| name.value.clone()).collect();
        let table = match parts.as_slice() {
            [name] => TableName::new(None, name.clone()),
            [schema, name] => TableName::new(Some(schema.clone()), name.clone()),
            _ => return Err("the query names a table in more than two parts".to_owned()),
        };
        let (start, end) = (span(sql, &names[0])?.0, span(sql, &names[names.len() - 1])?.1);
        let behind = alias.as_ref().map_or(Ok(end), |alias| span(sql, alias).map(|(_, end)| end))?;
        let is_next = |(start, _): &&(usize, usize)| sql.get(behind..*start).is_some_and(|text| text.trim().is_empty());
        let merged = merging.iter().find(is_next).copied();
        tables.push(Place { table, start, end, is_renamed: alias.is_some(), merged });
    }
    // Whether these are one table is for the server to know.
    let is_twice = |one: &TableName, other: &TableName| {
        one != other
            && one.name().eq_ignore_ascii_case(other.name())
            && match (one.schema(), other.schema()) {
                (Some(one), Some(other)) => one.eq_ignore_ascii_case(other),
                _ => true,
            }
    };
    for (at, one) in tables.iter().enumerate() {
        if let Some(other) = tables[..at].iter().find(|other| is_twice(&one.table, &other.table)) {
            return Err(format!(
                "the query names {} and {}, which may be one table; name it in one way",
                other.table, one.table
            ));
        }
    }
    let with = with.map(|name| span(sql, &name).map(|(start, _)| start)).transpose()?;
    let begin = sql.len() - sql.trim_start().len();
    Ok(Places { tables, with, begin })
}

/// The tables of a query: names that no `WITH` has given to a query of its own where they stand.
#[derive(Default)]
struct Seen {
    /// Each with the other name that the query gives it.
    tables: Vec<(Vec<Ident>, Option<Ident>)>,
    /// The queries around the one that is visited, from the outside.
    scopes: Vec<Scope>,
}

/// The names that one query gives to others, which are visited in their order and before all else of it.
struct Scope {
    names: Vec<String>,
    is_recursive: bool,
    /// How many of them have been visited.
    visited: usize,
}

impl Scope {
    /// Whether a name is one of a query where the visit is: behind its own text, or in it where it may name itself.
    fn has(&self, name: &str) -> bool {
        let known = if self.is_recursive { self.names.len() } else { self.visited };
        self.names.iter().take(known).any(|known| *known == name)
    }
}

impl Visitor for Seen {
    type Break = ();

    fn pre_visit_query(&mut self, query: &Query) -> ControlFlow<()> {
        let named = query.with.iter().flat_map(|with| &with.cte_tables).map(|cte| cte.alias.name.value.to_lowercase());
        let is_recursive = query.with.as_ref().is_some_and(|with| with.recursive);
        self.scopes.push(Scope { names: named.collect(), is_recursive, visited: 0 });
        ControlFlow::Continue(())
    }

    fn post_visit_query(&mut self, _: &Query) -> ControlFlow<()> {
        self.scopes.pop();
        // Those behind the named ones are of the query itself.
        if let Some(around) = self.scopes.last_mut() {
            around.visited += 1;
        }
        ControlFlow::Continue(())
    }

    fn pre_visit_table_factor(&mut self, factor: &TableFactor) -> ControlFlow<()> {
        if let TableFactor::Table { name, alias, args: None, .. } = factor {
            let names: Option<Vec<Ident>> = name.0.iter().map(|part| part.as_ident().cloned()).collect();
            let names = names.filter(|names| match names.as_slice() {
                [name] => !self.scopes.iter().any(|scope| scope.has(&name.value.to_lowercase())),
                names => !names.is_empty(),
            });
            self.tables.extend(names.map(|names| (names, alias.as_ref().map(|alias| alias.name.clone()))));
        }
        ControlFlow::Continue(())
    }
}

/// Where `word` stands behind a name in the text, in any case and without quotes.
fn words(parser: &dyn sqlparser::dialect::Dialect, sql: &str, word: &str) -> Vec<(usize, usize)> {
    /// Words behind which a name stands, and not the word.
    const BEFORE_NAMES: [&str; 8] = ["SELECT", "AS", "BY", "WHERE", "AND", "OR", "ON", "DISTINCT"];
    let tokens = Tokenizer::new(parser, sql).tokenize_with_location().unwrap_or_default();
    let mut is_behind_name = false;
    let mut found = Vec::new();
    for token in tokens {
        match &token.token {
            Token::Whitespace(_) => continue,
            Token::Word(it) => {
                let is_it = it.quote_style.is_none() && it.value.eq_ignore_ascii_case(word);
                if is_it && is_behind_name {
                    found.extend(offset(sql, token.span.start).zip(offset(sql, token.span.end)));
                }
                is_behind_name = !BEFORE_NAMES.iter().any(|name| it.value.eq_ignore_ascii_case(name));
            }
            _ => is_behind_name = false,
        }
    }
    found
}

/// Where the schema of `table` stands, with its dot, before the name of the table and that of a column or `*`.
fn schemas(parser: &dyn sqlparser::dialect::Dialect, sql: &str, table: &TableName) -> Vec<(usize, usize)> {
    let Some(schema) = table.schema() else { return Vec::new() };
    let mut tokens = Tokenizer::new(parser, sql).tokenize_with_location().unwrap_or_default();
    tokens.retain(|token| !matches!(token.token, Token::Whitespace(_)));
    let is = |token: &Token, name: &str| match token {
        Token::Word(it) => it.value == name || (it.quote_style.is_none() && it.value.eq_ignore_ascii_case(name)),
        _ => false,
    };
    let found = tokens.windows(5).enumerate().filter_map(|(at, five)| {
        let [first, dot, second, other_dot, _] = five else { return None };
        let is_inner = at > 0 && tokens[at - 1].token == Token::Period;
        let is_it = is(&first.token, schema)
            && is(&second.token, table.name())
            && [dot, other_dot].iter().all(|one| one.token == Token::Period);
        if is_inner || !is_it {
            return None;
        }
        offset(sql, first.span.start).zip(offset(sql, second.span.start))
    });
    found.collect()
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

    fn shadow(body: &str) -> Shadow {
        Shadow { stored: body.to_owned(), merged: format!("{body} FINAL") }
    }

    /// Catches a word that stays behind what stands in the place of its table, one that is taken for another name of the table
    /// or for a column, and rows that are read in two ways.
    #[test]
    fn a_table_that_is_merged_as_it_is_read_has_a_shadow_that_is() {
        let orders = TableName::new(None, "orders".to_owned());
        let cases = [
            (
                "SELECT id FROM orders FINAL WHERE id > 1",
                "WITH cutover_shadow AS (B FINAL) SELECT id FROM cutover_shadow AS `orders`  WHERE id > 1",
            ),
            (
                "SELECT o.id, final FROM orders AS o Final JOIN lines l ON l.id = o.id",
                "WITH cutover_shadow AS (B FINAL) SELECT o.id, final FROM cutover_shadow AS o  JOIN lines l ON l.id = o.id",
            ),
            (
                "SELECT 'FINAL' FROM lines FINAL, orders",
                "WITH cutover_shadow AS (B) SELECT 'FINAL' FROM lines FINAL, cutover_shadow AS `orders`",
            ),
        ];
        for (sql, wanted) in cases {
            assert_eq!(shadowed(dialect("clickhouse"), sql, &orders, &shadow("B")).unwrap().unwrap(), wanted);
        }
        let two = "SELECT 1 FROM orders FINAL UNION ALL SELECT 1 FROM orders";
        assert!(shadowed(dialect("clickhouse"), two, &orders, &shadow("B")).is_err());
        let named = shadowed(dialect("postgres"), "SELECT 1 FROM orders final", &orders, &shadow("B"));
        assert_eq!(named.unwrap().unwrap(), "WITH cutover_shadow AS (B) SELECT 1 FROM cutover_shadow final");
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
                let found = shadowed(dialect(engine), sql, &orders, &shadow("B"))
                    .map(|text| text.map(|text| text.replace('`', "\"")));
                assert_eq!(found.unwrap().unwrap(), wanted, "{engine}");
            }
        }
        let own = TableName::new(Some("sales".to_owned()), "orders".to_owned());
        assert!(shadowed(dialect("postgres"), "SELECT 1 FROM orders", &own, &shadow("B")).unwrap().is_none());
        assert_eq!(
            shadowed(dialect("postgres"), "SELECT 1 FROM sales.orders", &own, &shadow("B")).unwrap().unwrap(),
            "WITH cutover_shadow AS (B) SELECT 1 FROM cutover_shadow AS \"orders\""
        );
        let sql = "SELECT sales.orders.id, \"sales\" . Orders.*, count(SALES.orders.*), sales.lines.id, x.sales.orders.id, 'sales.orders.id' \
                   FROM sales.orders, sales.lines";
        assert_eq!(
            shadowed(dialect("postgres"), sql, &own, &shadow("B")).unwrap().unwrap(),
            "WITH cutover_shadow AS (B) SELECT orders.id, Orders.*, count(orders.*), sales.lines.id, x.sales.orders.id, \
             'sales.orders.id' FROM cutover_shadow AS \"orders\", sales.lines",
            "columns that are named by schema and table"
        );
        assert!(named_tables(dialect("postgres"), "SELECT (").is_err());
        let hidden = [
            (
                "WITH orders AS (SELECT * FROM orders WHERE v > 10) SELECT count(*) FROM orders",
                "WITH cutover_shadow AS (B), orders AS (SELECT * FROM cutover_shadow AS \"orders\" WHERE v > 10) SELECT count(*) FROM orders",
            ),
            (
                "SELECT 1 FROM orders WHERE id IN (WITH orders AS (SELECT 1 AS id) SELECT id FROM orders)",
                "WITH cutover_shadow AS (B) SELECT 1 FROM cutover_shadow AS \"orders\" WHERE id IN (WITH orders AS (SELECT 1 AS id) SELECT id FROM orders)",
            ),
            (
                "WITH a AS (SELECT 1 FROM orders), orders AS (SELECT 1 FROM a) SELECT 1 FROM Orders, (SELECT 1 FROM orders) AS q",
                "WITH cutover_shadow AS (B), a AS (SELECT 1 FROM cutover_shadow AS \"orders\"), orders AS (SELECT 1 FROM a) SELECT 1 FROM Orders, (SELECT 1 FROM orders) AS q",
            ),
        ];
        for (sql, wanted) in hidden {
            assert_eq!(shadowed(dialect("postgres"), sql, &orders, &shadow("B")).unwrap().unwrap(), wanted);
        }
        let own_rows = "WITH RECURSIVE orders AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM orders WHERE n < 3) SELECT n FROM orders";
        assert!(named_tables(dialect("postgres"), own_rows).unwrap().is_empty());
        for twice in
            ["SELECT 1 FROM orders, public.orders", "SELECT 1 FROM orders WHERE 1 IN (SELECT 1 FROM \"Orders\")"]
        {
            assert!(named_tables(dialect("postgres"), twice).unwrap_err().contains("may be one table"), "{twice}");
        }
        let tables = named_tables(dialect("postgres"), "WITH a AS (SELECT 1 FROM b) SELECT 1 FROM a, s.c, b").unwrap();
        assert_eq!(tables.iter().map(ToString::to_string).collect::<Vec<_>>(), ["b", "s.c"]);
    }
}

//! A query that picks rows and columns of one table and does nothing else, so that each row of its answer is a row there.

use std::borrow::Cow;

use sqlparser::ast::{
    Distinct, Expr, GroupByExpr, Ident, ObjectName, Query, SelectItem, SetExpr, Statement, TableFactor,
    WildcardAdditionalOptions,
};
use sqlparser::parser::Parser;

use super::super::dialect::Dialect;
use super::super::files;
use super::super::table_name::TableName;
use super::plain_filter;
use super::plain_filter::Picked;

/// What a plain query picks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct PlainSelect {
    /// The table.
    pub(crate) table: TableName,
    /// Its name as the query writes it.
    pub(crate) written: String,
    /// Whether the query takes merged rows of ClickHouse.
    pub(crate) is_final: bool,
    /// Whether every column of the table is in the answer by its own name.
    pub(crate) takes_all: bool,
    /// The columns that the query names: as they are called in the answer, and as the query writes that of the table; absent
    /// where it is an expression.
    pub(crate) columns: Vec<(Name, Option<String>)>,
    /// What the table is called in the query.
    pub(crate) own: String,
    /// Whether that stands before the name of a column in its list.
    pub(crate) is_qualified: bool,
    /// Which of the table's rows it picks.
    pub(crate) picked: Picked,
}

/// A name of a column in an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Name {
    text: String,
    /// Whether capitals tell it from others.
    is_quoted: bool,
}

impl Name {
    fn of(ident: &Ident) -> Name {
        Name { text: ident.value.clone(), is_quoted: ident.quote_style.is_some() }
    }

    fn is(&self, column: &str) -> bool {
        self.text == column || (!self.is_quoted && self.text.eq_ignore_ascii_case(column))
    }
}

impl PlainSelect {
    /// Rows of `table`, whose columns are called so in the answer; which rows is not known, nor may be.
    pub(crate) fn of_table(dialect: &dyn Dialect, table: &TableName) -> PlainSelect {
        let (own, table, written) = (table.name().to_owned(), table.clone(), table.quoted(dialect));
        let picked = Picked::Named;
        PlainSelect {
            table,
            written,
            is_final: false,
            takes_all: true,
            columns: Vec::new(),
            own,
            is_qualified: false,
            picked,
        }
    }

    /// Whether the answer calls something else so: some engines take one for the other.
    fn hides(&self, column: &str) -> bool {
        let is_another = |(name, held): &(Name, Option<String>)| {
            name.is(column) && held.as_deref().map(bare).as_deref() != Some(name.text.as_str())
        };
        self.columns.iter().any(is_another)
    }

    /// The column of the table that the answer calls `name`, as SQL.
    ///
    /// # Errors
    /// Why it is none, or could be another one, with a way out.
    pub(crate) fn column(&self, dialect: &dyn Dialect, name: &str) -> Result<String, String> {
        let exact = self.columns.iter().find(|(known, _)| known.text == name);
        let mut alike = self.columns.iter().filter(|(known, _)| known.is(name));
        let named = match (exact, alike.next(), alike.next()) {
            (Some(one), ..) | (None, Some(one), None) => Some(one),
            (None, Some(_), Some(_)) => {
                return Err(format!(
                    "the query of new has several columns called `{name}` but for capitals; call them otherwise"
                ));
            }
            (None, None, _) => None,
        };
        match named {
            Some((_, Some(column))) if self.hides(&bare(column)) => Err(format!(
                "the query of new takes `{name}` from `{0}`, and calls another column `{0}`, which some engines take for it; \
                 call that otherwise",
                bare(column)
            )),
            Some((_, Some(column))) => Ok(column.clone()),
            None if self.takes_all => Ok(dialect.quoted(name)),
            _ => Err(format!(
                "the query of new computes `{name}`, so it is no column of the table; select the column itself"
            )),
        }
    }
}

/// A name without its quotes, of which one within stands twice.
pub(crate) fn bare(name: &str) -> Cow<'_, str> {
    for quote in ['"', '`'] {
        if let Some(inner) = name.strip_prefix(quote).and_then(|rest| rest.strip_suffix(quote)) {
            return Cow::Owned(inner.replace(&format!("{quote}{quote}"), &quote.to_string()));
        }
    }
    Cow::Borrowed(name)
}

/// Reads `sql`; the reason, as the end of a sentence, where it does more than to pick rows and columns of one table.
pub(crate) fn plain_select(dialect: &dyn Dialect, sql: &str) -> Result<PlainSelect, String> {
    let read = files::on_deep_stack(|| {
        let parser = dialect.parser();
        let statements = if files::fits(parser, sql) { Parser::parse_sql(parser, sql).ok() } else { None };
        statements.map_or_else(
            || Err("cannot be read by the parser".to_owned()),
            |statements| match statements.as_slice() {
                [Statement::Query(query)] => picked(dialect, sql, query),
                _ => Err("is no SELECT".to_owned()),
            },
        )
    });
    read.unwrap_or_else(|| Err("cannot be read by the parser".to_owned()))
}

fn picked(dialect: &dyn Dialect, sql: &str, query: &Query) -> Result<PlainSelect, String> {
    let refused = |why: &str| Err(why.to_owned());
    if query.with.is_some() {
        return refused("has WITH");
    }
    if query.limit_clause.is_some() || query.fetch.is_some() {
        return refused("has LIMIT");
    }
    let SetExpr::Select(select) = query.body.as_ref() else { return refused("is no plain SELECT") };
    let is_grouped =
        !matches!(&select.group_by, GroupByExpr::Expressions(all, more) if all.is_empty() && more.is_empty());
    if is_grouped || select.having.is_some() {
        return refused("groups rows");
    }
    if matches!(select.distinct, Some(Distinct::Distinct | Distinct::On(_))) || select.top.is_some() {
        return refused("leaves rows out with DISTINCT");
    }
    if select.qualify.is_some() || !select.lateral_views.is_empty() || select.exclude.is_some() {
        return refused("does more than to pick rows and columns");
    }
    let [from] = select.from.as_slice() else { return refused("reads more than one table") };
    if !from.joins.is_empty() {
        return refused("joins tables");
    }
    if let TableFactor::Derived { lateral: false, subquery, sample: None, .. } = &from.relation
        && select.selection.is_none()
        && select.projection.iter().all(|item| matches!(item, SelectItem::UnnamedExpr(Expr::Identifier(_))))
    {
        // Columns of a query by their names are those columns.
        return picked(dialect, sql, subquery);
    }
    let TableFactor::Table { name, alias, args: None, sample: None, version: None, json_path: None, .. } =
        &from.relation
    else {
        return refused("reads no table by its name");
    };
    // To the parser, which does not know it, the word is another name of the table.
    let is_final = alias
        .as_ref()
        .is_some_and(|alias| alias.name.quote_style.is_none() && alias.name.value.eq_ignore_ascii_case("final"));
    if alias.as_ref().is_some_and(|alias| !alias.columns.is_empty()) {
        return refused("calls the columns of its table otherwise");
    }
    let (table, written) = (table(name)?, name.to_string());
    if written.eq_ignore_ascii_case("only") {
        return refused("says ONLY; name the table without it");
    }
    let other = alias.as_ref().filter(|_| !is_final).map(|alias| alias.name.value.clone());
    let own = other.unwrap_or_else(|| table.name().to_owned());
    let picked = plain_filter::of(dialect, sql, (query, select), &own);
    let (takes_all, columns, is_qualified) = (false, Vec::new(), false);
    let mut found = PlainSelect { table, written, is_final, takes_all, columns, own, is_qualified, picked };
    for item in &select.projection {
        match item {
            SelectItem::UnnamedExpr(expr) => {
                if let Some(column) = column(expr, &found.own, &mut found.is_qualified) {
                    found.columns.push((Name::of(column), Some(column.to_string())));
                }
            }
            SelectItem::ExprWithAlias { expr, alias } => {
                let column = column(expr, &found.own, &mut found.is_qualified);
                found.columns.push((Name::of(alias), column.map(ToString::to_string)));
            }
            SelectItem::Wildcard(options) | SelectItem::QualifiedWildcard(_, options) => {
                if *options != WildcardAdditionalOptions::default() {
                    return refused("changes columns of `*`");
                }
                found.takes_all = true;
            }
            SelectItem::ExprWithAliases { .. } => return refused("gives an expression several names"),
        }
    }
    if let Picked::Where(filter) = &found.picked
        && let Some(column) = filter.columns.iter().find(|column| found.hides(column))
    {
        let why = format!("picks rows by `{column}`, which is also what it calls another column; call that otherwise");
        found.picked = Picked::Unclear(why);
    }
    Ok(found)
}

fn table(name: &ObjectName) -> Result<TableName, String> {
    let parts: Option<Vec<String>> = name.0.iter().map(|part| Some(part.as_ident()?.value.clone())).collect();
    match parts.unwrap_or_default().as_slice() {
        [name] => Ok(TableName::new(None, name.clone())),
        [schema, name] => Ok(TableName::new(Some(schema.clone()), name.clone())),
        _ => Err("names its table in more than two parts".to_owned()),
    }
}

/// The column of the table called `own` that an expression is; one of a part of a column, which is written alike, is none.
fn column<'a>(expr: &'a Expr, own: &str, is_qualified: &mut bool) -> Option<&'a Ident> {
    match expr {
        Expr::Identifier(name) => Some(name),
        Expr::CompoundIdentifier(parts) => match parts.as_slice() {
            [table, column] if table.value.eq_ignore_ascii_case(own) => {
                *is_qualified = true;
                Some(column)
            }
            _ => None,
        },
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::driver;

    fn read(engine: &str, sql: &str) -> Result<PlainSelect, String> {
        plain_select(driver(engine).unwrap().dialect, sql)
    }

    /// Catches a column of the answer that is taken for another of the table, and an expression that is taken for a column.
    #[test]
    fn columns_of_the_answer_are_found_in_the_table() {
        for engine in ["postgres", "mysql", "sqlite", "duckdb", "clickhouse"] {
            let dialect = driver(engine).unwrap().dialect;
            let sql = "SELECT id, t.cost AS amount, cost + 1 AS more, o FROM shop.orders t WHERE id > 1 ORDER BY id";
            let found = read(engine, sql).unwrap();
            let column = |name: &str| found.column(dialect, name).ok();
            assert_eq!((found.written.as_str(), found.table.to_string().as_str()), ("shop.orders", "shop.orders"));
            assert_eq!(column("id").as_deref(), Some("id"), "{engine}");
            assert_eq!(column("amount").as_deref(), Some("cost"), "{engine}");
            assert_eq!((column("more"), column("cost")), (None, None), "{engine}");
            let all = read(engine, "SELECT * FROM orders").unwrap();
            assert_eq!(all.column(dialect, "any").unwrap(), dialect.quoted("any"));
        }
        // As a diff has the query of a side.
        let within =
            read("postgres", "SELECT id, amount FROM (SELECT id, cost AS amount FROM t WHERE id > 1) AS q").unwrap();
        let postgres = driver("postgres").unwrap().dialect;
        assert_eq!((within.written.as_str(), within.column(postgres, "amount").as_deref()), ("t", Ok("cost")));
        assert!(matches!(within.picked, Picked::Unclear(_)), "{:?}", within.picked);
        for sql in
            ["SELECT id + 1 AS id FROM (SELECT id FROM t) AS q", "SELECT id FROM (SELECT id FROM t) AS q WHERE id > 1"]
        {
            assert!(read("postgres", sql).is_err(), "{sql}");
        }
        let found = read("postgres", "SELECT Id, \"Cost\" FROM \"Orders\"").unwrap();
        let dialect = driver("postgres").unwrap().dialect;
        assert_eq!(found.column(dialect, "id").as_deref(), Ok("Id"));
        assert_eq!(found.column(dialect, "Cost").as_deref(), Ok("\"Cost\""));
        assert!(found.column(dialect, "cost").is_err());
        assert_eq!(found.written, "\"Orders\"");
        // A part of a column, and an expression that is called like one.
        for sql in
            ["SELECT id, o.w AS x FROM t", "SELECT id, o.w AS x FROM o AS t", "SELECT id, v + 1 AS w, w AS x FROM t"]
        {
            let found = read("duckdb", sql).unwrap();
            assert!(found.column(dialect, "x").is_err(), "{sql}");
        }
        let found = read("postgres", "SELECT id, v, \"V\" FROM t").unwrap();
        let column = |name: &str| found.column(dialect, name).ok();
        assert_eq!((column("v").as_deref(), column("V").as_deref()), (Some("v"), Some("\"V\"")));
        assert!(read("postgres", "SELECT a FROM t AS x(b, a)").unwrap_err().contains("otherwise"));
        let is_final = |sql| read("clickhouse", sql).unwrap().is_final;
        assert!(is_final("SELECT id FROM orders FINAL WHERE id > 1") && !is_final("SELECT id FROM orders AS f"));
    }

    /// Catches a query of which a row of the answer is no row of the table.
    #[test]
    fn other_queries_are_refused() {
        for sql in [
            "SELECT id, count(*) FROM t GROUP BY id",
            "SELECT DISTINCT id FROM t",
            "SELECT id FROM t LIMIT 5",
            "SELECT a.id FROM a JOIN b ON a.id = b.id",
            "SELECT a.id FROM a, b",
            "WITH x AS (SELECT 1 AS id) SELECT id FROM x",
            "SELECT id FROM (SELECT id FROM t LIMIT 1) AS x",
            "SELECT id + 1 AS id FROM (SELECT id FROM t) AS x",
            "SELECT id FROM a UNION ALL SELECT id FROM b",
            "SELECT id FROM f(1)",
            "SELECT 1 AS id",
            "SELECT (",
        ] {
            for engine in ["postgres", "mysql", "sqlite", "duckdb", "clickhouse"] {
                assert!(read(engine, sql).is_err(), "{engine}: {sql}");
            }
        }
    }
}

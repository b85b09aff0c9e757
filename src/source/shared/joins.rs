//! Columns by which a query holds the rows of one table against those of another. Texts only.

use std::ops::ControlFlow;

use sqlparser::ast::{
    BinaryOperator, Expr, Ident, JoinConstraint, JoinOperator, Select, Statement, TableFactor, Visit, Visitor,
};
use sqlparser::parser::Parser;

use super::super::dialect::Dialect;
use super::super::files;
use super::super::table_name::TableName;

/// Returns the columns of `table` that `sql` compares with a column of another table, or of the same under another name;
/// none of a query that the parser does not read.
pub(crate) fn joined_columns(dialect: &dyn Dialect, sql: &str, table: &TableName) -> Vec<String> {
    let found = files::on_deep_stack(|| {
        let parser = dialect.parser();
        if !files::fits(parser, sql) {
            return None;
        }
        let statements = Parser::parse_sql(parser, sql).ok()?;
        let [Statement::Query(query)] = statements.as_slice() else { return None };
        let mut seen = Seen::default();
        let _ = query.visit(&mut seen);
        Some(seen)
    });
    let Some(Some(seen)) = found else { return Vec::new() };
    let is_own = |name: &str| seen.tables.iter().any(|(known, of)| known.eq_ignore_ascii_case(name) && of == table);
    let mut columns: Vec<String> = Vec::new();
    for (_, column) in seen.compared.iter().filter(|(name, _)| is_own(name)) {
        if !columns.contains(column) {
            columns.push(column.clone());
        }
    }
    columns
}

/// Tables by the names that the query has for them, and columns that are compared, each behind such a name.
#[derive(Default)]
struct Seen {
    tables: Vec<(String, TableName)>,
    compared: Vec<(String, String)>,
}

/// A table by the name that the query has for it.
fn named(factor: &TableFactor) -> Option<(String, TableName)> {
    let TableFactor::Table { name, alias, args: None, .. } = factor else { return None };
    let parts: Vec<&Ident> = name.0.iter().map(|part| part.as_ident()).collect::<Option<_>>()?;
    let table = match parts.as_slice() {
        [name] => TableName::new(None, name.value.clone()),
        [schema, name] => TableName::new(Some(schema.value.clone()), name.value.clone()),
        _ => return None,
    };
    let alias = alias.as_ref().map(|alias| alias.name.value.clone());
    Some((alias.unwrap_or_else(|| table.name().to_owned()), table))
}

/// A column behind the name of its table.
fn column(expression: &Expr) -> Option<(String, String)> {
    match expression {
        Expr::Nested(inner) => column(inner),
        Expr::CompoundIdentifier(parts) => match parts.as_slice() {
            [.., table, column] => Some((table.value.clone(), column.value.clone())),
            _ => None,
        },
        _ => None,
    }
}

impl Visitor for Seen {
    type Break = ();

    fn pre_visit_table_factor(&mut self, factor: &TableFactor) -> ControlFlow<()> {
        self.tables.extend(named(factor));
        ControlFlow::Continue(())
    }

    fn pre_visit_select(&mut self, select: &Select) -> ControlFlow<()> {
        for from in &select.from {
            let mut before: Vec<String> = named(&from.relation).map(|(name, _)| name).into_iter().collect();
            for join in &from.joins {
                before.extend(named(&join.relation).map(|(name, _)| name));
                for name in using(&join.join_operator) {
                    self.compared.extend(before.iter().map(|table| (table.clone(), name.clone())));
                }
            }
        }
        ControlFlow::Continue(())
    }

    fn pre_visit_expr(&mut self, expression: &Expr) -> ControlFlow<()> {
        if let Expr::BinaryOp { left, op: BinaryOperator::Eq, right } = expression
            && let (Some(left), Some(right)) = (column(left), column(right))
            && !left.0.eq_ignore_ascii_case(&right.0)
        {
            self.compared.extend([left, right]);
        }
        ControlFlow::Continue(())
    }
}

/// The columns behind `USING`.
fn using(operator: &JoinOperator) -> Vec<String> {
    let (JoinOperator::Join(on)
    | JoinOperator::Inner(on)
    | JoinOperator::Left(on)
    | JoinOperator::LeftOuter(on)
    | JoinOperator::Right(on)
    | JoinOperator::RightOuter(on)
    | JoinOperator::FullOuter(on)) = operator
    else {
        return Vec::new();
    };
    let JoinConstraint::Using(names) = on else { return Vec::new() };
    names.iter().filter_map(|name| Some(name.0.last()?.as_ident()?.value.clone())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::driver;

    /// Catches a join that is not found where a query may have one, and a comparison with a value that is taken for one.
    #[test]
    fn columns_that_are_held_against_another_table_are_found() {
        let cases = [
            ("SELECT 1 FROM lines l JOIN orders o ON o.id = l.order_id AND l.kind = 'a'", "order_id"),
            ("SELECT 1 FROM orders, lines WHERE (lines.order_id) = orders.id AND lines.a = lines.b", "order_id"),
            ("SELECT 1 FROM orders LEFT JOIN lines USING (shop, order_id)", "shop, order_id"),
            (
                "WITH x AS (SELECT 1 FROM lines AS l WHERE NOT EXISTS (SELECT 1 FROM orders o WHERE o.id = l.order_id)) SELECT 1 FROM x",
                "order_id",
            ),
            ("SELECT 1 FROM lines a JOIN lines b ON b.id = a.parent", "id, parent"),
            ("SELECT 1 FROM lines WHERE order_id = 7", ""),
            ("SELECT (", ""),
        ];
        let lines = TableName::new(None, "lines".to_owned());
        for (sql, wanted) in cases {
            for engine in ["postgres", "mysql", "sqlite", "duckdb", "files", "clickhouse"] {
                let found = joined_columns(driver(engine).unwrap().dialect, sql, &lines);
                assert_eq!(found.join(", "), wanted, "{engine}: {sql}");
            }
        }
    }
}

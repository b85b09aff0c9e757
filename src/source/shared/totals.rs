//! Which columns of an answer are sums of rows, and which count the same rows. Texts only.

use sqlparser::ast::{
    BinaryOperator, DuplicateTreatment, Expr, Function, FunctionArg, FunctionArgExpr, FunctionArguments, Ident,
    SelectItem, SetExpr, Statement,
};
use sqlparser::parser::Parser;

use super::super::dialect::Dialect;
use super::super::files;

/// The columns of an answer that are totals of the same rows, by their names there.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Totals {
    sums: Vec<Ident>,
    counts: Vec<Ident>,
}

impl Totals {
    /// Whether the column is a sum, whatever constant it is multiplied by.
    pub(crate) fn sums(&self, column: &str) -> bool {
        self.sums.iter().any(|known| is(known, column))
    }

    /// Whether the column counts rows.
    pub(crate) fn counts(&self, column: &str) -> bool {
        self.counts.iter().any(|known| is(known, column))
    }
}

fn is(ident: &Ident, column: &str) -> bool {
    ident.value == column || (ident.quote_style.is_none() && ident.value.eq_ignore_ascii_case(column))
}

/// Reads which columns of the answer to `sql` are totals; absent of a query that the parser does not read, or that puts several
/// together.
pub(crate) fn totals(dialect: &dyn Dialect, sql: &str) -> Option<Totals> {
    let read = files::on_deep_stack(|| {
        let parser = dialect.parser();
        let statements = if files::fits(parser, sql) { Parser::parse_sql(parser, sql).ok()? } else { return None };
        let [Statement::Query(query)] = statements.as_slice() else { return None };
        let SetExpr::Select(select) = query.body.as_ref() else { return None };
        let mut found = Totals::default();
        for item in &select.projection {
            let SelectItem::ExprWithAlias { expr, alias } = item else { continue };
            if is_sum(expr) {
                found.sums.push(alias.clone());
            } else if is_count(expr) {
                found.counts.push(alias.clone());
            }
        }
        Some(found)
    });
    read.flatten()
}

/// Whether it is one sum, multiplied or divided by constants, rounded, cast, or with something in the place of NULL.
fn is_sum(expr: &Expr) -> bool {
    match expr {
        Expr::Nested(inner) | Expr::Cast { expr: inner, .. } => is_sum(inner),
        Expr::BinaryOp { left, op: BinaryOperator::Multiply, right } => {
            (is_sum(left) && is_constant(right)) || (is_constant(left) && is_sum(right))
        }
        Expr::BinaryOp { left, op: BinaryOperator::Divide, right } => is_sum(left) && is_constant(right),
        Expr::Function(function) => match (name(function).as_deref(), arguments(function).as_deref()) {
            (Some("sum"), Some([Some(_)])) => is_plain(function),
            (Some("coalesce" | "ifnull" | "round"), Some([Some(inner), ..])) => is_sum(inner),
            _ => false,
        },
        _ => false,
    }
}

/// Whether it counts all rows.
fn is_count(expr: &Expr) -> bool {
    match expr {
        Expr::Nested(inner) | Expr::Cast { expr: inner, .. } => is_count(inner),
        Expr::Function(function) => {
            let counts_all = matches!(arguments(function).as_deref(), Some([] | [None] | [Some(Expr::Value(_))]));
            name(function).as_deref() == Some("count") && counts_all && is_plain(function)
        }
        _ => false,
    }
}

fn is_constant(expr: &Expr) -> bool {
    match expr {
        Expr::Nested(inner) | Expr::Cast { expr: inner, .. } | Expr::UnaryOp { expr: inner, .. } => is_constant(inner),
        Expr::Value(_) => true,
        _ => false,
    }
}

fn name(function: &Function) -> Option<String> {
    let [part] = function.name.0.as_slice() else { return None };
    Some(part.as_ident()?.value.to_lowercase())
}

/// The arguments, `*` as none of them; absent where there is more to them.
fn arguments(function: &Function) -> Option<Vec<Option<&Expr>>> {
    let FunctionArguments::List(list) = &function.args else { return None };
    let is_plain = list.clauses.is_empty() && !matches!(list.duplicate_treatment, Some(DuplicateTreatment::Distinct));
    list.args.iter().map(argument).collect::<Option<Vec<_>>>().filter(|_| is_plain)
}

fn argument(argument: &FunctionArg) -> Option<Option<&Expr>> {
    match argument {
        FunctionArg::Unnamed(FunctionArgExpr::Expr(expr)) => Some(Some(expr)),
        FunctionArg::Unnamed(FunctionArgExpr::Wildcard) => Some(None),
        _ => None,
    }
}

/// Whether it takes all rows of the group, once each.
fn is_plain(function: &Function) -> bool {
    function.filter.is_none() && function.over.is_none() && function.within_group.is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::driver;

    /// Catches a number that is taken for a sum of rows and is none, and a count of other rows than are summed.
    #[test]
    fn sums_and_counts_of_the_same_rows_are_told_from_other_numbers() {
        let sql = "SELECT day, SUM(cost) AS cost, sum(nanos) * 0.001 AS scaled, ROUND(COALESCE(SUM(cost), 0) / 100, 2) AS rounded, \
                   CAST(SUM(cost) AS DECIMAL(9, 2)) AS typed, COUNT(*) AS n, count(1) AS ones, \
                   AVG(cost) AS mean, SUM(cost) + 1 AS more, SUM(cost) / COUNT(*) AS each_one, SUM(DISTINCT cost) AS once, \
                   COUNT(note) AS noted, COUNT(DISTINCT id) AS ids, SUM(cost) OVER () AS whole, MAX(cost) AS most \
                   FROM orders GROUP BY day";
        for engine in ["postgres", "mysql", "sqlite", "duckdb", "clickhouse", "files"] {
            let Some(driver) = driver(engine) else { panic!("{engine}") };
            let found = totals(driver.dialect, sql).unwrap_or_else(|| panic!("{engine}"));
            let names = |of: &[Ident]| of.iter().map(|ident| ident.value.clone()).collect::<Vec<_>>();
            assert_eq!(names(&found.sums), ["cost", "scaled", "rounded", "typed"], "{engine}");
            assert_eq!(names(&found.counts), ["n", "ones"], "{engine}");
        }
        let dialect = driver("postgres").unwrap().dialect;
        let filtered =
            totals(dialect, "SELECT COUNT(*) FILTER (WHERE paid) AS n, SUM(a) FILTER (WHERE paid) AS a FROM t");
        assert_eq!(filtered, Some(Totals::default()));
        let quoted = totals(dialect, "SELECT SUM(a) AS \"Cost\", COUNT(*) AS n FROM t").unwrap();
        assert!(quoted.sums("Cost") && !quoted.sums("cost") && quoted.counts("N"));
        let both = "SELECT SUM(a) AS a FROM t UNION ALL SELECT SUM(a) AS a FROM u";
        assert_eq!((totals(dialect, both), totals(dialect, "SELECT (")), (None, None));
    }
}

//! Queries over files: one that reads, its sums exact, no decimal turned into a float on the way.
//!
//! Polars keeps a sum in the type of its column and lets it wrap, and takes averages of decimals in floats.
//! So the argument of every SUM goes through a function that widens integers, and that of every average
//! through one that refuses decimals; both see the real type of the argument, whatever expression it is.

use std::collections::BTreeSet;
use std::ops::ControlFlow;
use std::sync::Arc;

use polars::prelude::*;
use polars_sql::SQLContext;
use polars_sql::function_registry::{FunctionOptions, FunctionRegistry};
use sqlparser::ast::{
    self, Expr as SqlExpr, Function, FunctionArg, FunctionArgExpr, FunctionArgumentList, FunctionArguments, Ident,
    ObjectName, Statement, TableFactor, Visit, VisitMut, Visitor, VisitorMut, visit_expressions_mut, visit_relations,
};
use sqlparser::dialect::GenericDialect;
use sqlparser::parser::Parser;

use super::super::{Error, ErrorCode};
use super::balanced::Balanced;

const WIDENED: &str = "cutover_widened";
const NO_DECIMAL: &str = "cutover_no_decimal";

/// Functions whose result over decimals Polars computes in floats.
const IN_FLOATS: [&str; 12] = [
    "avg",
    "mean",
    "median",
    "quantile_cont",
    "quantile_disc",
    "stddev",
    "stddev_samp",
    "stdev",
    "variance",
    "var",
    "var_samp",
    "corr",
];

/// A query that may be run.
pub(super) struct Prepared {
    /// The SQL for Polars.
    pub text: String,
    /// Tables it names.
    pub tables: BTreeSet<String>,
}

/// Takes one query and nothing else, and guards its aggregates.
pub(super) fn prepared(query: &str) -> Result<Prepared, Error> {
    let refuse = |message: String| Error::new(ErrorCode::StatementRefused, message);
    let statements = Parser::parse_sql(&GenericDialect {}, query).map_err(|cause| {
        refuse(format!("the query cannot be read: {cause}; Polars SQL is a subset of PostgreSQL's"))
    })?;
    let [Statement::Query(_)] = statements.as_slice() else {
        return Err(refuse("a check takes one statement that reads, such as a SELECT; give exactly one".to_owned()));
    };
    let mut statement = statements.into_iter().next().ok_or_else(|| refuse("the query is empty".to_owned()))?;
    if let ControlFlow::Break(function) = Visit::visit(&statement, &mut Functions) {
        return Err(refuse(format!(
            "{function} reads a file past the types of its source, numbers as floats; put the file into the folder of \
             the source, where it is a table"
        )));
    }
    let mut tables = BTreeSet::new();
    let _ = visit_relations(&statement, |relation| {
        tables.extend(relation.0.last().and_then(|part| part.as_ident()).map(|ident| ident.value.clone()));
        ControlFlow::<()>::Continue(())
    });
    let _ = VisitMut::visit(&mut statement, &mut Balanced);
    let _ = visit_expressions_mut(&mut statement, |expression| {
        if let SqlExpr::Function(function) = expression {
            guard(function);
        }
        ControlFlow::<()>::Continue(())
    });
    Ok(Prepared { text: written(statement).map_err(refuse)?, tables })
}

/// The text of `statement` that is read as `statement` again.
///
/// The parser writes a quote once where another or a backslash stands before it, as if someone had escaped it, and would
/// so end a text within: doubled beforehand, each is written as it is. In a name nothing can be done.
fn written(statement: Statement) -> Result<String, String> {
    let mut doubled = statement.clone();
    let _ = VisitMut::visit(&mut doubled, &mut Doubled);
    let text = doubled.to_string();
    // Escapes of other forms, and what stands in names.
    let escaped = ["\\'", "\\\"", "\\`", "\"\"", "``"].iter().any(|pair| text.contains(pair));
    if escaped && Parser::parse_sql(&GenericDialect {}, &text) != Ok(vec![statement]) {
        let message = "a name in the query has a quote in it, behind a backslash or another quote, that Polars' parser cannot \
                       take; rename it in the file";
        return Err(message.to_owned());
    }
    Ok(text)
}

/// Doubles the quotes in every text.
struct Doubled;

impl VisitorMut for Doubled {
    type Break = ();

    fn pre_visit_value(&mut self, value: &mut ast::ValueWithSpan) -> ControlFlow<()> {
        if let ast::Value::SingleQuotedString(text) | ast::Value::NationalStringLiteral(text) = &mut value.value {
            *text = text.replace('\'', "''");
        }
        ControlFlow::Continue(())
    }
}

/// Ends at the first function in the place of a table.
struct Functions;

impl Visitor for Functions {
    type Break = String;

    fn pre_visit_table_factor(&mut self, factor: &TableFactor) -> ControlFlow<String> {
        let called = |name: &str| ControlFlow::Break(format!("`{name}(…)`"));
        match factor {
            TableFactor::Table { name, args: Some(_), .. } | TableFactor::Function { name, .. } => {
                called(&name.to_string())
            }
            TableFactor::TableFunction { expr, .. } => called(&expr.to_string()),
            _ => ControlFlow::Continue(()),
        }
    }
}

fn guard(function: &mut Function) {
    let name = function.name.to_string().to_lowercase();
    let guard = if name == "sum" {
        WIDENED
    } else if IN_FLOATS.contains(&name.as_str()) {
        NO_DECIMAL
    } else {
        return;
    };
    let FunctionArguments::List(FunctionArgumentList { args, .. }) = &mut function.args else { return };
    if let Some(FunctionArg::Unnamed(FunctionArgExpr::Expr(argument))) = args.first_mut() {
        let inner = std::mem::replace(argument, SqlExpr::Value(ast::Value::Null.into()));
        *argument = if calls(&inner, guard) { inner } else { call(guard, inner) };
    }
}

fn calls(expression: &SqlExpr, name: &str) -> bool {
    matches!(expression, SqlExpr::Function(function) if function.name.to_string() == name)
}

fn call(name: &str, argument: SqlExpr) -> SqlExpr {
    SqlExpr::Function(Function {
        name: ObjectName::from(vec![Ident::new(name)]),
        uses_odbc_syntax: false,
        parameters: FunctionArguments::None,
        args: FunctionArguments::List(FunctionArgumentList {
            duplicate_treatment: None,
            args: vec![FunctionArg::Unnamed(FunctionArgExpr::Expr(argument))],
            clauses: Vec::new(),
        }),
        filter: None,
        null_treatment: None,
        over: None,
        within_group: Vec::new(),
    })
}

/// A context that knows the guards.
pub(super) fn context() -> SQLContext {
    SQLContext::new().with_function_registry(Arc::new(Guards))
}

struct Guards;

impl FunctionRegistry for Guards {
    fn register(&mut self, _name: &str, _function: UserDefinedFunction) -> PolarsResult<()> {
        polars_bail!(ComputeError: "functions cannot be registered")
    }

    fn get_udf(&self, name: &str) -> PolarsResult<Option<UserDefinedFunction>> {
        let mut function = match name {
            WIDENED => UserDefinedFunction::new(
                name.into(),
                BaseColumnUdf::new(
                    |columns: &mut [Column]| {
                        let wide = widened(columns[0].dtype());
                        columns[0].strict_cast(&wide)
                    },
                    |_: &Schema, fields: &[Field]| Ok(Field::new(fields[0].name().clone(), widened(fields[0].dtype()))),
                ),
            ),
            NO_DECIMAL => UserDefinedFunction::new(
                name.into(),
                BaseColumnUdf::new(
                    |columns: &mut [Column]| {
                        exact_in_floats(columns[0].dtype())?;
                        Ok(columns[0].clone())
                    },
                    |_: &Schema, fields: &[Field]| {
                        exact_in_floats(fields[0].dtype())?;
                        Ok(fields[0].clone())
                    },
                ),
            ),
            _ => return Ok(None),
        };
        function.options = FunctionOptions::elementwise();
        Ok(Some(function))
    }

    fn contains(&self, name: &str) -> bool {
        name == WIDENED || name == NO_DECIMAL
    }
}

/// The type in which a sum cannot wrap.
fn widened(of: &DataType) -> DataType {
    match of {
        DataType::Boolean => DataType::Int128,
        of if of.is_integer() && *of != DataType::UInt128 => DataType::Int128,
        DataType::Decimal(_, scale) => DataType::Decimal(38, *scale),
        of => of.clone(),
    }
}

fn exact_in_floats(of: &DataType) -> PolarsResult<()> {
    if matches!(of, DataType::Decimal(_, _)) {
        polars_bail!(SQLInterface: "an average or quantile of a decimal would go through a float and lose digits; select SUM(x) and COUNT(x), or the raw values")
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Catches a text that is written so that it ends within, and a name that is.
    #[test]
    fn what_is_written_is_what_was_read() {
        let read = |sql: &str| Parser::parse_sql(&GenericDialect {}, sql).unwrap();
        for sql in [
            "SELECT ''''",
            "SELECT '''''' AS a, '''' AS b",
            r"SELECT '\'' OR 1 = 1 --' AS a",
            r"SELECT a FROM t WHERE a = '\\''x''''' AND b = N'it''s'",
            r"SELECT E'a\'b' AS a",
        ] {
            let written = prepared(sql).map(|prepared| prepared.text).unwrap();
            assert_eq!(read(&written), read(sql), "{sql} was written as {written}");
        }
        for sql in [r#"SELECT "a\"" OR 1 = 1 --" FROM t"#, r#"SELECT "a""""b" FROM t"#] {
            assert!(prepared(sql).is_err(), "{sql}");
        }
        assert!(prepared(r#"SELECT "a""b" FROM t"#).is_ok());
    }
}

//! Queries over files: one that reads, of forms whose answer is known to be right.

use std::collections::BTreeSet;
use std::ops::ControlFlow;

use sqlparser::ast::{
    DataType, ExactNumberInfo, Expr, JoinConstraint, JoinOperator, Query, Select, SetExpr, SetOperator, SetQuantifier,
    Statement, TableFactor, Visit, VisitMut, Visitor, visit_relations,
};
use sqlparser::dialect::GenericDialect;
use sqlparser::parser::Parser;

use super::super::{Error, ErrorCode};
use super::balanced::Balanced;

/// Functions that make rows of their arguments alone.
const MAKE_ROWS: [&str; 3] = ["unnest", "generate_series", "range"];

/// The schema whose views list tables and columns.
const CATALOG: &str = "information_schema";

/// Functions of other dialects, Polars SQL among them, and what does the same.
const OTHERWISE: [(&str, &str); 6] = [
    ("strptime", "TO_TIMESTAMP(x, '%Y-%m-%d %H:%M:%S')"),
    ("quantile_cont", "PERCENTILE_CONT(0.5) WITHIN GROUP (ORDER BY x)"),
    ("quantile_disc", "PERCENTILE_CONT(0.5) WITHIN GROUP (ORDER BY x), which interpolates"),
    ("stdev", "STDDEV(x)"),
    ("variance", "VAR_SAMP(x)"),
    ("mod", "x % y"),
];

/// A query that may be run.
pub(super) struct Prepared {
    /// The parsed query.
    pub statement: Statement,
    /// Tables it names.
    pub tables: BTreeSet<String>,
    /// Whether it asks for the columns of tables that it does not name.
    pub catalog: bool,
}

/// Takes one query and nothing else, of forms that are answered rightly.
pub(super) fn prepared(query: &str) -> Result<Prepared, Error> {
    let refuse = |message: String| Error::new(ErrorCode::StatementRefused, message);
    let statements = Parser::parse_sql(&GenericDialect {}, query).map_err(|cause| {
        refuse(format!("the query cannot be read: {cause}; see docs/files.md for what SQL over files can do"))
    })?;
    let [Statement::Query(_)] = statements.as_slice() else {
        return Err(refuse("a check takes one statement that reads, such as a SELECT; give exactly one".to_owned()));
    };
    let mut statement = statements.into_iter().next().ok_or_else(|| refuse("the query is empty".to_owned()))?;
    if let ControlFlow::Break(why) = Visit::visit(&statement, &mut Forms) {
        return Err(refuse(why));
    }
    let (mut tables, mut catalog) = (BTreeSet::new(), false);
    let _ = visit_relations(&statement, |relation| {
        let first = relation.0.first().and_then(|part| part.as_ident());
        catalog |= relation.0.len() > 1 && first.is_some_and(|first| first.value.eq_ignore_ascii_case(CATALOG));
        tables.extend(relation.0.last().and_then(|part| part.as_ident()).map(|ident| ident.value.clone()));
        ControlFlow::<()>::Continue(())
    });
    let _ = VisitMut::visit(&mut statement, &mut Balanced);
    Ok(Prepared { statement, tables, catalog })
}

/// Ends at the first form that DataFusion answers wrongly, or that reads past the source.
struct Forms;

impl Visitor for Forms {
    type Break = String;

    fn pre_visit_expr(&mut self, expression: &Expr) -> ControlFlow<String> {
        if let Expr::Cast {
            data_type: DataType::Numeric(digits) | DataType::Decimal(digits) | DataType::Dec(digits),
            ..
        } = expression
            && *digits == ExactNumberInfo::None
        {
            let why = "a NUMERIC without digits has 10 places over files, and what is behind them is rounded away; write \
                       DECIMAL(38, scale)";
            return ControlFlow::Break(why.to_owned());
        }
        let Expr::Function(function) = expression else { return ControlFlow::Continue(()) };
        let name = function.name.to_string().to_lowercase();
        match OTHERWISE.iter().find(|(known, _)| *known == name) {
            Some((_, instead)) => {
                ControlFlow::Break(format!("SQL over files has no function {}; write {instead}", name.to_uppercase()))
            }
            None => ControlFlow::Continue(()),
        }
    }

    fn pre_visit_query(&mut self, query: &Query) -> ControlFlow<String> {
        if let Some(operator) = counted(&query.body) {
            return ControlFlow::Break(format!(
                "{operator} ALL counts rows wrongly in SQL over files; compare COUNT(*) of each row with GROUP BY instead, \
                 or leave out ALL"
            ));
        }
        ControlFlow::Continue(())
    }

    fn pre_visit_select(&mut self, select: &Select) -> ControlFlow<String> {
        for join in select.from.iter().flat_map(|from| &from.joins) {
            if let JoinOperator::FullOuter(JoinConstraint::Using(_) | JoinConstraint::Natural) = &join.join_operator {
                return ControlFlow::Break(
                    "FULL JOIN with USING or NATURAL leaves the key NULL for rows that only the right side has; write \
                     FULL JOIN … ON a.k = b.k, and COALESCE(a.k, b.k) for the key"
                        .to_owned(),
                );
            }
        }
        ControlFlow::Continue(())
    }

    fn pre_visit_table_factor(&mut self, factor: &TableFactor) -> ControlFlow<String> {
        let called = |name: &str| {
            if MAKE_ROWS.contains(&name.to_lowercase().as_str()) {
                return ControlFlow::Continue(());
            }
            ControlFlow::Break(format!(
                "`{name}(…)` reads past the types of its source; put the file into the folder of the source, where it is a \
                 table"
            ))
        };
        match factor {
            TableFactor::Table { name, args: Some(_), .. } | TableFactor::Function { name, .. } => {
                called(&name.to_string())
            }
            TableFactor::TableFunction { expr: Expr::Function(function), .. } => called(&function.name.to_string()),
            TableFactor::TableFunction { expr, .. } => called(&expr.to_string()),
            _ => ControlFlow::Continue(()),
        }
    }
}

/// Returns the operator of a set operation that counts equal rows, other than UNION.
fn counted(body: &SetExpr) -> Option<SetOperator> {
    match body {
        SetExpr::SetOperation { op, set_quantifier, left, right } => match (op, set_quantifier) {
            (SetOperator::Except | SetOperator::Intersect | SetOperator::Minus, SetQuantifier::All) => Some(*op),
            _ => counted(left).or_else(|| counted(right)),
        },
        _ => None,
    }
}

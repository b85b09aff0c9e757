//! Where a subquery is asked about beside other conditions, or has no row where PostgreSQL's has one.
//!
//! DataFusion makes joins of subqueries. What is not a whole condition becomes a mark that is true or false, and never unknown;
//! and an aggregate without GROUP BY, which always has one row, has none where nothing matches.

use datafusion::common::tree_node::{TreeNode, TreeNodeRecursion};
use datafusion::logical_expr::expr::InSubquery;
use datafusion::logical_expr::utils::split_conjunction;
use datafusion::logical_expr::{Expr, LogicalPlan, Subquery};

/// Why a subquery in a condition beside others is refused.
const MISPLACED: &str = "IN and NOT IN with a subquery take unknown for false but as a whole condition of WHERE; write EXISTS (SELECT 1 \
                         … WHERE …) or NOT EXISTS instead";

/// Why an aggregate in a subquery that names a column from outside is refused.
const EMPTY: &str = "IN and EXISTS with a subquery that aggregates without GROUP BY and names a column from outside have no row where \
                     nothing matches; write (SELECT COUNT(*) … WHERE …) = 0, or a LEFT JOIN with GROUP BY";

/// Why a test for NULL in such a subquery is refused.
const INSIDE: &str = "IS NULL in a subquery that aggregates and names a column from outside is not asked where nothing matches; write it \
                      behind the subquery: (SELECT MAX(x) … WHERE …) IS NULL";

/// Why the subqueries of one step of a plan would be answered wrongly, if they would.
pub(super) fn why(plan: &LogicalPlan) -> Option<&'static str> {
    let misplaced = match plan {
        LogicalPlan::Filter(filter) => split_conjunction(&filter.predicate).into_iter().any(|whole| match whole {
            Expr::InSubquery(within) => asks(&within.expr),
            Expr::Not(inner) => match inner.as_ref() {
                Expr::InSubquery(within) => asks(&within.expr),
                other => asks(other),
            },
            other => asks(other),
        }),
        other => other.expressions().iter().any(asks),
    };
    misplaced.then_some(MISPLACED)
}

/// Why the subquery of one expression would be answered wrongly, if it would.
pub(super) fn empty(one: &Expr) -> Option<&'static str> {
    match one {
        Expr::InSubquery(InSubquery { subquery, .. }) if is_outer(subquery) && aggregates(&subquery.subquery) => {
            Some(EMPTY)
        }
        Expr::Exists(exists) if is_outer(&exists.subquery) && aggregates(&exists.subquery.subquery) => Some(EMPTY),
        Expr::ScalarSubquery(subquery)
            if is_outer(subquery) && aggregates(&subquery.subquery) && tests_null(&subquery.subquery) =>
        {
            Some(INSIDE)
        }
        _ => None,
    }
}

fn is_outer(subquery: &Subquery) -> bool {
    !subquery.outer_ref_columns.is_empty()
}

/// Whether an expression asks whether a value is in a subquery, that of the subquery left aside.
fn asks(whole: &Expr) -> bool {
    whole.exists(|one| Ok(matches!(one, Expr::InSubquery(_)))).unwrap_or(true)
}

/// Whether a plan has an aggregate without GROUP BY.
fn aggregates(plan: &LogicalPlan) -> bool {
    plan.exists(|step| Ok(matches!(step, LogicalPlan::Aggregate(aggregate) if aggregate.group_expr.is_empty())))
        .unwrap_or(true)
}

/// Whether a step above the aggregate tests for NULL.
fn tests_null(plan: &LogicalPlan) -> bool {
    let mut found = false;
    let visited = plan.apply(|step| {
        if matches!(step, LogicalPlan::Aggregate(_)) {
            return Ok(TreeNodeRecursion::Stop);
        }
        let null = |one: &Expr| {
            Ok(matches!(one, Expr::IsNull(_) | Expr::IsNotNull(_) | Expr::IsUnknown(_) | Expr::IsNotUnknown(_)))
        };
        found |= step.expressions().iter().any(|whole| whole.exists(null).unwrap_or(true));
        Ok(TreeNodeRecursion::Continue)
    });
    visited.is_err() || found
}

//! Plans of forms that DataFusion answers wrongly: refused by name, with another way to write them.

use datafusion::common::tree_node::{TreeNode, TreeNodeRecursion};
use datafusion::common::{DataFusionError, Result};
use datafusion::logical_expr::{Expr, LogicalPlan};

use super::super::{Error, ErrorCode};

/// Refuses a plan whose answer would be wrong.
pub(super) fn check(plan: &LogicalPlan) -> Result<()> {
    plan.apply_with_subqueries(|plan| {
        plan.apply_expressions(|whole| {
            whole.apply(|one| match one {
                Expr::InSubquery(within) if within.negated && !within.subquery.outer_ref_columns.is_empty() => Err(refused(
                    "NOT IN with a subquery that names a column from outside loses the rows for which it is empty; write NOT \
                     EXISTS (SELECT 1 … WHERE …) instead",
                )),
                Expr::Not(inner) => match inner.as_ref() {
                    Expr::InSubquery(within) if !within.subquery.outer_ref_columns.is_empty() => Err(refused(
                        "NOT (… IN …) with a subquery that names a column from outside loses the rows for which it is empty; \
                         write NOT EXISTS (SELECT 1 … WHERE …) instead",
                    )),
                    _ => Ok(TreeNodeRecursion::Continue),
                },
                _ => Ok(TreeNodeRecursion::Continue),
            })
        })
    })
    .map(drop)
}

fn refused(message: &str) -> DataFusionError {
    DataFusionError::External(Box::new(Error::new(ErrorCode::StatementRefused, message)))
}

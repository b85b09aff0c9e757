//! Plans of forms that DataFusion answers wrongly: refused by name, with another way to write them.

mod correlated;
mod cut;
mod floats;
mod intervals;
mod nested;
mod subqueries;
mod together;
mod zones;

use datafusion::common::tree_node::{TreeNode, TreeNodeRecursion};
use datafusion::common::{DFSchema, DataFusionError, Result};
use datafusion::logical_expr::utils::merge_schema;
use datafusion::logical_expr::{Expr, ExprSchemable, LogicalPlan};

use super::super::{Error, ErrorCode};

/// Refuses a plan whose answer would be wrong.
pub(super) fn check(plan: &LogicalPlan) -> Result<()> {
    plan.apply_with_subqueries(|plan| {
        let schema = merge_schema(&plan.inputs());
        if intervals::ordered(plan, &schema) {
            return Err(refused(intervals::WHY));
        }
        let met = together::of_step(plan, &schema);
        if floats::listed(plan, &schema) || met.iter().any(|types| floats::is_lossy(types)) {
            return Err(refused(floats::WHY));
        }
        if met.iter().any(|types| nested::is_mixed(types)) {
            return Err(refused(nested::WHY));
        }
        if let Some(why) = subqueries::why(plan) {
            return Err(refused(why));
        }
        let step = plan.apply_expressions(|whole| {
            whole.apply(|one| match one {
                Expr::InSubquery(within) if floats::is_lossy(&together::of_subquery(within, &schema)) => {
                    Err(refused(floats::WHY))
                }
                Expr::InSubquery(within) if nested::is_mixed(&together::of_subquery(within, &schema)) => {
                    Err(refused(nested::WHY))
                }
                one if together::of_expression(one, &schema).iter().any(|types| nested::is_mixed(types)) => {
                    Err(refused(nested::WHY))
                }
                one if let Some(why) = subqueries::empty(one) => Err(refused(why)),
                Expr::SimilarTo(_) => Err(refused(
                    "SIMILAR TO is taken for a regular expression that may match anywhere in the text; write s ~ '^(…)$', with \
                     .* for % and . for _",
                )),
                one if intervals::extracted(one, &schema) => Err(refused(intervals::EXTRACTED)),
                one if intervals::compared(one, &schema) => Err(refused(intervals::WHY)),
                one if let Some(why) = zones::why(one, &schema) => Err(refused(why)),
                one if let Some(why) = cut::why(one, &schema) => Err(refused(why)),
                Expr::AggregateFunction(called) => median(called.func.name(), &called.params.args, &schema),
                Expr::WindowFunction(called) => median(called.fun.name(), &called.params.args, &schema),
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
        })?;
        correlated::why(plan, &schema).map_or(Ok(step), |why| Err(refused(why)))
    })
    .map(drop)
}

/// Refuses the median of decimals, which cuts the half between two of them off.
fn median(function: &str, args: &[Expr], schema: &DFSchema) -> Result<TreeNodeRecursion> {
    let decimal = |one: &Expr| one.get_type(schema).is_ok_and(|of| of.is_decimal());
    if function == "median" && args.iter().any(decimal) {
        return Err(refused(
            "MEDIAN of decimals is cut to their digits; write PERCENTILE_CONT(0.5) WITHIN GROUP (ORDER BY x), which is a DOUBLE, or \
             select the raw values",
        ));
    }
    Ok(TreeNodeRecursion::Continue)
}

fn refused(message: &str) -> DataFusionError {
    DataFusionError::External(Box::new(Error::new(ErrorCode::StatementRefused, message)))
}

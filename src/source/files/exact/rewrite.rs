//! Replaces expressions of a plan before it is optimized.

use datafusion::common::tree_node::{Transformed, TreeNode};
use datafusion::common::{DFSchema, Result};
use datafusion::logical_expr::expr_rewriter::NamePreserver;
use datafusion::logical_expr::utils::merge_schema;
use datafusion::logical_expr::{Expr, LogicalPlan};

/// Every expression of a plan, in subqueries too, as `replaced` makes it, under the name it had.
pub(super) fn rewritten(
    plan: LogicalPlan,
    replaced: impl Fn(Expr, &DFSchema) -> Result<Transformed<Expr>>,
) -> Result<LogicalPlan> {
    let of_node = |plan: LogicalPlan| {
        let mut schema = merge_schema(&plan.inputs());
        if let LogicalPlan::TableScan(scan) = &plan {
            schema.merge(&DFSchema::try_from_qualified_schema(scan.table_name.clone(), &scan.source.schema())?);
        }
        let names = NamePreserver::new(&plan);
        plan.map_expressions(|whole| {
            let name = names.save(&whole);
            let done = whole.transform_up(|one| replaced(one, &schema))?;
            Ok(done.update_data(|whole| name.restore(whole)))
        })?
        .map_data(LogicalPlan::recompute_schema)
    };
    plan.transform_up_with_subqueries(of_node).map(|done| done.data)
}

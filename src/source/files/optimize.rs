//! Which rules make a plan faster: those that move and join steps, and none that rewrites what an expression says.
//!
//! DataFusion's simplifier takes a CAST off that cuts digits, makes LIKE of regular expressions without escaping them, merges IN
//! lists without regard to NULL, and evaluates the branches of a CASE that guards a division. A query over files is seldom so
//! large that its constants count: expressions are evaluated as they are written.

use std::sync::Arc;

use datafusion::common::tree_node::{Transformed, TreeNode};
use datafusion::common::{DFSchema, Result};
use datafusion::execution::session_state::SessionStateBuilder;
use datafusion::logical_expr::expr::ScalarFunction;
use datafusion::logical_expr::expr_rewriter::NamePreserver;
use datafusion::logical_expr::simplify::{ExprSimplifyResult, SimplifyContext};
use datafusion::logical_expr::utils::merge_schema;
use datafusion::logical_expr::{Expr, LogicalPlan};
use datafusion::optimizer::decorrelate_lateral_join::DecorrelateLateralJoin;
use datafusion::optimizer::decorrelate_predicate_subquery::DecorrelatePredicateSubquery;
use datafusion::optimizer::eliminate_cross_join::EliminateCrossJoin;
use datafusion::optimizer::extract_equijoin_predicate::ExtractEquijoinPredicate;
use datafusion::optimizer::optimize_projections::OptimizeProjections;
use datafusion::optimizer::push_down_filter::PushDownFilter;
use datafusion::optimizer::push_down_limit::PushDownLimit;
use datafusion::optimizer::replace_distinct_aggregate::ReplaceDistinctWithAggregate;
use datafusion::optimizer::scalar_subquery_to_join::ScalarSubqueryToJoin;
use datafusion::optimizer::{ApplyOrder, OptimizerConfig, OptimizerRule};

/// Functions that DataFusion evaluates in no other form than the one that they say they stand for.
const STAND_FOR_OTHERS: [&str; 5] = ["arrow_cast", "coalesce", "current_date", "get_field", "now"];

/// Leaves the rules that no answer depends on.
pub(super) fn install(state: SessionStateBuilder) -> SessionStateBuilder {
    state.with_optimizer_rules(vec![
        Arc::new(StoodFor),
        Arc::new(ReplaceDistinctWithAggregate::new()),
        Arc::new(DecorrelatePredicateSubquery::new()),
        Arc::new(ScalarSubqueryToJoin::new()),
        Arc::new(DecorrelateLateralJoin::new()),
        Arc::new(ExtractEquijoinPredicate::new()),
        Arc::new(EliminateCrossJoin::new()),
        Arc::new(PushDownLimit::new()),
        Arc::new(PushDownFilter::new()),
        Arc::new(OptimizeProjections::new()),
    ])
}

/// Puts what a function stands for in its place.
#[derive(Debug)]
struct StoodFor;

impl OptimizerRule for StoodFor {
    fn name(&self) -> &'static str {
        "stood_for"
    }

    fn apply_order(&self) -> Option<ApplyOrder> {
        Some(ApplyOrder::BottomUp)
    }

    fn rewrite(&self, plan: LogicalPlan, config: &dyn OptimizerConfig) -> Result<Transformed<LogicalPlan>> {
        let mut schema = merge_schema(&plan.inputs());
        if let LogicalPlan::TableScan(scan) = &plan {
            schema.merge(&DFSchema::try_from_qualified_schema(scan.table_name.clone(), &scan.source.schema())?);
        }
        let context = SimplifyContext::builder()
            .with_schema(Arc::new(schema))
            .with_config_options(config.options())
            .with_query_execution_start_time(config.query_execution_start_time())
            .build();
        let names = NamePreserver::new(&plan);
        plan.map_expressions(|whole| {
            let name = names.save(&whole);
            let done = whole.transform_up(|one| stood_for(one, &context))?;
            Ok(done.update_data(|whole| name.restore(whole)))
        })
    }
}

fn stood_for(one: Expr, context: &SimplifyContext) -> Result<Transformed<Expr>> {
    match one {
        Expr::ScalarFunction(ScalarFunction { func, args }) if STAND_FOR_OTHERS.contains(&func.name()) => {
            Ok(match func.simplify(args, context)? {
                ExprSimplifyResult::Simplified(other) => Transformed::yes(other),
                ExprSimplifyResult::Original(args) => {
                    Transformed::no(Expr::ScalarFunction(ScalarFunction { func, args }))
                }
            })
        }
        other => Ok(Transformed::no(other)),
    }
}

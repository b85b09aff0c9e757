//! Subqueries that name a column from outside, in a condition or as LATERAL: answered where the shape is known to be rightly
//! made a join, and refused in all others.
//!
//! DataFusion pulls such conditions out of the subquery, over everything that stands between: over outer joins, windows, OFFSET
//! and HAVING, which then see other rows than they should. The columns of the condition come out under one name for all tables,
//! so that two of one name are one.

use std::collections::BTreeSet;

use datafusion::common::tree_node::{TreeNode, TreeNodeRecursion};
use datafusion::common::{Column, DFSchema, JoinType};
use datafusion::logical_expr::utils::split_conjunction;
use datafusion::logical_expr::{Distinct, Expr, LogicalPlan, Subquery};

const PLACE: &str = "a column from outside is named within a subquery only in WHERE, and beside inner joins: not in ON, in what is selected, \
                     in GROUP BY, HAVING or ORDER BY, below an outer join, UNION or DISTINCT ON; write the condition in WHERE, or \
                     join a subquery that names no column from outside";

const BEHIND: &str = "a window, OFFSET, ROLLUP, or HAVING without GROUP BY in a subquery that names a column from outside is made of the \
                      rows of all; make it for every value in a subquery of its own, with PARTITION BY or GROUP BY, and join that";

const NAMES: &str = "a subquery that names columns from outside has two columns of one name in these conditions or in what it selects; \
                     give one another name: FROM (SELECT id, g AS other FROM b) AS b";

const FAR: &str = "a column from outside is named by a subquery within a subquery that does not have it; name it in the WHERE of the \
                   subquery whose outside it is";

/// Why the subqueries of one step of a plan would be answered wrongly, if they would; `schema` is that of its inputs.
pub(super) fn why(plan: &LogicalPlan, schema: &DFSchema) -> Option<&'static str> {
    let mut found = of_lateral(plan);
    for whole in plan.expressions() {
        let visited = whole.apply(|one| {
            let subquery = match one {
                Expr::InSubquery(within) => &within.subquery,
                Expr::Exists(exists) => &exists.subquery,
                Expr::ScalarSubquery(subquery) => subquery,
                _ => return Ok(TreeNodeRecursion::Continue),
            };
            found = found.or_else(|| of_subquery(subquery, schema, false));
            Ok(TreeNodeRecursion::Continue)
        });
        if visited.is_err() {
            return Some(PLACE);
        }
    }
    found
}

/// The same of a join with LATERAL, whose other side is what is outside.
fn of_lateral(plan: &LogicalPlan) -> Option<&'static str> {
    let LogicalPlan::Join(join) = plan else { return None };
    let mut right = join.right.as_ref();
    loop {
        right = match right {
            LogicalPlan::SubqueryAlias(alias) => &alias.input,
            LogicalPlan::Projection(projection) => &projection.input,
            LogicalPlan::Subquery(subquery) => return of_subquery(subquery, join.left.schema(), true),
            _ => return None,
        };
    }
}

fn of_subquery(subquery: &Subquery, outside: &DFSchema, is_lateral: bool) -> Option<&'static str> {
    if subquery.outer_ref_columns.is_empty() {
        return None;
    }
    let mut named = subquery.outer_ref_columns.iter().flat_map(outer_columns);
    if !named.all(|column| outside.has_column(&column)) {
        return Some(FAR);
    }
    of_step(&subquery.subquery, is_lateral).or_else(|| of_names(&subquery.subquery))
}

/// Why what stands in or above a condition that names a column from outside sees other rows than it should, if it does. What LATERAL
/// selects may name such a column, too.
fn of_step(plan: &LogicalPlan, is_lateral: bool) -> Option<&'static str> {
    if !names_outside(plan) {
        return None;
    }
    let may = match plan {
        LogicalPlan::Filter(_) => true,
        LogicalPlan::Projection(_) => is_lateral,
        _ => false,
    };
    if !may && plan.expressions().iter().any(is_outer) {
        return Some(PLACE);
    }
    let of_input = |plan: &LogicalPlan| of_step(plan, is_lateral);
    match plan {
        LogicalPlan::Filter(filter) => match grouped(&filter.input) {
            Some(_) if is_outer(&filter.predicate) => Some(PLACE),
            Some(false) => Some(BEHIND),
            _ => of_input(&filter.input),
        },
        LogicalPlan::Aggregate(aggregate)
            if aggregate.group_expr.iter().any(|one| matches!(one, Expr::GroupingSet(_))) =>
        {
            Some(BEHIND)
        }
        LogicalPlan::Limit(limit) if limit.skip.is_some() => Some(BEHIND),
        LogicalPlan::Window(_) => Some(BEHIND),
        LogicalPlan::Join(join) => {
            let (left, right) = (join.left.as_ref(), join.right.as_ref());
            let kept = match join.join_type {
                JoinType::Inner => true,
                JoinType::Left => !names_outside(right),
                JoinType::Right => !names_outside(left),
                _ => false,
            };
            if kept { of_input(left).or_else(|| of_input(right)) } else { Some(PLACE) }
        }
        LogicalPlan::Distinct(Distinct::All(_))
        | LogicalPlan::Aggregate(_)
        | LogicalPlan::Limit(_)
        | LogicalPlan::Projection(_)
        | LogicalPlan::Sort(_)
        | LogicalPlan::SubqueryAlias(_) => plan.inputs().into_iter().find_map(of_input),
        _ => Some(PLACE),
    }
}

/// Whether the rows of a plan are groups, and by something.
fn grouped(plan: &LogicalPlan) -> Option<bool> {
    match plan {
        LogicalPlan::Aggregate(aggregate) => Some(!aggregate.group_expr.is_empty()),
        LogicalPlan::Projection(projection) => grouped(&projection.input),
        LogicalPlan::Filter(filter) => grouped(&filter.input),
        LogicalPlan::SubqueryAlias(alias) => grouped(&alias.input),
        _ => None,
    }
}

/// Whether two columns of one name are in the conditions that name columns from outside, or in what is selected beside them.
fn of_names(plan: &LogicalPlan) -> Option<&'static str> {
    let mut columns: BTreeSet<Column> = BTreeSet::new();
    let visited = plan.apply(|step| {
        if let LogicalPlan::Filter(filter) = step {
            let outer = split_conjunction(&filter.predicate).into_iter().filter(|one| is_outer(one));
            outer.for_each(|one| columns.extend(one.column_refs().into_iter().cloned()));
        }
        // The columns of the conditions go through every selection above them.
        if let LogicalPlan::Projection(projection) = step
            && names_outside(step)
        {
            columns.extend(projection.expr.iter().map(|one| match one {
                Expr::Column(column) => column.clone(),
                other => Column::from_name(other.schema_name().to_string()),
            }));
        }
        Ok(TreeNodeRecursion::Continue)
    });
    let names: BTreeSet<&str> = columns.iter().map(|column| column.name.as_str()).collect();
    (visited.is_err() || names.len() < columns.len()).then_some(NAMES)
}

/// Whether a plan names a column from outside anywhere, subqueries of its own left aside.
fn names_outside(plan: &LogicalPlan) -> bool {
    plan.exists(|step| Ok(step.expressions().iter().any(is_outer))).unwrap_or(true)
}

fn is_outer(whole: &Expr) -> bool {
    whole.exists(|one| Ok(matches!(one, Expr::OuterReferenceColumn(..)))).unwrap_or(true)
}

/// The columns from outside that an expression names.
fn outer_columns(whole: &Expr) -> Vec<Column> {
    let mut columns = Vec::new();
    let _ = whole.apply(|one| {
        if let Expr::OuterReferenceColumn(_, column) = one {
            columns.push(column.clone());
        }
        Ok(TreeNodeRecursion::Continue)
    });
    columns
}

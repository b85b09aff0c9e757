//! Where lists, structs or maps of two types become one: DataFusion casts what is in them as it does beside nothing, floats to
//! decimals and texts to dates, and says nothing of what they lose.

use std::sync::Arc;

use datafusion::arrow::datatypes::DataType;
use datafusion::common::DFSchema;
use datafusion::logical_expr::expr::InSubquery;
use datafusion::logical_expr::{Expr, ExprSchemable, LogicalPlan};

use super::super::alike::{alike, is_text};

/// Why such a plan is refused.
pub(super) const WHY: &str = "lists, structs and maps of two types are brought to one, in which texts and floats lose what it does not hold; make \
                              them of one type, as in MAKE_ARRAY(CAST(x AS VARCHAR)), or select each as a column of its own";

/// Whether the answer to an expression would be wrong.
pub(super) fn mixed(one: &Expr, schema: &DFSchema) -> bool {
    let types = |group: &Vec<&Expr>| -> Vec<DataType> {
        group.iter().map(|one| one.get_type(schema).unwrap_or(DataType::Null)).collect()
    };
    alike(one).iter().map(types).any(|types| any_pair(&types))
}

/// Whether a step of a plan puts the rows of both into one column, or pairs them.
pub(super) fn meet(plan: &LogicalPlan, schema: &DFSchema) -> bool {
    let of = |one: &Expr| one.get_type(schema).unwrap_or(DataType::Null);
    match plan {
        LogicalPlan::Join(join) => join.on.iter().any(|(left, right)| any_pair(&[of(left), of(right)])),
        LogicalPlan::Union(union) => (0..union.schema.fields().len()).any(|at| {
            let of = |input: &Arc<LogicalPlan>| Some(input.schema().fields().get(at)?.data_type().clone());
            any_pair(&union.inputs.iter().filter_map(of).collect::<Vec<_>>())
        }),
        _ => false,
    }
}

/// Whether a value is held against those of a subquery.
pub(super) fn within(within: &InSubquery, schema: &DFSchema) -> bool {
    let of = within.expr.get_type(schema).unwrap_or(DataType::Null);
    let subquery = within.subquery.subquery.schema();
    any_pair(&[of, subquery.fields().first().map_or(DataType::Null, |field| field.data_type().clone())])
}

fn any_pair(types: &[DataType]) -> bool {
    let nested: Vec<&DataType> = types.iter().filter(|of| of.is_nested()).collect();
    nested.iter().enumerate().any(|(at, one)| nested[at + 1..].iter().any(|other| is_lossy(one, other)))
}

/// Whether values of one of the types lose something where both are brought to one.
fn is_lossy(one: &DataType, other: &DataType) -> bool {
    use DataType::{FixedSizeList, LargeList, List, Map, Null, Struct};
    match (one, other) {
        (Null, _) | (_, Null) => false,
        (
            List(one) | LargeList(one) | FixedSizeList(one, _) | Map(one, _),
            List(other) | LargeList(other) | FixedSizeList(other, _) | Map(other, _),
        ) => is_lossy(one.data_type(), other.data_type()),
        (Struct(these), Struct(those)) => {
            let pairs = these.iter().zip(those);
            these.len() != those.len()
                || pairs.into_iter().any(|(one, other)| {
                    one.name() != other.name() && !matches!(one.name().as_str(), "key" | "keys" | "value" | "values")
                        || is_lossy(one.data_type(), other.data_type())
                })
        }
        (one, other) => {
            let exact = |of: &DataType| of.is_integer() || of.is_decimal();
            is_text(one) != is_text(other) || (one.is_floating() && exact(other)) || (exact(one) && other.is_floating())
        }
    }
}

//! Which parts of an expression are brought to one type, and which types lose something by it.

use datafusion::arrow::datatypes::DataType;
use datafusion::logical_expr::{Expr, Operator};

/// Functions whose arguments are.
pub(super) const ALIKE: [&str; 5] = ["coalesce", "greatest", "least", "make_array", "nullif"];

/// The groups of expressions that are brought to one type each.
pub(super) fn alike(one: &Expr) -> Vec<Vec<&Expr>> {
    match one {
        Expr::BinaryExpr(pair) if is_comparison(pair.op) => vec![vec![&pair.left, &pair.right]],
        Expr::Between(between) => vec![vec![&between.expr, &between.low, &between.high]],
        Expr::InList(within) => vec![within.list.iter().chain([&*within.expr]).collect()],
        Expr::Case(case) => {
            let whens = case.when_then_expr.iter().map(|(when, _)| &**when);
            let thens = case.when_then_expr.iter().map(|(_, then)| &**then);
            let tested = case.expr.as_deref().map(|tested| whens.chain([tested]).collect());
            tested.into_iter().chain([thens.chain(case.else_expr.as_deref()).collect()]).collect()
        }
        Expr::ScalarFunction(called) if ALIKE.contains(&called.name()) => vec![called.args.iter().collect()],
        _ => Vec::new(),
    }
}

/// Whether an operator compares its sides.
pub(super) fn is_comparison(operator: Operator) -> bool {
    use Operator::{Eq, Gt, GtEq, IsDistinctFrom, IsNotDistinctFrom, Lt, LtEq, NotEq};
    matches!(operator, Eq | NotEq | Lt | LtEq | Gt | GtEq | IsDistinctFrom | IsNotDistinctFrom)
}

/// Whether values of these types, brought to one type by DataFusion, lose digits that a double has.
pub(super) fn is_mixed<'t>(types: impl Iterator<Item = &'t DataType>) -> bool {
    let (mut float, mut single, mut decimal, mut wider) = (false, false, false, false);
    for of in types {
        float |= of.is_floating();
        single |= matches!(of, DataType::Float16 | DataType::Float32);
        decimal |= of.is_decimal();
        wider |= of.is_integer() || *of == DataType::Float64;
    }
    float && (decimal || (single && wider))
}

/// Whether values of a type are text.
pub(super) fn is_text(of: &DataType) -> bool {
    matches!(of, DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View)
}

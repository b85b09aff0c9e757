//! Floats beside decimals, and floats of 32 bits beside wider numbers: all are made doubles, as PostgreSQL makes them.
//!
//! DataFusion makes a double beside a decimal a `DECIMAL(30, 15)`, which rounds its digits away, and compares a float of 32 bits
//! with an integer in 32 bits. This goes before the coercion of types, which then finds doubles only. And there is one zero,
//! wherever values are told apart by their bits.

use std::sync::Arc;

use arrow::array::{Array, AsArray, Float64Array};
use arrow::datatypes::DataType;
use datafusion::common::config::ConfigOptions;
use datafusion::common::tree_node::Transformed;
use datafusion::common::{DFSchema, Result, ScalarValue, exec_datafusion_err};
use datafusion::logical_expr::expr::{Between, Case, InList, ScalarFunction};
use datafusion::logical_expr::{
    BinaryExpr, ColumnarValue, Expr, ExprSchemable, LogicalPlan, Operator, ScalarFunctionArgs, ScalarUDF,
    ScalarUDFImpl, Signature, Volatility, cast,
};
use datafusion::optimizer::AnalyzerRule;

use super::super::alike::{ALIKE, is_comparison, is_mixed};

/// Makes the doubles.
#[derive(Debug)]
pub(super) struct Doubles;

impl AnalyzerRule for Doubles {
    fn analyze(&self, plan: LogicalPlan, _config: &ConfigOptions) -> Result<LogicalPlan> {
        super::rewrite::rewritten(plan, doubled)
    }

    fn name(&self) -> &'static str {
        "doubles"
    }
}

fn doubled(one: Expr, schema: &DFSchema) -> Result<Transformed<Expr>> {
    let type_of = |one: &Expr| one.get_type(schema).unwrap_or(DataType::Null);
    let mixed = |all: &[&Expr]| is_mixed(all.iter().map(|one| type_of(one)).collect::<Vec<_>>().iter());
    let double = |one: Expr| {
        let of = type_of(&one);
        if of.is_numeric() && of != DataType::Float64 { as_double(one, &of) } else { Ok(one) }
    };
    let boxed = |one: Box<Expr>| double(*one).map(Box::new);
    Ok(match one {
        Expr::BinaryExpr(BinaryExpr { left, op, right }) if is_of_numbers(op) && mixed(&[&left, &right]) => {
            Transformed::yes(Expr::BinaryExpr(BinaryExpr { left: boxed(left)?, op, right: boxed(right)? }))
        }
        Expr::Between(Between { expr, negated, low, high }) if mixed(&[&expr, &low, &high]) => {
            let (expr, low, high) = (boxed(expr)?, boxed(low)?, boxed(high)?);
            Transformed::yes(Expr::Between(Between { expr, negated, low, high }))
        }
        Expr::InList(InList { expr, list, negated })
            if list.iter().chain([&*expr]).any(|one| type_of(one).is_floating()) =>
        {
            let is_mixed = mixed(&list.iter().chain([&*expr]).collect::<Vec<_>>());
            let one = |one: Expr| if is_mixed { double(one).map(one_zero) } else { Ok(one_zero(one)) };
            let list = list.into_iter().map(one).collect::<Result<_>>()?;
            Transformed::yes(Expr::InList(InList { expr: Box::new(one(*expr)?), list, negated }))
        }
        Expr::WindowFunction(mut window) => {
            let params = &mut window.params;
            let by = params.partition_by.iter_mut().chain(params.order_by.iter_mut().map(|sort| &mut sort.expr));
            let is_changed = zeros(by, &type_of);
            let window = Expr::WindowFunction(window);
            if is_changed { Transformed::yes(window) } else { Transformed::no(window) }
        }
        Expr::AggregateFunction(mut aggregate) if aggregate.params.distinct => {
            let is_changed = zeros(aggregate.params.args.iter_mut(), &type_of);
            let aggregate = Expr::AggregateFunction(aggregate);
            if is_changed { Transformed::yes(aggregate) } else { Transformed::no(aggregate) }
        }
        Expr::Case(case) => cases(case, &mixed, &double, &|one| type_of(one).is_floating())?,
        // As a CASE, for the function tells −0.0 from 0.0, which `=` does not.
        Expr::ScalarFunction(ScalarFunction { func, args })
            if func.name() == "nullif" && args.len() == 2 && args.iter().any(|one| type_of(one).is_floating()) =>
        {
            let is_mixed = mixed(&args.iter().collect::<Vec<_>>());
            let mut args = args.into_iter().map(|one| if is_mixed { double(one) } else { Ok(one) });
            let (Some(of), Some(with)) = (args.next().transpose()?, args.next().transpose()?) else {
                return Err(exec_datafusion_err!("nullif takes two values"));
            };
            let null = Expr::Literal(ScalarValue::Null, None);
            let when = (Box::new(of.clone().eq(with)), Box::new(null));
            Transformed::yes(Expr::Case(Case { expr: None, when_then_expr: vec![when], else_expr: Some(Box::new(of)) }))
        }
        Expr::ScalarFunction(ScalarFunction { func, args })
            if ALIKE.contains(&func.name()) && mixed(&args.iter().collect::<Vec<_>>()) =>
        {
            let args = args.into_iter().map(double).collect::<Result<Vec<_>>>()?;
            Transformed::yes(Expr::ScalarFunction(ScalarFunction { func, args }))
        }
        other => Transformed::no(other),
    })
}

/// `one`, a −0.0 as 0.0: sets and sorted runs tell the two apart by their bits, which `=` does not.
fn one_zero(one: Expr) -> Expr {
    one + Expr::Literal(ScalarValue::Float64(Some(0.0)), None)
}

/// Makes 0.0 of −0.0 in the floats among `all`; whether there is any.
fn zeros<'e>(all: impl Iterator<Item = &'e mut Expr>, type_of: &impl Fn(&Expr) -> DataType) -> bool {
    let mut is_changed = false;
    for one in all.filter(|one| type_of(one).is_floating()) {
        *one = one_zero(std::mem::take(one));
        is_changed = true;
    }
    is_changed
}

/// Makes doubles of what a CASE is compared with, and of what it comes to.
fn cases(
    case: Case,
    mixed: &dyn Fn(&[&Expr]) -> bool,
    double: &dyn Fn(Expr) -> Result<Expr>,
    is_float: &dyn Fn(&Expr) -> bool,
) -> Result<Transformed<Expr>> {
    let Case { mut expr, mut when_then_expr, mut else_expr } = case;
    let mut is_changed = false;
    // `WHEN` tells −0.0 from 0.0, which `=` does not.
    if expr.as_ref().is_some_and(|of| is_float(of) || when_then_expr.iter().any(|(when, _)| is_float(when)))
        && let Some(of) = expr.take()
    {
        is_changed = true;
        for (when, _) in &mut when_then_expr {
            let with = std::mem::take(when.as_mut());
            let (left, right) =
                if mixed(&[&of, &with]) { (double((*of).clone())?, double(with)?) } else { ((*of).clone(), with) };
            **when = left.eq(right);
        }
    }
    let results: Vec<&Expr> = when_then_expr.iter().map(|(_, then)| &**then).chain(else_expr.as_deref()).collect();
    if mixed(&results) {
        is_changed = true;
        for (_, then) in &mut when_then_expr {
            **then = double(std::mem::take(then.as_mut()))?;
        }
        if let Some(last) = &mut else_expr {
            **last = double(std::mem::take(last.as_mut()))?;
        }
    }
    let case = Expr::Case(Case { expr, when_then_expr, else_expr });
    Ok(if is_changed { Transformed::yes(case) } else { Transformed::no(case) })
}

fn is_of_numbers(op: Operator) -> bool {
    use Operator::{Divide, Minus, Modulo, Multiply, Plus};
    is_comparison(op) || matches!(op, Plus | Minus | Multiply | Divide | Modulo)
}

/// The nearest double of a number.
fn as_double(one: Expr, of: &DataType) -> Result<Expr> {
    if !of.is_decimal() {
        return Ok(cast(one, DataType::Float64));
    }
    if let Expr::Literal(literal, metadata) = &one
        && let ScalarValue::Float64(number) = nearest(&ColumnarValue::Scalar(literal.clone()))?
    {
        return Ok(Expr::Literal(ScalarValue::Float64(number), metadata.clone()));
    }
    let function = ScalarUDF::from(Nearest { signature: Signature::any(1, Volatility::Immutable) });
    Ok(Expr::ScalarFunction(ScalarFunction::new_udf(Arc::new(function), vec![one])))
}

fn nearest(value: &ColumnarValue) -> Result<ScalarValue> {
    let array = value.to_array(1)?;
    ScalarValue::try_from_array(&doubles(array.as_ref())?, 0)
}

/// By the digits of each: Arrow's own cast divides doubles, which rounds twice.
fn doubles(decimals: &dyn Array) -> Result<Float64Array> {
    let texts = arrow::compute::cast(decimals, &DataType::Utf8)?;
    let read = |text: &str| text.parse::<f64>().map_err(|cause| exec_datafusion_err!("{text} is no number: {cause}"));
    texts.as_string::<i32>().iter().map(|text| text.map(read).transpose()).collect()
}

/// The nearest double of a decimal, as a function.
#[derive(Debug, PartialEq, Eq, Hash)]
struct Nearest {
    signature: Signature,
}

impl ScalarUDFImpl for Nearest {
    fn name(&self) -> &'static str {
        "nearest_double"
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _arg_types: &[DataType]) -> Result<DataType> {
        Ok(DataType::Float64)
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let [of] = args.args.as_slice() else {
            return Err(exec_datafusion_err!("nearest_double takes one number"));
        };
        Ok(match of {
            ColumnarValue::Array(array) => ColumnarValue::Array(Arc::new(doubles(array.as_ref())?)),
            scalar @ ColumnarValue::Scalar(_) => ColumnarValue::Scalar(nearest(scalar)?),
        })
    }
}

//! `+`, `−`, `×` and the sign of integers and decimals: a result that leaves its type is an error.
//!
//! DataFusion wraps, when it folds constants as when it runs. Behind the coercion of types each of these operators becomes a
//! function of the same name in the plan, with the type the operator had.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, Datum};
use arrow::compute::kernels::numeric::{add, mul, neg, sub};
use arrow::datatypes::{DataType, Decimal128Type};
use datafusion::common::config::ConfigOptions;
use datafusion::common::tree_node::Transformed;
use datafusion::common::{DFSchema, Result, exec_datafusion_err, plan_err};
use datafusion::logical_expr::expr::ScalarFunction;
use datafusion::logical_expr::{
    BinaryExpr, ColumnarValue, Expr, ExprSchemable, LogicalPlan, Operator, ScalarFunctionArgs, ScalarUDF,
    ScalarUDFImpl, Signature, Volatility,
};
use datafusion::optimizer::AnalyzerRule;

/// Replaces the operators.
#[derive(Debug)]
pub(super) struct Checked;

impl AnalyzerRule for Checked {
    fn analyze(&self, plan: LogicalPlan, _config: &ConfigOptions) -> Result<LogicalPlan> {
        super::rewrite::rewritten(plan, checked)
    }

    fn name(&self) -> &'static str {
        "checked_arithmetic"
    }
}

fn checked(one: Expr, schema: &DFSchema) -> Result<Transformed<Expr>> {
    let function = |operation, args: Vec<Expr>, result| {
        let function = ScalarUDF::from(Operation {
            operation,
            result,
            signature: Signature::any(args.len(), Volatility::Immutable),
        });
        Transformed::yes(Expr::ScalarFunction(ScalarFunction::new_udf(Arc::new(function), args)))
    };
    let wraps = |of: &DataType| of.is_integer() || of.is_decimal();
    Ok(match one {
        Expr::BinaryExpr(BinaryExpr { left, op, right }) => {
            let operation = match op {
                Operator::Plus => What::Plus,
                Operator::Minus => What::Minus,
                Operator::Multiply => What::Times,
                _ => return Ok(Transformed::no(Expr::BinaryExpr(BinaryExpr { left, op, right }))),
            };
            let (of, with) = (left.get_type(schema)?, right.get_type(schema)?);
            let whole = Expr::BinaryExpr(BinaryExpr { left, op, right });
            let result = whole.get_type(schema)?;
            match whole {
                Expr::BinaryExpr(BinaryExpr { left, right, .. }) if wraps(&of) && wraps(&with) && wraps(&result) => {
                    function(operation, vec![*left, *right], result)
                }
                whole => Transformed::no(whole),
            }
        }
        Expr::Negative(of) => {
            let result = of.get_type(schema)?;
            if wraps(&result) { function(What::Sign, vec![*of], result) } else { Transformed::no(Expr::Negative(of)) }
        }
        other => Transformed::no(other),
    })
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum What {
    Plus,
    Minus,
    Times,
    Sign,
}

/// One operator as a function.
#[derive(Debug, PartialEq, Eq, Hash)]
struct Operation {
    operation: What,
    result: DataType,
    signature: Signature,
}

impl ScalarUDFImpl for Operation {
    fn name(&self) -> &'static str {
        match self.operation {
            What::Plus => "checked_plus",
            What::Minus => "checked_minus",
            What::Times => "checked_times",
            What::Sign => "checked_sign",
        }
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _arg_types: &[DataType]) -> Result<DataType> {
        Ok(self.result.clone())
    }

    fn is_strict(&self) -> bool {
        true
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let scalar = args.args.iter().all(|arg| matches!(arg, ColumnarValue::Scalar(_)));
        let operands = args.args.iter().map(operand).collect::<Result<Vec<_>>>()?;
        let result = match (self.operation, operands.as_slice()) {
            (What::Plus, [a, b]) => add(a.as_ref(), b.as_ref()),
            (What::Minus, [a, b]) => sub(a.as_ref(), b.as_ref()),
            (What::Times, [a, b]) => mul(a.as_ref(), b.as_ref()),
            (What::Sign, [a]) => neg(a.get().0),
            _ => return plan_err!("{} has the wrong number of arguments", self.name()),
        };
        let result = result.and_then(|array| within(array, &self.result)).map_err(|cause| {
            exec_datafusion_err!("{cause}; CAST an operand to a wider type first, such as DECIMAL(38, scale) or DOUBLE")
        })?;
        if scalar {
            return datafusion::common::ScalarValue::try_from_array(&result, 0).map(ColumnarValue::Scalar);
        }
        Ok(ColumnarValue::Array(result))
    }
}

fn operand(value: &ColumnarValue) -> Result<Box<dyn Datum>> {
    Ok(match value {
        ColumnarValue::Array(array) => Box::new(array.clone()),
        ColumnarValue::Scalar(value) => Box::new(value.to_scalar()?),
    })
}

/// Refuses decimals of more digits than their type has, which the operators themselves do not.
fn within(array: ArrayRef, of: &DataType) -> std::result::Result<ArrayRef, arrow::error::ArrowError> {
    if let DataType::Decimal128(precision, _) = of {
        array.as_primitive::<Decimal128Type>().validate_decimal_precision(*precision)?;
    }
    if array.data_type() == of { Ok(array) } else { arrow::compute::cast(&array, of) }
}

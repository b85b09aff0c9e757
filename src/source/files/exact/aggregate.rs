//! SUM and AVG over integers and decimals, exact to the last digit: an overflow is an error, and nothing passes a float.
//!
//! A sum of integers is a decimal of 38 digits, one of decimals keeps their scale.
//! An average has 16 more digits after the point than its values, as far as 38 digits allow, rounded half away from zero.
//! Floats are summed as floats.

use std::sync::Arc;

use arrow::datatypes::{DataType, Field, FieldRef};
use datafusion::common::{Result, plan_err};
use datafusion::logical_expr::function::{AccumulatorArgs, StateFieldsArgs};
use datafusion::logical_expr::utils::format_state_name;
use datafusion::logical_expr::{
    Accumulator, AggregateUDF, AggregateUDFImpl, GroupsAccumulator, ReversedUDAF, Signature, Volatility,
};

use super::distinct::Distinct;
use super::groups::Groups;
use super::outcome::{Outcome, What};
use super::running::{Running, Window};

/// Returns the functions, which take the places of those of the same names.
pub(in crate::source::files) fn aggregates() -> [AggregateUDF; 2] {
    [AggregateUDF::from(Exact::new(What::Sum)), AggregateUDF::from(Exact::new(What::Mean))]
}

/// SUM or AVG.
#[derive(Debug, PartialEq, Eq, Hash)]
struct Exact {
    what: What,
    signature: Signature,
    aliases: Vec<String>,
}

impl Exact {
    fn new(what: What) -> Exact {
        let aliases = match what {
            What::Sum => Vec::new(),
            What::Mean => vec!["mean".to_owned()],
        };
        Exact { what, signature: Signature::user_defined(Volatility::Immutable), aliases }
    }

    fn outcome(&self, args: &AccumulatorArgs<'_>) -> Result<Outcome> {
        Outcome::of(self.what, args.expr_fields[0].data_type())
    }
}

impl AggregateUDFImpl for Exact {
    fn name(&self) -> &'static str {
        match self.what {
            What::Sum => "sum",
            What::Mean => "avg",
        }
    }

    fn aliases(&self) -> &[String] {
        &self.aliases
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn coerce_types(&self, arg_types: &[DataType]) -> Result<Vec<DataType>> {
        let [of] = arg_types else { return plan_err!("{} takes one argument", self.name()) };
        Ok(vec![match of {
            DataType::Int8 | DataType::Int16 | DataType::Int32 | DataType::Int64 | DataType::Null => DataType::Int64,
            DataType::UInt8 | DataType::UInt16 | DataType::UInt32 | DataType::UInt64 => DataType::UInt64,
            DataType::Decimal32(precision, scale)
            | DataType::Decimal64(precision, scale)
            | DataType::Decimal128(precision, scale)
                if *scale >= 0 =>
            {
                DataType::Decimal128(*precision, *scale)
            }
            DataType::Float16 | DataType::Float32 | DataType::Float64 => DataType::Float64,
            DataType::Dictionary(_, values) => return self.coerce_types(std::slice::from_ref(values.as_ref())),
            other => {
                return plan_err!(
                    "{} of a column of type {other} is not exact; CAST it to DECIMAL(38, scale) or DOUBLE first",
                    self.name()
                );
            }
        }])
    }

    fn return_type(&self, arg_types: &[DataType]) -> Result<DataType> {
        Ok(Outcome::of(self.what, &self.coerce_types(arg_types)?[0])?.result)
    }

    fn accumulator(&self, args: AccumulatorArgs<'_>) -> Result<Box<dyn Accumulator>> {
        let outcome = self.outcome(&args)?;
        Ok(match (outcome.sum == DataType::Float64, args.is_distinct) {
            (true, true) => Box::new(Distinct::<f64>::new(outcome)),
            (true, false) => Box::new(Running::<f64>::new(outcome)),
            (false, true) => Box::new(Distinct::<i128>::new(outcome)),
            (false, false) => Box::new(Running::<i128>::new(outcome)),
        })
    }

    fn create_sliding_accumulator(&self, args: AccumulatorArgs<'_>) -> Result<Box<dyn Accumulator>> {
        let outcome = self.outcome(&args)?;
        if outcome.sum == DataType::Float64 && !args.is_distinct {
            return Ok(Box::new(Window::new(outcome)));
        }
        self.accumulator(args)
    }

    fn state_fields(&self, args: StateFieldsArgs<'_>) -> Result<Vec<FieldRef>> {
        let sum = Outcome::of(self.what, args.input_fields[0].data_type())?.sum;
        let name = |part: &str| format_state_name(args.name, part);
        Ok(if args.is_distinct {
            let item = Field::new_list_field(sum, true);
            vec![Arc::new(Field::new_list(name("values"), item, true))]
        } else {
            vec![
                Arc::new(Field::new(name("sum"), sum, true)),
                Arc::new(Field::new(name("count"), DataType::Int64, true)),
            ]
        })
    }

    fn groups_accumulator_supported(&self, args: AccumulatorArgs<'_>) -> bool {
        !args.is_distinct
    }

    fn create_groups_accumulator(&self, args: AccumulatorArgs<'_>) -> Result<Box<dyn GroupsAccumulator>> {
        let outcome = self.outcome(&args)?;
        Ok(if outcome.sum == DataType::Float64 {
            Box::new(Groups::<f64>::new(outcome))
        } else {
            Box::new(Groups::<i128>::new(outcome))
        })
    }

    fn reverse_expr(&self) -> ReversedUDAF {
        ReversedUDAF::Identical
    }
}

//! MIN and MAX of floats, by their total order: NaN is one value and the greatest, and there is one zero.
//!
//! DataFusion's compare floats of a group by `<`, which no NaN is: the answer would be that of the rows before or behind one.

use std::sync::Arc;

use arrow::array::{ArrayRef, AsArray};
use arrow::compute::cast;
use arrow::datatypes::{DataType, FieldRef, Float64Type};
use datafusion::common::{Result, ScalarValue};
use datafusion::functions_aggregate::min_max::{max_udaf, min_udaf};
use datafusion::logical_expr::function::{AccumulatorArgs, StateFieldsArgs};
use datafusion::logical_expr::{
    Accumulator, AggregateUDF, AggregateUDFImpl, GroupsAccumulator, ReversedUDAF, Signature,
};

/// Returns the functions, which take the places of those of the same names.
pub(in crate::source::files) fn extremes() -> [AggregateUDF; 2] {
    [
        AggregateUDF::from(Extreme { of: min_udaf(), largest: false }),
        AggregateUDF::from(Extreme { of: max_udaf(), largest: true }),
    ]
}

/// MIN or MAX.
#[derive(Debug, PartialEq, Eq, Hash)]
struct Extreme {
    /// What it is of any other type.
    of: Arc<AggregateUDF>,
    largest: bool,
}

impl AggregateUDFImpl for Extreme {
    fn name(&self) -> &str {
        self.of.name()
    }

    fn signature(&self) -> &Signature {
        self.of.signature()
    }

    fn coerce_types(&self, arg_types: &[DataType]) -> Result<Vec<DataType>> {
        self.of.coerce_types(arg_types)
    }

    fn return_type(&self, arg_types: &[DataType]) -> Result<DataType> {
        self.of.return_type(arg_types)
    }

    fn accumulator(&self, args: AccumulatorArgs<'_>) -> Result<Box<dyn Accumulator>> {
        let of = args.expr_fields[0].data_type().clone();
        if of.is_floating() {
            return Ok(Box::new(Floats { of, largest: self.largest, found: None }));
        }
        self.of.accumulator(args)
    }

    fn create_sliding_accumulator(&self, args: AccumulatorArgs<'_>) -> Result<Box<dyn Accumulator>> {
        self.of.inner().create_sliding_accumulator(args)
    }

    fn state_fields(&self, args: StateFieldsArgs<'_>) -> Result<Vec<FieldRef>> {
        self.of.inner().state_fields(args)
    }

    fn groups_accumulator_supported(&self, args: AccumulatorArgs<'_>) -> bool {
        !args.expr_fields[0].data_type().is_floating() && self.of.inner().groups_accumulator_supported(args)
    }

    fn create_groups_accumulator(&self, args: AccumulatorArgs<'_>) -> Result<Box<dyn GroupsAccumulator>> {
        self.of.inner().create_groups_accumulator(args)
    }

    fn reverse_expr(&self) -> ReversedUDAF {
        ReversedUDAF::Identical
    }
}

/// The extreme of floats so far.
#[derive(Debug)]
struct Floats {
    of: DataType,
    largest: bool,
    found: Option<f64>,
}

/// A float in the total order: one NaN, which is the greatest, and one zero.
fn ordered(value: f64) -> f64 {
    if value.is_nan() { f64::NAN } else { value + 0.0 }
}

impl Accumulator for Floats {
    fn update_batch(&mut self, values: &[ArrayRef]) -> Result<()> {
        // Every float of 16 or 32 bits is a double, exactly.
        let doubles = cast(&values[0], &DataType::Float64)?;
        for value in doubles.as_primitive::<Float64Type>().iter().flatten().map(ordered) {
            let better = |found: f64| match self.largest {
                true => value.total_cmp(&found).is_gt(),
                false => value.total_cmp(&found).is_lt(),
            };
            if self.found.is_none_or(better) {
                self.found = Some(value);
            }
        }
        Ok(())
    }

    fn evaluate(&mut self) -> Result<ScalarValue> {
        ScalarValue::Float64(self.found).cast_to(&self.of)
    }

    fn size(&self) -> usize {
        size_of_val(self)
    }

    fn state(&mut self) -> Result<Vec<ScalarValue>> {
        Ok(vec![self.evaluate()?])
    }

    fn merge_batch(&mut self, states: &[ArrayRef]) -> Result<()> {
        self.update_batch(states)
    }
}

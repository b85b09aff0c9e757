//! One sum or average while its rows come, also of a window that moves.

use std::collections::VecDeque;

use arrow::array::{Array, ArrayRef, AsArray};
use arrow::datatypes::Int64Type;
use datafusion::common::{Result, ScalarValue};
use datafusion::logical_expr::Accumulator;

use super::number::Number;
use super::outcome::Outcome;

/// The sum and the number of the values so far.
#[derive(Debug)]
pub(super) struct Running<N> {
    outcome: Outcome,
    sum: N,
    count: i64,
}

impl<N: Number> Running<N> {
    pub(super) fn new(outcome: Outcome) -> Self {
        Running { outcome, sum: N::default(), count: 0 }
    }
}

fn each<N: Number>(values: &[ArrayRef], mut take: impl FnMut(N) -> Result<()>) -> Result<i64> {
    let values = N::values(&values[0])?;
    for value in values.iter().flatten() {
        take(value)?;
    }
    Ok((values.len() - values.null_count()).cast_signed() as i64)
}

impl<N: Number> Accumulator for Running<N> {
    fn update_batch(&mut self, values: &[ArrayRef]) -> Result<()> {
        self.count += each(values, |value: N| {
            self.sum = self.sum.plus(value)?;
            Ok(())
        })?;
        Ok(())
    }

    fn retract_batch(&mut self, values: &[ArrayRef]) -> Result<()> {
        self.count -= each(values, |value: N| {
            self.sum = self.sum.minus(value)?;
            Ok(())
        })?;
        Ok(())
    }

    fn supports_retract_batch(&self) -> bool {
        true
    }

    fn evaluate(&mut self) -> Result<ScalarValue> {
        self.outcome.scalar(self.sum, self.count)
    }

    fn state(&mut self) -> Result<Vec<ScalarValue>> {
        Ok(vec![self.outcome.summed(self.sum)?, ScalarValue::Int64(Some(self.count))])
    }

    fn merge_batch(&mut self, states: &[ArrayRef]) -> Result<()> {
        for (sum, count) in states[0].as_primitive::<N::Arrow>().iter().zip(states[1].as_primitive::<Int64Type>()) {
            self.sum = self.sum.plus(sum.unwrap_or_default())?;
            self.count += count.unwrap_or_default();
        }
        Ok(())
    }

    fn size(&self) -> usize {
        size_of_val(self)
    }
}

/// The floats of a window that moves: taking one back from their sum would leave what its rounding left.
#[derive(Debug)]
pub(super) struct Window {
    outcome: Outcome,
    values: VecDeque<f64>,
}

impl Window {
    pub(super) fn new(outcome: Outcome) -> Self {
        Window { outcome, values: VecDeque::new() }
    }
}

impl Accumulator for Window {
    fn update_batch(&mut self, values: &[ArrayRef]) -> Result<()> {
        each(values, |value: f64| {
            self.values.push_back(value);
            Ok(())
        })?;
        Ok(())
    }

    fn retract_batch(&mut self, values: &[ArrayRef]) -> Result<()> {
        each(values, |_: f64| {
            self.values.pop_front();
            Ok(())
        })?;
        Ok(())
    }

    fn supports_retract_batch(&self) -> bool {
        true
    }

    fn evaluate(&mut self) -> Result<ScalarValue> {
        self.outcome.scalar(self.values.iter().sum::<f64>(), self.values.len().cast_signed() as i64)
    }

    fn state(&mut self) -> Result<Vec<ScalarValue>> {
        datafusion::common::internal_err!("a window is never merged")
    }

    fn merge_batch(&mut self, _states: &[ArrayRef]) -> Result<()> {
        datafusion::common::internal_err!("a window is never merged")
    }

    fn size(&self) -> usize {
        size_of_val(self) + self.values.capacity() * size_of::<f64>()
    }
}

//! The sum or average of the distinct values.

use std::collections::HashMap;

use arrow::array::{ArrayRef, AsArray};
use datafusion::common::{Result, ScalarValue};
use datafusion::logical_expr::Accumulator;

use super::number::Number;
use super::outcome::Outcome;

/// The values seen, with how many rows of the window have each.
#[derive(Debug)]
pub(super) struct Distinct<N> {
    outcome: Outcome,
    seen: HashMap<i128, (N, u64)>,
}

impl<N: Number> Distinct<N> {
    pub(super) fn new(outcome: Outcome) -> Self {
        Distinct { outcome, seen: HashMap::new() }
    }

    fn take(&mut self, values: &ArrayRef) -> Result<()> {
        for value in N::values(values)?.iter().flatten() {
            self.seen.entry(value.bits()).or_insert((value, 0)).1 += 1;
        }
        Ok(())
    }
}

impl<N: Number> Accumulator for Distinct<N> {
    fn update_batch(&mut self, values: &[ArrayRef]) -> Result<()> {
        self.take(&values[0])
    }

    fn retract_batch(&mut self, values: &[ArrayRef]) -> Result<()> {
        for value in N::values(&values[0])?.iter().flatten() {
            if let Some((_, rows)) = self.seen.get_mut(&value.bits()) {
                *rows -= 1;
                if *rows == 0 {
                    self.seen.remove(&value.bits());
                }
            }
        }
        Ok(())
    }

    fn supports_retract_batch(&self) -> bool {
        true
    }

    fn evaluate(&mut self) -> Result<ScalarValue> {
        // In one order, for the sake of floats.
        let mut values: Vec<(i128, N)> = self.seen.iter().map(|(bits, (value, _))| (*bits, *value)).collect();
        values.sort_unstable_by_key(|(bits, _)| *bits);
        let sum = values.iter().try_fold(N::default(), |sum, (_, value)| sum.plus(*value))?;
        self.outcome.scalar(sum, values.len().cast_signed() as i64)
    }

    fn state(&mut self) -> Result<Vec<ScalarValue>> {
        let values = self.seen.values().map(|(value, _)| self.outcome.summed(*value)).collect::<Result<Vec<_>>>()?;
        Ok(vec![ScalarValue::List(ScalarValue::new_list_nullable(&values, &self.outcome.sum))])
    }

    fn merge_batch(&mut self, states: &[ArrayRef]) -> Result<()> {
        for values in states[0].as_list::<i32>().iter().flatten() {
            self.take(&values)?;
        }
        Ok(())
    }

    fn size(&self) -> usize {
        size_of_val(self) + self.seen.capacity() * size_of::<(i128, (N, u64))>()
    }
}

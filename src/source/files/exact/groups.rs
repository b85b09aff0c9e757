//! The sums or averages of many groups at once.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, BooleanArray, Int64Array, PrimitiveArray};
use arrow::datatypes::Int64Type;
use datafusion::common::Result;
use datafusion::logical_expr::{EmitTo, GroupsAccumulator};

use super::number::Number;
use super::outcome::Outcome;

/// Sum and number of values by group.
#[derive(Debug)]
pub(super) struct Groups<N> {
    outcome: Outcome,
    sums: Vec<N>,
    counts: Vec<i64>,
}

impl<N: Number> Groups<N> {
    pub(super) fn new(outcome: Outcome) -> Self {
        Groups { outcome, sums: Vec::new(), counts: Vec::new() }
    }

    fn resize(&mut self, groups: usize) {
        self.sums.resize(groups, N::default());
        self.counts.resize(groups, 0);
    }
}

impl<N: Number> GroupsAccumulator for Groups<N> {
    fn update_batch(
        &mut self,
        values: &[ArrayRef],
        group_indices: &[usize],
        opt_filter: Option<&BooleanArray>,
        total_num_groups: usize,
    ) -> Result<()> {
        self.resize(total_num_groups);
        let values = N::values(&values[0])?;
        for (row, group) in group_indices.iter().enumerate() {
            let kept = opt_filter.is_none_or(|filter| filter.is_valid(row) && filter.value(row));
            if kept && values.is_valid(row) {
                self.sums[*group] = self.sums[*group].plus(values.value(row))?;
                self.counts[*group] += 1;
            }
        }
        Ok(())
    }

    fn evaluate(&mut self, emit_to: EmitTo) -> Result<ArrayRef> {
        let (sums, counts) = (emit_to.take_needed(&mut self.sums), emit_to.take_needed(&mut self.counts));
        let results = sums.into_iter().zip(counts).map(|(sum, count)| self.outcome.result(sum, count));
        let results: PrimitiveArray<N::Arrow> = results.collect::<Result<_>>()?;
        Ok(Arc::new(results.with_data_type(self.outcome.result.clone())))
    }

    fn state(&mut self, emit_to: EmitTo) -> Result<Vec<ArrayRef>> {
        let (sums, counts) = (emit_to.take_needed(&mut self.sums), emit_to.take_needed(&mut self.counts));
        let sums = PrimitiveArray::<N::Arrow>::from_iter_values(sums).with_data_type(self.outcome.sum.clone());
        Ok(vec![Arc::new(sums), Arc::new(Int64Array::from(counts))])
    }

    fn merge_batch(&mut self, values: &[ArrayRef], group_indices: &[usize], total_num_groups: usize) -> Result<()> {
        self.resize(total_num_groups);
        let (sums, counts) = (values[0].as_primitive::<N::Arrow>(), values[1].as_primitive::<Int64Type>());
        for (row, group) in group_indices.iter().enumerate() {
            self.sums[*group] = self.sums[*group].plus(sums.value(row))?;
            self.counts[*group] += counts.value(row);
        }
        Ok(())
    }

    fn convert_to_state(&self, values: &[ArrayRef], opt_filter: Option<&BooleanArray>) -> Result<Vec<ArrayRef>> {
        let values = N::values(&values[0])?;
        let kept = |row: &usize| {
            values.is_valid(*row) && opt_filter.is_none_or(|filter| filter.is_valid(*row) && filter.value(*row))
        };
        let counts: Int64Array = (0..values.len()).map(|row| Some(i64::from(kept(&row)))).collect();
        let sums = (0..values.len()).map(|row| if kept(&row) { values.value(row) } else { N::default() });
        let sums = PrimitiveArray::<N::Arrow>::from_iter_values(sums).with_data_type(self.outcome.sum.clone());
        Ok(vec![Arc::new(sums), Arc::new(counts)])
    }

    fn size(&self) -> usize {
        self.sums.capacity() * size_of::<N>() + self.counts.capacity() * size_of::<i64>()
    }
}

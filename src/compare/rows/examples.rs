//! The examples of a report: bounded, the same ones however the rows were cut into parts.

use std::collections::BTreeMap;

use super::super::value::order::Ordered;
use crate::frame::Value;
use crate::model::{Difference, Example};

/// Examples up to a bound, no kind of difference crowding out another.
pub(crate) struct Examples {
    limit: usize,
    /// Each with its key's values, by which parts are merged.
    kept: BTreeMap<Difference, Vec<(Ordered, Example)>>,
}

impl Examples {
    /// At most `limit` in the end.
    pub(crate) fn new(limit: usize) -> Self {
        Examples { limit, kept: BTreeMap::new() }
    }

    /// Keeps an example unless there are enough of its kind.
    pub(crate) fn add(&mut self, difference: Difference, example: impl FnOnce() -> Example) {
        self.add_lowest(difference, Vec::new(), example);
    }

    /// Keeps an example if its key is among the lowest of its kind; of one key the first that come.
    pub(crate) fn add_lowest(&mut self, difference: Difference, key: Vec<Value>, example: impl FnOnce() -> Example) {
        let kept = self.kept.entry(difference).or_default();
        let key = Ordered(key);
        if kept.len() == self.limit && kept.last().is_none_or(|(highest, _)| *highest <= key) {
            return;
        }
        let at = kept.partition_point(|(other, _)| *other <= key);
        kept.insert(at, (key, example()));
        kept.truncate(self.limit);
    }

    /// Takes in the examples of another part: those with the lowest keys stay, however the parts were cut.
    pub(crate) fn merge(&mut self, other: Examples) {
        for (difference, examples) in other.kept {
            let kept = self.kept.entry(difference).or_default();
            kept.extend(examples);
            kept.sort_by(|a, b| a.0.cmp(&b.0));
            kept.truncate(self.limit);
        }
    }

    /// The examples, one of each kind in turn until the bound, grouped by kind.
    pub(crate) fn spread(self) -> Vec<Example> {
        let mut quota: BTreeMap<Difference, usize> = BTreeMap::new();
        let mut left = self.limit;
        while left > 0 {
            let before = left;
            for (difference, kept) in &self.kept {
                let taken = quota.entry(*difference).or_default();
                if left > 0 && *taken < kept.len() {
                    *taken += 1;
                    left -= 1;
                }
            }
            if left == before {
                break;
            }
        }
        self.kept
            .into_iter()
            .flat_map(|(difference, kept)| {
                let quota = quota.get(&difference).copied().unwrap_or(0);
                kept.into_iter().take(quota).map(|(_, example)| example)
            })
            .collect()
    }
}

#[cfg(test)]
mod tests;

//! The examples of a report: bounded, the same ones however the rows were cut into parts.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::super::value::order::Ordered;
use crate::frame::Value;
use crate::model::{Difference, Example};

/// Examples up to a bound, no kind of difference and no changed column crowding out another.
pub(crate) struct Examples {
    limit: usize,
    /// Those of a kind by each column that differs in them, or by none; each with its key's values, by which parts are merged.
    kept: BTreeMap<Difference, BTreeMap<Option<usize>, Vec<Kept>>>,
}

type Kept = (Ordered, Arc<Example>);

impl Examples {
    /// At most `limit` in the end.
    pub(crate) fn new(limit: usize) -> Self {
        Examples { limit, kept: BTreeMap::new() }
    }

    /// Keeps an example unless there are enough of its kind.
    pub(crate) fn add(&mut self, difference: Difference, example: impl FnOnce() -> Example) {
        self.add_lowest(difference, Vec::new(), [], example);
    }

    /// Keeps an example if its key is among the lowest of its kind and of one of the columns that differ in it; of one key the
    /// first that come.
    pub(crate) fn add_lowest(
        &mut self,
        difference: Difference,
        key: Vec<Value>,
        columns: impl IntoIterator<Item = usize>,
        example: impl FnOnce() -> Example,
    ) {
        let key = Ordered(key);
        let by_column = self.kept.entry(difference).or_default();
        let mut columns = columns.into_iter().peekable();
        let none = columns.peek().is_none().then_some(None);
        let mut example = Some(example);
        let mut made: Option<Arc<Example>> = None;
        for column in columns.map(Some).chain(none) {
            let kept = by_column.entry(column).or_default();
            if kept.len() == self.limit && kept.last().is_none_or(|(highest, _)| *highest <= key) {
                continue;
            }
            let at = kept.partition_point(|(other, _)| *other <= key);
            made = made.or_else(|| example.take().map(|example| Arc::new(example())));
            kept.splice(at..at, made.clone().map(|made| (key.clone(), made)));
            kept.truncate(self.limit);
        }
    }

    /// Takes in the examples of another part: those with the lowest keys stay, however the parts were cut.
    pub(crate) fn merge(&mut self, other: Examples) {
        for (difference, by_column) in other.kept {
            for (column, examples) in by_column {
                let kept = self.kept.entry(difference).or_default().entry(column).or_default();
                kept.extend(examples);
                kept.sort_by(|a, b| a.0.cmp(&b.0));
                kept.truncate(self.limit);
            }
        }
    }

    /// The examples, one of each kind in turn until the bound, grouped by kind; those of a kind one of each column in turn.
    pub(crate) fn spread(self) -> Vec<Example> {
        let limit = self.limit;
        let of_kinds: Vec<Vec<Kept>> = self.kept.into_values().map(|kept| in_turn(kept, limit)).collect();
        let mut quotas = vec![0; of_kinds.len()];
        let mut left = limit;
        while left > 0 {
            let before = left;
            for (quota, kept) in quotas.iter_mut().zip(&of_kinds) {
                if left > 0 && *quota < kept.len() {
                    *quota += 1;
                    left -= 1;
                }
            }
            if left == before {
                break;
            }
        }
        let of_kind = |(mut kept, quota): (Vec<Kept>, usize)| {
            kept.truncate(quota);
            kept.sort_by(|a, b| a.0.cmp(&b.0));
            kept.into_iter().map(|(_, example)| Arc::unwrap_or_clone(example))
        };
        of_kinds.into_iter().zip(quotas).flat_map(of_kind).collect()
    }
}

/// The examples of one kind, each once: the lowest of every column, then the next of every column.
fn in_turn(by_column: BTreeMap<Option<usize>, Vec<Kept>>, limit: usize) -> Vec<Kept> {
    let mut taken: BTreeSet<*const Example> = BTreeSet::new();
    let mut found = Vec::new();
    let mut columns: Vec<_> = by_column.into_values().map(Vec::into_iter).collect();
    while found.len() < limit {
        let before = found.len();
        for column in &mut columns {
            found.extend(column.find(|(_, example)| taken.insert(Arc::as_ptr(example))));
        }
        if found.len() == before {
            break;
        }
    }
    found
}

#[cfg(test)]
mod tests;

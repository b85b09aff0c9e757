//! Hands the groups whose quantiles differ to the diagnosis, as rows with a column for each quantile.

use std::collections::BTreeMap;

use xxhash_rust::xxh3::xxh3_64;

use super::super::super::diagnosis::{Change, Collector, Counted, DifferingRow, Evidence, Head};
use super::super::super::value::display::shown;
use super::super::super::value::number::Number;
use crate::frame::{Value, wide};
use crate::model::{Difference, Example, Quantity, RowCounts};
use crate::spec::check::{Check, Percentile};

/// The quantiles of a group of one side, absent where it has no value.
type Quantiles<'a> = Option<&'a [Option<Number>]>;

/// The groups so far.
pub(super) struct Groups {
    keys: usize,
    names: Vec<String>,
    collector: Collector,
    rows: RowCounts,
    changed: BTreeMap<String, u64>,
}

impl Groups {
    pub(super) fn new(check: &Check, settings: &Percentile) -> Groups {
        let names: Vec<String> = settings.quantiles.iter().map(|(name, _)| name.clone()).collect();
        let head = |key: bool| move |name: &String| Head { name: name.clone(), key };
        let heads = check.key.iter().map(head(true)).chain(names.iter().map(head(false))).collect();
        let (collector, rows) = (Collector::new(heads), RowCounts::default());
        Groups { keys: check.key.len(), names, collector, rows, changed: BTreeMap::new() }
    }

    /// Takes a group, and the numbers of it that differ. One that differs by the distance of its distributions alone is
    /// changed, in no column.
    pub(super) fn add(
        &mut self,
        key: &[Value],
        old: Quantiles<'_>,
        new: Quantiles<'_>,
        differing: Vec<(Quantity, Example)>,
    ) {
        let Some(of) = old.or(new) else { return };
        let values = key.iter().cloned().chain(of.iter().map(value)).collect::<Vec<_>>();
        let hash = xxh3_64(key.iter().map(|value| format!("{:?}\u{0}", shown(value))).collect::<String>().as_bytes());
        let class = match (old, new) {
            (Some(_), None) => Difference::Missing,
            (None, Some(_)) => Difference::Extra,
            _ => Difference::Changed,
        };
        self.rows.old += u64::from(old.is_some());
        self.rows.new += u64::from(new.is_some());
        let count = match class {
            _ if differing.is_empty() => &mut self.rows.equal,
            Difference::Missing => &mut self.rows.missing,
            Difference::Extra => &mut self.rows.extra,
            _ => &mut self.rows.changed,
        };
        *count += 1;
        if differing.is_empty() {
            if old.is_some() && self.collector.wants_agreeing(hash) {
                self.collector.add_agreeing(hash, values);
            }
            return;
        }
        let column = |quantity: &Quantity| match quantity {
            Quantity::Quantile(name) | Quantity::RankError(name) => self.names.iter().position(|known| known == name),
            _ => None,
        };
        let mut changes: Vec<Change> = Vec::new();
        let mut numbers = Vec::new();
        for (quantity, example) in differing {
            // What differs in no column is covered with the first.
            let at = column(&quantity);
            numbers.push((self.keys + at.unwrap_or(0), example));
            let (Some(at), Some(old), Some(new), Difference::Changed) = (at, old, new, class) else { continue };
            if !changes.iter().any(|change| change.column == self.keys + at) {
                let (old, new) = (value(&old[at]), value(&new[at]));
                changes.push(Change { column: self.keys + at, old, new, written: None });
                *self.changed.entry(self.names[at].clone()).or_default() += 1;
            }
        }
        if self.collector.wants(hash) {
            self.collector.add(hash, DifferingRow { class, values, changes, copies: (1, 1), numbers });
        }
    }

    pub(super) fn finish(self) -> Evidence {
        let counted = Some(Counted { rows: self.rows, changed: self.changed });
        Evidence { counted, ..self.collector.finish() }
    }
}

fn value(number: &Option<Number>) -> Value {
    match number {
        None => Value::Null,
        Some(Number::Finite(number)) => wide::narrowed(number),
        Some(Number::Infinite { negative: true }) => Value::Float(f64::NEG_INFINITY),
        Some(Number::Infinite { negative: false }) => Value::Float(f64::INFINITY),
        Some(Number::NaN) => Value::Float(f64::NAN),
    }
}

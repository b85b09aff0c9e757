//! A waiver that is asked of each difference whether it covers it.

use std::collections::{BTreeMap, HashMap};

use chrono::NaiveDate;

use super::super::shares::Coverer;
use crate::model::{Key, Pair, Tally, Waived};
use crate::waiver::{Accepted, KeyPart, Waiver};

/// Values of some columns of a key.
type Values = Vec<Option<String>>;

/// A waiver ready to be asked.
pub(super) struct Entry {
    pub waiver: Waiver,
    pub expired: bool,
    /// By the columns they name, the values of its keys, each with its number.
    keys: HashMap<Vec<String>, HashMap<Values, usize>>,
    /// By the columns their keys name, by the values of these and the column: what is accepted there, each with the number
    /// of its key.
    pins: HashMap<Vec<String>, Pins>,
}

/// What is accepted by the values of a key and by column, each with the number of its key.
type Pins = HashMap<(Values, String), Vec<(Accepted, usize)>>;

/// What a waiver has to do with a part of a difference.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Cover {
    /// Covers it; the number is that of the key it names, where it names any.
    Covers(Option<usize>),
    /// Is about it, and does not pin it.
    Unpinned,
    /// Is about something else.
    Not,
}

impl Entry {
    /// The waiver on the day `today`, UTC.
    pub(super) fn new(waiver: &Waiver, today: NaiveDate) -> Entry {
        let columns = |key: &KeyPart| key.keys().cloned().collect::<Vec<String>>();
        let values = |key: &KeyPart| key.values().cloned().collect::<Values>();
        let mut entry =
            Entry { waiver: waiver.clone(), expired: today > waiver.until, keys: HashMap::new(), pins: HashMap::new() };
        for (at, key) in waiver.keys.iter().enumerate() {
            entry.keys.entry(columns(key)).or_default().entry(values(key)).or_insert(at);
        }
        let mut numbers: BTreeMap<&KeyPart, usize> = BTreeMap::new();
        for pin in &waiver.values {
            let next = numbers.len();
            let number = *numbers.entry(&pin.key).or_insert(next);
            let of_columns = entry.pins.entry(columns(&pin.key)).or_default();
            let accepted = of_columns.entry((values(&pin.key), pin.column.clone())).or_default();
            accepted.push((pin.accepted.clone(), number));
        }
        entry
    }

    /// What it has to do with a row that differs as a whole.
    pub(super) fn of_row(&self, name: &str, key: &Key) -> Cover {
        // A row that is on one side only differs as a whole, and not in a column.
        let about = self.is_about(name) && self.waiver.columns.is_empty() && self.waiver.values.is_empty();
        self.pinned(about, key, self.waiver.pins_rows())
    }

    /// What it has to do with one column of a changed row, or with a number.
    pub(super) fn of_value(&self, name: &str, key: &Key, column: Option<&str>, pair: Option<&Pair>) -> Cover {
        if !self.is_about(name) {
            return Cover::Not;
        }
        if !self.waiver.values.is_empty() {
            let found = column.zip(pair).and_then(|(column, pair)| self.pin(key, column, pair));
            return found.map_or(Cover::Not, |number| Cover::Covers(Some(number)));
        }
        let columns = &self.waiver.columns;
        let about = columns.is_empty() || column.is_some_and(|column| columns.iter().any(|one| one == column));
        self.pinned(about, key, self.waiver.pins_values())
    }

    fn is_about(&self, name: &str) -> bool {
        let names = &self.waiver.differences;
        names.is_empty() || names.iter().any(|one| one == name)
    }

    fn pinned(&self, about: bool, key: &Key, pinned: bool) -> Cover {
        let number = if about && !self.keys.is_empty() { self.key(key) } else { None };
        match about && (number.is_some() || self.keys.is_empty()) {
            true if pinned => Cover::Covers(number),
            true => Cover::Unpinned,
            false => Cover::Not,
        }
    }

    /// The number of the key that it names and `key` is.
    fn key(&self, key: &Key) -> Option<usize> {
        self.keys.iter().find_map(|(columns, known)| known.get(&values(key, columns)?).copied())
    }

    /// The number of the key of a pin that accepts the values of this column.
    fn pin(&self, key: &Key, column: &str, pair: &Pair) -> Option<usize> {
        let accepts = |(accepted, _): &&(Accepted, usize)| accepted.accepts(pair.old.as_deref(), pair.new.as_deref());
        self.pins.iter().find_map(|(columns, known)| {
            let pins = known.get(&(values(key, columns)?, column.to_owned()))?;
            pins.iter().find(accepts).map(|(_, number)| *number)
        })
    }

    /// How it takes part in sharing the differences out; one key of it by itself where its number is bounded for each.
    pub(super) fn coverer(&self, of_key: bool) -> Coverer {
        let at_most = if of_key { self.waiver.per_key } else { self.waiver.at_most };
        Coverer { specific: self.waiver.is_specific(), of_key, at_most, expired: self.expired }
    }

    /// What became of it.
    pub(super) fn report(&self, counts: &Tally, shared: u64) -> Waived {
        let waiver = &self.waiver;
        let size = |of: usize| (of > 0).then_some(of as u64);
        Waived {
            place: waiver.place.clone(),
            check: waiver.check.clone(),
            why: waiver.why.clone(),
            owner: waiver.owner.clone(),
            until: waiver.until.to_string(),
            expired: self.expired,
            at_most: waiver.at_most,
            per_key: waiver.per_key,
            keys: size(waiver.keys.len()),
            columns: waiver.columns.clone(),
            values: size(waiver.values.len()),
            any_value: waiver.any_value,
            differences: waiver.differences.clone(),
            counts: counts.clone(),
            shared: (shared > 0).then_some(shared),
        }
    }
}

/// The values of `columns` in `key`; absent where it lacks one.
fn values(key: &Key, columns: &[String]) -> Option<Values> {
    let of = |column: &String| key.0.iter().find(|(name, _)| name == column).map(|(_, value)| value.clone());
    columns.iter().map(of).collect()
}

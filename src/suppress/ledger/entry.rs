//! A waiver that is asked of each difference whether it covers it.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::NaiveDate;

use super::super::allocation::Suppressor;
use crate::model::{DifferenceCounts, Key, Pair, Waived};
use crate::spec::waiver::{Accepted, KeyPart, Waiver};

/// The name of the difference that a key or a tag is which stands several times.
pub(crate) const DUPLICATE: &str = "duplicate";

/// Differences that have values of their own, which a waiver may pin; the others are rows.
const OF_VALUES: [&str; 3] = ["changed", "outside", DUPLICATE];

/// Values of some columns of a key.
type Values = Vec<Option<String>>;

/// A waiver ready to be asked.
#[derive(Clone)]
pub(crate) struct Entry {
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
pub(crate) enum Cover {
    /// Covers it, by the key it names where it names any.
    Covers(Option<Named>),
    /// Is about it, and does not pin it.
    Unpinned,
    /// Is about something else.
    Not,
}

/// A key that a waiver names.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Named {
    /// Its number among those of the waiver.
    pub number: usize,
    /// Whether it names every column of the key, and not those of many.
    pub whole: bool,
}

/// What of a difference nothing covers.
pub(crate) enum Open {
    /// Some of the columns of a changed row.
    Columns(BTreeSet<String>),
    /// All of it.
    All,
    /// Nothing: it is covered.
    Nothing,
}

/// What was met of one key of a waiver.
#[derive(Clone)]
pub(crate) struct Met {
    pub waiver: usize,
    /// Most differences that are covered.
    pub most: u64,
    /// Whether the waiver says so itself.
    pub said: bool,
    /// Differences that it could cover.
    pub found: u64,
}

impl Entry {
    /// The waiver on the day `today`, UTC.
    pub(crate) fn new(waiver: &Waiver, today: NaiveDate) -> Entry {
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
    pub(crate) fn of_row(&self, name: &str, key: &Key) -> Cover {
        // A row that is on one side only differs as a whole, and not in a column.
        let about = self.is_about(name) && self.waiver.columns.is_empty() && self.waiver.values.is_empty();
        self.pinned(about, key, self.waiver.pins_rows())
    }

    /// What it has to do with one column of a changed row, or with a number.
    pub(crate) fn of_value(&self, name: &str, key: &Key, column: Option<&str>, pair: Option<&Pair>) -> Cover {
        if !self.is_about(name) {
            return Cover::Not;
        }
        // Values of a group that is on one side only are no values that changed, and it differs as a whole.
        if matches!(name, "missing" | "extra") {
            let of_others = !self.waiver.values.is_empty() && self.waiver.differences != [name];
            if of_others || !self.waiver.columns.is_empty() {
                return Cover::Not;
            }
        }
        if !self.waiver.values.is_empty() {
            let found = column.zip(pair).and_then(|(column, pair)| self.pin(key, column, pair));
            return found.map_or(Cover::Not, |named| Cover::Covers(Some(named)));
        }
        let columns = &self.waiver.columns;
        let about = columns.is_empty() || column.is_some_and(|column| columns.iter().any(|one| one == column));
        self.pinned(about, key, self.waiver.pins_values())
    }

    /// What it has to do with a key or a tag that stands as often on each side as `counts` say.
    pub(crate) fn of_duplicate(&self, key: &Key, (name, counts): (&String, &Pair)) -> Cover {
        // A column that is compared may have the name of these counts, so only a waiver that is of nothing else pins them.
        if !self.waiver.values.is_empty() && self.waiver.differences != [DUPLICATE] {
            return Cover::Not;
        }
        if !self.waiver.columns.is_empty() {
            return Cover::Not;
        }
        self.of_value(DUPLICATE, key, Some(name), Some(counts))
    }

    /// Most rows of one name that differ as a whole and that it covers by `named`, where that is bounded, and whether the
    /// bound holds for all names together. A key that names one row accepts one row.
    pub(crate) fn most_of_key(&self, name: &str, named: Named) -> Option<(u64, bool)> {
        let waiver = &self.waiver;
        if let Some(each) = waiver.per_key {
            return Some((each, true));
        }
        let of_rows = !OF_VALUES.contains(&name);
        (of_rows && named.whole && waiver.at_most.is_none() && !waiver.any_value).then_some((1, false))
    }

    fn is_about(&self, name: &str) -> bool {
        let names = &self.waiver.differences;
        names.is_empty() || names.iter().any(|one| one == name)
    }

    fn pinned(&self, about: bool, key: &Key, pinned: bool) -> Cover {
        let named = if about && !self.keys.is_empty() { self.key(key) } else { None };
        match about && (named.is_some() || self.keys.is_empty()) {
            true if pinned => Cover::Covers(named),
            true => Cover::Unpinned,
            false => Cover::Not,
        }
    }

    /// The key that it names and `key` is; of several the widest.
    fn key(&self, key: &Key) -> Option<Named> {
        let named = self.keys.iter().filter_map(|(columns, known)| {
            let number = *known.get(&values(key, columns)?)?;
            Some((columns.len(), Named { number, whole: columns.len() == key.0.len() }))
        });
        named.min_by_key(|(columns, named)| (*columns, named.number)).map(|(_, named)| named)
    }

    /// The key of a pin that accepts the values of this column.
    fn pin(&self, key: &Key, column: &str, pair: &Pair) -> Option<Named> {
        let accepts = |(accepted, _): &&(Accepted, usize)| accepted.accepts(pair.old.as_deref(), pair.new.as_deref());
        let named = self.pins.iter().filter_map(|(columns, known)| {
            let pins = known.get(&(values(key, columns)?, column.to_owned()))?;
            let whole = columns.len() == key.0.len();
            pins.iter().find(accepts).map(|(_, number)| Named { number: *number, whole })
        });
        named.min_by_key(|named| named.number)
    }

    /// How it takes part in sharing the differences out; one key of it by itself where at most `of_key` of that are covered.
    pub(crate) fn coverer(&self, of_key: Option<u64>) -> Suppressor {
        let at_most = of_key.or(self.waiver.at_most);
        Suppressor {
            specific: self.waiver.is_specific(),
            of_key: of_key.is_some(),
            baseline: false,
            at_most,
            expired: self.expired,
        }
    }

    /// What became of it.
    pub(crate) fn report(&self, counts: &DifferenceCounts, shared: u64) -> Waived {
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

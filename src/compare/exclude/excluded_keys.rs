//! The keys of a check that differ, and its results without some of their keys: for checks whose answers are held whole.
//!
//! A key is known by a hash of its canonical bytes, so that it is the same key in every reading and on both sides. Row
//! diffs have a way of their own, in `rowdiff`.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher};

use polars::prelude::IdxSize;
use xxhash_rust::xxh3::xxh3_64;

use super::super::rows::columns::{Naming, error, sort_out};
use super::super::rows::join::keyed;
use super::super::value::display;
use super::super::{ComparisonResult, Limits, Sink, compare, compare_all};
use crate::frame::{Column, Frame, Value};
use crate::model::{Difference, ErrorCode, ErrorReport, Example, Key, Measure, Place, Side};
use crate::spec::check::{Check, Rule};

/// No limit on what is listed; sums of it do not wrap.
const ALL: Limits =
    Limits { examples: usize::MAX >> 8, measures: usize::MAX >> 8, diagnosis: false, whole_rows: false };

/// What two results of a check are judged by.
#[derive(Clone, Copy)]
pub(crate) struct Answers<'a> {
    /// Of old, unless the check has only new.
    pub(crate) old: Option<&'a Frame>,
    /// Of new, unless the check has only old.
    pub(crate) new: Option<&'a Frame>,
    /// Of an invariant's count query.
    pub(crate) population: Option<&'a Frame>,
}

/// Every key that differs, by its hash, with a hash of what differs about it.
pub(crate) type Differing = Vec<(u64, u64)>;

/// What an answer to a query differs in from another answer to the same query.
pub(crate) struct Itself {
    /// The keys, ascending.
    pub(crate) keys: Vec<u64>,
    /// Whether any key does not differ.
    pub(crate) stable: bool,
    /// Keys that only one of the two answers has.
    pub(crate) moved: u64,
}

/// Compares like [`compare`], without the keys of `excluded`, ascending, and of the keys that differ only those for which
/// `counts`, which is asked once of each, returns true.
pub(crate) fn compare_counting(
    check: &Check,
    answers: Answers<'_>,
    excluded: &[u64],
    limits: &Limits,
    mut counts: impl FnMut(u64, u64) -> bool,
    sink: Sink<'_>,
) -> ComparisonResult {
    let stable;
    let answers = match rest(check, answers, &|key| excluded.binary_search(&key).is_ok(), excluded.is_empty()) {
        Ok(None) => answers,
        Ok(Some(rest)) => {
            stable = rest;
            Answers { old: stable.0.as_ref(), new: stable.1.as_ref(), ..answers }
        }
        Err(cause) => return ComparisonResult::failed(cause),
    };
    let Answers { old, new, population } = answers;
    let whole = compare(check, old, new, population, &ALL);
    let aside: HashSet<u64> = match Keys::new(check, old, new) {
        Ok(keys) if whole.error.is_none() => {
            let differing = keys.differing(whole.outcome.measures(), whole.outcome.examples().iter());
            let aside = differing.into_iter().filter(|(key, content)| !counts(*key, *content));
            aside.map(|(key, _)| key).collect()
        }
        // What cannot be compared has no keys that could be left out.
        _ => HashSet::new(),
    };
    let mut found = match rest(check, answers, &|key| aside.contains(&key), aside.is_empty()) {
        Ok(None) => compare_all(check, old, new, population, limits, sink),
        Ok(Some((old, new))) => compare_all(check, old.as_ref(), new.as_ref(), population, limits, sink),
        Err(cause) => ComparisonResult::failed(cause),
    };
    let left_out = match (excluded.is_empty(), aside.is_empty()) {
        (true, true) => return found,
        (false, true) => "that differ from themselves",
        (true, false) => "that are in motion",
        (false, false) => "that differ from themselves or are in motion",
    };
    found.error = found.error.map(|cause| cause.at(Place::Without(left_out)));
    found
}

/// What two answers to the query of old differ in by `check`, which compares old with itself.
pub(crate) fn differing(check: &Check, first: &Frame, second: &Frame) -> Result<Itself, ErrorReport> {
    // Columns that only new has are of no concern here.
    let mut check = check.clone();
    check.columns.retain(|name, _| first.column(name).is_some());
    let check = &check;
    let all = Keys::new(check, Some(first), Some(second))?;
    let mut keys = Vec::new();
    // Both ways, since a rule may hold one way only: new may be ahead of old, and of itself old may not.
    for (old, new) in [(first, second), (second, first)] {
        let whole = compare(check, Some(old), Some(new), None, &ALL);
        if let Some(cause) = whole.error {
            return Err(cause);
        }
        // A tag that stands twice in both is the same in both.
        let once = whole.outcome.examples().iter().filter(|example| example.difference != Difference::Duplicate);
        keys.extend(all.differing(whole.outcome.measures(), once).into_iter().map(|(key, _)| key));
    }
    keys.sort_unstable();
    keys.dedup();
    let [first, second] = [&all.old, &all.new].map(|keys| keys.iter().copied().collect::<HashSet<u64>>());
    let moved = first.symmetric_difference(&second).count() as u64;
    let stable = first.union(&second).any(|key| keys.binary_search(key).is_err());
    Ok(Itself { keys, stable, moved })
}

/// The answers of old and of new, where there are any.
type Both = (Option<Frame>, Option<Frame>);

/// Both answers without the rows of the keys that are `left_out`; absent where there is `nothing` to leave out.
fn rest(
    check: &Check,
    answers: Answers<'_>,
    left_out: &dyn Fn(u64) -> bool,
    nothing: bool,
) -> Result<Option<Both>, ErrorReport> {
    if nothing {
        return Ok(None);
    }
    let keys = Keys::new(check, answers.old, answers.new)?;
    let one = |frame: Option<&Frame>, keys: &[u64]| {
        let Some(frame) = frame else { return Ok(None) };
        let rows: Vec<IdxSize> = (0..).zip(keys).filter(|(_, key)| !left_out(**key)).map(|(row, _)| row).collect();
        frame.take(&rows).map(Some).map_err(|cause| error(ErrorCode::ValueUnreadable, cause.to_string()))
    };
    Ok(Some((one(answers.old, &keys.old)?, one(answers.new, &keys.new)?)))
}

/// A key as a report shows it, whatever the order of its columns.
type Shown = BTreeMap<String, Option<String>>;

/// The keys of two results, row by row.
struct Keys {
    old: Vec<u64>,
    new: Vec<u64>,
    shown: HashMap<Shown, u64>,
}

impl Keys {
    fn new(check: &Check, old: Option<&Frame>, new: Option<&Frame>) -> Result<Keys, ErrorReport> {
        let mut plain = Check { default_rule: Rule::default(), ..check.clone() };
        let (old_height, new_height) = (old.map_or(0, Frame::height), new.map_or(0, Frame::height));
        let (old, new) = match (old, new) {
            (Some(old), Some(new)) => (old, new),
            // What looks at one side names the columns of that side.
            (Some(one), None) | (None, Some(one)) => {
                plain.rename.clear();
                plain.key.retain(|name| one.column(name).is_some());
                (one, one)
            }
            (None, None) => return Err(error(ErrorCode::CheckUnfit, "no side has an answer")),
        };
        plain.columns.retain(|name, _| plain.key.contains(name));
        plain.rename.retain(|name, _| plain.key.contains(name));
        let old = only(old, plain.key.iter());
        let new = only(new, plain.key.iter().map(|name| plain.rename.get(name).unwrap_or(name)));
        let columns = sort_out(&plain, &old?, &new?, Naming::ByName)?;
        let mut keys = Keys { old: Vec::new(), new: Vec::new(), shown: HashMap::new() };
        for (side, height) in [(Side::Old, old_height), (Side::New, new_height)] {
            let cells = keyed(&columns, side, height)?;
            for row in 0..height {
                let key = xxh3_64(cells.cell(row));
                let values: Vec<Value> = columns.key.iter().map(|column| column.raw(side).value(row)).collect();
                keys.shown.entry(sorted(&display::key(&plain.key, &values))).or_insert(key);
                match side {
                    Side::Old => keys.old.push(key),
                    Side::New => keys.new.push(key),
                }
            }
        }
        Ok(keys)
    }

    /// The hash of a key that a report shows. One that no row shows is nobody's, and has a hash of its own.
    fn hash(&self, key: &Key) -> u64 {
        let shown = sorted(key);
        self.shown.get(&shown).copied().unwrap_or_else(|| xxh3_64(format!("{shown:?}").as_bytes()))
    }

    /// Returns the keys that complete lists of numbers and examples tell differences of.
    fn differing<'a>(&self, measures: &[Measure], examples: impl Iterator<Item = &'a Example>) -> Differing {
        let mut found: BTreeMap<u64, DefaultHasher> = BTreeMap::new();
        for measure in measures.iter().filter(|measure| !measure.within) {
            let hasher = found.entry(self.hash(&measure.key)).or_default();
            (&measure.quantity, &measure.old, &measure.new).hash(hasher);
        }
        for example in examples.filter(|example| example.difference != Difference::Warned) {
            let hasher = found.entry(self.hash(&example.key)).or_default();
            example.difference.hash(hasher);
            example.columns.iter().for_each(|(name, pair)| (name, &pair.old, &pair.new).hash(hasher));
        }
        found.into_iter().map(|(key, hasher)| (key, hasher.finish())).collect()
    }
}

fn sorted(key: &Key) -> Shown {
    key.0.iter().cloned().collect()
}

fn only<'a>(frame: &Frame, names: impl Iterator<Item = &'a String>) -> Result<Frame, ErrorReport> {
    let column = |name: &String| {
        let (_, of) = frame.column(name)?;
        Some(Column { name: name.clone(), of: of.clone(), values: frame.values(name) })
    };
    Frame::from_columns(names.filter_map(column).collect())
        .map_err(|cause| error(ErrorCode::ValueUnreadable, cause.to_string()))
}

#[cfg(test)]
mod tests;

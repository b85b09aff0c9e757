//! What the first reading tells: how many rows are equal, and which keys have to be looked at in full.

use crate::model::Sides;
use std::sync::Mutex;

use super::hash_pass::Hashed;
use super::parallel::{joined, partition};
use super::row_hashes::{Record, Records};
use super::spill::SpillError;
use super::{DiffOptions, DiffPlan};

/// The keys to be read again, and what is known of the others.
pub(crate) struct Candidates {
    /// Pairs equal in every column, each the only row of its key hash on its side.
    pub(super) equal: u64,
    /// The hashes of the rows to be read again, as they were in the first reading.
    first: Mutex<Sides<Records>>,
    rows: u64,
    /// Key hashes of the rows to be read again.
    keys: u64,
    /// Whether any of these keys has several rows on a side.
    repeated: bool,
    /// Finite numbers of old per compared column, all rows.
    pub(super) numbers: Vec<u64>,
    /// Bytes written for the hashes.
    pub(super) spilled: u64,
    /// Mean size of a row of either side, in bytes.
    pub(super) row_size: u64,
    filter: Filter,
}

impl Candidates {
    pub(super) fn new(plan: &DiffPlan, mut old: Hashed, mut new: Hashed) -> Result<Self, SpillError> {
        let options = &plan.options;
        let first = || Records::new(options, options.share(1, 8));
        let mut first = Sides { old: first(), new: first() };
        let mut filter = Filter::new(old.rows() + new.rows(), options);
        let (mut equal, mut keys, mut repeated) = (0, 0, false);
        let parts: Vec<usize> = (0..1 << options.bits).collect();
        let threads = options.threads.max(1);
        // A thread is begun for several parts, where they take little memory.
        let size = ((old.rows() + new.rows()) >> options.bits).max(1) * size_of::<Record>() as u64;
        let each = (options.share(1, 32) as u64 / size).clamp(1, 32);
        for round in parts.chunks(threads * usize::try_from(each).unwrap_or(1)) {
            let pairs = round.iter().map(|part| Ok((old.records.take(*part)?, new.records.take(*part)?)));
            for merged in merged(pairs.collect::<Result<_, SpillError>>()?, threads, &plan.excluded) {
                equal += merged.equal;
                keys += merged.keys.len() as u64;
                repeated |= merged.repeated;
                merged.keys.iter().for_each(|key| filter.add(*key));
                first.old.extend(&merged.old)?;
                first.new.extend(&merged.new)?;
            }
        }
        filter.settle();
        Ok(Candidates {
            equal,
            rows: first.old.rows() + first.new.rows(),
            keys,
            repeated,
            first: Mutex::new(first),
            numbers: std::mem::take(&mut old.numbers),
            spilled: old.records.spilled() + new.records.spilled(),
            row_size: old.row_size().max(new.row_size()),
            filter,
        })
    }

    /// Whether every row is equal, so that nothing has to be read again.
    pub(crate) fn is_empty(&self) -> bool {
        self.rows() == 0
    }

    /// Rows of both sides to be read again.
    pub(crate) fn rows(&self) -> u64 {
        self.rows
    }

    /// Whether rows of this key hash are to be kept; may say so of a few others too where memory is short.
    pub(super) fn may_hold(&self, key: u64) -> bool {
        self.filter.may_hold(key)
    }

    /// Whether [`may_hold`](Self::may_hold) is true of candidates only.
    pub(super) fn is_exact(&self) -> bool {
        self.filter.keys.is_some()
    }

    /// The hashes of the keys whose rows were not the same on both sides in the first reading, ascending, and how many of
    /// them only one side has; absent where they are more than `most`. Nothing can be judged afterwards.
    pub(crate) fn unequal(&self, most: usize) -> Result<Option<(Vec<u64>, u64)>, SpillError> {
        let bits = self.first.lock().expect("no one panics while holding the hashes").old.bits();
        let (mut keys, mut moved) = (Vec::new(), 0);
        for part in 0..1 << bits {
            let Sides { old, new } = self.first_reading(part, bits)?;
            let (mut old, mut new) = (old.as_slice(), new.as_slice());
            while let Some(key) = [old.first(), new.first()].into_iter().flatten().map(|record| record.key).min() {
                let (these, rest) = run(old, key);
                let (those, other_rest) = run(new, key);
                (old, new) = (rest, other_rest);
                if these != those {
                    keys.push(key);
                    moved += u64::from(these.is_empty() || those.is_empty());
                }
            }
            if keys.len() > most {
                return Ok(None);
            }
        }
        Ok(Some((keys, moved)))
    }

    /// Keys of the rows to be read again.
    pub(crate) fn keys(&self) -> u64 {
        self.keys
    }

    /// Whether each of these keys has one row on either side at most, so that each differs by its hashes.
    pub(crate) fn all_differ(&self) -> bool {
        !self.repeated
    }

    /// Whether any key has the same single row on both sides, so that it is no candidate.
    pub(crate) fn any_equal(&self) -> bool {
        self.equal > 0
    }

    /// The hashes of the candidates of one part, ascending, as the first reading had them.
    pub(super) fn first_reading(&self, part: usize, bits: u32) -> Result<Sides<Vec<Record>>, SpillError> {
        let mut first = self.first.lock().expect("no one panics while holding the hashes");
        let finer = 1 << (first.old.bits() - bits);
        let mut records = Sides { old: Vec::new(), new: Vec::new() };
        // Partitions follow each other in the order of their keys.
        for part in part * finer..(part + 1) * finer {
            records.old.append(&mut ascending(first.old.take(part)?));
            records.new.append(&mut ascending(first.new.take(part)?));
        }
        Ok(records)
    }
}

/// What two partitions with the same keys came to.
#[derive(Default)]
struct Merged {
    equal: u64,
    /// Key hashes of the candidates, ascending.
    keys: Vec<u64>,
    /// Whether any of them has several rows on a side.
    repeated: bool,
    old: Vec<Record>,
    new: Vec<Record>,
}

/// Merges pairs of partitions on several threads; the results keep their order.
fn merged(mut pairs: Vec<(Vec<Record>, Vec<Record>)>, threads: usize, excluded: &[u64]) -> Vec<Merged> {
    let each = pairs.len().div_ceil(threads).max(1);
    std::thread::scope(|scope| {
        let mut begun = Vec::new();
        while !pairs.is_empty() {
            let rest = pairs.split_off(each.min(pairs.len()));
            let these = std::mem::replace(&mut pairs, rest);
            let merge_all = || these.into_iter().map(|(old, new)| merge_one(old, new, excluded)).collect::<Vec<_>>();
            begun.push(scope.spawn(merge_all));
        }
        begun.into_iter().flat_map(joined).collect()
    })
}

/// Merges two partitions with the same keys: without sorting them where every key stands once.
fn merge_one(old: Vec<Record>, new: Vec<Record>, excluded: &[u64]) -> Merged {
    let looked_up = if excluded.is_empty() { look_up(&old, &new) } else { None };
    looked_up.unwrap_or_else(|| merge(old, new, excluded))
}

/// Looks every record of new up in a table of those of old; absent where a key stands twice on a side.
fn look_up(old: &[Record], new: &[Record]) -> Option<Merged> {
    const FREE: u32 = u32::MAX;
    let places = (old.len().max(1) * 2).next_power_of_two();
    let mask = places - 1;
    // The first bits of a hash are those of its partition.
    let place = |key: u64| usize::try_from(key & u64::from(u32::MAX)).unwrap_or(0) & mask;
    let mut table = vec![FREE; places];
    for (number, record) in (0u32..).zip(old) {
        let mut at = place(record.key);
        while table[at] != FREE {
            if old[table[at] as usize].key == record.key {
                return None;
            }
            at = (at + 1) & mask;
        }
        table[at] = number;
    }
    let mut met = vec![false; old.len()];
    let mut merged = Merged::default();
    for record in new {
        let mut at = place(record.key);
        let found = loop {
            match table[at] {
                FREE => break None,
                number if old[number as usize].key == record.key => break Some(number as usize),
                _ => at = (at + 1) & mask,
            }
        };
        match found {
            Some(number) if std::mem::replace(&mut met[number], true) => return None,
            Some(number) if old[number].row == record.row => merged.equal += 1,
            Some(number) => {
                merged.old.push(old[number]);
                merged.new.push(*record);
            }
            None => merged.new.push(*record),
        }
    }
    merged.old.extend(old.iter().zip(&met).filter(|(_, met)| !**met).map(|(record, _)| *record));
    merged.old.sort_unstable();
    merged.new.sort_unstable();
    if merged.new.windows(2).any(|two| two[0].key == two[1].key) {
        return None;
    }
    merged.keys = merged.old.iter().chain(&merged.new).map(|record| record.key).collect();
    merged.keys.sort_unstable();
    merged.keys.dedup();
    Some(merged)
}

/// Walks two lists in ascending order, key hash by key hash, sets the candidates aside and counts the equal pairs; the
/// keys of `excluded` are passed over.
fn merge(mut all_old: Vec<Record>, mut all_new: Vec<Record>, excluded: &[u64]) -> Merged {
    all_old.sort_unstable();
    all_new.sort_unstable();
    let (mut old, mut new) = (all_old.as_slice(), all_new.as_slice());
    let mut merged = Merged::default();
    loop {
        let key = match (old.first(), new.first()) {
            (None, None) => return merged,
            (Some(one), None) | (None, Some(one)) => one.key,
            (Some(a), Some(b)) => a.key.min(b.key),
        };
        let (these, rest) = run(old, key);
        let (those, other_rest) = run(new, key);
        (old, new) = (rest, other_rest);
        if !excluded.is_empty() && excluded.binary_search(&key).is_ok() {
            continue;
        }
        match (these, those) {
            ([a], [b]) if a.row == b.row => merged.equal += 1,
            _ => {
                merged.keys.push(key);
                merged.repeated |= these.len() > 1 || those.len() > 1;
                merged.old.extend_from_slice(these);
                merged.new.extend_from_slice(those);
            }
        }
    }
}

/// The records of `key` at the front, and the rest.
pub(super) fn run(records: &[Record], key: u64) -> (&[Record], &[Record]) {
    records.split_at(records.iter().take_while(|record| record.key == key).count())
}

fn ascending(mut records: Vec<Record>) -> Vec<Record> {
    records.sort_unstable();
    records
}

/// The key hashes of the candidates: a bitmap over their first bits, and all of them while memory lasts.
struct Filter {
    bitmap: Vec<u64>,
    bits: u32,
    /// Ascending; absent once they are too many.
    keys: Option<Vec<u64>>,
    most: usize,
    /// Where the keys with the same first bits begin, and the end: hashes spread evenly, so that few share them.
    starts: Vec<usize>,
}

impl Filter {
    fn new(rows: u64, options: &DiffOptions) -> Self {
        let largest = (options.share(1, 16) as u64 * 8).max(1 << 12).ilog2();
        let bits = (rows.max(1).ilog2() + 1).clamp(12, largest);
        // A key takes 8 bytes and its share of the places at most 2.
        let most = options.share(1, 8) / 10;
        Filter { bitmap: vec![0; 1 << (bits - 6)], bits, keys: Some(Vec::new()), most, starts: Vec::new() }
    }

    fn place(&self, key: u64) -> (usize, u64) {
        let at = key >> (64 - self.bits);
        (usize::try_from(at / 64).expect("a bitmap that fits memory"), 1 << (at % 64))
    }

    /// Adds a key; they come in ascending order.
    fn add(&mut self, key: u64) {
        let (word, bit) = self.place(key);
        self.bitmap[word] |= bit;
        match &mut self.keys {
            Some(keys) if keys.len() < self.most => keys.push(key),
            keys => *keys = None,
        }
    }

    /// Notes where to look for each key, once all of them are known.
    fn settle(&mut self) {
        let Some(keys) = &self.keys else { return };
        let bits = (keys.len() / 4).max(2).ilog2();
        self.starts = Vec::with_capacity((1 << bits) + 1);
        for (at, key) in keys.iter().enumerate() {
            self.starts.resize(self.starts.len().max(partition(*key, bits) + 1), at);
        }
        self.starts.resize((1 << bits) + 1, keys.len());
    }

    fn may_hold(&self, key: u64) -> bool {
        let (word, bit) = self.place(key);
        self.bitmap[word] & bit != 0 && self.keys.as_ref().is_none_or(|keys| self.holds(keys, key))
    }

    fn holds(&self, keys: &[u64], key: u64) -> bool {
        let at = partition(key, (self.starts.len() - 1).ilog2());
        keys[self.starts[at]..self.starts[at + 1]].binary_search(&key).is_ok()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// Catches a table that finds other candidates than a walk over sorted lists: keys that collide in it, keys that stand
        /// twice, on both sides or one.
        #[test]
        fn looking_up_finds_what_walking_does(
            keys in prop::collection::vec((0u64..40, 0u64..3, 0u64..3, 0u8..8), 0..60),
            spread in prop_oneof![Just(1u64), Just(1 << 32), Just(0x9E37_79B9_7F4A_7C15)],
            again in any::<bool>(),
        ) {
            let mut seen = std::collections::HashSet::new();
            let (mut old, mut new) = (Vec::new(), Vec::new());
            for (key, row, other, sides) in keys {
                if !seen.insert(key) && !again {
                    continue;
                }
                let record = |row| Record { key: key.wrapping_mul(spread), row };
                old.extend((sides & 1 == 0).then(|| record(row)));
                new.extend((sides & 6 != 6).then(|| record(if sides & 2 == 0 { row } else { other })));
            }
            let walked = merge(old.clone(), new.clone(), &[]);
            let told = |merged: &Merged| (merged.equal, merged.keys.clone(), merged.old.clone(), merged.new.clone());
            let found = look_up(&old, &new);
            prop_assert_eq!(found.is_none(), twice(&old) || twice(&new));
            if let Some(found) = found {
                prop_assert_eq!(told(&found), told(&walked));
            }
        }
    }

    fn twice(records: &[Record]) -> bool {
        let mut keys = std::collections::HashSet::new();
        !records.iter().all(|record| keys.insert(record.key))
    }

    /// Catches a key that is looked for in the wrong place: at either end, beside gaps, or where many share their
    /// first bits.
    #[test]
    fn the_filter_holds_the_keys_it_was_given_and_no_others() {
        let even = (0..1_000).map(|at: u64| at << 54).collect::<Vec<_>>();
        let crowded = (0..1_000).map(|at| (7 << 60) + at * 2).collect();
        for keys in [vec![], vec![0], vec![u64::MAX], vec![5, 1 << 63], even, crowded] {
            let mut filter = Filter::new(2_000, &DiffOptions::default());
            keys.iter().for_each(|key| filter.add(*key));
            filter.settle();
            assert!(keys.iter().all(|key| filter.may_hold(*key)));
            let others = keys.iter().flat_map(|key| [key.wrapping_add(1), key.wrapping_sub(1)]);
            assert!(others.filter(|key| !keys.contains(key)).all(|key| !filter.may_hold(key)));
        }
    }
}

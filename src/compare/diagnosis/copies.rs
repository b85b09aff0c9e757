//! Keys whose rows stand several times: as many in new for each of old.

use std::collections::BTreeMap;

use super::evidence::Evidence;
use super::transformations::FEWEST;
use crate::model::{Difference, Finding, FindingCode};

/// How many rows of one side stand for one of the other, where most keys agree on it, and of how many keys that is true.
pub(super) fn copies(evidence: &Evidence) -> Option<(Ratio, Finding)> {
    let mut ratios: BTreeMap<Ratio, u64> = BTreeMap::new();
    for ((old, new), keys) in &evidence.copies {
        if let Some(ratio) = Ratio::of(*old, *new) {
            *ratios.entry(ratio).or_default() += keys;
        }
    }
    let all: u64 = evidence.copies.values().sum();
    let (ratio, keys) = ratios.into_iter().max_by_key(|(ratio, keys)| (*keys, std::cmp::Reverse(*ratio)))?;
    if keys < FEWEST as u64 || keys * 2 < all {
        return None;
    }
    let parameter = if ratio.more_in_new { ratio.times.to_string() } else { format!("1/{}", ratio.times) };
    let finding =
        Finding { parameter: Some(parameter), ..Finding::new(FindingCode::Copies, Difference::Duplicate, keys, all) };
    Some((ratio, finding))
}

/// How many rows of one side there are for each of the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Ratio {
    times: u64,
    more_in_new: bool,
}

impl Ratio {
    /// The ratio of a key with these numbers of rows; `None` where it is one, or no whole number.
    pub(super) fn of(old: u64, new: u64) -> Option<Ratio> {
        let (less, more) = (old.min(new), old.max(new));
        let whole = less > 0 && more > less && more.is_multiple_of(less);
        whole.then(|| Ratio { times: more / less, more_in_new: new > old })
    }
}

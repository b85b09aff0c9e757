//! What the differences of each kind of check are called, and numbers and tags as differences.

use std::collections::BTreeMap;

use crate::model::{Difference, Example, Key, Measure, Pair};

/// The tag that a difference of tags is about, with the name of its column.
pub(crate) fn tag(example: &Example) -> Option<(&String, &Pair)> {
    // A tag that stands twice also tells how often.
    let counts = example.row_counts().map(|(name, _)| name);
    example.columns.iter().find(|(name, _)| Some(*name) != counts)
}

/// The key of a tag: that of its row, and the tag itself.
pub fn with_tag(example: &Example) -> Key {
    let Key(mut key) = example.key.clone();
    if let Some((name, pair)) = tag(example) {
        key.push((name.clone(), pair.old.clone().or_else(|| pair.new.clone())));
    }
    Key(key)
}

/// A number outside of its rule as a difference, with everything that tells it from the same number on another day.
pub fn outside(measure: &Measure) -> Example {
    let difference = match (&measure.old, &measure.new) {
        (Some(_), None) => Difference::Missing,
        (None, Some(_)) => Difference::Extra,
        _ => Difference::Changed,
    };
    let distance = measure.delta.as_ref().filter(|_| measure.quantity.is_distance());
    let (old, new) = (measure.old.clone(), measure.new.clone());
    let pair = match (distance, new) {
        // The quantiles may stay while the values around them move, and a distance may stay while the quantiles move:
        // beyond every value of the other side it grows no more.
        (Some(distance), Some(new)) => Pair { old, new: Some(format!("{distance} at {new}")) },
        (Some(distance), None) => Pair { old, new: Some(distance.clone()) },
        (None, new) => Pair { old, new },
    };
    Example { difference, key: measure.key.clone(), columns: BTreeMap::from([(measure.quantity.to_string(), pair)]) }
}

//! Differences of an earlier run, to be found again: by key, column and values, each as often as it was there.

use std::collections::HashMap;

use xxhash_rust::xxh3::xxh3_128;

use crate::model::{Difference, Example, Key};

/// What an earlier run found in one check. Holds 16 bytes of each line, never a value.
#[derive(Clone, Debug, Default)]
pub struct BaselineIndex {
    /// Path of its report.
    pub report: String,
    /// When it began.
    pub started_at: String,
    /// Differences it counted of this check.
    pub total: u64,
    /// Whether all of them are here.
    pub complete: bool,
    /// Rows that are only on one side, and keys with several rows.
    whole: HashMap<u128, u32>,
    /// Values of rows that are on both sides.
    lines: HashMap<u128, u32>,
}

/// How often each line was found again.
#[derive(Clone, Debug, Default)]
pub(crate) struct Seen(HashMap<u128, u32>);

impl BaselineIndex {
    /// Takes one difference of the earlier run.
    pub fn add(&mut self, example: &Example) {
        if example.difference == Difference::Changed {
            for line in lines(example) {
                *self.lines.entry(line).or_default() += 1;
            }
        } else {
            *self.whole.entry(whole(example)).or_default() += 1;
        }
    }

    /// Per column of a changed row whether its values are known.
    pub(crate) fn knows_lines(&self, example: &Example, seen: &mut Seen) -> Vec<bool> {
        lines(example).into_iter().map(|line| seen.take(line, &self.lines)).collect()
    }

    /// Whether a row on one side only, or a key with several rows, is known with all its values.
    pub(crate) fn knows(&self, example: &Example, seen: &mut Seen) -> bool {
        seen.take(whole(example), &self.whole)
    }
}

impl Seen {
    fn take(&mut self, line: u128, known: &HashMap<u128, u32>) -> bool {
        let Some(most) = known.get(&line) else { return false };
        let seen = self.0.entry(line).or_default();
        let is_left = *seen < *most;
        *seen += u32::from(is_left);
        is_left
    }
}

/// One hash per column, in the order of the columns.
fn lines(example: &Example) -> Vec<u128> {
    let head = head(example);
    let line = |(name, pair): (&String, &crate::model::Pair)| {
        let mut bytes = head.clone();
        text(&mut bytes, Some(name));
        text(&mut bytes, pair.old.as_deref());
        text(&mut bytes, pair.new.as_deref());
        xxh3_128(&bytes)
    };
    example.columns.iter().map(line).collect()
}

fn whole(example: &Example) -> u128 {
    let mut bytes = head(example);
    for (name, pair) in &example.columns {
        text(&mut bytes, Some(name));
        text(&mut bytes, pair.old.as_deref());
        text(&mut bytes, pair.new.as_deref());
    }
    xxh3_128(&bytes)
}

fn head(example: &Example) -> Vec<u8> {
    let mut bytes = Vec::new();
    text(&mut bytes, Some(&example.difference.to_string()));
    let Key(key) = &example.key;
    bytes.extend((key.len() as u64).to_le_bytes());
    for (name, value) in key {
        text(&mut bytes, Some(name));
        text(&mut bytes, value.as_deref());
    }
    bytes
}

/// Length first, so that no two lists of texts share their bytes; absent is not empty.
fn text(bytes: &mut Vec<u8>, text: Option<&str>) {
    match text {
        None => bytes.push(0),
        Some(text) => {
            bytes.push(1);
            bytes.extend((text.len() as u64).to_le_bytes());
            bytes.extend(text.as_bytes());
        }
    }
}

#[cfg(test)]
mod tests;

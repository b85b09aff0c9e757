//! Counts the differences of a run by their keys, from its `differences.parquet`. Of their values only tags are looked at, each of which
//! is a difference of its own.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};

use xxhash_rust::xxh3::xxh3_64;

use super::super::differences::{FILE, Lines, Part};
use super::place::Place;
use super::read::Run;
use crate::model::MASKED;

/// What stands for the key where a check has none.
const NO_KEY: &str = "{}";

/// Differences of a run, by the id of their check.
#[derive(Debug, Default)]
pub struct Keys(HashMap<String, Found>);

/// Differences of one check, counted in the two ways in which kinds of checks count them.
#[derive(Debug, Default)]
pub(crate) struct Found {
    /// Lines by key, difference, column, and a hash of the value that is on one side only or on both alike.
    lines: HashMap<(String, String, String, u64), u64>,
}

/// How often each difference was found: by its key, what tells it from others of that key, and a tag.
type Counts<'a> = HashMap<(&'a str, &'a str, u64), u64>;

/// The column of a difference in how often a key stands.
const HOW_OFTEN: &str = "rows";

impl Keys {
    /// What the file of `run` holds, where it is still there and can be read.
    pub fn of_run(place: &Place, run: &Run) -> Option<Keys> {
        let beside = match place {
            Place::File(path) => path.parent().map(|folder| folder.join(&run.id)),
            Place::Postgres(..) => None,
        };
        let folders = [beside, run.folder.as_ref().map(PathBuf::from)];
        let path = folders.into_iter().flatten().map(|folder| folder.join(FILE)).find(|path| path.is_file())?;
        read(&path, &run.id)
    }

    pub(crate) fn of(&self, id: &str) -> &Found {
        static NONE: std::sync::LazyLock<Found> = std::sync::LazyLock::new(Found::default);
        self.0.get(id).unwrap_or(&NONE)
    }
}

impl Found {
    /// Both runs counted the same way, such that they come to the numbers that their reports have; `None` where none does.
    /// `rows` says that the check compares rows, and no numbers, `tags` that each value under a key is a row.
    pub(crate) fn both<'a>(
        &'a self,
        later: &'a Found,
        (before, after): (u64, u64),
        (rows, tags): (bool, bool),
    ) -> Option<(Counts<'a>, Counts<'a>)> {
        if self.masked() && later.masked() && self.keys().is_disjoint(&later.keys()) {
            return None;
        }
        let by_tag = tags.then(|| (self.tags(), later.tags()));
        let by_row = (!tags).then(|| self.rows().zip(later.rows())).flatten();
        let by_number = (!rows).then(|| (self.numbers(), later.numbers()));
        let sum = |counts: &Counts<'_>| counts.values().sum::<u64>();
        [by_tag, by_row, by_number].into_iter().flatten().find(|(old, new)| sum(old) == before && sum(new) == after)
    }

    /// Whether keys are hashes. Those of two runs may be made with different keys, unless some are the same.
    fn masked(&self) -> bool {
        self.lines.keys().any(|(key, ..)| key.contains(MASKED))
    }

    fn keys(&self) -> HashSet<&str> {
        self.lines.keys().map(|(key, ..)| key.as_str()).collect()
    }

    /// A row that differs has a line for each of its columns. Without a key, nothing tells one row from another.
    fn rows(&self) -> Option<Counts<'_>> {
        let mut of_columns: HashMap<(&str, &str, &str), u64> = HashMap::new();
        for ((key, difference, column, _), lines) in &self.lines {
            if key == NO_KEY {
                return None;
            }
            *of_columns.entry((key, difference, column)).or_default() += lines;
        }
        let mut counts = Counts::new();
        for ((key, difference, _), lines) in of_columns {
            let count = counts.entry((key, difference, 0)).or_default();
            *count = (*count).max(lines);
        }
        Some(counts)
    }

    /// A tag that differs has one line with it, and one with how often it stands where that is what differs.
    fn tags(&self) -> Counts<'_> {
        let mut counts = Counts::new();
        for ((key, difference, column, tag), lines) in &self.lines {
            if column != HOW_OFTEN {
                *counts.entry((key.as_str(), difference.as_str(), *tag)).or_default() += lines;
            }
        }
        counts
    }

    /// A number that differs has one line, whatever it differs in.
    fn numbers(&self) -> Counts<'_> {
        let mut counts = Counts::new();
        for ((key, _, column, _), lines) in &self.lines {
            *counts.entry((key.as_str(), column.as_str(), 0)).or_default() += lines;
        }
        counts
    }
}

fn read(path: &Path, id: &str) -> Option<Keys> {
    let lines = Lines::read(path, Some(id), Part::Values).ok()?;
    let mut found = Keys::default();
    for line in lines.iter() {
        let [.., old, new, _, _] = line;
        let value = if old.is_none() || new.is_none() || old == new { old.or(new) } else { None };
        let [suite, check, key, difference, column, ..] = line.map(Option::unwrap_or_default);
        let value = xxh3_64(value.unwrap_or_default().as_bytes());
        let line = (key.to_owned(), difference.to_owned(), column.to_owned(), value);
        *found.0.entry(format!("{suite}.{check}")).or_default().lines.entry(line).or_default() += 1;
    }
    Some(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(keys: &[&str]) -> Found {
        let line = |key: &&str| ((format!("{{\"id\":\"{key}\"}}"), "missing".to_owned(), "a".to_owned(), 0), 1);
        Found { lines: keys.iter().map(line).collect() }
    }

    /// Catches a tag that healed and another under its key that appeared, which count as one that stayed.
    #[test]
    fn each_tag_is_a_difference_of_its_own() {
        let lost = |tag: u64| {
            let line = |column: &str, value| {
                ((r#"{"k":"1"}"#.to_owned(), "duplicate".to_owned(), column.to_owned(), value), 1)
            };
            Found { lines: [line("t", tag), line("rows", 7)].into_iter().collect() }
        };
        let (one, same, other) = (lost(1), lost(1), lost(2));
        let stayed = |old: &Found, new: &Found| {
            let (old, new) = old.both(new, (1, 1), (true, true)).unwrap();
            old.keys().filter(|key| new.contains_key(*key)).count()
        };
        assert_eq!((stayed(&one, &same), stayed(&one, &other)), (1, 0));
    }

    /// Catches hashes of two runs that cannot be compared and count as healed and appeared.
    #[test]
    fn hashes_are_compared_where_they_are_made_with_one_key() {
        let known = |old: &[&str], new: &[&str]| {
            let (old, new) = (found(old), found(new));
            old.both(&new, (old.lines.len() as u64, new.lines.len() as u64), (true, false)).is_some()
        };
        assert!(known(&["1", "2"], &["3"]));
        assert!(known(&["masked:5bdcc146bf60754e", "masked:aa"], &["masked:5bdcc146bf60754e"]));
        assert!(!known(&["masked:5bdcc146bf60754e"], &["masked:00dcc146bf60754e"]));
    }
}

//! The differences of a run by their keys, read from its `differences.parquet`. Their values are not looked at.

use std::collections::HashMap;
use std::fs::File;
use std::path::{Path, PathBuf};

use polars::prelude::{ParquetReader, SerReader};

use super::place::Place;
use super::read::Run;

/// Name of the file in a report folder.
const FILE: &str = "differences.parquet";

/// What stands for the key where a check has none.
const NO_KEY: &str = "{}";

/// Differences of a run, by the id of their check.
#[derive(Debug, Default)]
pub struct Keys(HashMap<String, Found>);

/// Differences of one check, counted in the two ways in which kinds of checks count them.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// Lines by key, difference and column.
    lines: HashMap<(String, String, String), u64>,
}

/// How often each difference was found.
type Counts<'a> = HashMap<(&'a str, &'a str), u64>;

impl Keys {
    /// What the file of `run` holds, where it is still there and can be read.
    pub fn of_run(place: &Place, run: &Run) -> Option<Keys> {
        let beside = match place {
            Place::File(path) => path.parent().map(|folder| folder.join(&run.id)),
            Place::Postgres(..) => None,
        };
        let folders = [beside, run.folder.as_ref().map(PathBuf::from)];
        let path = folders.into_iter().flatten().map(|folder| folder.join(FILE)).find(|path| path.is_file())?;
        read(&path)
    }

    pub(super) fn of(&self, id: &str) -> &Found {
        static NONE: std::sync::LazyLock<Found> = std::sync::LazyLock::new(Found::default);
        self.0.get(id).unwrap_or(&NONE)
    }
}

impl Found {
    /// Both runs counted the same way, such that they come to the numbers that their reports have; `None` where none does.
    /// `rows` says that the check compares rows, and no numbers.
    pub(super) fn both<'a>(
        &'a self,
        later: &'a Found,
        (before, after): (u64, u64),
        rows: bool,
    ) -> Option<(Counts<'a>, Counts<'a>)> {
        let by_row = self.rows().zip(later.rows());
        let by_number = (!rows).then(|| (self.numbers(), later.numbers()));
        let sum = |counts: &Counts<'_>| counts.values().sum::<u64>();
        [by_row, by_number].into_iter().flatten().find(|(old, new)| sum(old) == before && sum(new) == after)
    }

    /// A row that differs has a line for each of its columns. Without a key, nothing tells one row from another.
    fn rows(&self) -> Option<Counts<'_>> {
        let mut counts = Counts::new();
        for ((key, difference, _), lines) in &self.lines {
            if key == NO_KEY {
                return None;
            }
            let count = counts.entry((key.as_str(), difference.as_str())).or_default();
            *count = (*count).max(*lines);
        }
        Some(counts)
    }

    /// A number that differs has one line, whatever it differs in.
    fn numbers(&self) -> Counts<'_> {
        let mut counts = Counts::new();
        for ((key, _, column), lines) in &self.lines {
            *counts.entry((key.as_str(), column.as_str())).or_default() += lines;
        }
        counts
    }
}

fn read(path: &Path) -> Option<Keys> {
    let frame = ParquetReader::new(File::open(path).ok()?).finish().ok()?;
    let column = |name: &str| frame.column(name).ok()?.str().ok();
    let [suites, checks, keys, differences, columns] =
        ["suite", "check", "key", "difference", "column"].map(|name| column(name));
    let (suites, checks, keys, differences, columns) = (suites?, checks?, keys?, differences?, columns?);
    let mut found = Keys::default();
    for at in 0..frame.height() {
        let text = |column: &polars::prelude::StringChunked| column.get(at).unwrap_or_default().to_owned();
        let id = format!("{}.{}", text(suites), text(checks));
        let line = (text(keys), text(differences), text(columns));
        *found.0.entry(id).or_default().lines.entry(line).or_default() += 1;
    }
    Some(found)
}

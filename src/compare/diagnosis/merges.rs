//! Differing rows beside all rows that the tables of the sides hold for them: versions that tie, versions that are shown
//! although a newer one replaces them, and rows that are read unmerged.

use std::collections::{BTreeMap, HashMap};

use super::evidence::{DifferingRow, Evidence, Merged};
use crate::compare::value::display::shown;
use crate::compare::value::order::ascending;
use crate::frame::Value;
use crate::model::{Difference, FindingCode, Side, Sides};

/// A row as the table of a side holds it.
#[derive(Clone, Debug)]
pub(crate) struct Version {
    /// The same for the rows that a merge makes one.
    pub(crate) group: Value,
    /// The same for the rows that the filters of the check treat alike.
    pub(crate) filtered: Value,
    /// Whether no row of its group is newer; absent where merges do not choose by a version.
    pub(crate) newest: Option<bool>,
    /// Its values in the order of the columns of the check; absent for what is no column of the table.
    pub(crate) values: Vec<Option<Value>>,
}

/// The rows that the table of a side holds for the differing keys.
#[derive(Clone, Debug)]
pub(crate) struct Versions {
    /// Whether the side takes merged rows.
    pub(crate) merged: bool,
    /// The rows.
    pub(crate) rows: Vec<Version>,
}

/// What the tables of the sides tell of the differing rows, each row under one code at most.
pub(crate) fn merges(evidence: &Evidence, versions: &Sides<Option<Versions>>) -> Vec<Merged> {
    let keys = evidence.columns.iter().filter(|column| column.key).count();
    let held = Sides { old: versions.old.as_ref(), new: versions.new.as_ref() };
    let held = Sides { old: held.old.map(|side| by_key(side, keys)), new: held.new.map(|side| by_key(side, keys)) };
    let mut found: BTreeMap<(FindingCode, String), Vec<usize>> = BTreeMap::new();
    for (number, row) in evidence.rows.iter().enumerate() {
        let key: Vec<_> = row.values[..keys].iter().map(shown).collect();
        let look = |side: Side| {
            let merged = versions.get(side).as_ref().is_some_and(|side| side.merged);
            let rows = held.get(side).as_ref().and_then(|rows| rows.get(&key)).cloned().unwrap_or_default();
            Looked { shown: as_shown(row, side), merged, rows }
        };
        let looked = Sides { old: look(Side::Old), new: look(Side::New) };
        if let Some((code, sides)) = told(&looked) {
            found.entry((code, sides)).or_default().push(number);
        }
    }
    found.into_iter().map(|((code, sides), rows)| Merged { code, sides, rows }).collect()
}

type ByKey<'a> = HashMap<Vec<Option<String>>, Vec<&'a Version>>;

fn by_key(versions: &Versions, keys: usize) -> ByKey<'_> {
    let mut found = ByKey::new();
    for row in &versions.rows {
        // A key that is no column of the table was not asked for.
        let key = row.values[..keys].iter().map(|value| value.as_ref().and_then(shown)).collect();
        found.entry(key).or_default().push(row);
    }
    found
}

/// The row as a side shows it, where it does.
fn as_shown(row: &DifferingRow, side: Side) -> Option<Vec<Value>> {
    let absent = if side == Side::Old { Difference::Extra } else { Difference::Missing };
    if row.class == absent {
        return None;
    }
    let mut values = row.values.clone();
    if side == Side::New {
        row.changes.iter().for_each(|change| values[change.column] = change.new.clone());
    }
    Some(values)
}

/// One side of a differing row.
struct Looked<'a> {
    shown: Option<Vec<Value>>,
    merged: bool,
    rows: Vec<&'a Version>,
}

impl Looked<'_> {
    /// The rows that the side may show, where several different ones share the newest version.
    fn tied(&self) -> Option<Vec<Vec<Value>>> {
        let newest: Vec<_> = self.rows.iter().filter(|row| row.newest == Some(true)).collect();
        let mut all: Vec<Vec<Value>> = Vec::new();
        for row in &newest {
            // A row that a filter leaves out is never shown.
            if (&row.group, &row.filtered) != (&newest[0].group, &newest[0].filtered) {
                return None;
            }
            // A column that is computed could be anything in another row.
            let values: Vec<Value> = row.values.iter().cloned().collect::<Option<_>>()?;
            if !all.iter().any(|other| same(other, &values)) {
                all.push(values);
            }
        }
        let shows_one = self.shown.as_ref().is_some_and(|shown| all.iter().any(|one| same(one, shown)));
        (self.merged && all.len() > 1 && shows_one).then_some(all)
    }

    /// Whether it shows a row that a newer one replaces.
    fn superseded(&self) -> bool {
        let Some(shown) = self.shown.as_ref().filter(|_| self.merged) else { return false };
        let holds = |row: &&&Version| {
            let mut values = row.values.iter().zip(shown);
            values.all(|(held, shown)| held.as_ref().is_none_or(|held| ascending(held, shown).is_eq()))
        };
        let matching: Vec<_> = self.rows.iter().filter(holds).collect();
        let replaced = |row: &&&Version| {
            let newer = |other: &&Version| other.group == row.group && other.newest == Some(true);
            row.newest == Some(false) && self.rows.iter().any(newer)
        };
        !matching.is_empty() && matching.iter().all(replaced)
    }

    fn unmerged(&self) -> bool {
        let same_group = |row: &&Version| self.rows.iter().filter(|other| other.group == row.group).count() > 1;
        !self.merged && self.rows.iter().any(same_group)
    }
}

fn same(one: &[Value], other: &[Value]) -> bool {
    one.iter().zip(other).all(|(one, other)| ascending(one, other).is_eq())
}

fn told(looked: &Sides<Looked<'_>>) -> Option<(FindingCode, String)> {
    let which = |holds: &dyn Fn(&Looked<'_>) -> bool| match (holds(&looked.old), holds(&looked.new)) {
        (true, true) => Some("old and new".to_owned()),
        (true, false) => Some("old".to_owned()),
        (false, true) => Some("new".to_owned()),
        (false, false) => None,
    };
    let tied = Sides { old: looked.old.tied(), new: looked.new.tied() };
    if tied.old.is_some() || tied.new.is_some() {
        let may_show = |tied: &Option<Vec<Vec<Value>>>, side: &Looked<'_>| {
            tied.clone().unwrap_or_else(|| side.shown.clone().into_iter().collect())
        };
        let (old, new) = (may_show(&tied.old, &looked.old), may_show(&tied.new, &looked.new));
        if old.iter().any(|old| new.iter().any(|new| same(old, new))) {
            return Some((FindingCode::VersionTie, which(&|side| side.tied().is_some())?));
        }
    }
    which(&|side| side.superseded())
        .map(|sides| (FindingCode::Superseded, sides))
        .or_else(|| which(&|side| side.unmerged()).map(|sides| (FindingCode::Unmerged, sides)))
}

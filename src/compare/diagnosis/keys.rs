//! Missing and extra rows that are the same rows under a changed key, and tags that are the same under another name.

use polars::prelude::{PlHashMap, PlHashSet};

use super::columns::{Changed, candidates};
use super::evidence::Evidence;
use super::pair::Pair;
use super::transformations::{Explained, FEWEST, best};
use crate::compare::value::display::shown;
use crate::model::Difference;

/// A change of one column that rows are known by, with the missing and the extra rows that it makes one.
pub(super) struct KeyChange {
    /// Number of the column.
    pub(super) column: usize,
    /// What the key of new is of that of old; its rows are the missing ones.
    pub(super) explained: Explained,
    /// The extra rows that are the same.
    pub(super) extra: Vec<usize>,
}

/// The change of one column that rows are known by which pairs most of the missing rows with extra ones.
pub(super) fn changed_key(evidence: &Evidence, late: &(dyn Fn() -> bool + Sync)) -> Option<KeyChange> {
    let missing: Vec<usize> = evidence.of(Difference::Missing).collect();
    let extra: Vec<usize> = evidence.of(Difference::Extra).collect();
    // Of two draws by key hardly any row has its partner.
    if !evidence.complete || missing.len() < FEWEST || extra.len() < FEWEST {
        return None;
    }
    let keys = (0..evidence.columns.len()).filter(|column| evidence.whole || evidence.columns[*column].key);
    let found = keys.filter_map(|column| of_column(evidence, column, &missing, &extra, late));
    found.max_by_key(|change| change.extra.len())
}

/// How a key is brought to a form that it shares with another.
type Way<'a> = &'a dyn Fn(&str) -> Option<String>;

fn of_column(
    evidence: &Evidence,
    column: usize,
    missing: &[usize],
    extra: &[usize],
    late: &(dyn Fn() -> bool + Sync),
) -> Option<KeyChange> {
    let ways: [Way<'_>; 3] = [
        // By everything else, where that tells one row from another.
        &|_| Some(String::new()),
        // By what a key keeps when it is spelled otherwise.
        &|key| Some(folded(key)),
        &|key| Some(folded(key).chars().filter(char::is_ascii_alphanumeric).collect()),
    ];
    let (before, after) = (keyed(evidence, column, missing), keyed(evidence, column, extra));
    // By whichever way, everything else is the same.
    let others: PlHashSet<&[Option<String>]> = after.iter().map(|row| row.others.as_slice()).collect();
    if before.iter().filter(|row| others.contains(row.others.as_slice())).count() < FEWEST {
        return None;
    }
    for way in ways {
        let (before, after) = (by_form(&before, way), by_form(&after, way));
        let mut pairs: Vec<(usize, usize)> = before
            .iter()
            .filter_map(|(form, old)| match (old.as_slice(), after.get(form)?.as_slice()) {
                ([old], [new]) => Some((*old, *new)),
                _ => None,
            })
            .collect();
        if pairs.len() < FEWEST || pairs.len() * 2 < missing.len() {
            continue;
        }
        pairs.sort_unstable();
        let changed: Vec<Changed<'_>> = pairs
            .iter()
            .map(|(old, new)| Changed {
                row: *old,
                pair: Pair { old: &evidence.rows[*old].values[column], new: &evidence.rows[*new].values[column] },
            })
            .collect();
        if let Some(found) = best(candidates(&changed, late), &changed)
            && found.holds.len() * 2 >= missing.len()
        {
            let rows = found.holds.iter().map(|at| pairs[*at].0).collect();
            let extra = found.holds.iter().map(|at| pairs[*at].1).collect();
            let explained = Explained { code: found.code, parameter: found.parameter, rows };
            return Some(KeyChange { column, explained, extra });
        }
    }
    None
}

/// A row by one column of what it is known by, and by everything else, as text.
struct Keyed {
    row: usize,
    key: String,
    others: Vec<Option<String>>,
}

/// The rows that have a value in `column`.
fn keyed(evidence: &Evidence, column: usize, rows: &[usize]) -> Vec<Keyed> {
    let keyed = |row: &usize| {
        let values = &evidence.rows[*row].values;
        let key = shown(&values[column])?;
        let others = values.iter().enumerate().filter(|(at, _)| *at != column).map(|(_, value)| shown(value));
        Some(Keyed { row: *row, key, others: others.collect() })
    };
    rows.iter().filter_map(keyed).collect()
}

/// The rows of each form that a key is brought to, beside everything else.
fn by_form<'a>(rows: &'a [Keyed], way: Way<'_>) -> PlHashMap<(String, &'a [Option<String>]), Vec<usize>> {
    let mut forms: PlHashMap<_, Vec<usize>> = PlHashMap::default();
    for Keyed { row, key, others } in rows {
        if let Some(form) = way(key) {
            forms.entry((form, others.as_slice())).or_default().push(*row);
        }
    }
    forms
}

/// A key without what spelling it otherwise changes: case, blanks and leading zeros.
fn folded(key: &str) -> String {
    key.trim().to_lowercase().trim_start_matches('0').to_owned()
}

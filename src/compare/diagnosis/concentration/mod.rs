//! What differing rows share that other rows do not: a value, an hour, a range, up to three of them at once.
//!
//! Each candidate is judged by how many times as likely a row that has it is to differ, with a bound that takes account of
//! all that was tried; the one that tells best which rows differ is kept.

mod answers;
mod bits;
mod candidates;
mod condition;
mod index;
mod interval;
mod places;
mod property;
mod reserved;
mod search;
mod significance;
mod term;
#[cfg(test)]
mod tests;

use super::evidence::Head;
use super::row_order::RowInOrder;
use super::transformations::FEWEST;
use crate::model::{Elsewhere, Term as Shown};
use candidates::{Candidate, Searched, candidates, pages};
use condition::condition;
pub(super) use index::Index;
use search::{Found, search};
use significance::Table;
use term::Term;

/// Differing rows that are searched; what is found is counted over all of them.
const MOST_DIFFERING: usize = 4_000;

/// Other rows that are searched.
const MOST_OTHERS: usize = 10_000;

/// Findings about one class at most.
const MOST: usize = 3;

/// What a class of differing rows is held against.
pub(super) struct Background<'a> {
    /// The columns of the check.
    pub(super) columns: &'a [Head],
    /// The other rows of old, drawn uniformly: those that agree, and those that differ otherwise.
    pub(super) others: &'a [RowInOrder<'a>],
    /// How many others there are in all.
    pub(super) all: u64,
    /// What all rows answer, and where they stand.
    pub(super) index: &'a Index,
    /// Rows of old whose places are known; 0 where they are not.
    pub(super) ranked: u64,
    /// Whether a text is compared by a collation, in which others are the same.
    pub(super) collated: bool,
    /// Whether the time for all this is over.
    pub(super) late: &'a (dyn Fn() -> bool + Sync),
}

/// What some rows of a class have in common.
pub(super) struct Shared {
    /// All of it.
    pub(super) terms: Vec<Shown>,
    /// What holds of the same rows as well.
    pub(super) also: Vec<Shown>,
    /// The terms in SQL, where every engine reads it alike.
    pub(super) condition: Option<String>,
    /// Of the class, the rows that have it, by their numbers there.
    pub(super) rows: Vec<usize>,
    /// How the other rows stand to it.
    pub(super) elsewhere: Elsewhere,
    /// How well it tells the rows of the class from all others: 1 where it holds of exactly these.
    pub(super) f: f64,
}

/// What `some` rows of `class` have in common, at most `most` things, the one that tells best which rows differ first, counted
/// over the whole class; the column `own`, whose change made the class, is not asked.
pub(super) fn shared(
    some: &[RowInOrder<'_>],
    class: &[RowInOrder<'_>],
    own: Option<usize>,
    most: usize,
    background: &Background<'_>,
) -> Vec<Shared> {
    if some.len() < FEWEST || background.others.is_empty() {
        return Vec::new();
    }
    let differing = &some[..some.len().min(MOST_DIFFERING)];
    let agreeing = &background.others[..background.others.len().min(MOST_OTHERS)];
    let rows = Searched { differing, agreeing };
    let (mut all, mut tried) = (Vec::new(), 0.0);
    for (column, head) in background.columns.iter().enumerate() {
        if Some(column) == own {
            continue;
        }
        if (background.late)() {
            return Vec::new();
        }
        let (found, asked) = candidates(column, head, background.index.column(column), &rows);
        all.extend(found);
        tried += asked;
    }
    if background.ranked > 0 {
        let (found, asked) = pages(background.columns, background.ranked, &rows);
        all.extend(found);
        tried += asked;
    }
    // All rows of a class weigh what the rows searched do.
    let scale = (background.all as f64 / agreeing.len() as f64) * (differing.len() as f64 / some.len() as f64);
    let found = search(&all, tried, &rows, scale, most.min(MOST));
    found.into_iter().map(|found| counted(&all, found, class, background)).collect()
}

/// Counts what was found over the whole class and all other rows that are known.
fn counted(candidates: &[Candidate], found: Found, class: &[RowInOrder<'_>], background: &Background<'_>) -> Shared {
    let all: Vec<&Term> = found.terms.iter().map(|term| &candidates[*term].term).collect();
    let holds = |row: &RowInOrder<'_>| all.iter().all(|term| term.holds(row));
    let rows: Vec<usize> = (0..class.len()).filter(|row| holds(&class[*row])).collect();
    let inside = background.others.iter().filter(|row| holds(row)).count() as u64;
    let table = Table {
        inside: rows.len() as u64,
        outside: (class.len() - rows.len()) as u64,
        agreeing_inside: inside,
        agreeing_outside: background.others.len() as u64 - inside,
        scale: background.all as f64 / background.others.len() as f64,
    };
    let ratio = table.ratio(found.tried);
    // A ratio of a row to none is a bound and no ratio.
    let told = inside > 0 && table.outside > 0;
    let elsewhere = Elsewhere {
        inside: table.inside,
        looked: background.others.len() as u64,
        has: inside,
        ratio: told.then_some(ratio.ratio),
        at_least: told.then_some(ratio.at_least),
    };
    let shown = |terms: &[usize]| terms.iter().map(|term| candidates[*term].term.shown.clone()).collect();
    let condition = condition(&all, rows.first().map(|row| class[*row].values), background.collated);
    Shared { terms: shown(&found.terms), also: shown(&found.also), condition, rows, elsewhere, f: table.f() }
}

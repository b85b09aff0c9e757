//! The terms that are worth trying: frequent answers of the differing rows, and one range of each column.

use super::answers::NONE;
use super::bits::Bits;
use super::index::ColumnIndex;
use super::interval::thickest;
use super::places::{Order, Ranked};
use super::term::{Question, Term};
use crate::compare::diagnosis::evidence::Head;
use crate::compare::diagnosis::row_order::RowInOrder;
use crate::compare::diagnosis::transformations::FEWEST;
use crate::model::Term as Shown;

/// Smallest share of the differing rows that anything is said of.
pub(super) const SUPPORT: f64 = 0.2;

/// Fewest different texts of which a range is more than some of them.
const FEWEST_TEXTS: usize = 20;

/// Rows of a page, as loads read tables.
const PAGES: [u64; 8] = [100, 200, 250, 500, 1_000, 2_000, 5_000, 10_000];

/// The rows that are searched.
pub(super) struct Searched<'a> {
    pub(super) differing: &'a [RowInOrder<'a>],
    pub(super) agreeing: &'a [RowInOrder<'a>],
}

/// A term with the rows that have it.
pub(super) struct Candidate {
    pub(super) term: Term,
    pub(super) differing: Bits,
    pub(super) agreeing: Bits,
}

/// Terms of a column that many of the differing rows have, and about how many questions had to be asked to find them.
pub(super) fn candidates(
    column: usize,
    head: &Head,
    index: &ColumnIndex,
    rows: &Searched<'_>,
) -> (Vec<Candidate>, f64) {
    let mut found = Vec::new();
    let mut tried = 0.0;
    let candidate = |term: Term| {
        let (differing, agreeing) = (term.holding(rows.differing), term.holding(rows.agreeing));
        Candidate { term, differing, agreeing }
    };
    for answers in &index.answers {
        let code = |row: &RowInOrder<'_>| answers.codes[row.number];
        let mut counts = vec![0_u32; answers.different];
        let answered = rows.differing.iter().map(code).filter(|code| *code != NONE);
        answered.for_each(|code| counts[code as usize] += 1);
        tried += counts.iter().filter(|count| **count > 0).count() as f64;
        let is_frequent = |count: u32| count > 0 && f64::from(count) >= SUPPORT * rows.differing.len() as f64;
        let frequent = (0..).zip(&counts).filter(|(_, count)| is_frequent(**count)).map(|(frequent, _)| frequent);
        let text = |frequent: u32| {
            let row = rows.differing.iter().find(|row| code(row) == frequent)?;
            answers.property.answer(&row.values[column]).flatten()
        };
        let mut frequent: Vec<(Option<String>, u32)> = frequent.map(|code| (text(code), code)).collect();
        frequent.sort_unstable();
        found.extend(frequent.into_iter().map(|(text, code)| candidate(Term::is(column, head, answers, code, text))));
    }
    for ranked in &index.orders {
        if let Some((term, places)) = range(column, head, ranked, rows) {
            tried += places * (places + 1.0) / 2.0;
            found.push(candidate(term));
        }
    }
    (found, tried)
}

/// The first and the last rows of pages, as loads read a table of `all` rows by its key, that many of the differing rows are; and
/// how many questions that were.
pub(super) fn pages(columns: &[Head], all: u64, rows: &Searched<'_>) -> (Vec<Candidate>, f64) {
    let key: Vec<(usize, &Head)> = columns.iter().enumerate().filter(|(_, head)| head.key).collect();
    let Some((column, _)) = key.first() else { return (Vec::new(), 0.0) };
    let name = key.iter().map(|(_, head)| head.name.as_str()).collect::<Vec<_>>().join(", ");
    let (mut found, mut tried) = (Vec::new(), 0.0);
    // Of fewer pages there are too few such rows to say anything.
    for size in PAGES.into_iter().filter(|size| size * FEWEST as u64 <= all) {
        for is_last in [false, true] {
            tried += 1.0;
            let term = Term::page(*column, &name, size, is_last);
            let differing = term.holding(rows.differing);
            if differing.count() as f64 >= SUPPORT * rows.differing.len() as f64 {
                found.push(Candidate { differing, agreeing: term.holding(rows.agreeing), term });
            }
        }
    }
    (found, tried)
}

/// The range of one order that says most, and how many places of differing rows it might have begun or ended at.
fn range(column: usize, head: &Head, ranked: &Ranked, rows: &Searched<'_>) -> Option<(Term, f64)> {
    let rank = |row: &RowInOrder<'_>| ranked.ranks[row.number];
    let found = thickest(rows.differing.iter().map(rank), rows.agreeing.iter().map(rank), ranked.places)?;
    if ranked.texts && found.places < FEWEST_TEXTS {
        return None;
    }
    let end = |at: u32| {
        let row = rows.differing.iter().find(|row| rank(row) == at)?;
        ranked.order.shown(&row.values[column])
    };
    let (open_before, open_behind) = found.open;
    let shown = Shown {
        column: head.name.clone(),
        property: (ranked.order == Order::Length).then(|| "length".to_owned()),
        from: if open_before { None } else { Some(end(found.from)?) },
        to: if open_behind { None } else { Some(end(found.to)?) },
        ..Shown::default()
    };
    // What is open takes in rows beyond those that were searched.
    let ends = (if open_before { 0 } else { found.from }, if open_behind { u32::MAX } else { found.to });
    let question = Question::Between(ranked.order, ranked.ranks.clone(), ends);
    Some((Term { column, question, shown }, found.places as f64))
}

//! The terms that are worth trying: frequent answers of the differing rows, and one range of each column.

use std::collections::HashMap;
use std::mem::discriminant;

use super::bits::Bits;
use super::interval::{Order, Place, orders, thickest};
use super::property::{Mark, Property};
use super::term::{Question, Term};
use crate::compare::diagnosis::evidence::Head;
use crate::compare::diagnosis::row_order::RowInOrder;
use crate::compare::diagnosis::transformations::FEWEST;
use crate::frame::Value;
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

/// Terms that many of the differing rows have, and about how many questions had to be asked to find them.
pub(super) fn candidates<'a>(column: usize, head: &Head, hidden: bool, rows: &Searched<'a>) -> (Vec<Candidate>, f64) {
    let mut found = Vec::new();
    let mut tried = 0.0;
    let one_type = of_one_type(rows.differing.iter().chain(rows.agreeing).map(|row| &row.values[column]));
    for property in Property::all(head.key, hidden) {
        // Values of two types may have one text, which only their texts tell.
        let mark = |row: &RowInOrder<'a>| match one_type {
            true => property.mark(&row.values[column]),
            false => Some(property.answer(&row.values[column])?.map_or(Mark::Null, |text| Mark::Text(text.into()))),
        };
        let differing: Vec<Option<Mark<'_>>> = rows.differing.iter().map(mark).collect();
        // By the answer: of how many rows it is, and the first of them.
        let mut counts: HashMap<&Mark<'_>, (usize, usize)> = HashMap::new();
        for (row, answer) in differing.iter().enumerate() {
            if let Some(answer) = answer {
                counts.entry(answer).or_insert((0, row)).0 += 1;
            }
        }
        tried += counts.len() as f64;
        let frequent = counts.into_iter().filter(|(_, (count, _))| *count as f64 >= SUPPORT * differing.len() as f64);
        let text = |row: usize| property.answer(&rows.differing[row].values[column]).flatten();
        let mut frequent: Vec<(Option<String>, &Mark<'_>)> =
            frequent.map(|(answer, (_, row))| (text(row), answer)).collect();
        if frequent.is_empty() {
            continue;
        }
        frequent.sort_by(|one, other| one.0.cmp(&other.0));
        let agreeing: Vec<Option<Mark<'_>>> = rows.agreeing.iter().map(mark).collect();
        found.extend(frequent.into_iter().map(|(text, answer)| {
            let of =
                |answers: &[Option<Mark<'_>>]| Bits::of(answers.len(), |row| answers[row].as_ref() == Some(answer));
            let term = Term::is(column, head, property, text);
            Candidate { term, differing: of(&differing), agreeing: of(&agreeing) }
        }));
    }
    for order in orders(rows.differing.iter().map(|row| &row.values[column]), hidden) {
        if let Some((term, places)) = range(column, head, order, rows) {
            tried += places * (places + 1.0) / 2.0;
            let of = |rows: &[RowInOrder<'_>]| Bits::of(rows.len(), |row| term.holds(&rows[row]));
            let (differing, agreeing) = (of(rows.differing), of(rows.agreeing));
            found.push(Candidate { term, differing, agreeing });
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
            let of = |rows: &[RowInOrder<'_>]| Bits::of(rows.len(), |row| term.holds(&rows[row]));
            let differing = of(rows.differing);
            if differing.count() as f64 >= SUPPORT * rows.differing.len() as f64 {
                found.push(Candidate { differing, agreeing: of(rows.agreeing), term });
            }
        }
    }
    (found, tried)
}

/// Whether all values but NULL are of one type.
fn of_one_type<'a>(values: impl Iterator<Item = &'a Value>) -> bool {
    let mut types = values.filter(|value| !matches!(value, Value::Null)).map(discriminant);
    types.next().is_none_or(|first| types.all(|other| other == first))
}

fn range(column: usize, head: &Head, order: Order, rows: &Searched<'_>) -> Option<(Term, f64)> {
    let differing: Vec<_> = rows.differing.iter().map(|row| order.place(&row.values[column])).collect();
    let found = thickest(&differing, rows.agreeing.iter().map(|row| order.place(&row.values[column])))?;
    if matches!(found.from, Place::Text(_)) && found.places < FEWEST_TEXTS {
        return None;
    }
    let (first, last) = found.ends;
    let (open_before, open_behind) = found.open;
    let end = |row: usize| order.shown(&rows.differing[row].values[column]);
    let shown = Shown {
        column: head.name.clone(),
        property: (order == Order::Length).then(|| "length".to_owned()),
        from: if open_before { None } else { Some(end(first)?) },
        to: if open_behind { None } else { Some(end(last)?) },
        ..Shown::default()
    };
    let from = Some(found.from).filter(|_| !open_before);
    let to = Some(found.to).filter(|_| !open_behind);
    Some((Term { column, question: Question::Between(order, from, to), shown }, found.places as f64))
}

//! The terms that are worth trying: frequent answers of the differing rows, and one range of each column.

use std::collections::BTreeMap;

use super::bits::Bits;
use super::interval::{Order, Place, orders, thickest};
use super::property::Property;
use super::term::{Question, Term};
use crate::compare::diagnosis::evidence::Head;
use crate::frame::Value;
use crate::model::Term as Shown;

/// Smallest share of the differing rows that anything is said of.
pub(super) const SUPPORT: f64 = 0.2;

/// Fewest different texts of which a range is more than some of them.
const FEWEST_TEXTS: usize = 20;

/// The rows that are searched, by their values.
pub(super) struct Searched<'a> {
    pub(super) differing: &'a [&'a [Value]],
    pub(super) agreeing: &'a [&'a [Value]],
}

/// A term with the rows that have it.
pub(super) struct Candidate {
    pub(super) term: Term,
    pub(super) differing: Bits,
    pub(super) agreeing: Bits,
}

/// Terms that many of the differing rows have, and about how many questions had to be asked to find them.
pub(super) fn candidates(column: usize, head: &Head, hidden: bool, rows: &Searched<'_>) -> (Vec<Candidate>, f64) {
    let mut found = Vec::new();
    let mut tried = 0.0;
    for property in Property::all(head.key, hidden) {
        let answers = |rows: &[&[Value]]| rows.iter().map(|row| property.answer(&row[column])).collect::<Vec<_>>();
        let differing = answers(rows.differing);
        let mut counts: BTreeMap<&Option<String>, usize> = BTreeMap::new();
        differing.iter().flatten().for_each(|answer| *counts.entry(answer).or_default() += 1);
        tried += counts.len() as f64;
        let frequent = counts.into_iter().filter(|(_, count)| *count as f64 >= SUPPORT * differing.len() as f64);
        let frequent: Vec<&Option<String>> = frequent.map(|(answer, _)| answer).collect();
        if frequent.is_empty() {
            continue;
        }
        let agreeing = answers(rows.agreeing);
        found.extend(frequent.into_iter().map(|answer| {
            let of = |answers: &[Option<Option<String>>]| {
                Bits::of(answers.len(), |row| answers[row].as_ref().is_some_and(|found| found == answer))
            };
            let term = Term::is(column, head, property, answer.clone());
            Candidate { term, differing: of(&differing), agreeing: of(&agreeing) }
        }));
    }
    for order in orders(rows.differing.iter().map(|values| &values[column]), hidden) {
        if let Some((term, places)) = range(column, head, order, rows) {
            tried += places * (places + 1.0) / 2.0;
            let of = |rows: &[&[Value]]| Bits::of(rows.len(), |row| term.holds(rows[row]));
            let (differing, agreeing) = (of(rows.differing), of(rows.agreeing));
            found.push(Candidate { term, differing, agreeing });
        }
    }
    (found, tried)
}

fn range(column: usize, head: &Head, order: Order, rows: &Searched<'_>) -> Option<(Term, f64)> {
    let places = |rows: &[&[Value]]| rows.iter().map(|values| order.place(&values[column])).collect::<Vec<_>>();
    let found = thickest(&places(rows.differing), &places(rows.agreeing))?;
    if matches!(found.from, Place::Text(_)) && found.places < FEWEST_TEXTS {
        return None;
    }
    let (first, last) = found.ends;
    let (open_before, open_behind) = found.open;
    let end = |row: usize| order.shown(&rows.differing[row][column]);
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

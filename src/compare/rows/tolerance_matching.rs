//! The most rows of one key that can be paired within their tolerances: taking the first partner that fits may leave
//! another row without one.

use std::cell::RefCell;
use std::ops::Range;

use super::super::value::encode::Ambiguous;
use super::super::value::normalize::Normal;
use super::super::value::number::{Number, number};
use super::bipartite::Pairing;
use super::columns::Columns;
use super::intervals;
use super::key_group::KeyGroup;
use super::paired::Paired;
use crate::frame::Value;
use crate::model::Side;
use crate::spec::check::{Comparison, Levels};

/// Most pairs of rows that are looked at one by one: some seconds of work.
const MOST_PAIRS: usize = 4_000_000;

/// Why two rows cannot be judged, with the column.
type Failure = (String, Ambiguous);

/// The pairs (old row, new row) of `bucket`, whose rows agree in all columns that are compared by their bytes.
///
/// As many as can be; what holds without a warning pairs first, where that costs no pair. One column of numbers takes
/// n log n; several take a look at each pair that the first of them allows, and of those there may be [`MOST_PAIRS`].
pub(crate) fn partners(columns: &Columns, bucket: &KeyGroup) -> Result<Vec<(usize, usize)>, Failure> {
    let judged: Vec<&Paired> = columns.compared.iter().filter(|column| !column.by_bytes()).collect();
    let line = match judged.iter().find(|column| is_on_a_line(column)) {
        Some(column) => Line::new(column, bucket)?,
        None => Line::all(bucket),
    };
    let given = match judged.as_slice() {
        [column] if is_on_a_line(column) => line.given(),
        _ => line.searched(&judged)?,
    };
    let pair = |(old, place): (&usize, Option<usize>)| place.map(|place| (*old, line.new[place]));
    Ok(bucket.old.iter().zip(given).filter_map(pair).collect())
}

/// Whether what is close enough to a number lies together on the line of numbers, so that partners can be looked for by
/// place. NULLs that are equal by rule to a number of one side only have two places.
fn is_on_a_line(column: &Paired) -> bool {
    let numeric = |one: &Comparison| matches!(one, Comparison::Tolerance(_) | Comparison::Ulps(_));
    column.rule.comparison.levels().all(numeric) && column.nulls_alike()
}

/// The rows of new in the order of their numbers, and for each row of old the places of those that it may pair with.
struct Line {
    /// Rows of old, in the order of the bucket.
    old: Vec<usize>,
    /// Rows of new, in order.
    new: Vec<usize>,
    /// Per row of old the places it may pair with.
    fits: Vec<Range<usize>>,
    /// Per row of old the places that hold without a warning.
    close: Vec<Range<usize>>,
}

impl Line {
    /// Every row may pair with every other.
    fn all(bucket: &KeyGroup) -> Line {
        let all = vec![0..bucket.new.len(); bucket.old.len()];
        Line { old: bucket.old.to_vec(), new: bucket.new.to_vec(), fits: all.clone(), close: all }
    }

    /// The line of `column`.
    fn new(column: &Paired, bucket: &KeyGroup) -> Result<Line, Failure> {
        let mut placed: Vec<(Place, usize)> =
            bucket.new.iter().map(|row| (Place::of(column, Side::New, *row), *row)).collect();
        // Stable: rows of one number stay in the order of their other values, not in that of their reading.
        placed.sort_by(|a, b| a.0.cmp(&b.0));
        let (places, new): (Vec<Place>, Vec<usize>) = placed.into_iter().unzip();
        let never_fails = matches!(&column.rule.comparison, Comparison::Levels(two) if is_endless(two));
        let failed = RefCell::new(None);
        let around = |row: usize, place: &Place, close: bool| {
            let at = places.partition_point(|other| other < place);
            let holds = |new: &usize| match column.judge(row, *new) {
                Ok(verdict) => verdict.holds && !(close && verdict.warned),
                Err(cause) => {
                    failed.borrow_mut().get_or_insert(cause);
                    false
                }
            };
            let start = new[..at].partition_point(|new| !holds(new));
            start..at + new[at..].partition_point(holds)
        };
        let (mut fits, mut close) = (Vec::new(), Vec::new());
        for row in &bucket.old {
            let place = Place::of(column, Side::Old, *row);
            close.push(around(*row, &place, true));
            fits.push(if never_fails { 0..new.len() } else { around(*row, &place, false) });
        }
        match failed.into_inner() {
            Some(cause) => Err((column.name.clone(), cause)),
            None => Ok(Line { old: bucket.old.to_vec(), new, fits, close }),
        }
    }

    /// The place that each row of old gets, where nothing else is judged.
    fn given(&self) -> Vec<Option<usize>> {
        let points = self.new.len();
        let largest = intervals::largest(&self.fits, points);
        if self.fits == self.close {
            return largest;
        }
        let mut given = intervals::largest(&self.close, points);
        let taken: Vec<bool> = {
            let mut taken = vec![false; points];
            given.iter().flatten().for_each(|place| taken[*place] = true);
            taken
        };
        let free: Vec<usize> = (0..points).filter(|place| !taken[*place]).collect();
        let left: Vec<usize> = (0..given.len()).filter(|row| given[*row].is_none()).collect();
        let among_free = |range: &Range<usize>| {
            free.partition_point(|place| *place < range.start)..free.partition_point(|place| *place < range.end)
        };
        let ranges: Vec<Range<usize>> = left.iter().map(|row| among_free(&self.fits[*row])).collect();
        for (row, place) in left.iter().zip(intervals::largest(&ranges, free.len())) {
            given[*row] = place.map(|place| free[place]);
        }
        let pairs = |given: &[Option<usize>]| given.iter().flatten().count();
        if pairs(&given) == pairs(&largest) { given } else { largest }
    }

    /// The place that each row of old gets, where all of `judged` must hold.
    fn searched(&self, judged: &[&Paired]) -> Result<Vec<Option<usize>>, Failure> {
        let pairs: usize = self.fits.iter().map(ExactSizeIterator::len).sum();
        if pairs > MOST_PAIRS {
            let column = judged.first().map(|column| column.name.clone()).unwrap_or_default();
            return Err((column, Ambiguous::TooMany(self.old.len(), self.new.len())));
        }
        let (mut close, mut fits) = (vec![Vec::new(); self.old.len()], vec![Vec::new(); self.old.len()]);
        for (at, old) in self.old.iter().enumerate() {
            for place in self.fits[at].clone() {
                match holds(judged, *old, self.new[place])? {
                    None => {}
                    Some(warned) => {
                        fits[at].push(place);
                        if !warned {
                            close[at].push(place);
                        }
                    }
                }
            }
        }
        let mut pairing = Pairing::none(self.old.len(), self.new.len());
        pairing.grow(&close);
        pairing.grow(&fits);
        Ok(pairing.left)
    }
}

/// Whether no value is beyond the bound that fails, since there is none.
fn is_endless(levels: &Levels) -> bool {
    levels.fail.is_none()
}

/// Whether two rows hold under every rule, and if so, whether any holds by its looser level only.
fn holds(judged: &[&Paired], old: usize, new: usize) -> Result<Option<bool>, Failure> {
    let mut warned = false;
    for column in judged {
        let verdict = column.judge(old, new).map_err(|cause| (column.name.clone(), cause))?;
        if !verdict.holds {
            return Ok(None);
        }
        warned |= verdict.warned;
    }
    Ok(Some(warned))
}

/// Where a value stands on the line: NULL first, then numbers, then what cannot be read.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Place {
    Null,
    Number(Number),
    Nowhere,
}

impl Place {
    fn of(column: &Paired, side: Side, row: usize) -> Place {
        match column.normal(side, row) {
            Normal::Value(Value::Null) => Place::Null,
            Normal::Value(value) => number(&value).map_or(Place::Nowhere, Place::Number),
            Normal::Unreadable(_) => Place::Nowhere,
        }
    }
}

#[cfg(test)]
mod tests;

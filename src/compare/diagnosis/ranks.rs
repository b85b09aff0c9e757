//! The places of rows in the order of the keys of old, which are known where every row of old is.

use std::cmp::Ordering;

use super::evidence::Evidence;
use super::known::Known;
use super::row_order::Ranks;
use super::transformations::FEWEST;
use crate::compare::value::order::ascending;
use crate::frame::Value;
use crate::model::Difference;

/// Share of the rows of old beyond which those that differ in one way are no rows of pages: of each hundred two are at its ends,
/// and they must be a fifth of those that differ.
const MOST: u64 = 10;

/// The places of the rows in the order of old's keys, unless the key is not to be shown.
pub(super) fn ranks(evidence: &Evidence, known: &Known<'_>) -> Ranks {
    let mut key = evidence.columns.iter().filter(|column| column.key);
    if evidence.rows.len() < FEWEST || key.any(|column| (known.hidden)(&column.name)) {
        return Ranks::default();
    }
    ranks_of(evidence, known.rows.old)
}

/// Puts the rows of old in order, of which there are `all`.
fn ranks_of(evidence: &Evidence, all: u64) -> Ranks {
    let key: Vec<usize> = (0..evidence.columns.len()).filter(|column| evidence.columns[*column].key).collect();
    let few = |class| (FEWEST as u64..=all / MOST).contains(&(evidence.of(class).count() as u64));
    let is_worth_it = [Difference::Missing, Difference::Extra, Difference::Changed].into_iter().any(few);
    if key.is_empty() || evidence.whole || evidence.bits > 0 || evidence.agreeing_unknown || !is_worth_it {
        return Ranks::default();
    }
    let of_old: Vec<usize> =
        (0..evidence.rows.len()).filter(|row| evidence.rows[*row].class != Difference::Extra).collect();
    let others = evidence.agreeing.iter().chain(&evidence.aside).map(|(_, values)| values.as_slice());
    let rows: Vec<&[Value]> = others.chain(of_old.iter().map(|row| evidence.rows[*row].values.as_slice())).collect();
    if rows.len() as u64 != all {
        return Ranks::default();
    }
    let mut order: Vec<usize> = (0..rows.len()).collect();
    order.sort_by(|one, other| by_key(&key, rows[*one], rows[*other]));
    let mut places = vec![0_u64; rows.len()];
    let mut first = 0;
    for (place, row) in order.iter().enumerate() {
        // Rows of one key have one place.
        if by_key(&key, rows[order[first]], rows[*row]) != Ordering::Equal {
            first = place;
        }
        places[*row] = first as u64;
    }
    let mut differing = vec![None; evidence.rows.len()];
    let split = rows.len() - of_old.len();
    for (row, place) in of_old.iter().zip(&places[split..]) {
        differing[*row] = Some(*place);
    }
    for row in evidence.of(Difference::Extra) {
        let values = &evidence.rows[row].values;
        let found = order.binary_search_by(|held| by_key(&key, rows[*held], values));
        differing[row] = found.ok().map(|at| places[order[at]]);
    }
    places.truncate(split);
    Ranks { differing, others: places, all }
}

fn by_key(key: &[usize], one: &[Value], other: &[Value]) -> Ordering {
    let mut columns = key.iter().map(|column| ascending(&one[*column], &other[*column]));
    columns.find(|order| *order != Ordering::Equal).unwrap_or(Ordering::Equal)
}

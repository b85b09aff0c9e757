//! The one range of a column in which the differing rows lie thickest.

use crate::compare::diagnosis::times::nanos;
use crate::compare::value::display::shown;
use crate::frame::{Decimal, Value};

/// Where a value stands in the order of its column.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Place {
    /// A number or time.
    Number(i128),
    /// Text, by bytes.
    Text(String),
}

/// What of a value is ordered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Order {
    /// The value itself, numbers with so many digits after the point.
    Itself(u8),
    /// The number of its characters.
    Length,
}

impl Order {
    /// The place of `value`; absent where it has none.
    pub(super) fn place(self, value: &Value) -> Option<Place> {
        match (self, value) {
            (Order::Length, Value::Text(text)) => Some(Place::Number(i128::try_from(text.chars().count()).ok()?)),
            (Order::Length, _) => None,
            (Order::Itself(_), Value::Integer(number)) => Some(Place::Number(*number)),
            (Order::Itself(scale), Value::Decimal { unscaled, scale: own }) => {
                Decimal::new(*unscaled, *own).trimmed().at(scale).map(Place::Number)
            }
            (Order::Itself(_), Value::Float(number)) if number.is_finite() => {
                // The order of floats is that of their bits, those of negative ones reversed.
                let bits = i128::from(number.to_bits() & (u64::MAX >> 1));
                Some(Place::Number(if number.is_sign_negative() { -bits } else { bits }))
            }
            (Order::Itself(_), Value::Text(text) | Value::Uuid(text)) if text.len() <= 200 => {
                Some(Place::Text(text.clone()))
            }
            (Order::Itself(_), value) => nanos(value).map(Place::Number),
        }
    }

    /// What is shown of a place: the value itself, or its length.
    pub(super) fn shown(self, value: &Value) -> Option<String> {
        match self {
            Order::Itself(_) => shown(value),
            Order::Length => match self.place(value)? {
                Place::Number(length) => Some(length.to_string()),
                Place::Text(_) => None,
            },
        }
    }
}

/// The orders of a column with these values.
pub(super) fn orders<'a>(values: impl Iterator<Item = &'a Value>, hidden: bool) -> Vec<Order> {
    let (mut scale, mut text, mut mixed) = (0, false, false);
    for value in values {
        match value {
            Value::Decimal { unscaled, scale: own } => scale = scale.max(Decimal::new(*unscaled, *own).trimmed().scale),
            Value::Text(_) => text = true,
            Value::Integer(_) => mixed = true,
            _ => {}
        }
    }
    match (hidden, text) {
        (true, _) => Vec::new(),
        (false, true) => vec![Order::Itself(0), Order::Length],
        // Integers and decimals in one column have no common place.
        (false, false) if mixed && scale > 0 => Vec::new(),
        (false, false) => vec![Order::Itself(scale)],
    }
}

/// A range of places, both ends inclusive, with values at its ends.
#[derive(Clone, Debug)]
pub(super) struct Interval {
    pub(super) from: Place,
    pub(super) to: Place,
    /// Numbers of the rows among the differing ones that stand at the ends.
    pub(super) ends: (usize, usize),
    /// Whether no row stands before the first, and none behind the last.
    pub(super) open: (bool, bool),
    /// Different places of differing rows.
    pub(super) places: usize,
}

/// The range that has most of the share of `differing` less the share of `agreeing`.
pub(super) fn thickest(differing: &[Option<Place>], agreeing: &[Option<Place>]) -> Option<Interval> {
    let given = |places: &[Option<Place>]| places.iter().flatten().count();
    let (all, others) = (given(differing), given(agreeing));
    if all == 0 || others == 0 {
        return None;
    }
    let mut placed: Vec<(&Place, Option<usize>)> =
        differing.iter().enumerate().filter_map(|(row, place)| Some((place.as_ref()?, Some(row)))).collect();
    placed.extend(agreeing.iter().flatten().map(|place| (place, None)));
    placed.sort_unstable();
    // Kadane's sum over the places, whose rows go in or out together. Whole numbers, so that it is the same everywhere.
    let (gain, loss) = (others as i128, all as i128);
    let (mut best, mut best_sum, mut start, mut sum) = (None, 0, 0, 0);
    let (mut at, mut places) = (0, 0);
    while at < placed.len() {
        let same = placed[at..].iter().take_while(|(place, _)| *place == placed[at].0).count();
        let here = placed[at..at + same].iter().map(|(_, row)| if row.is_some() { gain } else { -loss }).sum::<i128>();
        places += usize::from(placed[at..at + same].iter().any(|(_, row)| row.is_some()));
        if sum <= 0 {
            (start, sum) = (at, 0);
        }
        sum += here;
        at += same;
        if sum > best_sum {
            (best, best_sum) = (Some((start, at)), sum);
        }
    }
    let (start, end) = best?;
    let mut rows = placed[start..end].iter().filter_map(|(_, row)| *row);
    let first = rows.next()?;
    let last = rows.next_back().unwrap_or(first);
    let (from, to) = (differing[first].clone()?, differing[last].clone()?);
    let open = (placed[0].0 >= &from, placed[placed.len() - 1].0 <= &to);
    // All there is says nothing.
    (open != (true, true) && from != to).then_some(Interval { from, to, ends: (first, last), open, places })
}

//! The one range of a column in which the differing rows lie thickest.

use std::borrow::Cow;

use crate::compare::diagnosis::times::nanos;
use crate::compare::value::display::shown;
use crate::frame::{Decimal, Value};

/// Where a value stands in the order of its column.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Place<'a> {
    /// A number or time.
    Number(i128),
    /// Text, by bytes.
    Text(Cow<'a, str>),
}

impl Place<'_> {
    /// The same place, on its own.
    fn owned(&self) -> Place<'static> {
        match self {
            Place::Number(number) => Place::Number(*number),
            Place::Text(text) => Place::Text(Cow::Owned(text.clone().into_owned())),
        }
    }
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
    pub(super) fn place(self, value: &Value) -> Option<Place<'_>> {
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
                Some(Place::Text(Cow::Borrowed(text)))
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
    pub(super) from: Place<'static>,
    pub(super) to: Place<'static>,
    /// Numbers of the rows among the differing ones that stand at the ends.
    pub(super) ends: (usize, usize),
    /// Whether no row stands before the first, and none behind the last.
    pub(super) open: (bool, bool),
    /// Different places of differing rows.
    pub(super) places: usize,
}

/// The range that has most of the share of `differing` less the share of `agreeing`.
///
/// It begins and ends where a differing row stands, so only the places of these are sorted, and of the agreeing rows it is
/// counted how many stand at each and between two.
pub(super) fn thickest<'a>(
    differing: &[Option<Place<'a>>],
    agreeing: impl Iterator<Item = Option<Place<'a>>>,
) -> Option<Interval> {
    let agreeing: Vec<Option<Place<'a>>> = agreeing.collect();
    let number = |place: &Place<'a>| match place {
        Place::Number(number) => Some(*number),
        Place::Text(_) => None,
    };
    // Numbers as such are compared several times as fast.
    let numbers = differing.iter().chain(&agreeing).flatten().all(|place| number(place).is_some());
    let range = if numbers {
        let numbers = |places: &[Option<Place<'a>>]| {
            places.iter().map(|place| place.as_ref().and_then(number)).collect::<Vec<Option<i128>>>()
        };
        range_of(&numbers(differing), &numbers(&agreeing))
    } else {
        range_of(differing, &agreeing)
    };
    let Range { first, last, open, places } = range?;
    let end = |row: usize| differing[row].as_ref().map(Place::owned);
    Some(Interval { from: end(first)?, to: end(last)?, ends: (first, last), open, places })
}

/// A range by the numbers of the differing rows at its ends.
struct Range {
    first: usize,
    last: usize,
    open: (bool, bool),
    places: usize,
}

fn range_of<T: Ord + Clone>(differing: &[Option<T>], agreeing: &[Option<T>]) -> Option<Range> {
    let mut placed: Vec<(&T, usize)> =
        differing.iter().enumerate().filter_map(|(row, place)| Some((place.as_ref()?, row))).collect();
    placed.sort_unstable();
    let stands: Vec<&[(&T, usize)]> = placed.chunk_by(|one, other| one.0 == other.0).collect();
    // Beside each other, where a search finds them faster.
    let firsts: Vec<T> = stands.iter().map(|rows| rows[0].0.clone()).collect();
    let (mut at, mut before) = (vec![0i128; stands.len()], vec![0i128; stands.len() + 1]);
    for place in agreeing.iter().flatten() {
        match firsts.binary_search(place) {
            Ok(found) => at[found] += 1,
            Err(next) => before[next] += 1,
        }
    }
    let (gain, loss) = (at.iter().chain(&before).sum::<i128>(), placed.len() as i128);
    if gain == 0 || loss == 0 {
        return None;
    }
    // Kadane's sum over the places, whose rows go in or out together. Whole numbers, so that it is the same everywhere.
    let (mut best, mut best_sum, mut start, mut sum) = (None, 0, 0, 0);
    for (number, rows) in stands.iter().enumerate() {
        sum -= loss * before[number];
        if sum <= 0 {
            (start, sum) = (number, 0);
        }
        sum += gain * rows.len() as i128 - loss * at[number];
        if sum > best_sum {
            (best, best_sum) = (Some((start, number)), sum);
        }
    }
    let (start, end) = best?;
    let (first, last) = (stands[start].first()?, stands[end].last()?);
    let open = (start == 0 && before[0] == 0, end + 1 == stands.len() && before[stands.len()] == 0);
    // All there is says nothing.
    let range = Range { first: first.1, last: last.1, open, places: stands.len() };
    (open != (true, true) && start != end).then_some(range)
}

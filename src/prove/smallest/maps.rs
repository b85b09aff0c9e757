//! The smallest amount of a value in a map that its tolerance is sure to see.

use std::cmp::Reverse;

use bigdecimal::{BigDecimal, Zero};

use super::super::trial::{Ready, Trial};
use super::ends::{End, lowest};
use super::least::Moved;
use super::readings::{Key, Place, Reading, furthest};
use super::steps::{beyond, stepped, written};
use crate::compare::{BothSides, value_as_shown};
use crate::frame::Value;
use crate::model::{LossUnit, Side, SmallestLoss};
use crate::spec::check::Comparison;

/// A value of a map of new that may fall furthest before its check sees it.
struct Worst<'a> {
    place: Place<'a>,
    column: BothSides<'a>,
    key: Key,
    /// How far it may fall.
    room: BigDecimal,
    /// The map as it was returned, its entries, and the number of this one.
    returned: Value,
    entries: Vec<(Value, Value)>,
    at: usize,
}

impl Trial<'_> {
    /// The smallest amount of a value in the maps that new calls `name`, and old `known_as`.
    pub(super) async fn entry(
        &self,
        ready: &Ready,
        readings: &[Reading],
        (known_as, name): (&str, &str),
    ) -> Option<SmallestLoss> {
        let worst = furthest(readings, name, Worst::of, |one, other| one.reach() > other.reach())?;
        let entry = worst.entries.get(worst.at)?.0.clone();
        let held = &worst.entries.get(worst.at)?.1;
        let holds = |value: &Value| {
            let map = worst.with(value.clone());
            map.is_some_and(|map| worst.column.holds_with(worst.place.pair, map))
        };
        let (steps, amount) = beyond(held, &(written(held)? - &worst.room), false, false, &holds)?;
        let less = |steps| worst.with(stepped(held, steps, false, false)?);
        let moved = Moved { reading: worst.place.reading, name, row: worst.place.row(), steps };
        let place = self
            .place(&worst.key)
            .map(|place| format!("{place}, entry {}", value_as_shown(&entry).unwrap_or_else(|| "NULL".to_owned())));
        Some(SmallestLoss {
            unit: LossUnit::Amount,
            column: Some(known_as.to_owned()),
            amount: Some(amount.to_plain_string()),
            unseen: None,
            place,
            is_least: steps == 1,
            is_confirmed: self.confirmed(ready, moved, &less).await,
            in_rows: None,
        })
    }
}

impl<'a> Worst<'a> {
    /// The value of the map there that may fall furthest; absent where there is no number in it, or it differs already.
    fn of(place: Place<'a>, column: BothSides<'a>) -> Option<Worst<'a>> {
        let pair = place.pair;
        let returned = column.returned(Side::New, pair);
        let Value::Map(old) = column.compared(Side::Old, pair)? else { return None };
        let Value::Map(read) = column.read(Side::New, returned.clone())? else { return None };
        let entries = if let Value::Map(entries) = &returned { entries.clone() } else { read };
        let comparison = &column.rule().comparison;
        let absent = comparison.levels().find_map(|level| match level {
            Comparison::Map { absent, .. } => absent.as_ref(),
            _ => None,
        });
        let room = |(at, (entry, held)): (usize, &(Value, Value))| {
            let then = old.iter().find(|(known, _)| known == entry).map(|(_, held)| held).or(absent)?;
            match lowest(comparison, then, false)? {
                End::At(end) => Some((written(held)? - end, Reverse(at))),
                End::Nowhere => None,
            }
        };
        let (room, Reverse(at)) = entries.iter().enumerate().filter_map(room).max()?;
        let holds = room >= BigDecimal::zero() && column.holds_with(pair, returned.clone());
        holds.then(|| Worst { key: place.key(), place, column, room, returned, entries, at })
    }

    /// By what one is worse than another.
    fn reach(&self) -> (&BigDecimal, Reverse<&Key>) {
        (&self.room, Reverse(&self.key))
    }

    /// The map with another value there, in the form in which it was returned.
    fn with(&self, value: Value) -> Option<Value> {
        let mut entries = self.entries.clone();
        entries.get_mut(self.at)?.1 = value;
        match &self.returned {
            Value::Map(_) => Some(Value::Map(entries)),
            Value::Json(_) => json(&entries).map(Value::Json),
            Value::Text(_) => json(&entries).map(Value::Text),
            _ => None,
        }
    }
}

/// The entries as a JSON object.
fn json(entries: &[(Value, Value)]) -> Option<String> {
    let text = |value: &Value| match value {
        Value::Null => Some("null".to_owned()),
        Value::Text(text) => serde_json::to_string(text).ok(),
        value => value_as_shown(value),
    };
    let entry = |(key, value): &(Value, Value)| Some(format!("{}:{}", text(key)?, text(value)?));
    Some(format!("{{{}}}", entries.iter().map(entry).collect::<Option<Vec<_>>>()?.join(",")))
}

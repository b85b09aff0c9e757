//! How far a time may move before a column that is cut sees it: until it leaves the step that it stands in, whichever way.

use std::cmp::Reverse;

use bigdecimal::BigDecimal;

use super::super::trial::{Ready, Trial};
use super::least::Moved;
use super::readings::{Key, Place, Reading, furthest};
use super::steps::stepped;
use crate::compare::{BothSides, value_as_shown};
use crate::frame::{Value, time};
use crate::model::{LossUnit, Side, SmallestLoss};
use crate::spec::check::ForcedType;

/// A time of new and the longer of its two ways out of the step that it stands in.
struct Way<'a> {
    place: Place<'a>,
    key: Key,
    /// The time as it was returned, and as steps are made from it.
    returned: Value,
    from: Value,
    is_up: bool,
    /// So many steps, each of which is so many nanoseconds; absent where a day ends before the step, whichever way.
    far: Option<(i128, i128)>,
}

impl Trial<'_> {
    /// The smallest move that is seen of the column of times that new calls `name`, and old `known_as`.
    pub(super) async fn time(
        &self,
        ready: &Ready,
        readings: &[Reading],
        (known_as, name): (&str, &str),
    ) -> Option<SmallestLoss> {
        let way = furthest(readings, name, Way::of, |one, other| one.reach() > other.reach())?;
        let loss = SmallestLoss {
            unit: LossUnit::Seconds,
            column: Some(known_as.to_owned()),
            place: self.place(&way.key),
            ..SmallestLoss::unseen("however far it moves, it stays in the step to which `truncate` cuts it")
        };
        let Some((steps, nanos)) = way.far else { return Some(loss) };
        let away = |steps| written_back(&way.returned, stepped(&way.from, steps, way.is_up, false)?);
        let moved = Moved { reading: way.place.reading, name, row: way.place.row(), steps };
        Some(SmallestLoss {
            amount: Some(BigDecimal::new((steps * nanos).into(), 9).normalized().to_plain_string()),
            unseen: None,
            is_least: steps == 1,
            is_confirmed: self.confirmed(ready, moved, &away).await,
            ..loss
        })
    }
}

impl<'a> Way<'a> {
    /// The longer way of the time there; absent where there is none, or it differs already.
    fn of(place: Place<'a>, column: BothSides<'a>) -> Option<Way<'a>> {
        let rule = column.rule();
        let step = i128::try_from(rule.truncate?.as_nanos()).ok()?;
        let returned = column.returned(Side::New, place.pair);
        let from = steppable(&returned, rule.types.new)?;
        let (held, unit) = nanos(&from)?;
        let first = held - held.rem_euclid(step);
        // The way up leads to the step after it, the way down to the last moment of the one before.
        let up = (first + step - held + unit - 1).div_euclid(unit);
        let down = (held - first).div_euclid(unit) + 1;
        let is_up = up > down;
        // A way that the day cuts short is as long: all of it is within the step.
        let leads = |(steps, is_up)| stepped(&from, steps, is_up, false).is_some();
        let far = [(down, false), (up, true)].into_iter().any(leads).then_some((up.max(down), unit));
        let holds = column.holds_with(place.pair, returned.clone());
        holds.then(|| Way { key: place.key(), place, returned, from, is_up, far })
    }

    /// By what one is longer than another: an endless way first.
    fn reach(&self) -> (bool, i128, Reverse<&Key>) {
        (self.far.is_none(), self.far.map_or(0, |(steps, nanos)| steps * nanos), Reverse(&self.key))
    }
}

/// The time that steps are made from: as it was returned, or as its rule reads it from text.
fn steppable(returned: &Value, forced: Option<ForcedType>) -> Option<Value> {
    match (returned, forced) {
        (Value::Text(text), Some(ForcedType::Timestamp)) => time::timestamp(text.trim()),
        (Value::Date(_) | Value::Instant(_) | Value::WallClock(_) | Value::Time(_), _) => Some(returned.clone()),
        _ => None,
    }
}

/// A time in the form in which `returned` was.
fn written_back(returned: &Value, time: Value) -> Option<Value> {
    if matches!(returned, Value::Text(_)) { value_as_shown(&time).map(Value::Text) } else { Some(time) }
}

/// Nanoseconds from the beginning that steps are counted from, and those of the smallest step of the column.
fn nanos(value: &Value) -> Option<(i128, i128)> {
    match value {
        Value::Date(day) => Some((i128::from(*day) * time::DAY, time::DAY)),
        Value::Instant(held) | Value::WallClock(held) => Some((*held, 1)),
        Value::Time(held) => Some((i128::from(*held), 1)),
        _ => None,
    }
}

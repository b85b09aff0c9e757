//! How far a quantile that new has worked out itself has to move until some bound sees it, whichever way it moves.

use std::collections::BTreeMap;

use bigdecimal::{BigDecimal, RoundingMode, ToPrimitive};
use polars::prelude::DataType;

use super::super::edit::Edit;
use super::super::tape::{Query, RecordedAnswer};
use super::super::trial::{Ready, Trial};
use super::least::MOST_ROWS;
use super::quantiles::quantile;
use super::readings::Key;
use super::steps::{beyond, stepped, written};
use crate::compare::value_as_shown;
use crate::frame::Value;
use crate::model::{LossUnit, Side, SmallestLoss};
use crate::spec::check::{KindSettings, Percentile, Tolerance};

/// The column by which a side tells how many values are behind its quantiles.
const COUNT: &str = "n";

/// What a side that gives quantiles says of a group.
pub(super) struct Stored {
    /// Number of its row.
    row: u64,
    /// In the order of the suite.
    pub(super) quantiles: Vec<Value>,
    /// Which of them are floats of 32 bits.
    singles: Vec<bool>,
    /// How many values are behind them, where it says so.
    count: Option<u64>,
}

/// What old says of a group: its quantiles, and its values, ascending, where it gives them.
struct Known {
    quantiles: Vec<Option<BigDecimal>>,
    values: Option<Vec<BigDecimal>>,
    count: Option<u64>,
}

/// The numbers within every bound; absent is an end where there is none.
#[derive(Debug, Default, PartialEq)]
struct Room {
    low: Option<BigDecimal>,
    high: Option<BigDecimal>,
}

/// A quantile and the way to where it is seen.
struct Way {
    query: Query,
    total: u64,
    key: Key,
    row: u64,
    value: Value,
    is_single: bool,
    is_up: bool,
    /// How many steps, and how far that is; absent where no bound ends the way.
    far: Option<(i128, BigDecimal)>,
}

impl Trial<'_> {
    /// How far each quantile has to move where new gives quantiles; none where it gives raw values.
    pub(super) async fn quantiles_moved(&self, ready: &Ready) -> Vec<SmallestLoss> {
        let KindSettings::Percentile(settings) = &self.one.check.kind else { return Vec::new() };
        let mut ways: Vec<Option<Way>> = settings.quantiles.iter().map(|_| None).collect();
        for asked in self.compared(ready) {
            let answers = &ready.baseline.answers;
            let Some(new) = answers.get(asked.new.source, &asked.new.sql, 0) else { continue };
            let Some(stored) = self.stored(&new, settings, Side::New) else { continue };
            let Some(old) = answers.get(asked.old.source, &asked.old.sql, 0) else { continue };
            let Some(known) = self.known(&old, settings) else { continue };
            for (at, longest) in ways.iter_mut().enumerate() {
                let of = |(key, stored)| way((key, stored), known.get(key)?, settings, at, &asked.new, new.rows());
                for way in stored.iter().filter_map(of) {
                    if longest.as_ref().is_none_or(|known| way.is_longer(known)) {
                        *longest = Some(way);
                    }
                }
            }
        }
        let mut found = Vec::new();
        for ((name, _), way) in settings.quantiles.iter().zip(ways) {
            if let Some(way) = way {
                found.push(self.told(ready, name, &way).await);
            }
        }
        found
    }

    /// The smallest loss that a way is, which is found again on the answers.
    async fn told(&self, ready: &Ready, name: &str, way: &Way) -> SmallestLoss {
        let held = self.one.check.name_on(Side::New, name).to_owned();
        let lost = |steps: i128| {
            let moved = stepped(&way.value, steps, way.is_up, way.is_single)?;
            Some(vec![Edit::Set(held.clone(), [(way.row, moved)].into())])
        };
        let is_confirmed = match &way.far {
            Some((steps, _)) if way.total <= MOST_ROWS => {
                self.least(ready, &way.query, steps.saturating_add(1), &lost).await.is(*steps)
            }
            _ => None,
        };
        let direction = if way.is_up { "rises" } else { "falls" };
        SmallestLoss {
            unit: LossUnit::Amount,
            column: Some(name.to_owned()),
            amount: way.far.as_ref().map(|(_, far)| far.to_plain_string()),
            unseen: way.far.is_none().then(|| {
                format!(
                    "however far it {direction}, it stays within `rank`, which reaches beyond the last of the values"
                )
            }),
            place: self.place(&way.key),
            is_least: way.far.as_ref().is_some_and(|(steps, _)| *steps == 1),
            is_confirmed,
            in_rows: None,
        }
    }

    /// Reads what a side says that gives quantiles; absent of one that does not.
    pub(super) fn stored(
        &self,
        answer: &RecordedAnswer,
        settings: &Percentile,
        side: Side,
    ) -> Option<BTreeMap<Key, Stored>> {
        let check = self.one.check;
        let mut groups = BTreeMap::new();
        let mut first = 0;
        for batch in &answer.batches {
            let (mut columns, mut singles) = (Vec::new(), Vec::new());
            for (name, _) in &settings.quantiles {
                let name = check.name_on(side, name);
                let (series, _) = batch.column(name)?;
                singles.push(*series.dtype() == DataType::Float32);
                columns.push(batch.values(name));
            }
            let keys: Vec<Vec<Value>> = check.key.iter().map(|key| batch.values(check.name_on(side, key))).collect();
            let counts = batch.values(check.name_on(side, COUNT));
            for row in 0..batch.height() {
                let key = keys.iter().map(|values| values.get(row).and_then(value_as_shown)).collect();
                let quantiles = columns.iter().map(|values| values.get(row).cloned().unwrap_or(Value::Null)).collect();
                let count = counts.get(row).and_then(written).and_then(|count| count.to_u64());
                let singles = singles.clone();
                groups.insert(key, Stored { row: first + row as u64, quantiles, singles, count });
            }
            first += batch.height() as u64;
        }
        Some(groups)
    }

    /// Reads what old says, quantiles or values.
    fn known(&self, answer: &RecordedAnswer, settings: &Percentile) -> Option<BTreeMap<Key, Known>> {
        if let Some(stored) = self.stored(answer, settings, Side::Old) {
            let known = |stored: Stored| Known {
                quantiles: stored.quantiles.iter().map(written).collect(),
                values: None,
                count: stored.count,
            };
            return Some(stored.into_iter().map(|(key, stored)| (key, known(stored))).collect());
        }
        let known = |values: Vec<BigDecimal>| Known {
            quantiles: settings.quantiles.iter().map(|(_, q)| Some(quantile(&values, q, 0))).collect(),
            count: Some(values.len() as u64),
            values: Some(values),
        };
        let groups = self.groups(answer, settings, Side::Old)?;
        let numbers = |group: Vec<(BigDecimal, u64, Value)>| group.into_iter().map(|(number, ..)| number).collect();
        Some(groups.into_iter().map(|(key, group)| (key, known(numbers(group)))).collect())
    }
}

impl Way {
    /// Whether it is longer than `other`, one without an end than any other.
    fn is_longer(&self, other: &Way) -> bool {
        match (&self.far, &other.far) {
            (Some((_, one)), Some((_, other))) => one > other,
            (one, other) => one.is_none() && other.is_some(),
        }
    }
}

/// The longer of the two ways of the quantile `at` to where it is seen; absent of a group that is too small to be judged, and
/// of a quantile that is none.
fn way(
    (key, stored): (&Key, &Stored),
    known: &Known,
    settings: &Percentile,
    at: usize,
    query: &Query,
    total: u64,
) -> Option<Way> {
    let is_small = |count: Option<u64>| count.is_some_and(|count| count < settings.min_rows);
    if is_small(known.count) && is_small(stored.count) {
        return None;
    }
    let (value, is_single) = (stored.quantiles.get(at)?, *stored.singles.get(at)?);
    let now = written(value)?;
    let room = Room::of(settings, at, known)?;
    if room.low.as_ref().is_some_and(|low| now < *low) || room.high.as_ref().is_some_and(|high| now > *high) {
        return None;
    }
    let holds = |value: &Value| written(value).is_some_and(|number| room.has(&number));
    let mut longest: Option<Way> = None;
    for (is_up, end) in [(false, &room.low), (true, &room.high)] {
        let far = match end {
            Some(end) => Some(beyond(value, end, is_up, is_single, &holds)?),
            None => None,
        };
        let way = Way {
            query: query.clone(),
            total,
            key: key.clone(),
            row: stored.row,
            value: value.clone(),
            is_single,
            is_up,
            far,
        };
        if longest.as_ref().is_none_or(|known| way.is_longer(known)) {
            longest = Some(way);
        }
    }
    longest
}

impl Room {
    /// What the bounds of both levels leave the quantile `at`; absent where old has none.
    fn of(settings: &Percentile, at: usize, known: &Known) -> Option<Room> {
        let (_, q) = settings.quantiles.get(at)?;
        let old = known.quantiles.get(at)?.as_ref()?;
        let mut room = Room::default();
        for tolerance in [&settings.tolerance, &settings.warn.tolerance].into_iter().flatten() {
            let Tolerance { absolute, relative } = tolerance;
            let far = absolute + relative * old.abs();
            room.narrow(Some(old - &far), Some(old + &far));
        }
        for rank in [&settings.rank, &settings.warn.rank].into_iter().flatten() {
            let values = known.values.as_ref()?;
            let count = BigDecimal::from(values.len() as u64);
            // As many values as that are not above it, and no more than that below it.
            let up_to = ((q - rank) * &count).with_scale_round(0, RoundingMode::Ceiling).to_i128()?;
            let below = ((q + rank) * &count).with_scale_round(0, RoundingMode::Floor).to_i128()?;
            let held = |place: i128| usize::try_from(place).ok().and_then(|place| values.get(place)).cloned();
            room.narrow(held(up_to - 1), held(below));
        }
        Some(room)
    }

    fn narrow(&mut self, low: Option<BigDecimal>, high: Option<BigDecimal>) {
        self.low = self.low.take().into_iter().chain(low).max();
        self.high = self.high.take().into_iter().chain(high).min();
    }

    fn has(&self, number: &BigDecimal) -> bool {
        self.low.as_ref().is_none_or(|low| number >= low) && self.high.as_ref().is_none_or(|high| number <= high)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decimal(text: &str) -> BigDecimal {
        text.parse().unwrap()
    }

    /// Catches a room that is not that of the bound: its ends, its narrower level, and where a rank leaves none.
    #[test]
    fn bounds_leave_a_quantile_so_much_room() {
        // The median is 499.5, and 10 values of 1,000 are 0.01 of the ranks.
        let values: Vec<BigDecimal> = (0..1_000).map(BigDecimal::from).collect();
        let known = Known { quantiles: vec![Some(decimal("499.5"))], values: Some(values), count: Some(1_000) };
        let settings = |q: &str| Percentile { quantiles: vec![("q".to_owned(), decimal(q))], ..Percentile::default() };
        let tolerance = |absolute: &str, relative: &str| {
            Some(Tolerance { absolute: decimal(absolute), relative: decimal(relative) })
        };
        let room = |settings: &Percentile| {
            let Room { low, high } = Room::of(settings, 0, &known).unwrap();
            let text = |end: Option<BigDecimal>| end.map(|end| end.normalized().to_plain_string());
            (text(low), text(high))
        };
        let ends = |low: &str, high: &str| (Some(low.to_owned()), Some(high.to_owned()));
        let with = |tolerance| Percentile { tolerance, ..settings("0.5") };
        assert_eq!(room(&with(tolerance("1", "0"))), ends("498.5", "500.5"));
        assert_eq!(room(&with(tolerance("1", "0.1"))), ends("448.55", "550.45"));
        let rank = |q: &str, rank: &str| Percentile { rank: Some(decimal(rank)), ..settings(q) };
        assert_eq!(room(&rank("0.5", "0.01")), ends("489", "510"));
        assert_eq!(room(&rank("0.95", "0.06")), (Some("889".to_owned()), None));
        assert_eq!(room(&rank("0.05", "0.05")), (None, Some("100".to_owned())));
        assert_eq!(room(&Percentile { tolerance: tolerance("5", "0"), ..rank("0.5", "0.01") }), ends("494.5", "504.5"));
        let mut warned = with(tolerance("5", "0"));
        warned.warn.tolerance = tolerance("2", "0");
        assert_eq!(room(&warned), ends("497.5", "501.5"));
    }
}

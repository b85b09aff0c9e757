//! The smallest amount of a column that its bound is sure to see; of counts and sums without one, the smallest unit.

use std::cmp::Reverse;

use bigdecimal::{BigDecimal, RoundingMode, Zero};

use super::super::opened::opened;
use super::super::tape::RecordedAnswer;
use super::super::trial::{Ready, Trial};
use super::ends::{End, lowest};
use super::least::Moved;
use super::readings::{Key, Place, Reading, furthest};
use super::steps::{beyond, stepped, written};
use crate::compare::BothSides;
use crate::frame::{Value, decimal_text, value};
use crate::model::{Kind, LossInRows, LossUnit, Side, SmallestLoss};
use crate::source::totals;
use crate::spec::check::KindSettings;

/// Why a column whose bounds end nowhere below sees no loss.
const ENDLESS: &str = "however far it falls, its bounds hold";

/// The number of new that may fall furthest before its check sees it.
struct Worst<'a> {
    place: Place<'a>,
    column: BothSides<'a>,
    /// How far it may fall: its bound, and what it is above old; absent where no bound ends the way.
    room: Option<BigDecimal>,
    key: Key,
    /// The number of old.
    old: BigDecimal,
    /// The value of new as it was returned, and as steps are made from it.
    returned: Value,
    from: Value,
}

impl Trial<'_> {
    /// The smallest amount of the column that new calls `name`, and old `known_as`.
    pub(super) async fn amount(
        &self,
        ready: &Ready,
        readings: &[Reading],
        (known_as, name): (&str, &str),
    ) -> Option<SmallestLoss> {
        // Of several that fall as far the largest of old, and of those the first by its key: an engine may give rows in any order.
        let worst = furthest(readings, name, Worst::of, |one, other| one.reach() > other.reach())?;
        let is_row = self.one.check.kind.kind() == Kind::RowCount;
        let loss = SmallestLoss {
            unit: if is_row { LossUnit::Rows } else { LossUnit::Amount },
            column: Some(known_as.to_owned()),
            place: self.place(&worst.key),
            ..SmallestLoss::unseen(ENDLESS)
        };
        if worst.room.is_none() {
            return Some(loss);
        }
        let (steps, amount) = worst.beyond()?;
        let Place { reading, pair } = worst.place;
        let is_single = worst.column.is_single(Side::New, pair);
        let less = |steps| written_back(&worst.returned, stepped(&worst.from, steps, false, is_single)?);
        let moved = Moved { reading, name, row: worst.place.row(), steps };
        let is_sum = matches!(self.one.check.kind, KindSettings::Sum) && steps > 1;
        Some(SmallestLoss {
            amount: Some(amount.to_plain_string()),
            unseen: None,
            is_least: steps == 1,
            is_confirmed: self.confirmed(ready, moved, &less).await,
            in_rows: is_sum.then(|| self.in_rows(ready, &worst, name, &amount)),
            ..loss
        })
    }

    /// What an amount of the sum is in rows.
    fn in_rows(&self, ready: &Ready, worst: &Worst<'_>, name: &str, amount: &BigDecimal) -> LossInRows {
        let whole = worst.old.abs();
        if *amount > whole {
            return LossInRows::All { whole: whole.normalized().to_plain_string() };
        }
        let unknown = |why: &str| LossInRows::Unknown(why.to_owned());
        let source = self.one.check.sides.new.as_ref().map(|query| query.source.as_str()).unwrap_or_default();
        let read = opened(self.one.suite, source).ok();
        let query = &worst.place.reading.query;
        let Some(totals) = read.and_then(|engine| totals(engine.driver().dialect, &query.sql)) else {
            return unknown("the parser does not read its query, or that puts several queries together");
        };
        if !totals.sums(name) {
            return unknown("its query does not say that the number is a SUM");
        }
        let Some(counted) = ready.sample.names.iter().find(|name| totals.counts(name)) else {
            return unknown(
                "its answers do not say how many rows a sum is of, as a COUNT(*) beside it would, compared or ignored",
            );
        };
        let answer = ready.baseline.answers.get(query.source, &query.sql, 0);
        let count = answer.and_then(|answer| written(&cell(&answer, worst.place.row(), counted)?));
        let Some(of) = count.filter(|count| *count > BigDecimal::zero() && whole > BigDecimal::zero()) else {
            return unknown("the answer of new counts no row of it");
        };
        let average = &whole / &of;
        LossInRows::Rows {
            count: (amount * &of / &whole).with_scale_round(0, RoundingMode::Ceiling).to_plain_string(),
            of: of.to_plain_string(),
            average: average.with_prec(6).normalized().to_plain_string(),
        }
    }
}

impl<'a> Worst<'a> {
    /// How far the number of new may fall there; absent where there is none, or it differs already.
    fn of(place: Place<'a>, column: BothSides<'a>) -> Option<Worst<'a>> {
        let pair = place.pair;
        let returned = column.returned(Side::New, pair);
        let from = steppable(&returned, column.read(Side::New, returned.clone())?)?;
        let then = column.compared(Side::Old, pair)?;
        let old = written(&then)?;
        let is_single = Side::BOTH.into_iter().any(|side| column.is_single(side, pair));
        let room = match lowest(&column.rule().comparison, &then, is_single)? {
            End::Nowhere => None,
            End::At(end) => Some(written(&from)? - end),
        };
        column.holds_with(pair, returned.clone()).then(|| Worst {
            key: place.key(),
            place,
            column,
            room,
            old,
            returned,
            from,
        })
    }

    /// By what one is worse than another: an endless way first.
    fn reach(&self) -> (bool, Option<&BigDecimal>, BigDecimal, Reverse<&Key>) {
        (self.room.is_none(), self.room.as_ref(), self.old.abs(), Reverse(&self.key))
    }

    /// How many steps down its rule does not hold any more, and how far that is.
    fn beyond(&self) -> Option<(i128, BigDecimal)> {
        let pair = self.place.pair;
        let is_single = self.column.is_single(Side::New, pair);
        let end = written(&self.from)? - self.room.as_ref()?;
        let holds = |value: &Value| {
            let returned = written_back(&self.returned, value.clone());
            returned.is_some_and(|value| self.column.holds_with(pair, value))
        };
        beyond(&self.from, &end, false, is_single, &holds)
    }
}

/// The number that steps are made from: as it was returned, or as its rule reads it where that is text or has fewer digits.
fn steppable(returned: &Value, read: Value) -> Option<Value> {
    match (returned, &read) {
        (Value::Text(_), Value::Integer(_) | Value::Decimal { .. }) => Some(read),
        (Value::Decimal { scale, .. }, Value::Decimal { scale: fewer, .. }) if fewer < scale => Some(read),
        (Value::Integer(_) | Value::Decimal { .. } | Value::Float(_), _) => Some(returned.clone()),
        _ => None,
    }
}

/// A number in the form in which `returned` was.
fn written_back(returned: &Value, number: Value) -> Option<Value> {
    match (returned, number) {
        (Value::Text(_), Value::Decimal { unscaled, scale }) => Some(Value::Text(decimal_text(unscaled, scale))),
        (Value::Text(_), Value::Integer(held)) => Some(Value::Text(held.to_string())),
        (Value::Decimal { scale, .. }, Value::Decimal { unscaled, scale: fewer }) => {
            let more = 10_i128.checked_pow(u32::from(scale.checked_sub(fewer)?))?;
            Some(Value::Decimal { unscaled: unscaled.checked_mul(more)?, scale: *scale })
        }
        (_, number) => Some(number),
    }
}

/// The value of a column in a row of an answer.
fn cell(answer: &RecordedAnswer, row: u64, name: &str) -> Option<Value> {
    let mut first = 0;
    for batch in &answer.batches {
        let height = batch.height() as u64;
        if row < first + height {
            let (series, of) = batch.column(name)?;
            return value(series, of, usize::try_from(row - first).ok()?);
        }
        first += height;
    }
    None
}

//! The smallest amount of a column that a tolerance is sure to see; of counts and sums without one, the smallest unit.

use std::cmp::Reverse;
use std::collections::HashMap;

use bigdecimal::{BigDecimal, RoundingMode, Zero};

use super::super::edit::Edit;
use super::super::judge;
use super::super::opened::opened;
use super::super::tape::{Query, RecordedAnswer};
use super::super::trial::{Ready, Trial};
use super::least::MOST_ROWS;
use super::quantiles::Key;
use super::steps::{beyond, step, stepped, steps_beyond, written};
use crate::compare::{close, value_as_shown};
use crate::frame::{Type, Value, value};
use crate::model::{DifferenceForm, Kind, LossInRows, LossUnit, Queries, Side, SmallestLoss};
use crate::source::totals;
use crate::spec::check::{Check, Comparison, KindSettings, Tolerance};

/// The number of new that may fall furthest before its check sees it, and its counterpart in old.
struct Worst {
    /// How far it may fall: its tolerance, and what it is above old.
    room: BigDecimal,
    /// The key as it is shown, in the order of the check's key.
    key: Vec<Option<String>>,
    old: BigDecimal,
    /// The same as old has it.
    held: Value,
    /// The query of new, and how many rows its answer has.
    query: Query,
    total: u64,
    /// Number of the row in that answer, with its value there.
    row: u64,
    new: Value,
}

impl Trial<'_> {
    /// The smallest amounts that the columns are sure to see.
    pub(super) async fn amounts(&self, ready: &Ready) -> Vec<SmallestLoss> {
        let check = self.one.check;
        let profile = check.kind.kind().profile();
        let is_compared = profile.keyed == DifferenceForm::Rows && profile.queries == Queries::Both;
        if !is_compared || ready.side != Side::New {
            return Vec::new();
        }
        let mut found = Vec::new();
        for (at, name) in ready.sample.names.iter().enumerate() {
            let renamed = check.rename.iter().find(|(_, new)| *new == name);
            let known_as = renamed.map_or(name, |(old, _)| old);
            let Some(tolerance) = tolerance(check, known_as) else { continue };
            let is_number =
                matches!(ready.sample.types.get(at), Some(Type::Integer | Type::Decimal { .. } | Type::Float));
            if is_number {
                found.extend(self.of_column(ready, (known_as, name), &tolerance).await);
            }
        }
        found
    }

    async fn of_column(
        &self,
        ready: &Ready,
        (known_as, name): (&str, &str),
        tolerance: &Tolerance,
    ) -> Option<SmallestLoss> {
        let worst = self.worst(ready, (known_as, name), tolerance)?;
        let (units, amount) = match worst.new {
            Value::Float(_) => {
                let holds = |value: &Value| close(&worst.held, value, tolerance).unwrap_or(false);
                let end = &worst.old - bound(tolerance, &worst.old);
                beyond(&worst.new, &end, false, &holds)?
            }
            // Beyond the bound by one unit, or by less than one where the bound is no whole number of them.
            _ => {
                let units = steps_beyond(&worst.room, &worst.new)?;
                (units, (step(&worst.new) * BigDecimal::from(units)).normalized())
            }
        };
        let is_confirmed = if worst.total <= MOST_ROWS {
            let less = |units| {
                let less = stepped(&worst.new, units, false)?;
                Some(vec![Edit::Set(name.to_owned(), [(worst.row, less)].into())])
            };
            self.least(ready, &worst.query, units.saturating_mul(2), &less).await.is(units)
        } else {
            None
        };
        let is_sum = matches!(self.one.check.kind, KindSettings::Sum) && units > 1;
        let in_rows = is_sum.then(|| self.in_rows(ready, &worst, name, &amount));
        Some(SmallestLoss {
            unit: if self.one.check.kind.kind() == Kind::RowCount { LossUnit::Rows } else { LossUnit::Amount },
            column: Some(known_as.to_owned()),
            amount: Some(amount.to_plain_string()),
            unseen: None,
            place: self.place(&worst.key),
            is_least: units == 1,
            is_confirmed,
            in_rows,
        })
    }

    /// What an amount of the sum is in rows.
    fn in_rows(&self, ready: &Ready, worst: &Worst, name: &str, amount: &BigDecimal) -> LossInRows {
        let whole = worst.old.abs();
        if *amount > whole {
            return LossInRows::All { whole: whole.normalized().to_plain_string() };
        }
        let unknown = |why: &str| LossInRows::Unknown(why.to_owned());
        let source = self.one.check.sides.new.as_ref().map(|query| query.source.as_str()).unwrap_or_default();
        let read = opened(self.one.suite, source).ok();
        let Some(totals) = read.and_then(|engine| totals(engine.driver().dialect, &worst.query.sql)) else {
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
        let answer = ready.baseline.answers.get(worst.query.source, &worst.query.sql, 0);
        let count = answer.and_then(|answer| written(&cell(&answer, worst.row, counted)?));
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

    /// The number that may fall furthest; of several, the largest of old, and of those the first by its key.
    fn worst(&self, ready: &Ready, (known_as, name): (&str, &str), tolerance: &Tolerance) -> Option<Worst> {
        let mut worst: Option<Worst> = None;
        for asked in self.compared(ready) {
            let counterparts = self.numbers(ready, &asked.old, known_as)?;
            let answer = ready.baseline.answers.get(asked.new.source, &asked.new.sql, 0)?;
            let names = self.key(Side::New);
            let mut first = 0;
            for batch in &answer.batches {
                let keys: Vec<Vec<Value>> = names.iter().map(|name| batch.values(name)).collect();
                for (row, new) in batch.values(name).into_iter().enumerate() {
                    let key: Key = keys.iter().map(|values| value_as_shown(&values[row])).collect();
                    let Some((old, held)) = counterparts.get(&key) else { continue };
                    let Some(number) = number(&new) else { continue };
                    let room = bound(tolerance, old) + number - old;
                    if room < BigDecimal::zero() {
                        continue;
                    }
                    // An engine may give the same rows in any order.
                    let known = worst.as_ref().map(|worst| (&worst.room, worst.old.abs(), Reverse(&worst.key)));
                    if known.is_some_and(|known| (&room, old.abs(), Reverse(&key)) <= known) {
                        continue;
                    }
                    let (query, total, row) = (asked.new.clone(), answer.rows(), first + row as u64);
                    let (old, held) = (old.clone(), held.clone());
                    worst = Some(Worst { room, key, old, held, query, total, row, new });
                }
                first += batch.height() as u64;
            }
        }
        worst
    }

    /// The columns of the key by their names on `side`.
    fn key(&self, side: Side) -> Vec<&str> {
        self.one.check.key.iter().map(|name| self.one.check.name_on(side, name)).collect()
    }

    /// The numbers of the answer of old to `query`, and as they are held there, by their keys.
    fn numbers(&self, ready: &Ready, query: &Query, known_as: &str) -> Option<HashMap<Key, (BigDecimal, Value)>> {
        let answer = ready.baseline.answers.get(query.source, &query.sql, 0)?;
        let names = self.key(Side::Old);
        let column = if matches!(self.one.check.kind, KindSettings::RowCount) { None } else { Some(known_as) };
        let mut found = HashMap::new();
        for batch in &answer.batches {
            let column = column.or_else(|| batch.names().into_iter().find(|name| !names.contains(name)))?;
            let keys: Vec<Vec<Value>> = names.iter().map(|name| batch.values(name)).collect();
            for (row, held) in batch.values(column).into_iter().enumerate() {
                let Some(amount) = number(&held) else { continue };
                let key = keys.iter().map(|values| value_as_shown(&values[row])).collect();
                found.entry(key).or_insert((amount, held));
            }
        }
        Some(found)
    }
}

/// How far from a number of old one of new may be.
fn bound(tolerance: &Tolerance, old: &BigDecimal) -> BigDecimal {
    &tolerance.absolute + &tolerance.relative * old.abs()
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

/// The tolerance of a column, the tighter one of two levels; absent of one that is compared otherwise. Counts and sums without
/// one have none at all.
fn tolerance(check: &Check, column: &str) -> Option<Tolerance> {
    if check.key.iter().any(|key| key == column) {
        return None;
    }
    let is_total = matches!(check.kind, KindSettings::RowCount | KindSettings::Sum);
    match judge::rule(check, column).comparison.levels().next()? {
        Comparison::Tolerance(tolerance) => Some(tolerance.clone()),
        Comparison::Exact if is_total => Some(Tolerance::default()),
        _ => None,
    }
}

fn number(value: &Value) -> Option<BigDecimal> {
    match value {
        // What a rule reads as a number.
        Value::Text(text) => text.trim().parse().ok(),
        value => written(value),
    }
}

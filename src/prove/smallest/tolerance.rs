//! The smallest amount of a column that a tolerance is sure to see; of counts and sums without one, the smallest unit.

use bigdecimal::{BigDecimal, RoundingMode, ToPrimitive};

use super::super::edit::Edit;
use super::super::judge;
use super::super::tape::Query;
use super::super::trial::{Ready, Trial};
use super::least::MOST_ROWS;
use crate::compare::value_as_shown;
use crate::frame::{Type, Value, value};
use crate::model::{DifferenceForm, Kind, LossUnit, Queries, Side, SmallestLoss};
use crate::spec::check::{Check, Comparison, KindSettings, Tolerance};

/// A number of old with the largest tolerance, and its counterpart.
struct Worst {
    /// The key as it is shown, in the order of the check's key.
    key: Vec<Option<String>>,
    old: BigDecimal,
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
            let unit = match ready.sample.types.get(at) {
                Some(Type::Integer) => 0,
                Some(Type::Decimal { scale }) => i64::from(*scale),
                _ => continue,
            };
            found.extend(self.of_column(ready, (known_as, name), &tolerance, unit).await);
        }
        found
    }

    async fn of_column(
        &self,
        ready: &Ready,
        (known_as, name): (&str, &str),
        tolerance: &Tolerance,
        scale: i64,
    ) -> Option<SmallestLoss> {
        let worst = self.worst(ready, known_as, name)?;
        let bound = &tolerance.absolute + &tolerance.relative * worst.old.abs();
        let one = BigDecimal::new(1.into(), scale);
        // Beyond the bound by one unit, or by less than one where the bound is no whole number of them.
        let units: BigDecimal = (&bound / &one).with_scale_round(0, RoundingMode::Floor) + BigDecimal::from(1);
        let amount = (&units * &one).normalized();
        let is_equal = number(&worst.new).is_some_and(|new| new == worst.old);
        let is_confirmed = match (is_equal && worst.total <= MOST_ROWS, units.to_i128()) {
            (true, Some(units)) => {
                Some(self.least(ready, &worst.query, 1 << 90, &|lost| less(name, &worst, lost, scale)).await? == units)
            }
            _ => None,
        };
        Some(SmallestLoss {
            unit: if self.one.check.kind.kind() == Kind::RowCount { LossUnit::Rows } else { LossUnit::Amount },
            column: Some(known_as.to_owned()),
            amount: amount.to_plain_string(),
            place: self.place(&worst.key),
            is_least: units == 1,
            is_confirmed,
        })
    }

    /// The number of old whose tolerance is the widest, and its counterpart in new.
    fn worst(&self, ready: &Ready, known_as: &str, name: &str) -> Option<Worst> {
        let widest = self.compared(ready).into_iter().filter_map(|asked| {
            let (amount, key) = self.widest(ready, &asked.old, known_as)?;
            Some((amount, key, asked.new))
        });
        // Of several as wide, the first.
        let by_amount = |one: &(BigDecimal, _, _), other: &(BigDecimal, _, _)| one.0.abs().cmp(&other.0.abs());
        let (old, wanted, query) = widest.collect::<Vec<_>>().into_iter().rev().max_by(by_amount)?;
        let answer = ready.baseline.answers.get(query.source, &query.sql, 0)?;
        let names = self.key(Side::New);
        let mut first = 0;
        for batch in &answer.batches {
            let keys: Vec<_> = names.iter().map(|name| batch.column(name)).collect::<Option<_>>()?;
            for row in 0..batch.height() {
                let shown = keys.iter().map(|(series, of)| value(series, of, row).as_ref().and_then(value_as_shown));
                if shown.eq(wanted.iter().cloned()) {
                    let (series, of) = batch.column(name)?;
                    let (row, new) = (first + row as u64, value(series, of, row)?);
                    return Some(Worst { key: wanted, old, query, total: answer.rows(), row, new });
                }
            }
            first += batch.height() as u64;
        }
        None
    }

    /// The columns of the key by their names on `side`.
    fn key(&self, side: Side) -> Vec<&str> {
        self.one.check.key.iter().map(|name| self.one.check.name_on(side, name)).collect()
    }

    /// The largest number of the answer of old to `query`, with its key.
    fn widest(&self, ready: &Ready, query: &Query, known_as: &str) -> Option<(BigDecimal, Vec<Option<String>>)> {
        let answer = ready.baseline.answers.get(query.source, &query.sql, 0)?;
        let names = self.key(Side::Old);
        let column = if matches!(self.one.check.kind, KindSettings::RowCount) { None } else { Some(known_as) };
        let mut widest: Option<(BigDecimal, Vec<Option<String>>)> = None;
        for batch in &answer.batches {
            let column = column.or_else(|| batch.names().into_iter().find(|name| !names.contains(name)))?;
            let keys: Vec<Vec<Value>> = names.iter().map(|name| batch.values(name)).collect();
            for (row, held) in batch.values(column).iter().enumerate() {
                let Some(amount) = number(held) else { continue };
                if widest.as_ref().is_none_or(|(known, _)| amount.abs() > known.abs()) {
                    widest = Some((amount, keys.iter().map(|values| value_as_shown(&values[row])).collect()));
                }
            }
        }
        widest
    }
}

/// The row with so many units less.
fn less(name: &str, worst: &Worst, units: i128, scale: i64) -> Option<Vec<Edit>> {
    let less = number(&worst.new)? - BigDecimal::new(units.into(), scale);
    let less = match worst.new {
        Value::Integer(_) => Value::Integer(less.to_i128()?),
        Value::Decimal { scale, .. } => {
            let unscaled = less.with_scale(scale.into()).into_bigint_and_exponent().0.to_i128()?;
            Value::Decimal { unscaled, scale }
        }
        _ => return None,
    };
    Some(vec![Edit::Set(name.to_owned(), [(worst.row, less)].into())])
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
        Value::Integer(number) => Some(BigDecimal::from(*number)),
        Value::Decimal { unscaled, scale } => Some(BigDecimal::new((*unscaled).into(), i64::from(*scale))),
        // What a rule reads as a number.
        Value::Text(text) => text.trim().parse().ok(),
        _ => None,
    }
}

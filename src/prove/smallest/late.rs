//! The shortest delay that a check of kind `freshness` is sure to see: a step more than what is left of `max_lag`.

use bigdecimal::BigDecimal;

use super::super::edit::Edit;
use super::super::judge::rule;
use super::super::trial::{Ready, Trial};
use super::steps::stepped;
use crate::compare::value_as_shown;
use crate::frame::{Frame, Value, time};
use crate::model::{LossUnit, Side, SmallestLoss};
use crate::spec::check::KindSettings;

/// The latest times of a side, each with its key as it is shown.
struct Latest {
    /// Name of the column.
    name: String,
    rows: Vec<(Vec<Option<String>>, Value)>,
}

impl Trial<'_> {
    /// The shortest delay of new that is seen, where its time lags least; absent of times that a rule changes.
    pub(super) async fn late(&self, ready: &Ready) -> Option<SmallestLoss> {
        let KindSettings::Freshness { max_lag } = &self.one.check.kind else { return None };
        let asked = self.compared(ready).into_iter().find(|asked| asked.new == ready.target)?.old;
        let old = ready.baseline.answers.get(asked.source, &asked.sql, 0)?;
        let new = ready.baseline.answers.get(ready.target.source, &ready.target.sql, 0)?;
        let old = self.latest(old.batches.first()?, Side::Old)?;
        let new = self.latest(new.batches.first()?, Side::New)?;
        let max_lag = i128::try_from(max_lag.as_nanos()).ok()?;
        let left = |(row, (key, value)): (usize, &(Vec<Option<String>>, Value))| {
            let (_, then) = old.rows.iter().find(|(known, _)| known == key)?;
            Some((max_lag - (nanos(then)? - nanos(value)?), row))
        };
        let (left, row) = new.rows.iter().enumerate().filter_map(left).max()?;
        let (key, value) = new.rows.get(row)?;
        let step = if matches!(value, Value::Date(_)) { time::DAY } else { 1 };
        let steps = left.div_euclid(step) + 1;
        let earlier = |steps: i128| {
            let earlier = stepped(value, steps, false, false)?;
            Some(vec![Edit::Set(new.name.clone(), [(row as u64, earlier)].into())])
        };
        let found = self.least(ready, &ready.target, steps.checked_mul(2)?, &earlier).await;
        Some(SmallestLoss {
            unit: LossUnit::Seconds,
            column: None,
            amount: Some(BigDecimal::new((steps * step).into(), 9).normalized().to_plain_string()),
            unseen: None,
            place: self.place(key),
            is_least: steps == 1,
            is_confirmed: found.is(steps),
            in_rows: None,
        })
    }

    fn latest(&self, frame: &Frame, side: Side) -> Option<Latest> {
        let check = self.one.check;
        let keys: Vec<&str> = check.key.iter().map(|name| check.name_on(side, name)).collect();
        let name = frame.names().into_iter().find(|name| !keys.contains(name))?;
        let renamed = check.rename.iter().find(|(_, new)| side == Side::New && new.as_str() == name);
        let rule = rule(check, renamed.map_or(name, |(old, _)| old));
        if rule.truncate.is_some() || rule.utc || rule.types.old.is_some() || rule.types.new.is_some() {
            return None;
        }
        let keys: Vec<Vec<Value>> = keys.into_iter().map(|key| frame.values(key)).collect();
        let key = |row: usize| keys.iter().map(|values| values.get(row).and_then(value_as_shown)).collect();
        let rows = frame.values(name).into_iter().enumerate().map(|(row, value)| (key(row), value)).collect();
        Some(Latest { name: name.to_owned(), rows })
    }
}

/// Nanoseconds since 1970; absent of what stands for no time.
fn nanos(value: &Value) -> Option<i128> {
    match value {
        Value::Date(day) if *day != 0 => Some(i128::from(*day) * time::DAY),
        Value::Instant(held) | Value::WallClock(held) if *held != 0 => Some(*held),
        _ => None,
    }
}

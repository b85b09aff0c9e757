//! The fewest rows, tags or violations that a check is sure to see: one, and as many more as its waivers still cover.

use super::super::edit::{Edit, Rows};
use super::super::trial::{Ready, Trial};
use super::least::MOST_ROWS;
use crate::frame::Value;
use crate::model::{Difference, DifferenceForm, Kind, LossUnit, Side, SmallestLoss};

/// Most violations that are put into an answer.
const MOST_VIOLATIONS: i128 = 1_000;

impl Trial<'_> {
    /// The fewest rows, tags or violations that are seen; absent of kinds that compare something else.
    pub(super) async fn rows(&self, ready: &Ready) -> Option<SmallestLoss> {
        let kind = self.one.check.kind.kind();
        let total = i128::from(ready.sample.total);
        let tags = self.tags(ready);
        let (unit, name, most) = match kind.profile().keyed {
            DifferenceForm::Violations => (LossUnit::Violations, "rows", MOST_VIOLATIONS),
            DifferenceForm::Tags if ready.side == Side::New => (LossUnit::Tags, "lost", tags.len() as i128),
            DifferenceForm::Rows if kind == Kind::Rows && ready.side == Side::New => (LossUnit::Rows, "missing", total),
            _ => return None,
        };
        let amount = 1 + i128::from(self.spare(ready, name));
        // Other differences that are waived or expected may be undone by a loss.
        let is_alone = |reported: &str| reported == name;
        let mut differences = ready.baseline.reports.iter().flat_map(|report| report.outcome.differences());
        let is_clean = differences.all(|(reported, count)| count == 0 || is_alone(reported));
        let lost = |units: i128| -> Option<Vec<Edit>> {
            let count = usize::try_from(units).ok()?;
            match unit {
                LossUnit::Violations => Some(vec![Edit::Add(vec![Value::Null; ready.sample.names.len()]); count]),
                LossUnit::Tags => Some(tags.get(..count)?.to_vec()),
                _ => Some(vec![Edit::Drop(Rows::From(u64::try_from(total - units).ok()?))]),
            }
        };
        let is_confirmed = if is_clean && total <= i128::from(MOST_ROWS) && amount <= most {
            self.least(ready, &ready.target, most, &lost).await.is(amount)
        } else {
            None
        };
        Some(SmallestLoss {
            unit,
            column: None,
            amount: Some(amount.to_string()),
            unseen: None,
            place: None,
            is_least: amount == 1,
            is_confirmed,
            in_rows: None,
        })
    }

    /// How many more differences called `name` waivers with a number cover, whatever row they are of.
    fn spare(&self, ready: &Ready, name: &str) -> u64 {
        let waived = ready.baseline.reports.iter().flat_map(|report| &report.waived);
        let is_wide = |waiver: &&crate::model::Waived| {
            let names_rows = waiver.keys.is_some() || waiver.values.is_some() || waiver.per_key.is_some();
            let is_of = waiver.differences.is_empty() || waiver.differences.iter().any(|known| known == name);
            !waiver.expired && !names_rows && waiver.columns.is_empty() && is_of
        };
        let spare = |waiver: &crate::model::Waived| {
            let covered = waiver.counts.0.values().fold(0_u64, |sum, count| sum.saturating_add(*count));
            waiver.at_most.map_or(0, |most| most.saturating_sub(covered))
        };
        // What `expect` counts is exact, so that no more than that passes.
        if self.one.check.expect.contains_key(name) {
            return 0;
        }
        waived.filter(is_wide).map(spare).fold(0, u64::saturating_add)
    }

    /// Whether a waiver covers one more change of a column, whatever its row and its values.
    pub(super) fn is_waived(&self, ready: &Ready, column: &str) -> bool {
        let check = self.one.check;
        let name = check.kind.kind().differences(!check.key.is_empty()).name_of(Difference::Changed);
        let covers = |waiver: &&crate::model::Waived| {
            let names_rows = waiver.keys.is_some() || waiver.values.is_some();
            let is_of = waiver.differences.is_empty() || waiver.differences.iter().any(|known| known == name);
            let is_of_column = waiver.columns.is_empty() || waiver.columns.iter().any(|known| known == column);
            let covered = waiver.counts.0.values().fold(0_u64, |sum, count| sum.saturating_add(*count));
            !waiver.expired && !names_rows && is_of && is_of_column && waiver.at_most.is_none_or(|most| covered < most)
        };
        // What `expect` counts is exact, so that no more than that passes.
        !check.expect.contains_key(name)
            && ready.baseline.reports.iter().flat_map(|report| &report.waived).any(|waiver| covers(&waiver))
    }

    /// The loss of one tag each, of the rows that were picked.
    fn tags(&self, ready: &Ready) -> Vec<Edit> {
        let check = self.one.check;
        let is_key = |name: &String| check.key.iter().any(|key| check.name_on(ready.side, key) == name);
        let Some(at) = ready.sample.names.iter().position(|name| !is_key(name)) else { return Vec::new() };
        let lost = |(number, row): &(u64, Vec<Value>)| match row.get(at)? {
            Value::Null => None,
            Value::Array(tags) => {
                let (first, others) = tags.split_first()?;
                if others.contains(first) {
                    return None;
                }
                let other = Value::Array(others.to_vec());
                Some(Edit::Set(ready.sample.names[at].clone(), [(*number, other)].into()))
            }
            _ => Some(Edit::Drop(Rows::Numbers([*number].into()))),
        };
        ready.sample.rows.iter().filter_map(lost).collect()
    }
}

//! The smallest loss that a check is sure to see: by the formula of its rule, and found again on the answers by doubling and
//! halving.

mod amounts;
mod ends;
mod late;
mod least;
mod maps;
mod quantiles;
mod readings;
mod rows;
mod steps;
mod stored;
mod times;

use super::judge::rule;
use super::trial::{Ready, Trial};
use crate::model::{DifferenceForm, Queries, Side, SmallestLoss};
use crate::spec::check::{Check, Comparison, KindSettings, Rule};
use readings::Reading;

impl Trial<'_> {
    /// The smallest losses that the check is sure to see.
    pub(super) async fn smallest(&self, ready: &Ready) -> Vec<SmallestLoss> {
        let mut found = self.values(ready).await;
        found.extend(self.rows(ready).await);
        found.extend(self.late(ready).await);
        found.extend(self.values_moved(ready).await);
        found.extend(self.quantiles_moved(ready).await);
        found
    }

    /// The smallest losses of values of single columns.
    async fn values(&self, ready: &Ready) -> Vec<SmallestLoss> {
        let columns = self.bounded(ready);
        if columns.is_empty() || ready.side != Side::New {
            return Vec::new();
        }
        let Some(readings) = self.readings(ready) else { return Vec::new() };
        let mut found = Vec::new();
        for (known_as, name) in &columns {
            found.extend(self.value(ready, &readings, (known_as, name)).await);
        }
        found
    }

    /// The smallest loss of a column, by what its rule bounds.
    async fn value(&self, ready: &Ready, readings: &[Reading], names: (&str, &str)) -> Option<SmallestLoss> {
        let (known_as, name) = names;
        let unseen = |why| Some(SmallestLoss { column: Some(known_as.to_owned()), ..SmallestLoss::unseen(why) });
        if self.is_waived(ready, known_as) {
            return unseen("whatever it becomes, a waiver covers it");
        }
        let warns = |reading: &Reading| {
            let column = reading.both.column(name);
            column.is_some_and(|column| reading.both.pairs().iter().any(|pair| column.warns(*pair)))
        };
        if readings.iter().any(warns) {
            return unseen("values of it warn already, and one of these that falls is no worse");
        }
        let rule = rule_of(self.one.check, known_as);
        if rule.truncate.is_some() {
            return self.time(ready, readings, names).await;
        }
        match rule.comparison.levels().next() {
            Some(Comparison::Map { .. }) => self.entry(ready, readings, names).await,
            _ => self.amount(ready, readings, names).await,
        }
    }

    /// The columns that are compared by a bound, and those of counts and sums, by their names in old and in new.
    fn bounded<'r>(&self, ready: &'r Ready) -> Vec<(String, &'r str)> {
        let check = self.one.check;
        let profile = check.kind.kind().profile();
        if profile.keyed != DifferenceForm::Rows || profile.queries != Queries::Both {
            return Vec::new();
        }
        let known_as = |name: &str| {
            let renamed = check.rename.iter().find(|(_, new)| *new == name);
            renamed.map_or(name, |(old, _)| old).to_owned()
        };
        let names = ready.sample.names.iter().map(|name| (known_as(name), name.as_str()));
        names.filter(|(known_as, _)| is_bounded(check, known_as)).collect()
    }

    /// The columns that are compared by a bound and are not among the losses that were `found`, by their names in old.
    pub(super) fn untold(&self, ready: &Ready, found: &[SmallestLoss]) -> Vec<String> {
        let is_told = |name: &String| found.iter().any(|loss| loss.column.as_ref() == Some(name));
        let names = self.bounded(ready).into_iter().map(|(known_as, _)| known_as);
        names.filter(|name| !is_told(name) && has_bound(rule_of(self.one.check, name))).collect()
    }
}

/// The rule of a column by its name in old; one of the key takes no bounds of the whole check.
fn rule_of<'a>(check: &'a Check, column: &str) -> &'a Rule {
    static EXACT: std::sync::LazyLock<Rule> = std::sync::LazyLock::new(Rule::default);
    if check.key.iter().any(|key| key == column) {
        return check.columns.get(column).unwrap_or(&EXACT);
    }
    rule(check, column)
}

/// Whether the values of a column need not be the same, or are totals, of which some may be lost all the same.
fn is_bounded(check: &Check, column: &str) -> bool {
    let is_key = check.key.iter().any(|key| key == column);
    let is_total = matches!(check.kind, KindSettings::RowCount | KindSettings::Sum) && !is_key;
    let rule = rule_of(check, column);
    has_bound(rule) || (is_total && rule.comparison == Comparison::Exact)
}

/// Whether the rule takes values that are near each other.
fn has_bound(rule: &Rule) -> bool {
    let is_bound = |one: &Comparison| match one {
        Comparison::Tolerance(_) | Comparison::Ulps(_) | Comparison::Budget(_) => true,
        Comparison::Map { tolerance, .. } => tolerance.is_some(),
        _ => false,
    };
    rule.truncate.is_some() || rule.comparison.levels().any(is_bound)
}

//! The smallest loss that a check is sure to see: by the formula of its rule, and found again on the answers by doubling and
//! halving.

mod late;
mod least;
mod quantiles;
mod rows;
mod steps;
mod stored;
mod tolerance;

use super::judge::rule;
use super::trial::{Ready, Trial};
use crate::model::{DifferenceForm, Queries, SmallestLoss};
use crate::spec::check::{Comparison, Rule};

impl Trial<'_> {
    /// The smallest losses that the check is sure to see.
    pub(super) async fn smallest(&self, ready: &Ready) -> Vec<SmallestLoss> {
        let mut found = self.amounts(ready).await;
        found.extend(self.rows(ready).await);
        found.extend(self.late(ready).await);
        found.extend(self.values_moved(ready).await);
        found.extend(self.quantiles_moved(ready).await);
        found
    }

    /// The columns that are compared by a bound and are not among the losses that were `found`, by their names in old.
    pub(super) fn untold(&self, ready: &Ready, found: &[SmallestLoss]) -> Vec<String> {
        let check = self.one.check;
        let profile = check.kind.kind().profile();
        if profile.keyed != DifferenceForm::Rows || profile.queries != Queries::Both || check.kind.kind().is_bounded() {
            return Vec::new();
        }
        let known_as = |name: &String| {
            let renamed = check.rename.iter().find(|(_, new)| *new == name);
            renamed.map_or(name, |(old, _)| old).clone()
        };
        let is_told = |name: &String| found.iter().any(|loss| loss.column.as_ref() == Some(name));
        let is_key = |name: &String| check.key.contains(name);
        let names = ready.sample.names.iter().map(known_as);
        names.filter(|name| !is_key(name) && !is_told(name) && has_bound(rule(check, name))).collect()
    }
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

//! What `ignore` leaves out of a comparison of schemas: how much each pattern covers, and what of that differs.

use std::collections::BTreeMap;

use crate::model::{ColumnReport, plural};

/// Everything that is left out so far.
#[derive(Default)]
pub(super) struct LeftOut {
    patterns: BTreeMap<String, Covered>,
}

/// What one pattern covers.
struct Covered {
    reason: String,
    items: u64,
    differing: Vec<String>,
}

impl LeftOut {
    /// Leaves `name` out by a pattern and for its reason; `differs` where it would have been a finding, or may have been.
    pub(super) fn add(&mut self, (pattern, reason): (&str, &str), name: String, differs: bool) {
        let empty = || Covered { reason: reason.to_owned(), items: 0, differing: Vec::new() };
        let covered = self.patterns.entry(pattern.to_owned()).or_insert_with(empty);
        covered.items += 1;
        if differs {
            covered.differing.push(name);
        }
    }

    /// How much is left out.
    pub(super) fn items(&self) -> u64 {
        self.patterns.values().map(|covered| covered.items).sum()
    }

    /// A line for each pattern, and one for each thing that differs; where that is all that is covered, no other.
    pub(super) fn columns(self) -> Vec<ColumnReport> {
        let line = |name: String, reason: String| ColumnReport {
            name,
            rule: "ignore".to_owned(),
            reason: Some(reason),
            ..ColumnReport::default()
        };
        let mut lines = Vec::new();
        for (pattern, Covered { reason, items, differing }) in self.patterns {
            if items > 1 || differing.is_empty() {
                let covers = plural(items, "item");
                let said =
                    format!("{reason} (covers {covers}; of these differ, or were not asked: {})", differing.len());
                lines.push(line(format!("ignore {pattern}"), said));
            }
            lines.extend(differing.into_iter().map(|name| line(name, reason.clone())));
        }
        lines
    }
}

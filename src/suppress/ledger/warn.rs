//! Says which waivers pin nothing, and which name a column that the check does not compare.

use std::collections::BTreeMap;

use super::Ledger;
use super::entry::{DUPLICATE, Entry};
use crate::model::{CheckReport, DifferenceForm, ErrorCode, ErrorReport, Warning, WarningCode, plural};

impl Ledger {
    /// Names the waivers that do not cover something they are about, because they would cover any value or number of it.
    pub(super) fn warn_of_unpinned(&self, report: &mut CheckReport) {
        for (entry, count) in self.waivers.iter().zip(&self.unpinned) {
            let waiver = &entry.waiver;
            let pins_nothing = !waiver.pins_rows() && !waiver.pins_values();
            if entry.expired || !(pins_nothing || *count > 0) {
                continue;
            }
            let what = match count {
                0 => "it covers nothing".to_owned(),
                1 => "it does not cover the one difference it is about".to_owned(),
                count => format!("it does not cover the {} it is about", plural(*count, "difference")),
            };
            let message = format!(
                "the waiver at {} ({}) does not say which values it accepts, so {what}; write it anew with `cutover waive`, \
                 give `values`, `keys` or `at_most`, or say `any_value = true`",
                waiver.place, waiver.owner
            );
            report.warnings.push(Warning::new(WarningCode::UnpinnedWaiver, message).of_waiver(&waiver.place));
        }
        let mut beyond: BTreeMap<usize, u64> = BTreeMap::new();
        for met in self.met.iter().filter(|met| !met.said && !self.waivers[met.waiver].expired && met.found > met.most)
        {
            *beyond.entry(met.waiver).or_default() += met.found - met.most;
        }
        for (waiver, further) in beyond {
            let waiver = &self.waivers[waiver].waiver;
            let message = format!(
                "the waiver at {} ({}) does not say how many rows of each key it accepts, so it accepts one, and not the {further} \
                 further; write it anew with `cutover waive`, give `per_key`, or say `any_value = true`",
                waiver.place, waiver.owner
            );
            report.warnings.push(Warning::new(WarningCode::UnpinnedWaiver, message).of_waiver(&waiver.place));
        }
    }

    pub(super) fn unknown_column(&self, entry: &Entry, report: &CheckReport) -> Option<ErrorReport> {
        let tabular = report.kind.profile().keyed == DifferenceForm::Rows && !report.outcome.columns().is_empty();
        let mut compared: Vec<&str> = report.outcome.columns().iter().map(|column| column.name.as_str()).collect();
        let named: Vec<&String> = match &self.tag_column {
            Some(tag) if self.form == DifferenceForm::Tags => {
                compared = self.key.iter().map(String::as_str).chain([tag.as_str()]).collect();
                entry.waiver.keys.iter().flat_map(|key| key.keys()).collect()
            }
            _ if tabular => {
                // Those of a duplicate are counts, and no columns.
                let values = entry.waiver.values.iter().filter(|_| entry.waiver.differences != [DUPLICATE]);
                let pinned = values.map(|pin| &pin.column);
                entry.waiver.columns.iter().chain(pinned).collect()
            }
            _ => return None,
        };
        if entry.expired {
            return None;
        }
        let unknown = named.into_iter().find(|column| !compared.contains(&column.as_str()))?;
        let nearest = compared.iter().min_by_key(|name| strsim::damerau_levenshtein(unknown, name));
        let near = nearest.filter(|name| strsim::damerau_levenshtein(unknown, name) <= 1 + unknown.len() / 4);
        let help = match near {
            Some(name) => format!("did you mean `{name}`?"),
            None => format!("it compares {}", compared.join(", ")),
        };
        let message = format!(
            "{}: the waiver names the column `{unknown}`, which this check does not compare; {help}",
            entry.waiver.place
        );
        Some(ErrorReport::new(ErrorCode::WaiverUnfit, message))
    }
}

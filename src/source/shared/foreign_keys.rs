//! Foreign keys from a catalogue that lists a row for each of their columns.

use super::super::catalog::Cells;
use crate::schema::{Part, Property};

/// Actions that refuse the change of a row which others refer to, as without any.
const REFUSING: [&str; 3] = ["NO ACTION", "RESTRICT", ""];

/// The action of a foreign key in small letters; absent of one that only refuses.
pub(in super::super) fn acting(rule: Option<String>) -> Option<String> {
    rule.filter(|rule| !REFUSING.contains(&rule.as_str())).map(|rule| rule.to_lowercase())
}

/// Returns the foreign keys in the rows of a catalogue, which stand together by the column `by`: `target` and
/// `target_column`, where it is NULL the primary key of the target, `col`, `on_delete` and `on_update`.
pub(in super::super) fn foreign_keys(cells: &Cells, by: &str) -> Vec<Part> {
    let mut found: Vec<(String, Part)> = Vec::new();
    for row in 0..cells.rows() {
        let text = |name: &str| cells.text(row, name).unwrap_or_default();
        let id = text(by);
        if found.last().is_none_or(|(known, _)| *known != id) {
            let rules = [("delete", text("on_delete")), ("update", text("on_update"))];
            let acts = rules.into_iter().filter(|(_, rule)| !REFUSING.contains(&rule.as_str()));
            let acts = acts.map(|(event, rule)| format!("on {event} {}", rule.to_lowercase()));
            let part = Part {
                text: acts.collect::<Vec<_>>().join(", "),
                target: Some((text("target"), Vec::new())),
                ..Part::of_columns(Property::ForeignKeys, Vec::new())
            };
            found.push((id, part));
        }
        if let Some((_, part)) = found.last_mut() {
            part.columns.push(text("col"));
            part.target.iter_mut().for_each(|(_, columns)| columns.extend(cells.text(row, "target_column")));
        }
    }
    found.into_iter().map(|(_, part)| part).collect()
}

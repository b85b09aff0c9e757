//! Rows that no window of a check holds, in words.

use super::text::plural;
use crate::model::CheckReport;

/// Returns `1 row of old and 2 rows of new in no window`; `None` where every row is in one, or that is not known.
pub(super) fn outside(check: &CheckReport) -> Option<String> {
    let outside = check.window.as_ref()?.outside?;
    let sides = [("old", outside.old), ("new", outside.new)].into_iter().filter(|(_, rows)| *rows > 0);
    let told: Vec<String> = sides.map(|(side, rows)| format!("{} of {side}", plural(rows, "row"))).collect();
    (!told.is_empty()).then(|| format!("{} in no window", told.join(" and ")))
}

//! The columns of a check: those that differ with a bar each, the others behind them.

use serde::Serialize;

use super::super::text::{plural, tallied, thousands, visible};
use super::digits::{grouped, share};
use crate::model::{CheckReport, ColumnReport};

/// The columns of a check.
#[derive(Serialize)]
pub(super) struct Columns {
    differing: Vec<Column>,
    rest: Vec<Column>,
    /// What the others are.
    told: String,
}

#[derive(Serialize)]
struct Column {
    name: String,
    changed: String,
    share: String,
    /// Length of the bar, of 100.
    width: String,
    max_delta: String,
    rule: String,
}

/// The columns, the one that changed in most rows first; none where the check has none.
pub(super) fn of(check: &CheckReport) -> Option<Columns> {
    let all = check.outcome.columns();
    if all.is_empty() {
        return None;
    }
    let is_differing = |column: &&ColumnReport| column.changed.is_some() && tallied(column);
    let (mut differing, rest): (Vec<&ColumnReport>, Vec<&ColumnReport>) = all.iter().partition(is_differing);
    differing.sort_by_key(|column| std::cmp::Reverse(column.changed));
    let most = differing.first().and_then(|column| column.changed).unwrap_or(0);
    // A column changes in pairs of rows, of which there are as many as are equal or changed.
    let pairs = check.outcome.rows().map_or(most, |rows| rows.equal.saturating_add(rows.changed)).max(most);
    let unjudged = rest.iter().filter(|column| column.changed.is_none()).count() as u64;
    let agreeing = rest.len() as u64 - unjudged;
    let told = [
        (agreeing > 0).then(|| format!("{} without a difference", plural(agreeing, "column"))),
        (unjudged > 0).then(|| format!("{} not compared", thousands(unjudged))),
    ];
    let column = |column: &ColumnReport| shown(column, pairs);
    Some(Columns {
        differing: differing.into_iter().map(column).collect(),
        rest: rest.into_iter().map(column).collect(),
        told: told.into_iter().flatten().collect::<Vec<_>>().join(", "),
    })
}

fn shown(column: &ColumnReport, pairs: u64) -> Column {
    let reason = column.reason.as_ref().map_or(String::new(), |reason| format!(": {}", visible(reason)));
    let changed = column.changed.unwrap_or(0);
    let width = if changed == 0 { 0.0 } else { (changed as f64 / pairs as f64 * 100.0).max(0.5) };
    Column {
        name: visible(&column.name),
        changed: column.changed.map_or("not compared".to_owned(), thousands)
            + &column.warned.map_or(String::new(), |warned| format!(", {} beyond warn", thousands(warned))),
        share: share(changed, pairs),
        width: format!("{width:.1}"),
        max_delta: column.max_delta.as_deref().map_or("–".to_owned(), |delta| grouped(&visible(delta))),
        rule: format!("{}{reason}", visible(&column.rule)),
    }
}

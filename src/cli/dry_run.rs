//! Prints the SQL that a run would send, and connects to nothing.

use std::fmt::Write as _;

use chrono::Utc;

use super::console;
use crate::exit_code::PASSED;
use crate::model::{Queries, Side};
use crate::run;
use crate::run::Selected;
use crate::spec::check::KindSettings;

/// Prints the SQL of both sides of each check, of each of its windows, and returns the exit code.
pub(super) fn dry_run(selected: &[Selected<'_>]) -> Result<u8, String> {
    let now = Utc::now();
    let mut text = String::new();
    for one in selected {
        let (check, params) = (one.check, run::fixed(one.suite, now));
        let slices = match &check.window {
            None => vec![None],
            Some(window) => {
                let cut = run::cut(check, window, &params);
                cut.map_err(|why| format!("check {}: {why}", check.id))?.into_iter().map(Some).collect()
            }
        };
        for (slice, (side, query)) in slices.iter().flat_map(|slice| check.sides.present().map(move |s| (slice, s))) {
            let spec = one.suite.sources.get(&query.source).ok_or("a check names a source that is not there")?;
            let url = spec
                .resolve(one.suite.folder(), |name| std::env::var(name).ok())
                .map_err(|error| format!("check {}, source `{}`: {error}", check.id, query.source))?;
            if check.kind.kind().profile().queries == Queries::Catalogues {
                let asks_data = matches!(&check.kind, KindSettings::Schema(settings) if settings.asks_data);
                let reads = match (asks_data, side) {
                    (true, Side::Old) => "the catalogue, and the rows of every table for what their types do not tell",
                    _ => "the catalogue",
                };
                let _ = writeln!(
                    text,
                    "-- {} {side} ({}, {})\n-- reads {reads}\n",
                    check.id,
                    query.source,
                    url.driver().name
                );
                continue;
            }
            let sql = run::rendered(check, slice.as_ref(), side, url.driver().dialect, &query.sql, &params)
                .map_err(|error| format!("check {}, {side}: {error}", check.id))?;
            let at = slice.as_ref().map_or(String::new(), |slice| format!("@{}", slice.name()));
            let _ = writeln!(
                text,
                "-- {}{at} {side} ({}, {})\n{}\n",
                check.id,
                query.source,
                url.driver().name,
                sql.trim_end()
            );
        }
    }
    console::print(&text);
    Ok(PASSED)
}

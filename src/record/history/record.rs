//! A finished run as rows of the tables: what its report shows in numbers, bounded per check.

use chrono::SecondsFormat;

use super::connection::{Access, Cell, Connection};
use super::error::Error;
use super::place::Place;
use super::tables;
use crate::model::{CheckReport, ErrorReport, Key, RunReport};

/// Measures of a check that are kept; a report has the worst first.
const MEASURES: usize = 10;

/// Adds `report`, whole or not at all. `id` names the run, `folder` is where its reports are, in a folder of their own.
pub(crate) async fn record(
    place: &Place,
    report: &RunReport,
    id: &str,
    exit_code: u8,
    folder: Option<&str>,
) -> Result<(), Error> {
    let mut connection = Connection::open(place, Access::Write).await?;
    tables::ready(&mut connection, place).await?;
    let run = vec![
        Cell::from(id),
        Cell::from(report.started_at.to_rfc3339_opts(SecondsFormat::Millis, true).as_str()),
        Cell::from(report.elapsed_ms),
        Cell::from(report.status().to_string().as_str()),
        Cell::from(u64::from(exit_code)),
        Cell::from(report.version.as_str()),
        Cell::from(report.interrupted),
        Cell::from(folder),
    ];
    connection.insert("cutover_runs", &[run]).await?;
    let suites = report.suites.iter();
    let suites = suites.map(|suite| [id, &suite.name, &suite.path, &suite.checks_sha256].map(Cell::from).to_vec());
    connection.insert("cutover_suites", &suites.collect::<Vec<_>>()).await?;
    let numbered = || report.checks.iter().zip(0_u64..);
    let checks: Vec<_> = numbered().map(|(check, at)| self::check(id, at, check)).collect();
    connection.insert("cutover_checks", &checks).await?;
    let differences: Vec<_> = numbered()
        .flat_map(|(check, at)| check.outcome.differences().into_iter().map(move |found| (at, found)))
        .map(|(at, (name, found))| vec![Cell::from(id), Cell::from(at), Cell::from(name), Cell::from(found)])
        .collect();
    connection.insert("cutover_differences", &differences).await?;
    let measures: Vec<_> = numbered().flat_map(|(check, at)| measures(id, at, check)).collect();
    connection.insert("cutover_measures", &measures).await?;
    connection.commit().await
}

fn check(run: &str, at: u64, check: &CheckReport) -> Vec<Cell> {
    let sides = check.sides.as_ref().map(Option::as_ref);
    let rows = sides.map(|side| side.and_then(|side| side.rows));
    let ms = sides.map(|side| side.map(|side| side.elapsed_ms));
    let found: u64 = check.outcome.differences().values().fold(0, |sum, count| sum.saturating_add(*count));
    let listed = found == 0 || check.written.is_some_and(|written| !written.truncated);
    let partial = check.window.as_ref().and_then(|window| window.windows);
    let partial = partial.map(|all| format!("only some of the {all} windows of the check were run"));
    let note = check.error.as_ref().map(ErrorReport::message).or(check.skipped.clone()).or(partial);
    vec![
        Cell::from(run),
        Cell::from(at),
        Cell::from(check.id.as_str()),
        Cell::from(check.kind.to_string().as_str()),
        Cell::from(check.status().to_string().as_str()),
        Cell::from(check.elapsed_ms),
        Cell::from(rows.old),
        Cell::from(rows.new),
        Cell::from(ms.old),
        Cell::from(ms.new),
        Cell::from(listed),
        Cell::from(note.as_deref()),
    ]
}

fn measures(run: &str, at: u64, check: &CheckReport) -> Vec<Vec<Cell>> {
    let cells = |(measure, rank): (&crate::model::Measure, u64)| {
        vec![
            Cell::from(run),
            Cell::from(at),
            Cell::from(rank),
            Cell::from(measure.quantity.to_string().as_str()),
            Cell::from(key_text(&measure.key).as_str()),
            Cell::from(measure.old.as_deref()),
            Cell::from(measure.new.as_deref()),
            Cell::from(measure.delta.as_deref()),
            Cell::from(measure.tolerance.as_str()),
            Cell::from(measure.within),
        ]
    };
    check.outcome.measures().iter().take(MEASURES).zip(0..).map(cells).collect()
}

/// A key as JSON that keeps its order and its NULLs.
fn key_text(key: &Key) -> String {
    serde_json::to_string(&key.0).expect("pairs of texts are always JSON")
}

/// What [`key_text`] wrote.
pub(crate) fn key(text: &str) -> Option<Key> {
    serde_json::from_str(text).ok().map(Key)
}

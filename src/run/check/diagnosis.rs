//! Has a comparison diagnosed, on a thread that may take its time, and no longer than a second.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use super::super::context::{CheckRun, Context};
use super::super::findings::mask::Mask;
use super::open_rows::only_open;
use super::scan::blocking;
use super::{background, versions};
use crate::compare::ComparisonResult;
use crate::compare::diagnosis::{Known, diagnose};
use crate::isolation::caught;
use crate::model::{Diagnosis, FindingCode, Outcome, SideReport, Sides, Undecided, Warning, WarningCode, plural};

/// How long a check is diagnosed at most; a build for tests is many times slower, and must say the same.
const LONGEST: Duration = Duration::from_secs(if cfg!(debug_assertions) { 60 } else { 1 });

/// What the differences in `found` have in common, of a check whose sides returned the columns `returned`; absent where
/// that is not wanted or nothing differs. A defect here is a warning: what was found stays.
pub(crate) async fn diagnosed(
    one: CheckRun<'_>,
    context: &Context<'_>,
    found: &mut ComparisonResult,
    returned: Option<&[String]>,
    sides: &Sides<Option<SideReport>>,
) -> (Option<Diagnosis>, Option<Undecided>) {
    let check = one.check;
    let Some(mut evidence) = found.evidence.take() else { return (None, None) };
    let of_columns = found.outcome.columns().iter();
    let of_columns = of_columns.filter_map(|column| Some((column.name.clone(), column.changed?))).collect();
    let (rows, mut changed) = match (evidence.counted.take(), found.outcome.rows()) {
        (Some(counted), _) => (counted.rows, counted.changed),
        (None, Some(rows)) => (rows, of_columns),
        (None, None) => return (None, None),
    };
    if evidence.rows.is_empty() && rows.duplicate.count() == 0 {
        return (None, None);
    }
    background::draw(one, context, &mut evidence, rows.equal, sides.old.as_ref()).await;
    evidence.merges = versions::look(one, context, &evidence, sides).await;
    let ties = evidence.merges.iter().filter(|merged| merged.code == FindingCode::VersionTie);
    let ties: u64 = ties.map(|merged| merged.rows.len() as u64).sum();
    let undecided = Some(Undecided { rows: ties }).filter(|undecided| undecided.rows > 0);
    if undecided.is_some() {
        found.warnings.push(tie(ties));
    }
    let mask = Mask::new(check, &context.options.privacy, returned);
    let shows = context.options.privacy.examples;
    let mut rows = rows;
    only_open(one, mask.as_ref(), &mut evidence, &mut rows, &mut changed);
    if evidence.rows.is_empty() && rows.duplicate.count() == 0 {
        return (None, undecided);
    }
    let renamed: BTreeSet<String> = check.rename.keys().cloned().collect();
    let groups = matches!(found.outcome, Outcome::Numbers(_));
    let form = check.difference_form();
    let collated = check.sides.present().any(|(_, query)| {
        let open = context.sources.get(one.suite, &query.source);
        open.is_ok_and(|open| open.engine.driver().capabilities.collates_texts)
    });
    let begun = Instant::now();
    let diagnosing = move || {
        let known = Known {
            rows,
            changed: changed.iter().map(|(name, count)| (name.as_str(), *count)).collect(),
            groups,
            form,
            hidden: &|name| !shows || mask.as_ref().is_some_and(|mask| mask.hides_value(name)),
            renamed: &|name| renamed.contains(name),
            collated,
            late: &|| begun.elapsed() > LONGEST,
        };
        let diagnosis = diagnose(&evidence, &known);
        // Nobody waits until so many values are freed.
        rayon::spawn(|| drop(evidence));
        diagnosis
    };
    let diagnosis = blocking(|| caught(diagnosing)).await.ok();
    if diagnosis.is_none() {
        let text = "cutover met a defect of its own while it looked for what the differences have in common; \
                    please report it with the query";
        found.warnings.push(Warning::new(WarningCode::Defect, text));
    }
    (diagnosis, undecided)
}

fn tie(rows: u64) -> Warning {
    let message = format!(
        "of {} it cannot be told whether they differ: several rows of the table share the newest version, FINAL or LIMIT BY \
         shows any of them, and one is the row of the other side; write each version once, make the version column finer, \
         or order by more",
        plural(rows, "differing row")
    );
    Warning::new(WarningCode::VersionTie, message)
}

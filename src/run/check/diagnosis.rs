//! Has a comparison diagnosed, on a thread that may take its time, and no longer than a second.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use super::super::context::Context;
use super::super::findings::mask::Mask;
use super::scan::blocking;
use crate::compare::ComparisonResult;
use crate::compare::diagnosis::{Known, diagnose};
use crate::isolation::caught;
use crate::model::{Diagnosis, Warning, WarningCode};
use crate::spec::check::Check;

/// How long a check is diagnosed at most; a build for tests is many times slower, and must say the same.
const LONGEST: Duration = Duration::from_secs(if cfg!(debug_assertions) { 60 } else { 1 });

/// What the differences in `found` have in common, of a check whose sides returned the columns `returned`; absent where
/// that is not wanted or nothing differs. A defect here is a warning: what was found stays.
pub(crate) async fn diagnosed(
    check: &Check,
    context: &Context<'_>,
    found: &mut ComparisonResult,
    returned: Option<&[String]>,
) -> Option<Diagnosis> {
    let evidence = found.evidence.take()?;
    let rows = found.outcome.rows()?;
    if evidence.rows.is_empty() && rows.duplicate == 0 {
        return None;
    }
    let columns = found.outcome.columns().iter();
    let changed: BTreeMap<String, u64> =
        columns.filter_map(|column| Some((column.name.clone(), column.changed?))).collect();
    let mask = Mask::new(check, &context.options.privacy, returned);
    let renamed: BTreeSet<String> = check.rename.keys().cloned().collect();
    let groups = check.kind.kind() != crate::model::Kind::Rows;
    let duplicates_count = !check.duplicates_allowed;
    let begun = Instant::now();
    let diagnosing = move || {
        let known = Known {
            rows,
            changed: changed.iter().map(|(name, count)| (name.as_str(), *count)).collect(),
            groups,
            duplicates_count,
            hidden: &|name| mask.as_ref().is_some_and(|mask| mask.hides(name)),
            renamed: &|name| renamed.contains(name),
            late: &|| begun.elapsed() > LONGEST,
        };
        diagnose(&evidence, &known)
    };
    let diagnosis = blocking(|| caught(diagnosing)).await.ok();
    if diagnosis.is_none() {
        let text = "cutover met a defect of its own while it looked for what the differences have in common; \
                    please report it with the query";
        found.warnings.push(Warning::new(WarningCode::Defect, text));
    }
    diagnosis
}

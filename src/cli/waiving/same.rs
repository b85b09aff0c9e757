//! Says whether a check still compares what it did in a report: a waiver of anything else would mean other differences.

use crate::record::read::{RecordedCheck, RecordedSuite};
use crate::spec::check::Check;
use crate::suite::{Suite, definition_of};

/// Refuses a check that is not what it was when `units` of it were found.
pub(super) fn judge(
    recorded: &RecordedSuite,
    units: &[&RecordedCheck],
    suite: &Suite,
    check: &Check,
) -> Result<(), String> {
    let id = &check.id;
    let options = if recorded.arguments.is_empty() { "" } else { " and the same --source and --param" };
    let again = format!(
        "run it again with `cutover run {} --only {id}`{options}, and waive from that report",
        suite.path.display()
    );
    let now = check.kind.kind();
    for unit in units {
        if let Some(then) = unit.kind.filter(|then| *then != now) {
            return Err(format!("`{id}` was of kind `{then}` in that run and is of kind `{now}` now; {again}"));
        }
        let is_same = match &unit.definition {
            Some(then) => *then == definition_of(check),
            // A report of a version that did not say; then any change of the file may be one of the check.
            None => recorded.sha256 == suite.sha256,
        };
        if !is_same {
            return Err(format!(
                "the key, a query or the windows of `{id}` are not what they were in that run, so a waiver would mean other \
                 differences than those in the report; {again}"
            ));
        }
    }
    Ok(())
}

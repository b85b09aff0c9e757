//! Waivers that cover nothing, told once all checks are done: a waiver may be meant for any window of its check.

use std::collections::BTreeSet;

use super::super::addition::{Addition, Additions};
use super::super::options::{RunOptions, Selected};
use crate::model::{CheckReport, Status, Warning, WarningCode};
use crate::spec::check::Check;
use crate::spec::waiver::Waiver;

/// Warns of every waiver that covered nothing although all it names was compared. One that is over is only noted.
/// What is `broken` was not.
pub(crate) fn unused(
    reports: &[CheckReport],
    broken: &BTreeSet<usize>,
    selected: &[Selected<'_>],
    options: &RunOptions,
) -> Additions {
    // What was not looked at may be what a waiver is about.
    if options.again.is_some() {
        return Additions::new();
    }
    let mut additions = Additions::new();
    let whole = !options.only.iter().any(|pattern| pattern.glob().glob().contains('@'));
    for one in selected.iter().filter(|one| !one.check.accept.contains_key(&WarningCode::UnusedWaiver)) {
        for waiver in &one.suite.waivers {
            if let Some((at, message)) = told(reports, broken, one.check, waiver, whole) {
                let warning = Warning::new(WarningCode::UnusedWaiver, message).of_waiver(&waiver.place);
                additions.push((at, Addition::Warning(warning)));
            }
        }
    }
    additions
}

/// What is to be said of `waiver`, and in which report; `whole` where every window of the check was run.
fn told(
    reports: &[CheckReport],
    broken: &BTreeSet<usize>,
    check: &Check,
    waiver: &Waiver,
    whole: bool,
) -> Option<(usize, String)> {
    let of_check = |id: &str| id.split_once('@').map_or(id, |(id, _)| id) == check.id;
    if !of_check(&waiver.check) {
        return None;
    }
    let own: Vec<usize> = (0..reports.len()).filter(|at| of_check(&reports[*at].id)).collect();
    let meant: Vec<usize> = own.iter().copied().filter(|at| waiver.names(&reports[*at].id)).collect();
    let Some(first) = meant.first() else {
        let message = format!("the waiver at {} names {}, which is no window of this run", waiver.place, waiver.check);
        return own.first().filter(|_| whole).map(|at| (*at, message));
    };
    // One that does not say which values it accepts is reported already, with another hint.
    let unpinned = |warning: &Warning| {
        warning.code == WarningCode::UnpinnedWaiver && warning.waiver.as_ref() == Some(&waiver.place)
    };
    if own.iter().any(|at| reports[*at].warnings.iter().any(unpinned)) {
        return None;
    }
    let was_compared =
        |at: &usize| !broken.contains(at) && !matches!(reports[*at].status(), Status::Error | Status::Skip);
    let was_used = |at: &usize| {
        let waived = reports[*at].waived.iter().find(|waived| waived.place == waiver.place);
        waived.is_some_and(|waived| waived.expired || !waived.unused())
    };
    let every_window = whole || waiver.check.contains('@');
    let unused = every_window && meant.iter().all(was_compared) && !meant.iter().any(was_used);
    unused.then(|| (*first, format!("the waiver at {} ({}) covers nothing; remove it", waiver.place, waiver.owner)))
}

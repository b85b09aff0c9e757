//! What is said of a check and depends on others, as data: found from finished checks that stay as they are, and put into
//! their reports once, where these are assembled.

use std::collections::BTreeSet;

use crate::model::{CheckReport, ErrorReport, Warning};

/// Something to say of one check.
#[derive(Clone, Debug)]
pub(crate) enum Addition {
    /// Why it does not count as compared.
    Error(ErrorReport),
    /// What the reader must know.
    Warning(Warning),
    /// Of a window: the differences called `name` in all windows of its check that are neither waived nor known, and how
    /// many of the known ones in this window are those that `expect` speaks of.
    AllWindows { name: String, found: u64, by_design: u64 },
}

/// What is to be said, by the place of the check among all.
pub(crate) type Additions = Vec<(usize, Addition)>;

/// Returns the places of the checks that do not count as compared because of `additions`.
pub(crate) fn broken(additions: &Additions) -> BTreeSet<usize> {
    additions.iter().filter(|(_, one)| matches!(one, Addition::Error(_))).map(|(at, _)| *at).collect()
}

/// Returns the reports of what was found by itself, with all that is to be said beside it.
pub(crate) fn assemble(mut found: Vec<CheckReport>, additions: Additions) -> Vec<CheckReport> {
    for (at, addition) in additions {
        let Some(report) = found.get_mut(at) else { continue };
        match addition {
            Addition::Error(error) => report.error = Some(error),
            Addition::Warning(warning) => report.warnings.push(warning),
            Addition::AllWindows { name, found, by_design } => {
                report.expect_known(&name, by_design);
                let own = report.expected.iter_mut().filter(|one| one.name == name && one.windows);
                own.for_each(|one| one.in_all_windows = Some(found));
            }
        }
    }
    found
}

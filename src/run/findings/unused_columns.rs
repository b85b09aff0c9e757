//! Names of columns that no check returns, told once all checks are done: the mask of a suite, and what the command line
//! carries along, may be meant for any of them.

use std::collections::BTreeMap;

use super::super::addition::{Addition, Additions};
use super::super::check::facts::CheckFacts;
use crate::model::{CheckReport, Warning, WarningCode};
use crate::spec::check::Check;

/// Warns of names that a suite masks and that none of its checks that were read returns; `facts` has one entry per report.
pub(crate) fn unused_masks<'a>(
    checks: impl Iterator<Item = &'a Check>,
    reports: &[CheckReport],
    facts: &[CheckFacts],
) -> Additions {
    let mut additions = Additions::new();
    let mut suites: BTreeMap<&str, &[String]> = BTreeMap::new();
    for check in checks {
        suites.insert(check.id.split_once('.').map_or("", |(suite, _)| suite), &check.mask.suite);
    }
    for (suite, names) in suites {
        let of_suite = |report: &CheckReport| report.id.split_once('.').is_some_and(|(name, _)| name == suite);
        let read: Vec<usize> =
            (0..reports.len()).filter(|at| of_suite(&reports[*at]) && facts[*at].returned.is_some()).collect();
        let Some(first) = read.first().copied() else { continue };
        for name in names {
            let returns = |at: &usize| facts[*at].returned.as_ref().is_some_and(|columns| columns.contains(name));
            if !read.iter().any(returns) {
                let message = format!(
                    "`mask` of the suite names `{name}`, which no check of this run returns; correct the name if it \
                     should hide something here"
                );
                additions.push((first, Addition::Warning(Warning::new(WarningCode::MaskUnused, message))));
            }
        }
    }
    additions
}

/// Warns of columns that are to stand in whole rows and that no check that was read returns.
pub(crate) fn unused_carried(names: &[String], facts: &[CheckFacts]) -> Additions {
    let Some(first) = facts.iter().position(|facts| facts.returned.is_some()) else { return Additions::new() };
    let is_returned =
        |name: &&String| facts.iter().filter_map(|one| one.returned.as_ref()).any(|all| all.contains(name));
    let unused = names.iter().filter(|name| !is_returned(name));
    let warning = |name: &String| {
        let message = format!(
            "`--with` names `{name}`, which no check of this run returns; correct the name, or select the column in the \
             queries"
        );
        (first, Addition::Warning(Warning::new(WarningCode::WithUnused, message)))
    };
    unused.map(warning).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Kind;
    use crate::spec::check::KindSettings;

    /// Catches a suite's mask that hides nothing and says nothing.
    #[test]
    fn a_name_that_no_check_returns_is_told_once() {
        let mut one = Check::plain(KindSettings::Rows, &[]);
        one.mask.suite = vec!["email".to_owned(), "gone".to_owned()];
        let reports = ["suite.check", "suite.check"].map(|id| CheckReport::new(id, Kind::Rows));
        let returned = CheckFacts { returned: Some(vec!["email".to_owned()]), ..CheckFacts::default() };
        let told: Vec<String> = unused_masks([&one].into_iter(), &reports, &[returned, CheckFacts::default()])
            .into_iter()
            .map(|(at, addition)| match addition {
                Addition::Warning(warning) if warning.code == WarningCode::MaskUnused => {
                    format!("{at}: {}", warning.message())
                }
                other => panic!("{other:?}"),
            })
            .collect();
        assert!(told.len() == 1 && told[0].starts_with("0: ") && told[0].contains("`gone`"), "{told:?}");
    }
}

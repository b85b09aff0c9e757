//! What the checks of a suite say of themselves unless they say otherwise, and which versions of the program a suite is for.

use semver::{Version, VersionReq};

use super::bounds;
use super::bounds::Known;
use super::problem::{File, Problems};
use super::raw;
use crate::model::Kind;

/// The version of this program.
const VERSION: &str = env!("CARGO_PKG_VERSION");

/// `defaults` without what is a mistake, which is told once and not by every check.
pub(super) fn sound(
    mut defaults: raw::Defaults,
    known: &Known,
    file: &File<'_>,
    problems: &mut Problems,
) -> raw::Defaults {
    let wrong = |text: &str| match bounds::duration(text, known) {
        Ok(duration) if duration.is_zero() => Some("it is 0; give a duration such as 30s".to_owned()),
        Ok(_) => None,
        Err(why) => Some(why),
    };
    let mut tell =
        |field: &str, why: String| problems.0.push(file.problem(0, format!("defaults: `{field}`: {why}"), None));
    if let Some(why) = defaults.timeout.as_deref().and_then(wrong) {
        tell("timeout", why);
        defaults.timeout = None;
    }
    if let Some(settle) = &defaults.settle {
        let why = match &settle.wait {
            None => Some("it needs `wait`, such as { wait = \"30s\", times = 5 }".to_owned()),
            Some(wait) => wrong(wait),
        };
        if let Some(why) = why {
            tell("settle", why);
            defaults.settle = None;
        }
    }
    defaults
}

/// Gives `check` the settings of `defaults` that its kind takes and that it has none of.
pub(super) fn apply(defaults: &raw::Defaults, check: &mut raw::Check) {
    let takes = |name| check.kind.is_some_and(|kind: Kind| kind.profile().settings.contains(&name));
    let (settles, is_noisy) = (takes("settle"), takes("noise"));
    if check.timeout.is_none() {
        check.timeout.clone_from(&defaults.timeout);
    }
    check.severity = check.severity.or(defaults.severity);
    if settles && check.settle.is_none() {
        check.settle.clone_from(&defaults.settle);
    }
    if is_noisy {
        check.noise = check.noise.or(defaults.noise);
    }
}

/// Why this program may not run a suite that asks for `wanted`, with a hint.
pub(super) fn unmet(wanted: &str) -> Option<(String, Option<String>)> {
    unmet_by(VERSION, wanted)
}

fn unmet_by(this: &str, wanted: &str) -> Option<(String, Option<String>)> {
    let Ok(versions) = VersionReq::parse(wanted) else {
        let help = Some("write versions such as \">=0.2\" or \">=0.2, <1\"".to_owned());
        return Some((format!("`requires_cutover`: {wanted:?} names no versions"), help));
    };
    let this = Version::parse(this).ok()?;
    let why = || {
        let help = Some("install such a version, or change `requires_cutover` where the suite does without".to_owned());
        (format!("the suite is for cutover {versions}, and this is {this}"), help)
    };
    (!versions.matches(&this)).then(why)
}

#[cfg(test)]
mod tests {
    use super::unmet_by;

    /// Catches a version that is taken for another because its digits are compared as text.
    #[test]
    fn versions_are_compared_as_versions() {
        for met in [">=0.9", ">=0.0.10, <1", "*", "=0.9.1"] {
            assert_eq!(unmet_by("0.9.1", met), None, "{met}");
        }
        for wanted in [">=0.10", "<0.9", "^7"] {
            let (why, _) = unmet_by("0.9.1", wanted).unwrap_or_else(|| panic!("{wanted}"));
            assert!(why.starts_with("the suite is for cutover ") && why.contains(&wanted[..1]), "{why}");
        }
        assert!(unmet_by("0.9.1", "new").unwrap().0.contains("names no versions"));
    }
}

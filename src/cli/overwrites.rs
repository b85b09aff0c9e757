//! Refuses to write over what a run reads: the suite, and the files of its sources.

use std::path::{Path, PathBuf};

use crate::run::Selected;
use crate::source::Location;

/// Returns why `output`, which `flag` names, is no place to write to, if it is a file that one of `selected` reads.
pub(super) fn refusal(flag: &str, output: &Path, selected: &[Selected<'_>]) -> Option<String> {
    let output = output.canonicalize().ok().filter(|output| output.is_file())?;
    let same = |path: &Path| path.canonicalize().is_ok_and(|path| path == output);
    let what = selected.iter().find_map(|one| {
        if same(&one.suite.path) {
            return Some("the suite itself".to_owned());
        }
        let read = |(name, path): (&String, PathBuf)| same(&path).then(|| format!("source `{name}` of the suite"));
        let sources = one.suite.sources.iter().filter_map(|(name, spec)| {
            let url = spec.resolve(one.suite.folder(), |name| std::env::var(name).ok()).ok()?;
            match url.location() {
                Location::Path(path) => Some((name, path.clone())),
                Location::Server(_) => None,
            }
        });
        sources.filter_map(read).next()
    })?;
    Some(format!("{flag} {} would replace {what}; give another path", output.display()))
}

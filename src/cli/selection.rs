//! Selects checks by the patterns of `--only` and the tags of `--tag`.

use std::path::Path;

use globset::{Glob, GlobMatcher, GlobSet, GlobSetBuilder};
use regex::Regex;

use crate::run::Selected;
use crate::suite::Suite;

/// The patterns of `--only`. `check@window` names windows; without `@` a pattern means all windows of its checks.
pub(super) struct Patterns {
    texts: Vec<String>,
    /// What stands before `@`.
    checks: GlobSet,
    /// The whole patterns.
    whole: Vec<GlobMatcher>,
}

impl Patterns {
    /// Compiles the patterns; the error names the first that is none, and how one looks.
    pub(super) fn new(texts: &[String]) -> Result<Patterns, String> {
        let mut checks = GlobSetBuilder::new();
        let mut whole = Vec::new();
        for text in texts {
            let wrong =
                |cause: globset::Error| format!("--only {text}: {}; write a pattern such as 'costs.*'", cause.kind());
            checks.add(Glob::new(check_of(text)).map_err(wrong)?);
            whole.push(Glob::new(text).map_err(wrong)?.compile_matcher());
        }
        let checks = checks.build().map_err(|cause| format!("--only: {cause}"))?;
        Ok(Patterns { texts: texts.to_vec(), checks, whole })
    }

    /// Returns true if the check or window `id` is meant; no patterns mean all.
    pub(super) fn mean(&self, id: &str) -> bool {
        self.whole.is_empty() || self.whole.iter().any(|glob| glob.is_match(id) || glob.is_match(check_of(id)))
    }

    /// Returns what a run needs to choose windows.
    pub(super) fn matchers(&self) -> Vec<GlobMatcher> {
        self.whole.clone()
    }
}

/// Returns the part of an id or a pattern that names the check.
pub(super) fn check_of(id: &str) -> &str {
    id.split_once('@').map_or(id, |(check, _)| check)
}

/// Returns patterns of the ids that the texts of `--select` mean: a suite file or a folder of suites, or else a regular
/// expression that an id matches somewhere. `ids` come with the files of their suites.
pub(super) fn meant<'a>(texts: &[String], ids: &[(&'a str, &'a Path)]) -> Result<Vec<String>, String> {
    let mut meant = Vec::new();
    for text in texts {
        if text.is_empty() {
            // As an expression it would match every check, which a variable without a value is not to mean.
            return Err("--select: the text is empty; give a path or an expression, or leave --select out".to_owned());
        }
        let found: Vec<&str> = match Path::new(text).canonicalize() {
            Ok(place) => {
                let below = |suite: &Path| suite.canonicalize().is_ok_and(|suite| suite.starts_with(&place));
                ids.iter().filter(|(_, suite)| below(suite)).map(|(id, _)| *id).collect()
            }
            Err(_) => {
                let pattern = Regex::new(text).map_err(|cause| {
                    let why = cause.to_string();
                    let why = why.lines().last().unwrap_or_default().trim_start_matches("error: ");
                    format!("--select {text}: there is no such path, and it is no regular expression: {why}")
                })?;
                ids.iter().filter(|(id, _)| pattern.is_match(id)).map(|(id, _)| *id).collect()
            }
        };
        if found.is_empty() {
            return Err(format!("--select {text} matches no check; `cutover list` shows their ids"));
        }
        meant.extend(found.into_iter().map(globset::escape));
    }
    Ok(meant)
}

/// Selects every check.
pub(super) fn all(suites: &[Suite]) -> Vec<Selected<'_>> {
    suites.iter().flat_map(|suite| suite.checks.iter().map(move |check| Selected { suite, check })).collect()
}

/// Selects the checks that match a pattern and have a tag, where any are given; each pattern and tag must match something.
pub(super) fn select<'a>(
    suites: &'a [Suite],
    patterns: &Patterns,
    tags: &[String],
) -> Result<Vec<Selected<'a>>, String> {
    let all = all(suites);
    for (index, pattern) in patterns.texts.iter().enumerate() {
        if !all.iter().any(|one| patterns.checks.matches(&one.check.id).contains(&index)) {
            let bare = all.iter().find(|one| one.check.id.split_once('.').is_some_and(|(_, name)| name == pattern));
            let hint = bare.map_or("`cutover list` shows their ids".to_owned(), |one| {
                format!("an id begins with its suite: --only {}", one.check.id)
            });
            return Err(format!("--only {pattern} matches no check; {hint}"));
        }
    }
    if let Some(tag) = tags.iter().find(|tag| !all.iter().any(|one| one.check.tags.contains(tag))) {
        return Err(format!("--tag {tag} matches no check; `cutover list` shows their tags"));
    }
    let wanted = |one: &Selected<'_>| {
        (patterns.texts.is_empty() || patterns.checks.is_match(&one.check.id))
            && (tags.is_empty() || tags.iter().any(|tag| one.check.tags.contains(tag)))
    };
    let selected: Vec<_> = all.into_iter().filter(wanted).collect();
    if selected.is_empty() {
        Err("no check has both such an id and such a tag; loosen --only or --tag".to_owned())
    } else {
        Ok(selected)
    }
}

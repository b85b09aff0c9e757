//! What is wrong with suite files: every mistake with its place and, where there is one, a suggestion.

use std::fmt;
use std::path::{Path, PathBuf};

/// One mistake.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// File it stands in; empty for a mistake on the command line.
    pub path: PathBuf,
    /// Line and column, both from 1; absent where the whole file is meant.
    pub place: Option<(usize, usize)>,
    /// What is wrong.
    pub message: String,
    /// A hint.
    pub help: Option<String>,
    /// The field that cannot be read, behind the table it is of.
    pub(super) field: Option<(String, String)>,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.path.as_os_str().is_empty() {
            write!(f, "{}", self.path.display())?;
            if let Some((line, column)) = self.place {
                write!(f, ":{line}:{column}")?;
            }
            f.write_str(": ")?;
        }
        f.write_str(&self.message)?;
        match &self.help {
            Some(help) => write!(f, "; {help}"),
            None => Ok(()),
        }
    }
}

/// Every mistake of the suite files that were read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Problems(pub Vec<Problem>);

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, problem) in self.0.iter().enumerate() {
            if index > 0 {
                f.write_str("\n")?;
            }
            fmt::Display::fmt(problem, f)?;
        }
        Ok(())
    }
}

impl std::error::Error for Problems {}

impl Problems {
    /// Adds a mistake that stands nowhere in particular.
    pub(super) fn add(&mut self, path: &Path, message: impl Into<String>) {
        self.0.push(Problem { path: path.to_owned(), place: None, message: message.into(), help: None, field: None });
    }
}

/// A file being read: where its mistakes are.
pub(super) struct File<'a> {
    /// Path as it is shown.
    pub path: &'a Path,
    /// Its text.
    pub text: &'a str,
    /// Offsets at which its lines begin, ascending.
    lines: Vec<usize>,
}

impl<'a> File<'a> {
    /// The file at `path` that holds `text`.
    pub(super) fn new(path: &'a Path, text: &'a str) -> Self {
        let ends = text.match_indices('\n').map(|(at, _)| at + 1);
        File { path, text, lines: std::iter::once(0).chain(ends).collect() }
    }

    /// The mistake at byte `offset`.
    pub(super) fn problem(&self, offset: usize, message: impl Into<String>, help: Option<String>) -> Problem {
        let line = self.line(offset);
        let column = self.text[self.lines[line - 1]..floor(self.text, offset)].chars().count() + 1;
        Problem { path: self.path.to_owned(), place: Some((line, column)), message: message.into(), help, field: None }
    }

    /// The line of byte `offset`, counted from 1.
    pub(super) fn line(&self, offset: usize) -> usize {
        self.lines.partition_point(|begin| *begin <= floor(self.text, offset)).max(1)
    }
}

fn floor(text: &str, offset: usize) -> usize {
    (0..=offset.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0)
}

/// The name of a type of TOML with its article.
pub(super) fn with_article(name: &str) -> String {
    format!("{} {name}", if name.starts_with(['a', 'i']) { "an" } else { "a" })
}

/// `did you mean …?` for the known name nearest to `name`, or the whole list where none is near.
pub(super) fn nearest<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<String> {
    let known: Vec<&str> = known.into_iter().collect();
    let best = known.iter().map(|other| (strsim::damerau_levenshtein(name, other), other)).min();
    match best {
        Some((distance, other)) if distance <= 1 + name.len() / 4 => Some(format!("did you mean `{other}`?")),
        Some(_) if known.len() <= 12 => Some(format!("known: {}", known.join(", "))),
        _ => None,
    }
}

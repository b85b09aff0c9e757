//! Writes the annotations and the summary of `--github`. What goes wrong is shown and changes no exit code.

use std::cell::OnceCell;
use std::fs::OpenOptions;
use std::hash::{BuildHasher, RandomState};
use std::io::Write as _;
use std::path::Path;

use super::super::console;
use super::finished::FinishedRun;
use crate::report::github::{Place, SUMMARY_LIMIT, annotations, resumed, stopped, summary};
use crate::run::Selected;

/// The variable with the file that a summary is appended to.
const SUMMARY: &str = "GITHUB_STEP_SUMMARY";

/// A run inside a step of GitHub Actions.
#[derive(Default)]
pub(crate) struct Github {
    /// The token that lets the runner obey again, and whether it goes to stderr.
    stopped: OnceCell<(String, bool)>,
}

impl Github {
    /// Lets the runner obey nothing of what is printed from here on: a value from data may look like a command.
    pub(crate) fn begin(&self, to_stderr: bool) {
        // Nobody who fills a table may know it in advance.
        let token: String = (0..2).map(|n| format!("{:016x}", RandomState::new().hash_one(n))).collect();
        console::command(&stopped(&token), to_stderr);
        let _ = self.stopped.set((token, to_stderr));
    }

    /// Annotates the step and appends to its summary.
    pub(crate) fn annotate(&self, run: &FinishedRun<'_>) {
        let (token, to_stderr) = self.stopped.get().cloned().unzip();
        let mut text = token.map_or_else(String::new, |token| resumed(&token));
        text.push_str(&annotations(run.report, run.code, |id| place(run.selected, id)));
        console::command(&text, to_stderr.unwrap_or(false));
        if let Err(why) = summarise(run) {
            console::complain(&format!("cutover run: --github: {why}\n"));
        }
    }
}

/// Where a check stands, its file from the top of the repository where that is known.
fn place(selected: &[Selected<'_>], id: &str) -> Option<Place> {
    let one = selected.iter().find(|one| one.check.id == id)?;
    let line = *one.suite.lines.get(id)?;
    let path = &one.suite.path;
    let top = std::env::var_os("GITHUB_WORKSPACE").and_then(|top| std::fs::canonicalize(top).ok());
    let whole = std::fs::canonicalize(path).ok();
    let inside = top.zip(whole).and_then(|(top, whole)| whole.strip_prefix(top).ok().map(Path::to_owned));
    Some(Place { file: inside.as_deref().unwrap_or(path).display().to_string(), line })
}

fn summarise(run: &FinishedRun<'_>) -> Result<(), String> {
    let path = std::env::var_os(SUMMARY).filter(|path| !path.is_empty());
    let path = path.ok_or_else(|| format!("{SUMMARY} is not set, so no summary is written; GitHub Actions sets it"))?;
    let path = Path::new(&path);
    let failed = |cause: std::io::Error| format!("the summary {} cannot be written: {cause}", path.display());
    let mut file = OpenOptions::new().create(true).append(true).open(path).map_err(failed)?;
    let before = file.metadata().map_err(failed)?.len();
    let gap = if before > 0 { "\n" } else { "" };
    let used = usize::try_from(before).unwrap_or(usize::MAX).saturating_add(gap.len());
    let text = summary(run.report, SUMMARY_LIMIT.saturating_sub(used));
    if text.is_empty() {
        return Err("the summary of this step is full, so nothing is added; GitHub takes 1 MiB".to_owned());
    }
    file.write_all(format!("{gap}{text}").as_bytes()).map_err(failed)
}

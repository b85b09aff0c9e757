//! The documentation: its tasks as a reader would do them, its links, and a summary that leaves no page out.

use std::collections::BTreeSet;
use std::path::{Component, Path, PathBuf};
use std::process::Command;

use regex::Regex;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The Markdown files of the repository, without those of tests' cases.
fn pages() -> Vec<PathBuf> {
    let output = Command::new("git").current_dir(root()).args(["ls-files", "*.md"]).output().unwrap();
    let names = String::from_utf8(output.stdout).unwrap();
    let pages = names.lines().filter(|name| !name.starts_with("tests/it/")).map(|name| root().join(name));
    let pages: Vec<PathBuf> = pages.filter(|path| path.is_file()).collect();
    assert!(pages.len() > 20, "{pages:?}");
    pages
}

/// What is no code of a page.
fn prose(text: &str) -> String {
    let fences = Regex::new(r"(?ms)^```.*?^```$").unwrap();
    let spans = Regex::new(r"`[^`\n]+`").unwrap();
    spans.replace_all(&fences.replace_all(text, ""), "").into_owned()
}

/// What links lead to on a page: its headings as GitHub and mdBook name them.
fn anchors(text: &str) -> BTreeSet<String> {
    let fences = Regex::new(r"(?ms)^```.*?^```$").unwrap();
    let text = fences.replace_all(text, "");
    let headings =
        text.lines().filter_map(|line| line.strip_prefix('#').map(|rest| rest.trim_start_matches('#').trim()));
    let slug = |heading: &str| {
        let link = Regex::new(r"\[([^\]]*)\]\([^)]*\)").unwrap();
        let plain = link.replace_all(heading, "$1").to_lowercase();
        let kept = plain.chars().filter(|c| c.is_alphanumeric() || " -_".contains(*c));
        kept.map(|c| if c == ' ' { '-' } else { c }).collect::<String>()
    };
    headings.map(slug).collect()
}

/// The path without `..`.
fn plain(path: &Path) -> PathBuf {
    path.components().fold(PathBuf::new(), |mut path, part| {
        match part {
            Component::ParentDir => drop(path.pop()),
            other => path.push(other),
        }
        path
    })
}

/// Catches a link to a page, a file or a heading that is not there.
#[test]
fn no_link_is_dead() {
    let link = Regex::new(r"\]\(([^)\s]+)\)").unwrap();
    let (mut dead, mut followed) = (Vec::new(), 0);
    for page in pages() {
        let text = std::fs::read_to_string(&page).unwrap();
        for found in link.captures_iter(&prose(&text)) {
            let target = &found[1];
            if target.contains("://") || target.starts_with("mailto:") {
                continue;
            }
            let (file, anchor) = target.split_once('#').unwrap_or((target, ""));
            let place = if file.is_empty() { page.clone() } else { plain(&page.parent().unwrap().join(file)) };
            let there = place.exists()
                && (anchor.is_empty()
                    || place.extension().is_none_or(|end| end != "md")
                    || anchors(&std::fs::read_to_string(&place).unwrap()).contains(anchor));
            followed += 1;
            if !there {
                dead.push(format!("{}: {target}", page.strip_prefix(root()).unwrap().display()));
            }
        }
    }
    assert_eq!(dead, Vec::<String>::new());
    assert!(followed > 100, "{followed}");
}

/// Catches a page that the site does not have, and one that it has twice.
#[test]
fn the_summary_names_every_page_once() {
    let text = std::fs::read_to_string(root().join("docs/SUMMARY.md")).unwrap();
    let link = Regex::new(r"\]\(([^)]+)\)").unwrap();
    let mut named: Vec<PathBuf> =
        link.captures_iter(&text).map(|found| plain(&root().join("docs").join(&found[1]))).collect();
    named.sort();
    // A sample of a report is shown as it is.
    let unlisted = ["docs/SUMMARY.md", "reports/sample/report.md"].map(|name| root().join(name));
    let mut pages: Vec<PathBuf> = pages().into_iter().filter(|page| !unlisted.contains(page)).collect();
    pages.sort();
    assert_eq!(named, pages);
}

/// Times and names of runs, the same for all runs.
pub(crate) fn timeless(text: &str) -> String {
    let blanks = [
        (r"\b\d+(\.\d+)? m?s\b", "<time>"),
        (r"\d{8}T\d{6}\.\d{3}Z-[0-9a-f]{4}", "<run>"),
        (r"\d{4}-\d\d-\d\d \d\d:\d\d\b", "<moment>"),
        (r" +", " "),
    ];
    blanks.iter().fold(text.trim().to_owned(), |text, (pattern, blank)| {
        Regex::new(pattern).unwrap().replace_all(&text, *blank).into_owned()
    })
}

/// Runs the commands of a page in a folder of their own, one after another, and returns what it shows and they do not print. What
/// is left out of an answer is shown as `…`; lines may come in another order, as checks finish.
fn unlike(page: &Path) -> (usize, Vec<String>) {
    let folder = tempfile::tempdir().unwrap();
    let programs = Path::new(env!("CARGO_BIN_EXE_cutover")).parent().unwrap();
    let path = format!("{}:{}", programs.display(), std::env::var("PATH").unwrap());
    let text = std::fs::read_to_string(page).unwrap();
    let blocks = Regex::new(r"(?ms)^```console\n(.*?)^```$").unwrap();
    let (mut commands, mut code, mut printed, mut wrong) = (0, 0, BTreeSet::new(), Vec::new());
    for block in blocks.captures_iter(&text) {
        for line in block[1].lines().filter(|line| !line.is_empty() && *line != "…") {
            let Some(command) = line.strip_prefix("$ ") else {
                if !printed.contains(&timeless(line)) {
                    wrong.push(format!("{line}\n    is not among {printed:#?}"));
                }
                continue;
            };
            commands += 1;
            if command == "echo $?" {
                printed = [code.to_string()].into();
                continue;
            }
            let output = Command::new("bash")
                .current_dir(folder.path())
                .args(["-c", &format!("{command} 2>&1")])
                .env("PATH", &path)
                .env("NO_COLOR", "1")
                .env_remove("OLD_URL")
                .env_remove("NEW_URL")
                .output()
                .unwrap();
            code = output.status.code().unwrap_or(-1);
            printed = String::from_utf8(output.stdout).unwrap().lines().map(timeless).collect();
        }
    }
    (commands, wrong)
}

/// Catches a task whose commands do something else than its page shows.
#[test]
fn tasks_do_what_their_pages_show() {
    let mut tasks: Vec<PathBuf> =
        std::fs::read_dir(root().join("docs/tasks")).unwrap().map(|entry| entry.unwrap().path()).collect();
    tasks.sort();
    assert_eq!(tasks.len(), 5, "{tasks:?}");
    std::thread::scope(|threads| {
        let done: Vec<_> = tasks.iter().map(|page| (page, threads.spawn(|| unlike(page)))).collect();
        for (page, thread) in done {
            let (commands, wrong) = thread.join().unwrap();
            assert!(wrong.is_empty(), "{}: {}", page.display(), wrong.join("\n"));
            assert!(commands >= 4, "{}: {commands} commands", page.display());
        }
    });
}

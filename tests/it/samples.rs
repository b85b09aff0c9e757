//! The demo, and the samples of its report that are committed under `reports/sample/`.

use std::path::{Path, PathBuf};

use crate::cli::cutover;

/// Rewrites the sample when `CUTOVER_UPDATE` is set, else compares it.
pub(crate) fn current(name: &str, text: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("reports/sample").join(name);
    if std::env::var_os("CUTOVER_UPDATE").is_some() {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, text).unwrap();
    }
    let kept = std::fs::read_to_string(&path).unwrap();
    assert_eq!(kept, text, "reports/sample/{name} is old; CUTOVER_UPDATE=1 cargo test samples");
}

/// The text with every time and the name of the run's folder made the same for all runs.
fn timeless(text: &str) -> String {
    let blanks = [
        (r#""elapsed_ms": \d+"#, r#""elapsed_ms": 0"#),
        (r#""started_at": "[^"]*""#, r#""started_at": "2026-01-08T00:00:00.000Z""#),
        (r#"time="[\d.]+""#, r#"time="0.000""#),
        (r#"timestamp="[^"]*""#, r#"timestamp="2026-01-08T00:00:00.000+00:00""#),
        (r#"data-ms="\d+""#, r#"data-ms="0""#),
        (r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC", "2026-01-08 00:00:00 UTC"),
        (r"Started [\d: -]+ UTC", "Started 2026-01-08 00:00:00 UTC"),
        (r#"report\.json <code class="hash">[0-9a-f]{64}"#, r#"report.json <code class="hash">0"#),
        (r"\b\d+(\.\d+)? (ms|s)\b", "1 ms"),
        (r"\d{8}T\d{6}\.\d{3}Z-[0-9a-f]{4}", "20260108T000000.000Z-0000"),
    ];
    blanks.iter().fold(text.to_owned(), |text, (pattern, blank)| {
        regex::Regex::new(pattern).unwrap().replace_all(&text, *blank).into_owned()
    })
}

fn only_folder(parent: &Path) -> PathBuf {
    std::fs::read_dir(parent).unwrap().next().unwrap().unwrap().path()
}

/// Checks finish in any order; the sample shows them in the suite's.
fn sorted_lines(text: &str) -> String {
    let (lines, rest) = text.split_once("\n\n").unwrap();
    let mut lines: Vec<&str> = lines.lines().collect();
    lines.sort_by_key(|line| line.split_whitespace().nth(1).map(str::to_owned));
    format!("{}\n\n{rest}", lines.join("\n"))
}

/// Catches a demo that does not fail as it says, and samples that no longer show what a run writes.
#[test]
fn the_demo_fails_as_promised_and_the_samples_show_it() {
    let folder = tempfile::tempdir().unwrap();
    let output = cutover(folder.path()).arg("demo").output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(1), "{text}");
    assert!(text.contains("This is what a failing gate looks like"), "{text}");
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
    current("terminal.txt", &timeless(&sorted_lines(&text)));
    let reports = only_folder(&folder.path().join("cutover-demo/reports"));
    for name in ["report.json", "junit.xml", "report.md", "report.html"] {
        current(name, &timeless(&std::fs::read_to_string(reports.join(name)).unwrap()));
    }
}

/// Catches a clean pair that is not clean.
#[test]
fn the_clean_demo_passes() {
    let folder = tempfile::tempdir().unwrap();
    let output = cutover(folder.path()).args(["demo", "--clean"]).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stdout));
}

/// Catches a demo that overwrites somebody's files.
#[test]
fn the_demo_leaves_a_foreign_folder_alone() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("cutover-demo")).unwrap();
    std::fs::write(folder.path().join("cutover-demo/suite.toml"), "mine").unwrap();
    let output = cutover(folder.path()).arg("demo").output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(std::fs::read_to_string(folder.path().join("cutover-demo/suite.toml")).unwrap(), "mine");
}

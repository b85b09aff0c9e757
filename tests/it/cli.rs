//! The built program on folders of cases: `tests/it/cases/<name>/` holds a suite, its data, `args` and the `exit` code.
//!
//! What it prints is a snapshot, times and places blanked out; `report.json`, where one is written, is judged against
//! its schema.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// The built program in `folder`, no variable of this environment bearing on what it prints.
pub(crate) fn cutover(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_cutover"));
    command.current_dir(folder).env("NO_COLOR", "1").env_remove("OLD_URL").env_remove("NEW_URL").env("COLUMNS", "100");
    // Sources behind drivers need no setting.
    for engine in ["DUCKDB", "SPARK"] {
        let driver = std::env::var(format!("CUTOVER_TEST_{engine}_DRIVER"));
        command.envs(driver.map(|path| (format!("CUTOVER_{engine}_DRIVER"), path)));
    }
    command
}

/// A copy of `folder` that may be written to.
pub(crate) fn copy(folder: &Path) -> tempfile::TempDir {
    let copy = tempfile::tempdir().unwrap();
    for entry in walkdir::WalkDir::new(folder) {
        let entry = entry.unwrap();
        let to = copy.path().join(entry.path().strip_prefix(folder).unwrap());
        if entry.file_type().is_dir() {
            std::fs::create_dir_all(&to).unwrap();
        } else {
            std::fs::copy(entry.path(), &to).unwrap();
        }
    }
    copy
}

/// What a run printed, without what differs from run to run.
pub(crate) fn printed(output: &Output, folder: &Path) -> String {
    let folder = folder.to_str().unwrap();
    let text = format!(
        "{}\n-- stderr --\n{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    let text = text.replace(folder, "<folder>");
    let times = regex::Regex::new(r"\b\d+(\.\d+)? m?s\b|\b\d+ m \d\d s\b").unwrap();
    let moments = regex::Regex::new(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC").unwrap();
    moments.replace_all(&times.replace_all(&text, "<time>"), "<moment>").into_owned()
}

fn arguments(folder: &Path) -> Vec<String> {
    let line = std::fs::read_to_string(folder.join("args")).unwrap();
    // Words, or text in double quotes.
    let words = regex::Regex::new(r#""([^"]*)"|(\S+)"#).unwrap();
    words.captures_iter(&line).map(|found| found.get(1).or(found.get(2)).unwrap().as_str().to_owned()).collect()
}

fn cases() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/cases");
    let mut cases: Vec<PathBuf> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    cases.sort();
    cases
}

/// The report of a run that wrote `out.json`, valid by the schema that scripts are promised.
pub(crate) fn report(folder: &Path) -> Option<serde_json::Value> {
    let text = std::fs::read_to_string(folder.join("out.json")).ok()?;
    let report: serde_json::Value = serde_json::from_str(&text).unwrap();
    let schema: serde_json::Value = serde_json::from_str(include_str!("../../docs/report.schema.json")).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let errors: Vec<String> = validator.iter_errors(&report).map(|error| error.to_string()).collect();
    assert!(errors.is_empty(), "{errors:?}");
    assert!(!text.contains(": null"), "a field that does not apply is absent");
    Some(report)
}

/// Catches any change of an exit code, and of anything people or scripts read.
#[test]
fn cases_exit_and_print_as_recorded() {
    for case in cases() {
        let name = case.file_name().unwrap().to_str().unwrap().to_owned();
        let folder = copy(&case);
        let output = cutover(folder.path()).args(arguments(&case)).output().unwrap();
        let expected: i32 = std::fs::read_to_string(case.join("exit")).unwrap().trim().parse().unwrap();
        let text = printed(&output, folder.path());
        assert_eq!(output.status.code(), Some(expected), "{name}: {text}");
        assert!(!text.contains("s3cret"), "{name} shows a password");
        assert!(!text.contains('\u{1b}'), "{name} lets data move the cursor");
        if let Some(report) = report(folder.path()) {
            let status = report["status"].as_str().unwrap();
            let coherent = match expected {
                0 => ["pass", "warn"].contains(&status),
                1 => ["fail", "warn"].contains(&status),
                _ => ["error", "skip"].contains(&status),
            };
            assert!(coherent, "{name}: exit {expected} with status {status}");
            assert!(!report.to_string().contains("s3cret"), "{name} writes a password");
        }
        let left: Vec<_> = std::fs::read_dir(folder.path())
            .unwrap()
            .filter_map(|entry| entry.unwrap().file_name().into_string().ok())
            .filter(|file| file.starts_with(".cutover-"))
            .collect();
        assert!(left.is_empty(), "{name} leaves {left:?}");
        insta::with_settings!({ snapshot_path => "snapshots", prepend_module_to_snapshot => false, omit_expression => true }, {
            insta::assert_snapshot!(name, text);
        });
    }
}

/// Catches exit 0 for a difference, and exit 1 for a check that could not be made.
#[test]
fn differences_exit_1_and_broken_checks_2() {
    for (case, code) in [("fail", 1), ("error_beats_fail", 2), ("pass", 0)] {
        let folder = copy(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/cases").join(case));
        let status = cutover(folder.path()).args(["run", "suite.toml", "--quiet"]).status().unwrap();
        assert_eq!(status.code(), Some(code), "{case}");
    }
}

/// Catches a missing table, or no source at all, that counts as nothing to complain about.
#[test]
fn a_missing_table_exits_2() {
    let folder = copy(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/cases/pass"));
    std::fs::remove_file(folder.path().join("new.csv")).unwrap();
    let output = cutover(folder.path()).args(["run", "suite.toml"]).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stdout).contains("new.csv"));
}

/// Catches a suite without sources that passes.
#[test]
fn no_source_exits_2() {
    let folder = tempfile::tempdir().unwrap();
    let suite = "name = \"s\"\n[checks.c]\nkind = \"row_count\"\nold = \"SELECT 1\"\nnew = \"SELECT 1\"\n";
    std::fs::write(folder.path().join("suite.toml"), suite).unwrap();
    let output = cutover(folder.path()).args(["run", "suite.toml"]).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("source `old`"));
}

/// Catches a default run that writes anything but one whole folder and its history, and a `--keep` that keeps too much.
#[test]
fn a_run_writes_every_format_into_a_folder_of_its_own() {
    let folder = copy(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/cases/fail"));
    for _ in 0..3 {
        let status = cutover(folder.path()).args(["run", "suite.toml", "--quiet", "--keep", "2"]).status().unwrap();
        assert_eq!(status.code(), Some(1));
    }
    let all: Vec<_> = std::fs::read_dir(folder.path().join("reports")).unwrap().map(|e| e.unwrap().path()).collect();
    let (reports, others): (Vec<_>, Vec<_>) = all.into_iter().partition(|path| path.is_dir());
    assert_eq!((reports.len(), others), (2, vec![folder.path().join("reports/history.db")]));
    let mut files: Vec<_> = std::fs::read_dir(&reports[0]).unwrap().map(|e| e.unwrap().file_name()).collect();
    files.sort();
    assert_eq!(files, ["differences.parquet", "junit.xml", "report.html", "report.json", "report.md"]);
    let junit = std::fs::read_to_string(reports[0].join("junit.xml")).unwrap();
    let junit = roxmltree::Document::parse(&junit).unwrap();
    assert_eq!(junit.descendants().filter(|node| node.has_tag_name("failure")).count(), 1);
}

/// Catches a reader that goes away taking the run down with it.
#[test]
fn a_closed_pipe_is_no_panic() {
    let folder = copy(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/cases/fail"));
    let shell = format!("'{}' run suite.toml | true; echo \"${{PIPESTATUS[0]}}\"", env!("CARGO_BIN_EXE_cutover"));
    let output = Command::new("bash").current_dir(folder.path()).args(["-c", &shell]).output().unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stdout).trim(), "1");
    assert!(!String::from_utf8_lossy(&output.stderr).contains("panicked"));
}

/// Catches an answer that nobody gets and an exit code that says all is well: a disk that is full is no reader that left.
#[test]
fn what_cannot_be_written_to_stdout_is_told() {
    let folder = copy(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/cases/pass"));
    let run = |words: &str, to: &str| {
        let shell = format!("'{}' {words} >{to}", env!("CARGO_BIN_EXE_cutover"));
        let output = Command::new("bash").current_dir(folder.path()).args(["-c", &shell]).output().unwrap();
        (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
    };
    let formats = ["json", "junit", "markdown", "html"].map(|format| format!("run suite.toml --report {format}=-"));
    let others = ["list suite.toml", "list suite.toml --json", "schema", "history", "completions bash", "man"];
    assert_eq!(run("run suite.toml", "out.txt").0, Some(0));
    for words in formats.iter().map(String::as_str).chain(others) {
        assert_eq!(run(words, "out.txt").0, Some(0), "{words}");
        let (code, told) = run(words, "/dev/full");
        assert_eq!(code, Some(2), "{words}: {told}");
        assert_eq!(told.matches("standard output cannot be written").count(), 1, "{words}: {told}");
    }
}

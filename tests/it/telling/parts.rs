//! Runs of some windows of a check: what a notification and the history make of them.

use std::path::Path;

use super::notify::Server;
use super::{command, stderr};
use crate::cli::cutover;
use crate::waivers::write;

const SUITE: &str = r#"name = "s"
[sources.old]
url = "old"
types = { "t.id" = "integer", "t.d" = "date" }
[sources.new]
url = "new"
types = { "t.id" = "integer", "t.d" = "date" }
[checks.t]
kind = "rows"
key = "id"
window = { column = "d", from = 2026-01-01, to = 2026-01-04, step = "1 day" }
old = "SELECT id, d FROM t"
new = "SELECT id, d FROM t"
"#;

const ROWS: &str = "id,d\n1,2026-01-01\n2,2026-01-02\n3,2026-01-03\n";

/// What the history has of the check, oldest first.
fn recorded(folder: &Path) -> Vec<String> {
    let output = cutover(folder).args(["history", "s", "--json"]).output().unwrap();
    let found: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let runs = found["checks"][0]["runs"].as_array().unwrap();
    runs.iter().map(|run| run["status"].as_str().unwrap().to_owned()).collect()
}

/// Catches a window that passes, as it did before, and is told as a healing of its check, one that keeps the healing of the
/// check quiet, and a history in which it is a pass of the check.
#[test]
fn some_windows_do_not_stand_for_their_check() {
    for kept in [&[][..], &["--no-history"]] {
        let (folder, server) = (tempfile::tempdir().unwrap(), Server::new(200, ""));
        write(folder.path(), "suite.toml", SUITE);
        write(folder.path(), "old/t.csv", ROWS);
        write(folder.path(), "new/t.csv", "id,d\n1,2026-01-01\n3,2026-01-03\n");
        let run = |arguments: &[&str], code: i32| {
            let arguments = [&["--notify", &server.url][..], kept, arguments].concat();
            let output = command(folder.path(), &arguments).output().unwrap();
            assert_eq!(output.status.code(), Some(code), "{}", stderr(&output));
        };
        run(&[], 1);
        assert!(server.message().contains("1 fail"));
        run(&["--only", "s.t@2026-01-01"], 0);
        assert_eq!(server.taken(), [""; 0], "{kept:?}: this window passed before, or is not known to have failed");
        run(&["--only", "s.t@2026-01-02"], 1);
        assert_eq!(server.message().contains("the run before: fail"), kept.is_empty(), "{kept:?}");
        run(&["--only", "s.t@2026-01-01"], 0);
        assert_eq!(server.taken(), [""; 0], "{kept:?}");
        if kept.is_empty() {
            assert_eq!(recorded(folder.path()), ["fail", "fail"], "a window that passes says nothing of the others");
        }
        write(folder.path(), "new/t.csv", ROWS);
        run(&[], 0);
        let told = server.message();
        assert!(told.contains("PASS") && told.contains("the run before: fail"), "{kept:?}: {told}");
    }
}

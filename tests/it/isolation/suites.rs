//! Suite files, waivers and reports that are too large or too deep: refused within seconds, by a limit that is named.

use std::path::Path;
use std::time::{Duration, Instant};

use crate::cli::cutover;

/// The exit code and what was shown of a command that must not take long.
fn told(folder: &Path, arguments: &[&str]) -> (Option<i32>, String) {
    let begun = Instant::now();
    let output = cutover(folder).args(arguments).output().unwrap();
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(begun.elapsed() < Duration::from_secs(60), "{:?}: {}", begun.elapsed(), &told[..told.len().min(500)]);
    (output.status.code(), told)
}

const BEGIN: &str = "name = \"s\"\n[sources.old]\nurl = \"d\"\n[sources.new]\nurl = \"d\"\n";
const CHECK: &str = "[checks.a]\nkind = \"row_count\"\nold = \"SELECT 1 AS n\"\nnew = \"SELECT 1 AS n\"\n";

/// Catches a file that is taken apart for minutes before it is refused.
#[test]
fn a_suite_of_too_many_tables_is_refused_within_seconds() {
    let folder = tempfile::tempdir().unwrap();
    let many = |one: &dyn Fn(usize) -> String| (0..100_000).map(one).collect::<String>();
    let files = [
        many(&|at| format!("[checks.c{at}]\n")),
        many(&|at| format!("[t{at}]\n")),
        many(&|at| format!("[sources.s{at}]\nurl=\"d\"\n")),
        format!("x = [{}]\n", many(&|_| "{},".to_owned())),
        "[[x]]\n".repeat(100_000),
        many(&|at| format!("[checks.c{at}]\nkind = \"row_count\"\nold = \"SELECT 1 AS n\"\nnew = \"SELECT 1 AS n\"\n")),
    ];
    for text in files {
        std::fs::write(folder.path().join("suite.toml"), format!("{BEGIN}{CHECK}{text}")).unwrap();
        for command in
            [&["validate", "suite.toml"][..], &["run", "suite.toml", "--no-history"], &["list", "suite.toml"]]
        {
            let (code, told) = told(folder.path(), command);
            let limits = ["tables, and at most 20000 are read", "has more than 8.0 MiB, the most that is read"];
            assert_eq!(code, Some(2), "{}", &told[..told.len().min(500)]);
            assert!(limits.iter().any(|limit| told.contains(limit)), "{}", &told[..told.len().min(500)]);
        }
    }
}

/// Catches a limit that suites of this world meet, and places of mistakes that are counted from the start each time.
#[test]
fn a_suite_of_thousands_of_checks_is_read_within_seconds() {
    let folder = tempfile::tempdir().unwrap();
    let check = |at: usize| CHECK.replace("checks.a", &format!("checks.c{at}"));
    let text = format!("{BEGIN}{}", (0..1_000).map(check).collect::<String>());
    std::fs::write(folder.path().join("suite.toml"), &text).unwrap();
    assert_eq!(told(folder.path(), &["validate", "suite.toml"]).0, Some(0));
    // Each of them has a mistake.
    std::fs::write(folder.path().join("suite.toml"), text.replace("kind =", "kinds =")).unwrap();
    let (code, told) = told(folder.path(), &["validate", "suite.toml"]);
    assert_eq!(code, Some(2));
    assert!(
        told.contains("suite.toml:4002:") && told.contains("did you mean `kind`?"),
        "{}",
        &told[told.len() - 500..]
    );
}

/// Catches a stack that overflows while something deep is read, in each place that reads what people wrote.
#[test]
fn what_is_nested_too_deep_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
    let (open, close) = ("[".repeat(100_000), "]".repeat(100_000));
    std::fs::create_dir(folder.path().join("d")).unwrap();
    write("d/t.ndjson", &format!("{{\"a\":{open}{close}}}\n"));
    let dotted = vec!["a"; 100_000].join(".");
    for deep in [
        format!("x = {open}{close}\n"),
        format!("x = {}\n", "{a=".repeat(100_000)),
        format!("[{dotted}]\n"),
        format!("{dotted} = 1\n"),
    ] {
        write("suite.toml", &format!("{deep}{BEGIN}{CHECK}"));
        assert_eq!(told(folder.path(), &["validate", "suite.toml"]).0, Some(2));
        write("suite.toml", &format!("{BEGIN}{CHECK}"));
        write("waivers.toml", &deep);
        assert_eq!(told(folder.path(), &["validate", "suite.toml"]).0, Some(2));
        std::fs::remove_file(folder.path().join("waivers.toml")).unwrap();
    }
    write("suite.toml", &format!("{BEGIN}{}", CHECK.replacen("SELECT 1 AS n", "SELECT count(*) AS n FROM t", 1)));
    let (code, message) = told(folder.path(), &["run", "suite.toml", "--no-history", "--report", "json=r.json"]);
    assert_eq!(code, Some(2), "{message}");
    assert!(std::fs::read_to_string(folder.path().join("r.json")).unwrap().contains("t.ndjson"));
    write("report.json", &format!("{{\"schema_version\":1,\"checks\":{open}{close}}}"));
    for command in [&["rerun", "report.json"][..], &["run", "suite.toml", "--no-history", "--baseline", "report.json"]]
    {
        let (code, message) = told(folder.path(), command);
        assert!(code == Some(2) && message.contains("report.json is no JSON"), "{code:?} {message}");
    }
}

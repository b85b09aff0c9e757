//! Every command that prints for people prints for programs, too.

use std::path::Path;
use std::process::Output;

use serde_json::Value as Json;

use crate::cli::cutover;

/// Per command how it is asked for JSON, in a folder where `demo` has run, and the exit code that it ends with; nothing of
/// those that print what only programs read.
const COMMANDS: [(&str, &[&str], i32); 18] = [
    ("run", &["run", "pair", "--json", "--no-history"], 1),
    ("rerun", &["rerun", "last", "--json"], 1),
    ("show", &["show", "last", "--json"], 0),
    // Its own --json is a rule of columns.
    ("diff", &["diff", "old.csv", "new.csv", "--key", "id", "--report", "json=-"], 1),
    ("prove", &["prove", "pair", "--json", "--only", "*.trace_count"], 0),
    ("rehearse", &["rehearse", "star_schema", "--list", "--json"], 0),
    ("init", &["init", "--old", "old.csv", "--new", "new.csv", "--dir", "made", "--json"], 0),
    ("list", &["list", "pair", "--json"], 0),
    ("validate", &["validate", "pair", "--json"], 0),
    ("history", &["history", "--json"], 0),
    ("demo", &["demo", "--dir", "again", "--json"], 1),
    ("waive", &["waive", "last", "--check", "ID", "--until", "2099-01-01", "--why", "w", "--owner", "o", "--json"], 0),
    // It speaks to programs only.
    ("mcp", &[], 0),
    ("drivers", &["drivers", "--json"], 0),
    ("schema", &["schema"], 0),
    ("version", &["version", "--json"], 0),
    ("completions", &[], 0),
    ("man", &[], 0),
];

fn run(folder: &Path, args: &[&str]) -> Output {
    cutover(folder).args(args).output().unwrap()
}

/// Catches a command without a form for programs, one whose form is no JSON, and one that mixes words into it.
#[test]
fn every_command_answers_in_json() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let help = run(folder, &["--help"]);
    let help = String::from_utf8(help.stdout).unwrap();
    let listed = help.lines().skip_while(|line| *line != "Commands:").skip(1).take_while(|line| line.starts_with("  "));
    // What an explanation goes on with stands further in.
    let listed = listed.filter(|line| !line.starts_with("   "));
    let listed: Vec<&str> =
        listed.filter_map(|line| line.split_whitespace().next()).filter(|name| *name != "help").collect();
    let known: Vec<&str> = COMMANDS.iter().map(|(name, ..)| *name).collect();
    assert_eq!(listed, known, "the commands of --help, in its order");

    std::fs::write(folder.join("old.csv"), "id,v\n1,a\n2,b\n").unwrap();
    std::fs::write(folder.join("new.csv"), "id,v\n1,a\n2,c\n").unwrap();
    std::os::unix::fs::symlink(Path::new(env!("CARGO_MANIFEST_DIR")).join("checks"), folder.join("checks")).unwrap();
    assert_eq!(run(folder, &["demo", "--dir", "pair", "--quiet"]).status.code(), Some(1));
    let first = run(folder, &["run", "pair", "--quiet"]);
    assert_eq!(first.status.code(), Some(1), "{}", String::from_utf8_lossy(&first.stderr));
    let kept = run(folder, &["show", "last", "--json", "--limit", "1", "--difference", "missing"]);
    let kept: Json = serde_json::from_slice(&kept.stdout).unwrap();
    let id = kept["check"].as_str().unwrap();

    for (name, args, code) in COMMANDS.iter().filter(|(_, args, _)| !args.is_empty()) {
        let args: Vec<&str> = args.iter().map(|arg| if *arg == "ID" { id } else { arg }).collect();
        let output = run(folder, &args);
        let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert_eq!(output.status.code(), Some(*code), "{name}: {err}{out}");
        let whole = serde_json::from_str::<Json>(&out).is_ok_and(|json| json.is_object());
        let lines = out.lines().all(|line| serde_json::from_str::<Json>(line).is_ok_and(|json| json.is_object()));
        assert!((whole || lines) && !out.trim().is_empty(), "{name}: {out}");
    }
    for args in
        [&["history", "compare", "last~1", "last", "--json"][..], &["history", "prune", "--keep", "90d", "--json"]]
    {
        run(folder, &["run", "pair", "--quiet"]);
        let output = run(folder, args);
        let json = serde_json::from_slice::<Json>(&output.stdout);
        assert!(json.is_ok_and(|json| json["schema_version"] == 1), "{args:?}: {output:?}");
    }
}

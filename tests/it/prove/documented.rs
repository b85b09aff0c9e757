//! The demo's blind check, and the page that shows how it is found.

use std::collections::BTreeSet;

use crate::cli::cutover;

/// The lines of the checks, which end in any order, and all that follows, without times.
fn parts(text: &str) -> (BTreeSet<String>, String) {
    let (lines, rest) = text.split_once("\n\n").unwrap();
    let times = regex::Regex::new(r"\b\d+(\.\d+)? m?s\b").unwrap();
    let lines = lines.lines().map(|line| line.trim_end().to_owned()).collect();
    (lines, times.replace_all(rest.trim_end(), "<time>").into_owned())
}

/// Catches a demo whose blind check is not found, another check of it that is blind, and a page that shows what is not so.
#[test]
fn the_blind_check_of_the_demo_is_found_as_the_page_shows() {
    let folder = tempfile::tempdir().unwrap();
    assert!(cutover(folder.path()).args(["demo", "--clean"]).status().unwrap().success());
    let output = cutover(folder.path()).args(["prove", "cutover-demo"]).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(1), "{text}");
    let page = include_str!("../../../docs/prove.md");
    let shown = page.split("$ cutover demo --clean && cutover prove cutover-demo\n").nth(1).unwrap();
    let shown = shown.split("\n```").next().unwrap();
    assert_eq!(parts(&text), parts(shown), "docs/prove.md is old; this is shown now:\n{text}");
    let blind: Vec<&str> = text.lines().filter(|line| line.starts_with("blind")).collect();
    assert!(blind.len() == 1 && blind[0].contains("demo.cost_by_project"), "{blind:?}");
}

/// Catches floats of files that cannot be changed in their table, because a decimal beside them is refused.
#[test]
fn floats_of_files_are_changed_in_their_table() {
    let folder = tempfile::tempdir().unwrap();
    assert!(cutover(folder.path()).args(["demo", "--clean", "--quiet"]).status().unwrap().success());
    let mut command = cutover(folder.path());
    command.args(["prove", "cutover-demo", "--on", "tables", "--only", "demo.quantiles_in_order", "--json"]);
    let proof = super::read(&command.output().unwrap());
    // p50 ≤ p95 ≤ p99 holds where p50 is 0.
    assert!(super::tables::with(&proof, "missed").contains(&"model_latency.p50:zero".to_owned()), "{}", proof.shown);
    let caught = super::tables::with(&proof, "caught");
    for id in ["model_latency.p95:zero", "model_latency.p99:zero"] {
        assert!(caught.contains(&id.to_owned()), "{id}: {caught:?}\n{}", proof.shown);
    }
}

/// Catches a mutant that the page does not name, and one that it names and nothing has.
#[test]
fn the_page_names_the_mutants() {
    let page = include_str!("../../../docs/prove.md");
    let table = page.split("## What is tried").nth(1).unwrap().split("\n\nThe answers").next().unwrap();
    let names = regex::Regex::new(r"`([a-z0-9_]+)`").unwrap();
    let kinds = ["tag_dedup", "percentile", "freshness", "invariant", "max_lag"];
    let named: BTreeSet<String> = names.captures_iter(table).map(|found| found[1].to_owned()).collect();
    let named: BTreeSet<String> = named.into_iter().filter(|name| !kinds.contains(&name.as_str())).collect();
    let code = [
        include_str!("../../../src/prove/mutant/operators.rs"),
        include_str!("../../../src/prove/mutant/columns.rs"),
        include_str!("../../../src/prove/mutant/pairs.rs"),
        include_str!("../../../src/prove/mutant/rows.rs"),
        include_str!("../../../src/prove/mutant/windows.rs"),
        include_str!("../../../src/prove/mutant/kinds.rs"),
    ];
    let strings = regex::Regex::new(r#"(?:^|[(\s])"([a-z0-9_]+)"(?:,| =>)"#).unwrap();
    let made: BTreeSet<String> =
        code.iter().flat_map(|text| strings.captures_iter(text)).map(|found| found[1].to_owned()).collect();
    let made: BTreeSet<String> = made.into_iter().filter(|name| name != "unsigned").collect();
    assert_eq!(named, made);
    let table = page.split("Each table is tried with:").nth(1).unwrap().split("\n\nA mutant is missed").next().unwrap();
    let code =
        [include_str!("../../../src/prove/tables/mutants.rs"), include_str!("../../../src/prove/tables/versions.rs")];
    let names_of = regex::Regex::new(r#"(?:name: |row\(\s*)"([a-z_]+)""#).unwrap();
    let made: BTreeSet<String> =
        code.iter().flat_map(|text| names_of.captures_iter(text)).map(|found| found[1].to_owned()).collect();
    let first: String = table.lines().filter_map(|line| line.split(" | ").next()).collect();
    let named: BTreeSet<String> = names.captures_iter(&first).map(|found| found[1].to_owned()).collect();
    assert_eq!(named.iter().filter(|name| *name != "null").cloned().collect::<BTreeSet<_>>(), made);
}

//! What shells and `man` make of the command line.

use std::io::Write;
use std::process::{Command, Output, Stdio};

use crate::cli::cutover;

fn printed(arguments: &[&str]) -> String {
    let folder = tempfile::tempdir().unwrap();
    let output = cutover(folder.path()).args(arguments).output().unwrap();
    assert!(output.status.success(), "{arguments:?}");
    String::from_utf8(output.stdout).unwrap()
}

/// What `program` says of `text` on its standard input.
fn fed(program: &str, arguments: &[&str], text: &str) -> Output {
    let mut child = Command::new(program)
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap_or_else(|why| panic!("{program}: {why}"));
    child.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
    child.wait_with_output().unwrap()
}

/// Words that bash offers where `line` ends.
fn offered(line: &[&str]) -> Vec<String> {
    let script = printed(&["completions", "bash"]);
    let words = line.iter().map(|word| format!("'{word}'")).collect::<Vec<_>>().join(" ");
    let (last, before) = (line[line.len() - 1], line[line.len() - 2]);
    let ask = format!(
        "{script}\nCOMP_WORDS=({words}); COMP_CWORD={}; _cutover cutover '{last}' '{before}'; printf '%s\\n' \"${{COMPREPLY[@]}}\"\n",
        line.len() - 1
    );
    let output = fed("bash", &["--norc", "-s"], &ask);
    assert!(output.status.success() && output.stderr.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().lines().map(str::to_owned).collect()
}

/// Catches a script that bash does not read, or that offers nothing.
#[test]
fn bash_offers_commands_flags_and_values() {
    let commands = offered(&["cutover", ""]);
    for name in ["run", "diff", "init", "list", "validate", "demo", "rehearse", "prove", "schema", "completions", "man"]
    {
        assert!(commands.contains(&name.to_owned()), "{name}: {commands:?}");
    }
    assert_eq!(offered(&["cutover", "run", "--no-ex"]), ["--no-examples"]);
    assert_eq!(offered(&["cutover", "run", "--plan", "s"]), ["stream", "server"]);
    assert!(offered(&["cutover", "completions", ""]).contains(&"zsh".to_owned()));
}

/// Catches a shell whose script is empty or lacks a command.
#[test]
fn every_shell_gets_a_script() {
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let script = printed(&["completions", shell]);
        for name in ["rehearse", "init", "no-examples"] {
            assert!(script.contains(name), "{shell}: {name}");
        }
    }
}

/// Catches a page that is missing, that groff stumbles over, or whose examples run together.
#[test]
fn the_manual_is_typeset_without_a_warning() {
    let folder = tempfile::tempdir().unwrap();
    let output = cutover(folder.path()).args(["man", "--dir", "man1"]).output().unwrap();
    assert!(output.status.success());
    let mut pages = vec![("stdout".to_owned(), printed(&["man"]))];
    for entry in std::fs::read_dir(folder.path().join("man1")).unwrap() {
        let entry = entry.unwrap();
        pages.push((entry.file_name().into_string().unwrap(), std::fs::read_to_string(entry.path()).unwrap()));
    }
    let names: Vec<&str> = pages.iter().map(|(name, _)| name.as_str()).collect();
    for name in ["cutover.1", "cutover-run.1", "cutover-init.1", "cutover-man.1"] {
        assert!(names.contains(&name), "{names:?}");
    }
    for (name, page) in &pages {
        let set = fed("groff", &["-ww", "-k", "-man", "-Tutf8", "-P-cbou"], page);
        assert_eq!(String::from_utf8_lossy(&set.stderr), "", "{name}");
        let text = String::from_utf8(set.stdout).unwrap();
        let usage = text.split_once("SYNOPSIS\n").and_then(|(_, rest)| rest.split_once("\n\n")).unwrap().0;
        assert!(usage.lines().count() <= 3 && usage.contains("cutover"), "{name}: {usage}");
        let (_, examples) = text.split_once("EXAMPLES").unwrap_or_else(|| panic!("{name} has no examples"));
        let lines = examples.lines().filter(|line| line.contains("cutover ") && !line.contains("cutover("));
        assert!(lines.clone().all(|line| line.matches("cutover ").count() <= 3) && lines.count() > 0, "{name}: {text}");
    }
}

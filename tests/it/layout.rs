//! Holds the files of `src` to their layout: no two import each other, and each is short enough to be read.
//!
//! Reads `use` items and paths written in place. A method that is called across files is no import and is not seen.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use regex::Regex;

/// Lines beyond which a file wants splitting.
const LONGEST: usize = 400;

/// The path of a module or of an item, from the root of the crate.
type Segments = Vec<String>;

/// The files of the crate without their comments and tests, by the path of their module.
struct Sources(BTreeMap<Segments, String>);

/// How items and paths are found in a text.
struct Patterns {
    uses: Regex,
    paths: Regex,
    visibility: Regex,
}

/// What one file names.
#[derive(Default)]
struct Named {
    /// Paths that it uses.
    used: Vec<Segments>,
    /// Paths that it gives a name of its own, by that name.
    reexported: BTreeMap<Segments, Segments>,
}

impl Sources {
    fn new(files: impl IntoIterator<Item = (String, String)>) -> Sources {
        let comments = Regex::new(r"//[^\n]*").unwrap();
        let tests = Regex::new(r"(?ms)^#\[cfg\(test\)\]\n(?:pub\(\w+\) )?mod \w+ \{.*?^\}\n").unwrap();
        let bare = |text: &str| comments.replace_all(&tests.replace_all(text, ""), "").into_owned();
        Sources(files.into_iter().map(|(path, text)| (module(&path), bare(&text))).collect())
    }

    /// Resolves a path as it is written in the module `at`; absent for one that leaves the crate.
    fn resolved(&self, written: &str, at: &[String]) -> Option<Segments> {
        let mut rest: Vec<&str> = written.split("::").map(str::trim).collect();
        let mut base = at.to_vec();
        match rest[0] {
            "crate" => base.clear(),
            "self" => {}
            "super" => base.truncate(at.len().checked_sub(1)?),
            child => {
                base.push(child.to_owned());
                return self
                    .0
                    .contains_key(&base)
                    .then(|| [at, &rest.iter().map(ToString::to_string).collect::<Vec<_>>()].concat());
            }
        }
        rest.remove(0);
        while rest.first() == Some(&"super") {
            base.pop();
            rest.remove(0);
        }
        base.extend(rest.into_iter().filter(|part| *part != "self").map(str::to_owned));
        Some(base)
    }

    fn named(&self, at: &Segments, patterns: &Patterns) -> Named {
        let Patterns { uses, paths, visibility } = patterns;
        let text = visibility.replace_all(&self.0[at], "pub");
        let mut named = Named::default();
        for item in uses.captures_iter(&text) {
            for (path, name) in leaves(&item[2], "") {
                let Some(path) = self.resolved(&path, at) else { continue };
                if item.get(1).is_some() {
                    named.reexported.insert([at.as_slice(), &[name]].concat(), path);
                } else {
                    named.used.push(path);
                }
            }
        }
        let rest = uses.replace_all(&text, "");
        named.used.extend(paths.find_iter(&rest).filter_map(|path| self.resolved(path.as_str(), at)));
        named
    }

    /// The module whose file has what `path` names.
    fn target(&self, mut path: Segments, reexported: &BTreeMap<Segments, Segments>) -> Segments {
        while let Some(end) = (1..=path.len())
            .rev()
            .find(|end| !self.0.contains_key(&path[..*end]) && reexported.contains_key(&path[..*end]))
        {
            path = [reexported[&path[..end]].as_slice(), &path[end..]].concat();
        }
        while !self.0.contains_key(&path) {
            path.pop();
        }
        path
    }

    /// Pairs of modules that import each other.
    fn mutual(&self) -> BTreeSet<(String, String)> {
        let patterns = Patterns {
            uses: Regex::new(r"(?m)^\s*(pub(?:\([^)]*\))? )?use ([^;]+);").unwrap(),
            paths: Regex::new(r"(?-u)\b[a-z]\w*(?:::\w+)+").unwrap(),
            visibility: Regex::new(r"pub\(in [^)]*\)").unwrap(),
        };
        let named: BTreeMap<&Segments, Named> = self.0.keys().map(|at| (at, self.named(at, &patterns))).collect();
        let reexported = named.values().flat_map(|named| named.reexported.clone()).collect();
        let imports: BTreeSet<(Segments, Segments)> = named
            .iter()
            .flat_map(|(at, named)| {
                named.used.iter().map(|path| ((*at).clone(), self.target(path.clone(), &reexported)))
            })
            .filter(|(from, to)| from != to)
            .collect();
        let both = imports.iter().filter(|(from, to)| from < to && imports.contains(&(to.clone(), from.clone())));
        both.map(|(from, to)| (from.join("::"), to.join("::"))).collect()
    }
}

/// The path of the module that a file has.
fn module(path: &str) -> Segments {
    let mut parts: Segments = path.trim_end_matches(".rs").split('/').map(str::to_owned).collect();
    if matches!(parts.last().map(String::as_str), Some("mod" | "lib")) {
        parts.pop();
    }
    parts
}

/// Every path of a `use` item, and the name it gets.
fn leaves(item: &str, before: &str) -> Vec<(String, String)> {
    let item = item.trim();
    if let Some((head, group)) = item.split_once('{') {
        let group = &group[..group.rfind('}').unwrap()];
        let before = format!("{before}{head}");
        return split(group).into_iter().flat_map(|one| leaves(one, &before)).collect();
    }
    let (path, name) = item.split_once(" as ").unwrap_or((item, item.rsplit("::").next().unwrap()));
    if item.is_empty() { Vec::new() } else { vec![(format!("{before}{path}"), name.trim().to_owned())] }
}

/// The parts between the commas that are in no braces.
fn split(group: &str) -> Vec<&str> {
    let (mut parts, mut start, mut depth) = (Vec::new(), 0, 0);
    for (at, character) in group.char_indices() {
        match character {
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 0 => {
                parts.push(&group[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    parts.push(&group[start..]);
    parts
}

/// The files of `src` by their paths below it, without those that are tests.
fn files() -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    for entry in walkdir::WalkDir::new(&root) {
        let path = entry.unwrap().into_path();
        let name = path.strip_prefix(&root).unwrap().to_str().unwrap().to_owned();
        let test = name.ends_with("tests.rs") || name.contains("tests/") || name.contains("verdicts/");
        if name.ends_with(".rs") && !test && !["main.rs", "rowdiff/test_driver.rs"].contains(&name.as_str()) {
            files.push((name, std::fs::read_to_string(&path).unwrap()));
        }
    }
    assert!(files.len() > 300, "only {} files were found", files.len());
    files
}

/// Catches a circle of two files, which can only be understood, moved and tested together.
#[test]
fn no_two_files_import_each_other() {
    assert_eq!(Sources::new(files()).mutual(), BTreeSet::new(), "put what both need into a file below them");
}

/// Catches a file that grows until nobody reads it.
#[test]
fn no_file_is_long() {
    let long =
        |(name, text): (String, String)| Some((name, text.lines().count())).filter(|(_, lines)| *lines > LONGEST);
    assert_eq!(files().into_iter().filter_map(long).collect::<Vec<_>>(), Vec::new(), "split them by idea");
}

/// Catches a reading of the files that sees no circle at all, in each form in which one can be written.
#[test]
fn a_circle_is_seen_in_each_form() {
    let circles = [
        ("use crate::b::Of;", "use crate::a::On;"),
        ("use super::b::{Of, More};", "use crate::{a::{On, Other as Another}, c};"),
        ("fn of() { crate::b::of() }", "fn on() { super::a::on() }"),
        ("use super::Of;", "use super::a::On;"),
        ("pub(in crate::c) fn of(one: super::b::Of) {}", "use crate::c;\nuse crate::a;"),
    ];
    for (a, b) in circles {
        let files = [("a.rs", a), ("b.rs", b), ("lib.rs", "mod a; mod b; mod c;\npub use b::Of;"), ("c.rs", "")];
        let found = Sources::new(files.map(|(name, text)| (name.to_owned(), text.to_owned()))).mutual();
        assert!(found.contains(&("a".to_owned(), "b".to_owned())), "{a} {b} {found:?}");
    }
    let apart = [
        ("a.rs", "// use crate::b::Of;\nuse crate::c::On;"),
        ("b.rs", "use crate::a::On;"),
        ("c.rs", ""),
        ("lib.rs", ""),
    ];
    assert_eq!(Sources::new(apart.map(|(name, text)| (name.to_owned(), text.to_owned()))).mutual(), BTreeSet::new());
}

/// Catches a question to an engine that the threads of its own do not pass on: the answer would be that of an engine that cannot
/// say, and nothing would fail.
#[test]
fn threads_of_an_engine_pass_every_question_on() {
    let read = |path: &str| std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap();
    let name = Regex::new(r"(?m)^    fn ([a-z_]+)").unwrap();
    let methods = |path: &str, from: &str| -> BTreeSet<String> {
        let text = read(path);
        let after = text.split_once(from).unwrap().1;
        let body = after.split_once("\n}\n").unwrap().0;
        name.captures_iter(body).map(|found| found[1].to_owned()).collect()
    };
    let asked = methods("src/source/engine.rs", "pub trait Engine");
    assert!(asked.len() > 12 && asked.contains("near"), "{asked:?}");
    assert_eq!(methods("src/source/threads.rs", "impl Engine for OnOwnThreads"), asked);
}

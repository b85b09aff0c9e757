//! Makes text safe before it leaves by a terminal or a log: no secret, no character that moves a cursor or turns a line
//! around, no line that a CI runner takes for a command. Everything that is printed goes through here, whoever wrote it.

use std::sync::atomic::{AtomicBool, Ordering};

use crate::report::invisible;
use crate::secret::{hidden, hidden_in_ours, without_urls};

/// Whether the lines of this process are read by a CI runner.
static OBEYED: AtomicBool = AtomicBool::new(false);

/// Variables by which CI runners say that they read every line: GitHub's (Gitea and Forgejo too), Azure's, TeamCity's.
const RUNNERS: [&str; 3] = ["GITHUB_ACTIONS", "TF_BUILD", "TEAMCITY_VERSION"];

/// Takes note of a runner that reads what is printed, where the environment or `--github` says so.
pub(crate) fn look_out(github: bool) {
    let set = |name: &&str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    if github || RUNNERS.iter().any(set) {
        OBEYED.store(true, Ordering::Relaxed);
    }
}

/// Text of our own that quotes others, line by line.
pub(crate) fn lines(text: &str, colors: bool) -> String {
    commands(&visible(&hidden_in_ours(text), colors))
}

/// One sentence that quotes others: what follows a line end is indented, so that no line of theirs reads as one of ours.
pub(crate) fn sentence(text: &str) -> String {
    let text = commands(&visible(&without_urls(&hidden(text)), false));
    let mut safe = String::with_capacity(text.len());
    for (at, line) in text.split_inclusive('\n').enumerate() {
        if at > 0 && !line.starts_with("  ") {
            safe.push_str("  ");
        }
        safe.push_str(line);
    }
    safe
}

/// A report that goes to stdout: the same to every program that reads it, and harmless where a person or a runner does.
pub(crate) fn report(text: &str, json: bool) -> String {
    let text = if json { escaped(text) } else { text.to_owned() };
    if !OBEYED.load(Ordering::Relaxed) {
        return text;
    }
    let (colons, sign) = if json { (r"\u003a:", r"\u0023") } else { ("&#58;:", "&#35;") };
    neutral(&text, colons, sign)
}

/// JSON that says the same with no character in it that a terminal obeys.
fn escaped(json: &str) -> String {
    let mut safe = String::with_capacity(json.len());
    for c in json.chars() {
        match c {
            c if c != '\n' && invisible(c) => {
                safe.extend(c.encode_utf16(&mut [0; 2]).iter().map(|unit| format!("\\u{unit:04x}")));
            }
            c => safe.push(c),
        }
    }
    safe
}

/// Line ends and tabs stay; with `colors` so do our own, because data in text with colours is visible already.
fn visible(text: &str, colors: bool) -> String {
    let mut shown = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        if let Some(length) = color(rest).filter(|_| colors) {
            shown.push_str(&rest[..length]);
            rest = &rest[length..];
            continue;
        }
        match c {
            '\n' | '\t' => shown.push(c),
            c if invisible(c) => shown.extend(c.escape_unicode()),
            c => shown.push(c),
        }
        rest = &rest[c.len_utf8()..];
    }
    shown
}

/// Length of the colour that `text` begins with.
fn color(text: &str) -> Option<usize> {
    let inside = text.strip_prefix("\u{1b}[")?;
    let end = inside.find(|c: char| !c.is_ascii_digit() && c != ';')?;
    inside[end..].starts_with('m').then_some(2 + end + 1)
}

fn commands(text: &str) -> String {
    if OBEYED.load(Ordering::Relaxed) { neutral(text, r"\u{3a}:", r"\u{23}") } else { text.to_owned() }
}

/// What follows `##` in a command of GitHub's old form, Azure's and TeamCity's, wherever it stands in a line.
const SIGNS: [&str; 3] = ["[", "vso[", "teamcity["];

/// GitHub's runner takes a line for a command that begins, blanks aside, with `::`.
fn neutral(text: &str, colons: &str, sign: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for line in text.split_inclusive('\n') {
        let (blank, line) = line.split_at(line.len() - line.trim_start().len());
        safe.push_str(blank);
        let mut rest = line;
        if let Some(behind) = line.strip_prefix("::") {
            safe.push_str(colons);
            rest = behind;
        }
        while let Some(at) = rest.find("##") {
            let (head, tail) = (&rest[..=at], &rest[at + 2..]);
            safe.push_str(head);
            let obeyed = SIGNS.iter().any(|one| tail.starts_with(one));
            // One sign at a time: a third may begin a command.
            safe.push_str(if obeyed { sign } else { "" });
            rest = if obeyed { tail } else { &rest[at + 1..] };
        }
        safe.push_str(rest);
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_others_are_neither_obeyed_nor_taken_for_ours() {
        assert_eq!(visible("a\u{1b}[2J\r\u{202e}\u{9b}1m\tb\n", false), "a\\u{1b}[2J\\u{d}\\u{202e}\\u{9b}1m\tb\n");
        assert_eq!(visible("\u{1b}[1;31mred\u{1b}[0m\u{1b}[2J", true), "\u{1b}[1;31mred\u{1b}[0m\\u{1b}[2J");
        assert_eq!(sentence("error: a\nPASS: all\n  because\n"), "error: a\n  PASS: all\n  because\n");
        assert_eq!(sentence("cannot parse mysql://u:pw@h"), "cannot parse mysql://***@h");
    }

    /// Catches a command that a runner would find: behind blanks, behind other text, in a later line.
    #[test]
    fn no_line_is_a_command_of_a_runner() {
        let safe = neutral("a ::b\n \t::error::x\n::x ##[y]\nz ##vso[task] ##teamcity[m]\n", r"\u{3a}:", r"\u{23}");
        assert_eq!(
            safe,
            "a ::b\n \t\\u{3a}:error::x\n\\u{3a}:x #\\u{23}[y]\nz #\\u{23}vso[task] #\\u{23}teamcity[m]\n"
        );
        let value = serde_json::json!({ "a": "##[error]x \u{9b}\u{202e}\u{feff}\u{1b}" });
        let json = neutral(&escaped(&format!("{value:#}\n")), r"\u003a:", r"\u0023");
        assert!(json.is_ascii() && !json.contains("##["), "{json}");
        assert_eq!(serde_json::from_str::<serde_json::Value>(&json).unwrap(), value);
    }
}

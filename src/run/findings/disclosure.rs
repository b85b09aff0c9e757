//! Sentences that may quote a value: an error or a warning is shown where it is one of cutover's own that names columns
//! and counts only, and is withheld otherwise. A sentence that nobody thought of is withheld.

use std::sync::LazyLock;

use regex::Regex;

use crate::model::{Disclosure, ErrorReport, Warning, WarningCode};

/// How to see what is withheld.
const WAY_OUT: &str = "run the query by hand to see it";

/// A warning that tells how far two columns are apart: a difference of two values is one.
const BEHIND: WarningCode = WarningCode::ViewBehind;

/// What of it does.
static LAG: LazyLock<Regex> = LazyLock::new(|| regex("ends (?s:.*?) before the newest row of "));

/// Where an error happened, as far as cutover itself says it.
static PLACE: LazyLock<Regex> = LazyLock::new(|| {
    regex("^(?:(?:old|new|population) side, source `[a-z0-9_]+`|old against itself|old|new|--plan server): ")
});

/// What joins the sentences of two sides.
static BETWEEN: LazyLock<Regex> =
    LazyLock::new(|| regex("; (?:(?:old|new|population) side, source `[a-z0-9_]+`|old|new): "));

/// Whole sentences that quote no value, behind their place.
static HARMLESS: LazyLock<Vec<Regex>> = LazyLock::new(|| {
    let types = "[A-Za-z0-9_(), ]+";
    [
        // Time and the way there.
        "the query took longer than [0-9a-zµ ]+ and was cancelled; allow more with .*",
        "the run was interrupted[a-z; ]*",
        "the deadline passed; the query was cancelled",
        "the server did not (?:answer|describe itself within [0-9a-zµ ]+); allow more with --timeout",
        "cannot connect to .*",
        "cannot talk to ClickHouse at .*; check host and port .*",
        "ClickHouse at [^ ]+ refuses user .*",
        "the variable [A-Za-z0-9_]+ is .*",
        "there is no table .*, or it may not be seen; .*",
        // Columns and their types.
        "column `[^`]*`: only (?:old|new) returns it; select it on both sides, .*",
        "the key column `[^`]*` is not in the result of (?:old|new), which has: .*",
        &format!("(?:key )?column `[^`]*`: {types} in old and {types} in new cannot be compared; .*"),
        "column `[^`]*` has the type [A-Za-z0-9_]+, which has no exact canonical type; .*",
        "column `[^`]*` of (?:old|new) is [A-Za-z0-9_(), ]+, where a count is an integer; .*",
        "column `[^`]*` holds values of several types \\([A-Z]+ and [A-Z]+\\); cast it in the query, .*",
        "`columns\\.[^`]*` names a column that neither side returns; correct or remove it",
        "`rename` says that `[^`]*` is `[^`]*` in new, which returns no such column; .*",
        "(?:old|new) returns [0-9]+ columns beside the key \\(.*\\), where this kind takes exactly one; .*",
        "`mask` names .*, which neither side returns, so every value is masked; .*",
        // Counts.
        "(?:old|new) returned [0-9]+ rows, where a check without `key` takes one; .*",
        "neither side has a [a-z]+, so nothing was compared; .*",
        "no key of either side is in the sample of [0-9.%]+, so nothing was compared; .*",
        "both sides [a-z0-9 ]+, so nothing was compared; .*",
        "every measure of both sides is NULL, so nothing was compared; .*",
        "every group has fewer than [0-9]+ values, so none could be judged; .*",
        "`population` [a-z0-9 ]+(?:[,;] .*)?",
        "this kind compares two sides; .*",
        "an invariant looks at one side; .*",
        "the window cannot be cut: .*",
        "there is no param `[^`]*`; .*",
        "param `[^`]*` .*",
    ]
    .into_iter()
    .map(|pattern| regex(&format!("^(?s:{pattern})$")))
    .collect()
});

/// What a server's refusal begins with, and the codes that its own sentence carries.
static REFUSED: LazyLock<[Regex; 2]> = LazyLock::new(|| {
    [
        regex("^the server refused the query: (?s:.*)\\(((?:error [0-9]+, )?SQLSTATE [0-9A-Z]{5})\\)"),
        regex("^ClickHouse (?:refused|stopped) the query \\((code [0-9]+)\\): "),
    ]
});

fn regex(pattern: &str) -> Regex {
    Regex::new(pattern).expect("the patterns here are valid")
}

/// The error without what may quote a value.
pub(crate) fn error(error: ErrorReport) -> ErrorReport {
    let ErrorReport { code, message, causes } = error;
    let mut all_shown = true;
    let mut shown = String::new();
    let mut rest = message.as_str();
    loop {
        // The first sentence ends where the next side begins.
        let (sentence, between, more) = match BETWEEN.find(rest) {
            Some(found) => (&rest[..found.start()], "; ", &rest[found.start() + 2..]),
            None => (rest, "", ""),
        };
        match harmless(sentence) {
            true => shown.push_str(sentence),
            false => {
                all_shown = false;
                shown.push_str(&instead(sentence));
            }
        }
        shown.push_str(between);
        if more.is_empty() {
            break;
        }
        rest = more;
    }
    let causes = if all_shown && causes.iter().all(|cause| cause_is_harmless(&shown, cause)) { causes } else { vec![] };
    ErrorReport { code, message: shown, causes }
}

/// The warning without what may quote a value.
pub(crate) fn warning(warning: Warning) -> Warning {
    let Warning { code, message, table } = warning;
    if code == BEHIND {
        let message = LAG.replace(&message, "ends further than `max_lag` before the newest row of ").into_owned();
        return Warning { code, message, table };
    }
    if code.disclosure() == Disclosure::NamesOnly {
        return Warning { code, message, table };
    }
    let message = format!("the text is withheld, because it may quote a value; {WAY_OUT}");
    Warning { code, message, table }
}

/// A text of its own, such as an error of the catalogue, without what may quote a value.
pub fn text(message: &str) -> String {
    error(ErrorReport::new(message.to_owned())).message
}

/// The sentence behind the words that say where it happened.
fn placed(sentence: &str) -> (&str, &str) {
    sentence.split_at(PLACE.find(sentence).map_or(0, |place| place.end()))
}

fn harmless(sentence: &str) -> bool {
    let (_, sentence) = placed(sentence);
    HARMLESS.iter().any(|pattern| pattern.is_match(sentence))
}

/// Causes of a broken connection are the system's; others must be sentences of our own.
fn cause_is_harmless(message: &str, cause: &str) -> bool {
    placed(message).1.starts_with("cannot connect to ") || harmless(cause)
}

fn instead(sentence: &str) -> String {
    let (place, sentence) = placed(sentence);
    let code = REFUSED.iter().find_map(|pattern| pattern.captures(sentence)?.get(1));
    let what = code.map_or("what went wrong".to_owned(), |code| {
        format!("the server refused the query ({}); its text", code.as_str())
    });
    format!("{place}{what} is withheld, because it may quote a value; {WAY_OUT}")
}

/// Whether `value` is a number, which under `--no-examples` an aggregate may show.
pub(crate) fn is_number(value: &str) -> bool {
    crate::frame::exact::decimal(value).is_ok() || ["NaN", "inf", "-inf"].contains(&value)
}

/// Whether `column` is likely what `name` should have been: case and separators aside, or one slip of the keyboard.
pub(crate) fn alike(name: &str, column: &str) -> bool {
    let plain =
        |text: &str| text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect::<String>();
    let (name, column) = (plain(name), plain(column));
    name == column || (name.chars().count() >= 4 && strsim::osa_distance(&name, &column) <= 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(message: &str, causes: &[&str]) -> (String, Vec<String>) {
        let causes = causes.iter().map(|cause| (*cause).to_owned()).collect();
        let error = error(ErrorReport { message: message.to_owned(), causes, ..ErrorReport::default() });
        (error.message, error.causes)
    }

    #[test]
    fn a_servers_words_are_withheld_and_its_code_is_not() {
        let text = "old side, source `old`: the server refused the query: invalid input syntax for type integer: \
                    \"ada@example.org\" (SQLSTATE 22P02) at line 1, column 8";
        let (message, causes) = shown(text, &["in: ada@example.org"]);
        assert!(!message.contains("ada") && causes.is_empty(), "{message}");
        assert!(
            message.starts_with("old side, source `old`: the server refused the query (SQLSTATE 22P02)"),
            "{message}"
        );
    }

    #[test]
    fn one_harmless_side_does_not_let_the_other_through() {
        for text in [
            "old side, source `old`: cannot connect to postgres://x/y: refused; new side, source `new`: the server refused the query: ada",
            "old side, source `old`: the server refused the query: ada; new side, source `new`: cannot connect to x",
            "old: cannot connect to x; new: ada",
        ] {
            let (message, _) = shown(text, &["ada"]);
            assert!(!message.contains("ada"), "{message}");
            assert!(message.contains("cannot connect to"), "{message}");
        }
    }

    #[test]
    fn what_names_columns_only_is_shown() {
        for text in [
            "column `raw`: only old returns it; select it on both sides, say `rename`, or `ignore = \"reason\"`",
            "column `a`: integer in old and text in new cannot be compared; cast one of them",
            "old side, source `old`: the query took longer than 5m and was cancelled; allow more with `timeout` on the check or --timeout",
            "new side, source `new`: cannot connect to postgres://r@h/d: Connection refused; check the URL and that the server listens there",
        ] {
            assert_eq!(shown(text, &[]).0, text);
        }
    }

    #[test]
    fn what_nobody_thought_of_is_withheld() {
        for text in [
            "column `meta`: the JSON has the key \"ada\" twice",
            "column `x` (int4), row 3: ada; cast it",
            "column `seen` holds \"ada\", which cannot be read as a timestamp",
            "old, group email=ada: `p50` is NaN; leave the group out in the query",
            "more than one timestamp for email=ada; select max(…), or name the group in `key`",
            "ada",
        ] {
            assert!(!shown(text, &["ada"]).0.contains("ada"), "{text}");
        }
        let said = Warning::new(WarningCode::ServerWarning, "Truncated: 'ada'");
        assert!(!warning(said).message.contains("ada"));
    }

    /// Catches the distance of two masked columns, which tells one by the other.
    #[test]
    fn a_lag_is_withheld() {
        let message = "new: public.v ends 54d 20h before the newest row of public.t, by its at and t.at; fill it again";
        let told = warning(Warning::new(BEHIND, message));
        let shown = "new: public.v ends further than `max_lag` before the newest row of public.t, by its at and t.at; fill it again";
        assert_eq!(told.message, shown);
    }

    #[test]
    fn a_slip_of_the_keyboard_is_seen_and_other_columns_are_not() {
        for (name, column) in [("emial", "email"), ("Email", "e_mail"), ("output", "outputs")] {
            assert!(alike(name, column), "{name} {column}");
        }
        for (name, column) in [("input", "input_tokens"), ("id", "ip"), ("email", "name")] {
            assert!(!alike(name, column), "{name} {column}");
        }
    }
}

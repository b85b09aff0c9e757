//! Secrets that this process was given, and the one function that hides them in text that leaves it.
//!
//! One list for the whole process, because text leaves it by one terminal whoever wrote it: drivers, servers and panics
//! repeat what they were given, and none of them can be handed a list. `run/redact.rs` puts reports through it, `cli/edge.rs`
//! everything else.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::sync::{LazyLock, PoisonError, RwLock};

use percent_encoding::{NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use regex::Regex;

/// What stands for a secret.
pub(crate) const HIDDEN: &str = "***";

/// Shorter ones are no secret: hiding them would hide half of a report and protect nothing.
const SHORTEST: usize = 4;

/// From this length on a secret is hidden inside words, and in values of rows too; a shorter one is a word by itself that
/// data may hold by chance.
const LONG: usize = 8;

/// Every form of every secret that is known, the longest first, so that none hides a part of another only.
static KNOWN: RwLock<Vec<String>> = RwLock::new(Vec::new());

/// Names that the environment alone knows and that are too short to be told from other words: hidden in what others say.
static NAMES: RwLock<Vec<String>> = RwLock::new(Vec::new());

/// Notes a secret, as it was given and in the forms in which others repeat it.
pub(crate) fn keep(secret: &str) {
    note(&KNOWN, secret);
}

/// Notes the name of an account, a host or a database that is no business of whoever reads a report. A short one may be
/// any word of a suite, so it is hidden in what drivers and servers say only.
pub(crate) fn keep_name(name: &str) {
    note(if name.chars().count() < LONG { &NAMES } else { &KNOWN }, name);
}

fn note(list: &RwLock<Vec<String>>, secret: &str) {
    let new: Vec<String> = forms(secret).into_iter().filter(|form| form.chars().count() >= SHORTEST).collect();
    let mut known = list.write().unwrap_or_else(PoisonError::into_inner);
    for form in new {
        if !known.contains(&form) {
            known.push(form);
        }
    }
    known.sort_by_key(|form| std::cmp::Reverse(form.len()));
}

/// Whether any secret is known that values of rows may repeat.
pub(crate) fn any() -> bool {
    KNOWN.read().unwrap_or_else(PoisonError::into_inner).iter().any(|form| form.chars().count() >= LONG)
}

/// `text` of others, such as a server's error, without any secret that is known.
pub(crate) fn hidden(text: &str) -> Cow<'_, str> {
    let names = NAMES.read().unwrap_or_else(PoisonError::into_inner);
    match without(&names, text, SHORTEST) {
        Cow::Borrowed(text) => hidden_in_ours(text),
        Cow::Owned(text) => Cow::Owned(hidden_in_ours(&text).into_owned()),
    }
}

/// Text of our own, in which words of a suite stand, without any secret that is known.
pub(crate) fn hidden_in_ours(text: &str) -> Cow<'_, str> {
    let known = KNOWN.read().unwrap_or_else(PoisonError::into_inner);
    without(&known, text, SHORTEST)
}

/// A value of a row without any secret that is long enough not to stand there by chance.
pub(crate) fn hidden_in_value(value: &str) -> Cow<'_, str> {
    let known = KNOWN.read().unwrap_or_else(PoisonError::into_inner);
    without(&known, value, LONG)
}

/// `text` without the account and password of anything in it that looks like a URL of a database, known or not: a URL that
/// was put where none belongs, such as behind a flag that takes a number.
pub(crate) fn without_urls(text: &str) -> Cow<'_, str> {
    static URL: LazyLock<Regex> = LazyLock::new(|| {
        let schemes = "clickhouses?|postgres(?:ql)?|mysql|mariadb|sqlite|https?";
        Regex::new(&format!(r"(?i)\b(?P<scheme>{schemes})(?P<slashes>:/{{0,3}})[^\s@]*@"))
            .expect("the pattern is valid")
    });
    URL.replace_all(text, |found: &regex::Captures<'_>| {
        if found[0].ends_with(":***@") || !found[0][found["scheme"].len() + 1..].contains(':') {
            found[0].to_owned()
        } else {
            format!("{}{}{HIDDEN}@", &found["scheme"], &found["slashes"])
        }
    })
}

fn without<'a>(known: &[String], text: &'a str, least: usize) -> Cow<'a, str> {
    let mut shown = Cow::Borrowed(text);
    for form in known.iter().filter(|form| form.chars().count() >= least) {
        if !shown.contains(form.as_str()) {
            continue;
        }
        let whole = form.chars().count() < LONG;
        let mut rest = shown.as_ref();
        let mut result = String::with_capacity(rest.len());
        let mut before = None;
        while let Some(at) = rest.find(form.as_str()) {
            let (head, tail) = (&rest[..at], &rest[at + form.len()..]);
            let joins = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
            let inside = whole && (joins(head.chars().next_back().or(before)) || joins(tail.chars().next()));
            result.push_str(head);
            result.push_str(if inside { form } else { HIDDEN });
            before = form.chars().next_back();
            rest = tail;
        }
        result.push_str(rest);
        shown = Cow::Owned(result);
    }
    shown
}

/// The secret as given, decoded, and as URLs, JSON, SQL, HTML and Rust write it.
fn forms(secret: &str) -> BTreeSet<String> {
    let decoded = percent_decode_str(secret).decode_utf8().map_or_else(|_| secret.to_owned(), Cow::into_owned);
    let mut forms = BTreeSet::new();
    for text in [secret, decoded.as_str()] {
        let encoded = utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
        let json = serde_json::Value::from(text).to_string();
        let debug = format!("{text:?}");
        forms.extend([
            text.to_owned(),
            encoded.to_lowercase(),
            encoded,
            url::form_urlencoded::byte_serialize(text.as_bytes()).collect(),
            json[1..json.len() - 1].to_owned(),
            debug[1..debug.len() - 1].to_owned(),
            text.replace('\'', "''"),
            text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;"),
        ]);
    }
    forms
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(secret: &str, text: &str) -> String {
        let mut known: Vec<String> = forms(secret).into_iter().filter(|form| form.len() >= SHORTEST).collect();
        known.sort_by_key(|form| std::cmp::Reverse(form.len()));
        without(&known, text, SHORTEST).into_owned()
    }

    /// Catches a secret that is repeated in another spelling than it was given in.
    #[test]
    fn every_spelling_of_a_secret_is_hidden() {
        for text in [
            r#"login as p"ss w&rd'9/ failed"#,
            "login as p%22ss%20w%26rd%279%2F failed",
            "login as p%22ss+w%26rd%279%2F failed",
            r#"{"p":"p\"ss w&rd'9/"}"#,
            "near 'p\"ss w&rd''9/' at line 1",
            "<b>p&quot;ss w&amp;rd'9/</b>",
        ] {
            let shown = shown(r#"p"ss w&rd'9/"#, text);
            assert!(shown.contains(HIDDEN) && !shown.contains("rd"), "{shown}");
        }
        assert_eq!(shown("p%40ssw%2Frd", "got p@ssw/rd, was p%40ssw%2Frd"), "got ***, was ***");
        assert_eq!(shown("p@ssw/rd", "got p%40ssw%2frd"), "got ***", "in small letters");
        assert_eq!(shown("p\u{1}ssw\u{7f}rd", r#"got "p\u{1}ssw\u{7f}rd""#), r#"got "***""#, "as Rust prints it");
    }

    /// Catches reports that become asterisks because a password is short, and a short one that is shown where it stands
    /// by itself.
    #[test]
    fn a_short_secret_is_hidden_as_a_word_only() {
        assert_eq!(shown("pass", "pass passed a_pass, 'pass' bypass"), "*** passed a_pass, '***' bypass");
        assert_eq!(shown("aaaa", "aaaaaaaa aaaa"), "aaaaaaaa ***");
        assert_eq!(shown("abc", "abc"), "abc");
        assert_eq!(shown("longsecret", "xlongsecretx"), "x***x");
    }

    #[test]
    fn a_url_in_the_wrong_place_shows_no_password() {
        let shown = |text| without_urls(text).into_owned();
        assert_eq!(shown("unexpected 'postgres://u:p/w#d@h/db'"), "unexpected 'postgres://***@h/db'");
        assert_eq!(shown("mysql:u:pw@h POSTGRES:/u:pw@h"), "mysql:***@h POSTGRES:/***@h");
        for plain in ["postgres://u:***@h/db", "postgres://reader@h/db", "a@b postgres://h/db"] {
            assert_eq!(shown(plain), plain);
        }
    }
}

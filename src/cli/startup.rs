//! Prepares the process before anything is printed: notes secrets, and takes panics to the terminal.

use std::path::Path;
use std::sync::LazyLock;

use clap::error::{ContextKind, ContextValue};
use regex::Regex;

use super::mask_key::MASK_KEY;
use super::{console, sanitize};
use crate::fs::input;
use crate::report::visible;
use crate::{isolation, secret, source};

/// Prepares the process.
pub(crate) fn begin() {
    given();
    sanitize::look_out(std::env::args_os().any(|argument| argument == "--github"));
    panics();
}

/// Sets the variables that the lines of a file name and the environment does not have, before any thread is there to read
/// them; the error never repeats a line, which may hold a secret.
pub(crate) fn take_variables(file: &Path) -> Result<(), String> {
    let named = file.display();
    let text = input::text(file).map_err(|cause| format!("--env-file {named} cannot be read: {cause}"))?;
    // The environment cannot hold it, and what it would be is a secret.
    if text.contains('\0') {
        return Err(format!("--env-file {named} holds the character NUL; save it as plain text in UTF-8"));
    }
    // Everything is read before anything is set.
    let lines: Result<Vec<_>, _> = dotenvy::from_read_iter(text.as_bytes()).collect();
    lines.map_err(|_| {
        format!("--env-file {named}: a line is none of NAME=VALUE; quote a value with blanks, `$` or `#` as 'VALUE'")
    })?;
    dotenvy::from_read(text.as_bytes()).map_err(|_| format!("--env-file {named} cannot be taken over"))?;
    secrets();
    Ok(())
}

/// Variables of the environment that hold a secret, or a URL with one, and reach a driver without being named.
const SECRETS: [&str; 9] = [
    MASK_KEY,
    "PGPASSWORD",
    "MYSQL_PWD",
    "HTTPS_PROXY",
    "https_proxy",
    "HTTP_PROXY",
    "http_proxy",
    "ALL_PROXY",
    "all_proxy",
];

/// Takes note of the secrets that the environment and the arguments hold, before anything can repeat them: an argument that is
/// misplaced is repeated by the parser.
fn given() {
    secrets();
    let arguments: Vec<String> = std::env::args_os().filter_map(|argument| argument.into_string().ok()).collect();
    for (at, word) in arguments.iter().enumerate() {
        let behind = |flag: &&str| (at > 0 && arguments[at - 1] == **flag) || word.starts_with(&format!("{flag}="));
        if !DATA.iter().any(behind) {
            source::note_secrets(word);
        }
    }
}

/// Takes note of the secrets of the environment.
fn secrets() {
    for value in SECRETS.iter().filter_map(|name| std::env::var(name).ok()).filter(|value| !value.is_empty()) {
        match url::Url::parse(&value) {
            Ok(url) if url.has_host() => url.password().into_iter().for_each(secret::keep),
            _ => secret::keep(&value),
        }
    }
}

/// Flags whose values are SQL or words about data, and stand in reports.
const DATA: [&str; 6] = ["--param", "--where", "--old-sql", "--new-sql", "--why", "--owner"];

/// What the parser of the arguments says. It repeats them, and not in a form in which they could be found again; one that may
/// hold a connection, wherever it was put, is not repeated at all.
pub(crate) fn parsed(mut error: clap::Error) -> String {
    let odd = std::env::args_os().any(|argument| visible(&argument.to_string_lossy()) != argument.to_string_lossy());
    if odd {
        return format!("error: {}; an argument holds a line end or a control character\n", error.kind());
    }
    for kind in [ContextKind::InvalidArg, ContextKind::InvalidValue, ContextKind::InvalidSubcommand] {
        let repeated = match error.get(kind) {
            Some(ContextValue::String(text)) => given_as(text) && !is_plain(text),
            _ => false,
        };
        if repeated {
            error.insert(kind, ContextValue::String(secret::HIDDEN.to_owned()));
            // They repeat it too.
            error.remove(ContextKind::Suggested);
        }
    }
    error.render().to_string()
}

/// Whether `text` is an argument, or the value of one.
fn given_as(text: &str) -> bool {
    std::env::args_os().any(|argument| argument.to_string_lossy().contains(text))
}

/// Whether `text` can be no connection, no account and no password: a word, a path or a number, or such a one by name.
fn is_plain(text: &str) -> bool {
    static PLAIN: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r"^[\w.*/, -]*(?:=[\w.*/,-]*)?$").expect("the pattern is valid"));
    PLAIN.is_match(text) && !source::names_a_secret(text)
}

/// Puts the words of a panic through the same edge as all others.
fn panics() {
    std::panic::set_hook(Box::new(|panic| console::complain(&isolation::panic_line(panic))));
}

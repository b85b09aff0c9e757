//! What is done before anything is printed: secrets are noted, and every word that leaves goes over one edge.

use super::{MASK_KEY, edge, screen};
use crate::report::visible;
use crate::{isolation, secret, source};

/// Prepares the process.
pub(super) fn begin() {
    given();
    edge::look_out(std::env::args_os().any(|argument| argument == "--github"));
    panics();
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
    for value in SECRETS.iter().filter_map(|name| std::env::var(name).ok()).filter(|value| !value.is_empty()) {
        match url::Url::parse(&value) {
            Ok(url) if url.has_host() => url.password().into_iter().for_each(secret::keep),
            _ => secret::keep(&value),
        }
    }
    let arguments: Vec<String> = std::env::args_os().filter_map(|argument| argument.into_string().ok()).collect();
    for (at, word) in arguments.iter().enumerate() {
        // The value of a param is data, and stands in SQL.
        let data = word.starts_with("--param=") || (at > 0 && arguments[at - 1] == "--param");
        if !data {
            source::note_secrets(word);
        }
    }
}

/// What the parser of the arguments says. It repeats them, and not in a form in which they could be found again.
pub(super) fn parsed(error: &clap::Error) -> String {
    let odd = std::env::args_os().any(|argument| visible(&argument.to_string_lossy()) != argument.to_string_lossy());
    match odd {
        true => format!("error: {}; an argument holds a line end or a control character\n", error.kind()),
        false => error.render().to_string(),
    }
}

/// Puts the words of a panic through the same edge as all others.
fn panics() {
    std::panic::set_hook(Box::new(|panic| screen::complain(&isolation::told(panic))));
}

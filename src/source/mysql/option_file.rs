//! Option files of MySQL and MariaDB: what a URL leaves out, from the file that their own clients take by `--defaults-file`.
//!
//! The group `[client]` is read, and with a suffix that group too, as those clients do; the last of a name counts. What the URL
//! says itself comes first.

use std::borrow::Cow;
use std::path::Path;

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use url::Url;

use crate::fs::input;

/// Parameters that an option file may give as a URL gives them.
const PARAMETERS: [&str; 4] = ["ssl-mode", "ssl-ca", "ssl-cert", "ssl-key"];

/// `url` with what the option file that it names says and it does not.
pub(super) fn complete(url: &Url, base: &Path) -> Result<Url, String> {
    let given = |wanted: &str| url.query_pairs().find(|(name, _)| name == wanted).map(|(_, value)| value.into_owned());
    let Some(named) = given("defaults-file") else {
        return match given("defaults-group-suffix") {
            Some(_) => Err("its parameter `defaults-group-suffix` means nothing without `defaults-file`".to_owned()),
            None => Ok(url.clone()),
        };
    };
    let file = match (named.strip_prefix("~/"), std::env::home_dir()) {
        (Some(rest), Some(home)) => home.join(rest),
        _ => base.join(&named),
    };
    let groups = ["client".to_owned(), format!("client{}", given("defaults-group-suffix").unwrap_or_default())];
    let entries = read(&file, &groups)?;
    let refused = |why: &str| format!("the option file {} {why}", file.display());
    let mut full = url.clone();
    let said = |wanted: &str| entries.iter().rev().find(|(key, _)| key == wanted).map(|(_, value)| value.as_str());
    let no_host = full.host_str().is_none_or(str::is_empty);
    if no_host {
        let host = said("host").filter(|host| !host.is_empty()).unwrap_or("localhost");
        let bracketed = if host.contains(':') { format!("[{host}]") } else { host.to_owned() };
        full.set_host(Some(&bracketed)).map_err(|_| refused("has a `host` that is none"))?;
    }
    // As MySQL's own clients do, a socket is for localhost only.
    let is_here = no_host && full.host_str() == Some("localhost") && given("socket").is_none();
    if let Some(socket) = said("socket").filter(|_| is_here) {
        full.query_pairs_mut().append_pair("socket", socket);
    }
    if let Some(port) = said("port").filter(|_| url.port().is_none()) {
        let port = port.parse().map_err(|_| refused("has a `port` that is none"))?;
        let _ = full.set_port(Some(port));
    }
    if let Some(user) = said("user").filter(|_| url.username().is_empty()) {
        let _ = full.set_username(&encoded(user));
    }
    if let Some(password) = said("password").filter(|_| url.password().is_none()) {
        let _ = full.set_password(Some(&encoded(password)));
    }
    if let Some(database) = said("database").filter(|_| url.path().trim_matches('/').is_empty()) {
        full.set_path(&encoded(database));
    }
    for name in PARAMETERS {
        let spelt = name.replace('-', "");
        let in_url = url.query_pairs().any(|(given, _)| given == name || given.replace('-', "") == spelt);
        if let Some(value) = said(name).filter(|_| !in_url) {
            full.query_pairs_mut().append_pair(name, value);
        }
    }
    if let Some((key, _)) = entries.iter().find(|(key, _)| key == "init-command") {
        return Err(refused(&format!(
            "asks for `{key}`, which cutover does not run; leave it out there, and say what it sets in the queries"
        )));
    }
    // What protects the connection and is not done must not be passed over; the rest is about other programs.
    let protects = |key: &str| {
        (key.starts_with("ssl") || key.starts_with("tls") || key == "skip-ssl") && !PARAMETERS.contains(&key)
    };
    match entries.iter().find(|(key, _)| protects(key)) {
        Some((key, _)) => Err(refused(&format!(
            "asks for `{key}`, which cutover does not do; leave it out there, and write ssl-mode=VERIFY_IDENTITY behind the `?` \
             of the URL, or another mode"
        ))),
        None => Ok(full),
    }
}

/// What the groups of the option file say, in its order.
fn read(file: &Path, groups: &[String]) -> Result<Vec<(String, String)>, String> {
    let shown = file.display();
    if is_open(file) {
        return Err(format!(
            "the option file {shown} may be written by everyone, and MySQL's own clients ignore such; run chmod 600 on it"
        ));
    }
    let text = input::text(file).map_err(|cause| format!("the option file {shown} cannot be read: {cause}"))?;
    entries(&text, groups).map_err(|why| format!("the option file {shown}: {why}"))
}

/// Whether everyone may write to `file`.
fn is_open(file: &Path) -> bool {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        file.metadata().is_ok_and(|found| found.is_file() && found.permissions().mode() & 0o002 != 0)
    }
    #[cfg(not(unix))]
    {
        let _ = file;
        false
    }
}

fn entries(text: &str, groups: &[String]) -> Result<Vec<(String, String)>, String> {
    let mut entries = Vec::new();
    let (mut inside, mut seen) = (false, false);
    for (at, line) in text.lines().enumerate() {
        let line = line.trim();
        // No line is repeated: it may hold a password.
        let line_is = |why: &str| format!("line {} {why}", at + 1);
        if line.is_empty() || line.starts_with(['#', ';']) {
            continue;
        }
        if line.starts_with('!') {
            return Err(line_is("includes another file, which is not followed; name that file"));
        }
        if let Some(group) = line.strip_prefix('[') {
            let (group, _) = group.split_once(']').ok_or_else(|| line_is("begins with [ and has no ]"))?;
            inside = groups.iter().any(|wanted| wanted == group.trim());
            seen |= inside;
            continue;
        }
        if inside {
            let line = without_comment(line);
            let (key, value) = line.split_once('=').unwrap_or((line, ""));
            let key = key.trim().replace('_', "-");
            entries.push((key.strip_prefix("loose-").unwrap_or(&key).to_owned(), value_of(value.trim()).into_owned()));
        }
    }
    if !seen {
        return Err(format!("it has no group [{}]", groups.last().map_or("client", String::as_str)));
    }
    Ok(entries)
}

/// A line up to a `#` that stands outside of quotes.
fn without_comment(line: &str) -> &str {
    let (mut quote, mut escaped) = (None, false);
    for (at, c) in line.char_indices() {
        if (c == '\'' || c == '"') && !escaped {
            quote = match quote {
                None => Some(c),
                Some(open) if open == c => None,
                open => open,
            };
        }
        if quote.is_none() && c == '#' {
            return line[..at].trim_end();
        }
        escaped = quote.is_some() && c == '\\' && !escaped;
    }
    line
}

/// A value without the quotes around it, its escapes read.
fn value_of(text: &str) -> Cow<'_, str> {
    let quoted = |quote: char| text.strip_prefix(quote)?.strip_suffix(quote);
    let text = quoted('"').or_else(|| quoted('\'')).unwrap_or(text);
    if !text.contains('\\') {
        return Cow::Borrowed(text);
    }
    let mut read = String::new();
    let mut rest = text.chars();
    while let Some(c) = rest.next() {
        match (c, if c == '\\' { rest.next() } else { None }) {
            ('\\', Some('n')) => read.push('\n'),
            ('\\', Some('t')) => read.push('\t'),
            ('\\', Some('r')) => read.push('\r'),
            ('\\', Some('b')) => read.push('\u{8}'),
            ('\\', Some('s')) => read.push(' '),
            ('\\', Some(c @ ('\\' | '"' | '\''))) => read.push(c),
            ('\\', Some(other)) => read.extend(['\\', other]),
            (c, _) => read.push(c),
        }
    }
    Cow::Owned(read)
}

fn encoded(value: &str) -> String {
    utf8_percent_encode(value, NON_ALPHANUMERIC).to_string()
}

#[cfg(test)]
mod tests {
    use super::entries;

    /// Catches a password that is cut at a `#` inside of quotes, keeps its quotes or its escapes, and a group that is not
    /// asked for.
    #[test]
    fn an_option_file_is_read_as_its_own_clients_read_it() {
        let text = "[mysqld]\nport=1\n[client]\nuser = me # who\npassword='a#\\\\b\\sc' # secret\nssl_mode=REQUIRED\n; no\n\
                    [client_prod]\nhost=db\nskip-auto-rehash\nuser=you\n";
        let groups = ["client".to_owned(), "client_prod".to_owned()];
        let wanted = [
            ("user", "me"),
            ("password", "a#\\b c"),
            ("ssl-mode", "REQUIRED"),
            ("host", "db"),
            ("skip-auto-rehash", ""),
            ("user", "you"),
        ];
        assert_eq!(entries(text, &groups).unwrap(), wanted.map(|(key, value)| (key.to_owned(), value.to_owned())));
        assert_eq!(entries(text, &groups[..1]).unwrap().len(), 3);
        for (text, told) in [("[mysqld]\n", "no group [client]"), ("[client]\n!include hunter2\n", "line 2 includes")] {
            let why = entries(text, &groups[..1]).unwrap_err();
            assert!(why.contains(told) && !why.contains("hunter2"), "{why}");
        }
    }
}

//! What stands behind the `?` of a URL, held against the table that its engine declares.
//!
//! Drivers pass over a parameter that they do not know, so `sslMode=verify-full` would connect without looking at the
//! server's certificate. Here every other name and every other value is refused, with the right spelling.

use url::Url;

use super::super::engine::{Access, Driver, PathOf};
use super::super::parameters::{Authority, Parameter};
use super::error::UrlError;

/// Others that people write, by the engine's own name for it.
const SYNONYMS: [(&[&str], &str); 5] = [
    (&["pass", "passwd", "pwd"], "password"),
    (&["username", "uid"], "user"),
    (&["db", "dbname", "database"], "database"),
    (&["db", "database"], "dbname"),
    (&["ca", "sslrootcert", "rootcert", "sslca", "cacert"], "ssl-ca"),
];

/// Whether the value of a parameter may be shown. Settings may not: some hold keys of object stores.
pub(super) fn may_be_shown(engine: &'static Driver, name: &str) -> bool {
    find(engine, name).is_some_and(|parameter| parameter.shown)
}

/// Refuses the first parameter of `url` that `engine` does not know, knows by another spelling, or is given twice.
///
/// # Errors
/// Names the parameter and the right spelling, never a value.
pub(super) fn check(engine: &'static Driver, url: &Url) -> Result<(), UrlError> {
    if url.query().is_some_and(|query| query.contains('@')) {
        // A password that was not encoded may have put the `?` there: then no name is one.
        return Err(UrlError::Unreadable("an @ stands behind the ?"));
    }
    let mut seen: Vec<&str> = Vec::new();
    for (name, value) in url.query_pairs() {
        let Some(parameter) = find(engine, &name) else {
            if is_setting(engine, &name) {
                continue;
            }
            return Err(unknown(engine, &name));
        };
        let spelling = parameter.names[0];
        if seen.contains(&spelling) && spelling != "options" {
            return Err(refused(&name, "is given twice; give it once"));
        }
        seen.push(spelling);
        if !parameter.values.is_empty() && !parameter.values.iter().any(|known| known.eq_ignore_ascii_case(&value)) {
            let meant = nearest(&value, parameter.values.iter().copied());
            let meant = meant.map(|meant| format!("write {spelling}={meant}; ")).unwrap_or_default();
            let all = parameter.values.join(", ");
            return Err(refused(&name, &format!("has a value it does not take; {meant}it is one of {all}")));
        }
    }
    let said =
        |name: &str| url.query_pairs().find(|(given, _)| find(engine, given).is_some_and(|p| p.names[0] == name));
    let Some(Authority { name: authority, mode, verifying }) = &engine.parameters().authority else { return Ok(()) };
    // The drivers read it in these two modes only.
    let verifies = said(mode).is_some_and(|(_, value)| verifying.iter().any(|one| one.eq_ignore_ascii_case(&value)));
    match said(authority) {
        Some((name, _)) if !verifies => {
            let [full, chain] = verifying;
            Err(refused(&name, &format!("is not looked at without {mode}={full} or {mode}={chain}; add one of them")))
        }
        _ => Ok(()),
    }
}

fn find(engine: &'static Driver, name: &str) -> Option<&'static Parameter> {
    // `options[search_path]=x` is libpq's long form.
    let name = if name.starts_with("options[") && name.ends_with(']') { "options" } else { name };
    engine.parameters().known.iter().find(|parameter| parameter.names.contains(&name))
}

/// Whether `name` may be that of a setting and is nothing else that people write there.
fn is_setting(engine: &'static Driver, name: &str) -> bool {
    let shaped = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    engine.parameters().settings
        && !name.is_empty()
        && name.chars().all(shaped)
        && elsewhere(engine, name).is_none()
        && synonym(engine, name).is_none()
}

fn unknown(engine: &'static Driver, name: &str) -> UrlError {
    if let Some(hint) = elsewhere(engine, name) {
        return refused(name, &format!("is none of {}; {hint}", called(engine)));
    }
    let known = || engine.parameters().known.iter().map(|parameter| parameter.names[0]);
    let alike = || known().find(|one| plain(one) == plain(name));
    let spelling = alike().or_else(|| synonym(engine, name)).or_else(|| nearest(name, known()));
    match spelling {
        Some(meant) => refused(name, &format!("is none of {}; write {meant}", called(engine))),
        None => {
            let all: Vec<&str> = known().collect();
            let settings = if engine.parameters().settings { ", and settings" } else { "" };
            refused(name, &format!("is none of {}, which are {}{settings}", called(engine), all.join(", ")))
        }
    }
}

/// Whose parameters they are.
fn called(engine: &Driver) -> String {
    let of_objects = |access: &Access| matches!(access, Access::Server { path: PathOf::Objects, .. });
    match engine.access.iter().any(of_objects) {
        true => "an object store's".to_owned(),
        false => format!("{}'s", engine.dialect.label()),
    }
}

fn refused(name: &str, why: &str) -> UrlError {
    UrlError::Parameter(format!("its parameter `{name}` {why}"))
}

/// A name without what people spell differently.
fn plain(name: &str) -> String {
    name.chars().filter(|c| !"-_ ".contains(*c)).collect::<String>().to_ascii_lowercase()
}

fn elsewhere(engine: &'static Driver, name: &str) -> Option<&'static str> {
    let name = plain(name);
    let elsewhere = engine.parameters().elsewhere.iter();
    elsewhere.copied().find(|(names, _)| names.contains(&name.as_str())).map(|(_, way)| way)
}

fn synonym(engine: &'static Driver, name: &str) -> Option<&'static str> {
    let name = plain(name);
    let known = |meant: &str| engine.parameters().known.iter().any(|parameter| parameter.names[0] == meant);
    let synonyms = SYNONYMS.iter().filter(|(names, meant)| names.contains(&name.as_str()) && known(meant));
    synonyms.map(|(_, meant)| *meant).next()
}

fn nearest(name: &str, known: impl Iterator<Item = &'static str>) -> Option<&'static str> {
    let distance = |one: &&str| strsim::damerau_levenshtein(&plain(name), &plain(one));
    known.min_by_key(distance).filter(|one| distance(one) <= 1 + one.len() / 4)
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::super::super::registry::{DRIVERS, driver};
    use super::super::SourceUrl;

    /// Catches a parameter that the driver passes over in silence: the connection would be another than the one asked for.
    #[test]
    fn what_no_driver_knows_is_refused_with_the_right_spelling() {
        for (url, name, spelling) in [
            ("postgres://h/d?sslMode=verify-full", "`sslMode`", "write sslmode"),
            ("postgres://h/d?SSLMODE=verify-full", "`SSLMODE`", "write sslmode"),
            ("postgres://h/d?ssl_mode=verify-full", "`ssl_mode`", "write sslmode"),
            ("postgres://h/d?sslmod=require", "`sslmod`", "write sslmode"),
            ("postgres://h/d?ssl=true", "`ssl`", "sslmode=verify-full"),
            ("postgres://h/d?sslmode=verify_full", "`sslmode`", "write sslmode=verify-full"),
            ("postgres://h/d?sslmode=true", "`sslmode`", "disable, allow, prefer"),
            ("postgres://h/d?sslmode=verify-full&ssl-mode=disable", "`ssl-mode`", "twice"),
            ("postgres://h/d?sslmode=require&sslrootcert=ca.pem", "`sslrootcert`", "sslmode=verify-full"),
            ("postgres://h/d?channel_binding=require", "`channel_binding`", "verify-full"),
            ("postgres://h/d?connect_timeout=5", "`connect_timeout`", "remove"),
            ("postgres://h/d?currentSchema=x", "`currentSchema`", "search_path"),
            ("postgres://h/d?pwd=x", "`pwd`", "write password"),
            ("postgres://h/d?database=x", "`database`", "write dbname"),
            ("postgres://h/d?whatever=1", "`whatever`", "which are sslmode, sslrootcert"),
            ("mysql://h/d?ssl_mode=REQUIRED", "`ssl_mode`", "write ssl-mode"),
            ("mysql://h/d?sslMode=REQUIRED", "`sslMode`", "write ssl-mode"),
            ("mysql://h/d?useSSL=true", "`useSSL`", "ssl-mode=VERIFY_IDENTITY"),
            ("mysql://h/d?ssl-mode=verify-identity", "`ssl-mode`", "write ssl-mode=VERIFY_IDENTITY"),
            ("mysql://h/d?ssl-mode=verify-full", "`ssl-mode`", "VERIFY_CA, VERIFY_IDENTITY"),
            ("mysql://h/d?ssl-ca=ca.pem", "`ssl-ca`", "ssl-mode=VERIFY_IDENTITY"),
            ("mysql://h/d?sslrootcert=ca.pem", "`sslrootcert`", "write ssl-ca"),
            ("mysql://h/d?charset=latin1", "`charset`", "utf8mb4"),
            ("mysql://h/d?serverTimezone=UTC", "`serverTimezone`", "`timezone`"),
            ("mysql://h/d?password=x", "`password`", "before the `?`"),
            ("clickhouse://h/d?secure=true", "`secure`", "clickhouses://"),
            ("clickhouse://h/d?sslmode=verify-full", "`sslmode`", "clickhouses://"),
            ("clickhouses://h/d?verify=0", "`verify`", "always checks"),
            ("clickhouse://h/d?User=x", "`User`", "write user"),
            ("clickhouse://h/d?passwd=x", "`passwd`", "write password"),
            ("clickhouse://h/d?user=a&user=b", "`user`", "twice"),
            ("s3://b/t.csv?regoin=x", "`regoin`", "write region"),
            ("az://c/t.csv?account=x", "`account`", "none of an object store's, which are region, endpoint, anonymous"),
            ("s3://b/t.csv?secret_access_key=x", "`secret_access_key`", "AWS_SECRET_ACCESS_KEY"),
            ("clickhouse://h/d?Join-Use-Nulls=1", "`Join-Use-Nulls`", "and settings"),
        ] {
            let refused = SourceUrl::parse(url, Path::new("/")).expect_err(url).to_string();
            assert!(refused.contains(name) && refused.contains(spelling), "{url}: {refused}");
        }
    }

    #[test]
    fn every_documented_parameter_is_taken() {
        for engine in ["postgres", "mysql", "clickhouse"] {
            for parameter in driver(engine).unwrap().parameters().known {
                let value = parameter.values.last().copied().unwrap_or("1");
                let mode = match engine {
                    "postgres" => "&sslmode=verify-full",
                    "mysql" => "&ssl-mode=verify_identity",
                    _ => "",
                };
                let mode = if mode.contains(parameter.names[0]) { "" } else { mode };
                for name in parameter.names {
                    let url = format!("{engine}://h/d?{name}={value}{mode}");
                    assert!(SourceUrl::parse(&url, Path::new("/")).is_ok(), "{url}");
                }
            }
        }
        for url in ["clickhouse://h/?join_use_nulls=1", "postgres://h/d?options[search_path]=x&options=-cjit=off"] {
            assert!(SourceUrl::parse(url, Path::new("/")).is_ok(), "{url}");
        }
    }

    /// Catches a parameter that users cannot look up.
    #[test]
    fn every_parameter_stands_in_the_documentation() {
        let page = include_str!("../../../docs/connections.md");
        for engine in DRIVERS {
            for parameter in engine.parameters().known {
                let named = [parameter.names[0]].into_iter().chain(parameter.values.iter().copied());
                for word in named {
                    assert!(page.contains(&format!("`{word}`")), "{engine:?}: {word}");
                }
            }
        }
    }

    /// Catches a password with a `?` in it, whose rest would be shown as the name of a parameter.
    #[test]
    fn what_may_be_the_rest_of_a_password_is_not_shown() {
        for url in ["postgres://u:12?s3cret@h/d", "mysql://u:1?s3cret=1@h/d", "clickhouse://u:9?s3cret@h/d"] {
            let refused = SourceUrl::parse(url, Path::new("/")).expect_err(url).to_string();
            assert!(!refused.contains("s3cret"), "{refused}");
        }
    }
}

//! The declared table: what may stand behind the `?` of a URL, engine by engine.
//!
//! Drivers pass over a parameter that they do not know, so `sslMode=verify-full` would connect without looking at the
//! server's certificate. Here every other name and every other value is refused, with the right spelling.

use url::Url;

use super::super::EngineName;
use super::UrlError;

/// One parameter.
#[derive(Debug)]
pub struct Parameter {
    /// The spelling of the documentation, then others that the driver takes for the same.
    pub names: &'static [&'static str],
    /// All it may be, in the spelling of the documentation; empty where any text will do. The case does not matter.
    pub values: &'static [&'static str],
    /// Whether messages and reports may show its value.
    pub shown: bool,
}

const fn shown(names: &'static [&'static str]) -> Parameter {
    Parameter { names, values: &[], shown: true }
}

const fn secret(names: &'static [&'static str]) -> Parameter {
    Parameter { names, values: &[], shown: false }
}

/// PostgreSQL's, most of them libpq's. A key may stand in the URL itself, and options may hold anything.
const POSTGRES: &[Parameter] = &[
    Parameter {
        names: &["sslmode", "ssl-mode"],
        values: &["disable", "allow", "prefer", "require", "verify-ca", "verify-full"],
        shown: true,
    },
    shown(&["sslrootcert", "ssl-root-cert", "ssl-ca"]),
    shown(&["sslcert", "ssl-cert"]),
    secret(&["sslkey", "ssl-key"]),
    shown(&["host"]),
    shown(&["hostaddr"]),
    shown(&["port"]),
    shown(&["dbname"]),
    shown(&["user"]),
    secret(&["password"]),
    shown(&["application_name"]),
    secret(&["options"]),
];

/// MySQL's and MariaDB's.
const MYSQL: &[Parameter] = &[
    Parameter {
        names: &["ssl-mode", "sslmode"],
        values: &["DISABLED", "PREFERRED", "REQUIRED", "VERIFY_CA", "VERIFY_IDENTITY"],
        shown: true,
    },
    shown(&["ssl-ca", "sslca"]),
    shown(&["ssl-cert", "sslcert"]),
    secret(&["ssl-key", "sslkey"]),
    shown(&["socket"]),
];

/// ClickHouse's; every other name of letters, digits and underscores is a setting, which the server judges.
const CLICKHOUSE: &[Parameter] = &[shown(&["user"]), secret(&["password"]), shown(&["database"])];

/// Parameters of other clients, or of the driver, that would change nothing here or must not; and what does instead.
const ELSEWHERE: [(EngineName, &[&str], &str); 16] = [
    (
        EngineName::Postgres,
        &["ssl", "tls", "usessl", "requiressl", "secure", "sslverify", "verify", "encrypt"],
        "TLS is asked for by sslmode=verify-full",
    ),
    (EngineName::Postgres, &["channelbinding"], "channel binding is not done; sslmode=verify-full checks the server"),
    (EngineName::Postgres, &["connecttimeout", "logintimeout"], "the limit of connecting is fixed; remove it"),
    (EngineName::Postgres, &["statementcachecapacity"], "statements are kept for one transaction; remove it"),
    (EngineName::Postgres, &["timezone"], "give the source a `timezone`"),
    (EngineName::Postgres, &["schema", "currentschema", "searchpath"], "write settings = { search_path = \"…\" }"),
    (EngineName::Postgres, &["targetsessionattrs"], "name the one server that is to be read"),
    (
        EngineName::MySql,
        &["ssl", "tls", "usessl", "requiressl", "secure", "sslverify", "verify", "encrypt", "verifyservercertificate"],
        "TLS is asked for by ssl-mode=VERIFY_IDENTITY",
    ),
    (EngineName::MySql, &["charset", "characterencoding", "useunicode"], "text is always utf8mb4; remove it"),
    (EngineName::MySql, &["collation"], "write settings = { collation_connection = \"…\" }"),
    (EngineName::MySql, &["timezone", "servertimezone", "connectiontimezone"], "give the source a `timezone`"),
    (EngineName::MySql, &["statementcachecapacity"], "it is cutover's own; remove it"),
    (EngineName::MySql, &["user", "password", "host", "port", "database"], "write it before the `?`"),
    (EngineName::MySql, &["connecttimeout"], "the limit of connecting is fixed; remove it"),
    (
        EngineName::ClickHouse,
        &[
            "ssl",
            "tls",
            "usessl",
            "requiressl",
            "secure",
            "verify",
            "sslmode",
            "sslverify",
            "encrypt",
            "protocol",
            "sslrootcert",
            "sslca",
            "cacert",
            "skipverify",
        ],
        "TLS is asked for by the scheme clickhouses://, which always checks the server",
    ),
    (EngineName::ClickHouse, &["host", "port"], "write it before the `?`"),
];

/// Others that people write, by the engine's own name for it.
const SYNONYMS: [(&[&str], &str); 5] = [
    (&["pass", "passwd", "pwd"], "password"),
    (&["username", "uid"], "user"),
    (&["db", "dbname", "database"], "database"),
    (&["db", "database"], "dbname"),
    (&["ca", "sslrootcert", "rootcert", "sslca", "cacert"], "ssl-ca"),
];

/// The parameters of an engine's URLs; none for those that are paths.
pub fn parameters(engine: EngineName) -> &'static [Parameter] {
    match engine {
        EngineName::Postgres => POSTGRES,
        EngineName::MySql => MYSQL,
        EngineName::ClickHouse => CLICKHOUSE,
        EngineName::Sqlite | EngineName::Files => &[],
    }
}

/// Whether the value of a parameter may be shown. Settings of ClickHouse may not: some hold keys of object stores.
pub fn may_be_shown(engine: EngineName, name: &str) -> bool {
    find(engine, name).is_some_and(|parameter| parameter.shown)
}

/// Refuses the first parameter of `url` that `engine` does not know, knows by another spelling, or is given twice.
///
/// # Errors
/// Names the parameter and the right spelling, never a value.
pub(super) fn check(engine: EngineName, url: &Url) -> Result<(), UrlError> {
    if url.query().is_some_and(|query| query.contains('@')) {
        // A password that was not encoded may have put the `?` there: then no name is one.
        return Err(UrlError::Unreadable("an @ stands behind the ?"));
    }
    let mut seen: Vec<&str> = Vec::new();
    for (name, value) in url.query_pairs() {
        let Some(parameter) = find(engine, &name) else {
            if engine == EngineName::ClickHouse && is_setting(&name) {
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
    let (mode, authority, verifying) = match engine {
        EngineName::Postgres => ("sslmode", "sslrootcert", ["verify-full", "verify-ca"]),
        EngineName::MySql => ("ssl-mode", "ssl-ca", ["VERIFY_IDENTITY", "VERIFY_CA"]),
        _ => return Ok(()),
    };
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

fn find(engine: EngineName, name: &str) -> Option<&'static Parameter> {
    // `options[search_path]=x` is libpq's long form.
    let name = if name.starts_with("options[") && name.ends_with(']') { "options" } else { name };
    parameters(engine).iter().find(|parameter| parameter.names.contains(&name))
}

/// Whether `name` may be that of a setting of ClickHouse and is nothing else that people write there.
fn is_setting(name: &str) -> bool {
    let shaped = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    !name.is_empty()
        && name.chars().all(shaped)
        && elsewhere(EngineName::ClickHouse, name).is_none()
        && synonym(EngineName::ClickHouse, name).is_none()
}

fn unknown(engine: EngineName, name: &str) -> UrlError {
    if let Some(way_out) = elsewhere(engine, name) {
        return refused(name, &format!("is none of {}; {way_out}", called(engine)));
    }
    let known = || parameters(engine).iter().map(|parameter| parameter.names[0]);
    let alike = || known().find(|one| plain(one) == plain(name));
    let spelling = alike().or_else(|| synonym(engine, name)).or_else(|| nearest(name, known()));
    match spelling {
        Some(meant) => refused(name, &format!("is none of {}; write {meant}", called(engine))),
        None => {
            let all: Vec<&str> = known().collect();
            let settings = if engine == EngineName::ClickHouse { ", and settings" } else { "" };
            refused(name, &format!("is none of {}, which are {}{settings}", called(engine), all.join(", ")))
        }
    }
}

fn called(engine: EngineName) -> &'static str {
    match engine {
        EngineName::Postgres => "PostgreSQL's",
        EngineName::MySql => "MySQL's",
        EngineName::ClickHouse => "ClickHouse's",
        EngineName::Sqlite => "SQLite's",
        EngineName::Files => "a file's",
    }
}

fn refused(name: &str, why: &str) -> UrlError {
    UrlError::Parameter(format!("its parameter `{name}` {why}"))
}

/// A name without what people spell differently.
fn plain(name: &str) -> String {
    name.chars().filter(|c| !"-_ ".contains(*c)).collect::<String>().to_ascii_lowercase()
}

fn elsewhere(engine: EngineName, name: &str) -> Option<&'static str> {
    let name = plain(name);
    ELSEWHERE.iter().find(|(of, names, _)| *of == engine && names.contains(&name.as_str())).map(|(_, _, way)| *way)
}

fn synonym(engine: EngineName, name: &str) -> Option<&'static str> {
    let name = plain(name);
    let known = |meant: &str| parameters(engine).iter().any(|parameter| parameter.names[0] == meant);
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

    use super::super::SourceUrl;
    use super::*;

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
            ("clickhouse://h/d?Join-Use-Nulls=1", "`Join-Use-Nulls`", "and settings"),
        ] {
            let refused = SourceUrl::parse(url, Path::new("/")).expect_err(url).to_string();
            assert!(refused.contains(name) && refused.contains(spelling), "{url}: {refused}");
        }
    }

    #[test]
    fn every_documented_parameter_is_taken() {
        for engine in [EngineName::Postgres, EngineName::MySql, EngineName::ClickHouse] {
            for parameter in parameters(engine) {
                let value = parameter.values.last().copied().unwrap_or("1");
                let (scheme, mode) = match engine {
                    EngineName::Postgres => ("postgres", "&sslmode=verify-full"),
                    EngineName::MySql => ("mysql", "&ssl-mode=verify_identity"),
                    _ => ("clickhouse", ""),
                };
                let mode = if mode.contains(parameter.names[0]) { "" } else { mode };
                for name in parameter.names {
                    let url = format!("{scheme}://h/d?{name}={value}{mode}");
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
        for engine in [EngineName::Postgres, EngineName::MySql, EngineName::ClickHouse] {
            for parameter in parameters(engine) {
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

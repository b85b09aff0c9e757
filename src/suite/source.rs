//! A source as the suite names it: its URL before variables are expanded, and its options.

use std::path::Path;

use super::expand::{Part, SourceSpecError, expanded, parts};
use super::pace::pace;
use super::raw;
use crate::source::{AsOfOptions, CsvOptions, Driver, SourceOptions, SourceUrl, Via, admits, check_types};

/// A source of a suite. The URL is expanded only where a connection is wanted.
#[derive(Clone, PartialEq, Eq)]
pub struct SourceSpec {
    url: String,
    /// What the suite says beside the URL.
    pub options: SourceOptions,
    /// What reads it in place of its own engine.
    via: Option<Box<(String, SourceSpec)>>,
}

impl SourceSpec {
    /// A source with the URL `url`, variables not expanded.
    pub(crate) fn new(url: String, options: SourceOptions) -> Self {
        SourceSpec { url, options, via: None }
    }

    /// The same, read by the source `name`.
    pub(super) fn read_by(self, name: &str, reader: SourceSpec) -> SourceSpec {
        SourceSpec { via: Some(Box::new((name.to_owned(), reader))), ..self }
    }

    /// The URL with its variables and with what it leaves to files of other programs; a value that stands for a user or a
    /// password is percent-encoded. What a variable says of the account, the host or the database is hidden from here on, where it is not the whole URL.
    pub fn resolve(
        &self,
        folder: &Path,
        variables: impl Fn(&str) -> Option<String>,
    ) -> Result<SourceUrl, SourceSpecError> {
        let url = self.as_written(folder, &variables)?.complete(folder)?;
        let Some((name, reader)) = self.via.as_deref() else { return Ok(url) };
        let via = reader.as_written(folder, &variables)?.complete(folder)?;
        Ok(url.read_by(Via { name: name.clone(), url: via, options: reader.options.clone() }))
    }

    /// The URL with its variables, without what it leaves to files of other programs.
    fn as_written(
        &self,
        folder: &Path,
        variables: &impl Fn(&str) -> Option<String>,
    ) -> Result<SourceUrl, SourceSpecError> {
        let (text, brought) = expanded(&self.url, folder, variables)?;
        Ok(SourceUrl::parse(&text, folder)?.hiding(&brought))
    }

    /// The engine, where it can be known now.
    pub fn engine_hint(&self, folder: &Path, variables: impl Fn(&str) -> Option<String>) -> Option<&'static Driver> {
        let answers = self.via.as_deref().map_or(self, |(_, reader)| reader);
        answers.as_written(folder, &variables).ok().map(|url| url.driver())
    }

    /// Whether the URL is well-formed as far as can be known without variables.
    pub(super) fn check(&self) -> Result<(), SourceSpecError> {
        let parts = parts(&self.url)?;
        if parts.iter().all(|part| matches!(part, Part::Text(_))) {
            SourceUrl::parse(&self.url, Path::new("."))?;
        }
        Ok(())
    }
}

impl std::fmt::Debug for SourceSpec {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // The URL may hold a password.
        f.debug_struct("SourceSpec").field("options", &self.options).finish_non_exhaustive()
    }
}

/// A valid source; problems are texts with a hint.
pub(super) fn valid(raw: raw::Source, replaced: Option<&str>) -> Result<SourceSpec, Vec<String>> {
    let mut problems = Vec::new();
    let mut options = SourceOptions {
        timezone: raw.timezone,
        driver: raw.driver,
        max_connections: raw.max_connections,
        types: raw.types,
        partitions: raw.partitions,
        csv: raw.csv.clone().unwrap_or_default(),
        as_of: raw.as_of.clone(),
        ..SourceOptions::default()
    };
    for (name, value) in raw.settings {
        let text = match value {
            toml::Value::String(text) => text,
            toml::Value::Integer(number) => number.to_string(),
            toml::Value::Float(number) => number.to_string(),
            toml::Value::Boolean(truth) => u8::from(truth).to_string(),
            _ => {
                problems.push(format!("setting `{name}` must be text, a number or a boolean"));
                continue;
            }
        };
        options.settings.insert(name, text);
    }
    for why in [options.csv.check(), check_types(&options.types)].into_iter().filter_map(Result::err) {
        problems.push(why);
    }
    if let Some(Err(why)) = options.as_of.as_ref().map(AsOfOptions::check) {
        problems.push(why);
    }
    let is_name = |driver: &str| driver.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-');
    if options.driver.as_deref().is_some_and(|driver| driver.is_empty() || !is_name(driver)) {
        problems.push(
            "`driver` is the name of a driver: a suite names no library by its path, because a library is code; set \
             the variable of its engine, such as CUTOVER_DUCKDB_DRIVER, to the path, or put the library into a folder of ADBC_DRIVER_PATH"
                .to_owned(),
        );
    }
    match raw.pace.map(pace).transpose() {
        Ok(pace) => options.pace = pace,
        Err(why) => problems.extend(why),
    }
    if options.max_connections == Some(0) {
        problems.push("`max_connections` must be at least 1".to_owned());
    }
    let engine = raw.url.as_deref().filter(|_| replaced.is_none()).and_then(certain);
    if raw.via.is_some() {
        let without = engine.filter(|engine| !engine.is_lent());
        problems.extend(without.map(|engine| means_nothing("via", engine)));
        problems.extend(read_otherwise(&options));
    } else if let Some(engine) = engine {
        problems.extend(without_effect(engine, &options));
        let asked = options.pace.as_ref().and_then(|pace| pace.pause.as_ref());
        if let Some(Err(refused)) = asked.map(|pause| admits(engine.dialect, &pause.sql)) {
            problems.push(format!("`pause_when` of `pace`: {refused}"));
        }
    }
    let url = replaced.map(str::to_owned).or(raw.url);
    match url {
        None => problems.push("`url` is missing; give one, such as `${OLD_URL}`".to_owned()),
        Some(url) => {
            let spec = SourceSpec::new(url, options);
            match spec.check() {
                Ok(()) if problems.is_empty() => return Ok(spec),
                Ok(()) => {}
                Err(error) => problems.push(error.to_string()),
            }
        }
    }
    Err(problems)
}

/// Settings of a source that belong to the one which reads it.
fn read_otherwise(options: &SourceOptions) -> Vec<String> {
    let given = [
        ("timezone", options.timezone.is_some()),
        ("settings", !options.settings.is_empty()),
        ("driver", options.driver.is_some()),
        ("max_connections", options.max_connections.is_some()),
    ];
    let of_reader = given.into_iter().filter(|(_, given)| *given).map(|(name, _)| {
        format!("`{name}` means nothing for a source with `via`; give it to the source that `via` names")
    });
    let own = [
        ("types", !options.types.is_empty()),
        ("partitions", !options.partitions.is_empty()),
        ("as_of", options.as_of.is_some()),
        ("csv", options.csv != CsvOptions::default()),
    ];
    let own = own.into_iter().filter(|(_, given)| *given);
    let own =
        own.map(|(name, _)| format!("`{name}` is not known to what reads a source with `via`; leave one of both out"));
    of_reader.chain(own).collect()
}

/// The engine of a URL that no variable can change.
fn certain(url: &str) -> Option<&'static Driver> {
    if url.contains("${") {
        return None;
    }
    SourceUrl::parse(url, Path::new(".")).ok().map(|url| url.driver())
}

/// Settings that the engine has no use for.
fn without_effect(engine: &Driver, options: &SourceOptions) -> Vec<String> {
    let (local, typed) = (engine.capabilities.local, engine.capabilities.typed_by_suite);
    let loaded = engine.capabilities.library.is_some();
    let given = [
        ("timezone", options.timezone.is_some() && (local || engine.capabilities.in_utc)),
        ("settings", !options.settings.is_empty() && local && !loaded),
        ("driver", options.driver.is_some() && !loaded),
        ("max_connections", options.max_connections.is_some() && local),
        ("types", !options.types.is_empty() && !typed),
        ("partitions", !options.partitions.is_empty() && !typed),
        ("as_of", options.as_of.is_some() && !typed),
        ("csv", options.csv != CsvOptions::default() && !typed),
    ];
    given.into_iter().filter(|(_, without)| *without).map(|(name, _)| means_nothing(name, engine)).collect()
}

fn means_nothing(setting: &str, engine: &Driver) -> String {
    format!("`{setting}` means nothing for {}; remove it", engine.name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn resolved(url: &str) -> Result<SourceUrl, SourceSpecError> {
        let variables = |name: &str| match name {
            "PASS" => Some("p@ss:w/rd#?".to_owned()),
            "URL" => Some("postgres://u:p%40ss@h/db".to_owned()),
            _ => None,
        };
        SourceSpec::new(url.to_owned(), SourceOptions::default()).resolve(Path::new("/suite"), variables)
    }

    #[test]
    fn a_password_is_encoded_where_it_stands_and_a_whole_url_is_not() {
        let url = resolved("postgres://u:${PASS}@h:5432/db").unwrap();
        let crate::source::Location::Server(url) = url.location() else { panic!("postgres") };
        assert_eq!(url.password(), Some("p%40ss%3Aw%2Frd%23%3F"));
        assert_eq!(url.host_str(), Some("h"));
        assert_eq!(resolved("${URL}").unwrap().to_string(), "postgres://u:***@h/db");
        assert_eq!(resolved("${NONE:-sqlite:old.db}").unwrap().to_string(), "sqlite:/suite/old.db");
    }

    /// Catches a secret that is shown because it stands in a path, and a path that is hidden although it is none.
    #[test]
    fn a_secret_in_a_path_is_not_shown() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("hidden"), "from-a-file\n").unwrap();
        std::fs::write(folder.path().join("url"), "sqlite:whole.db\n").unwrap();
        let given = |name: &str| (!name.is_empty()).then(|| "ab".to_owned());
        let shown = |url: &str| {
            let url = SourceSpec::new(url.to_owned(), SourceOptions::default()).resolve(folder.path(), given).unwrap();
            url.to_string().replace(folder.path().to_str().unwrap(), "~")
        };
        for (url, expected) in [
            ("${file:hidden}", "~/***"),
            ("x/${file:hidden}/t.csv", "~/x/***/t.csv"),
            ("sqlite:${file:hidden}.db", "sqlite:~/***.db"),
            ("adbc:duckdb:${DB_PASSWORD}.duckdb", "adbc:duckdb:~/***.duckdb"),
            ("${file:url}", "sqlite:~/whole.db"),
            ("${DATA}/t.csv", "~/ab/t.csv"),
            ("${PWD}/t.csv", "~/ab/t.csv"),
            ("${MONKEY}/t.csv", "~/ab/t.csv"),
            ("${DATA_KEYS}/t.csv", "~/***/t.csv"),
            ("${pgpass_token}/t.csv", "~/***/t.csv"),
            ("${MYSQL_PWD}/t.csv", "~/***/t.csv"),
        ] {
            assert_eq!(shown(url), expected, "{url}");
        }
    }

    /// Catches a line end that becomes a part of a password, a password that is shown, and a file that is missing and left out.
    #[test]
    fn a_password_may_stand_in_a_file() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("db"), "p@ss in a file\n").unwrap();
        std::fs::write(folder.path().join("none"), "\n").unwrap();
        let resolved =
            |url: &str| SourceSpec::new(url.to_owned(), SourceOptions::default()).resolve(folder.path(), |_| None);
        let absolute = folder.path().join("db").display().to_string();
        for path in ["db", &absolute] {
            let url = resolved(&format!("postgres://u:${{file:{path}}}@h/db")).unwrap();
            let crate::source::Location::Server(at) = url.location() else { panic!("postgres") };
            assert_eq!(at.password(), Some("p%40ss%20in%20a%20file"));
            assert_eq!(url.to_string(), "postgres://u:***@h/db");
        }
        for (url, told) in [
            ("postgres://u:${file:absent}@h/db", "absent of the URL cannot be read: "),
            ("postgres://u:${file:none}@h/db", "none of the URL cannot be read: it is empty"),
            ("postgres://u:${file:}@h/db", "names no variable"),
        ] {
            let why = resolved(url).unwrap_err().to_string();
            assert!(why.contains(told), "{url}: {why}");
        }
    }

    /// Catches an account, a host or a database that only the environment knows, and shows in a report.
    #[test]
    fn what_a_variable_says_is_not_shown() {
        let variables = |name: &str| match name {
            "ALL" => Some("postgres://someone:pass-of-all@db.internal/app".to_owned()),
            "REST" => Some("someone:pass-of-all@db.internal/app".to_owned()),
            "ACCOUNT" => Some("someone:pass-of-all".to_owned()),
            "NAME" => Some("some-one@corp".to_owned()),
            "HOST" => Some("db.internal".to_owned()),
            "SHORT" => Some("shop".to_owned()),
            "HERE" => Some("localhost".to_owned()),
            "PORT" => Some("5433".to_owned()),
            _ => None,
        };
        let shown = |url: &str| {
            let spec = SourceSpec::new(url.to_owned(), SourceOptions::default());
            spec.resolve(Path::new("/suite"), variables).unwrap().to_string()
        };
        for (url, wanted) in [
            ("${ALL}", "postgres://someone:***@db.internal/app"),
            ("postgres://${REST}", "postgres://***:***@***/***"),
            ("postgres://${ACCOUNT}@h/db", "postgres://***@h/db"),
            ("postgres://${NAME}:${HOST}@h/db", "postgres://***:***@h/db"),
            ("mysql://u@${HOST}:${PORT}/db", "mysql://u@***:5433/db"),
            ("clickhouse://u@h/${SHORT}", "clickhouse://u@h/***"),
            ("clickhouse://u@${HERE}/${NONE:-app}", "clickhouse://u@localhost/app"),
            ("postgres://reader@a.${HOST}/shop", "postgres://reader@***/shop"),
            ("${SHORT}/new", "/suite/shop/new"),
        ] {
            assert_eq!(shown(url), wanted, "{url}");
        }
        let said = "database \"shop\" of some-one@corp at db.internal";
        assert_eq!(crate::secret::hidden(said), "database \"***\" of *** at ***");
        assert_eq!(crate::secret::hidden_in_ours("shop.orders"), "shop.orders", "a word of a suite");
    }

    #[test]
    fn an_unset_variable_names_itself_and_no_url_is_shown() {
        assert_eq!(resolved("postgres://u:${NONE}@h/db"), Err(SourceSpecError::Unset("NONE".to_owned())));
        assert_eq!(resolved("postgres://u:${@h/db"), Err(SourceSpecError::Malformed));
        let error = resolved("postgres://u:s3cret@h:x/db").unwrap_err();
        assert!(!error.to_string().contains("s3cret"));
    }
}

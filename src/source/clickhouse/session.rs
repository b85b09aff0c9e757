//! What a source's account may do and what its session is like, asked once per source.

use std::collections::BTreeMap;

use clickhouse::query::Query;

use super::super::{Error, ErrorCode};
use super::address::Address;
use super::error;
use super::settings;
use super::settings::Found;
use crate::model::{Warning, WarningCode};

/// Bytes of a query that every server takes: three quarters of the default of `max_query_size`.
const SHORT_QUERY: usize = 192 << 10;

/// An account's session at a server.
pub(super) struct Session {
    /// Version of the server.
    pub(super) version: String,
    /// Time zone of the session.
    pub(super) timezone: String,
    /// Settings for the report.
    pub(super) shown: BTreeMap<String, String>,
    /// What every answer must say.
    pub(super) warnings: Vec<Warning>,
    /// Settings sent with every query.
    sent: BTreeMap<String, String>,
    /// Whether the account may change settings; where not, only those are sent that it takes all the same.
    free: bool,
    /// The account's own limit in seconds, 0 for none.
    limit: f64,
}

impl Session {
    /// Asks the server, with the guards of every question, then with what the source needs; the answers must say that
    /// it holds.
    pub(super) async fn ask(address: &Address) -> Result<Session, Error> {
        let guards = guards(address).await?;
        let profile = profile(address, &guards).await?;
        settings::judge(&profile, &address.settings).map_err(|why| refusal(address, &why))?;
        let (sent, free) = settings_to_send(&profile, &guards, &address.settings)?;
        let mut session = Session {
            version: String::new(),
            timezone: String::new(),
            shown: BTreeMap::new(),
            warnings: Vec::new(),
            limit: profile.get("max_execution_time").and_then(|found| found.value.parse().ok()).unwrap_or(0.0),
            sent,
            free,
        };
        let told = format!(
            "SELECT 'version()', version() UNION ALL SELECT 'timezone()', timezone() UNION ALL \
             SELECT name, value FROM system.settings WHERE {}",
            settings::named()
        );
        let told: BTreeMap<String, String> =
            pairs(address, session.apply(address.client.query_raw(&told))).await?.into_iter().collect();
        settings::verify(&session.sent, &told, &address.settings).map_err(|why| refusal(address, &why))?;
        session.version = told.get("version()").cloned().unwrap_or_default();
        session.timezone = told.get("timezone()").cloned().unwrap_or_default();
        session.shown = settings::shown(&profile, &told);
        session.shown.extend(address.settings.clone());
        if !session.free {
            session.shown.insert("settings_sent".to_owned(), "none that change the profile".to_owned());
            session.warnings.push(Warning::new(WarningCode::SettingsNotSent, format!(
                    "the profile of the ClickHouse user `{}` is readonly = 1, so no setting was changed: a query that is given up \
                     may run on at the server, whose own limits apply; a profile with readonly = 2 lifts this",
                    address.user
                )));
        }
        Ok(session)
    }

    /// `query` with the session's settings.
    pub(super) fn apply(&self, query: Query) -> Query {
        self.sent.iter().fold(query, |query, (name, value)| query.with_setting(name, value))
    }

    /// The same, with a limit on how long the server works on it and room for a text of `length` bytes.
    pub(super) fn apply_limited(&self, query: Query, timeout: std::time::Duration, length: usize) -> Query {
        let seconds = timeout.as_secs_f64().ceil();
        let mut query = self.apply(query);
        if self.free && length > SHORT_QUERY {
            query = query.with_setting("max_query_size", (length + SHORT_QUERY).to_string());
        }
        // A shorter limit of the account stands; its profile may not even allow a longer one.
        if !self.free || (self.limit > 0.0 && self.limit <= seconds) {
            return query;
        }
        query.with_setting("max_execution_time", format!("{seconds:.0}"))
    }
}

/// Which of [`settings::GUARDS`] the server knows. They are sent with the question for their values, which is answered in
/// one row: a profile that forbids them names the first that it has otherwise, a proxy that drops them is found out.
async fn guards(address: &Address) -> Result<Vec<(&'static str, &'static str)>, Error> {
    let mut known: Vec<(&str, &str)> = settings::GUARDS.to_vec();
    // A column of its own, because the setting cannot be sent.
    let mut filter = format!(", getSetting('{}')", settings::FILTER);
    loop {
        let values: Vec<String> = known.iter().map(|(name, _)| format!("toString(getSetting('{name}'))")).collect();
        // From a table of one row, which no setting puts in another table's place.
        let question = format!("SELECT {}{filter} FROM system.one", values.join(", "));
        let answer = lines(address, guarded(address.client.query_raw(&question), &known)).await;
        let rows = match answer {
            Err(refused) if error::has_code(&refused, 115) => {
                if refused.message.contains(&format!("'{}'", settings::FILTER)) {
                    filter.clear();
                    continue;
                }
                // An older server: one name less, until it knows them all.
                let first = |(name, _): &&(&str, &str)| refused.message.find(&format!("'{name}'"));
                let unknown = known.iter().filter(|one| first(one).is_some()).min_by_key(first).copied();
                let Some(unknown) = unknown else { return Err(refused) };
                known.retain(|one| *one != unknown);
                continue;
            }
            Err(refused) if error::has_code(&refused, 164) || error::has_code(&refused, 452) => {
                let why = format!(
                    "its profile has another value of a setting and lets nobody change it: {}",
                    refused.message
                );
                return Err(refusal(address, &why));
            }
            Err(refused) if refused.code == ErrorCode::QueryRefused && filtered(address, &known).await? => {
                return Err(refusal(address, &format!("{FILTERED}: {}", refused.message)));
            }
            answered => answered?,
        };
        let [row] = &rows[..] else {
            if filtered(address, &known).await? {
                return Err(refusal(address, FILTERED));
            }
            let why = format!(
                "a question of one row was answered with {} rows; look for limit, offset and filters in its profile, and for a \
                 proxy that drops settings",
                rows.len()
            );
            return Err(refusal(address, &why));
        };
        if row.get(known.len()).is_some_and(|filter| !filter.is_empty()) {
            return Err(refusal(address, FILTERED));
        }
        return match known.iter().zip(row).find(|((_, wanted), value)| !settings::same(wanted, value)) {
            None => Ok(known),
            Some(((name, wanted), value)) => Err(refusal(
                address,
                &format!("`{name}` stays {value} though {wanted} was sent; look for a proxy that drops settings"),
            )),
        };
    }
}

const FILTERED: &str =
    "its profile sets `filter`, which leaves rows out of every answer and cannot be taken off over HTTP";

/// Whether a question has its row once it takes off the profile's condition, or may not take it off.
async fn filtered(address: &Address, guards: &[(&str, &str)]) -> Result<bool, Error> {
    let question = format!("SELECT '1' FROM system.one SETTINGS {} = ''", settings::FILTER);
    match lines(address, guarded(address.client.query_raw(&question), guards)).await {
        Err(refused) if error::has_code(&refused, 115) => Ok(false),
        Err(refused) if error::has_code(&refused, 164) || error::has_code(&refused, 452) => Ok(true),
        answered => Ok(answered?.len() == 1),
    }
}

/// What the account's profile says of the settings that bear on answers.
async fn profile(address: &Address, guards: &[(&str, &str)]) -> Result<BTreeMap<String, Found>, Error> {
    let question = format!("SELECT name, value, toString(changed) FROM system.settings WHERE {}", settings::named());
    let mut found = BTreeMap::new();
    for row in lines(address, guarded(address.client.query_raw(&question), guards)).await? {
        let [name, value, changed] = <[String; 3]>::try_from(row).map_err(|_| unreadable(address))?;
        found.insert(name, Found { value, changed: settings::same(&changed, "1") });
    }
    match guards.iter().find(|(name, _)| !found.contains_key(*name)) {
        None => Ok(found),
        Some((name, _)) => Err(refusal(address, &format!("the server does not tell its `{name}`"))),
    }
}

fn guarded(query: Query, guards: &[(&str, &str)]) -> Query {
    guards.iter().fold(query, |query, (name, value)| query.with_setting(*name, *value))
}

fn refusal(address: &Address, why: &str) -> Error {
    Error::new(
        ErrorCode::SourceUnfit,
        format!("the answers to the ClickHouse user `{}` cannot be relied on: {why}", address.user),
    )
}

/// What to send on top of `profile`, and whether that may change it. Guards are sent in any mode: a server shows them as
/// they are where nothing is cut, whatever they are, once they have been applied.
fn settings_to_send(
    profile: &BTreeMap<String, Found>,
    guards: &[(&str, &str)],
    wanted: &BTreeMap<String, String>,
) -> Result<(BTreeMap<String, String>, bool), Error> {
    let readonly = profile.get("readonly").map_or("", |found| found.value.as_str());
    let mut sent = settings::neutral(profile);
    sent.extend(wanted.clone());
    match readonly {
        "1" => {
            let other = |(name, value): &(&String, &String)| {
                let guard = guards.iter().any(|(guard, _)| guard == name);
                !guard && profile.get(*name).is_none_or(|found| !settings::same(&found.value, value))
            };
            match sent.iter().find(other) {
                None => {
                    let guards = guards.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
                    Ok((guards.collect(), false))
                }
                Some((name, value)) => Err(Error::new(
                    ErrorCode::SourceUnfit,
                    format!(
                        "the ClickHouse account may change no setting (its profile is readonly = 1), yet `{name}` must be `{value}`; \
                         {}, or give the account a profile with readonly = 2",
                        if wanted.contains_key(name) { "remove it from the source" } else { "set it in the profile" },
                    ),
                )),
            }
        }
        "2" => Ok((with_cancel(sent), true)),
        "0" => {
            sent.insert("readonly".to_owned(), "2".to_owned());
            Ok((with_cancel(sent), true))
        }
        other => Err(Error::new(
            ErrorCode::SourceUnfit,
            format!(
                "cannot tell whether the ClickHouse account only reads (readonly is `{other}`); give it readonly = 2"
            ),
        )),
    }
}

fn with_cancel(mut sent: BTreeMap<String, String>) -> BTreeMap<String, String> {
    sent.entry(settings::CANCEL.to_owned()).or_insert_with(|| "1".to_owned());
    sent
}

/// The rows of a query of two columns of text, in order.
pub(super) async fn pairs(address: &Address, query: Query) -> Result<Vec<(String, String)>, Error> {
    let mut rows = Vec::new();
    for row in lines(address, query).await? {
        let mut cells = row.into_iter();
        match (cells.next(), cells.next()) {
            (Some(first), Some(second)) => rows.push((first, second)),
            _ => return Err(unreadable(address)),
        }
    }
    Ok(rows)
}

/// The rows of a query, every value as text.
pub(super) async fn lines(address: &Address, query: Query) -> Result<Vec<Vec<String>>, Error> {
    let from_client = |cause| error::from_client(cause, address);
    let mut cursor = query.fetch_bytes("JSONCompactStringsEachRow").map_err(from_client)?;
    let body = cursor.collect().await.map_err(from_client)?;
    let rows = serde_json::Deserializer::from_slice(&body).into_iter::<Vec<String>>();
    rows.collect::<Result<_, _>>().map_err(|_| match error::exception_in(&body) {
        Some(text) => error::from_server(&text, address),
        None => unreadable(address),
    })
}

fn unreadable(address: &Address) -> Error {
    let message =
        format!("ClickHouse at {} answered a question of cutover's in another form than asked for", address.host);
    Error::new(ErrorCode::ConnectionLost, format!("{message}; check that no proxy changes its answers"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn map(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    fn profile(pairs: &[(&str, &str)]) -> BTreeMap<String, Found> {
        let found = |value: &String| Found { value: value.clone(), changed: true };
        map(pairs).iter().map(|(name, value)| (name.clone(), found(value))).collect()
    }

    #[test]
    fn a_profile_that_would_cut_results_is_overruled_or_refused() {
        let open = profile(&[("readonly", "0"), ("timeout_overflow_mode", "break"), ("limit", "10")]);
        let sent = settings_to_send(&open, &[], &map(&[])).unwrap().0;
        assert_eq!(sent["timeout_overflow_mode"], "throw");
        assert_eq!((sent["limit"].as_str(), sent["readonly"].as_str()), ("0", "2"));

        let closed = profile(&[("readonly", "1"), ("use_query_cache", "1")]);
        let refused = settings_to_send(&closed, &[], &map(&[])).unwrap_err();
        assert!(refused.message.contains("`use_query_cache` must be `0`"), "{refused}");
    }

    #[test]
    fn an_account_that_may_set_nothing_sends_nothing_and_refuses_what_the_suite_wants() {
        let closed = profile(&[("readonly", "1"), ("join_use_nulls", "1")]);
        let guards = [("limit", "0")];
        let guarded = (map(&guards), false);
        assert_eq!(settings_to_send(&closed, &guards, &map(&[])).unwrap(), guarded);
        let so_already = map(&[("join_use_nulls", "1")]);
        assert_eq!(settings_to_send(&closed, &guards, &so_already).unwrap(), guarded);
        let refused = settings_to_send(&closed, &guards, &map(&[("session_timezone", "UTC")])).unwrap_err();
        assert!(
            refused.message.contains("`session_timezone`") && refused.message.contains("readonly = 2"),
            "{refused}"
        );
        // An account whose mode cannot be known might be able to write.
        assert!(settings_to_send(&profile(&[]), &[], &map(&[])).is_err());
    }
}

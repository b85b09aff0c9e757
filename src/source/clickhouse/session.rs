//! What a source's account may do and what its session is like, asked once per source.

use std::collections::BTreeMap;

use clickhouse::query::Query;

use super::address::Address;
use super::error;
use crate::model::Warning;
use crate::source::{Error, Fault};

/// Settings that change what a query returns, shown in the report where they differ from the server's own defaults.
const BEARING: [&str; 16] = [
    "aggregate_functions_null_for_empty",
    "any_join_distinct_right_table_keys",
    "cast_keep_nullable",
    "data_type_default_nullable",
    "decimal_check_overflow",
    "except_default_mode",
    "final",
    "group_by_use_nulls",
    "intersect_default_mode",
    "join_any_take_last_row",
    "join_default_strictness",
    "prefer_column_name_to_alias",
    "session_timezone",
    "skip_unavailable_shards",
    "transform_null_in",
    "union_default_mode",
];

/// Settings the account's profile must not turn: each of these would change or cut a result unseen.
const NEEDED: [(&str, &str); 5] = [
    ("limit", "0"),
    ("offset", "0"),
    ("describe_include_subcolumns", "0"),
    ("output_format_arrow_low_cardinality_as_dictionary", "0"),
    ("output_format_json_quote_64bit_integers", "0"),
];

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
    /// Settings sent with every query; `None` where the account may send none.
    sent: Option<BTreeMap<String, String>>,
    /// The account's own limit in seconds, 0 for none.
    limit: f64,
}

impl Session {
    /// Asks the server, first without any setting, then with those the source needs.
    pub(super) async fn ask(address: &Address) -> Result<Session, Error> {
        let profile = "SELECT name, value FROM system.settings WHERE changed OR name IN ('readonly', 'join_use_nulls')";
        let profile: BTreeMap<String, String> =
            pairs(address, address.client.query_raw(profile)).await?.into_iter().collect();
        let profile_says = |name: &str| profile.get(name).map_or("", String::as_str);
        let sent = settings_to_send(&profile, &address.settings)?;

        let mut session = Session {
            version: String::new(),
            timezone: String::new(),
            shown: BTreeMap::new(),
            warnings: Vec::new(),
            limit: profile_says("max_execution_time").parse().unwrap_or(0.0),
            sent,
        };
        let names: Vec<String> = BEARING.iter().map(|name| format!("'{name}'")).collect();
        let told = format!(
            "SELECT 'version()', version() UNION ALL SELECT 'timezone()', timezone() UNION ALL \
             SELECT name, value FROM system.settings \
             WHERE name IN ('readonly', 'join_use_nulls') OR (changed AND name IN ({}))",
            names.join(", ")
        );
        for (name, value) in pairs(address, session.apply(address.client.query_raw(&told))).await? {
            match name.as_str() {
                "version()" => session.version = value,
                "timezone()" => session.timezone = value,
                _ => drop(session.shown.insert(name, value)),
            }
        }
        session.shown.extend(address.settings.clone());
        if session.sent.is_none() {
            session.shown.insert("settings_sent".to_owned(), "none".to_owned());
            session.warnings.push(Warning {
                code: "settings_not_sent".to_owned(),
                message: format!(
                    "the profile of the ClickHouse user `{}` is readonly = 1, so no setting was sent: a query that is given up \
                     may run on at the server, whose own limits apply; a profile with readonly = 2 lifts this",
                    address.user
                ),
                table: None,
            });
        }
        Ok(session)
    }

    /// `query` with the session's settings, as far as the account may send any.
    pub(super) fn apply(&self, query: Query) -> Query {
        self.sent.iter().flatten().fold(query, |query, (name, value)| query.with_setting(name, value))
    }

    /// The same, with a limit on how long the server works on it and room for a text of `length` bytes.
    pub(super) fn apply_limited(&self, query: Query, timeout: std::time::Duration, length: usize) -> Query {
        let seconds = timeout.as_secs_f64().ceil();
        let mut query = self.apply(query);
        if self.sent.is_some() && length > SHORT_QUERY {
            query = query.with_setting("max_query_size", (length + SHORT_QUERY).to_string());
        }
        // A shorter limit of the account stands; its profile may not even allow a longer one.
        if self.sent.is_none() || (self.limit > 0.0 && self.limit <= seconds) {
            return query;
        }
        query.with_setting("max_execution_time", format!("{seconds:.0}"))
    }
}

/// What to send on top of `profile`; `None` where it allows nothing to be sent.
fn settings_to_send(
    profile: &BTreeMap<String, String>,
    wanted: &BTreeMap<String, String>,
) -> Result<Option<BTreeMap<String, String>>, Error> {
    let readonly = profile.get("readonly").map_or("", String::as_str);
    let mut sent: BTreeMap<String, String> = NEEDED
        .iter()
        .filter(|(name, value)| profile.get(*name).is_some_and(|found| found != value))
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect();
    // `break` returns the part of a result that was ready as if it were all of it, `any` drops groups.
    for (name, value) in profile {
        if name.ends_with("_overflow_mode") && value != "throw" {
            sent.insert(name.clone(), "throw".to_owned());
        }
    }
    sent.extend(wanted.clone());
    match readonly {
        "1" => match sent.keys().next() {
            None => Ok(None),
            Some(name) => Err(Error::new(
                Fault::Query,
                format!(
                    "the ClickHouse account may change no setting (its profile is readonly = 1), yet `{name}` must be `{}`; \
                     {}, or give the account a profile with readonly = 2",
                    sent[name],
                    if wanted.contains_key(name) { "remove it from the source" } else { "set it in the profile" },
                ),
            )),
        },
        "2" => Ok(Some(with_cancel(sent))),
        "0" => {
            sent.insert("readonly".to_owned(), "2".to_owned());
            Ok(Some(with_cancel(sent)))
        }
        other => Err(Error::new(
            Fault::Query,
            format!(
                "cannot tell whether the ClickHouse account only reads (readonly is `{other}`); give it readonly = 2"
            ),
        )),
    }
}

fn with_cancel(mut sent: BTreeMap<String, String>) -> BTreeMap<String, String> {
    sent.entry("cancel_http_readonly_queries_on_client_close".to_owned()).or_insert_with(|| "1".to_owned());
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
    Error::new(Fault::Connection, format!("{message}; check that no proxy changes its answers"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn map(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn a_profile_that_would_cut_results_is_overruled_or_refused() {
        let open = map(&[("readonly", "0"), ("timeout_overflow_mode", "break"), ("limit", "10")]);
        let sent = settings_to_send(&open, &map(&[])).unwrap().unwrap();
        assert_eq!(sent["timeout_overflow_mode"], "throw");
        assert_eq!((sent["limit"].as_str(), sent["readonly"].as_str()), ("0", "2"));

        let closed = map(&[("readonly", "1"), ("timeout_overflow_mode", "break")]);
        let refused = settings_to_send(&closed, &map(&[])).unwrap_err();
        assert!(refused.message.contains("`timeout_overflow_mode` must be `throw`"), "{refused}");
    }

    #[test]
    fn an_account_that_may_set_nothing_sends_nothing_and_refuses_what_the_suite_wants() {
        let closed = map(&[("readonly", "1")]);
        assert!(settings_to_send(&closed, &map(&[])).unwrap().is_none());
        let refused = settings_to_send(&closed, &map(&[("session_timezone", "UTC")])).unwrap_err();
        assert!(
            refused.message.contains("`session_timezone`") && refused.message.contains("readonly = 2"),
            "{refused}"
        );
        // An account whose mode cannot be told might be able to write.
        assert!(settings_to_send(&map(&[]), &map(&[])).is_err());
    }
}

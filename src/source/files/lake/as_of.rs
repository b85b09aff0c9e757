//! Which state of a table is read: the latest, or one that a suite names.

use chrono::{DateTime, SecondsFormat, Utc};
use serde::{Deserialize, Deserializer};

/// What a suite says of the state of a source's Delta and Iceberg tables that is read: `as_of = { version = 12 }`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, schemars::JsonSchema)]
#[serde(default, deny_unknown_fields, expecting = "a table")]
pub struct AsOfOptions {
    /// A version of a Delta table.
    pub version: Option<u64>,
    /// A moment such as `2026-01-31T12:00:00Z`, with quotes or without: the last version or snapshot until then.
    #[serde(deserialize_with = "moment")]
    pub timestamp: Option<String>,
    /// A snapshot of an Iceberg table, by its number.
    pub snapshot: Option<i64>,
    /// A branch or a tag of an Iceberg table.
    pub reference: Option<String>,
}

/// Reads a moment that is a text, or a time of TOML.
fn moment<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged, expecting = "a moment such as 2026-01-31T12:00:00Z")]
    enum Moment {
        Text(String),
        Time(toml::value::Datetime),
    }
    Ok(Some(match Moment::deserialize(deserializer)? {
        Moment::Text(text) => text,
        Moment::Time(time) => time.to_string(),
    }))
}

/// A state of a table.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::source::files) enum AsOf {
    /// The last there is.
    #[default]
    Latest,
    /// A version of Delta.
    Version(u64),
    /// The last until a moment.
    Time(DateTime<Utc>),
    /// A snapshot of Iceberg.
    Snapshot(i64),
    /// A branch or a tag of Iceberg.
    Reference(String),
}

impl AsOfOptions {
    /// Checks that one state is meant.
    ///
    /// # Errors
    /// Two that are named, none, and a moment that is none.
    pub fn check(&self) -> Result<(), String> {
        self.state().map(drop)
    }

    /// Whether it names a state that stays what it is: a branch moves on, and so may a tag, and the last state until a moment
    /// that is still to come.
    pub fn is_fixed(&self) -> bool {
        self.version.is_some() || self.snapshot.is_some()
    }

    /// Returns the state.
    ///
    /// # Errors
    /// As [`AsOfOptions::check`].
    pub(in crate::source::files) fn state(&self) -> Result<AsOf, String> {
        let time = |text: &String| match DateTime::parse_from_rfc3339(text) {
            Ok(time) => Ok(AsOf::Time(time.to_utc())),
            Err(_) => Err(format!("`timestamp` of `as_of` is \"{text}\"; write a moment such as 2026-01-31T12:00:00Z")),
        };
        let given = [
            self.version.map(|version| Ok(AsOf::Version(version))),
            self.timestamp.as_ref().map(time),
            self.snapshot.map(|snapshot| Ok(AsOf::Snapshot(snapshot))),
            self.reference.clone().map(|reference| Ok(AsOf::Reference(reference))),
        ];
        let mut given = given.into_iter().flatten();
        match (given.next(), given.next()) {
            (Some(one), None) => one,
            _ => Err("`as_of` names one state: `version`, `timestamp`, `snapshot` or `reference`".to_owned()),
        }
    }
}

/// Returns a moment as it is shown.
pub(super) fn written(time: DateTime<Utc>) -> String {
    time.to_rfc3339_opts(SecondsFormat::Millis, true)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Catches a moment of TOML that is refused, or read as another than the same one in quotes.
    #[test]
    fn a_moment_may_stand_without_quotes() {
        let state = |text: &str| toml::from_str::<AsOfOptions>(text).map_err(|cause| cause.to_string())?.state();
        let quoted = state("timestamp = \"2026-01-31T13:00:00+01:00\"");
        assert!(matches!(quoted, Ok(AsOf::Time(time)) if written(time) == "2026-01-31T12:00:00.000Z"), "{quoted:?}");
        for text in ["2026-01-31T13:00:00+01:00", "2026-01-31T12:00:00Z", "2026-01-31 12:00:00Z"] {
            assert_eq!(state(&format!("timestamp = {text}")), quoted, "{text}");
        }
        for text in ["2026-01-31", "2026-01-31T12:00:00", "12:00:00", "5", "true"] {
            let why = state(&format!("timestamp = {text}")).unwrap_err();
            assert!(why.contains("a moment such as 2026-01-31T12:00:00Z"), "{text}: {why}");
        }
    }
}

//! What a report says of a source.

use std::collections::BTreeMap;

use serde::Serialize;

/// One source of a suite, as it described itself.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct SourceReport {
    /// `clickhouse`, `postgres`, `sqlite`, `mysql` or `files`.
    pub engine: String,
    /// Version the server told, empty where it was never reached.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub version: String,
    /// Time zone of the session.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub timezone: String,
    /// The URL, its password masked.
    pub url: String,
    /// How its connections were protected, the least protected one counts: `verified`, `encrypted, host not verified`,
    /// `encrypted, not verified` or `none`; absent for files of this machine, and where none was made.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub tls: String,
    /// Session settings that bear on the result.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub settings: BTreeMap<String, String>,
    /// Which source read it in place of its own engine, where the suite has one do that: the engine and the version are those.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub via: Option<ViaReport>,
    /// Which state of each table with a log was read, by the names of the tables.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub tables: BTreeMap<String, TableRead>,
}

/// The source that read another.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct ViaReport {
    /// Its name in the suite.
    pub source: String,
    /// Its URL, the password masked.
    pub url: String,
}

/// Which state of a table with a log was read.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct TableRead {
    /// Who keeps the log: `delta` or `iceberg`.
    pub format: String,
    /// The version of a Delta table, or the number of an Iceberg table's snapshot; empty where that has none yet.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub version: String,
    /// What tells it apart from any other table that stood or will stand at its place: the id in its metadata; empty of an
    /// Iceberg table that has none.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub id: String,
    /// When it was written, as the log says; absent where that no longer does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at: Option<String>,
}

impl SourceReport {
    /// Engine, version, which source read it, how it was protected and the states of tables, as people read them.
    pub fn what(&self) -> String {
        let tls = if self.tls.is_empty() { String::new() } else { format!(", TLS {}", self.tls) };
        let tables = self.states().map_or(String::new(), |states| format!(", {states}"));
        let via = self.via.as_ref().map_or(String::new(), |via| format!(" via {}", via.source));
        format!("{} {}{via}{tls}{tables}", self.engine, self.version)
    }

    /// The states of tables as people read them; absent where there are none.
    pub fn states(&self) -> Option<String> {
        let state = |(name, TableRead { format, version, id: _, at }): (&String, &TableRead)| {
            let at = at.as_ref().map_or(String::new(), |at| format!(" of {at}"));
            let version = if version.is_empty() { "without a snapshot" } else { version };
            format!("{name}: {format} {version}{at}")
        };
        let mut states: Vec<String> = self.tables.iter().take(SHOWN).map(state).collect();
        if let Some(more) = self.tables.len().checked_sub(SHOWN).filter(|more| *more > 0) {
            states.push(format!("{more} more"));
        }
        (!states.is_empty()).then(|| states.join(", "))
    }
}

/// States of tables that are shown to people.
const SHOWN: usize = 3;

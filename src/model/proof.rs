//! What a proof of a suite found: which losses its checks see, as plain data.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Deserializer, Serialize};

use super::{Kind, Side, SmallestLoss, Status, text, text_of};

/// What became of a mutant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Sighting {
    /// The verdict got worse, and what was found names the row, group or column that was changed.
    Caught,
    /// The verdict got worse, and what was found names something else.
    Noticed,
    /// The verdict stayed.
    Missed,
    /// The verdict stayed, as the bounds or rules that the suite gives allow such a change.
    Allowed,
    /// There was nothing to change: today's data cannot tell.
    NoEffect,
    /// It was not tried, with the reason.
    Untested,
}

impl Sighting {
    /// Every outcome, in the order of reports.
    pub const ALL: [Sighting; 6] = [
        Sighting::Caught,
        Sighting::Noticed,
        Sighting::Missed,
        Sighting::Allowed,
        Sighting::NoEffect,
        Sighting::Untested,
    ];

    /// Returns the outcome as people read it.
    pub fn words(self) -> &'static str {
        match self {
            Sighting::Caught => "caught",
            Sighting::Noticed => "noticed",
            Sighting::Missed => "missed",
            Sighting::Allowed => "allowed",
            Sighting::NoEffect => "no effect",
            Sighting::Untested => "untested",
        }
    }
}

/// Where losses and changes are put.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ProofPlace {
    /// Into the answers of one side, in memory.
    Answers,
    /// Into the tables that its queries read.
    Tables,
}

/// The verdict on a suite's checks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ProofStatus {
    /// No mutant was missed that is not accepted.
    Proven,
    /// Some were.
    Missed,
    /// Nothing was proven: the suite does not pass as it is, or some check does not see that every row is lost.
    Void,
}

/// One change of an answer, and what the check made of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct MutantReport {
    /// `check:mutant`, or `check.column:mutant`, as patterns of `accept` name it; the name of the suite is left out.
    pub id: String,
    /// What was changed, in words.
    pub what: String,
    /// The column whose values were changed, by its name in old.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub column: Option<String>,
    /// Where, and from what to what, as far as it may be shown.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub example: Option<String>,
    /// What became of it.
    pub outcome: Sighting,
    /// Why it is allowed or untested.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Why it is accepted that it is missed, in the suite's words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub accepted: Option<String>,
    /// The checks that saw a mutant of a table.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub seen_by: Vec<String>,
}

impl MutantReport {
    /// Returns whether the mutant was missed and nobody accepted that.
    pub fn is_missed(&self) -> bool {
        self.outcome == Sighting::Missed && self.accepted.is_none()
    }
}

/// What one check sees.
#[derive(Clone, Debug, Serialize, schemars::JsonSchema)]
pub struct CheckProof {
    /// `suite.check`.
    pub id: String,
    /// What it compares.
    pub kind: Kind,
    /// The verdict on the answers as they are; absent where they were not read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<Status>,
    /// The side whose answers were changed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub side: Option<Side>,
    /// What became of the loss of every row of that side; absent where it was not tried.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub canary: Option<Sighting>,
    /// Why nothing of this check can be proven by its answers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub not_provable: Option<String>,
    /// Why the whole proof is void because of this check.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub void: Option<String>,
    /// What is to be known of how the check was tried.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
    /// The params of its suite as they reached SQL; none where its answers were not read.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub params: BTreeMap<String, String>,
    /// Columns that the check does not compare, with the suite's reason.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub ignored: BTreeMap<String, String>,
    /// The smallest losses that it is sure to see; every number that is not among them, nor among `untold`, is seen by its
    /// smallest unit.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub smallest: Vec<SmallestLoss>,
    /// Columns that are compared by a bound, and of which it is not told how much may be lost.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub untold: Vec<String>,
    /// The mutants, in their order.
    pub mutants: Vec<MutantReport>,
}

impl CheckProof {
    /// Makes the proof of a check of which nothing is known yet.
    pub fn new(id: &str, kind: Kind) -> CheckProof {
        CheckProof {
            id: id.to_owned(),
            kind,
            status: None,
            side: None,
            canary: None,
            not_provable: None,
            void: None,
            notes: Vec::new(),
            params: BTreeMap::new(),
            ignored: BTreeMap::new(),
            smallest: Vec::new(),
            untold: Vec::new(),
            mutants: Vec::new(),
        }
    }

    /// Returns how many mutants ended so.
    pub fn count(&self, outcome: Sighting) -> usize {
        self.mutants.iter().filter(|mutant| mutant.outcome == outcome).count()
    }

    /// Returns whether mutants were tried and none was seen.
    pub fn sees_nothing(&self) -> bool {
        let seen = self.count(Sighting::Caught) + self.count(Sighting::Noticed);
        seen == 0 && self.count(Sighting::Missed) > 0
    }

    /// Returns the mutants that were missed and are not accepted.
    pub fn missed(&self) -> impl Iterator<Item = &MutantReport> {
        self.mutants.iter().filter(|mutant| mutant.is_missed())
    }
}

/// What the checks that read a table see of it.
#[derive(Clone, Debug, Serialize, schemars::JsonSchema)]
pub struct TableProof {
    /// Name of its source in the suite.
    pub source: String,
    /// Its name in the queries.
    pub table: String,
    /// The checks whose queries read it.
    pub checks: Vec<String>,
    /// Why nothing could be tried on it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub not_provable: Option<String>,
    /// The mutants, in their order; one is missed where none of the checks saw it.
    pub mutants: Vec<MutantReport>,
}

/// The last proof of a suite, as a run tells of it beside its verdict.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize, schemars::JsonSchema)]
pub struct LastProof {
    /// When it began, UTC.
    pub started_at: String,
    /// What it came to.
    pub status: ProofStatus,
    /// Where losses and changes were put.
    pub on: ProofPlace,
    /// Checks that were put to the proof.
    #[serde(serialize_with = "text_of", deserialize_with = "count")]
    #[schemars(with = "String")]
    pub checks: u64,
    /// Checks of the suite, where some were not asked for.
    #[serde(default, skip_serializing_if = "Option::is_none", serialize_with = "text", deserialize_with = "any_count")]
    #[schemars(with = "Option<String>")]
    pub of_checks: Option<u64>,
    /// Mutants that were tried.
    #[serde(serialize_with = "text_of", deserialize_with = "count")]
    #[schemars(with = "String")]
    pub mutants: u64,
    /// Those that were missed and that nobody accepts.
    #[serde(serialize_with = "text_of", deserialize_with = "count")]
    #[schemars(with = "String")]
    pub missed: u64,
    /// How many columns of the tables that its checks read they see, where the proof was on tables.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub columns: Option<ColumnShare>,
    /// The params of the suite as they reached SQL: the window of data.
    pub params: BTreeMap<String, String>,
    /// SHA-256 of the suite, its queries and its waivers as they were, in hex.
    pub definition: String,
    /// Whether the suite, one of its queries or its waivers changed since.
    #[serde(default)]
    pub stale: bool,
}

/// A count as text, or as the number that earlier proofs kept.
#[derive(Deserialize)]
#[serde(untagged)]
enum KeptCount {
    Text(String),
    Number(u64),
}

fn count<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u64, D::Error> {
    match KeptCount::deserialize(deserializer)? {
        KeptCount::Text(text) => text.parse().map_err(serde::de::Error::custom),
        KeptCount::Number(number) => Ok(number),
    }
}

fn any_count<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u64>, D::Error> {
    count(deserializer).map(Some)
}

/// Columns of the tables of old and of those of new.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize, schemars::JsonSchema)]
pub struct ColumnShare {
    /// Those of which some check saw a change.
    #[serde(serialize_with = "text_of", deserialize_with = "count")]
    #[schemars(with = "String")]
    pub seen: u64,
    /// Those that hold values: of which a value was changed, or could not be, which nobody is known to see.
    #[serde(serialize_with = "text_of", deserialize_with = "count")]
    #[schemars(with = "String")]
    pub of: u64,
}

impl ColumnShare {
    /// Counts the columns of `tables` that hold values; absent where there are none.
    fn of<'a>(tables: impl Iterator<Item = &'a TableProof>) -> Option<ColumnShare> {
        let mut columns: BTreeMap<(&str, &str, &str), bool> = BTreeMap::new();
        for table in tables {
            for mutant in &table.mutants {
                let Some(column) = &mutant.column else { continue };
                let is_seen = match mutant.outcome {
                    Sighting::Caught | Sighting::Noticed => true,
                    Sighting::Missed | Sighting::Allowed | Sighting::Untested => false,
                    Sighting::NoEffect => continue,
                };
                *columns.entry((&table.source, &table.table, column)).or_default() |= is_seen;
            }
        }
        let seen = columns.values().filter(|is_seen| **is_seen).count() as u64;
        (!columns.is_empty()).then_some(ColumnShare { seen, of: columns.len() as u64 })
    }
}

/// A suite whose checks were put to the proof.
#[derive(Clone, Debug, Serialize, schemars::JsonSchema)]
pub struct ProvenSuite {
    /// Its name.
    pub name: String,
    /// Path of its file.
    pub path: String,
    /// SHA-256 of its file, in hex.
    pub sha256: String,
    /// SHA-256 of its file, its queries and its waivers, in hex: another one makes the proof stale.
    pub definition: String,
    /// Checks that it has.
    #[serde(skip)]
    pub checks: u64,
}

/// What a proof found.
#[derive(Clone, Debug)]
pub struct ProofReport {
    /// When it began.
    pub started_at: DateTime<Utc>,
    /// Wall time in milliseconds.
    pub elapsed_ms: u64,
    /// Version of cutover.
    pub version: String,
    /// What the picks of rows follow from.
    pub seed: u64,
    /// Whether it was stopped by a signal.
    pub interrupted: bool,
    /// The suites, in the order they were read.
    pub suites: Vec<ProvenSuite>,
    /// Where losses and changes were put.
    pub on: ProofPlace,
    /// The checks, in suite order.
    pub checks: Vec<CheckProof>,
    /// The tables that were tried, in the order in which checks read them.
    pub tables: Vec<TableProof>,
    /// The defects of a pack that were planted, by their names.
    pub defects: Vec<MutantReport>,
    /// Checks that together see all that any check sees of the tables.
    pub smallest: Vec<String>,
    /// Patterns of `accept` that name no mutant that is missed.
    pub unused: Vec<String>,
}

impl ProofReport {
    /// Returns every mutant, those of checks first, then those of tables, then the defects.
    pub fn mutants(&self) -> impl Iterator<Item = &MutantReport> {
        let of_checks = self.checks.iter().flat_map(|check| &check.mutants);
        of_checks.chain(self.tables.iter().flat_map(|table| &table.mutants)).chain(&self.defects)
    }

    /// Returns the verdict.
    pub fn status(&self) -> ProofStatus {
        let is_void = self.checks.iter().any(|check| check.void.is_some());
        let is_tried = self.mutants().any(|mutant| mutant.outcome != Sighting::Untested);
        if self.interrupted || is_void || !is_tried {
            ProofStatus::Void
        } else if self.mutants().any(MutantReport::is_missed) {
            ProofStatus::Missed
        } else {
            ProofStatus::Proven
        }
    }

    /// Returns how many mutants ended so.
    pub fn count(&self, outcome: Sighting) -> usize {
        self.mutants().filter(|mutant| mutant.outcome == outcome).count()
    }

    /// Returns what later runs are to tell of the proof of `suite`.
    pub fn last(&self, suite: &ProvenSuite) -> LastProof {
        let is_own = |id: &String| id.split('.').next() == Some(suite.name.as_str());
        let checks: Vec<&CheckProof> = self.checks.iter().filter(|check| is_own(&check.id)).collect();
        let tables = || self.tables.iter().filter(|table| table.checks.iter().any(is_own));
        let mutants = checks.iter().flat_map(|check| &check.mutants);
        let mutants = mutants.chain(tables().flat_map(|table| &table.mutants)).chain(&self.defects);
        let tried = mutants.filter(|mutant| mutant.outcome != Sighting::Untested);
        let (mut count, mut missed) = (0, 0);
        for mutant in tried {
            count += 1;
            missed += u64::from(mutant.is_missed());
        }
        let is_void = self.interrupted || count == 0 || checks.iter().any(|check| check.void.is_some());
        LastProof {
            started_at: self.started_at.format("%Y-%m-%dT%H:%M:%S%.3fZ").to_string(),
            status: match (is_void, missed) {
                (true, _) => ProofStatus::Void,
                (false, 0) => ProofStatus::Proven,
                (false, _) => ProofStatus::Missed,
            },
            on: self.on,
            of_checks: (suite.checks > checks.len() as u64).then_some(suite.checks),
            checks: checks.iter().filter(|check| check.not_provable.is_none() && check.void.is_none()).count() as u64,
            mutants: count,
            missed,
            columns: ColumnShare::of(tables()),
            params: checks.iter().flat_map(|check| check.params.clone()).collect(),
            definition: suite.definition.clone(),
            stale: false,
        }
    }
}

//! Holds a suite in which every name is resolved and every setting valid.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::overrides::Overrides;
use super::params::Param;
use super::prove::{AcceptedMiss, TombstonedTable, VersionedTable};
use super::source::SourceSpec;
use crate::source::Refreshed;
use crate::spec::check::Check;
use crate::spec::waiver::Waiver;

/// A suite whose every setting is valid.
#[derive(Clone, Debug)]
pub struct Suite {
    /// First part of the id of each check.
    pub name: String,
    /// Its file.
    pub path: PathBuf,
    /// SHA-256 of its file, in hex.
    pub sha256: String,
    /// Its sources by name.
    pub sources: BTreeMap<String, SourceSpec>,
    /// Its params by name, overrides applied.
    pub params: BTreeMap<String, Param>,
    /// Views whose age can be known.
    pub views: Vec<Refreshed>,
    /// Mutants that a proof may find missed.
    pub accepted_misses: Vec<AcceptedMiss>,
    /// Tables that keep several versions of a row, to a proof.
    pub versions: Vec<VersionedTable>,
    /// Tables of which a column marks rows as deleted, to a proof.
    pub tombstones: Vec<TombstonedTable>,
    /// Its checks in the order of the file.
    pub checks: Vec<Check>,
    /// Differences of its checks that are accepted for a time, from `waivers.toml` beside its file.
    pub waivers: Vec<Waiver>,
    /// The line each check begins at, counted from 1, by its id.
    pub lines: BTreeMap<String, usize>,
    /// What the command line said in place of it.
    pub given: Overrides,
}

impl Suite {
    /// The folder that relative paths start at.
    pub fn folder(&self) -> &Path {
        match self.path.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => folder,
            _ => Path::new("."),
        }
    }
}

//! Holds what a run is asked for: which checks, within which limits, and what it may show.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use globset::GlobMatcher;

use super::findings::parquet::Differences;
use super::findings::privacy::Privacy;
use super::findings::repairs::Repairs;
use crate::compare::Limits;
use crate::model::{Key, LastProof, RerunOf};
use crate::record::read::Baseline;
use crate::record::windows::FinishedWindows;
use crate::rowdiff;
use crate::source::Interpose;
use crate::source::pushdown::RowHash;
use crate::spec::check::Check;
use crate::suite::Suite;

/// How a run goes about it.
#[derive(Clone, Debug)]
pub(crate) struct RunOptions {
    /// Checks at once, at least 1.
    pub jobs: usize,
    /// Time allowed per query, unless the check says otherwise.
    pub timeout: Duration,
    /// Time allowed for the whole run.
    pub deadline: Option<Duration>,
    /// How much is listed.
    pub limits: Limits,
    /// Bytes that each row diff may hold, batches in flight aside.
    pub memory: usize,
    /// Where a row diff writes what does not fit, and copies of what it reads.
    pub spill: PathBuf,
    /// Bytes on disk that the copies of one row diff may take.
    pub copies: u64,
    /// Patterns of ids, those of windows among them; none means all.
    pub only: Vec<GlobMatcher>,
    /// Who compares where one server holds both sides.
    pub plan: DiffStrategy,
    /// By which hash it does.
    pub hash: RowHash,
    /// Takes the differences themselves, where they are wanted.
    pub differences: Option<Differences>,
    /// Takes the SQL that would take differences away, where that is wanted.
    pub repairs: Option<Repairs>,
    /// Columns that stand in whole rows although they are not compared.
    pub with: Vec<String>,
    /// What may be shown of the data.
    pub privacy: Privacy,
    /// What an earlier run found: only what is not in it counts.
    pub baseline: Option<Baseline>,
    /// The run whose failures are run again.
    pub again: Option<Again>,
    /// Where finished windows are kept, and found by a run that goes on.
    pub resume: Option<Arc<FinishedWindows>>,
    /// What `cutover prove` last found of each suite, by its name.
    pub proofs: BTreeMap<String, LastProof>,
    /// Who stands between the run and its sources.
    pub between: Option<Arc<dyn Interpose>>,
}

/// What is run again.
#[derive(Clone, Debug, Default)]
pub(crate) struct Again {
    /// The run that found it.
    pub of: RerunOf,
    /// Keys in which the rows of a check differed, by its id; all rows of the other checks are compared.
    pub keys: BTreeMap<String, Arc<BTreeSet<Key>>>,
}

impl RunOptions {
    /// Runs so many checks at once, each query at most this long, and takes neither memory nor disk for row diffs.
    pub(crate) fn new(jobs: usize, timeout: Duration) -> RunOptions {
        RunOptions {
            jobs,
            timeout,
            deadline: None,
            limits: Limits::default(),
            memory: 0,
            spill: std::env::temp_dir(),
            copies: 0,
            only: Vec::new(),
            plan: DiffStrategy::default(),
            hash: RowHash::default(),
            differences: None,
            repairs: None,
            with: Vec::new(),
            privacy: Privacy::of_the_run(),
            baseline: None,
            again: None,
            resume: None,
            proofs: BTreeMap::new(),
            between: None,
        }
    }

    /// What one row diff may use; its hashes have seeds of their own.
    pub(crate) fn rowdiff(&self) -> rowdiff::DiffOptions {
        rowdiff::DiffOptions {
            memory: self.memory,
            directory: self.spill.clone(),
            copy: self.copies / 2,
            limits: self.limits,
            ..rowdiff::DiffOptions::default()
        }
    }
}

/// Who finds the rows that differ where one server holds both sides.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum DiffStrategy {
    /// The server where it can and is known to be faster, else cutover.
    #[default]
    Auto,
    /// Both sides are read and compared here.
    Stream,
    /// The server; an error where it cannot.
    Server,
}

/// A check with the suite it is from.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Selected<'a> {
    /// Its suite.
    pub suite: &'a Suite,
    /// The check.
    pub check: &'a Check,
}

//! The runs of a history, newest first, as plain data.

use std::collections::{BTreeMap, HashMap, HashSet};

use chrono::{DateTime, Utc};

use super::connection::{Access, Cell, Connection};
use super::error::Error;
use super::place::Place;
use super::{record, tables};
use crate::model::{Kind, Measure, Quantity, Status};

/// Runs that are read at once.
const PAGE: usize = 10;

/// More checks than this are looked for in every run; both engines take so many names in one statement.
const NAMED: usize = 10_000;

/// Which checks of a history are asked for.
#[derive(Clone, Copy)]
pub enum Wanted<'a> {
    /// Those with these ids.
    Ids(&'a HashSet<String>),
    /// Those whose id is taken; every id of the history is put to it once.
    Taken(&'a dyn Fn(&str) -> bool),
}

/// One recorded run.
#[derive(Clone, Debug)]
pub struct Run {
    /// Name of its report folder, or of its own.
    pub id: String,
    /// When it began.
    pub started_at: DateTime<Utc>,
    /// Wall time in milliseconds.
    pub elapsed_ms: u64,
    /// Its verdict.
    pub status: Status,
    /// What the program exited with.
    pub exit_code: u64,
    /// Version of cutover.
    pub version: String,
    /// Whether it was cut short.
    pub interrupted: bool,
    /// Where its reports were written, if they had a folder of their own.
    pub folder: Option<String>,
    /// SHA-256 of each suite's file and queries, by the suite's name.
    pub suites: BTreeMap<String, String>,
    /// Its checks, in the order of their report.
    pub checks: Vec<Entry>,
}

/// One check of a recorded run.
#[derive(Clone, Debug)]
pub struct Entry {
    /// `suite.check`, and `@window` behind it.
    pub id: String,
    /// What it compares.
    pub kind: String,
    /// Its verdict.
    pub status: Status,
    /// Differences by name, zeros among them; empty where nothing was measured.
    pub differences: BTreeMap<String, u64>,
    /// Wall time in milliseconds.
    pub elapsed_ms: u64,
    /// Rows of old.
    pub old_rows: Option<u64>,
    /// Rows of new.
    pub new_rows: Option<u64>,
    /// Milliseconds of the query on old.
    pub old_ms: Option<u64>,
    /// Milliseconds of the query on new.
    pub new_ms: Option<u64>,
    /// Why it could not be compared, or was not run; of any other window, that some windows of its check were not run.
    pub note: Option<String>,
    /// Its worst measures.
    pub measures: Vec<Measure>,
    /// Whether `differences.parquet` of its run holds every difference.
    pub listed: bool,
}

impl Entry {
    /// Whether it is a window that was compared, and some windows of its check were not run.
    pub fn partial(&self) -> bool {
        self.note.is_some() && self.id.contains('@') && !matches!(self.status, Status::Error | Status::Skip)
    }

    /// All differences, whatever their name.
    pub fn found(&self) -> u64 {
        self.differences.values().fold(0, |sum, count| sum.saturating_add(*count))
    }
}

const RUNS: &str =
    "SELECT id, started_at, elapsed_ms, status, exit_code, version, interrupted, folder FROM cutover_runs";

/// A reading of a history: everything it returns is of one moment.
pub(crate) struct HistoryReader<'a>(Connection<'a>);

impl<'a> HistoryReader<'a> {
    pub(crate) async fn begin(place: &'a Place) -> Result<HistoryReader<'a>, Error> {
        let mut connection = Connection::open(place, Access::Read).await?;
        tables::check(&mut connection, place).await?;
        Ok(HistoryReader(connection))
    }

    /// The newest runs that hold a check which is `wanted`, with those checks alone, newest first; at most `most`, and
    /// no more of them once they hold `enough` checks.
    pub(crate) async fn last(&mut self, most: usize, enough: usize, wanted: Wanted<'_>) -> Result<Vec<Run>, Error> {
        let ids = match wanted {
            Wanted::Ids(ids) => ids.clone(),
            Wanted::Taken(taken) => self.ids().await?.into_iter().filter(|id| taken(id)).collect(),
        };
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        // A history is shared by suites that have nothing to do with each other.
        let (holding, named) = if ids.len() <= NAMED {
            let places: Vec<String> = (3..ids.len() + 3).map(|at| format!("${at}")).collect();
            let places = places.join(", ");
            (format!("WHERE id IN (SELECT run FROM cutover_checks WHERE id IN ({places}))"), ids.iter().collect())
        } else {
            (String::new(), Vec::new())
        };
        let sql = format!("{RUNS} {holding} ORDER BY started_at DESC, id DESC LIMIT $1 OFFSET $2");
        let mut found: Vec<Run> = Vec::new();
        for page in 0_u64.. {
            let mut arguments = vec![Cell::from(PAGE as u64), Cell::from(page * PAGE as u64)];
            arguments.extend(named.iter().map(|id| Cell::from(id.as_str())));
            let mut runs = self.runs(&sql, &arguments).await?;
            let whole = runs.len() == PAGE;
            self.fill(&mut runs).await?;
            for run in &mut runs {
                run.checks.retain(|check| ids.contains(&check.id));
            }
            found.extend(runs.into_iter().filter(|run| !run.checks.is_empty()));
            let checks: usize = found.iter().map(|run| run.checks.len()).sum();
            if !whole || found.len() >= most || checks >= enough {
                break;
            }
        }
        found.truncate(most);
        Ok(found)
    }

    /// The id of every check that ever ran.
    async fn ids(&mut self) -> Result<Vec<String>, Error> {
        let mut rows = self.0.rows("SELECT DISTINCT id FROM cutover_checks", &[]).await?;
        rows.iter_mut().map(super::connection::Row::text).collect()
    }

    /// The run called `id`, with all its checks.
    pub(crate) async fn named(&mut self, id: &str) -> Result<Option<Run>, Error> {
        let mut runs = self.runs(&format!("{RUNS} WHERE id = $1"), &[Cell::from(id)]).await?;
        self.fill(&mut runs).await?;
        Ok(runs.pop())
    }

    /// Ids that begin with `prefix`, newest first; at most two, which is enough to tell one from several.
    pub(crate) async fn beginning(&mut self, prefix: &str) -> Result<Vec<String>, Error> {
        let sql = "SELECT id FROM cutover_runs WHERE substr(id, 1, length($1)) = $1 ORDER BY started_at DESC LIMIT 2";
        self.0.rows(sql, &[Cell::from(prefix)]).await?.iter_mut().map(super::connection::Row::text).collect()
    }

    /// The id of the run that began `back` runs before the newest.
    pub(crate) async fn before_last(&mut self, back: u64) -> Result<Option<String>, Error> {
        let sql = "SELECT id FROM cutover_runs ORDER BY started_at DESC, id DESC LIMIT 1 OFFSET $1";
        self.0.rows(sql, &[Cell::from(back)]).await?.first_mut().map(super::connection::Row::text).transpose()
    }

    async fn runs(&mut self, sql: &str, arguments: &[Cell]) -> Result<Vec<Run>, Error> {
        let mut runs = Vec::new();
        for mut row in self.0.rows(sql, arguments).await? {
            runs.push(Run {
                id: row.text()?,
                started_at: row.parsed(|text| text.parse().ok())?,
                elapsed_ms: row.number()?,
                status: row.parsed(status)?,
                exit_code: row.number()?,
                version: row.text()?,
                interrupted: row.number()? > 0,
                folder: row.text_or_null()?,
                suites: BTreeMap::new(),
                checks: Vec::new(),
            });
        }
        Ok(runs)
    }

    /// Reads what belongs to `runs`.
    async fn fill(&mut self, runs: &mut [Run]) -> Result<(), Error> {
        if runs.is_empty() {
            return Ok(());
        }
        let arguments: Vec<Cell> = runs.iter().map(|run| Cell::from(run.id.as_str())).collect();
        let places: Vec<String> = (1..=arguments.len()).map(|at| format!("${at}")).collect();
        let of = format!("WHERE run IN ({})", places.join(", "));
        let at: HashMap<String, usize> = runs.iter().enumerate().map(|(at, run)| (run.id.clone(), at)).collect();
        // Runs are never changed, so a row without its run is one that nobody asked for.
        for mut row in self.0.rows(&format!("SELECT run, name, sha256 FROM cutover_suites {of}"), &arguments).await? {
            let (run, name, sha256) = (row.text()?, row.text()?, row.text()?);
            if let Some(at) = at.get(&run) {
                runs[*at].suites.insert(name, sha256);
            }
        }
        let sql = format!(
            "SELECT run, place, id, kind, status, elapsed_ms, old_rows, new_rows, old_ms, new_ms, listed, note \
             FROM cutover_checks {of} ORDER BY run, place"
        );
        let mut entries: HashMap<(String, u64), (usize, usize)> = HashMap::new();
        for mut row in self.0.rows(&sql, &arguments).await? {
            let (run, place) = (row.text()?, row.number()?);
            let entry = Entry {
                id: row.text()?,
                kind: row.text()?,
                status: row.parsed(status)?,
                elapsed_ms: row.number()?,
                old_rows: row.number_or_null()?,
                new_rows: row.number_or_null()?,
                old_ms: row.number_or_null()?,
                new_ms: row.number_or_null()?,
                listed: row.number()? > 0,
                note: row.text_or_null()?,
                differences: BTreeMap::new(),
                measures: Vec::new(),
            };
            if let Some(at) = at.get(&run) {
                entries.insert((run, place), (*at, runs[*at].checks.len()));
                runs[*at].checks.push(entry);
            }
        }
        let sql = format!("SELECT run, place, name, found FROM cutover_differences {of}");
        for mut row in self.0.rows(&sql, &arguments).await? {
            let owner = (row.text()?, row.number()?);
            let (name, found) = (row.text()?, row.number()?);
            if let Some((run, check)) = entries.get(&owner) {
                runs[*run].checks[*check].differences.insert(name, found);
            }
        }
        let sql = format!(
            "SELECT run, place, name, key, old, new, delta, tolerance, within FROM cutover_measures {of} \
             ORDER BY run, place, rank"
        );
        for mut row in self.0.rows(&sql, &arguments).await? {
            let owner = (row.text()?, row.number()?);
            let name = row.text()?;
            let Some((run, check)) = entries.get(&owner) else { continue };
            let check = &mut runs[*run].checks[*check];
            // A kind that this version does not know has no numbers of its own.
            let kind = Kind::named(&check.kind).unwrap_or(Kind::Rows);
            let measure = Measure {
                quantity: Quantity::read(kind, &name),
                key: row.parsed(record::key)?,
                old: row.text_or_null()?,
                new: row.text_or_null()?,
                delta: row.text_or_null()?,
                tolerance: row.text()?,
                within: row.number()? > 0,
                level: None,
                count: None,
            };
            check.measures.push(measure);
        }
        Ok(())
    }
}

fn status(text: &str) -> Option<Status> {
    [Status::Skip, Status::Pass, Status::Warn, Status::Fail, Status::Error]
        .into_iter()
        .find(|one| one.to_string() == text)
}

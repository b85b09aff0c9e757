//! The history: what every run found, in a SQLite file beside the reports or in a shared PostgreSQL.
//!
//! A run is added whole or not at all, by one transaction, and never changed. What is there is never moved or made anew, and
//! deleted only by who asks for it, in whole runs: a file that cannot be read is an error. What of it is shown is decided in `trend` and `changes`, which are pure.

pub mod changes;
mod connection;
mod error;
mod keys;
mod place;
mod prune;
mod read;
mod record;
mod tables;
pub mod trend;

use std::future::Future;
use std::time::Duration;

pub use error::Error;
pub use keys::Keys;
pub use place::Place;
pub use read::{Entry, Run, Wanted};

use chrono::{DateTime, Utc};

use crate::model::RunReport;
use read::HistoryReader;

/// How long the writing of a run, or a reading, may take; longer than a writer waits for the others.
const LIMIT: Duration = Duration::from_secs(60);

/// Checks of earlier runs that one report takes.
const ENOUGH: usize = 20_000;

async fn limited<T>(place: &Place, work: impl Future<Output = Result<T, Error>>) -> Result<T, Error> {
    tokio::time::timeout(LIMIT, work).await.unwrap_or_else(|_| Err(Error::late(place, LIMIT)))
}

/// Adds a run; `folder` is where its reports are, where they have a folder of their own.
///
/// # Errors
/// A history that cannot be written. Then nothing of the run is in it, and everything else still is.
pub async fn record(
    place: &Place,
    report: &RunReport,
    id: &str,
    exit_code: u8,
    folder: Option<&str>,
) -> Result<(), Error> {
    limited(place, record::record(place, report, id, exit_code, folder)).await
}

/// Takes out every run that began before `before`, but the newest of all, and returns their number.
///
/// # Errors
/// A history that is absent or cannot be written. Then everything is still in it.
pub async fn prune(place: &Place, before: DateTime<Utc>) -> Result<u64, Error> {
    limited(place, prune::prune(place, before)).await
}

/// The newest runs that hold a check which is `wanted`, with those checks alone, newest first; at most `most`.
///
/// # Errors
/// A history that is absent or cannot be read.
pub async fn last(place: &Place, most: usize, wanted: Wanted<'_>) -> Result<Vec<Run>, Error> {
    limited(place, async { HistoryReader::begin(place).await?.last(most, usize::MAX, wanted).await }).await
}

/// As [`last`], but fewer runs where they hold very many checks: what a report has room for.
///
/// # Errors
/// A history that is absent or cannot be read.
pub async fn recent(place: &Place, most: usize, wanted: Wanted<'_>) -> Result<Vec<Run>, Error> {
    limited(place, async { HistoryReader::begin(place).await?.last(most, ENOUGH, wanted).await }).await
}

/// Two runs, each by its id, the beginning of it, `last`, or `last~1` for the one before.
///
/// # Errors
/// A history that is absent or cannot be read, and a name that means no run or more than one.
pub async fn pair(place: &Place, names: [&str; 2]) -> Result<[Run; 2], Error> {
    let both = async {
        let mut reading = HistoryReader::begin(place).await?;
        Ok([one(&mut reading, place, names[0]).await?, one(&mut reading, place, names[1]).await?])
    };
    limited(place, both).await
}

async fn one(reading: &mut HistoryReader<'_>, place: &Place, name: &str) -> Result<Run, Error> {
    let unknown = |why: &str| Error::NoRun(format!("{why}; `cutover history` shows the runs of {place}"));
    let back = match name.strip_prefix("last") {
        Some("") => Some(0),
        Some(rest) => rest.strip_prefix('~').and_then(|back| back.parse::<u64>().ok()),
        None => None,
    };
    let id = match back {
        Some(back) => {
            let id = reading.before_last(back).await?;
            id.ok_or_else(|| unknown(&format!("{name} is before the first run")))?
        }
        None => match reading.beginning(name).await?.as_slice() {
            [] => return Err(unknown(&format!("no run is called {name}"))),
            [id] => id.clone(),
            several if several.iter().any(|id| id == name) => name.to_owned(),
            _ => return Err(unknown(&format!("several runs begin with {name}"))),
        },
    };
    reading.named(&id).await?.ok_or_else(|| unknown(&format!("no run is called {name}")))
}

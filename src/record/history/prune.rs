//! Takes old runs out of a history, whole, by one transaction.

use chrono::{DateTime, SecondsFormat, Utc};

use super::connection::{Access, Cell, Connection};
use super::error::Error;
use super::place::Place;
use super::tables;

/// Takes out every run that began before `before`, but the newest of all, and returns their number. Their checks go with them.
pub(super) async fn prune(place: &Place, before: DateTime<Utc>) -> Result<u64, Error> {
    // A file that is not there is made for writing.
    if let Place::File(path) = place
        && !path.exists()
    {
        return Err(Error::Absent(place.to_string()));
    }
    let mut connection = Connection::open(place, Access::Write).await?;
    tables::check(&mut connection, place).await?;
    // Moments are written in one form and zone, so they are ordered as texts.
    let sql = "DELETE FROM cutover_runs WHERE started_at < $1 \
               AND started_at < (SELECT max(started_at) FROM cutover_runs) RETURNING id";
    let before = Cell::from(before.to_rfc3339_opts(SecondsFormat::Millis, true).as_str());
    let gone = connection.rows(sql, &[before]).await?;
    connection.commit().await?;
    Ok(gone.len() as u64)
}

//! Whether tables with a log are in the states that an earlier run read.

use std::collections::BTreeMap;

use super::super::Error;
use super::lake::{AsOf, Reads};
use super::place::Place;
use super::tables::Contents;
use crate::model::TableRead;

/// Whether the tables of these names are in these `states` for all that read by `reads`; one that was not read yet is opened.
///
/// # Errors
/// A place or a table that cannot be read.
pub(super) async fn are(
    place: &Place,
    as_of: &AsOf,
    reads: &Reads,
    states: &BTreeMap<String, TableRead>,
) -> Result<bool, Error> {
    let is_unread = |name: &&String| reads.state(name).is_none();
    let unread: Vec<&String> = states.keys().filter(is_unread).collect();
    if !unread.is_empty() {
        let listed = place.list().await?;
        for name in unread {
            let Some(Contents::Lake(lake)) = listed.tables.get(name) else { return Ok(false) };
            lake.open(name, as_of, Some(reads)).await?;
        }
    }
    Ok(states.iter().all(|(name, state)| reads.state(name).as_ref() == Some(state)))
}

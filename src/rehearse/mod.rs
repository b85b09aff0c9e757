//! Rehearsals: a pack's own SQL builds the old and the new tables in scratch databases, migrates one to the other
//! correctly, and may plant one defect, so that the pack's checks can be seen to pass and to fail.
//!
//! One of the few writers of the program. All that is built is SQL of the pack (`pack`); how a statement reaches an
//! engine is `writer`'s business.

mod pack;
mod writer;

use std::time::Duration;

use crate::isolation::apart;
use crate::model::Side;
use crate::source::{Error, ErrorCode, SourceUrl};

pub(crate) use pack::{Pack, PackError, PackSettings};
pub(crate) use writer::Writer;

/// What a rehearsal is to build.
#[derive(Clone, Debug)]
pub(crate) struct RehearsalPlan {
    /// About how many rows the main old table has.
    pub rows: u64,
    /// Other seeds give other data of the same shape.
    pub seed: u64,
    /// Name of the defect to plant.
    pub defect: Option<String>,
}

/// Why a rehearsal was not built.
#[derive(Debug, thiserror::Error)]
pub(crate) enum RehearsalError {
    /// The pack cannot be used.
    #[error(transparent)]
    Pack(#[from] PackError),
    /// A database holds tables that would be overwritten.
    #[error(
        "the {side} database holds {tables} already, and a rehearsal overwrites nothing; give an empty scratch database, or drop them"
    )]
    Occupied {
        /// The side it is on.
        side: Side,
        /// Names of the tables.
        tables: String,
    },
    /// A statement was refused.
    #[error("{file} on the {side} database: {}", .cause.message)]
    Refused {
        /// File of the pack.
        file: String,
        /// The side it is on.
        side: Side,
        /// What the server said.
        cause: Error,
    },
}

/// A table that was made, with its rows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Made {
    /// The side it is on.
    pub side: Side,
    /// Its name.
    pub table: String,
    /// Its rows.
    pub rows: u64,
}

/// Builds `pack` in the databases `old` and `new`, which may be one, and tells what is in them.
///
/// Where they are two, the migration still reads the old tables beside it: the new database gets them too, and
/// `drop_old.sql` removes them at the end. Works on threads of its own, so that whoever waits hears signals however long a
/// server talks; a statement that is under way when nobody waits any longer is not taken back.
pub(crate) async fn build(
    pack: &Pack,
    old: &SourceUrl,
    new: &SourceUrl,
    plan: &RehearsalPlan,
) -> Result<Vec<Made>, RehearsalError> {
    let (pack, old, new, plan) = (pack.clone(), old.clone(), new.clone(), plan.clone());
    apart(move || Box::pin(async move { built(&pack, &old, &new, &plan).await })).await
}

/// Takes away what `build` made of `pack` in the databases `old` and `new`, by the pack's own `clear.sql`.
///
/// For those that `build` found free of the pack's tables, and for no others.
pub(crate) async fn clear(pack: &Pack, old: &SourceUrl, new: &SourceUrl) -> Result<(), RehearsalError> {
    let (pack, old, new) = (pack.clone(), old.clone(), new.clone());
    apart(move || {
        Box::pin(async move {
            let plan = RehearsalPlan { rows: 0, seed: 0, defect: None };
            for (side, url) in [(Side::New, &new), (Side::Old, &old)] {
                let mut writer = writer(side, url).await?;
                let file = pack.clear(writer.variants())?;
                execute(&pack, &file, side, &mut writer, &plan).await?;
                if old == new {
                    break;
                }
            }
            Ok(())
        })
    })
    .await
}

/// Returns whether what `build` makes of `pack` can be taken away again.
///
/// # Errors
/// A database that cannot be reached, and a pack that has no file for it.
pub(crate) async fn can_clear(pack: &Pack, old: &SourceUrl, new: &SourceUrl) -> Result<(), RehearsalError> {
    let (pack, old, new) = (pack.clone(), old.clone(), new.clone());
    apart(move || {
        Box::pin(async move {
            for (side, url) in [(Side::Old, &old), (Side::New, &new)] {
                pack.clear(writer(side, url).await?.variants())?;
            }
            Ok(())
        })
    })
    .await
}

async fn built(
    pack: &Pack,
    old: &SourceUrl,
    new: &SourceUrl,
    plan: &RehearsalPlan,
) -> Result<Vec<Made>, RehearsalError> {
    let one = old == new;
    let defects = pack.planted(plan.defect.as_deref())?;
    let mut on_old = writer(Side::Old, old).await?;
    let mut on_new = if one { None } else { Some(writer(Side::New, new).await?) };
    let (old_tables, new_tables) = (pack.creates("old.schema"), pack.creates("new.schema"));
    let all: Vec<String> = old_tables.iter().chain(&new_tables).cloned().collect();
    free(Side::Old, &mut on_old, if one { &all } else { &old_tables }).await?;
    if let Some(writer) = &mut on_new {
        free(Side::New, writer, &all).await?;
    }
    for stem in ["old.schema", "data", "changes"] {
        // With one database the changes come after the first migration; with two, the old side needs no order.
        if one && stem == "changes" {
            continue;
        }
        run(pack, stem, Side::Old, &mut on_old, plan).await?;
    }
    let side = if one { Side::Old } else { Side::New };
    let target = on_new.as_mut().unwrap_or(&mut on_old);
    let before: &[&str] = if one { &["new.schema"] } else { &["old.schema", "new.schema", "data"] };
    for stem in before.iter().chain(&["migration", "changes", "migration"]) {
        run(pack, stem, side, target, plan).await?;
    }
    for (at, stem) in &defects {
        let writer = match (*at, &mut on_new) {
            (Side::New, Some(writer)) => writer,
            _ => &mut on_old,
        };
        run(pack, stem, *at, writer, plan).await?;
    }
    if let Some(writer) = &mut on_new {
        run(pack, "drop_old", Side::New, writer, plan).await?;
    }
    let mut made = Vec::new();
    made.extend(tables(Side::Old, &mut on_old, old_tables).await?);
    made.extend(tables(Side::New, on_new.as_mut().unwrap_or(&mut on_old), new_tables).await?);
    Ok(made)
}

/// How long a server may take to accept a connection.
const CONNECT: Duration = Duration::from_secs(20);

async fn writer(side: Side, url: &SourceUrl) -> Result<Writer, RehearsalError> {
    let refused = |cause| RehearsalError::Refused { file: "the connection".to_owned(), side, cause };
    let url = url.clone();
    let opened = apart(move || Box::pin(async move { Writer::open(&url).await }));
    let late = |_| {
        let limit = humantime::format_duration(CONNECT);
        let why = format!("the server does not answer within {limit}; check that it can be reached");
        Err(Error::new(ErrorCode::Timeout, why))
    };
    tokio::time::timeout(CONNECT, opened).await.unwrap_or_else(late).map_err(refused)
}

/// Refuses a database that already holds any of `tables`.
async fn free(side: Side, writer: &mut Writer, tables: &[String]) -> Result<(), RehearsalError> {
    let mut held = Vec::new();
    for table in tables {
        let refused = |cause| RehearsalError::Refused { file: "the catalogue".to_owned(), side, cause };
        if writer.holds(table).await.map_err(refused)? {
            held.push(table.clone());
        }
    }
    if held.is_empty() { Ok(()) } else { Err(RehearsalError::Occupied { side, tables: held.join(", ") }) }
}

/// Those of `tables` that are there, with their rows: a defect may have dropped one.
async fn tables(side: Side, writer: &mut Writer, tables: Vec<String>) -> Result<Vec<Made>, RehearsalError> {
    let mut made = Vec::new();
    for table in tables {
        let refused = |cause| RehearsalError::Refused { file: format!("counting {table}"), side, cause };
        if writer.holds(&table).await.map_err(refused)? {
            let rows = writer.count(&table).await.map_err(refused)?;
            made.push(Made { side, table, rows });
        }
    }
    Ok(made)
}

/// Runs the file `stem.sql`, or its variant for what the database has; one that is not there is nothing to do.
async fn run(
    pack: &Pack,
    stem: &str,
    side: Side,
    writer: &mut Writer,
    plan: &RehearsalPlan,
) -> Result<(), RehearsalError> {
    let Some(file) = pack.file(stem, writer.variants()) else { return Ok(()) };
    execute(pack, &file, side, writer, plan).await
}

async fn execute(
    pack: &Pack,
    file: &str,
    side: Side,
    writer: &mut Writer,
    plan: &RehearsalPlan,
) -> Result<(), RehearsalError> {
    let sql = pack.render(file, writer.dialect(), plan.rows, plan.seed)?;
    let refused = |cause| RehearsalError::Refused { file: file.to_owned(), side, cause };
    writer.execute(&sql).await.map_err(refused)
}

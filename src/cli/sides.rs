//! Finds the sources of the two sides that a command line names, and the columns that a query of one returns.

use std::path::Path;
use std::time::Duration;

use crate::frame::Type;
use crate::model::Side;
use crate::source;
use crate::source::pushdown::Described;
use crate::source::{CancellationToken, Engine, QueryHandle, SINGLE, SourceUrl};

/// Rows that are looked at for the types of columns, where an engine knows them only from rows.
const PROBED: usize = 100;

/// Returns the environment variable that holds the URL of a side: `OLD_URL` or `NEW_URL`.
pub(super) fn variable(side: Side) -> String {
    format!("{}_URL", side.as_str().to_ascii_uppercase())
}

/// Returns the URL of a side, as it was given and parsed; its [`variable`] stands in for the flag.
pub(super) fn url_of(side: Side, given: Option<&str>) -> Result<(String, SourceUrl), String> {
    let text = match given {
        Some(text) => text.to_owned(),
        None => std::env::var(variable(side)).ok().filter(|text| !text.is_empty()).ok_or_else(|| missing(side))?,
    };
    let url = SourceUrl::parse(&text, Path::new("."))
        .and_then(|url| url.complete(Path::new(".")))
        .map_err(|error| format!("--{side}: {error}"))?;
    Ok((text, url))
}

fn missing(side: Side) -> String {
    format!(
        "where is {side}? give --{side} URL, or set {}; a URL is engine://user@host/database, sqlite:path, or a path to files",
        variable(side)
    )
}

/// Returns the columns of a query: from its server, or from its first rows.
pub(super) async fn described(
    engine: &dyn Engine,
    sql: &str,
    from: &str,
    timeout: Duration,
) -> Result<Vec<Described>, source::Error> {
    let ticket = QueryHandle::default();
    let mut reader = engine.reader(timeout, &ticket).await?;
    if let Some(described) = reader.describe(sql).await? {
        reader.close().await;
        return Ok(described);
    }
    let probe = format!("SELECT * FROM {from} LIMIT {PROBED}");
    let answer = source::query(engine, &probe, timeout, &CancellationToken::default()).await?;
    let columns = answer.frame.names().into_iter().zip(answer.frame.types());
    let described = |(name, of): (&str, &Type)| {
        let told = if answer.frame.is_single(name) { SINGLE.to_owned() } else { of.to_string() };
        Described::new(name.to_owned(), told, of.clone(), false)
    };
    Ok(columns.map(described).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_side_names_its_flag_and_its_variable() {
        let why = missing(Side::Old);
        assert!(why.contains("--old") && why.contains("OLD_URL"), "{why}");
    }
}

//! Makes a suite of two catalogues: lists their tables, pairs and describes them.

use std::collections::BTreeSet;
use std::time::Duration;

use globset::Glob;

use super::super::super::console;
use super::super::super::paths::stored;
use super::args::InitArgs;
use super::catalog;
use super::schema;
use crate::init::{Left, Listed, Made, Pairs, Place, Table, pair, suite};
use crate::model::{Side, Sides};
use crate::source;
use crate::source::{CancellationToken, Engine, SourceUrl, TableName};
use crate::suite::ad_hoc::snake_case;

/// What was made of two catalogues.
pub(super) struct Found {
    pub(super) made: Made,
    pub(super) pairs: Pairs,
    pub(super) lists: Sides<Vec<Listed>>,
    /// Tables of both sides that the suite has no checks of, and why.
    pub(super) left: Vec<Left>,
}

/// The tables of a side.
pub(super) struct Catalog {
    engine: std::sync::Arc<dyn Engine>,
    place: Place,
    tables: Vec<Listed>,
    /// The URL is one file, which is its only table.
    single: bool,
}

impl Catalog {
    async fn table(&self, at: usize, timeout: Duration) -> Result<Table, source::Error> {
        catalog::table(self.engine.as_ref(), &self.tables[at], timeout).await
    }
}

/// Lists the tables of a side.
pub(super) async fn catalog(side: Side, (text, url): &(String, SourceUrl), args: &InitArgs) -> Result<Catalog, String> {
    let engine = source::open(url, &source::SourceOptions::default()).map_err(|error| located(side, &error))?;
    let tables = source::tables(engine.as_ref(), url.location(), args.timeout, &CancellationToken::default()).await;
    let tables = tables.map_err(|error| located(side, &error))?;
    let listed = |name: TableName| {
        let called = name.schema().map_or(name.name().to_owned(), |schema| format!("{schema}.{}", name.name()));
        Listed { name, called }
    };
    let place = Place { engine: engine.driver(), shown: url.to_string(), url: stored(side, text, url, &args.dir) };
    let single = url.driver().catalog.only_table(url.location()).is_some();
    Ok(Catalog { engine, place, tables: tables.into_iter().map(listed).collect(), single })
}

fn located(side: Side, error: &source::Error) -> String {
    format!("{side}: {}", console::with_causes(error))
}

/// Pairs the tables, describes those that pair, and writes the suite.
pub(super) async fn make(mut old: Catalog, mut new: Catalog, args: &InitArgs) -> Result<Found, String> {
    only(&mut old, &mut new, &args.table)?;
    let mut left = exclude(&mut old, &mut new, &args.exclude)?;
    let (old, new) = (&old, &new);
    let names = |side: &Catalog| side.tables.iter().map(|table| table.called.clone()).collect::<Vec<_>>();
    let (old_names, new_names) = (names(old), names(new));
    let mut pairs = if old.single && new.single {
        // Each side is one file: there is nothing else to pair.
        Pairs { same: vec![(0, 0)], ..Pairs::default() }
    } else {
        pair(
            &old_names.iter().map(String::as_str).collect::<Vec<_>>(),
            &new_names.iter().map(String::as_str).collect::<Vec<_>>(),
        )
    };
    if pairs.same.is_empty() {
        let list = |names: &[String]| match names {
            [] => "no table".to_owned(),
            names => names.iter().map(|name| format!("{name:?}")).collect::<Vec<_>>().join(", "),
        };
        return Err(format!(
            "no table has one name on both sides: old has {}; new has {}; give one side views named like the tables of the other, or compare two tables with `cutover diff`",
            list(&old_names),
            list(&new_names)
        ));
    }
    let (mut tables, mut same) = (Vec::new(), Vec::new());
    for (a, b) in std::mem::take(&mut pairs.same) {
        let (one, other) = tokio::join!(old.table(a, args.timeout), new.table(b, args.timeout));
        let whys = Sides { old: one.as_ref().err(), new: other.as_ref().err() };
        if let Some(error) = whys.present().map(|(_, error)| error).find(|error| error.code.is_of_connection()) {
            return Err(error.message.clone());
        }
        let whys: Vec<String> = whys.present().map(|(side, error)| located(side, error)).collect();
        match (one, other) {
            (Ok(old), Ok(new)) => {
                tables.push(Sides { old, new });
                same.push((a, b));
            }
            _ => left.push(Left { called: old.tables[a].called.clone(), why: whys.join("; "), asked: false }),
        }
    }
    if tables.is_empty() {
        let whys: Vec<String> = left.iter().map(|left| format!("{:?}: {}", left.called, left.why)).collect();
        return Err(format!("no table that both sides have can be read: {}", whys.join("; ")));
    }
    pairs.same = same;
    let places = Sides { old: old.place.clone(), new: new.place.clone() };
    let lists = Sides { old: old.tables.clone(), new: new.tables.clone() };
    let folder = std::path::absolute(&args.dir).unwrap_or_else(|_| args.dir.clone());
    let name = folder.file_name().map_or("first".to_owned(), |name| snake_case(&name.to_string_lossy()));
    let engines = Sides { old: old.engine.as_ref(), new: new.engine.as_ref() };
    let note = schema::note(engines, &tables, args.timeout).await;
    let made = suite(&name, &places, &lists, &pairs, &tables, &left, &note)?;
    Ok(Found { made, pairs, lists, left })
}

/// Leaves both sides the tables that match one of `patterns`, where there are any.
fn only(old: &mut Catalog, new: &mut Catalog, patterns: &[String]) -> Result<(), String> {
    if patterns.is_empty() {
        return Ok(());
    }
    let names = named("--table", patterns, old, new)?;
    for side in [old, new] {
        side.tables.retain(|table| names.contains(&table.called));
    }
    Ok(())
}

/// Takes the tables that match one of `patterns` out of both sides.
fn exclude(old: &mut Catalog, new: &mut Catalog, patterns: &[String]) -> Result<Vec<Left>, String> {
    let names = named("--exclude", patterns, old, new)?;
    for side in [old, new] {
        side.tables.retain(|table| !names.contains(&table.called));
    }
    let why = "--exclude names it".to_owned();
    Ok(names.into_iter().map(|called| Left { called, why: why.clone(), asked: true }).collect())
}

/// The tables of either side that match one of `patterns`, each of which matches some.
fn named(flag: &str, patterns: &[String], old: &Catalog, new: &Catalog) -> Result<BTreeSet<String>, String> {
    let mut names = BTreeSet::new();
    for pattern in patterns {
        let matcher = Glob::new(pattern)
            .map_err(|cause| format!("{flag} {pattern}: {}; write a pattern such as 'audit_*'", cause.kind()))?
            .compile_matcher();
        let all = old.tables.iter().chain(&new.tables).map(|table| table.called.clone());
        let found: BTreeSet<String> = all.filter(|name| matcher.is_match(name)).collect();
        if found.is_empty() {
            return Err(format!("{flag} {pattern}: neither side has such a table; correct the pattern"));
        }
        names.extend(found);
    }
    Ok(names)
}

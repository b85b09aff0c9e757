//! What may make the answer to a query wrong, by the server's own analysis: `EXPLAIN QUERY TREE` and `system.tables`.
//!
//! Asks the questions, views expanded; `rules` judges the answers. Whatever was not understood is a warning too.

mod first_by_key;
mod merges;
mod merging;
mod midnights;
mod rules;
mod tree;

use std::collections::BTreeMap;
use std::time::Duration;

use super::super::merging::Merging;
use super::super::{Error, ErrorCode, LintRequest, QueryHandle, ReadQuery};
use super::send::Form;
use super::server::{ClickHouse, noted};
use super::session;
use super::session::Session;
use crate::model::{Warning, WarningCode};
use rules::{Catalogue, Entry};
use tree::Tree;

pub(super) use merging::choice_of;

/// Views within views that are followed.
const DEEPEST: usize = 16;

/// The columns of `system.tables` that are asked for; the first is the name as a query tree writes it.
const COLUMNS: &str = "concat(database, '.', name), engine, sorting_key, as_select, toString(uuid), create_table_query";

/// The questions about one statement.
struct Questions<'a> {
    source: &'a ClickHouse,
    session: &'a Session,
    timeout: Duration,
    ticket: &'a QueryHandle,
}

/// Warnings about `sql`. An error is a connection that broke.
pub(crate) async fn inspect(
    source: &ClickHouse,
    sql: &str,
    asked: &LintRequest,
    timeout: Duration,
    ticket: &QueryHandle,
) -> Result<Vec<Warning>, Error> {
    let session = source.session().await?;
    let questions = Questions { source, session, timeout, ticket };
    let analysed = async {
        let tree = questions.tree(sql).await?;
        let catalogue = questions.catalogue(&tree).await?;
        Ok::<_, Error>((tree, catalogue))
    };
    match analysed.await {
        Ok((tree, catalogue)) => Ok(rules::judge(&tree, &catalogue, asked.exact, &session.timezone)),
        Err(error) if error.code.is_of_connection() => Err(error),
        Err(error) => {
            Ok(vec![Warning::new(WarningCode::NotAnalysed, format!("the query was not analysed: {}", error.message))])
        }
    }
}

/// The table that `sql` reads among whose rows merges or the query choose; see `Engine::merging`.
pub(crate) async fn merging(
    source: &ClickHouse,
    sql: &str,
    timeout: Duration,
    ticket: &QueryHandle,
) -> Result<Option<Merging>, Error> {
    let session = source.session().await?;
    let questions = Questions { source, session, timeout, ticket };
    let tree = questions.tree(sql).await?;
    let catalogue = questions.catalogue(&tree).await?;
    let names: Vec<String> = catalogue.0.keys().cloned().collect();
    let engines = questions.of_tables("concat(database, '.', name), engine_full", &names).await?;
    Ok(merging::read(&tree, &catalogue, |name| engines.get(name)?.last().cloned()))
}

/// Whether `sql` reads anything but MergeTree tables, as far as this account may know.
pub(crate) async fn reads_others(
    source: &ClickHouse,
    sql: &str,
    timeout: Duration,
    ticket: &QueryHandle,
) -> Result<bool, Error> {
    let session = source.session().await?;
    let questions = Questions { source, session, timeout, ticket };
    let tree = questions.tree(sql).await?;
    let catalogue = questions.catalogue(&tree).await?;
    let of_function = |tree: &Tree| tree.nodes().any(|at| tree.label(at) == "TABLE_FUNCTION");
    Ok(of_function(&tree)
        || catalogue.0.values().any(|entry| match entry {
            Entry::Table { engine, .. } => !engine.ends_with("MergeTree"),
            Entry::View(tree) => of_function(tree),
            Entry::Stored(_) => false,
            Entry::Unknown(_) => true,
        }))
}

impl Questions<'_> {
    /// Asks a question of our own.
    async fn ask(&self, sql: &str) -> Result<Vec<Vec<String>>, Error> {
        let query = self.session.apply_limited(self.source.address.client.query_raw(sql), self.timeout, sql.len());
        session::lines(&self.source.address, query.with_setting("query_id", noted(self.ticket))).await
    }

    async fn tree(&self, sql: &str) -> Result<Tree, Error> {
        let query = ReadQuery::check(&super::lexer::LEXERS[0], sql)?;
        // What the server describes is a query that returns rows; EXPLAIN would take other statements too.
        let described = self.source.request(self.session, query, Form::Describe, self.timeout, self.ticket);
        session::lines(&self.source.address, described).await?;
        let request = self.source.request(self.session, query, Form::Tree, self.timeout, self.ticket);
        let lines = session::lines(&self.source.address, request).await?;
        let lines: Vec<String> = lines.into_iter().filter_map(|line| line.into_iter().next()).collect();
        Tree::read(&lines).ok_or_else(|| {
            let message =
                "what the server answers to EXPLAIN QUERY TREE is no tree; give columns names without line ends";
            Error::new(ErrorCode::QueryRefused, message)
        })
    }

    /// Everything `tree` reads, through views down to tables.
    async fn catalogue(&self, tree: &Tree) -> Result<Catalogue, Error> {
        let (mut catalogue, mut wanted) = (Catalogue::default(), tree.tables());
        for _ in 0..DEEPEST {
            wanted.sort_unstable();
            wanted.dedup();
            wanted.retain(|name| !catalogue.0.contains_key(name));
            if wanted.is_empty() {
                break;
            }
            let mut found = self.tables(&wanted).await?;
            for name in std::mem::take(&mut wanted) {
                let entry = match found.remove(&name) {
                    Some(row) => self.entry(&name, row).await?,
                    None => Entry::Unknown("system.tables does not show it to this account".to_owned()),
                };
                match &entry {
                    Entry::View(tree) => wanted.extend(tree.tables()),
                    Entry::Stored(target) => wanted.push(target.clone()),
                    Entry::Table { .. } | Entry::Unknown(_) => {}
                }
                catalogue.0.insert(name, entry);
            }
        }
        Ok(catalogue)
    }

    /// The rows of `system.tables` by name.
    async fn tables(&self, names: &[String]) -> Result<BTreeMap<String, Vec<String>>, Error> {
        self.of_tables(COLUMNS, names).await
    }

    /// These columns of `system.tables`, the name first, by name.
    async fn of_tables(&self, columns: &str, names: &[String]) -> Result<BTreeMap<String, Vec<String>>, Error> {
        let quoted = |text: &str| format!("'{}'", text.replace('\\', "\\\\").replace('\'', "\\'"));
        let list = |all: Vec<&str>| all.into_iter().map(quoted).collect::<Vec<_>>().join(", ");
        // The database alone spares the server from reading the definition of every table it has.
        let databases = names.iter().flat_map(|name| name.match_indices('.').map(|(dot, _)| &name[..dot])).collect();
        let sql = format!(
            "SELECT {columns} FROM system.tables WHERE database IN ({}) AND concat(database, '.', name) IN ({})",
            list(databases),
            list(names.iter().map(String::as_str).collect())
        );
        let rows = self.ask(&sql).await?;
        Ok(rows.into_iter().filter_map(|row| Some((row.first()?.clone(), row))).collect())
    }

    async fn entry(&self, name: &str, row: Vec<String>) -> Result<Entry, Error> {
        let [_, engine, key, select, uuid, create] = row.as_slice() else {
            return Ok(Entry::Unknown("system.tables answers otherwise than expected".to_owned()));
        };
        Ok(match engine.as_str() {
            "View" => match self.tree(select).await {
                Ok(tree) => Entry::View(tree),
                Err(error) if error.code.is_of_connection() => return Err(error),
                Err(error) => Entry::Unknown(error.message),
            },
            "MaterializedView" => Entry::Stored(stored(name, uuid, create)),
            "Distributed" | "Merge" | "Buffer" | "Alias" | "LiveView" | "WindowView" => {
                Entry::Unknown(format!("what engine {engine} reads is not followed"))
            }
            _ => Entry::Table { engine: engine.clone(), key: key.clone() },
        })
    }
}

/// Name of the table that holds the rows of a materialized view.
fn stored(view: &str, uuid: &str, create: &str) -> String {
    let head = create.split_once(" (").map_or(create, |(head, _)| head);
    if let Some((_, target)) = head.rsplit_once(" TO ") {
        return target.trim().replace('`', "");
    }
    let (database, name) = view.split_once('.').unwrap_or(("", view));
    match uuid.chars().all(|c| c == '0' || c == '-') {
        true => format!("{database}..inner.{name}"),
        false => format!("{database}..inner_id.{uuid}"),
    }
}

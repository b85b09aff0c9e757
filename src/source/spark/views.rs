//! The tables of another source as views of a session, which end with it: a query reads them by their names, and no other
//! table.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use super::super::adbc::Cancel;
use super::super::dialect::Dialect;
use super::super::error::Error;
use super::super::gate::ReadQuery;
use super::super::lent::{Lent, LentFolder, LentTable};
use super::dialect::Spark;
use super::file_views;
use super::jdbc_views;
use super::lexer::LEXERS;
use super::relations::relations;
use super::send::asks_of_catalogue;
use super::server::Session;
use crate::model::{ErrorCode, Warning, WarningCode};

/// The tables of another source.
pub(super) struct Views {
    lent: Lent,
    /// Where they are, for messages.
    shown: String,
    /// The files of each table as they were when it was first read, by its name: every session reads the same.
    tables: Mutex<BTreeMap<String, Arc<LentTable>>>,
}

/// What every session that reads another source begins with: nothing is read otherwise because the server is set so.
pub(super) fn begins() -> impl Iterator<Item = String> {
    file_views::SETTINGS.iter().map(|(name, value)| format!("SET {}={}", Spark.quoted(name), Spark.quoted(value)))
}

impl Views {
    /// The tables of `lent`, which is `shown`.
    pub(super) fn new(lent: Lent, shown: String) -> Views {
        Views { lent, shown, tables: Mutex::default() }
    }

    /// Whether a session is told a password.
    pub(super) fn tells_password(&self) -> bool {
        match &self.lent {
            Lent::Files(_) => false,
            Lent::Database(database) => database.properties.iter().any(|(name, _)| *name == "password"),
        }
    }

    /// What tells these tables from others.
    pub(super) fn identity(&self) -> String {
        match &self.lent {
            Lent::Files(folder) => folder.names().unwrap_or_default().join("\n"),
            Lent::Database(database) => {
                let account = database.properties.iter().find(|(name, _)| *name == "user");
                format!("{} {}", database.url, account.map(|(_, user)| user.as_str()).unwrap_or_default())
            }
        }
    }

    /// Makes a view of every table that `sql` reads, in a session that may have some of them.
    ///
    /// # Errors
    /// A table that the source does not have, a query whose tables are not told, and a table that Spark would read otherwise.
    pub(super) fn ready(&self, session: &mut Session, sql: &str, cancel: &Cancel) -> Result<(), Error> {
        if asks_of_catalogue(ReadQuery::check(&LEXERS[0], sql)?) {
            let message = format!(
                "with `via` the catalogue of {} is not read, only what queries name; compare catalogues by sources without `via`",
                self.shown
            );
            return Err(Error::new(ErrorCode::SourceUnfit, message));
        }
        let refused = |why: String| {
            let message = format!(
                "it cannot be told which tables the query reads, and with `via` it may read those of {} alone: {why}; write it in the SQL \
                 of Spark, with each table by its name",
                self.shown
            );
            Error::new(ErrorCode::QueryRefused, message)
        };
        for parts in relations(sql).map_err(refused)? {
            let [name] = parts.as_slice() else { return Err(self.absent(&parts, "name a table without a schema")) };
            let key = name.to_lowercase();
            if session.views.contains(&key) {
                continue;
            }
            let made = match &self.lent {
                Lent::Files(folder) => {
                    let name = self.known(folder.as_ref(), name)?;
                    let table = self.table(folder.as_ref(), &name).map_err(|error| self.about(&name, error))?;
                    file_views::made(&mut session.connection, &name, &table.files, cancel)
                }
                Lent::Database(database) => jdbc_views::made(&mut session.connection, name, database, cancel),
            };
            made.map_err(|error| self.about(name, error))?;
            session.views.insert(key);
        }
        Ok(())
    }

    fn absent(&self, parts: &[String], hint: &str) -> Error {
        let table = parts.join(".");
        let message = format!("{} has no table `{table}`, and with `via` a query reads no others; {hint}", self.shown);
        Error::new(ErrorCode::SourceMissing, message)
    }

    /// The table that a query names, as the source writes it.
    fn known(&self, folder: &dyn LentFolder, named: &str) -> Result<String, Error> {
        let names = folder.names()?;
        let found: Vec<&String> = names.iter().filter(|name| name.to_lowercase() == named.to_lowercase()).collect();
        match found.as_slice() {
            [name] => Ok((*name).clone()),
            [] => Err(self.absent(&[named.to_owned()], &format!("it has {}", names.join(", ")))),
            [one, other, ..] => {
                let message = format!(
                    "`{one}` and `{other}` of {} are one table to Spark, which ignores case; rename one",
                    self.shown
                );
                Err(Error::new(ErrorCode::SourceUnfit, message))
            }
        }
    }

    /// A table, as it was when it was first read.
    fn table(&self, folder: &dyn LentFolder, name: &str) -> Result<Arc<LentTable>, Error> {
        let mut known = self.tables.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(table) = known.get(name) {
            return Ok(table.clone());
        }
        let table = Arc::new(folder.table(name)?);
        known.insert(name.to_owned(), table.clone());
        Ok(table)
    }

    /// What is to be known of the tables that `sql` has read.
    pub(super) fn warnings(&self, sql: &str) -> Vec<Warning> {
        let named: Vec<String> =
            relations(sql).unwrap_or_default().concat().iter().map(|name| name.to_lowercase()).collect();
        let known = self.tables.lock().unwrap_or_else(PoisonError::into_inner);
        let read =
            known.iter().filter(|(name, table)| !table.folders.is_empty() && named.contains(&name.to_lowercase()));
        let warning = |(name, table): (&String, &Arc<LentTable>)| {
            let folders: Vec<String> = table.folders.iter().map(|name| format!("`{name}`")).collect();
            let message = format!(
                "the folders of `{name}` say {}, which no column of the answer does, so that a row in another folder is the same row; \
                 where it counts, leave `via` out and say `partitions` on the source, or name the folder in a query of Spark itself",
                folders.join(" and ")
            );
            Warning::new(WarningCode::FoldersUndeclared, message).of_table(Some(name.clone()))
        };
        read.map(warning).collect()
    }

    fn about(&self, table: &str, error: Error) -> Error {
        let message = format!("table `{table}` of {}, read via Spark: {}", self.shown, error.message);
        Error { message, ..error }
    }
}

//! The trait that every engine implements, and the driver that tells what is known of an engine before a source is opened.

use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use futures::future::BoxFuture;
use tokio::sync::SemaphorePermit;
use url::Url;

use super::adbc::Library;
use super::answer::{Answer, QueryHandle};
use super::catalog::Catalog;
use super::dialect::Dialect;
use super::error::Error;
use super::estimate::Estimate;
use super::lent::Lent;
use super::lint::{Inspected, LintRequest};
use super::location::Location;
use super::merging::Merging;
use super::options::SourceOptions;
use super::parameters::Parameters;
use super::shared::batch_sink::Reader;
use crate::model::{SourceReport, TableRead, Volume};
use crate::spec::check::{ParamValue, Requirement};

/// An engine as the program knows it: one `static DRIVER` in each engine's folder, listed in [`super::DRIVERS`].
pub struct Driver {
    /// The name in reports, in `requires`, and in the names of SQL files.
    pub name: &'static str,
    /// How it writes and reads SQL.
    pub dialect: &'static dyn Dialect,
    /// What can be done with its sources.
    pub capabilities: Capabilities,
    /// How its tables are listed and described.
    pub catalog: &'static dyn Catalog,
    /// What its URLs look like, and how a source is opened; several where its data lie in places of several kinds.
    pub access: &'static [Access],
}

/// What sets an engine apart from others, where code outside its folder has to know.
#[derive(Clone, Copy, Debug)]
pub struct Capabilities {
    /// The data is on this machine: there is no session to set up, and no connection to count.
    pub local: bool,
    /// Its driver is a library that is loaded at run time, and takes settings by name.
    pub library: Option<&'static Library>,
    /// Rows are read a second time rather than kept.
    pub cheap_rereads: bool,
    /// Columns are text unless the `types` of the suite say what they hold.
    pub typed_by_suite: bool,
    /// Times are text, so only the rows tell whether a column holds them.
    pub text_times: bool,
    /// Its queries run in UTC, and no zone can be set.
    pub in_utc: bool,
    /// Ends of windows are moments, whether or not they are written with an offset.
    pub zoned_windows: bool,
    /// Columns whose names differ by upper and lower case only are one to it: what is asked by name is told of the first.
    pub ignores_case: bool,
    /// Texts are compared by a collation in which other texts are the same, unless a column says otherwise.
    pub collates_texts: bool,
    /// A sum of floats depends on the order of the rows, and the engine warns of it.
    pub unordered_float_sums: bool,
    /// What a source of it is to another engine that reads it in its place; absent where none can.
    pub(super) lends: Option<Lend>,
    /// Opens a server of it that reads the tables of another source in place of its own; absent where it cannot.
    pub(super) reads_others: Option<OpenOver>,
}

/// Opens a source: where it is, what the suite says, and the URL without its password. Connects to nothing yet.
pub(super) type Open<P> = fn(&P, &SourceOptions, String) -> Result<Arc<dyn Engine>, Error>;

/// What is lent of the place of a source, which messages call by the text. Connects to nothing yet.
pub(super) type Lend = fn(&Location, &str) -> Result<Lent, Error>;

/// Opens a server that reads another source. Connects to nothing yet.
pub(super) type OpenOver = fn(&Url, &SourceOptions, Over) -> Result<Arc<dyn Engine>, Error>;

/// A source that another engine reads, and who that is.
pub(super) struct Over {
    /// What is read.
    pub(super) lent: Lent,
    /// Where that is, without a password.
    pub(super) shown: String,
    /// The name of the source that reads it.
    pub(super) reader: String,
    /// Where the reader is, without a password.
    pub(super) at: String,
}

/// What the URLs of an engine look like, and how a source is opened from one.
pub enum Access {
    /// `scheme://user:password@host:port/path?name=value`.
    Server {
        /// Its schemes, as they are listed for people.
        schemes: &'static [&'static str],
        /// Other schemes that mean the same.
        aliases: &'static [&'static str],
        /// What may stand behind the `?`.
        parameters: &'static Parameters,
        /// What its path names.
        path: PathOf,
        /// Opens it.
        open: Open<Url>,
    },
    /// A path, relative to the folder of the suite.
    Path {
        /// What stands before the path; empty for a path as it is.
        prefix: &'static str,
        /// Endings by which people know files of it, in small letters.
        endings: &'static [&'static str],
        /// Opens it.
        open: Open<Path>,
    },
}

/// What the path of a URL names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PathOf {
    /// One database, or none.
    Database,
    /// An object of a store, a folder of them, or a pattern.
    Objects,
}

impl Capabilities {
    /// None of them.
    pub const NONE: Capabilities = Capabilities {
        local: false,
        library: None,
        cheap_rereads: false,
        typed_by_suite: false,
        text_times: false,
        in_utc: false,
        zoned_windows: false,
        ignores_case: false,
        collates_texts: false,
        unordered_float_sums: false,
        lends: None,
        reads_others: None,
    };
}

impl Driver {
    /// Returns whether `requirement` names this engine.
    pub fn is(&self, requirement: &Requirement) -> bool {
        matches!(requirement, Requirement::Engine(name) if name == self.name)
    }

    /// Returns whether the engine of another source can read its sources in its place.
    pub fn is_lent(&self) -> bool {
        self.capabilities.lends.is_some()
    }

    /// Returns the parameters of its URLs; none for paths.
    pub fn parameters(&self) -> &'static Parameters {
        let of = |access: &'static Access| match access {
            Access::Server { parameters, .. } => Some(*parameters),
            Access::Path { .. } => None,
        };
        self.access.iter().find_map(of).unwrap_or(&Parameters::NONE)
    }
}

impl PartialEq for Driver {
    fn eq(&self, other: &Driver) -> bool {
        self.name == other.name
    }
}

impl Eq for Driver {}

impl fmt::Debug for Driver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

/// One engine behind a source.
pub trait Engine: Send + Sync {
    /// Which engine it is.
    fn driver(&self) -> &'static Driver;

    /// What tells this source apart from any other that its URL could mean, as the environment and files of the engine's own
    /// clients fill it in. Without passwords, and never shown.
    fn identity(&self) -> String;

    /// Engine, version, session time zone, masked URL and settings; the first thing to fail when a server is away.
    fn describe(&self) -> BoxFuture<'_, Result<SourceReport, Error>>;

    /// The states of tables that the queries so far have read, by the names of the tables, where the engine has several.
    fn tables_read(&self) -> BTreeMap<String, TableRead> {
        BTreeMap::new()
    }

    /// Returns whether the tables of these names are in these states for all queries to come.
    ///
    /// # Errors
    /// A table that cannot be read.
    fn has_states<'a>(&'a self, states: &'a BTreeMap<String, TableRead>) -> BoxFuture<'a, Result<bool, Error>> {
        Box::pin(std::future::ready(Ok(*states == self.tables_read())))
    }

    /// The server's clock; that of this machine where there is no server.
    fn now(&self) -> BoxFuture<'_, Result<DateTime<Utc>, Error>> {
        Box::pin(std::future::ready(Ok(Utc::now())))
    }

    /// Returns whether the source has what `requirement` names: by default its engine, and no extensions.
    fn has<'a>(&'a self, requirement: &'a Requirement) -> BoxFuture<'a, Result<bool, Error>> {
        Box::pin(std::future::ready(Ok(self.driver().is(requirement))))
    }

    /// Takes `value` for a param of a query in this source's sessions.
    ///
    /// # Errors
    /// What its literal would not mean there, with a hint.
    fn admits_param(&self, _value: &ParamValue) -> Result<(), String> {
        Ok(())
    }

    /// Runs one statement, read-only, to its last row. `timeout` may be handed to the server as well.
    fn fetch<'a>(
        &'a self,
        sql: &'a str,
        timeout: Duration,
        ticket: &'a QueryHandle,
    ) -> BoxFuture<'a, Result<Answer, Error>>;

    /// Waits for the right to use so many connections at once; absent where connections are not counted.
    ///
    /// # Errors
    /// More than the source may ever have.
    fn reserve(&self, _connections: u32) -> BoxFuture<'_, Result<Option<SemaphorePermit<'_>>, Error>> {
        Box::pin(std::future::ready(Ok(None)))
    }

    /// Opens a session for readings of any size, read-only, in one snapshot where the engine has one. The caller
    /// holds a reservation. `timeout` is per reading.
    fn reader<'a>(
        &'a self,
        timeout: Duration,
        ticket: &'a QueryHandle,
    ) -> BoxFuture<'a, Result<Box<dyn Reader + 'a>, Error>>;

    /// Cancels what `ticket` names, on a connection of its own; nothing by default, for a query that stops when it is dropped.
    fn cancel<'a>(&'a self, _ticket: &'a QueryHandle) -> BoxFuture<'a, ()> {
        Box::pin(std::future::ready(()))
    }

    /// What the server reads for one run of `sql`, for which it runs once more; absent where the engine does not tell.
    fn volume<'a>(
        &'a self,
        _sql: &'a str,
        _timeout: Duration,
        _ticket: &'a QueryHandle,
    ) -> BoxFuture<'a, Result<Option<Volume>, Error>> {
        Box::pin(async { Ok(None) })
    }

    /// What `sql` would read, without running it; absent where the engine cannot say.
    ///
    /// # Errors
    /// A query that the engine refuses, or a connection that broke.
    fn estimate<'a>(
        &'a self,
        _sql: &'a str,
        _timeout: Duration,
        _ticket: &'a QueryHandle,
    ) -> BoxFuture<'a, Result<Option<Estimate>, Error>> {
        Box::pin(async { Ok(None) })
    }

    /// What a second reading of `sql` would read of this machine's disks; absent where it reads from elsewhere, and where nobody
    /// can say.
    fn near<'a>(&'a self, _sql: &'a str) -> BoxFuture<'a, Option<Estimate>> {
        Box::pin(async { None })
    }

    /// What the account may do beside reading, in a sentence with a hint; absent where it only reads, and where the
    /// engine has no accounts.
    fn privileges(&self) -> BoxFuture<'_, Result<Option<String>, Error>> {
        Box::pin(async { Ok(None) })
    }

    /// What may make the answer to `sql` wrong, told from the server's own analysis; the query itself does not run.
    ///
    /// No warnings unless the engine knows how. An engine that knows how and whose server refuses returns a warning
    /// `not_analysed`; an error is left for a connection that broke. Nothing is written, no session state changes.
    fn inspect<'a>(
        &'a self,
        _sql: &'a str,
        _asked: &'a LintRequest,
        _timeout: Duration,
        _ticket: &'a QueryHandle,
    ) -> BoxFuture<'a, Result<Inspected, Error>> {
        Box::pin(async { Ok(Inspected::default()) })
    }

    /// The table that `sql` reads whose rows merges replace or add up, where it is the only one; absent unless the engine
    /// has such tables. The query itself does not run.
    fn merging<'a>(
        &'a self,
        _sql: &'a str,
        _timeout: Duration,
        _ticket: &'a QueryHandle,
    ) -> BoxFuture<'a, Result<Option<Merging>, Error>> {
        Box::pin(async { Ok(None) })
    }
}

//! From a URL to the engine that answers to it.

use std::sync::Arc;

use super::threads::OnOwnThreads;
use super::{ClickHouse, Engine, Error, Files, Location, MySql, Postgres, SourceOptions, SourceUrl, Sqlite};

/// The engine at `url`. Connects to nothing yet; an error means that the options make no sense for it.
pub fn open(url: &SourceUrl, options: &SourceOptions) -> Result<Arc<dyn Engine>, Error> {
    let shown = url.to_string();
    let engine: Arc<dyn Engine> = match url.location() {
        Location::ClickHouse(url) => Arc::new(ClickHouse::open(url, options, shown)?),
        Location::Postgres(url) => Arc::new(Postgres::open(url, options, shown)?),
        Location::MySql(url) => Arc::new(MySql::open(url, options, shown)?),
        Location::Sqlite(path) => Arc::new(Sqlite::open(path, options, shown)?),
        Location::Files(path) => Arc::new(Files::open(path, options, shown)?),
    };
    Ok(Arc::new(OnOwnThreads(engine)))
}

//! PostgreSQL: what its tests share.

mod session;
mod settings;
mod values;

use std::path::Path;
use std::time::Duration;

use cutover::frame::Frame;
use cutover::source::{CancellationToken, Error, Location, Postgres, SourceOptions, SourceUrl, query};
use sqlx::{Connection, PgConnection};

use crate::support::engine_url;

/// PostgreSQL's expression of a case of the contract.
pub(super) fn expression(case: &str) -> Option<String> {
    values::expression(case)
}

const LIMIT: Duration = Duration::from_secs(60);

fn url() -> String {
    engine_url("CUTOVER_TEST_POSTGRES_URL")
}

fn open_url(url: &str, options: &SourceOptions) -> Postgres {
    let source = SourceUrl::parse(url, Path::new("/")).expect("a URL");
    let Location::Server(location) = source.location() else { panic!("{source} is no PostgreSQL") };
    Postgres::open(location, options, source.to_string()).expect("a source")
}

fn open() -> Postgres {
    open_url(&url(), &SourceOptions::default())
}

async fn fetch(engine: &Postgres, sql: &str) -> Result<Frame, Error> {
    query(engine, sql, LIMIT, &CancellationToken::default()).await.map(|answer| answer.frame)
}

async fn refused(sql: &str) -> Error {
    match fetch(&open(), sql).await {
        Ok(frame) => panic!("`{sql}` was answered with {frame:?}"),
        Err(error) => error,
    }
}

/// Runs statements outside the engine under test, which could not write.
async fn setup(statements: &str) {
    let mut connection = PgConnection::connect(&url()).await.expect("the test server");
    sqlx::raw_sql(sqlx::AssertSqlSafe(statements)).execute(&mut connection).await.expect("a set-up statement");
}

fn with(change: impl FnOnce(&mut url::Url)) -> String {
    let mut changed = url::Url::parse(&url()).expect("a URL");
    change(&mut changed);
    changed.to_string()
}

//! MySQL and MariaDB: what its tests share.

mod session;
mod settings;
mod values;

use std::path::Path;
use std::time::Duration;

use cutover::frame::Frame;
use cutover::source::{CancellationToken, Error, Location, MySql, SourceOptions, SourceUrl, query};
use sqlx::{Connection, MySqlConnection};

use crate::support::engine_url;

/// MariaDB's expression of a case of the contract, where `contract_typed` is there.
pub(super) fn expression(case: &str) -> Option<String> {
    values::expression(case, true)
}

const LIMIT: Duration = Duration::from_secs(60);

fn url() -> String {
    engine_url("CUTOVER_TEST_MYSQL_URL")
}

fn open_url(url: &str, options: &SourceOptions) -> MySql {
    let source = SourceUrl::parse(url, Path::new("/")).expect("a URL");
    let Location::Server(location) = source.location() else { panic!("{source} is no MySQL") };
    MySql::open(location, options, source.to_string()).expect("a source")
}

fn open() -> MySql {
    open_url(&url(), &SourceOptions::default())
}

fn in_zone(timezone: &str) -> MySql {
    open_url(&url(), &SourceOptions { timezone: Some(timezone.to_owned()), ..SourceOptions::default() })
}

async fn fetch(engine: &MySql, sql: &str) -> Result<Frame, Error> {
    query(engine, sql, LIMIT, &CancellationToken::default()).await.map(|answer| answer.frame)
}

async fn refused(sql: &str) -> Error {
    match fetch(&open(), sql).await {
        Ok(frame) => panic!("`{sql}` was answered with {frame:?}"),
        Err(error) => error,
    }
}

async fn server() -> MySqlConnection {
    MySqlConnection::connect(&url()).await.expect("the test server")
}

/// Runs statements outside the engine under test, which could not write.
async fn setup(statements: &str) {
    sqlx::raw_sql(sqlx::AssertSqlSafe(statements)).execute(&mut server().await).await.expect("a set-up statement");
}

fn with(change: impl FnOnce(&mut url::Url)) -> String {
    let mut changed = url::Url::parse(&url()).expect("a URL");
    change(&mut changed);
    changed.to_string()
}

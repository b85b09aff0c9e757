//! All that talks to a database or reads a file of data; everything below it sees canonical frames.
//!
//! One file per engine, each with one declared table from the engine's types to canonical types.
//! Every query is read-only at the connection or transaction, has a timeout, and is cancelled at the
//! server when it is given up.

pub mod catalog;
mod clickhouse;
mod engine;
mod error;
mod files;
mod gate;
pub mod lexer;
mod literal;
mod mysql;
mod postgres;
pub mod pushdown;
mod query;
pub(crate) mod registry;
pub(crate) mod shared;
pub(crate) mod sqlite;
mod threads;
pub mod tls;
pub(crate) mod url;
pub mod window;

pub use crate::model::ErrorCode;
pub use catalog::TableName;
pub use clickhouse::{ClickHouse, client as clickhouse_client};
pub use engine::{Answer, Engine, EngineName, Inspected, LintRequest, QueryHandle, Refreshed, SourceOptions};
use error::{CONNECT_LIMIT, no_answer};
pub use error::{Error, timed_out};
pub use files::Files;
pub use gate::{ReadQuery, Refused, admits, statements};
pub use literal::literal;
pub use mysql::MySql;
pub use postgres::Postgres;
pub(crate) use postgres::options as postgres_options;
pub use query::{cancel, inspect, query, within};
pub use registry::open;
pub use shared::batch_sink::Reader;
pub use shared::nondeterminism::fickle;
pub use sqlite::Sqlite;
pub use tokio_util::sync::CancellationToken;
pub(crate) use url::note_secrets;
pub(crate) use url::strict::{names_a_secret, network_refusal};
pub use url::{Location, SourceUrl, UrlError};

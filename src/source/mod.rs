//! All that talks to a database or reads a file of data; everything below it sees canonical frames.
//!
//! A folder per engine behind one registry; code outside an engine's folder asks its driver what it can do and its dialect
//! how its SQL is written, and never which engine it is. Each has one declared table from the engine's types to canonical types.
//! Every query is read-only at the connection or transaction, has a timeout, and is cancelled at the
//! server when it is given up.

mod adbc;
mod answer;
mod capacity;
mod catalog;
mod changes;
mod clickhouse;
mod dialect;
mod duckdb;
mod engine;
mod error;
mod estimate;
mod files;
mod gate;
mod interpose;
pub mod lexer;
mod lint;
mod literal;
mod location;
pub(crate) mod merging;
mod mysql;
mod options;
mod pace;
mod parameters;
mod postgres;
pub mod pushdown;
mod query;
mod rate;
mod registry;
pub(crate) mod shared;
mod spark;
pub(crate) mod sqlite;
mod table_name;
mod tables;
mod threads;
pub(crate) mod tls;
mod tls_advice;
pub(crate) mod url;
pub mod window;
mod written;

pub use crate::model::ErrorCode;
pub use adbc::{Found, Library};
pub use answer::{Answer, QueryHandle};
pub(crate) use capacity::{capacity, capacity_query};
pub use catalog::Table;
pub use changes::{ChangedRow, ChangedTable, Changes};
pub use clickhouse::{ClickHouse, client as clickhouse_client};
pub use dialect::Dialect;
pub use engine::{Access, Capabilities, Driver, Engine};
pub use error::{Error, timed_out};
pub use estimate::Estimate;
pub use files::{CsvOptions, Files};
pub(crate) use files::{in_folders, untyped};
pub use gate::{ReadQuery, Refused, admits, statements};
pub(crate) use interpose::Interpose;
pub use lint::{Inspected, LintRequest, Refreshed};
pub use location::Location;
pub use merging::Merging;
pub use mysql::MySql;
pub use options::SourceOptions;
pub use pace::{Pace, PauseWhen};
pub use postgres::Postgres;
pub(crate) use postgres::options as postgres_options;
pub use query::{cancel, estimate, inspect, query, within};
pub use registry::{DRIVERS, driver};
pub use shared::batch_sink::Reader;
pub(crate) use shared::joins::joined_columns;
pub use shared::nondeterminism::fickle;
pub(crate) use shared::plain_filter::Picked;
pub(crate) use shared::plain_select::{PlainSelect, bare, plain_select};
pub(crate) use shared::shadow::{Shadow, named_tables, shadowed};
pub use sqlite::Sqlite;
pub use table_name::TableName;
pub(crate) use tables::schema;
pub use tables::{table, tables};
pub use threads::open;
pub use tls_advice::tls_advice;
pub use tokio_util::sync::CancellationToken;
pub(crate) use url::note_secrets;
pub(crate) use url::strict::{names_a_secret, network_refusal};
pub use url::{SourceUrl, UrlError};
pub(crate) use written::{holds, written};

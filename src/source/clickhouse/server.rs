//! A server as one account sees it, and the session that is asked for once.

use std::hash::{BuildHasher, RandomState};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::sync::OnceCell;

use super::super::answer::QueryHandle;
use super::super::error::Error;
use super::super::options::SourceOptions;
use super::super::shared::pool::Permits;
use super::address::Address;
use super::session::Session;
use crate::model::ErrorCode;

/// How long the first questions may take, before which no query runs.
const HELLO: Duration = Duration::from_secs(30);

/// A ClickHouse server as one account sees it.
pub struct ClickHouse {
    pub(super) address: Address,
    pub(super) shown: String,
    pub(super) session: OnceCell<Session>,
    pub(super) running: Permits,
}

impl ClickHouse {
    /// Reads `url` and connects to nothing yet; `shown` is the URL with its password masked.
    pub fn open(url: &url::Url, options: &SourceOptions, shown: String) -> Result<ClickHouse, Error> {
        Ok(ClickHouse {
            address: Address::read(url, options)?,
            shown,
            session: OnceCell::new(),
            running: Permits::new(options.max_connections.unwrap_or(u32::MAX)),
        })
    }

    pub(super) async fn session(&self) -> Result<&Session, Error> {
        let ask = async {
            tokio::time::timeout(HELLO, Session::ask(&self.address)).await.unwrap_or_else(|_| {
                let message = format!(
                    "ClickHouse at {} did not answer within {}; check host and port and that the server runs",
                    self.address.host,
                    humantime::format_duration(HELLO)
                );
                Err(Error::new(ErrorCode::Connection, message))
            })
        };
        self.session.get_or_try_init(|| ask).await
    }
}

/// A client for a URL, as a writer uses it.
pub fn client(url: &url::Url) -> Result<clickhouse::Client, Error> {
    Address::read(url, &SourceOptions::default()).map(|address| address.client)
}

/// A query id of its own, on the ticket before the query starts.
pub(super) fn noted(ticket: &QueryHandle) -> String {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let random = RandomState::new().hash_one(std::process::id());
    let id = format!("cutover-{random:016x}-{}", COUNT.fetch_add(1, Ordering::Relaxed));
    ticket.note(&id);
    id
}

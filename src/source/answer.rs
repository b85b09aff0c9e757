//! The answer to a query, and what the query is known by while it runs.

use std::sync::{Arc, Mutex};

use crate::frame::Frame;
use crate::model::Warning;

/// The answer to a query.
#[derive(Clone, Debug)]
pub struct Answer {
    /// Canonical columns.
    pub frame: Frame,
    /// What the reader must know of this answer, such as settings that could not be sent.
    pub warnings: Vec<Warning>,
}

/// What a running query is known by at its server; an engine fills it before the query starts. Clones share it.
#[derive(Clone, Debug, Default)]
pub struct QueryHandle(Arc<Mutex<Option<String>>>);

impl QueryHandle {
    /// Notes the backend process, connection or query id.
    pub fn note(&self, id: impl Into<String>) {
        *self.0.lock().expect("no one panics while holding a ticket") = Some(id.into());
    }

    /// What was noted, if the query got so far.
    pub fn id(&self) -> Option<String> {
        self.0.lock().expect("no one panics while holding a ticket").clone()
    }
}

//! What an engine is asked about a query before it runs, and what it answers.

use std::collections::BTreeSet;
use std::time::Duration;

use super::table_name::TableName;
use crate::model::{Kind, Warning};

/// What a query is for, as far as it bears on what [`Engine::inspect`](super::Engine::inspect) warns of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LintRequest {
    /// What the check compares.
    pub kind: Kind,
    /// Whether a value must equal its counterpart exactly, so that an approximate aggregate cannot do.
    pub exact: bool,
    /// Columns that pair the rows of the two sides, by their name on this side; empty where there is one row a side.
    pub key: Vec<String>,
    /// Views whose age can be known.
    pub views: Vec<Refreshed>,
}

/// A view that is filled from other rows now and then, and how to tell that it has fallen behind them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refreshed {
    /// Its name.
    pub view: TableName,
    /// Column of the view whose largest value is that of `column` when it was filled.
    pub last_updated: String,
    /// The table it is filled from.
    pub table: TableName,
    /// Column of the table that is larger the newer a row is.
    pub column: String,
    /// How far behind it may be.
    pub max_lag: Duration,
}

/// What a server tells of a query before it runs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Inspected {
    /// What may make its answer wrong.
    pub warnings: Vec<Warning>,
    /// Which of [`LintRequest::views`] it reads, by their place there.
    pub views: BTreeSet<usize>,
}

//! Holds where the rows of a check with windows are, by side: what one window asked, the others of its check share.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use tokio::sync::OnceCell;

use crate::model::{ErrorReport, Sides};

pub(crate) type Asked = Arc<OnceCell<Result<Sides<Placed>, ErrorReport>>>;

/// What was asked, by the id of the check.
#[derive(Default)]
pub(crate) struct Answers(pub(crate) Mutex<HashMap<String, Asked>>);

/// Where the rows of one side are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Placed {
    /// In the windows, or without a time and so in the one of those.
    pub(crate) windowed: u64,
    /// Before or after all windows.
    pub(crate) outside: u64,
}

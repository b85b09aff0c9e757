//! A known difference that is accepted for a time: plain data, what `suite` produces and `compare` consumes.

use std::collections::BTreeMap;

use chrono::NaiveDate;

/// Some columns of a key with their values as reports show them; `None` is NULL.
pub type KeyPart = BTreeMap<String, Option<String>>;

/// Differences of one check that do not count until a day is over. Every limit that is given narrows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Waiver {
    /// Where it stands, such as `checks/costs/waivers.toml:3`.
    pub place: String,
    /// `suite.check`, or `suite.check@window`.
    pub check: String,
    /// Keys it is limited to; none means all.
    pub keys: Vec<KeyPart>,
    /// Columns it is limited to, by their name in old; none means all, rows that are on one side only included.
    pub columns: Vec<String>,
    /// Names of the differences it is limited to; none means all.
    pub differences: Vec<String>,
    /// Most differences it covers.
    pub at_most: Option<u64>,
    /// Why they are accepted.
    pub why: String,
    /// Who answers for it.
    pub owner: String,
    /// Last day on which it holds, UTC.
    pub until: NaiveDate,
}

impl Waiver {
    /// Whether it is about the check or window `id`.
    pub fn names(&self, id: &str) -> bool {
        self.check == id || id.split_once('@').is_some_and(|(check, _)| self.check == check)
    }

    /// Whether it says which differences it means, and not only how many.
    pub fn is_specific(&self) -> bool {
        !self.keys.is_empty() || !self.columns.is_empty()
    }
}

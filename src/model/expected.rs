//! Differences by design: how many the suite states in advance, and whether they are there.

use std::collections::BTreeMap;

use serde::Serialize;

use super::{text, text_of};

/// A number of differences the suite states in advance, beside the number found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct Expectation {
    /// `missing`, `extra`, `changed`, `duplicate`, `lost`, `added`, `outside` or `rows`.
    pub name: String,
    /// What the suite states.
    #[serde(serialize_with = "text_of")]
    #[schemars(with = "String")]
    pub expected: u64,
    /// What was found.
    #[serde(serialize_with = "text_of")]
    #[schemars(with = "String")]
    pub found: u64,
    /// Whether the suite states it of all windows of the check together, of which this is one.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub windows: bool,
    /// What was found in all windows, less what is waived or known; absent where not all of them were compared.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "text")]
    #[schemars(with = "Option<String>")]
    pub in_all_windows: Option<u64>,
}

impl Expectation {
    /// Whether one of `expected` does not hold where `left` are neither waived nor known, or anything is left that none of
    /// them speaks of.
    pub(crate) fn any_broken(expected: &[Expectation], left: &BTreeMap<&'static str, u64>) -> bool {
        let of = |name: &str| expected.iter().find(|one| one.name == name);
        let holds = |(name, left): (&&str, &u64)| of(name).map_or(*left == 0, |one| one.holds(*left));
        let unknown = |one: &Expectation| !left.contains_key(one.name.as_str());
        expected.iter().any(unknown) || !left.iter().all(holds)
    }

    /// Whether it holds where `left` are neither waived nor known. Of several windows none has a share of its own: where the
    /// sum is another one, each with any of these differences is one that may be wrong, and all are where none has any.
    pub fn holds(&self, left: u64) -> bool {
        match (self.windows, self.in_all_windows) {
            (false, _) => left == self.expected,
            (true, Some(all)) => all == self.expected || (left == 0 && all > 0),
            (true, None) => left == 0,
        }
    }
}

//! What a query would read, as its engine can say without running it.

/// What one run of a query would read of its tables.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Estimate {
    /// Rows; absent where nobody can say.
    pub rows: Option<u64>,
    /// Bytes as they lie on disk; absent where nobody can say.
    pub bytes: Option<u64>,
    /// Whether it reads more than that, of which nothing is known.
    pub and_more: bool,
}

impl Estimate {
    /// Both together: what is known of only one of them is a part of the whole.
    #[must_use]
    pub fn with(self, other: Estimate) -> Estimate {
        let lacks = |one: Option<u64>, other: Option<u64>| one.is_none() != other.is_none();
        let sum = |one: Option<u64>, other: Option<u64>| match (one, other) {
            (None, None) => None,
            (one, other) => Some(one.unwrap_or(0).saturating_add(other.unwrap_or(0))),
        };
        Estimate {
            rows: sum(self.rows, other.rows),
            bytes: self.bytes.zip(other.bytes).map(|(one, other)| one.saturating_add(other)),
            and_more: self.and_more || other.and_more || lacks(self.rows, other.rows),
        }
    }
}

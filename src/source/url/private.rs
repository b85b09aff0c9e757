//! Which parts of a URL are not shown, because only the environment or a file knows them.

/// Parts of a URL that are not shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Private {
    pub(super) user: bool,
    pub(super) host: bool,
    pub(super) database: bool,
}

impl Private {
    /// Whatever either of the two hides.
    pub(super) fn and(self, other: Private) -> Private {
        Private {
            user: self.user || other.user,
            host: self.host || other.host,
            database: self.database || other.database,
        }
    }
}

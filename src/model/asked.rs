//! Which query of a check is asked.

use std::fmt;

use super::Side;

/// A query of a check.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asked {
    /// The query of a side.
    Side(Side),
    /// The query that counts what an invariant was put to the test on, on the side the invariant looks at.
    Population(Side),
}

impl Asked {
    /// Returns the side whose server answers.
    pub const fn side(self) -> Side {
        match self {
            Asked::Side(side) | Asked::Population(side) => side,
        }
    }
}

impl From<Side> for Asked {
    fn from(side: Side) -> Self {
        Asked::Side(side)
    }
}

impl fmt::Display for Asked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Asked::Side(side) => write!(f, "{side}"),
            Asked::Population(_) => f.write_str("population"),
        }
    }
}

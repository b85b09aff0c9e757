//! Holds how two values of a column are compared: normalised first, then equal, within a tolerance or within a budget.

use bigdecimal::BigDecimal;
use std::time::Duration;

use crate::frame::Value;
use crate::model::Sides;

/// How one column is compared: first each side is normalised, then the two are judged.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Rule {
    /// How the two normalised values are judged.
    pub comparison: Comparison,
    /// Type a side's text is parsed as, strictly.
    pub types: Sides<Option<ForcedType>>,
    /// Value that stands for NULL on a side.
    pub null: Sides<Option<Value>>,
    /// Timestamps and times are floored to a multiple of this.
    pub truncate: Option<Duration>,
    /// Zone in which a wall clock is read to become an instant; only `UTC`.
    pub utc: bool,
    /// Leading and trailing white space of text does not count.
    pub trim: bool,
    /// Both sides are answers to one query, so that text which cannot be read as its type equals itself.
    pub itself: bool,
}

/// How two normalised values are judged.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Comparison {
    /// Equal by value.
    #[default]
    Exact,
    /// |new − old| ≤ absolute + relative × |old|.
    Tolerance(Tolerance),
    /// Floats at most this many representable values apart.
    Ulps(u64),
    /// Arrays with the same elements, order and repetition aside.
    Set,
    /// Arrays with the same elements as often, order aside.
    Multiset,
    /// Maps with the same entries; an absent key may stand for `absent`, values may take a tolerance.
    Map {
        /// What a key that is not there counts as.
        absent: Option<Value>,
        /// Tolerance of each value.
        tolerance: Option<Tolerance>,
    },
    /// Text that is JSON, compared as JSON.
    Json,
    /// New within bounds of its own, or of old.
    Budget(Budget),
    /// Not compared, for this reason.
    Ignore(String),
    /// Two bounds: what is beyond `fail` differs, what is only beyond `warn` is counted and makes the check `warn`.
    Levels(Box<Levels>),
}

impl Comparison {
    /// The comparisons it is made of: both levels, or itself.
    pub fn levels(&self) -> impl Iterator<Item = &Comparison> {
        let (first, second) = match self {
            Comparison::Levels(levels) => (&levels.warn, levels.fail.as_ref()),
            one => (one, None),
        };
        std::iter::once(first).chain(second)
    }

    /// Returns whether two values hold under it exactly when they have the same bytes, so that a hash can stand for them.
    /// One that is not judged by bytes is judged value by value, which is slower and never wrong.
    pub(crate) fn by_bytes(&self) -> bool {
        match self {
            Comparison::Exact | Comparison::Set | Comparison::Multiset | Comparison::Json | Comparison::Ignore(_) => {
                true
            }
            Comparison::Map { tolerance, .. } => tolerance.is_none(),
            Comparison::Tolerance(_) | Comparison::Ulps(_) | Comparison::Budget(_) | Comparison::Levels(_) => false,
        }
    }

    /// Returns whether equal values always hold under it; new may break a bound of its own though it equals old.
    pub(crate) fn takes_equals(&self) -> bool {
        match self {
            Comparison::Budget(_) => false,
            Comparison::Levels(levels) => {
                levels.warn.takes_equals() && levels.fail.as_ref().is_none_or(Comparison::takes_equals)
            }
            Comparison::Exact
            | Comparison::Tolerance(_)
            | Comparison::Ulps(_)
            | Comparison::Set
            | Comparison::Multiset
            | Comparison::Map { .. }
            | Comparison::Json
            | Comparison::Ignore(_) => true,
        }
    }
}

/// Two bounds on one column, `fail` never the tighter one.
#[derive(Clone, Debug, PartialEq)]
pub struct Levels {
    /// Beyond it is worth a warning.
    pub warn: Comparison,
    /// Beyond it is a difference; absent where no difference of the column is more than a warning.
    pub fail: Option<Comparison>,
}

/// |new − old| ≤ absolute + relative × |old|; both parts are 0 or more.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tolerance {
    /// In the unit of the column.
    pub absolute: BigDecimal,
    /// Share of |old|.
    pub relative: BigDecimal,
}

/// Bounds on new, each inclusive.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Budget {
    /// new ≥ this.
    pub at_least: Option<BigDecimal>,
    /// new ≤ this.
    pub at_most: Option<BigDecimal>,
    /// new ÷ old ≥ this.
    pub min_ratio: Option<BigDecimal>,
    /// new ÷ old ≤ this.
    pub max_ratio: Option<BigDecimal>,
}

/// A type that text is parsed as, strictly.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ForcedType {
    /// Decimal with at most `precision` digits, `scale` of them after the point.
    Decimal {
        /// All digits, at most 38.
        precision: u8,
        /// Digits after the point.
        scale: u8,
    },
    /// Canonical UUID, any case.
    Uuid,
    /// ISO 8601 timestamp; an instant where it has an offset.
    Timestamp,
    /// ISO 8601 date.
    Date,
    /// `true`, `false`, `t`, `f`, `1`, `0`.
    Bool,
    /// JSON.
    Json,
    /// Text of any scalar.
    Text,
}

impl std::fmt::Display for ForcedType {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            ForcedType::Decimal { precision, scale } => write!(f, "decimal({precision},{scale})"),
            ForcedType::Uuid => f.write_str("uuid"),
            ForcedType::Timestamp => f.write_str("timestamp"),
            ForcedType::Date => f.write_str("date"),
            ForcedType::Bool => f.write_str("bool"),
            ForcedType::Json => f.write_str("json"),
            ForcedType::Text => f.write_str("text"),
        }
    }
}

//! A known difference that is accepted for a time: plain data, what `suite` produces and `compare` consumes.

use std::collections::BTreeMap;

use bigdecimal::BigDecimal;
use chrono::NaiveDate;

/// Some columns of a key with their values as reports show them; `None` is NULL.
pub type KeyPart = BTreeMap<String, Option<String>>;

/// Differences of one check that do not count until a day is over. Every limit that is given narrows it, and what it does
/// not pin it does not cover, unless it says `any_value`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Waiver {
    /// Where it stands, such as `checks/costs/waivers.toml:3`.
    pub place: String,
    /// `suite.check`, or `suite.check@window`.
    pub check: String,
    /// Keys it is limited to; none means all.
    pub keys: Vec<KeyPart>,
    /// Columns it is limited to, by their name in old; none means all, rows that are on one side only included.
    pub columns: Vec<String>,
    /// Changed values and numbers that it accepts, and no others; with none, those it is limited to by name.
    pub values: Vec<Pin>,
    /// Names of the differences it is limited to; none means all.
    pub differences: Vec<String>,
    /// Most differences it covers.
    pub at_most: Option<u64>,
    /// Most differences it covers of each of its keys.
    pub per_key: Option<u64>,
    /// Whether it covers what it does not pin: any value, any number of rows.
    pub any_value: bool,
    /// Why they are accepted.
    pub why: String,
    /// Who answers for it.
    pub owner: String,
    /// Last day on which it holds, UTC.
    pub until: NaiveDate,
}

/// A changed value, or a number outside of its rule, that is accepted as it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pin {
    /// The key it stands under; no column means any key.
    pub key: KeyPart,
    /// The column by its name in old, or the number by its own.
    pub column: String,
    /// What is accepted.
    pub accepted: Accepted,
}

/// What a [`Pin`] accepts of the two values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Accepted {
    /// These two, as reports show them; `None` is NULL or no value at all.
    Pair {
        /// Value of old.
        old: Option<String>,
        /// Value of new.
        new: Option<String>,
    },
    /// Any two numbers that are so far apart: new − old.
    Delta(BigDecimal),
}

impl Waiver {
    /// Whether it is about the check or window `id`.
    pub fn names(&self, id: &str) -> bool {
        self.check == id || id.split_once('@').is_some_and(|(check, _)| self.check == check)
    }

    /// Whether it says which differences it means, and not only how many.
    pub fn is_specific(&self) -> bool {
        !self.keys.is_empty() || !self.columns.is_empty() || !self.values.is_empty()
    }

    /// Whether it bounds how many rows that differ as a whole it covers, or says that it does not.
    pub fn pins_rows(&self) -> bool {
        !self.keys.is_empty() || self.pins_count() || self.any_value
    }

    /// Whether it bounds which changed values it covers, or how many, or says that it does not.
    pub fn pins_values(&self) -> bool {
        !self.values.is_empty() || self.pins_count() || self.any_value
    }

    fn pins_count(&self) -> bool {
        self.at_most.is_some() || self.per_key.is_some()
    }
}

impl Accepted {
    /// Whether it accepts these two values; a delta only of two finite numbers, compared exactly.
    pub fn accepts(&self, old: Option<&str>, new: Option<&str>) -> bool {
        match self {
            Accepted::Pair { old: then, new: now } => (then.as_deref(), now.as_deref()) == (old, new),
            Accepted::Delta(delta) => {
                let pair = old.and_then(number).zip(new.and_then(number));
                pair.is_some_and(|(old, new)| new - old == *delta)
            }
        }
    }
}

/// The number that `text` is; `None` also where it has an exponent that no arithmetic should meet.
pub fn number(text: &str) -> Option<BigDecimal> {
    const MOST: i64 = 1_000;
    let number = text.parse::<BigDecimal>().ok()?;
    (number.fractional_digit_count().abs() <= MOST).then_some(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Catches a pin that accepts its neighbours, and one by difference that is no exact arithmetic.
    #[test]
    fn a_pin_accepts_what_it_says() {
        let text = |text: &str| Some(text.to_owned());
        let pair = Accepted::Pair { old: text("1000"), new: text("998") };
        assert!(pair.accepts(Some("1000"), Some("998")));
        for (old, new) in
            [(Some("1000"), Some("11")), (Some("999"), Some("998")), (Some("1000"), None), (None, Some("998"))]
        {
            assert!(!pair.accepts(old, new), "{old:?} {new:?}");
        }
        assert!(!Accepted::Pair { old: text("1"), new: None }.accepts(Some("1"), Some("NULL")));
        let delta = Accepted::Delta("-0.10".parse().unwrap());
        assert!(delta.accepts(Some("0.3"), Some("0.2")) && delta.accepts(Some("5"), Some("4.9")));
        for (old, new) in
            [(Some("0.2"), Some("0.3")), (Some("x"), Some("y")), (Some("0.1"), None), (Some("NaN"), Some("NaN"))]
        {
            assert!(!delta.accepts(old, new), "{old:?} {new:?}");
        }
        assert!(!delta.accepts(Some("1e99999999"), Some("1")), "and never ends");
    }
}

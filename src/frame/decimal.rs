//! Decimals of 128 bits, exactly: read from text, brought to a scale, put beside each other, written.
//!
//! What takes more digits is a number of any width: see `wide`.

use std::fmt;

use super::value::Value;

/// Digits that a decimal column of Polars holds; the largest scale of [`Value::Decimal`], too.
pub(crate) const MAX_DIGITS: u32 = 38;

const LIMIT: u128 = 10u128.pow(MAX_DIGITS);

/// `unscaled × 10^−scale`. Two of them that are one number may have different parts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Decimal {
    /// The digits without a point.
    pub(crate) unscaled: i128,
    /// Digits after the point.
    pub(crate) scale: u8,
}

impl Decimal {
    /// Makes one of its parts.
    pub(crate) fn new(unscaled: i128, scale: u8) -> Decimal {
        Decimal { unscaled, scale }
    }

    /// Reads plain text such as `-12.50` with every digit but the zeros at its end; absent where it is no decimal, has an
    /// exponent, or does not fit 128 bits.
    pub(crate) fn read(text: &str) -> Option<Decimal> {
        let (negative, digits) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        if whole.len() + fraction.len() == 0 {
            return None;
        }
        let kept = fraction.trim_end_matches('0');
        let mut unscaled: i128 = 0;
        for digit in whole.bytes().chain(kept.bytes()) {
            if !digit.is_ascii_digit() {
                return None;
            }
            unscaled = unscaled.checked_mul(10)?.checked_add(i128::from(digit - b'0'))?;
        }
        let scale = u8::try_from(kept.len()).ok()?;
        Some(Decimal { unscaled: if negative { -unscaled } else { unscaled }, scale })
    }

    /// Returns the digits with `scale` of them after the point; absent where that loses one, or takes more than 128 bits.
    pub(crate) fn at(self, scale: u8) -> Option<i128> {
        match scale.checked_sub(self.scale)? {
            0 => Some(self.unscaled),
            more => self.unscaled.checked_mul(10i128.checked_pow(more.into())?),
        }
    }

    /// Returns the digits as a column of `scale` holds them; absent where that loses one, or takes more than 38 digits.
    pub(crate) fn fitted(self, scale: u8) -> Option<i128> {
        let digits = self.at(scale).filter(|_| u32::from(scale) <= MAX_DIGITS)?;
        (digits.unsigned_abs() < LIMIT).then_some(digits)
    }

    /// Returns the same number without zeros at the end of its fraction.
    pub(crate) fn trimmed(self) -> Decimal {
        let Decimal { mut unscaled, mut scale } = self;
        // Most numbers fit 64 bits, whose division is many times faster.
        if let Ok(mut narrow) = i64::try_from(unscaled) {
            while scale > 0 && narrow % 10 == 0 {
                narrow /= 10;
                scale -= 1;
            }
            return Decimal { unscaled: narrow.into(), scale };
        }
        while scale > 0 && unscaled % 10 == 0 {
            unscaled /= 10;
            scale -= 1;
        }
        Decimal { unscaled, scale }
    }

    /// Returns the digits of both at the larger of their scales, and that; absent where one takes more than 128 bits there.
    pub(crate) fn aligned(self, other: Decimal) -> Option<(i128, i128, u8)> {
        let scale = self.scale.max(other.scale);
        Some((self.at(scale)?, other.at(scale)?, scale))
    }

    /// Returns how many digits stand before the point and how many after it, without the zeros at either end.
    pub(crate) fn places(self) -> (usize, usize) {
        let Decimal { unscaled, scale } = self.trimmed();
        let digits = unscaled.unsigned_abs().checked_ilog10().map_or(0, |log| log as usize + 1);
        (digits.saturating_sub(scale.into()), scale.into())
    }
}

impl From<Decimal> for Value {
    fn from(Decimal { unscaled, scale }: Decimal) -> Value {
        Value::Decimal { unscaled, scale }
    }
}

impl fmt::Display for Decimal {
    /// Text that depends on the number alone: `1.5` of 150 with two digits after the point, `1` of 100.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Decimal { unscaled, scale } = self.trimmed();
        let sign = if unscaled < 0 { "-" } else { "" };
        let digits = unscaled.unsigned_abs();
        if scale == 0 {
            return write!(f, "{sign}{digits}");
        }
        let scale = usize::from(scale);
        let padded = format!("{digits:0>width$}", width = scale + 1);
        let (whole, fraction) = padded.split_at(padded.len() - scale);
        write!(f, "{sign}{whole}.{fraction}")
    }
}

/// Decimal text of `unscaled × 10^−scale`, which depends on the value alone: `(150, 2)` is `1.5`, `(100, 2)` is `1`. A column
/// has one scale, so the zeros at the end are those of its longest value.
pub fn decimal_text(unscaled: i128, scale: u8) -> String {
    Decimal::new(unscaled, scale).to_string()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn text_is_read_digit_by_digit() {
        for (text, unscaled, scale) in [("-12.50", -125, 1), ("0.00", 0, 0), (".5", 5, 1), ("007", 7, 0), ("5.", 5, 0)]
        {
            assert_eq!(Decimal::read(text), Some(Decimal::new(unscaled, scale)), "{text}");
        }
        for text in ["", "-", ".", "-.", "1e5", "+1", "--1", " 1", "1_0", "NaN", "1.2.3", &"9".repeat(40)] {
            assert_eq!(Decimal::read(text), None, "{text}");
        }
    }

    /// Catches a column that is given a number of more digits than it holds, or one that lost some.
    #[test]
    fn a_column_holds_38_digits_and_128_bits_a_few_more() {
        let most = 10i128.pow(38) - 1;
        assert_eq!(Decimal::new(most, 0).fitted(0), Some(most));
        assert_eq!((Decimal::new(most + 1, 0).fitted(0), Decimal::new(most + 1, 0).at(0)), (None, Some(most + 1)));
        assert_eq!(
            (Decimal::new(most, 0).fitted(1), Decimal::new(1, 0).fitted(38), Decimal::new(1, 2).at(1)),
            (None, None, None)
        );
        assert_eq!((Decimal::new(0, 0).fitted(38), Decimal::new(0, 0).fitted(39)), (Some(0), None));
    }

    #[test]
    fn places_are_those_of_the_number() {
        for (text, places) in [("0", (0, 0)), ("0.010", (0, 2)), ("-120.50", (3, 1)), ("100", (3, 0)), ("9.99", (1, 2))]
        {
            assert_eq!(Decimal::read(text).unwrap().places(), places, "{text}");
        }
    }

    proptest! {
        /// Catches a change of scale, a way through text or a comparison that changes the number.
        #[test]
        fn a_number_stays_itself(unscaled: i128, scale in 0u8..39, more in 0u8..10, other in -1_000i128..1_000) {
            let number = Decimal::new(unscaled, scale);
            let trimmed = number.trimmed();
            prop_assert_eq!(trimmed.at(scale), Some(unscaled));
            prop_assert!(trimmed.scale == 0 || trimmed.unscaled % 10 != 0);
            if let Some(raised) = number.at(scale + more) {
                prop_assert_eq!(Decimal::new(raised, scale + more).trimmed(), trimmed);
            }
            if unscaled > i128::MIN {
                prop_assert_eq!(Decimal::read(&number.to_string()), Some(trimmed));
            }
            if let Some((a, b, at)) = number.aligned(Decimal::new(other, more)) {
                prop_assert_eq!((Decimal::new(a, at).trimmed(), Decimal::new(b, at).trimmed()), (trimmed, Decimal::new(other, more).trimmed()));
            }
        }
    }
}

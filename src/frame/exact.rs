//! Text as an exact number, within bounds: the one way from text to a number of any width.
//!
//! A few characters can write a number whose digits fill the memory (`1e99999999`), and it takes only one addition to
//! write them out. What numbers are compared with is `compare`'s business.

use std::str::FromStr;

use bigdecimal::BigDecimal;

/// Most digits that a number may have before or after its point.
pub(crate) const MOST_DIGITS: usize = 10_000;

/// Why text is no number to calculate with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Misread {
    /// Not a finite number.
    #[error("it is no number")]
    NoNumber,
    /// Too large or too fine.
    #[error("it has more than 10,000 digits before or after the point")]
    TooLong,
}

/// Reads decimal text with an optional exponent, every digit kept.
pub(crate) fn decimal(text: &str) -> Result<BigDecimal, Misread> {
    let (digits, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
    // Before anything is calculated: reading digits takes time that grows with the square of their number.
    if digits.len() > MOST_DIGITS {
        return Err(Misread::TooLong);
    }
    let unsigned = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
    if unsigned.is_empty() || !unsigned.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(Misread::NoNumber);
    }
    match unsigned.parse::<usize>() {
        Ok(size) if size <= MOST_DIGITS => BigDecimal::from_str(text).map_err(|_| Misread::NoNumber),
        _ => Err(Misread::TooLong),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Catches a bound that is off by one, that looks at one sign only, or that is met by counting digits too late.
    #[test]
    fn numbers_are_read_up_to_their_bound_and_not_beyond() {
        for (text, read) in [("1e10000", true), ("1e-10000", true), ("1E+10000", true), ("0.1", true), ("-5", true)] {
            assert_eq!(decimal(text).is_ok(), read, "{text}");
        }
        for text in ["1e10001", "1e-10001", "1e99999999", "-1E+99999999", "1e99999999999999999999999999"] {
            assert_eq!(decimal(text), Err(Misread::TooLong), "{text}");
        }
        let long = "9".repeat(MOST_DIGITS);
        assert_eq!(decimal(&long).map(|number| number.digits()), Ok(MOST_DIGITS as u64));
        assert_eq!(decimal(&(long + "9")), Err(Misread::TooLong));
        for text in ["", "x", "inf", "NaN", "1e", "1e+", "1e1e1", "1e1.5", "e5", "1e-+5"] {
            assert_eq!(decimal(text), Err(Misread::NoNumber), "{text}");
        }
    }

    #[test]
    fn every_digit_is_kept() {
        assert_eq!(decimal("9007199254740993.10").unwrap().to_plain_string(), "9007199254740993.10");
        assert_eq!(decimal("1.5e3"), decimal("1500"));
    }
}

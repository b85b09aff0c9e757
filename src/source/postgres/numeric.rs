//! `numeric` from its binary form: groups of four decimal digits, exact, never through a float.
//!
//! The form is that of `numeric_send` in PostgreSQL's `numeric.c`: counts and flags as 16-bit
//! integers (digit groups, weight of the first group, sign, digits shown after the point), then the groups.

use super::super::shared::column_builder::DecodeError;
use super::super::shared::decimal;
use crate::frame::{Decimal, Value, wide};

const NEGATIVE: u16 = 0x4000;
const NAN: u16 = 0xC000;
const INFINITY: u16 = 0xD000;
const MINUS_INFINITY: u16 = 0xF000;

/// The decimal in `raw`, at the scale it shows where 38 digits allow.
pub(super) fn decode(raw: &[u8]) -> Result<Value, DecodeError> {
    let broken = || DecodeError::new("the server sent a numeric that cannot be read", "cast it to text in the query");
    let word = |index: usize| raw.get(index * 2..index * 2 + 2).and_then(integer::<2>).ok_or_else(broken);
    let groups = usize::try_from(word(0)?).map_err(|_| broken())?;
    let weight = i32::try_from(word(1)?).map_err(|_| broken())?;
    let sign = word(2)? as u16;
    let shown = word(3)? as u16 & 0x3FFF;
    let special = |name: &str| {
        DecodeError::new(
            format!("{name} is no decimal"),
            format!("turn it into NULL in the query, such as nullif(x, '{name}'), and select x = '{name}' beside it"),
        )
    };
    match sign {
        0 | NEGATIVE => {}
        NAN => return Err(special("NaN")),
        INFINITY => return Err(special("Infinity")),
        MINUS_INFINITY => return Err(special("-Infinity")),
        _ => return Err(broken()),
    }
    let digits: Vec<u16> = (0..groups).map(|group| word(group + 4).map(|d| d as u16)).collect::<Result<_, _>>()?;
    let narrow = exact(&digits, weight).and_then(|(unscaled, scale)| {
        let number = Decimal::new(if sign == NEGATIVE { -unscaled } else { unscaled }, u8::try_from(scale).ok()?);
        decimal::value(number, usize::from(shown).max(usize::from(number.scale)))
    });
    narrow.or_else(|| wide::read(&plain(&digits, weight, sign == NEGATIVE))).ok_or_else(broken)
}

/// `digits × 10000^(weight − index)` as plain decimal text.
fn plain(digits: &[u16], weight: i32, negative: bool) -> String {
    let mut text = String::from(if negative { "-0" } else { "0" });
    let group = |place: i32| usize::try_from(weight - place).ok().and_then(|index| digits.get(index)).unwrap_or(&0);
    (0..=weight).rev().for_each(|place| text += &format!("{:04}", group(place)));
    text.push('.');
    let last = weight - i32::try_from(digits.len()).unwrap_or(i32::MAX);
    (last..0).rev().for_each(|place| text += &format!("{:04}", group(place)));
    text
}

/// `digits × 10000^(weight − index)` as digits and scale, without trailing zeros after the point.
fn exact(digits: &[u16], weight: i32) -> Option<(i128, u32)> {
    let Some((last, first)) = digits.split_last() else { return Some((0, 0)) };
    let mut unscaled: i128 = 0;
    for digit in first {
        unscaled = unscaled.checked_mul(10_000)?.checked_add(i128::from(*digit))?;
    }
    // Groups after the point, so that the zeros which only fill the last group cost no digits.
    let after = i32::try_from(first.len()).ok()? - weight;
    if after > 0 {
        let zeros = (0..4).rev().find(|n| last % 10u16.pow(*n) == 0).unwrap_or(0);
        let unscaled = unscaled.checked_mul(10i128.pow(4 - zeros))?.checked_add(i128::from(last / 10u16.pow(zeros)))?;
        return Some((unscaled, u32::try_from(after).ok()? * 4 - zeros));
    }
    unscaled = unscaled.checked_mul(10_000)?.checked_add(i128::from(*last))?;
    let missing = 10i128.checked_pow(u32::try_from(-after).ok()?.checked_mul(4)?)?;
    Some((unscaled.checked_mul(missing)?, 0))
}

/// A big-endian signed integer of exactly `N` bytes, at most 8.
pub(super) fn integer<const N: usize>(raw: &[u8]) -> Option<i64> {
    let bytes: [u8; N] = raw.try_into().ok()?;
    let mut wide = if bytes.first()? & 0x80 == 0 { [0; 8] } else { [0xFF; 8] };
    wide[8 - N..].copy_from_slice(&bytes);
    Some(i64::from_be_bytes(wide))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numeric(digits: &[u16], weight: i16, sign: u16, shown: u16) -> Vec<u8> {
        let head = [u16::try_from(digits.len()).unwrap(), weight as u16, sign, shown];
        head.iter().chain(digits).flat_map(|word| word.to_be_bytes()).collect()
    }

    #[test]
    fn groups_become_one_exact_number() {
        let decimal = |unscaled, scale| Value::Decimal { unscaled, scale };
        assert_eq!(decode(&numeric(&[1, 2345, 6000], 1, 0, 2)).unwrap(), decimal(1_234_560, 2));
        assert_eq!(decode(&numeric(&[1], 3, NEGATIVE, 0)).unwrap(), decimal(-1_000_000_000_000, 0));
        assert_eq!(decode(&numeric(&[1200], -2, 0, 6)).unwrap(), decimal(12, 6));
        assert_eq!(decode(&numeric(&[1], -3, 0, 12)).unwrap(), decimal(1, 12));
        assert_eq!(decode(&numeric(&[], 0, 0, 2)).unwrap(), decimal(0, 2));
    }

    /// Catches a digit that is lost or moved where 38 of them are not enough.
    #[test]
    fn any_number_of_digits_is_one_exact_number() {
        let text = |raw: Vec<u8>| match decode(&raw).unwrap() {
            Value::Wide(number) => number.to_plain_string(),
            other => panic!("{other:?} is not wide"),
        };
        assert_eq!(text(numeric(&[1], 10, 0, 0)), format!("1{}", "0".repeat(40)));
        assert_eq!(text(numeric(&[12, 5000], 10, NEGATIVE, 0)), format!("-125{}", "0".repeat(39)));
        assert_eq!(text(numeric(&[1200], -11, 0, 44)), format!("0.{}12", "0".repeat(40)));
        let both = numeric(&[1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 7], 4, 0, 24);
        assert_eq!(text(both), format!("1{}.{}7", "0".repeat(16), "0".repeat(23)));
    }

    #[test]
    fn what_is_no_decimal_is_refused() {
        for sign in [NAN, INFINITY, MINUS_INFINITY] {
            assert!(decode(&numeric(&[], 0, sign, 0)).is_err(), "{sign:x}");
        }
        assert!(decode(&[0, 1]).is_err(), "cut short");
    }
}

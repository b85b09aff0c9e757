//! Exact numbers: integers and decimals of any width beside floats, without a detour through f64.

use std::cmp::Ordering;

use bigdecimal::{
    BigDecimal, Zero,
    num_bigint::{BigInt, Sign},
};

use crate::frame::Value;
use crate::frame::exact;
use crate::spec::check::Tolerance;

/// A number as it is compared: exact, or one of the floats that are no number.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Number {
    /// Any finite value; a finite float is converted exactly.
    Finite(BigDecimal),
    /// Positive or negative infinity.
    Infinite {
        /// Whether it is −∞.
        negative: bool,
    },
    /// Not a number; equal to itself and to nothing else.
    NaN,
}

impl Eq for Number {}

impl PartialOrd for Number {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Number {
    /// By value; NaN is beyond +∞.
    fn cmp(&self, other: &Self) -> Ordering {
        let place = |number: &Number| match number {
            Number::Infinite { negative: true } => 0,
            Number::Finite(_) => 1,
            Number::Infinite { negative: false } => 2,
            Number::NaN => 3,
        };
        match (self, other) {
            (Number::Finite(a), Number::Finite(b)) => a.cmp(b),
            (a, b) => place(a).cmp(&place(b)),
        }
    }
}

/// A float as the number that its shortest text says, which is what people mean by it: 0.1 is a tenth, of 32 bits, too, where it
/// `is_single`.
pub(crate) fn written(value: f64, is_single: bool) -> Number {
    // With an exponent, or a small one would have hundreds of digits.
    #[allow(clippy::cast_possible_truncation)]
    let text = |value: f64| if is_single { format!("{:e}", value as f32) } else { format!("{value:e}") };
    match number(&Value::Float(value)) {
        Some(Number::Finite(_)) => Number::Finite(exact::decimal(&text(value)).unwrap_or_default()),
        Some(other) => other,
        None => Number::NaN,
    }
}

/// `value` as a number, booleans as 0 and 1; `None` where it is NULL or no number.
pub(crate) fn number(value: &Value) -> Option<Number> {
    Some(match value {
        Value::Bool(v) => Number::Finite(BigDecimal::from(u8::from(*v))),
        Value::Integer(v) => Number::Finite(BigDecimal::from(*v)),
        Value::Unsigned(v) => Number::Finite(BigDecimal::from(*v)),
        Value::Wide(v) => Number::Finite(v.clone()),
        Value::Decimal { unscaled, scale } => {
            Number::Finite(BigDecimal::new(BigInt::from(*unscaled), i64::from(*scale)))
        }
        Value::Float(v) if v.is_nan() => Number::NaN,
        Value::Float(v) if v.is_infinite() => Number::Infinite { negative: *v < 0.0 },
        Value::Float(v) => Number::Finite(BigDecimal::try_from(*v).ok()?),
        _ => return None,
    })
}

/// Whether |new − old| ≤ absolute + relative × |old|; infinities and NaN only equal themselves.
pub(crate) fn within(old: &Number, new: &Number, tolerance: &Tolerance) -> bool {
    match (old, new) {
        (Number::Finite(old), Number::Finite(new)) => {
            (new - old).abs() <= &tolerance.absolute + &tolerance.relative * old.abs()
        }
        _ => old == new,
    }
}

/// |new − old| where both are finite.
pub(crate) fn distance(old: &Number, new: &Number) -> Option<BigDecimal> {
    match (old, new) {
        (Number::Finite(old), Number::Finite(new)) => Some((new - old).abs()),
        _ => None,
    }
}

/// Decimal text without an exponent and without trailing zeros: `0.25`, `-1`, `0`.
pub(crate) fn plain(number: &BigDecimal) -> String {
    if number.is_zero() {
        return "0".to_owned();
    }
    number.normalized().to_plain_string()
}

/// Characters of a number that is written without an exponent whatever its zeros are.
const SHORT: usize = 24;

/// Every digit of a number: like [`plain`], or with an exponent where that takes fewer than its more than 24 characters, such as
/// `1.5e300`.
pub(crate) fn exact_text(number: &BigDecimal) -> String {
    let plain = plain(number);
    if plain.len() <= SHORT {
        return plain;
    }
    let (unscaled, scale) = number.normalized().into_bigint_and_exponent();
    let digits = unscaled.magnitude().to_string();
    let sign = if unscaled.sign() == Sign::Minus { "-" } else { "" };
    let point = if digits.len() > 1 { "." } else { "" };
    let exponent = i64::try_from(digits.len()).unwrap_or(i64::MAX).saturating_sub(scale).saturating_sub(1);
    let short = format!("{sign}{}{point}{}e{exponent}", &digits[..1], &digits[1..]);
    if short.len() < plain.len() { short } else { plain }
}

/// new − old as text: exact between exact numbers, as a float where either side is one.
pub(crate) fn delta(old: &Value, new: &Value) -> Option<String> {
    let (Number::Finite(a), Number::Finite(b)) = (number(old)?, number(new)?) else { return None };
    let difference = b - a;
    if matches!(old, Value::Float(_)) || matches!(new, Value::Float(_)) {
        return Some(shown_as_float(&difference));
    }
    Some(plain(&difference))
}

/// The nearest float's shortest text, for people: the exact difference of two floats has dozens of digits.
pub(crate) fn shown_as_float(number: &BigDecimal) -> String {
    use bigdecimal::ToPrimitive;
    number.to_f64().map_or_else(|| plain(number), float_text)
}

/// Shortest text that reads back as the same float.
pub(crate) fn float_text(value: f64) -> String {
    if value.is_nan() {
        return "NaN".to_owned();
    }
    if value != 0.0 && (value.abs() < 1e-5 || value.abs() >= 1e17) {
        return format!("{value:e}");
    }
    format!("{value}")
}

/// How many representable floats lie from `old` to `new`; −0.0 and 0.0 are one, NaN is no distance from NaN, and no number
/// of steps leads from a finite float to infinity.
pub(crate) fn ulps(old: f64, new: f64) -> Option<u64> {
    if !(old.is_finite() && new.is_finite()) {
        return same_beyond(old, new).then_some(0);
    }
    let place = |value: f64| {
        let magnitude = i128::from(value.to_bits() & (u64::MAX >> 1));
        if value.is_sign_negative() { -magnitude } else { magnitude }
    };
    u64::try_from((place(new) - place(old)).abs()).ok()
}

/// Whether two floats, of which one at least is not finite, are both NaN or the same infinity.
fn same_beyond(old: f64, new: f64) -> bool {
    let same_infinity = || old.is_infinite() && new.is_infinite() && old.is_sign_positive() == new.is_sign_positive();
    old.is_nan() && new.is_nan() || same_infinity()
}

/// How many representable 32-bit floats lie from `old` to `new`, of which one may be no such float: then the step that
/// reaches beyond it counts.
pub(crate) fn single_ulps(old: f64, new: f64) -> Option<u64> {
    if !(old.is_finite() && new.is_finite()) {
        return same_beyond(old, new).then_some(0);
    }
    // Twice the place, so that there is one between any two neighbours.
    let place = |value: f64| {
        let nearest = value as f32;
        let magnitude = i64::from(nearest.to_bits() & (u32::MAX >> 1));
        let place = 2 * if nearest.is_sign_negative() { -magnitude } else { magnitude };
        match f64::from(nearest).partial_cmp(&value) {
            Some(Ordering::Less) => place + 1,
            Some(Ordering::Greater) => place - 1,
            _ => place,
        }
    };
    Some((place(new) - place(old)).unsigned_abs().div_ceil(2))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tolerance(absolute: &str, relative: &str) -> Tolerance {
        Tolerance { absolute: absolute.parse().unwrap(), relative: relative.parse().unwrap() }
    }

    fn finite(text: &str) -> Number {
        Number::Finite(text.parse().unwrap())
    }

    #[test]
    fn a_float_is_converted_exactly() {
        let Some(Number::Finite(tenth)) = number(&Value::Float(0.1)) else { panic!("finite") };
        assert_eq!(plain(&tenth), "0.1000000000000000055511151231257827021181583404541015625");
    }

    #[test]
    fn the_bound_itself_is_inside_and_one_digit_more_is_outside() {
        let bound = tolerance("0.01", "0");
        assert!(within(&finite("1"), &finite("1.01"), &bound));
        assert!(!within(&finite("1"), &finite("1.010000000000000000000000000000000001"), &bound));
        let share = tolerance("0", "0.05");
        assert!(within(&finite("-100"), &finite("-105"), &share));
        assert!(!within(&finite("-100"), &finite("-105.0001"), &share));
        assert!(!within(&finite("0"), &finite("0.0001"), &share), "a share of nothing is nothing");
    }

    #[test]
    fn infinity_and_nan_equal_only_themselves() {
        let wide = tolerance("1e9", "1");
        let up = Number::Infinite { negative: false };
        assert!(within(&up, &up, &wide));
        assert!(!within(&up, &Number::Infinite { negative: true }, &wide));
        assert!(!within(&up, &finite("1"), &wide));
        assert!(within(&Number::NaN, &Number::NaN, &wide));
        assert!(!within(&Number::NaN, &finite("0"), &wide));
    }

    #[test]
    fn ulps_count_across_zero() {
        assert_eq!(ulps(0.0, -0.0), Some(0));
        for of in [ulps, single_ulps] {
            assert_eq!([of(f64::MAX, f64::INFINITY), of(f64::NEG_INFINITY, f64::INFINITY)], [None, None]);
            assert_eq!([of(f64::INFINITY, f64::INFINITY), of(f64::NAN, f64::NAN)], [Some(0), Some(0)]);
        }
        assert_eq!(ulps(1.0, 1.0 + f64::EPSILON), Some(1));
        assert_eq!(ulps(-f64::from_bits(1), f64::from_bits(1)), Some(2));
        assert_eq!(ulps(f64::NAN, 1.0), None);
    }

    #[test]
    fn wide_integers_keep_every_digit() {
        let old = Value::Integer(9_007_199_254_740_992);
        let new = Value::Integer(9_007_199_254_740_993);
        assert_eq!(delta(&old, &new).as_deref(), Some("1"));
        assert_eq!(delta(&Value::Unsigned(u128::MAX), &Value::Integer(0)).unwrap(), format!("-{}", u128::MAX));
    }

    /// Catches a digit that the text of a number loses, and a text of hundreds of zeros.
    #[test]
    fn exact_text_keeps_every_digit_and_few_zeros() {
        let of = |text: &str| exact_text(&text.parse().unwrap());
        let cases = [
            ("0", "0"),
            ("-0.00", "0"),
            ("1e400", "1e400"),
            ("-2e400", "-2e400"),
            ("1000000000000000000000001", "1000000000000000000000001"),
            ("1000000000000000000000000", "1e24"),
            ("0.12345678901234567890123456789", "0.12345678901234567890123456789"),
            ("0.0000012345", "0.0000012345"),
            ("-100000000000000000", "-100000000000000000"),
            ("10000000000000000", "10000000000000000"),
            ("12345678901234567.5", "12345678901234567.5"),
        ];
        for (number, text) in cases {
            assert_eq!(of(number), text);
            assert_eq!(text.parse::<BigDecimal>().unwrap(), number.parse::<BigDecimal>().unwrap());
        }
        for float in [5e-324, 1.5e300, f64::MAX] {
            let Number::Finite(written) = written(float, false) else { panic!("{float}") };
            assert_eq!(exact_text(&written), float_text(float));
        }
    }

    #[test]
    fn a_written_float_is_what_its_text_says() {
        let of = |value| match written(value, false) {
            Number::Finite(number) => plain(&number),
            other => format!("{other:?}"),
        };
        assert_eq!([of(0.1), of(-1.5), of(0.0), of(-0.0)], ["0.1", "-1.5", "0", "0"]);
        assert_eq!(of(5e-324), format!("0.{}5", "0".repeat(323)));
        assert_eq!(of(f64::MAX).len(), 309);
        assert_eq!(written(f64::NEG_INFINITY, false), Number::Infinite { negative: true });
        assert_eq!(written(f64::INFINITY, false), Number::Infinite { negative: false });
        assert_eq!(written(f64::NAN, false), Number::NaN);
    }

    #[test]
    fn numbers_are_ordered_by_value_and_nan_is_last() {
        let infinite = |negative| Number::Infinite { negative };
        let ascends = [infinite(true), finite("-2"), finite("0.5"), finite("10"), infinite(false), Number::NaN];
        for (at, one) in ascends.iter().enumerate() {
            assert!(one == one && one.cmp(one).is_eq());
            for other in &ascends[at + 1..] {
                assert!(one.cmp(other).is_lt() && other.cmp(one).is_gt() && one != other, "{one:?} {other:?}");
            }
        }
    }

    #[test]
    fn single_ulps_count_steps_of_32_bits() {
        let single = |steps: u32| f64::from(f32::from_bits(1.0f32.to_bits() + steps));
        assert_eq!(single_ulps(1.0, single(3)), Some(3));
        assert_eq!(single_ulps(single(3), 1.0), Some(3));
        assert_eq!(single_ulps(1.0, 1.0), Some(0));
        assert_eq!(single_ulps(-0.0, 0.0), Some(0));
        let tiny = f64::from(f32::from_bits(1));
        assert_eq!((single_ulps(-tiny, tiny), single_ulps(0.0, tiny)), (Some(2), Some(1)));
        // Just beyond a neighbour takes the step to the one after it, just before it the step to it.
        let within = (single(2) - single(1)) / 8.0;
        assert_eq!(single_ulps(1.0, single(1) + within), Some(2));
        assert_eq!(single_ulps(1.0, single(1) - within), Some(1));
        assert_eq!(single_ulps(-1.0, -single(1) - within), Some(2));
        assert_eq!(single_ulps(f64::from(f32::MAX), f64::INFINITY), None);
        assert_eq!(single_ulps(f64::NAN, f64::NAN), Some(0));
        assert_eq!((single_ulps(f64::NAN, 1.0), single_ulps(1.0, f64::NAN)), (None, None));
    }

    #[test]
    fn floats_are_shown_by_their_shortest_text() {
        let cases = [
            (0.0, "0"),
            (-0.0, "-0"),
            (1.5, "1.5"),
            (1e-5, "0.00001"),
            (9e-6, "9e-6"),
            (-9e-6, "-9e-6"),
            (1e16, "10000000000000000"),
            (1e17, "1e17"),
            (-1e17, "-1e17"),
            (f64::INFINITY, "inf"),
            (f64::NAN, "NaN"),
        ];
        for (value, words) in cases {
            assert_eq!(float_text(value), words);
        }
        assert_eq!(delta(&Value::Float(1.0), &Value::Float(1.1)).as_deref(), Some("0.10000000000000009"));
        assert_eq!(delta(&Value::Integer(1), &Value::Float(0.5)).as_deref(), Some("-0.5"));
        assert_eq!(delta(&Value::Float(0.5), &Value::Integer(1)).as_deref(), Some("0.5"));
        assert_eq!(delta(&Value::Null, &Value::Integer(1)), None);
        assert_eq!(delta(&Value::Float(f64::NAN), &Value::Integer(1)), None);
        assert_eq!(plain(&"-0.00".parse().unwrap()), "0");
        assert_eq!(plain(&"1e3".parse().unwrap()), "1000");
        assert_eq!(ulps(f64::NAN, f64::NAN), Some(0));
        assert_eq!((ulps(1.0, f64::NAN), ulps(-1.0, 1.0)), (None, Some(2 * 1.0f64.to_bits())));
    }
}

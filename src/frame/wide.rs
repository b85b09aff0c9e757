//! Numbers of any width: beyond 38 digits a column holds them as plain decimal text, a value as an exact number.

use std::str::FromStr;

use bigdecimal::BigDecimal;

use super::decimal::{Decimal, MAX_DIGITS};
use super::value::Value;

/// `number` as an integer or decimal where 128 bits and a scale of 38 hold it, else wide. Trailing zeros are dropped.
pub(crate) fn narrowed(number: &BigDecimal) -> Value {
    let number = number.normalized();
    let (digits, scale) = number.as_bigint_and_exponent();
    let narrow = i128::try_from(digits).ok().and_then(|unscaled| match u8::try_from(scale) {
        Ok(0) => Some(Value::Integer(unscaled)),
        Ok(scale) if u32::from(scale) <= MAX_DIGITS => Some(Value::Decimal { unscaled, scale }),
        Ok(_) => None,
        Err(_) => {
            let zeros = 10i128.checked_pow(u32::try_from(scale.checked_neg()?).ok()?)?;
            Some(Value::Integer(unscaled.checked_mul(zeros)?))
        }
    });
    narrow.unwrap_or(Value::Wide(number))
}

/// The value of plain decimal text such as `-12.50`; absent where it is none. An exponent is none.
pub(crate) fn read(text: &str) -> Option<Value> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let plain = whole.len() + fraction.len() > 0 && whole.bytes().chain(fraction.bytes()).all(|b| b.is_ascii_digit());
    plain.then(|| BigDecimal::from_str(text).ok())?.map(|number| narrowed(&number))
}

/// Plain decimal text of an integer or decimal, without zeros behind its last digit; absent for any other value.
pub(super) fn text(value: &Value) -> Option<String> {
    Some(match value {
        Value::Integer(value) => value.to_string(),
        Value::Unsigned(value) => value.to_string(),
        Value::Decimal { unscaled, scale } => Decimal::new(*unscaled, *scale).to_string(),
        Value::Wide(number) => number.normalized().to_plain_string(),
        _ => return None,
    })
}

/// Returns how many digits an integer or decimal has before its point and how many after it, without the zeros at either
/// end; absent for any other value.
pub(crate) fn places(value: &Value) -> Option<(usize, usize)> {
    let number = match value {
        Value::Integer(unscaled) => return Some(Decimal::new(*unscaled, 0).places()),
        Value::Decimal { unscaled, scale } => return Some(Decimal::new(*unscaled, *scale).places()),
        Value::Unsigned(number) => BigDecimal::from(*number),
        Value::Wide(number) => number.normalized(),
        _ => return None,
    };
    let digits = i64::try_from(number.digits()).ok()?;
    let fraction = number.fractional_digit_count();
    Some((usize::try_from((digits - fraction).max(0)).ok()?, usize::try_from(fraction.max(0)).ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Catches a number that is written in one form and read as another.
    #[test]
    fn a_number_comes_back_from_its_text() {
        let tall = format!("-{}", "9".repeat(77));
        let fine = format!("0.{}1", "0".repeat(45));
        for (given, kept) in
            [("1.50", "1.5"), ("100", "100"), ("-0.00", "0"), (".5", "0.5"), (&tall, &tall), (&fine, &fine)]
        {
            assert_eq!(text(&read(given).unwrap()).as_deref(), Some(kept));
        }
        assert_eq!(read("1.50"), Some(Value::Decimal { unscaled: 15, scale: 1 }));
        assert_eq!(read(&i128::MIN.to_string()), Some(Value::Integer(i128::MIN)));
        assert!(matches!(read(&u128::MAX.to_string()), Some(Value::Wide(_))));
        for refused in ["", ".", "-", "1e3", "NaN", "+1", " 1", "1_0", "1-"] {
            assert_eq!(read(refused), None, "{refused}");
        }
    }

    #[test]
    fn zeros_before_the_point_are_digits() {
        assert_eq!(narrowed(&"1e5".parse().unwrap()), Value::Integer(100_000));
        assert_eq!(text(&Value::Wide("1e40".parse().unwrap())), Some(format!("1{}", "0".repeat(40))));
        assert_eq!(text(&Value::Decimal { unscaled: 1_000, scale: 3 }).as_deref(), Some("1"));
    }
}

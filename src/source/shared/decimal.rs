//! Decimals on their way to a column: read exactly, then brought to one scale that fits all of them.

use crate::frame::{Decimal, Value, wide};

/// Returns `number` as a value of at most 38 digits, with `shown` of them after its point where they fit and otherwise
/// without zeros at its end; absent where it needs more digits.
pub(crate) fn value(number: Decimal, shown: usize) -> Option<Value> {
    let shown = u8::try_from(shown).unwrap_or(u8::MAX);
    if let Some(unscaled) = number.fitted(shown) {
        return Some(Decimal::new(unscaled, shown).into());
    }
    let number = number.trimmed();
    number.fitted(number.scale).map(|_| number.into())
}

/// Reads decimal text such as `-12.50` exactly, whatever its digits; absent where it is no decimal.
pub(crate) fn read(text: &str) -> Option<Value> {
    parse(text).or_else(|| wide::read(text))
}

/// Reads decimal text such as `-12.50` exactly; absent where it is no decimal or needs more than 38 digits.
pub(crate) fn parse(text: &str) -> Option<Value> {
    value(Decimal::read(text)?, text.split_once('.').map_or(0, |(_, fraction)| fraction.len()))
}

/// Gives the scale of a column of `values`, arrays included: the largest shown, or where 38 digits do not suffice for
/// that, the largest needed, with every decimal brought to no more than that.
pub(crate) fn settle(values: &mut [Value]) -> u8 {
    let shown = largest_scale(values);
    if fit(values, shown) {
        return shown;
    }
    values.iter_mut().for_each(trim_value);
    largest_scale(values)
}

/// Whether a column of `scale` holds all `values` in 38 digits.
fn fit(values: &[Value], scale: u8) -> bool {
    values.iter().all(|value| match value {
        Value::Decimal { unscaled, scale: own } => Decimal::new(*unscaled, *own).fitted(scale).is_some(),
        Value::Integer(whole) => Decimal::new(*whole, 0).fitted(scale).is_some(),
        Value::Array(items) => fit(items, scale),
        Value::Null => true,
        _ => false,
    })
}

fn trim_value(value: &mut Value) {
    match value {
        Value::Decimal { unscaled, scale } => {
            Decimal { unscaled: *unscaled, scale: *scale } = Decimal::new(*unscaled, *scale).trimmed();
        }
        Value::Array(items) => items.iter_mut().for_each(trim_value),
        _ => {}
    }
}

fn largest_scale(values: &[Value]) -> u8 {
    values
        .iter()
        .map(|value| match value {
            Value::Decimal { scale, .. } => *scale,
            Value::Wide(number) => u8::try_from(number.fractional_digit_count().max(0)).unwrap_or(u8::MAX),
            Value::Array(items) => largest_scale(items),
            _ => 0,
        })
        .max()
        .unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decimal(unscaled: i128, scale: u8) -> Value {
        Value::Decimal { unscaled, scale }
    }

    #[test]
    fn text_is_read_digit_by_digit() {
        assert_eq!(parse("-12.50"), Some(decimal(-1250, 2)));
        assert_eq!(parse("0.00"), Some(decimal(0, 2)));
        assert_eq!(parse(".5"), Some(decimal(5, 1)));
        assert_eq!(parse(&"9".repeat(38)), Some(decimal(10i128.pow(38) - 1, 0)));
        assert_eq!(parse(&"9".repeat(39)), None, "39 digits fit i128 but not a column");
        assert_eq!(parse("1e5"), None);
        assert_eq!(parse(""), None);
        assert_eq!(parse("-"), None);
    }

    #[test]
    fn trailing_zeros_give_way_before_a_value_is_refused() {
        let long = format!("{}.{}", "9".repeat(20), "0".repeat(30));
        assert_eq!(parse(&long), Some(decimal(10i128.pow(20) - 1, 0)));
        let mut mixed = vec![decimal(10i128.pow(30), 0), decimal(1_500_000_000_000, 12), Value::Null];
        assert_eq!(settle(&mut mixed), 1, "30 digits and 12 decimals, of which one counts");
        let mut wide = vec![decimal(10i128.pow(30), 0), decimal(1, 12)];
        assert_eq!(settle(&mut wide), 12);
        assert!(!fit(&wide, 12));
    }

    /// Catches a number of 39 digits, which 128 bits may hold, that is taken for one of 38.
    #[test]
    fn a_whole_number_of_more_than_38_digits_does_not_fit() {
        for (text, fits) in
            [("9".repeat(38), true), (format!("1{}", "0".repeat(38)), false), (i128::MAX.to_string(), false)]
        {
            assert_eq!(fit(&[read(&text).unwrap(), Value::Null], 0), fits, "{text}");
            assert_eq!(fit(&[Value::Array(vec![read(&text).unwrap()])], 0), fits, "{text}");
        }
        assert!(!fit(&[Value::Text("1".to_owned())], 0));
    }

    #[test]
    fn a_column_has_the_largest_scale_shown() {
        assert_eq!(settle(&mut [decimal(110, 2), decimal(11, 1), Value::Null]), 2);
        assert_eq!(settle(&mut [Value::Array(vec![decimal(1, 3), Value::Null])]), 3);
        assert_eq!(settle(&mut []), 0);
    }
}

//! Values as bytes that two values share exactly when the rule calls them equal.
//!
//! Every part is length-prefixed or of fixed length and carries a tag of its type, so that no value
//! can pass for another, nor two columns for two others.

use super::bytes::{boolean, bytes, date, decimal, float, instant, letter, sized, text, time, wall_clock, wide};
use super::json;
use super::json::JsonError;
use super::normalize::Normal;
use crate::frame::Value;
use crate::frame::wide::narrowed;
use crate::model::Side;
use crate::spec::check::Comparison;

/// Data that no rule can give a meaning to: the check is an error, not a difference.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Ambiguous {
    /// A JSON object or a map has a key twice.
    #[error("the key `{0}` appears twice in one value; make keys unique in the query")]
    DuplicateKey(String),
    /// JSON that is not taken apart.
    #[error("the JSON cannot be compared by value: {0}; compare a part of it, or the text, by another query")]
    Beyond(&'static str),
    /// An instant meets a timestamp without zone.
    #[error(
        "one side holds an instant and the other a timestamp without zone; say `zone = \"UTC\"` if the latter is UTC, or \
         cast one side in its query"
    )]
    Zones,
    /// A NULL in a key that stands for a value on the other side only.
    #[error(
        "{0} holds NULL, which `null` replaces on the other side only, so the rows cannot be paired; give `null` for both \
         sides"
    )]
    NullKey(Side),
    /// Too many rows of one key to find out which belong together.
    #[error(
        "{0} rows of old and {1} of new share one key and are too many to be matched within their tolerances; add a column \
         to `key`, or compare more of the columns exactly"
    )]
    TooMany(usize, usize),
}

/// Appends `normal` as `comparison` sees it.
pub(crate) fn encode(normal: &Normal, comparison: &Comparison, side: Side, out: &mut Vec<u8>) -> Result<(), Ambiguous> {
    match normal {
        Normal::Value(value) => match (comparison, value) {
            (Comparison::Set, Value::Array(items)) => elements(items, true, out),
            (Comparison::Multiset, Value::Array(items)) => elements(items, false, out),
            (Comparison::Map { absent, .. }, Value::Map(entries)) => map(entries, absent.as_ref(), out),
            _ => one(value, out),
        },
        // The side is part of it: what cannot be read equals nothing on the other side.
        Normal::Unreadable(text) => {
            out.extend([b'?', letter(side)]);
            sized(text.as_bytes(), out);
            Ok(())
        }
    }
}

/// The bytes of one value that is compared exactly.
pub(crate) fn exact(value: &Value) -> Result<Vec<u8>, Ambiguous> {
    let mut out = Vec::new();
    one(value, &mut out)?;
    Ok(out)
}

fn one(value: &Value, out: &mut Vec<u8>) -> Result<(), Ambiguous> {
    match value {
        Value::Null => out.push(b'0'),
        Value::Bool(truth) => boolean(*truth, out),
        Value::Integer(unscaled) => decimal(*unscaled, 0, out),
        Value::Decimal { unscaled, scale } => decimal(*unscaled, *scale, out),
        Value::Unsigned(number) => match i128::try_from(*number) {
            Ok(narrow) => decimal(narrow, 0, out),
            Err(_) => wide(&number.to_string(), out),
        },
        Value::Wide(number) => match narrowed(number) {
            Value::Wide(number) => wide(&number.to_plain_string(), out),
            narrow => one(&narrow, out)?,
        },
        Value::Float(value) => float(*value, out),
        // A UUID is its canonical text.
        Value::Text(value) | Value::Uuid(value) => text(value, out),
        Value::Bytes(value) => bytes(value, out),
        Value::Date(days) => date(*days, out),
        Value::Time(nanos) => time(*nanos, out),
        Value::Instant(nanos) => instant(*nanos, out),
        Value::WallClock(nanos) => wall_clock(*nanos, out),
        Value::Json(text) => match json::canonical(text) {
            Ok(form) => {
                out.push(b'j');
                out.extend_from_slice(&form);
            }
            Err(JsonError::DuplicateKey(key)) => return Err(Ambiguous::DuplicateKey(key)),
            Err(JsonError::Beyond(why)) => return Err(Ambiguous::Beyond(why)),
            Err(JsonError::Malformed) => {
                out.push(b'J');
                sized(text.as_bytes(), out);
            }
        },
        Value::Array(items) => {
            out.push(b'a');
            out.extend((items.len() as u64).to_le_bytes());
            items.iter().try_for_each(|item| one(item, out))?;
        }
        Value::Map(entries) => map(entries, None, out)?,
    }
    Ok(())
}

fn elements(items: &[Value], distinct: bool, out: &mut Vec<u8>) -> Result<(), Ambiguous> {
    let mut encoded = items.iter().map(exact).collect::<Result<Vec<_>, _>>()?;
    encoded.sort_unstable();
    if distinct {
        encoded.dedup();
    }
    out.push(b'm');
    out.extend((encoded.len() as u64).to_le_bytes());
    encoded.iter().for_each(|item| sized(item, out));
    Ok(())
}

fn map(entries: &[(Value, Value)], absent: Option<&Value>, out: &mut Vec<u8>) -> Result<(), Ambiguous> {
    let absent = absent.map(exact).transpose()?;
    let mut encoded = Vec::with_capacity(entries.len());
    for (key, held) in entries {
        encoded.push((exact(key)?, exact(held)?, key));
    }
    encoded.sort_unstable_by(|a, b| a.0.cmp(&b.0));
    if let Some(pair) = encoded.windows(2).find(|pair| pair[0].0 == pair[1].0) {
        return Err(Ambiguous::DuplicateKey(super::display::shown(pair[0].2).unwrap_or_else(|| "NULL".to_owned())));
    }
    encoded.retain(|(_, held, _)| Some(held) != absent.as_ref());
    out.push(b'M');
    out.extend((encoded.len() as u64).to_le_bytes());
    for (key, held, _) in &encoded {
        sized(key, out);
        sized(held, out);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn text(s: &str) -> Value {
        Value::Text(s.to_owned())
    }

    fn row(values: &[Value]) -> Vec<u8> {
        let mut out = Vec::new();
        values.iter().for_each(|value| one(value, &mut out).unwrap());
        out
    }

    #[test]
    fn no_value_passes_for_another() {
        let apart = [
            Value::Null,
            text(""),
            text("<null>"),
            text("NULL"),
            Value::Integer(0),
            Value::Float(0.0),
            Value::Float(-0.0),
            Value::Float(f64::NAN),
            Value::Bool(false),
            Value::Bytes(vec![]),
            Value::Array(vec![]),
            Value::Map(vec![]),
            Value::Date(0),
            Value::Time(0),
            Value::Instant(0),
            Value::WallClock(0),
            Value::Json("null".into()),
            Value::Unsigned(u128::MAX),
            Value::Integer(-1),
        ];
        for (at, one) in apart.iter().enumerate() {
            for other in &apart[at + 1..] {
                assert_ne!(exact(one), exact(other), "{one:?} {other:?}");
            }
        }
    }

    #[test]
    fn columns_do_not_run_together() {
        assert_ne!(row(&[text("ab"), text("c")]), row(&[text("a"), text("bc")]));
        assert_ne!(row(&[text("a|b"), text("c")]), row(&[text("a"), text("b|c")]));
        assert_ne!(row(&[text("as"), text("")]), row(&[text("a"), text("s")]), "a tag is no separator");
        assert_ne!(row(&[text("a"), Value::Null]), row(&[Value::Null, text("a")]));
    }

    #[test]
    fn scale_and_width_do_not_count() {
        assert_eq!(
            exact(&Value::Decimal { unscaled: 110, scale: 2 }),
            exact(&Value::Decimal { unscaled: 11, scale: 1 })
        );
        assert_eq!(exact(&Value::Decimal { unscaled: 500, scale: 2 }), exact(&Value::Integer(5)));
        assert_eq!(exact(&Value::Unsigned(7)), exact(&Value::Integer(7)));
        let wide = |text: &str| Value::Wide(text.parse().unwrap());
        assert_eq!(exact(&wide("1.50")), exact(&Value::Decimal { unscaled: 15, scale: 1 }));
        assert_eq!(exact(&wide("7e2")), exact(&Value::Integer(700)));
        assert_eq!(exact(&wide(&u128::MAX.to_string())), exact(&Value::Unsigned(u128::MAX)));
        assert_eq!(exact(&wide("1e50")), exact(&wide(&format!("1{}.0", "0".repeat(50)))));
        assert_ne!(exact(&wide("1e50")), exact(&wide("1e51")));
    }

    #[test]
    fn sets_forget_order_and_repetition_and_multisets_only_order() {
        let encoded = |items: &[&str], comparison: &Comparison| {
            let mut out = Vec::new();
            let array = Value::Array(items.iter().map(|s| text(s)).collect());
            encode(&Normal::Value(array), comparison, Side::Old, &mut out).unwrap();
            out
        };
        assert_eq!(encoded(&["b", "a", "a"], &Comparison::Set), encoded(&["a", "b"], &Comparison::Set));
        assert_ne!(encoded(&["b", "a", "a"], &Comparison::Multiset), encoded(&["a", "b"], &Comparison::Multiset));
        assert_eq!(encoded(&["b", "a"], &Comparison::Multiset), encoded(&["a", "b"], &Comparison::Multiset));
        assert_ne!(encoded(&["b", "a"], &Comparison::Exact), encoded(&["a", "b"], &Comparison::Exact));
    }

    #[test]
    fn what_cannot_be_read_equals_nothing_on_the_other_side() {
        let encoded = |side| {
            let mut out = Vec::new();
            encode(&Normal::Unreadable("x".into()), &Comparison::Exact, side, &mut out).unwrap();
            out
        };
        assert_ne!(encoded(Side::Old), encoded(Side::New));
    }

    fn value() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::Bool),
            (-20i128..20).prop_map(Value::Integer),
            (-200i128..200, 0u8..3).prop_map(|(unscaled, scale)| Value::Decimal { unscaled, scale }),
            "-?[0-9]{38,42}[.][0-9]{0,2}".prop_map(|text| crate::frame::wide::read(&text).unwrap()),
            any::<f64>().prop_map(Value::Float),
            "[as0|\u{0}]{0,3}".prop_map(Value::Text),
            prop::collection::vec(any::<u8>(), 0..3).prop_map(Value::Bytes),
        ];
        leaf.prop_recursive(2, 8, 3, |inner| prop::collection::vec(inner, 0..3).prop_map(Value::Array))
    }

    proptest! {
        /// Catches any pair of rows whose bytes coincide although their values differ one by one.
        #[test]
        fn rows_share_bytes_only_when_their_values_do(a in prop::collection::vec(value(), 0..4), b in prop::collection::vec(value(), 0..4)) {
            let alike = a.len() == b.len() && a.iter().zip(&b).all(|(x, y)| exact(x) == exact(y));
            prop_assert_eq!(row(&a) == row(&b), alike);
        }
    }
}

//! JSON text as a tree, nothing of it lost: every digit of a number kept, a key twice in one object an error.
//!
//! `serde_json` hands a number over as an object of one key of its own, so that an object of a user with that key would
//! become a number. Only the number itself brings its digits as an owned string, which tells the two apart.

use std::fmt;

use serde::de::{self, Deserialize, DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};

/// The key under which `serde_json` hands over the digits of a number.
const NUMBER_KEY: &str = "$serde_json::private::Number";

/// Reads `text`; objects may be 128 levels deep.
pub(crate) fn read(text: &str) -> Result<Value, serde_json::Error> {
    serde_json::from_str::<Whole>(text).map(|Whole(value)| value)
}

/// A value of which nothing is lost.
pub(crate) struct Whole(pub(crate) Value);

impl<'de> Deserialize<'de> for Whole {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match Tree.deserialize(deserializer)? {
            Held::Value(value) => Ok(Whole(value)),
            Held::Digits(text) => Ok(Whole(Value::String(text))),
        }
    }
}

/// What stands beneath a key: the digits that `serde_json` hands over, or what is in the text.
enum Held {
    Digits(String),
    Value(Value),
}

struct Tree;

impl<'de> DeserializeSeed<'de> for Tree {
    type Value = Held;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Held, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Tree {
    type Value = Held;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Held, E> {
        Ok(Held::Value(Value::Null))
    }

    fn visit_bool<E>(self, truth: bool) -> Result<Held, E> {
        Ok(Held::Value(truth.into()))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Held, E> {
        Ok(Held::Value(number.into()))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Held, E> {
        Ok(Held::Value(number.into()))
    }

    fn visit_string<E>(self, digits: String) -> Result<Held, E> {
        Ok(Held::Digits(digits))
    }

    fn visit_str<E>(self, text: &str) -> Result<Held, E> {
        Ok(Held::Value(text.into()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Held, A::Error> {
        let mut array = Vec::new();
        while let Some(Whole(item)) = items.next_element()? {
            array.push(item);
        }
        Ok(Held::Value(Value::Array(array)))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Held, A::Error> {
        let mut object = Map::new();
        while let Some(key) = entries.next_key::<String>()? {
            let value = match entries.next_value_seed(Tree)? {
                Held::Digits(digits) if key == NUMBER_KEY => {
                    return digits.parse().map(|number| Held::Value(Value::Number(number))).map_err(de::Error::custom);
                }
                Held::Digits(text) => Value::String(text),
                Held::Value(value) => value,
            };
            if object.contains_key(&key) {
                return Err(de::Error::custom(format!("the key `{key}` appears twice in one object")));
            }
            object.insert(key, value);
        }
        Ok(Held::Value(Value::Object(object)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Catches a user's object that is taken for a number, however its key is written, and the reverse.
    #[test]
    fn an_object_with_the_key_of_numbers_stays_an_object() {
        for key in [NUMBER_KEY, "\\u0024serde_json::private::Number", "$serde_json::private\\u003a:Number"] {
            for value in ["\"5\"", "\"\\u0035\"", "5", "null", "true", "[\"5\"]", "{\"a\":1.50}"] {
                let text = format!("{{\"{key}\":{value},\"b\":[{{\"{key}\":{value}}}]}}");
                let held = serde_json::from_str::<Value>(value).unwrap();
                let read = read(&text).unwrap();
                assert_eq!(read[NUMBER_KEY], held, "{text}");
                assert_eq!(read["b"][0][NUMBER_KEY], held, "{text}");
            }
        }
        let numbers = "[1.50,1e+400,-7,18446744073709551616,0.10]";
        assert_eq!(read(numbers).unwrap().to_string(), numbers);
    }

    /// Catches a value that one of two keys hides, at any depth and however it is written.
    #[test]
    fn a_key_twice_is_an_error() {
        for text in [r#"{"a":1,"a":1}"#, r#"[{"b":{"a":1,"c":2,"a":3}}]"#, r#"{"a":1,"\u0061":2}"#] {
            assert!(read(text).unwrap_err().to_string().contains("`a` appears twice"), "{text}");
        }
        assert!(read(r#"{"a":{"a":1},"b":{"a":1}}"#).is_ok());
    }

    proptest! {
        /// Catches a value that is not what `serde_json` reads of the same text.
        #[test]
        fn it_reads_what_serde_json_reads(text in "[\\[\\]{}\",:0-9eE.+\\-ntrue \\\\u]{0,24}") {
            if let (Ok(ours), Ok(theirs)) = (read(&text), serde_json::from_str::<Value>(&text)) {
                prop_assert_eq!(ours, theirs);
            }
        }
    }
}

//! JSON by value: numbers exact, key order free, a key twice in one object an error.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use bigdecimal::BigDecimal;
use serde::de::{self, Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};

use crate::frame::Value;
use crate::frame::wide::narrowed;

/// A JSON value in the form in which it is compared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Json {
    Null,
    Bool(bool),
    /// By exact value: 1.0 and 1e0 are 1.
    Number(BigDecimal),
    String(String),
    Array(Vec<Json>),
    Object(BTreeMap<String, Json>),
}

/// Why text is not JSON that can be compared.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum JsonError {
    /// Not JSON.
    Malformed,
    /// An object has this key twice, so its value is ambiguous.
    DuplicateKey(String),
}

/// Largest exponent a number may be written with; beyond it the exact value is only an attack on memory.
const LARGEST_EXPONENT: i64 = 10_000;

/// Marks the error by which a duplicate key leaves serde.
const DUPLICATE: &str = "duplicate key ";

/// Reads `text`.
pub(super) fn parse(text: &str) -> Result<Json, JsonError> {
    if text.contains(NUMBER_TOKEN) {
        // An object of this key would pass for a number.
        return Err(JsonError::Malformed);
    }
    serde_json::from_str::<Json>(text).map_err(|error| {
        let message = error.to_string();
        match message.split_once(DUPLICATE).and_then(|(_, rest)| rest.rsplit_once(" at line")) {
            Some((key, _)) => JsonError::DuplicateKey(key.to_owned()),
            None => JsonError::Malformed,
        }
    })
}

/// A JSON array as an array, a JSON object as a map, their elements as canonical values; `None` for anything else.
pub(super) fn collection(text: &str) -> Option<Value> {
    match parse(text).ok()? {
        Json::Array(items) => items.into_iter().map(scalar).collect::<Option<_>>().map(Value::Array),
        Json::Object(entries) => entries
            .into_iter()
            .map(|(key, held)| Some((Value::Text(key), scalar(held)?)))
            .collect::<Option<_>>()
            .map(Value::Map),
        _ => None,
    }
}

fn scalar(json: Json) -> Option<Value> {
    Some(match json {
        Json::Null => Value::Null,
        Json::Bool(truth) => Value::Bool(truth),
        Json::String(text) => Value::Text(text),
        Json::Number(number) => narrowed(&number),
        Json::Array(_) | Json::Object(_) => return None,
    })
}

impl Json {
    /// Appends a form that two values share exactly when they are equal.
    pub(super) fn encode(&self, out: &mut Vec<u8>) {
        let bytes = |tag: u8, bytes: &[u8], out: &mut Vec<u8>| {
            out.push(tag);
            out.extend((bytes.len() as u64).to_le_bytes());
            out.extend(bytes);
        };
        match self {
            Json::Null => out.push(b'z'),
            Json::Bool(truth) => out.extend([b'b', u8::from(*truth)]),
            Json::Number(number) => bytes(b'n', number.to_string().as_bytes(), out),
            Json::String(text) => bytes(b's', text.as_bytes(), out),
            Json::Array(items) => {
                out.push(b'a');
                out.extend((items.len() as u64).to_le_bytes());
                items.iter().for_each(|item| item.encode(out));
            }
            Json::Object(entries) => {
                out.push(b'o');
                out.extend((entries.len() as u64).to_le_bytes());
                for (key, held) in entries {
                    bytes(b'k', key.as_bytes(), out);
                    held.encode(out);
                }
            }
        }
    }
}

impl<'de> Deserialize<'de> for Json {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(JsonVisitor)
    }
}

struct JsonVisitor;

/// serde_json hands a number over as a map of this one key, its text beneath, so that no digit is lost.
const NUMBER_TOKEN: &str = "$serde_json::private::Number";

fn exact<E: de::Error>(text: &str) -> Result<Json, E> {
    let exponent = text.split_once(['e', 'E']).map_or(Ok(0), |(_, exponent)| exponent.parse::<i64>());
    if exponent.map_or(true, |exponent| exponent.abs() > LARGEST_EXPONENT) {
        return Err(E::custom("the exponent is out of range"));
    }
    BigDecimal::from_str(text).map(|number| Json::Number(number.normalized())).map_err(E::custom)
}

impl<'de> Visitor<'de> for JsonVisitor {
    type Value = Json;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Json, E> {
        Ok(Json::Null)
    }

    fn visit_bool<E>(self, truth: bool) -> Result<Json, E> {
        Ok(Json::Bool(truth))
    }

    fn visit_i64<E: de::Error>(self, number: i64) -> Result<Json, E> {
        exact(&number.to_string())
    }

    fn visit_u64<E: de::Error>(self, number: u64) -> Result<Json, E> {
        exact(&number.to_string())
    }

    fn visit_str<E>(self, text: &str) -> Result<Json, E> {
        Ok(Json::String(text.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Json, A::Error> {
        let mut array = Vec::new();
        while let Some(item) = items.next_element()? {
            array.push(item);
        }
        Ok(Json::Array(array))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Json, A::Error> {
        let mut object = BTreeMap::new();
        while let Some(key) = entries.next_key::<String>()? {
            if key == NUMBER_TOKEN && object.is_empty() {
                return exact(&entries.next_value::<String>()?);
            }
            let held = entries.next_value()?;
            if object.insert(key.clone(), held).is_some() {
                return Err(de::Error::custom(format!("{DUPLICATE}{key}")));
            }
        }
        Ok(Json::Object(object))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn same(a: &str, b: &str) -> bool {
        let encoded = |text| {
            let mut out = Vec::new();
            parse(text).unwrap().encode(&mut out);
            out
        };
        encoded(a) == encoded(b)
    }

    #[test]
    fn numbers_are_compared_by_exact_value() {
        assert!(same("[1.10, 1e2, -0]", "[1.1, 100, 0]"));
        assert!(!same("9007199254740993", "9007199254740992"));
        assert!(!same("0.1", "0.1000000000000000055511151231257827"));
    }

    #[test]
    fn key_order_is_free_and_array_order_is_not() {
        assert!(same(r#"{"a":1,"b":[1,2]}"#, r#"{ "b": [1, 2], "a": 1 }"#));
        assert!(!same("[1,2]", "[2,1]"));
        assert!(!same(r#"{"a":null}"#, "{}"));
        assert!(!same(r#""1""#, "1"));
        assert!(!same(r#"["a","b"]"#, r#"["a\",\"b"]"#));
    }

    #[test]
    fn a_key_twice_is_an_error_even_with_one_value() {
        assert_eq!(parse(r#"{"a":1,"a":1}"#), Err(JsonError::DuplicateKey("a".into())));
        assert_eq!(parse("{"), Err(JsonError::Malformed));
        assert_eq!(parse("1e999999999"), Err(JsonError::Malformed));
        assert_eq!(parse(r#"{"$serde_json::private::Number":"5"}"#), Err(JsonError::Malformed));
    }
}

//! Whole rows as they stand beside their differences: JSON objects, masked, cut and without secrets as the differences are.

use serde::ser::{Serialize, SerializeMap, SerializeSeq, Serializer};

use super::mask::Mask;
use super::{redact, truncate};
use crate::compare::{Role, RowColumn, RowPair, value_as_shown};
use crate::frame::Value;
use crate::model::Sides;

/// The rows of a difference as texts: an object with the columns by their names in old, their values as text, NULL as null,
/// arrays and maps as such.
pub(crate) fn row_texts(rows: &RowPair, mask: Option<&Mask>) -> Sides<Option<String>> {
    let text = |values: &Option<Vec<Option<Value>>>| {
        let row = Row { columns: &rows.columns, values: values.as_ref()?, mask };
        serde_json::to_string(&row).ok()
    };
    rows.values.as_ref().map(text)
}

/// One row.
struct Row<'a> {
    columns: &'a [RowColumn],
    values: &'a [Option<Value>],
    mask: Option<&'a Mask>,
}

impl Serialize for Row<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        for (column, value) in self.columns.iter().zip(self.values) {
            let Some(value) = value else { continue };
            let is_hidden = self.mask.is_some_and(|mask| mask.hides_in_row(&column.name, column.role == Role::Key));
            let is_whole = !matches!(value, Value::Array(_) | Value::Map(_));
            match (value_as_shown(value), self.mask.filter(|_| is_hidden)) {
                (Some(text), Some(mask)) => map.serialize_entry(&column.name, &mask.hashed(&text))?,
                (Some(text), None) if truncate::is_long(&text) => {
                    map.serialize_entry(&column.name, &shown(truncate::value(&text).into_owned()))?;
                }
                (Some(text), None) if is_whole => map.serialize_entry(&column.name, &shown(text))?,
                (_, None) => map.serialize_entry(&column.name, &Held(value))?,
                (None, Some(_)) => map.serialize_entry(&column.name, &())?,
            }
        }
        map.end()
    }
}

/// A text as outputs may show it.
fn shown(mut text: String) -> String {
    redact::held(&mut text);
    text
}

/// A value, or one of an array.
struct Held<'a>(&'a Value);

impl Serialize for Held<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Value::Array(items) => {
                let mut all = serializer.serialize_seq(Some(items.len()))?;
                items.iter().try_for_each(|item| all.serialize_element(&Held(item)))?;
                all.end()
            }
            Value::Map(entries) => {
                let mut all = serializer.serialize_map(Some(entries.len()))?;
                for (key, value) in entries {
                    let key = value_as_shown(key).unwrap_or_else(|| "NULL".to_owned());
                    all.serialize_entry(&shown(key), &Held(value))?;
                }
                all.end()
            }
            value => match value_as_shown(value) {
                Some(text) => serializer.serialize_str(&shown(text)),
                None => serializer.serialize_unit(),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::frame::Type;
    use crate::run::Privacy;
    use crate::spec::check::{Check, KindSettings};

    fn pair(values: Vec<(&str, Option<Value>)>) -> RowPair {
        let of = |name: &str| Sides { old: Some((name.to_owned(), Type::Text)), new: None };
        let column = |(name, _): &(&str, _)| RowColumn {
            name: (*name).to_owned(),
            of: of(name),
            role: Role::Compared,
            null: Sides::default(),
            judging: None,
        };
        let columns: Arc<[RowColumn]> = values.iter().map(column).collect();
        let old = Some(values.into_iter().map(|(_, value)| value).collect());
        RowPair { columns, values: Sides { old, new: None }, is_duplicated: false }
    }

    /// Catches a NULL that becomes a text, an exact number that becomes a float, and a column that is not there as NULL.
    #[test]
    fn a_row_is_an_object_of_exact_texts() {
        let rows = pair(vec![
            ("id", Some(Value::Unsigned(u128::MAX))),
            ("none", Some(Value::Null)),
            ("word", Some(Value::Text("NULL".into()))),
            ("tags", Some(Value::Array(vec![Value::Text("a, b".into()), Value::Null]))),
            ("by", Some(Value::Map(vec![(Value::Text("k".into()), Value::Integer(1))]))),
            ("cost", Some(Value::Decimal { unscaled: 10, scale: 2 })),
            ("absent", None),
        ]);
        let texts = row_texts(&rows, None);
        assert_eq!(
            texts.old.unwrap(),
            r#"{"id":"340282366920938463463374607431768211455","none":null,"word":"NULL","tags":["a, b",null],"by":{"k":"1"},"cost":"0.1"}"#
        );
        assert_eq!(texts.new, None);
    }

    /// Catches a masked value in a whole row, a hash that is not that of the difference, and a long value that is not cut.
    #[test]
    fn what_is_masked_or_long_is_so_in_whole_rows() {
        let mut check = Check::plain(KindSettings::Rows, &["id"]);
        check.mask.check = vec!["word".to_owned()];
        check.rename.insert("word".to_owned(), "wort".to_owned());
        let returned = ["id", "word", "long"].map(str::to_owned);
        let mask = Mask::new(&check, &Privacy::of_the_run(), Some(&returned)).unwrap();
        let long = "x".repeat(1 << 17);
        let rows = pair(vec![
            ("id", Some(Value::Integer(1))),
            ("word", Some(Value::Text("secret".into()))),
            ("long", Some(Value::Text(long))),
        ]);
        let text = row_texts(&rows, Some(&mask)).old.unwrap();
        assert!(
            text.contains(&format!("\"word\":\"{}\"", mask.hashed("secret"))) && !text.contains("secret"),
            "{text}"
        );
        assert!(text.len() < 4096 && text.contains("… [131072 bytes, sha256:"), "{}", text.len());
        assert!(text.contains("\"id\":\"1\""));
    }
}

//! NDJSON files: numbers as they are written, the columns of every line, one type per column.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};
use std::path::Path;

use polars::prelude::{IntoLazy, LazyFrame};
use serde::de::{self, Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::Value as Json;

use super::super::shared::decimal;
use super::super::{Error, ErrorCode};
use crate::frame::exact;
use crate::frame::json::Whole;
use crate::frame::{Column, Frame, Type, Value};

/// A column while its lines are read.
#[derive(Default)]
struct Reading {
    values: Vec<Value>,
    /// The types seen, each with the first line that has it.
    seen: Vec<(Type, usize)>,
}

/// The fields of one line, in its order, no name twice.
struct Row(Vec<(String, Json)>);

impl<'de> Deserialize<'de> for Row {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(RowVisitor)
    }
}

struct RowVisitor;

impl<'de> Visitor<'de> for RowVisitor {
    type Value = Row;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("one JSON object per line")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Row, A::Error> {
        let mut fields: Vec<(String, Json)> = Vec::new();
        while let Some((name, Whole(value))) = entries.next_entry::<String, Whole>()? {
            if fields.iter().any(|(other, _)| *other == name) {
                return Err(de::Error::custom(format!("the field `{name}` appears twice")));
            }
            fields.push((name, value));
        }
        Ok(Row(fields))
    }
}

/// The table in `file`.
pub(super) fn read(file: &Path) -> Result<LazyFrame, Error> {
    let fail = |line: usize, why: &dyn std::fmt::Display| {
        Error::new(ErrorCode::ValueUnreadable, format!("{}, line {line}: {why}", file.display()))
    };
    let reader = std::fs::File::open(file).map_err(|cause| {
        Error::new(ErrorCode::SourceMissing, format!("{} cannot be read: {cause}; check the path", file.display()))
    })?;
    let mut columns: BTreeMap<String, Reading> = BTreeMap::new();
    let mut order: Vec<String> = Vec::new();
    let mut height = 0;
    for (index, line) in BufReader::new(reader).lines().enumerate() {
        let number = index + 1;
        let line = line.map_err(|cause| fail(number, &format!("{cause}; the file must be UTF-8 and whole")))?;
        if line.trim().is_empty() {
            continue;
        }
        let Row(fields) =
            serde_json::from_str(&line).map_err(|cause| fail(number, &format!("{cause}; correct the file")))?;
        for (name, json) in fields {
            let column = columns.entry(name.clone()).or_insert_with(|| {
                order.push(name.clone());
                Reading::default()
            });
            // Lines before the field's first have no value for it.
            column.values.resize(height, Value::Null);
            let (of, value) = typed(json).map_err(|why| fail(number, &format!("field `{name}`: {why}")))?;
            if of != Type::Null && !column.seen.iter().any(|(seen, _)| *seen == of) {
                column.seen.push((of, number));
            }
            column.values.push(value);
        }
        height += 1;
    }
    let mut finished = Vec::new();
    for name in order {
        let Some(mut reading) = columns.remove(&name) else { continue };
        reading.values.resize(height, Value::Null);
        finished.push(reading.column(name, file)?);
    }
    Frame::from_columns(finished)
        .map(|frame| frame.data().clone().lazy())
        .map_err(|cause| Error::new(ErrorCode::ValueUnreadable, format!("{}: {cause}", file.display())))
}

/// A JSON value with its type; decimals have scale 0 until the column is settled.
fn typed(json: Json) -> Result<(Type, Value), String> {
    Ok(match json {
        Json::Null => (Type::Null, Value::Null),
        Json::Bool(truth) => (Type::Bool, Value::Bool(truth)),
        Json::String(text) => (Type::Text, Value::Text(text)),
        Json::Number(number) => {
            let text = number.to_string();
            match text.parse::<i128>() {
                Ok(integer) => (Type::Integer, Value::Integer(integer)),
                Err(_) => {
                    let plain = exact::decimal(&text)
                        .ok()
                        .filter(|n| n.digits() <= 38 && n.fractional_digit_count().abs() <= 38);
                    let value = plain.and_then(|number| decimal::parse(&number.to_plain_string()));
                    (
                        Type::Decimal { scale: 0 },
                        value.ok_or_else(|| format!("{text} needs more than 38 digits; write the numbers of the field as texts, and say `type = \"decimal(76,38)\"` in the column's rule"))?,
                    )
                }
            }
        }
        Json::Array(items) => {
            let items: Vec<(Type, Value)> = items.into_iter().map(typed).collect::<Result<_, _>>()?;
            let mut types: Vec<Type> = items.iter().map(|(of, _)| of.clone()).filter(|of| *of != Type::Null).collect();
            types.dedup();
            if types.len() > 1 || types.iter().any(|of| matches!(of, Type::Array(_) | Type::Decimal { .. })) {
                return Err("the array mixes types, holds arrays or decimals; write its elements as texts".to_owned());
            }
            let element = types.pop().unwrap_or(Type::Null);
            (Type::Array(Box::new(element)), Value::Array(items.into_iter().map(|(_, value)| value).collect()))
        }
        object @ Json::Object(_) => (Type::Text, Value::Text(object.to_string())),
    })
}

impl Reading {
    fn column(mut self, name: String, file: &Path) -> Result<Column, Error> {
        let decimals = self.seen.iter().any(|(of, _)| matches!(of, Type::Decimal { .. }));
        // An empty array goes with arrays of anything.
        let known: Vec<&(Type, usize)> = self
            .seen
            .iter()
            .filter(|(of, _)| !(decimals && *of == Type::Integer))
            .filter(|(of, _)| *of != Type::Array(Box::new(Type::Null)) || self.seen.len() == 1)
            .collect();
        let of = match known.as_slice() {
            [] => Type::Null,
            [(Type::Array(element), _)] if **element == Type::Null => Type::Array(Box::new(Type::Text)),
            [(of, _)] => of.clone(),
            [(first, at), (second, other), ..] => {
                let message = format!(
                    "{}: field `{name}` is {first} on line {at} and {second} on line {other}; write one type throughout",
                    file.display()
                );
                return Err(Error::new(ErrorCode::ValueUnreadable, message));
            }
        };
        if !decimals {
            return Ok(Column { name, of, values: self.values });
        }
        for value in &mut self.values {
            if let Value::Integer(integer) = value {
                *value = Value::Decimal { unscaled: *integer, scale: 0 };
            }
        }
        let scale = decimal::settle(&mut self.values);
        if !decimal::fit(&self.values, scale) {
            let message = format!(
                "{}: field `{name}` needs more than 38 digits for all its numbers; write them as texts, and say \
                 `type = \"decimal(76,38)\"` in the column's rule",
                file.display()
            );
            return Err(Error::new(ErrorCode::ValueUnreadable, message));
        }
        Ok(Column { name, of: Type::Decimal { scale }, values: self.values })
    }
}

//! The columns of an Iceberg table as Arrow has them, each known by its number.

use std::sync::Arc;

use arrow::datatypes::{DataType as Arrow, Field as ArrowField, Fields, TimeUnit};
use serde_json::Value;

use super::super::wanted::{By, Wanted};
use super::metadata::{Field, Schema};

/// Types inside each other.
const DEPTH: usize = 50;

/// Returns the columns of a table.
///
/// # Errors
/// A type that is not read, and a column whose values stand in no file.
pub(super) fn columns(schema: &Schema) -> Result<Vec<Wanted>, String> {
    schema.fields.iter().map(|field| column(field, 0)).collect()
}

fn column(field: &Field, depth: usize) -> Result<Wanted, String> {
    if field.initial_default.as_ref().is_some_and(|default| !default.is_null()) {
        return Err(format!("the column `{}` has a default for files that lack it, which is not read", field.name));
    }
    let (of, children) = typed(&field.name, &field.r#type, depth)?;
    let is_uuid = field.r#type.as_str() == Some("uuid");
    Ok(Wanted { name: field.name.clone(), of, nullable: !field.required, by: By::Id(field.id), is_uuid, children })
}

fn typed(name: &str, of: &Value, depth: usize) -> Result<(Arrow, Vec<Wanted>), String> {
    let unread = || format!("the column `{name}` is of the type {of}, which is not read");
    if depth > DEPTH {
        return Err(format!("the column `{name}` has more than {DEPTH} types inside each other"));
    }
    if let Some(of) = of.as_str() {
        return Ok((primitive(of).ok_or_else(unread)?, Vec::new()));
    }
    let inner = |called: &str, nullable: bool| -> Result<Wanted, String> {
        let of = of.get(called).ok_or_else(unread)?;
        let (arrow, children) = typed(name, of, depth + 1)?;
        let (by, is_uuid) = (By::Name(called.to_owned()), of.as_str() == Some("uuid"));
        Ok(Wanted { name: called.to_owned(), of: arrow, nullable, by, is_uuid, children })
    };
    match of.get("type").and_then(Value::as_str) {
        Some("struct") => {
            let fields: Vec<Field> = of
                .get("fields")
                .cloned()
                .map(serde_json::from_value)
                .ok_or_else(unread)?
                .map_err(|cause| cause.to_string())?;
            let children = fields.iter().map(|field| column(field, depth + 1)).collect::<Result<Vec<_>, _>>()?;
            Ok((Arrow::Struct(children.iter().map(Wanted::field).collect()), children))
        }
        Some("list") => {
            let element = inner("element", true)?;
            Ok((Arrow::List(Arc::new(element.field())), vec![element]))
        }
        Some("map") => {
            let (key, value) = (inner("key", false)?, inner("value", true)?);
            let pair = Fields::from(vec![key.field().with_nullable(false), value.field()]);
            let entries = ArrowField::new("key_value", Arrow::Struct(pair), false);
            Ok((Arrow::Map(Arc::new(entries), false), vec![key, value]))
        }
        _ => Err(unread()),
    }
}

fn primitive(of: &str) -> Option<Arrow> {
    Some(match of {
        "boolean" => Arrow::Boolean,
        "int" => Arrow::Int32,
        "long" => Arrow::Int64,
        "float" => Arrow::Float32,
        "double" => Arrow::Float64,
        "date" => Arrow::Date32,
        "time" => Arrow::Time64(TimeUnit::Microsecond),
        "timestamp" => Arrow::Timestamp(TimeUnit::Microsecond, None),
        "timestamptz" => Arrow::Timestamp(TimeUnit::Microsecond, Some(Arc::from("UTC"))),
        "string" => Arrow::Utf8View,
        "uuid" => Arrow::FixedSizeBinary(16),
        "binary" => Arrow::BinaryView,
        _ => {
            let (kind, arguments) = of.strip_suffix([')', ']'])?.split_once(['(', '['])?;
            match kind {
                "fixed" => {
                    arguments.trim().parse::<i32>().ok().filter(|bytes| *bytes > 0)?;
                    Arrow::BinaryView
                }
                "decimal" => {
                    let (precision, scale) = arguments.split_once(',')?;
                    let (precision, scale): (u8, i8) = (precision.trim().parse().ok()?, scale.trim().parse().ok()?);
                    let fits = (1..=38).contains(&precision) && (0..=i16::from(precision)).contains(&i16::from(scale));
                    fits.then_some(Arrow::Decimal128(precision, scale))?
                }
                _ => return None,
            }
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Catches a type that is read as another, and a hostile one that is read at all.
    #[test]
    fn types_are_read_by_their_names() {
        for (of, arrow) in [
            ("decimal(10, 2)", Some(Arrow::Decimal128(10, 2))),
            ("decimal(38,0)", Some(Arrow::Decimal128(38, 0))),
            ("decimal(39,0)", None),
            ("decimal(5,6)", None),
            ("decimal", None),
            ("fixed[16]", Some(Arrow::BinaryView)),
            ("fixed[0]", None),
            ("uuid", Some(Arrow::FixedSizeBinary(16))),
            ("timestamp_ns", None),
            ("variant", None),
        ] {
            assert_eq!(primitive(of), arrow, "{of}");
        }
        let deep = (0..200).fold(
            serde_json::json!("int"),
            |of, _| serde_json::json!({ "type": "list", "element-id": 1, "element": of, "element-required": false }),
        );
        assert!(typed("x", &deep, 0).unwrap_err().contains("inside each other"));
    }
}

//! The one table of BigQuery's types: what a column of each holds, and whether its values come over as they are.
//!
//! | BigQuery | canonical | as Arrow |
//! | --- | --- | --- |
//! | INT64 | integer | Int64 |
//! | NUMERIC | decimal | Decimal128(38, 9) |
//! | BIGNUMERIC | decimal, as text beyond 38 digits | Decimal256(76, 38) |
//! | FLOAT64 | float | Float64 |
//! | BOOL | bool | Boolean |
//! | STRING | text | Utf8 |
//! | BYTES | bytes | Binary |
//! | DATE | date | Date32 |
//! | TIME | time | Time64 of microseconds |
//! | DATETIME | wall clock | Timestamp of microseconds |
//! | TIMESTAMP | instant | Timestamp of microseconds in UTC |
//! | JSON | json | Utf8 |
//! | ARRAY | array | List |
//! | STRUCT, RANGE | json | Struct |
//! | GEOGRAPHY, INTERVAL, others | refused | Utf8, Interval |
//!
//! Arrow alone does not do: a GEOGRAPHY and a JSON come as texts. The service says of each field what it is by the name of an
//! extension; later versions of the driver say it by theirs, with the type beside it.

use std::collections::HashMap;
use std::sync::Arc;

use arrow::datatypes::{DataType, Field, FieldRef, TimeUnit};

/// Where an extension is named.
const EXTENSION: &str = "ARROW:extension:name";

/// Where later versions of the driver say the type, with those inside it.
const OF_DRIVER: &str = "BIGQUERY:type";

/// Extensions of texts that hold JSON, by the service and by the driver.
const JSON: [&str; 2] = ["google:sqlType:json", "arrow.json"];

/// Extensions of texts that hold a shape.
const SHAPES: [&str; 2] = ["google:sqlType:geography", "geoarrow.wkt"];

/// Why a column cannot be compared: the type that is in the way, and the expression to select instead (`{}` is the column).
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Unfit {
    pub(super) of: String,
    pub(super) hint: &'static str,
}

/// Why the values of a field have no exact canonical form, however deep; absent where they have one.
pub(super) fn unfit(field: &Field) -> Option<Unfit> {
    let inside = inner(field).iter().find_map(|inner| unfit(inner));
    // What is inside another is not cast by itself.
    let inside = inside.map(|Unfit { of, .. }| Unfit { of, hint: "TO_JSON_STRING({})" });
    inside.or_else(|| {
        let refused = |of: &str, hint| Some(Unfit { of: of.to_owned(), hint });
        let extension = field.metadata().get(EXTENSION).map(String::as_str);
        match (field.data_type(), extension) {
            (_, Some(name)) if SHAPES.contains(&name) => refused("GEOGRAPHY", "TO_HEX(ST_ASBINARY({}))"),
            (DataType::Interval(_), _) => refused("INTERVAL", "CAST({} AS STRING)"),
            (DataType::Utf8 | DataType::LargeUtf8, Some(name)) if JSON.contains(&name) => None,
            (DataType::Timestamp(..), Some("google:sqlType:datetime" | "google:sqlType:timestamp")) => None,
            (_, Some(name)) => refused(name, "CAST({} AS STRING)"),
            (of, None) if comes_as(of) => None,
            (of, None) => refused(&said(field).unwrap_or_else(|| of.to_string()), "CAST({} AS STRING)"),
        }
    })
}

/// Whether values that have a canonical form come so.
fn comes_as(sent: &DataType) -> bool {
    match sent {
        DataType::Null
        | DataType::Int64
        | DataType::Float64
        | DataType::Boolean
        | DataType::Utf8
        | DataType::LargeUtf8
        | DataType::Binary
        | DataType::LargeBinary
        | DataType::Date32
        | DataType::Time64(TimeUnit::Microsecond)
        | DataType::Timestamp(TimeUnit::Microsecond, _)
        | DataType::List(_)
        | DataType::LargeList(_)
        | DataType::Struct(_) => true,
        DataType::Decimal128(_, scale) => (0..=9).contains(scale),
        DataType::Decimal256(_, scale) => (0..=38).contains(scale),
        _ => false,
    }
}

/// The fields inside a field.
fn inner(field: &Field) -> Vec<FieldRef> {
    match field.data_type() {
        DataType::List(item) | DataType::LargeList(item) => vec![item.clone()],
        DataType::Struct(fields) => fields.iter().cloned().collect(),
        _ => Vec::new(),
    }
}

/// The type as the driver says it.
pub(super) fn said(field: &Field) -> Option<String> {
    field.metadata().get(OF_DRIVER).or_else(|| field.metadata().get("Type")).cloned()
}

/// The field as it is meant: a text that holds JSON by the name that all of Arrow knows, however deep.
pub(super) fn meant(field: &Field) -> Field {
    let of = match field.data_type() {
        DataType::List(item) => DataType::List(Arc::new(meant(item))),
        DataType::LargeList(item) => DataType::LargeList(Arc::new(meant(item))),
        DataType::Struct(fields) => DataType::Struct(fields.iter().map(|field| Arc::new(meant(field))).collect()),
        other => other.clone(),
    };
    let is_json = field.metadata().get(EXTENSION).is_some_and(|name| JSON.contains(&name.as_str()));
    let metadata = if is_json { HashMap::from([(EXTENSION.to_owned(), JSON[1].to_owned())]) } else { HashMap::new() };
    field.clone().with_data_type(of).with_metadata(metadata)
}

//! Answers with the metadata that the driver hands over, as its source and its server write it: every type, with a NULL.

use std::collections::HashMap;
use std::sync::Arc;

use arrow::array::{
    ArrayRef, BinaryArray, BooleanArray, Date32Array, Decimal128Array, FixedSizeListArray, Float64Array, Int64Array,
    RecordBatch, RecordBatchIterator, StringArray, Time32MillisecondArray, Time32SecondArray, Time64MicrosecondArray,
    Time64NanosecondArray, TimestampMicrosecondArray, TimestampMillisecondArray, TimestampNanosecondArray,
    TimestampSecondArray, new_null_array,
};
use arrow::datatypes::{DataType, Field, Float32Type, Int32Type, Schema, TimeUnit};
use arrow::error::ArrowError;

use super::super::adbc::{Cancel, Vendor, give};
use super::super::error::Error;
use super::super::shared::batch_sink::BatchSink;
use super::vendor::OfSnowflake;
use crate::frame::{Frame, Type, Value};
use crate::model::ErrorCode;

/// A field as the server describes it in its own Arrow.
fn of_server(name: &str, scale: u8, sent: &DataType) -> Field {
    let metadata = [("logicalType", name), ("precision", "38"), ("scale", &scale.to_string()), ("charLength", "0")];
    let metadata = metadata.map(|(key, value)| (key.to_owned(), value.to_owned()));
    Field::new("v", sent.clone(), true).with_metadata(HashMap::from(metadata))
}

/// A field as the driver describes it, of an answer without rows or of one that came as JSON.
fn of_driver(name: &str, sent: &DataType) -> Field {
    let metadata = HashMap::from([("SNOWFLAKE_TYPE".to_owned(), name.to_lowercase())]);
    Field::new("v", sent.clone(), true).with_metadata(metadata)
}

fn read(field: Field, columns: &[ArrayRef]) -> Result<Frame, Error> {
    let schema = Arc::new(Schema::new(vec![field]));
    let batches: Vec<Result<RecordBatch, ArrowError>> =
        columns.iter().map(|column| RecordBatch::try_new(schema.clone(), vec![column.clone()])).collect();
    let mut rows = BatchSink::Whole(None);
    give(Box::new(RecordBatchIterator::new(batches, schema)), &OfSnowflake, &mut rows, &Cancel::default())?;
    let BatchSink::Whole(Some(frame)) = rows else { panic!("no frame") };
    Ok(frame)
}

fn vector(of: bool) -> ArrayRef {
    let items = [Some([Some(1), Some(2)]), None];
    match of {
        true => Arc::new(FixedSizeListArray::from_iter_primitive::<Int32Type, _, _>(items, 2)),
        false => {
            let floats = items.map(|item| item.map(|pair| pair.map(|number| number.map(|n| n as f32 / 2.0))));
            Arc::new(FixedSizeListArray::from_iter_primitive::<Float32Type, _, _>(floats, 2))
        }
    }
}

/// Every type that is compared: its name, its digits behind the point or of a second, what is sent of it, and what that is.
fn compared() -> Vec<(&'static str, u8, ArrayRef, Type, Value)> {
    let decimal = |unscaled: i128, precision: u8, scale: i8| -> ArrayRef {
        let values = Decimal128Array::from(vec![Some(unscaled), None]);
        Arc::new(values.with_precision_and_scale(precision, scale).unwrap())
    };
    let nines = 99_999_999_999_999_999_999_999_999_999_999_999_999_i128;
    let (instant, wall) = (Type::Instant, Type::WallClock);
    let bytes = vec![Some(&[0x01_u8, 0x02, 0x00, 0x00, 0x00, 0xff][..]), None];
    vec![
        ("FIXED", 0, decimal(i64::MAX.into(), 19, 0), Type::Integer, Value::Integer(i64::MAX.into())),
        ("FIXED", 0, decimal(-nines, 38, 0), Type::Integer, Value::Integer(-nines)),
        (
            "FIXED",
            37,
            decimal(nines, 38, 37),
            Type::Decimal { scale: 37 },
            Value::Decimal { unscaled: nines, scale: 37 },
        ),
        ("FIXED", 2, decimal(-1, 10, 2), Type::Decimal { scale: 2 }, Value::Decimal { unscaled: -1, scale: 2 }),
        ("REAL", 0, Arc::new(Float64Array::from(vec![Some(-0.0), None])), Type::Float, Value::Float(-0.0)),
        ("TEXT", 0, Arc::new(StringArray::from(vec![Some("ü"), None])), Type::Text, Value::Text("ü".to_owned())),
        ("BINARY", 0, Arc::new(BinaryArray::from(bytes)), Type::Bytes, Value::Bytes(vec![1, 2, 0, 0, 0, 255])),
        ("BOOLEAN", 0, Arc::new(BooleanArray::from(vec![Some(true), None])), Type::Bool, Value::Bool(true)),
        ("DATE", 0, Arc::new(Date32Array::from(vec![Some(-1), None])), Type::Date, Value::Date(-1)),
        ("TIME", 0, Arc::new(Time32SecondArray::from(vec![Some(1), None])), Type::Time, Value::Time(1_000_000_000)),
        ("TIME", 3, Arc::new(Time32MillisecondArray::from(vec![Some(1), None])), Type::Time, Value::Time(1_000_000)),
        ("TIME", 6, Arc::new(Time64MicrosecondArray::from(vec![Some(1), None])), Type::Time, Value::Time(1_000)),
        ("TIME", 9, Arc::new(Time64NanosecondArray::from(vec![Some(1), None])), Type::Time, Value::Time(1)),
        (
            "TIMESTAMP_NTZ",
            0,
            Arc::new(TimestampSecondArray::from(vec![Some(-1), None])),
            wall.clone(),
            Value::WallClock(-1_000_000_000),
        ),
        (
            "TIMESTAMP_NTZ",
            3,
            Arc::new(TimestampMillisecondArray::from(vec![Some(-1), None])),
            wall.clone(),
            Value::WallClock(-1_000_000),
        ),
        (
            "TIMESTAMP_NTZ",
            6,
            Arc::new(TimestampMicrosecondArray::from(vec![Some(253_402_300_799_999_999), None])),
            wall.clone(),
            Value::WallClock(253_402_300_799_999_999_000),
        ),
        ("TIMESTAMP_NTZ", 9, Arc::new(TimestampNanosecondArray::from(vec![Some(1), None])), wall, Value::WallClock(1)),
        (
            "TIMESTAMP_LTZ",
            6,
            Arc::new(TimestampMicrosecondArray::from(vec![Some(1), None]).with_timezone("America/New_York")),
            instant.clone(),
            Value::Instant(1_000),
        ),
        (
            "TIMESTAMP_LTZ",
            9,
            Arc::new(TimestampNanosecondArray::from(vec![Some(1), None]).with_timezone("UTC")),
            instant.clone(),
            Value::Instant(1),
        ),
        (
            "TIMESTAMP_TZ",
            0,
            Arc::new(TimestampSecondArray::from(vec![Some(1), None]).with_timezone("UTC")),
            instant.clone(),
            Value::Instant(1_000_000_000),
        ),
        (
            "TIMESTAMP_TZ",
            9,
            Arc::new(TimestampNanosecondArray::from(vec![Some(1), None]).with_timezone("UTC")),
            instant,
            Value::Instant(1),
        ),
        (
            "VECTOR",
            0,
            vector(true),
            Type::Array(Box::new(Type::Integer)),
            Value::Array(vec![Value::Integer(1), Value::Integer(2)]),
        ),
        (
            "VECTOR",
            0,
            vector(false),
            Type::Array(Box::new(Type::Float)),
            Value::Array(vec![Value::Float(0.5), Value::Float(1.0)]),
        ),
    ]
}

/// Catches a value, a NULL or a type that changes, a batch that is lost, and an answer without rows that has other types.
#[test]
fn every_type_is_read_with_its_nulls() {
    for (name, scale, sent, of, value) in compared() {
        let frame = read(of_server(name, scale, sent.data_type()), &[sent.clone(), sent.slice(0, 1)]).unwrap();
        assert_eq!(*frame.column("v").unwrap().1, of, "{name}({scale})");
        let values = frame.values("v");
        assert_eq!(values, [value.clone(), Value::Null, value], "{name}({scale})");
        let nulls = new_null_array(sent.data_type(), 3);
        let frame = read(of_server(name, scale, sent.data_type()), &[nulls]).unwrap();
        assert_eq!((frame.column("v").unwrap().1, frame.values("v")), (&of, vec![Value::Null; 3]), "{name}({scale})");
        for field in [of_driver(name, sent.data_type()), of_server(name, scale, sent.data_type())] {
            let frame = read(field, &[]).unwrap();
            assert_eq!((frame.height(), frame.column("v").unwrap().1), (0, &of), "{name}({scale}) without rows");
        }
    }
}

/// Catches a wall clock that older versions of the driver give a zone where there are no rows.
#[test]
fn an_answer_without_rows_has_the_types_of_one_with_rows() {
    let utc = DataType::Timestamp(TimeUnit::Nanosecond, Some("UTC".into()));
    for (name, of) in
        [("timestamp_ntz", Type::WallClock), ("timestamp_tz", Type::Instant), ("timestamp_ltz", Type::Instant)]
    {
        assert_eq!(*read(of_driver(name, &utc), &[]).unwrap().column("v").unwrap().1, of, "{name}");
    }
}

/// Catches a value that is compared by how it is written or packed, and digits of a second that the driver loses.
#[test]
fn what_has_no_exact_form_is_refused_with_a_way_out() {
    let text = DataType::Utf8;
    let nanos = |zone: Option<&str>| DataType::Timestamp(TimeUnit::Nanosecond, zone.map(Into::into));
    let refused = [
        (of_server("VARIANT", 0, &text), "type VARIANT has no exact", "TO_JSON(\"v\")"),
        (of_server("OBJECT", 0, &text), "type OBJECT has no exact", "TO_JSON(\"v\")"),
        (of_server("ARRAY", 0, &text), "type ARRAY has no exact", "TO_JSON(\"v\")"),
        (of_server("MAP", 0, &text), "type MAP has no exact", "TO_JSON(CAST(\"v\" AS VARIANT))"),
        (of_server("GEOGRAPHY", 0, &text), "type GEOGRAPHY has no exact", "HEX_ENCODE(ST_ASWKB(\"v\"))"),
        (of_server("GEOMETRY", 0, &DataType::Binary), "type GEOMETRY has no exact", "HEX_ENCODE(ST_ASWKB(\"v\"))"),
        (of_server("DECFLOAT", 0, &text), "type DECFLOAT has no exact", "CAST(\"v\" AS VARCHAR)"),
        (of_driver("variant", &text), "type VARIANT has no exact", "TO_JSON(\"v\")"),
        (of_server("TIME", 4, &DataType::Time32(TimeUnit::Millisecond)), "TIME(4)", "CAST(\"v\" AS TIME(9))"),
        (of_server("TIMESTAMP_NTZ", 7, &nanos(None)), "TIMESTAMP_NTZ(7)", "CAST(\"v\" AS TIMESTAMP_NTZ(9))"),
        (of_server("TIMESTAMP_LTZ", 1, &nanos(Some("UTC"))), "TIMESTAMP_LTZ(1)", "CAST(\"v\" AS TIMESTAMP_LTZ(9))"),
        (of_server("TIMESTAMP_TZ", 6, &nanos(Some("UTC"))), "TIMESTAMP_TZ(6)", "CAST(\"v\" AS TIMESTAMP_LTZ(9))"),
        // Without high precision, of which the driver is told.
        (of_server("FIXED", 0, &DataType::Int64), "type FIXED comes over as something else", "CAST(\"v\" AS VARCHAR)"),
        (
            of_server("FIXED", 2, &DataType::Float64),
            "type FIXED comes over as something else",
            "CAST(\"v\" AS VARCHAR)",
        ),
        (Field::new("v", text.clone(), true), "type that is not told has no exact", "CAST(\"v\" AS VARCHAR)"),
        (
            Field::new("v", DataType::Binary, true)
                .with_metadata([("ARROW:extension:name".to_owned(), "geoarrow.wkb".to_owned())].into()),
            "type GEOGRAPHY",
            "HEX_ENCODE",
        ),
        (
            Field::new("v", text.clone(), true)
                .with_metadata([("ARROW:extension:name".to_owned(), "arrow.json".to_owned())].into()),
            "type ARRAY has no exact",
            "TO_JSON(\"v\")",
        ),
    ];
    for (field, said, instead) in refused {
        for columns in [vec![], vec![new_null_array(field.data_type(), 1)]] {
            let error = read(field.clone(), &columns).unwrap_err();
            assert_eq!((error.code, error.column.as_deref()), (ErrorCode::TypeUnsupported, Some("v")), "{error}");
            assert!(error.message.contains(said) && error.message.contains(&format!("select {instead}")), "{error}");
        }
    }
}

/// Catches times of an answer that came as JSON, whose fraction below 0 and whose unit the driver reads wrongly.
#[test]
fn times_of_an_answer_that_came_as_json_are_refused() {
    let times: ArrayRef = Arc::new(TimestampNanosecondArray::from(vec![Some(1), None]));
    let error = read(of_driver("timestamp_ntz", times.data_type()), std::slice::from_ref(&times)).unwrap_err();
    assert!(error.message.contains("came as JSON") || error.message.contains("answered with JSON"), "{error}");
    let nulls = new_null_array(times.data_type(), 1);
    assert_eq!(read(of_driver("timestamp_ntz", times.data_type()), &[nulls]).unwrap().values("v"), [Value::Null]);
    let whole: ArrayRef = Arc::new(Decimal128Array::from(vec![7]).with_precision_and_scale(38, 0).unwrap());
    let frame = read(of_driver("fixed", whole.data_type()), &[whole]).unwrap();
    assert_eq!(frame.values("v"), [Value::Integer(7)]);
    let other: ArrayRef = Arc::new(Int64Array::from(vec![7]));
    assert!(read(of_driver("fixed", other.data_type()), &[other]).is_err());
}

/// Catches a moment beyond the driver's nanoseconds without a word of what to select.
#[test]
fn a_moment_beyond_nanoseconds_says_what_to_select() {
    let said = "INTERNAL: [Snowflake] timestamp 9999-12-31 00:00:00 +0000 UTC overflows when converted to nanoseconds";
    let error = OfSnowflake.broken_off(&ArrowError::CDataInterface(said.to_owned()));
    assert_eq!(error.code, ErrorCode::ValueUnreadable);
    assert!(error.message.contains("TIMESTAMP_NTZ(6)"), "{error}");
}

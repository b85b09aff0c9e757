//! Answers with the metadata that the service and both versions of the driver hand over, as their source writes it: every
//! type, with a NULL.

use std::collections::HashMap;
use std::sync::Arc;

use arrow::array::{
    ArrayRef, BinaryArray, BooleanArray, Date32Array, Decimal128Array, Decimal256Array, Float64Array, Int64Array,
    ListArray, RecordBatch, RecordBatchIterator, StringArray, StructArray, Time64MicrosecondArray,
    TimestampMicrosecondArray, new_null_array,
};
use arrow::datatypes::{DataType, Field, Int64Type, IntervalUnit, Schema, TimeUnit, i256};
use arrow::error::ArrowError;

use super::super::adbc::{Cancel, give, query};
use super::super::error::Error;
use super::super::shared::batch_sink::BatchSink;
use super::dialect::BigQuery;
use super::send::{counted, row_of_nulls, whole};
use super::vendor::OfBigQuery;
use crate::frame::{Frame, Type, Value};
use crate::model::ErrorCode;

/// Who says what a field is: nobody beside Arrow, the service, or the driver since it left Arrow's own repository.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Says {
    Service,
    Driver,
}

/// A field that holds `sent`, of the type `name`, as it is told.
fn field(name: &str, sent: &DataType, says: Says) -> Field {
    let told: &[(&str, &str)] = match (says, name) {
        (Says::Service, "DATETIME") => &[("ARROW:extension:name", "google:sqlType:datetime")],
        (Says::Service, "JSON") => &[("ARROW:extension:name", "google:sqlType:json")],
        (Says::Service, "GEOGRAPHY") => &[
            ("ARROW:extension:name", "google:sqlType:geography"),
            ("ARROW:extension:metadata", "{\"encoding\": \"WKT\"}"),
        ],
        (Says::Driver, "JSON") => {
            &[("ARROW:extension:name", "arrow.json"), ("BIGQUERY:type", "JSON"), ("Type", "JSON")]
        }
        (Says::Driver, "GEOGRAPHY") => {
            &[("ARROW:extension:name", "geoarrow.wkt"), ("BIGQUERY:type", "GEOGRAPHY"), ("Type", "GEOGRAPHY")]
        }
        (Says::Driver, name) => &[("BIGQUERY:type", name), ("Type", name)],
        (Says::Service, _) => &[],
    };
    let told: HashMap<String, String> =
        told.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
    Field::new("v", sent.clone(), true).with_metadata(told)
}

fn read(field: Field, columns: &[ArrayRef]) -> Result<(Option<u64>, Option<Frame>), Error> {
    read_schema(Arc::new(Schema::new(vec![field])), columns)
}

fn read_schema(schema: Arc<Schema>, columns: &[ArrayRef]) -> Result<(Option<u64>, Option<Frame>), Error> {
    let batches: Vec<Result<RecordBatch, ArrowError>> =
        columns.iter().map(|column| RecordBatch::try_new(schema.clone(), vec![column.clone()])).collect();
    let mut rows = BatchSink::Whole(None);
    let answer = Box::new(RecordBatchIterator::new(batches, schema));
    let read = give(answer, &OfBigQuery { sent_with: &[] }, &mut rows, &Cancel::default())?;
    let BatchSink::Whole(frame) = rows else { unreachable!() };
    Ok((read, frame))
}

/// Every type that is compared: its name, what is sent of it, and what that is.
fn compared() -> Vec<(&'static str, ArrayRef, Type, Value)> {
    let text = |value: &'static str| -> ArrayRef { Arc::new(StringArray::from(vec![Some(value), None])) };
    let micros = |value: i64| TimestampMicrosecondArray::from(vec![Some(value), None]);
    let nines = i256::from_string(&"9".repeat(76)).unwrap();
    let wide = format!("{}.{}", "9".repeat(38), "9".repeat(38));
    let last = 253_402_300_799_999_999_i64;
    let parts = StructArray::from(vec![
        (
            Arc::new(Field::new("start", DataType::Date32, true)),
            Arc::new(Date32Array::from(vec![Some(0), None])) as ArrayRef,
        ),
        (
            Arc::new(Field::new("end", DataType::Date32, true)),
            Arc::new(Date32Array::from(vec![None, None])) as ArrayRef,
        ),
    ]);
    let (fields, columns, _) = parts.into_parts();
    let range = StructArray::new(fields, columns, Some(vec![true, false].into()));
    vec![
        (
            "INTEGER",
            Arc::new(Int64Array::from(vec![Some(i64::MIN), None])),
            Type::Integer,
            Value::Integer(i64::MIN.into()),
        ),
        (
            "NUMERIC",
            Arc::new(Decimal128Array::from(vec![Some(-1), None]).with_precision_and_scale(38, 9).unwrap()),
            Type::Decimal { scale: 9 },
            Value::Decimal { unscaled: -1, scale: 9 },
        ),
        (
            "BIGNUMERIC",
            Arc::new(Decimal256Array::from(vec![Some(nines), None]).with_precision_and_scale(76, 38).unwrap()),
            Type::Decimal { scale: 38 },
            Value::Wide(wide.parse().unwrap()),
        ),
        ("FLOAT", Arc::new(Float64Array::from(vec![Some(-0.0), None])), Type::Float, Value::Float(-0.0)),
        ("BOOLEAN", Arc::new(BooleanArray::from(vec![Some(false), None])), Type::Bool, Value::Bool(false)),
        ("STRING", text("ü"), Type::Text, Value::Text("ü".to_owned())),
        (
            "BYTES",
            Arc::new(BinaryArray::from(vec![Some(&[0_u8, 255][..]), None])),
            Type::Bytes,
            Value::Bytes(vec![0, 255]),
        ),
        ("DATE", Arc::new(Date32Array::from(vec![Some(-1), None])), Type::Date, Value::Date(-1)),
        ("TIME", Arc::new(Time64MicrosecondArray::from(vec![Some(1), None])), Type::Time, Value::Time(1_000)),
        ("DATETIME", Arc::new(micros(last)), Type::WallClock, Value::WallClock(i128::from(last) * 1_000)),
        ("TIMESTAMP", Arc::new(micros(-1).with_timezone("UTC")), Type::Instant, Value::Instant(-1_000)),
        ("JSON", text("{\"a\":1}"), Type::Json, Value::Json("{\"a\":1}".to_owned())),
        (
            "ARRAY<INTEGER>",
            Arc::new(ListArray::from_iter_primitive::<Int64Type, _, _>([Some(vec![Some(1), None]), None])),
            Type::Array(Box::new(Type::Integer)),
            Value::Array(vec![Value::Integer(1), Value::Null]),
        ),
        ("RANGE<DATE>", Arc::new(range), Type::Json, Value::Json("{\"start\":\"1970-01-01\",\"end\":null}".to_owned())),
    ]
}

/// Catches a value, a NULL or a type that changes, a row that is not counted, and an answer without rows that has other types.
#[test]
fn every_type_is_read_with_its_nulls() {
    for says in [Says::Service, Says::Driver] {
        for (name, sent, of, value) in compared() {
            let told = field(name, sent.data_type(), says);
            let (read_rows, frame) = read(told.clone(), &[sent.clone(), sent.slice(0, 1)]).unwrap();
            let frame = frame.unwrap();
            assert_eq!(read_rows, Some(3), "{name}");
            assert_eq!(*frame.column("v").unwrap().1, of, "{name} {says:?}");
            assert_eq!(frame.values("v"), [value.clone(), Value::Null, value], "{name} {says:?}");
            let (_, nulls) = read(told.clone(), &[new_null_array(sent.data_type(), 2)]).unwrap();
            assert_eq!(nulls.unwrap().values("v"), [Value::Null, Value::Null], "{name}");
            let (none, frame) = read(told, &[]).unwrap();
            let frame = frame.unwrap();
            assert_eq!((none, frame.height(), frame.column("v").unwrap().1), (Some(0), 0, &of), "{name}");
        }
    }
}

/// Catches a JSON within a struct or an array that is compared as it is written, and a shape or an interval that hides there.
#[test]
fn what_is_inside_another_is_read_and_refused_as_by_itself() {
    for says in [Says::Service, Says::Driver] {
        let json = field("JSON", &DataType::Utf8, says);
        let items = Arc::new(StringArray::from(vec![Some("{\"a\": 1}")])) as ArrayRef;
        let within: ArrayRef = Arc::new(StructArray::from(vec![(Arc::new(json), items)]));
        let (_, frame) = read(Field::new("v", within.data_type().clone(), true), &[within]).unwrap();
        let [Value::Json(text)] = &frame.unwrap().values("v")[..] else { panic!() };
        assert_eq!(text.replace(' ', ""), "{\"v\":{\"a\":1}}");
        let shape = field("GEOGRAPHY", &DataType::Utf8, says);
        for of in [DataType::List(Arc::new(shape.clone())), DataType::Struct(vec![shape.clone()].into())] {
            let error = read(Field::new("v", of, true), &[]).unwrap_err();
            assert!(error.message.contains("BigQuery's type GEOGRAPHY"), "{error}");
            assert!(error.message.contains("select TO_JSON_STRING(`v`) instead"), "{error}");
        }
    }
}

/// Catches a value that is compared by how it is written, and a way out in the SQL of another engine.
#[test]
fn what_has_no_exact_form_is_refused_with_a_way_out() {
    let interval = DataType::Interval(IntervalUnit::MonthDayNano);
    for says in [Says::Service, Says::Driver] {
        for (name, sent, of, instead) in [
            ("GEOGRAPHY", &DataType::Utf8, "GEOGRAPHY", "TO_HEX(ST_ASBINARY(`v`))"),
            ("INTERVAL", &interval, "INTERVAL", "CAST(`v` AS STRING)"),
            ("NEWER", &DataType::Timestamp(TimeUnit::Nanosecond, None), "", "CAST(`v` AS STRING)"),
        ] {
            let error = read(field(name, sent, says), &[]).unwrap_err();
            assert_eq!((error.code, error.column.as_deref()), (ErrorCode::TypeUnsupported, Some("v")), "{error}");
            assert!(error.message.contains(&format!("BigQuery's type {of}")), "{error}");
            assert!(error.message.contains(&format!("select {instead} instead")), "{error}");
        }
    }
    let unknown = Field::new("v", DataType::Utf8, true)
        .with_metadata([("ARROW:extension:name".to_owned(), "google:sqlType:new".to_owned())].into());
    assert!(read(unknown, &[]).unwrap_err().message.contains("google:sqlType:new"));
}

/// Catches an answer that broke off in silence and counts as whole, and one of the older driver that has no columns.
#[test]
fn an_answer_is_counted() {
    assert!(whole(3, 3).is_ok());
    for (read, counted) in [(0, 1), (2, 3), (3, 2)] {
        let error = whole(read, counted).unwrap_err();
        assert!(error.message.contains(&format!("counts {counted} rows and its driver handed over {read}")), "{error}");
    }
    let (read, frame) = read_schema(Arc::new(Schema::empty()), &[]).unwrap();
    assert_eq!((read, frame.is_none()), (None, true));
}

/// Catches questions of ours that the gate or a parser refuses, a semicolon or a comment of the query that ends them, and a
/// query that they cut.
#[test]
fn the_questions_about_a_query_hold_all_of_it() {
    let sql = query(&BigQuery, "SELECT a FROM t -- all\n; -- nothing").unwrap();
    for asked in [counted(sql.text()), row_of_nulls(sql.text())] {
        assert!(asked.contains("(\nSELECT a FROM t -- all\n\n)"), "{asked}");
        query(&BigQuery, &asked).unwrap();
    }
    insta::assert_snapshot!(counted("SELECT a FROM t"), @"
    SELECT COUNT(*) AS n FROM (
    SELECT a FROM t
    ) AS cutover_all
    ");
    insta::assert_snapshot!(row_of_nulls("SELECT a FROM t"), @"
    SELECT cutover_one.side.* FROM (
    SELECT ANY_VALUE(cutover_all) AS side FROM (
    SELECT a FROM t
    ) AS cutover_all
    WHERE FALSE
    ) AS cutover_one
    ");
}

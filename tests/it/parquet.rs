//! Parquet files of tests: written from canonical values, read back as text.

use std::fs::File;
use std::path::Path;
use std::sync::Arc;

use arrow::array::{
    Array, ArrayRef, BinaryArray, BooleanArray, Date32Array, Decimal128Array, Float64Array, Int64Array, ListArray,
    MapArray, NullArray, RecordBatch, StringArray, StructArray, Time64NanosecondArray, TimestampMicrosecondArray,
    TimestampNanosecondArray, UInt64Array,
};
use arrow::buffer::{NullBuffer, OffsetBuffer};
use arrow::datatypes::{DataType, Field};
use cutover::frame::{Column, Type, Value};
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

/// Writes `columns` as one row group.
pub(crate) fn write(path: &Path, columns: Vec<Column>) {
    let arrays = columns.into_iter().map(|column| {
        let array = array(&column.of, &column.values);
        (column.name, array, true)
    });
    write_batch(path, &RecordBatch::try_from_iter_with_nullable(arrays).unwrap());
}

/// Writes `batch` as one row group.
pub(crate) fn write_batch(path: &Path, batch: &RecordBatch) {
    let mut writer = ArrowWriter::try_new(File::create(path).unwrap(), batch.schema(), None).unwrap();
    writer.write(batch).unwrap();
    writer.close().unwrap();
}

/// Rows of a file whose columns are all text.
pub(crate) fn read(path: &Path) -> Vec<Vec<Option<String>>> {
    let reader = ParquetRecordBatchReaderBuilder::try_new(File::open(path).unwrap()).unwrap().build().unwrap();
    let batches: Vec<RecordBatch> = reader.map(Result::unwrap).collect();
    let row = |batch: &RecordBatch, row: usize| -> Vec<Option<String>> {
        let cell = |column: &ArrayRef| {
            let texts = column.as_any().downcast_ref::<StringArray>().unwrap();
            texts.is_valid(row).then(|| texts.value(row).to_owned())
        };
        batch.columns().iter().map(cell).collect()
    };
    batches.iter().flat_map(|batch| (0..batch.num_rows()).map(move |at| row(batch, at))).collect()
}

fn collected<A: FromIterator<T>, T>(values: impl Iterator<Item = T>) -> A {
    values.collect()
}

fn each<'a, T>(values: &'a [Value], of: impl Fn(&'a Value) -> T + 'a) -> impl Iterator<Item = Option<T>> + 'a {
    values.iter().map(move |value| if *value == Value::Null { None } else { Some(of(value)) })
}

/// Integers are 64 bits wide, signed or not, where they fit, else decimals of 38 digits; times have microseconds where those hold them.
pub(crate) fn array(of: &Type, values: &[Value]) -> ArrayRef {
    let unfit = |value: &Value| -> ! { panic!("{value:?} is no {of}") };
    let nulls = || collected::<NullBuffer, _>(values.iter().map(|value| *value != Value::Null));
    match of {
        Type::Null => Arc::new(NullArray::new(values.len())),
        Type::Bool => Arc::new(collected::<BooleanArray, _>(each(values, |value| match value {
            Value::Bool(truth) => *truth,
            other => unfit(other),
        }))),
        Type::Integer => {
            let number = |value: &Value| match value {
                Value::Integer(number) => *number,
                other => unfit(other),
            };
            if each(values, number).flatten().all(|number| i64::try_from(number).is_ok()) {
                return Arc::new(collected::<Int64Array, _>(each(values, |value| {
                    i64::try_from(number(value)).unwrap()
                })));
            }
            if each(values, number).flatten().all(|number| u64::try_from(number).is_ok()) {
                return Arc::new(collected::<UInt64Array, _>(each(values, |value| {
                    u64::try_from(number(value)).unwrap()
                })));
            }
            let wide = collected::<Decimal128Array, _>(each(values, number));
            Arc::new(wide.with_precision_and_scale(38, 0).unwrap())
        }
        Type::Decimal { scale } => {
            let digits = |value: &Value| match value {
                Value::Decimal { unscaled, scale: own } => unscaled * 10_i128.pow(u32::from(scale - own)),
                Value::Integer(number) => number * 10_i128.pow(u32::from(*scale)),
                other => unfit(other),
            };
            let array = collected::<Decimal128Array, _>(each(values, digits));
            Arc::new(array.with_precision_and_scale(38, i8::try_from(*scale).unwrap()).unwrap())
        }
        Type::Float => Arc::new(collected::<Float64Array, _>(each(values, |value| match value {
            Value::Float(number) => *number,
            other => unfit(other),
        }))),
        Type::Text | Type::Uuid | Type::Json => {
            Arc::new(collected::<StringArray, _>(each(values, |value| match value {
                Value::Text(text) | Value::Uuid(text) | Value::Json(text) => text.as_str(),
                other => unfit(other),
            })))
        }
        Type::Bytes => Arc::new(collected::<BinaryArray, _>(each(values, |value| match value {
            Value::Bytes(bytes) => bytes.as_slice(),
            other => unfit(other),
        }))),
        Type::Date => Arc::new(collected::<Date32Array, _>(each(values, |value| match value {
            Value::Date(day) => *day,
            other => unfit(other),
        }))),
        Type::Time => Arc::new(collected::<Time64NanosecondArray, _>(each(values, |value| match value {
            Value::Time(nanos) => *nanos,
            other => unfit(other),
        }))),
        Type::Instant | Type::WallClock => {
            let nanos = |value: &Value| match value {
                Value::Instant(nanos) | Value::WallClock(nanos) => *nanos,
                other => unfit(other),
            };
            let zone = (*of == Type::Instant).then(|| Arc::<str>::from("UTC"));
            if each(values, nanos).flatten().all(|nanos| nanos % 1000 == 0) {
                let micros = each(values, |value| i64::try_from(nanos(value) / 1000).unwrap());
                return Arc::new(collected::<TimestampMicrosecondArray, _>(micros).with_timezone_opt(zone));
            }
            let nanos = each(values, |value| i64::try_from(nanos(value)).unwrap());
            Arc::new(collected::<TimestampNanosecondArray, _>(nanos).with_timezone_opt(zone))
        }
        Type::Array(item) => {
            let items = |value: &Value| match value {
                Value::Array(items) => items.clone(),
                Value::Null => Vec::new(),
                other => unfit(other),
            };
            let offsets = OffsetBuffer::from_lengths(values.iter().map(|value| items(value).len()));
            let items = array(item, &values.iter().flat_map(items).collect::<Vec<_>>());
            let field = Arc::new(Field::new_list_field(items.data_type().clone(), true));
            Arc::new(ListArray::new(field, offsets, items, Some(nulls())))
        }
        Type::Map(key, held) => {
            let entries = |value: &Value| match value {
                Value::Map(entries) => entries.clone(),
                Value::Null => Vec::new(),
                other => unfit(other),
            };
            let offsets = OffsetBuffer::from_lengths(values.iter().map(|value| entries(value).len()));
            let all: Vec<(Value, Value)> = values.iter().flat_map(entries).collect();
            let (keys, values): (Vec<Value>, Vec<Value>) = all.into_iter().unzip();
            let (keys, values) = (array(key, &keys), array(held, &values));
            let fields = vec![
                Field::new("key", keys.data_type().clone(), false),
                Field::new("value", values.data_type().clone(), true),
            ];
            let entries = StructArray::new(fields.into(), vec![keys, values], None);
            let field = Arc::new(Field::new("entries", DataType::Struct(entries.fields().clone()), false));
            Arc::new(MapArray::new(field, offsets, entries, Some(nulls()), false))
        }
    }
}

//! Which files are which table, what their columns are read as, and what a footer claims.

use std::fs::File;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use arrow::array::*;
use arrow::datatypes::*;
use cutover::frame::{Frame, Value};
use cutover::source::{CancellationToken, Error, Files, SourceOptions, query};
use parquet::arrow::ArrowWriter;
use parquet::data_type::{ByteArray, ByteArrayType, FixedLenByteArray, FixedLenByteArrayType, Int96, Int96Type};
use parquet::file::metadata::SortingColumn;
use parquet::file::properties::WriterProperties;
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::parser::parse_message_type;

use crate::parquet::write_batch;

fn open(path: &Path) -> Files {
    Files::open(path, &SourceOptions::default(), path.display().to_string()).unwrap()
}

async fn ask(path: &Path, sql: &str) -> Result<Frame, Error> {
    query(&open(path), sql, Duration::from_secs(60), &CancellationToken::default()).await.map(|answer| answer.frame)
}

async fn values(path: &Path, sql: &str) -> Vec<Value> {
    let frame = ask(path, sql).await.unwrap_or_else(|error| panic!("{sql}: {}", error.message));
    frame.values(frame.names()[0])
}

async fn refused(path: &Path, sql: &str) -> String {
    match ask(path, sql).await {
        Ok(frame) => panic!("{sql} gives {frame:?}"),
        Err(error) => error.message,
    }
}

fn text(value: &str) -> Value {
    Value::Text(value.to_owned())
}

fn batch(column: ArrayRef) -> RecordBatch {
    let id: ArrayRef = Arc::new(Int64Array::from_iter_values(0..i64::try_from(column.len()).unwrap()));
    RecordBatch::try_from_iter_with_nullable([("id", id, false), ("v", column, true)]).unwrap()
}

/// An array of a type, NULL among its values, and the values it stands for.
fn arrays() -> Vec<(ArrayRef, Vec<Value>)> {
    let int = |number: i128| vec![Value::Integer(number), Value::Null];
    let dec = |unscaled, scale| vec![Value::Decimal { unscaled, scale }, Value::Null];
    let wall = |nanos: i128| vec![Value::WallClock(nanos), Value::Null];
    let at = |nanos: i128| vec![Value::Instant(nanos), Value::Null];
    let second = 1_767_225_600_i64;
    let nanos = i128::from(second) * 1_000_000_000;
    let mut wide = Decimal256Builder::new().with_precision_and_scale(76, 2).unwrap();
    wide.append_value(i256::from_i128(150));
    wide.append_null();
    let list = ListArray::from_iter_primitive::<Int32Type, _, _>(vec![Some(vec![Some(1), None]), None]);
    let fixed = FixedSizeListArray::from_iter_primitive::<Int32Type, _, _>(vec![Some(vec![Some(1), Some(2)]), None], 2);
    let mut map = MapBuilder::new(None, StringBuilder::new(), Int32Builder::new());
    map.keys().append_value("k");
    map.values().append_value(7);
    map.append(true).unwrap();
    map.append(false).unwrap();
    let fields: Fields = vec![Field::new("a", DataType::Int32, true), Field::new("b", DataType::Utf8, true)].into();
    let columns: Vec<ArrayRef> =
        vec![Arc::new(Int32Array::from(vec![Some(1), None])), Arc::new(StringArray::from(vec![Some("x"), None]))];
    let rows = StructArray::new(fields, columns, Some(vec![true, false].into()));
    let labels: DictionaryArray<Int32Type> = vec![Some("open"), None].into_iter().collect();
    vec![
        (Arc::new(BooleanArray::from(vec![Some(true), None])), vec![Value::Bool(true), Value::Null]),
        (Arc::new(Int8Array::from(vec![Some(-8), None])), int(-8)),
        (Arc::new(Int16Array::from(vec![Some(-16), None])), int(-16)),
        (Arc::new(Int32Array::from(vec![Some(-32), None])), int(-32)),
        (Arc::new(Int64Array::from(vec![Some(i64::MIN), None])), int(i64::MIN.into())),
        (Arc::new(UInt8Array::from(vec![Some(8), None])), int(8)),
        (Arc::new(UInt16Array::from(vec![Some(16), None])), int(16)),
        (Arc::new(UInt32Array::from(vec![Some(u32::MAX), None])), int(u32::MAX.into())),
        (Arc::new(UInt64Array::from(vec![Some(u64::MAX), None])), int(u64::MAX.into())),
        (Arc::new(Decimal32Array::from(vec![Some(150), None]).with_precision_and_scale(5, 2).unwrap()), dec(150, 2)),
        (Arc::new(Decimal64Array::from(vec![Some(150), None]).with_precision_and_scale(15, 2).unwrap()), dec(150, 2)),
        (Arc::new(Decimal128Array::from(vec![Some(150), None]).with_precision_and_scale(38, 2).unwrap()), dec(150, 2)),
        (Arc::new(wide.finish()), vec![Value::Decimal { unscaled: 15, scale: 1 }, Value::Null]),
        (
            arrow::compute::cast(&Float32Array::from(vec![Some(1.5), None]), &DataType::Float16).unwrap(),
            vec![Value::Float(1.5), Value::Null],
        ),
        (Arc::new(Float32Array::from(vec![Some(0.1), None])), vec![Value::Float(f64::from(0.1_f32)), Value::Null]),
        (Arc::new(Float64Array::from(vec![Some(0.1), None])), vec![Value::Float(0.1), Value::Null]),
        (Arc::new(StringArray::from(vec![Some("ä"), None])), vec![text("ä"), Value::Null]),
        (Arc::new(LargeStringArray::from(vec![Some("ä"), None])), vec![text("ä"), Value::Null]),
        (
            Arc::new(StringViewArray::from(vec![Some("longer than twelve bytes"), None])),
            vec![text("longer than twelve bytes"), Value::Null],
        ),
        (Arc::new(labels), vec![text("open"), Value::Null]),
        (
            Arc::new(BinaryArray::from(vec![Some(&b"\xff\x00"[..]), None])),
            vec![Value::Bytes(vec![255, 0]), Value::Null],
        ),
        (
            Arc::new(
                FixedSizeBinaryArray::try_from_sparse_iter_with_size([Some(b"abc"), None].into_iter(), 3).unwrap(),
            ),
            vec![Value::Bytes(b"abc".to_vec()), Value::Null],
        ),
        (Arc::new(Date32Array::from(vec![Some(20_454), None])), vec![Value::Date(20_454), Value::Null]),
        (Arc::new(Time32SecondArray::from(vec![Some(1), None])), vec![Value::Time(1_000_000_000), Value::Null]),
        (Arc::new(Time32MillisecondArray::from(vec![Some(1), None])), vec![Value::Time(1_000_000), Value::Null]),
        (Arc::new(Time64MicrosecondArray::from(vec![Some(1), None])), vec![Value::Time(1_000), Value::Null]),
        (Arc::new(Time64NanosecondArray::from(vec![Some(1), None])), vec![Value::Time(1), Value::Null]),
        (Arc::new(TimestampSecondArray::from(vec![Some(second), None])), wall(nanos)),
        (Arc::new(TimestampMillisecondArray::from(vec![Some(second * 1000 + 1), None])), wall(nanos + 1_000_000)),
        (Arc::new(TimestampMicrosecondArray::from(vec![Some(second * 1_000_000 + 1), None])), wall(nanos + 1_000)),
        (Arc::new(TimestampNanosecondArray::from(vec![Some(second * 1_000_000_000 + 1), None])), wall(nanos + 1)),
        (
            Arc::new(TimestampMicrosecondArray::from(vec![Some(second * 1_000_000), None]).with_timezone("UTC")),
            at(nanos),
        ),
        (
            Arc::new(TimestampMicrosecondArray::from(vec![Some(second * 1_000_000), None]).with_timezone("+02:00")),
            at(nanos),
        ),
        (Arc::new(list), vec![Value::Array(vec![Value::Integer(1), Value::Null]), Value::Null]),
        (Arc::new(fixed), vec![Value::Array(vec![Value::Integer(1), Value::Integer(2)]), Value::Null]),
        (Arc::new(map.finish()), vec![Value::Map(vec![(text("k"), Value::Integer(7))]), Value::Null]),
        (Arc::new(rows), vec![Value::Json("{\"a\":1,\"b\":\"x\"}".to_owned()), Value::Null]),
    ]
}

/// Catches a value that changes between a file and the frame: by type, in several row groups, in several files.
#[tokio::test(flavor = "multi_thread")]
async fn every_type_is_read_as_it_is_written() {
    for (array, right) in arrays() {
        let of = array.data_type().clone();
        let folder = tempfile::tempdir().unwrap();
        let groups = WriterProperties::builder().set_max_row_group_row_count(Some(1)).build();
        let batch = batch(array);
        for name in ["a.parquet", "b.parquet"] {
            let file = File::create(folder.path().join(name)).unwrap();
            let mut writer = ArrowWriter::try_new(file, batch.schema(), Some(groups.clone())).unwrap();
            writer.write(&batch).unwrap();
            writer.close().unwrap();
        }
        assert_eq!(values(folder.path(), "SELECT v FROM a ORDER BY id").await, right, "{of}");
        let twice = values(
            &folder.path().join("*.parquet"),
            &format!("SELECT v, id FROM \"{}\" ORDER BY id", folder.path().file_name().unwrap().to_str().unwrap()),
        )
        .await;
        assert_eq!(twice, [right[0].clone(), right[0].clone(), right[1].clone(), right[1].clone()], "{of}");
    }
}

/// Catches a type without a canonical form that takes the rest of its file with it, and a hint that does not work.
#[tokio::test(flavor = "multi_thread")]
async fn a_column_that_cannot_be_read_stands_in_nobodys_way() {
    let spans: ArrayRef = Arc::new(DurationMicrosecondArray::from(vec![5]));
    let intervals: ArrayRef = Arc::new(IntervalMonthDayNanoArray::from(vec![IntervalMonthDayNano::new(1, 2, 3)]));
    let members: UnionFields = [(0, Arc::new(Field::new("n", DataType::Int64, true)))].into_iter().collect();
    let one: ArrayRef = Arc::new(Int64Array::from(vec![7]));
    let unions: ArrayRef = Arc::new(UnionArray::try_new(members, vec![0].into(), None, vec![one]).unwrap());
    for (array, right) in
        [(spans, Value::Integer(5)), (intervals, text("1 mons 2 days 0.000000003 secs")), (unions, Value::Integer(7))]
    {
        let folder = tempfile::tempdir().unwrap();
        let batch = batch(array);
        let mut writer = arrow::ipc::writer::FileWriter::try_new(
            File::create(folder.path().join("t.arrow")).unwrap(),
            &batch.schema(),
        )
        .unwrap();
        writer.write(&batch).unwrap();
        writer.finish().unwrap();
        let path = folder.path().join("t.arrow");
        assert_eq!(values(&path, "SELECT id FROM t").await, [Value::Integer(0)]);
        assert_eq!(values(&path, "SELECT COUNT(*) AS n FROM t").await, [Value::Integer(1)]);
        let message = refused(&path, "SELECT * FROM t").await;
        let hint = message.split('`').nth(3).unwrap_or_else(|| panic!("{message}"));
        let hint = hint.replace("the name of a member", "n");
        assert_eq!(values(&path, &format!("SELECT {hint} AS v FROM t")).await, [right], "{message}");
    }
}

/// Catches one of two fields of one name that is lost.
#[tokio::test(flavor = "multi_thread")]
async fn a_struct_that_names_a_field_twice_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("t.arrow");
    let fields: Fields = vec![Field::new("a", DataType::Int64, true), Field::new("a", DataType::Int64, true)].into();
    let columns: Vec<ArrayRef> = vec![Arc::new(Int64Array::from(vec![1])), Arc::new(Int64Array::from(vec![2]))];
    let batch = batch(Arc::new(StructArray::new(fields, columns, None)));
    let mut writer = arrow::ipc::writer::FileWriter::try_new(File::create(&path).unwrap(), &batch.schema()).unwrap();
    writer.write(&batch).unwrap();
    writer.finish().unwrap();
    assert!(refused(&path, "SELECT v FROM t").await.contains("two fields of one name"));
    assert_eq!(values(&path, "SELECT id FROM t").await, [Value::Integer(0)]);
}

/// Writes one row group by hand: `message` has one column, which `fill` writes.
pub(crate) fn by_hand(
    path: &Path,
    message: &str,
    fill: impl FnOnce(&mut parquet::file::writer::SerializedColumnWriter<'_>),
) {
    let schema = Arc::new(parse_message_type(message).unwrap());
    let mut writer = SerializedFileWriter::new(File::create(path).unwrap(), schema, Arc::default()).unwrap();
    let mut group = writer.next_row_group().unwrap();
    let mut column = group.next_column().unwrap().unwrap();
    fill(&mut column);
    column.close().unwrap();
    group.close().unwrap();
    writer.close().unwrap();
}

fn int96(day: u32, nanos: u64) -> Int96 {
    let mut value = Int96::new();
    value.set_data(u32::try_from(nanos & 0xffff_ffff).unwrap(), u32::try_from(nanos >> 32).unwrap(), day);
    value
}

/// Catches an INT96 timestamp that wraps into another, or loses its last digits.
#[tokio::test(flavor = "multi_thread")]
async fn int96_is_exact_or_an_error() {
    const EPOCH: u32 = 2_440_588;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("t.parquet");
    let put = |values: &[Int96]| {
        by_hand(&path, "message m { required int96 v; }", |column| {
            column.typed::<Int96Type>().write_batch(values, None, None).unwrap();
        });
    };
    put(&[int96(EPOCH + 1, 1_000), int96(EPOCH + 3_000_000, 0)]);
    let day = 86_400_000_000_000_i128;
    assert_eq!(
        values(&path, "SELECT v FROM t").await,
        [Value::WallClock(day + 1_000), Value::WallClock(3_000_000 * day)]
    );
    put(&[int96(EPOCH + 1, 1)]);
    assert_eq!(values(&path, "SELECT v FROM t").await, [Value::WallClock(day + 1)]);
    put(&[int96(EPOCH + 3_000_000, 1)]);
    assert!(refused(&path, "SELECT v FROM t").await.contains("no type holds both"));
    put(&[int96(i32::MAX as u32, 0)]);
    assert!(refused(&path, "SELECT v FROM t").await.contains("column `v`"));
}

/// Catches the columns of an Arrow file that are taken for those of another by their place.
#[tokio::test(flavor = "multi_thread")]
async fn arrow_files_of_one_table_have_their_columns_in_one_order() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("t");
    std::fs::create_dir(&root).unwrap();
    let column = |value: i64| Arc::new(Int64Array::from(vec![value])) as ArrayRef;
    let put = |name: &str, columns: &[(&str, ArrayRef)]| {
        let batch = RecordBatch::try_from_iter(columns.iter().cloned()).unwrap();
        let file = File::create(root.join(name)).unwrap();
        let mut writer = arrow::ipc::writer::FileWriter::try_new(file, &batch.schema()).unwrap();
        writer.write(&batch).unwrap();
        writer.finish().unwrap();
    };
    put("a.arrow", &[("v", column(1)), ("w", column(2))]);
    for other in [&[("w", column(4)), ("v", column(3))][..], &[("w", column(4))]] {
        put("b.arrow", other);
        let said = refused(folder.path(), "SELECT w FROM t").await;
        assert!(said.contains("in another order") && said.contains("UNION ALL"), "{said}");
        let both = values(&root, "SELECT w FROM a UNION ALL SELECT w FROM b ORDER BY w").await;
        assert_eq!(both, [Value::Integer(2), Value::Integer(4)]);
    }
    put("b.arrow", &[("v", column(3)), ("w", column(4))]);
    let both = values(folder.path(), "SELECT v FROM t ORDER BY v").await;
    assert_eq!(both, [Value::Integer(1), Value::Integer(3)]);
}

/// Catches a time beyond the day that is read as NULL, and so equals every other, in any unit, list or dictionary; and
/// advice that makes two of them one.
#[tokio::test(flavor = "multi_thread")]
async fn a_time_beyond_the_day_is_an_error() {
    const DAY: i64 = 86_400;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("t.parquet");
    let put = |column: ArrayRef| {
        let batch = batch(column);
        let mut writer = ArrowWriter::try_new(File::create(&path).unwrap(), batch.schema(), None).unwrap();
        writer.write(&batch).unwrap();
        writer.close().unwrap();
    };
    let last = |nanos: i64| vec![Value::Time(DAY * 1_000_000_000 - nanos)];
    put(Arc::new(Time32MillisecondArray::from(vec![86_399_999])));
    assert_eq!(values(&path, "SELECT v FROM t").await, last(1_000_000));
    put(Arc::new(Time64MicrosecondArray::from(vec![DAY * 1_000_000 - 1])));
    assert_eq!(values(&path, "SELECT v FROM t").await, last(1_000));
    put(Arc::new(Time64NanosecondArray::from(vec![DAY * 1_000_000_000 - 1])));
    assert_eq!(values(&path, "SELECT v FROM t").await, last(1));
    for count in [86_400_000, 90_000_000, -1, i32::MIN] {
        put(Arc::new(Time32MillisecondArray::from(vec![count])));
        assert!(refused(&path, "SELECT v FROM t").await.contains(&format!("{count} milliseconds")), "{count}");
        assert_eq!(values(&path, "SELECT CAST(v AS INT) AS v FROM t").await, [Value::Integer(count.into())]);
    }
    for count in [DAY * 1_000_000, -1, i64::MAX, i64::MIN] {
        put(Arc::new(Time64MicrosecondArray::from(vec![count])));
        let said = refused(&path, "SELECT v FROM t").await;
        assert!(said.contains("column `v`") && said.contains("compare CAST(x AS BIGINT)"), "{said}");
        assert_eq!(values(&path, "SELECT CAST(v AS BIGINT) AS v FROM t").await, [Value::Integer(count.into())]);
        assert!(refused(&path, "SELECT make_array(v) AS v FROM t").await.contains("no time of a day"));
    }
}

/// Catches logical types of Parquet that are read as their bytes, and a repeated field that is read as empty.
#[tokio::test(flavor = "multi_thread")]
async fn logical_types_are_what_they_mean() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    by_hand(&path("u.parquet"), "message m { required fixed_len_byte_array(16) v (UUID); }", |column| {
        let value = FixedLenByteArray::from((0..16).collect::<Vec<u8>>());
        column.typed::<FixedLenByteArrayType>().write_batch(&[value], None, None).unwrap();
    });
    assert_eq!(
        values(&path("u.parquet"), "SELECT v FROM u").await,
        [Value::Uuid("00010203-0405-0607-0809-0a0b0c0d0e0f".to_owned())]
    );
    by_hand(&path("e.parquet"), "message m { required binary v (ENUM); }", |column| {
        column.typed::<ByteArrayType>().write_batch(&[ByteArray::from("open")], None, None).unwrap();
    });
    assert_eq!(values(&path("e.parquet"), "SELECT v FROM e").await, [text("open")]);
    by_hand(&path("j.parquet"), "message m { required binary v (JSON); }", |column| {
        column.typed::<ByteArrayType>().write_batch(&[ByteArray::from("{\"a\": 1}")], None, None).unwrap();
    });
    assert_eq!(values(&path("j.parquet"), "SELECT v FROM j").await, [Value::Json("{\"a\": 1}".to_owned())]);
    by_hand(&path("r.parquet"), "message m { repeated int32 v; }", |column| {
        column
            .typed::<parquet::data_type::Int32Type>()
            .write_batch(&[1, 2, 3], Some(&[1, 1, 1]), Some(&[0, 1, 0]))
            .unwrap();
    });
    let array = |numbers: &[i128]| Value::Array(numbers.iter().map(|number| Value::Integer(*number)).collect());
    assert_eq!(values(&path("r.parquet"), "SELECT v FROM r").await, [array(&[1, 2]), array(&[3])]);
}

/// Catches an answer that follows from what a footer claims: here, that the rows are sorted.
#[tokio::test(flavor = "multi_thread")]
async fn a_footer_that_lies_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let batch = batch(Arc::new(Int64Array::from(vec![5, 1, 4, 1, 3])));
    let sorted = SortingColumn { column_idx: 1, descending: false, nulls_first: false };
    let properties = WriterProperties::builder().set_sorting_columns(Some(vec![sorted])).build();
    let file = File::create(folder.path().join("t.parquet")).unwrap();
    let mut writer = ArrowWriter::try_new(file, batch.schema(), Some(properties)).unwrap();
    writer.write(&batch).unwrap();
    writer.close().unwrap();
    let path = folder.path().join("t.parquet");
    let number = |numbers: &[i128]| numbers.iter().map(|number| Value::Integer(*number)).collect::<Vec<_>>();
    assert_eq!(values(&path, "SELECT v FROM t ORDER BY v").await, number(&[1, 1, 3, 4, 5]));
    assert_eq!(values(&path, "SELECT MIN(v) AS v FROM t").await, number(&[1]));
    assert_eq!(values(&path, "SELECT COUNT(*) AS n FROM (SELECT v FROM t GROUP BY v) AS u").await, number(&[4]));
    assert_eq!(values(&path, "SELECT v FROM t ORDER BY v DESC LIMIT 1").await, number(&[5]));
}

/// Catches rows that are skipped because a footer claims other values than there are.
#[tokio::test(flavor = "multi_thread")]
async fn statistics_that_lie_skip_no_row() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("t.parquet");
    by_hand(&path, "message m { required int64 v; }", |column| {
        column.typed::<parquet::data_type::Int64Type>().write_batch(&[5, 1, 4, 2, 3], None, None).unwrap();
    });
    // In the footer, behind its length, stands each 1 and 5: the least and the largest value.
    let mut bytes = std::fs::read(&path).unwrap();
    let end = bytes.len() - 8;
    let length = u32::from_le_bytes(bytes[end..end + 4].try_into().unwrap());
    for at in end - usize::try_from(length).unwrap()..end - 8 {
        if matches!(bytes[at..at + 9], [8, 1 | 5, 0, 0, 0, 0, 0, 0, 0]) {
            bytes[at + 1] = 100;
        }
    }
    std::fs::write(&path, bytes).unwrap();
    let footer = SerializedFileReader::new(File::open(&path).unwrap()).unwrap();
    let claimed = footer.metadata().row_group(0).column(0).statistics().unwrap();
    assert_eq!(claimed.min_bytes_opt(), Some(100_i64.to_le_bytes().as_slice()), "the footer lies");
    let number = |number: i128| vec![Value::Integer(number)];
    for (sql, right) in [
        ("SELECT v FROM t WHERE v = 3", 3),
        ("SELECT COUNT(*) AS n FROM t WHERE v < 100", 5),
        ("SELECT MIN(v) AS n FROM t", 1),
        ("SELECT MAX(v) AS n FROM t", 5),
        ("SELECT COUNT(DISTINCT v) AS n FROM t", 5),
        ("SELECT v FROM t ORDER BY v LIMIT 1", 1),
        ("SELECT COUNT(*) AS n FROM t AS a JOIN (SELECT 2 AS v) AS b ON a.v = b.v", 1),
    ] {
        assert_eq!(values(&path, sql).await, number(right), "{sql}");
    }
}

/// Catches an entry of a map that is NULL and passes for one of two NULLs.
#[tokio::test(flavor = "multi_thread")]
async fn an_entry_that_is_null_is_no_pair() {
    let fields: Fields =
        vec![Field::new("key", DataType::Utf8, true), Field::new("value", DataType::Int32, true)].into();
    let nothing = |valid: bool| -> ArrayRef {
        let columns: Vec<ArrayRef> =
            vec![Arc::new(StringArray::from(vec![None::<&str>])), Arc::new(Int32Array::from(vec![None]))];
        let entries = StructArray::new(fields.clone(), columns, Some(vec![valid].into()));
        let item = Arc::new(Field::new_list_field(entries.data_type().clone(), true));
        Arc::new(ListArray::new(item, arrow::buffer::OffsetBuffer::from_lengths([1]), Arc::new(entries), None))
    };
    let folder = tempfile::tempdir().unwrap();
    write_batch(&folder.path().join("pair.parquet"), &batch(nothing(true)));
    write_batch(&folder.path().join("none.parquet"), &batch(nothing(false)));
    let pair = Value::Map(vec![(Value::Null, Value::Null)]);
    assert_eq!(values(folder.path(), "SELECT v FROM pair").await, [pair]);
    assert!(refused(folder.path(), "SELECT v FROM none").await.contains("no pair"));
}

/// Catches a file that is left out of its table, or taken into one that it is none of.
#[tokio::test(flavor = "multi_thread")]
async fn files_folders_and_patterns_are_tables() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    let put = |name: &str, values: Vec<i32>| {
        let path = root.join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        write_batch(
            &path,
            &RecordBatch::try_from_iter([("v", Arc::new(Int32Array::from(values)) as ArrayRef)]).unwrap(),
        );
    };
    put("orders/day=2026-01-01/part-0.parquet", vec![1, 2]);
    put("orders/day=2026-01-02/part-0.PARQUET", vec![3]);
    put("orders/_temporary/part-0.parquet", vec![99]);
    put("orders/.hidden.parquet", vec![99]);
    put("single.parquet", vec![7]);
    put("parts/2026-01-01.parquet", vec![10]);
    put("parts/2026-01-02.parquet", vec![20]);
    put("parts/2026-02-01.parquet", vec![40]);
    let sum = |number: i128| vec![Value::Decimal { unscaled: number, scale: 0 }];
    assert_eq!(values(root, "SELECT SUM(v) AS s FROM orders").await, sum(6));
    assert_eq!(values(root, "SELECT SUM(v) AS s FROM single").await, sum(7));
    assert_eq!(values(root, "SELECT SUM(v) AS s FROM parts").await, sum(70));
    assert_eq!(values(&root.join("parts/2026-01-*.parquet"), "SELECT SUM(v) AS s FROM \"2026-01\"").await, sum(30));
    assert_eq!(values(&root.join("parts/*.parquet"), "SELECT SUM(v) AS s FROM parts").await, sum(70));
    assert!(refused(&root.join("parts/2027*.parquet"), "SELECT 1 AS a").await.contains("names no"));
    std::fs::create_dir(root.join("orders/_delta_log")).unwrap();
    assert!(refused(root, "SELECT SUM(v) AS s FROM orders").await.contains("the table `orders` in "));
}

/// Catches files of one table whose columns are paired by their place, or turned into a third type.
#[tokio::test(flavor = "multi_thread")]
async fn files_of_one_table_go_together_by_name_or_not_at_all() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("t");
    std::fs::create_dir(&root).unwrap();
    let put = |name: &str, columns: Vec<(&str, ArrayRef)>| {
        write_batch(&root.join(name), &RecordBatch::try_from_iter(columns).unwrap())
    };
    put("a.parquet", vec![("x", Arc::new(Int32Array::from(vec![1]))), ("y", Arc::new(StringArray::from(vec!["one"])))]);
    put(
        "b.parquet",
        vec![("y", Arc::new(StringArray::from(vec!["two"]))), ("x", Arc::new(Int64Array::from(vec![i64::MAX])))],
    );
    put("c.parquet", vec![("x", Arc::new(Int8Array::from(vec![-1])))]);
    let frame = ask(folder.path(), "SELECT x, y FROM t ORDER BY x").await.unwrap();
    assert_eq!(frame.values("x"), [Value::Integer(-1), Value::Integer(1), Value::Integer(i64::MAX.into())]);
    assert_eq!(frame.values("y"), [Value::Null, text("one"), text("two")]);
    // Text is text, however its bytes lie.
    let forms: [ArrayRef; 3] = [
        Arc::new(arrow::array::StringViewArray::from(vec!["view"])),
        Arc::new(arrow::array::LargeStringArray::from(vec!["large"])),
        Arc::new(vec!["listed"].into_iter().collect::<arrow::array::DictionaryArray<arrow::datatypes::Int8Type>>()),
    ];
    for (number, form) in forms.into_iter().enumerate() {
        put(
            &format!("y{number}.parquet"),
            vec![("x", Arc::new(Int8Array::from(vec![10 + number as i8]))), ("y", form)],
        );
    }
    let frame = ask(folder.path(), "SELECT y FROM t WHERE x BETWEEN 1 AND 12 ORDER BY x").await.unwrap();
    assert_eq!(frame.values("y"), ["one", "view", "large", "listed"].map(text));
    put("d.parquet", vec![("x", Arc::new(StringArray::from(vec!["3"])))]);
    let message = refused(folder.path(), "SELECT x FROM t").await;
    assert!(message.contains("d.parquet") && message.contains("`x` is Int64"), "{message}");
    std::fs::remove_file(root.join("d.parquet")).unwrap();
    std::fs::write(root.join("e.csv"), "x\n1\n").unwrap();
    assert!(refused(folder.path(), "SELECT x FROM t").await.contains("two formats"));
}

/// Catches a key, or one of two rows that are the same under the rules, that is shown by whichever file was read first.
#[test]
fn what_is_shown_of_a_key_does_not_depend_on_the_file_that_is_read_first() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("t")).unwrap();
    let rows = |blank: &str| -> String { (0..300).map(|row| format!("{blank}k{row},{blank}v\n")).collect() };
    for (name, blank) in [("1.csv", " "), ("2.csv", "")] {
        std::fs::write(folder.path().join("t").join(name), format!("k,v\n{}", rows(blank))).unwrap();
    }
    std::fs::write(folder.path().join("n.csv"), format!("k,v\n{}", rows(""))).unwrap();
    let told = || {
        let arguments = ["diff", ".", ".", "--old-table", "t", "--new-table", "n", "--key", "k"];
        let rules = ["--rule", "k={ trim = true }", "--rule", "v={ trim = true }", "--report", "json=out.json"];
        let output = crate::cli::cutover(folder.path()).args(arguments).args(rules).output().unwrap();
        assert_eq!(output.status.code(), Some(1), "{}", String::from_utf8_lossy(&output.stderr));
        let report = std::fs::read_to_string(folder.path().join("out.json")).unwrap();
        let report: serde_json::Value = serde_json::from_str(&report).unwrap();
        assert_eq!(report["checks"][0]["rows"]["missing"], "300");
        report["checks"][0]["examples"].clone()
    };
    let first = told();
    assert_eq!(first[0]["key"]["k"], " k0", "{first:#}");
    (0..8).for_each(|_| assert_eq!(told(), first));
}

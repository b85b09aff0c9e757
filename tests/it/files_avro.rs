//! Avro files whose blocks are not what they say, and values that are too long in files of any format.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use arrow::array::{ArrayRef, Int64Array, RecordBatch, StringArray};
use arrow::ipc::writer::FileWriter;
use arrow_avro::compression::CompressionCodec;
use arrow_avro::writer::WriterBuilder;
use arrow_avro::writer::format::AvroOcfFormat;
use cutover::frame::{Frame, Value};
use cutover::source::{CancellationToken, Error, Files, SourceOptions, query};

use crate::files_whole::{avro_number, avro_of, avro_text};

const ROW: &str = r#"{"name":"id","type":"long"},{"name":"v","type":"string"}"#;

fn row(id: i64, text: &str) -> Vec<u8> {
    [avro_number(id), avro_text(text)].concat()
}

async fn asked(path: &Path, sql: &str) -> Result<Frame, Error> {
    let engine = Files::open(path, &SourceOptions::default(), path.display().to_string()).unwrap();
    query(&engine, sql, Duration::from_secs(60), &CancellationToken::default()).await.map(|answer| answer.frame)
}

/// A file `t` of the columns `id` and `v`.
fn texts(values: &[String]) -> RecordBatch {
    let ids: ArrayRef = Arc::new(Int64Array::from_iter_values((1..).take(values.len())));
    RecordBatch::try_from_iter([("id", ids), ("v", Arc::new(StringArray::from(values.to_vec())) as ArrayRef)]).unwrap()
}

fn written(batch: &RecordBatch, codec: Option<CompressionCodec>) -> Vec<u8> {
    let builder = WriterBuilder::new(batch.schema().as_ref().clone()).with_compression(codec);
    let mut writer = builder.build::<_, AvroOcfFormat>(Vec::new()).unwrap();
    writer.write(batch).unwrap();
    writer.finish().unwrap();
    writer.into_inner()
}

/// Catches a block that is waited for until the query is out of time, or read with other rows than it holds.
#[tokio::test(flavor = "multi_thread")]
async fn a_block_that_is_not_what_it_says_is_an_error_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("t.avro");
    let array = r#"{"name":"a","type":{"type":"array","items":"long"}}"#;
    let union = r#"{"name":"u","type":["null","long"]}"#;
    let nulls = r#"{"name":"a","type":{"type":"array","items":"null"}}"#;
    let numbers = |all: &[i64]| all.iter().copied().flat_map(avro_number).collect::<Vec<u8>>();
    for (fields, count, bytes, words) in [
        (ROW, 1, [row(1, "a"), row(2, "b")].concat(), "says that it has 1 row, and has more"),
        (ROW, 1, [row(1, "a"), vec![0]].concat(), "says that it has 1 row, and has more"),
        (ROW, 0, row(1, "a"), "says that it has 0 rows, and has more"),
        (ROW, 0, vec![0], "says that it has 0 rows, and has more"),
        (ROW, 3, [row(1, "a"), row(2, "b")].concat(), "says that it has 3 rows, and has 2"),
        (ROW, i64::MAX, row(1, "a"), "and has 1"),
        (ROW, 1, [avro_number(1), avro_number(-1)].concat(), "a length below 0"),
        (ROW, 1, [avro_number(1), avro_number(1 << 40), vec![0]].concat(), "1099511627776 bytes, and at most 64 MiB"),
        (ROW, 1, vec![0xff; 12], "more than 64 bits"),
        (array, 1, numbers(&[2, 7]), "says that it has 1 row, and has 0"),
        (array, 1, numbers(&[-2, 9, 7, 8, 0]), "is not as long as it says"),
        (union, 1, numbers(&[2, 1]), "a branch that its union does not have"),
        (nulls, 1, numbers(&[i64::MAX, 0]), "items that take no bytes"),
        (nulls, 1, numbers(&[1 << 26, 1, 0]), "items that take no bytes"),
    ] {
        for wrong_last in [true, false] {
            let mut blocks = vec![(count, bytes.clone())];
            if wrong_last && fields == ROW {
                blocks.insert(0, (1, row(9, "whole")));
            }
            std::fs::write(&path, avro_of(fields, blocks.into_iter())).unwrap();
            let begun = Instant::now();
            let error = asked(&path, "SELECT COUNT(*) AS n FROM t").await.expect_err(words);
            assert!(error.message.contains(words), "{words}: {}", error.message);
            assert!(error.message.contains("t.avro cannot be read"), "{}", error.message);
            assert!(begun.elapsed() < Duration::from_secs(10), "{words}: {:?}", begun.elapsed());
        }
    }
}

/// Catches rows that are lost or doubled where blocks are put together anew, and a packing that is unpacked wrongly.
#[tokio::test(flavor = "multi_thread")]
async fn every_packing_gives_the_same_rows() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("t.avro");
    let values: Vec<String> = (0..9_000_u64).map(|n| "é".repeat((n * n % 97) as usize)).collect();
    let mut packed = Vec::new();
    for codec in [
        None,
        Some(CompressionCodec::Deflate),
        Some(CompressionCodec::Snappy),
        Some(CompressionCodec::ZStandard),
        Some(CompressionCodec::Bzip2),
        Some(CompressionCodec::Xz),
    ] {
        let file = written(&texts(&values), codec);
        std::fs::write(&path, &file).unwrap();
        let sql = "SELECT COUNT(*) AS n, SUM(id) AS s, SUM(LENGTH(v)) AS l FROM t";
        let frame = asked(&path, sql).await.unwrap_or_else(|error| panic!("{codec:?}: {}", error.message));
        let whole = |value| vec![Value::Decimal { unscaled: value, scale: 0 }];
        let length: usize = values.iter().map(|value| value.chars().count()).sum();
        assert_eq!(frame.values("n"), [Value::Integer(9_000)], "{codec:?}");
        assert_eq!(frame.values("s"), whole(40_504_500), "{codec:?}");
        assert_eq!(frame.values("l"), whole(length as i128), "{codec:?}");
        packed.push(file.len());
        // What is damaged within a block is told, and nothing is read of it.
        let mut damaged = file.clone();
        let middle = file.len() / 2;
        damaged[middle..middle + 40].iter_mut().for_each(|byte| *byte ^= 0x55);
        std::fs::write(&path, damaged).unwrap();
        if codec.is_some() {
            assert!(asked(&path, sql).await.is_err(), "{codec:?}");
        }
    }
    assert!(packed[1..].iter().all(|length| *length < packed[0] / 2), "{packed:?}");
}

/// Catches a table that is taken for an empty one because its rows take no bytes, and words of a library for what has no values.
#[tokio::test(flavor = "multi_thread")]
async fn rows_without_bytes_are_an_error_in_plain_words() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("t.avro");
    let null = r#"{"name":"a","type":"null"}"#;
    let empty = r#"{"type":"record","name":"e","fields":[]}"#;
    for (fields, rows, words) in [
        (null.to_owned(), vec![], "its columns are all of type null"),
        (format!(r#"{null},{{"name":"b","type":"null"}}"#), vec![], "its columns are all of type null"),
        (String::new(), vec![], "its columns are all of type null"),
        (format!(r#"{ROW},{{"name":"e","type":{empty}}}"#), row(1, "a"), "a record without fields"),
        (r#"{"name":"f","type":{"type":"fixed","name":"f","size":0}}"#.to_owned(), vec![], "a `fixed` of 0 bytes"),
    ] {
        std::fs::write(&path, avro_of(&fields, [(3, rows)].into_iter())).unwrap();
        let error = asked(&path, "SELECT * FROM t").await.expect_err(words);
        assert!(error.message.contains(words), "{words}: {}", error.message);
    }
    // A column of NULL beside others is one.
    let bytes = [row(1, "a"), row(2, "b")].concat();
    std::fs::write(&path, avro_of(&format!("{null},{ROW}"), [(2, bytes)].into_iter())).unwrap();
    let frame = asked(&path, "SELECT v, a FROM t ORDER BY id").await.unwrap();
    assert_eq!((frame.values("a").len(), frame.values("v")[1].clone()), (2, Value::Text("b".into())));
}

/// Catches a column that is taken for another where files of one table have other columns, types and orders of them.
#[tokio::test(flavor = "multi_thread")]
async fn files_of_one_table_are_put_together_by_name() {
    let folder = tempfile::tempdir().unwrap();
    let table = folder.path().join("t");
    std::fs::create_dir(&table).unwrap();
    let tree = r#"{"name":"tree","type":{"type":"record","name":"node","namespace":"n.s","fields":[{"name":"x","type":"int"},
                   {"name":"f","type":{"type":"fixed","name":"two","size":2}},{"name":"g","type":"two"}]}}"#;
    let color = r#"{"name":"c","type":{"type":"enum","name":"c","symbols":["red","blue"]}}"#;
    let map = r#"{"name":"m","type":{"type":"map","values":["null","double"]}}"#;
    // A type of a namespace by its full name, as fastavro writes it.
    let again = r#"{"name":"again","type":["null","n.s.two"]}"#;
    let one = format!(r#"{tree},{{"name":"id","type":"int"}},{color},{map},{again}"#);
    let mut bytes = [avro_number(5), b"abcd".to_vec(), avro_number(1), avro_number(1)].concat();
    bytes.extend([avro_number(-1), avro_number(11), avro_text("k"), avro_number(1)].concat());
    bytes.extend(0.5_f64.to_le_bytes());
    bytes.extend([avro_number(0), avro_number(1), b"ef".to_vec()].concat());
    // The bytes of the map's block: a key, a branch, a double.
    std::fs::write(table.join("a.avro"), avro_of(&one, [(1, bytes)].into_iter())).unwrap();
    std::fs::write(table.join("b.avro"), avro_of(ROW, [(1, row(1 << 40, "b"))].into_iter())).unwrap();
    let frame = asked(folder.path(), "SELECT v, id, c FROM t ORDER BY id")
        .await
        .unwrap_or_else(|error| panic!("{}", error.message));
    assert_eq!(frame.values("id"), [Value::Integer(1), Value::Integer(1 << 40)]);
    assert_eq!(frame.values("v"), [Value::Null, Value::Text("b".into())]);
    assert_eq!(frame.values("c"), [Value::Text("blue".into()), Value::Null]);
    let frame = asked(folder.path(), "SELECT again FROM t WHERE id = 1").await.unwrap();
    assert_eq!(frame.values("again"), [Value::Bytes(b"ef".to_vec())]);
    let frame = asked(folder.path(), "SELECT m, tree FROM t WHERE id = 1")
        .await
        .unwrap_or_else(|error| panic!("{}", error.message));
    let shown = format!("{:?} {:?}", frame.values("m"), frame.values("tree"));
    assert!(shown.contains("0.5") && shown.contains('5') && !shown.contains("Null"), "{shown}");
}

/// Writes `batch` in a format, by the ending of its name.
fn write(path: PathBuf, batch: &RecordBatch) -> PathBuf {
    let name = path.file_name().unwrap().to_str().unwrap();
    if name.ends_with(".parquet") {
        crate::parquet::write_batch(&path, batch);
    } else if name.ends_with(".arrow") {
        let mut writer = FileWriter::try_new(Vec::new(), &batch.schema()).unwrap();
        writer.write(batch).unwrap();
        std::fs::write(&path, writer.into_inner().unwrap()).unwrap();
    } else if name.ends_with(".avro") {
        std::fs::write(&path, written(batch, Some(CompressionCodec::Deflate))).unwrap();
    } else {
        let texts = batch.column(1).as_any().downcast_ref::<StringArray>().unwrap();
        let lines = texts.iter().flatten().enumerate().map(|(at, text)| match name.contains(".csv") {
            true => format!("{},{text}\n", at + 1),
            false => format!("{{\"id\":{},\"v\":\"{text}\"}}\n", at + 1),
        });
        let head = if name.contains(".csv") { "id,v\n" } else { "" };
        let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        packer.write_all(head.as_bytes()).unwrap();
        lines.for_each(|line| packer.write_all(line.as_bytes()).unwrap());
        std::fs::write(&path, packer.finish().unwrap()).unwrap();
    }
    path
}

/// Catches a small file that takes all memory by one value, in a format that has no bound for it.
#[tokio::test(flavor = "multi_thread")]
async fn a_value_has_one_bound_in_every_format() {
    let folder = tempfile::tempdir().unwrap();
    let long = ["a".to_owned(), "a".repeat((64 << 20) + 1)];
    let short = ["a".to_owned(), "a".repeat(1 << 20)];
    for name in ["t.parquet", "t.arrow", "t.avro", "t.ndjson.gz", "t.csv.gz"] {
        let path = write(folder.path().join(name), &texts(&long));
        let error = asked(&path, "SELECT id, v FROM t").await.expect_err(name);
        assert!(error.message.contains("64 MiB"), "{name}: {}", error.message);
        write(path.clone(), &texts(&short));
        let frame = asked(&path, "SELECT id, LENGTH(v) AS l, v FROM t").await;
        let frame = frame.unwrap_or_else(|error| panic!("{name}: {}", error.message));
        assert_eq!(frame.values("l"), [Value::Integer(1), Value::Integer(1 << 20)], "{name}");
    }
    // What the error says to ask for instead.
    let path = write(folder.path().join("t.parquet"), &texts(&long));
    let frame =
        asked(&path, "SELECT id, MD5(v) AS h, LENGTH(v) AS l FROM t").await.unwrap_or_else(|e| panic!("{}", e.message));
    assert_eq!(frame.values("l")[1], Value::Integer((64 << 20) + 1));
}

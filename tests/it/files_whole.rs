//! Files that were cut, go on behind their end, or are replaced while they are read.

use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::time::{Duration, Instant};

use arrow::array::{ArrayRef, Int64Array, RecordBatch};
use arrow::ipc::writer::{FileWriter, StreamWriter};
use cutover::frame::{Frame, Value};
use cutover::source::{CancellationToken, Error, Files, SourceOptions, query};
use serde_json::Value as Json;

async fn count(path: &Path) -> Result<Frame, Error> {
    let engine = Files::open(path, &SourceOptions::default(), path.display().to_string()).unwrap();
    let sql = "SELECT COUNT(*) AS n, SUM(id) AS s FROM t";
    query(&engine, sql, Duration::from_secs(20), &CancellationToken::default()).await.map(|answer| answer.frame)
}

fn batch(from: i64) -> RecordBatch {
    let column: ArrayRef = Arc::new(Int64Array::from_iter_values(from..from + 100));
    RecordBatch::try_from_iter([("id", column)]).unwrap()
}

/// A number as Avro writes it.
pub(crate) fn avro_number(value: i64) -> Vec<u8> {
    let mut rest = ((value << 1) ^ (value >> 63)).cast_unsigned();
    let mut bytes = Vec::new();
    while rest >= 0x80 {
        bytes.push(u8::try_from(rest & 0x7f).unwrap() | 0x80);
        rest >>= 7;
    }
    bytes.push(u8::try_from(rest).unwrap());
    bytes
}

/// A text as Avro writes it.
pub(crate) fn avro_text(text: &str) -> Vec<u8> {
    [avro_number(i64::try_from(text.len()).unwrap()), text.as_bytes().to_vec()].concat()
}

/// Blocks of rows, each with their number, of a record with these fields.
pub(crate) fn avro_of(fields: &str, blocks: impl Iterator<Item = (i64, Vec<u8>)>) -> Vec<u8> {
    let schema = format!(r#"{{"type":"record","name":"r","fields":[{fields}]}}"#);
    let mark: Vec<u8> = (100..116).collect();
    let mut file = b"Obj\x01".to_vec();
    file.extend([avro_number(1), avro_text("avro.schema"), avro_text(&schema), avro_number(0)].concat());
    file.extend(&mark);
    for (count, rows) in blocks {
        file.extend([avro_number(count), avro_number(i64::try_from(rows.len()).unwrap())].concat());
        file.extend(rows);
        file.extend(&mark);
    }
    file
}

/// 300 rows in three blocks.
fn avro() -> Vec<u8> {
    let block = |at: i64| (100, (at * 100..at * 100 + 100).flat_map(avro_number).collect());
    avro_of(r#"{"name":"id","type":"long"}"#, (0..3).map(block))
}

fn arrow_file() -> Vec<u8> {
    let mut writer = FileWriter::try_new(Vec::new(), &batch(0).schema()).unwrap();
    (0..3).for_each(|block| writer.write(&batch(block * 100)).unwrap());
    writer.into_inner().unwrap()
}

fn arrow_stream() -> Vec<u8> {
    let mut writer = StreamWriter::try_new(Vec::new(), &batch(0).schema()).unwrap();
    (0..3).for_each(|block| writer.write(&batch(block * 100)).unwrap());
    writer.into_inner().unwrap()
}

/// Catches a file that was cut and is read as a shorter table, or waited for until the query is out of time; and rows that stand
/// behind the end of a stream.
#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_is_not_whole_is_an_error_at_once() {
    let folder = tempfile::tempdir().unwrap();
    for (name, whole) in [("t.avro", avro()), ("t.arrow", arrow_file()), ("t.arrow", arrow_stream())] {
        let path = folder.path().join(name);
        std::fs::write(&path, &whole).unwrap();
        let frame = count(&path).await.unwrap_or_else(|error| panic!("{name}: {}", error.message));
        assert_eq!(
            (frame.values("n"), frame.values("s")),
            (vec![Value::Integer(300)], vec![Value::Decimal { unscaled: 44_850, scale: 0 }])
        );
        let begun = Instant::now();
        let cuts = [whole.len() - 1, whole.len() - 8, whole.len() - 20, whole.len() / 2, whole.len() / 3, 60];
        for length in cuts {
            std::fs::write(&path, &whole[..length]).unwrap();
            let error = count(&path).await.expect_err(name);
            assert!(error.message.contains("check that the file is whole"), "{name}, {length}: {}", error.message);
        }
        std::fs::write(&path, [whole.as_slice(), whole.as_slice()].concat()).unwrap();
        let twice = count(&path).await;
        assert!(twice.is_err() || twice.unwrap().values("n") == [Value::Integer(600)], "{name}");
        assert!(begun.elapsed() < Duration::from_secs(15), "{name}: {:?}", begun.elapsed());
    }
    let path = folder.path().join("t.avro");
    let mut damaged = avro();
    let last = damaged.len() - 1;
    damaged[last] ^= 1;
    std::fs::write(&path, damaged).unwrap();
    assert!(count(&path).await.unwrap_err().message.contains("does not end with the mark of the file"));
}

/// Catches a second column of one name that nobody reads.
#[tokio::test(flavor = "multi_thread")]
async fn two_columns_of_one_name_are_an_error() {
    let folder = tempfile::tempdir().unwrap();
    let column: ArrayRef = Arc::new(Int64Array::from(vec![1]));
    let field = |name: &str| arrow::datatypes::Field::new(name, arrow::datatypes::DataType::Int64, true);
    let schema = Arc::new(arrow::datatypes::Schema::new(vec![field("id"), field("v"), field("v")]));
    let batch = RecordBatch::try_new(schema, vec![column.clone(), column.clone(), column]).unwrap();
    crate::parquet::write_batch(&folder.path().join("t.parquet"), &batch);
    let error = count(&folder.path().join("t.parquet")).await.unwrap_err();
    assert!(error.message.contains("two columns `v`"), "{}", error.message);
    let mut writer = FileWriter::try_new(Vec::new(), &batch.schema()).unwrap();
    writer.write(&batch).unwrap();
    std::fs::write(folder.path().join("t.arrow"), writer.into_inner().unwrap()).unwrap();
    let error = count(&folder.path().join("t.arrow")).await.unwrap_err();
    assert!(error.message.contains("two columns `v`"), "{}", error.message);
}

/// Catches a part of a table that is left out in silence because of its name.
#[tokio::test(flavor = "multi_thread")]
async fn a_part_of_a_table_that_is_not_read_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    let table = folder.path().join("t");
    std::fs::create_dir(&table).unwrap();
    std::fs::write(table.join("part-0.csv"), "id\n1\n2\n").unwrap();
    std::fs::write(table.join("README.md"), "what it is").unwrap();
    std::fs::write(table.join("_SUCCESS"), "").unwrap();
    let types = [("id".to_owned(), "integer".to_owned())];
    let options = SourceOptions { types: types.into(), ..SourceOptions::default() };
    for (name, is_data) in [("", false), ("part-1.csv.bz2", true), ("part-3.json", true), ("part-00001", true)] {
        if is_data {
            std::fs::write(table.join(name), "x").unwrap();
        }
        for path in [folder.path().to_owned(), table.join("*")] {
            let opened = Files::open(&path, &options, path.display().to_string());
            let sql = "SELECT COUNT(*) AS n FROM t";
            let answer = match opened {
                Ok(engine) => query(&engine, sql, Duration::from_secs(20), &CancellationToken::default()).await,
                Err(error) => Err(error),
            };
            match answer {
                Ok(answer) => assert!(!is_data && answer.frame.values("n") == [Value::Integer(2)], "{name} {path:?}"),
                Err(error) => {
                    assert!(is_data && error.message.contains(name), "{name} {path:?}: {}", error.message);
                    assert!(error.message.contains("folder/*.csv"), "{}", error.message);
                }
            }
        }
        let pattern = table.join("*.csv");
        let engine = Files::open(&pattern, &options, pattern.display().to_string()).unwrap();
        let sql = "SELECT COUNT(*) AS n FROM t";
        let answer = query(&engine, sql, Duration::from_secs(20), &CancellationToken::default()).await;
        let answer = answer.unwrap_or_else(|error| panic!("{}", error.message));
        assert_eq!(answer.frame.values("n"), [Value::Integer(2)]);
        let _ = std::fs::remove_file(table.join(name)).is_ok();
    }
}

/// Catches rows of two versions of a file under one verdict: it is replaced again and again while it is read.
#[test]
fn a_file_that_is_replaced_while_it_is_read_is_an_error_or_one_of_both() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, value: i64| {
        let rows = 400_000;
        let column: ArrayRef = Arc::new(Int64Array::from_iter_values((0..rows).map(|row| row * 1_000 + value)));
        crate::parquet::write_batch(&folder.path().join(name), &RecordBatch::try_from_iter([("v", column)]).unwrap());
    };
    write("one", 1);
    write("two", 2);
    std::fs::create_dir(folder.path().join("data")).unwrap();
    let place = |source: &str| {
        std::fs::copy(folder.path().join(source), folder.path().join("next")).unwrap();
        std::fs::rename(folder.path().join("next"), folder.path().join("data/t.parquet")).unwrap();
    };
    place("one");
    let suite = "name = \"s\"\n[sources.files]\nurl = \"data\"\n[checks.mixed]\nkind = \"invariant\"\nsources = { new = \"files\" }\n\
                 new = \"SELECT MIN(v % 1000) AS least, MAX(v % 1000) AS most FROM t HAVING MIN(v % 1000) <> MAX(v % 1000)\"\n";
    std::fs::write(folder.path().join("suite.toml"), suite).unwrap();
    for _ in 0..4 {
        let mut child = Command::new(env!("CARGO_BIN_EXE_cutover"))
            .current_dir(folder.path())
            .args(["run", "suite.toml", "--quiet", "--no-history", "--report", "json=report.json"])
            .spawn()
            .unwrap();
        let mut turn = 0;
        while child.try_wait().unwrap().is_none() {
            place(["two", "one"][turn % 2]);
            turn += 1;
            std::thread::sleep(Duration::from_millis(7));
        }
        let report = std::fs::read_to_string(folder.path().join("report.json")).unwrap();
        let report: Json = serde_json::from_str(&report).unwrap();
        let check = &report["checks"][0];
        match check["status"].as_str().unwrap() {
            "pass" => {}
            "error" => {
                let message = check["error"]["message"].as_str().unwrap();
                assert!(message.contains("was replaced while it was read"), "{message}");
            }
            _ => panic!("{check:#}"),
        }
    }
}

//! Iceberg tables.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow::array::{ArrayRef, Int64Array, RecordBatch};
use arrow::datatypes::{Field, Schema};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use serde_json::{Value, json};

use super::{Case, ICEBERG, diff, of_store, said, stored};
use crate::cli::{copy, cutover};
use crate::parquet::write_batch;

/// Catches a row that was deleted, replaced or of another snapshot and shows, one that is missing, a column that is paired by
/// its name after it was renamed or added anew, and a value that is another than the writer's own reader gives.
#[test]
fn a_table_has_the_rows_that_its_writer_reads() {
    let folder = ICEBERG.folder.path();
    for Case { table, version, state, expected } in &ICEBERG.cases {
        let state = state.as_ref().map_or(Vec::new(), |state| vec!["--new-as-of", state.as_str()]);
        let path = ICEBERG.table(table);
        let Some(expected) = expected else {
            let query = ["--new-sql", &format!("SELECT count(*) AS id, count(v) AS v FROM \"{table}\"")];
            let none = ["--old-sql", "SELECT 0 AS id, 0 AS v"];
            let (code, text) = diff(folder, &path, &path, &[&state[..], &query, &none].concat());
            assert!(code == Some(0) && text.contains("new: iceberg without a snapshot"), "{table}: {text}");
            continue;
        };
        let (code, text) = diff(folder, expected, &path, &state);
        assert_eq!(code, Some(0), "{table} {version}: {text}");
        let version = version.as_str().unwrap();
        assert!(text.contains(&format!("{table}: iceberg {version} of 20")), "{table} {version}: {text}");
    }
}

/// The newest metadata file of a table.
pub(super) fn newest(table: &str) -> PathBuf {
    let files = std::fs::read_dir(Path::new(table).join("metadata")).unwrap().map(|entry| entry.unwrap().path());
    files.filter(|path| path.to_str().unwrap().ends_with(".metadata.json")).max().unwrap()
}

/// Catches rows that are deleted by their values and show, since what deletes them is not read.
#[test]
fn deletes_by_value_are_an_error() {
    let table = ICEBERG.table("by_values");
    let (code, text) = diff(ICEBERG.folder.path(), &table, &table, &[]);
    assert!(code == Some(2) && text.contains("are deleted by the values in"), "{text}");
    // Before them nothing was deleted.
    let first: Value = serde_json::from_slice(&std::fs::read(newest(&table)).unwrap()).unwrap();
    let state = format!("{{ snapshot = {} }}", first["snapshots"][0]["snapshot-id"]);
    let (code, text) = diff(ICEBERG.folder.path(), &table, &table, &["--old-as-of", &state, "--new-as-of", &state]);
    assert_eq!(code, Some(0), "{text}");
}

/// Catches a metadata file that is named and another is read, and a table that lies elsewhere than where it was written.
#[test]
fn a_metadata_file_names_a_table() {
    let case = ICEBERG.cases.iter().find(|case| case.table == "deleted").unwrap();
    let (table, expected) = (ICEBERG.table("deleted"), case.expected.as_ref().unwrap());
    let newest = newest(&table);
    let (code, text) = diff(ICEBERG.folder.path(), expected, newest.to_str().unwrap(), &[]);
    assert_eq!(code, Some(0), "{text}");
    let moved = copy(Path::new(&table));
    let at = moved.path();
    let (code, text) = diff(at, expected, ".", &[]);
    assert_eq!(code, Some(0), "{text}");
    // The one before it is of the snapshot before.
    let mut before = std::fs::read_dir(at.join("metadata")).unwrap().map(|entry| entry.unwrap().path());
    let before = before.find(|path| path.file_name().unwrap().to_str().unwrap().starts_with("00002-")).unwrap();
    let (code, text) = diff(at, expected, before.to_str().unwrap(), &[]);
    assert!(code == Some(1) && text.contains("3 extra"), "{text}");
    // Two that are both the newest.
    std::fs::copy(&newest, at.join("metadata/00099-other.metadata.json")).unwrap();
    let (code, text) = diff(at, expected, ".", &[]);
    assert!(code == Some(2) && text.contains("are both its newest metadata"), "{text}");
    std::fs::write(at.join("metadata/version-hint.text"), "2").unwrap();
    std::fs::copy(&newest, at.join("metadata/v2.metadata.json")).unwrap();
    let (code, text) = diff(at, expected, ".", &[]);
    assert!(
        code == Some(2) && text.contains("are both its newest metadata"),
        "the names of a catalogue stand beside: {text}"
    );
    std::fs::remove_file(&before).unwrap();
    let (code, text) = diff(at, expected, ".", &[]);
    assert_eq!(code, Some(0), "{text}");
}

/// Catches metadata that is broken, of the future or hostile and gives rows all the same, and an error that does not say of what.
#[test]
fn metadata_that_cannot_be_followed_is_an_error() {
    let source = ICEBERG.table("changed");
    let edited = |edit: &dyn Fn(&mut Value, &Path)| {
        let table = copy(Path::new(&source));
        let path = newest(table.path().to_str().unwrap());
        let mut metadata: Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
        edit(&mut metadata, table.path());
        std::fs::write(&path, metadata.to_string()).unwrap();
        table
    };
    let each = |table: &Path, folder: &str, ending: &str, with: &dyn Fn(&Path)| {
        let files = std::fs::read_dir(table.join(folder)).unwrap().map(|entry| entry.unwrap().path());
        files.filter(|path| path.to_str().unwrap().ends_with(ending)).for_each(|path| with(&path));
    };
    type Edit<'a> = &'a dyn Fn(&mut Value, &Path);
    let cases: [(&str, Edit<'_>, &str); 13] = [
        ("a later format", &|metadata, _| metadata["format-version"] = json!(3), "its format is of version 3"),
        ("no location", &|metadata, _| drop(metadata.as_object_mut().unwrap().remove("location")), "location"),
        (
            "another location",
            &|metadata, _| metadata["location"] = json!("file:///elsewhere"),
            "is not below the location",
        ),
        (
            "a step up",
            &|metadata, _| {
                let up = format!("{}/../x.avro", metadata["location"].as_str().unwrap());
                let current = metadata["current-snapshot-id"].clone();
                for snapshot in metadata["snapshots"].as_array_mut().unwrap() {
                    if snapshot["snapshot-id"] == current {
                        snapshot["manifest-list"] = json!(up);
                    }
                }
            },
            "lies outside",
        ),
        ("no such snapshot", &|metadata, _| metadata["current-snapshot-id"] = json!(5), "there is no snapshot 5"),
        ("no such schema", &|metadata, _| metadata["current-schema-id"] = json!(5), "it has no schema 5"),
        (
            "an unknown type",
            &|metadata, _| metadata["schemas"][0]["fields"][1]["type"] = json!("variant"),
            "\"variant\"",
        ),
        (
            "a default",
            &|metadata, _| metadata["schemas"][0]["fields"][1]["initial-default"] = json!("x"),
            "has a default",
        ),
        (
            "another type",
            &|metadata, _| metadata["schemas"][0]["fields"][1]["type"] = json!("long"),
            "its column `v` is",
        ),
        (
            "no manifest",
            &|_, table| each(table, "metadata", "-m0.avro", &|path| std::fs::remove_file(path).unwrap()),
            "it is not there",
        ),
        (
            "a cut manifest",
            &|_, table| {
                each(table, "metadata", "-m0.avro", &|path| {
                    let bytes = std::fs::read(path).unwrap();
                    std::fs::write(path, &bytes[..bytes.len() / 2]).unwrap();
                })
            },
            "its manifest",
        ),
        (
            "no Avro",
            &|_, table| each(table, "metadata", ".avro", &|path| std::fs::write(path, "x").unwrap()),
            "its manifest",
        ),
        (
            "no data file",
            &|_, table| each(table, "data", ".parquet", &|path| std::fs::remove_file(path).unwrap()),
            "may have been vacuumed",
        ),
    ];
    for (name, edit, told) in cases {
        let table = edited(edit);
        let (code, text) = diff(table.path(), ".", ".", &[]);
        assert!(code == Some(2) && text.contains(told), "{name}: {text}");
        assert!(!text.contains("panicked") && !text.contains("defect"), "{name}: {text}");
    }
    let table = copy(Path::new(&source));
    let path = newest(table.path().to_str().unwrap());
    for text in ["", "{", "[]", "{\"format-version\":2}", "{\"format-version\":\"x\"}"] {
        std::fs::write(&path, text).unwrap();
        let (code, told) = diff(table.path(), ".", ".", &[]);
        assert!(code == Some(2) && told.contains("its metadata"), "{text}: {told}");
    }
    // Other files in the place of those that were committed.
    let table = copy(Path::new(&source));
    let other = tempfile::tempdir().unwrap();
    let other = other.path().join("other.parquet");
    let ids: ArrayRef = Arc::new(Int64Array::from(vec![1]));
    write_batch(&other, &RecordBatch::try_from_iter([("id", ids)]).unwrap());
    each(table.path(), "data", ".parquet", &|path| assert!(std::fs::copy(&other, path).is_ok()));
    let (code, text) = diff(table.path(), ".", ".", &[]);
    assert!(code == Some(2) && text.contains("it is another file"), "{text}");
}

/// Catches a state that is not there and is taken for another, and one that means nothing.
#[test]
fn a_state_that_is_not_there_is_an_error() {
    let folder = ICEBERG.folder.path();
    let table = ICEBERG.table("changed");
    for (state, told) in [
        ("{ snapshot = 99 }", "there is no snapshot 99"),
        ("{ timestamp = \"1999-01-01T00:00:00Z\" }", "it has no snapshot of 1999-01-01"),
        ("{ version = 3 }", "an Iceberg table has snapshots"),
        ("{ reference = \"nobody\" }", "no branch or tag `nobody`; known: first, main"),
    ] {
        let (code, text) = diff(folder, &table, &table, &["--new-as-of", state]);
        assert!(code == Some(2) && text.contains(told), "{state}: {text}");
    }
    let metadata: Value = serde_json::from_slice(&std::fs::read(newest(&table)).unwrap()).unwrap();
    let entry = &metadata["snapshot-log"][1];
    let time = chrono::DateTime::from_timestamp_millis(entry["timestamp-ms"].as_i64().unwrap()).unwrap();
    let state = format!("{{ timestamp = \"{}\" }}", time.to_rfc3339_opts(chrono::SecondsFormat::Millis, true));
    let (_, text) = diff(folder, &table, &table, &["--new-as-of", &state]);
    assert!(text.contains(&format!("new changed: iceberg {} of", entry["snapshot-id"])), "{text}");
}

/// Catches a store in which metadata is not found, by the folder, the folder above and its own name.
#[tokio::test(flavor = "multi_thread")]
async fn a_table_lies_in_a_store_as_in_a_folder() {
    let folder = tempfile::tempdir().unwrap();
    let mark = format!("icebergs-{}", std::process::id());
    for case in ["parted", "deleted"] {
        let expected =
            ICEBERG.cases.iter().find(|one| one.table == case).and_then(|one| one.expected.as_ref()).unwrap();
        let url = stored(Path::new(&ICEBERG.table(case)), &mark).await;
        let above = url.strip_suffix(case).unwrap().trim_end_matches('/').to_owned();
        let file = format!("{url}/metadata/{}", newest(&ICEBERG.table(case)).file_name().unwrap().to_str().unwrap());
        for place in [&url, &above, &file] {
            let mut command = cutover(folder.path());
            command.args(["diff", "--old", expected, "--new", place, "--new-table", case, "--key", "id"]);
            let (code, text) = said(of_store(&mut command));
            assert_eq!(code, Some(0), "{place}: {text}");
        }
    }
}

/// Catches a column that is NULL where the file has values of it under no number, and a table that cannot be read because it
/// is partitioned by a moment without a zone; metadata that is no version, or grows without an end.
#[test]
fn odd_files_and_names_are_read_or_named() {
    let table = copy(Path::new(&ICEBERG.table("changed")));
    let data = walkdir::WalkDir::new(table.path().join("data")).into_iter().map(|entry| entry.unwrap().into_path());
    for data in data.filter(|path| path.extension().is_some_and(|ending| ending == "parquet")) {
        let file = std::fs::File::open(&data).unwrap();
        let size = usize::try_from(file.metadata().unwrap().len()).unwrap();
        let reader = ParquetRecordBatchReaderBuilder::try_new(file).unwrap().build().unwrap();
        let batch = reader.map(Result::unwrap).next().unwrap();
        let mut fields: Vec<Field> = batch.schema().fields().iter().map(|field| field.as_ref().clone()).collect();
        let last = fields.pop().unwrap();
        fields.push(Field::new(last.name(), last.data_type().clone(), true));
        write_batch(&data, &RecordBatch::try_new(Arc::new(Schema::new(fields)), batch.columns().to_vec()).unwrap());
        // As long as the manifest says: what stands before the footer is not looked at.
        let written = std::fs::read(&data).unwrap();
        std::fs::write(&data, [&written[..4], &vec![0; size - written.len()], &written[4..]].concat()).unwrap();
    }
    let (code, text) = diff(table.path(), ".", ".", &[]);
    assert!(code == Some(2) && text.contains("has no number"), "{text}");
}

/// Catches a version beyond all numbers that breaks the run off, and metadata that is unpacked until memory ends.
#[test]
fn hostile_metadata_is_an_error() {
    let table = copy(Path::new(&ICEBERG.table("changed")));
    let folder = table.path().join("metadata");
    let last = u64::MAX;
    std::fs::copy(newest(table.path().to_str().unwrap()), folder.join(format!("v{last}.metadata.json"))).unwrap();
    std::fs::write(folder.join("version-hint.text"), last.to_string()).unwrap();
    let (code, text) = diff(table.path(), ".", ".", &[]);
    assert_eq!(code, Some(0), "{text}");
    std::fs::remove_file(folder.join(format!("v{last}.metadata.json"))).unwrap();
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    for _ in 0..300 {
        std::io::Write::write_all(&mut packed, &[b' '; 1 << 20]).unwrap();
    }
    std::fs::write(folder.join("v7.gz.metadata.json"), packed.finish().unwrap()).unwrap();
    std::fs::write(folder.join("version-hint.text"), "7").unwrap();
    let (code, text) = diff(table.path(), ".", ".", &[]);
    assert!(code == Some(2) && text.contains("unpacks to more than 256 MiB"), "{text}");
}

//! Delta tables.

use std::path::Path;
use std::sync::Arc;

use arrow::array::{
    ArrayRef, Decimal128Array, Float32Array, Int8Array, Int32Array, Int64Array, RecordBatch, TimestampMillisecondArray,
    TimestampNanosecondArray,
};
use arrow::datatypes::TimeUnit;
use serde_json::json;

use super::log::{Table, add, protocol, without, without_by_file};
use super::{Case, DELTA, diff, of_store, said, stored};
use crate::cli::cutover;
use crate::parquet::write_batch;

const PLAIN: [(&str, Option<i32>); 2] = [("id", None), ("v", None)];

/// Catches a row that was deleted, replaced or of another version and shows, one that is missing, and a value of a partition
/// or a type that is another than the writer's own reader gives.
#[test]
fn a_table_has_the_rows_that_its_writer_reads() {
    let folder = DELTA.folder.path();
    for Case { table, version, state, expected } in &DELTA.cases {
        let state = state.as_ref().map_or(Vec::new(), |state| vec!["--new-as-of", state.as_str()]);
        let Some(expected) = expected else {
            let query = [
                &state[..],
                &["--new-sql", &format!("SELECT count(*) AS id FROM {table}"), "--old-sql", "SELECT 0 AS id"],
            ];
            let (code, text) = diff(folder, &DELTA.table(table), &DELTA.table(table), &query.concat());
            assert_eq!(code, Some(0), "{table}: {text}");
            continue;
        };
        let (code, text) = diff(folder, expected, &DELTA.table(table), &state);
        assert_eq!(code, Some(0), "{table} {version}: {text}");
        assert!(text.contains(&format!("{table}: delta {version} of 20")), "{table} {version}: {text}");
    }
}

/// Catches a table of a log that is taken for its files where it lies among others, or is named by a pattern.
#[test]
fn files_of_a_table_with_a_log_are_not_read_without_it() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    let tables = DELTA.folder.path().join("tables");
    let expected = DELTA.cases[0].expected.as_ref().unwrap();
    let (code, text) = diff(at, expected, tables.to_str().unwrap(), &["--new-table", "changed"]);
    assert_eq!(code, Some(0), "{text}");
    std::fs::create_dir(at.join("above")).unwrap();
    std::os::unix::fs::symlink(&tables, at.join("above/tables")).unwrap();
    let (code, text) = diff(at, expected, "above", &["--new-table", "tables"]);
    assert!(code == Some(2) && text.contains("is a table with a log"), "{text}");
    for pattern in
        ["above/tables/changed/*.parquet", "above/**/*.parquet", "above/tables/by_day/day=2026-01-01/*/*/*.parquet"]
    {
        let (code, text) = diff(at, expected, pattern, &[]);
        assert!(code == Some(2) && text.contains("is a table with a log"), "{pattern}: {text}");
    }
}

/// Catches deleted rows that show, wherever their numbers stand, and numbers that are another file's.
#[test]
fn rows_that_a_vector_deletes_are_left_out() {
    let rows = |from: i64, to: i64| (from..to).map(|id| format!("{id},v{id}\n")).collect::<String>();
    let mut table = Table::new(&["deletionVectors"], &json!({}));
    let first = table.file("a.parquet", 0..20_000, PLAIN);
    let second = table.file("b.parquet", 20_000..20_010, PLAIN);
    table.commit(&[first.clone(), without_by_file(second, &table.at(), &[0, 9])]);
    let path = table.at();
    let path = path.to_str().unwrap();
    let at = table.folder.path().to_owned();
    let typed = ["--type", "id=integer"];
    std::fs::write(at.join("old.csv"), format!("id,v\n{}{}", rows(0, 20_000), rows(20_001, 20_009))).unwrap();
    let (code, text) = diff(&at, "old.csv", path, &typed);
    assert_eq!(code, Some(0), "{text}");
    // The first of two batches, its border, the last row.
    let removed = json!({ "remove": { "path": "a.parquet", "dataChange": true, "deletionTimestamp": 1 } });
    table.commit(&[removed.clone(), without(first.clone(), &[0, 8191, 8192, 19_999])]);
    let kept = [rows(1, 8191), rows(8193, 19_999), rows(20_001, 20_009)].concat();
    std::fs::write(at.join("old.csv"), format!("id,v\n{kept}")).unwrap();
    let (code, text) = diff(&at, "old.csv", path, &typed);
    assert_eq!(code, Some(0), "{text}");
    let (code, text) = diff(&at, "old.csv", path, &[&typed[..], &["--new-as-of", "{ version = 1 }"]].concat());
    assert!(code == Some(1) && text.contains("4 extra"), "{text}");
    // A row that the file does not have.
    let last = removed.clone();
    let mut undone = without(first.clone(), &[20_000]);
    table.commit(&[last, undone.clone()]);
    let (code, text) = diff(&at, "old.csv", path, &typed);
    assert!(code == Some(2) && text.contains("its row 20000 was deleted"), "{text}");
    undone["add"]["deletionVector"]["cardinality"] = json!(2);
    table.commit(&[removed, undone]);
    let (code, text) = diff(&at, "old.csv", path, &typed);
    assert!(code == Some(2) && text.contains("the deletion vector of"), "{text}");
}

/// Catches a renamed column that is read as NULL, and one that was dropped and added again and is read from the old files.
#[test]
fn columns_are_mapped_by_name_and_by_number() {
    let field = |name: &str, of: &str, id: i32, physical: &str| {
        json!({ "name": name, "type": of, "nullable": true,
                "metadata": { "delta.columnMapping.id": id, "delta.columnMapping.physicalName": physical } })
    };
    let fields =
        json!([field("id", "long", 1, "col-a"), field("renamed", "string", 2, "v"), field("v", "string", 3, "col-c")]);
    for mode in ["name", "id"] {
        let configuration = json!({ "delta.columnMapping.mode": mode, "delta.columnMapping.maxColumnId": "3" });
        let mut table = Table::with(&["columnMapping"], &configuration, &fields);
        // By number the names of the files mean nothing.
        let columns =
            if mode == "name" { [("col-a", Some(1)), ("v", Some(2))] } else { [("x", Some(1)), ("col-c", Some(2))] };
        let file = table.file("a.parquet", 0..3, columns);
        table.commit(&[file]);
        let at = table.folder.path();
        std::fs::write(at.join("old.csv"), "id,renamed,v\n0,v0,\n1,v1,\n2,v2,\n").unwrap();
        let (code, text) = diff(at, "old.csv", table.at().to_str().unwrap(), &["--type", "id=integer"]);
        assert_eq!(code, Some(0), "{mode}: {text}");
    }
    let configuration = json!({ "delta.columnMapping.mode": "id", "delta.columnMapping.maxColumnId": "3" });
    let mut table = Table::with(&["columnMapping"], &configuration, &fields);
    let file = table.file("a.parquet", 0..3, PLAIN);
    table.commit(&[file]);
    let path = table.at();
    let (code, text) = diff(table.folder.path(), path.to_str().unwrap(), path.to_str().unwrap(), &[]);
    assert!(code == Some(2) && text.contains("its columns have no numbers"), "{text}");
}

/// Catches a log that is broken, incomplete, of the future or hostile and gives rows all the same, and an error that does not
/// say of what.
#[test]
fn a_log_that_cannot_be_followed_is_an_error() {
    let table = |change: &dyn Fn(&mut Table)| {
        let mut table = Table::new(&[], &json!({}));
        let file = table.file("a.parquet", 0..3, PLAIN);
        table.commit(&[file]);
        change(&mut table);
        table
    };
    let lines = |table: &Table, version: u64| std::fs::read_to_string(table.log(version)).unwrap();
    type Change<'a> = &'a dyn Fn(&mut Table);
    let cases: [(&str, Change<'_>, &str); 16] = [
        (
            "a cut commit",
            &|table| {
                let whole = lines(table, 1);
                std::fs::write(table.log(1), &whole[..whole.len() / 2]).unwrap();
            },
            "00001.json is no commit",
        ),
        ("no JSON", &|table| std::fs::write(table.log(1), "\u{0}\u{1}").unwrap(), "00001.json is no commit"),
        (
            "an array for a path",
            &|table| table.commit(&[json!({ "add": { "path": ["a"], "size": "x" } })]),
            "no commit",
        ),
        (
            "a missing commit",
            &|table| {
                table.commit(&[]);
                std::fs::remove_file(table.log(1)).unwrap();
            },
            "cannot be read",
        ),
        ("no first commit", &|table| std::fs::remove_file(table.log(0)).unwrap(), "cannot be read"),
        (
            "an empty log",
            &|table| [0, 1].iter().for_each(|at| std::fs::remove_file(table.log(*at)).unwrap()),
            "cannot be read",
        ),
        ("an unknown feature", &|table| table.commit(&[protocol(&["rowFilters"])]), "rowFilters"),
        ("a catalogue", &|table| table.commit(&[protocol(&["catalogManaged"])]), "atalog"),
        (
            "a later protocol",
            &|table| {
                table.commit(&[json!({ "protocol": { "minReaderVersion": 9, "minWriterVersion": 9 } })]);
            },
            "version 9",
        ),
        (
            "a missing file",
            &|table| std::fs::remove_file(table.at().join("a.parquet")).unwrap(),
            "may have been vacuumed",
        ),
        (
            "another file",
            &|table| {
                let _ = table.file("a.parquet", 0..4, PLAIN);
            },
            "it is another file",
        ),
        (
            "no Parquet",
            &|table| {
                let path = table.at().join("a.parquet");
                std::fs::write(&path, vec![b'x'; usize::try_from(path.metadata().unwrap().len()).unwrap()]).unwrap();
            },
            "a.parquet cannot be read",
        ),
        ("a step up", &|table| table.commit(&[add("../other.parquet", Path::new("/"))]), "lies outside"),
        ("an absolute path", &|table| table.commit(&[add("/etc/passwd", Path::new("/"))]), "lies outside"),
        ("another store", &|table| table.commit(&[add("s3://b/x.parquet", Path::new("/"))]), "lies outside"),
        (
            "another type",
            &|table| {
                let name = "b.parquet";
                let file = table.file(name, 0..3, [("v", None), ("id", None)]);
                table.commit(&[file]);
            },
            "its column `id` is Utf8, and Int64 in its table",
        ),
    ];
    for (name, change, told) in cases {
        let table = table(change);
        let path = table.at().display().to_string();
        let (code, text) = diff(table.folder.path(), &path, &path, &[]);
        assert!(code == Some(2) && text.contains(told) && text.contains(&path), "{name}: {text}");
        assert!(!text.contains("panicked") && !text.contains("defect"), "{name}: {text}");
    }
}

/// Catches a state that is not there and is taken for another, and one that means nothing.
#[test]
fn a_state_that_is_not_there_is_an_error() {
    let folder = DELTA.folder.path();
    let table = DELTA.table("changed");
    for (state, told) in [
        ("{ version = 99 }", "the version 99 cannot be read"),
        ("{ timestamp = \"1999-01-01T00:00:00Z\" }", "no version of 1999-01-01"),
        ("{ snapshot = 3 }", "a Delta table has versions"),
        ("{ timestamp = \"yesterday\" }", "write a moment"),
        ("{ version = 1, snapshot = 2 }", "names one state"),
        ("{ }", "names one state"),
        ("{ versoin = 1 }", "versoin"),
    ] {
        let (code, text) = diff(folder, &table, &table, &["--new-as-of", state]);
        assert!(code == Some(2) && text.contains(told), "{state}: {text}");
    }
    let (code, text) = diff(folder, "sqlite:x", &table, &["--old-as-of", "{ version = 1 }", "--old-table", "t"]);
    assert!(code == Some(2) && text.contains("--old-as-of"), "{text}");
    let (code, text) = diff(folder, &table, &table, &["--partition", "v=text"]);
    assert!(code == Some(2) && text.contains("the log of `changed`"), "{text}");
    // The time of a version is that of its commit.
    let commit = |version: u64| Path::new(&table).join(format!("_delta_log/{version:020}.json"));
    let time: chrono::DateTime<chrono::Utc> = commit(1).metadata().unwrap().modified().unwrap().into();
    let state = format!("{{ timestamp = \"{}\" }}", time.to_rfc3339_opts(chrono::SecondsFormat::Millis, true));
    let (_, text) = diff(folder, &table, &table, &["--columns", "id,v", "--new-as-of", &state]);
    assert!(
        text.contains("changed: delta 3") && (text.contains("changed: delta 1") || text.contains("changed: delta 2")),
        "{text}"
    );
}

/// Catches a report that does not say which state of a table was read.
#[test]
fn a_report_says_what_was_read() {
    let mut table = Table::new(&[], &json!({}));
    let file = table.file("a.parquet", 0..3, PLAIN);
    table.commit(&[file]);
    let at = table.folder.path();
    std::fs::write(
        at.join("suite.toml"),
        "name = \"s\"\n[sources.old]\nurl = \"t\"\n[sources.new]\nurl = \"t\"\nas_of = { version = 1 }\n\
         [checks.c]\nkind = \"rows\"\nkey = [\"id\"]\nold = \"SELECT * FROM t\"\nnew = \"SELECT * FROM t\"\n",
    )
    .unwrap();
    let (code, text) =
        said(cutover(at).args(["run", "suite.toml", "--report", "json=r.json", "--report", "markdown=r.md"]));
    assert_eq!(code, Some(0), "{text}");
    let report: serde_json::Value = serde_json::from_slice(&std::fs::read(at.join("r.json")).unwrap()).unwrap();
    for side in ["old", "new"] {
        let read = &report["suites"][0]["sources"][side]["tables"]["t"];
        assert!(
            read["format"] == "delta"
                && read["version"] == "1"
                && read["at"].is_string()
                && read["id"] == "4a1c3f4e-0000-4000-8000-000000000000",
            "{read}"
        );
    }
    let markdown = std::fs::read_to_string(at.join("r.md")).unwrap();
    assert!(markdown.contains("delta 1 of 20"), "{markdown}");
}

/// Catches an older file whose narrower values are read as others, a wider value that is cut, and an instant of an old writer
/// that moves.
#[test]
fn files_of_narrower_types_are_read_as_the_log_says() {
    let column = |name: &str, of: &str| json!({ "name": name, "type": of, "nullable": true, "metadata": {} });
    let fields =
        json!([column("id", "long"), column("n", "decimal(12,2)"), column("f", "double"), column("at", "timestamp")]);
    let mut table = Table::with(&["typeWidening"], &json!({ "delta.enableTypeWidening": "true" }), &fields);
    let micros = |unit: i64| vec![1_767_225_600 * unit, -unit];
    let times = |of: TimeUnit| -> ArrayRef {
        match of {
            TimeUnit::Millisecond => Arc::new(TimestampMillisecondArray::from(micros(1000)).with_timezone("UTC")),
            _ => Arc::new(TimestampNanosecondArray::from(micros(1_000_000_000)).with_timezone("UTC")),
        }
    };
    let mut put = |name: &str, columns: Vec<(&str, ArrayRef)>| {
        let path = table.at().join(name);
        write_batch(&path, &RecordBatch::try_from_iter(columns).unwrap());
        table.commit(&[add(name, &path)]);
    };
    let decimals = Decimal128Array::from(vec![105_i128, -7]).with_precision_and_scale(5, 1).unwrap();
    put(
        "a.parquet",
        vec![
            ("id", Arc::new(Int32Array::from(vec![1, -2]))),
            ("n", Arc::new(decimals)),
            ("f", Arc::new(Float32Array::from(vec![0.5, -1.5]))),
            ("at", times(TimeUnit::Millisecond)),
        ],
    );
    put(
        "b.parquet",
        vec![
            ("at", times(TimeUnit::Nanosecond)),
            ("id", Arc::new(Int8Array::from(vec![3, -4]))),
            ("n", Arc::new(Int32Array::from(vec![7, -8]))),
            ("f", Arc::new(Int32Array::from(vec![9, -10]))),
        ],
    );
    let at = table.folder.path().to_owned();
    let times = ["2026-01-01 00:00:00", "1969-12-31 23:59:59"];
    let row = |id: i64, n: &str, f: &str, at: usize| format!("{id},{n},{f},{}\n", times[at]);
    let rows = [row(1, "10.5", "0.5", 0), row(-2, "-0.7", "-1.5", 1), row(3, "7", "9", 0), row(-4, "-8", "-10", 1)];
    std::fs::write(at.join("old.csv"), format!("id,n,f,at\n{}", rows.concat())).unwrap();
    let typed = ["--type", "id=integer", "--type", "n=decimal(12,2)", "--type", "f=float", "--type", "at=timestamp(6)"];
    let path = table.at();
    let (code, text) =
        diff(&at, "old.csv", path.to_str().unwrap(), &[&typed[..], &["--rule", "at={ zone = \"UTC\" }"]].concat());
    assert_eq!(code, Some(0), "{text}");
    let refused = |name: &str, columns: Vec<(&str, ArrayRef)>, told: &str| {
        let mut other = Table::with(&["typeWidening"], &json!({}), &fields);
        let path = other.at().join(name);
        write_batch(&path, &RecordBatch::try_from_iter(columns).unwrap());
        other.commit(&[add(name, &path)]);
        let path = other.at();
        let (code, text) = diff(&at, "old.csv", path.to_str().unwrap(), &typed);
        assert!(code == Some(2) && text.contains(told), "{name}: {text}");
    };
    let fine = TimestampNanosecondArray::from(vec![1_001]).with_timezone("UTC");
    refused("fine.parquet", vec![("at", Arc::new(fine))], "a value with more digits than");
    refused(
        "wall.parquet",
        vec![("at", Arc::new(TimestampNanosecondArray::from(vec![0])))],
        "its column `at` is Timestamp",
    );
    refused("wide.parquet", vec![("f", Arc::new(Int64Array::from(vec![1])))], "its column `f` is Int64");
    refused(
        "case.parquet",
        vec![("ID", Arc::new(Int64Array::from(vec![1])))],
        "it has a column `ID`, and its table `id`",
    );
}

/// Catches a store in which a log is not found, or names other files than those of its folder, and a table beside others that is
/// taken for its files.
#[tokio::test(flavor = "multi_thread")]
async fn a_table_lies_in_a_store_as_in_a_folder() {
    let folder = tempfile::tempdir().unwrap();
    let mark = format!("lakes-{}", std::process::id());
    for Case { table, state, expected, .. } in &DELTA.cases {
        let Some(expected) = expected else { continue };
        if state.is_some() || !["changed", "by_s", "checkpointed"].contains(&table.as_str()) {
            continue;
        }
        let url = stored(Path::new(&DELTA.table(table)), &mark).await;
        let above = url.strip_suffix(table).unwrap().trim_end_matches('/').to_owned();
        for place in [&url, &above] {
            let mut command = cutover(folder.path());
            command.args(["diff", "--old", expected, "--new", place, "--new-table", table, "--key", "id"]);
            let (code, text) = said(of_store(&mut command));
            assert_eq!(code, Some(0), "{table}: {text}");
            assert!(text.contains(&format!("{table}: delta ")) && !text.contains("s3cret-of-aws"), "{table}: {text}");
        }
        for place in
            [format!("{url}/*.parquet"), format!("{above}/**/*.parquet"), above.trim_end_matches(&mark).to_owned()]
        {
            let mut command = cutover(folder.path());
            command.args(["diff", "--old", expected, "--new", &place, "--new-table", &mark, "--key", "id"]);
            let (code, text) = said(of_store(&mut command));
            assert!(code == Some(2) && text.contains("is a table with a log"), "{place}: {text}");
        }
    }
}

/// Catches files of a table that are read without its log, by a folder within it or a link into it, and a commit that is
/// passed over because it is no file.
#[test]
fn what_lies_within_a_table_is_not_read_by_itself() {
    let mut table = Table::new(&[], &json!({}));
    std::fs::create_dir(table.at().join("p=1")).unwrap();
    let first = table.file("p=1/a.parquet", 0..3, [("id", None), ("v", None)]);
    table.commit(&[first]);
    let beside = tempfile::tempdir().unwrap();
    let within = table.at().join("p=1");
    std::os::unix::fs::symlink(&within, beside.path().join("part")).unwrap();
    std::fs::create_dir(beside.path().join("files")).unwrap();
    std::os::unix::fs::symlink(within.join("a.parquet"), beside.path().join("files/a.parquet")).unwrap();
    let shown = |path: &Path| path.display().to_string();
    let places =
        [shown(&within), "part".to_owned(), "*/*.parquet".to_owned(), "files/*.parquet".to_owned(), ".".to_owned()];
    for place in places {
        let (code, text) = diff(beside.path(), &place, &place, &["--table", "a"]);
        assert!(code == Some(2) && text.contains("is a table with a log"), "{place}: {text}");
    }
    let at = shown(&table.at());
    let (code, text) = diff(beside.path(), &at, &at, &[]);
    assert_eq!(code, Some(0), "{text}");
    let commit = table.at().join("_delta_log/00000000000000000002.json");
    std::os::unix::fs::symlink("away", &commit).unwrap();
    let (code, text) = diff(beside.path(), &at, &at, &[]);
    assert!(code == Some(2) && text.contains("000002.json is no file"), "{text}");
    std::fs::remove_file(&commit).unwrap();
    std::fs::create_dir(&commit).unwrap();
    let (code, text) = diff(beside.path(), &at, &at, &[]);
    assert!(code == Some(2) && text.contains("000002.json is no file"), "{text}");
}

/// Catches a state that is asked for and that a query has no table for.
#[test]
fn a_state_of_no_table_is_an_error() {
    let mut table = Table::new(&[], &json!({}));
    let first = table.file("a.parquet", 0..3, [("id", None), ("v", None)]);
    table.commit(&[first]);
    let folder = tempfile::tempdir().unwrap();
    std::os::unix::fs::symlink(table.at(), folder.path().join("logged")).unwrap();
    std::fs::copy(table.at().join("a.parquet"), folder.path().join("loose.parquet")).unwrap();
    let state = ["--old-as-of", "{ version = 1 }"];
    let (code, text) = diff(folder.path(), ".", ".", &[&["--table", "loose"][..], &state].concat());
    assert!(code == Some(2) && text.contains("`as_of` says nothing of loose"), "{text}");
    let (code, text) = diff(folder.path(), ".", ".", &[&["--table", "logged"][..], &state].concat());
    assert_eq!(code, Some(0), "{text}");
}

/// Catches a value of a partition that is read as NULL, or passed over, because the log names it otherwise than its column.
#[test]
fn values_of_partitions_are_named_as_their_columns() {
    let named = |columns: &[&str], values: &serde_json::Value| {
        let mut table = Table::new(&[], &json!({}));
        let log = std::fs::read_to_string(table.log(0)).unwrap();
        let partitioned = format!("\"partitionColumns\":{}", json!(columns));
        std::fs::write(table.log(0), log.replace("\"partitionColumns\":[]", &partitioned)).unwrap();
        let mut action = table.file("a.parquet", 1..3, PLAIN);
        action["add"]["partitionValues"] = values.clone();
        table.commit(&[action]);
        std::fs::write(table.folder.path().join("old.csv"), "id,v\n1,x\n2,x\n").unwrap();
        diff(table.folder.path(), "old.csv", "t", &[])
    };
    let (code, text) = named(&["v"], &json!({ "v": "x" }));
    assert_eq!(code, Some(0), "{text}");
    let (code, text) = named(&["v"], &json!({ "v": null }));
    assert!(code == Some(1) && text.contains("x → NULL"), "{text}");
    for (columns, values, why) in [
        (&["v"][..], json!({}), "a.parquet no value of its partition column `v`"),
        (&["v"], json!({ "V": "x" }), "a.parquet no value of its partition column `v`"),
        (&["v"], json!({ "v": "x", "V": "y" }), "a.parquet a value of no partition column, `V`"),
        (&[], json!({ "v": "x" }), "a.parquet a value of no partition column, `v`"),
    ] {
        let (code, text) = named(columns, &values);
        assert!(code == Some(2) && text.contains(why), "{values}: {text}");
    }
}

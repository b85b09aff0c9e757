//! Columns that stand in the names of folders, and a side that comes through standard input.

use std::io::Write;
use std::path::Path;
use std::process::Stdio;
use std::sync::Arc;

use arrow::array::{ArrayRef, Date32Array, Int64Array, RecordBatch, StringArray};

use crate::cli::cutover;
use crate::parquet::write_batch;

/// Returns the exit code of a `diff` by `id`, and what it says, in one line.
fn diff(folder: &Path, old: &str, new: &str, arguments: &[&str]) -> (Option<i32>, String) {
    let output =
        cutover(folder).args(["diff", "--old", old, "--new", new, "--key", "id"]).args(arguments).output().unwrap();
    let text = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    (output.status.code(), text.split_whitespace().collect::<Vec<_>>().join(" "))
}

fn put(folder: &Path, name: &str, text: &str) {
    let path = folder.join(name);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, text).unwrap();
}

/// Writes ids, and a day of each where it is given, as the days since 1970.
fn parquet(folder: &Path, name: &str, ids: &[i64], days: Option<&[i32]>) {
    let path = folder.join(name);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    let mut columns: Vec<(&str, ArrayRef)> = vec![("id", Arc::new(Int64Array::from(ids.to_vec())))];
    if let Some(days) = days {
        columns.push(("day", Arc::new(Date32Array::from(days.to_vec()))));
    }
    write_batch(&path, &RecordBatch::try_from_iter(columns).unwrap());
}

/// Catches a column of folders that is left out, of another type, taken from another folder, or NULL where it is not.
#[test]
fn folders_name_columns_where_they_are_declared() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    for (day, ids) in [("2026-01-01", [1, 2]), ("2026-01-02", [3, 4]), ("__HIVE_DEFAULT_PARTITION__", [5, 6])] {
        for region in ["eu%2Fwest", "us"] {
            let ids: Vec<i64> = ids.iter().map(|id| id + if region == "us" { 10 } else { 0 }).collect();
            parquet(at, &format!("p/t/day={day}/region={region}/part-0.parquet"), &ids, None);
            let lines: String = ids.iter().map(|id| format!("{id}\n")).collect();
            put(at, &format!("c/t/day={day}/region={region}/part-0.csv"), &format!("id\n{lines}"));
            let lines: String = ids.iter().map(|id| format!("{{\"id\":{id}}}\n")).collect();
            put(at, &format!("n/t/day={day}/region={region}/part-0.ndjson"), &lines);
        }
    }
    let lines = |changed: &str| {
        let mut lines = "id,day,region\n".to_owned();
        for id in [1, 2, 3, 4, 5, 6, 11, 12, 13, 14, 15, 16] {
            let day = ["2026-01-01", "2026-01-01", "2026-01-02", changed, "", ""][(id - 1) % 10];
            lines += &format!("{id},{day},{}\n", if id > 10 { "us" } else { "eu/west" });
        }
        lines
    };
    put(at, "plain.csv", &lines("2026-01-02"));
    put(at, "changed.csv", &lines("2026-01-03"));
    let declared =
        ["--partition", "day=date", "--partition", "region=text", "--type", "id=integer", "--type", "day=date"];
    for form in ["p", "c", "n"] {
        for (other, code) in [("plain.csv", 0), ("changed.csv", 1)] {
            let (found, text) = diff(at, other, form, &[&declared[..], &["--new-table", "t"]].concat());
            assert_eq!(found, Some(code), "{form} {other}: {text}");
        }
        let pattern = format!("{form}/t/day=2026-01-02/*/*");
        let (found, text) = diff(at, &pattern, &pattern, &["--partition", "day=date"]);
        assert!(found == Some(0) && text.contains("4 rows"), "{form}: {text}");
    }
    let (found, text) = diff(at, "plain.csv", "p", &["--new-table", "t", "--type", "id=integer"]);
    assert!(found != Some(0), "the columns are there without being declared: {text}");
}

/// Catches a folder that is believed against the file's own column, and one that says nothing and is taken for NULL.
#[test]
fn a_file_knows_best_and_a_folder_that_disagrees_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    let first = 20_454; // 2026-01-01
    parquet(at, "a/t/day=2026-01-01/x.parquet", &[1, 2], Some(&[first, first]));
    parquet(at, "a/t/day=2026-01-02/x.parquet", &[3], Some(&[first + 1]));
    parquet(at, "b/t/day=2026-01-01/x.parquet", &[1, 2], Some(&[first, first + 1]));
    parquet(at, "b/t/day=2026-01-02/x.parquet", &[3], Some(&[first + 1]));
    put(at, "c/t/day=2026-01-01/x.csv", "id,day\n1,2026-01-01\n2,\n");
    parquet(at, "d/t/x.parquet", &[1], None);
    parquet(at, "e/t/day=soon/x.parquet", &[1], None);
    let day = ["--table", "t", "--partition", "day=date"];
    assert_eq!(diff(at, "a", "a", &day).0, Some(0));
    for (form, told) in [
        ("b", "b/t/day=2026-01-01/x.parquet has a column `day` of its own, and a row in which it is not 2026-01-01"),
        ("c", "c/t/day=2026-01-01/x.csv has a column `day` of its own"),
        ("d", "d/t/x.parquet lies in no folder `day=…`"),
        ("e", "`day=soon` is no value of the type"),
    ] {
        let (code, text) = diff(at, form, form, &day);
        assert!(code == Some(2) && text.contains(told), "{form}: {text}");
    }
    // The way out that each message names.
    assert_eq!(diff(at, "b", "b", &["--table", "t"]).0, Some(0));
    let (code, text) = diff(at, "a", "a", &["--table", "t", "--partition", "day=dat"]);
    assert!(code == Some(2) && text.contains("`partitions.day` is \"dat\"; known: integer"), "{text}");
    put(
        at,
        "suite.toml",
        "name = 's'\n[sources.old]\nurl = 'sqlite:x.db'\npartitions = { day = 'date' }\n[sources.new]\nurl = 'a'\n",
    );
    let output = cutover(at).args(["validate", "suite.toml"]).output().unwrap();
    let text = String::from_utf8_lossy(&output.stderr).into_owned() + &String::from_utf8_lossy(&output.stdout);
    assert!(text.contains("`partitions` means nothing for sqlite; remove it"), "{text}");
}

/// Catches files that are read by a thread each until there are no more threads, and one that is left out.
#[test]
fn many_files_are_one_table() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    for n in 0..700 {
        put(at, &format!("csv/t/{n:03}.csv"), &format!("id,v\n{n},a\n"));
        parquet(at, &format!("parquet/t/{n:03}.parquet"), &[n], None);
    }
    let all: String = (0..700).map(|n| format!("{n},a\n")).collect();
    put(at, "all.csv", &format!("id,v\n{all}"));
    let (code, text) = diff(at, "all.csv", "csv", &["--new-table", "t"]);
    assert!(code == Some(0) && text.contains("700 rows"), "{text}");
    let by_id = ["--new-table", "t", "--columns", "id", "--type", "id=integer"];
    let (code, text) = diff(at, "all.csv", "parquet", &by_id);
    assert!(code == Some(0) && text.contains("700 rows"), "{text}");
}

/// Catches a row that stands in the folder of another day and is the same row, of which nobody is told.
#[test]
fn folders_that_name_columns_which_are_not_read_are_told() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    for (side, days) in [("old", [1, 2]), ("new", [2, 1])] {
        for (id, day) in (1..).zip(days) {
            put(at, &format!("{side}/t/day=2026-01-0{day}/n={day}/a b=x/p.csv"), &format!("id\n{id}\n"));
        }
    }
    let told = "the folders of `t` say `a b` and `day` and `n`, which are no columns of the answer";
    let (code, text) = diff(at, "old", "new", &["--table", "t"]);
    assert!(code == Some(0) && text.contains(told), "{text}");
    assert!(text.contains(r#"partitions = { "a b" = "text", day = "date", n = "integer" }"#), "{text}");
    let (code, text) = diff(at, "old/t/**/*.csv", "new/t/**/*.csv", &[]);
    assert!(code == Some(0) && text.contains(told), "a pattern: {text}");
    // The way out that is told.
    let declared = ["--table", "t", "--partition", "a b=text", "--partition", "day=date", "--partition", "n=integer"];
    let (code, text) = diff(at, "old", "new", &declared);
    assert!(code == Some(1) && text.contains("2 changed") && !text.contains("the folders of"), "{text}");
    let (code, text) = diff(at, "old", "new", &declared[..6]);
    assert!(code == Some(1) && text.contains("say `n`, which is no column") && !text.contains("`day` and"), "{text}");
    // A folder that was named is none of the table's own; a column of the files is theirs.
    let (code, text) = diff(at, "old/t/day=2026-01-01/n=1/a b=x/*.csv", "old/t/day=2026-01-01/n=1/a b=x/p.csv", &[]);
    assert!(code == Some(0) && !text.contains("the folders of"), "{text}");
    for side in ["c", "d"] {
        put(at, &format!("{side}/t/day=2026-01-01/a.csv"), "id,day\n1,x\n");
    }
    let (code, text) = diff(at, "c", "d", &["--table", "t"]);
    assert!(code == Some(0) && !text.contains("the folders of"), "{text}");
}

/// Catches the one of two folders of a name that is taken without a word.
#[test]
fn a_column_that_two_folders_name_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    put(at, "m=0/old/t/m=1/m=2/a.csv", "id\n1\n");
    put(at, "m=0/old/u/m=1/a.csv", "id\n1\n");
    let declared = ["--partition", "m=integer", "--table"];
    let (code, text) = diff(at, "m=0/old", "m=0/old", &[&declared[..], &["t"]].concat());
    assert!(code == Some(2) && text.contains("lies in two folders `m=…`, one in the other"), "{text}");
    let (code, text) = diff(at, "m=0/old", "m=0/old", &[&declared[..], &["u"]].concat());
    assert!(code == Some(0), "a folder above the table's: {text}");
}

/// Catches an array of which all are empty on one side and that is of another type than every other array.
#[test]
fn empty_arrays_go_with_arrays_of_anything() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    put(at, "empty.ndjson", "{\"id\":1,\"v\":[]}\n{\"id\":2,\"v\":null}\n");
    for (items, code) in
        [("[1]", 1), ("[\"a\"]", 1), ("[1.5]", 1), ("[true]", 1), ("[{\"a\":1}]", 1), ("[null]", 1), ("[]", 0)]
    {
        put(at, "some.ndjson", &format!("{{\"id\":1,\"v\":{items}}}\n{{\"id\":2,\"v\":null}}\n"));
        for sides in [["empty.ndjson", "some.ndjson"], ["some.ndjson", "empty.ndjson"]] {
            let (found, text) = diff(at, sides[0], sides[1], &[]);
            let counted = if code == 1 { "1 changed" } else { "2 rows" };
            assert!(found == Some(code) && text.contains(counted), "{items} {sides:?}: {text}");
        }
    }
    put(at, "some.ndjson", "{\"id\":1,\"v\":[1]}\n{\"id\":2,\"v\":null}\n");
    let (code, text) = diff(at, "empty.ndjson", "some.ndjson", &["--set", "v"]);
    assert!(code == Some(1) && text.contains("1 changed"), "{text}");
}

/// Catches a blank line that is a row, and one that nobody is told of.
#[test]
fn blank_lines_are_no_rows_and_told() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    put(at, "a.csv", "id\n1\n\n2\n\n");
    put(at, "b.csv", "id\n1\n2\n");
    let (code, text) = diff(at, "a.csv", "b.csv", &[]);
    assert!(code == Some(0) && text.contains("a.csv has 2 blank lines, which are no rows"), "{text}");
    let (code, text) = diff(at, "b.csv", "b.csv", &[]);
    assert!(code == Some(0) && !text.contains("blank"), "{text}");
    put(at, "c.csv", "id\n1\n\"\"\n2\n");
    let (code, text) = diff(at, "c.csv", "b.csv", &[]);
    assert!(code == Some(1) && !text.contains("blank line"), "the way out: {text}");
}

/// Catches a side of standard input that is read as empty, in part, or as another format.
#[test]
fn a_side_may_come_through_standard_input() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    let lines: String = (0..50_000).map(|n| format!("{n},\"text {n}\"\n")).collect();
    put(at, "t.csv", &format!("id,v\n{lines}"));
    let ids: ArrayRef = Arc::new(StringArray::from_iter_values((0..50_000).map(|n: i32| n.to_string())));
    let texts: ArrayRef = Arc::new(StringArray::from_iter_values((0..50_000).map(|n| format!("text {n}"))));
    write_batch(&at.join("t.parquet"), &RecordBatch::try_from_iter([("id", ids), ("v", texts)]).unwrap());
    let json: String = (0..50_000).map(|n| format!("{{\"id\":\"{n}\",\"v\":\"text {n}\"}}\n")).collect();
    let csv = std::fs::read(at.join("t.csv")).unwrap();
    let changed = String::from_utf8(csv.clone()).unwrap().replace("text 49999", "text X");
    let piped = |name: &str, bytes: &[u8], other: &str| {
        let mut command = cutover(at);
        command.args(["diff", "--old", name, "--new", other, "--key", "id"]).stdin(Stdio::piped());
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut stdin = child.stdin.take().unwrap();
        let bytes = bytes.to_vec();
        // What does not read to the end is left alone.
        let writer = std::thread::spawn(move || drop(stdin.write_all(&bytes)));
        let output = child.wait_with_output().unwrap();
        writer.join().unwrap();
        let text = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        (output.status.code(), text)
    };
    for (name, bytes) in [
        ("-", csv.clone()),
        ("/dev/stdin", csv.clone()),
        ("-", zstd::stream::encode_all(csv.as_slice(), 1).unwrap()),
        ("-", json.into_bytes()),
        ("-", std::fs::read(at.join("t.parquet")).unwrap()),
    ] {
        let (code, text) = piped(name, &bytes, "t.csv");
        assert!(code == Some(0) && text.contains("50,000 rows"), "{name}: {text}");
    }
    let (code, text) = piped("-", changed.as_bytes(), "t.csv");
    assert!(code == Some(1) && text.contains("1 changed"), "{text}");
    let (code, text) = piped("-", b"", "t.csv");
    assert!(code == Some(2) && text.contains("nothing came through standard input"), "{text}");
    let (code, text) = piped("-", &csv, "-");
    assert!(code == Some(2) && text.contains("both sides are standard input"), "{text}");
}

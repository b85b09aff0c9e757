//! Whole NDJSON files: what comes of them, and what is said of those that are no tables.

use arrow::util::display::{ArrayFormatter, FormatOptions};

use super::*;

fn opened(name: &str, bytes: &[u8]) -> (tempfile::TempDir, Result<Arc<dyn RowFile>, String>) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    std::fs::write(&path, bytes).unwrap();
    let opened = open(&[path.into()]).map_err(|error| error.message);
    (folder, opened.map(|mut files| files.remove(0)))
}

/// Returns the rows as text, `~` for NULL, fields between `|`.
fn rows(file: &dyn RowFile, columns: &[usize]) -> Result<Vec<String>, String> {
    let mut rows = Vec::new();
    for batch in file.read(columns).map_err(|error| error.message)? {
        let batch = batch.map_err(|error| error.message)?;
        let options = FormatOptions::new().with_null("~");
        let formatters: Vec<_> =
            batch.columns().iter().map(|column| ArrayFormatter::try_new(column, &options).unwrap()).collect();
        rows.extend(
            (0..batch.num_rows())
                .map(|row| formatters.iter().map(|column| column.value(row).to_string()).collect::<Vec<_>>().join("|")),
        );
    }
    Ok(rows)
}

/// Returns the types of the columns, and the rows.
fn all(text: &str) -> Result<(String, Vec<String>), String> {
    let (_folder, file) = opened("t.ndjson", text.as_bytes());
    let file = file?;
    let schema = file.schema();
    let types: Vec<String> =
        schema.fields().iter().map(|field| format!("{} {}", field.name(), field.data_type())).collect();
    Ok((types.join(", "), rows(file.as_ref(), &(0..types.len()).collect::<Vec<_>>())?))
}

/// Catches a digit that is lost, a field that is shifted, and a NULL that is made up or taken away.
#[test]
fn lines_become_rows() {
    let text = "\u{feff}{\"id\":1,\"v\":1.50}\n\n{\"v\":2,\"id\":2,\"w\":\"é\"}\r\n{\"id\":null}\n{}";
    let wanted = ["1|1.50|~", "2|2.00|é", "~|~|~", "~|~|~"].map(str::to_owned).to_vec();
    assert_eq!(all(text), Ok(("id Int64, v Decimal128(38, 2), w Utf8View".to_owned(), wanted)));
    for (lines, of, wanted) in [
        ("{\"v\":9223372036854775808}\n{\"v\":-1}", "Decimal128(38, 0)", &["9223372036854775808", "-1"][..]),
        ("{\"v\":1e-20}\n{\"v\":1.5}", "Decimal128(38, 20)", &["0.00000000000000000001", "1.50000000000000000000"]),
        ("{\"v\":1.7976931348623157e308}\n{\"v\":5}", "Float64", &["1.7976931348623157e308", "5.0"]),
        ("{\"v\":true}\n{\"v\":null}", "Boolean", &["true", "~"]),
        ("{\"v\":null}\n{}", "Null", &["~", "~"]),
        ("{\"v\":{\"b\":1.50,\"a\":[1e400]}}\n{\"v\":\"x\"}", "Utf8View", &["{\"b\":1.50,\"a\":[1e+400]}", "x"]),
        ("{\"v\":[0.1,2,null]}\n{\"v\":[]}\n{}", "List(Decimal128(38, 1))", &["[0.1, 2.0, ~]", "[]", "~"]),
        ("{\"v\":[\"a\",{\"b\":1}]}", "List(Utf8View)", &["[a, {\"b\":1}]"]),
    ] {
        let wanted = wanted.iter().map(|row| (*row).to_owned()).collect();
        assert_eq!(all(lines), Ok((format!("v {of}"), wanted)), "{lines}");
    }
    assert_eq!(all(""), Ok((String::new(), vec![])));
}

/// Catches a column that another one is read into when only some are asked for, in any order.
#[test]
fn only_the_columns_asked_for_are_read() {
    let (_folder, file) = opened("t.jsonl", b"{\"a\":1,\"b\":[1,2],\"c\":\"x\"}\n{\"c\":\"y\",\"b\":{\"a\":7}.5}\n");
    assert!(file.is_err(), "what is not asked for is read too, once");
    let (_folder, file) = opened("t.jsonl", b"{\"a\":1,\"b\":[1,2],\"c\":\"x\"}\n{\"c\":\"y\",\"a\":3}\n");
    let file = file.unwrap();
    assert_eq!(rows(file.as_ref(), &[2, 0]).unwrap(), ["x|1", "y|3"]);
    let none = file.read(&[]).unwrap().next().unwrap().unwrap();
    assert_eq!((none.num_columns(), none.num_rows()), (0, 2));
}

/// Catches a line that is read although it is no row, and an error that does not lead to its place.
#[test]
fn what_is_wrong_is_told_with_its_place() {
    for (text, says) in [
        (
            "{\"id\":1}\n{\"id\":1,\"id\":2}\n",
            "t.ndjson, line 2, column 12: the field `id` appears twice; correct the file",
        ),
        ("{\"id\":1,\"\\u0069d\":2}\n", "the field `id` appears twice"),
        ("{\"o\":{\"a\":1,\"a\":2}}\n", "line 1, column 18: the key `a` appears twice in one object"),
        ("{\"o\":[{\"a\":1,\"a\":2}]}\n", "the key `a` appears twice in one object"),
        ("{\"id\":1}\n[1]\n", "t.ndjson, line 2: invalid type: sequence, expected one JSON object per line"),
        ("\n{\"id\":1\n", "line 2, column "),
        ("{\"id\":1} {\"id\":2}\n", "line 1, column 10: trailing characters"),
        ("{\"id\":01}\n", "line 1, column "),
        ("{\"id\":NaN}\n", "line 1, column "),
        ("{\"id\":1}\n{\"id\":\"1\"}\n", "line 2: field `id`: is integer on line 1 and text on line 2; write one type"),
        ("{\"v\":0.5}\n{\"v\":1e38}\n{\"v\":12345678901234567890}\n", "line 2: field `v`: 1e+38 needs"),
        ("{\"v\":[[1]]}\n", "line 1: field `v`: the array holds arrays"),
        (
            "{\"v\":[1]}\n{\"v\":[\"1\"]}\n",
            "line 2: field `v`: an element of the array is integer on line 1 and text on line 2",
        ),
    ] {
        let message = all(text).unwrap_err();
        assert!(message.contains(says), "{text}: {message}");
    }
    for (bytes, says) in [
        (&b"{\"v\":\"\xe9\"}\n"[..], "line 1, column 7: the byte 0xE9 is no UTF-8"),
        (b"\xff\xfe{\0}\0", "written in UTF-16"),
    ] {
        let (_folder, file) = opened("t.ndjson", bytes);
        let message = file.map(drop).unwrap_err();
        assert!(message.contains(says), "{message}");
    }
    let deep = format!("{{\"a\":{}{}}}\n", "[".repeat(100_000), "]".repeat(100_000));
    assert!(all(&deep).unwrap_err().contains("recursion limit"));
    let many: String = (0..10_001).map(|field| format!("{{\"f{field}\":1}}\n")).collect();
    assert!(all(&many).unwrap_err().contains("line 10001, column "));
}

/// Catches a batch that is not bounded, a row that is lost between two batches, and a packed file that is read in part.
#[test]
fn a_large_file_comes_in_bounded_batches() {
    use std::io::Write;
    let text: String = (0..70_000).map(|id| format!("{{\"id\":{id},\"v\":\"{}\"}}\n", id * 3)).collect();
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packed.write_all(text.as_bytes()).unwrap();
    let (_folder, file) = opened("t.ndjson.gz", &packed.finish().unwrap());
    let file = file.unwrap();
    let batches: Vec<RecordBatch> = file.read(&[0, 1]).unwrap().map(Result::unwrap).collect();
    assert!(batches.iter().all(|batch| (1..=ROWS).contains(&batch.num_rows())));
    let read = rows(file.as_ref(), &[0, 1]).unwrap();
    assert!(read.iter().enumerate().all(|(id, row)| *row == format!("{id}|{}", id * 3)));
    assert_eq!(read.len(), 70_000);
}

/// Catches a file that changes between its two readings and gives a value of another type, or a new field, away.
#[test]
fn a_file_that_changes_is_an_error() {
    for (text, says) in [
        ("{\"v\":1.5}\n", "field `v` changed while the file was read"),
        ("{\"v\":\"1\"}\n", "field `v` changed while the file was read"),
        ("{\"v\":1,\"w\":2}\n", "the field `w` was not there before"),
    ] {
        let (folder, file) = opened("t.ndjson", b"{\"v\":1}\n");
        std::fs::write(folder.path().join("t.ndjson"), text).unwrap();
        let message = rows(file.unwrap().as_ref(), &[0]).unwrap_err();
        assert!(message.contains(says), "{message}");
    }
}

/// Catches files of one table that each have a type of their own, or a field that only some have and that is lost.
#[test]
fn the_files_of_a_table_have_one_type_for_all_their_values() {
    let together = |texts: &[&str]| {
        let folder = tempfile::tempdir().unwrap();
        let write = |(at, text): (usize, &&str)| {
            let path = folder.path().join(format!("{at}.ndjson"));
            std::fs::write(&path, text).unwrap();
            path.into()
        };
        let files: Vec<DataFile> = texts.iter().enumerate().map(write).collect();
        let opened = open(&files).map_err(|error| error.message)?;
        let columns: Vec<usize> = (0..opened[0].schema().fields().len()).collect();
        let rows: Vec<Vec<String>> =
            opened.iter().map(|file| rows(file.as_ref(), &columns)).collect::<Result<_, _>>()?;
        let types =
            opened.iter().map(|file| file.schema().fields().iter().map(|of| of.to_string()).collect::<Vec<_>>());
        let mut types: Vec<_> = types.collect();
        types.dedup();
        assert_eq!(types.len(), 1, "one schema: {types:?}");
        Ok::<_, String>(rows.concat())
    };
    let read = together(&["{\"id\":1,\"v\":1}", "{\"id\":2,\"v\":2.50}\n{\"w\":\"x\",\"id\":3}"]).unwrap();
    assert_eq!(read, ["1|1.00|~", "2|2.50|~", "3|~|x"]);
    let read = together(&["{\"v\":null}", "{\"v\":true}", "{}", ""]).unwrap();
    assert_eq!(read, ["~", "true", "~"]);
    let why = together(&["\n{\"v\":1}", "{\"v\":null}\n{\"v\":\"1\"}"]).unwrap_err();
    assert!(why.contains("1.ndjson, line 2: field `v`: is integer on line 2 of "), "{why}");
    assert!(why.contains("0.ndjson and text on line 2; write one type throughout"), "{why}");
    let why = together(&["{\"v\":1,\"v\":1}"]).unwrap_err();
    assert!(why.contains("appears twice"), "{why}");
    assert_eq!(
        together(&["{\"v\":1}", "{\"v\":2}"]).unwrap(),
        ["1", "2"],
        "the same line of two files is no field twice"
    );
}

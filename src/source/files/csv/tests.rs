//! Whole CSV files: what comes of them, and what is said of those that are written otherwise.

use arrow::util::display::{ArrayFormatter, FormatOptions};

use super::*;

fn opened(
    name: &str,
    bytes: &[u8],
    types: &[(&str, &str)],
    options: &str,
) -> (tempfile::TempDir, Result<CsvFile, String>) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    std::fs::write(&path, bytes).unwrap();
    let types = types.iter().map(|(column, of)| ((*column).to_owned(), (*of).to_owned())).collect();
    let opened = CsvFile::open("t", &path.into(), &types, &toml::from_str(options).unwrap());
    (folder, opened.map_err(|error| error.message))
}

fn file(text: &str, types: &[(&str, &str)], options: &str) -> (tempfile::TempDir, Result<CsvFile, String>) {
    opened("t.csv", text.as_bytes(), types, options)
}

/// Returns the rows as text, `~` for NULL, fields between `|`.
fn rows(file: &CsvFile, columns: &[usize]) -> Result<Vec<String>, String> {
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

fn all(text: &str, types: &[(&str, &str)], options: &str) -> Result<Vec<String>, String> {
    let (_folder, file) = file(text, types, options);
    let file = file?;
    rows(&file, &(0..file.names.len()).collect::<Vec<_>>())
}

fn said(text: &str, types: &[(&str, &str)], options: &str) -> String {
    all(text, types, options).unwrap_err()
}

/// Catches NULL that is taken for empty text, or the reverse; a value that its quotes change.
#[test]
fn a_field_is_null_only_where_nothing_is_written() {
    let text = "id,v\r\n1,\r\n2,\"\"\r\n3,\"a \"\"b\"\",\r\nc\"\r\n4, x \r\n";
    assert_eq!(all(text, &[], "").unwrap(), ["1|~", "2|", "3|a \"b\",\r\nc", "4| x "]);
    let na = "id,v\n1,NA\n2,\"NA\"\n3,\n4,NAN\n";
    assert_eq!(all(na, &[], "null = 'NA'").unwrap(), ["1|~", "2|NA", "3|", "4|NAN"]);
    assert_eq!(all("id,v\n1,\\N\n", &[("v", "integer")], "null = '\\N'").unwrap(), ["1|~"]);
}

/// Catches a blank line that is a row, and a row of one column that is taken for a blank line.
#[test]
fn blank_lines_are_no_rows_and_are_counted() {
    for (text, wanted, blank) in [
        ("id,v\n1,a\n\n", &["1|a"][..], 1),
        ("\n\nid,v\r\n\r\n1,a\r\n\r\n2,b\r\n", &["1|a", "2|b"], 4),
        ("id,v\n\n", &[], 1),
        ("id\n\n1\n\"\"\n \n\n", &["1", "", " "], 2),
        ("id,v\n1,a", &["1|a"], 0),
    ] {
        let (_folder, file) = file(text, &[], "");
        let file = file.unwrap();
        let columns: Vec<usize> = (0..file.names.len()).collect();
        assert_eq!(rows(&file, &columns).unwrap(), wanted, "{text:?}");
        assert_eq!(file.blank_lines(), blank, "{text:?}");
    }
}

/// Catches a type that is read as another, and digits that are lost on their way.
#[test]
fn declared_columns_have_their_types() {
    let types = [
        ("t.i", "integer"),
        ("d", "decimal(38,3)"),
        ("f", "float"),
        ("b", "bool"),
        ("day", "date"),
        ("at", "timestamp"),
        ("late", "timestamp(6)"),
        ("clock", "time"),
        ("s", "text"),
    ];
    let header = "i,d,f,b,day,at,late,clock,s";
    let text = format!(
        "{header}\n-9223372036854775808,99999999999999999999999999999999999.5000,-0.0,t,0001-01-01,2026-01-01 \
         00:00:00.123456789,9999-12-31T23:59:59.999999,23:59:59.000000001,é\n,,,,,,,,\n"
    );
    let (_folder, file) = file(&text, &types, "");
    let file = file.unwrap();
    let named: Vec<String> = file.schema().fields().iter().map(|field| field.data_type().to_string()).collect();
    let wanted = "Int64 Decimal128(38, 3) Float64 Boolean Date32 Timestamp(ns) Timestamp(µs) Time64(ns) Utf8View";
    assert_eq!(named.join(" "), wanted);
    let row = "-9223372036854775808|99999999999999999999999999999999999.500|-0.0|true|0001-01-01|2026-01-01T00:00:00.123456789|\
               9999-12-31T23:59:59.999999|23:59:59.000000001|é";
    assert_eq!(rows(&file, &[0, 1, 2, 3, 4, 5, 6, 7, 8]).unwrap(), [row, "~|~|~|~|~|~|~|~|~"]);
    assert_eq!(rows(&file, &[8, 3]).unwrap(), ["é|true", "~|~"]);
    let none = file.read(&[]).unwrap().next().unwrap().unwrap();
    assert_eq!((none.num_columns(), none.num_rows()), (0, 2));
}

/// Catches a dialect that is not heard.
#[test]
fn a_file_is_read_as_its_settings_say() {
    let german = "id;betrag\n1;1,50\n2;'2;0'\n3;NA\n";
    let options = "delimiter = ';'\nquote = \"'\"\ndecimal = ','\nnull = 'NA'";
    assert_eq!(
        said(german, &[("betrag", "decimal(9,2)")], options).split(": ").last(),
        Some("\"2;0\" is no decimal(9,2); correct the file or the type")
    );
    assert_eq!(
        all(&german.replace("'2;0'", "-2,0"), &[("betrag", "decimal(9,2)")], options).unwrap(),
        ["1|1.50", "2|-2.00", "3|~"]
    );
    assert_eq!(all(german, &[], options).unwrap(), ["1|1,50", "2|2;0", "3|~"]);
    assert_eq!(all("1,a\n2,b\n", &[("column_1", "integer")], "header = false").unwrap(), ["1|a", "2|b"]);
    assert_eq!(all("a\t\"b\n", &[], "header = false\ndelimiter = \"\\t\"\nquote = ''").unwrap(), ["a|\"b"]);
    let latin = b"id,v\n1,caf\xe9\n";
    let (_folder, file) = opened("T.CSV", latin, &[], "encoding = 'latin1'");
    assert_eq!(rows(&file.unwrap(), &[1]).unwrap(), ["café"]);
    let wide: Vec<u8> = "\u{feff}id,v\n1,日\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let (_folder, file) = opened("t.csv", &wide, &[], "encoding = 'utf-16'");
    assert_eq!(rows(&file.unwrap(), &[0, 1]).unwrap(), ["1|日"]);
    for (name, text) in [("t.tsv", "id\tv\n1\ta,b\n"), ("T.TSV", "\u{feff}id\tv\n1\ta,b\n")] {
        let (_folder, file) = opened(name, text.as_bytes(), &[], "");
        assert_eq!(rows(&file.unwrap(), &[0, 1]).unwrap(), ["1|a,b"], "{name}");
    }
}

/// Catches a file that is read although it is not written as it should be, and an error that does not lead to its place or
/// to the setting that would help.
#[test]
fn what_is_wrong_is_told_with_its_place() {
    for (text, options, says) in [
        ("", "", "t.csv cannot be read as CSV: it has no header line; write one"),
        ("\n\n", "", "it has no header line"),
        ("", "header = false", "it has no line that shows how many columns it has"),
        ("a,b,a\n", "", "the header names `a` twice"),
        (
            "id,v\n1,a\n2\n",
            "",
            "t.csv, line 3: 1 field, where the header has 2 fields; enclose a field in quotes that holds a comma",
        ),
        ("id,v\n\n\"1\n\",a\n2,b,c\n", "", "t.csv, line 5: 3 fields, where the header has 2"),
        ("1,a\n2\n", "header = false", "line 2: 1 field, where the first line has 2 fields"),
        ("id,v\n1,a\"b\n", "", "line 2, column `v`: a quote stands in a field that does not begin with one"),
        ("id,v\n1, \"b\"\n", "", "line 2, column `v`: a quote stands in a field"),
        ("id,v\"\n", "", "line 1, column 2: a quote stands in a field"),
        ("id,v\n1,\"a\"b\n", "", "line 2, column `v`: text follows the closing quote"),
        ("id,v\n\"1\n\n\"x,b\n", "", "line 4, column `id`: text follows the closing quote"),
        ("id,v\n1,a\n2,\"b\n3,c\n4,d\n", "", "line 3, column `v`: the quote that opens here is closed nowhere"),
        ("id,v\n1,a\rb\n", "", "line 2, column `v`: a carriage return stands outside of quotes"),
        ("id,v\r1,a\r", "", "line 1, column 2: a carriage return"),
        ("id\tv;w\tx\n1\ta\tb\n", "", "set `csv = { delimiter = \"\\t\" }` on the source"),
    ] {
        let message = said(text, &[], options);
        assert!(message.contains(says), "{text:?}: {message}");
    }
    assert_eq!(all("id;v\n1;a\n", &[], "").unwrap(), ["1|a"], "one character would do");
    assert_eq!(all("a;b\n1\n", &[], "delimiter = ','").unwrap(), ["1"], "who says that it is a comma means it");
    assert_eq!(all("\"a;b\"\n1\n", &[], "").unwrap(), ["1"], "quotes make it one column");
    for (bytes, options, says) in [
        (
            &b"id,v\n1,a\n2,caf\xe9\n"[..],
            "",
            "line 3, column `v`: the byte 0xE9 is no UTF-8; set `csv = { encoding = \"latin1\" }`",
        ),
        (b"id,v\n1,a\n2,b\xc3", "", "line 3, column `v`: the byte 0xC3 is no UTF-8"),
        (b"id,\xff\n", "", "line 1, column 2: the byte 0xFF is no UTF-8"),
        (b"\xff\xfei\0d\0\n\0", "", "the mark of UTF-16; set `csv = { encoding = \"utf-16\" }`"),
        (b"\xef\xbb\xbfid\n", "encoding = 'latin1'", "the mark of UTF-8; leave `csv.encoding`"),
        (b"\xfe\xff\0i", "encoding = 'latin1'", "the mark of UTF-16, and `csv.encoding` of the source is windows-1252"),
        (b"id\n\x82", "encoding = 'shift_jis'", "line 2 holds bytes that are no Shift_JIS"),
    ] {
        let (_folder, file) = opened("t.csv", bytes, &[], options);
        let message = file.and_then(|file| rows(&file, &[0])).unwrap_err();
        assert!(message.contains(says), "{bytes:?}: {message}");
    }
}

/// Catches a value that its type cannot hold and that is read all the same, and the wrong line or column for it.
#[test]
fn a_value_of_another_type_is_told_with_its_place() {
    let text = "id,n,x\n1,1,1\n\n\"2\",2,\"a\n\nb\"\n3,x,oops\n4,y,5\n";
    let types = [("x", "integer"), ("n", "integer")];
    assert!(
        said(text, &types[..1], "")
            .ends_with("t.csv, line 4, column `x`: \"a\\n\\nb\" is no integer; correct the file or the type")
    );
    let message = said(&text.replace("a\n\nb", "7"), &types, "");
    assert!(message.ends_with("line 5, column `n`: \"x\" is no integer; correct the file or the type"), "{message}");
    let message = said("n,x\n1,2\n3,b\na,4\n", &types, "");
    assert!(message.contains("line 3, column `x`: \"b\""), "the first in the file, not in the first column: {message}");
    let message = said("x,n\nb,3\n4,a\n", &types, "");
    assert!(message.contains("line 2, column `x`: \"b\""), "{message}");
    let message = said(&format!("x\n{}\n", "9".repeat(300)), &types, "");
    assert!(
        message.ends_with(&format!(
            "line 2, column `x`: \"{}…\" is no integer; it is beyond 38 digits; declare the column `text`",
            "9".repeat(80)
        )),
        "{message}"
    );
    let message = said(&format!("x\n{}\n", "9".repeat(38)), &types, "");
    assert!(message.ends_with("it is beyond 64 bits; declare the column `decimal(38,0)`"), "{message}");
    for (of, value) in [
        ("decimal(4,2)", "100.00"),
        ("decimal(4,2)", "1.005"),
        ("timestamp", "2026-01-01 00:00:00.1234567891"),
        ("float", "1e400"),
        ("bool", "True"),
        ("date", "2026-02-29"),
        ("time", "24:00:00"),
        ("integer", "\"\""),
    ] {
        let message = said(&format!("x\n{value}\n"), &[("x", of)], "");
        assert!(
            message.contains(&format!("line 2, column `x`: \"{}\" is no {of};", value.trim_matches('"'))),
            "{message}"
        );
    }
}

/// Catches a batch that is not bounded, a row that is lost between two batches, and a column that another one shifts.
#[test]
fn a_large_file_comes_in_bounded_batches() {
    let long = "x".repeat(300_000);
    let mut text = String::from("id,v,w\n");
    for id in 0..90_000 {
        let v = if id % 30_000 == 7 { long.as_str() } else { "é" };
        text.push_str(&format!("{id},{v},\"{}\"\n\n", id * 3));
    }
    let (_folder, file) = file(&text, &[("id", "integer"), ("w", "integer")], "");
    let file = file.unwrap();
    let mut next = 0;
    for batch in file.read(&[2, 0]).unwrap() {
        let batch = batch.unwrap();
        assert!((1..=ROWS).contains(&batch.num_rows()));
        let of =
            |column: usize| batch.column(column).as_any().downcast_ref::<arrow::array::Int64Array>().unwrap().values();
        for (w, id) in of(0).iter().zip(of(1)) {
            assert_eq!((*id, *w), (next, next * 3));
            next += 1;
        }
    }
    assert_eq!((next, file.blank_lines()), (90_000, 90_000));
}

/// Catches a header that changes between two readings and gives its names to other columns.
#[test]
fn a_header_that_changes_is_an_error() {
    let (folder, file) = file("a,b\n1,2\n", &[], "");
    let file = file.unwrap();
    std::fs::write(folder.path().join("t.csv"), "b,a\n1,2\n").unwrap();
    let message = rows(&file, &[0]).unwrap_err();
    assert!(message.contains("its header changed while it was read"), "{message}");
}

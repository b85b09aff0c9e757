//! Text that becomes a value: what would lose a part of it is an error, and what only looks like something else is not it.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use cutover::frame::{Type, Value};
use cutover::source::{CancellationToken, Files, SourceOptions, query};

use crate::cli::cutover;

/// The key under which serde_json hands over a number.
const NUMBER_KEY: &str = "$serde_json::private::Number";

/// The column `v` of the file `name` with `data`, and its type; or the error.
async fn read(name: &str, data: &str, of: &str) -> Result<(Vec<Value>, Type), String> {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join(name), data).unwrap();
    let types = if of.is_empty() { BTreeMap::new() } else { BTreeMap::from([("v".to_owned(), of.to_owned())]) };
    let options = SourceOptions { types, ..SourceOptions::default() };
    let engine = Files::open(folder.path(), &options, "files".to_owned()).unwrap();
    let answer = query(&engine, "SELECT * FROM t", Duration::from_secs(60), &CancellationToken::default()).await;
    let frame = answer.map_err(|error| error.message)?.frame;
    Ok((frame.values("v"), frame.column("v").unwrap().1.clone()))
}

fn text(s: &str) -> Value {
    Value::Text(s.to_owned())
}

/// Catches a digit, a second or a magnitude that is gone after reading.
#[tokio::test]
async fn csv_text_is_read_whole_or_not_at_all() {
    for (of, refused) in [
        ("float", &["1e400", "-1e309", "1e-400", "0.1x", "0x10"][..]),
        (
            "timestamp",
            &["2026-01-01 00:00:00.1234567891", "2026-12-31 23:59:60", "2026-01-01 24:00:00", "2026-01-01 00:00:00Z"],
        ),
        ("date", &["2026-1-1", "2026-02-29", "2026-01-01 00:00:00", "20260101"]),
        ("integer", &["1.0", "1e3", "9999999999999999999999999999999999999999", " 1"]),
        ("decimal(38,2)", &["0.001", "1e2", "999999999999999999999999999999999999999.0"]),
        ("bool", &["yes", "TRUE"]),
    ] {
        for written in refused {
            let error = read("t.csv", &format!("id,v\n1,{written}\n"), of).await.unwrap_err();
            assert!(error.contains("`v`") && error.contains(written), "{of} {written}: {error}");
        }
    }
    let floats =
        read("t.csv", "id,v\n1,inf\n2,-Infinity\n3,0.000e5\n4,-0\n5,1e308\n6,5e-324\n", "float").await.unwrap().0;
    let expected = [f64::INFINITY, f64::NEG_INFINITY, 0.0, -0.0, 1e308, 5e-324];
    assert_eq!(floats, expected.map(Value::Float));
    let moments = read("t.csv", "id,v\n1,2026-01-01 00:00:00.1234567890\n", "timestamp").await.unwrap().0;
    assert_eq!(moments, [Value::WallClock(1_767_225_600_123_456_789)]);
}

/// Catches a blank line that counts as a row, and one inside a field that is lost.
#[tokio::test]
async fn a_blank_line_is_no_row() {
    let (a, b) = (text("a"), text("b"));
    for data in [
        "id,v\n1,a\n2,b\n\n",
        "id,v\n1,a\n2,b\n\n\n\n",
        "id,v\n1,a\n\n2,b",
        "\n\nid,v\n\n1,a\n2,b\n",
        "id,v\r\n1,a\r\n\r\n2,b\r\n\r\n",
        "id,v\r\n1,a\r\n2,b\r\n",
        "v\na\n\nb\n",
    ] {
        for of in ["", "text"] {
            assert_eq!(read("t.csv", data, of).await.unwrap().0, [a.clone(), b.clone()], "{data:?} {of}");
        }
    }
    let kept = read("t.csv", "id,v\n1,\"a\n\n\r\nb\"\n\n2,\n,\n", "").await.unwrap().0;
    assert_eq!(kept, [text("a\n\n\r\nb"), Value::Null, Value::Null]);
    assert!(read("t.csv", "id,v\n1,a\n \n", "").await.is_err(), "a blank is a field");
}

/// Catches an object of which a key twice hides one value, or that is taken for a number.
#[tokio::test]
async fn ndjson_objects_are_read_whole_or_not_at_all() {
    for refused in [
        r#"{"v":{"a":1,"a":2}}"#,
        r#"{"v":{"a":1,"a":1}}"#,
        r#"{"v":[{"b":{"a":1,"\u0061":2}}]}"#,
        r#"{"v":1,"\u0076":1}"#,
    ] {
        let error = read("t.ndjson", refused, "").await.unwrap_err();
        assert!(error.contains("twice") && error.contains("line 1"), "{refused}: {error}");
    }
    for refused in [r#"{"v":1e400}"#, r#"{"v":1e-400}"#] {
        let error = read("t.ndjson", refused, "").await.unwrap_err();
        assert!(error.contains("38 digits"), "{refused}: {error}");
    }
    for key in [NUMBER_KEY, "\\u0024serde_json::private::Number"] {
        let (values, of) = read("t.ndjson", &format!("{{\"v\":{{\"{key}\":\"5\"}}}}"), "").await.unwrap();
        assert_eq!((values, of), (vec![text(&format!("{{\"{NUMBER_KEY}\":\"5\"}}"))], Type::Text));
    }
    let (values, of) = read("t.ndjson", "{\"v\":5}\n{\"v\":null}", "").await.unwrap();
    assert_eq!((values, of), (vec![Value::Integer(5), Value::Null], Type::Integer));
}

/// Catches a function in the place of a table, which reads numbers as floats.
#[tokio::test]
async fn functions_that_read_files_are_refused_by_name() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("t.csv"), "v\n12345678901234567.89\n").unwrap();
    let engine = Files::open(folder.path(), &SourceOptions::default(), "files".to_owned()).unwrap();
    for function in ["read_csv", "READ_CSV", "read_parquet", "read_json", "read_ipc"] {
        for sql in [
            format!("SELECT * FROM {function}('t.csv')"),
            format!("WITH a AS (SELECT v FROM {function}('t.csv')) SELECT v FROM a"),
            format!("SELECT t.v FROM t JOIN {function}('t.csv') AS o ON t.v = o.v"),
            format!("SELECT v FROM t WHERE v IN (SELECT v FROM {function}('t.csv'))"),
        ] {
            let error = query(&engine, &sql, Duration::from_secs(60), &CancellationToken::default()).await.unwrap_err();
            let hint = "put the file into the folder of the source";
            assert!(error.message.contains(function) && error.message.contains(hint), "{sql}: {error}");
        }
    }
    // The hint.
    let answer =
        query(&engine, "SELECT v FROM t", Duration::from_secs(60), &CancellationToken::default()).await.unwrap();
    assert_eq!(answer.frame.values("v"), [text("12345678901234567.89")]);
}

fn run(folder: &Path, arguments: &[&str]) -> (Option<i32>, serde_json::Value) {
    let output = cutover(folder).args(arguments).args(["--report", "json=out.json"]).output().unwrap();
    let report = std::fs::read_to_string(folder.join("out.json")).unwrap_or_default();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    (output.status.code(), serde_json::from_str(&report).unwrap_or(serde_json::Value::String(said)))
}

/// Catches a key that is a number, or no key, in a report that is read back.
#[test]
fn a_report_is_read_back_whole() {
    let folder = tempfile::tempdir().unwrap();
    for (side, v) in [("o", 1), ("n", 2)] {
        std::fs::create_dir(folder.path().join(side)).unwrap();
        let data = format!("{NUMBER_KEY},v\n7,{v}\n8,0\n");
        std::fs::write(folder.path().join(side).join("t.csv"), data).unwrap();
    }
    let suite = format!(
        "name = \"s\"\n[sources.old]\nurl = \"o\"\n[sources.new]\nurl = \"n\"\n[checks.c]\nkind = \"rows\"\nkey = ['{NUMBER_KEY}']\n\
         old = \"SELECT * FROM t\"\nnew = \"SELECT * FROM t\"\n"
    );
    std::fs::write(folder.path().join("suite.toml"), suite).unwrap();
    assert_eq!(run(folder.path(), &["run", "suite.toml"]).0, Some(1));
    std::fs::rename(folder.path().join("out.json"), folder.path().join("first.json")).unwrap();
    let (code, again) = run(folder.path(), &["rerun", "first.json"]);
    assert_eq!((code, &again["checks"][0]["examined"]["keys"]), (Some(1), &"1".into()), "{again:#}");
}

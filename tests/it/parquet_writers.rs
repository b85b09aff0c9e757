//! The same rows as every Parquet writer of PyPI writes them; `tests/tools/parquet_writers.py` made the files.

use std::path::Path;

use serde_json::Value as Json;

use crate::cli::cutover;

/// Every column but the key; what one writer cannot write is left out of its file.
const COLUMNS: [&str; 9] = ["small", "big", "amount", "ratio", "flag", "note", "day", "at", "seen"];

/// Catches a value that is read otherwise from one writer's file than from another's, and a change that is not seen there:
/// each column of the row 4 is another one in the files that are called so.
#[test]
fn every_writer_writes_the_same_rows() {
    let files = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/parquet_writers");
    let mut writers: Vec<String> = std::fs::read_dir(&files)
        .unwrap()
        .filter_map(|entry| entry.unwrap().file_name().to_str()?.strip_suffix(".same.parquet").map(str::to_owned))
        .collect();
    writers.sort();
    assert_eq!(writers, ["clickhouse", "duckdb", "fastparquet", "polars", "pyarrow", "pyarrow_int96", "pyarrow_v2"]);
    let folder = tempfile::tempdir().unwrap();
    let diff = |old: &str, new: &str, exclude: &str, zone: bool| {
        let mut command = cutover(folder.path());
        command.args(["diff", "--old"]).arg(files.join(old)).arg("--new").arg(files.join(new));
        command.args(["--key", "id", "--report", "json=out.json"]);
        if !exclude.is_empty() {
            command.args(["--exclude", exclude]);
        }
        if zone {
            command.args(["--rule", "at={ zone = \"UTC\" }"]);
        }
        let output = command.output().unwrap();
        let text = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        let report = std::fs::read_to_string(folder.path().join("out.json")).unwrap_or_else(|_| panic!("{text}"));
        let report: Json = serde_json::from_str(&report).unwrap();
        (output.status.code(), text, report["checks"][0].clone())
    };
    for writer in writers {
        let exclude = match writer.as_str() {
            "fastparquet" => "amount,day",
            // INT96 has no zone: a moment in it is a wall clock.
            "pyarrow_int96" => "seen",
            _ => "",
        };
        // Times without a zone are moments to these.
        let zone = ["clickhouse", "fastparquet"].contains(&writer.as_str());
        let (code, text, check) = diff("pyarrow.same.parquet", &format!("{writer}.same.parquet"), exclude, zone);
        assert_eq!(code, Some(0), "{writer}: {text}");
        assert_eq!(check["rows"]["equal"], "9", "{writer}: {check}");
        let (code, text, check) = diff("pyarrow.same.parquet", &format!("{writer}.changed.parquet"), exclude, zone);
        assert_eq!(code, Some(1), "{writer}: {text}");
        let changed = check["columns"].as_array().unwrap_or_else(|| panic!("{writer}: {check}"));
        for column in COLUMNS.iter().filter(|column| !exclude.split(',').any(|left_out| left_out == **column)) {
            let found = changed.iter().find(|one| one["name"] == **column);
            assert_eq!(found.map(|one| &one["changed"]), Some(&Json::from("1")), "{writer}: {column}: {check}");
        }
    }
}

//! Columns inside of columns, without end: a Parquet file that is refused before anybody goes down into it.

use std::path::Path;

use crate::cli::{cutover, report};

/// A Parquet file of no rows whose one column is that many levels deep, in Thrift's compact protocol.
fn parquet(levels: u32) -> Vec<u8> {
    let varint = |mut number: u32| {
        let mut bytes = Vec::new();
        while number > 0x7f {
            bytes.push((number & 0x7f) as u8 | 0x80);
            number >>= 7;
        }
        bytes.push(number as u8);
        bytes
    };
    // Version 2, and a list of so many structs.
    let mut described = [&[0x15, 0x04, 0x19, 0xfc][..], &varint(levels + 1)].concat();
    // The root: its name, and one column in it.
    described.extend(b"\x48\x01r\x15\x02\x00");
    for _ in 1..levels {
        // Optional, its name, and one column in it.
        described.extend(b"\x35\x02\x18\x01a\x15\x02\x00");
    }
    // A number of 32 bits, optional, and its name.
    described.extend(b"\x15\x02\x25\x02\x18\x01n\x00");
    // No rows, and no groups of them.
    described.extend(b"\x16\x00\x19\x0c\x00");
    let length = u32::try_from(described.len()).unwrap().to_le_bytes();
    [b"PAR1".as_slice(), &described, &length, b"PAR1"].concat()
}

fn run(folder: &Path, bytes: &[u8]) -> (Option<i32>, String) {
    std::fs::create_dir_all(folder.join("d")).unwrap();
    std::fs::write(folder.join("d/t.parquet"), bytes).unwrap();
    let check =
        |name: &str, sql: &str| format!("[checks.{name}]\nkind = \"row_count\"\nold = \"{sql}\"\nnew = \"{sql}\"\n");
    let text = format!(
        "name = \"s\"\n[sources.old]\nurl = \"d\"\n[sources.new]\nurl = \"d\"\n{}{}",
        check("deep", "SELECT count(*) + 1 AS n FROM t"),
        check("beside", "SELECT 1 AS n")
    );
    std::fs::write(folder.join("suite.toml"), text).unwrap();
    let output =
        cutover(folder).args(["run", "suite.toml", "--no-history", "--report", "json=out.json"]).output().unwrap();
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    let report = report(folder).unwrap_or_else(|| panic!("no report, {}: {told}", output.status));
    assert_eq!(report["checks"][1]["status"], "pass", "{report}");
    let message = report["checks"][0]["error"]["message"].as_str().unwrap_or_default().to_owned();
    (output.status.code(), message)
}

/// Catches a reader that goes down into a file until its stack ends, and the whole run with it; and a limit that turns honest
/// files away.
#[test]
fn a_parquet_file_that_is_nested_without_end_is_the_error_of_its_check() {
    let folder = tempfile::tempdir().unwrap();
    for levels in [1, 20, 100] {
        assert_eq!(run(folder.path(), &parquet(levels)), (Some(0), String::new()), "{levels}");
    }
    for levels in [101, 5_000, 1_000_000] {
        let (code, message) = run(folder.path(), &parquet(levels));
        assert_eq!(code, Some(2), "{levels}: {message}");
        let wanted = format!("t.parquet cannot be read: its columns are nested {levels} levels deep");
        assert!(message.contains(&wanted), "{message}");
    }
}

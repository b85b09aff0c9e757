//! CSV and NDJSON files as people have them, from the command line: packed, marked, in other dialects, with nothing in them.

use std::io::Write;
use std::path::Path;

use crate::cli::cutover;

/// Returns the exit code of a `diff` by `id`, and what it says.
fn diff(folder: &Path, old: &str, new: &str) -> (Option<i32>, String) {
    let arguments = ["diff", "--old", old, "--new", new, "--key", "id", "--report", "json=out.json"];
    said(cutover(folder).args(arguments))
}

fn said(command: &mut std::process::Command) -> (Option<i32>, String) {
    let output = command.output().unwrap();
    let text = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    (output.status.code(), text)
}

fn gzip(text: &str) -> Vec<u8> {
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packer.write_all(text.as_bytes()).unwrap();
    packer.finish().unwrap()
}

/// Catches a form of the same rows that is read as other rows, and a difference that hides in one.
#[test]
fn the_same_rows_are_equal_in_every_form() {
    let folder = tempfile::tempdir().unwrap();
    let put = |name: &str, bytes: &[u8]| std::fs::write(folder.path().join(name), bytes).unwrap();
    put("plain.csv", b"id,v\n1,a\n2,b\n");
    put("other.csv", b"id,v\n1,a\n2,c\n");
    let zstd = zstd::encode_all(&b"id,v\n1,a\n2,b\n"[..], 1).unwrap();
    for (name, bytes) in [
        ("end.csv", b"id,v\n1,a\n2,b\n\n".to_vec()),
        ("spaced.csv", b"id,v\r\n\r\n1,a\r\n\r\n2,b\r\n".to_vec()),
        ("UPPER.CSV", b"\xef\xbb\xbfid,v\n1,a\n\"2\",\"b\"".to_vec()),
        ("tabs.tsv", b"id\tv\n1\ta\n2\tb\n".to_vec()),
        ("packed.csv.gz", [gzip("id,v\n1,a\n"), gzip("2,b\n")].concat()),
        ("packed.CSV.ZST", zstd),
        ("lines.ndjson", b"\xef\xbb\xbf{\"id\":\"1\",\"v\":\"a\"}\n{\"v\":\"b\",\"id\":\"2\"}".to_vec()),
        ("packed.jsonl.gz", gzip("{\"id\":\"1\",\"v\":\"a\"}\n\n{\"v\":\"b\",\"id\":\"2\"}\n")),
    ] {
        put(name, &bytes);
        let (code, text) = diff(folder.path(), "plain.csv", name);
        assert_eq!(code, Some(0), "{name}: {text}");
        let (code, text) = diff(folder.path(), name, "other.csv");
        assert_eq!(code, Some(1), "{name}: {text}");
    }
    put("empty.csv", b"id,v\n\n");
    let (code, text) = diff(folder.path(), "empty.csv", "empty.csv");
    assert_eq!(code, Some(2), "nothing on either side is no pass: {text}");
}

/// Catches numbers of NDJSON that no type holds although one does, and values that differ and pass.
#[test]
fn numbers_of_ndjson_keep_their_digits() {
    let folder = tempfile::tempdir().unwrap();
    let put = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
    for (old, other) in [
        (
            "{\"id\":1,\"v\":1e-20}\n{\"id\":2,\"v\":1e20}\n",
            "{\"id\":1,\"v\":1e-20}\n{\"id\":2,\"v\":1.0000000000000002e20}\n",
        ),
        ("{\"id\":1,\"v\":1.7976931348623157e308}\n", "{\"id\":1,\"v\":1.7976931348623155e308}\n"),
        ("{\"id\":1,\"v\":[0.1,2,3.5]}\n", "{\"id\":1,\"v\":[0.1,2,3.4]}\n"),
        ("{\"id\":1,\"v\":0.1000000000000000055}\n", "{\"id\":1,\"v\":0.1000000000000000056}\n"),
        ("{\"id\":1,\"v\":9007199254740993}\n", "{\"id\":1,\"v\":9007199254740992}\n"),
    ] {
        put("old.ndjson", old);
        put("other.ndjson", other);
        let (code, text) = diff(folder.path(), "old.ndjson", "old.ndjson");
        assert_eq!(code, Some(0), "{old}: {text}");
        let (code, text) = diff(folder.path(), "old.ndjson", "other.ndjson");
        assert_eq!(code, Some(1), "{old} {other}: {text}");
    }
}

/// Catches a setting of a suite that does not reach the reader, and an error that names a setting which does not help.
#[test]
fn a_dialect_is_said_in_the_suite() {
    let folder = tempfile::tempdir().unwrap();
    let put = |name: &str, bytes: &[u8]| std::fs::write(folder.path().join(name), bytes).unwrap();
    put("old.csv", b"id;v\n1;caf\xe9\n2;'1;50'\n3;1,5\n4;NA\n");
    put("new.csv", "id,v\n1,café\n2,1;50\n3,\"1,5\"\n4,\n".as_bytes());
    let suite = |csv: &str| {
        let text = format!(
            "name = 's'\n[sources.old]\nurl = 'old.csv'\n{csv}\n[sources.new]\nurl = 'new.csv'\n[checks.c]\nkind = 'rows'\nkey = ['id']\n\
             old = 'SELECT * FROM old'\nnew = 'SELECT * FROM new'\n"
        );
        put("suite.toml", text.as_bytes());
        said(cutover(folder.path()).args(["run", "suite.toml", "--report", "json=out.json", "--no-history"]))
    };
    for (csv, told) in [
        ("", "line 2, column `v`: the byte 0xE9 is no UTF-8"),
        (
            "csv = { delimiter = ';' }",
            "line 2, column `v`: the byte 0xE9 is no UTF-8; set `csv = { encoding = \"latin1\" }`",
        ),
        ("csv = { delimiter = ';', encoding = 'latin1' }", "line 3: 3 fields, where the header has 2 fields"),
    ] {
        let (code, text) = suite(csv);
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(code == Some(2) && text.contains(told), "{csv}: {text}");
    }
    let (code, text) = suite("csv = { delimiter = ';', encoding = 'latin1', quote = \"'\" }");
    assert!(code == Some(1), "NA is a text: {text}");
    let (code, text) = suite("csv = { delimiter = ';', encoding = 'latin1', quote = \"'\", null = 'NA' }");
    assert_eq!(code, Some(0), "{text}");
    let (code, text) = suite("csv = { delimiter = ';;' }");
    assert!(code == Some(2) && text.contains("suite.toml:4:") && text.contains("expected a character"), "{text}");
    let (code, text) = suite("csv = { quote = ',' }");
    assert!(code == Some(2) && text.contains("`csv.delimiter` is also the quote"), "{text}");
}

/// Catches a CSV that cannot be held against a typed side in one command, a type that is taken from nowhere, and flags that are
/// taken and do nothing.
#[test]
fn a_csv_is_read_with_the_types_of_the_other_side() {
    use cutover::frame::{Column, Type, Value};
    let folder = tempfile::tempdir().unwrap();
    let put = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
    put("o.csv", "id,amount,day,ok\n1,1.10,2024-01-01,t\n2,2.00,2024-01-02,f\n");
    put("p.csv", "id;amount;day;ok\n1;1,1;2024-01-01;true\n2;2;2024-01-02;false\n");
    put("bad.csv", "id,amount,day,ok\n1,1.10,2024-01-01,t\n2,x,2024-01-02,f\n");
    let column =
        |name: &str, of: Type, values: [Value; 2]| Column { name: name.to_owned(), of, values: values.to_vec() };
    let amounts = [110, 200].map(|unscaled| Value::Decimal { unscaled, scale: 2 });
    crate::parquet::write(
        &folder.path().join("t.parquet"),
        vec![
            column("id", Type::Integer, [1, 2].map(Value::Integer)),
            column("amount", Type::Decimal { scale: 2 }, amounts),
            column("day", Type::Date, [19_723, 19_724].map(Value::Date)),
            column("ok", Type::Bool, [true, false].map(Value::Bool)),
        ],
    );
    put("f.csv", "id,amount\n1,1.0000000000000002\n2,1e300\n");
    crate::parquet::write(
        &folder.path().join("f.parquet"),
        vec![
            column("id", Type::Integer, [1, 2].map(Value::Integer)),
            column("amount", Type::Float, [1.0, 1e300].map(Value::Float)),
        ],
    );
    let run = |old: &str, new: &str, flags: &[&str]| {
        let arguments = ["diff", "--old", old, "--new", new, "--key", "id", "--no-color", "--report", "json=out.json"];
        said(cutover(folder.path()).args(arguments).args(flags))
    };
    let typed = ["--type", "id=integer", "--type", "amount=decimal(10,2)", "--type", "ok=bool", "--type", "day=date"];
    let point = [&typed[..], &["--csv", "{ delimiter = ';', decimal = ',' }"]].concat();
    for (old, new, flags, code, told) in [
        ("o.csv", "t.parquet", &[][..], 0, "old is CSV: `id`, `amount`, `day`, `ok` read with the types of new"),
        ("t.parquet", "o.csv", &["--types-from", "old"][..], 0, "new is CSV"),
        ("p.csv", "p.csv", &point[..], 0, "2 rows equal"),
        ("f.csv", "f.parquet", &["--relative", "0.05"][..], 0, "2 rows equal"),
        ("f.csv", "f.parquet", &["--relative", "amount=0.05"][..], 0, "2 rows equal"),
        ("f.parquet", "f.csv", &["--absolute", "amount=0.05"][..], 0, "2 rows equal"),
        ("f.csv", "f.csv", &["--type", "amount=float", "--absolute", "0.05"][..], 0, "2 rows equal"),
        ("o.csv", "t.parquet", &["--type", "amount=text"][..], 2, "`amount`"),
        ("bad.csv", "t.parquet", &[][..], 2, "line 3, column `amount`: \"x\" is no decimal"),
        ("o.csv", "o.csv", &["--type", "nope=integer"][..], 2, "--type nope: no side that is CSV has such a column"),
        ("t.parquet", "t.parquet", &["--type", "id=integer"][..], 2, "--type id: no side that is CSV"),
        ("o.csv", "t.parquet", &["--types-from", "old"][..], 2, "--types-from old: new is no CSV"),
        ("o.csv", "o.csv", &["--types-from", "old"][..], 2, "--types-from old: it is CSV"),
        ("t.parquet", "t.parquet", &["--csv", "{ delimiter = ';' }"][..], 2, "--csv: neither side is CSV"),
    ] {
        let (found, text) = run(old, new, flags);
        assert!(found == Some(code) && text.contains(told), "{old} {new} {flags:?}: {found:?} {text}");
    }
}

/// Catches a type that is declared of a misspelt column: that column would stay text, and sort and add up as text, without a word.
#[test]
fn a_type_of_no_column_is_a_mistake() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("d")).unwrap();
    std::fs::write(folder.path().join("d/orders.csv"), "id,amount\n1,5\n2,10\n").unwrap();
    let run = |types: &str, command: &str| {
        let source = format!("url = \"d\"\ntypes = {{ {types} }}\n");
        let suite = format!(
            "name = \"s\"\n[sources.old]\n{source}[sources.new]\n{source}[checks.c]\nkind = \"rows\"\nkey = [\"id\"]\n\
             old = \"SELECT id, amount FROM orders\"\nnew = \"SELECT id, amount FROM orders\"\n"
        );
        std::fs::write(folder.path().join("s.toml"), suite).unwrap();
        said(cutover(folder.path()).args([command, "s.toml"]))
    };
    for types in ["amuont = \"integer\"", "\"orders.amuont\" = \"integer\"", "\"order.amount\" = \"integer\""] {
        let (code, text) = run(types, "run");
        assert!(code == Some(2) && text.contains("of no column of its CSV files; did you mean"), "{types}: {text}");
    }
    for types in ["amount = \"integer\"", "\"orders.amount\" = \"integer\", id = \"integer\""] {
        let (code, text) = run(types, "run");
        assert_eq!(code, Some(0), "{types}: {text}");
    }
    let (code, text) = run("amount = \"integr\"", "validate");
    assert!(code == Some(2) && text.contains("`types.amount` is \"integr\"; known: integer"), "{text}");
}

//! What a suite says of data that has to fit: names, masks, what is ignored, allowed and waived, files, and what fails.

use std::sync::Arc;

use arrow::array::{
    ArrayRef, BinaryArray, Decimal128Array, Float64Array, Int64Array, RecordBatch, StringArray,
    TimestampMicrosecondArray,
};

use super::{apply, place, run};
use crate::waivers::{waiver, write};

const OLD: &str = "CREATE TABLE orders (id INTEGER, note VARCHAR(10), amount DECIMAL(9,2), at DATE);
                   INSERT INTO orders VALUES (1, 'abcd', 918273.5, '2026-01-01'), (2, 'abc', 1, NULL);";
const NEW: &str = "CREATE TABLE purchases (id INTEGER, remark VARCHAR(3), amount DECIMAL(5,2), at TIMESTAMP);";
const NAMES: &str = "rename = { orders = \"purchases\", \"orders.note\" = \"remark\" }\n";
const ALLOWED: &str = "allow = { \"orders.note\" = \"varchar → varchar\", \"orders.amount\" = \"decimal → decimal\", \"orders.at\" = \"date → timestamp\" }\n";

async fn pair() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    apply("sqlite:old.db", folder.path(), OLD).await;
    apply("sqlite:new.db", folder.path(), NEW).await;
    folder
}

fn judged(folder: &tempfile::TempDir, settings: &str) -> super::Ran {
    run(folder.path(), "sqlite:old.db", "sqlite:new.db", &format!("{NAMES}{settings}"))
}

const NOTE: &str = "changed data of note longest text in characters";
const AMOUNT: &str = "changed data of amount largest number";

/// Catches data that is asked without being wanted, one that is not asked because the change of type is allowed, a name of new
/// that is asked of old, and a change that nobody asks about and nobody lists.
#[tokio::test]
async fn data_is_asked_on_request_whatever_is_allowed() {
    let folder = pair().await;
    assert_eq!(judged(&folder, ALLOWED).code, Some(0));
    let ran = judged(&folder, &format!("{ALLOWED}data = true\n"));
    assert_eq!((ran.code, ran.found()), (Some(1), vec![AMOUNT.to_owned(), NOTE.to_owned()]), "{}", ran.shown);
    assert_eq!(ran.left_out("not compared"), ["orders.at data"], "{}", ran.check());
    let sql = ran.check()["old"]["sql"].as_str().unwrap();
    assert!(sql.contains("FROM \"orders\"") && !sql.contains("remark"), "{sql}");
    assert!(!ran.check()["new"]["sql"].as_str().unwrap().contains("SELECT"), "{}", ran.check());
    let ran = judged(&folder, "data = true\n");
    let types = ["amount", "at", "note"].map(|name| format!("changed column {name} type"));
    assert_eq!(ran.found(), [&types[..], &[AMOUNT.to_owned(), NOTE.to_owned()]].concat(), "{}", ran.shown);
    // What fits takes no finding of types away.
    apply("sqlite:old.db", folder.path(), "DELETE FROM orders WHERE id = 1;").await;
    let ran = judged(&folder, "data = true\n");
    assert_eq!((ran.code, ran.found()), (Some(1), types.to_vec()), "{}", ran.shown);
}

/// Catches a value of a masked column that is shown, under its name in either side, and a mask that hides the limits or other
/// columns.
#[tokio::test]
async fn masked_columns_show_no_value() {
    let folder = pair().await;
    let shown = |settings: &str| {
        let ran = judged(&folder, &format!("{ALLOWED}data = true\n{settings}"));
        assert_eq!((ran.code, ran.found()), (Some(1), vec![AMOUNT.to_owned(), NOTE.to_owned()]), "{}", ran.shown);
        (format!("{}{}", ran.shown, ran.report), ran.check()["examples"].to_string())
    };
    assert!(shown("").0.contains("918273.5"));
    let (everything, examples) = shown("mask = \"amount\"\n");
    assert!(
        !everything.contains("918273") && examples.contains("999.99") && examples.contains("\"old\":\"4\""),
        "{examples}"
    );
    let (everything, examples) = shown("mask = [\"remark\"]\n");
    assert!(everything.contains("918273.5") && !examples.contains("\"old\":\"4\""), "{examples}");
    let ran = judged(&folder, &format!("{ALLOWED}data = true\nmask = \"nobody\"\n"));
    assert!(ran.code == Some(2) && ran.shown.contains("`nobody`") && !ran.shown.contains("918273"), "{}", ran.shown);
}

/// Catches data that is asked though it is ignored, and an ignored column that is not listed.
#[tokio::test]
async fn data_is_ignored_and_waived() {
    let folder = pair().await;
    let all = [AMOUNT.to_owned(), NOTE.to_owned()];
    let cases = [
        ("\"orders.note:data\" = \"later\"", &all[..1]),
        ("\"orders:data\" = \"later\"", &all[..0]),
        ("\"orders.amount\" = \"later\"", &all[1..]),
        ("\"orders.note:nullability\" = \"later\"", &all[..]),
    ];
    for (ignored, left) in cases {
        let ran = judged(&folder, &format!("{ALLOWED}data = true\nignore = {{ {ignored} }}\n"));
        assert_eq!(ran.found(), left, "{ignored}: {}", ran.shown);
    }
    let ran = judged(&folder, &format!("{ALLOWED}data = true\nignore = {{ \"orders.note:data\" = \"later\" }}\n"));
    assert_eq!(ran.left_out("ignore"), ["orders.note data"]);
    assert!(!ran.check()["old"]["sql"].as_str().unwrap().contains("note"), "{}", ran.check());
    let later = chrono::NaiveDate::from_ymd_opt(2999, 1, 1).unwrap();
    for (old, code) in [("4", 0), ("5", 1)] {
        let pin = format!(
            "values = [{{ key = {{ table = \"orders\", item = \"data of note\" }}, column = \"longest text in characters\", old = \"{old}\", new = \"3\" }}]"
        );
        write(folder.path(), "waivers.toml", &waiver("s.tables", &pin, later));
        let ran = judged(&folder, &format!("{ALLOWED}data = true\nignore = {{ \"orders.amount\" = \"later\" }}\n"));
        assert_eq!(ran.code, Some(code), "{}", ran.shown);
    }
}

/// Catches a question that fails and is taken for data that fits, and one whose side and source nobody names.
#[tokio::test]
async fn a_question_that_fails_is_an_error() {
    let folder = pair().await;
    apply("sqlite:old.db", folder.path(), "CREATE VIEW v AS SELECT abs(-9223372036854775807 - 1) AS n;").await;
    apply("sqlite:new.db", folder.path(), "CREATE TABLE v (n SMALLINT);").await;
    let ran = run(folder.path(), "sqlite:old.db", "sqlite:new.db", "tables = \"v\"\n");
    assert!(ran.code.is_some_and(|code| code < 2), "{}", ran.shown);
    let ran = run(folder.path(), "sqlite:old.db", "sqlite:new.db", "tables = \"v\"\ndata = true\n");
    assert!(ran.code == Some(2) && ran.shown.contains("integer overflow"), "{}", ran.shown);
    assert_eq!(ran.check()["error"]["side"], "old", "{}", ran.check());
}

/// Catches a value in files that is not found: of texts, numbers, floats, bytes and moments.
#[tokio::test(flavor = "multi_thread")]
async fn files_are_asked() {
    let folder = tempfile::tempdir().unwrap();
    let new = place("mysql", "capacity_files").await;
    let sql = "CREATE TABLE t (note varchar(3), tiny tinytext, small smallint, cost decimal(5,2), whole int, raw varbinary(3), \
               at timestamp(3) NULL, mood enum('a'), must int NOT NULL) CHARACTER SET utf8mb4;";
    apply(&new, folder.path(), sql).await;
    std::fs::create_dir(folder.path().join("old")).unwrap();
    let long = ["x".repeat(255), "ä".repeat(128)];
    let at = 1_767_225_600_123_000;
    let found = |planted: Option<&str>| {
        let is = |name: &str| usize::from(planted == Some(name));
        let texts = |texts: &[&str], at: usize| Arc::new(StringArray::from(vec![texts[at]])) as ArrayRef;
        let cost = Decimal128Array::from(vec![[9_999_900, 1_250][is("cost")]]).with_precision_and_scale(12, 4).unwrap();
        let columns: [(&str, ArrayRef); 9] = [
            ("note", texts(&["äöü", "abcd"], is("note"))),
            ("tiny", texts(&[&long[0], &long[1]], is("tiny"))),
            ("small", Arc::new(Int64Array::from(vec![[-32_768, 32_768][is("small")]]))),
            ("cost", Arc::new(cost)),
            ("whole", Arc::new(Float64Array::from(vec![[2_147_483_647.0, 0.5][is("whole")]]))),
            ("raw", Arc::new(BinaryArray::from(vec![[&b"abc"[..], b"abcd"][is("raw")]]))),
            ("at", Arc::new(TimestampMicrosecondArray::from(vec![at + [0, 400][is("at")]]).with_timezone("UTC"))),
            ("mood", texts(&["a", "A"], is("mood"))),
            ("must", Arc::new(Int64Array::from(vec![[Some(1), None][is("must")]]))),
        ];
        let nullable = columns.into_iter().map(|(name, values)| (name, values, true));
        let batch = RecordBatch::try_from_iter_with_nullable(nullable).unwrap();
        crate::parquet::write_batch(&folder.path().join("old/t.parquet"), &batch);
        let ran = run(folder.path(), "old", &new, "data = true\n");
        let found = ran.found().into_iter().filter(|one| one.contains("data of")).collect::<Vec<_>>();
        (found, ran.shown)
    };
    let (nothing, shown) = found(None);
    assert_eq!(nothing, [""; 0], "{shown}");
    let cases = [
        ("note", "longest text in characters"),
        ("tiny", "longest text in bytes"),
        ("small", "largest number"),
        ("cost", "digits after the point"),
        ("whole", "digits after the point"),
        ("raw", "longest value in bytes"),
        ("at", "digits of a second"),
        ("mood", "label"),
        ("must", "NULLs"),
    ];
    for (name, measure) in cases {
        let (misfits, shown) = found(Some(name));
        assert_eq!(misfits, [format!("changed data of {name} {measure}")], "{shown}");
    }
}

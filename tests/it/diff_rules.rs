//! The flags of `cutover diff` for rules of columns, and its two sides by position.

use arrow::array::{ArrayRef, Int64Array, ListArray, RecordBatch, StringArray, TimestampMicrosecondArray};
use arrow::datatypes::Int64Type;
use std::sync::Arc;

use crate::cli::cutover;
use crate::parquet::write_batch;

fn of(column: ArrayRef) -> RecordBatch {
    let id: ArrayRef = Arc::new(Int64Array::from_iter_values(0..i64::try_from(column.len()).unwrap()));
    RecordBatch::try_from_iter_with_nullable([("id", id, false), ("v", column, true)]).unwrap()
}

fn text(values: &[Option<&str>]) -> ArrayRef {
    Arc::new(StringArray::from(values.to_vec()))
}

/// Catches a flag that does nothing, and one that makes equal what still differs.
#[test]
fn every_flag_is_the_rule_of_a_suite() {
    let folder = tempfile::tempdir().unwrap();
    let at = 1_767_225_600_000_000;
    let wall = |micros: i64| Arc::new(TimestampMicrosecondArray::from(vec![at + micros])) as ArrayRef;
    let moment =
        |micros: i64| Arc::new(TimestampMicrosecondArray::from(vec![at + micros]).with_timezone("UTC")) as ArrayRef;
    let list = |items: [i64; 2]| {
        Arc::new(ListArray::from_iter_primitive::<Int64Type, _, _>([Some(items.map(Some))])) as ArrayRef
    };
    let number = |n: Option<i64>| Arc::new(Int64Array::from(vec![n])) as ArrayRef;
    // Old, new that is equal by the rule, new that is not, the flag, and what happens without it.
    let cases = [
        (
            text(&[Some("{\"a\":1,\"b\":2}")]),
            text(&[Some("{\"b\":2, \"a\":1}")]),
            text(&[Some("{\"a\":1}")]),
            ["--json", "v"],
            1,
        ),
        (text(&[Some(" a")]), text(&[Some("a ")]), text(&[Some("b")]), ["--trim", "v"], 1),
        (list([1, 2]), list([2, 1]), list([2, 3]), ["--set", "v"], 1),
        (text(&[Some("")]), text(&[None]), text(&[Some("x")]), ["--null", "v="], 1),
        (number(Some(0)), number(None), number(Some(1)), ["--null", "v=0"], 1),
        (wall(0), moment(0), moment(1), ["--zone", "v=UTC"], 2),
        (wall(1), wall(999), wall(1_000), ["--truncate", "v=1ms"], 1),
    ];
    for (old, same, other, flag, without) in cases {
        for (name, column) in [("old", &old), ("same", &same), ("other", &other)] {
            write_batch(&folder.path().join(format!("{name}.parquet")), &of(column.clone()));
        }
        let diff = |new: &str, flags: &[&str]| {
            let mut command = cutover(folder.path());
            command.args(["diff", "old.parquet", new, "--key", "id"]).args(flags);
            let output = command.output().unwrap();
            let said =
                format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
            (output.status.code(), said)
        };
        let (code, said) = diff("same.parquet", &[]);
        assert_eq!(code, Some(without), "without {flag:?}: {said}");
        let (code, said) = diff("same.parquet", &flag);
        assert_eq!(code, Some(0), "{flag:?}: {said}");
        let (code, said) = diff("other.parquet", &flag);
        assert_eq!(code, Some(1), "{flag:?}: {said}");
        let (code, said) = diff("other.parquet", &["--ignore", "v=free text"]);
        assert_eq!(code, Some(0), "{said}");
    }
}

/// Catches a side that is given twice, or alone, and taken for the other.
#[test]
fn two_sides_by_position_or_by_name() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["a.csv", "b.csv"] {
        std::fs::write(folder.path().join(name), format!("id\n1\n{}\n", if name == "a.csv" { 2 } else { 3 })).unwrap();
    }
    let run = |arguments: &[&str]| {
        let output = cutover(folder.path()).arg("diff").args(arguments).args(["--key", "id"]).output().unwrap();
        (output.status.code(), String::from_utf8_lossy(&output.stdout).into_owned())
    };
    let (code, said) = run(&["a.csv", "b.csv"]);
    assert!(code == Some(1) && said.contains("- missing id=2") && said.contains("+ extra id=3"), "{said}");
    assert_eq!(run(&["a.csv"]).0, Some(2));
    assert_eq!(run(&["a.csv", "b.csv", "--old", "a.csv"]).0, Some(2));
    assert_eq!(run(&["a.csv", "a.csv"]).0, Some(0));
}

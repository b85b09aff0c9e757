//! CSV beside the columns of each engine, read with their types.

use crate::repair::{Place, said};

/// The exit code of a diff of `csv` with the table `t`, and what was said.
fn beside(place: &Place, csv: &str) -> (Option<i32>, String) {
    std::fs::write(place.path("t.csv"), csv).unwrap();
    said(&place.cutover(&[
        "diff",
        "--old",
        "t.csv",
        "--new",
        &place.url,
        "--new-table",
        "t",
        "--key",
        "id",
        "--no-color",
    ]))
}

/// Catches a float of 32 bits that a file holds in its own shortest text and that is read as a double, and decimals that are read
/// with the digits of the rows that were seen first.
#[tokio::test(flavor = "multi_thread")]
async fn a_number_is_read_as_the_column_beside_it_has_it() {
    for (engine, single) in
        [("postgres", "REAL"), ("mysql", "FLOAT"), ("duckdb", "FLOAT"), ("clickhouse", "Float32"), ("sqlite", "REAL")]
    {
        let place = Place::new(engine, "beside_csv").await;
        let (storage, key) =
            if engine == "clickhouse" { (" ENGINE = MergeTree ORDER BY id", "") } else { ("", ", PRIMARY KEY (id)") };
        place
            .run(&format!(
                "CREATE TABLE t (id INTEGER, r {single}, n DECIMAL(10, 2){key}){storage};\nINSERT INTO t VALUES (1, 0.1, 10.5), (2, 16777216, 10);\n"
            ))
            .await;
        let (code, told) = beside(&place, "id,r,n\n1,0.1,10.50\n2,16777216,10\n");
        assert_eq!(code, Some(0), "{engine}: {told}");
        for other in ["1,0.1000001,10.50", "1,0.1,10.51"] {
            let (code, told) = beside(&place, &format!("id,r,n\n{other}\n2,16777216,10\n"));
            assert_eq!(code, Some(1), "{engine}: {other}: {told}");
            assert!(told.contains("changed 1"), "{engine}: {other}: {told}");
        }
    }
}

/// Catches times and wide integers of DuckDB that are left as text beside a file, since it does not hash them.
#[tokio::test(flavor = "multi_thread")]
async fn what_duckdb_does_not_hash_is_read_with_its_type_too() {
    let place = Place::new("duckdb", "beside_csv_types").await;
    place
        .run(
            "CREATE TABLE t (id INTEGER, a TIME, b TIMESTAMP_NS, c TIMESTAMP_MS, d TIMESTAMP_S, e HUGEINT);\n\
             INSERT INTO t VALUES (1, '10:00:00.5', '2026-01-01 10:00:00.000000001', '2026-01-01 10:00:00.25', \
             '2026-01-01 10:00:00', 17);\n",
        )
        .await;
    let row = ["10:00:00.500", "2026-01-01T10:00:00.000000001", "2026-01-01 10:00:00.250", "2026-01-01 10:00:00", "17"];
    let others =
        ["10:00:00.501", "2026-01-01T10:00:00.000000002", "2026-01-01 10:00:00.251", "2026-01-01 10:00:01", "7"];
    let file = |row: &[&str]| format!("id,a,b,c,d,e\n1,{}\n", row.join(","));
    let (code, told) = beside(&place, &file(&row));
    assert_eq!(code, Some(0), "{told}");
    for (column, other) in others.into_iter().enumerate() {
        let mut changed = row;
        changed[column] = other;
        let (code, told) = beside(&place, &file(&changed));
        assert!(code == Some(1) && told.contains("changed 1"), "{other}: {told}");
    }
}

/// Catches the same beside files, whose types only their rows tell.
#[test]
fn a_float_of_a_parquet_file_is_read_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let columns: Vec<(&str, arrow::array::ArrayRef)> = vec![
        ("id", std::sync::Arc::new(arrow::array::Int64Array::from(vec![1, 2]))),
        ("r", std::sync::Arc::new(arrow::array::Float32Array::from(vec![0.1, 2.5]))),
    ];
    let batch = arrow::array::RecordBatch::try_from_iter(columns).unwrap();
    crate::parquet::write_batch(&folder.path().join("t.parquet"), &batch);
    for (value, code) in [("0.1", 0), ("0.1000001", 1)] {
        std::fs::write(folder.path().join("t.csv"), format!("id,r\n1,{value}\n2,2.5\n")).unwrap();
        let (found, told) =
            said(&crate::repair::cutover(folder.path(), &["diff", "t.csv", "t.parquet", "--key", "id"]));
        assert_eq!(found, Some(code), "{value}: {told}");
    }
}

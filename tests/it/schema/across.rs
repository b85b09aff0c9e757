//! One schema on two engines: what both can have is compared, and the rest is listed.

use std::sync::Arc;

use arrow::array::{ArrayRef, Decimal128Array, Int64Array, RecordBatch, StringArray, TimestampMicrosecondArray};

use super::{apply, place, run};

/// One table on two engines, a change of new that has to be found, and what is not compared.
struct Pair {
    old: (&'static str, &'static str),
    new: (&'static str, &'static str),
    change: (&'static str, &'static str),
    found: &'static str,
    left_out: &'static [&'static str],
}

const POSTGRES: &str = "CREATE TABLE t (id bigint PRIMARY KEY, name varchar(100) NOT NULL, amount numeric(10,2), qty integer DEFAULT 0, \
                        at timestamp(6), made timestamp(6) DEFAULT now(), up bigint REFERENCES t (id), UNIQUE (name)); CREATE INDEX ON t (qty, at);";
const MYSQL: &str = "CREATE TABLE t (id bigint PRIMARY KEY, name varchar(100) NOT NULL, amount decimal(10,2), qty int DEFAULT 0, \
                     at datetime(6), made datetime(6) DEFAULT CURRENT_TIMESTAMP(6), up bigint, UNIQUE (name), KEY (qty, at), \
                     FOREIGN KEY (up) REFERENCES t (id));";
const SQLITE: &str = "CREATE TABLE t (id BIGINT PRIMARY KEY, name VARCHAR(100) NOT NULL, amount DECIMAL(10,2), qty INT DEFAULT 0, \
                      at DATETIME, made DATETIME DEFAULT CURRENT_TIMESTAMP, up BIGINT REFERENCES t (id), UNIQUE (name)); CREATE INDEX i ON t (qty, at);";

const PAIRS: &[Pair] = &[
    Pair {
        old: ("postgres", POSTGRES),
        new: ("mysql", MYSQL),
        change: (" KEY (qty, at),", ""),
        found: "missing index (qty, at)",
        left_out: &["check constraints", "exclusion constraints"],
    },
    Pair {
        old: ("mysql", MYSQL),
        new: ("postgres", POSTGRES),
        change: ("DEFAULT 0", "DEFAULT 1"),
        found: "changed column qty default",
        left_out: &["check constraints", "exclusion constraints"],
    },
    Pair {
        old: ("postgres", POSTGRES),
        new: ("sqlite", SQLITE),
        change: (" REFERENCES t (id)", ""),
        found: "missing foreign key (up)",
        left_out: &["check constraints", "exclusion constraints"],
    },
    Pair {
        old: ("mysql", MYSQL),
        new: ("sqlite", SQLITE),
        change: (" NOT NULL", ""),
        found: "changed column name nullable",
        left_out: &["check constraints"],
    },
    Pair {
        old: (
            "postgres",
            "CREATE TABLE t (id bigint PRIMARY KEY, name text NOT NULL, amount numeric(10,2), qty integer DEFAULT 0, \"Odd\" integer, seen timestamptz, \
             tags text[], day date, mark uuid, UNIQUE (name)); CREATE UNIQUE INDEX ON t (qty, \"Odd\"); CREATE INDEX ON t (day);",
        ),
        new: (
            "duckdb",
            "CREATE TABLE t (id BIGINT PRIMARY KEY, name VARCHAR NOT NULL, amount DECIMAL(10,2), qty INTEGER DEFAULT 0, \"Odd\" INTEGER, seen TIMESTAMPTZ, \
             tags VARCHAR[], day DATE, mark UUID, UNIQUE (name)); CREATE UNIQUE INDEX i ON t (qty, \"Odd\"); CREATE INDEX k ON t (day);",
        ),
        change: ("DECIMAL(10,2)", "DECIMAL(10,1)"),
        found: "changed column amount type",
        left_out: &["check constraints", "exclusion constraints"],
    },
    Pair {
        old: (
            "postgres",
            "CREATE TABLE t (id bigint PRIMARY KEY, name varchar(100) NOT NULL, amount numeric(10,2), qty integer DEFAULT 0, \
             at timestamptz(6) NOT NULL, tags text[] NOT NULL);",
        ),
        new: (
            "clickhouse",
            "CREATE TABLE t (id Int64, name String, amount Nullable(Decimal(10, 2)), qty Nullable(Int32) DEFAULT 0, at DateTime64(6), \
             tags Array(String)) ENGINE = MergeTree ORDER BY id",
        ),
        change: ("DateTime64(6)", "DateTime64(3)"),
        found: "changed column at type",
        left_out: &[
            "primary key",
            "unique keys",
            "foreign keys",
            "check constraints",
            "exclusion constraints",
            "indexes",
            "table engine",
            "sorting key",
            "sparse primary key",
            "partition key",
            "sampling key",
            "ttl",
            "skipping indexes",
            "projections",
        ],
    },
];

/// Catches a property that two engines write differently and that fails though it is the same, one that is not compared
/// though both have it, and one that is left out in silence.
#[tokio::test(flavor = "multi_thread")]
async fn the_same_schema_on_two_engines_passes() {
    for (at, Pair { old, new, change: (from, to), found, left_out }) in PAIRS.iter().enumerate() {
        let folder = tempfile::tempdir().unwrap();
        let (from_url, to_url) =
            (place(old.0, &format!("schema_old_{at}")).await, place(new.0, &format!("schema_new_{at}")).await);
        apply(&from_url, folder.path(), old.1).await;
        apply(&to_url, folder.path(), new.1).await;
        let ran = run(folder.path(), &from_url, &to_url, "");
        assert_eq!(ran.code, Some(0), "{} and {}: {:?}\n{}", old.0, new.0, ran.found(), ran.shown);
        assert_eq!(ran.left_out("not compared"), *left_out, "{} and {}", old.0, new.0);

        let changed = new
            .1
            .replacen(from, to, 1)
            .replace("TABLE t ", "TABLE u ")
            .replace(" ON t ", " ON u ")
            .replace("INDEX i ", "INDEX j ")
            .replace("INDEX k ", "INDEX l ");
        assert_ne!(changed, new.1.replace("TABLE t ", "TABLE u "), "{from} is not there");
        apply(&to_url, folder.path(), &changed.replace("REFERENCES t ", "REFERENCES u ")).await;
        let ran = run(folder.path(), &from_url, &to_url, "tables = \"t\"\nrename = { t = \"u\" }\n");
        assert_eq!(
            (ran.code, ran.found()),
            (Some(1), vec![(*found).to_owned()]),
            "{} and {}\n{}",
            old.0,
            new.0,
            ran.shown
        );
    }
}

/// Catches types of Parquet files that are not read, or that fail beside those of the table they were written from.
#[tokio::test(flavor = "multi_thread")]
async fn files_have_columns_and_types() {
    let folder = tempfile::tempdir().unwrap();
    apply(
        "sqlite:old.db",
        folder.path(),
        "CREATE TABLE t (id INTEGER PRIMARY KEY, name VARCHAR(10) NOT NULL, amount DECIMAL(9,2), at TIMESTAMP);",
    )
    .await;
    std::fs::create_dir(folder.path().join("new")).unwrap();
    let amounts = Decimal128Array::from(vec![100]).with_precision_and_scale(9, 2).unwrap();
    let moments = TimestampMicrosecondArray::from(vec![0]);
    let table = |id: ArrayRef| {
        RecordBatch::try_from_iter([
            ("id", id),
            ("name", Arc::new(StringArray::from(vec!["a"])) as ArrayRef),
            ("amount", Arc::new(amounts.clone()) as ArrayRef),
            ("at", Arc::new(moments.clone()) as ArrayRef),
        ])
        .unwrap()
    };
    crate::parquet::write_batch(&folder.path().join("new/t.parquet"), &table(Arc::new(Int64Array::from(vec![1]))));
    let ran = run(folder.path(), "sqlite:old.db", "new", "");
    assert_eq!((ran.code, ran.found()), (Some(0), vec![]), "{}", ran.shown);
    let left_out = ran.left_out("not compared");
    assert!(
        ["nullability", "defaults", "primary key"].iter().all(|name| left_out.contains(&(*name).to_owned())),
        "{left_out:?}"
    );
    crate::parquet::write_batch(&folder.path().join("new/t.parquet"), &table(Arc::new(StringArray::from(vec!["1"]))));
    let ran = run(folder.path(), "sqlite:old.db", "new", "");
    assert_eq!((ran.code, ran.found()), (Some(1), vec!["changed column id type".to_owned()]), "{}", ran.shown);
    assert!(ran.shown.contains("INTEGER") && ran.shown.contains("Utf8"), "{}", ran.shown);
}

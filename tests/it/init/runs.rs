//! What `cutover init` writes runs as it stands, whatever the columns of the tables hold.

use sqlx::{Connection, PgConnection};

use super::{init, run, said, sqlite, with};
use crate::packs::{clickhouse, postgres};

/// Catches a sum of SQLite's decimals, which is a float, that is compared exactly, and a column that cannot be compared and is
/// read all the same, where one of its values makes an error of the check.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_written_runs_whatever_the_columns_hold() {
    let folder = tempfile::tempdir().unwrap();
    let decimals = "CREATE TABLE t (id INTEGER PRIMARY KEY, price DECIMAL(12, 3), cost NUMERIC(12, 3), units INTEGER);
                    INSERT INTO t VALUES (1, 1.25, 0.1, 1), (2, 0.1, 0.2, 2), (3, 0.7, 5, 3);";
    let path = |name: &str| folder.path().join(name);
    sqlite(&path("old.db"), decimals).await;
    // Floats that are added in another order are another sum.
    let other_way =
        decimals.replace("VALUES (1, 1.25, 0.1, 1), (2, 0.1, 0.2, 2), (3, 0.7, 5, 3)", "SELECT * FROM old.t");
    let moved = format!("ATTACH '{}' AS old; {other_way}", path("old.db").display());
    sqlite(&path("new.db"), &moved).await;
    let server = postgres("init_decimals").await;
    let mut connection = PgConnection::connect(&server).await.unwrap();
    sqlx::raw_sql(
        "CREATE TABLE t (id integer PRIMARY KEY, price numeric(12, 3), cost numeric(12, 3), units integer);
         INSERT INTO t VALUES (1, 1.25, 0.1, 1), (2, 0.1, 0.2, 2), (3, 0.7, 5, 3);",
    )
    .execute(&mut connection)
    .await
    .unwrap();
    let old = format!("sqlite:{}", path("old.db").display());
    for new in [format!("sqlite:{}", path("new.db").display()), server] {
        let (output, suite) = init(folder.path(), &old, &new);
        assert!(output.status.success(), "{}", said(&output));
        let floats = suite.lines().filter(|line| line.contains("relative = ")).collect::<Vec<_>>();
        let rule = |name: &str| format!("columns.{name} = {{ relative = \"0.000000001\" }}");
        assert_eq!(floats, [rule("price"), rule("cost")], "{suite}");
        let (code, report, shown) = run(folder.path(), &old, &new);
        assert!(with(&report, "error").is_empty() && code != Some(2), "{shown}");
        assert!(with(&report, "pass").contains(&"t_sums".to_owned()), "{shown}");
        std::fs::remove_dir_all(folder.path().join("checks")).unwrap();
    }
    let bytes = postgres("init_bytes").await;
    let mut connection = PgConnection::connect(&bytes).await.unwrap();
    let made = "CREATE TABLE t (id integer PRIMARY KEY, raw bytea, v integer); INSERT INTO t VALUES (1, '\\xff', 1)";
    sqlx::raw_sql(made).execute(&mut connection).await.unwrap();
    let texts = clickhouse("init_bytes").await;
    let client = cutover::source::clickhouse_client(&texts.parse().unwrap()).unwrap();
    for sql in [
        "CREATE TABLE t (id Int32, raw String, v Int32) ENGINE = MergeTree ORDER BY id",
        "INSERT INTO t VALUES (1, unhex('ff'), 1)",
    ] {
        client.query(sql).execute().await.unwrap();
    }
    let (output, suite) = init(folder.path(), &bytes, &texts);
    assert!(output.status.success(), "{}", said(&output));
    assert!(suite.contains("# UNDECIDED: the column \"raw\" is bytes in old and text in new"), "{suite}");
    let (_, report, shown) = run(folder.path(), &bytes, &texts);
    assert!(with(&report, "pass").contains(&"t_rows".to_owned()), "{shown}");
}

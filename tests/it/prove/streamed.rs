//! Answers of many batches, of windows, and of tables that are read twice.

use super::{Proof, read};
use crate::cli::cutover;
use crate::waivers::write;

/// Two SQLite files of so many equal orders.
fn orders(count: u32) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for side in ["old", "new"] {
        let connection = rusqlite::Connection::open(folder.path().join(format!("{side}.db"))).unwrap();
        let fill = format!(
            "CREATE TABLE orders (region TEXT, id INTEGER, at TEXT, amount INTEGER, PRIMARY KEY (region, id));
             WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {count})
             INSERT INTO orders SELECT 'r' || i % 3, i, printf('2026-01-%02d 00:00:00', 1 + i % 3), 1 + i * 7919 % 1000 FROM n;"
        );
        connection.execute_batch(&fill).unwrap();
    }
    folder
}

fn proof(folder: &tempfile::TempDir, settings: &str, arguments: &[&str]) -> Proof {
    let suite = format!(
        "name = \"s\"\n[sources.old]\nurl = \"sqlite:old.db\"\n[sources.new]\nurl = \"sqlite:new.db\"\n[checks.orders]\n\
         kind = \"rows\"\nkey = [\"region\", \"id\"]\n{settings}old = \"SELECT * FROM orders\"\nnew = \"SELECT * FROM orders\"\n"
    );
    write(folder.path(), "suite.toml", &suite);
    let mut command = cutover(folder.path());
    read(&command.args(["prove", "suite.toml", "--json"]).args(arguments).output().unwrap())
}

/// Catches a row whose number is wrong from the second batch on, a group that is lost only in part, and a check that is
/// judged on something else than all rows.
#[test]
fn answers_of_many_batches_are_changed_in_the_right_row() {
    let folder = orders(100_000);
    let proof = proof(&folder, "", &[]);
    assert_eq!(proof.code, Some(0), "{}", proof.shown);
    assert!(proof.with("noticed").is_empty() && proof.with("missed").is_empty(), "{}", proof.shown);
    let caught = proof.with("caught");
    for id in
        ["orders:lose_row", "orders:lose_group", "orders.id:replace_row", "orders.amount:one_unit", "orders.at:cut"]
    {
        assert!(caught.contains(&id.to_owned()), "{id}: {caught:?}");
    }
}

/// Catches a window whose answers are not kept, a sample that hides the row that was changed, and readings that wait.
#[test]
fn windows_samples_and_settling_checks_are_tried() {
    let folder = orders(3_000);
    for settings in [
        "window = { column = \"at\", from = 2026-01-01, to = 2026-01-04, step = \"1day\" }\n",
        "sample = \"1%\"\n",
        "settle = { wait = \"1h\", times = 3 }\n",
        "noise = true\n",
    ] {
        let proof = proof(&folder, settings, &[]);
        assert_eq!(proof.code, Some(0), "{settings}{}", proof.shown);
        assert!(proof.with("missed").is_empty(), "{settings}{}", proof.shown);
        assert!(proof.with("caught").contains(&"orders:lose_row".to_owned()), "{settings}{}", proof.shown);
        let notes = proof.check("s.orders")["notes"].to_string();
        assert_eq!(notes.contains("1% of the keys"), settings.starts_with("sample"), "{notes}");
        assert_eq!(notes.contains("299 rows are seen with 95 %"), settings.starts_with("sample"), "{notes}");
    }
}

/// Catches answers that take more memory than is allowed, and a check that is told proven though it was not tried.
#[test]
fn answers_beyond_the_memory_are_not_provable() {
    let folder = orders(100_000);
    let proof = proof(&folder, "", &["--memory", "2MiB"]);
    assert_eq!(proof.code, Some(2), "{}", proof.shown);
    let why = proof.check("s.orders")["not_provable"].as_str().unwrap().to_owned();
    assert!(why.contains("--memory"), "{why}");
}

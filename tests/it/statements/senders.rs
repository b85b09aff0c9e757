//! Where the sources send text: only in files that are looked at for it.

use std::collections::BTreeSet;
use std::path::Path;

/// How text that is not part of the program reaches a driver. Of sqlx's own functions the compiler lets none but its builder
/// take it otherwise than through `AssertSqlSafe`.
const DOORS: [&str; 6] =
    ["AssertSqlSafe(", "copy_out_raw(", "query_raw(", "client.query(", "QueryBuilder", "set_sql_query("];

/// The files that send a user's query, made of what the gate has passed.
const SENDERS: [&str; 4] = ["adbc/send.rs", "clickhouse/send.rs", "mysql/send.rs", "postgres/send.rs"];

/// Files that send text of our own: names in quotes, numbers, constants; never a query of a user.
const OWN: [&str; 9] = [
    "clickhouse/lint/mod.rs",
    "clickhouse/mod.rs",
    "clickhouse/privileges.rs",
    "clickhouse/session.rs",
    "duckdb/database.rs",
    "mysql/mod.rs",
    "mysql/session.rs",
    "postgres/view_lag.rs",
    "spark/server.rs",
];

/// Catches a second path of a query to a server. SQLite has no server and no other path than its own.
#[test]
fn a_query_is_sent_from_one_place_per_engine() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/source");
    let mut found = BTreeSet::new();
    for entry in walkdir::WalkDir::new(&root) {
        let path = entry.unwrap().into_path();
        let name = path.strip_prefix(&root).unwrap().to_str().unwrap().to_owned();
        if !name.ends_with(".rs") || name.starts_with("sqlite") {
            continue;
        }
        let text = std::fs::read_to_string(&path).unwrap();
        if DOORS.iter().any(|door| text.contains(door)) {
            assert!(!text.contains("copy_out_raw(") || name == "postgres/send.rs", "{name} copies");
            found.insert(name);
        }
    }
    let known: BTreeSet<String> = SENDERS.iter().chain(&OWN).map(|name| (*name).to_owned()).collect();
    assert_eq!(found, known, "a file that sends text is looked at, and then listed");
    for sender in SENDERS {
        let text = std::fs::read_to_string(root.join(sender)).unwrap();
        assert!(text.contains("ReadQuery") && !text.contains("sql: &str"), "{sender} sends what no gate has passed");
    }
}

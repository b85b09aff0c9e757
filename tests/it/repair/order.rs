//! Rows of several tables that refer to each other.

use super::Place;

/// Customers and their orders on both sides: one of each is missing, one of each extra, one order goes from another customer to
/// one that is missing, and one from one that is extra.
const TABLES: &str = "CREATE TABLE old_customers (id INTEGER PRIMARY KEY, name VARCHAR(20));\n\
CREATE TABLE old_orders (id INTEGER PRIMARY KEY, customer INTEGER REFERENCES old_customers(id), total DECIMAL(10, 2));\n\
CREATE TABLE customers (id INTEGER PRIMARY KEY, name VARCHAR(20));\n\
CREATE TABLE orders (id INTEGER PRIMARY KEY, customer INTEGER REFERENCES customers(id), total DECIMAL(10, 2));\n\
INSERT INTO old_customers VALUES (1, 'a'), (2, 'b'), (3, 'c');\n\
INSERT INTO old_orders VALUES (1, 1, 1.50), (2, 3, 2), (3, 3, 3), (4, 3, 4);\n\
INSERT INTO customers VALUES (1, 'a'), (2, 'B'), (9, 'i');\n\
INSERT INTO orders VALUES (1, 1, 1.50), (2, 1, 2), (4, 9, 4), (8, 9, 8);\n";

/// Catches a row that is added before the one it refers to, or one that goes while another refers to it.
#[tokio::test(flavor = "multi_thread")]
async fn references_hold_while_a_repair_runs() {
    for engine in ["postgres", "mysql", "sqlite"] {
        let place = Place::new(engine, "order").await;
        place.run(TABLES).await;
        let check = |name: &str, columns: &str| {
            format!(
                "[checks.{name}]\nkind = \"rows\"\nkey = \"id\"\nold = \"SELECT {columns} FROM old_{name}\"\n\
                 new = \"SELECT {columns} FROM {name}\"\n"
            )
        };
        // The tables that refer stand first in the suite.
        place.suite(&(check("orders", "id, customer, total") + &check("customers", "id, name")));
        let (code, told) = place.check(&["--repair", "out.sql"]);
        assert_eq!(code, Some(1), "{engine}: {told}");
        place.run(&place.repair()).await;
        let (code, told) = place.check(&[]);
        assert_eq!(code, Some(0), "{engine}: {told}\n{}", place.repair());
        let text = place.repair();
        let first = |table: &str, verb: &str| {
            let is_it = |line: &str| line.starts_with(verb) && line.split([' ', '"', '`']).any(|word| word == table);
            text.lines().position(is_it).unwrap_or_else(|| panic!("{table} {verb}: {text}"))
        };
        assert!(first("orders", "DELETE") < first("customers", "DELETE"), "{text}");
        assert!(first("customers", "INSERT") < first("orders", "INSERT"), "{text}");
    }
}

/// Catches rows that go, or lose what they refer to, with a row that a repair takes out or changes.
#[tokio::test(flavor = "multi_thread")]
async fn nothing_goes_along_with_a_row() {
    for engine in ["postgres", "mysql", "sqlite"] {
        for (number, (action, why)) in [
            ("ON DELETE CASCADE", Some("rows of positions would go or change with them (ON DELETE CASCADE)")),
            ("ON DELETE SET NULL", Some("rows of positions would go or change with them (ON DELETE SET NULL)")),
            ("ON UPDATE CASCADE", Some("rows of positions would change with `code` (ON UPDATE CASCADE)")),
            ("", None),
        ]
        .into_iter()
        .enumerate()
        {
            let place = Place::new(engine, &format!("along_{number}")).await;
            let parent =
                |name: &str| format!("CREATE TABLE {name} (id INTEGER PRIMARY KEY, code INTEGER UNIQUE, v INTEGER);\n");
            let child = |name: &str| {
                format!(
                    "CREATE TABLE {name} (id INTEGER PRIMARY KEY, code INTEGER, FOREIGN KEY (code) REFERENCES n (code) {action});\n"
                )
            };
            let rows = "INSERT INTO o VALUES (1, 11, 1);\nINSERT INTO n VALUES (1, 10, 2), (9, 90, 9);\nINSERT INTO positions VALUES (1, 10), (2, 90);\n\
                        CREATE TABLE kept (id INTEGER PRIMARY KEY, code INTEGER);\nINSERT INTO kept VALUES (1, 10), (2, 90);\n";
            place.run(&[parent("o"), parent("n"), child("positions"), rows.to_owned()].concat()).await;
            let (code, told) = place.diff(&["--repair", "out.sql"]);
            match why {
                Some(why) => {
                    assert_eq!(code, Some(2), "{engine} {action}: {told}");
                    assert!(told.contains(why), "{engine} {action}: {told}");
                    place.diff(&["--repair", "out.sql", "--partial"]);
                }
                None => assert_eq!(code, Some(1), "{engine}: {told}"),
            }
            // What is refused by the engine, it refuses; SQLite only where it is told to.
            let done = place.tried(&place.repair()).await;
            let (are_equal, told) = place.are_equal("kept", "positions", "id");
            assert!(are_equal, "{engine} {action} {done:?}: {told}\n{}", place.repair());
            assert!(why.is_some() || done.is_err(), "{engine}: {}", place.repair());
        }
    }
}

/// Catches a row that is added by one check, and whose other columns another check passes over.
#[tokio::test(flavor = "multi_thread")]
async fn a_row_is_added_by_one_check() {
    let place = Place::new("sqlite", "twice").await;
    let table = |name: &str| format!("CREATE TABLE {name} (id INTEGER PRIMARY KEY, a INTEGER, b INTEGER);\n");
    place.run(&(table("o") + &table("n") + "INSERT INTO o VALUES (2, 2, 2);\nINSERT INTO n VALUES (3, 3, 3);\n")).await;
    let check = |column: &str| {
        format!(
            "[checks.{column}]\nkind = \"rows\"\nkey = \"id\"\nold = \"SELECT id, {column} FROM o\"\nnew = \"SELECT id, {column} FROM n\"\n"
        )
    };
    place.suite(&(check("a") + &check("b")));
    let (code, told) = place.check(&["--repair", "out.sql"]);
    assert_eq!(code, Some(2), "{told}");
    assert!(told.contains("s.b: 1 difference left out, because s.a adds rows to n, too"), "{told}");
    let (_, told) = place.check(&["--repair", "out.sql", "--partial"]);
    assert_eq!(place.repair().matches("INSERT").count(), 1, "{told}");
}

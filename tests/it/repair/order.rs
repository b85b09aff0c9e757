//! Rows of several tables that refer to each other.

use super::{Place, said};

/// Customers and their orders on both sides: one of each is missing, one of each extra, and one order has another customer.
const TABLES: &str = "CREATE TABLE old_customers (id INTEGER PRIMARY KEY, name VARCHAR(20));\n\
CREATE TABLE old_orders (id INTEGER PRIMARY KEY, customer INTEGER REFERENCES old_customers(id), total DECIMAL(10, 2));\n\
CREATE TABLE customers (id INTEGER PRIMARY KEY, name VARCHAR(20));\n\
CREATE TABLE orders (id INTEGER PRIMARY KEY, customer INTEGER REFERENCES customers(id), total DECIMAL(10, 2));\n\
INSERT INTO old_customers VALUES (1, 'a'), (2, 'b'), (3, 'c');\n\
INSERT INTO old_orders VALUES (1, 1, 1.50), (2, 3, 2), (3, 3, 3);\n\
INSERT INTO customers VALUES (1, 'a'), (2, 'B'), (9, 'i');\n\
INSERT INTO orders VALUES (1, 1, 1.50), (2, 1, 2), (8, 9, 8);\n";

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
        let suite = format!(
            "name = \"s\"\n[sources.old]\nurl = \"{0}\"\n[sources.new]\nurl = \"{0}\"\n{1}{2}",
            place.url,
            check("orders", "id, customer, total"),
            check("customers", "id, name")
        );
        std::fs::write(place.path("suite.toml"), suite).unwrap();
        let run = |args: &[&str]| said(&place.cutover(&[&["run", "suite.toml", "--no-history"], args].concat()));
        let (code, told) = run(&["--repair", "out.sql"]);
        assert_eq!(code, Some(1), "{engine}: {told}");
        place
            .run(&format!("{}{}", if engine == "sqlite" { "PRAGMA foreign_keys = ON;\n" } else { "" }, place.repair()))
            .await;
        let (code, told) = run(&[]);
        assert_eq!(code, Some(0), "{engine}: {told}\n{}", place.repair());
        let text = place.repair();
        let at = |what: &str| text.find(what).unwrap_or_else(|| panic!("{what}: {text}"));
        assert!(at("DELETE FROM orders") < at("DELETE FROM customers"), "{text}");
        assert!(at("INSERT INTO customers") < at("INSERT INTO orders"), "{text}");
    }
}

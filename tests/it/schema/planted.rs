//! One planted change per property and engine.

use super::{apply, place, run};

/// What of a table is written otherwise in new, and what has to be found.
pub(super) struct Change {
    from: &'static str,
    to: &'static str,
    found: &'static [&'static str],
}

pub(super) const fn change(from: &'static str, to: &'static str, found: &'static [&'static str]) -> Change {
    Change { from, to, found }
}

/// Makes the table as it is and once for each change, and holds what is found against what was changed.
pub(super) async fn every_change_is_found(
    engine: &str,
    place_name: &str,
    before: &str,
    table: &str,
    changes: &[Change],
) {
    let folder = tempfile::tempdir().unwrap();
    let url = place(engine, place_name).await;
    apply(&url, folder.path(), before).await;
    apply(&url, folder.path(), &table.replace("{t}", "t")).await;
    for (at, Change { from, to, found }) in changes.iter().enumerate() {
        let name = format!("t_{at}");
        let changed = table.replacen(from, to, 1);
        assert!(changed != table || from.is_empty(), "{engine}: `{from}` is not in the table");
        apply(&url, folder.path(), &changed.replace("{t}", &name)).await;
        let ran = run(folder.path(), &url, &url, &format!("tables = \"t\"\nrename = {{ t = \"{name}\" }}\n"));
        assert_eq!(ran.found(), *found, "{engine}: {from} → {to}\n{}", ran.shown);
        assert_eq!(ran.code, Some(i32::from(!found.is_empty())), "{engine}: {from} → {to}\n{}", ran.shown);
        for one in *found {
            let item = one.split_once(' ').unwrap().1;
            let item = ["type", "nullable", "default", "definition"]
                .iter()
                .fold(item, |item, column| item.strip_suffix(column).unwrap_or(item));
            assert!(ran.shown.contains(item.trim()), "{engine}: the terminal does not name {item}\n{}", ran.shown);
        }
    }
}

/// Catches a property of PostgreSQL that is not read or not compared, and a change that loses nothing and fails.
#[tokio::test(flavor = "multi_thread")]
async fn postgres() {
    let table = "CREATE TABLE {t} (id bigint PRIMARY KEY, name varchar(255) NOT NULL DEFAULT 'x', amount numeric(10,2), \
                 at timestamptz(3), mood mood, tags integer[], qty integer CHECK (qty > 0), parent bigint REFERENCES p (id), \
                 number integer GENERATED ALWAYS AS IDENTITY, twice integer GENERATED ALWAYS AS (qty * 2) STORED, UNIQUE (name, at)); \
                 CREATE INDEX ON {t} (qty, at); CREATE UNIQUE INDEX ON {t} (parent) WHERE qty > 1;";
    let before = "CREATE TABLE p (id bigint PRIMARY KEY); CREATE TABLE q (id bigint PRIMARY KEY); \
                  CREATE TYPE mood AS ENUM ('a', 'b'); CREATE TYPE less AS ENUM ('a'); CREATE TYPE more AS ENUM ('a', 'b', 'c');";
    let changes = [
        change("", "", &[]),
        change("varchar(255)", "text", &[]),
        change("numeric(10,2)", "numeric(14,4)", &[]),
        change("at timestamptz(3)", "at timestamptz", &[]),
        change("mood mood", "mood more", &[]),
        change("tags integer[]", "tags bigint[]", &[]),
        change("amount numeric(10,2), ", "", &["missing column amount"]),
        change("amount numeric(10,2)", "amount numeric(10,2), other text", &["extra column other"]),
        change("varchar(255)", "varchar(254)", &["changed column name type"]),
        change("numeric(10,2)", "numeric(10,1)", &["changed column amount type"]),
        change("numeric(10,2)", "double precision", &["changed column amount type"]),
        change("at timestamptz(3)", "at timestamp(3)", &["changed column at type"]),
        change("at timestamptz(3)", "at timestamptz(0)", &["changed column at type"]),
        change("mood mood", "mood less", &["changed column mood type"]),
        change("tags integer[]", "tags smallint[]", &["changed column tags type"]),
        change(" NOT NULL", "", &["changed column name nullable"]),
        change("'x'", "'y'", &["changed column name default"]),
        change(" DEFAULT 'x'", "", &["changed column name default"]),
        change(" GENERATED ALWAYS AS IDENTITY", " NOT NULL", &["changed column number default"]),
        change("(qty * 2)", "(qty * 3)", &["changed column twice default"]),
        change("id bigint PRIMARY KEY", "id bigint NOT NULL", &["missing primary key"]),
        change("UNIQUE (name, at)", "UNIQUE (name)", &["extra unique (name)", "missing unique (name, at)"]),
        change(" REFERENCES p (id)", "", &["missing foreign key (parent)"]),
        change("REFERENCES p (id)", "REFERENCES q (id)", &["changed foreign key (parent) definition"]),
        change("p (id)", "p (id) ON DELETE CASCADE", &["changed foreign key (parent) definition"]),
        change("CHECK (qty > 0)", "CHECK (qty > 1)", &["extra check qty > 1", "missing check qty > 0"]),
        change(" CHECK (qty > 0)", "", &["missing check qty > 0"]),
        change("{t} (qty, at)", "{t} (at, qty)", &["extra index (at, qty)", "missing index (qty, at)"]),
        change(
            "WHERE qty > 1",
            "WHERE qty > 2",
            &["extra unique (parent) where (qty > 2)", "missing unique (parent) where (qty > 1)"],
        ),
    ];
    every_change_is_found("postgres", "schema_planted", before, table, &changes).await;
}

/// Catches the same in MySQL and MariaDB, and an index that the engine makes by itself and that is told.
#[tokio::test(flavor = "multi_thread")]
async fn mysql() {
    let table = "CREATE TABLE {t} (id bigint PRIMARY KEY AUTO_INCREMENT, name varchar(255) NOT NULL DEFAULT 'x', amount decimal(10,2), \
                 at datetime(3), mood enum('a','b'), qty int CHECK (qty > 0), parent bigint, UNIQUE (name, at), \
                 FOREIGN KEY (parent) REFERENCES p (id), KEY (qty, at));";
    let before = "CREATE TABLE p (id bigint PRIMARY KEY); CREATE TABLE q (id bigint PRIMARY KEY);";
    let changes = [
        change("", "", &[]),
        change("amount decimal(10,2)", "amount decimal(12,2)", &[]),
        change("qty int ", "qty bigint ", &[]),
        change("enum('a','b')", "enum('a','b','c')", &[]),
        change("amount decimal(10,2), ", "", &["missing column amount"]),
        change("varchar(255)", "varchar(254)", &["changed column name type"]),
        change("qty int ", "qty int unsigned ", &["changed column qty type"]),
        change("at datetime(3)", "at timestamp(3) NULL", &["changed column at type"]),
        change("enum('a','b')", "enum('a')", &["changed column mood type"]),
        change(" NOT NULL", "", &["changed column name nullable"]),
        change("'x'", "'y'", &["changed column name default"]),
        change(" AUTO_INCREMENT", "", &["changed column id default"]),
        change(
            "bigint PRIMARY KEY AUTO_INCREMENT",
            "bigint NOT NULL AUTO_INCREMENT UNIQUE",
            &["extra unique (id)", "missing primary key"],
        ),
        change("UNIQUE (name, at)", "UNIQUE (name)", &["extra unique (name)", "missing unique (name, at)"]),
        change("REFERENCES p (id)", "REFERENCES q (id)", &["changed foreign key (parent) definition"]),
        change("p (id)", "p (id) ON DELETE CASCADE", &["changed foreign key (parent) definition"]),
        change("FOREIGN KEY (parent) REFERENCES p (id), ", "", &["missing foreign key (parent)"]),
        change(" CHECK (qty > 0)", "", &["missing check `qty` > 0"]),
        change(", KEY (qty, at)", "", &["missing index (qty, at)"]),
    ];
    every_change_is_found("mysql", "schema_planted", before, table, &changes).await;
}

/// Catches the same in SQLite.
#[tokio::test(flavor = "multi_thread")]
async fn sqlite() {
    let table = "CREATE TABLE {t} (id INTEGER PRIMARY KEY, name VARCHAR(255) NOT NULL DEFAULT 'x', amount DECIMAL(10,2), at DATETIME, \
                 qty INT CHECK (qty > 0), parent INT REFERENCES p (id), anything, UNIQUE (name, at)); CREATE INDEX {t}_i ON {t} (qty, at);";
    let before = "CREATE TABLE p (id INTEGER PRIMARY KEY); CREATE TABLE q (id INTEGER PRIMARY KEY);";
    let changes = [
        change("", "", &[]),
        change("VARCHAR(255)", "TEXT", &[]),
        change("amount DECIMAL(10,2)", "amount", &[]),
        change("amount DECIMAL(10,2), ", "", &["missing column amount"]),
        change("VARCHAR(255)", "VARCHAR(254)", &["changed column name type"]),
        change("DECIMAL(10,2)", "REAL", &["changed column amount type"]),
        change("anything", "anything TEXT", &["changed column anything type"]),
        change(" NOT NULL", "", &["changed column name nullable"]),
        change("'x'", "'y'", &["changed column name default"]),
        change("id INTEGER PRIMARY KEY", "id INTEGER NOT NULL", &["changed column id default", "missing primary key"]),
        change("UNIQUE (name, at)", "UNIQUE (name)", &["extra unique (name)", "missing unique (name, at)"]),
        change("REFERENCES p (id)", "REFERENCES q (id)", &["changed foreign key (parent) definition"]),
        change(" REFERENCES p (id)", "", &["missing foreign key (parent)"]),
        change("CHECK (qty > 0)", "CHECK (qty > 1)", &["extra check qty > 1", "missing check qty > 0"]),
        change("{t} (qty, at)", "{t} (qty)", &["extra index (qty)", "missing index (qty, at)"]),
    ];
    every_change_is_found("sqlite", "schema_planted", before, table, &changes).await;
}

/// Catches the same in DuckDB.
#[tokio::test(flavor = "multi_thread")]
async fn duckdb() {
    let table = "CREATE TABLE {t} (id BIGINT PRIMARY KEY, name VARCHAR NOT NULL DEFAULT 'x', amount DECIMAL(10,2), seen TIMESTAMP, \
                 mood ENUM('a','b'), tags INTEGER[], qty INTEGER CHECK (qty > 0), wide HUGEINT, parent BIGINT REFERENCES p (id), \
                 UNIQUE (name, seen)); CREATE INDEX {t}_i ON {t} (qty, seen); CREATE UNIQUE INDEX {t}_u ON {t} (wide);";
    let before = "CREATE TABLE p (id BIGINT PRIMARY KEY); CREATE TABLE q (id BIGINT PRIMARY KEY);";
    let changes = [
        change("", "", &[]),
        change("amount DECIMAL(10,2)", "amount DECIMAL(12,2)", &[]),
        change("qty INTEGER", "qty BIGINT", &[]),
        change("ENUM('a','b')", "ENUM('a','b','c')", &[]),
        change("tags INTEGER[]", "tags BIGINT[]", &[]),
        change("amount DECIMAL(10,2), ", "", &["missing column amount"]),
        change("DECIMAL(10,2)", "DECIMAL(10,1)", &["changed column amount type"]),
        change("seen TIMESTAMP", "seen TIMESTAMP_S", &["changed column seen type"]),
        change("seen TIMESTAMP", "seen TIMESTAMPTZ", &["changed column seen type"]),
        change("ENUM('a','b')", "ENUM('a')", &["changed column mood type"]),
        change("tags INTEGER[]", "tags SMALLINT[]", &["changed column tags type"]),
        change("wide HUGEINT", "wide BIGINT", &["changed column wide type"]),
        change(" NOT NULL", "", &["changed column name nullable"]),
        change("'x'", "'y'", &["changed column name default"]),
        change("id BIGINT PRIMARY KEY", "id BIGINT NOT NULL", &["missing primary key"]),
        change("UNIQUE (name, seen)", "UNIQUE (name)", &["extra unique (name)", "missing unique (name, seen)"]),
        change("qty > 0", "qty > 1", &["extra check qty > 1", "missing check qty > 0"]),
        change("REFERENCES p (id)", "REFERENCES q (id)", &["changed foreign key (parent) definition"]),
        change(" REFERENCES p (id)", "", &["missing foreign key (parent)"]),
        change("{t} (qty, seen)", "{t} (qty)", &["extra index (qty)", "missing index (qty, seen)"]),
        change("CREATE UNIQUE INDEX", "CREATE INDEX", &["extra index (wide)", "missing unique (wide)"]),
    ];
    every_change_is_found("duckdb", "schema_planted", before, table, &changes).await;
}

/// Catches the same in ClickHouse, with what only it has: engine, sorting, primary and partition key, TTL, skipping indexes.
#[tokio::test(flavor = "multi_thread")]
async fn clickhouse() {
    let table = "CREATE TABLE {t} (id UInt64, day Date, name String DEFAULT 'x', note Nullable(String), amount Decimal(10, 2), \
                 at DateTime64(3), mood Enum8('a' = 1, 'b' = 2), tags Array(Int32), INDEX i note TYPE minmax GRANULARITY 1) \
                 ENGINE = ReplacingMergeTree(at) PARTITION BY toYYYYMM(day) PRIMARY KEY day ORDER BY (day, id) TTL day + INTERVAL 1 YEAR";
    let changes = [
        change("", "", &[]),
        change("id UInt64", "id UInt128", &[]),
        change("Decimal(10, 2)", "Decimal(18, 4)", &[]),
        change("at DateTime64(3)", "at DateTime64(6)", &[]),
        change("'b' = 2", "'b' = 2, 'c' = 3", &[]),
        change("tags Array(Int32)", "tags Array(Int64)", &[]),
        change("amount Decimal(10, 2), ", "", &["missing column amount"]),
        change("id UInt64", "id UInt32", &["changed column id type"]),
        change("Decimal(10, 2)", "Decimal(10, 1)", &["changed column amount type"]),
        change("tags Array(Int32)", "tags Array(Int16)", &["changed column tags type"]),
        change("name String", "name Nullable(String)", &["changed column name nullable"]),
        change("'x'", "'y'", &["changed column name default"]),
        change("ReplacingMergeTree(at)", "MergeTree", &["changed table engine definition"]),
        change("ORDER BY (day, id)", "ORDER BY (day, name)", &["changed sorting key definition"]),
        change("PRIMARY KEY day", "PRIMARY KEY (day, id)", &["changed sparse primary key definition"]),
        change("toYYYYMM(day)", "day", &["changed partition key definition"]),
        change(" PARTITION BY toYYYYMM(day)", "", &["missing partition key"]),
        change("1 YEAR", "2 YEAR", &["changed ttl definition"]),
        change(" TTL day + INTERVAL 1 YEAR", "", &["missing ttl"]),
        change(
            "TYPE minmax",
            "TYPE set(5)",
            &["extra skipping index set(note)", "missing skipping index minmax(note)"],
        ),
    ];
    every_change_is_found("clickhouse", "schema_planted", "SELECT 1", table, &changes).await;
}

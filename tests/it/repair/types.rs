//! Every type of the contract, as it is written, looked for and added.

use super::Place;
use crate::contract::{cases, expression};

/// The other value of a case: NULL, or what is empty where a column cannot be NULL.
fn other(engine: &str, case: &str, written: &str) -> String {
    match (engine, case) {
        ("clickhouse", "array" | "array_empty" | "array_of_null") => format!("arraySlice({written}, 1, 0)"),
        ("clickhouse", "map") => format!("mapFilter((k, v) -> 0, {written})"),
        _ => "NULL".to_owned(),
    }
}

/// Catches a literal that is another value, or a condition that does not find the value that it was made of.
#[tokio::test(flavor = "multi_thread")]
async fn every_type_of_postgres_is_repaired() {
    every_type("postgres").await;
}

/// Catches the same of MySQL.
#[tokio::test(flavor = "multi_thread")]
async fn every_type_of_mysql_is_repaired() {
    every_type("mysql").await;
}

/// Catches the same of SQLite.
#[tokio::test(flavor = "multi_thread")]
async fn every_type_of_sqlite_is_repaired() {
    every_type("sqlite").await;
}

/// Catches the same of DuckDB.
#[tokio::test(flavor = "multi_thread")]
async fn every_type_of_duckdb_is_repaired() {
    every_type("duckdb").await;
}

/// Catches the same of ClickHouse.
#[tokio::test(flavor = "multi_thread")]
async fn every_type_of_clickhouse_is_repaired() {
    every_type("clickhouse").await;
}

/// Repairs a table with a column for each case: from NULL to the value, from the value to NULL, rows that are missing and rows
/// that are extra.
async fn every_type(engine: &'static str) {
    let place = Place::new(engine, "types").await;
    let before = match engine {
        "postgres" => "CREATE TYPE contract_enum AS ENUM ('first', 'second');\n",
        "mysql" => {
            "CREATE TABLE contract_typed (f FLOAT, i TIMESTAMP(6) NULL, e ENUM('first', 'second'));\n\
             SET time_zone = '+00:00';\n\
             INSERT INTO contract_typed VALUES (0.1, '2026-01-01 00:00:00.123456', 'second');\n"
        }
        // An empty file is no database yet.
        "sqlite" => "CREATE TABLE contract_typed (f);\n",
        _ => "",
    };
    let written: Vec<(&str, String)> =
        cases().iter().filter_map(|case| Some((case.name, expression(engine, case.name)?))).collect();
    assert!(written.len() >= 15, "{engine}: {}", written.len());
    let typed = |(case, written): &(&str, String)| match (engine, *case) {
        ("clickhouse", "array" | "array_empty" | "array_of_null" | "map") => format!("{written} AS c_{case}"),
        // A column made of a value takes no NULL otherwise.
        ("mysql", _) => format!("CASE WHEN 1 = 1 THEN {written} END AS c_{case}"),
        ("clickhouse", _) => format!("toNullable({written}) AS c_{case}"),
        _ => format!("{written} AS c_{case}"),
    };
    let values = written.iter().map(typed).collect::<Vec<_>>().join(", ");
    let others: Vec<String> = written.iter().map(|(case, written)| other(engine, case, written)).collect();
    let others = others.join(", ");
    // What changes there is no list, beside which a row would be a second one of its key.
    let kept =
        |(case, value): &&(&str, String)| engine == "duckdb" && (case.starts_with("array") || value.starts_with("MAP"));
    let other_of = |one: &(&str, String)| if kept(&one) { one.1.clone() } else { other(engine, one.0, &one.1) };
    let changed = written.iter().map(other_of).collect::<Vec<_>>().join(", ");
    let storage = if engine == "clickhouse" { " ENGINE = MergeTree ORDER BY id" } else { "" };
    let key = if engine == "clickhouse" { "" } else { "CREATE UNIQUE INDEX n_id ON n (id);\n" };
    let tables = format!(
        "{before}CREATE TABLE o{storage} AS SELECT 1 AS id, {values};\nCREATE TABLE n{storage} AS SELECT * FROM o;\n\
         DELETE FROM n WHERE id = 1;\n{key}"
    );
    let row = |table: &str, id: u8, values: &str| format!("INSERT INTO {table} SELECT {id}, {values};\n");
    let rows = [
        row("o", 2, &changed),
        row("o", 3, &values),
        row("o", 4, &values),
        row("o", 5, &others),
        row("n", 1, &changed),
        row("n", 2, &values),
        row("n", 4, &values),
        row("n", 6, &values),
        row("n", 7, &others),
    ];
    place.run(&(tables + &rows.concat())).await;
    let (code, told) = place.diff(&["--repair", "out.sql"]);
    assert_eq!(code, Some(1), "{engine}: {told}");
    assert!(told.contains("repair: out.sql (6 differences, never executed"), "{engine}: {told}");
    place.run(&place.repair()).await;
    let (code, told) = place.diff(&[]);
    assert_eq!(code, Some(0), "{engine}: {told}\n{}", place.repair());
}

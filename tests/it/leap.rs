//! A leap second is an error or a difference, and never the second after it, wherever text becomes a moment.

use crate::waivers::{run, write};

const LEAP: &str = "2016-12-31 23:59:60";
const NEXT: &str = "2017-01-01 00:00:00";

fn suite(url: &str, column: &str) -> String {
    format!(
        "name = \"s\"\n[sources.old]\nurl = \"{url}\"\n[sources.new]\nurl = \"{url}\"\n{column}[checks.c]\nkind = \"rows\"\nkey = \"id\"\n\
         old = \"SELECT id, at FROM o\"\nnew = \"SELECT id, at FROM n\"\n"
    )
}

/// Catches a leap second that is read as the second after it, so that two moments are equal.
#[tokio::test]
async fn a_leap_second_is_not_the_next_one() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "data/o.csv", &format!("id,at\n1,{LEAP}\n"));
    write(folder.path(), "data/n.csv", &format!("id,at\n1,{NEXT}\n"));
    // A rule that reads text: no two texts that differ become one moment.
    let rule = suite("data", "").replace("key = \"id\"", "key = \"id\"\ncolumns.at = { type = \"timestamp\" }");
    write(folder.path(), "suite.toml", &rule);
    let ran = run(folder.path(), &["run", "suite.toml"]);
    assert_eq!(ran.code, 1, "{}", ran.shown);
    let types = "types = { \"o.at\" = \"timestamp\", \"n.at\" = \"timestamp\" }\n";
    let typed = suite("data", types).replace("[sources.new]", &format!("{types}[sources.new]"));
    write(folder.path(), "suite.toml", &typed);
    let ran = run(folder.path(), &["run", "suite.toml"]);
    assert!(ran.code == 2 && ran.shown.contains(LEAP), "{}", ran.shown);
    let path = folder.path().join("x.db");
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(&path).create_if_missing(true);
    let mut connection = <sqlx::SqliteConnection as sqlx::Connection>::connect_with(&options).await.unwrap();
    for (table, at) in [("o", LEAP), ("n", NEXT)] {
        let sql = format!("CREATE TABLE {table} (id INTEGER, at DATETIME); INSERT INTO {table} VALUES (1, '{at}')");
        sqlx::raw_sql(sqlx::AssertSqlSafe(sql)).execute(&mut connection).await.unwrap();
    }
    drop(connection);
    write(folder.path(), "suite.toml", &suite("sqlite:x.db", ""));
    let ran = run(folder.path(), &["run", "suite.toml"]);
    assert_eq!(ran.code, 2, "{}", ran.shown);
}

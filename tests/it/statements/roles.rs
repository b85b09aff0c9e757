//! What `validate --connect` says of an account, and that the role it advises has what a run needs and no more.

use sqlx::{AssertSqlSafe, Connection, MySqlConnection, PgConnection};

use super::*;
use crate::packs::postgres;
use crate::support::engine_url;

const PASSWORD: &str = "r3ader";

fn as_user(url: &str, user: &str) -> String {
    let mut url = url::Url::parse(url).unwrap();
    url.set_username(user).unwrap();
    url.set_password(Some(PASSWORD)).unwrap();
    url.to_string()
}

/// What `validate --connect` prints for a source at `url`, with its exit code.
fn advice(url: &str) -> String {
    let folder = tempfile::tempdir().unwrap();
    suite(folder.path(), url, &[]);
    let mut text = std::fs::read_to_string(folder.path().join("suite.toml")).unwrap();
    text += "[checks.c]\nkind = \"row_count\"\nold = \"SELECT count(*) AS n FROM told\"\nnew = \"SELECT 1 AS n\"\n";
    std::fs::write(folder.path().join("suite.toml"), text).unwrap();
    let (code, shown) = told(folder.path(), &["validate", "--connect", "suite.toml"]);
    assert_eq!(code, Some(0), "{shown}");
    let (code, ran) = told(folder.path(), &["run", "suite.toml", "--no-history", "--report", "json=out.json"]);
    assert_eq!(code, Some(0), "{ran}");
    shown
}

/// The statements that `shown` advises, with a password and a database of this test.
fn advised(shown: &str, database: &str) -> String {
    let (_, recipe) = shown.split_once("use one that only reads: ").expect("a recipe");
    let recipe = recipe.lines().next().unwrap();
    let recipe = recipe.split_once(", with your").map_or(recipe, |(recipe, _)| recipe);
    recipe.replace('…', PASSWORD).replace("shop.", &format!("{database}."))
}

/// Catches an account that may write and is not reported, and a recipe that does not work.
#[tokio::test(flavor = "multi_thread")]
async fn a_role_of_postgres_that_does_more_than_read_is_told_of() {
    let url = postgres("statements_roles").await;
    let mut connection = PgConnection::connect(&url).await.unwrap();
    let before = "DROP ROLE IF EXISTS cutover_writer; DROP ROLE IF EXISTS cutover_files; DROP ROLE IF EXISTS cutover_reader;
                  CREATE TABLE told (n int); INSERT INTO told VALUES (1);
                  CREATE ROLE cutover_writer LOGIN PASSWORD 'r3ader'; GRANT SELECT, UPDATE (n) ON told TO cutover_writer;
                  CREATE ROLE cutover_files LOGIN PASSWORD 'r3ader'; GRANT SELECT ON told TO cutover_files;
                  GRANT pg_write_server_files TO cutover_files";
    sqlx::raw_sql(before).execute(&mut connection).await.unwrap();
    let shown = advice(&url);
    assert!(shown.contains("is a superuser"), "{shown}");
    assert!(advice(&as_user(&url, "cutover_writer")).contains("may write into 1 table"));
    assert!(advice(&as_user(&url, "cutover_files")).contains("has pg_write_server_files"));
    // The account of the tests is called `cutover`, so that its name is not free.
    let recipe = advised(&shown, "");
    sqlx::raw_sql(AssertSqlSafe(recipe)).execute(&mut connection).await.unwrap();
    let reader = advice(&as_user(&url, "cutover_reader"));
    assert!(!reader.contains("the role"), "{reader}");
    let after = "DROP OWNED BY cutover_writer, cutover_files, cutover_reader; DROP ROLE cutover_writer, cutover_files, cutover_reader";
    sqlx::raw_sql(after).execute(&mut connection).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_of_mysql_that_does_more_than_read_is_told_of() {
    let server = engine_url("CUTOVER_TEST_MYSQL_URL");
    let mut connection = MySqlConnection::connect(&server).await.unwrap();
    let before = "DROP DATABASE IF EXISTS statements_roles; CREATE DATABASE statements_roles;
                  CREATE TABLE statements_roles.told (n INT); INSERT INTO statements_roles.told VALUES (1);
                  DROP USER IF EXISTS 'cutover_reader'@'%'; DROP USER IF EXISTS 'cutover_writer'@'%';
                  CREATE USER 'cutover_writer'@'%' IDENTIFIED BY 'r3ader'; GRANT SELECT, INSERT ON statements_roles.* TO 'cutover_writer'@'%'";
    sqlx::raw_sql(before).execute(&mut connection).await.unwrap();
    let mut url = url::Url::parse(&server).unwrap();
    url.set_path("statements_roles");
    let url = url.to_string();
    let shown = advice(&url);
    assert!(shown.contains("ALL PRIVILEGES ON *.*"), "{shown}");
    assert!(advice(&as_user(&url, "cutover_writer")).contains("INSERT ON `statements_roles`.*"));
    let recipe = advised(&shown, "statements_roles").replace("'cutover'", "'cutover_reader'");
    sqlx::raw_sql(AssertSqlSafe(recipe)).execute(&mut connection).await.unwrap();
    let reader = advice(&as_user(&url, "cutover_reader"));
    assert!(!reader.contains("the account"), "{reader}");
    let after = "DROP USER 'cutover_reader'@'%'; DROP USER 'cutover_writer'@'%'; DROP DATABASE statements_roles";
    sqlx::raw_sql(after).execute(&mut connection).await.unwrap();
}

/// The engine of the tests has no accounts, so the recipe is not tried here.
#[tokio::test]
async fn a_user_of_clickhouse_that_does_more_than_read_is_told_of() {
    let url = engine_url("CUTOVER_TEST_CLICKHOUSE_URL");
    let told = opened(&url).privileges().await.unwrap().expect("the account of the tests may write");
    assert!(told.contains("INSERT") || told.contains("more)"), "{told}");
    let mut reader = url::Url::parse(&url).unwrap();
    reader.set_username("readonly").unwrap();
    assert_eq!(opened(reader.as_str()).privileges().await.unwrap(), None);
}

//! Spark: its lexer, its literals, and what its queries leave.

use super::embedded::below;
use super::forms::agrees;
use super::literals::survive;
use super::*;
use crate::contract::spark::{make, schema};
use crate::support::{engine_url, spark_driver};
use cutover::source::driver;

const FORMS: [(&str, bool); 13] = [
    ("SELECT 1 /* /* */ + 1001 */ AS n", false),
    ("SELECT 1 /*! + 1001 */ AS n", false),
    ("SELECT /*+ COALESCE(1001) */ 1 AS n", false),
    ("SELECT 1 -- + 1001\n AS n", false),
    ("SELECT 1 --+ 1001\r + 1001 AS n", true),
    ("SELECT char_length('\\' + 1001') AS n", false),
    ("SELECT char_length(\"\\\" + 1001\") AS n", false),
    ("SELECT char_length(\"'\") + 1001 AS n -- '\"", true),
    ("SELECT char_length(r'\\n') + 1001 AS n", true),
    ("SELECT char_length('a' '+ 1001') AS n", false),
    ("SELECT char_length('it''s + 1001') AS n", false),
    ("SELECT `a\\` + 1001 AS n FROM (SELECT 1 AS `a\\`) AS t -- `", true),
    ("SELECT `1001x` AS n FROM (SELECT 1 AS `1001x`)", false),
];

/// Catches a rule of the lexer that is not Spark's.
#[tokio::test]
async fn the_engine_reads_as_its_lexer_does() {
    agrees(&engine_url("CUTOVER_TEST_SPARK_URL"), "spark", &FORMS).await;
}

/// Catches a value that comes out otherwise than it went in, under every setting that changes how a text is read.
#[tokio::test]
async fn hostile_texts_come_back_as_they_are() {
    let url = engine_url("CUTOVER_TEST_SPARK_URL");
    for settings in [None, Some("spark.sql.parser.escapedStringLiterals")] {
        let settings = settings.map(|name| (name.to_owned(), "true".to_owned())).into_iter().collect();
        let driver_of_spark = Some(spark_driver());
        let options = source::SourceOptions { driver: driver_of_spark, settings, ..source::SourceOptions::default() };
        survive(&url, driver("spark").unwrap().dialect, &options, "", "").await;
    }
}

/// What writes, runs a program, calls any method of the server, or is read otherwise than it looks.
const FORBIDDEN: [&str; 21] = [
    "SELECT 1 AS n; INSERT INTO written VALUES (1)",
    "INSERT INTO written VALUES (1)",
    "INSERT OVERWRITE DIRECTORY '{file}' USING csv SELECT 1 AS n",
    "WITH w AS (SELECT 1 AS n) INSERT INTO written SELECT n FROM w",
    "FROM written INSERT OVERWRITE TABLE written SELECT 1",
    "WITH w AS (SELECT 1 AS n) FROM w INSERT OVERWRITE TABLE written SELECT 1",
    "CREATE TABLE made USING parquet AS SELECT 1 AS n",
    "DROP TABLE written",
    "SET spark.sql.ansi.enabled = false",
    "CACHE TABLE written",
    "ADD FILE '{file}'",
    "SELECT TRANSFORM(n) USING 'tee {file}' AS n FROM (SELECT 1 AS n)",
    "SELECT n FROM (SELECT TRANSFORM(n) USING \"tee {file}\" AS n FROM (SELECT 1 AS n))",
    "SELECT reflect('java.lang.System', 'setProperty', 'cutover', 'x') AS n",
    "SELECT `Reflect` /* */ ('java.lang.System', 'setProperty', 'cutover', 'x') AS n",
    "SELECT \"reflect\"('java.lang.System', 'setProperty', 'cutover', 'x') AS n",
    "SELECT system.builtin.java_method('java.lang.System', 'setProperty', 'cutover', 'x') AS n",
    "SELECT try_reflect('java.lang.System', 'setProperty', 'cutover', 'x') AS n",
    "SELECT IDENTIFIER('ref' || 'lect')('java.lang.System', 'setProperty', 'cutover', 'x') AS n",
    "SELECT 1 AS n -- \\\n, reflect('java.lang.System', 'setProperty', 'cutover', 'x') AS m",
    "SELECT '${env:HOME}' AS n",
];

/// Catches a query that leaves anything.
#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_written() {
    let folder = tempfile::tempdir().unwrap();
    let url = schema("statements");
    make(&url, &["CREATE TABLE written (n INT) USING parquet"]);
    let file = folder.path().join("made");
    let engine = opened(&url);
    let held = async || {
        let mut held = below(folder.path());
        let told =
            "SELECT (SELECT count(*) FROM written) AS n, concat_ws(',', (SELECT collect_list(n) FROM written)) AS m";
        for sql in [told, "SHOW TABLES"] {
            held.push(format!("{:?}", engine.fetch(sql, LIMIT, &QueryHandle::default()).await.unwrap().frame));
        }
        held
    };
    let before = held().await;
    for sql in filled(&FORBIDDEN, &file) {
        asked(engine.as_ref(), &sql).await;
        assert!(source::admits(driver("spark").unwrap().dialect, &sql).is_err(), "{sql}");
    }
    assert_eq!(held().await, before);
    // What a guard keeps back would have done it: the server itself refuses none of these.
    let method = "SELECT reflect('java.lang.System', 'getProperty', 'cutover') AS n";
    assert!(crate::contract::spark::asked(&url, method).contains("null"), "a property of the server was set");
}

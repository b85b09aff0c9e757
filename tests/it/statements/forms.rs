//! Comments and quotes as the real engines read them, against what the lexers say: a number that is code is added.

use cutover::frame::Value;
use cutover::source::driver;
use cutover::source::lexer::{Kind, Lexer, tokens};

use super::*;
use crate::support::engine_url;

/// Queries for one number, each with 1001 in something, and whether it is code there.
const POSTGRES: [(&str, bool); 13] = [
    ("SELECT 1 /* /* */ + 1001 */ AS n", false),
    ("SELECT 1 -- + 1001\n AS n", false),
    ("SELECT 1 -- x\r + 1001 AS n", true),
    ("SELECT 1 /*! + 1001 */ AS n", false),
    ("SELECT (5#4) + 1001 AS n", true),
    ("SELECT char_length('\\') + 1001 AS n --'", true),
    ("SELECT char_length(E'\\' + 1001 --') AS n", false),
    ("SELECT char_length('a' -- x\n 'b + 1001') AS n", false),
    ("SELECT char_length(E'a'\n'\\' + 1001') AS n", false),
    ("SELECT char_length($a$ $$ + 1001 $a$) AS n", false),
    ("SELECT a$b$ + 1001 AS n FROM (SELECT 1 AS a$b$) AS t", true),
    ("SELECT char_length(U&'\\0041 + 1001') AS n", false),
    ("SELECT n FROM (SELECT 1 AS n, 2 AS U&\"x + 1001\") AS t", false),
];

const MYSQL: [(&str, bool); 11] = [
    ("SELECT 1 # + 1001\n AS n", false),
    ("SELECT 1 #+ 1001\n AS n", false),
    ("SELECT 1 -- + 1001\n AS n", false),
    ("SELECT 1 --1 + 1001 AS n", true),
    ("SELECT 1 --\x01 + 1001\n AS n", false),
    ("SELECT 1 /* /* */ + 1001 AS n", true),
    ("SELECT CHAR_LENGTH('\\' + 1001 # ') AS n", false),
    ("SELECT CHAR_LENGTH(\"'\") + 1001 AS n # \"", true),
    ("SELECT CHAR_LENGTH(\"\\\" + 1001\") AS n", false),
    ("SELECT `a\\` + 1001 AS n FROM (SELECT 1 AS `a\\`) AS t # `", true),
    ("SELECT CHAR_LENGTH(N'a' '+ 1001') AS n", false),
];

const CLICKHOUSE: [(&str, bool); 14] = [
    ("SELECT 1 -- + 1001\n AS n", false),
    ("SELECT 1 --+ 1001\n AS n", false),
    ("SELECT 1 // + 1001\n AS n", false),
    ("SELECT 1 # + 1001\n AS n", false),
    ("SELECT 1 #!+ 1001\n AS n", false),
    ("SELECT 1 /* /* */ + 1001 */ AS n", false),
    ("SELECT 1\u{a0}+ 1001 AS n", true),
    ("SELECT length('\\' + 1001') AS n", false),
    ("SELECT length($a$ $$ + 1001 $a$) AS n", false),
    ("SELECT a$b$ + 1001 AS n FROM (SELECT 1 AS a$b$)", true),
    ("SELECT length(‘ + 1001’) AS n", false),
    ("SELECT “x + 1001” AS n FROM (SELECT 1 AS “x + 1001”)", false),
    ("SELECT `x\\` + 1001` AS n FROM (SELECT 1 AS `x\\` + 1001`)", false),
    ("SELECT length(x'2b') + 1001 AS n", true),
];

const SQLITE: [(&str, bool); 7] = [
    ("SELECT 1 -- + 1001\n AS n", false),
    ("SELECT 1 --+ 1001\r + 1001\n AS n", false),
    ("SELECT 1 /* /* */ + 1001 AS n", true),
    ("SELECT length('\\') + 1001 AS n --'", true),
    ("SELECT [x + 1001] AS n FROM (SELECT 1 AS [x + 1001])", false),
    ("SELECT `x + 1001` AS n FROM (SELECT 1 AS `x + 1001`)", false),
    ("SELECT length(\"x\" || ' + 1001') AS n FROM (SELECT 'a' AS \"x\")", false),
];

const DUCKDB: [(&str, bool); 12] = [
    ("SELECT 1 /* /* */ + 1001 */ AS n", false),
    ("SELECT 1 -- + 1001\n AS n", false),
    ("SELECT 1 -- x\r + 1001 AS n", true),
    ("SELECT 1 /*! + 1001 */ AS n", false),
    ("SELECT 1\u{a0}+\u{2060}1001\u{3000}AS n", true),
    ("SELECT length('\\') + 1001 AS n --'", true),
    ("SELECT length(E'\\' + 1001 --') AS n", false),
    ("SELECT length('a' -- x\n 'b + 1001') AS n", false),
    ("SELECT length($a$ $$ + 1001 $a$) AS n", false),
    ("SELECT a$b$ + 1001 AS n FROM (SELECT 1 AS a$b$) AS t", true),
    ("SELECT \"x + 1001\" AS n FROM (SELECT 1 AS \"x + 1001\")", false),
    ("SELECT [5, 6][1] + 1001 AS n", true),
];

const FILES: [(&str, bool); 5] = [
    ("SELECT n /* /* */ + 1001 */ AS n FROM old", false),
    ("SELECT n -- + 1001\n AS n FROM old", false),
    ("SELECT n --+ 1001\n AS n FROM old", false),
    ("SELECT LENGTH('\\') + 1001 AS n FROM old --'", true),
    ("SELECT LENGTH('a'' + 1001') AS n FROM old", false),
];

/// The lexer of an engine in its usual mode.
fn lexer(engine: &str) -> &'static Lexer {
    &driver(engine).unwrap().dialect.lexers()[0]
}

pub(super) async fn agrees(url: &str, engine: &str, forms: &[(&str, bool)]) {
    let (reading, engine) = (lexer(engine), opened(url));
    for (sql, visible) in forms {
        let code = tokens(reading, sql).unwrap_or_else(|unclear| panic!("{reading:?}: {sql}: {unclear:?}"));
        let seen = code.iter().any(|token| token.kind == Kind::Number && &sql[token.start..token.end] == "1001");
        assert_eq!(seen, *visible, "the lexer on {reading:?}: {sql}");
        let answer =
            engine.fetch(sql, LIMIT, &QueryHandle::default()).await.unwrap_or_else(|error| panic!("{sql}: {error}"));
        let [Value::Integer(n)] = answer.frame.values("n")[..] else { panic!("{sql}: {:?}", answer.frame) };
        assert_eq!(n > 1000, *visible, "the server on {reading:?}: {sql} is {n}");
    }
}

/// Catches a rule of a lexer that is not the engine's.
#[tokio::test]
async fn the_engines_read_as_their_lexers_do() {
    agrees(&engine_url("CUTOVER_TEST_POSTGRES_URL"), "postgres", &POSTGRES).await;
    agrees(&engine_url("CUTOVER_TEST_MYSQL_URL"), "mysql", &MYSQL).await;
    agrees(&engine_url("CUTOVER_TEST_CLICKHOUSE_URL"), "clickhouse", &CLICKHOUSE).await;
    let folder = tempfile::tempdir().unwrap();
    let database = folder.path().join("x.db");
    std::fs::write(&database, "").unwrap();
    agrees(&format!("sqlite:{}", database.display()), "sqlite", &SQLITE).await;
    let database = folder.path().join("x.duckdb");
    crate::contract::duckdb::make(&database, &[]);
    agrees(&format!("adbc:duckdb:{}", database.display()), "duckdb", &DUCKDB).await;
    std::fs::remove_file(&database).unwrap();
    let database = folder.path().join("x.db");
    std::fs::write(folder.path().join("old.csv"), "n\n1\n").unwrap();
    let mut options = source::SourceOptions::default();
    options.types.insert("n".to_owned(), "integer".to_owned());
    std::fs::remove_file(&database).unwrap();
    let parquet = folder.path().join("old.csv");
    files(&parquet, &options).await;
}

async fn files(path: &Path, options: &source::SourceOptions) {
    let engine = source::open(&SourceUrl::parse(path.to_str().unwrap(), Path::new("/")).unwrap(), options).unwrap();
    for (sql, visible) in FILES {
        let code = tokens(lexer("files"), sql).unwrap();
        let seen = code.iter().any(|token| token.kind == Kind::Number && &sql[token.start..token.end] == "1001");
        assert_eq!(seen, visible, "the lexer: {sql}");
        let answer =
            engine.fetch(sql, LIMIT, &QueryHandle::default()).await.unwrap_or_else(|error| panic!("{sql}: {error}"));
        let [Value::Integer(n)] = answer.frame.values("n")[..] else { panic!("{sql}: {:?}", answer.frame) };
        assert_eq!(n > 1000, visible, "Polars: {sql} is {n}");
    }
}

/// Catches an executable comment that is taken for one: this server runs it.
#[tokio::test]
async fn an_executable_comment_is_code_and_refused() {
    let engine = opened(&engine_url("CUTOVER_TEST_MYSQL_URL"));
    for sql in ["SELECT 1 /*! + 1001 */ AS n", "SELECT 1 /*M! + 1001 */ AS n", "SELECT 1 /*!99999 + 1001 */ AS n"] {
        let refused = engine.fetch(sql, LIMIT, &QueryHandle::default()).await.unwrap_err();
        assert!(refused.message.contains("/*!"), "{sql}: {refused}");
    }
}

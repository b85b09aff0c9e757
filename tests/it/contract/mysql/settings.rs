//! Variables of a server that change which rows or values an answer has: each is made the server's default, on a server of
//! the test's own, and the answer is right or refused by the variable's name.

use cutover::frame::Value;
use cutover::source::{Engine, ErrorCode};
use sqlx::{AssertSqlSafe, Connection, MySqlConnection};

use super::*;
use crate::servers::{Authority, Own};

/// What holds for the whole server while a query runs.
struct Globals {
    connection: MySqlConnection,
    url: String,
}

impl Globals {
    async fn run(&mut self, sql: &str) {
        sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut self.connection).await.unwrap_or_else(|e| panic!("{sql}: {e}"));
    }

    /// What a new source answers to `sql` where the server's default of `variable` is `value`.
    async fn under(
        &mut self,
        variable: &str,
        value: &str,
        options: &SourceOptions,
        sql: &str,
    ) -> Result<Vec<Value>, Error> {
        let (before,): (Option<String>,) =
            sqlx::query_as(AssertSqlSafe(format!("SELECT CAST(@@GLOBAL.{variable} AS CHAR)")))
                .fetch_one(&mut self.connection)
                .await
                .expect("the variable");
        self.run(&format!("SET GLOBAL {variable} = {value}")).await;
        let answer = fetch(&open_url(&self.url, options), sql).await.map(|frame| frame.values("v"));
        let before = before.unwrap_or_default();
        let number = !before.is_empty() && before.bytes().all(|byte| byte.is_ascii_digit());
        let before = if number || before == "DEFAULT" { before } else { format!("'{before}'") };
        self.run(&format!("SET GLOBAL {variable} = {before}")).await;
        answer
    }
}

async fn globals() -> (Own, Globals) {
    let authority = Authority::new();
    authority.issue("server", "DNS:localhost", false);
    let server = Own::start("mysql", &authority, "server");
    let connection = MySqlConnection::connect(&server.url).await.expect("the server");
    let mut globals = Globals { connection, url: server.url.clone() };
    globals
        .run(
            "CREATE TABLE long_texts (t LONGTEXT); INSERT INTO long_texts SELECT CONCAT(REPEAT('a', 60000), seq) FROM seq_1_to_3; \
             CREATE TABLE versioned (v INT) WITH SYSTEM VERSIONING; INSERT INTO versioned VALUES (7)",
        )
        .await;
    (server, globals)
}

/// Catches rows and values that a server's own default takes away from both sides alike.
#[tokio::test]
async fn what_a_server_cuts_by_default_is_whole() {
    let (_server, mut globals) = globals().await;
    let distinct =
        "SELECT COUNT(*) AS v FROM (SELECT ROW_NUMBER() OVER (PARTITION BY t) AS r FROM long_texts) AS q WHERE r = 1";
    let recursive =
        "WITH RECURSIVE c AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM c WHERE n < 5000) SELECT COUNT(*) AS v FROM c";
    let groups = "SELECT LENGTH(GROUP_CONCAT(REPEAT('x', 1000))) AS v FROM seq_1_to_2000";
    let last_row = "SELECT COUNT(*) AS v FROM (SELECT seq FROM seq_1_to_7) AS q";
    for (variable, bad, sql, right) in [
        ("sql_select_limit", "0", last_row, 7),
        ("sql_select_limit", "1", last_row, 7),
        ("group_concat_max_len", "1024", groups, 2_001_999),
        ("max_recursive_iterations", "10", recursive, 5_000),
        ("max_sort_length", "1024", distinct, 3),
        ("sort_buffer_size", "1024", distinct, 3),
        ("system_versioning_asof", "'2020-01-01'", "SELECT COUNT(*) AS v FROM versioned", 1),
        ("sql_auto_is_null", "1", "SELECT @@sql_auto_is_null AS v", 0),
        ("sql_mode", "'NO_ZERO_DATE'", "SELECT STR_TO_DATE('0000-00-00', '%Y-%m-%d') IS NULL AS v", 0),
        ("sql_mode", "'TRADITIONAL'", "SELECT STR_TO_DATE('2026-00-01', '%Y-%m-%d') IS NULL AS v", 0),
    ] {
        let answer = globals.under(variable, bad, &SourceOptions::default(), sql).await;
        assert_eq!(
            answer.unwrap_or_else(|e| panic!("{variable} = {bad}: {e}")),
            [Value::Integer(right)],
            "{variable} = {bad}"
        );
    }
    // As rows, not inside a subquery, which the limit leaves alone.
    for bad in ["0", "2"] {
        let rows =
            globals.under("sql_select_limit", bad, &SourceOptions::default(), "SELECT seq AS v FROM seq_1_to_9").await;
        assert_eq!(rows.unwrap().len(), 9, "sql_select_limit = {bad}");
    }
    // The server warns of a value that it cuts, and says so whatever number of warnings it keeps by default.
    let cut = "SELECT REPEAT('x', @@max_allowed_packet + 1) AS v";
    let refused = globals.under("max_error_count", "0", &SourceOptions::default(), cut).await.unwrap_err();
    assert!(refused.message.contains("1301"), "{refused}");
}

/// Catches rows that are missing because the suite itself sets a limit.
#[tokio::test]
async fn an_answer_that_the_server_calls_incomplete_is_an_error() {
    let sql =
        "WITH RECURSIVE c AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM c WHERE n < 50) SELECT COUNT(*) AS v FROM c";
    let settings = [("max_recursive_iterations".to_owned(), "10".to_owned())].into();
    let few = SourceOptions { settings, ..SourceOptions::default() };
    let refused = fetch(&open_url(&url(), &few), sql).await.unwrap_err();
    assert!(refused.message.contains("rows are missing") && refused.message.contains("1931"), "{refused}");
    let refused =
        super::refused("SELECT a.seq AS v FROM seq_1_to_1000 AS a, seq_1_to_1000 AS b LIMIT ROWS EXAMINED 10").await;
    assert!(refused.message.contains("rows are missing"), "{refused}");
}

/// Catches a query that means one thing in its author's client and another here, or one thing on each side.
#[tokio::test]
async fn what_changes_the_meaning_of_a_query_is_refused_until_the_suite_says_it() {
    let (_server, mut globals) = globals().await;
    let modes = [
        "ALLOW_INVALID_DATES",
        "ANSI_QUOTES",
        "EMPTY_STRING_IS_NULL",
        "HIGH_NOT_PRECEDENCE",
        "NO_BACKSLASH_ESCAPES",
        "NO_UNSIGNED_SUBTRACTION",
        "ORACLE",
        "PAD_CHAR_TO_FULL_LENGTH",
        "PIPES_AS_CONCAT",
        "REAL_AS_FLOAT",
        "TIME_ROUND_FRACTIONAL",
    ];
    let others = [
        ("div_precision_increment", "10"),
        ("default_week_format", "1"),
        ("lc_time_names", "de_DE"),
        ("default_regex_flags", "DOTALL"),
        ("standard_compliant_cte", "OFF"),
        ("old_mode", "ZERO_DATE_TIME_CAST"),
    ];
    for (variable, value) in modes.map(|mode| ("sql_mode", mode)).into_iter().chain(others) {
        let quoted =
            if value.bytes().all(|byte| byte.is_ascii_digit()) { value.to_owned() } else { format!("'{value}'") };
        let sql = "SELECT 1 AS v";
        let refused = globals.under(variable, &quoted, &SourceOptions::default(), sql).await.expect_err(value);
        assert_eq!(refused.code, ErrorCode::SourceUnfit, "{refused}");
        for part in [&format!("`{variable}`"), value, &format!("settings = {{ {variable} = ")] {
            assert!(refused.message.contains(part), "{variable} = {value}: {refused}");
        }
        let said =
            SourceOptions { settings: [(variable.to_owned(), value.to_owned())].into(), ..SourceOptions::default() };
        let answer = globals.under(variable, &quoted, &said, sql).await;
        assert_eq!(answer.unwrap_or_else(|e| panic!("{variable} = {value}: {e}")), [Value::Integer(1)]);
        let report = open_url(&globals.url, &said).describe().await.unwrap();
        assert!(report.settings[variable].contains(value), "{:?}", report.settings);
    }
}

/// Catches a suite that asks for the very limit that would cut its answers.
#[test]
fn a_suite_cannot_ask_for_fewer_rows() {
    let source = SourceUrl::parse(&url(), Path::new("/")).unwrap();
    let Location::Server(location) = source.location() else { panic!("{source}") };
    let options = SourceOptions {
        settings: [("SQL_SELECT_LIMIT".to_owned(), "5".to_owned())].into(),
        ..SourceOptions::default()
    };
    let Err(error) = MySql::open(location, &options, source.to_string()) else { panic!("it was taken") };
    assert!(error.message.contains("`SQL_SELECT_LIMIT`") && error.message.contains("every row"), "{error}");
}

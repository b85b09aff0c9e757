//! MySQL and MariaDB: transactions that only read, settings, cancelling, and what is said when something is refused.

use std::time::Instant;

use cutover::frame::Value;
use cutover::model::WarningCode;
use cutover::source::{Engine, ErrorCode};
use cutover::spec::check::Requirement;

use super::*;

/// Text that is read as the number 0 is an answer, and one to be reported.
#[tokio::test]
async fn what_the_server_warns_of_is_passed_on() {
    let answer = query(&open(), "SELECT 'abc' + 0 AS v", LIMIT, &CancellationToken::default()).await.unwrap();
    let [warning] = &answer.warnings[..] else { panic!("one warning: {:?}", answer.warnings) };
    assert!(warning.code == WarningCode::ServerWarning && warning.message().contains("'abc'"), "{warning:?}");
    let many = "SELECT v + 0 AS v FROM (SELECT CONCAT('x', a.n, b.n) AS v FROM \
                (SELECT 1 AS n UNION SELECT 2 UNION SELECT 3 UNION SELECT 4 UNION SELECT 5) AS a, \
                (SELECT 1 AS n UNION SELECT 2 UNION SELECT 3 UNION SELECT 4 UNION SELECT 5) AS b, \
                (SELECT 1 AS n UNION SELECT 2 UNION SELECT 3) AS c) AS t";
    let answer = query(&open(), many, LIMIT, &CancellationToken::default()).await.unwrap();
    let [warning] = &answer.warnings[..] else { panic!("one warning: {:?}", answer.warnings) };
    assert!(warning.message().contains("75 times"), "past the first 64, and once: {warning:?}");
    let answer = query(&open(), "SELECT 1 AS v", LIMIT, &CancellationToken::default()).await.unwrap();
    assert!(answer.warnings.is_empty(), "{:?}", answer.warnings);
}

/// Were the transaction not read-only, each of these would leave a trace in the database.
#[tokio::test]
async fn nothing_can_be_written() {
    let outfile = std::env::temp_dir().join(format!("contract_outfile_{}", std::process::id()));
    setup(
        "DROP TABLE IF EXISTS contract_written; CREATE TABLE contract_written (n INT); \
         DROP PROCEDURE IF EXISTS contract_escape; CREATE PROCEDURE contract_escape() BEGIN COMMIT; INSERT INTO contract_written VALUES (1); END",
    )
    .await;
    for sql in [
        "INSERT INTO contract_written VALUES (1)",
        "INSERT INTO contract_written VALUES (1) RETURNING n",
        "DELETE FROM contract_written",
        "CREATE TABLE contract_more (n INT)",
        "CALL contract_escape()",
        "COMMIT",
        "SET SESSION TRANSACTION READ WRITE",
        "START TRANSACTION READ WRITE",
        &format!("SELECT 1 INTO OUTFILE '{}'", outfile.display()),
        "",
    ] {
        let error = refused(sql).await;
        assert!(matches!(error.code, ErrorCode::StatementRefused | ErrorCode::QueryRefused), "{sql}: {error}");
    }
    assert!(!outfile.exists());
    let written = fetch(&open(), "SELECT COUNT(*) AS n FROM contract_written").await.unwrap();
    assert_eq!(written.values("n"), [Value::Integer(0)]);
}

/// sqlx lets a text query hold several statements; the second would run unseen.
#[tokio::test]
async fn a_second_statement_is_refused() {
    setup("DROP TABLE IF EXISTS contract_second; CREATE TABLE contract_second (n INT)").await;
    for sql in ["SELECT 1 AS a; SELECT 2 AS b", "SELECT 1 AS a; COMMIT; INSERT INTO contract_second VALUES (1)"] {
        let error = refused(sql).await;
        assert!(error.message.contains("more than one statement"), "{sql}: {error}");
    }
    let engine = open();
    assert_eq!(
        fetch(&engine, "SELECT COUNT(*) AS n FROM contract_second").await.unwrap().values("n"),
        [Value::Integer(0)]
    );
    assert_eq!(fetch(&engine, "SELECT 1 AS a;").await.unwrap().values("a"), [Value::Integer(1)]);
}

/// TIMESTAMP columns and `DATE(…)` of them follow the session's zone.
#[tokio::test]
async fn the_session_has_the_time_zone_of_the_suite() {
    setup(
        "DROP TABLE IF EXISTS contract_zone; CREATE TABLE contract_zone (i TIMESTAMP NULL); SET time_zone = '+00:00'; \
         INSERT INTO contract_zone VALUES ('2026-01-01 23:30:00')",
    )
    .await;
    let instant = Value::Instant(1_767_310_200_000_000_000);
    let sql = "SELECT i, DATE(i) AS day FROM contract_zone";
    let elsewhere = with(|url| url.set_query(Some("timezone=%2B09:00")));
    let refused = SourceUrl::parse(&elsewhere, Path::new("/")).expect_err("a zone that nobody would look at");
    assert!(refused.to_string().contains("`timezone`"), "{refused}");
    let utc = fetch(&open(), sql).await.unwrap();
    assert_eq!((utc.values("i"), utc.values("day")), (vec![instant.clone()], vec![Value::Date(20_454)]));
    // The day is the zone's, the instant is the same.
    let east = in_zone("+02:00");
    let local = fetch(&east, sql).await.unwrap();
    assert_eq!((local.values("i"), local.values("day")), (vec![instant], vec![Value::Date(20_455)]));
    assert_eq!(east.describe().await.unwrap().timezone, "+02:00");
    assert_eq!(open().describe().await.unwrap().timezone, "+00:00");
    // A zone whose offset changes has an hour that means two instants.
    let error = fetch(&in_zone("SYSTEM"), sql).await.unwrap_err();
    assert!(error.message.contains("`i`") && error.message.contains("+02:00"), "{error}");
    let error = fetch(&in_zone("Nowhere/Land"), sql).await.unwrap_err();
    assert!(error.message.contains("time zone") && error.message.contains("Nowhere/Land"), "{error}");
}

/// A setting's name cannot be bound, so it must be a name.
#[tokio::test]
async fn settings_are_set_and_reported() {
    let mut options = SourceOptions::default();
    options.settings.insert("sql_mode".to_owned(), "ANSI_QUOTES".to_owned());
    options.settings.insert("sort_buffer_size".to_owned(), "1048576".to_owned());
    let engine = open_url(&url(), &options);
    let frame = fetch(&engine, "SELECT @@sort_buffer_size AS size, @@sql_mode AS \"mode\"").await.unwrap();
    assert_eq!(frame.values("size"), [Value::Integer(1_048_576)]);
    assert_eq!(frame.values("mode"), [Value::Text("ANSI_QUOTES".to_owned())]);
    assert_eq!(engine.describe().await.unwrap().settings["sort_buffer_size"], "1048576");

    options.settings.insert("no_such_variable".to_owned(), "1".to_owned());
    let error = fetch(&open_url(&url(), &options), "SELECT 1 AS a").await.unwrap_err();
    assert!(error.message.contains("no_such_variable"), "{error}");

    options.settings.insert("a = 1; DROP TABLE x".to_owned(), "1".to_owned());
    let source = SourceUrl::parse(&url(), Path::new("/")).unwrap();
    let Location::Server(location) = source.location() else { panic!("{source} is no MySQL") };
    let Err(error) = MySql::open(location, &options, source.to_string()) else { panic!("a statement is no name") };
    assert!(error.message.contains("a = 1"), "{error}");
}

/// sqlx would add modes of its own, in which `||` means something else than in the user's client.
#[tokio::test]
async fn the_modes_of_the_server_stay_as_they_are() {
    let (expected,): (String,) =
        sqlx::query_as("SELECT CAST(@@GLOBAL.sql_mode AS CHAR)").fetch_one(&mut server().await).await.unwrap();
    let found = fetch(&open(), "SELECT CAST(@@sql_mode AS CHAR) AS mode").await.unwrap();
    assert_eq!(found.values("mode"), [Value::Text(expected)]);
}

/// Values would be read wrongly under it.
#[test]
fn a_setting_that_reading_depends_on_is_refused() {
    let source = SourceUrl::parse(&url(), Path::new("/")).unwrap();
    let Location::Server(location) = source.location() else { panic!("{source}") };
    let options =
        SourceOptions { settings: [("time_zone".to_owned(), "x".to_owned())].into(), ..SourceOptions::default() };
    let Err(error) = MySql::open(location, &options, source.to_string()) else { panic!("it was taken") };
    assert!(error.message.contains("`time_zone`") && error.message.contains("`timezone`"), "{error}");
}

/// A query left running at the server holds its snapshot and its locks.
#[tokio::test]
async fn a_query_given_up_ends_at_the_server_and_its_connection_is_not_lent_again() {
    let engine = open();
    let marker = "contract_given_up_on";
    let sql = format!("SELECT SLEEP(30) AS {marker}");
    let started = Instant::now();
    let error = query(&engine, &sql, Duration::from_millis(300), &CancellationToken::default()).await.unwrap_err();
    assert_eq!(error.code, ErrorCode::Timeout, "{error}");
    assert!(error.message.contains("300ms"), "{error}");
    assert_eq!(running(marker).await, 0);

    let stop = CancellationToken::default();
    let (answer, ()) = tokio::join!(query(&engine, &sql, LIMIT, &stop), async {
        while running(marker).await == 0 {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        stop.cancel();
    });
    assert_eq!(answer.unwrap_err().code, ErrorCode::Interrupted);
    assert_eq!(running(marker).await, 0);
    assert!(started.elapsed() < Duration::from_secs(20));
    assert_eq!(fetch(&engine, "SELECT 1 AS a").await.unwrap().values("a"), [Value::Integer(1)]);
}

/// Sessions that run a query with `marker` in it; waits a moment for a cancelled one to end.
async fn running(marker: &str) -> i64 {
    let mut connection = server().await;
    let mut found = 0;
    for _ in 0..20 {
        let sql = "SELECT COUNT(*) FROM information_schema.processlist \
                   WHERE command IN ('Query', 'Execute') AND id <> CONNECTION_ID() AND info LIKE CONCAT('%', ?, '%')";
        found = sqlx::query_scalar(sql).bind(marker).fetch_one(&mut connection).await.unwrap();
        if found == 0 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    found
}

/// The server's own timeout is what ends a query whose client is gone.
#[tokio::test]
async fn the_server_knows_the_timeout() {
    let ticket = cutover::source::QueryHandle::default();
    let long = "SELECT COUNT(*) AS n FROM information_schema.columns a, information_schema.columns b, information_schema.columns c";
    let error = open().fetch(long, Duration::from_millis(300), &ticket).await.unwrap_err();
    assert_eq!(error.code, ErrorCode::Timeout, "{error}");
    assert!(ticket.id().is_some(), "the connection is known before the query runs");
}

#[tokio::test]
async fn an_error_of_the_server_is_told_in_its_words() {
    let error = refused("SELECT nowhere AS b").await;
    assert_eq!(error.code, ErrorCode::QueryRefused);
    for part in ["nowhere", "1054", "42S22"] {
        assert!(error.message.contains(part), "{part} is missing in: {error}");
    }
    let error = refused("SELECT 1 AS a,\n  FROM x").await;
    assert!(error.message.contains("at line 2"), "{error}");
    assert!(error.causes.is_empty(), "said once: {:?}", error.causes);
}

#[tokio::test]
async fn a_connection_that_fails_says_why_without_the_password() {
    let wrong = with(|url| url.set_password(Some("wr0ng-s3cret")).expect("a password"));
    let error = fetch(&open_url(&wrong, &SourceOptions::default()), "SELECT 1 AS a").await.unwrap_err();
    // The same account is refused at every try.
    assert_eq!(error.code, ErrorCode::AccessRefused);
    let all = format!("{error} {error:?}");
    assert!(!all.contains("wr0ng-s3cret"), "{all}");
    for part in ["Access denied", "1045", "check the user and the password"] {
        assert!(error.message.contains(part), "{part} is missing in: {error}");
    }

    let closed = with(|url| url.set_port(Some(1)).expect("a port"));
    let started = Instant::now();
    let error = open_url(&closed, &SourceOptions::default()).describe().await.unwrap_err();
    assert_eq!(error.code, ErrorCode::Connection);
    assert!(error.message.contains("refused") && error.message.contains("check the URL"), "{error}");
    assert!(error.causes.is_empty(), "said once: {:?}", error.causes);
    assert!(started.elapsed() < Duration::from_secs(5), "a refusal is not waited for");

    let missing = with(|url| url.set_path("no_such_database"));
    let error = fetch(&open_url(&missing, &SourceOptions::default()), "SELECT 1 AS a").await.unwrap_err();
    assert!(error.message.contains("no_such_database") && error.message.contains("check the database"), "{error}");
}

/// The usual account of a check may read and nothing else.
#[tokio::test]
async fn an_account_that_may_only_read_is_enough() {
    let database = with(|_| ()).rsplit('/').next().unwrap_or_default().to_owned();
    setup(&format!(
        "DROP TABLE IF EXISTS contract_readable; CREATE TABLE contract_readable (n INT); INSERT INTO contract_readable VALUES (7); \
         DROP USER IF EXISTS contract_reader; CREATE USER contract_reader IDENTIFIED BY 'r3ad'; GRANT SELECT ON `{database}`.* TO contract_reader"
    ))
    .await;
    let reader = with(|url| {
        url.set_username("contract_reader").expect("a user");
        url.set_password(Some("r3ad")).expect("a password");
    });
    let engine = open_url(&reader, &SourceOptions::default());
    assert_eq!(fetch(&engine, "SELECT n FROM contract_readable").await.unwrap().values("n"), [Value::Integer(7)]);
    assert_eq!(engine.describe().await.unwrap().engine, "mysql");
    let stop = CancellationToken::default();
    let error = query(&engine, "SELECT SLEEP(30) AS contract_reader_sleeps", Duration::from_millis(200), &stop).await;
    assert_eq!(error.unwrap_err().code, ErrorCode::Timeout);
    assert_eq!(running("contract_reader_sleeps").await, 0, "an account may cancel its own queries");
}

/// A connection closed by the server while it was idle must not fail the next query.
#[tokio::test]
async fn a_connection_that_died_while_idle_is_replaced() {
    let engine = open();
    let before = fetch(&engine, "SELECT CONNECTION_ID() AS id").await.unwrap();
    let again = fetch(&engine, "SELECT CONNECTION_ID() AS id").await.unwrap();
    assert_eq!(before.values("id"), again.values("id"), "an idle connection is used again");
    let [Value::Integer(id)] = before.values("id")[..] else { panic!("one id") };
    setup(&format!("KILL {id}")).await;
    let after = fetch(&engine, "SELECT CONNECTION_ID() AS id").await.unwrap();
    assert_ne!(before.values("id"), after.values("id"));
}

#[tokio::test]
async fn a_source_describes_itself() {
    let engine = open();
    let report = engine.describe().await.unwrap();
    assert_eq!((report.engine.as_str(), report.timezone.as_str()), ("mysql", "+00:00"));
    assert!(report.version.starts_with(|c: char| c.is_ascii_digit()), "{}", report.version);
    assert!(report.url.contains(":***@"), "{}", report.url);
    assert_eq!(report.settings["character_set_results"], "utf8mb4");
    let isolation = report.settings.iter().find(|(name, _)| name.ends_with("isolation"));
    assert_eq!(isolation.map(|(_, level)| level.as_str()), Some("REPEATABLE-READ"));
    let drift = chrono::Utc::now() - engine.now().await.unwrap();
    assert!(drift.num_seconds().abs() < 60, "{drift}");
    assert!(!engine.has(&Requirement::Extension("timescaledb".to_owned())).await.unwrap());
    assert!(engine.has(&Requirement::Engine("mysql".to_owned())).await.unwrap());
    assert!(!engine.has(&Requirement::Engine("postgres".to_owned())).await.unwrap());
}

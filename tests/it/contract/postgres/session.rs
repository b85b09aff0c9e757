//! PostgreSQL: transactions that only read, settings, cancelling, and what is said when something is refused.

use std::time::Instant;

use cutover::frame::Value;
use cutover::source::{Engine, ErrorCode};
use cutover::spec::check::Requirement;

use super::*;

/// Were the transaction not read-only, each of these would leave a trace in the database.
#[tokio::test]
async fn nothing_can_be_written() {
    setup("DROP TABLE IF EXISTS contract_written; CREATE TABLE contract_written (n int); DROP SEQUENCE IF EXISTS contract_sequence; CREATE SEQUENCE contract_sequence").await;
    for sql in [
        "INSERT INTO contract_written VALUES (1) RETURNING n",
        "WITH w AS (INSERT INTO contract_written VALUES (1) RETURNING n) SELECT * FROM w",
        "SELECT nextval('contract_sequence')",
        "SELECT n FROM contract_written FOR UPDATE",
        "EXPLAIN ANALYZE INSERT INTO contract_written VALUES (1)",
        "CREATE TABLE contract_more (n int)",
        "DELETE FROM contract_written",
        "SET SESSION CHARACTERISTICS AS TRANSACTION READ WRITE",
        "COMMIT",
        "DO $$ BEGIN INSERT INTO contract_written VALUES (1); END $$",
        "SELECT set_config('transaction_read_only', 'off', true)",
        "COPY contract_written TO STDOUT",
        "",
    ] {
        let error = refused(sql).await;
        assert!(matches!(error.code, ErrorCode::StatementRefused | ErrorCode::QueryRefused), "{sql}: {error}");
    }
    let written = fetch(&open(), "SELECT count(*) AS n FROM contract_written").await.unwrap();
    assert_eq!(written.values("n"), [Value::Integer(0)]);
}

/// The second statement would run unseen, and its writes outside the transaction.
#[tokio::test]
async fn a_second_statement_is_refused() {
    for sql in
        ["SELECT 1 AS a; SELECT 2 AS b", "ROLLBACK; CREATE TABLE contract_escape (n int)", "SELECT 1 AS a; COMMIT"]
    {
        let error = refused(sql).await;
        assert!(error.message.contains("more than one statement"), "{sql}: {error}");
    }
    assert_eq!(fetch(&open(), "SELECT 1 AS a -- the end\n;").await.unwrap().values("a"), [Value::Integer(1)]);
}

/// `date_trunc` and casts to date follow the session: the server's or the user's zone must not shift buckets.
#[tokio::test]
async fn the_session_has_the_time_zone_of_the_suite() {
    let day = "SELECT (TIMESTAMPTZ '2026-01-01 23:30:00+00')::date AS day, \
               date_trunc('day', TIMESTAMPTZ '2026-01-01 23:30:00+00') AS start";
    let elsewhere = with(|url| url.set_query(Some("options=-c%20TimeZone%3DAsia/Tokyo")));
    let utc = fetch(&open_url(&elsewhere, &SourceOptions::default()), day).await.unwrap();
    assert_eq!(utc.values("day"), [Value::Date(20_454)]);
    assert_eq!(utc.values("start"), [Value::Instant(1_767_225_600_000_000_000)]);
    let options = SourceOptions { timezone: Some("Europe/Berlin".to_owned()), ..SourceOptions::default() };
    let berlin = open_url(&url(), &options);
    assert_eq!(fetch(&berlin, day).await.unwrap().values("day"), [Value::Date(20_455)]);
    assert_eq!(berlin.describe().await.unwrap().timezone, "Europe/Berlin");
}

/// A value spliced into SQL would end the statement at the quote.
#[tokio::test]
async fn settings_are_bound_and_reported() {
    let schema = "it's; DROP TABLE x --";
    let mut options = SourceOptions::default();
    options.settings.insert("search_path".to_owned(), format!("\"{schema}\""));
    let engine = open_url(&url(), &options);
    let path = fetch(&engine, "SELECT current_setting('search_path') AS path").await.unwrap();
    assert_eq!(path.values("path"), [Value::Text(format!("\"{schema}\""))]);
    assert_eq!(engine.describe().await.unwrap().settings["search_path"], format!("\"{schema}\""));
    options.settings.insert("no_such_setting".to_owned(), "1".to_owned());
    let error = fetch(&open_url(&url(), &options), "SELECT 1 AS a").await.unwrap_err();
    assert!(error.message.contains("no_such_setting"), "{error}");
}

/// Values would be read wrongly under it.
#[test]
fn a_setting_that_reading_depends_on_is_refused() {
    let source = SourceUrl::parse(&url(), Path::new("/")).unwrap();
    let Location::Server(location) = source.location() else { panic!("{source}") };
    let options =
        SourceOptions { settings: [("Client_Encoding".to_owned(), "x".to_owned())].into(), ..SourceOptions::default() };
    let Err(error) = Postgres::open(location, &options, source.to_string()) else { panic!("it was taken") };
    assert!(error.message.contains("`Client_Encoding`") && error.message.contains("`timezone`"), "{error}");
}

/// A query left running at the server holds its snapshot and its locks.
#[tokio::test]
async fn a_query_given_up_ends_at_the_server_and_its_connection_is_not_lent_again() {
    let engine = open();
    let marker = "contract_given_up_on";
    let sql = format!("SELECT pg_sleep(30)::text AS {marker}");
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
    let after = fetch(&engine, "SELECT 1 AS a").await.unwrap();
    assert_eq!(after.values("a"), [Value::Integer(1)]);
}

/// Sessions that run a query with `marker` in it; waits a moment for a cancelled one to end.
async fn running(marker: &str) -> i64 {
    let mut connection = PgConnection::connect(&url()).await.expect("the test server");
    let mut found = 0;
    for _ in 0..20 {
        let sql = "SELECT count(*) FROM pg_stat_activity \
                   WHERE state = 'active' AND pid <> pg_backend_pid() AND query LIKE '%' || $1 || '%'";
        found = sqlx::query_scalar(sql).bind(marker).fetch_one(&mut connection).await.unwrap();
        if found == 0 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    found
}

/// The server's own timeout says the same as ours: it is what ends a query whose client is gone.
#[tokio::test]
async fn the_server_knows_the_timeout() {
    let engine = open();
    let ticket = cutover::source::QueryHandle::default();
    let error = engine.fetch("SELECT pg_sleep(30)::text AS a", Duration::from_millis(200), &ticket).await.unwrap_err();
    assert_eq!(error.code, ErrorCode::Timeout, "{error}");
    assert!(ticket.id().is_some(), "the backend is known before the query runs");
}

#[tokio::test]
async fn an_error_of_the_server_names_its_place_and_code() {
    let error = refused("SELECT 1 AS a,\n  'ä' || nowhere AS b").await;
    assert_eq!(error.code, ErrorCode::QueryRefused);
    for part in ["nowhere", "42703", "line 2, column 10"] {
        assert!(error.message.contains(part), "{part} is missing in: {error}");
    }
    let error = refused("SELECT substr(1.5, 'x')").await;
    assert!(error.causes.iter().any(|cause| cause.text.starts_with("hint: ")), "{:?}", error.causes);
    let error = refused("SELECT 1 / (i - 2) AS a FROM generate_series(1, 3) AS i").await;
    assert!(error.message.contains("22012"), "{error}");
}

#[tokio::test]
async fn a_connection_that_fails_says_why_without_the_password() {
    let wrong = with(|url| url.set_password(Some("wr0ng-s3cret")).expect("a password"));
    let error = fetch(&open_url(&wrong, &SourceOptions::default()), "SELECT 1 AS a").await.unwrap_err();
    // The same account is refused at every try.
    assert_eq!(error.code, ErrorCode::AccessRefused);
    let all = format!("{error} {error:?}");
    assert!(!all.contains("wr0ng-s3cret"), "{all}");
    for part in ["password authentication failed", "28P01", "check the user and the password"] {
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
    setup(
        "DO $$ BEGIN CREATE ROLE contract_reader LOGIN PASSWORD 'r3ad'; \
         EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$; \
         DROP TABLE IF EXISTS contract_readable; CREATE TABLE contract_readable (n int); \
         INSERT INTO contract_readable VALUES (7); GRANT SELECT ON contract_readable TO contract_reader",
    )
    .await;
    let reader = with(|url| {
        url.set_username("contract_reader").expect("a user");
        url.set_password(Some("r3ad")).expect("a password");
    });
    let engine = open_url(&reader, &SourceOptions::default());
    let read = fetch(&engine, "SELECT n FROM contract_readable").await.unwrap();
    assert_eq!(read.values("n"), [Value::Integer(7)]);
    assert_eq!(engine.describe().await.unwrap().timezone, "UTC");
    let stop = CancellationToken::default();
    let sleep = "SELECT pg_sleep(30)::text AS contract_reader_sleeps";
    let error = query(&engine, sleep, Duration::from_millis(200), &stop).await.unwrap_err();
    assert_eq!(error.code, ErrorCode::Timeout, "{error}");
    assert_eq!(running("contract_reader_sleeps").await, 0, "an account may cancel its own queries");
}

/// Rows that a policy hides from the account would be missing on neither side, and a check over the rest would pass.
#[tokio::test]
async fn rows_that_a_policy_hides_are_an_error() {
    setup(
        "DO $$ BEGIN CREATE ROLE contract_tenant LOGIN PASSWORD 'r3ad'; \
         EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$; \
         DROP TABLE IF EXISTS contract_hidden; CREATE TABLE contract_hidden (n int); \
         INSERT INTO contract_hidden VALUES (7), (8); GRANT SELECT ON contract_hidden TO contract_tenant; \
         ALTER TABLE contract_hidden ENABLE ROW LEVEL SECURITY; CREATE POLICY seven ON contract_hidden USING (n = 7)",
    )
    .await;
    let tenant = with(|url| {
        url.set_username("contract_tenant").expect("a user");
        url.set_password(Some("r3ad")).expect("a password");
    });
    let sql = "SELECT n FROM contract_hidden";
    let error = fetch(&open_url(&tenant, &SourceOptions::default()), sql).await.unwrap_err();
    assert!(error.message.contains("row-level security") && error.message.contains("row_security"), "{error}");
    let mut options = SourceOptions::default();
    options.settings.insert("row_security".to_owned(), "on".to_owned());
    assert_eq!(fetch(&open_url(&tenant, &options), sql).await.unwrap().values("n"), [Value::Integer(7)]);
    assert_eq!(fetch(&open(), sql).await.unwrap().height(), 2, "the owner sees all");
}

/// A connection closed by the server while it was idle must not fail the next query.
#[tokio::test]
async fn a_connection_that_died_while_idle_is_replaced() {
    let engine = open();
    let before = fetch(&engine, "SELECT pg_backend_pid() AS pid").await.unwrap();
    let again = fetch(&engine, "SELECT pg_backend_pid() AS pid").await.unwrap();
    assert_eq!(before.values("pid"), again.values("pid"), "an idle connection is used again");
    let [Value::Integer(pid)] = before.values("pid")[..] else { panic!("one pid") };
    setup(&format!("SELECT pg_terminate_backend({pid}, 5000)")).await;
    let after = fetch(&engine, "SELECT pg_backend_pid() AS pid").await.unwrap();
    assert_ne!(before.values("pid"), after.values("pid"));
}

/// With one connection the second query must wait for the first, not fail and not open another.
#[tokio::test]
async fn no_more_connections_than_allowed_are_used() {
    let engine = open_url(&url(), &SourceOptions { max_connections: Some(1), ..SourceOptions::default() });
    let sql = "SELECT pg_backend_pid() AS pid, pg_sleep(0.1)::text AS slept";
    let (one, other) = tokio::join!(fetch(&engine, sql), fetch(&engine, sql));
    assert_eq!(one.unwrap().values("pid"), other.unwrap().values("pid"));
}

#[tokio::test]
async fn a_source_describes_itself() {
    let engine = open();
    let report = engine.describe().await.unwrap();
    assert_eq!((report.engine.as_str(), report.timezone.as_str()), ("postgres", "UTC"));
    assert!(report.version.starts_with(|c: char| c.is_ascii_digit()), "{}", report.version);
    assert!(report.url.contains(":***@"), "{}", report.url);
    assert_eq!(report.settings["transaction_read_only"], "on");
    assert_eq!(report.settings["transaction_isolation"], "repeatable read");
    let drift = chrono::Utc::now() - engine.now().await.unwrap();
    assert!(drift.num_seconds().abs() < 60, "{drift}");
    assert!(engine.has(&Requirement::Extension("plpgsql".to_owned())).await.unwrap());
    assert!(!engine.has(&Requirement::Extension("no_such_extension".to_owned())).await.unwrap());
    assert!(engine.has(&Requirement::Engine("postgres".to_owned())).await.unwrap());
    assert!(!engine.has(&Requirement::Engine("mysql".to_owned())).await.unwrap());
}

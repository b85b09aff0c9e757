//! Functions that reach beyond the data, which neither the gate nor a read-only session keeps back: what docs/read-only.md says
//! of each, seen at the server, at files of its machine and at a listener once the run is over.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::sync::{Arc, Mutex};

use sqlx::{AssertSqlSafe, Connection, MySqlConnection, PgConnection};

use super::*;
use crate::packs::clickhouse;
use crate::support::engine_url;

/// Listens where a query may call, answers as a web server with one number, and keeps the beginning of what it hears.
pub(super) struct Listener {
    pub(super) port: u16,
    heard: Arc<Mutex<Vec<String>>>,
}

impl Listener {
    pub(super) fn start() -> Listener {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let heard = Arc::new(Mutex::new(Vec::new()));
        let told = heard.clone();
        std::thread::spawn(move || {
            for client in listener.incoming() {
                let mut client = client.unwrap();
                client.set_read_timeout(Some(Duration::from_secs(1))).unwrap();
                let mut bytes = [0; 4096];
                let read = client.read(&mut bytes).unwrap_or(0);
                let text = String::from_utf8_lossy(&bytes[..read]).into_owned();
                told.lock().unwrap().push(text.lines().next().unwrap_or("").to_owned());
                let body = if text.starts_with("HEAD") { "" } else { "1\n" };
                let answer = format!("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{body}");
                let _ = client.write_all(answer.as_bytes());
            }
        });
        Listener { port, heard }
    }

    /// What was heard since the last time.
    pub(super) fn heard(&self) -> Vec<String> {
        std::mem::take(&mut *self.heard.lock().unwrap())
    }
}

/// Runs a check that `old` and `new` answer the same, each query at most 3 seconds.
fn run(url: &str, old: &str, new: &str) -> (Option<i32>, String) {
    let folder = tempfile::tempdir().unwrap();
    let text = format!(
        "name = \"s\"\n[sources.old]\nurl = \"{url}\"\n[sources.new]\nurl = \"{url}\"\n\
         [checks.c]\nkind = \"rows\"\nkey = \"v\"\nold = '''{old}'''\nnew = '''{new}'''\n"
    );
    std::fs::write(folder.path().join("suite.toml"), text).unwrap();
    told(folder.path(), &["run", "suite.toml", "--no-history", "--timeout", "10s", "--report", "json=out.json"])
}

/// Waits until `left`, what a session holds at the server, is nothing: a server ends a session when it comes to it.
async fn nothing_left(what: &str, left: impl AsyncFn() -> i64) {
    for _ in 0..100 {
        if left().await == 0 {
            return;
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    panic!("{what} is left at the server");
}

/// A file of the machine that everybody may read, which goes with the test.
struct Plain(PathBuf);

impl Plain {
    fn new(name: &str) -> Plain {
        let path = std::env::temp_dir().join(format!("cutover_{name}_{}", std::process::id()));
        std::fs::write(&path, "held\n").unwrap();
        Plain(path)
    }

    fn state(&self) -> (Vec<u8>, std::time::SystemTime) {
        (std::fs::read(&self.0).unwrap(), std::fs::metadata(&self.0).unwrap().modified().unwrap())
    }
}

impl Drop for Plain {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

/// Catches a lock, a sleeping query or a changed file that is there after the run, and a page that promises other than what
/// `FILE` and its absence do.
#[tokio::test(flavor = "multi_thread")]
async fn what_mysql_lets_a_query_reach_is_left_as_it_was() {
    let url = engine_url("CUTOVER_TEST_MYSQL_URL");
    let mut connection = MySqlConnection::connect(&url).await.unwrap();
    let users = "DROP USER IF EXISTS 'cutover_beyond'@'%'; CREATE USER 'cutover_beyond'@'%' IDENTIFIED BY 'r3ader';
                 GRANT SELECT, SHOW VIEW ON cutover.* TO 'cutover_beyond'@'%'";
    sqlx::raw_sql(users).execute(&mut connection).await.unwrap();
    let mut reader = url::Url::parse(&url).unwrap();
    reader.set_username("cutover_beyond").unwrap();
    reader.set_password(Some("r3ader")).unwrap();
    let file = Plain::new("load_file");
    let (before, load) = (file.state(), format!("LOAD_FILE('{}')", file.0.display()));
    let read = format!("SELECT CAST({load} AS CHAR) AS v");
    let (code, said) = run(&url, &read, "SELECT 'held\\n' AS v");
    assert_eq!(code, Some(0), "an account with every right reads the file: {said}");
    let unread = format!("SELECT {load} IS NULL AS v");
    let (code, said) = run(reader.as_str(), &unread, "SELECT 1 AS v");
    assert_eq!(code, Some(0), "without FILE it reads nothing: {said}");
    assert_eq!(file.state(), before, "the file");

    let asked = |sql: &'static str| {
        let url = url.clone();
        async move || {
            let mut connection = MySqlConnection::connect(&url).await.unwrap();
            sqlx::query_scalar::<_, i64>(sql).fetch_one(&mut connection).await.unwrap()
        }
    };
    let locked = asked("SELECT CAST(IS_USED_LOCK('cutover_beyond') IS NOT NULL AS SIGNED)");
    let running = asked(
        "SELECT CAST(COUNT(*) AS SIGNED) FROM information_schema.processlist \
         WHERE info LIKE '%cutover_beyond%' AND id <> CONNECTION_ID()",
    );
    for account in [url.as_str(), reader.as_str()] {
        let lock = "SELECT GET_LOCK('cutover_beyond', 0) AS v";
        let (code, said) = run(account, lock, "SELECT 1 AS v");
        assert_eq!(code, Some(0), "{said}");
        nothing_left("a lock", &locked).await;
        // What would be seen, had it stayed.
        let taken: i64 = sqlx::query_scalar("SELECT CAST(GET_LOCK('cutover_beyond', 0) AS SIGNED)")
            .fetch_one(&mut connection)
            .await
            .unwrap();
        assert_eq!((taken, locked().await), (1, 1));
        for wait in ["GET_LOCK('cutover_beyond', 1000)", "SLEEP(1000) + LENGTH('cutover_beyond')"] {
            let (code, said) = run(account, &format!("SELECT {wait} AS v"), "SELECT 1 AS v");
            assert!(code == Some(2) && said.contains("took longer than 10s"), "{wait}: {said}");
            nothing_left(wait, &running).await;
        }
        sqlx::raw_sql("DO RELEASE_ALL_LOCKS()").execute(&mut connection).await.unwrap();
    }
    sqlx::raw_sql("DROP USER 'cutover_beyond'@'%'").execute(&mut connection).await.unwrap();
}

/// The same of PostgreSQL's locks and sleeps.
#[tokio::test(flavor = "multi_thread")]
async fn what_postgres_lets_a_query_wait_for_ends_with_it() {
    let url = engine_url("CUTOVER_TEST_POSTGRES_URL");
    let count = |sql: &'static str| {
        let url = url.clone();
        async move || {
            let mut connection = PgConnection::connect(&url).await.unwrap();
            sqlx::query_scalar::<_, i64>(AssertSqlSafe(sql)).fetch_one(&mut connection).await.unwrap()
        }
    };
    let locked = count("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND objid = 471147");
    let running = count(
        "SELECT count(*) FROM pg_stat_activity WHERE state = 'active' AND query LIKE '%471147%' AND pid <> pg_backend_pid()",
    );
    let (code, said) = run(&url, "SELECT 1 AS v FROM pg_advisory_lock_shared(471147)", "SELECT 1 AS v");
    assert_eq!(code, Some(0), "{said}");
    nothing_left("a lock", &locked).await;
    let mut connection = PgConnection::connect(&url).await.unwrap();
    sqlx::raw_sql("SELECT pg_advisory_lock(471147)").execute(&mut connection).await.unwrap();
    assert_eq!(locked().await, 1, "what would be seen, had it stayed");
    for wait in ["pg_advisory_lock(471147)", "pg_sleep(471147)"] {
        let (code, said) = run(&url, &format!("SELECT 1 AS v FROM {wait}"), "SELECT 1 AS v");
        assert!(code == Some(2) && said.contains("took longer than 10s"), "{wait}: {said}");
        nothing_left(wait, &running).await;
    }
}

/// Catches a table function that does more than the page says: a request that is no reading, a changed file, a program that
/// is not the operator's.
#[tokio::test(flavor = "multi_thread")]
async fn what_clickhouse_lets_a_query_reach_is_only_read() {
    let url = clickhouse("statements_beyond").await;
    let listener = Listener::start();
    let port = listener.port;
    let get = format!("SELECT n AS v FROM url('http://127.0.0.1:{port}/read', 'CSV', 'n Int8')");
    let (code, said) = run(&url, &get, "SELECT toInt8(1) AS v");
    let heard = listener.heard();
    assert_eq!(code, Some(0), "{said}");
    assert!(heard.iter().any(|line| line.starts_with("GET /read ")), "{heard:?}");
    assert!(heard.iter().all(|line| line.starts_with("GET ") || line.starts_with("HEAD ")), "{heard:?}");

    let remote = format!("SELECT dummy AS v FROM remote('127.0.0.1:{port}', system.one)");
    let (code, said) = run(&url, &remote, "SELECT toUInt8(0) AS v");
    let heard = listener.heard();
    assert!(code == Some(2) && !heard.is_empty(), "{said} {heard:?}");
    assert!(heard.iter().all(|line| !line.contains("POST") && !line.contains("INSERT")), "{heard:?}");

    let file = Plain::new("file");
    let before = file.state();
    let read = format!("SELECT l AS v FROM file('{}', 'LineAsString', 'l String')", file.0.display());
    let (code, said) = run(&url, &read, "SELECT 'held' AS v");
    assert_eq!(code, Some(0), "{said}");
    assert_eq!(file.state(), before, "the file");

    let (script, mark) = (Plain::new("script.sh"), std::env::temp_dir().join(format!("ran_{}", std::process::id())));
    std::fs::write(&script.0, format!("#!/bin/sh\ntouch '{}'\necho 1\n", mark.display())).unwrap();
    assert!(std::process::Command::new("chmod").args(["755"]).arg(&script.0).status().unwrap().success());
    for path in [script.0.display().to_string(), format!("../../../../../../..{}", script.0.display())] {
        let sql = format!("SELECT n AS v FROM executable('{path}', 'TSV', 'n Int8')");
        let (code, said) = run(&url, &sql, "SELECT toInt8(1) AS v");
        assert!(code == Some(2) && said.contains("user scripts folder"), "{said}");
        assert!(!mark.exists(), "{path} ran");
    }
    assert_eq!(listener.heard(), Vec::<String>::new(), "called without being asked");
}

//! A history in a PostgreSQL that many machines write to.

use sqlx::{AssertSqlSafe, Connection, PgConnection};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use super::{at_once, done, failing, finish, history, spawn};
use crate::cli::cutover;
use crate::support::engine_url;

/// The URL of a database of its own.
async fn database(name: &str) -> String {
    let mut url = url::Url::parse(&engine_url("CUTOVER_TEST_POSTGRES_URL")).unwrap();
    let mut connection = PgConnection::connect(url.as_str()).await.unwrap();
    for sql in [format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"), format!("CREATE DATABASE {name}")] {
        sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut connection).await.unwrap();
    }
    url.set_path(name);
    url.to_string()
}

async fn execute(url: &str, sql: &str) {
    let mut connection = PgConnection::connect(url).await.unwrap();
    sqlx::raw_sql(AssertSqlSafe(sql.to_owned())).execute(&mut connection).await.unwrap();
}

/// Catches runs that are lost while several make the tables, and tables of others that are in the way.
#[tokio::test(flavor = "multi_thread")]
async fn many_machines_share_one_history() {
    let url = database("cutover_history_shared").await;
    execute(&url, "CREATE TABLE orders (id bigint)").await;
    let folder = failing();
    at_once(folder.path(), 16, &["--history", &url]);
    let found = history(folder.path(), &["--history", &url, "--last", "100"]);
    assert_eq!(found["runs"].as_array().unwrap().len(), 16);
    assert_eq!(found["checks"][0]["runs"].as_array().unwrap().len(), 16);
    assert!(!folder.path().join("reports/history.db").exists());
    let (code, text, complaint) =
        done(cutover(folder.path()).args(["history", "compare", "last~1", "last", "--history", &url]));
    assert_eq!((code, complaint.as_str()), (Some(0), ""), "{text}");
    assert!(text.contains("known by") && text.contains("key"), "{text}");
    // The password through a variable, as a job would give it.
    let (user, rest) = url.split_once("p%40ss%3Aw%2Frd").expect("the test server's password");
    let mut command = cutover(folder.path());
    command.args(["history", "--history", &format!("{user}${{HISTORY_PASSWORD}}{rest}")]);
    let (code, text, complaint) = done(command.env("HISTORY_PASSWORD", "p@ss:w/rd"));
    assert_eq!((code, complaint.as_str()), (Some(0), ""));
    assert!(text.contains("FFFF") && !text.contains("p%40ss") && !text.contains("p@ss"), "{text}");
}

/// Catches a run that is lost because another one is just making the tables, and one that does not see them once they are made.
#[tokio::test(flavor = "multi_thread")]
async fn one_machine_makes_the_tables_and_the_others_wait() {
    let url = database("cutover_history_race").await;
    // A transaction of this default reads what was there before it waited.
    execute(&url, "ALTER DATABASE cutover_history_race SET default_transaction_isolation = 'repeatable read'").await;
    let folder = failing();
    let mut other = PgConnection::connect(&url).await.unwrap();
    sqlx::raw_sql("BEGIN; CREATE TABLE cutover_history (layout bigint)").execute(&mut other).await.unwrap();
    let runs: Vec<_> = (0..6).map(|_| spawn(folder.path(), &["--history", &url])).collect();
    let waiting =
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
    let mut patience = 600;
    let mut watch = PgConnection::connect(&url).await.unwrap();
    while sqlx::query_scalar::<_, i64>(waiting).fetch_one(&mut watch).await.unwrap() < 6 && patience > 0 {
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        patience -= 1;
    }
    assert!(patience > 0, "not all of them came to wait");
    sqlx::raw_sql("ROLLBACK").execute(&mut other).await.unwrap();
    finish(runs);
    assert_eq!(history(folder.path(), &["--history", &url])["runs"].as_array().unwrap().len(), 6);
}

/// A URL that leads to the server, where `sql` is run once a reader has its snapshot and before its first query is answered.
async fn meanwhile(url: &str, sql: &'static str) -> String {
    let server = url::Url::parse(url).unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let mut through = server.clone();
    through.set_port(Some(listener.local_addr().unwrap().port())).unwrap();
    tokio::spawn(async move {
        let (mut from_client, mut to_client) = listener.accept().await.unwrap().0.into_split();
        let address = format!("{}:{}", server.host_str().unwrap(), server.port().unwrap());
        let (mut from_server, mut to_server) = TcpStream::connect(address).await.unwrap().into_split();
        tokio::spawn(async move { tokio::io::copy(&mut from_server, &mut to_client).await });
        let (mut buffer, mut messages) = (vec![0; 1 << 16], 0);
        while let Ok(read @ 1..) = from_client.read(&mut buffer).await {
            let begins = buffer[..read].windows(15).any(|part| part == b"REPEATABLE READ");
            messages += usize::from(begins || messages > 0);
            // BEGIN is the first, the second prepares the query and takes the snapshot, the third runs it.
            if messages == 3 {
                execute(server.as_str(), sql).await;
            }
            to_server.write_all(&buffer[..read]).await.unwrap();
        }
    });
    through.to_string()
}

/// Catches a reader that takes a history which is just being made for a damaged one.
#[tokio::test(flavor = "multi_thread")]
async fn a_reader_that_came_before_the_tables_finds_no_history() {
    let url = database("cutover_history_young").await;
    let sql = "BEGIN; CREATE TABLE cutover_history (layout bigint); INSERT INTO cutover_history VALUES (1); COMMIT";
    let through = meanwhile(&url, sql).await;
    let folder = failing();
    let (code, _, complaint) =
        tokio::task::spawn_blocking(move || done(cutover(folder.path()).args(["history", "--history", &through])))
            .await
            .unwrap();
    let mut connection = PgConnection::connect(&url).await.unwrap();
    let made: i64 = sqlx::query_scalar("SELECT layout FROM cutover_history").fetch_one(&mut connection).await.unwrap();
    assert_eq!(made, 1, "the tables were made while it read");
    assert_eq!(code, Some(2), "{complaint}");
    assert!(complaint.contains("there is no history at"), "{complaint}");
}

/// Catches a server that is away or refuses and changes the verdict, and a password in what is said of it.
#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_refuses_is_said_and_changes_no_exit_code() {
    let url = database("cutover_history_refused").await;
    let newer = database("cutover_history_newer").await;
    let folder = failing();
    at_once(folder.path(), 1, &["--history", &newer]);
    execute(&newer, "UPDATE cutover_history SET layout = 7").await;
    let reader = "DROP ROLE IF EXISTS history_reader; CREATE ROLE history_reader LOGIN PASSWORD 's3cret'; REVOKE ALL ON SCHEMA public FROM PUBLIC; GRANT USAGE ON SCHEMA public TO history_reader";
    execute(&url, reader).await;
    let other = |change: &dyn Fn(&mut url::Url)| {
        let mut url = url::Url::parse(&url).unwrap();
        change(&mut url);
        url.to_string()
    };
    let cases = [
        (other(&|url| url.set_port(Some(1)).unwrap()), "cannot be reached"),
        (other(&|url| url.set_password(Some("wr0ng")).unwrap()), "check the user and the password"),
        (other(&|url| url.set_path("nowhere")), "check the database in the URL"),
        (
            other(&|url| {
                url.set_username("history_reader").unwrap();
                url.set_password(Some("s3cret")).unwrap();
            }),
            "grant the user CREATE",
        ),
        (newer, "has the layout 7, and this cutover knows 1; update cutover"),
    ];
    for (url, why) in &cases {
        let run = ["run", "suite.toml", "--quiet", "--report", "json=out.json", "--history", url];
        let (code, _, complaint) = done(cutover(folder.path()).args(run));
        assert_eq!(code, Some(1), "{complaint}");
        assert!(complaint.contains("the run is not recorded") && complaint.contains(why), "{complaint}");
        let (code, _, reading) = done(cutover(folder.path()).args(["history", "--history", url]));
        assert_eq!(code, Some(2), "{reading}");
        for secret in ["s3cret", "wr0ng", "p%40ss", "p@ss"] {
            assert!(!complaint.contains(secret) && !reading.contains(secret), "{complaint}{reading}");
        }
    }
    execute(&url, "DROP OWNED BY history_reader; DROP ROLE history_reader").await;
}

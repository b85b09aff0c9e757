//! What lies beside a database file: nothing is left there, nothing of it is overlooked, and a folder that may not be
//! written to is read.

use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::Command;

use cutover::frame::Value;
use cutover::source::Engine;
use sqlx::sqlite::SqliteConnection;
use sqlx::{ConnectOptions, Connection};

use super::{fetch, open, refused};

/// A connection that writes to the file at `path`, which it puts into WAL mode.
async fn writer(path: &Path) -> SqliteConnection {
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(path).create_if_missing(true);
    let mut connection = options.journal_mode(sqlx::sqlite::SqliteJournalMode::Wal).connect().await.unwrap();
    run(&mut connection, "CREATE TABLE IF NOT EXISTS t (id INTEGER)").await;
    connection
}

async fn run(connection: &mut SqliteConnection, sql: &str) {
    sqlx::raw_sql(sqlx::AssertSqlSafe(sql.to_owned())).execute(connection).await.unwrap();
}

fn files(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> =
        folder.read_dir().unwrap().map(|one| one.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

const COUNT: &str = "SELECT count(*) AS n FROM t";

/// Catches a log or an index left beside a database in WAL mode that nobody has open, whatever characters its path has.
#[tokio::test]
async fn nothing_is_left_beside_a_closed_database() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a b?c#d%41é&immutable=0.db");
    let mut connection = writer(&path).await;
    run(&mut connection, "INSERT INTO t VALUES (1), (2)").await;
    connection.close().await.unwrap();
    let before = (files(folder.path()), std::fs::read(&path).unwrap());
    assert_eq!(before.0.len(), 1, "{:?}", before.0);
    let engine = open(&path);
    engine.describe().await.unwrap();
    assert_eq!(fetch(&engine, COUNT).await.unwrap().values("n"), [Value::Integer(2)]);
    let link = folder.path().join("link.db");
    std::os::unix::fs::symlink(&path, &link).unwrap();
    assert_eq!(fetch(&open(&link), COUNT).await.unwrap().values("n"), [Value::Integer(2)]);
    std::fs::remove_file(&link).unwrap();
    assert!((files(folder.path()), std::fs::read(&path).unwrap()) == before);
}

/// Catches rows that are overlooked because they are in the log and not yet in the file, and a log that is taken away.
#[tokio::test]
async fn the_log_of_a_database_in_use_is_read() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("t.db");
    let mut connection = writer(&path).await;
    run(&mut connection, "PRAGMA wal_autocheckpoint = 0; INSERT INTO t VALUES (1), (2), (3)").await;
    let before = files(folder.path());
    assert_eq!(before, ["t.db", "t.db-shm", "t.db-wal"]);
    let engine = open(&path);
    assert_eq!(fetch(&engine, COUNT).await.unwrap().values("n"), [Value::Integer(3)]);
    run(&mut connection, "INSERT INTO t VALUES (4)").await;
    assert_eq!(fetch(&engine, COUNT).await.unwrap().values("n"), [Value::Integer(4)]);
    assert_eq!(files(folder.path()), before);
    connection.close().await.unwrap();
}

/// Catches a log without an index, as a copy of a database in use has it, whose rows are overlooked, and an index that is
/// left without a word.
#[tokio::test]
async fn a_log_without_an_index_is_read_and_said_to_leave_one() {
    let folder = tempfile::tempdir().unwrap();
    let mut connection = writer(&folder.path().join("t.db")).await;
    run(&mut connection, "PRAGMA wal_autocheckpoint = 0; INSERT INTO t VALUES (1), (2)").await;
    let copy = tempfile::tempdir().unwrap();
    for name in ["t.db", "t.db-wal"] {
        std::fs::copy(folder.path().join(name), copy.path().join(name)).unwrap();
    }
    connection.close().await.unwrap();
    let engine = open(&copy.path().join("t.db"));
    let limit = std::time::Duration::from_secs(30);
    let answer =
        cutover::source::query(&engine, COUNT, limit, &cutover::source::CancellationToken::default()).await.unwrap();
    assert_eq!(answer.frame.values("n"), [Value::Integer(2)]);
    assert_eq!(answer.warnings.iter().map(|one| one.code.as_str()).collect::<Vec<_>>(), ["index_left"]);
    assert_eq!(files(copy.path()), ["t.db", "t.db-shm", "t.db-wal"]);
}

/// Catches rows of two moments taken for an answer where somebody writes to a file that is read as one that does not change.
#[tokio::test(flavor = "multi_thread")]
async fn a_write_during_a_reading_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("t.db");
    let mut connection = writer(&path).await;
    let fill = "INSERT INTO t WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 200000) SELECT i FROM n";
    run(&mut connection, fill).await;
    connection.close().await.unwrap();
    let engine = open(&path);
    let ticket = cutover::source::QueryHandle::default();
    let mut reader = engine.reader(std::time::Duration::from_secs(30), &ticket).await.unwrap();
    let (sender, mut receiver) = tokio::sync::mpsc::channel::<cutover::frame::Frame>(1);
    let work = async {
        let mut rows = receiver.recv().await.unwrap().height();
        // The reading waits for its batches to be taken.
        let mut connection = writer(&path).await;
        run(&mut connection, "UPDATE t SET id = -id").await;
        connection.close().await.unwrap();
        while let Some(batch) = receiver.recv().await {
            rows += batch.height();
        }
        rows
    };
    let (read, rows) = tokio::join!(reader.read("SELECT id FROM t", sender), work);
    let message = read.expect_err("the file changed").message;
    assert!(message.contains("written to while it was read"), "{message}");
    assert!(rows < 200_000, "rows that may be of two moments were given away");
    assert_eq!(fetch(&engine, "SELECT max(id) AS id FROM t").await.unwrap().values("id"), [Value::Integer(-1)]);
    assert_eq!(files(folder.path()), ["t.db"]);
}

/// Catches an unfinished transaction of a program that died taken for the data, or an error without a hint.
#[tokio::test]
async fn what_a_dead_writer_left_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("t.db");
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(&path).create_if_missing(true);
    let mut connection = options.journal_mode(sqlx::sqlite::SqliteJournalMode::Delete).connect().await.unwrap();
    run(&mut connection, "CREATE TABLE t (id INTEGER); INSERT INTO t VALUES (1)").await;
    run(
        &mut connection,
        "PRAGMA cache_size = 1; BEGIN; INSERT INTO t SELECT value FROM json_each('[' || \
        rtrim(replace(hex(zeroblob(200000)), '00', '7,'), ',') || ']')",
    )
    .await;
    let dead = tempfile::tempdir().unwrap();
    for name in ["t.db", "t.db-journal"] {
        std::fs::copy(folder.path().join(name), dead.path().join(name)).unwrap();
    }
    connection.close().await.unwrap();
    let message = refused(&open(&dead.path().join("t.db")), COUNT).await;
    assert!(message.contains("a program died while it wrote") && message.contains("write access"), "{message}");
}

/// The count of rows at `path`, told by the program itself as a user whose rights over all files do not help.
fn counted(folder: &Path, path: &Path) -> (Option<i32>, String) {
    let mut command = Command::new(folder.join("cutover"));
    let url = format!("sqlite:{}", path.display());
    command.current_dir("/").args(["diff", "--old", &url, "--new", &url, "--table", "t", "--key", "id", "--no-color"]);
    command.args(["--report", "json=-"]).env("TMPDIR", folder);
    if folder.metadata().unwrap().uid() == 0 {
        command.uid(65_534).gid(65_534);
    }
    let output = command.output().unwrap();
    let shown = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    (output.status.code(), shown)
}

/// Catches a read-only folder whose database cannot be read, in any mode and state in which all of its rows can be known.
#[tokio::test]
async fn a_folder_that_may_not_be_written_to_is_read() {
    let home = tempfile::tempdir().unwrap();
    let allow = |path: &Path, mode| std::fs::set_permissions(path, PermissionsExt::from_mode(mode)).unwrap();
    allow(home.path(), 0o777);
    std::fs::copy(env!("CARGO_BIN_EXE_cutover"), home.path().join("cutover")).unwrap();
    allow(&home.path().join("cutover"), 0o755);
    for (name, log, index, expected) in
        [("closed", false, false, Some(0)), ("in_use", true, true, Some(0)), ("no_index", true, false, Some(2))]
    {
        let place = home.path().join(name);
        std::fs::create_dir(&place).unwrap();
        let mut connection = writer(&home.path().join(format!("{name}.db"))).await;
        run(&mut connection, "PRAGMA wal_autocheckpoint = 0; INSERT INTO t VALUES (1), (2)").await;
        if !log {
            run(&mut connection, "PRAGMA wal_checkpoint(TRUNCATE)").await;
        }
        for (suffix, wanted) in [("", true), ("-wal", log), ("-shm", index)] {
            if wanted {
                let to = place.join(format!("t.db{suffix}"));
                std::fs::copy(home.path().join(format!("{name}.db{suffix}")), &to).unwrap();
                allow(&to, 0o444);
            }
        }
        connection.close().await.unwrap();
        let before = files(&place);
        allow(&place, 0o555);
        let (code, shown) = counted(home.path(), &place.join("t.db"));
        allow(&place, 0o755);
        assert_eq!(code, expected, "{name}: {shown}");
        match expected {
            Some(0) => assert!(shown.contains("\"old\": \"2\""), "{name}: {shown}"),
            _ => assert!(shown.contains("into a folder that may be written to"), "{name}: {shown}"),
        }
        assert_eq!(files(&place), before, "{name}");
    }
}

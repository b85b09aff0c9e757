//! Files that are no history, or not any more, or cannot be written: an error that says so, and the file as it was.

use std::io::{BufRead, BufReader};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use sqlx::{AssertSqlSafe, ConnectOptions, Connection, SqliteConnection};

use super::{done, failing, history};
use crate::cli::cutover;

async fn open(path: &Path) -> SqliteConnection {
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(path).create_if_missing(true);
    options.connect().await.unwrap()
}

async fn execute(path: &Path, sql: &str) {
    let mut connection = open(path).await;
    sqlx::raw_sql(AssertSqlSafe(sql.to_owned())).execute(&mut connection).await.unwrap();
    connection.close().await.unwrap();
}

/// A folder whose history holds two runs.
fn recorded() -> tempfile::TempDir {
    let folder = failing();
    for _ in 0..2 {
        assert_eq!(done(cutover(folder.path()).args(["run", "suite.toml", "--quiet"])).0, Some(1));
    }
    folder
}

/// `history` and `compare` exit with 2 and `run` with the 1 it found, all of them name `why`, and the file is untouched.
fn refused(folder: &Path, why: &str) {
    let path = folder.join("reports/history.db");
    let before = std::fs::read(&path).unwrap();
    for command in [&["history"][..], &["history", "compare", "last~1"], &["history", "--json"]] {
        let (code, out, complaint) = done(cutover(folder).args(command));
        assert_eq!((code, out.as_str()), (Some(2), ""), "{command:?}: {complaint}");
        assert!(complaint.contains(why) && complaint.contains("history.db"), "{command:?}: {complaint}");
    }
    let (code, _, complaint) = done(cutover(folder).args(["run", "suite.toml", "--quiet"]));
    assert_eq!(code, Some(1), "the history is no part of the verdict");
    assert!(complaint.contains("the run is not recorded") && complaint.contains(why), "{complaint}");
    assert!(std::fs::read(&path).unwrap() == before, "{why}: the file was changed");
    let beside = std::fs::read_dir(folder.join("reports")).unwrap().map(|entry| entry.unwrap().file_name());
    let beside: Vec<_> = beside.filter(|name| name.to_string_lossy().contains(".db-")).collect();
    assert!(beside.is_empty(), "{beside:?} are left over");
}

/// Catches a file that is taken for empty, written over, or made anew because it cannot be read.
#[tokio::test]
async fn a_file_that_is_no_history_is_refused_and_left_alone() {
    let whole = recorded();
    let bytes = std::fs::read(whole.path().join("reports/history.db")).unwrap();
    let with = |bytes: &[u8]| {
        let folder = failing();
        std::fs::create_dir(folder.path().join("reports")).unwrap();
        std::fs::write(folder.path().join("reports/history.db"), bytes).unwrap();
        folder
    };
    refused(with(&bytes[..bytes.len() / 2]).path(), "is damaged");
    refused(with(&bytes[..5_000]).path(), "is damaged");
    refused(with(b"id,cost\n1,0.25\n").path(), "is no SQLite database");
    refused(with(&vec![b'x'; 10_000]).path(), "is no SQLite database");

    for (sql, why) in [
        ("UPDATE cutover_history SET layout = 2", "has the layout 2, and this cutover knows 1; update cutover"),
        ("UPDATE cutover_history SET layout = 0", "has the layout 0, and this cutover knows 1; name another place"),
        ("DELETE FROM cutover_history", "does not say which layout"),
    ] {
        let folder = recorded();
        execute(&folder.path().join("reports/history.db"), sql).await;
        refused(folder.path(), why);
    }
    let folder = with(b"");
    execute(&folder.path().join("reports/history.db"), "CREATE TABLE orders (id INTEGER)").await;
    refused(folder.path(), "is a database of something else");
}

/// Catches a value that is read as another one than was written.
#[tokio::test]
async fn a_value_that_cutover_did_not_write_is_an_error() {
    for sql in [
        "UPDATE cutover_checks SET status = 'fine'",
        "UPDATE cutover_runs SET started_at = 'yesterday'",
        "UPDATE cutover_differences SET found = -1",
        "UPDATE cutover_differences SET found = 'many'",
    ] {
        let folder = recorded();
        execute(&folder.path().join("reports/history.db"), sql).await;
        let (code, _, complaint) = done(cutover(folder.path()).arg("history"));
        assert_eq!(code, Some(2), "{sql}");
        assert!(complaint.contains("holds a value that cutover did not write"), "{sql}: {complaint}");
    }
}

/// Catches a run that goes through all that other suites recorded to find its own past, which takes longer every night: here
/// their runs are newer, and cannot be read.
#[tokio::test]
async fn nothing_of_other_suites_is_read() {
    let folder = recorded();
    let night = "WITH RECURSIVE night (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM night WHERE n < 40)";
    for sql in [
        "INSERT INTO cutover_runs {night} SELECT 'other' || n, '2100-01-01T00:00:00Z', 1, 'pass', 0, '0', 0, NULL FROM night",
        "INSERT INTO cutover_checks {night} SELECT 'other' || n, 0, 'other.check', 'sum', 'unreadable', 1, 1, 1, 1, 1, 1, NULL FROM night",
    ] {
        execute(&folder.path().join("reports/history.db"), &sql.replace("{night}", night)).await;
    }
    let (code, _, complaint) = done(cutover(folder.path()).args(["run", "suite.toml", "--quiet"]));
    assert_eq!((code, complaint.as_str()), (Some(1), ""));
    assert_eq!(history(folder.path(), &["shop"])["runs"].as_array().unwrap().len(), 3);
    assert_eq!(done(cutover(folder.path()).args(["history", "other"])).0, Some(2));
}

/// Catches a name in a shared history that moves the cursor of whoever reads it.
#[tokio::test]
async fn names_in_the_history_are_shown_and_not_obeyed() {
    let folder = recorded();
    let sql = "UPDATE cutover_checks SET id = 'shop.' || char(27) || '[31mred' || char(10); UPDATE cutover_differences SET name = char(27) || name";
    execute(&folder.path().join("reports/history.db"), sql).await;
    for command in [&["history"][..], &["history", "compare", "last~1"]] {
        let (code, text, _) = done(cutover(folder.path()).args(command));
        assert_eq!(code, Some(0), "{text}");
        assert!(!text.contains('\u{1b}') && text.contains("\\u{1b}[31mred\\n"), "{text}");
    }
}

/// Catches a run that cannot be stopped while it waits for a history that somebody else holds.
#[tokio::test]
async fn a_locked_history_is_not_waited_for_after_a_signal() {
    let folder = recorded();
    let path = folder.path().join("reports/history.db");
    let mut other = open(&path).await;
    sqlx::raw_sql("BEGIN EXCLUSIVE").execute(&mut other).await.unwrap();
    let mut command = cutover(folder.path());
    command.args(["run", "suite.toml", "--report", "json=out.json"]);
    let mut run = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(run.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
    assert!(line.contains("shop.items"), "{line}");
    // It waits for the history before its report is written, and for the right to add to it afterwards.
    for written in [false, true] {
        let mut patience = 600;
        while written != folder.path().join("out.json").exists() && patience > 0 {
            tokio::time::sleep(Duration::from_millis(100)).await;
            patience -= 1;
        }
        tokio::time::sleep(Duration::from_secs(3)).await;
        Command::new("kill").args(["-TERM", &run.id().to_string()]).status().unwrap();
    }
    let clock = Instant::now();
    let output = run.wait_with_output().unwrap();
    assert!(clock.elapsed().as_secs() < 10, "it waited on");
    let complaint = String::from_utf8_lossy(&output.stderr);
    assert!(complaint.contains("the run is not recorded: interrupted"), "{complaint}");
    assert_eq!(output.status.code(), Some(1), "the checks had their verdicts: {complaint}");
}

/// Catches a reader that is shut out, or shown half a run, after a writer was killed in the middle of its work.
#[tokio::test]
async fn what_a_killed_writer_left_is_undone() {
    let folder = recorded();
    let path = folder.path().join("reports/history.db");
    let other = failing();
    let torn = other.path().join("reports/history.db");
    std::fs::create_dir(torn.parent().unwrap()).unwrap();
    let mut writer = open(&path).await;
    let sql = "PRAGMA cache_size = 2; BEGIN IMMEDIATE; UPDATE cutover_runs SET status = 'pass';
        INSERT INTO cutover_runs WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000)
        SELECT 'torn' || i, '2030-01-01T00:00:00.000Z', 0, 'pass', 0, hex(zeroblob(500)), 0, NULL FROM n;";
    sqlx::raw_sql(sql).execute(&mut writer).await.unwrap();
    // As a kill would leave them: pages of the unfinished transaction in the file, the old ones in its journal.
    std::fs::copy(&path, &torn).unwrap();
    std::fs::copy(path.with_extension("db-journal"), torn.with_extension("db-journal")).unwrap();
    assert!(std::fs::metadata(&torn).unwrap().len() > 500_000, "the transaction reached the file");
    let found = history(other.path(), &[]);
    let statuses: Vec<_> =
        found["runs"].as_array().unwrap().iter().map(|run| run["status"].as_str().unwrap()).collect();
    assert_eq!(statuses, ["fail", "fail"]);
}

/// A command that this user's rights over all files do not help.
fn powerless(folder: &Path, program: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(program);
    command.current_dir(folder).env("NO_COLOR", "1").args(arguments);
    if std::fs::metadata(folder).unwrap().uid() == 0 {
        command.uid(65_534).gid(65_534);
    }
    command
}

fn allow(path: &Path, mode: u32) {
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
}

/// Catches a run that fails, or says nothing, because its history cannot be written, and a history that only its owner can read.
#[test]
fn a_folder_that_may_not_be_written_to_is_read_and_said_of_a_run() {
    let folder = recorded();
    // Not in the build's folder, which the other user may be unable to enter.
    let program = folder.path().join("cutover");
    std::fs::copy(env!("CARGO_BIN_EXE_cutover"), &program).unwrap();
    let (reports, path) = (folder.path().join("reports"), folder.path().join("reports/history.db"));
    let before = std::fs::read(&path).unwrap();
    allow(&program, 0o755);
    allow(&path, 0o444);
    allow(&reports, 0o555);
    allow(folder.path(), 0o755);
    let (code, text, complaint) = done(&mut powerless(folder.path(), &program, &["history"]));
    assert_eq!((code, complaint.as_str()), (Some(0), ""));
    assert!(text.contains("FF"), "{text}");
    let run = ["run", "suite.toml", "--quiet", "--report", "json=-"];
    let (code, _, complaint) = done(&mut powerless(folder.path(), &program, &run));
    assert_eq!(code, Some(1), "{complaint}");
    assert!(
        complaint.contains("the run is not recorded: the history at reports/history.db cannot be written"),
        "{complaint}"
    );
    assert!(std::fs::read(&path).unwrap() == before);
    allow(&reports, 0o700);
    let (code, _, complaint) = done(&mut powerless(folder.path(), &program, &["history"]));
    assert_eq!(code, Some(2), "{complaint}");
    assert!(complaint.contains("cannot be opened") || complaint.contains("there is no history"), "{complaint}");
    allow(folder.path(), 0o555);
    let new = ["run", "suite.toml", "--quiet", "--report", "json=-", "--history", "new/history.db"];
    let (code, _, complaint) = done(&mut powerless(folder.path(), &program, &new));
    assert_eq!(code, Some(1), "{complaint}");
    assert!(complaint.contains("cannot be written: Permission denied"), "{complaint}");
    allow(folder.path(), 0o755);
}

/// Catches a password that reaches the file, and a folder where the file should be.
#[test]
fn no_secret_is_recorded() {
    let folder = crate::cli::copy(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/cases/no_password_in_output"));
    let (code, _, complaint) = done(cutover(folder.path()).args(["run", "suite.toml", "--quiet"]));
    assert_eq!(code, Some(2), "{complaint}");
    let bytes = std::fs::read(folder.path().join("reports/history.db")).unwrap();
    assert!(!bytes.windows(6).any(|window| window == b"s3cret"), "a password is in the history");
    assert_eq!(history(folder.path(), &[])["runs"][0]["status"], "error");
    let folder = failing();
    std::fs::create_dir_all(folder.path().join("reports/history.db")).unwrap();
    let (code, _, complaint) = done(cutover(folder.path()).args(["run", "suite.toml", "--quiet"]));
    assert_eq!(code, Some(1));
    assert!(complaint.contains("cannot be opened"), "{complaint}");
}

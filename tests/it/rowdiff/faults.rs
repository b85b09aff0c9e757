//! Row diffs that are cut off, run out of disk, or could outgrow their memory: an error that says so, or a verdict, and
//! nothing left behind.

use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value as Json;
use sqlx::{Connection, PgConnection};

use crate::cli::{cutover, report};
use crate::support::engine_url;

/// A suite of one row diff between two queries of PostgreSQL.
fn suite(folder: &Path, old: &str, new: &str) {
    let suite = format!(
        "name = \"big\"\n[sources.old]\nurl = \"${{CUTOVER_TEST_POSTGRES_URL}}\"\n[sources.new]\nurl = \"${{CUTOVER_TEST_POSTGRES_URL}}\"\n\
         [checks.rows]\nkind = \"rows\"\nkey = [\"id\"]\nold = \"{old}\"\nnew = \"{new}\"\n"
    );
    std::fs::write(folder.join("suite.toml"), suite).unwrap();
}

/// Rows that take a minute to send, marked by `label`.
fn slow(label: &str) -> String {
    format!(
        "SELECT id, md5(id::text) AS body, pg_sleep(0.0003)::text AS nothing FROM generate_series(1, 200000) AS {label}(id)"
    )
}

fn run(folder: &Path, temporary: &Path) -> Command {
    let mut command = cutover(folder);
    command.env("TMPDIR", temporary).args(["run", "suite.toml", "--report", "json=out.json"]);
    command.stdout(Stdio::null()).stderr(Stdio::null());
    command
}

fn message(report: &Json) -> &str {
    report["checks"][0]["error"]["message"].as_str().unwrap_or_else(|| panic!("{report:#}"))
}

/// Waits until the backend that runs `label` has sent rows, and gives its number. Only the reading is a COPY: the query is
/// looked at before, on a connection that either side may be given afterwards.
async fn backend(connection: &mut PgConnection, label: &str) -> i32 {
    let sql = "SELECT pid FROM pg_stat_activity WHERE query LIKE $1 AND state = 'active' AND pid <> pg_backend_pid()";
    let started = Instant::now();
    loop {
        let pid: Option<i32> = sqlx::query_scalar(sql)
            .bind(format!("COPY (%AS {label}(%"))
            .fetch_optional(&mut *connection)
            .await
            .unwrap();
        if let Some(pid) = pid {
            tokio::time::sleep(Duration::from_millis(300)).await;
            return pid;
        }
        assert!(started.elapsed() < Duration::from_secs(20), "the query never ran");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

fn is_empty(folder: &Path) -> bool {
    std::fs::read_dir(folder).unwrap().next().is_none()
}

/// Catches half a table that passes for a whole one, and a side that is left running when the other has failed.
#[tokio::test(flavor = "multi_thread")]
async fn a_connection_that_breaks_halfway_is_an_error_and_ends_the_other_side() {
    let (folder, temporary) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    suite(folder.path(), &slow("cut_old"), &slow("cut_new"));
    let mut child = run(folder.path(), temporary.path()).spawn().unwrap();
    let mut connection = PgConnection::connect(&engine_url("CUTOVER_TEST_POSTGRES_URL")).await.unwrap();
    let (old, new) = (backend(&mut connection, "cut_old").await, backend(&mut connection, "cut_new").await);
    sqlx::query("SELECT pg_terminate_backend($1)").bind(old).execute(&mut connection).await.unwrap();
    let status = tokio::task::spawn_blocking(move || child.wait().unwrap()).await.unwrap();
    assert_eq!(status.code(), Some(2));
    let report = report(folder.path()).unwrap();
    let message = message(&report);
    assert!(message.starts_with("old side, source `old`:"), "{message}");
    assert!(!message.contains("new side"), "the other side did not fail: {message}");
    let sql = "SELECT count(*) FROM pg_stat_activity WHERE pid = $1 AND state = 'active'";
    let started = Instant::now();
    while sqlx::query_scalar::<_, i64>(sql).bind(new).fetch_one(&mut connection).await.unwrap() > 0 {
        assert!(started.elapsed() < Duration::from_secs(10), "the query of the other side still runs");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert!(is_empty(temporary.path()));
}

/// Catches an interrupt that waits for the last row, or leaves partitions on disk.
#[tokio::test(flavor = "multi_thread")]
async fn an_interrupt_in_the_middle_exits_130_and_leaves_nothing() {
    let (folder, temporary) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    suite(folder.path(), &slow("stop_old"), &slow("stop_new"));
    let mut child = run(folder.path(), temporary.path()).args(["--memory", "1MiB"]).spawn().unwrap();
    let mut connection = PgConnection::connect(&engine_url("CUTOVER_TEST_POSTGRES_URL")).await.unwrap();
    backend(&mut connection, "stop_old").await;
    let started = Instant::now();
    assert!(Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap().success());
    let status = tokio::task::spawn_blocking(move || child.wait().unwrap()).await.unwrap();
    assert_eq!(status.code(), Some(130), "signal {:?}", status.signal());
    assert!(started.elapsed() < Duration::from_secs(15));
    assert!(message(&report(folder.path()).unwrap()).contains("interrupted"));
    assert!(is_empty(temporary.path()));
    let names: Vec<_> = std::fs::read_dir(folder.path()).unwrap().map(|e| e.unwrap().file_name()).collect();
    assert!(names.iter().all(|name| !name.to_string_lossy().starts_with('.')), "{names:?}");
}

/// Rows with the hash of their number; the same on both sides.
const MANY: &str = "SELECT id, md5(id::text) AS body FROM generate_series(1, 150000) AS many(id)";

/// Catches partitions that were only half written passing for whole ones. A limit on the size of files stands in for
/// the end of a disk: both make a write fail.
#[test]
fn a_disk_that_fills_up_is_an_error_with_the_hint() {
    let (folder, temporary) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    suite(folder.path(), MANY, MANY);
    let shell = format!(
        "trap '' XFSZ; ulimit -f 256; exec '{}' run suite.toml --memory 1MiB --report json=out.json",
        env!("CARGO_BIN_EXE_cutover")
    );
    let mut command = Command::new("bash");
    command.args(["-c", &shell]).current_dir(folder.path()).env("TMPDIR", temporary.path());
    let status = command.stdout(Stdio::null()).stderr(Stdio::null()).status().unwrap();
    assert_eq!(status.code(), Some(2));
    let report = report(folder.path()).unwrap();
    let message = message(&report);
    assert!(message.contains("writing the partitions"), "{message}");
    assert!(message.contains(&temporary.path().display().to_string()) && message.contains("--memory"), "{message}");
    assert!(is_empty(temporary.path()));
}

/// Catches a diff that holds its tables: each side is some 160 MB as text, the program may grow by a quarter of that.
#[test]
fn memory_stays_within_its_limit() {
    let (folder, temporary) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let wide = |changed: &str| {
        format!(
            "SELECT id, repeat(md5(id::text), 25) AS body, {changed} AS n FROM generate_series(1, 260000) AS wide(id)"
        )
    };
    suite(folder.path(), &wide("0"), &wide("0"));
    let idle = peak(folder.path(), temporary.path(), &["--only", "big.rows", "--dry-run"]);
    let equal = peak(folder.path(), temporary.path(), &["--memory", "8MiB"]);
    assert_eq!(report(folder.path()).unwrap()["checks"][0]["rows"]["equal"], "260000");
    suite(folder.path(), &wide("0"), &wide("1"));
    let different = peak(folder.path(), temporary.path(), &["--memory", "8MiB"]);
    let report = report(folder.path()).unwrap();
    assert_eq!(report["checks"][0]["rows"]["changed"], "260000");
    assert!(report["checks"][0]["plan"]["spilled_bytes"].as_str().unwrap().parse::<u64>().unwrap() > 100 << 20);
    // Batches in flight: some 8 MiB each, a few a side, in several forms.
    for (name, bytes) in [("equal", equal), ("different", different)] {
        assert!(bytes < idle + (300 << 20), "{name}: {} MiB, idle {} MiB", bytes >> 20, idle >> 20);
    }
    assert!(is_empty(temporary.path()));
}

/// Catches what is kept for each column and grows with their number: a thousand columns then take a gigabyte, whatever the limit.
#[test]
fn memory_does_not_grow_with_the_square_of_the_columns() {
    let (folder, temporary) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let header: Vec<String> = (0..1_200).map(|column| format!("c{column}")).collect();
    for (name, last) in [("old", "0"), ("new", "1")] {
        let row = |id: usize| {
            let cells = (1..header.len()).map(|column| if column + 1 == header.len() && id == 7 { last } else { "0" });
            format!("{id},{}\n", cells.collect::<Vec<_>>().join(","))
        };
        let rows: String = (0..50).map(row).collect();
        std::fs::write(folder.path().join(format!("{name}.csv")), format!("{}\n{rows}", header.join(","))).unwrap();
    }
    let suite = "name = \"wide\"\n[sources.old]\nurl = \".\"\n[sources.new]\nurl = \".\"\n[checks.rows]\nkind = \"rows\"\n\
                 key = [\"c0\"]\nold = \"SELECT * FROM old\"\nnew = \"SELECT * FROM new\"\n";
    std::fs::write(folder.path().join("suite.toml"), suite).unwrap();
    let idle = peak(folder.path(), temporary.path(), &["--only", "wide.rows", "--dry-run"]);
    let compared = peak(folder.path(), temporary.path(), &[]);
    assert_eq!(report(folder.path()).unwrap()["checks"][0]["rows"]["changed"], "1");
    assert!(compared < idle + (300 << 20), "{} MiB, idle {} MiB", compared >> 20, idle >> 20);
}

/// Runs to the end and gives the largest resident size in bytes, as the kernel counted it.
fn peak(folder: &Path, temporary: &Path, extra: &[&str]) -> u64 {
    let mut child = run(folder, temporary).args(extra).spawn().unwrap();
    let status = format!("/proc/{}/status", child.id());
    let mut peak = 0;
    while child.try_wait().unwrap().is_none() {
        let text = std::fs::read_to_string(&status).unwrap_or_default();
        let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let kib = line.and_then(|line| line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok());
        peak = peak.max(kib.unwrap_or(0) << 10);
        std::thread::sleep(Duration::from_millis(2));
    }
    assert!(peak > 0, "the program was gone before it could be measured");
    peak
}

//! Servers that answer as they should until they are asked a check's query, and then never stop talking: `--timeout` and
//! signals end the run all the same.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use super::hostile::Hostile;
use crate::cli::{cutover, report};
use crate::support::engine_url;

/// Word of a query at which the server loses its way.
const WORD: &str = "and_on_and_on";

/// Longest time of a run: its questions at their timeouts, and the cancellations.
const WHOLE: Duration = Duration::from_secs(60);

/// A server of `protocol` in front of the real one, and its URL.
fn server(protocol: &str) -> (Hostile, String) {
    server_until(protocol, WORD)
}

/// The same, until it hears `word`.
fn server_until(protocol: &str, word: &str) -> (Hostile, String) {
    let mut url = url::Url::parse(&engine_url(&format!("CUTOVER_TEST_{}_URL", protocol.to_uppercase()))).unwrap();
    let (host, port) = (url.host_str().unwrap().to_owned(), url.port().unwrap().to_string());
    let server = Hostile::start(&["after", &host, &port, protocol, word]);
    url.set_port(Some(server.port)).unwrap();
    url.set_host(Some("127.0.0.1")).unwrap();
    (server, url.to_string())
}

/// A suite with each way to read, on both sides at once, as many times as there are cores and more.
fn suite(folder: &Path) {
    let mut text = "name = \"s\"\n[sources.old]\nurl = \"${OLD}\"\n[sources.new]\nurl = \"${NEW}\"\n".to_owned();
    for at in 0..4 {
        let sides = format!("old = \"SELECT 1 AS n, '{WORD}' AS w\"\nnew = \"SELECT 1 AS n, '{WORD}' AS w\"\n");
        text.push_str(&format!("[checks.rows{at}]\nkind = \"rows\"\nkey = [\"n\"]\n{sides}"));
        text.push_str(&format!("[checks.sum{at}]\nkind = \"sum\"\nkey = [\"w\"]\n{sides}"));
    }
    text.push_str(
        "[checks.beside]\ntimeout = \"1min\"\nkind = \"row_count\"\nold = \"SELECT 1 AS n\"\nnew = \"SELECT 1 AS n\"\n",
    );
    std::fs::write(folder.join("suite.toml"), text).unwrap();
}

fn run(folder: &Path, urls: [&str; 2], timeout: &str) -> Command {
    suite(folder);
    let mut command = cutover(folder);
    command.env("OLD", urls[0]).env("NEW", urls[1]).stdout(Stdio::null()).stderr(Stdio::null());
    command.args([
        "run",
        "suite.toml",
        "--timeout",
        timeout,
        "--no-history",
        "--jobs",
        "9",
        "--report",
        "json=out.json",
    ]);
    command
}

fn timed_out(protocol: &str) {
    let ((_old, old), (_new, new)) = (server(protocol), server(protocol));
    let folder = tempfile::tempdir().unwrap();
    let begun = Instant::now();
    let mut child = run(folder.path(), [&old, &new], "2s").spawn().unwrap();
    while child.try_wait().unwrap().is_none() {
        if begun.elapsed() > WHOLE {
            child.kill().unwrap();
            panic!("{protocol}: the run goes on after {:?}", begun.elapsed());
        }
        std::thread::sleep(Duration::from_millis(100));
    }
    assert_eq!(child.wait().unwrap().code(), Some(2));
    let report = report(folder.path()).expect("a report");
    for check in report["checks"].as_array().unwrap() {
        if check["id"] == "s.beside" {
            assert_eq!(check["status"], "pass", "{check}");
        } else {
            let message = check["error"]["message"].as_str().unwrap_or_else(|| panic!("{check}"));
            assert!(message.contains("took longer than 2s"), "{message}");
        }
    }
}

/// Catches a driver that is asked where the clock is looked at: PostgreSQL's passes over notices without end.
#[test]
fn a_postgres_that_never_stops_talking_is_left_when_its_time_is_over() {
    timed_out("postgres");
}

/// The same with rows without end, of which one answer is held whole.
#[test]
fn a_mysql_that_never_stops_talking_is_left_when_its_time_is_over() {
    timed_out("mysql");
}

/// Catches a signal that nobody hears while a server talks.
#[test]
fn an_interrupt_ends_a_run_whose_servers_never_stop_talking() {
    let ((_old, old), (_new, new)) = (server("postgres"), server("postgres"));
    let folder = tempfile::tempdir().unwrap();
    let mut child = run(folder.path(), [&old, &new], "10min").spawn().unwrap();
    // Until it is asking.
    std::thread::sleep(Duration::from_secs(6));
    assert!(child.try_wait().unwrap().is_none(), "it goes on");
    assert!(Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap().success());
    let begun = Instant::now();
    while child.try_wait().unwrap().is_none() {
        if begun.elapsed() > Duration::from_secs(30) {
            child.kill().unwrap();
            panic!("nobody heard the interrupt");
        }
        std::thread::sleep(Duration::from_millis(100));
    }
    assert_eq!(child.wait().unwrap().code(), Some(130));
    assert_eq!(report(folder.path()).expect("a report")["interrupted"], true);
}

/// Interrupts `child`, which is under way, until it ends; returns its exit code.
fn interrupted(mut child: std::process::Child, times: usize) -> Option<i32> {
    // Until it is asking.
    std::thread::sleep(Duration::from_secs(6));
    assert!(child.try_wait().unwrap().is_none(), "it goes on");
    for _ in 0..times {
        let begun = Instant::now();
        assert!(Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap().success());
        while begun.elapsed() < Duration::from_secs(10) {
            if let Some(status) = child.try_wait().unwrap() {
                return status.code();
            }
            std::thread::sleep(Duration::from_millis(100));
        }
    }
    child.kill().unwrap();
    panic!("nobody heard {times} interrupts");
}

/// Catches a history that is asked where signals are heard: its server holds up a run whose verdict is known.
#[test]
fn a_history_that_never_stops_talking_is_left_at_a_signal() {
    let (_server, url) = server_until("postgres", "cutover_");
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("t.csv"), "n\n1\n").unwrap();
    let check = "[checks.c]\nkind = \"row_count\"\nold = \"SELECT 1 AS n\"\nnew = \"SELECT 1 AS n\"\n";
    let sources = "[sources.old]\nurl = \".\"\n[sources.new]\nurl = \".\"\n";
    std::fs::write(folder.path().join("suite.toml"), format!("name = \"s\"\n{sources}{check}")).unwrap();
    let told = std::fs::File::create(folder.path().join("told")).unwrap();
    let mut command = cutover(folder.path());
    command.args(["run", "suite.toml", "--history", &url, "--report", "json=out.json"]);
    let child = command.stdout(Stdio::null()).stderr(told).spawn().unwrap();
    // One for its past, one for this run.
    let code = interrupted(child, 3);
    let told = std::fs::read_to_string(folder.path().join("told")).unwrap();
    assert_eq!(code, Some(0), "{told}");
    assert!(told.contains("the run is not recorded: interrupted while it was waited for"), "{told}");
    assert_eq!(report(folder.path()).expect("a report")["checks"][0]["status"], "pass");
}

/// Catches a rehearsal that nobody can interrupt, or that ends without a word of what it leaves behind.
#[test]
fn a_rehearsal_on_a_server_that_never_stops_talking_is_left_at_a_signal() {
    let (_server, url) = server_until("postgres", WORD);
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("rehearsal")).unwrap();
    let schema = format!("CREATE TABLE {WORD} (n bigint);");
    std::fs::write(folder.path().join("rehearsal/old.schema.sql"), schema).unwrap();
    let told = std::fs::File::create(folder.path().join("told")).unwrap();
    let mut command = cutover(folder.path());
    command.args(["rehearse", ".", "--url", &format!("old={url}"), "--url", &format!("new={url}")]);
    let code = interrupted(command.stdout(Stdio::null()).stderr(told).spawn().unwrap(), 1);
    let told = std::fs::read_to_string(folder.path().join("told")).unwrap();
    assert_eq!(code, Some(130), "{told}");
    assert!(told.contains("interrupted: what was built so far is left in the scratch databases"), "{told}");
}

/// Catches a rehearsal that waits for ever for a server that never comes to its point.
#[test]
fn a_rehearsal_on_a_server_that_never_answers_ends_by_itself() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("rehearsal")).unwrap();
    std::fs::write(folder.path().join("rehearsal/old.schema.sql"), "CREATE TABLE t (n bigint);").unwrap();
    for scenario in ["silence", "endless_notices"] {
        let server = Hostile::start(&["postgres", scenario]);
        let url = format!("postgres://u@127.0.0.1:{}/db", server.port);
        let begun = Instant::now();
        let mut command = cutover(folder.path());
        command.args(["rehearse", ".", "--url", &format!("old={url}"), "--url", &format!("new={url}")]);
        let output = command.output().unwrap();
        let told = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{scenario}: {told}");
        assert!(told.contains("the connection on the old database: the server does not answer within 20s"), "{told}");
        assert!(begun.elapsed() < WHOLE, "{scenario}: {:?}", begun.elapsed());
    }
}

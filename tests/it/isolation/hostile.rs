//! Servers that speak the start of a protocol and then nonsense: an error of the source that names it, within its time
//! and in little memory, and the checks beside it run.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::Mutex;
use std::time::{Duration, Instant};

use serde_json::Value;

use super::mutated::rounds;
use crate::cli::{cutover, report};
use crate::support::engine_url;

/// Address space of a run in KiB: a few times the 4 GiB that one length of a protocol can claim and nothing fills, beside the
/// stacks of the threads that read files.
const MEMORY: u64 = 16 << 20;

/// Longest time that a question may take, and the whole run: two more tries, and the end of what is under way.
const TIMEOUT: &str = "2s";
const WHOLE: Duration = Duration::from_secs(60);

const POSTGRES: &[&str] = &[
    "close",
    "silence",
    "drip",
    "garbage",
    "cut",
    "huge_hello",
    "negative_hello",
    "huge",
    "short",
    "empty_error",
    "garbage_after_ready",
    "wrong_kinds",
    "endless",
    "endless_notices",
];
const MYSQL: &[&str] = &[
    "close",
    "silence",
    "drip",
    "garbage",
    "cut",
    "empty_hello",
    "short_hello",
    "no_end_of_version",
    "empty_answer",
    "switch_to_nothing",
    "garbage_after_ready",
    "huge",
    "many_columns",
    "short_column",
    "short_error",
    "endless",
    "ok",
];
const CLICKHOUSE: &[&str] = &[
    "close",
    "silence",
    "drip",
    "garbage",
    "no_json",
    "deep_json",
    "cut",
    "endless",
    "endless_header",
    "deep_type",
    "arrow_garbage",
    "arrow_huge",
    "arrow_negative",
    "arrow_empty",
];

/// A server of `tests/tools/hostile_server.py`, ended with this.
pub(super) struct Hostile {
    child: Child,
    pub(super) port: u16,
    _open: ChildStdin,
}

impl Hostile {
    pub(super) fn start(arguments: &[&str]) -> Hostile {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/tools/hostile_server.py");
        let mut child = Command::new("python3")
            .arg(script)
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let _open = child.stdin.take().unwrap();
        Hostile { port: line.trim().parse().unwrap(), child, _open }
    }
}

impl Drop for Hostile {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A suite whose `new` is at `url`, with a check of each way to read, and one beside them.
fn suite(folder: &Path, url: &str) {
    let text = format!(
        "name = \"s\"\n[sources.old]\nurl = \"d\"\n[sources.new]\nurl = \"{url}\"\n\
         [checks.rows]\nkind = \"rows\"\nkey = [\"n\"]\nold = \"SELECT n FROM t\"\nnew = \"SELECT 1 AS n\"\n\
         [checks.counts]\nkind = \"row_count\"\nold = \"SELECT 1 AS n\"\nnew = \"SELECT 1 AS n\"\n\
         [checks.beside]\ntimeout = \"1min\"\nkind = \"row_count\"\nsources = {{ old = \"old\", new = \"old\" }}\nold = \"SELECT 1 AS n\"\nnew = \"SELECT 1 AS n\"\n"
    );
    std::fs::create_dir_all(folder.join("d")).unwrap();
    std::fs::write(folder.join("d/t.csv"), "n\n1\n").unwrap();
    std::fs::write(folder.join("suite.toml"), text).unwrap();
}

/// The exit code, the report and what was shown of a run in little memory.
fn run(folder: &Path) -> (Option<i32>, Option<Value>, String) {
    let binary = env!("CARGO_BIN_EXE_cutover");
    let shell = format!(
        "ulimit -c 0; ulimit -v {MEMORY}; exec timeout --signal=KILL 90 '{binary}' run suite.toml --timeout {TIMEOUT} --no-history --report json=out.json"
    );
    let mut command = Command::new("bash");
    command
        .current_dir(folder)
        .env("NO_COLOR", "1")
        .env_remove("RUST_BACKTRACE")
        .env("POLARS_MAX_THREADS", "2")
        .args(["-c", &shell]);
    let output = command.output().unwrap();
    let told = [output.stdout, output.stderr].map(|text| String::from_utf8_lossy(&text).into_owned()).concat();
    (output.status.code(), report(folder), told)
}

/// Every scenario of a protocol, some at a time.
fn each(protocol: &str, scenarios: &[&str], url: impl Fn(u16) -> String + Sync) {
    let left = Mutex::new(scenarios.to_vec());
    let work = || {
        while let Some(scenario) = { left.lock().unwrap().pop() } {
            let (folder, server) = (tempfile::tempdir().unwrap(), Hostile::start(&[protocol, scenario]));
            suite(folder.path(), &url(server.port));
            let begun = Instant::now();
            let (code, report, told) = run(folder.path());
            let told = format!("{protocol} {scenario}, {:?}\n{told}", begun.elapsed());
            assert_eq!(code, Some(2), "{told}");
            assert!(begun.elapsed() < WHOLE, "{told}");
            let report = report.unwrap_or_else(|| panic!("no report: {told}"));
            let check = |id: &str| {
                let checks = report["checks"].as_array().unwrap();
                checks.iter().find(|check| check["id"] == id).unwrap_or_else(|| panic!("{told}"))
            };
            for id in ["s.rows", "s.counts"] {
                let message = check(id)["error"]["message"].as_str().unwrap_or_else(|| panic!("{told}"));
                assert!(message.contains("new side, source `new`: "), "{message}\n{told}");
            }
            assert_eq!(check("s.beside")["status"], "pass", "{told}");
        }
    };
    std::thread::scope(|scope| {
        (0..4).map(|_| scope.spawn(work)).collect::<Vec<_>>().into_iter().for_each(|one| one.join().unwrap());
    });
}

/// Catches an answer that ends the whole run, by a panic where it is read or by memory for what it says it will send.
#[test]
fn a_postgres_that_speaks_nonsense_is_the_error_of_its_checks() {
    each("postgres", POSTGRES, |port| format!("postgres://u@127.0.0.1:{port}/db"));
}

#[test]
fn a_mysql_that_speaks_nonsense_is_the_error_of_its_checks() {
    each("mysql", MYSQL, |port| format!("mysql://u@127.0.0.1:{port}/db"));
}

#[test]
fn a_clickhouse_that_speaks_nonsense_is_the_error_of_its_checks() {
    each("clickhouse", CLICKHOUSE, |port| format!("clickhouse://u@127.0.0.1:{port}/db"));
}

/// Catches the same where a real server's words are damaged on their way: whatever is still understood, the run ends as
/// one of the four ways it may.
#[test]
fn a_connection_that_damages_what_it_carries_ends_nothing_but_the_check() {
    let variables = ["CUTOVER_TEST_POSTGRES_URL", "CUTOVER_TEST_MYSQL_URL", "CUTOVER_TEST_CLICKHOUSE_URL"];
    rounds(12, |seed| {
        let variable = variables[(seed % 3) as usize];
        let mut url = url::Url::parse(&engine_url(variable)).unwrap();
        let (host, port) = (url.host_str().unwrap().to_owned(), url.port().unwrap());
        let server = Hostile::start(&["proxy", &host, &port.to_string(), &seed.to_string()]);
        url.set_port(Some(server.port)).unwrap();
        url.set_host(Some("127.0.0.1")).unwrap();
        let folder = tempfile::tempdir().unwrap();
        suite(folder.path(), "${HOSTILE}");
        let begun = Instant::now();
        let run = ["run", "suite.toml", "--timeout", TIMEOUT, "--no-history", "--report", "json=out.json"];
        let output = cutover(folder.path()).env("HOSTILE", url.as_str()).args(run).output().unwrap();
        let told = String::from_utf8_lossy(&output.stderr);
        let code = output.status.code();
        assert!(matches!(code, Some(0..=2)), "seed {seed}, {variable}: {:?}\n{told}", output.status);
        assert!(begun.elapsed() < WHOLE, "seed {seed}, {variable}: {:?}\n{told}", begun.elapsed());
        let report = report(folder.path()).unwrap_or_else(|| panic!("seed {seed}, {variable}: no report\n{told}"));
        let beside = report["checks"].as_array().unwrap().iter().find(|check| check["id"] == "s.beside").unwrap();
        assert_eq!(beside["status"], "pass", "seed {seed}, {variable}\n{told}");
    });
}

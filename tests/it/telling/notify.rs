//! `--notify`: what a server of the test receives, when it does, and what is shown when it cannot.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use cutover::model::{
    Cause, CheckReport, DifferenceCounts, ErrorCode, ErrorReport, Kind, Outcome, RowCounts, RowFindings, RunReport,
    Waived,
};
use cutover::report::slack::{Around, render};
use serde_json::Value as Json;

use super::{Running, case, command, stderr};

/// The part of a webhook's URL that lets anybody post.
const SECRET: &str = "T0Ken/B0/s3cretpath";

/// A server that keeps what it was sent and gives one answer, or none.
pub(super) struct Server {
    pub(super) url: String,
    requests: Arc<Mutex<Vec<String>>>,
}

impl Server {
    /// Answers with `status` and `headers`, and repeats the request, path and all, as the body; never where `status` is 0.
    pub(super) fn new(status: u16, headers: &str) -> Server {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/services/{SECRET}", listener.local_addr().unwrap());
        let requests = Arc::new(Mutex::new(Vec::new()));
        let (kept, headers) = (Arc::clone(&requests), headers.to_owned());
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let (kept, headers) = (Arc::clone(&kept), headers.clone());
                std::thread::spawn(move || answer(stream.unwrap(), status, &headers, &kept));
            }
        });
        Server { url, requests }
    }

    /// The requests that came since this was last asked.
    pub(super) fn taken(&self) -> Vec<String> {
        std::mem::take(&mut *self.requests.lock().unwrap())
    }

    /// The text of the only message that came since this was last asked.
    pub(super) fn message(&self) -> String {
        let taken = self.taken();
        assert_eq!(taken.len(), 1, "{taken:?}");
        let (head, body) = taken[0].split_once("\r\n\r\n").unwrap();
        assert!(head.starts_with(&format!("POST /services/{SECRET} HTTP/1.1\r\n")), "{head}");
        assert!(head.to_ascii_lowercase().contains("\r\ncontent-type: application/json"), "{head}");
        let body: Json = serde_json::from_str(body).unwrap();
        assert_eq!(body.as_object().unwrap().keys().collect::<Vec<_>>(), ["text"]);
        body["text"].as_str().unwrap().to_owned()
    }
}

fn answer(stream: TcpStream, status: u16, headers: &str, kept: &Mutex<Vec<String>>) {
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    let mut request = String::new();
    while !request.ends_with("\r\n\r\n") {
        if reader.read_line(&mut request).unwrap() == 0 {
            return;
        }
    }
    let length = request.to_ascii_lowercase();
    let length = length.split("content-length: ").nth(1).and_then(|rest| rest.split("\r\n").next()).unwrap_or("0");
    let mut body = vec![0; length.parse().unwrap()];
    reader.read_exact(&mut body).unwrap();
    request.push_str(&String::from_utf8(body).unwrap());
    kept.lock().unwrap().push(request.clone());
    if status == 0 {
        std::thread::sleep(Duration::from_secs(60));
        return;
    }
    let mut stream = stream;
    let _ = write!(stream, "HTTP/1.1 {status} X\r\n{headers}Content-Length: {}\r\n\r\n{request}", request.len());
}

/// A run that must end with `code` and show nothing of the webhook but its scheme and host, in any output.
fn run(folder: &Path, notify: &str, arguments: &[&str], code: i32) -> Output {
    let output = command(folder, &["--notify", notify]).args(arguments).output().unwrap();
    judged(folder, output, code)
}

fn judged(folder: &Path, output: Output, code: i32) -> Output {
    let shown = String::from_utf8_lossy(&output.stdout).into_owned() + &stderr(&output);
    assert_eq!(output.status.code(), Some(code), "{shown}");
    for part in SECRET.split('/').chain(["/services"]) {
        assert!(!shown.contains(part), "{shown}");
        for entry in walkdir::WalkDir::new(folder) {
            let entry = entry.unwrap();
            if entry.file_type().is_file() {
                let bytes = std::fs::read(entry.path()).unwrap();
                assert!(!String::from_utf8_lossy(&bytes).contains(part), "{}", entry.path().display());
            }
        }
    }
    output
}

fn heal(folder: &Path) {
    std::fs::copy(folder.join("old.csv"), folder.join("new.csv")).unwrap();
}

/// Catches a failing night that nobody hears of, a passing one that cries every night, and a healed one that is kept quiet.
#[test]
fn a_failing_run_is_told_every_time_and_a_passing_one_when_it_healed() {
    let (folder, server) = (case("fail"), Server::new(200, ""));
    run(folder.path(), &server.url, &[], 1);
    let first = server.message();
    assert!(
        first.starts_with("*cutover* FAIL: old and new differ (1 fail)\n• `shop.items` fail: 1 changed\n"),
        "{first}"
    );
    assert!(!first.contains("the run before"), "{first}");
    assert!(first.contains("\nreport: `reports/2"), "{first}");
    run(folder.path(), &server.url, &[], 1);
    assert!(server.message().contains("(1 fail); the run before: fail\n"));
    heal(folder.path());
    run(folder.path(), &server.url, &[], 0);
    let healed = server.message();
    assert!(
        healed.starts_with("*cutover* PASS: old and new tell the same story (1 pass); the run before: fail\n"),
        "{healed}"
    );
    for _ in 0..2 {
        run(folder.path(), &server.url, &[], 0);
        assert_eq!(server.taken(), [""; 0], "it passed before");
    }
}

/// Catches a first run that passes and is announced, and a `--keep` that removes what the verdict is compared with.
#[test]
fn what_is_kept_does_not_change_what_is_told() {
    let (folder, server) = (case("fail"), Server::new(200, ""));
    run(folder.path(), &server.url, &["--keep", "1", "--no-history"], 1);
    server.message();
    heal(folder.path());
    run(folder.path(), &server.url, &["--keep", "1", "--no-history"], 0);
    assert!(server.message().contains("the run before: fail"));
    let other = case("pass");
    run(other.path(), &server.url, &[], 0);
    assert_eq!(server.taken(), [""; 0], "nothing is known of an earlier run, and this one passed");
}

/// Catches the verdict of other checks in the same folder being taken for the one before.
#[test]
fn the_run_before_is_one_of_the_same_checks() {
    let (folder, server) = (case("error_beats_fail"), Server::new(200, ""));
    let text = std::fs::read_to_string(folder.path().join("suite.toml")).unwrap();
    let checks: Vec<&str> = text.lines().filter(|line| line.starts_with("[checks.")).collect();
    assert_eq!(checks.len(), 2, "{text}");
    let only = |at: usize| format!("*.{}", checks[at].trim_start_matches("[checks.").trim_end_matches(']'));
    run(folder.path(), &server.url, &[], 2);
    assert!(server.message().contains("error: could not be compared"));
    for (at, code, before) in [(0, 1, "fail"), (1, 2, "error")] {
        run(folder.path(), &server.url, &["--only", &only(at)], code);
        let told = server.message();
        assert!(told.contains(&format!("; the run before: {before}\n")), "by its own checks alone: {told}");
        let apart = ["--only", &only(at), "--no-history", "--reports", "apart"];
        run(folder.path(), &server.url, &apart, code);
        let told = server.message();
        assert!(!told.contains("the run before"), "the report of other checks says nothing: {told}");
    }
    run(folder.path(), &server.url, &[], 2);
    assert!(server.message().contains("the run before: error"));
}

/// Catches a healing that goes untold where reports are not kept, or where the history cannot be read.
#[test]
fn the_history_or_else_the_reports_know_the_run_before() {
    let (folder, server) = (case("fail"), Server::new(200, ""));
    let alone = ["--report", "json=out.json"];
    run(folder.path(), &server.url, &alone, 1);
    server.message();
    heal(folder.path());
    run(folder.path(), &server.url, &alone, 0);
    assert!(server.message().contains("(1 pass); the run before: fail\n"));
    run(folder.path(), &server.url, &alone, 0);
    assert_eq!(server.taken(), [""; 0]);
    let (damaged, server) = (case("fail"), Server::new(200, ""));
    run(damaged.path(), &server.url, &[], 1);
    server.message();
    std::fs::write(damaged.path().join("reports/history.db"), "no database").unwrap();
    heal(damaged.path());
    run(damaged.path(), &server.url, &[], 0);
    assert!(server.message().contains("(1 pass); the run before: fail\n"));
}

/// Catches a warning, a run that `--fail-on` fails, and one that never began, that nobody hears of.
#[test]
fn whatever_is_not_a_pass_is_told() {
    let server = Server::new(200, "");
    let warned = case("warn");
    run(warned.path(), &server.url, &[], 0);
    assert!(server.message().contains(" warn: "));
    let broken = case("pass");
    std::fs::write(broken.path().join("suite.toml"), "name = ").unwrap();
    run(broken.path(), &server.url, &[], 2);
    assert!(
        server.message().starts_with("*cutover* ERROR: the run did not begin, exit code 2; "),
        "a suite that cannot be read"
    );
    let unwritten = case("pass");
    std::fs::write(unwritten.path().join("taken"), "").unwrap();
    run(unwritten.path(), &server.url, &["--reports", "taken/reports"], 2);
    assert!(server.message().starts_with("*cutover* ERROR: the run did not begin, exit code 2; "));
}

/// Catches values of the data, or words of a database, at a server that is not the user's.
#[test]
fn a_message_holds_counts_and_no_data() {
    let (folder, server) = (case("fail"), Server::new(200, ""));
    let rows = std::fs::read_to_string(folder.path().join("new.csv")).unwrap().replace("0.25", "77123.55");
    std::fs::write(folder.path().join("new.csv"), rows).unwrap();
    let output = run(folder.path(), &server.url, &[], 1);
    assert!(String::from_utf8_lossy(&output.stdout).contains("77123.55"), "the terminal shows it");
    let message = server.message();
    assert!(!message.contains("77123.55") && !message.contains("0.2"), "{message}");
}

fn report(checks: Vec<CheckReport>) -> RunReport {
    RunReport {
        id: "20260108T000000.000Z-0000".to_owned(),
        started_at: "2026-01-03T04:05:06.789Z".parse().unwrap(),
        elapsed_ms: 61_500,
        version: "0".to_owned(),
        interrupted: false,
        suites: Vec::new(),
        checks,
        rerun_of: None,
        sign_off: None,
    }
}

fn differing(id: &str) -> CheckReport {
    let rows = RowCounts { old: 1_203, missing: 1_203, ..RowCounts::default() };
    CheckReport {
        outcome: Outcome::Rows(RowFindings { rows, ..RowFindings::default() }),
        ..CheckReport::new(id, Kind::Rows)
    }
}

/// Catches a name that becomes a link, a mention or code of its own, and a message as long as the report.
#[test]
fn markup_is_escaped_and_many_checks_are_counted() {
    let mut checks: Vec<CheckReport> = (0..30).map(|n| differing(&format!("s.c{n:02}"))).collect();
    let error = ErrorReport::new(ErrorCode::Permanent, "77123.55").caused_by([Cause::of_others("77123.55")]);
    checks.push(CheckReport { error: Some(error), ..differing("s.<!channel>&`x`\n@here") });
    let places = ["a<b>&`c`".to_owned()];
    let around =
        Around { code: 2, before: Some("pass"), reports: &places, page: None, job: Some("https://ci/<x>?a&b") };
    let text = render(&report(checks), around);
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(
        lines[0],
        "*cutover* ERROR: old and new differ, and something could not be compared (30 fail, 1 error); not retryable: something has to be corrected first; the run before: pass"
    );
    assert_eq!(
        lines[1],
        "• `s.&lt;!channel&gt;&amp;'x'\\n@here` error: could not be compared (permanent); beside that 1,203 missing",
        "the worst first"
    );
    assert_eq!(lines[2], "• `s.c00` fail: 1,203 missing");
    assert_eq!(lines[11], "• and 21 more");
    assert_eq!(lines[12], "2026-01-03 04:05 UTC, 1 m 01 s");
    assert_eq!(lines[13], "report: `a&lt;b&gt;&amp;'c'`");
    assert_eq!(lines[14], "job: https://ci/&lt;x&gt;?a&amp;b");
    assert!(!text.contains("77123.55"), "{text}");
    let cut_short = RunReport { interrupted: true, ..report(vec![differing("s.c")]) };
    assert!(render(&cut_short, Around::default()).contains("cut short"));
    let mut equal = differing("s.c");
    equal.outcome = Outcome::Rows(RowFindings {
        rows: RowCounts { old: 1, new: 1, equal: 1, ..RowCounts::default() },
        ..RowFindings::default()
    });
    let unwritten = render(&report(vec![equal]), Around { code: 2, ..Around::default() });
    assert!(unwritten.contains("(1 pass); yet exit code 2"), "{unwritten}");
}

/// Catches a message whose counts are not those that the verdict rests on.
#[test]
fn waived_differences_are_told_apart() {
    let mut counts = DifferenceCounts::default();
    counts.add("missing", 1_000);
    let check = CheckReport { waived: vec![Waived { counts, ..Waived::default() }], ..differing("s.c") };
    let text = render(&report(vec![check]), Around { code: 1, ..Around::default() });
    assert!(text.contains("\n• `s.c` fail: 203 missing, 1,000 waived or known\n"), "{text}");
}

/// Catches a notification that fails in silence, changes the exit code, or shows the URL.
#[test]
fn a_server_that_is_not_there_or_refuses_changes_nothing() {
    let gone = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let folder = case("fail");
    let output = run(folder.path(), &format!("http://{gone}/services/{SECRET}"), &[], 1);
    assert!(
        stderr(&output).contains("cutover run: --notify: http://127.0.0.1 cannot be reached: "),
        "{}",
        stderr(&output)
    );
    assert!(stderr(&output).to_lowercase().contains("refused"), "{}", stderr(&output));
    for status in [500, 404, 429] {
        let server = Server::new(status, "");
        let output = run(folder.path(), &server.url, &[], 1);
        server.message();
        assert!(stderr(&output).contains(&format!("http://127.0.0.1 answered {status};")), "{}", stderr(&output));
    }
}

/// Catches a server that holds up the job for as long as it likes.
#[test]
fn a_slow_server_is_given_up_on() {
    let (folder, server) = (case("fail"), Server::new(0, ""));
    let started = Instant::now();
    let output = run(folder.path(), &server.url, &[], 1);
    assert!(stderr(&output).contains("http://127.0.0.1 did not answer within 10 s"), "{}", stderr(&output));
    let taken = started.elapsed();
    assert!(taken >= Duration::from_secs(10) && taken < Duration::from_secs(30), "{taken:?}");
}

/// Catches a message that is sent on to wherever the first server says.
#[test]
fn a_redirect_is_not_followed() {
    let (folder, elsewhere) = (case("fail"), Server::new(200, ""));
    for status in [301, 302, 307, 308] {
        let server = Server::new(status, &format!("Location: {}\r\n", elsewhere.url));
        let output = run(folder.path(), &server.url, &[], 1);
        server.message();
        assert!(
            stderr(&output).contains(&format!("answered {status}, which sends the message elsewhere")),
            "{}",
            stderr(&output)
        );
    }
    assert_eq!(elsewhere.taken(), [""; 0]);
}

/// Catches a variable that is not expanded, one that is missing and stops the gate, and an empty secret taken for a URL.
#[test]
fn the_url_comes_from_variables_too() {
    let (folder, server) = (case("fail"), Server::new(200, ""));
    let (start, _) = server.url.split_once("T0Ken").unwrap();
    let with = |name: &str, value: &str, arguments: &[&str]| {
        let output = command(folder.path(), arguments).env(name, value).output().unwrap();
        judged(folder.path(), output, 1)
    };
    with("HOOK", SECRET, &["--notify", &format!("{start}${{HOOK}}")]);
    server.message();
    with("CUTOVER_NOTIFY", &server.url, &[]);
    server.message();
    let other = Server::new(200, "");
    with("CUTOVER_NOTIFY", &other.url, &["--notify", &server.url]);
    server.message();
    assert_eq!(other.taken(), [""; 0], "the flag stands in for the variable");
    let output = with("CUTOVER_NOTIFY", "", &[]);
    assert_eq!(stderr(&output), "", "a secret that this job does not have");
    let output = with("CUTOVER_NOTIFY", SECRET, &[]);
    assert!(stderr(&output).contains("the URL cannot be read"), "{}", stderr(&output));
    let output = with("X", "", &["--notify", &format!("{start}${{HOOK}}")]);
    assert!(stderr(&output).contains("the variable HOOK is not set"), "{}", stderr(&output));
    assert_eq!(server.taken(), [""; 0]);
}

/// Catches a certificate that is not checked, and a trusted one that is refused.
#[test]
fn tls_is_checked() {
    let folder = case("fail");
    let keys = tempfile::tempdir().unwrap();
    let (certificate, key) = (keys.path().join("certificate.pem"), keys.path().join("key.pem"));
    let mut openssl = Command::new("openssl");
    openssl.args(["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"]);
    openssl.args(["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"]);
    openssl.args(["-addext", "basicConstraints=critical,CA:FALSE"]);
    let made = openssl.arg("-keyout").arg(&key).arg("-out").arg(&certificate).output().unwrap();
    assert!(made.status.success(), "{}", stderr(&made));
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/tools/https_server.py");
    let mut server = Command::new("python3");
    server.arg(script).args([&certificate, &key]).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut server = Running(server.spawn().unwrap());
    let mut said = BufReader::new(server.0.stdout.take().unwrap());
    let mut port = String::new();
    said.read_line(&mut port).unwrap();
    let url = format!("https://localhost:{}/services/{SECRET}", port.trim());
    let output = run(folder.path(), &url, &[], 1);
    assert!(
        stderr(&output).contains("https://localhost cannot be reached: invalid peer certificate"),
        "{}",
        stderr(&output)
    );
    let output = command(folder.path(), &["--notify", &url]).env("SSL_CERT_FILE", &certificate).output().unwrap();
    assert_eq!(stderr(&judged(folder.path(), output, 1)), "");
    let mut posted = String::new();
    said.read_line(&mut posted).unwrap();
    assert!(posted.contains("old and new differ"), "{posted}");
}

/// Catches a message that leads to a path of another machine, and an address that is posted with a password in it.
#[test]
fn a_message_leads_to_the_page_of_the_report() {
    let folder = case("fail");
    let server = Server::new(200, "");
    let page = ["--report-url", "https://ci.example/reports/{run}/report.html"];
    run(folder.path(), &server.url, &page, 1);
    let message = server.message();
    let report = message.lines().find_map(|line| line.strip_prefix("report: ")).unwrap();
    let (head, tail) = (report.strip_prefix("https://ci.example/reports/").unwrap(), "/report.html");
    assert!(folder.path().join("reports").join(head.strip_suffix(tail).unwrap()).is_dir(), "{message}");
    for wrong in ["https://u:p@ci.example/", "ci.example", "file:///report.html"] {
        run(folder.path(), &server.url, &["--report-url", wrong], 2);
        assert!(server.taken().is_empty(), "{wrong}");
    }
}

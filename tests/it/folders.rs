//! The folder of reports while others are at work in it: many runs at once with `--keep`, what a killed run leaves behind, and
//! files that are none.

use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use std::time::{Duration, Instant, SystemTime};

use crate::cli::cutover;

/// A suite of one check that counts to `rows` on SQLite, which takes as long.
fn counting(folder: &Path, name: &str, rows: u64) {
    std::fs::create_dir_all(folder.join(name)).unwrap();
    std::fs::write(folder.join("d.db"), "").unwrap();
    let text = format!(
        "name = \"s\"\n[sources.old]\nurl = \"sqlite:../d.db\"\n[sources.new]\nurl = \"sqlite:../d.db\"\n[checks.c]\n\
         kind = \"row_count\"\nold = \"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {rows}) \
         SELECT count(*) AS n FROM n\"\nnew = \"SELECT {rows} AS n\"\n"
    );
    std::fs::write(folder.join(name).join("suite.toml"), text).unwrap();
}

fn begin(folder: &Path, suite: &str, keep: &str) -> Child {
    let mut command = cutover(folder);
    command.args(["run", suite, "--reports", "rep", "--keep", keep, "--no-history"]);
    command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

/// The folder that a run says its report is in, after it passed.
fn told(folder: &Path, run: Child) -> PathBuf {
    let output = run.wait_with_output().unwrap();
    let text = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert_eq!(output.status.code(), Some(0), "{text}");
    let place = text.lines().find_map(|line| line.strip_prefix("report: ")).expect("it says where its report is");
    folder.join(place)
}

fn left(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder.join("rep")).unwrap();
    let mut names: Vec<String> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

/// Catches a run that began first and ends last and removes its own report.
#[test]
fn the_oldest_run_keeps_its_own_report() {
    let folder = tempfile::tempdir().unwrap();
    counting(folder.path(), "short", 10);
    counting(folder.path(), "long", 4_000_000);
    let long = begin(folder.path(), "long", "1");
    std::thread::sleep(Duration::from_millis(300));
    let short = told(folder.path(), begin(folder.path(), "short", "1"));
    let long = told(folder.path(), long);
    assert!(long.join("report.json").is_file() && short.join("report.json").is_file(), "{:?}", left(folder.path()));
    // The next one is newer than both.
    let next = told(folder.path(), begin(folder.path(), "short", "1"));
    assert_eq!(left(folder.path()), [next.file_name().unwrap().to_str().unwrap()]);
}

/// Catches a clock that was ahead once: every later run would look older than that report.
#[test]
fn a_report_from_the_future_or_unfinished_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    counting(folder.path(), "short", 10);
    let (future, unfinished) = ("20990101T000000.000Z-0000", "20200101T000000.000Z-0000");
    for name in [future, unfinished] {
        std::fs::create_dir_all(folder.path().join("rep").join(name)).unwrap();
    }
    std::fs::write(folder.path().join("rep").join(future).join("report.json"), "{}").unwrap();
    told(folder.path(), begin(folder.path(), "short", "1"));
    let second = told(folder.path(), begin(folder.path(), "short", "1"));
    assert_eq!(left(folder.path()), [unfinished, second.file_name().unwrap().to_str().unwrap(), future]);
}

/// Catches a run that removes what another is writing, or fails because another removed the same.
#[test]
fn twenty_runs_at_once_all_pass() {
    let folder = tempfile::tempdir().unwrap();
    counting(folder.path(), "short", 10);
    for _ in 0..2 {
        let runs: Vec<Child> = (0..20).map(|_| begin(folder.path(), "short", "3")).collect();
        for run in runs {
            told(folder.path(), run);
        }
    }
    told(folder.path(), begin(folder.path(), "short", "3"));
    let left = left(folder.path());
    assert_eq!(left.len(), 3, "{left:?}");
    let whole = |name: &String| {
        ["report.json", "report.md", "junit.xml", "report.html", "differences.parquet"]
            .iter()
            .all(|file| folder.path().join("rep").join(name).join(file).is_file())
    };
    assert!(left.iter().all(whole), "{left:?}");
}

/// Catches files that every killed run adds to the folder, and one that is removed under a run at work.
#[test]
fn the_next_run_removes_what_a_killed_one_left() {
    let folder = tempfile::tempdir().unwrap();
    counting(folder.path(), "short", 10);
    counting(folder.path(), "long", 400_000_000);
    let unfinished =
        || left(folder.path()).into_iter().filter(|name| name.starts_with(".cutover-")).collect::<Vec<_>>();
    let begun = |count: usize| {
        let late = Instant::now() + Duration::from_secs(60);
        while !folder.path().join("rep").exists() || unfinished().len() < count {
            assert!(Instant::now() < late, "no run has begun to write");
            std::thread::sleep(Duration::from_millis(20));
        }
    };
    let age = || {
        for name in unfinished() {
            let past = SystemTime::now() - Duration::from_secs(120);
            let file = std::fs::File::open(folder.path().join("rep").join(name)).unwrap();
            file.set_times(std::fs::FileTimes::new().set_modified(past)).unwrap();
        }
    };
    let mut killed = begin(folder.path(), "long", "9");
    begun(1);
    killed.kill().unwrap();
    killed.wait().unwrap();
    let dead = unfinished();
    let mut working = begin(folder.path(), "long", "9");
    begun(2);
    age();
    told(folder.path(), begin(folder.path(), "short", "9"));
    let still = unfinished();
    working.kill().unwrap();
    working.wait().unwrap();
    assert_eq!((dead.len(), still.len()), (1, 1), "{dead:?} {still:?}");
    assert_ne!(dead, still, "the dead run's is gone, that of the run at work is not");
}

/// Catches a report as large as the values in it, two long values that a baseline takes for one, and a verdict by what is shown.
#[test]
fn a_long_value_is_cut_and_told_apart_by_its_hash() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("d.db"), "").unwrap();
    let long = |end: &str| format!("{}{end}", "x".repeat(3_000_000));
    let suite = |old: &str, new: &str| {
        let side = |end: &str| format!("SELECT 1 AS id, replace(hex(zeroblob(1500000)), '0', 'x') || '{end}' AS v");
        let text = format!(
            "name = \"s\"\n[sources.old]\nurl = \"sqlite:d.db\"\n[sources.new]\nurl = \"sqlite:d.db\"\n[checks.c]\n\
             kind = \"rows\"\nkey = [\"id\"]\nold = \"{}\"\nnew = \"{}\"\n",
            side(old),
            side(new)
        );
        std::fs::write(folder.path().join("suite.toml"), text).unwrap();
    };
    let run = |arguments: &[&str]| {
        let output =
            cutover(folder.path()).args(["run", "suite.toml", "--no-history"]).args(arguments).output().unwrap();
        assert!(output.stdout.len() + output.stderr.len() < 200_000);
        output.status.code()
    };
    suite("a", "b");
    assert_eq!(run(&["--report", "json=first.json", "--report", "html=first.html"]), Some(1));
    let report = std::fs::read_to_string(folder.path().join("first.json")).unwrap();
    for end in ["a", "b"] {
        use sha2::{Digest, Sha256};
        let hash: String = Sha256::digest(long(end)).iter().map(|byte| format!("{byte:02x}")).collect();
        assert!(report.contains(&format!("… [3000001 bytes, sha256:{hash}]")), "{}", report.len());
    }
    let size = |name: &str| std::fs::metadata(folder.path().join(name)).unwrap().len();
    assert!(size("first.json") < 20_000 && size("first.html") < 400_000 && size("differences.parquet") < 100_000);
    let baseline = ["--baseline", "first.json", "--report", "json=second/report.json"];
    assert_eq!(run(&baseline), Some(0), "the same two values are known");
    suite("a", "c");
    assert_eq!(run(&baseline), Some(1), "another value of the same length and beginning is not");
    suite("a", "a");
    assert_eq!(run(&["--report", "json=third/report.json"]), Some(0));
}

/// Catches a wait without end for a pipe that nobody writes to, and a suite that is passed over in silence.
#[test]
#[cfg(unix)]
fn a_pipe_a_socket_and_a_device_are_no_input() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    let made = std::process::Command::new("mkfifo").arg(at("pipe")).arg(at("pipe.csv")).status().unwrap();
    assert!(made.success());
    let _socket = std::os::unix::net::UnixListener::bind(at("socket")).unwrap();
    for name in ["plain", "waived", "apart", "walked"] {
        counting(folder.path(), name, 10);
    }
    told(folder.path(), begin(folder.path(), "plain", "9"));
    let pipe = |place: &str| std::process::Command::new("mkfifo").arg(at(place)).status().unwrap();
    pipe("waived/waivers.toml");
    std::fs::write(
        at("apart/suite.toml"),
        "name = \"s\"\n[sources.old]\nurl = \"sqlite:../d.db\"\n[sources.new]\nurl = \"sqlite:../d.db\"\n[checks.c]\nkind = \"row_count\"\n",
    )
    .unwrap();
    std::fs::create_dir(at("apart/sql")).unwrap();
    pipe("apart/sql/c.old.sql");
    pipe("apart/sql/c.new.sql");
    std::fs::create_dir(at("walked/below")).unwrap();
    pipe("walked/below/suite.toml");
    for others in ["pipe", "socket", "/dev/stdin", "/dev/null", "/dev/zero"] {
        let database = if others.starts_with('/') { others.to_owned() } else { format!("../{others}") };
        for arguments in [
            vec!["run", others],
            vec!["validate", others],
            vec!["list", others],
            vec!["rerun", others],
            vec!["waive", others, "--check", "s.c", "--until", "2099-01-01", "--why", "x", "--owner", "y"],
            vec!["run", "plain", "--baseline", others],
            vec!["run", "plain", "--reports", "rep", "--source", &format!("old=sqlite:{database}")],
            vec!["diff", "--old", others, "--new", others, "--table", "t"],
            vec!["history", "--history", others],
        ] {
            // The one that reads standard input, of one side.
            if others == "/dev/stdin" && arguments[0] == "diff" {
                continue;
            }
            refused(folder.path(), &arguments);
        }
    }
    for arguments in [
        vec!["diff", "--old", "pipe.csv", "--new", "pipe.csv", "--table", "pipe"],
        vec!["run", "waived"],
        vec!["run", "apart"],
        vec!["run", "walked"],
        vec!["validate", "walked"],
    ] {
        refused(folder.path(), &arguments);
    }
    // What is written may be one.
    for path in ["/dev/stdout", "/dev/null", "-"] {
        let report = format!("json={path}");
        let output = cutover(folder.path()).args(["run", "plain", "--report", &report]).output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{path}");
        let holds = String::from_utf8_lossy(&output.stdout).contains("schema_version");
        assert_eq!(holds, path != "/dev/null", "{path}");
    }
}

/// Runs the command, which must end with 2 by itself and say what stands in place of a file.
fn refused(folder: &Path, arguments: &[&str]) {
    let mut command = cutover(folder);
    let child = command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
    let mut child = child.unwrap();
    let _stdin = child.stdin.take();
    let late = Instant::now() + Duration::from_secs(60);
    let status = loop {
        if let Some(status) = child.try_wait().unwrap() {
            break status;
        }
        if Instant::now() > late {
            child.kill().unwrap();
            panic!("it waits: cutover {arguments:?}");
        }
        std::thread::sleep(Duration::from_millis(10));
    };
    let output = child.wait_with_output().unwrap();
    let text = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert_eq!(status.code(), Some(2), "cutover {arguments:?}: {text}");
    let named = ["a pipe", "a socket", "a device"].iter().any(|what| text.contains(what));
    assert!(named, "cutover {arguments:?}: {text}");
}

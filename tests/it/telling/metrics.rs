//! `--metrics`: read back by the reference parsers of both formats, and by node_exporter itself.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use cutover::model::{
    CheckReport, DifferenceCounts, ErrorCode, ErrorReport, Kind, Outcome, RowCounts, RowFindings, RunReport, Severity,
    SideReport, Sides, TagCounts, TagFindings, Waived,
};
use cutover::report::metrics::render;
use serde_json::Value as Json;

use super::{Running, case, python, run, stderr, tool};

/// `name{label="value",…} value` of each sample, by one of the parsers.
fn samples(read: &Json, parser: &str) -> Vec<String> {
    let families = read[parser].as_array().unwrap().iter();
    let samples = families.flat_map(|family| family["samples"].as_array().unwrap());
    let line = |sample: &Json| {
        let labels: std::collections::BTreeMap<&String, &Json> = sample["labels"].as_object().unwrap().iter().collect();
        let labels: Vec<String> = labels.iter().map(|(name, value)| format!("{name}={value}")).collect();
        format!("{}{{{}}} {}", sample["name"].as_str().unwrap(), labels.join(","), sample["value"])
    };
    samples.map(line).collect()
}

/// What both parsers understand of `text`, the same of each.
fn understood(text: &str) -> Vec<String> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.prom");
    std::fs::write(&path, text).unwrap();
    let read = python("read_metrics.py", &path);
    let openmetrics = samples(&read, "openmetrics");
    assert_eq!(openmetrics, samples(&read, "prometheus"), "{text}");
    for family in read["openmetrics"].as_array().unwrap() {
        let (name, unit) = (family["name"].as_str().unwrap(), family["unit"].as_str().unwrap());
        assert_eq!(name.ends_with("_seconds"), unit == "seconds", "{name} has the unit `{unit}`");
        assert_eq!(family["type"], "gauge", "{name}: node_exporter refuses info and stateset, and a run is no counter");
        assert!(!family["help"].as_str().unwrap().is_empty());
    }
    openmetrics
}

fn check(id: &str, kind: Kind) -> CheckReport {
    let side = |source: &str, rows| {
        Some(SideReport { source: source.to_owned(), sql: String::new(), rows, elapsed_ms: 1_250, read: None })
    };
    CheckReport {
        sides: Sides { old: side("old", Some(5)), new: side("new", Some(4)) },
        elapsed_ms: 1_500,
        ..CheckReport::new(id, kind)
    }
}

fn rows(missing: u64, changed: u64) -> Outcome {
    let equal = 10;
    let rows = RowCounts {
        old: equal + missing + changed,
        new: equal + changed,
        equal,
        missing,
        changed,
        ..RowCounts::default()
    };
    Outcome::Rows(RowFindings { rows, ..RowFindings::default() })
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

/// Catches a number under the wrong name, side or check, a unit that is not seconds, and a status that is not the one.
#[test]
fn both_formats_read_every_number_of_a_run() {
    let tags = TagCounts { old: 3, new: 4, lost: 1, added: 2, ..TagCounts::default() };
    let checks = vec![
        CheckReport { outcome: rows(2, 1), ..check("shop.items", Kind::Rows) },
        CheckReport {
            outcome: Outcome::Tags(TagFindings { tag_counts: tags, ..TagFindings::default() }),
            severity: Severity::Warn,
            ..check("shop.tags", Kind::TagDedup)
        },
    ];
    let read = understood(&render(&report(checks), "nightly", 1));
    insta::with_settings!({ snapshot_path => "../snapshots", prepend_module_to_snapshot => false, omit_expression => true }, {
        insta::assert_snapshot!("metrics", read.join("\n"));
    });
}

/// Catches a label that ends early, and one that another metric can be written into.
#[test]
fn hostile_names_stay_in_their_labels() {
    let hostile = "a\"} 1\ncutover_run_exit_code{run=\"x\"} 0\n# EOF\r\n\\n\\\"{},=\u{202e}é";
    let id = format!("{hostile}.{hostile}");
    let text = render(&report(vec![CheckReport { outcome: rows(1, 0), ..check(&id, Kind::Rows) }]), hostile, 1);
    let read = understood(&text);
    let exit: Vec<&String> = read.iter().filter(|line| line.starts_with("cutover_run_exit_code")).collect();
    let label = Json::from(hostile).to_string();
    assert_eq!(exit, [&format!("cutover_run_exit_code{{run={label}}} 1")]);
    let missing = format!(
        "cutover_check_differences{{check={label},difference=\"missing\",kind=\"rows\",run={label},suite={label}}} 1"
    );
    assert!(read.contains(&missing), "{read:#?}");
}

/// Catches a series for each window: their names are moments, so every night would add new ones for ever.
#[test]
fn the_windows_of_a_check_are_one_series() {
    let window = |at: &str, missing| CheckReport { outcome: rows(missing, 0), ..check(at, Kind::Rows) };
    let checks =
        vec![window("shop.items@2026-01-01", 3), window("shop.items@2026-01-02", 4), window("shop.items@null", 0)];
    let text = render(&report(checks), "nightly", 1);
    assert!(!text.contains('@') && !text.contains("2026-"), "{text}");
    let read = understood(&text);
    let of = |name: &str| read.iter().filter(|line| line.starts_with(name)).cloned().collect::<Vec<_>>().join("\n");
    assert!(
        of("cutover_check_differences")
            .contains("difference=\"missing\",kind=\"rows\",run=\"nightly\",suite=\"shop\"} 7")
    );
    assert!(of("cutover_check_status").contains("status=\"fail\",suite=\"shop\"} 1"), "the worst window counts");
    assert!(of("cutover_run_checks").contains("status=\"fail\"} 1"));
    assert!(of("cutover_check_rows").contains("side=\"new\",suite=\"shop\"} 12"));
    assert!(of("cutover_check_duration_seconds").ends_with(" 4.5"));
}

/// Catches waived differences that vanish from the numbers, or that look like those that count.
#[test]
fn suppressed_differences_are_counted_separately() {
    let mut counts = DifferenceCounts::default();
    counts.add("missing", 2);
    let waived = vec![
        Waived { counts: counts.clone(), ..Waived::default() },
        Waived { expired: true, counts, ..Waived::default() },
    ];
    let window = |at: &str| CheckReport { outcome: rows(3, 1), waived: waived.clone(), ..check(at, Kind::Rows) };
    let read = understood(&render(&report(vec![window("shop.items@1"), window("shop.items@2")]), "nightly", 1));
    let of = |name: &str| read.iter().filter(|line| line.starts_with(name)).cloned().collect::<Vec<_>>();
    let labels = "{check=\"items\",difference=\"missing\",kind=\"rows\",run=\"nightly\",suite=\"shop\"}";
    assert_eq!(of("cutover_check_forgiven_differences"), [format!("cutover_check_forgiven_differences{labels} 4")]);
    assert!(of("cutover_check_differences").contains(&format!("cutover_check_differences{labels} 6")), "{read:#?}");
}

/// Catches "no difference" where nothing could be compared.
#[test]
fn what_was_not_measured_is_absent_and_not_zero() {
    let broken = CheckReport {
        error: Some(ErrorReport::new(ErrorCode::Permanent, "refused")),
        sides: Sides { old: Some(SideReport { rows: None, ..SideReport::default() }), new: None },
        ..check("shop.items", Kind::Rows)
    };
    let read = understood(&render(&report(vec![broken]), "nightly", 2));
    assert!(!read.iter().any(|line| line.starts_with("cutover_check_differences")), "{read:#?}");
    assert!(!read.iter().any(|line| line.starts_with("cutover_check_rows")), "{read:#?}");
    assert!(read.iter().any(|line| line.contains("status=\"error\",suite=\"shop\"} 1")), "{read:#?}");
}

fn value(folder: &Path, file: &str, start: &str) -> String {
    let text = std::fs::read_to_string(folder.join(file)).unwrap();
    understood(&text).into_iter().find(|line| line.starts_with(start)).unwrap_or_else(|| panic!("{start} in {text}"))
}

/// Catches metrics of a run that are not those of its report, and last night's that stay when a suite is broken.
#[test]
fn a_run_that_does_not_begin_is_told_too() {
    let folder = case("fail");
    let output = run(folder.path(), &["--metrics", "new/nightly.prom", "--report", "json=out.json"]);
    assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
    assert_eq!(
        value(folder.path(), "new/nightly.prom", "cutover_run_exit_code"),
        "cutover_run_exit_code{run=\"nightly\"} 1"
    );
    let changed = "cutover_check_differences{check=\"items\",difference=\"changed\"";
    assert!(value(folder.path(), "new/nightly.prom", changed).ends_with(" 1"));
    std::fs::write(folder.path().join("suite.toml"), "name = ").unwrap();
    let output = run(folder.path(), &["--metrics", "new/nightly.prom"]);
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(
        value(folder.path(), "new/nightly.prom", "cutover_run_exit_code"),
        "cutover_run_exit_code{run=\"nightly\"} 2"
    );
    assert!(
        value(folder.path(), "new/nightly.prom", "cutover_run_status{run=\"nightly\",status=\"error\"").ends_with(" 1")
    );
    let left: Vec<_> = std::fs::read_dir(folder.path().join("new")).unwrap().map(|e| e.unwrap().file_name()).collect();
    assert_eq!(left, ["nightly.prom"], "written beside its place and renamed");
}

/// Catches a monitoring folder that is gone and takes the gate with it, or in silence.
#[test]
fn metrics_that_cannot_be_written_change_no_exit_code() {
    for (name, code) in [("pass", 0), ("fail", 1)] {
        let folder = case(name);
        std::fs::write(folder.path().join("taken"), "").unwrap();
        let output = run(folder.path(), &["--metrics", "taken/nightly.prom"]);
        assert_eq!(output.status.code(), Some(code), "{}", stderr(&output));
        assert!(stderr(&output).contains("the metrics taken/nightly.prom cannot be written"), "{}", stderr(&output));
    }
}

/// Catches a dry run that passes for one.
#[test]
fn a_dry_run_tells_nobody() {
    let folder = case("pass");
    assert_eq!(run(folder.path(), &["--metrics", "x.prom", "--dry-run"]).status.code(), Some(0));
    assert!(!folder.path().join("x.prom").exists());
}

/// What a node_exporter with a textfile collector over `folder` answers.
fn scraped(folder: &Path) -> String {
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let program = tool("node-exporter/usr/bin/prometheus-node-exporter");
    let mut command = Command::new(program);
    command.args(["--collector.disable-defaults", "--collector.textfile"]);
    command.arg(format!("--collector.textfile.directory={}", folder.display()));
    command.arg(format!("--web.listen-address=127.0.0.1:{port}"));
    let _exporter = Running(command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap());
    let started = Instant::now();
    loop {
        let answer = TcpStream::connect(("127.0.0.1", port)).and_then(|mut stream| {
            stream.write_all(b"GET /metrics HTTP/1.0\r\n\r\n")?;
            let mut text = String::new();
            stream.read_to_string(&mut text)?;
            Ok(text)
        });
        match answer {
            Ok(text) => return text,
            Err(cause) => {
                assert!(started.elapsed() < Duration::from_secs(30), "node_exporter does not answer: {cause}");
            }
        }
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// Catches a file that the collector refuses, and two jobs over one suite whose series collide, which fails the scrape.
#[test]
fn node_exporter_shows_the_runs_of_two_jobs() {
    let folder = case("fail");
    for job in ["nightly", "gate"] {
        let path = format!("textfile/{job}.prom");
        assert_eq!(run(folder.path(), &["--metrics", &path]).status.code(), Some(1));
    }
    let answer = scraped(&folder.path().join("textfile"));
    assert!(answer.starts_with("HTTP/1.0 200"), "{answer}");
    assert!(answer.contains("node_textfile_scrape_error 0"), "{answer}");
    for job in ["nightly", "gate"] {
        let line = format!(
            "cutover_check_differences{{check=\"items\",difference=\"changed\",kind=\"rows\",run=\"{job}\",suite=\"shop\"}} 1"
        );
        assert!(answer.contains(&line), "{answer}");
    }
    assert!(answer.contains("# TYPE cutover_check_duration_seconds gauge"), "{answer}");
}

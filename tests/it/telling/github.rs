//! `--github`: the output read as GitHub's runner reads it, and the summary it would show.

use std::path::Path;
use std::process::Output;

use cutover::model::{
    CheckReport, ErrorCode, ErrorReport, Kind, Outcome, RowCounts, RowFindings, RunReport, Severity, SideReport, Sides,
};
use cutover::report::github::{Place, SUMMARY_LIMIT, annotations, summary};

use super::{case, command, stderr};

/// What the runner makes of a line.
#[derive(Debug, PartialEq, Eq)]
struct Command {
    name: String,
    properties: Vec<(String, String)>,
    data: String,
}

impl Command {
    fn property(&self, name: &str) -> &str {
        self.properties.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value)
    }
}

/// Commands that the runner would obey, among them those that a step must never be talked into.
const KNOWN: [&str; 12] = [
    "error",
    "warning",
    "notice",
    "debug",
    "group",
    "endgroup",
    "add-mask",
    "set-output",
    "save-state",
    "add-matcher",
    "echo",
    "stop-commands",
];

/// Reads a step's output by the rules of the runner's `ActionCommand` and `ActionCommandManager`: a command opens its
/// line with `::`, or stands anywhere in it as `##[…]`, unless commands are stopped.
fn obeyed(output: &str) -> Vec<Command> {
    let mut obeyed = Vec::new();
    let mut stopped: Option<String> = None;
    for line in output.lines() {
        let Some(command) = double_colon(line, stopped.as_deref()).or_else(|| brackets(line, stopped.as_deref()))
        else {
            continue;
        };
        match (&stopped, command.name.as_str()) {
            (Some(token), name) => {
                if name == token {
                    stopped = None;
                }
            }
            (None, "stop-commands") => stopped = Some(command.data),
            (None, _) => obeyed.push(command),
        }
    }
    assert_eq!(stopped, None, "the commands of later lines are obeyed again: {output}");
    obeyed
}

fn is_known(name: &str, token: Option<&str>) -> bool {
    KNOWN.contains(&name) || token == Some(name)
}

fn double_colon(line: &str, token: Option<&str>) -> Option<Command> {
    let (info, data) = line.trim_start().strip_prefix("::")?.split_once("::")?;
    let unescaped = |text: &str| text.replace("%0D", "\r").replace("%0A", "\n");
    let property = |text: &str| unescaped(text).replace("%3A", ":").replace("%2C", ",").replace("%25", "%");
    parsed(info, ',', property, token, unescaped(data).replace("%25", "%"))
}

fn brackets(line: &str, token: Option<&str>) -> Option<Command> {
    let (_, rest) = line.split_once("##[")?;
    let (info, data) = rest.split_once(']')?;
    parsed(info, ';', str::to_owned, token, data.to_owned())
}

fn parsed(
    info: &str,
    between: char,
    read: impl Fn(&str) -> String,
    token: Option<&str>,
    data: String,
) -> Option<Command> {
    let (name, properties) = info.split_once(' ').unwrap_or((info, ""));
    let properties = properties.trim().split(between).filter_map(|pair| pair.split_once('='));
    let properties = properties.map(|(name, value)| (name.to_owned(), read(value))).collect();
    is_known(name, token).then(|| Command { name: name.to_owned(), properties, data })
}

fn run(folder: &Path, arguments: &[&str], code: i32) -> Output {
    let mut command = command(folder, &["--github"]);
    let output = command.args(arguments).env("GITHUB_STEP_SUMMARY", folder.join("summary.md")).output().unwrap();
    assert_eq!(output.status.code(), Some(code), "{}", stderr(&output));
    output
}

fn stdout(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// Catches an annotation of the wrong level or place, and one for what passed.
#[test]
fn what_did_not_pass_is_annotated_where_it_stands() {
    let folder = case("error_beats_fail");
    let output = run(folder.path(), &[], 2);
    let commands = obeyed(&stdout(&output));
    let text = std::fs::read_to_string(folder.path().join("suite.toml")).unwrap();
    let line =
        |check: &str| (1 + text.lines().position(|line| line == format!("[checks.{check}]")).unwrap()).to_string();
    let seen: Vec<_> = commands
        .iter()
        .map(|c| (c.name.as_str(), c.property("title"), c.property("file"), c.property("line")))
        .collect();
    let (broken, items) = (line("broken"), line("items"));
    assert_eq!(
        seen,
        [
            ("error", "shop.broken error", "suite.toml", broken.as_str()),
            ("error", "shop.items fail", "suite.toml", items.as_str()),
        ]
    );
    assert!(
        commands[1].data.starts_with("1 changed\nevery item is there once, at its price\ncutover run "),
        "{commands:?}"
    );
    assert_eq!(stderr(&output), "");
    assert!(obeyed(&stdout(&run(case("pass").path(), &[], 0))).is_empty(), "a pass says nothing");
    let warned = run(case("warn").path(), &[], 0);
    assert_eq!(obeyed(&stdout(&warned)).iter().map(|c| c.name.as_str()).collect::<Vec<_>>(), ["warning"]);
}

/// Catches a file that GitHub cannot find, because the step runs below the top of the repository.
#[test]
fn a_file_is_named_from_the_top_of_the_repository() {
    let top = tempfile::tempdir().unwrap();
    let suite = case("fail");
    let below = top.path().join("data/gate");
    std::fs::create_dir_all(below.parent().unwrap()).unwrap();
    std::fs::rename(suite.path(), &below).unwrap();
    let output = command(&below, &["--github"]).env("GITHUB_WORKSPACE", top.path()).output().unwrap();
    assert_eq!(obeyed(&stdout(&output))[0].property("file"), "data/gate/suite.toml");
}

/// Catches a value in a table that the runner obeys: it could set outputs, mask words of the log, or forge annotations.
#[test]
fn data_gives_the_runner_no_commands() {
    let folder = case("fail");
    let hostile =
        "::error title=forged::x,##[error]forged,::set-output name=ok::1,::add-mask::FAIL,##[set-output name=ok;]1";
    let rows: Vec<String> = hostile.split(',').enumerate().map(|(n, text)| format!("{n},\"\n{text}\n\",1\n")).collect();
    std::fs::write(folder.path().join("old.csv"), format!("id,name,cost\n{}", rows.concat())).unwrap();
    std::fs::write(folder.path().join("new.csv"), "id,name,cost\n9,x,1\n").unwrap();
    for arguments in [&["--examples", "50"][..], &["--report", "json=-"], &["--report", "markdown=-"], &["--quiet"]] {
        let output = command(folder.path(), &["--github"]).args(arguments).output().unwrap();
        let on_stdout = arguments.iter().any(|argument| argument.ends_with("=-"));
        let text = if on_stdout { stderr(&output) } else { stdout(&output) };
        assert!(text.contains("[error]forged") || arguments == ["--quiet"], "the data is shown: {text}");
        assert_eq!(obeyed(&text).len(), 1, "{text}");
        assert!(!text.contains("##["), "a runner that resumed early obeys these: {text}");
        for command in obeyed(&text) {
            assert!(command.property("title") == "shop.items fail", "{command:?}");
            assert_eq!(command.name, "error");
        }
    }
}

/// Catches annotations in the middle of a report, and a report that goes missing for them.
#[test]
fn a_report_on_stdout_has_stdout_for_itself() {
    let folder = case("fail");
    let output = run(folder.path(), &["--report", "json=-"], 1);
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).expect("stdout is the report alone");
    assert_eq!(report["status"], "fail");
    assert_eq!(obeyed(&stderr(&output)).len(), 1, "the runner reads stderr too");
}

/// Catches a summary that replaces what other commands of the step wrote, or is not the report.
#[test]
fn the_summary_is_appended() {
    let folder = case("fail");
    std::fs::write(folder.path().join("summary.md"), "# before\n").unwrap();
    run(folder.path(), &["--report", "markdown=report.md"], 1);
    let report = std::fs::read_to_string(folder.path().join("report.md")).unwrap();
    let summary = std::fs::read_to_string(folder.path().join("summary.md")).unwrap();
    assert_eq!(summary, format!("# before\n\n{report}"));
}

/// Catches a run outside of GitHub that fails, or in silence, for want of a variable.
#[test]
fn a_missing_or_full_summary_is_shown_and_no_failure() {
    let folder = case("fail");
    let output = command(folder.path(), &["--github"]).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr(&output).contains("--github: GITHUB_STEP_SUMMARY is not set"), "{}", stderr(&output));
    let path = folder.path().join("summary.md");
    let missing = command(folder.path(), &["--github"]).env("GITHUB_STEP_SUMMARY", folder.path()).output().unwrap();
    assert_eq!(missing.status.code(), Some(1));
    assert!(stderr(&missing).contains("cannot be written"), "{}", stderr(&missing));
    std::fs::write(&path, "x".repeat(SUMMARY_LIMIT - 100)).unwrap();
    let full = run(folder.path(), &[], 1);
    assert!(stderr(&full).contains("the summary of this step is full"), "{}", stderr(&full));
    assert_eq!(std::fs::metadata(&path).unwrap().len(), SUMMARY_LIMIT as u64 - 100);
}

/// Catches a broken suite that leaves no trace on the page of the job.
#[test]
fn a_run_that_does_not_begin_is_annotated() {
    let folder = case("pass");
    std::fs::write(folder.path().join("suite.toml"), "name = ").unwrap();
    let output = run(folder.path(), &[], 2);
    let commands = obeyed(&stdout(&output));
    assert_eq!(commands.len(), 1, "{commands:?}");
    assert!(commands[0].data.contains("the run did not begin, exit code 2"), "{commands:?}");
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
    let rows = RowCounts { old: 3, missing: 3, ..RowCounts::default() };
    CheckReport {
        outcome: Outcome::Rows(RowFindings { rows, ..RowFindings::default() }),
        ..CheckReport::new(id, Kind::Rows)
    }
}

/// Catches a message or a name that ends its command early, and one that comes out other than it went in.
#[test]
fn hostile_text_survives_the_way_through_a_command() {
    let hostile = "100%, a::b%0A::error title=forged::\nnext\r\n%25 ##[error]x =,:";
    let check = CheckReport { error: Some(ErrorReport::new(ErrorCode::Permanent, hostile)), ..differing(hostile) };
    let place = |_: &str| Some(Place { file: hostile.to_owned(), line: 7 });
    let text = annotations(&report(vec![check]), 2, place);
    assert_eq!(text.lines().count(), 1, "{text}");
    let commands = obeyed(&text);
    assert_eq!(commands.len(), 1, "{commands:?}");
    assert_eq!(commands[0].property("title"), format!("{hostile} error"));
    assert_eq!((commands[0].property("file"), commands[0].property("line")), (hostile, "7"));
    assert!(
        commands[0]
            .data
            .starts_with("100%, a::b%0A::error title=forged::\\nnext\\r\\n%25 ##[error]x =,:; beside that "),
        "{commands:?}"
    );
}

/// Catches annotations beyond the ten that GitHub shows, which go without a word; and a window that has no place.
#[test]
fn more_than_github_shows_are_counted() {
    let mut checks: Vec<CheckReport> = (0..25).map(|n| differing(&format!("s.c{n}@2026-01-01"))).collect();
    checks.push(CheckReport { error: Some(ErrorReport::new(ErrorCode::Permanent, "gone")), ..differing("s.last") });
    checks.extend((0..10).map(|n| CheckReport { severity: Severity::Warn, ..differing(&format!("s.w{n}")) }));
    checks.push(CheckReport { skipped: Some("no extension".to_owned()), ..differing("s.skipped") });
    let place = |id: &str| (!id.contains('@')).then(|| Place { file: "suite.toml".to_owned(), line: 3 });
    let commands = obeyed(&annotations(&report(checks), 2, place));
    let of = |name: &str| commands.iter().filter(|command| command.name == name).collect::<Vec<_>>();
    let errors = of("error");
    assert_eq!(errors.len(), 10);
    assert_eq!(errors[0].property("title"), "s.last error", "the worst first");
    assert_eq!(errors[1].property("file"), "suite.toml", "a window stands where its check does");
    assert!(errors[9].data.starts_with("17 more checks"), "{errors:?}");
    assert_eq!((of("warning").len(), of("notice").len()), (10, 1), "ten fit");
    let interrupted =
        RunReport { interrupted: true, ..report((0..12).map(|n| differing(&format!("s.c{n}"))).collect()) };
    let commands = obeyed(&annotations(&interrupted, 130, place));
    assert_eq!(commands.len(), 10);
    assert!(commands[0].data.contains("cut short") && commands[9].data.starts_with("4 more"), "{commands:?}");
}

/// Catches a summary that GitHub refuses for its size, one cut in the middle of a section, and one that hides that it is.
#[test]
fn a_large_summary_is_cut_between_sections_and_says_so() {
    let side =
        |sql: String| Some(SideReport { source: "old".to_owned(), sql, rows: Some(3), elapsed_ms: 1, read: None });
    // Headings inside SQL are no boundary.
    let long = "SELECT 1\n## no section\n".repeat(2_000);
    let mut checks: Vec<CheckReport> = (0..60)
        .map(|n| CheckReport {
            sides: Sides { old: side(long.clone()), new: None },
            ..differing(&format!("s.long{n}"))
        })
        .collect();
    checks.push(CheckReport {
        sides: Sides { old: side("SELECT 'short'".to_owned()), new: None },
        ..differing("s.short")
    });
    let many = report(checks);
    let whole = summary(&many, usize::MAX);
    assert!(whole.len() > SUMMARY_LIMIT && !whole.contains("is cut"), "{}", whole.len());
    let cut = summary(&many, SUMMARY_LIMIT);
    assert!(cut.len() <= SUMMARY_LIMIT && cut.len() > SUMMARY_LIMIT / 2, "{}", cut.len());
    assert_eq!(cut.matches("<details>").count(), cut.matches("</details>").count());
    assert_eq!(cut.matches("```").count() % 2, 0);
    let shown = cut.lines().filter(|line| line.starts_with("## ") && line.contains("`s.")).count();
    assert!(cut.contains("\n## ❌ `s.short`"), "a section that fits is shown, whatever came before it");
    assert!(cut.contains(&format!("{} checks are not shown in full: ", 61 - shown)), "{}", &cut[cut.len() - 600..]);
    assert!(cut.contains("and more. "));
    let tables = report((0..30_000).map(|n| differing(&format!("s.check_with_a_name_of_some_length_{n}"))).collect());
    let cut = summary(&tables, SUMMARY_LIMIT);
    assert!(cut.len() <= SUMMARY_LIMIT && cut.contains("Not all checks are in the table"));
    let table = cut.lines().filter(|line| line.starts_with("| ")).all(|line| line.ends_with(" |"));
    assert!(table, "no line of the table is cut");
    assert_eq!(summary(&many, 1_000), "", "not even the words that it is cut fit");
}

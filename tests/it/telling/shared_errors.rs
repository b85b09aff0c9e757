//! One cause that hits many checks, as a dead server does, is told once, behind what really differs.

use crate::cli::cutover;

/// Catches a report in which a failure is lost among the errors of one dead server, an error that is told for each check, and
/// one that is told of checks which have another.
#[test]
fn a_dead_server_is_told_once() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("a.csv"), "id,n\n1,1\n").unwrap();
    std::fs::write(folder.path().join("b.csv"), "id,n\n1,2\n").unwrap();
    let dead: String = (0..40)
        .map(|n| {
            format!(
                "[checks.dead_{n}]\nkind = 'rows'\nkey = ['id']\nsources = {{ new = 'dead' }}\nold = 'SELECT * FROM a'\n\
                 new = 'SELECT id, n FROM t{n}'\n"
            )
        })
        .collect();
    let suite = format!(
        "name = 's'\n[sources.old]\nurl = 'a.csv'\n[sources.new]\nurl = 'b.csv'\n[sources.dead]\n\
         url = 'postgres://u@127.0.0.1:9/db'\n{dead}[checks.zz_differs]\nkind = 'rows'\nkey = ['id']\nold = 'SELECT * FROM a'\n\
         new = 'SELECT * FROM b'\n[checks.unknown]\nkind = 'rows'\nkey = ['id']\nold = 'SELECT * FROM a'\nnew = 'SELECT * FROM c'\n"
    );
    std::fs::write(folder.path().join("suite.toml"), suite).unwrap();
    let reports = ["--report", "markdown=out.md", "--report", "json=out.json", "--report", "html=out.html"];
    let output = cutover(folder.path()).args(["run", "suite.toml", "--no-history"]).args(reports).output().unwrap();
    let terminal = String::from_utf8_lossy(&output.stdout).into_owned();
    assert_eq!(output.status.code(), Some(2), "{terminal}");
    // Behind the line of each check.
    let (lines, details) = terminal.split_once("\n\n").unwrap();
    assert_eq!(
        (lines.matches("Connection refused").count(), lines.matches("  the same as s.dead_").count()),
        (1, 39),
        "{lines}"
    );
    let page = std::fs::read_to_string(folder.path().join("out.html")).unwrap();
    let finding = "<span class=\"finding\">one cause with 39 other checks: see above</span>";
    assert_eq!(page.matches(finding).count(), 40);
    assert_eq!(page.matches("<b class=\"error\">40 checks</b>").count(), 1);
    let markdown = std::fs::read_to_string(folder.path().join("out.md")).unwrap();
    let sections = markdown.split_once("\n## ").unwrap().1;
    for (text, named) in
        [(details, "s.dead_0, s.dead_1, s.dead_2, s.dead_3, s.dead_4 and 35 more"), (sections, "`s.dead_39`")]
    {
        assert_eq!(text.matches("Connection refused").count(), 1, "{text}");
        let place = |what: &str| text.find(what).unwrap_or_else(|| panic!("{what}: {text}"));
        assert!(place("s.zz_differs") < place("40 checks, for one reason"), "failures first: {text}");
        assert!(text.contains(named) && text.contains("s.unknown"), "{text}");
    }
    assert!(details.lines().count() < 60, "{} lines: {details}", details.lines().count());
    let report: serde_json::Value =
        serde_json::from_str(&std::fs::read_to_string(folder.path().join("out.json")).unwrap()).unwrap();
    let errors = report["checks"].as_array().unwrap().iter().filter(|check| check["status"] == "error").count();
    assert_eq!(errors, 41, "the report for programs has every check");
}

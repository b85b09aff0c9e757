//! Where a diagnosis is shown, and where it is not.

use super::{diff, findings, orders, sqlite};

const CHANGES: &str = "UPDATE orders SET cents = cents * 100 WHERE region = 'eu';
    UPDATE orders SET note = substr(note, 1, 14) WHERE id % 10 = 1;
    UPDATE orders SET at = datetime(at, '+2 hours') WHERE id > 1900;";

/// Catches a change that is not named from end to end, and a report that shows it behind the examples or not at all.
#[tokio::test(flavor = "multi_thread")]
async fn every_report_begins_with_what_the_rows_have_in_common() {
    let folder = tempfile::tempdir().unwrap();
    let old = sqlite(folder.path(), "old.db", &orders("")).await;
    let new = sqlite(folder.path(), "new.db", &orders(CHANGES)).await;
    let reports =
        ["--table", "orders", "--report", "markdown=out.md", "--report", "html=out.html", "--report", "junit=out.xml"];
    let (output, report) = diff(folder.path(), &old, &new, &reports);
    assert_eq!(output.status.code(), Some(1));
    let found = findings(&report);
    for one in ["times cents 100 500 500", "cut_characters note 14 200 200", "zone at +2 h 100 100"] {
        assert!(found.iter().any(|found| found == one), "{one}: {found:#?}");
    }
    assert_eq!(report["checks"][0]["undiagnosed"], "0");
    let said = "all 500 changed `cents`: new is old × 100";
    let terminal = String::from_utf8(output.stdout).unwrap();
    let text = |name: &str| std::fs::read_to_string(folder.path().join(name)).unwrap();
    let (markdown, html, junit) = (text("out.md"), text("out.html"), text("out.xml"));
    let plain = markdown.replace('\\', "").replace("&#58;", ":");
    for (report, example) in
        [(&terminal, "~ changed"), (&plain, "| difference | key"), (&html, "class=\"difference"), (&junit, "~ changed")]
    {
        let at = report.find(said).or_else(|| report.find(&said.replace('`', "&#96;"))).unwrap_or(usize::MAX);
        assert!(at < report.find(example).unwrap_or(usize::MAX - 1), "{report}");
        assert!(report.to_lowercase().contains("every difference is covered by one of these"), "{report}");
    }
}

/// Catches a switch that turns nothing off, and differences that cannot be seen in a report without a diagnosis.
#[tokio::test(flavor = "multi_thread")]
async fn it_can_be_turned_off() {
    let folder = tempfile::tempdir().unwrap();
    let old = sqlite(folder.path(), "old.db", &orders("")).await;
    let new = sqlite(folder.path(), "new.db", &orders(CHANGES)).await;
    let (output, report) = diff(folder.path(), &old, &new, &["--table", "orders", "--no-diagnosis"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(report["checks"][0].get("diagnosis").is_none(), "{report}");
    let check = |more: &str| {
        format!(
            "[checks.orders]\nkind = \"rows\"\nkey = [\"id\"]\n{more}old = \"SELECT * FROM orders\"\nnew = \"SELECT * FROM orders\"\n"
        )
    };
    let sources = format!("[sources.old]\nurl = \"{old}\"\n[sources.new]\nurl = \"{new}\"\n");
    for (suite, of_check, wanted) in [
        ("", "", true),
        ("", "diagnosis = false\n", false),
        ("diagnosis = false\n", "", false),
        ("diagnosis = false\n", "diagnosis = true\n", true),
    ] {
        let text = format!("name = \"s\"\n{suite}{sources}{}", check(of_check));
        std::fs::write(folder.path().join("suite.toml"), text).unwrap();
        let output = crate::cli::cutover(folder.path())
            .args(["run", "suite.toml", "--report", "json=out.json"])
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(1), "{}", String::from_utf8_lossy(&output.stderr));
        let report: serde_json::Value =
            serde_json::from_str(&std::fs::read_to_string(folder.path().join("out.json")).unwrap()).unwrap();
        assert_eq!(report["checks"][0].get("diagnosis").is_some(), wanted, "{suite} {of_check}");
    }
}

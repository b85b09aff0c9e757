//! Whether another run may get further: told by every error, by the report and by the headline of every format.

use std::path::Path;

use crate::cli::cutover;
use crate::support::engine_url;
use crate::waivers::{Ran, run, write};

/// A suite with a check of each name, reading the source of that name as new.
fn suite(folder: &Path, sources: &[(&str, &str)]) {
    let mut text = "name = \"s\"\n[sources.old]\nurl = \"old\"\n".to_owned();
    for (name, url) in sources {
        text += &format!(
            "[sources.{name}]\nurl = \"{url}\"\n[checks.{name}]\nkind = \"rows\"\nkey = \"id\"\nsources = {{ new = \"{name}\" }}\n\
             old = \"SELECT * FROM t\"\nnew = \"SELECT * FROM t\"\n"
        );
    }
    write(folder, "suite.toml", &text);
    write(folder, "old/t.csv", "id,v\n1,a\n2,b\n");
    write(folder, "same/t.csv", "id,v\n1,a\n2,b\n");
    write(folder, "other/t.csv", "id,v\n1,a\n2,x\n");
    write(folder, "part/t.csv", "id,v,w\n1,a,1\n2,x,1\n");
}

fn ran(sources: &[(&str, &str)]) -> (Ran, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    suite(folder.path(), sources);
    (run(folder.path(), &["run", "suite.toml"]), folder)
}

/// A port that nobody listens at.
const NOBODY: &str = "postgres://u:p@127.0.0.1:1/d";

/// Catches an outage that is reported like a typo, and a typo that is tried again all night.
#[test]
fn what_passes_and_what_stays_have_words_of_their_own() {
    let (outage, _folder) = ran(&[("away", NOBODY), ("same", "same")]);
    assert_eq!((outage.code, &outage.report["retryable"]), (2, &true.into()), "{}", outage.shown);
    assert_eq!(outage.report["checks"][0]["error"]["code"], "connection");
    assert!(outage.shown.contains("; retryable: another run may get further"), "{}", outage.shown);
    let (typo, _folder) = ran(&[("gone", "nowhere"), ("same", "same")]);
    assert_eq!((typo.code, &typo.report["retryable"]), (2, &false.into()), "{}", typo.shown);
    assert_eq!(typo.report["checks"][0]["error"]["code"], "source_missing");
    assert!(typo.shown.contains("; not retryable: something has to be corrected first"), "{}", typo.shown);
    // A second try cannot mend the one, so it is no use for the other.
    let (both, _folder) = ran(&[("away", NOBODY), ("gone", "nowhere")]);
    assert_eq!(both.report["retryable"], false);
    let (none, _folder) = ran(&[("other", "other")]);
    assert_eq!((none.code, none.report.get("retryable")), (1, None), "{}", none.shown);
}

/// Catches a wrong database or account that is taken for an outage, and an outage of a query that is taken for a mistake.
#[test]
fn servers_tell_the_two_apart() {
    let url = engine_url("CUTOVER_TEST_POSTGRES_URL");
    let (base, _) = url.rsplit_once('/').unwrap();
    let (gone, _folder) = ran(&[("gone", &format!("{base}/no_such_database"))]);
    assert_eq!(gone.report["checks"][0]["error"]["code"], "access_refused", "{}", gone.shown);
    let folder = tempfile::tempdir().unwrap();
    let text = format!(
        "name = \"s\"\n[sources.old]\nurl = \"{url}\"\n[checks.c]\nkind = \"sum\"\nsources = {{ new = \"old\" }}\n\
         old = \"SELECT 1 AS n FROM (SELECT pg_sleep(5)) AS s\"\nnew = \"SELECT 1 AS n\"\n"
    );
    write(folder.path(), "suite.toml", &text);
    let late = run(folder.path(), &["run", "suite.toml", "--timeout", "200ms"]);
    assert_eq!(
        (&late.report["checks"][0]["error"]["code"], &late.report["retryable"]),
        (&"timeout".into(), &true.into())
    );
    let cut = run(folder.path(), &["run", "suite.toml", "--deadline", "200ms"]);
    assert_eq!((cut.code, &cut.report["retryable"]), (2, &true.into()), "{}", cut.shown);
}

/// Catches exit code 2 that reads as if nothing had been found, in any format.
#[test]
fn differences_beside_an_error_are_told_in_every_headline() {
    for sources in [&[("away", NOBODY), ("other", "other")][..], &[("part", "part")]] {
        let folder = tempfile::tempdir().unwrap();
        suite(folder.path(), sources);
        let formats = ["json", "markdown", "html", "junit"];
        let mut command = cutover(folder.path());
        command.args(["run", "suite.toml"]);
        for format in formats {
            command.args(["--report", &format!("{format}=out.{format}")]);
        }
        let output = command.output().unwrap();
        assert_eq!(output.status.code(), Some(2));
        let terminal = String::from_utf8(output.stdout).unwrap();
        assert!(terminal.contains("ERROR: old and new differ, and something could not be compared"), "{terminal}");
        let text = |format: &str| std::fs::read_to_string(folder.path().join(format!("out.{format}"))).unwrap();
        assert!(
            text("markdown").lines().next().unwrap().contains("old and new differ, and something"),
            "{}",
            text("markdown")
        );
        assert!(text("junit").contains("value=\"ERROR: old and new differ, and something"), "{}", text("junit"));
        let html = text("html");
        let sentence = html.split_once("class=\"sentence\">").unwrap().1.split_once('<').unwrap().0;
        assert!(sentence.contains("differ") && sentence.contains("could not be compared"), "{sentence}");
        assert!(sources.len() == 2 || terminal.contains("; beside that 1 changed"), "{terminal}");
    }
}
